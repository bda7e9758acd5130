"""A row that breaks its contract is set aside with the reason, and the rest of its file lands."""

from pathlib import Path

import pytest

from hoopcast.warehouse.duckdb import DuckDB
from tests.ingest.small_season import (
    OTHER_GAME,
    ROWS,
    Row,
    ingest_files,
    land,
    player_line,
    values,
    write_csv,
    write_json,
)

# A second row that is right, so that the file lands it beside the broken one.
BESIDE: dict[str, Row] = {
    "schedule": {"game_id": "0022100009", "game_date": "2021-10-21", "home_team": "PHI", "away_team": "ATL"},
    "player_box": {"PLAYER_ID": 2544, "PLAYER_NAME": "LeBron James"},
    "team_box": {"TEAM_ABBREVIATION": "MIL"},
    "starters": {"player_id": 2544},
    "shots": {"EVENTNUM": 30},
    "game_lines": {"game_id": OTHER_GAME, "game_date": "2021-10-20", "home_team": "LAL", "away_team": "GSW"},
    "points_props": {"player_id": 2544, "player_name": "LeBron James"},
}
BROKEN: list[tuple[str, Row, str]] = [
    ("schedule", {"game_id": None}, "game_id is missing"),
    ("schedule", {"game_id": "22021x0001"}, "game_id '22021x0001' is not 10 digits"),
    ("schedule", {"game_id": "0022100001234"}, "is not 10 digits"),
    ("schedule", {"game_id": "0092100001"}, "begins with no known stage"),
    ("schedule", {"game_date": None}, "game_date is missing"),
    ("schedule", {"game_date": "19/10/2021"}, "game_date '19/10/2021' is no date"),
    ("schedule", {"game_date": "2012-10-19"}, "is not in 2021-22, the season of game_id"),
    ("schedule", {"game_time_et": "25:99"}, "time_et '25:99' is no time of day"),
    ("schedule", {"home_team": "CHS"}, "team 'CHS' is none of the league's 30"),
    ("schedule", {"away_team": "MIL"}, "MIL plays against itself"),
    ("schedule", {"game_status": 7}, "game_status 7 is outside 1 to 3"),
    ("schedule", {"game_status": "Final"}, "game_status 'Final' is no whole number"),
    ("schedule", {"home_score": None}, "a final game without its score"),
    ("schedule", {"home_score": 104}, "a tie at 104"),
    ("schedule", {"home_score": 1270}, "home_score 1270 is outside 0 to 300"),
    ("player_box", {"GAME_ID": "0022199999"}, "game 0022199999 is not in the schedule"),
    ("player_box", {"PLAYER_ID": None}, "player_id is missing"),
    ("player_box", {"PLAYER_ID": "9" * 30}, "is no whole number"),
    ("player_box", {"PLAYER_ID": -3}, "player_id -3 is outside 1 to 99999999"),
    ("player_box", {"PLAYER_NAME": ""}, "player_name is missing"),
    ("player_box", {"PLAYER_NAME": "???"}, "player_lookup '???' is no name"),
    ("player_box", {"TEAM_ABBREVIATION": "CHS"}, "team 'CHS' is none of the league's 30"),
    ("player_box", {"TEAM_ABBREVIATION": "LAL"}, "LAL does not play in game 0022100001"),
    ("player_box", {"GAME_DATE": "2021-10-20"}, "is not 2021-10-19, the date in the schedule"),
    ("player_box", {"MIN": "abc"}, "minutes 'abc' are no minutes"),
    ("player_box", {"MIN": "12:75"}, "minutes '12:75' are no minutes"),
    ("player_box", {"MIN": None}, "minutes is missing"),
    ("player_box", {"MIN": -1}, "minutes -1.0 is outside 0 to 90"),
    ("player_box", {"MIN": 400}, "minutes 400.0 is outside 0 to 90"),
    ("player_box", {"FGM": 15}, "fgm 15 is above fga 14"),
    ("player_box", {"FG3M": 6, "PTS": 26}, "fg3m 6 is above fg3a 5"),
    ("player_box", {"FTM": 5, "PTS": 23}, "ftm 5 is above fta 4"),
    ("player_box", {"FGM": 1, "PTS": 7}, "fg3m 2 is above fgm 1"),
    ("player_box", {"FG3A": 15}, "fg3a 15 is above fga 14"),
    ("player_box", {"PTS": 23}, "points 23 are not the 22 that its shots give"),
    ("player_box", {"PTS": "twenty"}, "points 'twenty' is no whole number"),
    ("player_box", {"PTS": 22.5}, "points '22.5' is no whole number"),
    ("player_box", {"FGA": "inf"}, "fga 'inf' is no whole number"),
    ("player_box", {"FGA": "NaN"}, "fga is missing"),
    ("player_box", {"AST": 99}, "ast 99 is outside 0 to 50"),
    ("player_box", {"PLUS_MINUS": "-inf"}, "plus_minus '-inf' is no number"),
    ("team_box", {"MIN": 24}, "minutes 24.0 is outside 200 to 500"),
    ("team_box", {"PTS": 105}, "points 105 are not the 104"),
    ("team_box", {"OREB": None}, "oreb is missing"),
    ("team_box", {"TEAM_ABBREVIATION": "CHI"}, "CHI does not play in game"),
    ("starters", {"starter": "maybe"}, "starter_flag 'maybe' is neither true nor false"),
    ("starters", {"game_id": "0022100777"}, "game 0022100777 is not in the schedule"),
    ("shots", {"EVENTNUM": None}, "event_num is missing"),
    ("shots", {"PERIOD": 0}, "period 0 is outside 1 to 14"),
    ("shots", {"DISTANCE_FT": 120}, "distance_ft 120 is outside 0 to 99"),
    ("shots", {"IS_3PT": None}, "three_pointer_flag is missing"),
    ("shots", {"ASSIST_PLAYER_ID": 201142}, "player 201142 assists himself"),
    ("shots", {"BLOCK_PLAYER_ID": 203507}, "a made shot that was blocked"),
    ("shots", {"MADE": False}, "a missed shot with an assist"),
    ("game_lines", {"home_spread": -75}, "home_spread -75.0 is outside -60 to 60"),
    ("game_lines", {"total_line": 24.5}, "total_line 24.5 is outside 100 to 350"),
    ("game_lines", {"home_moneyline": -50}, "home_moneyline -50 is no American odds: they lie from 100"),
    ("game_lines", {"home_team": "BKN", "away_team": "MIL"}, "BKN is not at home in game"),
    (
        "game_lines",
        {"home_spread": None, "total_line": None, "home_moneyline": None, "away_moneyline": None},
        "neither spread nor total nor moneyline",
    ),
    ("points_props", {"over_odds": -50}, "over_price -50 is no American odds: they lie from 100"),
    ("points_props", {"over_odds": -100001}, "over_price -100001 is no American odds"),
    ("points_props", {"under_odds": -110.5}, "under_price '-110.5' is no odds"),
    ("points_props", {"line": None}, "line is missing"),
    ("points_props", {"line": 275}, "line 275.0 is outside 0 to 100"),
    ("points_props", {"line": 99.5}, "line 99.5 is above 99 points, where forecasts end"),
    ("points_props", {"market": "player_rebounds"}, "market 'player_rebounds' is none that is forecast"),
    ("points_props", {"game_date": "2021-10-25"}, "the schedule has no game on 2021-10-25"),
    ("points_props", {"player_id": None, "player_name": None, "player_slug": None}, "names no player"),
]


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize("source", BESIDE)
def test_each_broken_row_is_quarantined_with_its_reason_and_the_rest_of_the_file_lands(
    engine: DuckDB, tmp_path: Path, source: str, form: str
) -> None:
    cases = [(changes, reason) for name, changes, reason in BROKEN if name == source]
    rows = [*(ROWS[source](**changes) for changes, _ in cases), ROWS[source](**BESIDE[source])]
    write = write_csv if form == "csv" else write_json
    report = land(engine, write(tmp_path / f"{source}.{form}", rows))
    assert (report.error, report.read, report.added, report.quarantined) == (None, len(rows), 1, len(cases))
    found = values(engine, "SELECT row_number, reason, raw_row FROM nba_raw.quarantine ORDER BY row_number")
    assert [row_number for row_number, _, _ in found] == list(range(1, len(rows)))
    for (changes, reason), (_, told, raw_row) in zip(cases, found, strict=True):
        assert reason in str(told)
        assert all(f'"{column}"' in str(raw_row) for column in changes)


