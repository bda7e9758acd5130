"""A run that is stopped or killed while a system learns ends at once, and the next run does the rest."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import hoopcast
from hoopcast.errors import StatementStopped
from hoopcast.forecast.cancellation import heed, obeying, side_by_side
from hoopcast.warehouse.engine import Value

# Runs the command line, with small forests, or with such as take for ever to grow where argument 1 is "endless".
CHILD = """
import sys
from hoopcast.forecast import trees
trees.TREES = 10_000_000 if sys.argv.pop(1) == "endless" else 20
from hoopcast.cli import main
main()
"""
TABLES = {
    name: f"SELECT * {without} FROM nba_predictions.{name} ORDER BY ALL"
    for name, without in {
        "trained_model": "",
        "forecast_distribution": "",
        "calibration": "",
        "player_prop_predictions": "EXCLUDE (created_at_utc)",
        "prediction_accuracy": "",
    }.items()
}
LEARNING = "nba_predictions.trained_model/gradient_boosting_history"
COMMAND = ("backfill", "predictions/gradient_boosting_history")


@pytest.fixture(scope="module")
def undisturbed(forecast_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[object]]:
    """What a run leaves that nothing disturbs."""
    path = copied(forecast_warehouse, tmp_path_factory.mktemp("undisturbed"))
    with child(path, "usual") as run:
        assert run.communicate()[1] == ""
    assert run.returncode == 0
    return contents(path)


def copied(warehouse: Path, folder: Path) -> Path:
    return Path(shutil.copy(warehouse, folder / "hoopcast.duckdb"))


@contextmanager
def child(path: Path, forests: str) -> Iterator[subprocess.Popen[str]]:
    """A process that brings gradient boosting up to date, at the level whose forest is waited for."""
    settings = {"HOOPCAST_SYSTEMS": "gradient_boosting", "HOOPCAST_WAREHOUSE": str(path)}
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, forests, *COMMAND],
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        yield run
        run.kill()


def contents(path: Path) -> dict[str, list[object]]:
    with hoopcast.open(str(path), read_only=True) as warehouse:
        return {name: list(warehouse.query(sql).rows) for name, sql in TABLES.items()}


def learns(path: Path, run: subprocess.Popen[str]) -> None:
    """Wait until a run is in the middle of a forest."""
    heartbeat = Path(f"{path}.heartbeat.json")
    until = time.monotonic() + 60
    while not (heartbeat.exists() and LEARNING in heartbeat.read_text("utf-8")):
        assert run.poll() is None, run.communicate()
        assert time.monotonic() < until
        time.sleep(0.02)
    time.sleep(0.7)


def rerun(path: Path) -> dict[str, list[object]]:
    with child(path, "usual") as run:
        run.communicate()
    assert run.returncode == 0
    return contents(path)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_learning_at_once_and_a_rerun_leaves_what_an_undisturbed_run_does(
    forecast_warehouse: Path, tmp_path: Path, undisturbed: dict[str, list[object]], number: signal.Signals
) -> None:
    path = copied(forecast_warehouse, tmp_path)
    with child(path, "endless") as run:
        learns(path, run)
        run.send_signal(number)
        # Its forests take for ever: that it ends at all is what is seen.
        _, said = run.communicate(timeout=60)
    assert run.returncode == 128 + number
    assert said.startswith(f"error: stopped by {number.name}; ")
    assert said.endswith(f"`hoopcast {' '.join(COMMAND)}` resumes\n")
    assert rerun(path) == undisturbed


@pytest.mark.slow
def test_a_run_that_is_killed_while_it_learns_is_resumed(
    forecast_warehouse: Path, tmp_path: Path, undisturbed: dict[str, list[object]]
) -> None:
    path = copied(forecast_warehouse, tmp_path)
    with child(path, "endless") as run:
        learns(path, run)
        run.kill()
        run.communicate()
    assert run.returncode == -signal.SIGKILL
    assert rerun(path) == undisturbed


def test_a_system_that_learns_longer_than_a_batch_may_take_fails_alone(
    forecast_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copied(forecast_warehouse, tmp_path)
    monkeypatch.setenv("HOOPCAST_SYSTEMS", "gradient_boosting")
    monkeypatch.setattr("hoopcast.forecast.trees.TREES", 10_000_000)
    with hoopcast.open(str(path)) as warehouse:
        report = warehouse.backfill("trained/gradient_boosting_news", timeout=1.0)
        failed = warehouse.query(
            "SELECT DISTINCT category FROM nba_orchestration.failures WHERE entity = '' AND can_retry"
        ).rows
    assert report.exit_status == 1
    assert failed == [("TIMEOUT",)]


def forever() -> Value:
    while True:
        time.sleep(0.001)
        heed()


def told_to_stop() -> None:
    raise StatementStopped("a signal arrived")


def test_work_that_is_told_to_stop_ends_wherever_it_goes_on() -> None:
    with pytest.raises(StatementStopped):
        obeying(told_to_stop, forever)
    with pytest.raises(StatementStopped):
        obeying(told_to_stop, lambda: side_by_side(forever, forever))


def test_work_that_nobody_stops_gives_its_result_or_its_fault() -> None:
    assert obeying(lambda: None, lambda: json.loads("3")) == 3
    assert side_by_side(lambda: 1, lambda: 2) == (1, 2)
    with pytest.raises(ValueError, match="Expecting value"):
        obeying(lambda: None, lambda: json.loads("x"))
