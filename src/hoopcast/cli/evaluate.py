"""The grade and evaluate commands."""

from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from hoopcast.cli.options import USER_PATH, example, with_output, with_range, with_wait
from hoopcast.cli.output import Output, as_json, put, show, terminal_width
from hoopcast.cli.progress import working
from hoopcast.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hoopcast.evaluation.evaluate import Evaluation
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
        grades = warehouse.grade(progress=progress, **dates)
    if not grades.systems.rows and output == Output():
        session.note("no grades: no game with forecasts is final; `hoopcast coverage grades --gaps` says more")
    else:
        title = f"Grades{session.label}" if session.label else None
        show(round_scores(grades.systems) if output.format == "table" else grades.systems, output, title=title)
        if note := uneven(grades.systems):
            session.note(note)
    if grades.run.exit_status:
        session.note("some dates failed or are blocked: `hoopcast failures` and `hoopcast coverage --gaps` say why")
    return grades.run.exit_status


def uneven(systems: "Table") -> str:
    """A word where systems stand beside each other on different rows; empty where they do not."""
    if len({row["played"] for row in systems}) < 2:  # noqa: PLR2004 - one number for all
        return ""
    return "systems forecast different rows: compare those with the same `played`; `hoopcast evaluate` fills the rest"


def round_scores(systems: "Table") -> "Table":
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


_POPULATIONS = ("ALL", "GP10", "MIN20", "PTS20", "PROP")


@click.command(
    epilog=example(
        "hoopcast evaluate --season 2021-22",
        "hoopcast evaluate --season 2021-22 --system ensemble --population ALL",
        "hoopcast evaluate --season 2021-22 --html evaluation.html",
    )
)
@with_range
@click.option(
    "--system", "systems", metavar="S", multiple=True, help="A system, such as linear or linear_news; may be repeated."
)
@click.option(
    "--population",
    "populations",
    type=click.Choice(_POPULATIONS, case_sensitive=False),
    multiple=True,
    help="Score this population; all of them by default.",
)
@click.option("--published", "--issued", is_flag=True, help="What was published before tip-off, not the backtest.")
@click.option("--html", metavar="FILE", type=USER_PATH, help="Write a page with plots, in one file.")
@with_wait
@with_output
@click.pass_obj
def evaluate(
    session: Session,
    dates: "RangeArguments",
    systems: tuple[str, ...],
    populations: tuple[str, ...],
    published: bool,
    html: Path | None,
    wait: str | None,
    output: Output,
) -> int:
    """Score forecasts by population: accuracy, calibration, and the market, with intervals from resampling whole days.

    Systems are compared on the same rows within an information level; seasons on which settings were chosen are marked
    TUNING and stand apart. --json gives all there is as one object; csv and parquet give the table of accuracy.
    """
    from hoopcast.evaluation.accuracy import Accuracy
    from hoopcast.evaluation.report import write_report
    from hoopcast.extras import need
    from hoopcast.warehouse.result import Table
    from hoopcast.warehouse.targets import refuse_unwritable

    # What can not be written is told before all is scored.
    if html is not None:
        need("report", "--html")
    for path in (html, output.path):
        if path is not None:
            refuse_unwritable(path)
    with session.reading(wait) as warehouse, session.status("scoring the forecasts of the range") as progress:
        evaluation = warehouse.evaluate(
            *systems, populations=populations, published=published, progress=progress, **dates
        )
    if html is not None:
        write_report(evaluation, html)
        session.note(f"wrote {html}")
    if output.format == "json":
        put(as_json(evaluation.document()), output.path)
    elif output.format == "table":
        put("\n".join(evaluation_lines(evaluation, terminal_width() if output.path is None else None)), output.path)
    else:
        show(Table.of(Accuracy, evaluation.accuracy), output)
    return 0


def evaluation_lines(evaluation: "Evaluation", width: int | None) -> list[str]:
    """Every table below its title, warnings first, as wide as the terminal; None for as wide as they need."""
    from hoopcast.cli.grid import grid
    from hoopcast.evaluation.views import phase_title, views

    lines = _wrapped([f"WARNING {text}" for text in evaluation.warnings], width)
    for view in views(evaluation):
        numbers = len(view.columns) - view.texts
        where = f"{phase_title(evaluation, view.phase)}: " if view.phase else ""
        types = ["VARCHAR"] * view.texts + ["DOUBLE"] * numbers
        lines += ["", *_wrapped([f"{where}{view.title}"], width), ""]
        lines += grid(view.columns, types, view.rows, width=width)
        lines += _wrapped([f" {note}" for note in view.notes], width)
    return [*lines, "", *_wrapped(evaluation.notes, width)]


def _wrapped(texts: "Iterable[str]", width: int | None) -> list[str]:
    return [line for text in texts for line in ([text] if width is None else wrap(text, width))]
