"""Coverage, gaps, failures, reasons and verification."""

from collections.abc import Sequence
from functools import partial
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

import click

from hoopcast.cli.options import example, with_output, with_range, with_wait
from hoopcast.cli.output import (
    Output,
    as_json,
    by_table,
    fixed,
    put,
    quantity,
    say,
    short_name,
    show,
    show_brief,
    table_of,
)
from hoopcast.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hoopcast.explain import Explanation
    from hoopcast.pipeline.ranges import RangeArguments
    from hoopcast.pipeline.verify import Verification
    from hoopcast.warehouse.result import Table

_STATES = ("missing", "stale", "failed", "blocked", "not_available")


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
            lines = warehouse.gaps(*tables, **dates)
            if not lines.rows and output == Output():
                session.note("no gaps: every date is done")
                return 0
        else:
            lines = warehouse.coverage(*tables, by=by or "table", **dates)  # type: ignore[arg-type]
            lines = lines if output.format == "json" else coverage_lines(lines, by)
    if gaps and output == Output():
        _say_gaps(lines)
    else:
        show_brief(lines, output)
    return 0


def _say_gaps(gaps: "Table") -> None:
    """A gap with its cause on one line, and below it the command, ready to be copied."""
    for gap in gaps:
        first, last = gap["first_date"], gap["last_date"]
        when = f"{first}" if first == last else f"{first} to {last}, {quantity(gap['dates'], 'date')}"
        why = f"{gap['state']}: {gap['cause']}" if gap["cause"] else gap["state"]
        say(f"{short_name(gap['table'])} {when}, {why}\n    {gap['command']}")


def coverage_lines(lines: "Table", by: str | None = None) -> "Table":
    """The columns of a coverage that a person looks at first."""
    if by is None:
        tables = [_add_up(table, parts) for table, parts in by_table((row["table"], row) for row in lines).items()]
        # A narrow terminal leaves out the last but one first.
        names = ("table", "days", "due", "rows", "expected", "success_pct", "earliest", "latest", "state")
        return _pick(tables, names)
    return _pick(
        lines, ("table", "period", "game_dates", "games", "due", "done", *_STATES, "rows", "expected", "success_pct")
    )


def _pick(rows: "Iterable[dict[str, Any]]", names: Sequence[str]) -> "Table":
    """Columns of rows, the share of success with one decimal."""
    kinds = dict.fromkeys(("earliest", "latest"), "DATE") | dict.fromkeys(("table", "period", "state"), "VARCHAR")
    kinds["success_pct"] = "DOUBLE"

    def cell(row: dict[str, Any], name: str) -> object:
        return round(row[name], 1) if name == "success_pct" and row[name] is not None else row[name]

    return table_of(rows, *((name, kinds.get(name, "BIGINT"), partial(cell, name=name)) for name in names))


def _add_up(table: str, parts: "list[dict[str, Any]]") -> dict[str, Any]:
    """The coverage of a table from that of its systems: a date is due once, and done when each of them is."""
    rows, expected = sum(part["rows"] for part in parts), sum(part["expected"] for part in parts)
    is_done = all(part["done"] == part["due"] for part in parts)
    counts = {state: max(part[state] for part in parts) for state in _STATES}
    return {
        "table": table,
        "earliest": min((part["earliest"] for part in parts if part["earliest"]), default=None),
        "latest": max((part["latest"] for part in parts if part["latest"]), default=None),
        "days": min(part["done"] for part in parts),
        "due": max(part["due"] for part in parts),
        "rows": rows,
        "expected": expected,
        "success_pct": 100.0 * rows / expected if expected and is_done else None,
        "state": ", ".join(f"{count:,} {state}" for state, count in counts.items() if count) or "done",
    }


@click.command(epilog=example("hoopcast runs", "hoopcast runs --limit 100 --json"))
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many.")
@with_wait
@with_output
@click.pass_obj
def runs(session: Session, limit: int, wait: str | None, output: Output) -> int:
    """List the newest commands that wrote to the warehouse, and how each ended."""
    with session.reading(wait) as warehouse:
        newest = warehouse.runs(limit)
        show(_run_lines(newest) if output.format == "table" else newest, output)
    return 0


