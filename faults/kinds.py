"""Kinds of faults, and how often each is tried."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from faults import changes, damage, deaths, places
from faults.scene import Scene


@dataclass(frozen=True)
class Kind:
    """A kind of fault: its name, how often it is tried, what does it, and what it must leave, in words."""

    name: str
    tries: int
    fault: Callable[[Scene, Random], str]
    promise: str


AGAIN = "done again, it leaves the tables of a run that nothing disturbed"
FILE = "it is named in one line, the others land; the sound file completes them"
WAREHOUSE = "one line says so or all is right; a backup takes its place"
STOPS = f"one line says how to go on; {AGAIN}"

KINDS = (
    Kind("kill -9: ingest", 45, deaths.ingest, AGAIN),
    Kind("kill -9: backfill", 45, deaths.backfill, AGAIN),
    Kind("kill -9: backfill, five times", 6, deaths.backfill_again_and_again, AGAIN),
    Kind("kill -9: predict --publish", 25, deaths.publish, "done again, each forecast is on record once"),
    Kind("kill -9: grade", 20, deaths.grade, AGAIN),
    Kind("SIGTERM or SIGINT: backfill", 20, deaths.backfill_stopped, STOPS),
    Kind("SIGTERM or SIGINT: ingest", 10, deaths.ingest_stopped, STOPS),
    Kind("no file may grow further: backfill", 12, places.file_limit, STOPS),
    Kind("no file may grow further: ingest", 8, places.ingest_file_limit, STOPS),
    Kind("disk full: backfill", 10, places.disk_full, STOPS),
    Kind("folder is read-only", 10, places.read_only, "one line says so; nothing is changed"),
    Kind("another process has it", 8, places.held, "one line names it, status 4; nothing is changed"),
    Kind("another process has it and is killed", 5, places.holder_killed, "who waited goes on"),
    Kind("two commands at once", 8, places.two_at_once, f"both end with 0; {AGAIN}"),
    Kind("clock jumps by years", 6, places.clock, AGAIN),
    Kind("file cut off", 20, damage.file_of(damage.cut), FILE),
    Kind("file half written", 10, damage.file_of(damage.half_written), FILE),
    Kind("file with other bytes", 15, damage.file_of(damage.other_bytes), FILE),
    Kind("file empty", 4, damage.file_of(damage.emptied), FILE),
    Kind("warehouse cut off", 10, damage.warehouse_by(damage.cut), WAREHOUSE),
    Kind("warehouse half written", 6, damage.warehouse_by(damage.half_written), WAREHOUSE),
    Kind("warehouse with other bytes", 16, damage.warehouse_by(damage.other_bytes), WAREHOUSE),
    Kind("log damaged after kill -9", 15, damage.log, f"one line says so, or {AGAIN}"),
    Kind("files in any order", 6, changes.order, AGAIN),
    Kind("results come later", 6, changes.day_by_day, AGAIN),
    Kind("game postponed", 6, changes.postponed, AGAIN),
    Kind("tip-off moved", 5, changes.tip_off, AGAIN),
    Kind("players traded on the day", 4, changes.traded, AGAIN),
    Kind("two players of one name", 5, changes.same_name, "each keeps his games; no line is guessed to be of one"),
    Kind("doubles in a source", 10, changes.doubles, AGAIN),
)
