"""A simulated league agrees with itself in every number."""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoopcast.errors import UsageError
from hoopcast.league import TINY_LEAGUE, Columns, League, LeagueSize, simulate
from tests.league.truth import Truth

COUNTED = ("FGM", "FGA", "FG3M", "FG3A", "FTM", "FTA", "OREB", "DREB", "REB", "AST", "STL", "BLK", "TOV", "PF", "PTS")


def key(table: Columns, *columns: str) -> npt.NDArray[np.str_]:
    """One text a row out of some columns."""
    parts = [table[column].astype(str) for column in columns]
    whole = parts[0]
    for part in parts[1:]:
        whole = np.char.add(np.char.add(whole, "/"), part)
    return whole


def summed(keys: npt.NDArray[np.str_], values: npt.NDArray[Any]) -> dict[str, int]:
    """Sum of whole numbers per key."""
    names, at = np.unique(keys, return_inverse=True)
    return dict(zip(names.tolist(), np.bincount(at, values).astype(int).tolist(), strict=True))


def assert_same_columns(one: Columns, other: Columns) -> None:
    assert list(one) == list(other)
    for name, values in one.items():
        np.testing.assert_array_equal(np.ma.getmaskarray(values), np.ma.getmaskarray(other[name]))
        np.testing.assert_array_equal(values, other[name])


def assert_agrees_with_itself(tables: Mapping[str, Columns]) -> None:
    men, teams, shots, schedule = (tables[name] for name in ("player_box", "team_box", "shots", "schedule"))
    assert len(np.unique(key(men, "GAME_ID", "PLAYER_ID"))) == len(men["PTS"])
    assert len(np.unique(key(teams, "GAME_ID", "TEAM_ID"))) == len(teams["PTS"])
    assert len(np.unique(key(shots, "GAME_ID", "EVENTNUM"))) == len(shots["MADE"])
    for column in (*COUNTED, "MIN"):
        assert summed(key(men, "GAME_ID", "TEAM_ID"), men[column]) == summed(
            key(teams, "GAME_ID", "TEAM_ID"), teams[column]
        ), column
    assert (men["PTS"] == 2 * men["FGM"] + men["FG3M"] + men["FTM"]).all()
    assert all((men[column] >= 0).all() for column in (*COUNTED, "MIN"))
    assert all((men[made] <= men[tried]).all() for made, tried in (("FGM", "FGA"), ("FG3M", "FG3A"), ("FTM", "FTA")))

    who = key(men, "GAME_ID", "PLAYER_ID")
    shooter = key(shots, "GAME_ID", "PLAYER_ID")
    with_shots = men["FGA"] > 0
    for column, weight in (
        ("FGA", np.ones(len(shooter))),
        ("FGM", shots["MADE"]),
        ("FG3A", shots["IS_3PT"]),
        ("FG3M", shots["IS_3PT"] & shots["MADE"]),
    ):
        assert summed(shooter, weight) == summed(who[with_shots], men[column][with_shots]), column
    for helper, column in (("ASSIST_PLAYER_ID", "AST"), ("BLOCK_PLAYER_ID", "BLK")):
        seen = ~np.ma.getmaskarray(shots[helper])
        helped = np.char.add(
            np.char.add(shots["GAME_ID"].astype(str)[seen], "/"), np.ma.getdata(shots[helper])[seen].astype(str)
        )
        counted = summed(helped, np.ones(len(helped)))
        assert counted == summed(who[men[column] > 0], men[column][men[column] > 0]), helper
    assert (shots["MADE"][~np.ma.getmaskarray(shots["ASSIST_PLAYER_ID"])]).all()
    assert not shots["MADE"][~np.ma.getmaskarray(shots["BLOCK_PLAYER_ID"])].any()
    assert not np.ma.filled(shots["ASSIST_PLAYER_ID"] == shots["PLAYER_ID"], fill_value=False).any()

    regular = schedule["season_type"] == "regular"
    scores = {
        f"{game}/{team}": int(points)
        for side in ("home", "away")
        for game, team, points in zip(
            schedule["game_id"][regular], schedule[f"{side}_team"][regular], schedule[f"{side}_score"][regular],
            strict=True,
        )
    }  # fmt: skip
    assert summed(key(teams, "GAME_ID", "TEAM_ABBREVIATION"), teams["PTS"]) == scores
    assert (schedule["home_score"] != schedule["away_score"]).all()


def test_shots_rebuild_men_and_men_rebuild_teams_and_teams_the_schedule(full_league: League) -> None:
    for tables in full_league.tables.values():
        assert_agrees_with_itself(tables)


@given(
    seed=st.integers(0, 10_000),
    teams=st.sampled_from([2, 4, 6, 8]),
    games=st.integers(2, 14),
    players=st.integers(8, 13),
)
def test_a_league_of_any_size_agrees_with_itself(seed: int, teams: int, games: int, players: int) -> None:
    league = simulate(("2019-20", "2020-21"), seed, LeagueSize(teams, games, players))
    for tables in league.tables.values():
        assert_agrees_with_itself(tables)
        assert len(tables["team_box"]["PTS"]) == teams * games


