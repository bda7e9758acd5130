"""The schedule has the rhythm of a real one."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoopcast.calendar import season_of
from hoopcast.league import FULL_LEAGUE, League, LeagueSize
from hoopcast.league.schedule import Games, make_games


def days_of(games: Games, team: int) -> list[int]:
    return sorted(games.day[(games.home == team) | (games.away == team)].tolist())


@pytest.mark.parametrize("season", ["2018-19", "2019-20", "2020-21", "2021-22", "2022-23"])
def test_a_season_has_1230_games_on_165_dates_and_41_home_games_a_team(season: str) -> None:
    games = make_games(1, season, FULL_LEAGUE)
    assert len(games.day) == 1230
    assert len(np.unique(games.day)) == 165
    assert (np.bincount(games.home) == 41).all()
    assert (np.bincount(games.away) == 41).all()
    rests = [np.diff(days_of(games, team)) for team in range(30)]
    assert min(rest.min() for rest in rests) == 1
    assert 13 <= np.mean([(rest == 1).sum() for rest in rests]) <= 16
    assert not any(((rest[1:] == 1) & (rest[:-1] == 1)).any() for rest in rests)
    assert all((rest >= 7).sum() == 1 for rest in rests)


def test_a_usual_season_opens_in_october_and_ends_in_april(full_league: League) -> None:
    dates = full_league.tables["2021-22"]["team_box"]["GAME_DATE"]
    assert (min(dates), max(dates)) == ("2021-10-19", "2022-04-10")


@given(
    seed=st.integers(0, 99_999),
    season=st.sampled_from(["2018-19", "2020-21", "2021-22"]),
    size=st.builds(LeagueSize, st.integers(1, 15).map(lambda half: 2 * half), st.integers(2, 60)),
)
def test_no_team_plays_twice_a_day_or_three_days_running(seed: int, season: str, size: LeagueSize) -> None:
    games = make_games(seed, season, size)
    assert (np.abs(np.bincount(games.home, minlength=size.teams) * 2 - size.games_per_team) <= 1).all()
    assert (games.home != games.away).all()
    for team in range(size.teams):
        days = days_of(games, team)
        assert len(set(days)) == len(days) == size.games_per_team
        assert not any(later - day == 2 for day, later in zip(days, days[2:], strict=False))


def test_every_date_of_the_schedule_belongs_to_its_season(full_league: League, tiny_league: League) -> None:
    for league in (full_league, tiny_league):
        for season, tables in league.tables.items():
            dates = set(tables["schedule"]["game_date"].tolist())
            assert {season_of(date.fromisoformat(day)) for day in dates} == {season}


def test_the_schedule_has_stages_without_box_scores_and_teams_that_nobody_knows(full_league: League) -> None:
    tables = full_league.tables["2021-22"]
    schedule = tables["schedule"]
    stages = {
        stage: (schedule["season_type"] == stage).sum() for stage in np.unique(schedule["season_type"].astype(str))
    }
    assert stages == {"allstar": 2, "playin": 3, "playoffs": 5, "preseason": 61, "regular": 1230}
    prefix = {"preseason": "001", "regular": "002", "allstar": "003", "playoffs": "004", "playin": "005"}
    assert all(
        game[:3] == prefix[stage] for game, stage in zip(schedule["game_id"], schedule["season_type"], strict=True)
    )
    assert len(set(schedule["game_id"].tolist())) == len(schedule["game_id"])
    unknown = set(schedule["home_team"]) | set(schedule["away_team"]) - set(tables["team_box"]["TEAM_ABBREVIATION"])
    assert {"LBN", "DRT"} <= unknown
    assert set(tables["player_box"]["GAME_ID"]) == set(schedule["game_id"][schedule["season_type"] == "regular"])
