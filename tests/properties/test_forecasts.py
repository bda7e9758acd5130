"""What every system says on a morning owes nothing to that day's results or to later ones, learning included."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import hoopcast
from hoopcast import Hoopcast
from hoopcast.graph import NAMES, nodes_of
from hoopcast.league import LeagueSize
from tests.properties.changes import CHANGES, INJURY_STATUS, RESULTS, SAID_BEFORE, record_changes, tell
from tests.properties.warehouses import SEASONS, League, copy_of, differences, last_entry, made_league, rows_of

pytestmark = pytest.mark.slow

SEASON = SEASONS[1]
PREDICTIONS = "nba_predictions.player_prop_predictions"
# All that is said before the games, but for the moment at which it was written.
SAID = {
    node.table.name: node.table.content_columns
    for node in nodes_of(None)
    if node.producer and node.table.phase in ("precompute", "predictions")
}
NONSENSE = ("box scores tell other numbers", "men nobody knew played", "teams' totals are others", "others won")
# What names the code, so that two systems of one kind may differ in it alone.
SYSTEMS = ",".join(NAMES)


@pytest.fixture(scope="module")
def every_system() -> Iterator[None]:
    """Every system runs, not the one of most tests, with small forests, and bets are valued after few lines."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOOPCAST_SYSTEMS", SYSTEMS)
        patch.setattr("hoopcast.forecast.win_probability.FEWEST_LINES", 300)
        patch.setattr("hoopcast.forecast.trees.TREES", 20)
        yield


@pytest.fixture(scope="module")
def league(every_system: None, tmp_path_factory: pytest.TempPathFactory) -> League:
    """Two seasons of ten teams, long enough that every system has something to learn from."""
    del every_system
    size = LeagueSize(teams=10, games_per_team=22, players_per_team=11)
    return made_league(tmp_path_factory, "every_system_league", size, seed=3)


def forecasts_again(warehouse: Hoopcast) -> None:
    """Bring the season up to date; what the plan takes for unchanged it leaves, as it does for a user."""
    report = warehouse.backfill(season=SEASON, stage="all", skip_preflight=True)
    assert report.exit_status == 0, warehouse.query("FROM nba_orchestration.failures WHERE can_retry").rows


def systems_of(warehouse: Hoopcast, condition: str = "TRUE") -> set[str]:
    """Systems with a forecast."""
    of_season = f"{PREDICTIONS} WHERE season = '{SEASON}' AND {condition}"
    rows = warehouse.query(f"SELECT DISTINCT system_id FROM {of_season}").rows
    return {str(row[0]) for row in rows}


def test_every_system_forecasts_from_the_first_night_of_the_second_season(league: League) -> None:
    wanted = {node.system_id for node in nodes_of(None) if node.table.name == PREDICTIONS}
    with hoopcast.open(str(league.complete), read_only=True) as warehouse:
        first = league.game_days(SEASON)[0]
        lacking = wanted - systems_of(warehouse, f"game_date = DATE '{first}'")
        # What a line is worth is learned from a first season of lines.
        assert lacking <= {"ensemble_line"}
        assert systems_of(warehouse) == wanted
        verdict = warehouse.verify(season=SEASON)
        assert [(check.check, check.table, check.examples) for check in verdict.checks if check.failed] == []


def test_bets_of_every_system_are_valued_by_the_end_of_the_second_season(league: League) -> None:
    last = league.game_days(SEASON)[-1]
    with hoopcast.open(str(league.complete), read_only=True) as warehouse:
        valued = systems_of(warehouse, f"expected_value IS NOT NULL AND game_date = DATE '{last}'")
        assert valued
        assert valued == systems_of(warehouse, f"no_vig_probability_over IS NOT NULL AND game_date = DATE '{last}'")
        weights = warehouse.query(
            "SELECT COUNT(*) FROM nba_predictions.trained_model"
            " WHERE system_id LIKE 'win\\_probability\\_%' ESCAPE '\\' AND NOT (trained_until < refit_date)"
        ).rows
        assert weights == [(0,)]


