"""What each column of a query was made from, read through expressions, windows, joins and set operations."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from hoopcast.lineage.traces import (
    END,
    START,
    Choice,
    Comparison,
    Place,
    Rank,
    Relation,
    Trace,
    Traces,
    comparisons,
    conjuncts,
    day_of,
    lower_levels,
    row_level,
    tightest,
)

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
    return map_dates(reading, column.table, traces, owner)


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


def map_dates(reading: Reading, alias: str, traces: Traces, owner: str = "") -> Traces:
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
    result = map_dates(reading, alias, traces)
    result |= reading.by_join.get(alias, frozenset())
    for owner, (level, table) in reading.admitted:
        if owner in ("", alias):
            result = lower_levels(result, level, table)
    return result


def rows_of(reading: Reading, key_columns: frozenset[str] = frozenset()) -> Traces:
    """What decides which rows there are, aside from those whose key is kept, so that each stands for itself."""
    result = reading.filters
    for alias, source in reading.sources.items():
        if alias in reading.outer:
            continue
        key = source.key - {name for name, table in source.levels.items() if table}
        own = bool(key) and {f"{alias}.{name}" for name in key} <= key_columns
        result |= map_dates(reading, alias, frozenset(row for row in source.rows if row.post_game or not own))
    for owner, (level, table) in reading.admitted:
        if not owner:
            result = lower_levels(result, level, table)
    return result


_ENTITIES = frozenset({"player_id", "team_abbr", "team_id"})


def trace(reading: Reading, node: exp.Expr) -> Traces:
    """What an expression was made from."""
    if isinstance(node, exp.Column):
        return column_traces(reading, node)
    if isinstance(node, exp.Window):
        return _window(reading, node)
    if isinstance(node, exp.AggFunc):
        return _aggregate(reading, node, group_columns(reading.select.args.get("group")))
    if isinstance(node, exp.Case):
        return _case(reading, node)
    if isinstance(node, exp.Mul):
        for number, value in ((node.left.unnest(), node.right), (node.right.unnest(), node.left)):
            level = indicator_level(reading, number)
            if level is not None:
                return trace(reading, number) | lower_levels(trace(reading, value), level, "")
    result: Traces = frozenset()
    for part in node.iter_expressions():
        result |= trace(reading, part)
    return result


def group_columns(clause: exp.Expr | None) -> frozenset[str]:
    """Columns of a GROUP BY, as alias.column."""
    parts = clause.expressions if clause else ()
    return frozenset(f"{part.table}.{part.name}" for part in parts if isinstance(part, exp.Column))


def _aggregate(reading: Reading, node: exp.AggFunc, key_columns: frozenset[str]) -> Traces:
    """An aggregate is made from its argument and from which rows there are."""
    argument: Traces = frozenset()
    for part in node.iter_expressions():
        argument |= trace(reading, part)
    rows = rows_of(reading, key_columns)
    level = _argument_level(reading, node.this) if isinstance(node.this, exp.Expr) else None
    return argument | (lower_levels(rows, *level) if level else rows)


def _argument_level(reading: Reading, node: exp.Expr) -> Admitted | None:
    """Information level up to which an aggregate counts rows: those above give it 0 or NULL."""
    inner = node.unnest()
    if isinstance(inner, exp.Case) and inner.args.get("default") is None:
        gates = [row_level(_condition(inner, branch), reading.sources) for branch in inner.args["ifs"]]
        if gates and all(gates):
            return max(gate for gate in gates if gate)
    if isinstance(inner, exp.Mul):
        for factor in (inner.left.unnest(), inner.right.unnest()):
            level = indicator_level(reading, factor)
            if level is not None:
                return level, ""
    return None


def indicator_level(reading: Reading, node: exp.Expr) -> int | None:
    """Information level above which a number is 0 for every row; None where it is no such number."""
    if isinstance(node, exp.Column):
        return reading.sources[node.table].indicators.get(node.name)
    return _indicator(reading, node)


def _indicator(reading: Reading, node: exp.Expr) -> int | None:
    """Information level of `CASE WHEN expected_level = 'history' THEN 1 ELSE 0 END`, or of the same the other way."""
    if not isinstance(node, exp.Case) or len(node.args["ifs"]) != 1 or not node.args.get("default"):
        return None
    branch, default = node.args["ifs"][0], node.args["default"]
    then, other = branch.args["true"], default
    if not (then.is_number and other.is_number):
        return None
    condition = _condition(node, branch)
    if float(other.name) == 0:
        gate = row_level(condition, reading.sources)
    elif float(then.name) == 0 and isinstance(condition, exp.EQ):
        gate = row_level(exp.NEQ(this=condition.left.copy(), expression=condition.right.copy()), reading.sources)
    else:
        gate = None
    return gate[0] if gate else None


def _condition(case: exp.Case, branch: exp.Expr) -> exp.Expr:
    """The condition of a branch, that of `CASE x WHEN v` as `x = v`."""
    condition: exp.Expr = branch.this
    return condition if case.this is None else exp.EQ(this=case.this.copy(), expression=condition.copy())


def _case(reading: Reading, node: exp.Case) -> Traces:
    result: Traces = trace(reading, node.this) if node.this else frozenset()
    for branch in node.args["ifs"]:
        value = trace(reading, branch.args["true"])
        if gate := row_level(_condition(node, branch), reading.sources):
            value = lower_levels(value, *gate)
        result |= trace(reading, branch.this) | value
    default = node.args.get("default")
    return result | (trace(reading, default) if default else frozenset())


def _window(reading: Reading, node: exp.Window) -> Traces:
    """A window function is made from its argument on other rows, from which rows there are, and from their order."""
    definition = reading.windows.get(node.alias, node)
    partition = definition.args.get("partition_by") or []
    order = definition.args["order"].expressions if definition.args.get("order") else []
    key_columns = frozenset(f"{part.table}.{part.name}" for part in partition if isinstance(part, exp.Column))
    function = node.this.this if isinstance(node.this, exp.IgnoreNulls | exp.RespectNulls) else node.this
    result = (
        _aggregate(reading, function, key_columns)
        if isinstance(function, exp.AggFunc)
        else rows_of(reading, key_columns)
    )
    if not isinstance(function, exp.AggFunc):
        for part in function.iter_expressions():
            result |= trace(reading, part)
    for part in (*partition, *(ordered.this for ordered in order)):
        result |= trace(reading, part)
    return frozenset(_in_frame(reading, trace, function, definition, key_columns) for trace in result)


def _in_frame(
    reading: Reading, trace: Trace, function: exp.Expr, definition: exp.Window, partition: frozenset[str]
) -> Trace:
    """A trace of the other rows of a frame, dated by the row that looks at them."""
    bounds = {name: days for name, days in trace.bounds if name.removesuffix(START).removesuffix(END) in partition}
    order = definition.args["order"].expressions if definition.args.get("order") else []
    place = reading.place(order[0].this) if order and not order[0].args.get("desc") else None
    days = trace.slack(place.node) if place and place.kind == "date" else None
    if place and days is not None:
        frame = definition.args.get("spec")
        end = (frame.args.get("end_side"), frame.args.get("end")) if frame else (None, "CURRENT ROW")
        back = isinstance(function, exp.Lag) or end[0] == "PRECEDING"
        if back or (end[1] == "CURRENT ROW" and not isinstance(function, exp.Lead)):
            strict = back and one_a_day(reading, place.node, partition)
            bounds[place.node] = days - 1 if strict else days
    best: dict[str, int] = {}
    for (first, last), after in reading.slacks[""].items():
        if first in bounds and bounds[first] + after < best.get(last, bounds[first] + after + 1):
            best[last] = bounds[first] + after
    return replace(trace, bounds=frozenset(best.items()))


def one_a_day(reading: Reading, node: str, partition: frozenset[str]) -> bool:
    """Whether a partition has one row a date: games of one player or team, or rows whose key is partition and date."""
    if any(name.split(".")[1] in _ENTITIES for name in partition):
        return True
    aliases = {name.split(".")[0] for name in (*partition, node)}
    source = reading.sources[aliases.pop()] if len(aliases) == 1 and len(reading.sources) == 1 else None
    named = {name.split(".")[1] for name in (*partition, node)}
    return source is not None and bool(source.key) and source.key <= named


def read_select(scope: Scope, sources: dict[str, Relation]) -> Relation:
    """What each column of a SELECT was made from.

    Args:
        scope: a SELECT whose columns are all under their tables.
        sources: what it reads, by alias.
    """
    select = scope.expression
    assert isinstance(select, exp.Select)  # noqa: S101 - a UNION is put together elsewhere
    return _output(read(select, sources))


def _output(reading: Reading) -> Relation:
    """The SELECT as a source of others."""
    select = reading.select
    projections = {column.alias_or_name: column.unalias() for column in select.selects}
    places = _output_dates(reading, projections)
    renamed = {f"{node.table}.{node.name}": name for name, node in projections.items() if isinstance(node, exp.Column)}
    slacks = {}
    for name, (node, offset) in places.items():
        for other, (last, shift) in places.items():
            days = _apart(reading, node, last)
            if name != other and days is not None:
                slacks[name, other] = days + offset - shift
    columns = {name: _date_by_columns(trace(reading, node), places) for name, node in projections.items()}
    distinct = select.args.get("distinct") is not None
    rows = _date_by_columns(rows_of(reading), places)
    if distinct and all(f"{name}{END}" in places for name in projections):  # Which seasons there are is known ahead.
        rows = frozenset(row if row.post_game else replace(row, dated=False) for row in rows)
    return Relation(
        columns=columns,
        rows=rows,
        slacks=slacks,
        dates=frozenset(places),
        key=frozenset(projections) if distinct else _key(reading, renamed),
        ranks=_ranks(reading, projections, renamed, places),
        choices=_choices(reading, projections, columns),
        next_of=_next_of(reading, projections, renamed),
        levels=_levels(reading, renamed),
        indicators=_indicators(reading, projections),
    )


def _levels(reading: Reading, renamed: dict[str, str]) -> dict[str, str]:
    levels = {f"{alias}.{name}": at for alias, source in reading.sources.items() for name, at in source.levels.items()}
    return {renamed[name]: at for name, at in levels.items() if name in renamed}


def _indicators(reading: Reading, projections: dict[str, exp.Expr]) -> dict[str, int]:
    levels = {name: indicator_level(reading, node) for name, node in projections.items()}
    return {name: level for name, level in levels.items() if level is not None}


def _apart(reading: Reading, first: str, last: str) -> int | None:
    """Days that one date is at most after another, in every row, or where an outer join found the row of both."""
    aliases = {first.split(".", maxsplit=1)[0], last.split(".", maxsplit=1)[0]}
    owner = aliases.pop() if len(aliases) == 1 else ""
    return reading.slacks[owner if owner in reading.outer else ""].get((first, last))


def _output_dates(reading: Reading, projections: dict[str, exp.Expr]) -> dict[str, tuple[str, int]]:
    """Dates among the columns: which date of a source each is, and how many days after it."""
    places = {}
    for name, node in projections.items():
        inner = node.this if isinstance(node, exp.Max) else node
        place = reading.place(inner)
        if place and place.kind == "date":
            places[name] = (place.node, place.days)
        elif place and place.kind == "season" and not isinstance(node, exp.Max):
            places |= {f"{name}{edge}": (f"{place.node}{edge}", 0) for edge in (START, END)}
    return places


def _date_by_columns(traces: Traces, places: dict[str, tuple[str, int]]) -> Traces:
    """Traces whose bounds are told by the columns that go out."""
    at: dict[str, list[tuple[str, int]]] = {}
    for name, (node, offset) in places.items():
        at.setdefault(node, []).append((name, offset))
    return frozenset(
        replace(
            trace,
            bounds=frozenset((name, days - offset) for node, days in trace.bounds for name, offset in at.get(node, ())),
        )
        for trace in traces
    )


def _key(reading: Reading, renamed: dict[str, str]) -> frozenset[str]:
    """Columns that tell rows apart: those of the group, or of a single source."""
    group = reading.select.args.get("group")
    if group:
        names = group_columns(group)
        return frozenset(renamed[name] for name in names) if names <= renamed.keys() else frozenset()
    if len(reading.sources) != 1:
        return frozenset()
    ((alias, source),) = reading.sources.items()
    names = frozenset(f"{alias}.{name}" for name in source.key)
    return frozenset(renamed[name] for name in names) if names <= renamed.keys() else frozenset()


def _ranks(
    reading: Reading, projections: dict[str, exp.Expr], renamed: dict[str, str], places: dict[str, tuple[str, int]]
) -> dict[str, Rank]:
    ranks = {}
    for name, node in projections.items():
        if isinstance(node, exp.Column) and (known := reading.sources[node.table].ranks.get(node.name)):
            needed = [f"{node.table}.{column}" for column in (*known.partition, known.date)]
            if all(column in renamed for column in needed):
                partition = frozenset(renamed[f"{node.table}.{column}"] for column in known.partition)
                ranks[name] = replace(known, partition=partition, date=renamed[f"{node.table}.{known.date}"])
        if not isinstance(node, exp.Window) or not isinstance(node.this, exp.RowNumber):
            continue
        definition = reading.windows.get(node.alias, node)
        by = [f"{part.table}.{part.name}" for part in definition.args.get("partition_by") or ()]
        first = definition.args["order"].expressions[0] if definition.args.get("order") else None
        place = reading.place(first.this) if first is not None and not first.args.get("desc") else None
        date = next((out for out, (at, shift) in places.items() if place and at == place.node and shift == 0), None)
        if place and date and all(column in renamed for column in by):
            strict = 1 if one_a_day(reading, place.node, frozenset(by)) else 0
            ranks[name] = Rank(id(definition), frozenset(renamed[column] for column in by), date, strict)
    return ranks


def _choices(reading: Reading, projections: dict[str, exp.Expr], columns: dict[str, Traces]) -> dict[str, Choice]:
    """Numbers of rows that a filter can turn into a choice, and the columns that the choice decides on."""
    choices = {}
    for name, node in projections.items():
        if isinstance(node, exp.Column) and (known := reading.sources[node.table].choices.get(node.name)):
            affected = frozenset(
                out
                for out, value in projections.items()
                if any(c.table == node.table and c.name in known.affected for c in value.find_all(exp.Column))
            )
            choices[name] = Choice(columns[name], affected)
        elif isinstance(node, exp.Window) and isinstance(node.this, exp.RowNumber):
            definition = reading.windows.get(node.alias, node)
            same = {f"{part.table}.{part.name}" for part in definition.args.get("partition_by") or ()}
            by = {column.table for column in definition.args["order"].find_all(exp.Column)}
            affected = frozenset(
                out
                for out, value in projections.items()
                if any(c.table in by and f"{c.table}.{c.name}" not in same for c in value.find_all(exp.Column))
            )
            choices[name] = Choice(columns[name], affected)
    return choices


def _next_of(reading: Reading, projections: dict[str, exp.Expr], renamed: dict[str, str]) -> dict[str, frozenset[str]]:
    """Columns that are the next date of a partition: LEAD of a date over its own order, be it with an end of time."""
    next_of = {}
    for name, node in projections.items():
        if isinstance(node, exp.Column):
            starts = reading.sources[node.table].next_of.get(node.name, frozenset())
            beginnings = frozenset(renamed[at] for start in starts if (at := f"{node.table}.{start}") in renamed)
            if beginnings:
                next_of[name] = beginnings
            continue
        lead = node.this if isinstance(node, exp.Coalesce) and len(node.expressions) == 1 else node
        if not isinstance(lead, exp.Window) or not isinstance(lead.this, exp.Lead):
            continue
        definition = reading.windows.get(lead.alias, lead)
        first = definition.args["order"].expressions[0]
        if first.this == lead.this.this and not first.args.get("desc") and not lead.this.args.get("offset"):
            next_of[name] = frozenset(out for out, value in projections.items() if value == lead.this.this)
    return next_of
