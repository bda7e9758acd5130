"""What each column of a SELECT was made from, and how the dates among its columns relate."""

from dataclasses import replace

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from hoopcast.lineage.expressions import grouped, indicated, one_a_day, traced
from hoopcast.lineage.reading import Reading, read, rows_of
from hoopcast.lineage.traces import END, START, Choice, Rank, Relation, Traces


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
    columns = {name: _dated(traced(reading, node), places) for name, node in projections.items()}
    distinct = select.args.get("distinct") is not None
    rows = _dated(rows_of(reading), places)
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
    found = {f"{alias}.{name}": at for alias, source in reading.sources.items() for name, at in source.levels.items()}
    return {renamed[name]: at for name, at in found.items() if name in renamed}


def _indicators(reading: Reading, projections: dict[str, exp.Expr]) -> dict[str, int]:
    levels = {name: indicated(reading, node) for name, node in projections.items()}
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


def _dated(traces: Traces, places: dict[str, tuple[str, int]]) -> Traces:
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
        names = grouped(group)
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
    found = {}
    for name, node in projections.items():
        if isinstance(node, exp.Column):
            starts = reading.sources[node.table].next_of.get(node.name, frozenset())
            kept = frozenset(renamed[at] for start in starts if (at := f"{node.table}.{start}") in renamed)
            if kept:
                found[name] = kept
            continue
        lead = node.this if isinstance(node, exp.Coalesce) and len(node.expressions) == 1 else node
        if not isinstance(lead, exp.Window) or not isinstance(lead.this, exp.Lead):
            continue
        definition = reading.windows.get(lead.alias, lead)
        first = definition.args["order"].expressions[0]
        if first.this == lead.this.this and not first.args.get("desc") and not lead.this.args.get("offset"):
            found[name] = frozenset(out for out, value in projections.items() if value == lead.this.this)
    return found
