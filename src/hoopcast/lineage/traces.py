"""Traces: to which columns and dates a value goes back, and what comparisons of dates say of that."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from sqlglot import exp

from hoopcast.warehouse.tables import LEVELS, Table

# Games are scheduled ahead, so a row of the schedule exists before its game; of any other table that tells what
# happened, a row exists because it happened.
SCHEDULE = "nba_raw.nbac_schedule"
ROW = "*"
HISTORY = 0
# Columns that name, row by row, the lowest information level that may know of the row.
ROW_LEVELS = ("expected_level", "level")
START, END = "^start", "^end"
Bounds = frozenset[tuple[str, int]]


@dataclass(frozen=True)
class Trace:
    """A column of a table (or `*`, that a row of it exists) that a value was made from.

    `bounds` are pairs of a date column of the value's row and a number of days: what was read is of a date up to that
    column plus these days, so -1 is an as-of gate. `level` counts from 0, history. `dated` is false for what is known
    ahead, such as the schedule. `population` marks that a row of expected players exists, `claim` what came by way of a
    choice of one row among several, such as the claims that he is expected.
    """

    table: str
    column: str
    post_game: bool
    level: int
    dated: bool
    population: bool = False
    claim: bool = False
    bounds: Bounds = frozenset()

    def slack(self, column: str) -> int | None:
        """Days from a date column to the latest date that this may be of; None where nothing bounds it."""
        return min((days for name, days in self.bounds if name == column), default=None)


Traces = frozenset[Trace]


@dataclass(frozen=True)
class Rank:
    """A ROW_NUMBER by date: who has the lower number of two rows of a partition has the earlier date."""

    origin: int
    partition: frozenset[str]
    date: str
    days: int


@dataclass(frozen=True)
class Choice:
    """A ROW_NUMBER that a filter `= 1` turns into a choice: by what is chosen, and the columns that it decides on."""

    order: Traces
    affected: frozenset[str]


@dataclass(frozen=True)
class Relation:
    """Columns of a table or SELECT with what each was made from, and how its dates relate.

    `slacks` holds, for two dates of a row, how many days the first is at most after the second; a season has two dates,
    its start and the first day after its end.
    """

    columns: dict[str, Traces]
    rows: Traces
    slacks: dict[tuple[str, str], int] = field(default_factory=dict)
    dates: frozenset[str] = frozenset()
    key: frozenset[str] = frozenset()
    ranks: dict[str, Rank] = field(default_factory=dict)
    choices: dict[str, Choice] = field(default_factory=dict)
    # A date and those that it is the next of in its partition: valid_to of valid_from.
    next_of: dict[str, frozenset[str]] = field(default_factory=dict)
    # Columns of a row's information level, with the table whose other columns belong to that level too, if any.
    levels: dict[str, str] = field(default_factory=dict)
    # Numbers that are 0 for each row above an information level.
    indicators: dict[str, int] = field(default_factory=dict)


def has_post_game_rows(table: Table) -> bool:
    """Whether a row of the table tells that something has happened."""
    return table.name != SCHEDULE and any(column.availability == "post-game" for column in table.columns)


def key_level(table: Table) -> int:
    """Information level that knows of a row: the lowest one above history among the columns of its key."""
    levels = {LEVELS.index(level) for name in table.grain if (level := table.column(name).level)}
    return min(levels - {HISTORY}, default=HISTORY)


def relation_of(table: Table, row_level: int) -> Relation:
    """A table as its definition describes it.

    Args:
        table: its definition.
        row_level: information level that knows of its rows, as far as it is above that of their key.
    """
    bounds: Bounds = frozenset({(table.time, 0)}) if table.time else frozenset()
    ahead = table.time is None or table.name == SCHEDULE
    level = max(row_level, key_level(table))
    post_game = has_post_game_rows(table)
    row = Trace(table.name, ROW, post_game, level, not ahead, level > key_level(table), bounds=bounds)
    columns = {}
    for column in table.columns:
        after = column.availability == "post-game"
        known_at = LEVELS.index(column.level) if column.level else HISTORY
        # To which season a date belongs is known ahead.
        dated = after or not (ahead or column.name == "season")
        columns[column.name] = frozenset({Trace(table.name, column.name, after, known_at, dated, bounds=bounds)})
    slacks, dates = _dates(table)
    levels = {name: table.name if name in table.grain else "" for name in ROW_LEVELS if name in columns}
    return Relation(columns, frozenset({row}), slacks, dates, frozenset(table.grain), levels=levels)


def _dates(table: Table) -> tuple[dict[tuple[str, str], int], frozenset[str]]:
    """Dates of a table's rows: its time column, the game's (a game has one date) and the season's two."""
    if table.time is None:
        return {}, frozenset()
    time, names = table.time, table.column_names
    slacks: dict[tuple[str, str], int] = {}
    dates = {time}
    if "game_id" in names:
        dates.add("game_id")
        slacks |= {(time, "game_id"): 0, ("game_id", time): 0}
    if "season" in names:
        dates |= {f"season{START}", f"season{END}"}
        slacks |= {(f"season{START}", time): 0, (time, f"season{END}"): -1}
    return slacks, frozenset(dates)


