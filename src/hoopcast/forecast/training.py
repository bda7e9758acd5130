"""Refits: what a system learns at the first game date of each month, from games before it alone."""

from collections.abc import Iterator

import numpy as np

from hoopcast.forecast.documents import as_text, libraries, reference
from hoopcast.forecast.frames import training_frame
from hoopcast.forecast.system import Level, System
from hoopcast.pipeline.model import Asked
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
)


def refits(statements: Statements, asked: Asked, system: System, level: Level) -> ColumnsOf:
    """Rows of `nba_predictions.trained_model`: one a refit date that has enough games before it."""
    rows = list(_refits(statements, asked, system, level))
    return {name: np.array([row[place] for row in rows], dtype=object) for place, name in enumerate(_COLUMNS)}


def _refits(statements: Statements, asked: Asked, system: System, level: Level) -> Iterator[tuple[Value, ...]]:
    if system.train is None or not asked.dates:
        return
    frame, outcome = training_frame(statements, system, level, asked.dates[-1])
    for refit in asked.dates:
        known = frame.game_date < np.datetime64(refit)
        if known.sum() < LEAST_ROWS:
            continue
        past = frame.rows(known)
        document = system.train(past, outcome.rows(known), level)
        yield (
            system.system_id(level),
            asked.season,
            str(refit),
            str(past.game_date[-1]),
            len(past),
            as_text(document),
            reference(system, level, document, past),
            libraries(),
        )
        # A signal, or the end of the time, is noticed at a statement.
        statements.query("SELECT 1")
