"""One file, many processes: who waits for whom, who is told what, and whose files are left alone."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from faults.scene import EVEN, SEASONS, WAREHOUSE, Scene, alike, apart, ended, need, one_line, signature, went_well

HOLDER = "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print('held', flush=True); time.sleep(100)"
HOOPCAST_HOLDER = (
    "import hoopcast, sys, time; w = hoopcast.open(sys.argv[1]); print('held', flush=True); time.sleep(100)"
)
# A process alone in its world: it has number 1 there, and sees no other.
ALONE = ("--pid", "--fork", "--mount-proc")
SILENT_AFTER_SECONDS = 15
COUNT = ("sql", "--format", "csv", "SELECT COUNT(*) FROM nba_raw.nbac_shot")


def held(scene: Scene, chance: Random) -> str:
    """Another process has the warehouse, and keeps it."""
    scene.take("whole")
    command = chance.choice(scene.writing)
    with holder(scene, is_hoopcast=chance.random() < EVEN):
        done = scene.call(*command, "--wait", str(chance.choice([0, 0.3])))
    one_line(done, 4)
    scene.mended("backfill")
    return f"{command[0]}: {done.message}"


def holder_killed(scene: Scene, chance: Random) -> str:
    """Another process has the warehouse and is killed while a backfill waits for it."""
    scene.take("raw")
    with holder(scene, is_hoopcast=chance.random() < EVEN):
        waiting = scene.start("backfill", "--wait", "60")
        time.sleep(chance.uniform(0.3, 2.0))
    done = ended(waiting)
    went_well(done)
    scene.sound()
    return "it waited, and went on"


def several_at_once(scene: Scene, chance: Random) -> str:
    """Two to four commands that write are started at about the same moment."""
    scene.take("raw")
    commands = [("backfill",), ("ingest", str(scene.base.league)), ("grade", "--season", SEASONS[-1])]
    started = []
    for _ in range(chance.randint(2, 4)):
        started.append(scene.start(*chance.choice(commands), "--wait", "100"))
        time.sleep(chance.uniform(0.0, 0.5))
    for done in map(ended, started):
        went_well(done)
    scene.mended("backfill")
    return "each waited for its turn"


def readers_at_once(scene: Scene, chance: Random) -> str:
    """A backfill writes while others read again and again."""
    scene.take("raw")
    scene.must("ingest", str(scene.base.league / SEASONS[0] / "schedule.parquet"))
    process = begun(scene, "backfill")
    expected = scene.base.signature("raw")["nba_raw.nbac_shot"][0]
    while process.poll() is None:
        time.sleep(chance.uniform(0.0, 0.3))
        rows = scene.must(*COUNT).out.splitlines()[1]
        need(int(rows) == expected, f"{rows} rows were read, not {expected}")
    done = ended(process)
    went_well(done)
    scene.sound()
    return "each was answered"


def readers_before(scene: Scene, _: Random) -> str:
    """Three processes read again and again, and one wants to write."""
    scene.take("whole")
    again = ("bash", "-c", 'while [ ! -e stop ]; do "$@" > /dev/null || exit 1; done', "bash", "hoopcast", *COUNT)
    readers = [scene.start(before=again) for _ in range(3)]
    time.sleep(1)
    _gets_in(scene, readers)
    return "it got in, and none of them was refused"


def pager(scene: Scene, _: Random) -> str:
    """Somebody's pager stands on a long answer, and another wants to write."""
    scene.take("whole")
    page = "(while [ ! -e stop ]; do sleep 0.1; done; cat > /dev/null)"
    script = f"hoopcast sql --format csv 'FROM nba_raw.nbac_shot' | {page}; exit ${{PIPESTATUS[0]}}"
    reader = scene.start(before=("bash", "-c", script))
    time.sleep(1)
    _gets_in(scene, [reader])
    return "it got in meanwhile"


def _gets_in(scene: Scene, readers: list[subprocess.Popen[str]]) -> None:
    """Need a command that writes to end well while they read; then they are told to stop, and need to have done so."""
    try:
        writer = scene.call("grade", "--season", SEASONS[-1], "--wait", "20")
        need(all(reader.poll() is None for reader in readers), "one that reads ended before it")
    finally:
        (scene.folder / "stop").touch()
    for done in (writer, *map(ended, readers)):
        went_well(done)
    scene.mended("backfill")


def suspended(scene: Scene, chance: Random) -> str:
    """A backfill is suspended (SIGSTOP) for longer than a living one is silent, and goes on."""
    scene.take("raw")
    process = begun(scene, "backfill")
    time.sleep(chance.uniform(0.0, 2.0))
    process.send_signal(signal.SIGSTOP)
    try:
        one_line(scene.call("ingest", str(scene.base.league), "--wait", "0"), 4)
        time.sleep(SILENT_AFTER_SECONDS + 1)
        said = scene.must("status").out
    finally:
        process.send_signal(signal.SIGCONT)
    done = ended(process)
    went_well(done)
    need("is there but has given no sign since" in said, said)
    scene.sound()
    return "`status` says that it gives no sign; it went on"


def worlds(scene: Scene, chance: Random) -> str:
    """Two processes that do not see each other, as in two containers, write one warehouse or copies of it."""
    scene.take("whole")
    pairs: dict[str, list[tuple[str, ...]]] = {
        "backfill": [("backfill", "--no-resume", "--wait", "100")] * 2,
        "backup": [("backup", f"{number}.duckdb") for number in range(2)],
        "export": [("export", "mlfs", f"{number}.parquet") for number in range(2)],
    }
    command = chance.choice(list(pairs))
    started = []
    for one in pairs[command]:
        started.append(apart(scene, ("hoopcast", *one), *ALONE))
        time.sleep(chance.uniform(0.0, 0.3))
    for done in map(ended, started):
        went_well(done)
    if command == "backup":
        for number in range(2):
            alike(signature(scene.folder / f"{number}.duckdb"), scene.base.signature("whole"))
    scene.mended("backfill")
    return f"{command}: both did all of it"


def begun(scene: Scene, *arguments: str) -> subprocess.Popen[str]:
    """Start a command, and wait until it holds the warehouse's lock."""
    process = scene.start(*arguments)
    while process.poll() is None and not (scene.folder / f"{WAREHOUSE}.heartbeat.json").exists():
        time.sleep(0.01)
    return process


@contextmanager
def holder(scene: Scene, *, is_hoopcast: bool) -> Iterator[None]:
    """Another process that owns the warehouse until it is killed at the end of the block."""
    with subprocess.Popen(
        [sys.executable, "-c", HOOPCAST_HOLDER if is_hoopcast else HOLDER, str(scene.warehouse)],
        env=scene.environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        need(process.stdout and process.stdout.readline() == "held\n", "it could not be held")
        try:
            yield
        finally:
            process.kill()
