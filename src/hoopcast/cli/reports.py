"""Coverage, gaps, failures, reasons and verification."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from hoopcast.cli.options import example, with_output, with_range, with_wait
from hoopcast.cli.output import Output, as_json, by_table, counted, put, say, short_name, show, show_brief
from hoopcast.cli.session import Session

if TYPE_CHECKING:
    from hoopcast.explain import Explanation
    from hoopcast.pipeline.ranges import RangeArguments
    from hoopcast.pipeline.verify import Verification
    from hoopcast.warehouse.result import Table

_STATES = ("missing", "stale", "failed", "blocked", "not_available")


@dataclass(frozen=True)
class _TableLine:
    """How far a table goes."""

    table: str
    earliest: date | None
    latest: date | None
    days: int
    due: int
    rows: int
    expected: int
    success_pct: float | None
    state: str


@dataclass(frozen=True)
class _PeriodLine:
    """How far a table goes in a month or on a date."""

    table: str
    period: str
    game_dates: int
    games: int
    due: int
    done: int
    missing: int
    stale: int
    failed: int
    blocked: int
    not_available: int
    rows: int
    expected: int
    success_pct: float | None


@click.command(
    epilog=example(
        "hoopcast coverage --season 2021-22",
        "hoopcast coverage tdza mlfs --season 2021-22 --by month",
        "hoopcast coverage --month 2022-01 --gaps",
    )
)
@click.argument("tables", nargs=-1, metavar="[TABLE...]")
@with_range
@click.option("--by", type=click.Choice(["month", "date"]), help="A line for each month or date of a table.")
@click.option("--gaps", is_flag=True, help="What is not done, why, and the command that mends it.")
@with_wait
@with_output
@click.pass_obj
def coverage(
    session: Session,
    tables: tuple[str, ...],
    dates: "RangeArguments",
    by: str | None,
    gaps: bool,
    wait: str | None,
    output: Output,
) -> int:
    """Show how far the tables go: dates, rows of the rows expected, success in percent, and what is not done.

    days of the due dates are done. success_pct is rows in percent of the rows expected, and empty while a due date is
    not done; a row that is absent has its reason in `hoopcast failures`.
    --json gives all there is, appearances foreseen included. It reports, and exits with 0 whatever it finds.
    """
    if gaps and by is not None:
        raise click.UsageError("--gaps lists stretches of dates; leave out --by")
    with session.reading(wait) as warehouse:
        if gaps:
            found = warehouse.gaps(*tables, **dates)
            if not found.rows and output == Output():
                session.note("no gaps: every date is done")
                return 0
        else:
            found = warehouse.coverage(*tables, by=by or "table", **dates)  # type: ignore[arg-type]
            found = found if output.format == "json" else coverage_lines(found, by)
    if gaps and output == Output():
        _say_gaps(found)
    else:
        show_brief(found, output)
    return 0


def _say_gaps(found: "Table") -> None:
    """A gap with its cause on one line, and below it the command, ready to be copied."""
    for gap in found:
        first, last = gap["first_date"], gap["last_date"]
        when = f"{first}" if first == last else f"{first} to {last}, {counted(gap['dates'], 'date')}"
        why = f"{gap['state']}: {gap['cause']}" if gap["cause"] else gap["state"]
        say(f"{short_name(gap['table'])} {when}, {why}\n    {gap['command']}")


def coverage_lines(found: "Table", by: str | None = None) -> "Table":
    """The columns of a coverage that a person looks at first."""
    from hoopcast.warehouse.result import Table

    if by is None:
        merged = [_added_up(table, parts) for table, parts in by_table((row["table"], row) for row in found).items()]
        return Table.of(_TableLine, [_table_line(row) for row in merged])
    names = _PeriodLine.__dataclass_fields__
    rounded = [row | {"success_pct": _rounded(row["success_pct"])} for row in found]
    return Table.of(_PeriodLine, [_PeriodLine(**{name: row[name] for name in names}) for row in rounded])


def _added_up(table: str, parts: "list[dict[str, Any]]") -> dict[str, Any]:
    """The coverage of a table from that of its systems: a date is due once, and done when each of them is."""
    rows, expected = sum(part["rows"] for part in parts), sum(part["expected"] for part in parts)
    is_done = all(part["done"] == part["due"] for part in parts)
    return {
        "table": table,
        "earliest": min((part["earliest"] for part in parts if part["earliest"]), default=None),
        "latest": max((part["latest"] for part in parts if part["latest"]), default=None),
        "done": min(part["done"] for part in parts),
        "due": max(part["due"] for part in parts),
        "rows": rows,
        "expected": expected,
        "success_pct": 100.0 * rows / expected if expected and is_done else None,
        **{state: max(part[state] for part in parts) for state in _STATES},
    }


def _table_line(row: dict[str, Any]) -> _TableLine:
    open_states = ", ".join(f"{row[state]:,} {state}" for state in _STATES if row[state])
    return _TableLine(
        row["table"],
        row["earliest"],
        row["latest"],
        row["done"],
        row["due"],
        row["rows"],
        row["expected"],
        _rounded(row["success_pct"]),
        open_states or "done",
    )


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 1)


@dataclass(frozen=True)
class _RunLine:
    """A command that wrote."""

    started_utc: datetime
    command: str
    status: str
    rows: int
    seconds: float | None


@click.command(epilog=example("hoopcast runs", "hoopcast runs --limit 100 --json"))
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many.")
@with_wait
@with_output
@click.pass_obj
def runs(session: Session, limit: int, wait: str | None, output: Output) -> int:
    """List the newest commands that wrote to the warehouse, and how each ended."""
    with session.reading(wait) as warehouse:
        found = warehouse.runs(limit)
        show(_run_lines(found) if output.format == "table" else found, output)
    return 0


def _run_lines(found: "Table") -> "Table":
    from hoopcast.warehouse.result import Table

    lines = []
    for run in found:
        started, finished = run["started_at_utc"], run["finished_at_utc"]
        seconds = None if finished is None else round((finished - started).total_seconds(), 1)
        lines.append(_RunLine(started, run["command"], run["status"], run["rows"], seconds))
    return Table.of(_RunLine, lines)


@click.command(epilog=example("hoopcast failures --season 2021-22", "hoopcast failures pdc --month 2021-10 --json"))
@click.argument("tables", nargs=-1, metavar="[TABLE...]")
@with_range
@with_wait
@with_output
@click.pass_obj
def failures(
    session: Session, tables: tuple[str, ...], dates: "RangeArguments", wait: str | None, output: Output
) -> int:
    """Count absent rows and failed dates by table, category and month, with one reason of each.

    It reports, and exits with 0 whatever it finds.
    """
    with session.reading(wait) as warehouse:
        found = warehouse.failures(*tables, **dates)
    if not found.rows and output == Output():
        session.note("no failures: every row that is expected is there")
    else:
        show_brief(found, output)
    return 0


@dataclass(frozen=True)
class _CheckLine:
    """One check of one table."""

    check: str
    table: str
    checked: int
    problems: int
    result: str
    examples: str


@click.command(epilog=example("hoopcast verify --season 2021-22", "hoopcast verify tdza mlfs --month 2022-01 --json"))
@click.argument("tables", nargs=-1, metavar="[TABLE...]")
@with_range
@with_wait
@with_output
@click.pass_obj
def verify(session: Session, tables: tuple[str, ...], dates: "RangeArguments", wait: str | None, output: Output) -> int:
    """Check a range anew: every date done, keys, ranges, the ledger, and a reason for each row that is absent.

    Without tables the raw ones are checked as well. Prints what is wrong and ends with 1 if anything is; with --verbose
    or another --format every check. A check that had nothing to look at is not applicable.
    """
    from hoopcast.warehouse.result import Table

    with session.reading(wait) as warehouse:
        verdict = warehouse.verify(*tables, **dates)
    every = [
        _CheckLine(check.check, check.table, check.checked, check.problems, check.result, check.examples)
        for check in verdict.checks
    ]
    is_table = output == Output()
    shown = every if session.verbose or not is_table else [line for line in every if line.result == "failed"]
    if shown or not is_table:
        show_brief(Table.of(_CheckLine, shown), output, without=() if session.verbose else ["result"])
    session.note(verdict_in_words(verdict))
    return verdict.exit_status


def verdict_in_words(verdict: "Verification") -> str:
    """How many checks there were, had nothing to look at, and failed."""
    idle = sum(check.result == "not applicable" for check in verdict.checks)
    wrong = sum(check.failed for check in verdict.checks)
    applicable = f", {idle} of them not applicable" if idle else ""
    return f"{counted(len(verdict.checks), 'check')}{applicable}, {wrong or 'none'} failed"


_CAPTION = """\
His last games before it, newest first; ts and usage are shares. paint, mid and three are attempts of the shot chart;
a two whose distance the chart lacks is in none of them, so they may add up to fewer than his attempts:"""
_HEADERS = {
    "game_date": "date", "paint_fga": "paint", "mid_range_fga": "mid", "three_fga": "three", "ts_pct": "ts",
    "usage_rate": "usage",
}  # fmt: skip


@click.command(
    epilog=example('hoopcast explain "Nikola Jokic" 2022-03-05', "hoopcast explain 203999 2022-03-05 --json")
)
@click.argument("player")
@click.argument("date")
@with_wait
@with_output
@click.pass_obj
def explain(session: Session, player: str, date: str, wait: str | None, output: Output) -> int:
    """Show PLAYER's 25 features on the morning of DATE, the last ten box scores behind them, and why systems say what.

    PLAYER is an id or a name; marks, case and suffix do not matter, and a part of a name will do. --json gives all
    parts; another --format gives the features.
    """
    with session.reading(wait) as warehouse:
        found = warehouse.explain(player, date)
    if output.format == "json":
        _as_json(found, output)
    elif output.format == "table" and output.path is None:
        say(f"{found.player.name} ({found.player.player_id}), {_game(found)}, morning of {found.date}{session.label}")
        say(f"feature quality {found.quality:g} of 100\n")
        show(_short(found.features), Output(), null="-")
        say(f"\n{_CAPTION}\n")
        show(_short(found.games), Output(), null="-")
        if found.forecasts.rows:
            say("\nWhat each system says, points, and why:\n")
            show(_said(found.forecasts), Output(), null="-")
    else:
        show(found.features, output)
    return 0


def _short(table: "Table") -> "Table":
    """With short headers, and numbers to three decimals."""
    from hoopcast.warehouse.result import Table

    rows = [tuple(round(value, 3) if isinstance(value, float) else value for value in row) for row in table.rows]
    return Table.of_rows([_HEADERS.get(name, name) for name in table.columns], table.types, rows)


def _said(forecasts: "Table") -> "Table":
    """Systems with mean, median and reasons."""
    from hoopcast.warehouse.result import Table

    rows = [(row["system"], f"{row['mean']:.1f}", f"{row['median']:.1f}", row["reasons"]) for row in forecasts]
    return Table.of_rows(("system", "mean", "median", "reasons"), ("VARCHAR", "DOUBLE", "DOUBLE", "VARCHAR"), rows)


def _game(found: "Explanation") -> str:
    return f"{found.team} {'v' if found.is_home else '@'} {found.opponent}"


def _as_json(found: "Explanation", output: Output) -> None:
    text = as_json(
        {
            "player_id": found.player.player_id,
            "player_name": found.player.name,
            "date": str(found.date),
            "game": _game(found),
            "feature_quality_score": found.quality,
            "features": list(found.features),
            "games": list(found.games),
            "forecasts": list(found.forecasts),
        }
    )
    put(text, output.path)


@click.command(epilog=example("hoopcast why mlfs 2022-03-05", 'hoopcast why upgc 2022-03-05 "Stephen Curry"'))
@click.argument("table")
@click.argument("date")
@click.argument("player", required=False)
@with_wait
@with_output
@click.pass_obj
def why(session: Session, table: str, date: str, player: str | None, wait: str | None, output: Output) -> int:
    """Say why TABLE is in its state on DATE: the chain of partitions, inputs and versions behind it.

    With PLAYER, an id or a name, also why he has rows there or none.
    """
    with session.reading(wait) as warehouse:
        found = warehouse.why(table, date, player)
    if output == Output():
        for link in found:
            say(f"{'  ' * link['depth']}{link['table']} {link['date']}: {link['text']}")
    else:
        show(found, output)
    return 0
