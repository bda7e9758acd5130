"""Where a fault happens: a small league, warehouses of it, and what must hold afterwards."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

import hoopcast
from hoopcast.graph import ALL_SYSTEMS
from hoopcast.league import TINY_LEAGUE, simulate, write
from hoopcast.warehouse.tables import raw_tables

REPOSITORY = Path(__file__).parents[1]
COMMAND = str(Path(sys.executable).parent / "hoopcast")
SYSTEMS = "moving_average,linear"
SEASONS = ("2020-21", "2021-22")
# The day on whose morning the last games are still to come, and an hour before any of them.
EVE, MORNING = "2021-11-09", "2021-11-09T12:00"
PLAYED = ("player_box", "team_box", "starters", "shots", "game_lines")
WAREHOUSE = "hoopcast.duckdb"
SECONDS = 300
# As often as not.
EVEN = 0.5
# Of each table its rows, and the sum of their hashes.
Signature = dict[str, tuple[int, int]]


class BrokenPromiseError(Exception):
    """What was promised did not hold."""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def message(self) -> str:
        """Its error, or the last that it said."""
        lines = [line for line in self.err.splitlines() if line.startswith("error: ")] or self.err.splitlines()
        return lines[-1] if lines else ""


@dataclass
class Base:
    """A league's files and warehouses of it, made once: without a row derived, whole, and on the eve of its end."""

    folder: Path
    seasons: tuple[str, ...] = SEASONS

    @property
    def league(self) -> Path:
        """Folder of the files."""
        return self.folder / "league"

    def signature(self, name: str) -> Signature:
        """That of one of its warehouses."""
        return signature(self.folder / f"{name}.duckdb")

    def make(self) -> None:
        """Make all of it."""
        write(simulate(self.seasons, seed=1, size=TINY_LEAGUE), self.league)
        eve = self.folder / "eve"
        shutil.copytree(self.league, eve)
        not_yet_played(eve, EVE)
        for name, files in (("raw", self.league), ("eve", eve)):
            scene = Scene(self, self.folder / f"{name}.scene")
            scene.folder.mkdir()
            scene.must("ingest", str(files))
            shutil.copy(scene.warehouse, self.folder / f"{name}.duckdb")
            scene.must("backfill")
            shutil.copy(scene.warehouse, self.folder / f"{'whole' if name == 'raw' else name}.duckdb")


