"""An ingest that is killed leaves rows and ledger that agree, and a second run completes it."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hoopcast.ingest.load import ingest
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.schema import prepare
from hoopcast.warehouse.tables import raw_tables
from tests.ingest.small_season import SCHEDULE, empty_warehouse, player_line, shot, starter, values, write_csv

INGEST = """
import sys
from hoopcast.ingest.load import ingest
from hoopcast.warehouse.duckdb import DuckDB
engine = DuckDB(sys.argv[1])
print("ready", flush=True)
ingest(engine, [sys.argv[2]], run_id="killed")
print("done", flush=True)
"""
SHOTS = 20_000


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose ingest takes some tenths of a second."""
    folder = tmp_path_factory.mktemp("season")
    write_csv(folder / "schedule.csv", SCHEDULE)
    write_csv(folder / "box.csv", [player_line(PLAYER_ID=number) for number in range(1, 300)])
    write_csv(folder / "starters.csv", [starter(player_id=number) for number in range(1, 300)])
    write_csv(folder / "shots.csv", [shot(EVENTNUM=number) for number in range(SHOTS)])
    return folder


def partitions(engine: DuckDB) -> dict[str, object]:
    """For each raw table what the ledger says of its dates."""
    rows = values(
        engine,
        "SELECT table_name, partition_date, ARG_MAX(output_fingerprint, entry), ARG_MAX(rows, entry)"
        " FROM nba_orchestration.ledger GROUP BY ALL",
    )
    return {f"{table} {day}": (fingerprint, count) for table, day, fingerprint, count in rows}


def contents(engine: DuckDB) -> dict[str, object]:
    """For each raw table what its rows of each date are."""
    found: dict[str, object] = {}
    for table in raw_tables():
        if table.time is None:
            continue
        content = engine.row_hash(table.content_columns)
        rows = values(engine, f"SELECT {table.time}, BIT_XOR({content}), COUNT(*) FROM {table.name} GROUP BY 1")
        found |= {f"{table.name} {day}": (fingerprint, count) for day, fingerprint, count in rows}
    return found


@pytest.mark.slow
def test_killed_at_any_moment_rows_and_ledger_agree_and_a_second_run_completes(season: Path, tmp_path: Path) -> None:
    whole = empty_warehouse()
    ingest(whole, [season], run_id="whole")
    states = set()
    for number in range(8):
        url = str(tmp_path / f"{number}.duckdb")
        fresh = DuckDB(url)
        prepare(fresh)
        fresh.close()
        process = subprocess.Popen([sys.executable, "-c", INGEST, url, str(season)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.1 * number)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        engine = DuckDB(url)
        assert partitions(engine) == contents(engine)
        states.add(len(partitions(engine)))
        assert ingest(engine, [season], run_id="second").errors == ()
        assert partitions(engine) == contents(engine) == partitions(whole)
        engine.close()
    whole.close()
    assert len(states) > 1
