"""Rules of the portable subset of SQL: what engines would do differently, found in the tree of a model."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import NamedTuple

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope

from hoopcast.errors import ModelError, UsageError
from hoopcast.warehouse.dialect import parse, qualify_columns
from hoopcast.warehouse.tables import Column, Table, read_headers, table


class Finding(NamedTuple):
    """A node that breaks a rule, the rule's name, and what to write instead."""

    node: exp.Expr
    rule: str
    message: str


def line_of(node: exp.Expr) -> int:
    """Line of the text, from 1, at which a node stands: its own, else of the first thing in it, else of its parent."""
    place: exp.Expr | None = node
    while place is not None:
        lines = [int(part.meta["line"]) for part in place.walk() if "line" in part.meta]
        if lines:
            return min(lines)
        place = place.parent
    return 1


Test = Callable[[exp.Expr, Scope], bool]
_SAME_SIGN = (exp.Cast, exp.Max, exp.Min, exp.Sum, exp.Avg, exp.Window)
_COUNTS = (exp.Count, exp.RowNumber)


def is_nullif(node: exp.Expr, scope: Scope) -> bool:
    """Whether a value is `NULLIF(…, 0)`, be it in the CTE that it comes from."""
    inner = node.unnest()
    if isinstance(inner, exp.Cast):
        return is_nullif(inner.this, scope)
    if isinstance(inner, exp.Column):
        return _follows(inner, scope, is_nullif, lambda _: False)
    return isinstance(inner, exp.Nullif) and inner.expression.is_number and float(inner.expression.name) == 0


def is_positive(node: exp.Expr, scope: Scope) -> bool:
    """Whether a value is above 0 or NULL."""
    inner = node.unnest()
    if isinstance(inner, exp.Literal):
        return not inner.is_string and float(inner.name) > 0
    if isinstance(inner, exp.Count):  # A group has a row.
        return isinstance(inner.this, exp.Star) and scope.expression.args.get("group") is not None
    if isinstance(inner, exp.Column):
        return _follows(inner, scope, is_positive, lambda column: column.low is not None and column.low > 0)
    if isinstance(inner, exp.Add):
        sides = (inner.left, inner.right)
        return any(is_positive(side, scope) for side in sides) and all(_is_at_least_0(side, scope) for side in sides)
    return _each(inner, scope, is_positive)


def is_never_null(node: exp.Expr, scope: Scope) -> bool:
    """Whether a value can not be NULL."""
    inner = node.unnest()
    if isinstance(inner, exp.Window):
        return isinstance(inner.this, _COUNTS)
    if isinstance(inner, exp.Coalesce):
        return any(is_never_null(part, scope) for part in (inner.this, *inner.expressions))
    if isinstance(inner, exp.Column):
        return not _is_outer(inner, scope) and _follows(inner, scope, is_never_null, lambda column: column.not_null)
    if isinstance(inner, exp.Case):
        return inner.args.get("default") is not None and _each(inner, scope, is_never_null)
    if isinstance(inner, exp.Add | exp.Sub | exp.Mul | exp.Cast | exp.Round | exp.Abs | exp.Neg):
        return all(
            is_never_null(part, scope) for part in inner.iter_expressions() if not isinstance(part, exp.DataType)
        )
    return isinstance(inner, (exp.Literal, *_COUNTS))


def _is_at_least_0(node: exp.Expr, scope: Scope) -> bool:
    inner = node.unnest()
    if isinstance(inner, exp.Literal):
        return not inner.is_string
    if isinstance(inner, exp.Column):
        return _follows(inner, scope, _is_at_least_0, lambda column: column.low is not None and column.low >= 0)
    if isinstance(inner, exp.Add):
        return _is_at_least_0(inner.left, scope) and _is_at_least_0(inner.right, scope)
    return isinstance(inner, (exp.Abs, *_COUNTS)) or _each(inner, scope, _is_at_least_0)


def _each(node: exp.Expr, scope: Scope, test: Test) -> bool:
    """Whether all values that a node may pass on, or multiplies, pass a test."""
    parts: list[exp.Expr] = []
    if isinstance(node, exp.Coalesce):
        parts = [node.this, *node.expressions]
    elif isinstance(node, exp.Case):
        parts = [branch.args["true"] for branch in node.args["ifs"]]
        parts += [node.args["default"]] if node.args.get("default") else []
    elif isinstance(node, exp.Mul):
        parts = [node.left, node.right]
    elif isinstance(node, _SAME_SIGN):
        parts = [node.this]
    return bool(parts) and all(test(part, scope) for part in parts)


