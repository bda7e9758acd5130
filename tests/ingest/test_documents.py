"""Answers of stats.nba.com and cdn.nba.com: hand-made ones, and real ones where they are at hand."""

import json
from pathlib import Path

import pytest

from hoopcast.errors import SourceError
from hoopcast.ingest.documents import Json, extracts
from hoopcast.warehouse.duckdb import DuckDB
from tests.ingest.small_season import GAME, game, ingest_files, player_line, values, write_csv

STATISTICS: dict[str, Json] = {
    "minutes": "30:30", "fieldGoalsMade": 8, "fieldGoalsAttempted": 14, "threePointersMade": 2,
    "threePointersAttempted": 5, "freeThrowsMade": 4, "freeThrowsAttempted": 4, "reboundsOffensive": 1,
    "reboundsDefensive": 7, "assists": 5, "steals": 1, "blocks": 1, "turnovers": 3, "foulsPersonal": 2, "points": 22,
    "plusMinusPoints": -7.0,
}  # fmt: skip
NOTHING: dict[str, Json] = dict.fromkeys(STATISTICS, 0) | {"minutes": ""}
TOTALS: dict[str, Json] = STATISTICS | {
    "minutes": "240:00", "fieldGoalsMade": 40, "fieldGoalsAttempted": 90, "threePointersMade": 10,
    "threePointersAttempted": 30, "freeThrowsMade": 10, "freeThrowsAttempted": 12, "points": 100,
}  # fmt: skip


def player(person: int, name: str, *, position: str = "", comment: str = "", statistics: Json = None) -> Json:
    """A player of a `boxscoretraditionalv3`."""
    first, family = name.split()
    return {
        "personId": person, "firstName": first, "familyName": family, "position": position,
        "comment": comment, "statistics": statistics or STATISTICS,
    }  # fmt: skip


def box_score() -> dict[str, Json]:
    """A `boxscoretraditionalv3` with a starter, a substitute and one who did not play."""
    home: Json = {"teamId": 1610612749, "teamTricode": "MIL", "statistics": TOTALS, "players": [
        player(203507, "Giannis Antetokounmpo", position="F"), player(1, "Sixth Man"),
        player(2, "Last Man", comment="DNP - Coach's Decision", statistics=NOTHING),
    ]}  # fmt: skip
    away: Json = {"teamId": 1610612751, "teamTricode": "BKN", "statistics": TOTALS, "players": [
        player(201142, "Kevin Durant", position="F"),
    ]}  # fmt: skip
    return {"meta": {}, "boxScoreTraditional": {"gameId": GAME, "homeTeam": home, "awayTeam": away}}


def test_a_box_score_gives_players_who_did_not_play_team_totals_and_starters(engine: DuckDB, tmp_path: Path) -> None:
    path = tmp_path / "game.json"
    path.write_text(json.dumps(box_score()), "utf-8")
    report = ingest_files(engine, path)
    assert report.errors == ()
    assert {str(file.table): (file.added, file.quarantined) for file in report.files} == {
        "nba_raw.nbac_player_boxscore": (4, 0), "nba_raw.nbac_starter": (3, 0), "nba_raw.nbac_team_boxscore": (2, 0),
    }  # fmt: skip
    lines = values(
        engine,
        "SELECT player_id, played_flag, not_playing_reason, minutes FROM nba_raw.nbac_player_boxscore ORDER BY 1",
    )
    assert lines == [
        (1, True, None, 30.5), (2, False, "DNP - Coach's Decision", 0.0), (201142, True, None, 30.5),
        (203507, True, None, 30.5),
    ]  # fmt: skip
    starters = values(engine, "SELECT player_id, starter_flag FROM nba_raw.nbac_starter ORDER BY 1")
    assert starters == [(1, False), (201142, True), (203507, True)]
    totals = values(engine, "SELECT team_abbr, minutes, points, tov FROM nba_raw.nbac_team_boxscore ORDER BY 1")
    assert totals == [("BKN", 240.0, 100, 3), ("MIL", 240.0, 100, 3)]


def test_a_list_of_box_scores_is_one_file_of_each_table(engine: DuckDB, tmp_path: Path) -> None:
    path = tmp_path / "games.json"
    path.write_text(json.dumps([box_score(), box_score()]), "utf-8")
    report = ingest_files(engine, path)
    assert {(file.added, file.collapsed) for file in report.files} == {(4, 4), (3, 3), (2, 2)}


def test_one_table_can_be_asked_of_a_document_with_several(engine: DuckDB, tmp_path: Path) -> None:
    path = tmp_path / "game.json"
    path.write_text(json.dumps(box_score()), "utf-8")
    report = ingest_files(engine, path, table="nbac_starter")
    assert [file.table for file in report.files] == ["nba_raw.nbac_starter"]


def test_a_schedule_answer_gives_games_with_their_tip_off(bare: DuckDB, tmp_path: Path) -> None:
    sides: dict[str, Json] = {
        "homeTeam": {"teamId": 1610612749, "teamTricode": "MIL", "score": 127},
        "awayTeam": {"teamId": 1610612751, "teamTricode": "BKN", "score": 104},
    }
    played: Json = {
        "gameId": GAME, "gameDateEst": "2021-10-19T00:00:00Z", "gameDateTimeUTC": "2021-10-19T23:30:00Z",
        "gameStatus": 3, "gameStatusText": "Final", "arenaName": "Fiserv Forum", **sides,
    }  # fmt: skip
    path = tmp_path / "answer.json"
    path.write_text(json.dumps({"meta": {}, "leagueSchedule": {"gameDates": [{"games": [played]}]}}), "utf-8")
    assert ingest_files(bare, path).total("added") == 1
    as_answer = values(bare, "SELECT * EXCLUDE source_id FROM nba_raw.nbac_schedule")
    assert ingest_files(bare, write_csv(tmp_path / "schedule.csv", [game()])).total("unchanged") == 1
    assert values(bare, "SELECT * EXCLUDE source_id FROM nba_raw.nbac_schedule") == as_answer


