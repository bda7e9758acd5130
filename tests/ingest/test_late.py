"""Names that no player is known by wait, and are resolved once one is."""

import json
from pathlib import Path

import pytest

from hoopcast.warehouse.duckdb import DuckDB
from tests.ingest.small_season import NEXT_DATE, ingest_files, land, move, player_line, prop, values, write_csv

UNRESOLVED = "SELECT player_name, team_abbr, row_count, candidates FROM nba_raw.unresolved_name ORDER BY player_name"


def test_a_name_without_a_player_waits_with_its_rows_and_the_nearest_known_names(
    engine: DuckDB, tmp_path: Path
) -> None:
    land(engine, write_csv(tmp_path / "box.csv", [player_line()]))
    moves = [move(Relinquished="Kevyn Durand"), move(Relinquished="Kevyn Durand", Date=NEXT_DATE), move()]
    report = land(engine, write_csv(tmp_path / "moves.csv", moves))
    assert (report.added, report.unresolved) == (1, 2)
    assert values(engine, UNRESOLVED) == [("Kevyn Durand", "BKN", 2, "Kevin Durant (201142)")]
    rows = json.loads(str(values(engine, "SELECT raw_rows FROM nba_raw.unresolved_name")[0][0]))
    assert [row["report_date"] for row in rows] == ["2021-10-19", "2021-10-20"]


def test_a_later_ingest_that_knows_the_name_resolves_its_rows(engine: DuckDB, tmp_path: Path) -> None:
    moves = [move(), move(Relinquished="LeBron James", Team="Lakers"), move(Acquired="Kevin Durant", Relinquished=None)]
    props = [prop(player_id=None), prop(player_id=None, player_name=None, player_slug="lebron-james")]
    files = [write_csv(tmp_path / "moves.csv", moves), write_csv(tmp_path / "props.csv", props)]
    report = ingest_files(engine, *files)
    assert (report.total("unresolved"), report.resolved_later) == (5, 0)
    entries = "SELECT COUNT(*) FROM nba_orchestration.ledger WHERE table_name = 'nba_raw.injury_status'"
    assert values(engine, entries) == [(0,)]
    later = ingest_files(engine, write_csv(tmp_path / "box.csv", [player_line()]))
    assert later.resolved_later == 3
    assert values(engine, entries) == [(1,)]
    assert values(engine, "SELECT player_id, status, source_id FROM nba_raw.injury_status ORDER BY status") == [
        (201142, "activated", 3), (201142, "placed", 3),
    ]  # fmt: skip
    assert values(engine, "SELECT player_id, source_id FROM nba_raw.points_prop_line") == [(201142, 2)]
    assert [row[0] for row in values(engine, UNRESOLVED)] == ["LeBron James", "lebron-james"]


PRICE = "SELECT player_id, over_price, source_id FROM nba_raw.points_prop_line"


@pytest.mark.parametrize("second_id", [None, 201142])
def test_of_a_line_that_waited_in_two_files_the_later_one_stands_as_if_its_name_had_been_known(
    engine: DuckDB, tmp_path: Path, second_id: int | None
) -> None:
    for price, player_id in ((-110, None), (-130, second_id)):
        land(engine, write_csv(tmp_path / f"{price}.csv", [prop(player_id=player_id, over_odds=price)]))
    land(engine, write_csv(tmp_path / "box.csv", [player_line()]))
    assert values(engine, PRICE) == [(201142, -130, 3)]


def test_the_same_file_again_leaves_one_entry_for_each_name(engine: DuckDB, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "moves.csv", [move()])
    for _ in range(2):
        assert land(engine, path).unresolved == 1
        assert values(engine, "SELECT COUNT(*) FROM nba_raw.unresolved_name") == [(1,)]


def test_two_moves_of_one_player_on_one_date_are_one(engine: DuckDB, tmp_path: Path) -> None:
    land(engine, write_csv(tmp_path / "box.csv", [player_line()]))
    report = land(engine, write_csv(tmp_path / "moves.csv", [move(), move(Notes="placed on IL with sore knee")]))
    assert (report.added, report.collapsed) == (1, 1)
    assert values(engine, "SELECT reason FROM nba_raw.injury_status") == [("placed on IL",)]


def test_a_move_without_a_name_or_with_one_on_each_side_is_quarantined(engine: DuckDB, tmp_path: Path) -> None:
    moves = [move(Relinquished=None), move(Acquired="LeBron James"), move(Team="Stags"), move(Date="someday")]
    assert land(engine, write_csv(tmp_path / "moves.csv", moves)).quarantined == 4


def test_a_move_has_its_dates_first_moment_and_the_season_of_its_date(engine: DuckDB, tmp_path: Path) -> None:
    land(engine, write_csv(tmp_path / "box.csv", [player_line()]))
    land(engine, write_csv(tmp_path / "moves.csv", [move()]))
    found = values(
        engine, "SELECT CAST(captured_at_utc AS VARCHAR), season, report_kind, status FROM nba_raw.injury_status"
    )
    assert found == [("2021-10-19 00:00:00", "2021-22", "list_move", "placed")]


def test_a_move_given_to_a_namesake_is_taken_back_once_whom_it_meant_is_known(engine: DuckDB, tmp_path: Path) -> None:
    moves = write_csv(tmp_path / "moves.csv", [move()])
    of_others = {"TEAM_ID": 1610612749, "TEAM_ABBREVIATION": "MIL", "MATCHUP": "MIL vs. BKN"}
    land(engine, write_csv(tmp_path / "box.csv", [player_line(PLAYER_ID=7, **of_others)]))
    assert land(engine, moves).added == 1
    assert values(engine, "SELECT player_id FROM nba_raw.injury_status") == [(7,)]
    land(engine, write_csv(tmp_path / "more.csv", [player_line()]))
    assert values(engine, "SELECT player_id FROM nba_raw.injury_status") == [(201142,)]
    assert land(engine, moves).unchanged == 1


def test_a_move_that_two_namesakes_of_a_team_could_mean_waits_again(engine: DuckDB, tmp_path: Path) -> None:
    land(engine, write_csv(tmp_path / "box.csv", [player_line()]))
    assert land(engine, write_csv(tmp_path / "moves.csv", [move()])).added == 1
    land(engine, write_csv(tmp_path / "more.csv", [player_line(PLAYER_ID=7)]))
    assert values(engine, "SELECT COUNT(*) FROM nba_raw.injury_status") == [(0,)]
    assert [row[:3] for row in values(engine, UNRESOLVED)] == [("Kevin Durant", "BKN", 1)]
