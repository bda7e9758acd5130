"""What every engine offers to the pipeline."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, TypeAlias

from numpy.typing import NDArray

from hoopcast.warehouse.lock import Lock
from hoopcast.warehouse.tables import Table

Value = str | int | float | bool | date | datetime | None
Parameters = Mapping[str, Value | Sequence[Value]]
# Columns by name, each an array of one length.
ColumnsOf: TypeAlias = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Rows:
    """A fetched result: column names and rows."""

    columns: tuple[str, ...]
    rows: list[tuple[Value, ...]]

    def dictionaries(self) -> list[dict[str, Value]]:
        """Each row as a dictionary."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Statements(Protocol):
    """Whatever runs statements."""

    def execute(self, sql: str, parameters: Parameters | None = None) -> None:
        """Run a statement; named parameters are written `$name`."""

    def query(self, sql: str, parameters: Parameters | None = None) -> Rows:
        """Run a query and fetch all of its rows."""

    def columns(self, sql: str, parameters: Parameters | None = None) -> ColumnsOf:
        """Run a query and fetch all of its rows as columns.

        Numbers come as float64 with NaN for NULL, whole ones without NULLs as int64, dates as datetime64[D], texts as
        objects with None for NULL.
        """

    def append(self, name: str, table: Table, columns: ColumnsOf) -> None:
        """Add rows, given as columns, to a table that has the columns of a definition.

        NaN and None become NULL, a whole number in the place of a text a game id of ten digits.
        """


class Engine(Statements, Protocol):
    """A place where the tables live and the compiled SQL runs; a `read_only` one refuses to write.

    `lock` is what keeps other writers out, and says to others what is being written.
    """

    url: str
    dialect: str
    read_only: bool
    lock: Lock

    def transaction(self) -> AbstractContextManager[None]:
        """One transaction: committed at the end, rolled back on any exception."""

    def require_in_place(self) -> None:
        """Refuse to go on where what is written is not what stands under the warehouse's name any more."""

    def create(self, table: Table) -> None:
        """Create a table from its definition where it is absent."""

    def row_hash(self, columns: Sequence[str]) -> str:
        """SQL expression: a BIGINT hash of these columns of a row; XOR over rows is the content of a set."""

    def interrupt(self) -> None:
        """Cancel the statement in progress, from another thread."""

    def close(self) -> None:
        """Let go of the warehouse."""
