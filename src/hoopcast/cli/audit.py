"""The audit command: is anything known before a game that only the game could tell?"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hoopcast.cli.options import USER_PATH, example, with_output, with_range, with_wait
from hoopcast.cli.output import Output, as_json, put, quantity, show
from hoopcast.cli.session import Session

if TYPE_CHECKING:
    from hoopcast.pipeline.ranges import RangeArguments


def _md_or_json(context: click.Context, parameter: click.Parameter, given: Path | None) -> Path | None:
    """The report's file, if its ending says what it is; an audit is too long to be lost for want of a folder.

    Raises:
        BadParameter: if it does not.
        UsageError: if no file can be written there.
    """
    if given is not None and given.suffix.lower() not in (".md", ".json"):
        raise click.BadParameter(f"{given} ends in neither .md nor .json; rename it", context, parameter)
    if given is not None:
        from hoopcast.warehouse.targets import refuse_unwritable

        refuse_unwritable(given)
    return given


@click.command(
    epilog=example(
        "hoopcast audit --season 2021-22",
        "hoopcast audit --dates 2021-12-14 --dates-sampled 1",
        "hoopcast audit --season 2021-22 --dates-sampled 10 --report audit.md",
    )
)
@with_range
@click.option(
    "--dates-sampled",
    metavar="N",
    type=click.IntRange(min=0),
    default=3,
    show_default=True,
    help="How many dates of the range are rebuilt.",
)
@click.option(
    "--rows-sampled",
    metavar="N",
    type=click.IntRange(min=0),
    default=500,
    show_default=True,
    help="Of how many rows the features are recomputed.",
)
@click.option("--seed", metavar="N", type=int, default=0, show_default=True, help="What dates and rows are drawn from.")
@click.option("--from-scratch", is_flag=True, help="Rebuild all dates from raw tables, not the sampled date's month.")
@click.option(
    "--report",
    metavar="FILE",
    type=USER_PATH,
    callback=_md_or_json,
    help="Write every check to a .md or .json file.",
)
@with_wait
@with_output
@click.pass_obj
def audit(
    session: Session,
    dates: "RangeArguments",
    dates_sampled: int,
    rows_sampled: int,
    seed: int,
    from_scratch: bool,
    report: Path | None,
    wait: str | None,
    output: Output,
) -> int:
    """Test whether anything that is said before a game knows the game: end with 1 and say what does.

    It walks the lineage of every column back to raw data; rebuilds sampled dates in a copy in which every later result
    is nonsense, and compares to the last bit; recomputes features from raw rows; checks cut-offs of what was learned
    and capture times of lines; and holds scores against those that only a leak reaches. The warehouse stays as it is.
    The copy lies in the folder for temporary files and takes twice the warehouse's size. A test of drawn dates and rows
    is no proof of the others; a check that saw no rows says that it is not applicable.

    --report writes every check, to be published beside the forecasts; --json prints the same as one object.
    """
    from hoopcast.audit.checks import CheckLine
    from hoopcast.audit.report import document, findings, markdown
    from hoopcast.warehouse.result import Table

    with session.reading(wait, snapshot=False) as warehouse:
        result = warehouse.audit(
            dates_sampled=dates_sampled,
            rows_sampled=rows_sampled,
            seed=seed,
            from_scratch=from_scratch,
            progress=session.note,
            **dates,
        )
    command = _command(session)
    if report is not None:
        is_json = report.suffix.lower() == ".json"
        put(as_json(document(result, command)) if is_json else markdown(result, command), report)
        session.note(f"wrote {report}")
    if output.format == "json":
        put(as_json(document(result, command)), output.path)
    else:
        show(Table.of(CheckLine, result.lines), output)
        for line in findings(result):
            session.note(f"FOUND {line}")
    wrong = len(result.findings)
    session.note(f"{quantity(len(result.checks), 'check')}, {wrong or 'none'} found a leak or a fault")
    return result.exit_status


def _command(session: Session) -> str:
    """What was typed, without where the warehouse lies: a report is published."""
    import shlex

    return shlex.join(["hoopcast", *session.arguments[session.arguments.index("audit") :]])
