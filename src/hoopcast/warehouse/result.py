"""What a query or a report gives back: named, typed columns, in the shape that its reader wants."""

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, cast, get_args, get_type_hints

import duckdb

from hoopcast.errors import EngineError, UsageError
from hoopcast.extras import need
from hoopcast.paths import user_path
from hoopcast.plain import printable_json
from hoopcast.warehouse.faults import warehouse_errors
from hoopcast.warehouse.targets import replacing

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa  # type: ignore[import-untyped]
    from duckdb.sqltypes import DuckDBPyType

FileFormat = Literal["csv", "json", "parquet"]
FILE_FORMATS: tuple[FileFormat, ...] = get_args(FileFormat)
_COPY_OPTIONS = {"csv": "FORMAT csv, HEADER true", "json": "FORMAT json, ARRAY true", "parquet": "FORMAT parquet"}
# So many rows show what a table is like.
_SHOWN_ROWS = 10
_NESTED = ("list", "array", "map", "struct")
_TEXTS = ("varchar", "enum", "blob", "union")
# What a spreadsheet takes for the beginning of a formula.
_FORMULA, _QUOTED = re.compile(r"^[=+\-@\t\r]"), r"'\g<0>"
_TYPES = {
    bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE", date: "DATE", datetime: "TIMESTAMP", str: "VARCHAR",
}  # fmt: skip


@dataclass(frozen=True)
class _Values:
    """Rows that are there already."""

    rows: list[tuple[Any, ...]]


