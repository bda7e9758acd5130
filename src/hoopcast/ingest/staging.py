"""A file's rows, as they stand, in the temporary table `source_rows`."""

import csv
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hoopcast.errors import EngineError, SourceError, StatementError
from hoopcast.ingest.documents import Extract, read_document
from hoopcast.ingest.files import Content, too_large
from hoopcast.warehouse.engine import Engine

_DELIMITERS = ",;\t|"
# What may stand before the column names: a spreadsheet's sep=; and remarks. A column may be named # itself.
_PREFACE = re.compile(r"\s*(sep=.|#[^,;\t|].*)?\s*", re.IGNORECASE)
_REJECTED = "CREATE OR REPLACE TEMP TABLE rejected_rows (row_number BIGINT, reason VARCHAR, line VARCHAR)"


@dataclass(frozen=True)
class Staged:
    """Rows of one table of a file: in `source_rows` as columns c0, c1, … and `row_number`.

    Lines that could not be split into columns are in `rejected_rows` with `row_number`, `reason` and `line`.

    Attributes:
        columns: names of c0, c1, … in the file.
        types: SQL types of c0, c1, …; text unless the file itself has types.
        rows: rows in `source_rows`.
        rejected: rows in `rejected_rows`.
    """

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: int
    rejected: int


@dataclass(frozen=True)
class Source:
    """A table of a file that is being ingested.

    Attributes:
        source_id: number of the file.
        path: of the file, as text.
        sha256: of what lies on disk.
        staged: its rows.
        replace: whether rows of its dates whose key it lacks are deleted.
        began: when this began, by the monotonic clock.
    """

    source_id: int
    path: str
    sha256: str
    staged: Staged
    replace: bool
    began: float


def tables_of_file(engine: Engine, content: Content) -> list[Extract]:
    """Tables of a file: their columns, and of a document their rows; its lines that are none are in `rejected_rows`.

    Raises:
        SourceError: if its format is damaged, or it is JSON of no known shape.
    """
    engine.execute(_REJECTED)
    if content.format == "csv":
        return [Extract(_csv_header(content.head)[2], [])]
    if content.format == "json":
        tables, broken = read_document(content.unpacked.read_bytes())
        if broken:
            engine.execute(
                "INSERT INTO rejected_rows SELECT UNNEST($numbers), 'the line is no JSON', UNNEST($lines)",
                {"numbers": [number for number, _ in broken], "lines": [line for _, line in broken]},
            )
        return tables
    with _errors_of_source(content):
        return [Extract(_parquet_columns(engine, content), [])]


def stage(engine: Engine, content: Content, table: Extract) -> Staged:
    """Put the rows of a table of a file into `source_rows`.

    Raises:
        SourceError: if its format is damaged.
    """
    with _errors_of_source(content):
        if content.format == "json":
            _stage_document(engine, table)
        elif content.format == "parquet":
            _stage_parquet(engine, str(content.unpacked), table.columns)
        else:
            _stage_csv(engine, content)
    types = tuple(str(row[0]) for row in engine.query("SELECT column_type FROM (DESCRIBE source_rows)").rows)
    counts = engine.query(
        "SELECT COUNT(*), COUNT(DISTINCT row_number), (SELECT COUNT(*) FROM rejected_rows) FROM source_rows"
    ).rows[0]
    rows, distinct, rejected = (int(str(count)) for count in counts)
    # By these numbers rows are judged and joined: one that stood twice would bring each of its rows twice.
    if distinct < rows:
        raise SourceError("can not be read: two of its rows have one number; save it anew")
    return Staged(table.columns, types[: len(table.columns)], rows, rejected)


def drop_staged(engine: Engine) -> None:
    """Drop the temporary tables of an ingest; they hold a copy of its last file."""
    staged = engine.query(
        "SELECT table_name FROM duckdb_tables() WHERE temporary AND (table_name LIKE 'meanings_%' OR table_name IN"
        " ('source_rows', 'rejected_rows', 'candidate', 'delta', 'doubles', 'broken_rows', 'resolved_names'))"
    ).rows
    for row in staged:
        engine.execute(f"DROP TABLE temp.{row[0]}")


@contextmanager
def _errors_of_source(content: Content) -> Iterator[None]:
    """Raise what DuckDB raises on reading a file as an error of the file."""
    try:
        yield
    except (EngineError, StatementError) as error:
        reason = " ".join(str(error).replace(str(content.path.absolute()), "the file").split())
        raise SourceError(f"can not be read as {content.format}: {reason[:200]}") from error


