"""Rules that need types, ranges and NULLs: they are read off the table definitions, through every CTE."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache

from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema

from hoopcast.errors import UsageError
from hoopcast.warehouse.dialect import Portable
from hoopcast.warehouse.findings import Finding
from hoopcast.warehouse.tables import Column, all_tables, table

_INTEGERS = frozenset(exp.DataType.INTEGER_TYPES)
_DATES = frozenset({exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.DATETIME, exp.DType.TIMESTAMPNTZ})
_WHOLE = (exp.Round, exp.Floor, exp.Ceil)
Test = Callable[[exp.Expr, Scope], bool]


@cache
def schema() -> MappingSchema:
    """Types of every table's columns, as SQLGlot takes them."""
    types: dict[str, dict[str, dict[str, str]]] = {}
    for definition in all_tables():
        dataset, name = definition.name.split(".")
        types.setdefault(dataset, {})[name] = {column.name: column.type for column in definition.columns}
    return MappingSchema(types, dialect=Portable)


def resolved(tree: exp.Query) -> exp.Query:
    """The tree with each column under its table, each `*` written out, and a type on each node.

    Raises:
        SqlglotError: if a column or table is unknown.
    """
    named = qualify(tree.copy(), schema=schema(), dialect=Portable, quote_identifiers=False, identify=False)
    return annotate_types(named, schema=schema(), dialect=Portable)


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
            elif isinstance(node, exp.Div) and not (_is_positive(node.right, scope) or _is_nullif(node.right, scope)):
                yield Finding(node, "denominator", f"{node.right.sql()} may be 0: NULLIF(…, 0e0)")
            elif isinstance(node, exp.Window) and node.arg_key == "windows":
                yield from _float_partition(node)


def _repeated_names(scope: Scope) -> Iterator[Finding]:
    if isinstance(scope.expression.parent, exp.SetOperation) and scope.expression.arg_key == "expression":
        return  # A UNION takes the names of its first SELECT.
    for name, times in Counter(scope.expression.named_selects).items():
        if times > 1:
            yield Finding(scope.expression, "repeated-column", f"{times} columns are named {name}: rename or leave out")


def _has_date(node: exp.Binary) -> bool:
    return any(part.type is not None and part.type.this in _DATES for part in (node.left, node.right))


def _is_whole(node: exp.Expr) -> bool:
    inner = node.unnest()
    return isinstance(inner, (*_WHOLE, exp.Null)) or (inner.type is not None and inner.type.this in _INTEGERS)


def _greatest(node: exp.Greatest | exp.Least, scope: Scope) -> Iterator[Finding]:
    if not all(_is_never_null(part, scope) for part in (node.this, *node.expressions)):
        name = node.sql_name()
        yield Finding(node, "greatest", f"{name} over a value that may be NULL differs by engine: CASE, or COALESCE")


def _float_partition(window: exp.Window) -> Iterator[Finding]:
    for part in window.args.get("partition_by") or ():
        if part.is_type(exp.DType.DOUBLE):
            yield Finding(part, "window-partition", f"window {window.name} is partitioned by a DOUBLE, {part.sql()}")


def _source(column: exp.Column, scope: Scope) -> Column | list[tuple[exp.Expr, Scope]]:
    """What a column is: a column of a table, or expressions, one for each branch of a CTE's UNION."""
    source = scope.sources.get(column.table)
    if isinstance(source, Scope):
        return [(branch.expression.selects[source.expression.named_selects.index(column.name)].unalias(), branch)
                for branch in _branches(source)]
    if isinstance(source, exp.Table) and source.db:
        try:
            return table(f"{source.db}.{source.name}").column(column.name)
        except (UsageError, StopIteration):
            return []
    return []


def _branches(scope: Scope) -> Iterator[Scope]:
    if scope.set_operation_scopes:
        for part in scope.set_operation_scopes:
            yield from _branches(part)
    else:
        yield scope


def _follow(column: exp.Column, scope: Scope, test: Test, told: Callable[[Column], bool]) -> bool:
    source = _source(column, scope)
    if isinstance(source, Column):
        return told(source)
    return bool(source) and all(test(expression, inner) for expression, inner in source)


