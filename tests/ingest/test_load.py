"""What lands from good files."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest

from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.engine import Value
from tests.ingest.small_season import (
    EXHIBITION,
    GAME,
    OTHER_GAME,
    ROWS,
    Row,
    empty,
    game,
    game_line,
    ingest_files,
    land,
    move,
    pack,
    player_line,
    prop,
    shot,
    starter,
    values,
    write_csv,
    write_json,
    write_json_lines,
    write_parquet,
    write_result_sets,
)

Writer = Callable[[Path, Sequence[Row]], Path]
Contents = dict[str, list[tuple[Value, ...]]]


def semicolons(path: Path, rows: Sequence[Row]) -> Path:
    """CSV as spreadsheets of many countries write it."""
    return write_csv(path, rows, delimiter=";", encoding="utf-8-sig")


FORMATS: dict[str, Writer] = {
    "csv": write_csv, "txt": semicolons, "json": write_json, "jsonl": write_json_lines,
    "answer.json": write_result_sets, "parquet": write_parquet,
}  # fmt: skip


def write_season(folder: Path, ending: str) -> list[Path]:
    """One row of every source, each source a file."""
    folder.mkdir()
    return [FORMATS[ending](folder / f"{source}.{ending}", [row()]) for source, row in ROWS.items()]


def contents(engine: DuckDB) -> Contents:
    """Rows of every raw table, where they came from aside."""
    tables = sorted({str(name) for (name,) in values(engine, "SELECT table_name FROM nba_raw.ingested_file")})
    return {table: values(engine, f"SELECT * EXCLUDE source_id FROM {table} ORDER BY ALL") for table in tables}


@pytest.fixture(scope="module")
def as_csv(shared_warehouse: DuckDB, tmp_path_factory: pytest.TempPathFactory) -> Contents:
    """What the season lands from CSV files."""
    empty(shared_warehouse)
    ingest_files(shared_warehouse, *write_season(tmp_path_factory.mktemp("csv") / "season", "csv"))
    return contents(shared_warehouse)


@pytest.mark.parametrize(
    ("ending", "packed"),
    [(ending, False) for ending in FORMATS] + [(ending, True) for ending in ("csv", "json", "parquet")],
)
def test_every_format_lands_the_same_rows(
    bare: DuckDB, as_csv: Contents, tmp_path: Path, ending: str, *, packed: bool
) -> None:
    paths = write_season(tmp_path / "season", ending)
    report = ingest_files(bare, *(pack(path) if packed else path for path in paths))
    assert report.errors == ()
    assert report.total("added") == report.total("read") == len(ROWS) == len(as_csv)
    assert contents(bare) == as_csv


def test_the_schedule_has_season_stage_and_tip_off_in_utc(engine: DuckDB) -> None:
    found = values(engine, "SELECT game_id, season, season_stage, tip_off_utc, team_known FROM nba_raw.nbac_schedule")
    assert sorted(found, key=str) == [
        (GAME, "2021-22", "regular", datetime(2021, 10, 19, 23, 30), True),  # noqa: DTZ001 - naive UTC
        (OTHER_GAME, "2021-22", "regular", datetime(2021, 10, 21, 2, 0), True),  # noqa: DTZ001
        # Standard time in February, daylight time in October.
        (EXHIBITION, "2021-22", "allstar", datetime(2022, 2, 21, 0, 30), False),  # noqa: DTZ001
    ]


def test_a_score_counts_once_the_game_is_final_and_a_game_may_lack_teams(bare: DuckDB, tmp_path: Path) -> None:
    playoff = game(
        game_id="0042100401", game_date="2022-06-02", game_status=1, home_score=0, away_score=0, home_team="",
        away_team="TBD", game_time_et="", home_team_id=0, away_team_id=None,
    )  # fmt: skip
    report = land(bare, write_csv(tmp_path / "schedule.csv", [playoff]))
    assert report.added == 1
    columns = "season_stage, team_known, home_score, tip_off_utc, home_team_abbr, away_team_abbr"
    found = values(bare, f"SELECT {columns} FROM nba_raw.nbac_schedule")
    assert found == [("playoffs", False, None, None, "TBD", "TBD")]


def test_a_game_id_that_lost_its_zeros_finds_them_again(engine: DuckDB, tmp_path: Path) -> None:
    land(engine, write_csv(tmp_path / "starters.csv", [starter(game_id="22100001")]))
    land(engine, write_json(tmp_path / "starters.json", [starter(game_id=22100001, player_id=2544)]))
    assert values(engine, "SELECT DISTINCT game_id FROM nba_raw.nbac_starter") == [(GAME,)]


def test_a_line_takes_the_date_and_team_of_its_game_and_the_normal_form_of_its_name(
    engine: DuckDB, tmp_path: Path
) -> None:
    line = player_line(PLAYER_NAME="Nikola Jokić Jr.", TEAM_ABBREVIATION="BRK", GAME_DATE="OCT 19, 2021", MIN="30:45")
    land(engine, write_csv(tmp_path / "box.csv", [line]))
    found = values(
        engine,
        "SELECT game_date, season, team_abbr, player_lookup, minutes, played_flag FROM nba_raw.nbac_player_boxscore",
    )
    assert found == [(date(2021, 10, 19), "2021-22", "BKN", "nikolajokicjr", 30.75, True)]


def test_numbers_written_as_decimals_and_names_of_nothing_are_read(engine: DuckDB, tmp_path: Path) -> None:
    land(engine, write_csv(tmp_path / "box.csv", [player_line(FGM="8.0", OREB="NaN", PLUS_MINUS="None", DREB="n/a")]))
    found = values(engine, "SELECT fgm, oreb, plus_minus, dreb FROM nba_raw.nbac_player_boxscore")
    assert found == [(8, None, None, None)]


def test_players_of_guest_teams_land_in_games_of_guests(engine: DuckDB, tmp_path: Path) -> None:
    line = player_line(GAME_ID=EXHIBITION, GAME_DATE="2022-02-20", TEAM_ABBREVIATION="lbn")
    assert land(engine, write_csv(tmp_path / "box.csv", [line])).added == 1
    assert values(engine, "SELECT team_abbr FROM nba_raw.nbac_player_boxscore") == [("LBN",)]


def test_an_imputed_distance_is_none_and_an_assist_by_nobody_too(engine: DuckDB, tmp_path: Path) -> None:
    land(engine, write_csv(tmp_path / "shots.csv", [shot(DISTANCE_FT=0, HAS_DISTANCE=False, ASSIST_PLAYER_ID=0)]))
    assert values(engine, "SELECT distance_ft, assist_player_id FROM nba_raw.nbac_shot") == [(None, None)]


def test_rows_of_one_key_with_the_same_content_are_one_row(engine: DuckDB, tmp_path: Path) -> None:
    report = land(engine, write_csv(tmp_path / "box.csv", [player_line(), player_line(MIN="30.0"), player_line()]))
    assert (report.added, report.collapsed, report.quarantined) == (1, 2, 0)


def test_rows_of_one_key_with_other_contents_are_all_quarantined(engine: DuckDB, tmp_path: Path) -> None:
    rows = [player_line(), player_line(AST=6), player_line(), player_line(PLAYER_ID=2544)]
    report = land(engine, write_csv(tmp_path / "box.csv", rows))
    assert (report.added, report.collapsed, report.quarantined) == (1, 1, 2)
    reasons = values(engine, "SELECT DISTINCT reason FROM nba_raw.quarantine")
    assert reasons == [("3 rows of the file have the key 0022100001|201142 with different content",)]


def test_of_one_line_at_two_prices_the_one_nearer_to_even_counts(engine: DuckDB, tmp_path: Path) -> None:
    rows = [prop(over_odds=-140, under_odds=105), prop(over_odds=-112, under_odds=-108), prop(line=28.5)]
    report = land(engine, write_csv(tmp_path / "props.csv", rows))
    assert (report.added, report.quarantined) == (2, 1)
    found = values(engine, "SELECT line, over_price FROM nba_raw.points_prop_line ORDER BY line")
    assert found == [(27.5, -112), (28.5, -110)]


def test_a_closing_line_is_untimed_and_a_line_with_a_capture_time_is_live(engine: DuckDB, tmp_path: Path) -> None:
    seen = {"captured_at_utc": "2021-10-19T20:00:00Z"}
    props = [write_csv(tmp_path / f"props{i}.csv", [prop(**more)]) for i, more in enumerate(({}, seen))]
    lines = [write_csv(tmp_path / f"lines{i}.csv", [game_line(**more)]) for i, more in enumerate(({}, seen))]
    ingest_files(engine, *props, *lines)
    midnight, tip_off = datetime(2021, 10, 19), datetime(2021, 10, 19, 23, 30)  # noqa: DTZ001
    for table, closing in (("points_prop_line", midnight), ("game_line", tip_off)):
        found = values(engine, f"SELECT line_kind, captured_at_utc FROM nba_raw.{table} ORDER BY 1")
        assert found == [("closing", closing), ("live", datetime(2021, 10, 19, 20, 0))]  # noqa: DTZ001


def test_a_live_line_without_a_capture_time_is_quarantined(engine: DuckDB, tmp_path: Path) -> None:
    rows = [prop(captured_at_utc=""), prop(captured_at_utc="2021-10-19T20:00:00Z")]
    assert land(engine, write_csv(tmp_path / "props.csv", rows)).quarantined == 1


def test_files_land_in_the_order_of_what_depends_on_what(bare: DuckDB, tmp_path: Path) -> None:
    folder = tmp_path / "season"
    folder.mkdir()
    for name, row in (("a", move()), ("b", prop(player_id=None)), ("c", player_line()), ("z", game())):
        write_csv(folder / f"{name}.csv", [row])
    report = ingest_files(bare, folder)
    assert [file.table for file in report.files] == [
        "nba_raw.nbac_schedule", "nba_raw.nbac_player_boxscore", "nba_raw.points_prop_line", "nba_raw.injury_status",
    ]  # fmt: skip
    assert (report.total("quarantined"), report.total("unresolved")) == (0, 0)


def test_what_was_ingested_is_on_record(engine: DuckDB, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "box.csv", [player_line(), player_line(PTS=99, PLAYER_ID=2)])
    land(engine, path)
    found = values(
        engine,
        "SELECT path, LENGTH(sha256), table_name, rows_read, rows_added, rows_quarantined FROM nba_raw.ingested_file"
        " ORDER BY source_id DESC LIMIT 1",
    )
    assert found == [(str(path), 64, "nba_raw.nbac_player_boxscore", 2, 1, 1)]


def test_no_temporary_table_is_left_behind(engine: DuckDB) -> None:
    assert (
        values(engine, "SELECT table_name FROM duckdb_tables() WHERE temporary AND table_name NOT LIKE 'reject_%'")
        == []
    )