def lower_levels(traces: Traces, level: int, table: str) -> Traces:
    """Traces behind a filter that admits rows up to a level: that they exist, and values of a table kept per level."""
    return frozenset(
        replace(trace, level=min(trace.level, level))
        if trace.column == ROW or (table and trace.table == table)
        else trace
        for trace in traces
    )


def tightest(slacks: dict[tuple[str, str], int], nodes: frozenset[str]) -> dict[tuple[str, str], int]:
    """How many days each date is at most after each other, by way of any third (shortest paths)."""
    best = {(node, node): 0 for node in nodes} | slacks
    linked = sorted({name for pair in slacks for name in pair})
    for middle in linked:
        into = [(first, days) for first in linked if (days := best.get((first, middle))) is not None]
        out = [(last, days) for last in linked if (days := best.get((middle, last))) is not None]
        for first, before in into:
            for last, after in out:
                if best.get((first, last), before + after + 1) > before + after:
                    best[first, last] = before + after
    return best


_EPOCH = "1970-01-01"
_NOT_AFTER: dict[type[exp.Expr], int] = {exp.LT: -1, exp.LTE: 0, exp.EQ: 0}
_NOT_BEFORE: dict[type[exp.Expr], int] = {exp.GT: -1, exp.GTE: 0, exp.EQ: 0}


@dataclass(frozen=True)
class Place:
    """A date of a source, as `alias.column`, and whole days after it; or a season, or a number in order of date."""

    kind: Literal["date", "season", "rank"]
    node: str
    days: int = 0
    rank: Rank | None = None


@dataclass(frozen=True)
class RankOrder:
    """Of two rows of a partition the first has no higher number, so no later date."""

    first: str
    last: str
    partition: frozenset[str]
    as_dates: tuple[tuple[str, str], int]


@dataclass(frozen=True)
class Comparison:
    """What one condition says: pairs of dates with the days that the first is at most after the second.

    `owner` is the outer join for whose rows it holds, empty where it holds for all; `columns` are two that it equates.
    """

    owner: str
    slacks: tuple[tuple[tuple[str, str], int], ...] = ()
    columns: tuple[str, ...] = ()
    rank: RankOrder | None = None


def conjuncts(condition: exp.Expr | None) -> Iterator[exp.Expr]:
    """Conditions that hold together."""
    inner = condition.unnest() if condition is not None else None
    if isinstance(inner, exp.And):
        yield from conjuncts(inner.left)
        yield from conjuncts(inner.right)
    elif inner is not None:
        yield inner


def day_of(node: exp.Expr, sources: dict[str, Relation]) -> Place | None:
    """The date, season or number in order of date that an expression is: a column, its day number, or days from it."""
    inner = node.unnest()
    if isinstance(inner, exp.Column):
        return _column_place(inner, sources)
    if isinstance(inner, exp.DateDiff) and _is_epoch(inner.expression):
        return day_of(inner.this, sources)
    if isinstance(inner, exp.Add | exp.Sub) and inner.right.is_int:
        place = day_of(inner.left, sources)
        days = int(inner.right.name) * (1 if isinstance(inner, exp.Add) else -1)
        if place and place.kind != "season":
            return Place(place.kind, place.node, place.days + days, place.rank)
    return None


def _column_place(column: exp.Column, sources: dict[str, Relation]) -> Place | None:
    source, node = sources.get(column.table), f"{column.table}.{column.name}"
    if source is None:
        return None
    if column.name in source.dates:
        return Place("date", node)
    if f"{column.name}{START}" in source.dates:
        return Place("season", node)
    rank = source.ranks.get(column.name)
    return Place("rank", node, rank=rank) if rank else None


def _is_epoch(node: exp.Expr) -> bool:
    return isinstance(node, exp.Cast) and node.this.name == _EPOCH


