"""A process that ends in the middle: killed at any moment, or told to stop."""

import signal
import subprocess
import sys
import time
from random import Random

from faults.scene import EVE, MORNING, Scene, ended, need, one_line

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
    """Of both seasons into a new warehouse."""
    what = killed(scene.start("ingest", str(scene.base.league)), chance.uniform(0.2, 1.3))
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


def issue(scene: Scene, chance: Random) -> str:
    """`predict --issue` on the morning of games that are still to come, tables below it stale."""
    scene.take("eve")
    command = ("predict", "--date", EVE, "--issue", "--json")
    what = killed(scene.start(*command, before=CLOCK), chance.uniform(0.5, 2.6))
    again = scene.call(*command, before=CLOCK)
    need(again.status == 0, f"again ended with {again.status}: {again.err[-300:]}")
    counted = scene.must("sql", "--format", "csv", ISSUED).out.splitlines()[1]
    rows, keys = (int(value) for value in counted.split(","))
    need(rows == keys > 0, f"{rows} forecasts of {keys} were issued")
    scene.sound("eve")
    return what


def grade(scene: Scene, chance: Random) -> str:
    """`grade` of a season whose last results have just come."""
    scene.take("eve")
    scene.must("ingest", str(scene.base.league))
    what = killed(scene.start("grade", "--season", "2021-22"), chance.uniform(0.4, 3.0))
    scene.mended("grade", "--season", "2021-22")
    return what


def stopped(scene: Scene, chance: Random) -> str:
    """A backfill that is told to stop by SIGTERM or SIGINT."""
    scene.take("raw")
    number = chance.choice([signal.SIGTERM, signal.SIGINT])
    process = scene.start("backfill")
    beat = scene.folder / f"{scene.warehouse.name}.heartbeat.json"
    while process.poll() is None and not beat.exists():
        time.sleep(0.01)
    time.sleep(chance.uniform(0.0, 3.5))
    process.send_signal(number)
    done = ended(process)
    if done.status:
        one_line(done, 128 + number)
        need("resumes" in done.message or "goes on" in done.message, done.message)
    scene.mended("backfill")
    return done.message if done.status else "had ended before"


def ingest_stopped(scene: Scene, chance: Random) -> str:
    """An ingest that is told to stop by SIGTERM or SIGINT."""
    number = chance.choice([signal.SIGTERM, signal.SIGINT])
    process = scene.start("ingest", str(scene.base.league))
    while process.poll() is None and not scene.warehouse.exists():
        time.sleep(0.01)
    time.sleep(chance.uniform(0.1, 0.9))
    process.send_signal(number)
    done = ended(process)
    if done.status:
        one_line(done, 128 + number)
    scene.mended("ingest", str(scene.base.league), like="raw")
    return done.message if done.status else "had ended before"
