"""Real processes: signals, pipes, locks, several at once."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from hoopcast.warehouse.lock import Lock

COMMAND = str(Path(sys.executable).parent / "hoopcast")
SECONDS = 60
AGAIN = ("backfill", "--season", "2021-22", "--no-resume")
pytestmark = pytest.mark.usefixtures("warehouse")


@pytest.fixture
def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOOPCAST_")}
    return kept | {"HOOPCAST_SYSTEMS": "moving_average"}


@pytest.fixture
def call(tmp_path: Path, environment: dict[str, str]) -> "Caller":
    return Caller(tmp_path, environment)


class Caller:
    """Starts `hoopcast` in a folder."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [COMMAND, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command."""
        return subprocess.Popen(
            [COMMAND, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def shell(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a script of commands to its end."""
        path = f"{Path(COMMAND).parent}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["bash", "-c", f"set -o pipefail\n{script}"],
            cwd=self.folder,
            env=self.environment | {"PATH": path},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )


@contextmanager
def held(path: Path) -> Iterator[int]:
    """Another process that owns the warehouse; gives its id."""
    code = "import hoopcast, sys, time; w = hoopcast.open(sys.argv[1]); print('held', flush=True); time.sleep(60)"
    with holding(code, path) as pid:
        yield pid


@contextmanager
def held_by_another_program(path: Path) -> Iterator[int]:
    """A process that is none of Hoopcast and owns the warehouse; gives its id."""
    code = "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print('held', flush=True); time.sleep(60)"
    with holding(code, path) as pid:
        yield pid


@contextmanager
def holding(code: str, path: Path) -> Iterator[int]:
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder.pid
        finally:
            holder.kill()


def test_a_writer_that_finds_the_warehouse_held_names_the_holder_and_ends_with_4(call: Caller, warehouse: Path) -> None:
    with held(warehouse) as pid:
        done = call("backfill", "--wait", "0")
    assert done.returncode == 4
    assert done.stderr.startswith(f"error: hoopcast.duckdb is in use by process {pid} (")
    assert "--wait SECONDS" in done.stderr


def test_a_reader_meanwhile_reads_the_snapshot_and_says_how_old_it_is(call: Caller, warehouse: Path) -> None:
    with held(warehouse):
        done = call("coverage", "mlfs", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)[0]["rows"] > 0
    assert done.stderr.startswith("the warehouse is being written: this is its snapshot of ")


def test_what_another_program_does_to_the_warehouse_is_waited_for_and_no_snapshot_is_read(
    call: Caller, warehouse: Path
) -> None:
    with held_by_another_program(warehouse) as pid:
        done = call("sql", "SELECT 1", "--wait", "0.2")
    assert done.returncode == 4
    assert done.stderr.startswith(f"error: hoopcast.duckdb is in use by process {pid} (")


def test_a_reader_without_a_snapshot_waits_and_ends_with_4(call: Caller, warehouse: Path) -> None:
    Path(f"{warehouse}.snapshot").unlink()
    with held(warehouse):
        done = call("sql", "SELECT 1", "--wait", "0.2")
    assert done.returncode == 4


def test_a_backup_is_never_made_of_a_snapshot(call: Caller, warehouse: Path) -> None:
    with held(warehouse):
        assert call("backup", "copy.duckdb", "--wait", "0").returncode == 4


def test_a_writer_waits_for_the_holder_and_says_so(call: Caller, warehouse: Path) -> None:
    with held(warehouse) as pid:
        waiting = call.start("backfill", "--wait", "30")
        assert waiting.stderr is not None
        assert waiting.stderr.readline().startswith(f"waiting up to 30 s: hoopcast.duckdb is in use by process {pid}")
    assert waiting.communicate(timeout=SECONDS)[1].startswith("nothing to do")
    assert waiting.returncode == 0


def test_processors_started_side_by_side_all_end_with_0(call: Caller) -> None:
    done = call.shell(
        "for table in tdza psza pdc pcf; do\n"
        'hoopcast backfill $table --season 2021-22 --no-resume & pids="$pids $!"\n'
        "done\n"
        "for pid in $pids; do wait $pid || exit 1; done\n"
        "hoopcast backfill mlfs --season 2021-22 && hoopcast verify --season 2021-22"
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_rolls_back_and_names_the_command_that_resumes(
    call: Caller, number: signal.Signals, status: int
) -> None:
    run = call.start(*AGAIN)
    assert run.stdout is not None
    run.stdout.readline()
    run.send_signal(number)
    _, stderr = run.communicate(timeout=SECONDS)
    assert run.returncode == status
    assert stderr.startswith(f"error: stopped by {number.name}; ")
    assert f"`hoopcast {' '.join(AGAIN)}`" in stderr
    assert len(stderr.splitlines()) == 1
    assert call("backfill").returncode == 0
    assert call("verify").returncode == 0


@pytest.mark.parametrize("moment", ["hoopcast.run_record.take_snapshot", "hoopcast.cli.backfill._show_report"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_after_the_last_batch_is_too_late_to_be_how_the_command_ended(
    call: Caller, moment: str, number: signal.Signals
) -> None:
    module, _, name = moment.rpartition(".")
    script = (
        f"import os, {module} as module\nfrom hoopcast.cli.commands import hoopcast\noriginal = module.{name}\n"
        f"def signalled(*given):\n    os.kill(os.getpid(), {number:d})\n    original(*given)\n"
        f"module.{name} = signalled\nhoopcast({[*AGAIN]})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=call.folder,
        env=call.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert " rows in " in done.stdout
    assert json.loads(call("runs", "--json").stdout)[0]["status"] == "done"


def test_a_signal_while_waiting_for_the_warehouse_ends_the_wait(call: Caller, warehouse: Path) -> None:
    with held(warehouse):
        waiting = call.start("backfill")
        assert waiting.stderr is not None
        waiting.stderr.readline()
        waiting.send_signal(signal.SIGTERM)
        _, stderr = waiting.communicate(timeout=SECONDS)
    assert waiting.returncode == 143
    assert "`hoopcast backfill` goes on" in stderr


def test_a_killed_run_goes_on_where_it_was(call: Caller) -> None:
    run = call.start(*AGAIN)
    assert run.stdout is not None
    run.stdout.readline()
    run.kill()
    run.communicate(timeout=SECONDS)
    assert call("backfill").returncode == 0
    ended = json.loads(call("runs", "--json").stdout)
    assert ended[0]["status"] == "killed"
    assert call("verify").returncode == 0


def test_status_follows_a_run_without_touching_the_warehouse(call: Caller) -> None:
    run = call.start(*AGAIN)
    assert run.stdout is not None
    run.stdout.readline()
    done = call("status", "--json")
    run.communicate(timeout=SECONDS)
    (beat,) = json.loads(done.stdout)
    assert done.returncode == 0
    assert beat["state"] in ("running", "idle")
    if beat["state"] == "running":
        assert (beat["pid"], beat["command"]) == (run.pid, f"hoopcast {' '.join(AGAIN)}")


def test_a_run_that_was_killed_is_told_by_status(call: Caller, warehouse: Path) -> None:
    run = call.start(*AGAIN)
    assert run.stdout is not None
    heartbeat = Path(f"{warehouse}.heartbeat.json")
    while run.poll() is None and not heartbeat.exists():
        time.sleep(0.01)
    run.kill()
    run.communicate(timeout=SECONDS)
    if heartbeat.exists():
        assert f"process {run.pid} (hoopcast {' '.join(AGAIN)}) was killed after" in call("status").stdout


def test_a_reader_of_the_first_lines_alone_is_no_fault(call: Caller) -> None:
    done = call.shell("hoopcast sql --format csv 'FROM nba_predictions.ml_feature_store' | head -n 1")
    assert done.returncode == 0
    assert done.stdout.startswith("player_id,game_id")
    assert done.stderr == ""


def test_a_run_whose_output_nobody_reads_goes_on(call: Caller) -> None:
    done = call.shell("hoopcast backfill tdza --season 2021-22 --no-resume | true; hoopcast backfill")
    assert done.returncode == 0, done.stderr
    assert "nothing to do" in done.stderr


def test_status_is_one_line_that_steers_no_terminal_whatever_the_writer_is_called(
    call: Caller, warehouse: Path
) -> None:
    lock = Lock.take(str(warehouse), "backfill \x1b[2Jx\ny", 0)
    try:
        (line,) = call("status").stdout.splitlines()
    finally:
        lock.release()
    assert r"(backfill \x1b[2Jx y)" in line


def test_tee_keeps_a_log_and_the_status(call: Caller) -> None:
    done = call.shell("hoopcast backfill tdza --season 2021-22 --no-resume 2>&1 | tee tdza.log")
    assert done.returncode == 0
    assert (call.folder / "tdza.log").read_text("utf-8") == done.stdout


def test_letters_that_the_terminal_has_not_are_replaced_in_a_table_and_stay_in_a_file(call: Caller) -> None:
    call.environment["PYTHONIOENCODING"] = "ascii"
    asked = ("sql", "SELECT 'Nikola Jokić' AS player_name")
    assert call(*asked).stdout.splitlines()[-1].strip() == "Nikola Joki?"
    assert call(*asked, "--format", "csv").stdout == "player_name\nNikola Jokić\n"


def test_a_snapshot_is_the_warehouse_as_the_last_writer_left_it(call: Caller, warehouse: Path) -> None:
    assert call("backfill", "tdza", "--season", "2021-22", "--no-resume").returncode == 0
    contents = []
    for path in (warehouse, Path(f"{warehouse}.snapshot")):
        with duckdb.connect(str(path), read_only=True) as connection:
            contents.append(connection.execute("SELECT MAX(entry), COUNT(*) FROM nba_orchestration.ledger").fetchall())
    assert contents[0] == contents[1]


@pytest.mark.parametrize(
    "arguments", [("backfill", "tdza", "--season", "2021-22", "--no-resume"), ("ingest", "x.json")]
)
def test_a_snapshot_that_can_not_be_written_is_a_warning_in_one_line(
    call: Caller, warehouse: Path, arguments: tuple[str, ...]
) -> None:
    (call.folder / "x.json").write_text("[]", "utf-8")
    left = Path(f"{warehouse}.snapshot")
    left.unlink()
    left.mkdir()
    done = call("--quiet", *arguments)
    assert done.stderr.startswith(f"warning: all is written, but not the snapshot for readers at {left.name}: ")
    assert done.returncode == (2 if "ingest" in arguments else 0)
    assert len(done.stderr.splitlines()) == (2 if "ingest" in arguments else 1)
    left.rmdir()
    ended = json.loads(call("runs", "--json").stdout)
    assert ended[0]["status"] == ("failed" if "ingest" in arguments else "done")


def test_a_backup_that_is_killed_leaves_nothing_but_what_the_next_sweeps_away(call: Caller) -> None:
    for wait in (0.0, 0.05):
        killed = call.start("backup", "copy.duckdb")
        until = time.monotonic() + SECONDS
        while not list(call.folder.glob(".copy.duckdb.*")) and killed.poll() is None and time.monotonic() < until:
            time.sleep(0.002)
        time.sleep(wait)
        killed.kill()
        killed.communicate(timeout=SECONDS)
        (call.folder / "copy.duckdb").unlink(missing_ok=True)
    assert call("backup", "copy.duckdb").returncode == 0
    assert list(call.folder.glob(".*")) == []


def test_a_command_that_has_nothing_to_do_needs_no_heavy_library(call: Caller) -> None:
    done = call.shell(f"{sys.executable} -X importtime {COMMAND} backfill")
    assert done.returncode == 0
    imported = {line.split("|")[-1].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert imported & {"rich", "lightgbm", "scipy", "sqlglot", "pyarrow", "pandas", "polars"} == set()
