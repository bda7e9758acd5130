"""The portable subset of DuckDB's SQL in which models are written."""

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError

from hoopcast.errors import ModelError


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
        message = f"{where}SQL does not parse: {reason}"
        raise ModelError(message) from error
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        message = f"{where}a model is one SELECT"
        raise ModelError(message)
    return trees[0]
