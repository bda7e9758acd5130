"""Measures the pipeline beside plain DuckDB, data frames and other tools, and writes docs/benchmarks.md with its plot.

python -m benchmarks                       # `make bench`; real seasons where HOOPCAST_REAL_DATA has them
python -m benchmarks --only growth files   # these sections anew; the page keeps what it has of the others
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

from benchmarks.bench import CORES, REPOSITORY, Bench, machine
from benchmarks.page import Section, console, markdown
from benchmarks.plot import plot
from benchmarks.sections import SECTIONS, fitted

KEPT = Path(__file__).parent / "results.json"
PAGE, PLOT = REPOSITORY / "docs" / "benchmarks.md", REPOSITORY / "docs" / "benchmarks.svg"


def kept() -> dict[str, Section]:
    """Sections as they were measured last."""
    results = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    return {name: Section.of(results[name]) for name in SECTIONS if name in results}


def measured(name: str, bench: Bench) -> Section:
    """Measure a section."""
    print(name, flush=True)
    on, began = machine(), time.perf_counter()
    section = SECTIONS[name](bench)
    section.machine, section.data = on, "real" if bench.is_real and name != "growth" else "simulated"
    section.minutes = (time.perf_counter() - began) / 60
    return section


def main() -> None:
    """Measure, print and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="runs of each piece; what takes long has fewer")
    parser.add_argument("--only", nargs="*", choices=list(SECTIONS), default=list(SECTIONS), help="sections to measure")
    chosen = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    # Of forecasts one system that learns nothing: growth is of the pipeline.
    os.environ |= {"POLARS_MAX_THREADS": str(CORES), "HOOPCAST_SYSTEMS": "moving_average"}
    sections = kept()
    with tempfile.TemporaryDirectory(prefix="hoopcast-bench-") as folder:
        bench = Bench(Path(folder), chosen.runs)
        for name in chosen.only:
            sections[name] = measured(name, bench)
            KEPT.write_text(json.dumps({key: each.plain() for key, each in sections.items()}, indent=1) + "\n", "utf-8")
    ordered = {name: sections[name] for name in SECTIONS if name in sections}
    line = fitted(ordered["growth"]) if "growth" in ordered else None
    print(console(ordered))
    PAGE.write_text(markdown(ordered, line), "utf-8")
    plot(ordered, line, PLOT)


if __name__ == "__main__":
    main()
