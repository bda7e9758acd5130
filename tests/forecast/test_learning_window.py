"""Learning looks back a stated number of seasons: the fifth of a warehouse costs what the fortieth does."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import hoopcast
from hoopcast import Hoopcast
from hoopcast.calendar import season_of
from hoopcast.forecast.training_window import SEASONS_BEFORE, first_season
from hoopcast.graph import ALL_SYSTEMS
from hoopcast.league import LeagueSize, simulate, write
from hoopcast.pipeline.plan import plan
from hoopcast.pipeline.ranges import Range, resolve
from tests.once import made_once
from tests.properties.test_corrections import corrected_box
from tests.properties.warehouses import League, copy_of

pytestmark = pytest.mark.slow

SEASONS = ("2017-18", "2018-19", "2019-20", "2020-21", "2021-22")
LEARNING = ("nba_predictions.trained_model", "nba_predictions.calibration")


@pytest.fixture(scope="module", autouse=True)
def one_system() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOOPCAST_SYSTEMS", "minutes_rate")
        yield


@pytest.fixture(scope="module")
def league(one_system: None, tmp_path_factory: pytest.TempPathFactory) -> League:
    """Five seasons of six teams."""
    del one_system

    def make(folder: Path) -> None:
        made = League(folder)
        write(simulate(SEASONS, seed=4, size=LeagueSize(teams=6, games_per_team=16, players_per_team=9)), made.files)
        with hoopcast.open(str(made.complete), threads=1) as warehouse:
            assert not warehouse.ingest(made.files).errors
            names = [node.name for node in warehouse.graph.nodes if node.table.phase != "grading"]
            assert warehouse.backfill(*names, stage="all", skip_preflight=True).exit_status == 0

    return League(made_once(tmp_path_factory, "five_seasons", make))


def stale_refits(warehouse: Hoopcast) -> set[str]:
    """Seasons that have a refit or a recalibration that is stale."""
    partitions = plan(warehouse.engine, warehouse.graph.nodes, resolve(warehouse.engine, Range(stage="all")))
    names = {partition.table.partition("/")[0]: partition for partition in partitions}
    assert set(LEARNING) <= names.keys()
    return {
        season_of(partition.date)
        for partition in partitions
        if partition.state == "stale" and partition.table.startswith(LEARNING)
    }


def test_the_window_is_the_season_and_the_three_before() -> None:
    assert first_season("2021-22") == "2018-19"
    assert first_season("2000-01") == "1997-98"
    assert {node.look_back for node in ALL_SYSTEMS.nodes if node.is_monthly} == {SEASONS_BEFORE}


def test_a_refit_learns_from_the_rows_of_its_window_and_of_no_other_season(league: League) -> None:
    with hoopcast.open(str(league.complete), read_only=True) as warehouse:
        cards = warehouse.query(
            "SELECT system_id, season, card FROM nba_predictions.trained_model ORDER BY refit_date"
        ).rows
        newest = {str(system): json.loads(str(card)) for system, season, card in cards if season == SEASONS[-1]}
        assert set(newest) >= {"minutes_rate_history", "minutes_rate_market", "availability_news"}
        for found in newest.values():
            assert list(found["rows_by_season"]) == list(SEASONS[1:])
        forecasts = warehouse.query(
            "SELECT MAX(c.forecasts), ANY_VALUE(l.distributions) FROM nba_predictions.calibration AS c, ("
            "SELECT COUNT(*) AS distributions FROM nba_predictions.forecast_distribution AS l"
            " INNER JOIN nba_analytics.player_game_summary AS g USING (game_id, player_id)"
            " WHERE l.system_id = 'minutes_rate_news' AND g.played_flag AND l.season > '2017-18' AND l.game_date < ("
            "SELECT MAX(refit_date) FROM nba_predictions.calibration WHERE system_id = 'minutes_rate_news')) AS l"
            " WHERE c.system_id = 'minutes_rate_news' AND c.season = '2021-22'"
        ).rows
        assert forecasts[0][0] == forecasts[0][1]


def test_a_correction_reaches_the_refits_of_three_more_seasons_and_no_further(league: League, tmp_path: Path) -> None:
    path, _ = corrected_box(league, SEASONS[0], 5, tmp_path)
    with copy_of(league.complete) as warehouse:
        assert warehouse.ingest(path).total("changed") == 1
        reached = stale_refits(warehouse)
        assert SEASONS[1] in reached
        assert SEASONS[-1] not in reached or reached == set(SEASONS)
