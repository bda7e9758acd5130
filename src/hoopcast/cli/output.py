"""Tables, texts and files that commands print."""

import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO, TypeVar, cast

from hoopcast.errors import UsageError
from hoopcast.plain import json_value, printable, printable_json

if TYPE_CHECKING:
    from tempfile import SpooledTemporaryFile

    from hoopcast.warehouse.result import FileFormat, Table

FORMATS = ("table", "csv", "json", "parquet")
# A terminal is no place for more; other formats have no limit.
MOST_ROWS = 1000
_MOST_HELD_BYTES = 32_000_000


@dataclass(frozen=True)
class Output:
    """In which format a table is printed, to which file instead of the terminal, and whether CSV keeps formulas."""

    format: str = "table"
    path: Path | None = None
    formulas: bool = False


_held: "ContextVar[SpooledTemporaryFile[bytes] | None]" = ContextVar("_held", default=None)


def reopen_closed() -> None:
    """Let what is printed to a stream that was closed go to nowhere; else a file that is opened takes its number."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w"))  # noqa: PTH123, SIM115


@contextmanager
def held_back() -> Iterator[None]:
    """Print what is said inside at its end: a pager that reads slowly keeps nobody from what was open meanwhile."""
    from tempfile import SpooledTemporaryFile

    with SpooledTemporaryFile(_MOST_HELD_BYTES) as held:
        before = _held.set(held)
        try:
            yield
        finally:
            _held.reset(before)
            if held.tell():
                held.seek(0)
                with standard_output(None) as stream:
                    shutil.copyfileobj(held, stream)


def say(text: str, end: str = "\n") -> None:
    """Print to standard output; once nobody reads it any more, to nowhere."""
    held = _held.get()
    if held is None:
        _write(sys.stdout, f"{text}{end}")
    else:
        held.write(f"{text}{end}".encode(getattr(sys.stdout, "encoding", None) or "utf-8", "replace"))


def tell(text: str) -> None:
    """Print to standard error."""
    _write(sys.stderr, f"{printable(text)}\n")


def tell_error(message: str) -> None:
    """Print what went wrong to standard error, on one line whatever names it quotes."""
    tell(f"error: {one_line(message).rstrip('.')}")


def one_line(message: str) -> str:
    """A message without breaks."""
    return " ".join(message.split())


@contextmanager
def standard_output(file_format: str | None) -> Iterator[BinaryIO]:
    """Standard output for a file of some format; once nobody reads it any more, what is left goes to nowhere.

    Raises:
        UsageError: if it is closed, or a terminal and the format is no text.
    """
    stream = sys.stdout
    if sys.__stdout__ is None:  # what Python has where it was closed
        raise UsageError("standard output is closed; name a file")
    if file_format == "parquet" and stream.isatty():
        raise UsageError("Parquet is no text for a terminal; write it to a file or a pipe, or say --format csv")
    if (held := _held.get()) is not None:
        yield cast("BinaryIO", held)
        return
    if stream.isatty():
        shown = BytesIO()
        yield shown
        say(shown.getvalue().decode(errors="replace"), end="")
        return
    try:
        yield stream.buffer
        stream.flush()
    except BrokenPipeError:
        _to_nowhere(stream)


def _to_nowhere(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(printable(text) if stream.isatty() else text)
        stream.flush()
    except BrokenPipeError:
        _to_nowhere(stream)
    except UnicodeEncodeError:
        encoding = stream.encoding or "ascii"
        _write(stream, text.encode(encoding, "replace").decode(encoding))


def show(table: "Table", output: Output, *, title: str | None = None, null: str = "") -> None:
    """Print a table, or write it to a file.

    Args:
        table: what to print.
        output: where, and in which format.
        title: heading of the table on a terminal.
        null: what stands for a value that is not there.

    Raises:
        UsageError: if the file can not be written, the format needs a file, or JSON would lose a column.
    """
    file_format = _file_format(output.format)
    if file_format == "json" and (twice := [name for name, count in Counter(table.columns).items() if count > 1]):
        raise UsageError(f"two columns are called {twice[0]}, and JSON keeps one; name them apart with AS")
    if output.path is not None:
        if file_format is None:
            put(render(table, title=title, null=null), output.path)
        else:
            table.write(output.path, file_format, formulas=output.formulas)
    elif file_format is None:
        say(render(table, title=title, null=null))
    elif file_format == "parquet":
        raise UsageError("Parquet is no text; say where to write it with --output FILE")
    else:
        with standard_output(file_format) as stream:
            table.write(stream, file_format, formulas=output.formulas)


def put(text: str, path: Path | None) -> None:
    """Print a text, or write it to a file.

    Raises:
        UsageError: if the file can not be written.
    """
    if path is None:
        say(text)
        return
    from hoopcast.warehouse.targets import replacing

    with replacing(path) as partial:
        partial.write_text(f"{text}\n", "utf-8")


def terminal_width() -> int | None:
    """Columns of the terminal that standard output is, None where it is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def render(table: "Table", *, title: str | None = None, null: str = "") -> str:
    """A table as text, as wide as the terminal, or as it needs where there is none."""
    from hoopcast.cli.grid import grid

    rows = table.rows
    lines = [] if title is None else [title, ""]
    lines += grid(table.columns, table.types, rows[:MOST_ROWS], width=terminal_width(), null=null)
    if len(rows) > MOST_ROWS:
        lines.append(f"{MOST_ROWS:,} of {len(rows):,} rows; --format csv prints all of them")
    return "\n".join(lines)


