"""Long work in Python that ends early when the run that does it is stopped."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import ContextVar, copy_context
from threading import Event
from typing import TypeVar

Result = TypeVar("Result")
# How long a signal, or the end of the time, may stay unseen.
_LOOK_SECONDS = 0.2
_stopped: ContextVar[Event | None] = ContextVar("stopped", default=None)


class WorkStopped(Exception):  # noqa: N818 - no fault: it carries the word from `heed` to `obeying`
    """The work was told to stop."""


def obeying(look: Callable[[], object], work: Callable[[], Result]) -> Result:
    """The result of work that may take long, unless the run is stopped meanwhile.

    The work goes on in a thread of its own, and ends at its next `heed` once `look` has raised.

    Args:
        look: asked again and again; it raises when the run is to stop.
        work: what is to be done; it leaves the warehouse alone.

    Raises:
        StatementStopped: or whatever else `look` raises.
    """
    stopped = Event()
    context = copy_context()
    context.run(_stopped.set, stopped)
    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(context.run, work)
        try:
            look()
            while wait([result], _LOOK_SECONDS).not_done:
                look()
        except BaseException:
            stopped.set()
            raise
    return result.result()


def side_by_side(first: Callable[[], Result], second: Callable[[], Result]) -> tuple[Result, Result]:
    """The results of two works that go on at once, both of which can be stopped."""
    with ThreadPoolExecutor(2) as pool:
        results: list[Future[Result]] = [pool.submit(copy_context().run, work) for work in (first, second)]
    return results[0].result(), results[1].result()


def heed() -> None:
    """End here if the run was stopped; to be called at every step of work that takes long.

    Raises:
        WorkStopped: if it was.
    """
    stopped = _stopped.get()
    if stopped is not None and stopped.is_set():
        raise WorkStopped
