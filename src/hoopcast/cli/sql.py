"""The sql command."""

import sys
from pathlib import Path
from typing import TextIO

import click

from hoopcast.cli.options import USER_PATH, example, with_output, with_wait
from hoopcast.cli.output import Output, say, show
from hoopcast.cli.session import Session

_DIALECTS = ("duckdb", "bigquery", "spark")


@click.command(
    epilog=example(
        'hoopcast sql "SELECT player_name, points FROM nba_analytics.player_game_summary ORDER BY points DESC LIMIT 5"',
        "hoopcast sql --dialect bigquery --file checks.sql",
    )
)
@click.argument("query", required=False)
@click.option("--file", "path", metavar="FILE", type=USER_PATH, help="Read the statements from there.")
@click.option("--dialect", type=click.Choice(_DIALECTS), default="duckdb", show_default=True, help="Whose SQL it is.")
@with_wait
@with_output
@click.pass_obj
def sql(session: Session, query: str | None, path: Path | None, dialect: str, wait: str | None, output: Output) -> int:
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
    with session.reading(wait) as warehouse:
        for number, table in enumerate(warehouse.queries(text, dialect)):  # type: ignore[arg-type]
            if number:
                say("")
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
