"""Errors of DuckDB as errors of the warehouse, each on one line."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from hoopcast.errors import EngineError, StatementError, StatementStopped, WarehouseDamaged

# Faults of the data that a statement met. Whatever else a statement raises, no other statement of its kind escapes.
_DATA_FAULTS = (
    duckdb.DataError,
    duckdb.IntegrityError,
    duckdb.InvalidInputException,
    duckdb.SequenceException,
    duckdb.TypeMismatchException,
)


# What DuckDB says of a file whose bytes are not those that it wrote.
_DAMAGE = ("Corrupt database file", "Could not read enough bytes", "Corrupt WAL file", "replaying WAL file")

LESS_MEMORY = "free some, lower `threads` or set `memory_mb` in hoopcast.toml, or take a smaller range"
RESTORE = "the file is damaged: put a backup in its place, or ingest anew"


def is_damage(message: str) -> bool:
    """Whether an error of DuckDB means that a file was damaged."""
    return any(phrase in message for phrase in _DAMAGE)


def _cause(message: str) -> str:
    """What a file that can not be used any more met first, of a message that only says that it met something."""
    _, _, first = message.partition('Original error: "')
    return first.rstrip('"') or message


@contextmanager
def warehouse_errors() -> Iterator[None]:
    """Raise what DuckDB raises inside as an error of the warehouse.

    Raises:
        StatementStopped: if the statement was cancelled.
        StatementError: if it failed on the data that it met.
        WarehouseDamaged: if the file is not what was written.
        EngineError: if no statement like it can succeed.
    """
    try:
        yield
    except duckdb.InterruptException as error:
        raise StatementStopped("the statement was cancelled") from error
    except duckdb.Error as error:
        message = _cause(" ".join(str(error).split("\n\n")[0].split()))
        if is_damage(message):
            raise WarehouseDamaged(f"{message}; {RESTORE}") from error
        if isinstance(error, duckdb.OutOfMemoryException):
            message = f"{message}; {LESS_MEMORY}"
        if "Catalog Error: Table with name" in message:
            message = f"{message}; `hoopcast sql 'SHOW TABLES'` lists what there is"
        raise (StatementError if isinstance(error, _DATA_FAULTS) else EngineError)(message) from error