def test_more_than_45_kinds_of_broken_row_are_told_apart() -> None:
    assert len({(source, reason) for source, _, reason in BROKEN}) > 45


def test_a_quarantined_row_keeps_game_player_and_date_where_they_can_be_read(engine: DuckDB, tmp_path: Path) -> None:
    land(engine, write_csv(tmp_path / "player_box.csv", [player_line(PTS=99)]))
    found = values(engine, "SELECT game_id, player_id, CAST(game_date AS VARCHAR), season FROM nba_raw.quarantine")
    assert found == [("0022100001", 201142, "2021-10-19", "2021-22")]


def test_every_fault_of_a_row_is_told(engine: DuckDB, tmp_path: Path) -> None:
    land(engine, write_csv(tmp_path / "player_box.csv", [player_line(FGM=15, MIN="abc", AST=77)]))
    reason = str(values(engine, "SELECT reason FROM nba_raw.quarantine")[0][0])
    assert reason.startswith(
        "minutes 'abc' are no minutes; ast 77 is outside 0 to 50; fgm 15 is above fga 14; points 22"
    )


def test_the_same_broken_file_does_not_fill_the_quarantine_twice(engine: DuckDB, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "player_box.csv", [player_line(PTS=99), player_line(PLAYER_ID=2544, PTS=98)])
    copy = write_csv(tmp_path / "box_again.csv", [player_line(PTS=99), player_line(PLAYER_ID=2544, PTS=98)])
    for file in (path, path, copy):
        assert land(engine, file).quarantined == 2
        assert values(engine, "SELECT COUNT(*) FROM nba_raw.quarantine") == [(2,)]


