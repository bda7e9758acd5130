"""Errors of DuckDB as errors of the warehouse, each on one line."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from hoopcast.errors import EngineError, StatementError, StatementStopped

# Faults of the data that a statement met. Whatever else a statement raises, no other statement of its kind escapes.
_DATA_FAULTS = (
    duckdb.DataError,
    duckdb.IntegrityError,
    duckdb.InvalidInputException,
    duckdb.SequenceException,
    duckdb.TypeMismatchException,
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise what DuckDB raises inside as an error of the warehouse.

    Raises:
        StatementStopped: if the statement was cancelled.
        StatementError: if it failed on the data that it met.
        EngineError: if no statement like it can succeed.
    """
    try:
        yield
    except duckdb.InterruptException as error:
        message = "the statement was cancelled"
        raise StatementStopped(message) from error
    except duckdb.Error as error:
        message = " ".join(str(error).split("\n\n")[0].split())
        raise (StatementError if isinstance(error, _DATA_FAULTS) else EngineError)(message) from error
