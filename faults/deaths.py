"""A process that ends in the middle: killed at any moment, or told to stop."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

from faults.scene import EVE, MORNING, SEASONS, Scene, alike, ask, ended, need, signature, told

WHOLE = ("rows.parquet", "undisturbed.parquet")
CLOCK = (sys.executable, "-m", "faults.clock", MORNING, "--")
ISSUED = (
    "SELECT COUNT(*) AS n, COUNT(DISTINCT (game_id, player_id, system_id)) AS keys FROM nba_predictions.issued_forecast"
)


def killed(process: subprocess.Popen[str], seconds: float) -> str:
    """Kill it after so many seconds; what became of it."""
    time.sleep(seconds)
    process.kill()
    done = ended(process)
    need(done.status in (0, -signal.SIGKILL), f"ended with {done.status}: {done.err[-300:]}")
    return "had ended before" if done.status == 0 else "killed"


def ingest(scene: Scene, chance: Random) -> str:
    """Of every season into a new warehouse."""
    what = killed(scene.start("ingest", str(scene.base.league)), chance.uniform(0.2, 1.1))
    scene.mended("ingest", str(scene.base.league), like="raw")
    return what


def backfill(scene: Scene, chance: Random) -> str:
    """Of every table, learning included, from the raw tables."""
    scene.take("raw")
    what = killed(scene.start("backfill"), chance.uniform(0.4, 4.5))
    scene.mended("backfill")
    return what


def backfill_again_and_again(scene: Scene, chance: Random) -> str:
    """The same, killed five times before it may end."""
    scene.take("raw")
    for _ in range(5):
        killed(scene.start("backfill"), chance.uniform(0.4, 2.0))
    scene.mended("backfill")
    return "killed"


def publish(scene: Scene, chance: Random) -> str:
    """`predict --publish` on the morning of games that are still to come."""
    scene.take("eve")
    command = ("predict", "--date", EVE, "--publish", "--json")
    what = killed(scene.start(*command, before=CLOCK), chance.uniform(0.1, 0.9))
    scene.must(*command, before=CLOCK)
    counted = scene.must("sql", "--format", "csv", ISSUED).out.splitlines()[1]
    rows, keys = (int(value) for value in counted.split(","))
    need(rows == keys > 0, f"{rows} forecasts of {keys} were published")
    scene.sound("eve")
    return what


def grade(scene: Scene, chance: Random) -> str:
    """`grade` of a season whose last results have just come."""
    scene.take("eve")
    scene.must("ingest", str(scene.base.league))
    what = killed(scene.start("grade", "--season", SEASONS[-1]), chance.uniform(0.4, 2.3))
    scene.mended("grade", "--season", SEASONS[-1])
    return what


def export(scene: Scene, chance: Random) -> str:
    """`export` of a table; done again, it takes away what the killed one left, and writes the same bytes."""
    scene.take("whole")
    command = ("export", "mlfs", "rows.parquet")
    what = killed(scene.start(*command), chance.uniform(0.7, 2.0))
    _only_whole_files(scene, *command)
    scene.must("export", "mlfs", "undisturbed.parquet")
    rows = [ask(f"SELECT COUNT(*), SUM(hash(COLUMNS(*))) FROM '{scene.folder / name}'") for name in WHOLE]
    need(rows[0] == rows[1], f"{rows[0]} were exported, not {rows[1]}")
    return what


def backup(scene: Scene, chance: Random) -> str:
    """`backup`; done again, it takes away what the killed one left, and copies all."""
    scene.take("whole")
    what = killed(scene.start("backup", "copy.duckdb"), chance.uniform(0.7, 2.0))
    (scene.folder / "copy.duckdb").unlink(missing_ok=True)
    _only_whole_files(scene, "backup", "copy.duckdb")
    alike(signature(scene.folder / "copy.duckdb"), scene.base.signature("whole"))
    return what


def _only_whole_files(scene: Scene, *command: str) -> None:
    """What a killed command left is hidden and in a folder; the same command takes it away."""
    target = scene.folder / command[-1]
    if target.exists():
        ask(f"SELECT COUNT(*) FROM '{target}'")
    scene.must(*command)
    scene.sound()


def backfill_stopped(scene: Scene, chance: Random) -> str:
    """A backfill that is told to stop by SIGTERM or SIGINT."""
    scene.take("raw")
    said = stopped(scene, chance, scene.folder / f"{scene.warehouse.name}.heartbeat.json", 3.5, "backfill")
    scene.mended("backfill")
    return said


def ingest_stopped(scene: Scene, chance: Random) -> str:
    """An ingest that is told to stop by SIGTERM or SIGINT."""
    said = stopped(scene, chance, scene.warehouse, 0.9, "ingest", str(scene.base.league))
    scene.mended("ingest", str(scene.base.league), like="raw")
    return said


def stopped(scene: Scene, chance: Random, begun: Path, most: float, *arguments: str) -> str:
    """Start a command, and tell it to stop at most so many seconds after a file shows that it is at work."""
    number = chance.choice([signal.SIGTERM, signal.SIGINT])
    process = scene.start(*arguments)
    while process.poll() is None and not begun.exists():
        time.sleep(0.01)
    time.sleep(chance.uniform(0.0, most))
    process.send_signal(number)
    done = ended(process)
    said = told(done, "had ended before", 128 + number)
    need(not done.status or "resumes" in said or "goes on" in said, said)
    return said
