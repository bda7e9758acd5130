"""The demo command: a simulated season, the whole way from raw files to graded forecasts."""

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hoopcast.cli.evaluate import round_scores
from hoopcast.cli.options import USER_PATH, example
from hoopcast.cli.output import Output, by_table, fixed, quantity, say, show, show_brief, table_of
from hoopcast.cli.predict import night_table
from hoopcast.cli.reports import coverage_lines, verdict_in_words
from hoopcast.cli.session import LABEL, Session
from hoopcast.settings import FILE

if TYPE_CHECKING:
    from hoopcast.api import Hoopcast
    from hoopcast.evaluation.evaluate import Evaluation
    from hoopcast.evaluation.market import ClaimSummary

_LEAGUE = "league"
_WAREHOUSE = "hoopcast.duckdb"
_SEED = 1
# Those that learn within seconds, one of which reads the line; the others take minutes for two seasons of refits.
_SYSTEMS = ("moving_average", "zone_matchup", "market")
_SHOWN = 8
_LAST_NIGHT = "SELECT MAX(game_date) FROM nba_predictions.player_prop_predictions WHERE season = $season"
_QUERY = """SELECT game_date, player_id, opponent_team_abbr AS opponent, points_avg_last_10, opponent_def_rating,
    fatigue_score FROM nba_predictions.ml_feature_store ORDER BY game_date DESC, points_avg_last_10 DESC LIMIT 5"""


@click.command(epilog=example("hoopcast demo", "hoopcast demo --season 2022-23 --folder try-it"))
@click.option("--season", metavar="S", default="2021-22", show_default=True, help="The season to play.")
@click.option(
    "--folder",
    metavar="DIR",
    type=USER_PATH,
    default="demo",
    show_default=True,
    help="Where its files and warehouse go.",
)
@click.pass_obj
def demo(session: Session, season: str, folder: Path) -> int:
    """Invent a league, play a season, and take it from raw files to graded and scored forecasts; offline.

    The season before is played as well, so that October has history; it gets no forecasts. Running it again changes
    nothing. The systems that learn within seconds forecast; hoopcast.toml in its folder names them, and without that
    line all of them do.
    """
    from hoopcast import api
    from hoopcast.calendar import season_name, season_start_year
    from hoopcast.errors import UsageError

    place = folder
    seasons = (season_name(season_start_year(season) - 1), season)
    if place.exists() and not (place.is_dir() and ((place / _LEAGUE).is_dir() or not any(place.iterdir()))):
        raise UsageError(f"{place} is there and is of no demo; name another with --folder")
    _choose_systems(session, place)
    with _step(session, f"Play {seasons[0]} and {season} in a league of 30 invented teams"):
        files = _play(seasons, place / _LEAGUE)
    _note(session, f"  {quantity(len(files), 'file')} in {place / _LEAGUE}")
    with api.open(str(place / _WAREHOUSE), threads=session.settings().threads, command=session.command) as warehouse:
        return _through(session, warehouse, place, season)


def _through(session: Session, warehouse: "Hoopcast", place: Path, season: str) -> int:
    with _step(session, "Ingest the files"):
        ingested = warehouse.ingest(place / _LEAGUE)
    _note(
        session,
        f"  {quantity(ingested.total('read'), 'row')} read, {ingested.total('quarantined'):,} in quarantine,"
        f" {quantity(ingested.total('unresolved'), 'name')} unresolved",
    )
    with _step(session, "Backfill every table of the season, forecasts and grades among them"):
        report = warehouse.backfill(season=season)
    rows = sum(table.rows for table in report.tables)
    tables = quantity(len(by_table((table.table, table) for table in report.tables)), "table")
    _note(session, f"  {quantity(rows, 'row')} in {tables}, {report.seconds:.1f} s")
    say("")
    show_brief(coverage_lines(warehouse.coverage(season=season)), Output(), title=f"Coverage of {season}{LABEL}")
    say("")
    by_month = warehouse.coverage("mlfs", season=season, by="month")
    show_brief(coverage_lines(by_month, "month"), Output(), title=f"The feature store by month{LABEL}")
    say("")
    _forecasts(session, warehouse, season)
    with _step(session, "Verify: keys, ranges, and a reason for each row that is absent"):
        verdict = warehouse.verify(season=season)
    _note(session, f"  {verdict_in_words(verdict)}")
    name, player_id, day = _somebody(warehouse, season)
    say("\nNext:")
    if shutil.which("hoopcast") is None:
        say(f'  export PATH="{Path(sys.argv[0]).absolute().parent}:$PATH"')
    say(f"  cd {place}")
    say(f"  hoopcast predict --date {day} --player {player_id}      # {name}: his distribution, and what then happened")
    say(f"  hoopcast explain {player_id} {day}      # his features that morning, and the games behind them")
    say(f"  hoopcast evaluate --season {season}      # every score, with its interval")
    say(f"  hoopcast coverage --season {season} --by month")
    say(f'  hoopcast sql "{_QUERY}"')
    say("  hoopcast models pdc                   # what each column means")
    return report.exit_status or verdict.exit_status