def as_json(document: Any, *, indent: int | None = 2) -> str:  # noqa: ANN401 - whatever JSON holds
    """A document as strict JSON: what is no finite number is null, dates are text."""
    import json

    return printable_json(json.dumps(json_value(document), ensure_ascii=False, indent=indent, allow_nan=False))


def _file_format(name: str) -> "FileFormat | None":
    match name:
        case "csv" | "json" | "parquet":
            return name
        case _:
            return None


def quantity(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: `1 date`, `165 dates`."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


# Counts that are zero unless something is out of the ordinary.
_SELDOM = frozenset(
    (
        "missing", "stale", "failed", "blocked", "not_available", "unchanged", "failures", "quarantined",
        "unresolved", "collapsed", "deleted", "changed", "can_retry",
    )
)  # fmt: skip
_NAMES_TABLES = ("table", "reads")
Line = TypeVar("Line")


def show_brief(table: "Table", output: Output, *, without: Sequence[str] = (), title: str | None = None) -> None:
    """Print a report: brief as a table, whole in every other format.

    Args:
        table: the report.
        output: where, and in which format.
        without: columns that a table leaves out.
        title: heading of the table.
    """
    show(brief(table, without) if output.format == "table" else table, output, title=title)


def brief(table: "Table", without: Sequence[str] = ()) -> "Table":
    """A report with short table names, without counts that are zero in every row."""
    from hoopcast.warehouse.result import Table

    rows = table.rows
    idle = {name for place, name in enumerate(table.columns) if name in _SELDOM and not any(row[place] for row in rows)}
    places = [place for place, name in enumerate(table.columns) if name not in idle and name not in without]
    shortened = [_shortening(table.columns[place]) for place in places]
    return Table.of_rows(
        [table.columns[place] for place in places],
        [table.types[place] for place in places],
        [tuple(shorten(row[place]) for place, shorten in zip(places, shortened, strict=True)) for row in rows],
    )


def table_of(rows: "Iterable[Line]", *columns: "tuple[str, str, Callable[[Line], Any]]") -> "Table":
    """A table with a row for each of some rows.

    Args:
        rows: of any kind.
        columns: heading, SQL type, and what stands in a row's cell.
    """
    from hoopcast.warehouse.result import Table

    cells = [tuple(cell(row) for _, _, cell in columns) for row in rows]
    return Table.of_rows([name for name, _, _ in columns], [kind for _, kind, _ in columns], cells)


def fixed(value: float | None, digits: int, scale: float = 1, sign: str = "") -> str | None:
    """A number with that many decimals, so that points stand below each other; None for none."""
    return None if value is None or value != value else f"{scale * value:{sign}.{digits}f}"  # noqa: PLR0124 - NaN


def short_name(table: str | None) -> str:
    """What users type for a table, such as pdc, or for one system's rows of it, such as predictions/linear_news."""
    from hoopcast.warehouse.tables import all_tables

    names = {definition.name: definition.short for definition in all_tables()}
    name, stroke, system = (table or "").partition("/")
    return f"{names.get(name, name)}{stroke}{system}"


def by_table(nodes: "Iterable[tuple[str, Line]]") -> "dict[str, list[Line]]":
    """What is told of nodes, by the table that they write: systems share one."""
    lines: dict[str, list[Line]] = {}
    for node, line in nodes:
        lines.setdefault(node.partition("/")[0], []).append(line)
    return lines


def _shortening(column: str) -> Callable[[Any], Any]:
    if column in _NAMES_TABLES:
        return short_name
    return _last_parts if column == "file" else lambda value: value


def _last_parts(path: str) -> str:
    """A file's name with its folder's."""
    return "/".join(PurePath(path).parts[-2:])
