"""A backfill of months of a real season that is killed at any moment, and run again, leaves the tables of another."""

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import hoopcast
from hoopcast.graph import ALL_SYSTEMS
from hoopcast.pipeline.ledger import NODE
from tests.properties.warehouses import differences

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

# What is written: from the all-star break to the end.
SEASON, SINCE = "2021-22", "2022-02-18"
KILLS = 6
# A process that says when it begins to write.
BACKFILL = """
import sys
import hoopcast
from hoopcast.pipeline.run import Silence

class Begun(Silence):
    def table_started(self, table, dates):
        print(table, flush=True)

with hoopcast.open(sys.argv[1]) as warehouse:
    warehouse.backfill(season=sys.argv[2], progress=Begun())
"""


def without_months(path: Path) -> None:
    """Take what was made of these months out of a warehouse; the raw tables stay."""
    with hoopcast.open(str(path)) as warehouse:
        for name, time in {(node.table.stored.name, node.time) for node in ALL_SYSTEMS.nodes}:
            warehouse.engine.execute(f"DELETE FROM {name} WHERE season = '{SEASON}' AND {time} >= '{SINCE}'")
        for name in ("ledger", "failures"):
            warehouse.engine.execute(
                f"DELETE FROM nba_orchestration.{name} WHERE season = '{SEASON}' AND partition_date >= '{SINCE}'"
                " AND table_name NOT LIKE 'nba_raw.%'"
            )


def half_written(path: Path) -> list[tuple[object, ...]]:
    """Tables and dates whose rows are not as many as the ledger says."""
    with hoopcast.open(str(path)) as warehouse:
        counted = " UNION ALL ".join(
            f"SELECT '{node.name}' AS table_name, {node.time} AS partition_date, COUNT(*) AS row_count"
            f" FROM {node.table.name} WHERE {node.condition.replace('$system_id', repr(node.system_id))} GROUP BY ALL"
            for node in ALL_SYSTEMS.nodes
        )
        return [
            tuple(row)
            for row in warehouse.engine.query(
                f"""WITH counted AS ({counted}), newest AS (
                    SELECT {NODE} AS table_name, partition_date, ARG_MAX(rows, entry) AS row_count
                    FROM nba_orchestration.ledger WHERE table_name NOT LIKE 'nba_raw.%' GROUP BY ALL
                )
                SELECT * FROM counted FULL JOIN newest USING (table_name, partition_date)
                WHERE COALESCE(counted.row_count, 0) <> COALESCE(newest.row_count, 0)"""
            ).rows
        ]


def killed(path: Path, seconds: float) -> bool:
    """Start a backfill and kill it so long after it began to write; false if it had ended by then."""
    with subprocess.Popen(
        [sys.executable, "-c", BACKFILL, str(path), SEASON], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(seconds)
        process.kill()
        return process.wait() != 0


def test_a_backfill_killed_at_many_moments_ends_in_the_same_tables(real_warehouse: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.duckdb"
    shutil.copy(real_warehouse, copy)
    without_months(copy)
    chance = random.Random(7)  # noqa: S311 - to draw moments, no secret
    kills = 0
    while kills < KILLS:
        if not killed(copy, chance.uniform(0.0, 0.9)):
            without_months(copy)
            continue
        kills += 1
        assert half_written(copy) == []
    with hoopcast.open(str(copy)) as warehouse:
        assert warehouse.backfill(season=SEASON).exit_status == 0
        assert differences(warehouse, real_warehouse) == {}
        assert warehouse.backfill(season=SEASON).run_id == ""
