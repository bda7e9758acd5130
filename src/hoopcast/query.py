"""Questions in SQL, in the dialect of whoever asks; they read and never write."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Literal, get_args

import duckdb

from hoopcast.errors import UsageError

Dialect = Literal["duckdb", "bigquery", "spark"]
DIALECTS: tuple[Dialect, ...] = get_args(Dialect)
_SHOWN = 60
_WRITES = ("INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE")
_EXPLAIN = re.compile(r"EXPLAIN( ANALYZE)?( \( (?:ANALYZE|FORMAT|VERBOSE)\b[^)]*\))? ", re.IGNORECASE)
# The engine's own list has the tables of one schema, and a warehouse has five.
_LISTING = """SELECT schema_name || '.' || table_name AS name, column_count AS columns FROM duckdb_tables()
WHERE database_name = CURRENT_DATABASE() AND NOT internal AND NOT temporary ORDER BY name"""


def statements(text: str, dialect: Dialect = "duckdb") -> tuple[str, ...]:
    """The statements of a text in DuckDB's SQL, each a SELECT or a short form of one, such as FROM or DESCRIBE.

    `SHOW TABLES` lists the tables of all schemas, by their full names.

    Args:
        text: one or more statements, with `;` between them.
        dialect: the dialect that they are written in.

    Raises:
        UsageError: if the text does not parse, holds no statement, or one that does more than read.
    """
    if dialect not in DIALECTS:
        raise UsageError(f"no dialect '{dialect}'; choose from {', '.join(DIALECTS)}")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UsageError("SQL is not UTF-8 text; write it in UTF-8") from error
    is_plain = dialect == "duckdb" or _lists_tables(text)
    selects = tuple(_selects(text if is_plain else _transpile(text, dialect)))
    if not selects:
        raise UsageError("there is no statement to run; write a SELECT")
    return selects


def _selects(text: str) -> Iterator[str]:
    try:
        parsed = duckdb.extract_statements(text)
    except duckdb.Error as error:
        raise UsageError(f"SQL does not parse: {_one_line(str(error))}") from error
    for statement in parsed:
        if not _reads(statement):
            shown = " ".join(statement.query.split())
            shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
            raise UsageError(f"'{shown}' does more than read; a query is a SELECT")
        asked = statement.query.strip("; \n\t")
        yield _LISTING if _lists_tables(asked) else asked


def _reads(statement: duckdb.Statement) -> bool:
    """Whether a statement only reads: a SELECT in any form, PIVOT of unknown columns among them, or the plan of one."""
    words = _words(statement.query)
    # WITH x AS (DELETE FROM ... RETURNING *) FROM x is a SELECT by its type.
    if any(before in ("(", ")") and word in _WRITES for before, word in pairwise(words)):
        return False
    match statement.type:
        case duckdb.StatementType.SELECT:
            return True
        case duckdb.StatementType.MULTI | duckdb.StatementType.EXPLAIN:
            # Of what writes none may stand in brackets.
            asked = _EXPLAIN.sub("", " ".join(words))
            try:
                duckdb.extract_statements(f"FROM ({asked})")
            except duckdb.Error:
                return False
            return True
        case _:
            return False


def _lists_tables(text: str) -> bool:
    """Whether it is SHOW TABLES and nothing else, comments aside."""
    return [word.upper() for word in _words(text)] == ["SHOW", "TABLES"]


def _words(text: str) -> list[str]:
    """The words and signs of a text, comments and the `;` at its end aside; keywords in capitals."""
    in_bytes = text.encode()
    tokens = [*duckdb.tokenize(text), (len(in_bytes), duckdb.token_type.comment)]
    words = [
        (in_bytes[start:end].decode().strip(), kind)
        for (start, kind), (end, _) in pairwise(tokens)
        if kind != duckdb.token_type.comment
    ]
    return [word.upper() if kind == duckdb.token_type.keyword else word for word, kind in words if word != ";"]


def _transpile(text: str, dialect: Dialect) -> str:
    import sqlglot  # noqa: PLC0415 - costs time that DuckDB's own SQL has no use for
    from sqlglot import ErrorLevel, exp  # noqa: PLC0415
    from sqlglot.errors import SqlglotError, UnsupportedError  # noqa: PLC0415

    try:
        trees = [tree for tree in sqlglot.parse(text, read=dialect) if tree is not None]
        for table in (table for tree in trees for table in tree.find_all(exp.Table) if table.catalog and table.db):
            # The project of a BigQuery name, or the catalog of a Spark one: here there is one warehouse.
            table.set("catalog", None)
        return ";\n".join(tree.sql("duckdb", comments=False, unsupported_level=ErrorLevel.RAISE) for tree in trees)
    except UnsupportedError as error:
        what = _one_line(str(error)).rstrip(".")
        raise UsageError(f"{dialect} SQL has no equal here: {what}; ask it in DuckDB's SQL") from error
    except RecursionError as error:
        raise UsageError(f"{dialect} SQL is nested too deep; write it in steps, each a WITH") from error
    except SqlglotError as error:
        raise UsageError(f"{dialect} SQL does not parse: {_one_line(str(error))}") from error


def _one_line(message: str) -> str:
    return " ".join(message.split("\n\n", maxsplit=1)[0].replace("\x1b[4m", "").replace("\x1b[0m", "").split())
