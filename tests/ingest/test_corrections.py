"""What a correction, a replacement and a moved game change, and what the ledger says of it."""

from datetime import date, datetime
from pathlib import Path

from hoopcast.pipeline.ledger import append_raw
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.engine import Value
from tests.ingest.small_season import (
    DATE,
    NEXT_DATE,
    OTHER,
    OTHER_GAME,
    SCHEDULE,
    STARS,
    empty_warehouse,
    game,
    game_line,
    ingest_files,
    land,
    player_line,
    prop,
    shot,
    starter,
    team_line,
    values,
    write_csv,
    write_parquet,
)

LEDGER = "nba_orchestration.ledger"


def entries(engine: DuckDB) -> list[tuple[Value, ...]]:
    """Ledger entries in the order of writing."""
    return values(
        engine,
        f"SELECT table_name, CAST(partition_date AS VARCHAR), rows, status, version FROM {LEDGER} ORDER BY entry",
    )


def test_the_same_file_again_changes_nothing(engine: DuckDB, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "box.csv", [player_line(), player_line(PLAYER_ID=2544)])
    land(engine, path)
    before = [values(engine, f"SELECT * FROM {name}") for name in ("nba_raw.ingested_file", LEDGER)]
    again = land(engine, path)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    assert [values(engine, f"SELECT * FROM {name}") for name in ("nba_raw.ingested_file", LEDGER)] == before


def test_a_correction_replaces_its_row_and_moves_the_ledger_of_its_date_alone(engine: DuckDB, tmp_path: Path) -> None:
    late = player_line(GAME_ID=OTHER_GAME, GAME_DATE=NEXT_DATE, TEAM_ABBREVIATION="LAL", PLAYER_ID=2544)
    land(engine, write_csv(tmp_path / "box.csv", [player_line(), late]))
    before = entries(engine)
    report = land(engine, write_csv(tmp_path / "corrected.csv", [player_line(AST=6), late]))
    assert (report.added, report.changed, report.unchanged) == (0, 1, 1)
    assert entries(engine)[len(before) :] == [("nba_raw.nbac_player_boxscore", DATE, 1, "done", "raw")]
    found = values(engine, "SELECT player_id, ast, source_id FROM nba_raw.nbac_player_boxscore ORDER BY player_id")
    assert found == [(2544, 5, 2), (201142, 6, 3)]


def test_the_ledger_has_one_entry_for_each_date_with_the_content_of_its_rows(engine: DuckDB, tmp_path: Path) -> None:
    assert entries(engine) == [
        ("nba_raw.nbac_schedule", day, 1, "done", "raw") for day in (DATE, NEXT_DATE, "2022-02-20")
    ]
    assert values(engine, f"SELECT DISTINCT run_id, season, system_id, input_fingerprint FROM {LEDGER}") == [
        ("a run", "2021-22", "", 0)
    ]
    twin = empty_warehouse()
    land(twin, write_parquet(tmp_path / "schedule.parquet", list(reversed(SCHEDULE))))
    fingerprints = f"SELECT partition_date, output_fingerprint FROM {LEDGER} ORDER BY 1"
    assert values(twin, fingerprints) == values(engine, fingerprints)
    twin.close()


def test_a_date_whose_content_is_recorded_is_not_recorded_again(engine: DuckDB) -> None:
    dates = [date(2021, 10, 19), date(2021, 10, 20)]
    assert append_raw(engine, "another run", "nba_raw.nbac_schedule", dates) == []
    engine.execute("DELETE FROM nba_raw.nbac_schedule WHERE game_date = DATE '2021-10-19'")
    assert append_raw(engine, "another run", "nba_raw.nbac_schedule", dates) == dates[:1]
    last = f"SELECT rows, output_fingerprint, run_id FROM {LEDGER} ORDER BY entry DESC LIMIT 1"
    assert values(engine, last) == [(0, 0, "another run")]


