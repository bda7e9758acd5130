"""Refits: what a system learns at the first game date of each month, from games before it alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.forecast.cancellation import heed, obeying, side_by_side
from hoopcast.forecast.card import OF_FORECASTS, About, card, limits_of
from hoopcast.forecast.documents import REFERENCE_ROWS, Outputs, as_text, libraries, reference
from hoopcast.forecast.frame import Document, Frame
from hoopcast.forecast.frames import training_frame
from hoopcast.forecast.system import Learner, Level, System
from hoopcast.pipeline.node import Asked
from hoopcast.warehouse.engine import ColumnsOf, Statements, Value

# Fewer appearances teach nothing that a moving average does not know.
LEAST_ROWS = 500
_COLUMNS = (
    "system_id",
    "season",
    "refit_date",
    "trained_until",
    "training_rows",
    "document",
    "reference",
    "libraries",
    "card",
)


@dataclass(frozen=True)
class Learning:
    """Rows to learn from, what is learned from the first of them, what that makes of rows, and what the card says."""

    system_id: str
    frame: Frame
    learn: Learner
    outputs: Outputs
    about: About
    least_rows: int = LEAST_ROWS


def refits(statements: Statements, asked: Asked, system: System, level: Level) -> ColumnsOf:
    """Rows of `nba_predictions.trained_model` of a system: one a refit date that has enough games before it."""
    train = system.train
    if train is None:
        return as_rows([])
    frame, outcome = training_frame(statements, system, level, asked)

    def anew(rows: int) -> Document:
        return train(frame.rows(slice(rows)), outcome.rows(slice(rows)), level)

    learning = Learning(
        system.system_id(level),
        frame,
        system.learner(frame, outcome, level) if system.learner else anew,
        distribution_outputs(system, level),
        About(
            "appearances, each with the points that he scored",
            system.columns(level),
            system.members(level),
            (*system.limits, *OF_FORECASTS, *limits_of(level)),
            system.summary,
        ),
    )
    return as_rows(learned(statements, asked, learning))


def distribution_outputs(system: System, level: Level) -> Outputs:
    """What a system's document makes of rows: means and variances."""

    def outputs(rows: Frame, document: Document) -> Mapping[str, FloatArray]:
        distributions = system.forecast(rows, document, level)
        return {"mean": distributions.mean, "variance": distributions.variance}

    return outputs


def learned(statements: Statements, asked: Asked, learning: Learning) -> Sequence[tuple[Value, ...]]:
    """A row for each refit date before which there are enough rows to learn from; several are learned at once."""
    rows = np.searchsorted(learning.frame.game_date, np.array(asked.dates, dtype="datetime64[D]")).tolist()
    work = [
        partial(_refit, learning, asked.season, str(refit), known)
        for refit, known in zip(asked.dates, rows, strict=True)
        if known >= learning.least_rows
    ]
    # A signal, or the end of the time, is noticed at a statement.
    return obeying(partial(statements.query, "SELECT 1"), partial(side_by_side, *work))


def _refit(learning: Learning, season: str, refit: str, rows: int) -> tuple[Value, ...]:
    """The row of a refit that learns from the first rows."""
    heed()
    frame = learning.frame
    keys = Frame(frame.game_id[:rows], frame.player_id[:rows], frame.game_date[:rows], {})
    document = learning.learn(rows)
    return (
        learning.system_id,
        season,
        refit,
        str(keys.game_date[-1]),
        rows,
        as_text(document),
        reference(document, frame.rows(slice(max(rows - REFERENCE_ROWS, 0), rows)), learning.outputs),
        libraries(),
        card(learning.about, keys, document),
    )


def as_rows(rows: Sequence[tuple[Value, ...]]) -> ColumnsOf:
    """Rows of `nba_predictions.trained_model` as columns."""
    return {name: np.array([row[place] for row in rows], dtype=object) for place, name in enumerate(_COLUMNS)}
