"""A file's rows, as they stand, in the temporary table `source_rows`."""

import csv
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from hoopcast.errors import EngineError, SourceError, StatementError
from hoopcast.ingest.files import Content, Extract, Json, extracts
from hoopcast.warehouse.engine import Engine

_DELIMITERS = ",;\t|"
_LONGEST_HEADER = 1 << 20
_SHOWN = 60
# What DuckDB takes for a pattern of names, or for a folder, and a file system for a part of a name.
_PATTERN = re.compile(r"[*?\[\\]")
_TEXT = "VARCHAR"
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
        table_name: raw table, where the kind of document tells it.
    """

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: int
    rejected: int
    table_name: str | None = None


def stage(engine: Engine, content: Content) -> Iterator[Staged]:
    """Put each table of a file into `source_rows`, one after the other.

    Raises:
        SourceError: if its format is damaged, or it is JSON of no known shape.
    """
    engine.execute(_REJECTED)
    try:
        if content.format == "parquet":
            yield _stage_parquet(engine, content)
        elif content.format == "csv":
            yield _stage_csv(engine, content)
        else:
            for extract in _merged(_read_json(engine, content.data)):
                yield _stage_extract(engine, extract)
    except (EngineError, StatementError) as error:
        raise _unreadable(content, error) from error


def shapes(engine: Engine, content: Content) -> list[tuple[tuple[str, ...], str | None]]:
    """Columns of each table of a file, with the raw table where the kind of document tells it.

    Raises:
        SourceError: if its format is damaged, or it is JSON of no known shape.
    """
    engine.execute(_REJECTED)
    if content.format == "csv":
        return [(_csv_header(content.data)[1], None)]
    if content.format == "json":
        return [(extract.columns, extract.table_name) for extract in _merged(_read_json(engine, content.data))]
    try:
        with _on_disk(content) as path:
            return [(_parquet_columns(engine, path), None)]
    except (EngineError, StatementError) as error:
        raise _unreadable(content, error) from error


def drop_staged(engine: Engine) -> None:
    """Drop the temporary tables of an ingest; they hold a copy of its last file."""
    staged = engine.query(
        "SELECT table_name FROM duckdb_tables() WHERE temporary AND (table_name LIKE 'meanings_%' OR table_name IN"
        " ('source_rows', 'rejected_rows', 'candidate', 'delta', 'doubles', 'broken_rows', 'resolved_names'))"
    ).rows
    for row in staged:
        engine.execute(f"DROP TABLE temp.{row[0]}")


def _unreadable(content: Content, error: Exception) -> SourceError:
    reason = " ".join(str(error).replace(str(content.path.absolute()), "the file").split())
    return SourceError(f"can not be read as {content.format}: {reason[:200]}")


def _parquet_columns(engine: Engine, path: str) -> tuple[str, ...]:
    """Column names as the file has them; in a SELECT the engine renames those that repeat one up to case."""
    (_, columns), *elements = engine.query("SELECT name, num_children FROM parquet_schema($path)", {"path": path}).rows
    names = []
    within = 0
    for name, children in elements:
        if not within:
            names.append(str(name))
        within = max(within - 1, 0) + int(str(children or 0))
    return tuple(names[: int(str(columns))])


def _numbered(count: int) -> str:
    return ", ".join(f"c{index}" for index in range(count))


def _count(engine: Engine, table_name: str) -> int:
    return int(str(engine.query(f"SELECT COUNT(*) FROM {table_name}").rows[0][0]))


def _staged(engine: Engine, columns: tuple[str, ...], table_name: str | None = None) -> Staged:
    types = tuple(str(row[0]) for row in engine.query("SELECT column_type FROM (DESCRIBE source_rows)").rows)
    rows, rejected = _count(engine, "source_rows"), _count(engine, "rejected_rows")
    # By these numbers rows are judged and joined: one that stood twice would bring each of its rows twice.
    if _count(engine, "(SELECT DISTINCT row_number FROM source_rows)") < rows:
        message = "can not be read: two of its rows have one number; save it anew"
        raise SourceError(message)
    return Staged(columns, types[: len(columns)], rows, rejected, table_name)


@contextmanager
def _on_disk(content: Content) -> Iterator[str]:
    """Path of the unpacked file, which names no other file: as a pattern, from someone's home or on a service."""
    path = str(content.path.absolute())
    if not content.is_packed and not _PATTERN.search(path):
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        unpacked = Path(folder) / "unpacked"
        if content.is_packed:
            unpacked.write_bytes(content.data)
        else:
            unpacked.symlink_to(content.path.resolve())
        yield str(unpacked)


