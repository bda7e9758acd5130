"""Commands that bring data in and take it out: ingest, forget, sql, export, backup."""

import sys
import tempfile
import traceback
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click
from click.core import ParameterSource

from hoopcast.calendar import is_season
from hoopcast.cli.options import FORMULAS, USER_PATH, example, with_output, with_range, with_wait
from hoopcast.cli.output import Output, quantity, say, show, show_brief, standard_output, table_of, tell_error
from hoopcast.cli.session import Session

if TYPE_CHECKING:
    from hoopcast.ingest.load import IngestReport
    from hoopcast.pipeline.ranges import RangeArguments

# What EXPLAIN gives: a drawing of many lines.
_PLAN = ("explain_key", "explain_value")
_DIALECTS = ("duckdb", "bigquery", "spark")


@click.command(
    epilog=example(
        'hoopcast sql "SELECT player_name, points FROM nba_analytics.player_game_summary ORDER BY points DESC LIMIT 5"',
        "hoopcast sql --dialect bigquery --file checks.sql",
    )
)
@click.argument("query", required=False)
@click.option("--file", "path", metavar="FILE", type=USER_PATH, help="Read the statements from there.")
@click.option(
    "--no-files", is_flag=True, help="Refuse queries that read files beside the warehouse. [$HOOPCAST_SQL_FILES]"
)
@click.option("--dialect", type=click.Choice(_DIALECTS), default="duckdb", show_default=True, help="Whose SQL it is.")
@with_wait
@with_output
@click.pass_obj
def sql(
    session: Session,
    query: str | None,
    path: Path | None,
    no_files: bool,
    dialect: str,
    wait: str | None,
    output: Output,
) -> int:
    """Ask the warehouse: QUERY, a file of statements, or - for standard input. It reads and never writes.

    SHOW TABLES lists the tables, DESCRIBE nba_raw.nbac_schedule the columns of one, and FROM nba_raw.nbac_schedule its
    rows.

    Several statements with ; between them are run one after the other, and each prints its table or JSON document.
    """
    from hoopcast.query import statements

    if (query is None) == (path is None):
        raise click.UsageError("give a QUERY, --file FILE, or - for standard input")
    text = _read(path) if path is not None else _standard_input() if query == "-" else str(query)
    asked = statements(text, dialect)  # type: ignore[arg-type]
    if len(asked) > 1 and output.path is not None:
        raise click.UsageError("several statements do not fit in one file; ask them one by one")
    with tempfile.TemporaryDirectory() as scratch, session.reading(wait) as warehouse:
        if no_files or not warehouse.settings.sql_files:
            warehouse.engine.refuse_files(scratch)
        for number, table in enumerate(warehouse.queries(text, dialect)):  # type: ignore[arg-type]
            if number:
                say("")
            if table.columns == _PLAN and output == Output():
                say("\n".join(plan for _, plan in table.rows))
            else:
                show(table, output, null="NULL" if output.format == "table" else "")
    return 0


def _standard_input() -> str:
    stream: TextIO | None = getattr(sys, "stdin", None)
    if stream is None:  # what Python has where it was closed
        raise click.UsageError("standard input is closed; give a QUERY or --file FILE")
    return stream.read()


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise click.UsageError(f"{path} can not be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{path} is not UTF-8: {error.reason}") from error


_COUNTS = ("read", "added", "changed", "unchanged", "quarantined", "unresolved", "collapsed", "deleted")


@click.command(
    epilog=example(
        "hoopcast ingest seasons/2021-22 injury_transactions.parquet",
        "hoopcast ingest boxscores.csv.gz --season 2021-22 --replace",
    )
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--season",
    metavar="S",
    help="Refuse a file with rows of another season than S, such as 2021-22; in folders leave files of others.",
)
@click.option("--replace", is_flag=True, help="For the dates of a file, delete rows of its table that the file lacks.")
@click.option("--table", metavar="TABLE", help="Raw table that the files hold; by default their columns tell.")
@with_wait
@with_output
@click.pass_obj
def ingest(
    session: Session,
    paths: tuple[str, ...],
    season: str | None,
    replace: bool,
    table: str | None,
    wait: str | None,
    output: Output,
) -> int:
    """Read files and folders of Parquet, CSV or JSON, packed by gzip or not, into the raw tables.

    A file adds and corrects; what it says again changes nothing. A row that breaks its contract goes to
    nba_raw.quarantine with its reason, and the rest of the file loads; a file of which nothing is left ends with 1.
    """
    with session.writing(wait, create=True) as warehouse, session.patience("reading files") as progress:
        report = warehouse.ingest(*paths, season=season, table=table, replace=replace, progress=progress)
    _tell_ingested(session, report, output)
    return report.exit_status


