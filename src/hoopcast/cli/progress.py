"""Progress of a run on standard error, and what another process is writing."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hoopcast.cli.output import quantity, say, short_name, tell
from hoopcast.cli.session import Session
from hoopcast.errors import UsageError
from hoopcast.paths import user_path
from hoopcast.warehouse.targets import refuse_unwritable

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID
    from rich.status import Status

    from hoopcast.pipeline.batch import Written
    from hoopcast.pipeline.run import Progress, TableReport


class _Working:
    """A line that names what is being written."""

    def __init__(self, status: "Status") -> None:
        self._status = status

    def table_started(self, table: str, dates: int) -> None:
        del table, dates

    def batch_started(self, table: str, season: str, dates: int) -> None:
        self._status.update(f"bringing up to date: {short_name(table)}, {season}, {quantity(dates, 'date')}")

    def batch_ended(self, table: str, season: str, written: "Written") -> None:
        del table, season, written

    def table_ended(self, report: "TableReport") -> None:
        del report


@contextmanager
def working(session: Session) -> "Iterator[Progress]":
    """A listener to a run: one passing line on a terminal; with --verbose, a line for each table and batch."""
    if session.verbose or session.quiet or not sys.stderr.isatty():
        with shown(quiet=not session.verbose, to_stderr=True, log_file=None) as lines:
            yield lines
        return
    from rich.console import Console

    with Console(stderr=True).status("bringing forecasts up to date") as status:
        yield _Working(status)


class Lines:
    """One line for each table and batch, with the moment in UTC."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._began = time.monotonic()

    def table_started(self, table: str, dates: int) -> None:
        """Say how many dates a table has to write."""
        self._began = time.monotonic()
        self._line(f"{table}: {quantity(dates, 'date')} to write")

    def batch_started(self, table: str, season: str, dates: int) -> None:
        """Say that a batch begins, so that one that hangs can be told."""
        self._line(f"{table}: {season}, {quantity(dates, 'date')} begin")

    def batch_ended(self, table: str, season: str, written: "Written") -> None:
        """Say what a batch wrote."""
        rate = written.dates / written.seconds if written.seconds else 0.0
        self._line(
            f"{table}: {season}, {quantity(written.dates, 'date')}, {quantity(written.rows, 'row')} of"
            f" {written.expected:,}, {written.seconds:.2f} s, {rate:,.0f} dates/s"
        )

    def table_ended(self, report: "TableReport") -> None:
        """Say what is wrong with a table, if anything is."""
        for count, what in ((report.failed, "failed"), (report.blocked, "blocked")):
            if count:
                self._line(f"{report.table}: {quantity(count, 'date')} {what}")

    def _line(self, text: str) -> None:
        self._write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {text}")


class _Bars:
    """A bar for each table, with dates, rows, rate and time left."""

    def __init__(self, bars: "Bars") -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}
        self._rows: dict[str, int] = {}

    def table_started(self, table: str, dates: int) -> None:
        # The schema is the same for most, and would leave no room for the dates.
        self._tasks[table] = self._bars.add_task(table.rpartition(".")[2], total=dates, rows="0 rows")
        self._rows[table] = 0

    def batch_started(self, table: str, season: str, dates: int) -> None:
        del season, dates
        self._bars.start_task(self._tasks[table])

    def batch_ended(self, table: str, season: str, written: "Written") -> None:
        del season
        self._rows[table] += written.rows
        self._bars.update(self._tasks[table], advance=written.dates, rows=quantity(self._rows[table], "row"))

    def table_ended(self, report: "TableReport") -> None:
        self._bars.stop_task(self._tasks[report.table])


class Several:
    """Tells several at once."""

    def __init__(self, listeners: "Sequence[Progress]") -> None:
        self._listeners = listeners

    def table_started(self, table: str, dates: int) -> None:
        """Pass it on."""
        for listener in self._listeners:
            listener.table_started(table, dates)

    def batch_started(self, table: str, season: str, dates: int) -> None:
        """Pass it on."""
        for listener in self._listeners:
            listener.batch_started(table, season, dates)

    def batch_ended(self, table: str, season: str, written: "Written") -> None:
        """Pass it on."""
        for listener in self._listeners:
            listener.batch_ended(table, season, written)

    def table_ended(self, report: "TableReport") -> None:
        """Pass it on."""
        for listener in self._listeners:
            listener.table_ended(report)


@contextmanager
def shown(*, quiet: bool, to_stderr: bool, log_file: Path | None) -> "Iterator[Several]":
    """The progress of a run, on the terminal or as lines, and in a log.

    Args:
        quiet: show nothing; a log is written nevertheless.
        to_stderr: keep standard output for the result.
        log_file: append lines to it as well.

    Raises:
        UsageError: if the log can not be written.
    """
    with _log(None if log_file is None else user_path(log_file)) as write:
        listeners: list[Progress] = [] if write is None else [Lines(write)]
        if quiet:
            yield Several(listeners)
        elif sys.stderr.isatty() and sys.stdout.isatty():
            with _terminal() as bars:
                yield Several([*listeners, bars])
        else:
            yield Several([*listeners, Lines(tell if to_stderr else say)])


@contextmanager
def _log(path: Path | None) -> Iterator[Callable[[str], None] | None]:
    if path is None:
        yield None
        return
    refuse_unwritable(path)
    try:
        log = path.open("a", encoding="utf-8", buffering=1)
    except OSError as error:
        raise UsageError(f"the log {path} can not be written: {error.strerror}") from error
    with log:
        yield lambda line: print(line, file=log)


@contextmanager
def _terminal() -> Iterator[_Bars]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Rate(TextColumn):
        """Dates a second."""

        def render(self, task: Task) -> Text:
            elapsed = task.finished_time or task.elapsed
            return Text(f"{task.completed / elapsed:,.0f}/s" if elapsed and task.completed else "")

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("dates, {task.fields[rows]}"),
        Rate(""),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        yield _Bars(bars)
