"""What was learned, as compressed JSON in the warehouse, with reference forecasts that every load recomputes."""

import base64
import hashlib
import json
import math
import zlib
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from importlib.metadata import version
from typing import Any, TypeAlias

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.errors import ForecastError
from hoopcast.forecast.frame import Distributions, Document, Frame, no_reasons
from hoopcast.pipeline.ledger import recorded_rows
from hoopcast.pipeline.node import Asked, node_name
from hoopcast.warehouse.engine import Statements
from hoopcast.warehouse.tables import table

LIBRARIES = ("lightgbm", "numpy", "scipy")
REFERENCE_ROWS = 5
_TOLERANCE = 1e-6
# What reading something else than what was stored may end in.
_FAULTS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
# What a document makes of rows: (n,) numbers by name.
Outputs: TypeAlias = Callable[[Frame, Document], Mapping[str, FloatArray]]


@cache
def libraries() -> str:
    """Libraries that forecasts come from, with versions: `lightgbm 4.6.0, numpy 2.4.0, scipy 1.17.0`."""
    return ", ".join(f"{name} {version(name)}" for name in LIBRARIES)


def as_text(document: Document) -> str:
    """A document as it is stored: base64 of its JSON, compressed by zlib.

    Raises:
        ValueError: if it holds a NaN or an infinity.
    """
    plain = json.dumps(document, allow_nan=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(plain.encode())).decode("ascii")


def from_text(text: str) -> Document:
    """The document of a text of `as_text`.

    Raises:
        ValueError: if it is none.
    """
    try:
        document: Document = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
    except zlib.error as error:
        raise ValueError(str(error)) from error
    return document


def reference(document: Document, rows: Frame, outputs: Outputs) -> str:
    """A few rows with what the document makes of them, and its hash, as JSON."""
    return json.dumps(
        {
            "game_id": list(rows.game_id),
            "player_id": rows.player_id.tolist(),
            "game_date": [str(day) for day in rows.game_date],
            "columns": {name: _listed(values) for name, values in rows.columns.items()},
            "members": {name: [_listed(one.mean), _listed(one.variance)] for name, one in rows.members.items()},
            "outputs": {name: _listed(values) for name, values in outputs(rows, document).items()},
            "sha256": _sha256(as_text(document)),
        },
        allow_nan=False,
        separators=(",", ":"),
    )


def load(system_id: str, refit: date, stored: tuple[str, str], outputs: Outputs) -> Document:
    """A stored document, once it proved to be what was stored, and to make of its reference rows what it made then.

    Args:
        system_id: whose it is.
        refit: its date.
        stored: document, as `as_text` gives it, and reference, as JSON.
        outputs: what a document makes of rows.

    Raises:
        ForecastError: if it was changed, can not be read, or makes something else of them.
    """

    def fault(said: str) -> ForecastError:
        return ForecastError(f"the model {system_id} of {refit} {said}; {redo('trained', system_id, refit)}")

    try:
        rows: dict[str, Any] = json.loads(stored[1])
        # Before anything reads it: trees that were tampered with may do worse than raise an error.
        if rows["sha256"] != _sha256(stored[0]):
            raise fault("is not what was stored")
        document = from_text(stored[0])
        found = outputs(_frame_of(rows), document)
        wanted = {key: _array(values) for key, values in rows["outputs"].items()}
        furthest = max(_distance(found[key], values) for key, values in wanted.items())
    except _FAULTS as error:
        raise fault(f"can not be read ({type(error).__name__}: {error})") from error
    if furthest > _TOLERANCE:
        raise fault(f"does not forecast what it did when it was stored, but {furthest:.3g} off")
    return document


def redo(short: str, system_id: str, refit: date) -> str:
    """What a message says to do about rows of a refit: `redo it with ...`."""
    return f"redo it with `hoopcast backfill {short}/{system_id} --dates {refit} --stage all --no-resume`"


def refuse_lost(statements: Statements, asked: Asked, node: tuple[str, str], found: Mapping[date, int]) -> None:
    """See to it that what the ledger knows of the refits that dates need is there.

    Args:
        statements: the warehouse.
        asked: dates of a season.
        node: short name of a table with a row, or some, for each refit, and system.
        found: rows of the node by refit.

    Raises:
        ForecastError: if rows are absent, or more than were written.
    """
    short, system_id = node
    name = table(short).name
    recorded = recorded_rows(statements, node_name(name, system_id), asked.season, asked.dates[-1])
    first = max((refit for refit in recorded if refit <= asked.dates[0]), default=asked.dates[0])
    for refit, rows in recorded.items():
        if refit >= first and found.get(refit, 0) != rows:
            raise ForecastError(
                f"{found.get(refit, 0)} of {rows} rows of {name} that {system_id} wrote for {refit} are there; "
                f"{redo(short, system_id, refit)}"
            )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _distance(found: FloatArray, wanted: FloatArray) -> float:
    """The furthest that two arrays are apart; infinite where one has a number and the other none."""
    apart = np.where(np.isnan(found) & np.isnan(wanted), 0.0, np.abs(found - wanted))
    return float(np.where(np.isnan(apart), np.inf, apart).max(initial=0.0))


def _frame_of(stored: Mapping[str, Any]) -> Frame:
    unsaid = no_reasons(len(stored["player_id"]))
    return Frame(
        np.array(stored["game_id"], dtype=object),
        np.array(stored["player_id"], dtype=np.int64),
        np.array(stored["game_date"], dtype="datetime64[D]"),
        {name: _array(values) for name, values in stored["columns"].items()},
        {
            name: Distributions(_array(mean), _array(variance), unsaid)
            for name, (mean, variance) in stored["members"].items()
        },
    )


def _listed(values: FloatArray) -> list[float | None]:
    return [None if math.isnan(value) else value for value in values.tolist()]


def _array(values: list[float | None]) -> FloatArray:
    return np.array(values, dtype=np.float64)
