"""What an expression was made from: columns, conditions, aggregates and windows."""

from dataclasses import replace

from sqlglot import exp

from hoopcast.lineage.comparisons import row_level
from hoopcast.lineage.reading import Admitted, Reading, column_traces, rows_of
from hoopcast.lineage.traces import END, START, Trace, Traces, lowered

_ENTITIES = frozenset({"player_id", "team_abbr", "team_id"})


def traced(reading: Reading, node: exp.Expr) -> Traces:
    """What an expression was made from."""
    if isinstance(node, exp.Column):
        return column_traces(reading, node)
    if isinstance(node, exp.Window):
        return _window(reading, node)
    if isinstance(node, exp.AggFunc):
        return _aggregate(reading, node, grouped(reading.select.args.get("group")))
    if isinstance(node, exp.Case):
        return _case(reading, node)
    if isinstance(node, exp.Mul):
        for number, value in ((node.left.unnest(), node.right), (node.right.unnest(), node.left)):
            level = indicated(reading, number)
            if level is not None:
                return traced(reading, number) | lowered(traced(reading, value), level, "")
    found: Traces = frozenset()
    for part in node.iter_expressions():
        found |= traced(reading, part)
    return found


def grouped(clause: exp.Expr | None) -> frozenset[str]:
    """Columns of a GROUP BY, as alias.column."""
    parts = clause.expressions if clause else ()
    return frozenset(f"{part.table}.{part.name}" for part in parts if isinstance(part, exp.Column))


def _aggregate(reading: Reading, node: exp.AggFunc, kept: frozenset[str]) -> Traces:
    """An aggregate is made from its argument and from which rows there are."""
    argument: Traces = frozenset()
    for part in node.iter_expressions():
        argument |= traced(reading, part)
    rows = rows_of(reading, kept)
    level = _argument_level(reading, node.this) if isinstance(node.this, exp.Expr) else None
    return argument | (lowered(rows, *level) if level else rows)


def _argument_level(reading: Reading, node: exp.Expr) -> Admitted | None:
    """Information level up to which an aggregate counts rows: those above give it 0 or NULL."""
    inner = node.unnest()
    if isinstance(inner, exp.Case) and inner.args.get("default") is None:
        gates = [row_level(_condition(inner, branch), reading.sources) for branch in inner.args["ifs"]]
        if gates and all(gates):
            return max(gate for gate in gates if gate)
    if isinstance(inner, exp.Mul):
        for factor in (inner.left.unnest(), inner.right.unnest()):
            level = indicated(reading, factor)
            if level is not None:
                return level, ""
    return None


def indicated(reading: Reading, node: exp.Expr) -> int | None:
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
    found: Traces = traced(reading, node.this) if node.this else frozenset()
    for branch in node.args["ifs"]:
        value = traced(reading, branch.args["true"])
        if gate := row_level(_condition(node, branch), reading.sources):
            value = lowered(value, *gate)
        found |= traced(reading, branch.this) | value
    default = node.args.get("default")
    return found | (traced(reading, default) if default else frozenset())


def _window(reading: Reading, node: exp.Window) -> Traces:
    """A window function is made from its argument on other rows, from which rows there are, and from their order."""
    definition = reading.windows.get(node.alias, node)
    partition = definition.args.get("partition_by") or []
    order = definition.args["order"].expressions if definition.args.get("order") else []
    kept = frozenset(f"{part.table}.{part.name}" for part in partition if isinstance(part, exp.Column))
    function = node.this.this if isinstance(node.this, exp.IgnoreNulls | exp.RespectNulls) else node.this
    found = _aggregate(reading, function, kept) if isinstance(function, exp.AggFunc) else rows_of(reading, kept)
    if not isinstance(function, exp.AggFunc):
        for part in function.iter_expressions():
            found |= traced(reading, part)
    for part in (*partition, *(ordered.this for ordered in order)):
        found |= traced(reading, part)
    return frozenset(_in_frame(reading, trace, function, definition, kept) for trace in found)


def _in_frame(
    reading: Reading, trace: Trace, function: exp.Expr, definition: exp.Window, partition: frozenset[str]
) -> Trace:
    """A trace of the other rows of a frame, dated by the row that looks at them."""
    kept = {name: days for name, days in trace.bounds if name.removesuffix(START).removesuffix(END) in partition}
    order = definition.args["order"].expressions if definition.args.get("order") else []
    place = reading.place(order[0].this) if order and not order[0].args.get("desc") else None
    days = trace.slack(place.node) if place and place.kind == "date" else None
    if place and days is not None:
        frame = definition.args.get("spec")
        end = (frame.args.get("end_side"), frame.args.get("end")) if frame else (None, "CURRENT ROW")
        back = isinstance(function, exp.Lag) or end[0] == "PRECEDING"
        if back or (end[1] == "CURRENT ROW" and not isinstance(function, exp.Lead)):
            strict = back and one_a_day(reading, place.node, partition)
            kept[place.node] = days - 1 if strict else days
    best: dict[str, int] = {}
    for (first, last), after in reading.slacks[""].items():
        if first in kept and kept[first] + after < best.get(last, kept[first] + after + 1):
            best[last] = kept[first] + after
    return replace(trace, bounds=frozenset(best.items()))


def one_a_day(reading: Reading, node: str, partition: frozenset[str]) -> bool:
    """Whether a partition has one row a date: games of one player or team, or rows whose key is partition and date."""
    if any(name.split(".")[1] in _ENTITIES for name in partition):
        return True
    aliases = {name.split(".")[0] for name in (*partition, node)}
    source = reading.sources[aliases.pop()] if len(aliases) == 1 and len(reading.sources) == 1 else None
    named = {name.split(".")[1] for name in (*partition, node)}
    return source is not None and bool(source.key) and source.key <= named
