"""A fault of each kind that no other test does to a real process; `make faults` does those of every kind."""

from pathlib import Path

import pytest

from faults.__main__ import once
from faults.kinds import KINDS, Kind
from faults.scene import SEASONS, SYSTEMS, Base, BrokenPromiseError, Ended, Scene, ask, one_line
from tests.once import made_once

pytestmark = pytest.mark.slow
CHOSEN = (
    "kill -9: ingest",
    "kill -9: predict --publish",
    "kill -9: grade",
    "disk full: backfill",
    "folder is read-only",
    "few open files",
    "clock jumps by years",
    "two in worlds of their own",
    "backup put back after kill -9",
    "file with other bytes",
    "warehouse with other bytes",
    "log damaged after kill -9",
    "game postponed",
    "players traded on the day",
    "two players of one name",
)


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """A league of one season and warehouses of it, made once for all workers."""
    folder = made_once(tmp_path_factory, "faults", lambda folder: Base(folder, SEASONS[-1:]).make())
    return Base(folder, SEASONS[-1:])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.name in CHOSEN], ids=lambda kind: kind.name)
def test_a_fault_loses_nothing_doubles_nothing_and_is_said_in_one_line(
    base: Base, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOPCAST_SYSTEMS", SYSTEMS)
    done = once(base, kind, f"test.{kind.name}")
    assert not done.is_broken, done.said


def test_a_row_that_is_lost_or_altered_would_be_seen(base: Base, tmp_path: Path) -> None:
    scene = Scene(base, tmp_path)
    for change in (
        "DELETE FROM nba_predictions.ml_feature_store WHERE rowid = 0",
        "UPDATE nba_predictions.prediction_accuracy SET actual_points = actual_points + 1 WHERE rowid = 0",
        "INSERT INTO nba_raw.nbac_shot FROM nba_raw.nbac_shot LIMIT 1",
    ):
        scene.take("whole")
        ask(change, scene.warehouse)
        with pytest.raises(BrokenPromiseError, match="other tables than undisturbed"):
            scene.sound()


def test_a_traceback_or_two_lines_would_be_seen() -> None:
    for said in ("Traceback (most recent call last)\nerror: x", "error: x\nerror: y", "", "error: internal error: x"):
        with pytest.raises(BrokenPromiseError):
            one_line(Ended(1, "", said))
    with pytest.raises(BrokenPromiseError):
        one_line(Ended(-11, "", "error: x"))
    one_line(Ended(1, "", "warning: y\nerror: x"))
