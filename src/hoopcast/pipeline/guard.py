"""Statements that end early: on SIGINT and SIGTERM, or when a batch's time is up.

A statement runs in the engine's own code, where Python handles no signal. So a thread listens, and cancels the
statement from outside, again and again until the statement has noticed: a cancel that arrives between two
statements is lost.
"""

import select
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

from hoopcast.errors import StatementStopped
from hoopcast.warehouse.engine import ColumnsOf, Engine, Parameters, Rows
from hoopcast.warehouse.tables import Table

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_REPEAT_SECONDS = 0.05
# `select` takes no number that a file descriptor's clock can not hold.
_LONGEST_SLEEP = 3600.0


def _noted(_number: int, _frame: FrameType | None) -> None:
    """Leave a signal to the listening thread."""


class Guard:
    """An engine's statements under watch; a context manager.

    `signal_number` is the signal that arrived, None for none; `is_late` says that the time was up.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.signal_number: int | None = None
        self.is_late = False
        self._deadline: float | None = None
        self._lock = threading.Lock()
        self._is_running = False
        self._is_closed = False
        self._listener, self._speaker = socket.socketpair()
        self._thread = threading.Thread(target=self._watch, name="hoopcast-guard", daemon=True)
        self._handlers: dict[int, object] = {}
        self._former_speaker = -1

    def __enter__(self) -> Self:
        self._listener.settimeout(0)
        self._speaker.settimeout(0)
        if threading.current_thread() is threading.main_thread():
            self._former_speaker = signal.set_wakeup_fd(self._speaker.fileno(), warn_on_full_buffer=False)
            self._handlers = {number: signal.signal(number, _noted) for number in _SIGNALS}
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handlers:
            signal.set_wakeup_fd(self._former_speaker)
            for number, handler in self._handlers.items():
                signal.signal(number, handler)  # type: ignore[arg-type]
        self._is_closed = True
        self._wake()
        self._thread.join()
        self._listener.close()
        self._speaker.close()

    def execute(self, sql: str, parameters: Parameters | None = None) -> None:
        """Run a statement.

        Raises:
            StatementStopped: if a signal arrived or the time is up.
        """
        with self._watched():
            self.engine.execute(sql, parameters)

    def query(self, sql: str, parameters: Parameters | None = None) -> Rows:
        """Run a query and fetch all of its rows.

        Raises:
            StatementStopped: if a signal arrived or the time is up.
        """
        with self._watched():
            return self.engine.query(sql, parameters)

    def columns(self, sql: str, parameters: Parameters | None = None) -> ColumnsOf:
        """Run a query and fetch all of its rows as columns.

        Raises:
            StatementStopped: if a signal arrived or the time is up.
        """
        with self._watched():
            return self.engine.columns(sql, parameters)

    def append(self, name: str, table: Table, columns: ColumnsOf) -> None:
        """Add rows, given as columns, to a table.

        Raises:
            StatementStopped: if a signal arrived or the time is up.
        """
        with self._watched():
            self.engine.append(name, table, columns)

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """Let what runs inside take no longer than this."""
        self.is_late = False
        self._deadline = time.monotonic() + seconds
        self._wake()
        try:
            yield
        finally:
            self._deadline = None

    @contextmanager
    def _watched(self) -> Iterator[None]:
        self._stop_if_due()
        with self._lock:
            self._is_running = True
        try:
            yield
        finally:
            # Under the lock, so that no cancel reaches the rollback that may follow.
            with self._lock:
                self._is_running = False
        self._stop_if_due()

    def _stop_if_due(self) -> None:
        if self.signal_number is not None:
            raise StatementStopped("a signal arrived")
        if self._deadline is not None and time.monotonic() >= self._deadline:
            self.is_late = True
            raise StatementStopped("the time for the batch is up")

    def _wake(self) -> None:
        self._speaker.send(b"\0")

    def _watch(self) -> None:
        while not self._is_closed:
            readable, _, _ = select.select([self._listener], [], [], self._patience())
            if readable:
                signals = [number for number in self._listener.recv(4096) if number in _SIGNALS]
                self.signal_number = signals[0] if signals and self.signal_number is None else self.signal_number
            late = self._deadline is not None and time.monotonic() >= self._deadline
            self.is_late = self.is_late or late
            if late or self.signal_number is not None:
                with self._lock:
                    if self._is_running:
                        self.engine.interrupt()

    def _patience(self) -> float | None:
        if self.signal_number is not None or (self.is_late and self._deadline is not None):
            return _REPEAT_SECONDS
        deadline = self._deadline
        return None if deadline is None else min(max(deadline - time.monotonic(), 0.0), _LONGEST_SLEEP)