def _run_lines(newest: "Table") -> "Table":
    def seconds(run: dict[str, Any]) -> float | None:
        started, finished = run["started_at_utc"], run["finished_at_utc"]
        return None if finished is None else round((finished - started).total_seconds(), 1)

    return table_of(
        newest,
        ("started_utc", "TIMESTAMP", itemgetter("started_at_utc")),
        ("command", "VARCHAR", itemgetter("command")),
        ("status", "VARCHAR", itemgetter("status")),
        ("rows", "BIGINT", itemgetter("rows")),
        ("seconds", "DOUBLE", seconds),
    )


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
        counts = warehouse.failures(*tables, **dates)
    if not counts.rows and output == Output():
        session.note(
            "no failures: every row that is expected on a date that was written is there;"
            " `hoopcast coverage --gaps` names dates that are not done"
        )
    else:
        show_brief(counts, output)
    return 0


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
    with session.reading(wait) as warehouse, session.patience("checking the range") as progress:
        verdict = warehouse.verify(*tables, progress=progress, **dates)
    is_table = output == Output()
    shown = [check for check in verdict.checks if check.result == "failed" or session.verbose or not is_table]
    if shown or not is_table:
        lines = table_of(
            shown,
            ("check", "VARCHAR", attrgetter("check")),
            ("table", "VARCHAR", attrgetter("table")),
            ("checked", "BIGINT", attrgetter("checked")),
            ("problems", "BIGINT", attrgetter("problems")),
            ("result", "VARCHAR", attrgetter("result")),
            ("examples", "VARCHAR", attrgetter("examples")),
        )
        show_brief(lines, output, without=() if session.verbose else ["result"])
    session.note(verdict_in_words(verdict))
    return verdict.exit_status


def verdict_in_words(verdict: "Verification") -> str:
    """How many checks there were, had nothing to look at, and failed."""
    idle = sum(check.result == "not applicable" for check in verdict.checks)
    wrong = sum(check.failed for check in verdict.checks)
    applicable = f", {idle} of them not applicable" if idle else ""
    return f"{quantity(len(verdict.checks), 'check')}{applicable}, {wrong or 'none'} failed"


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
    """Show PLAYER's 25 features on the morning of DATE, the ten box scores behind them, and forecasts with reasons.

    PLAYER is an id or a name; marks, case and suffix do not matter, and a part of a name will do. --json gives all
    parts; another --format gives the features.
    """
    with session.reading(wait) as warehouse:
        explanation = warehouse.explain(player, date)
    if output.format == "json":
        _as_json(explanation, output)
    elif output.format == "table" and output.path is None:
        who = explanation.player
        where = f"{_game(explanation)}, morning of {explanation.date}{session.label}"
        say(f"{who.name} ({who.player_id}), {where}")
        say(f"feature quality {explanation.quality:g} of 100\n")
        show(_short(explanation.features), Output(), null="-")
        say(f"\n{_CAPTION}\n")
        show(_short(explanation.games), Output(), null="-")
        if explanation.forecasts.rows:
            say("\nWhat each system forecasts, points, and why:\n")
            show(_forecasts_table(explanation.forecasts), Output(), null="-")
    else:
        show(explanation.features, output)
    return 0


def _short(table: "Table") -> "Table":
    """With short headers, and numbers to three decimals."""
    from hoopcast.warehouse.result import Table

    rows = [tuple(round(value, 3) if isinstance(value, float) else value for value in row) for row in table.rows]
    return Table.of_rows([_HEADERS.get(name, name) for name in table.columns], table.types, rows)


def _forecasts_table(forecasts: "Table") -> "Table":
    """Systems with mean, median and reasons."""
    return table_of(
        forecasts,
        ("system", "VARCHAR", itemgetter("system")),
        ("mean", "DOUBLE", lambda row: fixed(row["mean"], 1)),
        ("median", "DOUBLE", lambda row: fixed(row["median"], 1)),
        ("reasons", "VARCHAR", itemgetter("reasons")),
    )


def _game(explanation: "Explanation") -> str:
    return f"{explanation.team} {'vs.' if explanation.is_home else '@'} {explanation.opponent}"


def _as_json(explanation: "Explanation", output: Output) -> None:
    text = as_json(
        {
            "player_id": explanation.player.player_id,
            "player_name": explanation.player.name,
            "date": str(explanation.date),
            "game": _game(explanation),
            "feature_quality_score": explanation.quality,
            "features": list(explanation.features),
            "games": list(explanation.games),
            "forecasts": list(explanation.forecasts),
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
    """Say why TABLE is in its state on DATE: the answer first, then the partitions, inputs and versions behind it.

    With PLAYER, an id or a name, the answer is why he has rows there or none.
    """
    with session.reading(wait) as warehouse:
        links = warehouse.why(table, date, player)
    if output == Output():
        for link in links:
            say(f"{'  ' * link['depth']}{link['table']} {link['date']}: {link['text']}")
    else:
        show(links, output)
    return 0
