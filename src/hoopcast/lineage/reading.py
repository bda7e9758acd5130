"""One SELECT as it is read: what its joins and filters say about the dates of its sources."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sqlglot import exp

from hoopcast.lineage.comparisons import Comparison, Place, comparisons, conjuncts, day_of, row_level
from hoopcast.lineage.traces import Choice, Relation, Trace, Traces, lowered, tightest

Admitted = tuple[int, str]


@dataclass
class Reading:
    """One SELECT as it is read: its sources by alias, and what its conditions say about their dates."""

    select: exp.Select
    sources: dict[str, Relation]
    outer: frozenset[str]
    windows: dict[str, exp.Window]
    comparisons: list[Comparison] = field(default_factory=list)
    slacks: dict[str, dict[tuple[str, str], int]] = field(default_factory=dict)
    filters: Traces = frozenset()
    by_join: dict[str, Traces] = field(default_factory=dict)
    admitted: list[tuple[str, Admitted]] = field(default_factory=list)
    chosen: dict[str, list[Choice]] = field(default_factory=dict)
    through: dict[tuple[str, Trace], Trace] = field(default_factory=dict)

    def place(self, node: exp.Expr) -> Place | None:
        """The date, season or number in order of date that an expression is."""
        return day_of(node, self.sources)


def read(select: exp.Select, sources: dict[str, Relation]) -> Reading:
    """Read the conditions of a SELECT.

    Args:
        select: all of its columns are under their tables.
        sources: what it reads, by alias.
    """
    joins = {join.alias_or_name: join for join in select.args.get("joins") or ()}
    outer = frozenset(alias for alias, join in joins.items() if join.side)
    windows = {window.name: window for window in select.args.get("windows") or ()}
    reading = Reading(select, sources, outer, windows)
    conditions = list(_conditions(select, joins, outer))
    for owner, condition in conditions:
        reading.comparisons.extend(comparisons(condition, owner, sources))
    _measure(reading)
    for _, condition in conditions:
        if made := _choice(reading, condition):
            reading.chosen.setdefault(made[0], []).append(made[1])
    for owner, condition in conditions:
        beside = [other for at, other in conditions if at in ("", owner)]
        _take(reading, owner, condition, beside)
    return reading


def _conditions(
    select: exp.Select, joins: dict[str, exp.Join], outer: frozenset[str]
) -> Iterator[tuple[str, exp.Expr]]:
    """Each condition with the alias of the outer join that it belongs to, or none where it filters every row."""
    for alias, join in joins.items():
        for condition in conjuncts(join.args.get("on")):
            yield (alias if alias in outer else ""), condition
    for clause in ("where", "having"):
        if select.args.get(clause):
            for condition in conjuncts(select.args[clause].this):
                yield "", condition


def _measure(reading: Reading) -> None:
    """How many days each date is after each other: for every row, and for the rows that an outer join found."""
    ranks = [item for item in reading.comparisons if item.rank]
    equal = {frozenset(item.columns) for item in reading.comparisons if item.columns}
    for owner in ("", *reading.outer):
        slacks: dict[tuple[str, str], int] = {}
        nodes: set[str] = set()
        for alias, source in reading.sources.items():
            nodes |= {f"{alias}.{name}" for name in source.dates}
            if alias not in reading.outer or alias == owner:
                for (first, last), days in source.slacks.items():
                    _tighten(slacks, (f"{alias}.{first}", f"{alias}.{last}"), days)
        usable = [item for item in reading.comparisons if item.owner in ("", owner)]
        for item in usable:
            for pair, days in item.slacks:
                _tighten(slacks, pair, days)
        for item in ranks:
            if item.owner in ("", owner) and item.rank and _same_partition(item, equal):
                _tighten(slacks, *item.rank.as_dates)
        reading.slacks[owner] = tightest(slacks, frozenset(nodes))


def _tighten(slacks: dict[tuple[str, str], int], pair: tuple[str, str], days: int) -> None:
    slacks[pair] = min(days, slacks.get(pair, days))


def _same_partition(item: Comparison, equal: set[frozenset[str]]) -> bool:
    rank = item.rank
    return rank is not None and all(
        frozenset({f"{rank.first}.{name}", f"{rank.last}.{name}"}) in equal for name in rank.partition
    )


def _take(reading: Reading, owner: str, condition: exp.Expr, beside: list[exp.Expr]) -> None:
    """Add what a condition reads to the rows, or to the columns of the outer join that it belongs to."""
    if level := row_level(condition, reading.sources):
        reading.admitted.append((owner, level))
    if _choice(reading, condition) or _closes_an_interval(reading, condition, beside):
        return
    traces: Traces = frozenset()
    for column in condition.find_all(exp.Column):
        traces |= _looked_up(reading, column, owner)
    if owner:
        reading.by_join[owner] = reading.by_join.get(owner, frozenset()) | traces
    else:
        reading.filters |= traces


def _looked_up(reading: Reading, column: exp.Column, owner: str) -> Traces:
    """What a column of a condition was made from."""
    source = reading.sources[column.table]
    traces = source.columns[column.name]
    if column.table in reading.chosen:
        traces = frozenset(replace(trace, claim=True) for trace in traces)
    if column.table in reading.outer and column.table != owner:
        # That it is not NULL tells that there is a row.
        traces |= frozenset(row for row in source.rows if row.post_game or not row.population)
    return mapped(reading, column.table, traces, owner)


def _choice(reading: Reading, condition: exp.Expr) -> tuple[str, Choice] | None:
    """The choice that `number = 1` makes; which row it takes shows in the columns, not in whether there is one."""
    if not isinstance(condition, exp.EQ) or not isinstance(condition.left, exp.Column):
        return None
    column = condition.left
    choice = reading.sources[column.table].choices.get(column.name)
    return (column.table, choice) if choice and condition.right.is_number and condition.right.name == "1" else None


def _closes_an_interval(reading: Reading, condition: exp.Expr, beside: list[exp.Expr]) -> bool:
    """Whether a condition is the second half of `valid_from < D AND D <= valid_to`: it picks the last row before D."""
    if isinstance(condition, exp.LTE | exp.LT):
        date, end = condition.left, condition.right
    elif isinstance(condition, exp.GTE | exp.GT):
        date, end = condition.right, condition.left
    else:
        return False
    if not isinstance(end, exp.Column):
        return False
    starts = reading.sources[end.table].next_of.get(end.name, frozenset())
    # `D < valid_to` says that nothing followed on D itself: no leak where D counts, as for news of the day.
    opening = exp.LTE if isinstance(condition, exp.LT | exp.GT) else exp.LT | exp.LTE
    return any(
        isinstance(other, opening)
        and isinstance(other.left, exp.Column)
        and (other.left.table, other.right) == (end.table, date)
        and other.left.name in starts
        for other in beside
    )


def mapped(reading: Reading, alias: str, traces: Traces, owner: str = "") -> Traces:
    """Traces of a source as this SELECT can tell their dates."""
    via = alias if alias in reading.outer else owner
    return frozenset(_through(reading, alias, trace, via) for trace in traces)


def _through(reading: Reading, alias: str, trace: Trace, via: str) -> Trace:
    key = (f"{alias}|{via}", trace)
    if key not in reading.through:
        best: dict[str, int] = {}
        known = [(f"{alias}.{name}", days) for name, days in trace.bounds]
        for (first, last), after in reading.slacks[via].items():
            for name, days in known:
                if name == first and days + after < best.get(last, days + after + 1):
                    best[last] = days + after
        reading.through[key] = replace(trace, bounds=frozenset(best.items()))
    return reading.through[key]


def column_traces(reading: Reading, column: exp.Column) -> Traces:
    """What a column was made from; of an outer join also whether there was a row, and by what it was looked for."""
    alias = column.table
    source = reading.sources[alias]
    traces = source.columns[column.name]
    for choice in reading.chosen.get(alias, ()):
        if column.name in choice.affected:
            traces |= choice.order
    if alias in reading.chosen:
        traces = frozenset(replace(trace, claim=True) for trace in traces)
    if alias in reading.outer:
        traces |= frozenset(row for row in source.rows if row.post_game or not row.population)
    found = mapped(reading, alias, traces)
    found |= reading.by_join.get(alias, frozenset())
    for owner, (level, table) in reading.admitted:
        if owner in ("", alias):
            found = lowered(found, level, table)
    return found


def rows_of(reading: Reading, kept: frozenset[str] = frozenset()) -> Traces:
    """What decides which rows there are, aside from those whose key is kept, so that each stands for itself."""
    found = reading.filters
    for alias, source in reading.sources.items():
        if alias in reading.outer:
            continue
        key = source.key - {name for name, table in source.levels.items() if table}
        own = bool(key) and {f"{alias}.{name}" for name in key} <= kept
        found |= mapped(reading, alias, frozenset(row for row in source.rows if row.post_game or not own))
    for owner, (level, table) in reading.admitted:
        if not owner:
            found = lowered(found, level, table)
    return found
