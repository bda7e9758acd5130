"""The Python interface."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import hoopcast
from hoopcast.errors import SnapshotWarning
from hoopcast.paths import snapshot_path
from hoopcast.run_record import Snapshots
from hoopcast.warehouse import opening
from tests.properties.warehouses import League

SEASON = "2021-22"
FEATURES = "SELECT * FROM nba_predictions.ml_feature_store ORDER BY game_id, player_id"


@pytest.fixture(scope="module")
def warehouse(tiny_league: League, tmp_path_factory: pytest.TempPathFactory) -> Iterator[hoopcast.Hoopcast]:
    path = tmp_path_factory.mktemp("api") / "nba.duckdb"
    for end in ("", ".snapshot"):
        shutil.copy(f"{tiny_league.complete}{end}", f"{path}{end}")
    with hoopcast.open(str(path)) as opened:
        yield opened


def test_what_is_public_can_be_imported_from_the_package() -> None:
    assert [name for name in hoopcast.__all__ if not hasattr(hoopcast, name)] == []
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = hoopcast.nothing


def test_importing_the_package_does_not_bring_the_engine() -> None:
    code = "import hoopcast, sys; print(*{'duckdb', 'numpy', 'sqlglot', 'rich'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"


def test_a_query_comes_in_any_shape(warehouse: hoopcast.Hoopcast) -> None:
    table = warehouse.query(FEATURES)
    count = len(table.rows)
    assert count > 0
    assert table.columns[:2] == ("player_id", "game_id")
    assert (table.arrow().num_rows, len(table.pandas()), len(table.polars())) == (count, count, count)
    assert next(iter(table))["player_id"] == table.rows[0][0]


def test_a_query_takes_parameters_and_dialects(warehouse: hoopcast.Hoopcast) -> None:
    assert warehouse.query("SELECT $points + 1 AS points", {"points": 31}).rows == [(32,)]
    assert warehouse.query("SELECT SAFE_DIVIDE(1, 0) AS share", dialect="bigquery").rows == [(None,)]


@pytest.mark.parametrize("name", ["`my-project.nba_raw.team`", "`my-project`.nba_raw.team", "nba_raw.team"])
def test_the_project_of_a_bigquery_name_is_left_out(warehouse: hoopcast.Hoopcast, name: str) -> None:
    assert warehouse.query(f"SELECT COUNT(*) FROM {name}", dialect="bigquery").rows == [(30,)]


def test_a_function_that_has_no_equal_is_refused_in_one_line(warehouse: hoopcast.Hoopcast) -> None:
    with pytest.raises(hoopcast.HoopcastError, match=r"^bigquery SQL has no equal here: .*; ask it in DuckDB's SQL$"):
        warehouse.query("SELECT APPROX_TOP_COUNT(team_abbr, 3) FROM nba_raw.team", dialect="bigquery")


def test_a_query_does_not_write(warehouse: hoopcast.Hoopcast) -> None:
    with pytest.raises(hoopcast.UsageError, match="does more than read"):
        warehouse.query("DELETE FROM nba_raw.team")
    with pytest.raises(hoopcast.UsageError, match="several statements"):
        warehouse.query("SELECT 1; SELECT 2")


def test_dates_may_be_text_or_dates(warehouse: hoopcast.Hoopcast) -> None:
    (first,) = warehouse.query("SELECT MIN(game_date) FROM nba_predictions.ml_feature_store").rows[0]
    assert isinstance(first, date)
    as_date = warehouse.coverage("mlfs", dates=[first]).rows
    assert as_date == warehouse.coverage("mlfs", dates=[str(first)]).rows
    assert as_date == warehouse.coverage("mlfs", start_date=first, end_date=str(first)).rows


def test_reports_are_tables(warehouse: hoopcast.Hoopcast) -> None:
    assert warehouse.coverage("mlfs", season=SEASON).polars()["done"].to_list() == [24]
    assert warehouse.gaps("mlfs", season=SEASON).rows == []
    assert set(warehouse.gaps("mlfs").pandas()["state"]) <= {"missing", "blocked"}
    assert warehouse.failures(season=SEASON).columns[:3] == ("table", "category", "month")
    assert [row["status"] for row in warehouse.runs()] == ["done", "done"]
    assert "pdc" in warehouse.models("precompute").polars()["short"].to_list()
    assert warehouse.status() is None


def test_verify_and_why_and_explain_agree_on_what_is_there(warehouse: hoopcast.Hoopcast) -> None:
    assert warehouse.verify(season=SEASON).exit_status == 0
    player_id, day = warehouse.query("SELECT player_id, game_date FROM nba_predictions.ml_feature_store LIMIT 1").rows[
        0
    ]
    assert warehouse.explain(player_id, day).player.player_id == player_id
    assert "is there, with 1 row" in warehouse.why("mlfs", day, player_id).rows[0][-1]


def test_rehearse_says_what_backfill_would_write(warehouse: hoopcast.Hoopcast) -> None:
    assert warehouse.rehearse(season=SEASON) == ()
    batches = warehouse.rehearse("pdc", season=SEASON, resume=False)
    assert [(batch.table, len(batch.dates)) for batch in batches] == [("nba_precompute.player_daily_cache", 24)]


def test_a_second_session_of_the_same_process_reads_beside_it(warehouse: hoopcast.Hoopcast) -> None:
    assert hoopcast.open(warehouse.engine.path).query("SELECT 1").rows == [(1,)]


def test_a_warehouse_that_is_not_to_be_made_is_not_made(tmp_path: Path) -> None:
    for create, read_only in ((False, False), (True, True)):
        with pytest.raises(hoopcast.WarehouseError, match="no warehouse at"):
            hoopcast.open(str(tmp_path / "absent.duckdb"), create=create, read_only=read_only)
    assert list(tmp_path.iterdir()) == []


def test_a_warehouse_in_memory_needs_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with hoopcast.open("duckdb://:memory:") as opened:
        assert opened.query("SELECT COUNT(*) FROM nba_raw.team").rows == [(30,)]
        with pytest.raises(hoopcast.UsageError, match="no schedule is ingested"):
            opened.backfill()
    assert list(tmp_path.iterdir()) == []


def test_of_a_folder_the_files_of_other_seasons_are_left_and_one_that_is_named_is_refused(tiny_league: League) -> None:
    files = tiny_league.files
    with hoopcast.open("duckdb://:memory:") as opened:
        report = opened.ingest(files, season=SEASON)
        loaded = {Path(file.path).parent.name for file in report.files if file.added}
        left = [note for note in report.notes if "is left: it has no row of 2021-22" in note]
        assert loaded == {SEASON}
        assert len(left) == len(list((files / "2020-21").iterdir()))
        # Moves of both seasons stand in one file: half of it is not what was asked for.
        assert [error for error in report.errors if "not of 2021-22 alone" not in error] == []
        named = opened.ingest(files / "2020-21" / "player_box.parquet", season=SEASON)
        assert len(named.errors) == 1
        nothing = opened.ingest(files / "2020-21", season=SEASON)
        assert [error.partition(" holds no")[2] for error in nothing.errors] == [
            " Parquet, CSV or JSON of a table with rows of 2021-22, so nothing was ingested"
        ]


def test_a_folder_with_nothing_but_the_warehouse_has_nothing_to_ingest(tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n", "utf-8")
    with hoopcast.open(str(tmp_path / "nba.duckdb")) as opened:
        report = opened.ingest(tmp_path)
    assert [Path(note.split(" fits no table")[0]).name for note in report.notes] == ["notes.csv"]
    assert [error.partition(" holds no")[2] for error in report.errors] == [
        " Parquet, CSV or JSON of a table, so nothing was ingested"
    ]


def test_a_failed_ingest_is_recorded_as_failed(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text('{"rows": [1,', "utf-8")
    with hoopcast.open(str(tmp_path / "nba.duckdb")) as opened:
        report = opened.ingest(tmp_path / "broken.json")
        assert len(report.errors) == 1
        assert [row["status"] for row in opened.runs()] == ["failed"]


def test_a_long_run_leaves_snapshots_on_the_way(warehouse: hoopcast.Hoopcast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hoopcast.run_record._SNAPSHOT_SECONDS", 0.0)
    left = snapshot_path(warehouse.engine.path)
    before = left.stat().st_mtime_ns
    Snapshots(warehouse.engine, None).batch_ended("nba_analytics.player_form", SEASON, None)  # type: ignore[arg-type]
    assert left.stat().st_mtime_ns > before


@pytest.mark.parametrize("share", [0.0, 1e9])
def test_a_command_too_short_for_a_copy_of_so_large_a_file_leaves_the_snapshot_before_it(
    warehouse: hoopcast.Hoopcast, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    left = snapshot_path(warehouse.engine.path)
    opening.take_snapshot(warehouse.engine)
    before = left.stat().st_ino
    monkeypatch.setattr("hoopcast.run_record._CHEAP_SECONDS", 0.0)
    monkeypatch.setattr("hoopcast.run_record._SHARE_OF_TIME", share)
    warehouse.backfill("pgs", season=SEASON, resume=False)
    assert (left.stat().st_ino == before) == (share == 0)


def test_a_snapshot_that_finds_no_room_is_told_and_leaves_the_last_one(
    warehouse: hoopcast.Hoopcast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cp").write_text("#!/bin/sh\necho 'cp: No space left on device' >&2\nexit 1\n", "utf-8")
    (tmp_path / "cp").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    left = snapshot_path(warehouse.engine.path)
    before = left.read_bytes()
    with pytest.warns(SnapshotWarning, match=r"all is written, but not the snapshot .* No space left"):
        report = warehouse.backfill("pgs", season=SEASON, resume=False)
    assert left.read_bytes() == before
    assert (report.exit_status, warehouse.runs().rows[0][2]) == (0, "done")


def test_forgetting_everything_by_naming_no_range_is_refused() -> None:
    with (
        hoopcast.open("duckdb://:memory:") as warehouse,
        pytest.raises(hoopcast.UsageError, match="never all there is"),
    ):
        warehouse.forget_dates(dates=[])
