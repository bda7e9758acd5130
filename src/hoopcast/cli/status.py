"""The status command: what is being written now. It never needs the warehouse itself."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import click

from hoopcast.cli.options import example, with_output
from hoopcast.cli.output import Output, one_line, quantity, say, show
from hoopcast.cli.session import Session
from hoopcast.plain import printable

if TYPE_CHECKING:
    from hoopcast.warehouse.lock import Beat

_EVERY_SECONDS = 0.5
# A writer that was started just before needs so long to appear.
_APPEARS_WITHIN_SECONDS = 3.0


@dataclass(frozen=True)
class _Status:
    """What a writer does, as a line of a table."""

    state: str
    pid: int | None = None
    command: str | None = None
    table: str | None = None
    dates_done: int | None = None
    dates: int | None = None
    rows: int | None = None
    started_at_utc: datetime | None = None
    updated_at_utc: datetime | None = None


@click.command(epilog=example("hoopcast status", "hoopcast status --follow"))
@click.option("--follow", is_flag=True, help="Go on until nothing is being written.")
@with_output
@click.pass_obj
def status(session: Session, follow: bool, output: Output) -> int:
    """Show what is being written now and how far it is; hoopcast runs shows what was."""
    from hoopcast.paths import warehouse_path
    from hoopcast.warehouse.lock import read_beat
    from hoopcast.warehouse.result import Table

    path = warehouse_path(session.settings().warehouse)
    beat = read_beat(path)
    if output.format != "table" or output.path is not None:
        show(Table.of(_Status, [_status(beat)]), output)
        return 0
    deadline = time.monotonic() + _APPEARS_WITHIN_SECONDS
    while follow and (beat is None or not beat.is_alive) and time.monotonic() < deadline:
        time.sleep(_EVERY_SECONDS / 5)
        beat = read_beat(path)
    last = _line(beat)
    say(printable(one_line(last)))
    while follow and beat is not None and beat.is_alive:
        time.sleep(_EVERY_SECONDS)
        beat = read_beat(path)
        if _line(beat) != last:
            last = _line(beat)
            say(printable(one_line(last)))
    return 0


def _status(beat: "Beat | None") -> _Status:
    if beat is None:
        return _Status("idle")
    return _Status(
        beat.state,
        beat.pid,
        beat.command,
        beat.table,
        beat.dates_done,
        beat.dates,
        beat.rows,
        beat.started_at_utc,
        beat.updated_at_utc,
    )


def _line(beat: "Beat | None") -> str:
    if beat is None:
        return "nothing is being written; `hoopcast runs` lists what was"
    if not beat.is_alive:
        since = f"{beat.updated_at_utc:%H:%M:%S} UTC"
        if beat.state == "hung":
            return (
                f"{beat.holder} is there but has given no sign since {since}: end it with `kill -9 {beat.pid}`, and run"
                " its command again"
            )
        return f"{beat.holder} was killed after {since}: run its command again"
    if not beat.inode:
        return f"{beat.holder} waits for others to let go of the warehouse"
    if not beat.run_id:
        return f"{beat.holder} has the warehouse open to write, and writes nothing now"
    where = f"{beat.table}, {beat.dates_done:,} of {quantity(beat.dates, 'date')}, " if beat.table else ""
    since = f"since {beat.started_at_utc:%H:%M:%S} UTC"
    return f"process {beat.pid} runs `{beat.command}` {since}: {where}{quantity(beat.rows, 'row')}"
