"""Rules that need types, ranges and NULLs: they are read off the table definitions, through every CTE."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache

from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema

from hoopcast.warehouse.dialect import Portable
from hoopcast.warehouse.findings import Finding
from hoopcast.warehouse.tables import all_tables
from hoopcast.warehouse.values import is_never_null, is_nullif, is_positive

_INTEGERS = frozenset(exp.DataType.INTEGER_TYPES)
_DATES = frozenset({exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.DATETIME, exp.DType.TIMESTAMPNTZ})
_WHOLE = (exp.Round, exp.Floor, exp.Ceil)


@cache
def schema() -> MappingSchema:
    """Types of every table's columns, as SQLGlot takes them."""
    datasets: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for definition in all_tables():
        dataset, name = definition.name.split(".")
        datasets[dataset][name] = {column.name: column.type for column in definition.columns}
    return MappingSchema(dict(datasets), dialect=Portable)


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