def test_each_row_names_a_past_that_ends_before_its_game(league: League) -> None:
    with hoopcast.open(str(league.complete), read_only=True) as warehouse:
        assert rows_of(warehouse, PREDICTIONS) > 5000
        assert rows_of(warehouse, PREDICTIONS, "NOT (trained_until < game_date)") == 0
        unlike = (
            f"{PREDICTIONS} AS p INNER JOIN nba_predictions.trained_model AS m ON m.system_id = p.system_id"
            " WHERE m.refit_date <= p.game_date AND m.season = p.season AND m.trained_until > p.trained_until"
        )
        assert warehouse.query(f"SELECT COUNT(*) AS later_ones FROM {unlike}").rows == [(0,)]


@pytest.mark.parametrize(
    ("place", "kinds"),
    [
        (0.0, (*NONSENSE, "shots came from elsewhere")),
        (0.6, ("nothing is played yet",)),
    ],
)
def test_results_of_a_day_change_no_forecast_up_to_that_day(
    league: League, place: float, kinds: tuple[str, ...]
) -> None:
    days = league.game_days(SEASON)
    day = days[round(place * (len(days) - 1))]
    with copy_of(league.complete) as warehouse:
        for kind in kinds:
            tell(warehouse.engine, CHANGES[kind], day=day, seed=7)
        record_changes(warehouse.engine, RESULTS)
        # Written anew although nothing seems to have changed: a plan that sees no change must not hide a leak.
        report = warehouse.backfill(
            "availability", "trained", "distributions", "calibration", "predictions",
            dates=[one for one in days if one <= day][-6:], resume=False, stage="all",
        )  # fmt: skip
        assert report.exit_status == 0
        assert rows_of(warehouse, PREDICTIONS, f"game_date = DATE '{day}'") > 100
        assert rows_of(warehouse, PREDICTIONS, f"game_date = DATE '{day}' AND expected_value IS NOT NULL") > 10
        assert differences(warehouse, league.complete, SAID, f"{{time}} <= DATE '{day}'") == {}