def comparisons(condition: exp.Expr, owner: str, sources: dict[str, Relation]) -> Iterator[Comparison]:
    """What a condition says about dates; nothing for most."""
    if isinstance(condition, exp.Between):
        yield from _not_after(condition.args["low"], condition.this, 0, owner, sources)
        yield from _not_after(condition.this, condition.args["high"], 0, owner, sources)
        return
    if not isinstance(condition, exp.Binary):
        return
    left, right = condition.left, condition.right
    if isinstance(condition, exp.EQ) and isinstance(left, exp.Column) and isinstance(right, exp.Column):
        yield Comparison(owner, columns=(f"{left.table}.{left.name}", f"{right.table}.{right.name}"))
    if type(condition) in _NOT_AFTER:
        yield from _not_after(left, right, _NOT_AFTER[type(condition)], owner, sources)
    if type(condition) in _NOT_BEFORE:
        yield from _not_after(right, left, _NOT_BEFORE[type(condition)], owner, sources)
    yield from _days_between(condition, owner, sources)


def _not_after(
    first: exp.Expr, last: exp.Expr, days: int, owner: str, sources: dict[str, Relation]
) -> Iterator[Comparison]:
    """`first <= last + days`."""
    earlier, later = day_of(first, sources), day_of(last, sources)
    if earlier is None or later is None or earlier.kind != later.kind:
        return
    if earlier.kind == "date":
        yield Comparison(owner, slacks=(((earlier.node, later.node), days + later.days - earlier.days),))
    elif earlier.kind == "season" and days < 0:
        yield Comparison(owner, slacks=(((f"{earlier.node}{END}", f"{later.node}{START}"), 0),))
    elif earlier.kind == "season":
        edges = tuple(((f"{earlier.node}{edge}", f"{later.node}{edge}"), 0) for edge in (START, END))
        yield Comparison(owner, slacks=edges)
    elif (
        earlier.rank
        and later.rank
        and earlier.rank.origin == later.rank.origin
        and days + later.days - earlier.days <= 0
    ):
        alias, at = earlier.node.split(".")[0], later.node.split(".")[0]
        strict = earlier.rank.days if days + later.days - earlier.days < 0 else 0
        dates = (f"{alias}.{earlier.rank.date}", f"{at}.{later.rank.date}")
        yield Comparison(owner, rank=RankOrder(alias, at, earlier.rank.partition, (dates, -strict)))


def _days_between(condition: exp.Binary, owner: str, sources: dict[str, Relation]) -> Iterator[Comparison]:
    """`DATE_DIFF('day', a, b)` compared with a number of days."""
    if not isinstance(condition.left, exp.DateDiff) or not condition.right.is_int:
        return
    difference, days = condition.left, int(condition.right.name)
    start, end = day_of(difference.expression, sources), day_of(difference.this, sources)
    if not start or not end or start.kind != "date" or end.kind != "date":
        return
    shift = start.days - end.days
    if type(condition) in _NOT_BEFORE:
        yield Comparison(owner, slacks=(((start.node, end.node), _NOT_BEFORE[type(condition)] - days - shift),))
    if type(condition) in _NOT_AFTER:
        yield Comparison(owner, slacks=(((end.node, start.node), _NOT_AFTER[type(condition)] + days + shift),))


def row_level(condition: exp.Expr, sources: dict[str, Relation]) -> tuple[int, str] | None:
    """Highest information level of the rows that a condition admits, as `expected_level = 'history'` does.

    Returns:
        The level, and the table whose columns all belong to the level of their row, if it is kept so; None for a
        condition on anything else.
    """
    inner = condition.unnest()
    if isinstance(inner, exp.EQ | exp.NEQ) and isinstance(inner.left, exp.Column) and inner.right.is_string:
        named, column = {inner.right.name}, inner.left
    elif isinstance(inner, exp.In) and isinstance(inner.this, exp.Column):
        named, column = {part.name for part in inner.expressions if part.is_string}, inner.this
    else:
        return None
    source = sources.get(column.table)
    if source is None or column.name not in source.levels or not named <= set(LEVELS):
        return None
    levels = {LEVELS.index(level) for level in LEVELS if (level in named) != isinstance(inner, exp.NEQ)}
    # Rows of expected players are of no level above market: a line tells who is quoted, and is no further sign.
    known = levels & set(range(LEVELS.index("line"))) if isinstance(inner, exp.NEQ) else levels
    return max(known), source.levels[column.name]