def _follows(column: exp.Column, scope: Scope, test: Test, told: Callable[[Column], bool]) -> bool:
    """Whether what a column stands for passes: a table's definition, or an expression in each branch of a CTE."""
    source = scope.sources.get(column.table)
    if isinstance(source, Scope) and isinstance(source.expression, exp.Query):
        place = source.expression.named_selects.index(column.name)
        return all(test(select.selects[place].unalias(), branch) for select, branch in _case_branches(source))
    if isinstance(source, exp.Table) and source.db:
        try:
            return told(table(f"{source.db}.{source.name}").column(column.name))
        except UsageError:
            return False
    return False


def _case_branches(scope: Scope) -> Iterator[tuple[exp.Query, Scope]]:
    if scope.set_operation_scopes:
        for part in scope.set_operation_scopes:
            yield from _case_branches(part)
    elif isinstance(scope.expression, exp.Query):
        yield scope.expression, scope


def _is_outer(column: exp.Column, scope: Scope) -> bool:
    """Whether an outer join may leave the column without a row."""
    sides = {join.alias_or_name: join.side for join in scope.expression.args.get("joins") or ()}
    return bool(sides.get(column.table)) or bool({"RIGHT", "FULL"} & set(sides.values()))


_INTEGERS = frozenset(exp.DataType.INTEGER_TYPES)
_DATES = frozenset({exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.DATETIME, exp.DType.TIMESTAMPNTZ})
_WHOLE = (exp.Round, exp.Floor, exp.Ceil)


def meaning_findings(tree: exp.Query) -> Iterator[Finding]:
    """What a resolved tree does with types, NULLs and denominators that engines do not agree on."""
    for scope in traverse_scope(tree):
        yield from _repeated_names(scope)
        for node in scope.walk():
            if isinstance(node, exp.Sum | exp.Avg) and node.this.is_type(exp.DType.BOOLEAN):
                yield Finding(node, "sum-of-boolean", f"{node.sql()}: write CASE WHEN … THEN 1 ELSE 0 END")
            elif isinstance(node, exp.Sub | exp.Add) and _has_date(node):
                yield Finding(node, "date-arithmetic", "DATE_DIFF and DATE_ADD, never a date in a sum or difference")
            elif isinstance(node, exp.Cast) and node.to.this in _INTEGERS and not _is_whole(node.this):
                yield Finding(node, "cast-to-integer", f"{node.sql()}: engines cut or round; ROUND or FLOOR first")
            elif isinstance(node, exp.Greatest | exp.Least):
                yield from _greatest(node, scope)
            elif isinstance(node, exp.Div) and not (is_positive(node.right, scope) or is_nullif(node.right, scope)):
                yield Finding(node, "denominator", f"{node.right.sql()} may be 0: NULLIF(…, 0e0)")
            elif isinstance(node, exp.Window) and node.arg_key == "windows":
                yield from _float_partition(node)


def _repeated_names(scope: Scope) -> Iterator[Finding]:
    query = scope.expression
    if not isinstance(query, exp.Query) or (
        isinstance(query.parent, exp.SetOperation) and query.arg_key == "expression"
    ):
        return  # A UNION takes the names of its first SELECT.
    for name, times in Counter(query.named_selects).items():
        if times > 1:
            yield Finding(query, "repeated-column", f"{times} columns are named {name}: rename or leave out")


def _has_date(node: exp.Binary) -> bool:
    return any(part.type is not None and part.type.this in _DATES for part in (node.left, node.right))


def _is_whole(node: exp.Expr) -> bool:
    inner = node.unnest()
    return isinstance(inner, (*_WHOLE, exp.Null)) or (inner.type is not None and inner.type.this in _INTEGERS)


def _greatest(node: exp.Greatest | exp.Least, scope: Scope) -> Iterator[Finding]:
    if not all(is_never_null(part, scope) for part in (node.this, *node.expressions)):
        name = node.sql_name()
        yield Finding(node, "greatest", f"{name} over a value that may be NULL differs by engine: CASE, or COALESCE")


def _float_partition(window: exp.Window) -> Iterator[Finding]:
    for part in window.args.get("partition_by") or ():
        if part.is_type(exp.DType.DOUBLE):
            yield Finding(part, "window-partition", f"window {window.name} is partitioned by a DOUBLE, {part.sql()}")


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


