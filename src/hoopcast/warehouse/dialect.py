"""The portable subset of DuckDB's SQL in which models are written."""

from collections import defaultdict
from functools import cache

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from hoopcast.errors import ModelError
from hoopcast.warehouse.tables import all_tables


class Portable(DuckDB):
    """DuckDB's SQL, with NULLs ordered first, as BigQuery and Spark do.

    With DuckDB's own order SQLGlot's writers would add NULLS LAST to each window, and its BigQuery writer
    fails on named ones.
    """

    NULL_ORDERING = "nulls_are_small"


def parse(text: str, file: str = "") -> exp.Query:
    """Tree of one SELECT in the portable subset.

    Args:
        text: the SELECT.
        file: where it stands, for the message.

    Raises:
        ModelError: if it does not parse or is not one SELECT.
    """
    where = f"{file}: " if file else ""
    try:
        trees = Portable().parse(text)
    except SqlglotError as error:
        reason = str(error).splitlines()[0]
        raise ModelError(f"{where}SQL does not parse: {reason}") from error
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        raise ModelError(f"{where}a model is one SELECT")
    return trees[0]


@cache
def schema() -> MappingSchema:
    """Types of every table's columns, as SQLGlot takes them."""
    datasets: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for definition in all_tables():
        dataset, name = definition.name.split(".")
        datasets[dataset][name] = {column.name: column.type for column in definition.columns}
    return MappingSchema(dict(datasets), dialect=Portable)


def qualify_columns(tree: exp.Query) -> exp.Query:
    """The tree with each column under its table, each `*` written out, and a type on each node.

    Raises:
        SqlglotError: if a column or table is unknown.
    """
    named = qualify(tree.copy(), schema=schema(), dialect=Portable, quote_identifiers=False, identify=False)
    return annotate_types(named, schema=schema(), dialect=Portable)
