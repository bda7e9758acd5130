"""Every row of the tables of form agrees with a plain count over the box scores of a simulated league."""

from collections.abc import Iterator
from datetime import date

import pytest

import hoopcast
from hoopcast import Hoopcast
from hoopcast.league import TINY_LEAGUE
from hoopcast.nba.teams import TEAMS
from tests.oracle.comparison import disagreements, rows_by_key
from tests.oracle.form import View, daily_cache, player_form, player_recency, team_form
from tests.oracle.records import Records, read
from tests.oracle.weighted import weighted_form, weighted_sums
from tests.oracle.zones import defences, league_shooting, shooting
from tests.properties.warehouses import SEASONS, League, made_league

pytestmark = pytest.mark.slow

ALL_TEAMS = [team.abbr for team in TEAMS]


@pytest.fixture(scope="module")
def league(tmp_path_factory: pytest.TempPathFactory) -> League:
    """Two seasons of six teams and twelve games each."""
    return made_league(tmp_path_factory, "oracle_league", TINY_LEAGUE, seed=4)


@pytest.fixture(scope="module")
def warehouse(league: League) -> Iterator[Hoopcast]:
    """The league's tables."""
    with hoopcast.open(str(league.complete), read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def views(league: League) -> dict[str, View]:
    """What the tables of each season may look at."""
    records: Records = read(league.files, SEASONS, ALL_TEAMS)
    return {season: View(records, season) for season in SEASONS}


def test_player_form(warehouse: Hoopcast, views: dict[str, View]) -> None:
    rows = rows_by_key(warehouse, "nba_analytics.player_form", ("game_id", "player_id"))
    assert len(rows) == len(views[SEASONS[1]].appearances)
    for one in views[SEASONS[1]].appearances:
        career = views[one.season].careers[one.player_id]
        games = [game for game in career if game.season == one.season and game.day <= one.day]
        assert disagreements(rows[one.game_id, one.player_id], player_form(games)) == {}


def test_player_recency(warehouse: Hoopcast, views: dict[str, View]) -> None:
    rows = rows_by_key(warehouse, "nba_analytics.player_recency", ("game_id", "player_id"))
    for one in views[SEASONS[1]].appearances:
        career = [game for game in views[one.season].careers[one.player_id] if game.day <= one.day]
        assert disagreements(rows[one.game_id, one.player_id], player_recency(career)) == {}


def test_player_weighted_sums(warehouse: Hoopcast, views: dict[str, View]) -> None:
    rows = rows_by_key(warehouse, "nba_analytics.player_weighted_sums", ("game_id", "player_id"))
    assert len(rows) == len(views[SEASONS[1]].appearances)
    for one in views[SEASONS[1]].appearances:
        career = [game for game in views[one.season].careers[one.player_id] if game.day <= one.day]
        assert disagreements(rows[one.game_id, one.player_id], weighted_sums(career)) == {}


def test_player_weighted_form(warehouse: Hoopcast, views: dict[str, View]) -> None:
    rows = rows_by_key(warehouse, "nba_precompute.player_weighted_form", ("season", "player_id", "analysis_date"))
    assert len(rows) > 1000
    for row in rows.values():
        day, player = row["analysis_date"], int(str(row["player_id"]))
        assert isinstance(day, date)
        assert disagreements(row, weighted_form(views[str(row["season"])], player, day)) == {}, row


def test_team_form(warehouse: Hoopcast, views: dict[str, View]) -> None:
    rows = rows_by_key(warehouse, "nba_analytics.team_form", ("game_id", "team_abbr"))
    assert len(rows) == len(views[SEASONS[1]].team_games)
    for one in views[SEASONS[1]].team_games:
        games = [*views[one.season].team_before(one.team, one.day), one]
        assert disagreements(rows[one.game_id, one.team], team_form(games)) == {}


def test_team_defense_zone_analysis(warehouse: Hoopcast, views: dict[str, View]) -> None:
    rows = rows_by_key(warehouse, "nba_precompute.team_defense_zone_analysis", ("season", "analysis_date", "team_abbr"))
    mornings = {(str(row["season"]), day) for row in rows.values() if isinstance(day := row["analysis_date"], date)}
    assert len(mornings) > 40
    for season, day in mornings:
        for team, expected in defences(views[season], day, ALL_TEAMS).items():
            assert disagreements(rows[season, day, team], expected) == {}, (day, team)


def test_player_shot_zone_analysis(warehouse: Hoopcast, views: dict[str, View]) -> None:
    rows = rows_by_key(warehouse, "nba_precompute.player_shot_zone_analysis", ("season", "player_id", "analysis_date"))
    assert len(rows) > 1000
    means = {}
    for row in rows.values():
        season, day = str(row["season"]), row["analysis_date"]
        assert isinstance(day, date)
        if (season, day) not in means:
            means[season, day] = league_shooting(views[season], day)
        expected = shooting(views[season], int(str(row["player_id"])), day, means[season, day])
        assert disagreements(row, expected) == {}, row


def test_player_daily_cache(warehouse: Hoopcast, views: dict[str, View]) -> None:
    rows = rows_by_key(warehouse, "nba_precompute.player_daily_cache", ("season", "player_id", "analysis_date"))
    population = rows_by_key(warehouse, "nba_analytics.upcoming_player_game_context", ("player_id", "game_date"))
    assert len(rows) > 1000
    for row in rows.values():
        day, player = row["analysis_date"], int(str(row["player_id"]))
        assert isinstance(day, date)
        team = str(population[player, day]["team_abbr"])
        assert disagreements(row, daily_cache(views[str(row["season"])], player, team, day)) == {}, row