# Functions that count rows or look along them; an engine refuses a frame for one or another of them.
_ALONG_ROWS = (exp.RowNumber, exp.Lag, exp.Lead, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile)
_KEYS_OF_AN_ORDER = 2


def window_findings(tree: exp.Query) -> Iterator[Finding]:
    """Windows outside the portable subset."""
    for select in tree.find_all(exp.Select):
        named = {window.name: window for window in select.args.get("windows") or ()}
        for window in named.values():
            yield from _definition(window, select, tree)
        for use in select.find_all(exp.Window):
            if use.find_ancestor(exp.Select) is select and use.arg_key != "windows":
                yield from _use(use, named)


def _use(use: exp.Window, named: dict[str, exp.Window]) -> Iterator[Finding]:
    function = use.this.this if isinstance(use.this, exp.IgnoreNulls | exp.RespectNulls) else use.this
    if isinstance(function, exp.Count) and isinstance(function.this, exp.Distinct):
        yield Finding(use, "count-distinct-over", "no COUNT(DISTINCT) OVER: count rows that are numbered 1")
    window = named.get(use.alias)
    if window is None:
        yield Finding(use, "named-window", "no anonymous window: name it in the WINDOW clause")
        return
    framed, ordered = window.args.get("spec") is not None, window.args.get("order") is not None
    if isinstance(function, _ALONG_ROWS):
        name = function.sql_name()
        if framed:
            yield Finding(use, "frame", f"{name} over window {use.alias}, which has a frame: give it one without")
        if not ordered:
            yield Finding(use, "window-order", f"{name} over window {use.alias}, which has no order")
    elif ordered and not framed:
        yield Finding(use, "frame", f"an aggregate over window {use.alias}, which has an order: give it a ROWS frame")


def _definition(window: exp.Window, select: exp.Select, tree: exp.Query) -> Iterator[Finding]:
    for part in window.args.get("partition_by") or ():
        if not isinstance(part, exp.Column):
            message = f"window {window.name} is partitioned by {part.sql()}: name it as a column first"
            yield Finding(part, "window-partition", message)
    order, frame = window.args.get("order"), window.args.get("spec")
    if frame is not None and order is None:
        yield Finding(window, "window-order", f"window {window.name} has a frame and no order")
    if frame is not None and frame.args.get("kind") == "RANGE":
        if order is not None and not _by_day_number(order, tree):
            message = f"window {window.name}: RANGE only over one day number, DATE_DIFF('day', DATE '1970-01-01', …)"
            yield Finding(window, "range-frame", message)
    elif order is not None and not _is_total(window, order, select, tree):
        message = f"window {window.name} is ordered by no total order: end it in what tells its rows apart, as game_id"
        yield Finding(window, "window-order", message)


def _by_day_number(order: exp.Order, tree: exp.Query) -> bool:
    if len(order.expressions) != 1:
        return False
    key = order.expressions[0].this
    if isinstance(key, exp.Column):
        named = [alias.this for alias in tree.find_all(exp.Alias) if alias.alias == key.name]
        return bool(named) and all(isinstance(value, exp.DateDiff) for value in named)
    return isinstance(key, exp.DateDiff)


def _is_total(window: exp.Window, order: exp.Order, select: exp.Select, tree: exp.Query) -> bool:
    """Whether partition and order hold the key of the rows; where no key can be told, an order of two columns will do.

    What this can not tell, a test counts on data: rows of one partition that tie.
    """
    known = [*(window.args.get("partition_by") or ()), *(ordered.this for ordered in order.expressions)]
    names = {part.name for part in known if isinstance(part, exp.Column)} | _fixed(select)
    key = _key(select, tree)
    return key <= names if key else len(order.expressions) >= _KEYS_OF_AN_ORDER


def _fixed(select: exp.Select) -> set[str]:
    """Columns that the WHERE clause compares with a constant."""
    where = select.args.get("where")
    if where is None:
        return set()
    conditions = where.this.flatten() if isinstance(where.this, exp.And) else (where.this,)
    equalities = [condition for condition in conditions if isinstance(condition, exp.EQ)]
    return {part.left.name for part in equalities if isinstance(part.right, exp.Literal)}