@dataclass
class Scene:
    """A folder in which one fault happens."""

    base: Base
    folder: Path

    @property
    def warehouse(self) -> Path:
        """File of the warehouse."""
        return self.folder / WAREHOUSE

    @property
    def environment(self) -> dict[str, str]:
        """What the commands see."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HOOPCAST_")}
        here = f"{REPOSITORY}:{REPOSITORY / 'src'}"
        path = f"{Path(COMMAND).parent}:{os.environ['PATH']}:/usr/sbin:/sbin"
        return kept | {"HOOPCAST_SYSTEMS": SYSTEMS, "HOOPCAST_THREADS": "1", "PYTHONPATH": here, "PATH": path}

    def take(self, name: str) -> None:
        """Put a warehouse of the base here."""
        shutil.copy(self.base.folder / f"{name}.duckdb", self.warehouse)

    def start(self, *arguments: str, before: Sequence[str] = (COMMAND,), limit: str = "") -> subprocess.Popen[str]:
        """Start a command; `limit` is what `ulimit` is told."""
        command = [*before, *arguments]
        if limit:
            command = ["bash", "-c", f'ulimit {limit}; exec "$@"', "bash", *command]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def call(self, *arguments: str, before: Sequence[str] = (COMMAND,), limit: str = "") -> Ended:
        """Run a command to its end."""
        return ended(self.start(*arguments, before=before, limit=limit))

    @property
    def writing(self) -> list[tuple[str, ...]]:
        """Commands that write."""
        return [
            ("backfill", "--no-resume"),
            ("ingest", str(self.base.league)),
            ("predict", "--date", EVE, "--publish"),
            ("grade", "--season", SEASONS[-1]),
        ]

    def must(self, *arguments: str, before: Sequence[str] = (COMMAND,)) -> Ended:
        """Run a command that has to end with 0."""
        done = self.call(*arguments, before=before)
        need(done.status == 0, f"`hoopcast {' '.join(arguments)}` ended with {done.status}: {done.err.strip()[-600:]}")
        return done

    def sound(self, like: str = "whole") -> None:
        """Need the tables of a run that nothing disturbed, states that are true, and nothing left lying about."""
        alike(signature(self.warehouse), self.base.signature(like))
        with hoopcast.open(str(self.warehouse), read_only=True) as warehouse:
            checks = [check for check in warehouse.verify().checks if check.failed]
        if like == "raw":
            checks = [check for check in checks if check.table.startswith("nba_raw.")]
        said = [f"{check.table}: {check.check}: {check.examples}" for check in checks]
        need(not checks, f"{len(checks)} checks fail: {'; '.join(said[:2])[:400]}")
        left = sorted(path.name for path in self.folder.iterdir() if path.name.startswith((".", WAREHOUSE)))
        need(set(left) <= {WAREHOUSE, f"{WAREHOUSE}.snapshot"}, f"left lying about: {', '.join(left)}")

    def mended(self, *arguments: str, like: str = "whole") -> None:
        """Do a command again, bring all up to date, and need it to be sound."""
        self.must(*arguments)
        if like != "raw" and arguments[0] != "backfill":
            self.must("backfill")
        self.sound(like)


def signature(warehouse: Path) -> Signature:
    """Of each table how many rows it has, and the sum of their hashes: all that is content."""
    tables = {node.table.name: node.table.content_columns for node in ALL_SYSTEMS.nodes}
    tables |= {table.name: table.content_columns for table in raw_tables() if table.time}
    found: Signature = {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for name, columns in tables.items():
            row = connection.execute(
                f"SELECT COUNT(*), COALESCE(SUM(CAST(hash({', '.join(columns)}) AS HUGEINT)), 0) FROM {name}"
            ).fetchone()
            found[name] = row or (0, 0)
    return found


def ended(process: subprocess.Popen[str]) -> Ended:
    """Wait for a command."""
    out, err = process.communicate(timeout=SECONDS)
    if "unshare: " in err or "mount: " in err:
        raise BrokenPromiseError(f"this machine lets nobody have a view of his own: {err.strip()}")
    return Ended(process.returncode, out, err)


def apart(scene: Scene, command: Sequence[str], *also: str) -> subprocess.Popen[str]:
    """Start a command in its own view of the file systems, and of what else `unshare` is told; it needs no rights."""
    return scene.start(before=("unshare", "--user", "--map-root-user", "--mount", *also, *command))


def need(holds: object, otherwise: str) -> None:
    """Raise unless it holds."""
    if not holds:
        raise BrokenPromiseError(otherwise)


def went_well(done: Ended) -> None:
    """Need a command to have ended with 0."""
    need(done.status == 0, f"ended with {done.status}: {done.err[-300:]}")


def alike(found: Signature, expected: Signature) -> None:
    """Need two signatures to be the same, or name the tables that differ."""
    other = [
        f"{name} {found[name][0]}, not {expected[name][0]} rows" for name in expected if found[name] != expected[name]
    ]
    need(not other, f"other tables than undisturbed: {'; '.join(other[:4])}")


def one_line(done: Ended, *statuses: int) -> None:
    """Need an error: its status, one clear line, no traceback."""
    need("Traceback" not in done.err, f"a traceback: {done.err[-600:]}")
    need(done.status in (statuses or (1, 2, 3, 4)), f"ended with {done.status}: {done.err.strip()[-300:]}")
    errors = [line for line in done.err.splitlines() if line.startswith("error: ")]
    need(len(errors) == 1, f"{len(errors)} errors were said: {done.err.strip()[-300:]}")
    need("internal error" not in errors[0], errors[0])


def told(done: Ended, well: str, *statuses: int) -> str:
    """What there is to tell of a command that may end well, or badly in one clear line."""
    if done.status:
        one_line(done, *statuses)
    return done.message if done.status else well


def ask(sql: str, database: Path | str = ":memory:") -> list[tuple[object, ...]]:
    """Rows of a query over files, or over a warehouse behind the product's back."""
    with duckdb.connect(str(database)) as connection:
        return connection.execute(sql).fetchall()


def rewrite(path: Path, select: str) -> None:
    """Write a Parquet file anew as a query over itself, `rows`, says."""
    beside = path.with_name(f"{path.name}.new")
    ask(f"COPY (WITH rows AS (FROM '{path}') {select}) TO '{beside}' (FORMAT parquet)")
    beside.replace(path)


def not_yet_played(files: Path, day: str) -> None:
    """Make the files of a league those that its last season has on the morning of a day."""
    season = files / SEASONS[-1]
    played = f"(SELECT game_id FROM '{season / 'schedule.parquet'}' WHERE CAST(game_date AS DATE) < '{day}')"
    for name in PLAYED:
        rewrite(season / f"{name}.parquet", f"SELECT * FROM rows WHERE game_id IN {played}")
    rewrite(season / "points_props.parquet", f"SELECT * FROM rows WHERE CAST(game_date AS DATE) < '{day}'")
    rewrite(
        season / "schedule.parquet",
        f"""SELECT * EXCLUDE (later) REPLACE (
            IF(later, 1, game_status) AS game_status, IF(later, '7:00 pm ET', game_status_text) AS game_status_text,
            IF(later, NULL, home_score) AS home_score, IF(later, NULL, away_score) AS away_score
        ) FROM (SELECT *, CAST(game_date AS DATE) >= '{day}' AS later FROM rows)""",
    )