def test_a_replacement_deletes_what_the_file_lacks_for_its_dates(engine: DuckDB, tmp_path: Path) -> None:
    late = player_line(GAME_ID=OTHER_GAME, GAME_DATE=NEXT_DATE, TEAM_ABBREVIATION="LAL", PLAYER_ID=9)
    land(engine, write_csv(tmp_path / "box.csv", [player_line(PLAYER_ID=1), player_line(PLAYER_ID=2), late]))
    partial = [player_line(PLAYER_ID=1, AST=6), player_line(PLAYER_ID=3)]
    assert land(engine, write_csv(tmp_path / "partial.csv", partial)).deleted == 0
    report = land(engine, write_csv(tmp_path / "whole.csv", [player_line(PLAYER_ID=3)]), replace=True)
    assert (report.deleted, report.unchanged) == (2, 1)
    assert values(engine, "SELECT player_id FROM nba_raw.nbac_player_boxscore ORDER BY 1") == [(3,), (9,)]
    assert entries(engine)[-1] == ("nba_raw.nbac_player_boxscore", DATE, 1, "done", "raw")


def test_a_replacement_leaves_the_row_whose_correction_is_broken(engine: DuckDB, tmp_path: Path) -> None:
    land(engine, write_csv(tmp_path / "box.csv", [player_line()]))
    report = land(
        engine, write_csv(tmp_path / "new.csv", [player_line(PTS=99), player_line(PLAYER_ID=3)]), replace=True
    )
    assert (report.deleted, report.quarantined, report.added) == (0, 1, 1)


def test_a_replacement_of_closing_lines_leaves_live_ones(engine: DuckDB, tmp_path: Path) -> None:
    land(
        engine,
        write_csv(
            tmp_path / "live.csv",
            [prop(captured_at_utc="2021-10-19T20:00:00Z"), prop(captured_at_utc="2021-10-19T21:00:00Z")],
        ),
    )
    land(engine, write_csv(tmp_path / "closing.csv", [prop()]))
    report = land(engine, write_csv(tmp_path / "closing2.csv", [prop(line=29.5)]), replace=True)
    assert report.deleted == 1
    assert values(engine, "SELECT COUNT(*) FROM nba_raw.points_prop_line WHERE line_kind = 'live'") == [(2,)]


def test_a_moved_game_takes_its_rows_and_its_closing_line_with_it(engine: DuckDB, tmp_path: Path) -> None:
    files = [
        write_csv(tmp_path / f"{name}.csv", [row])
        for name, row in {
            "box": player_line(), "team": team_line(), "starters": starter(), "shots": shot(), "lines": game_line(),
        }.items()
    ]  # fmt: skip
    ingest_files(engine, *files)
    before = len(entries(engine))
    moved = game(game_date="2021-12-28", game_time_et="20:00:00")
    report = land(engine, write_csv(tmp_path / "moved.csv", [moved, OTHER, STARS]))
    assert (report.changed, report.unchanged) == (1, 2)
    for table in ("nbac_player_boxscore", "nbac_team_boxscore", "nbac_starter", "nbac_shot", "game_line"):
        assert values(engine, f"SELECT CAST(game_date AS VARCHAR) FROM nba_raw.{table}") == [("2021-12-28",)]
    captured = datetime(2021, 12, 29, 1, 0)  # noqa: DTZ001
    assert values(engine, "SELECT captured_at_utc FROM nba_raw.game_line") == [(captured,)]
    recorded = {(table, day, rows) for table, day, rows, *_ in entries(engine)[before:]}
    assert recorded == {
        (f"nba_raw.{table}", day, rows)
        for table in (
            "nbac_schedule", "nbac_player_boxscore", "nbac_team_boxscore", "nbac_starter", "nbac_shot", "game_line",
        )
        for day, rows in ((DATE, 0), ("2021-12-28", 1))
    }  # fmt: skip
    again = land(engine, write_csv(tmp_path / "lines.csv", [game_line(game_date="2021-12-28")]))
    assert again.unchanged == 1
