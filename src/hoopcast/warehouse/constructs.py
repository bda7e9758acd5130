"""Constructs that the portable subset leaves out, told from the tree alone."""

from collections.abc import Iterator

from sqlglot import exp

from hoopcast.warehouse.findings import Finding

# Kinds of node that never appear, with the rule's name and what to write instead.
_REFUSED: dict[type[exp.Expr], tuple[str, str]] = {
    exp.Pivot: ("pivot", "no PIVOT: write MAX(CASE … END) and GROUP BY"),
    exp.Unnest: ("unnest", "no UNNEST: write a SELECT per row and UNION ALL"),
    exp.Explode: ("unnest", "no UNNEST: write a SELECT per row and UNION ALL"),
    exp.Lateral: ("unnest", "no LATERAL: join a CTE"),
    exp.Array: ("nested", "no LIST: one column a value"),
    exp.ArrayAgg: ("nested", "no LIST: one column a value"),
    exp.Bracket: ("nested", "no LIST: one column a value"),
    exp.Struct: ("nested", "no STRUCT: one column a value"),
    exp.Filter: ("filter", "no FILTER: write the condition as a CASE inside the aggregate"),
    exp.Qualify: ("qualify", "no QUALIFY: number the rows in a CTE and filter it with WHERE"),
    exp.Median: ("quantile", "no MEDIAN: it differs by engine"),
    exp.Quantile: ("quantile", "no QUANTILE: it differs by engine"),
    exp.ApproxQuantile: ("quantile", "no QUANTILE: it differs by engine"),
    exp.PercentileCont: ("quantile", "no QUANTILE: it differs by engine"),
    exp.PercentileDisc: ("quantile", "no QUANTILE: it differs by engine"),
    exp.Mode: ("quantile", "no MODE: it differs by engine"),
    exp.DateTrunc: ("date-trunc", "no DATE_TRUNC: group by a column of the schedule"),
    exp.TimestampTrunc: ("date-trunc", "no DATE_TRUNC: group by a column of the schedule"),
    exp.DatetimeTrunc: ("date-trunc", "no DATE_TRUNC: group by a column of the schedule"),
    exp.DateAdd: ("date-add", "no DATE_ADD: BigQuery refuses what it compiles to; compare day numbers"),
    exp.DateSub: ("date-add", "no DATE_SUB: BigQuery refuses what it compiles to; compare day numbers"),
    exp.Interval: ("date-add", "no INTERVAL: BigQuery refuses what it compiles to; compare day numbers"),
    exp.DayOfWeek: ("weekday", "no weekday: engines count it from different days"),
    exp.DayOfWeekIso: ("weekday", "no weekday: engines count it from different days"),
    exp.Log: ("log", "no LOG: its base and the order of its arguments differ; write LN"),
    exp.AtTimeZone: ("timestamptz", "no time zones: timestamps are naive UTC"),
    exp.CurrentTimestamp: ("timestamptz", "no current time: what is known is told by columns"),
    exp.CurrentDate: ("timestamptz", "no current date: what is known is told by columns"),
}
_WEEKDAYS = frozenset({"DOW", "DAYOFWEEK", "ISODOW", "DAYOFWEEKISO", "DAYOFWEEK_ISO", "WEEKDAY"})
_ZONED = frozenset({exp.DType.TIMESTAMPTZ, exp.DType.TIMESTAMPLTZ, exp.DType.TIMETZ})
_NESTED = frozenset({exp.DType.ARRAY, exp.DType.LIST, exp.DType.STRUCT, exp.DType.MAP})
_REGULAR_EXPRESSIONS = (exp.RegexpLike, exp.RegexpILike, exp.RegexpReplace, exp.RegexpExtract, exp.RegexpExtractAll)
_FLAGS = ("flag", "modifiers", "parameters")


def construct_findings(tree: exp.Query) -> Iterator[Finding]:
    """Constructs outside the portable subset."""
    for node in tree.walk():
        if type(node) in _REFUSED:
            yield Finding(node, *_REFUSED[type(node)])
        elif isinstance(node, exp.Literal):
            yield from _literal(node)
        elif isinstance(node, exp.DataType):
            yield from _type(node)
        elif isinstance(node, exp.Join):
            yield from _join(node)
        elif isinstance(node, exp.Select | exp.Group):
            yield from _shape(node)
        elif isinstance(node, exp.Func):
            yield from _function(node)


def _literal(node: exp.Literal) -> Iterator[Finding]:
    text = str(node.this)
    if not node.is_string and "." in text and "e" not in text.lower():
        yield Finding(node, "decimal-literal", f"{text} is a DECIMAL on some engines: write it with an exponent")


def _type(node: exp.DataType) -> Iterator[Finding]:
    if node.this in _ZONED:
        yield Finding(node, "timestamptz", "no TIMESTAMPTZ: timestamps are naive UTC")
    elif node.this in _NESTED:
        yield Finding(node, "nested", "no LIST or STRUCT: one column a value")


def _join(node: exp.Join) -> Iterator[Finding]:
    if node.method == "ASOF":
        yield Finding(node, "asof-join", "no ASOF JOIN: join by valid_from < D AND D <= valid_to")
    if node.side and not _has_equality(node):
        yield Finding(node, "outer-join", f"{node.side} JOIN without an equality, which BigQuery refuses: add a key")
    using = {identifier.name for identifier in node.args.get("using") or ()}
    select = node.find_ancestor(exp.Select)
    if not using or select is None:
        return
    for column in select.find_all(exp.Column):
        if column.table and column.name in using and column.find_ancestor(exp.Select) is select:
            yield Finding(column, "using", f"{column.sql()} after USING ({column.name}): join with ON")


def _has_equality(join: exp.Join) -> bool:
    """Whether an outer join compares a column of its own table with one of another by `=`."""
    condition, own = join.args.get("on"), join.alias_or_name
    if join.args.get("using"):
        return True
    conditions = condition.flatten() if isinstance(condition, exp.And) else (condition,)
    equalities = [part for part in conditions if isinstance(part, exp.EQ)]
    return any({own} < {column.table for column in part.find_all(exp.Column)} for part in equalities)


def _shape(node: exp.Select | exp.Group) -> Iterator[Finding]:
    if isinstance(node, exp.Group) and node.args.get("all"):
        yield Finding(node, "group-by-all", "no GROUP BY ALL: name the columns")
    distinct = node.args.get("distinct")
    if isinstance(distinct, exp.Distinct) and distinct.args.get("on"):
        yield Finding(distinct, "distinct-on", "no DISTINCT ON: number the rows in a CTE and filter it with WHERE")


def _function(node: exp.Func) -> Iterator[Finding]:
    name = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
    if name.upper().startswith("REGR_"):
        yield Finding(node, "regr", f"no {name.upper()}: write the sums")
    elif isinstance(node, exp.Extract) and node.name.upper() in _WEEKDAYS:
        yield Finding(node, "weekday", "no weekday: engines count it from different days")
    elif isinstance(node, _REGULAR_EXPRESSIONS) and any(node.args.get(flag) for flag in _FLAGS):
        yield Finding(node, "regex-flags", "no flags of regular expressions: engines have different ones")
    elif isinstance(node, exp.Anonymous):
        yield Finding(node, "unknown-function", f"{name} is no function that every engine has")
