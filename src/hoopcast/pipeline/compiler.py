"""Compiled text of models: the portable SQL with its inputs restricted to a batch, in an engine's own dialect."""

from functools import cache

from sqlglot import exp

from hoopcast.errors import ModelError
from hoopcast.pipeline.node import Input, Node, Spine
from hoopcast.pipeline.time_constraint import condition
from hoopcast.warehouse.dialect import parse

DECIMALS = 6


@cache
def compile_node(node: Node, dialect: str) -> str:
    """The model's SELECT for one batch of one season.

    Its named parameters are those of `batch_values`.
    Every DOUBLE is rounded to 6 decimals, so that order of addition does not show.

    Raises:
        ModelError: if the SQL does not parse, or reads a table that its header does not name.
    """
    rows = exp.Subquery(this=restrict(node.table.text, node.inputs, node.table.file), alias=_name("model_rows"))
    select = exp.select(*(_written(name, kind) for name, kind in _types(node))).from_(rows)
    batch = parse(f"SELECT 1 WHERE {node.time} BETWEEN $batch_start AND $batch_end").find(exp.Between)
    return select.where(batch).sql(dialect, pretty=True, comments=False)


@cache
def compile_spine(spine: Spine, dialect: str) -> str:
    """The SELECT of expected rows for one batch, with the parameters of `batch_values`."""
    rows = exp.Subquery(
        this=restrict(spine.text, spine.inputs, f"models/expected/{spine.name}.sql"), alias=_name("spine_rows")
    )
    batch = parse("SELECT 1 WHERE partition_date BETWEEN $batch_start AND $batch_end").find(exp.Between)
    return exp.select("*").from_(rows).where(batch).sql(dialect, pretty=True, comments=False)


def restrict(text: str, inputs: tuple[Input, ...], owner: str) -> exp.Query:
    """The tree of a SELECT in which every table is handed in as far as its input's time constraint allows.

    Raises:
        ModelError: if the SQL does not parse, or reads other tables than `inputs`; it names `owner`, the file.
    """
    tree = parse(text, owner)
    by_name = {item.table.name: item for item in inputs}
    used = set()
    for part in list(tree.find_all(exp.Table)):
        if not part.db:
            continue
        name = f"{part.db}.{part.name}"
        if name not in by_name:
            message = f"{owner}: reads {name}, which its header `-- inputs:` does not name"
            raise ModelError(message)
        used.add(name)
        part.replace(_handed_in(part, by_name[name]))
    if unused := by_name.keys() - used:
        message = f"{owner}: its header names {min(unused)}, which it does not read"
        raise ModelError(message)
    return tree


def _handed_in(part: exp.Table, item: Input) -> exp.Expression:
    if item.time_constraint == "constant":
        return part
    # Of a view, what is stored: the fingerprints of the ledger know of nothing else in it.
    readable = condition(item.time_constraint, str(item.table.time))
    select = parse(f"SELECT * FROM {item.table.stored.name} WHERE {readable}")
    return exp.Subquery(this=select, alias=_name(part.alias_or_name))


def _name(text: str) -> exp.TableAlias:
    return exp.TableAlias(this=exp.to_identifier(text))


def _types(node: Node) -> list[tuple[str, str]]:
    return [(column.name, column.type) for column in node.table.columns]


def _written(name: str, sql_type: str) -> exp.Expr:
    cast = exp.cast(exp.column(name), sql_type, dialect="duckdb")
    value = exp.Round(this=cast, decimals=exp.Literal.number(DECIMALS)) if sql_type == "DOUBLE" else cast
    return exp.alias_(value, name)