def _choose_systems(session: Session, place: Path) -> None:
    """Let quick systems run, here and whenever a command is called in the folder, unless the user has chosen some."""
    place.mkdir(parents=True, exist_ok=True)
    chosen = ", ".join(f'"{name}"' for name in session.settings().systems or _SYSTEMS)
    (place / FILE).write_text(f"systems = [{chosen}]\n", "utf-8")


def _forecasts(session: Session, warehouse: "Hoopcast", season: str) -> None:
    """The first of the forecasts of the last night, and the season's scores."""
    from hoopcast.warehouse.result import Table

    last = warehouse.query(_LAST_NIGHT, {"season": season}).rows[0][0]
    outlook = warehouse.predict(update=False, dates=[last])
    night = night_table(outlook.forecasts)
    shown = Table.of_rows(night.columns, night.types, night.rows[:_SHOWN])
    show(shown, Output(), title=f"Points on {last}{LABEL}, {outlook.said_by}; {_SHOWN} of {len(night.rows)} forecasts")
    say("")
    with _step(session, "Score the season's forecasts, days resampled for the intervals"):
        scored = warehouse.evaluate(populations=("ALL",), season=season)
    accuracy = table_of(
        scored.accuracy,
        ("system", "VARCHAR", attrgetter("system")),
        ("level", "VARCHAR", attrgetter("level")),
        ("games", "BIGINT", attrgetter("rows")),
        ("mae", "DOUBLE", lambda score: fixed(score.mae, 3)),
        ("from", "DOUBLE", lambda score: fixed(score.mae_low, 3)),
        ("to", "DOUBLE", lambda score: fixed(score.mae_high, 3)),
        ("crps", "DOUBLE", lambda score: fixed(score.crps, 3)),
    )
    say("")
    show(
        accuracy,
        Output(),
        null="-",
        title=f"Accuracy{LABEL}, points, of players who then played; from and to hold 95 %",
    )
    say("")
    show(
        round_scores(warehouse.grade(season=season).systems),
        Output(),
        title=f"Grades{LABEL}; systems have forecast different rows",
    )
    say("")
    _picks(scored)
    say("")


def _picks(scored: "Evaluation") -> None:
    """Claimed and realised EV of the picks, and of how many lines the record is."""
    picks = table_of(
        scored.claim_summaries,
        ("system", "VARCHAR", attrgetter("system")),
        ("lines", "BIGINT", attrgetter("lines")),
        ("picks", "BIGINT", attrgetter("picks")),
        ("EV", "DOUBLE", lambda summary: fixed(summary.pick_claimed, 1, 100, "+")),
        ("ROI", "DOUBLE", lambda summary: fixed(summary.pick_returned, 1, 100, "+")),
        ("95 %", "VARCHAR", _interval),
        ("record", "VARCHAR", lambda summary: summary.status.partition(":")[0]),
    )
    title = f"Picks{LABEL}, percent of a stake at the prices; lines: those that the record is of"
    show(picks, Output(), null="-", title=title)


def _interval(summary: "ClaimSummary") -> str | None:
    low, high = (fixed(end, 0, 100, "+") for end in (summary.pick_low, summary.pick_high))
    return None if low is None else f"{low} to {high}"


def _play(seasons: tuple[str, ...], folder: Path) -> list[Path]:
    from hoopcast.league import simulate, write

    return write(simulate(seasons, seed=_SEED), folder)


def _somebody(warehouse: "Hoopcast", season: str) -> tuple[str, int, str]:
    """The player with the most points in a game of the season, and that date."""
    rows = warehouse.query(
        "SELECT player_name, player_id, game_date FROM nba_analytics.player_game_summary"
        " WHERE season = $season ORDER BY points DESC, game_id, player_id LIMIT 1",
        {"season": season},
    ).rows
    name, player_id, day = rows[0]
    return str(name), int(player_id), str(day)


def _note(session: Session, text: str) -> None:
    if not session.quiet:
        say(text)


@contextmanager
def _step(session: Session, what: str) -> Iterator[None]:
    """Say what is being done, and on the same line how long it took."""
    if session.quiet:
        yield
        return
    began = time.monotonic()
    say(f"{what}: ", end="")
    yield
    say(f"{time.monotonic() - began:.1f} s")