def test_a_result_reaches_the_forecasts_of_every_system_that_learns_from_it(league: League) -> None:
    days = league.game_days(SEASON)
    day = days[len(days) // 2]
    with copy_of(league.complete) as warehouse:
        tell(warehouse.engine, CHANGES["box scores tell other numbers"], day=day, seed=7)
        record_changes(warehouse.engine, RESULTS)
        forecasts_again(warehouse)
        changed = warehouse.query(
            "SELECT DISTINCT system_id FROM nba_predictions.forecast_distribution AS l"
            f" WHERE game_date > DATE '{day}' AND season = '{SEASON}'"
        ).rows
        later = {PREDICTIONS: ("system_id", "game_id", "player_id", "nb_mean")}
        assert differences(warehouse, league.complete, later, f"game_date > DATE '{day}'")[PREDICTIONS] > 1000
        assert len(changed) == len(systems_of(warehouse))


def test_a_correction_far_back_makes_models_and_forecasts_after_it_stale_and_nothing_before(league: League) -> None:
    days = league.game_days(SEASON)
    with copy_of(league.complete) as warehouse:
        warehouse.engine.execute(
            "UPDATE nba_raw.nbac_player_boxscore SET ast = ast + 1 WHERE game_date = $day", {"day": days[5]}
        )
        record_changes(warehouse.engine, ("nba_raw.nbac_player_boxscore",))
        stale = warehouse.coverage("trained", "distributions", by="date", season=SEASON)
        told = {row["period"] for row in stale if row["stale"]}
        assert told
        assert min(told) > str(days[5])
        forecasts_again(warehouse)
        # An assist more is no feature: everything is looked at again, and nothing says anything else.
        assert differences(warehouse, league.complete, SAID) == {}
        assert warehouse.backfill(season=SEASON, stage="all", skip_preflight=True).run_id == ""


def test_news_of_the_day_changes_no_forecast_that_rests_on_history_alone(league: League) -> None:
    days = league.game_days(SEASON)
    day = days[len(days) // 2]
    with copy_of(league.complete) as warehouse:
        tell(warehouse.engine, SAID_BEFORE["moves of everyone"], day=day, seed=1)
        tell(warehouse.engine, SAID_BEFORE["of everyone"], day=day, seed=1)
        record_changes(warehouse.engine, (INJURY_STATUS, "nba_raw.points_prop_line", "nba_raw.game_line"))
        forecasts_again(warehouse)
        distributions = {"nba_predictions.forecast_distribution": SAID["nba_predictions.forecast_distribution"]}
        history = f"system_id LIKE '%\\_history' ESCAPE '\\' AND game_date <= DATE '{day}'"
        assert differences(warehouse, league.complete, distributions, history) == {}
        news = f"system_id LIKE '%\\_news' ESCAPE '\\' AND game_date = DATE '{day}'"
        assert differences(warehouse, league.complete, distributions, news) != {}


def test_a_model_that_was_tampered_with_forecasts_nothing_and_says_so(league: League, tmp_path: Path) -> None:
    day = league.game_days(SEASON)[-1]
    shutil.copy(league.complete, tmp_path / "w.duckdb")
    with hoopcast.open(str(tmp_path / "w.duckdb"), threads=1) as warehouse:
        before, wanted = last_entry(warehouse), f"system_id = 'linear_news' AND game_date = DATE '{day}'"
        warehouse.engine.execute(
            "UPDATE nba_predictions.trained_model SET reference = replace(reference, '\"mean\":[', '\"mean\":[1')"
            " WHERE system_id = 'linear_news'"
        )
        report = warehouse.backfill("distributions/linear_news", dates=[day], resume=False, skip_preflight=True)
        assert report.exit_status == 1
        told = warehouse.query(
            "SELECT error FROM nba_orchestration.ledger WHERE entry > $before AND error IS NOT NULL", {"before": before}
        ).rows
        assert "does not forecast what it did when it was stored" in str(told[0][0])
        assert rows_of(warehouse, "nba_predictions.forecast_distribution", wanted) > 0, "what stood there stays"


def test_a_day_by_day_replay_says_what_a_backfill_of_the_season_says(league: League) -> None:
    days = league.game_days(SEASON)
    with copy_of(league.complete) as warehouse:
        for day in (days[0], days[-1]):
            report = warehouse.backfill(
                "trained", "distributions", "calibration", "predictions", dates=[day], resume=False
            )
            assert report.exit_status == 0
        assert differences(warehouse, league.complete, SAID) == {}


def test_an_absent_forecast_is_told_by_failures_and_by_why(league: League) -> None:
    with hoopcast.open(str(league.complete), read_only=True) as warehouse:
        told = warehouse.failures("predictions/market_line", season=SEASON)
        assert {row["category"] for row in told} >= {"NO_LINE"}
        day, player = warehouse.query(
            "SELECT MIN(partition_date), MIN(CAST(SPLIT_PART(entity, ' ', 3) AS BIGINT))"
            " FROM nba_orchestration.failures"
            " WHERE system_id = 'market_line' AND category = 'NO_LINE'"
            " AND table_name = 'nba_predictions.forecast_distribution'"
            f" AND season = '{SEASON}' GROUP BY partition_date ORDER BY partition_date LIMIT 1"
        ).rows[0]
        chain = warehouse.why("distributions/market_line", day, player)
        assert any("NO_LINE" in str(link["text"]) for link in chain)


def test_dates_of_the_league_are_many_enough_for_the_tests_above(league: League) -> None:
    days = league.game_days(SEASON)
    assert isinstance(days[0], date)
    assert len(days) > 20
