"""Measures the pipeline beside plain DuckDB, Polars and one date at a time, and writes docs/benchmarks.md.

python -m benchmarks                 # `make bench`; real seasons where HOOPCAST_REAL_DATA has them, else simulated ones
python -m benchmarks --runs 1        # quick
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks.page import Case, Measure, Page, console, markdown
from benchmarks.work import FEATURES

REPOSITORY = Path(__file__).parents[1]
REAL = ("2018-19", "2019-20", "2020-21", "2021-22")
SIMULATED = tuple(f"{year}-{(year + 1) % 100:02d}" for year in range(2012, 2022))
CORES = 2
# Dates that are written alone; the season is extrapolated from their mean.
SAMPLE = 12
MEGABYTE = 1024


@dataclass
class Bench:
    """Where the work is done, how often each piece of it, and what came out."""

    folder: Path
    runs: int
    cases: list[Case] = field(default_factory=list)

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


def child(command: list[str]) -> dict[str, float]:
    """Run a command; what it printed last as figures, with `wall` seconds and `peak` MB of the whole process."""
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


def real_seasons() -> Path | None:
    """Folder of the real seasons, None without them."""
    folder = Path(os.environ.get("HOOPCAST_REAL_DATA") or REPOSITORY.parent / "shared" / "nba").resolve()
    return folder if all((folder / season).is_dir() for season in REAL) else None


def machine() -> str:
    """What it runs on, in a line."""
    info = Path("/proc/cpuinfo")
    names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return (
        f"{names[0] if names else platform.machine()}, {CORES} cores used, {pages / 2**30:.0f} GB, {platform.system()},"
        f" Python {platform.python_version()}, DuckDB {version('duckdb')}, Polars {version('polars')},"
        f" SQLGlot {version('sqlglot')}; load average of the minute before {os.getloadavg()[0]:.1f}"
    )


def beside(bench: Bench, case: Case, source: str, runs: int, **dates: str) -> str:
    """Measure Hoopcast and plain DuckDB in turns on copies of a warehouse; gives the warehouse that Hoopcast left."""
    done = bench.url(f"{case.name}_done".replace(" ", "_"))
    own, plain = Measure("Hoopcast", []), Measure("plain DuckDB", [])
    for number in range(runs):
        print(f"  {case.name}: run {number + 1} of {runs}", flush=True)
        own.runs.append(bench.work("backfill", copy_of=source, warehouse=done, **dates))
        plain.runs.append(bench.work("plain", copy_of=source, warehouse=bench.url("plain"), like=done, **dates))
    case.measures.extend([own, plain])
    bench.cases.append(case)
    return done


def polars_beside(bench: Bench, case: Case, source: str, seasons: tuple[str, ...]) -> str:
    """Measure Polars on what Hoopcast has before the features; gives in a sentence how well the values agree."""
    folder = bench.folder / f"polars_{len(seasons)}"
    folder.mkdir()
    output = str(folder / "features.parquet")
    bench.work("export", warehouse=source, folder=str(folder))
    runs = len(case.measures[0].runs)
    case.measures.append(
        bench.measure(
            "Polars", runs, lambda _: bench.work("polars", folder=str(folder), seasons=seasons, output=output)
        )
    )
    agreed = bench.work("compare", warehouse=source, output=output, seasons=seasons)
    return (
        f"{case.name}: {agreed['features'] - agreed['beyond']:.0f} of {agreed['features']:.0f} features agree with"
        f" Hoopcast's to 1e-6 in every row, the largest difference of all is {agreed['most']:.0e}"
    )


def command_line(bench: Bench, case: Case, warehouse: str, *arguments: str, runs: int) -> None:
    """Measure a whole `hoopcast` process, start-up included."""
    script = str(Path(sys.executable).parent / "hoopcast")
    command = [script, "--warehouse", warehouse, "--threads", str(CORES), "--quiet", "backfill", *FEATURES, *arguments]
    case.measures.insert(0, bench.measure("Hoopcast", runs, lambda _: child(command)))
    bench.cases.append(case)


def sampled(done: str, season: str) -> list[str]:
    """Dates of a season, evenly spread."""
    script = str(Path(sys.executable).parent / "hoopcast")
    query = f"SELECT DISTINCT analysis_date FROM nba_predictions.ml_feature_store WHERE season = '{season}' ORDER BY 1"
    return subprocess.run(
        [script, "--warehouse", done, "sql", query, "--format", "csv"], capture_output=True, text=True, check=True
    ).stdout.split()[1:]


def measured(bench: Bench) -> Page:
    """Do all of it."""
    where, runs = real_seasons(), bench.runs
    print("preparing: simulated seasons, warehouses", flush=True)
    league = bench.folder / "league"
    drawn = bench.work("simulate", folder=str(league), seasons=SIMULATED)
    root, seasons = (where, REAL) if where else (league, SIMULATED[-4:])
    last, earlier = seasons[-1], seasons[:-1]
    files = [str(root / season) for season in seasons] + [str(root / "injury_transactions.parquet")]
    raw, before, ten = bench.url("raw"), bench.url("before"), bench.url("ten")
    bench.work("ingest", warehouse=raw, paths=files)
    bench.work("prepare", copy_of=raw, warehouse=before, seasons=earlier)
    bench.work("ingest", warehouse=ten, paths=[str(league)])
    page = Page(machine(), "real" if where else "simulated", bench.cases)

    season = Case("one season", f"{last}, every table from nba_analytics to the feature store; earlier seasons done")
    done = beside(bench, season, before, runs, season=last)
    page.agreement.append(polars_beside(bench, season, done, (last,)))
    print("  parts of a season", flush=True)
    page.parts = Measure(
        "parts", [bench.work("parts", copy_of=before, warehouse=bench.url("parts"), season=last) for _ in range(runs)]
    )
    few = max(1, runs - 2)
    four = Case("four seasons", f"{seasons[0]} to {last}, all of it")
    four_done = beside(bench, four, raw, few)
    page.agreement.append(polars_beside(bench, four, four_done, seasons))
    beside(bench, Case("ten seasons", "simulated, all of it"), ten, max(1, runs - 3))

    days = sampled(done, last)
    day = days[len(days) // 2]
    one = Case("one date", f"{day} written anew, every table; the command whole, start-up included")
    command_line(bench, one, done, "--dates", day, "--no-resume", runs=runs)
    in_process = Case("one date, in a process that runs", "the same from opening the warehouse to closing it")
    beside(bench, in_process, done, runs, day=day)
    nothing = Case("no-op", f"nothing to do for {last}; the command whole, start-up included")
    command_line(bench, nothing, done, "--season", last, runs=2 * runs)
    alone = Case(
        "one season, a date at a time", f"the same runner, mean of {SAMPLE} dates times {len(days)}; extrapolated"
    )
    spread = [days[number * len(days) // SAMPLE] for number in range(SAMPLE)]
    each = bench.measure(
        "a date at a time",
        few,
        lambda _: bench.work("dates_alone", copy_of=done, warehouse=bench.url("alone"), days=spread, season=last),
    )
    alone.measures.append(Measure("Hoopcast", [{**run, "seconds": run["seconds"] * len(days)} for run in each.runs]))
    bench.cases.append(alone)
    read = Case("ingest of a season", f"{last}: schedule, box scores, shots, starters, lines into an empty warehouse")
    read.measures.append(
        bench.measure(
            "ingest",
            runs,
            lambda number: bench.work("ingest", warehouse=bench.url(f"ingest_{number}"), paths=[str(root / last)]),
        )
    )
    read.measures[0].title = "Hoopcast"
    bench.cases.append(read)
    page.notes.append(f"Ten seasons were simulated and written as files in {drawn['seconds']:.0f} s.")
    slower = median(alone.measures[0].seconds) / median(season.measures[0].seconds)
    page.notes.append(
        f"One date at a time takes {slower:.0f} times as long as the season at once, on an open warehouse and without"
        " the copy for readers."
    )
    return page


def main() -> None:
    """Measure, print and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="runs of each piece; what takes long has fewer")
    parser.add_argument("--output", type=Path, default=REPOSITORY / "docs" / "benchmarks.md")
    chosen = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    os.environ["POLARS_MAX_THREADS"] = str(CORES)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="hoopcast-bench-") as folder:
        page = measured(Bench(Path(folder), chosen.runs))
    page.notes.append(f"All of it took {(time.perf_counter() - began) / 60:.0f} minutes.")
    print(console(page))
    chosen.output.write_text(markdown(page), "utf-8")


if __name__ == "__main__":
    main()
