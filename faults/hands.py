"""What somebody does by hand to a warehouse and to what lies beside it: moves, deletes, links, forges, drops."""

import json
import os
import time
from random import Random

from faults.deaths import killed
from faults.scene import EVEN, SEASONS, Scene, ask, ended, need, one_line, told, went_well
from faults.sharing import begun, holder

HAD_ENDED = "had ended before"


def replaced(scene: Scene, chance: Random) -> str:
    """A backup is moved over the warehouse while a backfill writes it."""
    scene.take("raw")
    scene.must("backup", "kept.duckdb")
    process = begun(scene, "backfill")
    time.sleep(chance.uniform(0.0, 3.0))
    (scene.folder / "kept.duckdb").replace(scene.warehouse)
    said = told(ended(process), HAD_ENDED, 1)
    need(said == HAD_ENDED or "was replaced while it was written" in said, said)
    scene.mended("backfill")
    return said


def restored(scene: Scene, chance: Random) -> str:
    """A backfill is killed, and a backup is moved over what it left."""
    scene.take("raw")
    scene.must("backup", "kept.duckdb")
    said = killed(scene.start("backfill"), chance.uniform(0.5, 3.5))
    (scene.folder / "kept.duckdb").replace(scene.warehouse)
    done = scene.call("backfill")
    if done.status:
        one_line(done)
        need(f"move {scene.warehouse.name}.wal away" in done.message, done.message)
        (scene.folder / f"{scene.warehouse.name}.wal").unlink()
        said = done.message
    scene.mended("backfill")
    return said


def gone(scene: Scene, chance: Random) -> str:
    """The warehouse is moved away or deleted while a backfill writes it."""
    scene.take("raw")
    moved = scene.folder / "moved.duckdb"
    is_moved = chance.random() < EVEN
    process = begun(scene, "backfill")
    time.sleep(chance.uniform(0.0, 3.0))
    if is_moved:
        scene.warehouse.rename(moved)
    else:
        scene.warehouse.unlink()
    said = told(ended(process), HAD_ENDED, 1)
    need(said == HAD_ENDED or "was moved away or deleted while it was written" in said, said)
    need(said == HAD_ENDED or not is_moved or "is in moved.duckdb" in said, said)
    if is_moved:
        moved.rename(scene.warehouse)
    else:
        scene.must("ingest", str(scene.base.league))
    scene.mended("backfill")
    return said


def forged(scene: Scene, chance: Random) -> str:
    """A lock's file that nobody holds names a process that lives."""
    scene.take("raw")
    path = scene.folder / f"{scene.warehouse.name}.heartbeat.json"
    process = begun(scene, "backfill")
    text = json.loads(path.read_text("utf-8"))
    process.kill()
    ended(process)
    path.write_text(json.dumps(text | {"pid": chance.choice([1, os.getpid()])}), "utf-8")
    said = scene.must("status").out
    need("was killed after" in said, said)
    scene.must("sql", "SELECT 1", "--wait", "0")
    scene.mended("backfill", "--wait", "0")
    return "it proves nothing: `status` says that it was killed, and others go on"


def at_place_of_lock(scene: Scene, chance: Random) -> str:
    """Where the lock's file belongs there is something else."""
    return _at_place(scene, chance, "heartbeat.json")


def at_place_of_snapshot(scene: Scene, chance: Random) -> str:
    """Where the snapshot belongs there is something else."""
    return _at_place(scene, chance, "snapshot")


def _at_place(scene: Scene, chance: Random, ending: str) -> str:
    scene.take("raw")
    path = scene.folder / f"{scene.warehouse.name}.{ending}"
    other = scene.folder / "other.txt"
    other.write_text("mine", "utf-8")
    what = chance.choice(["garbage", "link", "pipe", "folder"])
    if what == "garbage":
        path.write_bytes(chance.randbytes(1000))
    elif what == "link":
        path.symlink_to(other)
    elif what == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    commands = [("sql", "SELECT 1"), ("status",), ("backfill",)]
    said = [told(scene.call(*command), "") for command in commands]
    need(all(not line or "it is safe to delete" in line for line in said), str(said))
    need(other.read_text("utf-8") == "mine", "what the link names was written")
    if path.is_dir():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
    scene.mended("backfill")
    return f"{what}: {next(filter(None, said), 'it is left alone or replaced')}"