def _key(select: exp.Select, tree: exp.Query) -> set[str]:
    """Columns that tell the rows of a SELECT apart, as far as the tree shows it; none where it does not."""
    if group := select.args.get("group"):
        return {part.name for part in group.expressions}
    source = select.args.get("from_")
    if source is None or select.args.get("joins") or not isinstance(source.this, exp.Table):
        return set()
    if source.this.db:
        try:
            return set(table(f"{source.this.db}.{source.this.name}").grain)
        except UsageError:
            return set()
    inner = next((cte.this for cte in tree.find_all(exp.CTE) if cte.alias == source.this.name), None)
    if not isinstance(inner, exp.Select):
        return set()
    key = _key(inner, tree)
    kept = {column.name: column.alias_or_name for column in inner.selects if isinstance(column.unalias(), exp.Column)}
    starred = any(column.is_star for column in inner.selects)
    return {kept.get(name, name) for name in key} if starred or key <= kept.keys() else set()


@dataclass(frozen=True, order=True)
class Problem:
    """Where a SELECT leaves the portable subset: line of the text (from 1), name of the rule, what to write instead."""

    line: int
    rule: str
    message: str


@cache
def lint(definition: Table | str) -> tuple[Problem, ...]:
    """Where a model's SELECT leaves the portable subset of SQL.

    Args:
        definition: a model's table, or the text of any SELECT. Columns are compared with the described ones only for
            a table; the tables that are read with a header `-- inputs:` where there is one.

    Returns:
        Problems in the order of their lines; none for a portable SELECT.

    Raises:
        ModelError: if the text does not parse, or is not one SELECT.
    """
    text = definition if isinstance(definition, str) else definition.text
    tree = parse(text)
    found = list(chain(construct_findings(tree), window_findings(tree), _final_select(tree), _inputs(tree, text)))
    if not isinstance(definition, str):
        found.extend(_described(tree, definition))
    try:
        found.extend(meaning_findings(qualify_columns(tree)))
    except SqlglotError as error:
        found.append(Finding(tree, "unresolved", " ".join(str(error).split())))
    return tuple(sorted({Problem(line_of(finding.node), finding.rule, finding.message) for finding in found}))


def refuse_unportable(definition: Table) -> None:
    """Stop at the first place where a model leaves the portable subset.

    Raises:
        ModelError: naming the table, line, rule and what to write instead.
    """
    for problem in lint(definition):
        raise ModelError(f"{definition.name}, line {problem.line}: {problem.message} ({problem.rule})")


def _final_select(tree: exp.Query) -> Iterator[Finding]:
    for select in _branches(tree):
        for column in select.expressions:
            if column.is_star:
                yield Finding(column, "final-star", "the final SELECT names each of its columns")


def _branches(tree: exp.Query) -> Iterator[exp.Select]:
    """The final SELECT, or each of those that a UNION puts together."""
    if isinstance(tree, exp.SetOperation):
        yield from _branches(tree.left)
        yield from _branches(tree.right)
    elif isinstance(tree, exp.Select):
        yield tree


def _described(tree: exp.Query, definition: Table) -> Iterator[Finding]:
    """Columns of the final SELECT that are not the described ones in their order."""
    written = [column.alias_or_name for column in tree.selects]
    described = list(definition.column_names)
    if written != described:
        pairs = zip(written, described, strict=False)
        place = next((i for i, (one, other) in enumerate(pairs) if one != other), min(len(written), len(described)))
        names = [columns[place] if place < len(columns) else "nothing" for columns in (written, described)]
        node = tree.selects[min(place, len(written) - 1)]
        yield Finding(node, "described-columns", f"column {place + 1} is {names[0]}, its comments describe {names[1]}")


def _inputs(tree: exp.Query, text: str) -> Iterator[Finding]:
    """Tables that are read and not named by the header, or named and not read, or named twice."""
    header = read_headers(text)[1].get("inputs")
    if header is None:
        return
    named = Counter(part.split()[0] for part in header.split(",") if part.strip())
    read = {f"{node.db}.{node.name}": node for node in tree.find_all(exp.Table) if node.db}
    for name in sorted(read.keys() - named.keys()):
        yield Finding(read[name], "inputs", f"reads {name}, which its header `-- inputs:` does not name")
    for name in sorted(named):
        if name not in read:
            yield Finding(tree, "inputs", f"its header `-- inputs:` names {name}, which it does not read")
        elif named[name] > 1:
            yield Finding(tree, "inputs", f"its header `-- inputs:` names {name} {named[name]} times")
