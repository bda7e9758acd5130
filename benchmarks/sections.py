"""What is measured: each section is a table, or a part of the page, that can be measured alone."""

import subprocess
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.bench import FEATURES, SCRIPT, SIMULATED, Bench, child
from benchmarks.page import Case, Measure, Section
from benchmarks.tools import TOOLS

# Dates that are written alone; the season is extrapolated from their mean.
SAMPLE = 12
SIZES = (1, 4, 10, 20, 40)
FRAMES = {"Polars": "polars", "pandas": "pandas"}


def season(bench: Bench) -> Section:
    """A season's features by Hoopcast, plain DuckDB, Polars and pandas."""
    last = bench.seasons[-1]
    case = Case("one season", f"{last}, every table from nba_analytics to the feature store; earlier seasons done")
    section = Section([case])
    done = _beside(bench, case, bench.before, bench.runs, season=last)
    section.notes += _frames(bench, case, done, (last,))
    print("  parts of a season", flush=True)
    section.parts = [
        bench.work("parts", copy_of=bench.before, warehouse=bench.url("parts"), season=last) for _ in range(bench.runs)
    ]
    return section


def four(bench: Bench) -> Section:
    """The same of four seasons."""
    case = Case("four seasons", f"{bench.seasons[0]} to {bench.seasons[-1]}, all of it")
    done = _beside(bench, case, bench.raw, bench.few)
    return Section([case], _frames(bench, case, done, bench.seasons))


