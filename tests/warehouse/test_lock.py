"""The lock of a warehouse: who has it, what he says, and who is believed."""

import errno
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hoopcast.errors import WarehouseError, WarehouseInUse
from hoopcast.warehouse.lock import Lock, read_beat

TAKE = """
import sys, time
from hoopcast.warehouse.lock import Lock
lock = Lock.take(sys.argv[1], "another", float(sys.argv[2]))
print("taken", flush=True)
time.sleep(float(sys.argv[3]))
lock.release()
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> str:
    return str(tmp_path / "nba.duckdb")


def beside(warehouse: str) -> Path:
    return Path(f"{warehouse}.heartbeat.json")


@contextmanager
def taken(warehouse: str, wait: float = 0, hold: float = 60) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the lock."""
    command = [sys.executable, "-c", TAKE, warehouse, str(wait), str(hold)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "taken\n"
        yield other
        other.kill()


def test_one_process_has_it_at_a_time_and_says_who_it_is(warehouse: str) -> None:
    with taken(warehouse) as other:
        with pytest.raises(WarehouseInUse, match=rf"in use by process {other.pid} \(another\); wait for it"):
            Lock.take(warehouse, "own", 0)
        beat = read_beat(warehouse)
        assert beat is not None
        assert (beat.pid, beat.command, beat.state) == (other.pid, "another", "running")


def test_it_is_free_as_soon_as_its_process_is_killed_and_its_last_word_can_be_read(warehouse: str) -> None:
    with taken(warehouse) as other:
        other.kill()
        other.wait()
        beat = read_beat(warehouse)
        assert beat is not None
        assert (beat.pid, beat.state) == (other.pid, "ended without a word")
    lock = Lock.take(warehouse, "own", 0)
    lock.release()
    assert read_beat(warehouse) is None
    assert not beside(warehouse).exists()


def test_who_waits_has_it_once_it_is_given_back(warehouse: str) -> None:
    with taken(warehouse, hold=0.7):
        lock = Lock.take(warehouse, "own", 30)
    beat = read_beat(warehouse)
    assert beat is not None
    assert (beat.pid, beat.command) == (os.getpid(), "own")
    lock.release()


def test_all_of_one_process_share_it_and_the_last_gives_it_back(warehouse: str) -> None:
    first, second = Lock.take(warehouse, "own", 0), Lock.take(warehouse, "own", 0)
    first.release()
    assert beside(warehouse).exists()
    second.release()
    assert not beside(warehouse).exists()


def test_a_child_of_the_process_does_not_keep_it(warehouse: str) -> None:
    lock = Lock.take(warehouse, "own", 0)
    child = os.fork()
    if not child:
        time.sleep(60)
        os._exit(0)
    try:
        lock.release()
        with taken(warehouse) as other:
            assert other.poll() is None
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


def test_a_number_of_a_process_proves_nothing(warehouse: str) -> None:
    """The process that a forged file names runs, and has no lock: in another container it is another one."""
    lock = Lock.take(warehouse, "own", 0)
    forged = beside(warehouse).read_text("utf-8")
    lock.release()
    beside(warehouse).write_text(forged, "utf-8")
    beat = read_beat(warehouse)
    assert beat is not None
    assert (beat.pid, beat.state) == (os.getpid(), "ended without a word")
    with taken(warehouse):
        assert read_beat(warehouse) != beat


@pytest.mark.parametrize(
    "change",
    [
        {"pid": "7"},
        {"pid": -1},
        {"pid": 10**30},
        {"pid": 1e300},
        {"host": None},
        {"rows": [1]},
        {"updated_at_utc": "2021-01-01T00:00:00+02:00"},
    ],
    ids=str,
)
def test_a_forged_file_is_told_and_safe_to_delete(warehouse: str, change: dict[str, Any]) -> None:
    lock = Lock.take(warehouse, "own", 0)
    values = json.loads(beside(warehouse).read_text("utf-8"))
    lock.release()
    beside(warehouse).write_text(json.dumps(values | change), "utf-8")
    with pytest.raises(WarehouseError, match="no lock of a warehouse; it is safe to delete"):
        read_beat(warehouse)
    Lock.take(warehouse, "own", 0).release()


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "second name"])
def test_what_is_no_file_of_its_own_is_neither_written_nor_waited_for(
    warehouse: str, tmp_path: Path, kind: str
) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("mine", "utf-8")
    {
        "link": lambda: beside(warehouse).symlink_to(mine),
        "pipe": lambda: os.mkfifo(beside(warehouse)),
        "folder": lambda: beside(warehouse).mkdir(),
        "second name": lambda: os.link(mine, beside(warehouse)),
    }[kind]()
    for use in (lambda: Lock.take(warehouse, "own", 0), lambda: read_beat(warehouse)):
        with pytest.raises(WarehouseError, match=r"heartbeat\.json is no lock of a warehouse.*; it is safe to delete"):
            use()
    assert mine.read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", ["mine.txt/nba.duckdb", "n" * 250])
def test_what_can_not_be_read_is_not_said_to_be_safe_to_delete(tmp_path: Path, name: str) -> None:
    (tmp_path / "mine.txt").touch()
    with pytest.raises(WarehouseError, match=r"heartbeat\.json can not be read: ") as refused:
        read_beat(str(tmp_path / name))
    assert "delete" not in str(refused.value)


def test_a_lock_that_a_full_disk_kept_from_being_written_is_nobodys(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", full)
        with pytest.raises(WarehouseError, match=r"heartbeat\.json can not be written: No space left on device"):
            Lock.take(warehouse, "own", 0)
    assert not beside(warehouse).exists()
    beside(warehouse).touch()  # of one that was killed before its first word
    assert read_beat(warehouse) is None
    Lock.take(warehouse, "own", 0).release()