class Table:
    """Columns with names and types; its rows are read when they are asked for, in the shape that is asked for.

    `columns` are the names, `types` the SQL types. Iterating gives each row as a dictionary, `len` the number of rows;
    without any a table is false, as other containers are. A table of a query reads the warehouse, so it is to be read
    before the warehouse is closed. Its rows are counted by the engine, unless they were read before.
    """

    def __init__(
        self,
        columns: Sequence[str],
        types: Sequence[str],
        source: "duckdb.DuckDBPyRelation | _Values",
        scratch: str | None = None,
    ) -> None:
        self._scratch = scratch
        self.columns = tuple(columns)
        self.types = tuple(types)
        self._source = source
        self._count: int | None = None

    @classmethod
    def of(cls, kind: type[Any], records: Iterable[Any]) -> "Table":
        """A table of data classes of one kind, a column for each field."""
        hints = get_type_hints(kind)
        columns = [field.name for field in fields(kind)]
        types = [_sql_type(hints[name]) for name in columns]
        rows = [tuple(getattr(record, name) for name in columns) for record in records]
        return cls(columns, types, _Values(rows))

    @classmethod
    def of_rows(cls, columns: Sequence[str], types: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> "Table":
        """A table of rows that are there already; `types` are SQL types."""
        return cls(columns, types, _Values(list(rows)))

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """All rows as tuples of Python values.

        Raises:
            WarehouseError: if the query fails on the data.
        """
        if isinstance(self._source, _Values):
            return self._source.rows
        with _reading():
            rows = self._source.fetchall()
        self._count = len(rows)
        return rows

    def __len__(self) -> int:
        if isinstance(self._source, _Values):
            return len(self._source.rows)
        # `list(table)` asks for it as well, after the rows are read.
        if self._count is None:
            with _reading():
                (row,) = self._source.aggregate("COUNT(*)").fetchall()
            self._count = int(row[0])
        return self._count

    def __bool__(self) -> bool:
        return bool(self._first_rows()[0]) if self._count is None else self._count > 0

    def __repr__(self) -> str:
        first, more = self._first_rows()
        cells = [self.columns, *([str(value) for value in row] for row in first)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]
        return "\n".join([*lines, *more])

    def _repr_html_(self) -> str:
        first, more = self._first_rows()
        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        body = "".join(f"<tr>{''.join(f'<td>{escape(str(value))}</td>' for value in row)}</tr>" for row in first)
        notes = "".join(f"<p>{note}</p>" for note in more)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"

    def _first_rows(self) -> tuple[list[tuple[Any, ...]], list[str]]:
        """The first rows, and a note if there are more."""
        if isinstance(self._source, _Values):
            rows = self._source.rows[: _SHOWN_ROWS + 1]
        else:
            with _reading():
                rows = self._source.limit(_SHOWN_ROWS + 1).fetchall()
        return rows[:_SHOWN_ROWS], ["... and more rows"] if len(rows) > _SHOWN_ROWS else []

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def arrow(self) -> "pa.Table":
        """All rows as an Arrow table; needs `hoopcast[arrow]`."""
        need("arrow")
        with _reading():
            return self._relation().to_arrow_table()

    def pandas(self) -> "pd.DataFrame":
        """All rows as a pandas data frame; needs `hoopcast[pandas]`."""
        need("pandas")
        with _reading():
            return cast("pd.DataFrame", self._relation().df())

    def polars(self) -> "pl.DataFrame":
        """All rows as a Polars data frame; needs `hoopcast[polars]`."""
        need("polars")
        need("arrow")
        with _reading():
            return cast("pl.DataFrame", self._relation().pl())

    def write(
        self, path: str | Path | BinaryIO, file_format: FileFormat | None = None, *, formulas: bool = True
    ) -> int:
        """Write all rows to a file, in the place of what is there; it appears when it is complete.

        A pipe, a device or an open stream is written to. No file of a warehouse is replaced.

        Args:
            path: file to write, or a stream of bytes.
            file_format: csv, json (an array of objects) or parquet; by default the path's ending says, and for a stream
                it is csv.
            formulas: whether text in CSV stays as it is; otherwise what a spreadsheet would run gets an apostrophe.

        Returns:
            Number of rows.

        Raises:
            UsageError: if the ending is none of these, or the file can not be written.
        """
        if not isinstance(path, (str, Path)):
            return self._pour(path, file_format or "csv", formulas=formulas)
        target = user_path(path)
        chosen = file_format or format_of(target)
        with replacing(target) as partial:
            if chosen != "json" and self._scratch is None:
                return self._copy(partial, chosen, formulas=formulas)
            with partial.open("wb") as stream:
                return self._pour(stream, chosen, formulas=formulas)

    def _pour(self, stream: BinaryIO, file_format: FileFormat, *, formulas: bool) -> int:
        with tempfile.TemporaryDirectory(dir=self._scratch) as folder:
            whole = Path(folder) / "whole"
            count = self._copy(whole, file_format, formulas=formulas)
            with whole.open("rb") as source:
                if file_format == "json":
                    stream.writelines(printable_json(line.decode()).encode() for line in source)
                else:
                    shutil.copyfileobj(source, stream)
        return count

    def _copy(self, path: Path, file_format: FileFormat, *, formulas: bool) -> int:
        quoted = str(path).replace("'", "''")
        with _reading():
            relation = self._relation()
            written = "*"
            if file_format == "json":
                written = ", ".join(
                    f"{_finite(_name(name), kind)} AS {_name(name)}"
                    for name, kind in zip(relation.columns, relation.types, strict=True)
                )
            elif file_format == "csv" and not formulas:
                written = ", ".join(
                    f"{_disarmed(_name(name), kind)} AS {_name(_FORMULA.sub(_QUOTED, name))}"
                    for name, kind in zip(relation.columns, relation.types, strict=True)
                )
            copied = relation.query(
                "hoopcast_rows",
                f"COPY (SELECT {written} FROM hoopcast_rows) TO '{quoted}' ({_COPY_OPTIONS[file_format]})",
            )
            count = copied.fetchall()[0][0] if copied is not None else 0
        return int(count)

    def _relation(self) -> duckdb.DuckDBPyRelation:
        if not isinstance(self._source, _Values):
            return self._source
        connection = duckdb.connect()
        columns = ", ".join(f'"{name}" {kind}' for name, kind in zip(self.columns, self.types, strict=True))
        connection.execute(f"CREATE TABLE report ({columns})")
        if self._source.rows:
            lists = list(zip(*self._source.rows, strict=True))
            casts = ", ".join(f"UNNEST(CAST(${place} AS {kind}[]))" for place, kind in enumerate(self.types, 1))
            connection.execute(f"INSERT INTO report SELECT {casts}", [list(values) for values in lists])
        return connection.table("report")


def _name(column: str) -> str:
    return '"{}"'.format(column.replace('"', '""'))


def _finite(value: str, kind: "DuckDBPyType", depth: int = 0) -> str:
    """SQL: a value with NULL for each number in it that is not finite, which JSON has no word for."""
    part = f"part_{depth}"
    children = cast("dict[str, DuckDBPyType]", dict(kind.children)) if kind.id in _NESTED else {}
    match kind.id:
        case "float" | "double":
            return f"CASE WHEN ISFINITE({value}) THEN {value} END"
        case "list" | "array":
            inner = _finite(part, children["child"], depth + 1)
            return value if inner == part else f"LIST_TRANSFORM({value}, LAMBDA {part}: {inner})"
        case "map":
            inner = _finite(f"{part}.value", children["value"], depth + 1)
            entry = f"STRUCT_PACK(key := {part}.key, value := {inner})"
            entries = f"LIST_TRANSFORM(MAP_ENTRIES({value}), LAMBDA {part}: {entry})"
            return value if inner == f"{part}.value" else f"MAP_FROM_ENTRIES({entries})"
        case "struct":
            names = [(_name(name), f"{value}.{_name(name)}", child) for name, child in children.items()]
            inners = [(name, before, _finite(before, child, depth)) for name, before, child in names]
            packed = ", ".join(f"{name} := {after}" for name, _, after in inners)
            is_same = all(before == after for _, before, after in inners)
            return value if is_same else f"CASE WHEN {value} IS NOT NULL THEN STRUCT_PACK({packed}) END"
        case _:
            return value


def _disarmed(value: str, kind: "DuckDBPyType") -> str:
    """SQL: a value in which no spreadsheet sees a formula; numbers stay what they are, as text too."""
    if kind.id not in _TEXTS:
        return value
    text = f"CAST({value} AS VARCHAR)"
    is_formula = f"REGEXP_MATCHES({text}, '{_FORMULA.pattern}') AND TRY_CAST({text} AS DOUBLE) IS NULL"
    return f"CASE WHEN {is_formula} THEN CHR(39) || {text} ELSE {text} END"


@contextmanager
def _reading() -> Iterator[None]:
    """Raise what goes wrong on reading as an error of the warehouse."""
    with warehouse_errors():
        try:
            yield
        except duckdb.ConnectionException as error:
            raise EngineError("read the table before the warehouse is closed") from error


def format_of(path: Path) -> FileFormat:
    """File format that a path's ending names.

    Raises:
        UsageError: if it names none.
    """
    ending = path.suffix.lower().removeprefix(".")
    for file_format in FILE_FORMATS:
        if ending == file_format:
            return file_format
    raise UsageError(f"'{path}' does not end in .parquet, .csv or .json; rename it, or say --format")


def _sql_type(hint: Any) -> str:  # noqa: ANN401 - a type hint is of no one type
    choices = [choice for choice in (get_args(hint) or (hint,)) if choice is not type(None)]
    kind = type(choices[0]) if not isinstance(choices[0], type) else choices[0]
    return _TYPES.get(kind, "VARCHAR")
