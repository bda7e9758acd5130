"""A run that is stopped or killed leaves each batch as it was or as it should be, and the next run does the rest."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.lock import read_beat
from tests.pipeline import small

# Runs the small league in a process of its own: argument 1 is its file, 2 the statement at which it is killed, 0 for
# none, and 3 says whether the first table takes for ever.
CHILD = """
import os, signal, sys
from hoopcast.errors import HoopcastError
from hoopcast.warehouse.duckdb import DuckDB
from tests.pipeline import small

class Mortal(DuckDB):
    statements = 0

    def execute(self, sql, parameters=None):
        if sys.argv[3] == "slow" and "hoopcast_stage" in sql:
            print("waiting", flush=True)
            super().execute("SELECT COUNT(*) FROM RANGE(1000000) AS a, RANGE(1000000) AS b WHERE a.range + b.range < 0")
        super().execute(sql, parameters)
        self.statements += 1
        if self.statements == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)

try:
    small.backfill(Mortal(sys.argv[1]))
except HoopcastError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_status)
"""
REPOSITORY = Path(__file__).parents[2]


def child(path: Path, statement: int = 0, speed: str = "fast") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path), str(statement), speed],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(REPOSITORY / "src"), str(REPOSITORY)))},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("statement", [3, 8, 14, 19, 24, 31, 40, 55, 70])
def test_a_run_killed_at_any_moment_and_run_again_gives_the_tables_of_one_that_was_not(
    tmp_path: Path, statement: int
) -> None:
    path = tmp_path / "small.duckdb"
    small.small_league(str(path)).close()
    killed = child(path, statement)
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    engine = DuckDB(str(path))
    for name, rows in small.contents(engine).items():
        recorded = engine.query(
            "SELECT COALESCE(SUM(rows), 0) FROM nba_orchestration.ledger WHERE table_name = $name", {"name": name}
        ).rows
        assert recorded == [(len(rows),)]
    small.backfill(engine)
    assert small.contents(engine) == small.contents_of_one_backfill()
    assert set(small.states(engine).values()) == {"done"}
    ended = engine.query("SELECT status FROM nba_orchestration.runs ORDER BY run_id").rows
    assert ended in ([("done",)], [("interrupted",), ("done",)])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_rolls_the_batch_back_and_says_how_to_resume(tmp_path: Path, number: signal.Signals) -> None:
    path = tmp_path / "small.duckdb"
    small.small_league(str(path)).close()
    process = child(path, speed="slow")
    assert process.stdout is not None
    assert process.stdout.readline() == "waiting\n"
    time.sleep(0.2)
    process.send_signal(number)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 128 + number
    resume = "`hoopcast backfill --no-resume` begins anew, `hoopcast backfill` resumes"
    assert said == f"stopped by {number.name}; nothing was written; {resume}\n"
    engine = DuckDB(str(path))
    assert engine.query("SELECT status FROM nba_orchestration.runs").rows == [("interrupted",)]
    assert small.contents(engine)[small.TALLY] == []


def test_a_heartbeat_tells_what_is_written_and_ends_with_the_run(tmp_path: Path) -> None:
    path = tmp_path / "small.duckdb"
    small.small_league(str(path)).close()
    process = child(path, speed="slow")
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.7)
    beat = read_beat(str(path))
    assert beat is not None
    assert (beat.pid, beat.table, beat.dates, beat.dates_done) == (process.pid, small.TALLY, 18, 0)
    assert (beat.command, beat.is_alive) == ("hoopcast backfill --no-resume", True)
    process.kill()
    process.communicate()
    left = read_beat(str(path))
    assert left is not None
    assert not left.is_alive
    engine = DuckDB(str(path))
    small.backfill(engine)
    engine.close()
    assert read_beat(str(path)) is None


@pytest.mark.parametrize("seconds", ["1e10", "1e18", "1e300"])
def test_no_limit_is_too_long_for_a_signal_to_arrive(tmp_path: Path, seconds: str) -> None:
    script = (
        "import sys\n"
        "from hoopcast.errors import StatementStopped\n"
        "from hoopcast.pipeline.guard import Guard\n"
        "from hoopcast.warehouse.duckdb import DuckDB\n"
        "with Guard(DuckDB('duckdb://:memory:')) as guard, guard.limit(float(sys.argv[1])):\n"
        "    print('waiting', flush=True)\n"
        "    try:\n"
        "        numbers = 'RANGE(10000000)'\n"
        "        guard.execute(f'SELECT COUNT(*) FROM {numbers} AS a, {numbers} AS b WHERE a.range + b.range < 0')\n"
        "    except StatementStopped as stopped:\n"
        "        sys.exit(str(stopped))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, seconds],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(REPOSITORY / "src")},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "waiting\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    try:
        _, said = process.communicate(timeout=20)
    finally:
        process.kill()
    assert said in ("the statement was cancelled\n", "a signal arrived\n")
