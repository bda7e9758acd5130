"""What a command that writes leaves beside its rows: its place in the record of runs, and snapshots for readers."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hoopcast.errors import HoopcastError
from hoopcast.pipeline.guard import Guard
from hoopcast.pipeline.ledger import NOTHING, Ending, Totals, end_run, start_run
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.opening import take_snapshot

if TYPE_CHECKING:
    from hoopcast.pipeline.batch import Written
    from hoopcast.pipeline.run import Progress, TableReport

# A snapshot is due so often during a run, and seldom enough to cost it at most a twentieth of its time.
_SNAPSHOT_SECONDS = 10.0
_MOST_OF_TIME = 20.0
# At the end it may cost so many seconds, or a tenth of the command's time: the work of a date does not grow with the
# seasons that the warehouse holds, and its copy does.
_CHEAP_SECONDS = 0.2
_SHARE_OF_TIME = 0.1
_BYTES_A_SECOND = 500e6


@dataclass
class Record:
    """How the command is going; whoever runs it says."""

    run_id: str
    ending: Ending = "done"
    totals: Totals = NOTHING
    message: str | None = None


@contextmanager
def recorded(engine: DuckDB, command: str) -> Iterator[Record]:
    """Record that a command begins and how it ends, and leave a snapshot for readers."""
    began = time.monotonic()
    record = Record(start_run(engine, command))
    try:
        with engine.lock.run(record.run_id, command):
            yield record
    except BaseException as error:
        ending: Ending = "failed" if isinstance(error, HoopcastError) else "interrupted"
        end_run(engine, record.run_id, ending, message=str(error) or type(error).__name__)
        raise
    end_run(engine, record.run_id, record.ending, record.totals, record.message)
    engine.require_in_place()
    leave_snapshot(engine, time.monotonic() - began)


def leave_snapshot(engine: DuckDB, seconds: float) -> None:
    """Leave a snapshot of what a command took so many seconds to write, unless a copy would cost too much.

    Then that of an earlier command stays, for those who read while the next one writes; it says how old it is.
    """
    allowed = max(_CHEAP_SECONDS, _SHARE_OF_TIME * seconds)
    if engine.path == ":memory:" or Path(engine.path).stat().st_size <= allowed * _BYTES_A_SECOND:
        # A signal can not undo what is written by now, so it does not end the command.
        with Guard(engine):
            take_snapshot(engine)


class Snapshots:
    """A listener to a run that leaves snapshots on the way, for readers of one that takes long."""

    def __init__(self, engine: DuckDB, progress: "Progress | None") -> None:
        self._engine, self._progress = engine, progress
        self._due = time.monotonic() + _SNAPSHOT_SECONDS

    def table_started(self, table: str, dates: int) -> None:
        """Pass it on."""
        if self._progress:
            self._progress.table_started(table, dates)

    def batch_started(self, table: str, season: str, dates: int) -> None:
        """Pass it on."""
        if self._progress:
            self._progress.batch_started(table, season, dates)

    def batch_ended(self, table: str, season: str, written: "Written") -> None:
        """Pass it on, and leave a snapshot where one is due."""
        if self._progress:
            self._progress.batch_ended(table, season, written)
        began = time.monotonic()
        if began >= self._due:
            take_snapshot(self._engine)
            now = time.monotonic()
            self._due = now + max(_SNAPSHOT_SECONDS, _MOST_OF_TIME * (now - began))

    def table_ended(self, report: "TableReport") -> None:
        """Pass it on."""
        if self._progress:
            self._progress.table_ended(report)
