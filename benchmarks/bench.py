"""Where benchmarks are done: processes that are measured, and warehouses that are prepared once."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from benchmarks.page import Case, Measure

REPOSITORY = Path(__file__).parents[1]
REAL = ("2018-19", "2019-20", "2020-21", "2021-22")
SIMULATED = tuple(f"{year}-{(year + 1) % 100:02d}" for year in range(1982, 2022))
FEATURES = ("analytics", "precompute", "features")
CORES = 2
MEGABYTE = 1024
SCRIPT = str(Path(sys.executable).parent / "hoopcast")


def child(command: list[str]) -> dict[str, float]:
    """Run a command; what it printed last as figures, with `wall` seconds and `peak` MB of the whole process."""
    # Nobody is to wait for what was written before, such as a copy of a warehouse or a league.
    os.sync()
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        printed = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    line = printed.strip().splitlines()[-1] if printed.strip() else ""
    figures = json.loads(line) if line.startswith("{") else {}
    wall = time.perf_counter() - began
    return {"seconds": wall, **figures, "wall": wall, "peak": usage.ru_maxrss / MEGABYTE}


def machine() -> str:
    """What it runs on, in a line."""
    info = Path("/proc/cpuinfo")
    told = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in told if line.startswith("model name")]
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    packages = ", ".join(f"{name} {version(name.lower())}" for name in ("DuckDB", "Polars", "pandas", "SQLGlot"))
    return (
        f"{names[0] if names else platform.machine()}, {CORES} cores used, {pages / 2**30:.0f} GB, {platform.system()},"
        f" Python {platform.python_version()}, {packages}; load average of the minute before {os.getloadavg()[0]:.1f}"
    )


class Bench:
    """Where the work is done, and how often each piece of it.

    Args:
        folder: an empty one.
        runs: of each piece of work; what takes long has fewer.
    """

    def __init__(self, folder: Path, runs: int) -> None:
        self.folder, self.runs = folder, runs
        self.few = max(1, runs - 2)
        real = Path(os.environ.get("HOOPCAST_REAL_DATA") or REPOSITORY.parent / "shared" / "nba").resolve()
        self.is_real = all((real / season).is_dir() for season in REAL)
        self._real = real

    def league(self, size: int) -> Path:
        """Folder of so many simulated seasons."""
        folder = self.folder / f"league_{size}"
        if not folder.exists():
            self.work("simulate", folder=str(folder), seasons=SIMULATED[:size])
        return folder

    @property
    def root(self) -> Path:
        """Folder of the four seasons that most is measured with: real ones where they are."""
        return self._real if self.is_real else self.league(len(self.seasons))

    @property
    def seasons(self) -> tuple[str, ...]:
        """The four seasons."""
        return REAL if self.is_real else SIMULATED[: len(REAL)]

    @cached_property
    def raw(self) -> str:
        """Warehouse of the four seasons' raw tables."""
        return self.ingested("raw", self.files(self.root, self.seasons))

    @cached_property
    def before(self) -> str:
        """The same with all features before the last season."""
        made = self.url("before")
        self.work("prepare", copy_of=self.raw, warehouse=made, seasons=self.seasons[:-1])
        return made

    @cached_property
    def done(self) -> str:
        """The same with the last season's features as well."""
        made = self.url("done")
        self.work("backfill", copy_of=self.before, warehouse=made, season=self.seasons[-1])
        return made

    def files(self, root: Path, seasons: tuple[str, ...]) -> list[str]:
        """Folders of seasons, and the files that are of all seasons."""
        return [*(str(root / season) for season in seasons), *(str(path) for path in sorted(root.glob("*.parquet")))]

    def ingested(self, name: str, paths: list[str]) -> str:
        """A new warehouse of files."""
        self.work("ingest", warehouse=self.url(name), paths=paths)
        return self.url(name)

    def url(self, name: str) -> str:
        """A warehouse in the folder."""
        return str(self.folder / f"{name}.duckdb")

    def work(self, name: str, **arguments: object) -> dict[str, float]:
        """Do one piece of work in a process of its own: its figures, with the peak of its memory in MB."""
        return child([sys.executable, "-m", "benchmarks.work", name, json.dumps(arguments)])

    def measure(self, title: str, runs: int, piece: Callable[[int], dict[str, float]]) -> Measure:
        """Do a piece of work several times."""
        print(f"  {title}", flush=True)
        return Measure(title, [piece(number) for number in range(runs)])

    def hoopcast(self, case: Case, warehouse: str, *arguments: str, runs: int) -> None:
        """Measure a whole `hoopcast` process, start-up included."""
        command = [SCRIPT, "--warehouse", warehouse, "--threads", str(CORES), "--quiet", *arguments]
        case.measures.insert(0, self.measure("Hoopcast", runs, lambda _: child(command)))
