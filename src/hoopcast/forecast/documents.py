"""What systems learned, as JSON in the warehouse, with reference forecasts that every load recomputes."""

import json
import math
from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from typing import Any

import numpy as np

from hoopcast.errors import ForecastError
from hoopcast.forecast.frame import Document, FloatArray, Frame, Laws
from hoopcast.forecast.system import Level, System

LIBRARIES = ("lightgbm", "numpy", "scipy")
_REFERENCE_ROWS = 5
_TOLERANCE = 1e-6


def libraries() -> str:
    """Libraries that forecasts come from, with versions: `lightgbm 4.6.0, numpy 2.4.0, scipy 1.17.0`."""
    return ", ".join(f"{name} {version(name)}" for name in LIBRARIES)


def as_text(document: Document) -> str:
    """A document as JSON.

    Raises:
        ValueError: if it holds a NaN or an infinity.
    """
    return json.dumps(document, allow_nan=False, separators=(",", ":"))


def reference(system: System, level: Level, document: Document, frame: Frame) -> str:
    """The newest rows of a training frame with their forecasts, as JSON."""
    rows = frame.rows(np.arange(max(len(frame) - _REFERENCE_ROWS, 0), len(frame)))
    laws = system.forecast(rows, document, level)
    return json.dumps(
        {
            "game_id": list(rows.game_id),
            "player_id": rows.player_id.tolist(),
            "game_date": [str(day) for day in rows.game_date],
            "columns": {name: _listed(values) for name, values in rows.columns.items()},
            "members": {name: [_listed(one.mean), _listed(one.variance)] for name, one in rows.members.items()},
            "mean": _listed(laws.mean),
            "variance": _listed(laws.variance),
        },
        allow_nan=False,
        separators=(",", ":"),
    )


def load(system: System, level: Level, refit: date, document: str, expected: str) -> Document:
    """A stored document, once its reference forecasts came out as they were when it was stored.

    Raises:
        ForecastError: if it can not be read, or forecasts something else.
    """
    name = f"the model {system.system_id(level)} of {refit}"
    redo = f"redo it with `hoopcast backfill trained/{system.system_id(level)} --dates {refit} --no-resume`"
    try:
        learned: Document = json.loads(document)
        stored: dict[str, Any] = json.loads(expected)
        laws = system.forecast(_frame_of(stored), learned, level)
    except (ValueError, KeyError, TypeError) as error:
        raise ForecastError(f"{name} can not be read ({error}); {redo}") from error
    wanted = np.array([_array(stored["mean"]), _array(stored["variance"])])
    found = np.array([laws.mean, laws.variance])
    if not np.allclose(found, wanted, rtol=0, atol=_TOLERANCE, equal_nan=True):
        furthest = float(np.nanmax(np.abs(found - wanted)))
        raise ForecastError(f"{name} does not forecast what it did when it was stored, but {furthest:.3g} off; {redo}")
    return learned


def _frame_of(stored: Mapping[str, Any]) -> Frame:
    unsaid = np.full(len(stored["player_id"]), "", dtype=object)
    return Frame(
        np.array(stored["game_id"], dtype=object),
        np.array(stored["player_id"], dtype=np.int64),
        np.array(stored["game_date"], dtype="datetime64[D]"),
        {name: _array(values) for name, values in stored["columns"].items()},
        {name: Laws(_array(mean), _array(variance), unsaid) for name, (mean, variance) in stored["members"].items()},
    )


def _listed(values: FloatArray) -> list[float | None]:
    return [None if math.isnan(value) else value for value in values.tolist()]


def _array(values: list[float | None]) -> FloatArray:
    return np.array(values, dtype=np.float64)
