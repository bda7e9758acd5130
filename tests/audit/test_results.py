"""Nonsense that adds up: other results, in which nobody could tell from a sum that they are made up."""

from collections.abc import Iterator
from datetime import date

import pytest

from hoopcast import Hoopcast
from hoopcast.audit.checks import other_results
from tests.properties.warehouses import League, copy_of

DAY = date(2021, 11, 1)
SUMS = ("points", "fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "tov", "oreb", "dreb", "ast", "stl", "blk", "pf")


@pytest.fixture(scope="module")
def changed(league: League) -> Iterator[Hoopcast]:
    """The league with other results from a day on, and as it was, attached as `stored`."""
    with copy_of(league.raw) as warehouse:
        other_results(warehouse.engine, {"day": DAY, "seed": 3})
        warehouse.engine.execute(f"ATTACH '{league.raw}' AS stored (READ_ONLY)")
        yield warehouse


def count(warehouse: Hoopcast, source: str) -> int:
    """Number of rows."""
    return int(str(warehouse.engine.query(f"SELECT COUNT(*) FROM {source}").rows[0][0]))


def test_players_come_to_their_team(changed: Hoopcast) -> None:
    unlike = " OR ".join(f"t.{name} <> b.{name}" for name in SUMS)
    sums = ", ".join(f"SUM({name}) AS {name}" for name in SUMS)
    source = (
        f"nba_raw.nbac_team_boxscore AS t FULL JOIN (SELECT game_id, team_abbr, {sums}, SUM(minutes) AS minutes"
        " FROM nba_raw.nbac_player_boxscore GROUP BY ALL) AS b ON b.game_id = t.game_id AND b.team_abbr = t.team_abbr"
        f" WHERE COALESCE(t.game_date >= DATE '{DAY}', TRUE)"
    )
    assert count(changed, source) > 30
    assert count(changed, f"{source} AND ({unlike} OR t.game_id IS NULL OR b.game_id IS NULL)") == 0
    assert count(changed, f"{source} AND ABS(t.minutes - b.minutes) > 12") == 0


def test_points_are_those_of_the_shots_made(changed: Hoopcast) -> None:
    box = f"nba_raw.nbac_player_boxscore WHERE game_date >= DATE '{DAY}'"
    assert count(changed, f"{box} AND points <> 2 * (fgm - fg3m) + 3 * fg3m + ftm") == 0
    assert count(changed, f"{box} AND (fgm > fga OR fg3m > fg3a OR ftm > fta OR fg3a > fga OR fgm < fg3m)") == 0


def test_charts_rebuild_the_box_scores(changed: Hoopcast) -> None:
    charted = (
        "nba_raw.nbac_player_boxscore AS b LEFT JOIN (SELECT game_id, player_id, COUNT(*) AS fga,"
        " COUNT(CASE WHEN shot_made_flag THEN 1 END) AS fgm, COUNT(CASE WHEN three_pointer_flag THEN 1 END) AS fg3a"
        " FROM nba_raw.nbac_shot GROUP BY ALL) AS s ON s.game_id = b.game_id AND s.player_id = b.player_id"
        f" WHERE b.game_date >= DATE '{DAY}'"
    )
    unlike = "COALESCE(s.fga, 0) <> b.fga OR COALESCE(s.fgm, 0) <> b.fgm OR COALESCE(s.fg3a, 0) <> b.fg3a"
    assert count(changed, charted) > 300
    assert count(changed, f"{charted} AND ({unlike})") == 0
    assert count(changed, f"nba_raw.nbac_shot WHERE game_date >= DATE '{DAY}' AND assist_player_id = player_id") == 0


def test_no_game_ends_in_a_tie_and_five_start(changed: Hoopcast) -> None:
    assert count(changed, "nba_raw.nbac_schedule WHERE game_status = 3 AND home_score = away_score") == 0
    scored = (
        "nba_raw.nbac_schedule AS s INNER JOIN nba_raw.nbac_team_boxscore AS t ON t.game_id = s.game_id"
        " AND t.team_abbr = s.home_team_abbr WHERE t.points <> s.home_score"
    )
    assert count(changed, scored) == 0
    fives = (
        "(SELECT st.game_id, b.team_abbr FROM nba_raw.nbac_starter AS st INNER JOIN nba_raw.nbac_player_boxscore AS b"
        f" ON b.game_id = st.game_id AND b.player_id = st.player_id WHERE st.game_date >= DATE '{DAY}'"
        " GROUP BY ALL HAVING COUNT(CASE WHEN st.starter_flag THEN 1 END) <> 5)"
    )
    assert count(changed, fives) == 0


def test_who_played_for_whom_is_other_and_nothing_before_the_day_is(changed: Hoopcast) -> None:
    for name in ("player_boxscore", "team_boxscore", "shot", "starter", "schedule"):
        table = f"nba_raw.nbac_{name}"
        before = f"SELECT * FROM {{}}{table} WHERE game_date < DATE '{DAY}'"
        assert count(changed, f"({before.format('')} EXCEPT ALL {before.format('stored.')})") == 0
    boxes = (
        f"SELECT game_id, player_id, team_abbr FROM {{}}nba_raw.nbac_player_boxscore WHERE game_date >= DATE '{DAY}'"
    )
    here, there = boxes.format(""), boxes.format("stored.")
    assert count(changed, f"({here} EXCEPT {there})") > 20
    assert count(changed, f"({there} EXCEPT {here})") > 20