def test_minutes_sum_to_240_and_25_an_overtime(full_league: League) -> None:
    for tables in full_league.tables.values():
        shots, teams = tables["shots"], tables["team_box"]
        games, at = np.unique(shots["GAME_ID"].astype(str), return_inverse=True)
        last_period = np.zeros(len(games), dtype=int)
        np.maximum.at(last_period, at, shots["PERIOD"].astype(int))
        overtimes = last_period[np.searchsorted(games, teams["GAME_ID"].astype(str))] - 4
        assert (teams["MIN"] == 240 + 25 * overtimes).all()
        assert 20 <= (overtimes > 0).sum() / 2 <= 100


def test_five_men_of_each_side_start_and_a_mans_margins_sum_to_five_times_the_teams(full_league: League) -> None:
    tables = full_league.tables["2021-22"]
    men, teams = tables["player_box"], tables["team_box"]
    started = summed(key(men, "GAME_ID", "TEAM_ID"), tables["starters"]["starter"])
    assert set(started.values()) == {5}
    margins = summed(key(men, "GAME_ID", "TEAM_ID"), men["PLUS_MINUS"])
    assert margins == summed(key(teams, "GAME_ID", "TEAM_ID"), teams["PLUS_MINUS"] * 5)


def test_nobody_plays_for_two_teams_on_a_day_and_some_are_traded(full_league: League) -> None:
    men = full_league.tables["2021-22"]["player_box"]
    assert len(np.unique(key(men, "GAME_DATE", "PLAYER_ID"))) == len(men["PTS"])
    pairs = np.unique(np.stack([men["PLAYER_ID"], men["TEAM_ID"]]), axis=1)
    _, teams = np.unique(pairs[0], return_counts=True)
    assert 50 <= (teams > 1).sum() <= 120


def test_the_same_arguments_give_the_same_values_and_another_seed_gives_others() -> None:
    leagues = [simulate(("2021-22",), seed, size=TINY_LEAGUE) for seed in (5, 5, 6)]
    for table, columns in leagues[0].tables["2021-22"].items():
        assert_same_columns(columns, leagues[1].tables["2021-22"][table])
    assert_same_columns(leagues[0].injury_transactions, leagues[1].injury_transactions)
    first, other = (league.tables["2021-22"]["player_box"]["PTS"] for league in (leagues[0], leagues[2]))
    assert len(first) != len(other) or (first != other).any()


def test_a_longer_league_begins_with_the_same_seasons() -> None:
    shorter, longer = (simulate(seasons, 3, size=TINY_LEAGUE) for seasons in (["2018-19"], ["2018-19", "2019-20"]))
    for table, columns in shorter.tables["2018-19"].items():
        assert_same_columns(columns, longer.tables["2018-19"][table])


def test_most_players_return_and_what_they_were_worth_tells_what_they_will_be(full_truth: Truth) -> None:
    rates = full_truth.player_season
    seasons = [{}, {}]  # type: list[dict[int, float]]
    for season, player, rate, minutes in zip(
        rates["season"], rates["player_id"].tolist(), rates["points_per_minute"].tolist(), rates["minutes"].tolist(),
        strict=True,
    ):  # fmt: skip
        if minutes > 10:
            seasons[season == "2021-22"][player] = rate
    both = sorted(set(seasons[0]) & set(seasons[1]))
    assert 0.6 <= len(both) / len(seasons[1]) <= 0.9
    assert np.corrcoef([seasons[0][player] for player in both], [seasons[1][player] for player in both])[0, 1] > 0.75


def test_there_are_accents_suffixes_initials_and_namesakes_in_two_teams(full_league: League) -> None:
    men = full_league.tables["2020-21"]["player_box"]
    names = dict(zip(men["PLAYER_ID"].tolist(), men["PLAYER_NAME"].tolist(), strict=True))
    assert sum(not name.isascii() for name in names.values()) > 50
    assert sum(name.endswith((" Jr.", " II", " III")) for name in names.values()) > 20
    assert sum("." in name.split()[0] for name in names.values()) > 10
    assert len(set(names.values())) == len(names) - 1
    shared = next(name for name in names.values() if list(names.values()).count(name) == 2)
    teams = [
        set(men["TEAM_ID"][men["PLAYER_ID"] == player].tolist()) for player, name in names.items() if name == shared
    ]
    assert teams[0] != teams[1]


def test_a_tiny_league_of_two_seasons_takes_less_than_a_sixth_of_a_second() -> None:
    seconds = []
    for seed in range(4):
        start = time.process_time()
        simulate(("2020-21", "2021-22"), seed, size=TINY_LEAGUE)
        seconds.append(time.process_time() - start)
    assert min(seconds) < 0.15


@pytest.mark.parametrize("seasons", [(), ("2021-22", "2020-21"), ("2018-19", "2020-21"), ("2021-23",), ("autumn",)])
def test_seasons_that_are_not_in_a_row_are_refused(seasons: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        simulate(seasons, size=TINY_LEAGUE)


@pytest.mark.parametrize("size", [(5, 12, 10), (0, 12, 10), (32, 12, 10), (6, 1, 10), (6, 101, 10), (6, 12, 7)])
def test_sizes_that_no_league_can_have_are_refused(size: tuple[int, int, int]) -> None:
    with pytest.raises(UsageError):
        LeagueSize(*size)