def snapshot_of_another(scene: Scene, chance: Random) -> str:
    """An earlier backup takes the warehouse's place, and the snapshot beside it is of what was there before."""
    scene.take("whole")
    scene.must("backfill", "--no-resume", "--season", SEASONS[0])
    need((scene.folder / f"{scene.warehouse.name}.snapshot").exists(), "there is no snapshot")
    earlier = chance.choice(["raw", "eve"])
    scene.take(earlier)
    count = ("sql", "--format", "csv", "SELECT COUNT(*) FROM nba_predictions.ml_feature_store", "--wait", "0")
    with holder(scene, is_hoopcast=True):
        done = scene.call(*count)
    one_line(done, 4)
    rows = int(scene.must(*count).out.splitlines()[1])
    expected = scene.base.signature(earlier) if earlier == "eve" else {"nba_predictions.ml_feature_store": (0, 0)}
    need(rows == expected["nba_predictions.ml_feature_store"][0], f"{rows} rows are of the other state")
    scene.mended("ingest", str(scene.base.league))
    return "it is not read"


def hard_link(scene: Scene, chance: Random) -> str:
    """The warehouse gets a second name."""
    scene.take("whole")
    second = scene.folder / "second.duckdb"
    os.link(scene.warehouse, second)
    command = chance.choice(scene.writing)
    done = scene.call(*(["--warehouse", str(second)] if chance.random() < EVEN else []), *command)
    one_line(done, 1)
    scene.must("coverage")
    second.unlink()
    scene.mended("backfill")
    return f"{command[0]}: {done.message}"


def symbolic_link(scene: Scene, chance: Random) -> str:
    """A backfill through a link from another folder is killed, and resumed by its own name, or so turned."""
    scene.take("raw")
    link = scene.folder / "elsewhere" / "link.duckdb"
    link.parent.mkdir()
    link.symlink_to(scene.warehouse)
    names: list[list[str]] = [["--warehouse", str(link)], []]
    chance.shuffle(names)
    said = killed(scene.start(*names[0], "backfill"), chance.uniform(0.5, 4.0))
    scene.mended(*names[1], "backfill")
    need([path.name for path in link.parent.iterdir()] == [link.name], "something lies beside the link")
    return said


def dropped(scene: Scene, chance: Random) -> str:
    """A table is dropped."""
    scene.take("whole")
    scene.must("backup", "kept.duckdb")
    tables = list(scene.base.signature("whole"))
    table = chance.choice(tables)
    ask(f"DROP TABLE {table}", scene.warehouse)
    done = scene.call("backfill")
    if done.status:
        one_line(done, 1)
        need(f"the table {table} is gone; put a backup in its place" in done.message, done.message)
        (scene.folder / "kept.duckdb").replace(scene.warehouse)
    else:
        need(f"the table {table} is gone, so it is made anew" in done.err, done.err[-300:])
    scene.mended("backfill")
    return done.message if done.status else "made anew and filled"


def emptied_ledger(scene: Scene, _: Random) -> str:
    """The ledger, which says what was done, loses its rows."""
    scene.take("whole")
    ask("DELETE FROM nba_orchestration.ledger", scene.warehouse)
    said = scene.call("doctor")
    need(said.status == 1 and "it was emptied" in said.out, said.out[-600:])
    for season in SEASONS:
        scene.must("forget", season)
    scene.must("ingest", str(scene.base.league))
    scene.mended("backfill")
    return "`doctor` names it, and what mends it does"


def lock_deleted(scene: Scene, chance: Random) -> str:
    """The lock's file is deleted while a backfill holds it, and another one comes."""
    scene.take("raw")
    first = begun(scene, "backfill")
    time.sleep(chance.uniform(0.0, 2.0))
    (scene.folder / f"{scene.warehouse.name}.heartbeat.json").unlink(missing_ok=True)
    second = ended(scene.start("backfill", "--wait", "100"))
    for done in (ended(first), second):
        went_well(done)
    scene.sound()
    return "the second waited for the file itself"
