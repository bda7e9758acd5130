"""The grade command: what forecasts were worth once their games were final."""

from typing import TYPE_CHECKING

import click

from hoopcast.cli.options import example, with_output, with_range, with_wait
from hoopcast.cli.output import Output, show
from hoopcast.cli.session import Session
from hoopcast.cli.working import working

if TYPE_CHECKING:
    from hoopcast.pipeline.ranges import RangeArguments
    from hoopcast.warehouse.result import Table

_DIGITS = {"mae": 3, "crps": 3, "profit": 2}


@click.command(epilog=example("hoopcast grade --season 2021-22", "hoopcast grade --dates 2022-01-15 --json"))
@with_range
@with_wait
@with_output
@click.pass_obj
def grade(session: Session, dates: "RangeArguments", wait: str | None, output: Output) -> int:
    """Grade the forecasts of a range whose games are final, and add the grades up by system.

    mae (of the median) and crps are of those who played, in points; wins to no_bets are results of recommendations at
    their real prices, and profit is that of one unit on each. `hoopcast evaluate` says what of it is chance.
    """
    with working(session) as progress, session.writing(wait) as warehouse:
        found = warehouse.grade(progress=progress, **dates)
    if not found.systems.rows and output == Output():
        session.note("no grades: no game with forecasts is final; `hoopcast coverage grades --gaps` says more")
    else:
        title = f"Grades{session.label}" if session.label else None
        show(rounded(found.systems) if output.format == "table" else found.systems, output, title=title)
        if note := uneven(found.systems):
            session.note(note)
    if found.run.exit_status:
        session.note("some dates failed or are blocked: `hoopcast failures` and `hoopcast coverage --gaps` say why")
    return found.run.exit_status


def uneven(systems: "Table") -> str:
    """A word where systems stand beside each other on different rows; empty where they do not."""
    if len({row["played"] for row in systems}) < 2:  # noqa: PLR2004 - one number for all
        return ""
    return "systems forecast different rows: compare those with the same `played`; `hoopcast evaluate` fills the rest"


def rounded(systems: "Table") -> "Table":
    """With as many digits as mean something, points below each other."""
    from hoopcast.warehouse.result import Table

    rows = [
        tuple(
            f"{value:.{_DIGITS[name]}f}" if name in _DIGITS and value is not None else value
            for name, value in row.items()
        )
        for row in systems
    ]
    return Table.of_rows(systems.columns, systems.types, rows)
