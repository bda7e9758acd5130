"""Which files are opened as a warehouse, and what is done to those that are none."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import duckdb
import pytest

from hoopcast.errors import UsageError, WarehouseError, WarehouseInUse, WarehouseMoved
from hoopcast.paths import snapshot_path, warehouse_path
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.opening import copy_to, open_to_read, open_to_write, take_snapshot
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


HOLD = """
import hoopcast, sys
from hoopcast.warehouse.opening import take_snapshot
engine = hoopcast.open(sys.argv[1]).engine
print("held", flush=True)
for line in sys.stdin:
    take_snapshot(engine)
"""


@contextmanager
def held(path: Path) -> Iterator[IO[str]]:
    """A writer in another process, which leaves a snapshot for each line that it reads."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "held\n"
        yield holder.stdin
        holder.kill()


def ask_for_snapshot(asked: IO[str]) -> None:
    asked.write("\n")
    asked.flush()


def test_a_reader_that_waits_takes_the_snapshot_that_a_long_run_leaves_on_the_way(tmp_path: Path) -> None:
    path = tmp_path / "nba.duckdb"
    open_to_write(str(path), wait_seconds=0).close()
    with held(path) as asked:
        with pytest.raises(WarehouseInUse, match="is in use by process"):
            open_to_read(str(path), wait_seconds=0.7)
        threading.Timer(0.8, ask_for_snapshot, (asked,)).start()
        engine, taken = open_to_read(str(path), wait_seconds=60)
        assert taken is not None
        assert engine.path == f"{path}.snapshot"
        engine.close()


def test_a_reader_waits_longer_for_a_writer_that_found_an_old_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "nba.duckdb"
    engine = open_to_write(str(path), wait_seconds=0)
    take_snapshot(engine)
    engine.execute("INSERT INTO nba_orchestration.runs BY NAME SELECT 'a run' AS run_id, 'done' AS status")
    engine.close()
    with held(path) as asked:
        began = time.monotonic()
        threading.Timer(1.5, ask_for_snapshot, (asked,)).start()
        engine, _ = open_to_read(str(path), wait_seconds=60)
        assert time.monotonic() - began > 1.4
        assert engine.query("SELECT run_id FROM nba_orchestration.runs").rows == [("a run",)]
        engine.close()
        engine, _ = open_to_read(str(path), wait_seconds=60)
        engine.close()
    engine = open_to_write(str(path), wait_seconds=0)
    engine.execute("UPDATE nba_orchestration.runs SET status = 'failed'")
    engine.close()
    with held(path):
        engine, taken = open_to_read(str(path), wait_seconds=0.2)
        assert taken is not None
        assert engine.query("SELECT status FROM nba_orchestration.runs").rows == [("done",)]
        engine.close()


def test_a_snapshot_of_another_state_is_never_read(tmp_path: Path) -> None:
    path = tmp_path / "nba.duckdb"
    snapshot, backup = snapshot_path(str(path)), tmp_path / "backup.duckdb"
    engine = open_to_write(str(path), wait_seconds=0)
    copy_to(engine, backup)
    take_snapshot(engine)
    engine.close()
    later = snapshot.read_bytes()
    for content in (later, b"garbage", backup.read_bytes()):
        shutil.copy(backup, path)
        snapshot.write_bytes(content)
        with held(path) as asked:
            with pytest.raises(WarehouseInUse):
                open_to_read(str(path), wait_seconds=0.7)
            ask_for_snapshot(asked)
            engine, taken = open_to_read(str(path), wait_seconds=60)
            assert taken is not None
            engine.close()


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


@pytest.mark.parametrize("becomes", ["replaced", "moved away", "deleted"])
def test_a_warehouse_that_is_replaced_while_it_is_written_is_noticed_and_says_where_the_rows_are(
    tmp_path: Path, becomes: str
) -> None:
    path, other = tmp_path / "nba.duckdb", tmp_path / "other.duckdb"
    engine = open_to_write(str(path), wait_seconds=0)
    if becomes == "replaced":
        copy_to(engine, other)
        other.replace(path)
    elif becomes == "moved away":
        path.rename(other)
    else:
        path.unlink()
    says = {
        "replaced": "was replaced while .* went with the file that was there before",
        "moved away": rf"was moved away or deleted while .* is in {other}",
        "deleted": "was moved away or deleted while .* went with the file",
    }
    with pytest.raises(WarehouseMoved, match=says[becomes]), engine.transaction():
        engine.execute("DELETE FROM nba_orchestration.runs")
    engine.close()
    if becomes == "replaced":
        open_to_write(str(path), wait_seconds=0).close()