def _parquet_columns(engine: Engine, content: Content) -> tuple[str, ...]:
    """Column names as the file has them; in a SELECT the engine renames those that repeat one up to case."""
    path = str(content.unpacked)
    (_, columns), *elements = engine.query("SELECT name, num_children FROM parquet_schema($path)", {"path": path}).rows
    names = []
    within = 0
    for name, children in elements:
        if not within:
            names.append(str(name))
        within = max(within - 1, 0) + int(str(children or 0))
    # Packed by lengths of runs, any number of rows fits a small file.
    (rows,) = engine.query("SELECT num_rows FROM parquet_file_metadata($path)", {"path": path}).rows[0]
    if int(str(rows)) * int(str(columns)) > content.most:
        raise too_large(f"{rows:,} rows of {columns} columns")
    return tuple(names[: int(str(columns))])


def _stage_parquet(engine: Engine, path: str, columns: tuple[str, ...]) -> None:
    numbered = ", ".join(f"c{index}" for index in range(len(columns)))
    engine.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE source_rows AS SELECT {numbered}, row_number + 1 AS row_number
        FROM read_parquet($path, file_row_number = true, hive_partitioning = false) AS f({numbered}, row_number)
        """,
        {"path": path},
    )


def _csv_header(head: bytes) -> tuple[int, str, tuple[str, ...]]:
    """How many lines stand before the header of a CSV file that begins like this, its delimiter and column names."""
    # A bad byte further down is the fault of its row alone.
    lines = head.decode("utf-8-sig", errors="replace").splitlines()
    before = next((place for place, line in enumerate(lines) if not _PREFACE.fullmatch(line)), 0)
    header = lines[before] if lines else ""
    if "\ufffd" in header:
        raise SourceError("has column names that are not UTF-8; save it as UTF-8")
    delimiter = max(_DELIMITERS, key=header.count)
    try:
        return before, delimiter, tuple(name.strip() for name in next(csv.reader([header], delimiter=delimiter)))
    except csv.Error as error:
        raise SourceError(f"has a first line that names no columns: {error}") from error


def _stage_csv(engine: Engine, content: Content) -> None:
    before, delimiter, columns = _csv_header(content.head)
    types = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(columns)))
    engine.execute("DROP TABLE IF EXISTS reject_errors")
    engine.execute("DROP TABLE IF EXISTS reject_scans")
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE source_rows AS SELECT *, ROW_NUMBER() OVER () AS row_number FROM read_csv("
        f"$path, delim = $delimiter, quote = '\"', escape = '\"', header = true, skip = {before},"
        f" columns = {{{types}}}, auto_detect = false, hive_partitioning = false, store_rejects = true,"
        " rejects_limit = 0)",
        {"path": str(content.unpacked), "delimiter": delimiter},
    )
    engine.execute(
        f"INSERT INTO rejected_rows SELECT line - {before + 1}, LOWER(ANY_VALUE(error_message)), ANY_VALUE(csv_line)"
        " FROM reject_errors GROUP BY line"
    )
    # A row keeps its place in the file: each rejected row before it counts.
    engine.execute(
        "UPDATE source_rows SET row_number = row_number + (SELECT COUNT(*) FROM (SELECT row_number - ROW_NUMBER() OVER"
        " (ORDER BY row_number) AS before FROM rejected_rows) AS r WHERE r.before < source_rows.row_number)"
        " WHERE (SELECT COUNT(*) FROM rejected_rows) > 0"
    )
    _reject_repeated_headers(engine, delimiter, columns)


def _reject_repeated_headers(engine: Engine, delimiter: str, columns: tuple[str, ...]) -> None:
    """Reject lines that hold the column names again, as tables that are put together from pages do."""
    cells = [f"c{index}" for index, name in enumerate(columns) if name]
    repeated = " AND ".join(f"TRIM({cell}) = $names[{place}]" for place, cell in enumerate(cells, 1))
    parameters = {"names": [name for name in columns if name]}
    rows = engine.query(f"SELECT row_number FROM source_rows WHERE {repeated}", parameters).rows
    if rows:
        engine.execute(
            "INSERT INTO rejected_rows SELECT UNNEST($numbers), 'the line repeats the column names', $line",
            {"numbers": [row[0] for row in rows], "line": delimiter.join(columns)},
        )
        engine.execute(f"DELETE FROM source_rows WHERE {repeated}", parameters)


def _stage_document(engine: Engine, table: Extract) -> None:
    cells = "".join(f"r.cells[{index + 1}] AS c{index}, " for index in range(len(table.columns)))
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE source_rows AS SELECT {cells}ROW_NUMBER() OVER () AS row_number"
        " FROM (SELECT UNNEST(JSON_TRANSFORM($rows, '[[\"VARCHAR\"]]')) AS cells) AS r",
        {"rows": json.dumps(table.rows)},
    )
