"""The rule of time: nothing known after a game reaches a column known before it, and no level reads a higher one.

A path from a post-game column to a pre-game one must cross an as-of gate. What counts as one, for rows of a date d that
are read into a row of the date D:

- a join or filter `d < D`, alone or in the validity interval `valid_from < D AND D <= valid_to`, also between day
  numbers (`DATE_DIFF('day', DATE '1970-01-01', d)`), as `DATE_DIFF('day', d, D) >= 1`, or as `season < season`;
- LAG, or a frame that ends at 1 PRECEDING, over games of a player or team in the order of their dates, or over rows
  that are one a date.

Dates are followed through CTEs, UNIONs, GROUP BY, MAX, equal dates and equal `game_id`; a join on ROW_NUMBER in the
order of dates counts as one on the dates. That an input is handed over `before` the end of a span is no gate: a span
has many dates. Conditions count as much as values: WHERE, JOIN, CASE, PARTITION BY, ORDER BY, and that a row is there.

Before the game, a value is of its column's information level or a lower one; all that was known before the date is
history. A filter on `expected_level` or `level` admits rows, and values kept per level, up to the level that it names.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from hoopcast.lineage.columns import row_level_of, traces_of
from hoopcast.lineage.traces import HISTORY, ROW, ROW_LEVELS, Trace, has_post_game_rows
from hoopcast.pipeline.model import Model
from hoopcast.warehouse.tables import LEVELS, Column


@dataclass(frozen=True, order=True)
class Problem:
    """A column (or `*`, the rows) of a table that reads what it must not know, and where from."""

    table: str
    column: str
    rule: str
    message: str


def check_lineage(models: Iterable[Model]) -> tuple[Problem, ...]:
    """Columns of models that read what is known only after their game, on a later date, or at a higher level.

    Raises:
        ModelError: if a model reads what no definition describes.
    """
    return tuple(problem for model in models for problem in _problems(model))


@cache
def _problems(model: Model) -> tuple[Problem, ...]:
    relation = traces_of(model)
    found: set[Problem] = set()
    for column in model.table.columns:
        for trace in relation.columns[column.name]:
            found.update(_of_column(model, column, trace))
    if not has_post_game_rows(model.table):
        level = row_level_of(model)
        for trace in relation.rows:
            found.update(_of_rows(model, level, trace))
    return tuple(sorted(found))


def _of_column(model: Model, column: Column, trace: Trace) -> Iterator[Problem]:
    slack = trace.slack(model.time)
    if column.availability == "post-game":
        if (trace.post_game or trace.dated) and (slack is None or slack > 0):
            yield Problem(model.name, column.name, "later", f"reads {_named(trace)} of dates after its own")
        return
    level = LEVELS.index(column.level) if column.level else HISTORY
    if trace.claim and _names_row_levels(model):
        level = max(level, row_level_of(model))
    yield from _early(model, column.name, trace, level)


def _names_row_levels(model: Model) -> bool:
    """Whether the model is the one that chooses, for each row, the claim of the lowest level that knows of it.

    Readers are held to that level by a filter on it; that a claim of a higher level changes no row of a lower one is
    for a test on data.
    """
    made = set(ROW_LEVELS) & set(model.table.column_names)
    passed = {name for item in model.inputs for name in item.table.column_names}
    return bool(made - passed)


def _of_rows(model: Model, level: int, trace: Trace) -> Iterator[Problem]:
    yield from _early(model, ROW, trace, level)


def _early(model: Model, name: str, trace: Trace, level: int) -> Iterator[Problem]:
    """What a pre-game column, or the rows of a pre-game table, must not read."""
    slack = trace.slack(model.time)
    if slack is not None and slack < 0:
        return  # All that was known before the date is history.
    if trace.post_game:
        yield Problem(model.name, name, "as-of", f"reads {_named(trace)}, known after the game, behind no as-of gate")
        return
    if trace.dated and slack != 0:
        yield Problem(model.name, name, "later", f"reads {_named(trace)} of dates after its own")
    if trace.level > level:
        levels = f"{LEVELS[trace.level]}, its own is {LEVELS[level]}"
        yield Problem(model.name, name, "level", f"reads {_named(trace)} of level {levels}")


def _named(trace: Trace) -> str:
    return f"whether {trace.table} has a row" if trace.column == ROW else f"{trace.table}.{trace.column}"
