"""A command that writes to the raw tables, in the record of runs however it ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hoopcast.errors import HoopcastError
from hoopcast.pipeline.heartbeat import Heartbeat, heartbeat_path
from hoopcast.pipeline.runs import NOTHING, Ending, Totals, end_run, start_run
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.snapshot import take_snapshot


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
    record = Record(start_run(engine, command))
    try:
        with Heartbeat(heartbeat_path(engine.url), record.run_id, command):
            yield record
    except BaseException as error:
        ending: Ending = "failed" if isinstance(error, HoopcastError) else "interrupted"
        end_run(engine, record.run_id, ending, message=str(error) or type(error).__name__)
        raise
    end_run(engine, record.run_id, record.ending, record.totals, record.message)
    take_snapshot(engine)
