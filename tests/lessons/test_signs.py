"""Signs: tiredness that counts as freshness, elite defences that add points, a falling trend that rises."""

from collections.abc import Iterator
from datetime import date

import pytest

from hoopcast import Hoopcast
from tests.lessons.leagues import BOX, FEATURES, POPULATION, SCHEDULE, SEASON, SHOTS, count, rows, write_features
from tests.properties.warehouses import League, copy_of

TEAMS = "nba_analytics.upcoming_team_game_context"
FACTORS = "nba_precompute.player_composite_factors"
TOGS = "nba_analytics.team_offense_game_summary"


def test_lesson_9_a_more_tired_player_is_never_fresher(league: League) -> None:
    tiredness = ("days_rest", "games_in_last_7_days", "minutes_in_last_7_days", "back_to_backs_in_last_14_days")
    no_less = " AND ".join([
        "COALESCE(a.days_rest, 7) <= COALESCE(b.days_rest, 7)", *(f"a.{name} >= b.{name}" for name in tiredness[1:])
    ])  # fmt: skip
    with copy_of(league.complete) as warehouse:
        men = (
            f"SELECT u.{', u.'.join(tiredness)}, f.fatigue_score, f.fatigue_adjustment FROM {POPULATION} AS u"
            f" INNER JOIN {FACTORS} AS f ON f.game_id = u.game_id AND f.player_id = u.player_id"
        )
        pairs, fresher, tired = rows(
            warehouse,
            f"WITH men AS ({men}) SELECT COUNT(*), COUNT(CASE WHEN a.fatigue_score > b.fatigue_score THEN 1 END),"
            f" COUNT(CASE WHEN a.fatigue_score < b.fatigue_score THEN 1 END) FROM men AS a, men AS b WHERE {no_less}",
        )[0]
        assert fresher == 0
        assert int(str(tired)) > 1000
        assert int(str(pairs)) > int(str(tired))
        rested = f"({men}) WHERE games_in_last_7_days = 0 AND back_to_backs_in_last_14_days = 0"
        assert count(warehouse, rested) > 50
        assert count(warehouse, f"{rested} AND fatigue_score <> 100") == 0
        assert count(warehouse, f"({men}) WHERE fatigue_adjustment > 0") == 0
        assert count(warehouse, f"({men}) WHERE fatigue_score < 90 AND fatigue_adjustment < 0") > 50


def changed_feature(warehouse: Hoopcast, league: League, name: str, condition: str) -> list[float]:
    """By how much a feature is greater than in the unchanged league, row by row."""
    warehouse.engine.execute(f"ATTACH '{league.complete}' AS other (READ_ONLY)")
    found = rows(
        warehouse,
        f"SELECT n.{name} - o.{name} FROM {FEATURES} AS n INNER JOIN other.{FEATURES} AS o ON o.game_id = n.game_id"
        f" AND o.player_id = n.player_id WHERE n.{name} IS NOT NULL AND o.{name} IS NOT NULL AND {condition}",
    )
    warehouse.engine.execute("DETACH other")
    return [float(str(row[0])) for row in found]


@pytest.fixture(scope="module")
def changed(league: League) -> Iterator[tuple[Hoopcast, str, date, date]]:
    """The league with one team's defence weaker before a day, and everyone's last games before another day better."""
    days = league.game_days(SEASON)
    day, late = days[14], days[17]
    with copy_of(league.complete) as warehouse:
        team = str(rows(warehouse, f"SELECT MIN(home_team_abbr) FROM {SCHEDULE} WHERE game_date = $day", day=day)[0][0])
        warehouse.engine.execute(
            f"UPDATE {SHOTS} SET shot_made_flag = TRUE, block_player_id = NULL FROM {SCHEDULE} AS s"
            f" WHERE s.game_id = nbac_shot.game_id AND s.game_date < $day AND s.season = '{SEASON}'"
            " AND $team IN (s.home_team_abbr, s.away_team_abbr) AND nbac_shot.team_abbr <> $team",
            {"day": day, "team": team},
        )
        warehouse.engine.execute(
            f"UPDATE {BOX} SET points = points + 10, ftm = ftm + 10, fta = fta + 10 WHERE game_date >= $late"
            " AND game_date < $day",
            {"late": late, "day": days[20]},
        )
        assert write_features(warehouse) == 0
        yield warehouse, team, day, late


def test_lesson_9_a_weaker_defence_never_lowers_what_is_expected_against_it(
    league: League, changed: tuple[Hoopcast, str, date, date]
) -> None:
    warehouse, team, day, _ = changed
    against = f"n.game_date = DATE '{day}' AND n.opponent_team_abbr = '{team}'"
    others = f"n.game_date = DATE '{day}' AND n.opponent_team_abbr <> '{team}' AND n.team_abbr <> '{team}'"
    weaker = changed_feature(warehouse, league, "shot_zone_mismatch_score", against)
    assert len(weaker) >= 5
    assert min(weaker) >= 0
    assert max(weaker) > 0.5
    assert max(changed_feature(warehouse, league, "shot_zone_mismatch_score", others), default=0) <= 0


def test_lesson_9_who_scored_more_of_late_is_rising(league: League, changed: tuple[Hoopcast, str, date, date]) -> None:
    warehouse, _, _, late = changed
    who_played = (
        f"n.game_date = DATE '{league.game_days(SEASON)[20]}' AND n.games_played_season >= 6 AND EXISTS (SELECT 1"
        f" FROM {BOX} AS b WHERE b.player_id = n.player_id AND b.game_date < n.game_date"
        f" AND b.game_date >= DATE '{late}')"
    )
    for name in ("recent_trend", "scoring_slope"):
        rising = changed_feature(warehouse, league, name, who_played)
        assert min(rising) >= 0
        assert max(rising) > 0


def test_lesson_9_the_favourite_has_the_negative_spread_and_is_expected_to_score_more(league: League) -> None:
    with copy_of(league.complete) as warehouse:
        sides = rows(
            warehouse,
            "SELECT a.spread, b.spread, a.implied_team_total, b.implied_team_total, a.total_line, a.rest_advantage,"
            f" b.rest_advantage, g.margin FROM {TEAMS} AS a INNER JOIN {TEAMS} AS b"
            " ON b.game_id = a.game_id AND b.team_abbr > a.team_abbr"
            f" INNER JOIN {TOGS} AS g ON g.game_id = a.game_id AND g.team_abbr = a.team_abbr"
            " WHERE a.spread IS NOT NULL",
        )
        won = []
        for row in sides:
            spread, other, total, other_total, both, rest, other_rest, margin = (
                None if value is None else float(str(value)) for value in row
            )
            assert (spread, rest) == (-other, None if other_rest is None else -other_rest)  # type: ignore[operator]
            assert total + other_total == both  # type: ignore[operator]
            assert (spread < 0) == (total > other_total)  # type: ignore[operator]
            won.append(-spread * margin)  # type: ignore[operator]
        assert len(won) > 60
        assert sum(won) > 0