def test_every_way_to_write_its_path_means_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    (tmp_path / "link.duckdb").symlink_to("folder/nba.duckdb")
    paths = ("folder/nba.duckdb", "./folder/../link/nba.duckdb", "duckdb:///link.duckdb", f"{tmp_path}/link.duckdb")
    assert {warehouse_path(path) for path in paths} == {str(tmp_path / "folder" / "nba.duckdb")}
    engine = open_to_write(paths[0], wait_seconds=0)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    take_snapshot(engine)
    engine.close()
    assert not list(Path().iterdir())
    assert sorted(path.name for path in Path("../folder").iterdir()) == ["nba.duckdb", "nba.duckdb.snapshot"]


def test_a_file_of_several_names_is_read_and_not_written(tmp_path: Path) -> None:
    path, second = tmp_path / "nba.duckdb", tmp_path / "second.duckdb"
    open_to_write(str(path), wait_seconds=0).close()
    os.link(path, second)
    with pytest.raises(WarehouseError, match=r"second\.duckdb has 2 names \(hard links\)"):
        open_to_write(str(second), wait_seconds=0)
    open_to_read(str(second), wait_seconds=0)[0].close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["nba.duckdb", "second.duckdb"]


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.duckdb")
    for opened in (open_to_read, open_to_write):
        with pytest.raises(WarehouseError, match="no regular file"):
            opened(str(tmp_path / "pipe.duckdb"), wait_seconds=0)


@pytest.mark.parametrize("name", ['quo"te', "hoopcast_copy", "new\nline", "semi;colon' --"])
def test_a_backup_is_made_whatever_the_file_is_called(tmp_path: Path, name: str) -> None:
    engine = open_to_write(str(tmp_path / f"{name}.duckdb"), wait_seconds=0)
    for copy in (tmp_path / f"copy of {name}.duckdb", tmp_path / "second.duckdb"):
        copy_to(engine, copy)
        opened, _ = open_to_read(str(copy), wait_seconds=0)
        assert opened.query("SELECT COUNT(*) FROM nba_orchestration.warehouse").rows == [(1,)]
        opened.close()
    engine.close()


@pytest.mark.parametrize("name", ["nba_raw", "NBA_Analytics.of.2021", "information_schema"])
def test_a_file_that_is_called_as_a_schema_is_refused(tmp_path: Path, name: str) -> None:
    for opened in (open_to_read, open_to_write):
        with pytest.raises(WarehouseError, match=r"is called as the tables' schema .* is; give the file another name"):
            opened(str(tmp_path / f"{name}.duckdb"), wait_seconds=0)
    assert not list(tmp_path.iterdir())


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"keeps no file in a path with '\\udcff'"):
        open_to_write(f"{tmp_path}/\udcff.duckdb", wait_seconds=0)


@pytest.mark.parametrize("kind", ["pipe", "link", "link to nothing", "folder"])
@pytest.mark.parametrize("exists", [True, False])
def test_what_is_no_log_in_its_place_is_neither_written_nor_waited_for(
    tmp_path: Path, kind: str, *, exists: bool
) -> None:
    path, log, mine = (tmp_path / name for name in ("nba.duckdb", "nba.duckdb.wal", "mine.txt"))
    if exists:
        open_to_write(str(path), wait_seconds=0).close()
    mine.write_text("mine", "utf-8")
    {
        "pipe": lambda: os.mkfifo(log),
        "link": lambda: log.symlink_to(mine),
        "link to nothing": lambda: log.symlink_to(tmp_path / "nothing"),
        "folder": lambda: os.mkdir(log),  # noqa: PTH102
    }[kind]()
    for opened in (open_to_read, open_to_write):
        with pytest.raises(WarehouseError, match=r"nba\.duckdb\.wal is in the place of .* log, and none; move it away"):
            opened(str(path), wait_seconds=0)
    assert mine.read_text("utf-8") == "mine"
    assert os.path.lexists(log)


@pytest.mark.parametrize("read_only", [True, False])
def test_a_child_of_the_process_can_not_go_on_with_what_is_open_there(tmp_path: Path, *, read_only: bool) -> None:
    path = str(tmp_path / "nba.duckdb")
    open_to_write(path, wait_seconds=0).close()
    engine = open_to_read(path, wait_seconds=0)[0] if read_only else open_to_write(path, wait_seconds=0)
    child = os.fork()
    if not child:
        try:
            engine.query("SELECT 1")
        except WarehouseError as error:
            engine.close()
            os._exit(7 if "was opened by process" in str(error) else 8)
        os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert engine.query("SELECT COUNT(*) FROM nba_orchestration.warehouse").rows == [(1,)]
    engine.close()


def test_a_session_that_reads_says_what_to_do_to_write(tmp_path: Path) -> None:
    path = str(tmp_path / "nba.duckdb")
    open_to_write(path, wait_seconds=0).close()
    reader, _ = open_to_read(path, wait_seconds=0)
    with pytest.raises(WarehouseError, match="open it without `read_only` to write"), reader.transaction():
        pass
    with pytest.raises(WarehouseError, match="open to be read in this process; close that before you write"):
        open_to_write(path, wait_seconds=0)
    reader.close()
    open_to_write(path, wait_seconds=0).close()
