"""What a condition of a join or filter says about dates, seasons, numbers in order of date, and information levels."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from hoopcast.lineage.traces import END, START, Rank, Relation
from hoopcast.warehouse.tables import LEVELS

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
    one, other = day_of(first, sources), day_of(last, sources)
    if one is None or other is None or one.kind != other.kind:
        return
    if one.kind == "date":
        yield Comparison(owner, slacks=(((one.node, other.node), days + other.days - one.days),))
    elif one.kind == "season" and days < 0:
        yield Comparison(owner, slacks=(((f"{one.node}{END}", f"{other.node}{START}"), 0),))
    elif one.kind == "season":
        edges = tuple(((f"{one.node}{edge}", f"{other.node}{edge}"), 0) for edge in (START, END))
        yield Comparison(owner, slacks=edges)
    elif one.rank and other.rank and one.rank.origin == other.rank.origin and days + other.days - one.days <= 0:
        alias, at = one.node.split(".")[0], other.node.split(".")[0]
        strict = one.rank.days if days + other.days - one.days < 0 else 0
        dates = (f"{alias}.{one.rank.date}", f"{at}.{other.rank.date}")
        yield Comparison(owner, rank=RankOrder(alias, at, one.rank.partition, (dates, -strict)))


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
