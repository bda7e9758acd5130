"""Kinds of faults, and how often each is tried."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from faults import changes, damage, deaths, hands, places, sharing
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
WHOLE = "done again, the file is whole; nothing is left of the one that was killed"
PLACE = "one line says that it is safe to delete, or it is left alone or replaced; what a link names is not written"

KINDS = (
    Kind("kill -9: ingest", 4, deaths.ingest, AGAIN),
    Kind("kill -9: backfill", 6, deaths.backfill, AGAIN),
    Kind("kill -9: backfill, five times", 1, deaths.backfill_again_and_again, AGAIN),
    Kind("kill -9: predict --publish", 4, deaths.publish, "done again, each forecast is on record once"),
    Kind("kill -9: grade", 3, deaths.grade, AGAIN),
    Kind("kill -9: export", 3, deaths.export, WHOLE),
    Kind("kill -9: backup", 3, deaths.backup, WHOLE),
    Kind("SIGTERM or SIGINT: backfill", 3, deaths.backfill_stopped, STOPS),
    Kind("SIGTERM or SIGINT: ingest", 3, deaths.ingest_stopped, STOPS),
    Kind("no file may grow further: backfill", 2, places.file_limit, STOPS),
    Kind("no file may grow further: ingest", 2, places.ingest_file_limit, STOPS),
    Kind("disk full: backfill", 2, places.disk_full, STOPS),
    Kind("little memory", 3, places.little("-v", 1_100_000, 2_000_000), STOPS),
    Kind("few open files", 3, places.little("-n", 12, 40), STOPS),
    Kind("folder is read-only", 3, places.read_only, "one line says so; nothing is changed"),
    Kind("clock jumps by years", 1, places.clock, AGAIN),
    Kind("another process has it", 3, sharing.held, "one line names it, status 4; nothing is changed"),
    Kind("another process has it and is killed", 2, sharing.holder_killed, "who waited goes on"),
    Kind("several write at once", 3, sharing.several_at_once, f"each ends with 0; {AGAIN}"),
    Kind("several read while one writes", 2, sharing.readers_at_once, "each is answered at once; all is written"),
    Kind(
        "several read before one writes", 2, sharing.readers_before, "it gets in within `--wait`, and they are answered"
    ),
    Kind("a pager stands, and one writes", 2, sharing.pager, "it gets in within `--wait`; the answer is whole"),
    Kind("suspended for 16 seconds", 2, sharing.suspended, "`status` says so, others end with 4; it goes on"),
    Kind("two in worlds of their own", 4, sharing.worlds, "each does all of it, and takes nothing of the other's away"),
    Kind("warehouse replaced while written", 4, hands.replaced, "one line says so; what took its place is as it was"),
    Kind("backup put back after kill -9", 3, hands.restored, f"one line names the log, or {AGAIN}"),
    Kind("warehouse gone while written", 3, hands.gone, "one line says so, and where it is"),
    Kind("lock forged", 2, hands.forged, "it proves nothing: nobody waits for it"),
    Kind("lock deleted while held", 2, hands.lock_deleted, f"both end with 0; {AGAIN}"),
    Kind("no lock in the lock's place", 3, hands.at_place_of_lock, PLACE),
    Kind("no snapshot in the snapshot's place", 3, hands.at_place_of_snapshot, PLACE),
    Kind("snapshot of another state", 2, hands.snapshot_of_another, "it is not read; who may not wait ends with 4"),
    Kind("warehouse of two names", 2, hands.hard_link, "one line says so; it is read, and not written"),
    Kind("symbolic link to it, and kill -9", 3, hands.symbolic_link, f"{AGAIN}, by whichever name"),
    Kind("table dropped", 3, hands.dropped, "it is named; made anew where that can be, else a backup takes its place"),
    Kind("ledger emptied", 1, hands.emptied_ledger, f"`doctor` names it and what to do; {AGAIN}"),
    Kind("file cut off", 3, damage.file_of(damage.cut), FILE),
    Kind("file half written", 2, damage.file_of(damage.half_written), FILE),
    Kind("file with other bytes", 3, damage.file_of(damage.other_bytes), FILE),
    Kind("file empty", 1, damage.file_of(damage.emptied), FILE),
    Kind("bomb, deep JSON, device or pipe", 4, damage.odd_file, "it is named in one line, the others land"),
    Kind("warehouse cut off", 2, damage.warehouse_by(damage.cut), WAREHOUSE),
    Kind("warehouse half written", 2, damage.warehouse_by(damage.half_written), WAREHOUSE),
    Kind("warehouse with other bytes", 3, damage.warehouse_by(damage.other_bytes), WAREHOUSE),
    Kind("log damaged after kill -9", 3, damage.log, f"one line says so, or {AGAIN}"),
    Kind("files in any order", 1, changes.order, AGAIN),
    Kind("results come later", 1, changes.day_by_day, AGAIN),
    Kind("game postponed", 1, changes.postponed, AGAIN),
    Kind("tip-off moved", 1, changes.tip_off, AGAIN),
    Kind("players traded on the day", 1, changes.traded, AGAIN),
    Kind("two players of one name", 1, changes.same_name, "each keeps his games; no line is guessed to be of one"),
    Kind("doubles in a source", 3, changes.doubles, AGAIN),
)
