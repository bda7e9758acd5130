"""Which files are opened as a warehouse, and what is done to those that are none."""

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from hoopcast.errors import WarehouseError, WarehouseInUse
from hoopcast.paths import snapshot_path, warehouse_path
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.opening import open_to_read, open_to_write, take_snapshot
from hoopcast.warehouse.tables import table as definition


def test_a_file_of_sqlite_is_refused_without_fetching_anything(tmp_path: Path) -> None:
    path = tmp_path / "nba.duckdb"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE points (player_id INTEGER)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(WarehouseError, match="can not be opened as a warehouse") as refused:
        DuckDB(str(path))
    assert "http" not in str(refused.value)
    assert "download" not in str(refused.value).lower()
    assert path.read_bytes() == before


def test_what_is_built_in_works_without_extensions() -> None:
    engine = DuckDB("duckdb://:memory:")
    found = engine.query(
        "SELECT CAST(TIMESTAMPTZ '2022-01-01 00:00:00+02' AT TIME ZONE 'America/New_York' AS VARCHAR),"
        " json_extract_string('{\"points\": 12}', '$.points')"
    )
    assert found.rows == [("2021-12-31 17:00:00", "12")]


def test_a_snapshot_stands_beside_the_file_that_a_link_names(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "nba.duckdb", tmp_path / "link.duckdb"
    link.symlink_to(real)
    engine = open_to_write(str(link), wait_seconds=0)
    take_snapshot(engine)
    engine.close()
    assert warehouse_path(f"duckdb:///{link}") == str(real)
    assert snapshot_path(str(real)).exists()
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["link.duckdb"]
    open_to_read(str(link), wait_seconds=0)[0].close()


def test_a_reader_that_waits_takes_the_snapshot_that_a_long_run_leaves_on_the_way(tmp_path: Path) -> None:
    path = tmp_path / "nba.duckdb"
    open_to_write(str(path), wait_seconds=0).close()
    kept = path.read_bytes()
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        leaves = threading.Timer(1.2, snapshot_path(str(path)).write_bytes, (kept,))
        leaves.start()
        engine, taken = open_to_read(str(path), wait_seconds=60)
        assert taken is not None
        assert engine.path == f"{path}.snapshot"
        engine.close()
        snapshot_path(str(path)).unlink()
        with pytest.raises(WarehouseInUse, match="is in use by process"):
            open_to_read(str(path), wait_seconds=0.7)
        assert holder.stdin is not None
        holder.stdin.close()


def test_a_file_of_another_program_is_not_written_into(tmp_path: Path) -> None:
    path = tmp_path / "sales.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE sales (amount INTEGER)")
    before = path.read_bytes()
    with pytest.raises(WarehouseError, match="tables of another program"):
        open_to_write(str(path), wait_seconds=0)
    assert path.read_bytes() == before


def test_a_warehouse_of_old_names_keeps_its_record_under_the_new_ones(tmp_path: Path) -> None:
    path = str(tmp_path / "nba.duckdb")
    engine = open_to_write(path, wait_seconds=5)
    for table in ("ledger", "failures"):
        columns = engine.query(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'nba_orchestration'"
            " AND table_name = $table ORDER BY ordinal_position",
            {"table": table},
        ).rows
        values = {
            "DATE": "DATE '2021-10-19'",
            "VARCHAR": "'kept'",
            "BOOLEAN": "TRUE",
            "TIMESTAMP": "TIMESTAMP '2021-10-20'",
        }
        row = ", ".join(values.get(str(kind), "7") for _, kind in columns)
        engine.execute(f"INSERT INTO nba_orchestration.{table} SELECT {row}")
        engine.execute(f"ALTER TABLE nba_orchestration.{table} RENAME COLUMN partition_date TO unit_date")
    engine.execute("INSERT INTO nba_orchestration.failures BY NAME SELECT 'nba_predictions.forecast_law' AS table_name")
    engine.execute("ALTER TABLE nba_orchestration.runs RENAME COLUMN partitions_done TO units_done")
    engine.execute("INSERT INTO nba_orchestration.runs BY NAME SELECT 'a run' AS run_id, 5 AS units_done")
    engine.execute("CREATE TABLE nba_predictions.forecast_law (game_id VARCHAR)")
    engine.execute("UPDATE nba_orchestration.warehouse_format SET layout = 'of an older release'")
    engine.close()
    upgraded = open_to_write(path, wait_seconds=5)
    for table in ("ledger", "failures"):
        kept = upgraded.query(f"SELECT table_name, CAST(partition_date AS VARCHAR) FROM nba_orchestration.{table}").rows
        assert kept == [("kept", "2021-10-19")]
    assert upgraded.query("SELECT run_id, partitions_done FROM nba_orchestration.runs").rows == [("a run", 5)]
    tables = {name for (name,) in upgraded.query("SELECT table_name FROM information_schema.tables").rows}
    assert "forecast_distribution" in tables
    assert "forecast_law" not in tables
    upgraded.close()


