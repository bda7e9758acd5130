"""Where it runs is not as it should be: a full disk, a folder that may not be written, another process, a clock."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from faults.scene import SEASONS, WAREHOUSE, BrokenPromiseError, Ended, Scene, ended, need, one_line, told

# Own view of the file systems, in which a folder is a small disk, or may not be written; no rights are needed for it.
SMALL_DISK = """
set -e; mkdir disk; mount -t tmpfs -o size=$1k tmpfs disk; cp $2 disk/; shift 2
cd disk; set +e; "$@"; status=$?; set -e; cp hoopcast.duckdb* ..; exit $status
"""
READ_ONLY = 'set -e; mount --bind . .; mount -o remount,ro,bind .; cd "$PWD"; exec "$@"'
HOLDER = "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print('held', flush=True); time.sleep(100)"
KILOBYTE = 1024
ROOM = "there was room enough"


def file_limit(scene: Scene, chance: Random) -> str:
    """No file may grow beyond a size that lies somewhere on the way of a backfill."""
    scene.take("raw")
    done = scene.call("backfill", limit=chance.randint(1, size(scene, "whole") // KILOBYTE))
    said = told(done, ROOM)
    scene.mended("backfill")
    return said


def ingest_file_limit(scene: Scene, chance: Random) -> str:
    """The same of an ingest into a new warehouse."""
    done = scene.call("ingest", str(scene.base.league), limit=chance.randint(1, size(scene, "raw") // KILOBYTE // 2))
    said = told(done, ROOM)
    scene.mended("ingest", str(scene.base.league), like="raw")
    return said


def disk_full(scene: Scene, chance: Random) -> str:
    """A backfill on a disk of its own that becomes full on the way."""
    scene.take("raw")
    raw, whole = size(scene, "raw") // KILOBYTE, size(scene, "whole") // KILOBYTE
    done = apart(scene, SMALL_DISK, str(chance.randint(raw + 100, whole)), WAREHOUSE, "hoopcast", "backfill")
    said = told(done, ROOM)
    for left in scene.folder.glob(f"{WAREHOUSE}.snapshot*"):
        left.unlink()
    scene.mended("backfill")
    return said


def read_only(scene: Scene, chance: Random) -> str:
    """A command that writes, in a folder that may not be written."""
    scene.take("whole")
    others = [("forget", SEASONS[-1]), ("export", "mlfs", "x.parquet"), ("backup", "copy.duckdb")]
    command = chance.choice([*scene.writing, *others])
    done = apart(scene, READ_ONLY, "hoopcast", *command)
    one_line(done)
    scene.sound()
    return f"{command[0]}: {done.message}"


def held(scene: Scene, chance: Random) -> str:
    """Another process has the warehouse, and keeps it."""
    scene.take("whole")
    command = chance.choice(scene.writing)
    with holder(scene):
        done = scene.call(*command, "--wait", str(chance.choice([0, 0.3])))
    one_line(done, 4)
    scene.mended("backfill")
    return f"{command[0]}: {done.message}"


def holder_killed(scene: Scene, chance: Random) -> str:
    """Another process has the warehouse and is killed while a backfill waits for it."""
    scene.take("raw")
    with holder(scene):
        waiting = scene.start("backfill", "--wait", "60")
        time.sleep(chance.uniform(0.3, 2.0))
    done = ended(waiting)
    need(done.status == 0, f"ended with {done.status}: {done.err[-300:]}")
    scene.sound()
    return "it waited, and went on"


def two_at_once(scene: Scene, chance: Random) -> str:
    """Two commands that write are started at about the same moment."""
    scene.take("raw")
    commands = [("backfill",), ("ingest", str(scene.base.league)), ("grade", "--season", SEASONS[-1])]
    first = scene.start(*chance.choice(commands), "--wait", "100")
    time.sleep(chance.uniform(0.0, 1.0))
    second = scene.start(*chance.choice(commands), "--wait", "100")
    for done in (ended(first), ended(second)):
        need(done.status == 0, f"ended with {done.status}: {done.err[-300:]}")
    scene.mended("backfill")
    return "one waited for the other"


def clock(scene: Scene, chance: Random) -> str:
    """Each command finds another year, and during the backfill the clock jumps forth or back."""
    for command, jump in ((("ingest", str(scene.base.league)), False), (("backfill",), True)):
        moment = datetime.now(UTC) + timedelta(days=chance.randint(-3650, 3650))
        jumps = [str(chance.randint(-2000, 2000))] if jump else []
        before = (sys.executable, "-m", "faults.clock", f"{moment:%Y-%m-%dT%H:%M}", *jumps, "--")
        done = scene.call(*command, before=before)
        need(done.status == 0, f"ended with {done.status}: {done.err[-300:]}")
    scene.mended("backfill")
    return "nothing noticed it"


@contextmanager
def holder(scene: Scene) -> Iterator[None]:
    """Another process that owns the warehouse until the end of the block."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(scene.warehouse)], stdout=subprocess.PIPE, text=True
    ) as process:
        need(process.stdout and process.stdout.readline() == "held\n", "it could not be held")
        try:
            yield
        finally:
            process.kill()


def apart(scene: Scene, script: str, *arguments: str) -> Ended:
    """Run a script in its own view of the file systems."""
    bin_folder = str(Path(sys.executable).parent)
    process = subprocess.Popen(
        ["unshare", "--user", "--map-root-user", "--mount", "bash", "-c", script, "bash", *arguments],
        cwd=scene.folder,
        env=scene.environment | {"PATH": f"{bin_folder}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    done = ended(process)
    if "unshare:" in done.err or "mount:" in done.err:
        raise BrokenPromiseError(f"this machine lets nobody have a view of his own: {done.err.strip()}")
    return done


def size(scene: Scene, name: str) -> int:
    """Bytes of a warehouse of the base."""
    return (scene.base.folder / f"{name}.duckdb").stat().st_size
