"""What is being written now, in a small file beside the warehouse, which no other process can open meanwhile."""

import json
import os
import threading
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from hoopcast.errors import WarehouseError
from hoopcast.paths import SCHEME, warehouse_path
from hoopcast.pipeline.ledger import utc_now
from hoopcast.warehouse.targets import is_running

_INTERVAL_SECONDS = 0.5
# A living writer beats twice a second; one that has not for so long is hung as a whole, or its process id is another's.
_SILENT_AFTER = timedelta(seconds=15)


@dataclass(frozen=True)
class Beat:
    """What a writer does: its process, run and command, the table in progress, and dates and rows so far.

    `dates_done` of `dates` are those of the table in progress, `rows` those of the whole run. Times are UTC.
    """

    pid: int
    run_id: str
    command: str
    table: str
    dates_done: int
    dates: int
    rows: int
    started_at_utc: datetime
    updated_at_utc: datetime

    @property
    def is_alive(self) -> bool:
        """Whether its process still runs and beats."""
        return is_running(self.pid) and utc_now() - self.updated_at_utc < _SILENT_AFTER


def heartbeat_path(url: str) -> Path | None:
    """File beside a warehouse; None for one that is no file."""
    if "://" in url and not url.startswith(SCHEME):
        return None
    path = warehouse_path(url)
    return None if path == ":memory:" else Path(f"{path}.heartbeat.json")


def read_heartbeat(path: Path) -> Beat | None:
    """What the file says; None where there is none.

    Raises:
        WarehouseError: if it is no heartbeat.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    try:
        values = json.loads(text)
        times = {name: datetime.fromisoformat(values[name]) for name in ("started_at_utc", "updated_at_utc")}
        return Beat(**(values | times))
    except (ValueError, TypeError, KeyError) as error:
        raise WarehouseError(f"{path} is no heartbeat of a warehouse; delete it") from error


class Heartbeat:
    """Writes the file while a run goes on, and deletes it at the end; a context manager.

    A thread of its own writes, so that a beat shows even while one statement takes long.
    """

    def __init__(self, path: Path | None, run_id: str, command: str) -> None:
        now = utc_now()
        self._path = path
        self._beat = Beat(os.getpid(), run_id, command, "", 0, 0, 0, now, now)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._write_often, name="hoopcast-heartbeat", daemon=True)

    def __enter__(self) -> Self:
        if self._path is not None:
            self._write(self._path)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._path is not None:
            self._ended.set()
            self._thread.join()
            self._path.unlink(missing_ok=True)

    def table_started(self, table: str, dates: int) -> None:
        """A table begins, with so many dates to write."""
        self._beat = replace(self._beat, table=table, dates=dates, dates_done=0)

    def dates_written(self, dates: int, rows: int) -> None:
        """Dates of the table in progress were written, with so many rows."""
        beat = self._beat
        self._beat = replace(beat, dates_done=beat.dates_done + dates, rows=beat.rows + rows)

    def _write_often(self) -> None:
        while self._path is not None and not self._ended.wait(_INTERVAL_SECONDS):
            self._write(self._path)

    def _write(self, path: Path) -> None:
        values = asdict(replace(self._beat, updated_at_utc=utc_now()))
        beside = path.with_name(f"{path.name}.{os.getpid()}")
        beside.write_text(json.dumps(values, default=datetime.isoformat), "utf-8")
        beside.replace(path)