def _stage_parquet(engine: Engine, content: Content) -> Staged:
    with _on_disk(content) as path:
        columns = _parquet_columns(engine, path)
        engine.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE source_rows AS
            SELECT {_numbered(len(columns))}, row_number + 1 AS row_number
            FROM read_parquet($path, file_row_number = true, hive_partitioning = false)
                AS f({_numbered(len(columns))}, row_number)
            """,
            {"path": path},
        )
    return _staged(engine, columns)


def _csv_header(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Delimiter and column names of a CSV file."""
    try:
        head = data[:_LONGEST_HEADER].decode("utf-8-sig", errors="strict" if len(data) <= _LONGEST_HEADER else "ignore")
    except UnicodeDecodeError:
        # A bad byte further down is the fault of its row alone.
        head = data[:_LONGEST_HEADER].decode("utf-8-sig", errors="replace")
    header = next((line for line in head.splitlines() if line.strip()), "")
    if "\ufffd" in header:
        message = "has column names that are not UTF-8; save it as UTF-8"
        raise SourceError(message)
    delimiter = max(_DELIMITERS, key=header.count)
    return delimiter, tuple(name.strip() for name in next(csv.reader([header], delimiter=delimiter)))


def _stage_csv(engine: Engine, content: Content) -> Staged:
    delimiter, columns = _csv_header(content.data)
    types = ", ".join(f"'c{index}': '{_TEXT}'" for index in range(len(columns)))
    engine.execute("DROP TABLE IF EXISTS reject_errors")
    engine.execute("DROP TABLE IF EXISTS reject_scans")
    with _on_disk(content) as path:
        engine.execute(
            "CREATE OR REPLACE TEMP TABLE source_rows AS SELECT *, ROW_NUMBER() OVER () AS row_number FROM read_csv("
            f"$path, delim = $delimiter, quote = '\"', escape = '\"', header = true, columns = {{{types}}},"
            " auto_detect = false, hive_partitioning = false, store_rejects = true, rejects_limit = 0)",
            {"path": path, "delimiter": delimiter},
        )
    engine.execute(
        "INSERT INTO rejected_rows SELECT line - 1, LOWER(ANY_VALUE(error_message)), ANY_VALUE(csv_line)"
        " FROM reject_errors GROUP BY line"
    )
    # A row keeps its place in the file: each rejected row before it counts.
    engine.execute(
        "UPDATE source_rows SET row_number = row_number + (SELECT COUNT(*) FROM (SELECT row_number - ROW_NUMBER() OVER"
        " (ORDER BY row_number) AS before FROM rejected_rows) AS r WHERE r.before < source_rows.row_number)"
        " WHERE (SELECT COUNT(*) FROM rejected_rows) > 0"
    )
    return _staged(engine, columns)


def _read_json(engine: Engine, data: bytes) -> list[Extract]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"is JSON that is not UTF-8 (byte {error.start}); save it as UTF-8"
        raise SourceError(message) from error
    try:
        document = _parse_json(text)
    except json.JSONDecodeError as error:
        lines = _read_json_lines(engine, text) if error.msg == "Extra data" else None
        if lines is None:
            message = f"is damaged JSON (line {error.lineno}, column {error.colno}: {error.msg})"
            raise SourceError(message) from error
        document = lines
    except ValueError as error:
        message = f"is JSON with a number too long to read: {str(error).partition(';')[0]}"
        raise SourceError(message) from error
    except RecursionError as error:
        message = "is JSON nested too deep"
        raise SourceError(message) from error
    return extracts(document)


def _parse_json(text: str) -> Json:
    # NaN is no JSON, and yet some write it: it reads as text and is judged with its column.
    document: Json = json.loads(text, parse_constant=str, object_pairs_hook=_object)
    return document


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        message = f"is JSON with an object that has '{twice[:_SHOWN]}' twice; leave one of them"
        raise SourceError(message)
    return found


def _read_json_lines(engine: Engine, text: str) -> list[Json] | None:
    """Records of a file with one on each line; lines that are none are set aside."""
    records: list[Json] = []
    broken: list[tuple[int, str]] = []
    for number, line in enumerate((line for line in text.splitlines() if line.strip()), 1):
        try:
            records.append(_parse_json(line))
        except (ValueError, RecursionError):
            broken.append((number, line))
    if not records:
        return None
    engine.execute(
        "INSERT INTO rejected_rows SELECT UNNEST($numbers), 'the line is no JSON', UNNEST($lines)",
        {"numbers": [number for number, _ in broken], "lines": [line for _, line in broken]},
    )
    return records


def _merged(found: list[Extract]) -> list[Extract]:
    """One extract for each kind of table: a list of answers gives its rows as one table."""
    ordered = sorted(found, key=lambda extract: (extract.table_name or "", extract.columns))
    merged = []
    for (table_name, columns), same in groupby(
        ordered, key=lambda extract: (extract.table_name or "", extract.columns)
    ):
        rows = [row for extract in same for row in extract.rows]
        merged.append(Extract(columns, rows, table_name or None))
    return merged


def _stage_extract(engine: Engine, extract: Extract) -> Staged:
    cells = ", ".join(f"r.cells[{index + 1}] AS c{index}" for index in range(len(extract.columns)))
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE source_rows AS SELECT {cells}{', ' if cells else ''}"
        "ROW_NUMBER() OVER () AS row_number"
        " FROM (SELECT UNNEST(JSON_TRANSFORM($rows, '[[\"VARCHAR\"]]')) AS cells) AS r",
        {"rows": json.dumps(extract.rows)},
    )
    return _staged(engine, extract.columns, extract.table_name)