def _tell_ingested(session: Session, report: "IngestReport", output: Output) -> None:
    loaded = [file for file in report.files if file.table is not None]
    if loaded or output.format != "table":
        lines = table_of(
            loaded,
            ("file", "VARCHAR", attrgetter("path")),
            ("table", "VARCHAR", attrgetter("table")),
            *((name, "BIGINT", attrgetter(name)) for name in _COUNTS),
            ("seconds", "DOUBLE", lambda file: round(file.seconds, 2)),
        )
        show_brief(lines, output)
    for note in report.notes:
        session.note(f"note: {note}")
    if broken := report.total("quarantined"):
        session.note(f"{quantity(broken, 'row')} in quarantine: `hoopcast sql 'FROM nba_raw.quarantine'`")
    if unresolved := report.total("unresolved"):
        session.note(f"{quantity(unresolved, 'name')} unresolved: `hoopcast sql 'FROM nba_raw.unresolved_name'`")
    if report.resolved_later:
        session.note(f"{quantity(report.resolved_later, 'row')} of earlier files found their player now")
    for cause in [file.cause for file in report.files if session.debug and file.cause is not None]:
        traceback.print_exception(cause)
    for error in report.errors:
        tell_error(error)


@click.command(
    epilog=example(
        "hoopcast forget seasons/2021-22/points_props.parquet",
        "hoopcast forget --dates 2021-12-02",
    )
)
@click.argument("target", required=False, metavar="[FILE|SEASON]")
@with_range
@with_wait
@click.pass_obj
def forget(session: Session, target: str | None, dates: "RangeArguments", wait: str | None) -> int:
    """Take back what a file brought, or what was ingested for a range; what it reached becomes stale.

    SEASON is the whole of it; with --stage, and for a range, only dates with games of that stage.
    """
    ranges = ("season", "month", "start_date", "end_date", "dates")
    if (target is None) != any(dates.get(key) for key in ranges):
        raise click.UsageError("name one file, or a range such as --season 2021-22")
    is_of_stage = click.get_current_context().get_parameter_source("stage") is not ParameterSource.DEFAULT
    if target is not None and is_of_stage:
        if not is_season(target):
            raise click.UsageError("--stage goes with a season or a range, not with a file")
        dates["season"], target = target, None
    with session.writing(wait) as warehouse:
        report = warehouse.forget_dates(**dates) if target is None else warehouse.forget(target)
    for name, rows in report.rows.items():
        say(f"{name}: {quantity(rows, 'row')} forgotten")
    if report.schedule_note:
        say(report.schedule_note)
    say(f"{quantity(len(report.dates), 'date')} changed; `hoopcast backfill` brings the tables up to date")
    return 0


@click.command(
    epilog=example(
        "hoopcast export mlfs features.parquet --season 2021-22",
        "hoopcast export mlfs - --month 2022-01 | head",
    )
)
@click.argument("table")
@click.argument("path", type=USER_PATH)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["parquet", "csv", "json"]),
    help="By default as PATH ends, and csv for standard output.",
)
@FORMULAS
@with_range
@with_wait
@click.pass_obj
def export(
    session: Session,
    table: str,
    path: Path,
    file_format: str | None,
    formulas: bool,
    dates: "RangeArguments",
    wait: str | None,
) -> int:
    """Write the rows of TABLE of a range to PATH: Parquet, CSV or JSON.

    With - for PATH they go to standard output, and nothing else does.
    """
    writing = f"writing {table} to {path}"
    if str(path) == "-":
        with session.reading(wait) as warehouse, standard_output(file_format) as stream, session.patience(writing):
            warehouse.export(table, stream, file_format, formulas=formulas, **dates)  # type: ignore[arg-type]
        return 0
    with session.reading(wait) as warehouse, session.patience(writing):
        rows = warehouse.export(table, path, file_format, formulas=formulas, **dates)  # type: ignore[arg-type]
    session.note(f"{quantity(rows, 'row')} of {table} in {path}")
    return 0


@click.command(
    epilog=example(
        "hoopcast backup backup.duckdb",
    )
)
@click.argument("path", type=USER_PATH)
@with_wait
@click.pass_obj
def backup(session: Session, path: Path, wait: str | None) -> int:
    """Copy the whole warehouse to the new file PATH, as it is between two transactions.

    To restore, put the file in the warehouse's place, or name it with --warehouse.
    """
    with session.reading(wait, snapshot=False) as warehouse:
        warehouse.backup(path)
    session.note(f"the warehouse is copied to {path}")
    return 0
