"""Long work in Python that ends early when the run that does it is stopped."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import ContextVar, copy_context
from threading import Event, Lock
from typing import Generic, TypeVar

Key = TypeVar("Key")
Result = TypeVar("Result")
# How long a signal, or the end of the time, may stay unseen.
_LOOK_SECONDS = 0.2
# More than most machines have processors: some wait for what others make. Each holds rows of its own in memory.
_AT_ONCE = 4
_stopped: ContextVar[Event | None] = ContextVar("stopped", default=None)


class WorkStopped(Exception):  # noqa: N818 - no fault: it carries the word from `heed` to `obeying`
    """The work was told to stop."""


def obeying(look: Callable[[], object], work: Callable[[], Result]) -> Result:
    """The result of work that may take long, unless the run is stopped meanwhile.

    The work goes on in a thread of its own, and ends at its next `heed` once `look` has raised. Its linear algebra has
    one thread: refits go on side by side, and sums come out the same on every machine.

    Args:
        look: asked again and again; it raises when the run is to stop.
        work: what is to be done; it leaves the warehouse alone.

    Raises:
        StatementStopped: or whatever else `look` raises.
    """
    # Only those who learn or forecast wait for it.
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # noqa: PLC0415

    stopped = Event()
    context = copy_context()
    context.run(_stopped.set, stopped)
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(1) as pool:
        result = pool.submit(context.run, work)
        try:
            look()
            while wait([result], _LOOK_SECONDS).not_done:
                look()
        except BaseException:
            stopped.set()
            raise
    return result.result()


def side_by_side(*works: Callable[[], Result]) -> tuple[Result, ...]:
    """The results of works that go on at once, some at a time; each can be stopped."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        results: list[Future[Result]] = [pool.submit(copy_context().run, work) for work in works]
    return tuple(result.result() for result in results)


def heed() -> None:
    """End here if the run was stopped; to be called at every step of work that takes long.

    Raises:
        WorkStopped: if it was.
    """
    stopped = _stopped.get()
    if stopped is not None and stopped.is_set():
        raise WorkStopped


class Once(Generic[Key, Result]):
    """Results by key, each made once, however many works ask for it at the same time."""

    def __init__(self) -> None:
        self._results: dict[Key, Result] = {}
        self._locks: dict[Key, Lock] = {}
        self._lock = Lock()

    def get(self, key: Key, make: Callable[[Key], Result]) -> Result:
        """The result of a key: what `make` gives for it, the first time."""
        with self._lock:
            of_key = self._locks.setdefault(key, Lock())
        with of_key:
            if key not in self._results:
                self._results[key] = make(key)
            return self._results[key]
