"""What is known of a value before any data is seen: whether it can be 0 or NULL, read off the table definitions."""

from collections.abc import Callable, Iterator

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from hoopcast.errors import UsageError
from hoopcast.warehouse.tables import Column, table

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
        return all(test(select.selects[place].unalias(), branch) for select, branch in _branches(source))
    if isinstance(source, exp.Table) and source.db:
        try:
            return told(table(f"{source.db}.{source.name}").column(column.name))
        except UsageError:
            return False
    return False


def _branches(scope: Scope) -> Iterator[tuple[exp.Query, Scope]]:
    if scope.set_operation_scopes:
        for part in scope.set_operation_scopes:
            yield from _branches(part)
    elif isinstance(scope.expression, exp.Query):
        yield scope.expression, scope


def _is_outer(column: exp.Column, scope: Scope) -> bool:
    """Whether an outer join may leave the column without a row."""
    sides = {join.alias_or_name: join.side for join in scope.expression.args.get("joins") or ()}
    return bool(sides.get(column.table)) or bool({"RIGHT", "FULL"} & set(sides.values()))