def test_a_row_that_comes_right_later_leaves_the_quarantine(engine: DuckDB, tmp_path: Path) -> None:
    broken = [player_line(PTS=99), player_line(PLAYER_ID=2544, PTS=98)]
    land(engine, write_csv(tmp_path / "player_box.csv", broken))
    land(engine, write_csv(tmp_path / "correction.csv", [player_line()]))
    assert values(engine, "SELECT player_id FROM nba_raw.quarantine") == [(2544,)]


def test_a_file_that_was_mended_in_place_takes_its_entries_with_it(engine: DuckDB, tmp_path: Path) -> None:
    path = tmp_path / "player_box.csv"
    land(engine, write_csv(path, [player_line(PLAYER_ID=None)]))
    land(engine, write_csv(path, [player_line()]))
    assert values(engine, "SELECT COUNT(*) FROM nba_raw.quarantine") == [(0,)]


def test_rows_without_any_schedule_are_not_quarantined_but_refused(bare: DuckDB, tmp_path: Path) -> None:
    for source in ("player_box", "shots", "starters", "game_lines", "points_props"):
        report = ingest_files(bare, write_csv(tmp_path / f"{source}.csv", [ROWS[source]()]))
        assert "ingest the schedule first" in report.errors[0]
    assert values(bare, "SELECT COUNT(*) FROM nba_raw.quarantine") == [(0,)]


def test_a_file_whose_rows_are_all_quarantined_is_told_apart_from_one_that_was_read(
    engine: DuckDB, tmp_path: Path
) -> None:
    nothing = ingest_files(engine, write_csv(tmp_path / "box.csv", [player_line(PTS=23), player_line(AST=99)]))
    assert (nothing.exit_status, nothing.errors) == (1, ())
    (note,) = nothing.notes
    assert note.endswith(
        "box.csv brought nothing: all 2 rows are in quarantine, points 23 are not the 22 that its shots give"
    )
    one = ingest_files(engine, write_csv(tmp_path / "one.csv", [player_line(AST=99)]))
    assert one.notes[0].endswith("brought nothing: its only row is in quarantine, ast 99 is outside 0 to 50")
    beside = player_line(PLAYER_ID=2544, PLAYER_NAME="LeBron James")
    some = ingest_files(engine, write_csv(tmp_path / "some.csv", [player_line(AST=99), beside]))
    assert (some.exit_status, some.notes) == (0, ())
