"""Files that are not what they were: cut off, half written, with other bytes in them."""

import gzip
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from faults.scene import EVEN, Ended, Scene, alike, ended, need, one_line, signature


def cut(path: Path, chance: Random) -> None:
    """Cut it off at any byte."""
    os.truncate(path, chance.randint(1, path.stat().st_size - 1))


def half_written(path: Path, chance: Random) -> None:
    """Leave its length, and zeros from some byte on."""
    whole = path.stat().st_size
    os.truncate(path, chance.randint(1, whole - 1))
    os.truncate(path, whole)


def other_bytes(path: Path, chance: Random) -> None:
    """Write other bytes over a piece of it."""
    with path.open("r+b") as file:
        file.seek(chance.randrange(path.stat().st_size))
        file.write(chance.randbytes(chance.choice([1, 8, 200])))


def emptied(path: Path, _: Random) -> None:
    """Leave nothing of it."""
    os.truncate(path, 0)


def file_of(how: Callable[[Path, Random], None]) -> Callable[[Scene, Random], str]:
    """The fault that damages one file of a league before it is ingested; the rest of it must land."""

    def fault(scene: Scene, chance: Random) -> str:
        league = scene.folder / "league"
        shutil.copytree(scene.base.league, league)
        path = chance.choice(sorted(league.rglob("*.parquet")))
        whole = path.read_bytes()
        how(path, chance)
        done = scene.call("ingest", str(league))
        need("Traceback" not in done.err, f"a traceback: {done.err[-400:]}")
        need(done.status in (0, 1, 2), f"ended with {done.status}: {done.err[-300:]}")
        if done.status:
            need(path.name in done.err, f"{path.name} is not named: {done.err[-300:]}")
            need("internal error" not in done.err, done.err[-300:])
        else:
            # What it says can be read, so it was believed; whoever knows better takes it back.
            scene.must("forget", str(path))
        path.write_bytes(whole)
        scene.mended("ingest", str(league), like="raw")
        return done.message if done.status else "readable; taken back by `forget`"

    return fault


def bomb(path: Path) -> None:
    """Few bytes that unpack to many."""
    with gzip.open(path.with_suffix(".csv.gz"), "wb", 1) as file:
        file.write(b"game_id,player_id,player_name,starter\n")
        for _ in range(60):
            file.write(b"22100001,201142,Somebody,1\n" * 40_000)


def deep(path: Path) -> None:
    """JSON nested deeper than anybody nests it."""
    path.with_suffix(".json").write_bytes(b"[" * 200_000)


def endless(path: Path) -> None:
    """A device that gives zeros without end, by a link."""
    path.with_suffix(".csv").symlink_to("/dev/zero")


def pipe(path: Path) -> None:
    """A pipe that nobody writes to."""
    os.mkfifo(path.with_suffix(".csv"))


def odd_file(scene: Scene, chance: Random) -> str:
    """A file that would take all memory or all time lies among the sound ones, or is named itself."""
    league = Path(shutil.copytree(scene.base.league, scene.folder / "league"))
    chance.choice([bomb, deep, endless, pipe])(league / "odd")
    (odd,) = league.glob("odd.*")
    (scene.folder / "hoopcast.toml").write_text("max_file_mb = 50\n", "utf-8")
    done = scene.call("ingest", str(league), *([str(odd)] if chance.random() < EVEN else []))
    one_line(done)
    need(odd.name in done.message, done.message)
    scene.sound("raw")
    odd.unlink()
    scene.mended("ingest", str(league), like="raw")
    return done.message


def warehouse_by(how: Callable[[Path, Random], None]) -> Callable[[Scene, Random], str]:
    """The fault that damages the warehouse; commands say so in a line, or are right, and a backup takes its place."""

    def fault(scene: Scene, chance: Random) -> str:
        scene.take("whole")
        scene.must("backup", "kept.duckdb")
        how(scene.warehouse, chance)
        said = [checked(scene.call(*command)) for command in (("backfill", "--no-resume"), ("verify",), ("coverage",))]
        if not any(said):
            alike(signature(scene.warehouse), scene.base.signature("whole"))
        scene.warehouse.unlink(missing_ok=True)
        for left in scene.folder.glob(f"{scene.warehouse.name}.*"):
            left.unlink()
        (scene.folder / "kept.duckdb").rename(scene.warehouse)
        scene.mended("backfill")
        return next((message for message in said if message), "what was hit is not read, or is written anew: all right")

    return fault


def checked(done: Ended) -> str:
    """Its one line, if it failed; nothing otherwise."""
    if done.status == 0:
        return ""
    if done.status == 1 and "error: " not in done.err:
        return "verify finds it"
    one_line(done)
    return done.message


def log(scene: Scene, chance: Random) -> str:
    """The log of a backfill that was killed is cut off, or its end is other bytes, as after a power cut."""
    scene.take("raw")
    process = scene.start("backfill")
    beside = scene.folder / f"{scene.warehouse.name}.wal"
    until = chance.uniform(0.5, 3.0)
    time.sleep(until)
    process.kill()
    ended(process)
    if not beside.exists() or not beside.stat().st_size:
        scene.mended("backfill")
        return "there was no log"
    chance.choice([cut, half_written, other_bytes])(beside, chance)
    done = scene.call("backfill")
    if done.status == 0:
        scene.sound()
        return "what the log still had was kept, the rest was done again"
    one_line(done)
    need(f"move {scene.warehouse.name}.wal away" in done.message, done.message)
    beside.unlink()
    scene.must("ingest", str(scene.base.league))
    scene.mended("backfill")
    return done.message