def test_a_second_table_of_an_answer_that_fits_nothing_does_no_harm(engine: DuckDB, tmp_path: Path) -> None:
    sets = [
        {"name": "Log", "headers": list(player_line()), "rowSet": [list(player_line().values())]},
        {"name": "Averages", "headers": ["GRID_TYPE", "FGA"], "rowSet": [["x", 1]]},
    ]
    path = tmp_path / "answer.json"
    path.write_text(json.dumps({"resultSets": sets}), "utf-8")
    report = ingest_files(engine, path)
    assert (report.errors, report.total("added")) == ((), 1)


@pytest.mark.parametrize("document", [None, 3, "text", True, {}, {"data": []}, {"resultSets": 3}, {"game": []}])
def test_json_without_a_known_key_is_never_no_data(document: Json) -> None:
    with pytest.raises(SourceError):
        extracts(document)


def test_a_real_schedule_lands_whole(bare: DuckDB, payloads: Path) -> None:
    report = ingest_files(bare, payloads / "nba_scheduleleaguev2_2024-25.json.gz")
    assert (report.errors, report.total("added"), report.total("quarantined")) == ((), 1400, 0)
    found = values(
        bare, "SELECT season_stage, COUNT(*), COUNT(tip_off_utc) FROM nba_raw.nbac_schedule GROUP BY 1 ORDER BY 1"
    )
    assert found == [
        ("allstar", 6, 6), ("cup_final", 1, 1), ("playin", 6, 6), ("playoffs", 84, 84), ("preseason", 73, 73),
        ("regular", 1230, 1230),
    ]  # fmt: skip
    unknown = values(bare, "SELECT COUNT(*) FROM nba_raw.nbac_schedule WHERE NOT team_known")
    assert unknown == [(10,)]


def test_a_real_game_log_lands_on_the_schedule_of_its_season(bare: DuckDB, payloads: Path) -> None:
    files = ("nba_scheduleleaguev2_2024-25.json.gz", "nba_leaguegamelog_players_2025-03-15.json")
    report = ingest_files(bare, *(payloads / name for name in files))
    assert (report.errors, report.total("quarantined")) == ((), 0)
    found = values(bare, "SELECT points, fga FROM nba_raw.nbac_player_boxscore WHERE player_lookup = 'stephencurry'")
    assert found == [(28, 20)]


def test_real_shots_of_a_chart_agree_with_those_of_the_season_file(
    bare: DuckDB, real_data: Path, payloads: Path
) -> None:
    season = real_data / "2021-22"
    charts = [payloads / f"nba_shotchartdetail_0022100732_{side}.json" for side in ("home", "away")]
    report = ingest_files(bare, season / "schedule.parquet", *charts)
    assert (report.errors, report.total("quarantined")) == ((), 0)
    shots = (
        "SELECT event_num, player_id, team_abbr, shot_made_flag, three_pointer_flag FROM nba_raw.nbac_shot"
        " WHERE game_id = '0022100732' ORDER BY event_num"
    )
    charted = values(bare, shots)
    assert ingest_files(bare, season / "shots.parquet").errors == ()
    assert values(bare, shots) == charted
    assert len(charted) > 150


def test_a_real_box_score_lands_with_those_who_did_not_play(bare: DuckDB, tmp_path: Path, payloads: Path) -> None:
    row = game(game_id="0022500165", game_date="2025-11-04", home_team="TOR", home_score=128, away_score=100,
               away_team="MIL", home_team_id=1610612761, away_team_id=1610612749)  # fmt: skip
    report = ingest_files(
        bare, write_csv(tmp_path / "schedule.csv", [row]), payloads / "nba_boxscoretraditionalv3.json"
    )
    assert (report.errors, report.total("quarantined")) == ((), 0)
    found = values(
        bare, "SELECT played_flag, COUNT(*), SUM(points) FROM nba_raw.nbac_player_boxscore GROUP BY 1 ORDER BY 1"
    )
    assert found == [(False, 2, 0), (True, 27, 228)]
    assert values(bare, "SELECT COUNT(*) FROM nba_raw.nbac_starter WHERE starter_flag") == [(10,)]
    assert values(bare, "SELECT points FROM nba_raw.nbac_team_boxscore ORDER BY 1") == [(100,), (128,)]


def test_real_play_by_play_gives_every_attempt_and_who_blocked_it(bare: DuckDB, payloads: Path) -> None:
    files = ("nba_scheduleleaguev2_2024-25.json.gz", "nba_playbyplayv3.json")
    report = ingest_files(bare, *(payloads / name for name in files))
    assert (report.errors, report.total("quarantined")) == ((), 0)
    found = values(
        bare,
        "SELECT COUNT(*), COUNT(*) FILTER (WHERE shot_made_flag), COUNT(block_player_id),"
        " SUM(CASE WHEN shot_made_flag THEN CASE WHEN three_pointer_flag THEN 3 ELSE 2 END END) FROM nba_raw.nbac_shot",
    )
    assert found == [(174, 88, 7, 204)]


@pytest.mark.parametrize("name", ["odds_api_historical_events.json", "odds_api_historical_event_odds_spreads.json"])
def test_a_real_answer_of_another_service_is_an_error_not_no_data(bare: DuckDB, payloads: Path, name: str) -> None:
    (line,) = ingest_files(bare, payloads / name).errors
    assert "has none of the known keys" in line
