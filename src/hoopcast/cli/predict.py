"""The predict command: forecasts of a range, or of one player with his distribution."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from hoopcast.cli.options import example, with_output, with_range, with_wait
from hoopcast.cli.output import Output, as_json, counted, put, show
from hoopcast.cli.session import Session
from hoopcast.cli.working import working

if TYPE_CHECKING:
    from hoopcast.forecast.issuing import IssueReport
    from hoopcast.outlook import Outlook, PlayerOutlook
    from hoopcast.pipeline.ranges import RangeArguments
    from hoopcast.warehouse.result import Table

_RANGES = ("season", "month", "start_date", "end_date", "dates")
_ADVICE = "A forecast, not betting advice."
_LEGEND = (
    "plays, over (the system's own) and EV in percent; EV is of a stake on the better side, O or U, after the market."
    f" {_ADVICE}"
)
# By how the reason of a pass begins.
_PASSES = {"no record": "no record", "withheld": "withheld", "suspect": "suspect"}


@click.command(
    epilog=example(
        "hoopcast predict --date 2022-01-15",
        'hoopcast predict --date 2022-01-15 --player "Nikola Jokic"',
        "hoopcast predict --month 2022-01 --team DEN --system linear_news --json",
        "hoopcast predict --date 2022-01-15 --issue",
    )
)
@with_range
@click.option("--player", metavar="P", help="His id or name; on one date, his distribution.")
@click.option("--team", metavar="T", help="A team's tricode, such as DEN.")
@click.option("--system", metavar="S", help="A system such as linear or linear_news, not the best.")
@click.option("--issue", is_flag=True, help="Put forecasts of games before their tip-off on record for good.")
@click.option("--as-is", is_flag=True, help="Read forecasts as they stand; bring nothing up to date.")
@with_wait
@with_output
@click.pass_obj
def predict(
    session: Session,
    dates: "RangeArguments",
    player: str | None,
    team: str | None,
    system: str | None,
    issue: bool,
    as_is: bool,
    wait: str | None,
    output: Output,
) -> int:
    """Forecast the points of each expected player: brings the forecasts up to date, and prints them.

    By default the ensemble speaks, at the highest information level that has the player. A system goes by its name,
    which is all of its levels, with a level as in linear_news, or by what it was once called, such as xgboost_v1.
    """
    if not any(dates.get(name) for name in _RANGES):
        raise click.UsageError("name a date, such as --date 2022-01-15, or a range, such as --month 2022-01")
    if issue and (as_is or player or team):
        raise click.UsageError("--issue takes whole dates, brought up to date; leave out --player, --team and --as-is")
    if as_is:
        with session.reading(wait) as warehouse:
            found = warehouse.predict(player, team, system, update=False, **dates)
        issued = None
    else:
        with working(session) as progress, session.writing(wait) as warehouse:
            found = warehouse.predict(player, team, system, progress=progress, **dates)
            is_done = found.run is not None and found.run.exit_status == 0
            issued = warehouse.issue(system, **dates) if issue and is_done else None
    _show(session, found, output)
    if issued is not None:
        session.note(_issued(issued))
    elif issue:
        session.note("nothing issued: not all forecasts could be brought up to date")
    return found.run.exit_status if found.run else 0


def _show(session: Session, found: "Outlook", output: Output) -> None:
    if output.format == "json":
        _as_json(found, output)
    elif output.format != "table":
        show(found.forecasts, output)
    elif found.player is not None:
        from hoopcast.cli.portrait import portrait

        put("\n".join([*portrait(found.player, session.label), "", _ADVICE]), output.path)
    elif not found.forecasts.rows:
        session.note(
            f"no forecasts by {found.said_by}: nobody is expected who has not played before; of all others `hoopcast"
            " coverage predictions --gaps` and `failures` say why, of one player `hoopcast why mlfs DATE PLAYER_ID`"
        )
    else:
        speaking = {row["system_id"] for row in found.forecasts}
        said_by = found.said_by if len(speaking) > 1 else speaking.pop()
        show(night_table(found.forecasts), output, title=f"Points{_of_date(found.forecasts)}, {said_by}{session.label}")
        if output.path is None:
            session.note(_LEGEND)
    if found.run is not None and found.run.exit_status:
        session.note("some dates failed or are blocked: `hoopcast failures` and `hoopcast coverage --gaps` say why")


def _of_date(forecasts: "Table") -> str:
    """The one date of the forecasts, for a heading; empty where there are several."""
    dates = {row["game_date"] for row in forecasts}
    return f" on {dates.pop()}" if len(dates) == 1 else ""


def night_table(forecasts: "Table") -> "Table":
    """The columns that a person looks at first."""
    from hoopcast.warehouse.result import Table

    rows = [_line(row) for row in forecasts]
    names = tuple(rows[0])
    # What is the same in every row stands in the heading.
    single = {name for name in ("date", "system") if len({row[name] for row in rows}) == 1}
    kept = [name for name in names if name not in single]
    kinds = dict.fromkeys(names, "DOUBLE") | dict.fromkeys(
        ("game", "player", "80 %", "EV", "pick", "system"), "VARCHAR"
    )
    kinds["date"] = "DATE"
    return Table.of_rows(kept, [kinds[name] for name in kept], [tuple(row[name] for name in kept) for row in rows])


def _line(row: dict[str, Any]) -> dict[str, Any]:
    side, value = row["better_side"], _fixed(row["expected_value"], 100, 1)
    return {
        "date": row["game_date"],
        "game": f"{row['team_abbr']} {'v' if row['is_home'] else '@'} {row['opponent_abbr']}",
        "player": row["player_name"],
        "plays": _fixed(row["play_probability"], 100, 0),
        "mean": _fixed(row["forecast_mean"], 1, 1),
        "80 %": f"{row['p10']:.0f} to {row['p90']:.0f}",
        "line": _fixed(row["line"], 1, 1),
        "over": _fixed(row["probability_over"], 100, 1),
        "EV": f"{side[0]} {value}" if side and _is_told(row) else None,
        "pick": _pick(row),
        "system": row["system_id"],
    }


def _is_told(row: dict[str, Any]) -> bool:
    """Whether an expected value is one that the record pays, at a price that a market would show."""
    return not (row["pass_reason"] or "").startswith(("withheld", "suspect"))


def _pick(row: dict[str, Any]) -> str | None:
    """The pick, or in a word why there is none."""
    if row["recommendation"] != "PASS":
        return row["recommendation"] if row["recommendation"] != "NO_LINE" else None
    return next((word for start, word in _PASSES.items() if (row["pass_reason"] or "").startswith(start)), "pass")


def _fixed(value: float | None, scale: int, digits: int) -> str | None:
    """A number of fixed digits, so that points stand below each other."""
    return None if value is None else f"{scale * value:.{digits}f}"


def _issued(report: "IssueReport") -> str:
    unchanged = f", {counted(report.unchanged, 'forecast')} on record as they are" if report.unchanged else ""
    late = f", {counted(report.too_late, 'forecast')} too late: their games have begun" if report.too_late else ""
    return (
        f"{counted(report.issued, 'forecast')} issued at {report.issued_at_utc:%Y-%m-%d %H:%M:%S} UTC{unchanged}{late}"
    )


def _as_json(found: "Outlook", output: Output) -> None:
    if found.player is None:
        show(found.forecasts, output)
        return
    put(as_json(_plain(found.player)), output.path)


def _plain(player: "PlayerOutlook") -> dict[str, Any]:
    return {
        "player_id": player.player.player_id,
        "player_name": player.player.name,
        "date": player.date,
        "forecast": player.forecast,
        "probabilities": [round(chance, 6) for chance in player.probabilities],
        "wager": None if player.wager is None else asdict(player.wager),
        "systems": list(player.systems),
        "absences": player.absences,
        "grade": player.grade,
    }
