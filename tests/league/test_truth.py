"""What was drawn can be found again in what happened."""

import numpy as np

from hoopcast.league import Columns, League
from tests.league.truth import Truth


def by_key(table: Columns, name: str, *columns: str) -> dict[tuple[str, ...], float]:
    keys = zip(*(table[column].astype(str).tolist() for column in columns), strict=True)
    return dict(zip(keys, table[name].tolist(), strict=True))


def test_expected_points_and_minutes_are_met_on_average(full_league: League, full_truth: Truth) -> None:
    truth = full_truth.player_game
    expected_points = by_key(truth, "expected_points", "game_id", "player_id")
    expected_minutes = by_key(truth, "expected_minutes", "game_id", "player_id")
    points, minutes = [], []
    for tables in full_league.tables.values():
        box = tables["player_box"]
        for who, scored, played in zip(
            zip(box["GAME_ID"].tolist(), box["PLAYER_ID"].astype(str).tolist(), strict=True),
            box["PTS"].tolist(), box["MIN"].tolist(), strict=True,
        ):  # fmt: skip
            points.append((expected_points[who], scored))
            minutes.append((expected_minutes[who], played))
    for pairs in (np.array(points), np.array(minutes)):
        expected, actual = pairs.T
        for low, high in ((4, 8), (8, 15), (15, 22), (22, 29), (29, 40)):
            some = (low <= expected) & (expected < high)
            by_chance = 4 * actual[some].std() / np.sqrt(some.sum())
            assert abs(actual[some].mean() - expected[some].mean()) < by_chance + 0.03 * expected[some].mean()


def test_men_play_as_often_as_their_true_probability_says(full_league: League, full_truth: Truth) -> None:
    truth = full_truth.player_game
    assert not truth["played"][truth["absent"]].any()
    for low, high in ((0.1, 0.3), (0.3, 0.6), (0.6, 0.9), (0.9, 1.01)):
        some = (truth["play_probability"] >= low) & (truth["play_probability"] < high)
        probability = truth["play_probability"][some]
        by_chance = 3 * np.sqrt((probability * (1 - probability)).sum()) / len(probability)
        assert abs(truth["played"][some].mean() - probability.mean()) < by_chance
    listed = dict.fromkeys(zip(truth["game_id"].tolist(), truth["player_id"].tolist(), strict=True))
    box = full_league.tables["2021-22"]["player_box"]
    assert all(who in listed for who in zip(box["GAME_ID"].tolist(), box["PLAYER_ID"].tolist(), strict=True))


def test_points_per_minute_of_a_season_are_near_the_true_rate(full_league: League, full_truth: Truth) -> None:
    season, box = "2021-22", full_league.tables["2021-22"]["player_box"]
    rates = full_truth.player_season
    true = by_key(rates, "points_per_minute", "season", "player_id")
    players, at = np.unique(box["PLAYER_ID"], return_inverse=True)
    minutes, points = np.bincount(at, box["MIN"]), np.bincount(at, box["PTS"])
    steady = minutes > 1200
    expected = np.array([true[season, str(player)] for player in players[steady]])
    actual = points[steady] / minutes[steady]
    assert np.corrcoef(expected, actual)[0, 1] > 0.95
    assert abs((actual / expected).mean() - 1) < 0.02


def test_accuracy_allowed_by_zone_follows_the_true_defence(full_league: League, full_truth: Truth) -> None:
    tables = full_league.tables["2021-22"]
    shots, schedule, styles = tables["shots"], tables["schedule"], full_truth.team_season
    rival = {}
    for game, home, away in zip(schedule["game_id"], schedule["home_team"], schedule["away_team"], strict=True):
        rival[game, home], rival[game, away] = away, home
    defence = np.array(
        [rival[who] for who in zip(shots["GAME_ID"], shots["TEAM_ABBREVIATION"], strict=True)], dtype=str
    )
    three = shots["IS_3PT"]
    paint = ~three & (shots["DISTANCE_FT"] <= 8)
    for zone, some in (("three", three), ("paint", paint), ("mid_range", ~three & ~paint)):
        true = by_key(styles, f"defence_{zone}", "season", "team_abbr")
        teams, at = np.unique(defence[some], return_inverse=True)
        allowed = np.bincount(at, shots["MADE"][some]) / np.bincount(at)
        expected = np.array([true["2021-22", team] for team in teams])
        assert np.corrcoef(expected, allowed)[0, 1] > 0.6, zone
        assert abs(expected.mean() - 1) < 1e-9


def test_odds_carry_the_margin_that_truth_tells(full_league: League, full_truth: Truth) -> None:
    props = full_league.tables["2021-22"]["points_props"]
    truth = full_truth.points_line
    this = truth["season"] == "2021-22"
    assert (truth["line"][this] == props["line"]).all()
    assert (truth["player_id"][this] == props["player_id"]).all()
    implied = []
    for side in ("over_odds", "under_odds"):
        odds = props[side].astype(float)
        assert (np.abs(odds) >= 100).all()
        implied.append(np.where(odds < 0, np.abs(odds), 100) / (100 + np.abs(odds)))
    np.testing.assert_allclose(implied[0] + implied[1] - 1, truth["margin"][this], atol=0.006)
    fair = implied[0] / (implied[0] + implied[1])
    np.testing.assert_allclose(fair, truth["probability_over"][this], atol=0.004)


def test_lines_are_fair_on_average(full_league: League, full_truth: Truth) -> None:
    over, market = [], []
    for season, tables in full_league.tables.items():
        box, props = tables["player_box"], tables["points_props"]
        scored = by_key(box, "PTS", "GAME_DATE", "PLAYER_ID")
        truth = full_truth.points_line
        probability = truth["probability_over"][truth["season"] == season].tolist()
        for day, player, line, believed in zip(
            props["game_date"].tolist(), props["player_id"].tolist(), props["line"].tolist(), probability, strict=True
        ):
            points = scored.get((day, str(player)))
            if points is not None and points != line:
                over.append(points > line)
                market.append(believed)
    assert abs(np.mean(over) - np.mean(market)) < 0.02


def test_moves_of_the_injured_list_belong_to_the_players_that_truth_names(
    full_league: League, full_truth: Truth
) -> None:
    moves, players = full_league.injury_transactions, full_truth.injury_move["player_id"]
    known = set(full_truth.player_season["player_id"].tolist())
    assert len(moves["Date"]) == len(players)
    assert set(players.tolist()) <= known
    placed = moves["Acquired"] == np.array(None)
    assert ((moves["Relinquished"] == np.array(None)) != placed).all()
    assert all(
        note.startswith("placed on IL" if off else "activated")
        for note, off in zip(moves["Notes"], placed, strict=True)
    )


def test_nobody_is_activated_before_he_was_placed(full_league: League, full_truth: Truth) -> None:
    moves, players = full_league.injury_transactions, full_truth.injury_move["player_id"]
    on_list: set[int] = set()
    for player, acquired, day in zip(players.tolist(), moves["Acquired"], moves["Date"], strict=True):
        if acquired is None:
            on_list.add(player)
        else:
            assert player in on_list, (player, day)
            on_list.discard(player)