def test_forecasts_that_stood_in_one_table_are_read_through_the_view(tmp_path: Path) -> None:
    path = str(tmp_path / "nba.duckdb")
    engine = open_to_write(path, wait_seconds=5)
    view, stored = definition("predictions"), definition("predictions").stored
    engine.execute(f"DROP VIEW {view.name}")
    engine.execute(f"DROP TABLE {stored.name}")
    kinds = ", ".join(f"{column.name} {column.type}" for column in view.columns)
    engine.execute(f"CREATE TABLE {view.name} ({kinds})")
    engine.execute(
        f"INSERT INTO {view.name} BY NAME SELECT '0022100001' AS game_id, 7 AS player_id, 'linear_news' AS system_id,"
        " 'points' AS market, DATE '2021-10-19' AS game_date, 12.5 AS forecast_mean, 11.5 AS line, 'said' AS reasons"
    )
    engine.execute("UPDATE nba_orchestration.warehouse_format SET layout = 'of an older release'")
    engine.close()
    upgraded = open_to_write(path, wait_seconds=5)
    found = upgraded.query(f"SELECT * FROM {view.name}").dictionaries()
    assert [(row["game_id"], row["forecast_mean"], row["edge"], row["reasons"]) for row in found] == [
        ("0022100001", 12.5, 1.0, "")
    ]
    assert tuple(found[0]) == view.column_names
    assert set(upgraded.query(f"SELECT * FROM {stored.name}").columns) == set(stored.column_names)
    assert "reasons" not in stored.column_names
    upgraded.close()


def test_a_view_words_reasons_and_joins_what_other_tables_know(tmp_path: Path) -> None:
    engine = open_to_write(str(tmp_path / "nba.duckdb"), wait_seconds=5)
    key = "'0022100001' AS game_id, 7 AS player_id, DATE '2021-10-19' AS game_date"
    of_system = f"{key}, 'points' AS market, 'linear_line' AS system_id"
    for name, values in {
        "nba_predictions.prediction": f"""{of_system}, 12.5 AS forecast_mean, 'PASS' AS recommendation,
            .6 AS win_probability""",
        "nba_predictions.forecast_distribution": f"""{of_system}, 12.25 AS nb_mean, 11.2 AS baseline,
            'minutes' AS cause_1, 2.1 AS amount_1, 'opponent' AS cause_2, -.4 AS amount_2, '' AS cause_3, 0 AS amount_3,
            'baseline {{0:.1f}}; {{1}} {{2:+.1f}}; {{3}} {{4:+.1f}}' AS reason_form""",
        "nba_analytics.upcoming_player_game_context": f"{key}, 'somebody' AS player_lookup, 'BOS' AS team_abbr",
        "nba_precompute.availability": f"{key}, 'market' AS level, .9 AS play_probability",
    }.items():  # fmt: skip
        engine.execute(f"INSERT INTO {name} BY NAME SELECT {values}")
    (row,) = engine.query("SELECT * FROM nba_predictions.player_prop_predictions").dictionaries()
    assert row["reasons"] == "baseline 11.2; minutes +2.1; opponent -0.4"
    assert (row["nb_mean"], row["player_lookup"], row["team_abbr"]) == (12.25, "somebody", "BOS")
    assert (row["play_probability"], row["edge"], row["confidence_score"]) == (0.9, None, None)
    engine.close()