def dates(bench: Bench) -> Section:
    """One date, nothing, and a season a date at a time."""
    last, runs = bench.seasons[-1], bench.runs
    days = _days(bench.done, last)
    day = days[len(days) // 2]
    one = Case("one date", f"features of {day} written anew, every table; the command whole, start-up included")
    bench.hoopcast(one, bench.done, "backfill", *FEATURES, "--dates", day, "--no-resume", runs=runs)
    running = Case("one date, in a process that runs", "the same from opening the warehouse to closing it")
    _beside(bench, running, bench.done, runs, day=day)
    nothing = Case("no-op", f"nothing to do for {last}; the command whole, start-up included")
    bench.hoopcast(nothing, bench.done, "backfill", *FEATURES, "--season", last, runs=2 * runs)
    asked = Case("coverage", f"`hoopcast coverage --season {last}`, start-up included")
    bench.hoopcast(asked, bench.done, "coverage", "--season", last, runs=2 * runs)
    alone = Case(
        "one season, a date at a time", f"the same runner, mean of {SAMPLE} dates times {len(days)}; extrapolated"
    )
    spread = [days[number * len(days) // SAMPLE] for number in range(SAMPLE)]
    each = bench.measure(
        "a date at a time",
        bench.few,
        lambda _: bench.work("dates_alone", copy_of=bench.done, warehouse=bench.url("alone"), days=spread, season=last),
    )
    alone.measures.append(Measure("Hoopcast", [{**run, "seconds": run["seconds"] * len(days)} for run in each.runs]))
    return Section([one, running, nothing, asked, alone])


def tools(bench: Bench) -> Section:
    """A first season by dbt and SQLMesh, which know no tables but those that they wrote."""
    first = bench.seasons[0]
    case = Case("first season", f"{first} alone, every model into an empty warehouse; dbt and SQLMesh with start-up")
    raw = bench.ingested("first", bench.files(bench.root, (first,)))
    done = _beside(bench, case, raw, bench.few)
    section = Section([case])
    for name, tool in TOOLS.items():
        if reason := tool.install():
            section.notes.append(reason)
            continue
        folder = bench.folder / name.lower()
        runs = []
        for number in range(bench.few):
            print(f"  {name}: run {number + 1} of {bench.few}", flush=True)
            bench.work("tool_project", tool=name, like=done, season=first, folder=str(folder))
            runs.append(child(tool.called(folder)))
            bench.work("tool_rows", tool=name, like=done, folder=str(folder))
        case.measures.append(Measure(name, runs))
        section.notes.append(f"{name} is {', '.join(tool.requirements)}, with the DuckDB of all")
    return section


def files(bench: Bench) -> Section:
    """Reading a season's files, by Hoopcast and by nothing but DuckDB."""
    last = bench.seasons[-1]
    paths = bench.files(bench.root, (last,))
    case = Case("ingest of a season", f"{last}: every file, checked, resolved and stored in an empty warehouse")
    own, floor = Measure("Hoopcast", []), Measure("the floor: DuckDB reads every cell", [])
    for number in range(bench.runs):
        print(f"  files: run {number + 1} of {bench.runs}", flush=True)
        own.runs.append(bench.work("ingest", warehouse=bench.url(f"files_{number}"), paths=paths))
        floor.runs.append(bench.work("read_input", paths=paths))
    case.measures = [own, floor]
    return Section([case])


def growth(bench: Bench) -> Section:
    """Raw files to graded forecasts as seasons are added, and a date of the last, in a warehouse that grows."""
    section = Section([])
    root, made, so_far = (
        bench.league(SIZES[-1]),
        bench.url("grown"),
        dict.fromkeys(("seconds", "grown", "learned"), 0.0),
    )
    for before, size in pairwise((0, *SIZES)):
        print(f"  growth: {size} of {SIZES[-1]} seasons", flush=True)
        seasons, moves = SIMULATED[before:size], str(bench.folder / f"moves_{size}.parquet")
        bench.work("moves_of", league=str(root), seasons=seasons, output=moves)
        run = bench.work("grown", warehouse=made, paths=[*(str(root / season) for season in seasons), moves])
        so_far = {name: so_far[name] + run[name] for name in so_far}
        name = f"{size} season{'s' if size > 1 else ''}"
        case = Case(name, "simulated; raw files to graded forecasts of moving_average, without learning who will play")
        case.measures.append(Measure("Hoopcast", [run | so_far]))
        daily = Case(f"a date of {name}", "every table of one date of the last season anew, start-up included")
        days = _days(made, SIMULATED[size - 1])
        words = ("backfill", "--skip-preflight", "--dates", days[len(days) // 2], "--no-resume")
        bench.hoopcast(daily, made, *words, runs=bench.runs)
        section.cases += [case, daily]
    learned = so_far["learned"] / SIZES[-1]
    section.notes.append(f"learning who will play took {learned:.1f} s a season beside it, at three levels")
    return section


def fitted(section: Section) -> tuple[float, float, float]:
    """Line through the seconds of growth by least squares: seconds at 0, seconds a season, share explained."""
    cases = section.cases[::2]
    sizes = np.array([int(case.name.split()[0]) for case in cases], dtype=float)
    seconds = np.array([median(run["grown"] for run in case.measures[0].runs) for case in cases])
    each, start = np.polyfit(sizes, seconds, 1)
    residual = seconds - (start + each * sizes)
    explained = 1 - float(residual @ residual) / float(((seconds - seconds.mean()) ** 2).sum())
    return float(start), float(each), explained


def _beside(bench: Bench, case: Case, source: str, runs: int, **dates: str) -> str:
    """Measure Hoopcast and plain DuckDB in turns on copies of a warehouse; gives the warehouse that Hoopcast left."""
    done = bench.url(f"{case.name}_done".replace(" ", "_"))
    own, plain = Measure("Hoopcast", []), Measure("plain DuckDB", [])
    for number in range(runs):
        print(f"  {case.name}: run {number + 1} of {runs}", flush=True)
        own.runs.append(bench.work("backfill", copy_of=source, warehouse=done, **dates))
        plain.runs.append(bench.work("plain", copy_of=source, warehouse=bench.url("plain"), like=done, **dates))
    case.measures.extend([own, plain])
    return done


def _frames(bench: Bench, case: Case, source: str, seasons: tuple[str, ...]) -> list[str]:
    """Measure Polars and pandas on what Hoopcast has before the features; how well the values agree, in sentences."""
    folder = bench.folder / f"frames_{len(seasons)}"
    folder.mkdir()
    bench.work("export", warehouse=source, folder=str(folder))
    return [_frame(bench, case, title, folder, {"warehouse": source, "seasons": seasons}) for title in FRAMES]


def _frame(bench: Bench, case: Case, title: str, folder: Path, compared: dict[str, object]) -> str:
    output, seasons = str(folder / f"{title}.parquet"), compared["seasons"]
    runs = len(case.measures[0].runs)
    work = {"folder": str(folder), "seasons": seasons, "output": output}
    case.measures.append(bench.measure(title, runs, lambda _: bench.work(FRAMES[title], **work)))
    agreed = bench.work("compare", output=output, **compared)
    return (
        f"{case.name}: {agreed['features'] - agreed['beyond']:.0f} of the {agreed['features']:.0f} features of"
        f" {title} agree with Hoopcast's to 1e-6 in every row; the largest difference is {agreed['most']:.0e}"
    )


def _days(warehouse: str, name: str) -> list[str]:
    """Dates of a season's features."""
    query = f"SELECT DISTINCT analysis_date FROM nba_predictions.ml_feature_store WHERE season = '{name}' ORDER BY 1"
    return subprocess.run(
        [SCRIPT, "--warehouse", warehouse, "sql", query, "--format", "csv"], capture_output=True, text=True, check=True
    ).stdout.split()[1:]


SECTIONS = {work.__name__: work for work in (season, four, tools, files, dates, growth)}
