"""The command that scores forecasts."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hoopcast.cli.options import USER_PATH, example, with_output, with_range, with_wait
from hoopcast.cli.output import Output, as_json, put, show
from hoopcast.cli.session import Session

if TYPE_CHECKING:
    from hoopcast.evaluation.evaluate import Evaluation
    from hoopcast.pipeline.ranges import RangeArguments

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
@click.option("--issued", is_flag=True, help="What was published before tip-off, not what today's code says.")
@click.option("--html", metavar="FILE", type=USER_PATH, help="Write a page with plots, in one file.")
@with_wait
@with_output
@click.pass_obj
def evaluate(
    session: Session,
    dates: "RangeArguments",
    systems: tuple[str, ...],
    populations: tuple[str, ...],
    issued: bool,
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
    with session.reading(wait) as warehouse:
        found = warehouse.evaluate(*systems, populations=populations, issued=issued, **dates)
    if html is not None:
        write_report(found, html)
        session.note(f"wrote {html}")
    if output.format == "json":
        put(as_json(found.document()), output.path)
    elif output.format == "table":
        put("\n".join(_lines(found)), output.path)
    else:
        show(Table.of(Accuracy, found.accuracy), output)
    return 0


def _lines(found: "Evaluation") -> list[str]:
    """Every table below its title, warnings first."""
    from hoopcast.cli.grid import grid
    from hoopcast.evaluation.views import phase_title, views

    lines = [f"WARNING {text}" for text in found.warnings]
    for view in views(found):
        numbers = len(view.columns) - view.texts
        where = f"{phase_title(found, view.phase)}: " if view.phase else ""
        types = ["VARCHAR"] * view.texts + ["DOUBLE"] * numbers
        lines += ["", f"{where}{view.title}", "", *grid(view.columns, types, view.rows, width=None)]
        lines += [f" {note}" for note in view.notes]
    return [*lines, "", *found.notes]
