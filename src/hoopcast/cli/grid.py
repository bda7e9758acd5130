"""A table as text: a grid where it fits the width, else a block for each row, else the columns that fit."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.cells import cell_len

from hoopcast.plain import printable

_GAP = "  "
# Beyond so many rows, blocks of one row each are longer than anybody reads.
_MOST_BLOCKS = 4
# Text narrower than this reads as a column of single words.
_NARROWEST_TEXT = 20
# A word longer than this, such as a path, breaks.
_LONGEST_WORD = 20
_NUMBERS = ("BIGINT", "INTEGER", "HUGEINT", "DOUBLE", "FLOAT", "DECIMAL", "SMALLINT", "TINYINT", "UBIGINT", "UINTEGER")


@dataclass(frozen=True)
class _Column:
    """A column with the cells that are printed, and how wide it is."""

    name: str
    cells: tuple[str, ...]
    is_number: bool
    is_text: bool

    @property
    def width(self) -> int:
        return max(cell_len(self.name), *(cell_len(cell) for cell in self.cells), 1)

    @property
    def narrowest(self) -> int:
        """How narrow it can be made: text breaks between words, nothing else breaks."""
        if not self.is_text or self.width <= _NARROWEST_TEXT or not any(" " in cell for cell in self.cells):
            return self.width
        words = [cell_len(word) for cell in self.cells for word in cell.split(" ")]
        return max(_NARROWEST_TEXT, cell_len(self.name), min(max(words), _LONGEST_WORD))


def grid(
    names: Sequence[str], types: Sequence[str], rows: Sequence[Sequence[Any]], *, width: int | None, null: str = ""
) -> list[str]:
    """The lines of a table.

    Args:
        names: of the columns.
        types: SQL types of the columns; numbers stand to the right.
        rows: to be printed, all of them.
        width: of the terminal, in characters; None for as wide as it needs.
        null: what stands for a value that is not there.
    """
    cells = [[cell(value, null) for value in row] for row in rows]
    columns = [
        _Column(cell(name), tuple(row[place] for row in cells), kind.startswith(_NUMBERS), kind == "VARCHAR")
        for place, (name, kind) in enumerate(zip(names, types, strict=True))
    ]
    if width is None or _total([column.width for column in columns]) <= width:
        return _grid(columns, [column.width for column in columns])
    if _total([column.narrowest for column in columns]) <= width:
        return _grid(columns, _widths(columns, width))
    if len(rows) <= _MOST_BLOCKS:
        return _blocks(columns, len(rows))
    fitting = _fitting(columns, width)
    lines = _grid(fitting, _widths(fitting, width))
    return [*lines, f"{len(fitting)} of {len(columns)} columns; --json shows all"]


def cell(value: Any, null: str = "") -> str:  # noqa: ANN401 - a cell holds whatever SQL has
    """A value as it is printed, on one line."""
    if value is None:
        return null
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else repr(value)  # noqa: PLR2004
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return printable(str(value).replace("\n", " ").replace("\t", "\\t"))


def _total(widths: list[int]) -> int:
    return 1 + sum(widths) + len(_GAP) * (len(widths) - 1)


def _widths(columns: list[_Column], width: int) -> list[int]:
    """Widths that fill the terminal: what is left over goes to the text that needs it, from the last column on."""
    widths = [column.narrowest for column in columns]
    for place in reversed(range(len(columns))):
        spare = width - _total(widths)
        widths[place] += min(spare, columns[place].width - widths[place])
    return widths


def _grid(columns: list[_Column], widths: list[int]) -> list[str]:
    lines = [_line(columns, widths, [column.name for column in columns]), f" {'─' * (_total(widths) - 1)}"]
    for row in zip(*(column.cells for column in columns), strict=True):
        parts = [
            textwrap.wrap(text, width, break_on_hyphens=False) if cell_len(text) > width else [text]
            for text, width in zip(row, widths, strict=True)
        ]
        lines += [
            _line(columns, widths, [part[number] if number < len(part) else "" for part in parts])
            for number in range(max(len(part) for part in parts))
        ]
    return lines


def _line(columns: list[_Column], widths: list[int], texts: Sequence[str]) -> str:
    padded = []
    for column, width, text in zip(columns, widths, texts, strict=True):
        blank = " " * (width - cell_len(text))
        padded.append(f"{blank}{text}" if column.is_number else f"{text}{blank}")
    return f" {_GAP.join(padded)}".rstrip()


def _blocks(columns: list[_Column], rows: int) -> list[str]:
    """A block for each row, with a line for each column."""
    width = max(cell_len(column.name) for column in columns)
    lines = []
    for number in range(rows):
        lines.append(f" ── row {number + 1} ──")
        lines += [f" {column.name:{width}}{_GAP}{column.cells[number]}".rstrip() for column in columns]
    return lines


def _fitting(columns: list[_Column], width: int) -> list[_Column]:
    """The first columns that fit beside the last one, which is what a report comes to; at least the first."""
    fitting = columns[:1]
    for column in columns[1:-1]:
        if _total([part.narrowest for part in (*fitting, column, columns[-1])]) > width:
            break
        fitting.append(column)
    return [*fitting, columns[-1]] if _total([part.narrowest for part in (*fitting, columns[-1])]) <= width else fitting
