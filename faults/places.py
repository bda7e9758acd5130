"""Where it runs is not as it should be: a full disk, little memory, a folder that may not be written, a clock."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

from faults.scene import SEASONS, WAREHOUSE, Ended, Scene, apart, ended, one_line, told, went_well

# Own view of the file systems, in which a folder is a small disk, or may not be written; no rights are needed for it.
SMALL_DISK = """
set -e; mkdir disk; mount -t tmpfs -o size=$1k tmpfs disk; cp $2 disk/; shift 2
cd disk; set +e; "$@"; status=$?; set -e; cp hoopcast.duckdb* ..; exit $status
"""
READ_ONLY = 'set -e; mount --bind . .; mount -o remount,ro,bind .; cd "$PWD"; exec "$@"'
KILOBYTE = 1024
ROOM = "there was room enough"


def file_limit(scene: Scene, chance: Random) -> str:
    """No file may grow beyond a size that lies somewhere on the way of a backfill."""
    scene.take("raw")
    done = scene.call("backfill", limit=f"-f {chance.randint(1, size(scene, 'whole') // KILOBYTE)}")
    said = told(done, ROOM)
    scene.mended("backfill")
    return said


def ingest_file_limit(scene: Scene, chance: Random) -> str:
    """The same of an ingest into a new warehouse."""
    done = scene.call(
        "ingest", str(scene.base.league), limit=f"-f {chance.randint(1, size(scene, 'raw') // KILOBYTE // 2)}"
    )
    said = told(done, ROOM)
    scene.mended("ingest", str(scene.base.league), like="raw")
    return said


def little(what: str, least: int, most: int) -> Callable[[Scene, Random], str]:
    """The fault that leaves an ingest and a backfill little of something, in the units of `ulimit`."""

    def fault(scene: Scene, chance: Random) -> str:
        limit = f"{what} {chance.randint(least, most)}"
        ingest, backfill = ("ingest", str(scene.base.league)), ("backfill",)
        said = [told(scene.call(*command, limit=limit), ROOM, 1) for command in (ingest, backfill)]
        scene.mended(*ingest)
        return next((line for line in said if line != ROOM), ROOM)

    return fault


def disk_full(scene: Scene, chance: Random) -> str:
    """A backfill on a disk of its own that becomes full on the way."""
    scene.take("raw")
    raw, whole = size(scene, "raw") // KILOBYTE, size(scene, "whole") // KILOBYTE
    done = ended_apart(scene, SMALL_DISK, str(chance.randint(raw + 100, whole)), WAREHOUSE, "hoopcast", "backfill")
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
    done = ended_apart(scene, READ_ONLY, "hoopcast", *command)
    one_line(done)
    scene.sound()
    return f"{command[0]}: {done.message}"


def clock(scene: Scene, chance: Random) -> str:
    """Each command finds another year, and during the backfill the clock jumps forth or back."""
    for command, jump in ((("ingest", str(scene.base.league)), False), (("backfill",), True)):
        moment = datetime.now(UTC) + timedelta(days=chance.randint(-3650, 3650))
        jumps = [str(chance.randint(-2000, 2000))] if jump else []
        before = (sys.executable, "-m", "faults.clock", f"{moment:%Y-%m-%dT%H:%M}", *jumps, "--")
        done = scene.call(*command, before=before)
        went_well(done)
    scene.mended("backfill")
    return "nothing noticed it"


def ended_apart(scene: Scene, script: str, *arguments: str) -> Ended:
    """Run a script to its end in its own view of the file systems."""
    return ended(apart(scene, ("bash", "-c", script, "bash", *arguments)))


def size(scene: Scene, name: str) -> int:
    """Bytes of a warehouse of the base."""
    return (scene.base.folder / f"{name}.duckdb").stat().st_size
