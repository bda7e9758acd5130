"""What a command that only prepares says on the way: one line on a terminal, which goes away; else nothing."""

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hoopcast.cli.brief import short_name
from hoopcast.cli.output import counted
from hoopcast.cli.progress import shown
from hoopcast.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.status import Status

    from hoopcast.pipeline.report import TableReport
    from hoopcast.pipeline.run import Progress
    from hoopcast.pipeline.span import Written


class _Working:
    """A line that names what is being written."""

    def __init__(self, status: "Status") -> None:
        self._status = status

    def table_started(self, table: str, dates: int) -> None:
        del table, dates

    def span_started(self, table: str, season: str, dates: int) -> None:
        self._status.update(f"bringing up to date: {short_name(table)}, {season}, {counted(dates, 'date')}")

    def span_ended(self, table: str, season: str, written: "Written") -> None:
        del table, season, written

    def table_ended(self, report: "TableReport") -> None:
        del report


@contextmanager
def working(session: Session) -> "Iterator[Progress]":
    """A listener to a run: one passing line on a terminal; with --verbose, a line for each table and span."""
    if session.verbose or session.quiet or not sys.stderr.isatty():
        with shown(quiet=not session.verbose, to_stderr=True, log_file=None) as lines:
            yield lines
        return
    from rich.console import Console

    with Console(stderr=True).status("bringing forecasts up to date") as status:
        yield _Working(status)
