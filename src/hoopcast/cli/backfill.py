"""The backfill command."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Self

import click

from hoopcast.cli.options import example, with_output, with_range, with_wait
from hoopcast.cli.output import Output, by_table, quantity, say, show_brief
from hoopcast.cli.session import Session

if TYPE_CHECKING:
    from hoopcast.pipeline.plan import PlannedBatch
    from hoopcast.pipeline.ranges import RangeArguments
    from hoopcast.pipeline.run import RunReport, TableReport


@dataclass(frozen=True)
class _Line:
    """What was done to a table."""

    table: str
    dates: int
    rows: int
    expected: int
    success_pct: float | None
    failures: int
    blocked: int
    unchanged: int
    not_available: int
    seconds: float

    @classmethod
    def of(cls, report: "TableReport") -> Self:
        """The line of one table, or of one system's rows of it."""
        return cls(
            report.table, report.dates, report.rows, report.expected,
            None if report.success_pct is None else round(report.success_pct, 1),
            report.failed, report.blocked, report.unchanged, report.not_available, round(report.seconds, 2),
        )  # fmt: skip


@dataclass(frozen=True)
class _PlannedLine:
    """What would be done to a table."""

    table: str
    season: str
    dates: int
    first: date
    last: date
    cause: str


@click.command(
    epilog=example(
        "hoopcast backfill --season 2021-22",
        "hoopcast backfill tdza psza --start-date 2021-10-19 --end-date 2021-10-31 --skip-preflight",
        "hoopcast backfill pdc --dates 2021-12-02,2021-12-14 --no-resume",
    )
)
@click.argument("tables", nargs=-1, metavar="[TABLE...]")
@with_range
@click.option("--no-resume", is_flag=True, help="Write dates that are done as well.")
@click.option("--skip-preflight", is_flag=True, help="Write from what is there; earlier phases stay as they are.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and why.")
@click.option("--retry-failed", is_flag=True, help="Nothing but what failed before.")
@click.option("--timeout", metavar="SECONDS", help="Time that one batch may take. [default: 600]")
@click.option("--log-file", metavar="FILE", type=click.Path(path_type=Path), help="Append a line per table and batch.")
@with_wait
@with_output
@click.pass_obj
def backfill(
    session: Session,
    tables: tuple[str, ...],
    dates: "RangeArguments",
    no_resume: bool,
    skip_preflight: bool,
    dry_run: bool,
    retry_failed: bool,
    timeout: str | None,
    log_file: Path | None,
    wait: str | None,
    output: Output,
) -> int:
    """Bring tables up to date, and whatever they read that is not.

    TABLE is a table or its short name (pgs togs tdgs upgc utgc tdza psza pdc pcf mlfs distributions grades ...), one
    system's rows of it (distributions/linear_news), a phase (phase3 phase4 phase5, analytics precompute features
    predictions grading) or a system; all of them for none. `predictions` is the phase, player_prop_predictions its
    table. Without a range all that is ingested is brought up to date. Run the same command again after anything that
    stopped it: what is done stays done. --no-resume trains no model again unless `trained` is named. With
    --skip-preflight helper tables, and what the tables' own phase lacks before them, come along.
    """
    how = {"resume": not no_resume, "skip_preflight": skip_preflight, "retry_failed": retry_failed}
    if dry_run:
        with session.reading(wait) as warehouse:
            planned = warehouse.rehearse(*tables, **how, **dates)
        _show_plan(session, planned, output)
        return 0
    from hoopcast.cli.progress import shown

    seconds = session.settings(timeout=timeout).timeout
    # The warehouse comes first, so that a log in its place is refused and none is made beside no warehouse.
    with (
        session.writing(wait) as warehouse,
        shown(quiet=session.quiet, to_stderr=output.format != "table", log_file=log_file) as progress,
    ):
        report = warehouse.backfill(*tables, **how, timeout=seconds, progress=progress, **dates)
        session.signals.is_too_late = True
    _show_report(session, report, output)
    return report.exit_status


def _merged(lines: list[_Line]) -> list[_Line]:
    """One line a table: dates are the most that one of its systems has, all else is added up."""
    merged = []
    for table, parts in by_table((line.table, line) for line in lines).items():
        rows, expected = sum(part.rows for part in parts), sum(part.expected for part in parts)
        merged.append(
            _Line(
                table=table,
                dates=max(part.dates for part in parts),
                rows=rows,
                expected=expected,
                success_pct=round(100.0 * rows / expected, 1) if expected else None,
                failures=sum(part.failures for part in parts),
                blocked=sum(part.blocked for part in parts),
                unchanged=max(part.unchanged for part in parts),
                not_available=max(part.not_available for part in parts),
                seconds=round(sum(part.seconds for part in parts), 2),
            )
        )
    return merged


def _show_plan(session: Session, planned: "tuple[PlannedBatch, ...]", output: Output) -> None:
    from hoopcast.warehouse.result import Table

    lines = [
        _PlannedLine(batch.table, batch.season, len(batch.dates), batch.dates[0], batch.dates[-1], batch.cause)
        for batch in planned
    ]
    if lines or output.format != "table":
        show_brief(Table.of(_PlannedLine, lines), output)
    dates = quantity(sum(line.dates for line in lines), "date")
    tables = quantity(len(by_table((line.table, line) for line in lines)), "table")
    session.note(f"{dates} of {tables} would be written" if lines else "nothing would be written")


def _show_report(session: Session, report: "RunReport", output: Output) -> None:
    if not report.run_id and output.format == "table" and output.path is None and not report.exit_status:
        unchanged = sum(table.unchanged for table in report.tables)
        tables = quantity(len(by_table((table.table, table) for table in report.tables)), "table")
        session.note(f"nothing to do: {quantity(unchanged, 'date')} of {tables} are done")
        return
    from hoopcast.warehouse.result import Table

    lines = [_Line.of(table) for table in report.tables]
    show_brief(Table.of(_Line, _merged(lines) if output.format == "table" else lines), output)
    for warning in report.warnings:
        session.note(f"note: {warning}")
    if output.format == "table" and not session.quiet:
        written = sum(table.rows for table in report.tables)
        say(f"{quantity(written, 'row')} in {report.seconds:.2f} s")
    if report.exit_status:
        session.note("some dates failed or are blocked: `hoopcast failures` and `hoopcast coverage --gaps` say why")
