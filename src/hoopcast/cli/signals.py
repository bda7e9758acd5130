"""SIGINT and SIGTERM while a command runs, outside of a batch: a batch has a guard of its own."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class _Stop(BaseException):
    """Unwinds to the end of the command; an engine may turn it into an error of its own on the way."""


class Signals:
    """A context manager that turns a signal into an exception, and remembers which one it was.

    `is_too_late` is set by a command that has done all that was asked for: a signal then changes nothing.
    """

    def __init__(self) -> None:
        self.received: int | None = None
        self.is_too_late = False
        self._former: dict[int, object] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._former = {number: signal.signal(number, self._stop) for number in _SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    @property
    def name(self) -> str:
        """Name of the signal that was received."""
        return "no signal" if self.received is None else signal.Signals(self.received).name

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        if not self.is_too_late:
            self.received = number
            raise _Stop