def _is_nullif(node: exp.Expr, scope: Scope) -> bool:
    inner = node.unnest()
    if isinstance(inner, exp.Cast):
        return _is_nullif(inner.this, scope)
    if isinstance(inner, exp.Column):
        return _follow(inner, scope, _is_nullif, lambda _: False)
    return isinstance(inner, exp.Nullif) and inner.expression.is_number and float(inner.expression.name) == 0


def _is_positive(node: exp.Expr, scope: Scope) -> bool:
    """Whether a value is above 0 or NULL."""
    inner = node.unnest()
    if isinstance(inner, exp.Literal):
        return not inner.is_string and float(inner.name) > 0
    if isinstance(inner, exp.Column):
        return _follow(inner, scope, _is_positive, lambda column: column.low is not None and column.low > 0)
    if isinstance(inner, exp.Add):
        sides = (inner.left, inner.right)
        return any(_is_positive(side, scope) for side in sides) and all(_is_at_least_0(side, scope) for side in sides)
    if isinstance(inner, exp.Mul):
        return _is_positive(inner.left, scope) and _is_positive(inner.right, scope)
    if isinstance(inner, exp.Count):
        return isinstance(inner.this, exp.Star) and scope.expression.args.get("group") is not None
    if isinstance(inner, exp.Coalesce):
        return all(_is_positive(part, scope) for part in (inner.this, *inner.expressions))
    if isinstance(inner, exp.Cast | exp.Max | exp.Min | exp.Sum | exp.Avg | exp.Window):
        return _is_positive(inner.this, scope)
    return False


def _is_at_least_0(node: exp.Expr, scope: Scope) -> bool:
    """Whether a value is 0, above 0 or NULL."""
    inner = node.unnest()
    if isinstance(inner, exp.Literal):
        return not inner.is_string
    if isinstance(inner, exp.Count | exp.RowNumber | exp.Abs):
        return True
    if isinstance(inner, exp.Column):
        return _follow(inner, scope, _is_at_least_0, lambda column: column.low is not None and column.low >= 0)
    if isinstance(inner, exp.Add | exp.Mul):
        return _is_at_least_0(inner.left, scope) and _is_at_least_0(inner.right, scope)
    if isinstance(inner, exp.Coalesce):
        return all(_is_at_least_0(part, scope) for part in (inner.this, *inner.expressions))
    if isinstance(inner, exp.Case):
        values = [branch.args["true"] for branch in inner.args["ifs"]]
        return all(_is_at_least_0(value, scope) for value in (*values, *filter(None, [inner.args.get("default")])))
    if isinstance(inner, exp.Cast | exp.Max | exp.Min | exp.Sum | exp.Avg | exp.Window):
        return _is_at_least_0(inner.this, scope)
    return False


def _is_never_null(node: exp.Expr, scope: Scope) -> bool:
    inner = node.unnest()
    if isinstance(inner, exp.Literal | exp.Count | exp.RowNumber):
        return True
    if isinstance(inner, exp.Coalesce):
        return any(_is_never_null(part, scope) for part in (inner.this, *inner.expressions))
    if isinstance(inner, exp.Case):
        values = [branch.args["true"] for branch in inner.args["ifs"]]
        default = inner.args.get("default")
        return default is not None and all(_is_never_null(value, scope) for value in (*values, default))
    if isinstance(inner, exp.Add | exp.Sub | exp.Mul):
        return _is_never_null(inner.left, scope) and _is_never_null(inner.right, scope)
    if isinstance(inner, exp.Cast | exp.Round | exp.Abs | exp.Neg):
        return _is_never_null(inner.this, scope)
    if isinstance(inner, exp.Window) and isinstance(inner.this, exp.Count | exp.RowNumber):
        return True
    if isinstance(inner, exp.Column):
        joins = {join.alias_or_name: join.side for join in scope.expression.args.get("joins") or ()}
        whole = not joins.get(inner.table) and not {"RIGHT", "FULL"} & set(joins.values())
        return whole and _follow(inner, scope, _is_never_null, lambda column: column.not_null)
    return False
