"""The tables of a benchmark, for the console and for the documentation."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

HEAD = ("work", "by", "min s", "median s", "max s", "Hoopcast takes", "peak MB")


@dataclass
class Measure:
    """Who did a piece of work, and figures of each run."""

    title: str
    runs: list[dict[str, float]]

    @property
    def seconds(self) -> list[float]:
        """Seconds of each run."""
        return [run["seconds"] for run in self.runs]

    @property
    def peak(self) -> float:
        """The most memory that a run took, MB."""
        return max(run["peak"] for run in self.runs)


@dataclass
class Case:
    """A piece of work, what it is, and who did it: Hoopcast first."""

    name: str
    meaning: str
    measures: list[Measure] = field(default_factory=list)


@dataclass
class Page:
    """All that was measured."""

    machine: str
    data: str
    cases: list[Case]
    parts: Measure = field(default_factory=lambda: Measure("parts", []))
    agreement: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def ratio(own: Measure, other: Measure, part: str) -> str:
    """How many times as long Hoopcast takes: median of the runs in turn, and their least and most."""
    found = sorted(
        mine[part] / theirs["seconds" if other.title == "Polars" else part]
        for mine, theirs in zip(own.runs, other.runs, strict=True)
    )
    return f"{median(found):.2f} x ({found[0]:.2f}-{found[-1]:.2f})"


def lines(page: Page) -> Iterator[tuple[str, ...]]:
    """The main table, a line for each piece of work and who did it."""
    for case in page.cases:
        own = case.measures[0]
        for measure in case.measures:
            name = case.name if measure is own else ""
            # Polars computes a part of the tables: those of Hoopcast are compared with it, not the whole run.
            part = "computed" if measure.title == "Polars" else "seconds"
            times = "" if measure is own else ratio(own, measure, part)
            values = sorted(measure.seconds)
            figures = (f"{value:.2f}" for value in (values[0], median(values), values[-1]))
            yield (name, measure.title, *figures, times, f"{measure.peak:.0f}")


def parts(page: Page) -> Iterator[tuple[str, ...]]:
    """What a season's seconds are spent on."""
    whole = [sum(value for name, value in run.items() if name not in _NO_PART) for run in page.parts.runs]
    for name in (name for name in page.parts.runs[0] if name not in _NO_PART):
        values = [run[name] for run in page.parts.runs]
        share = median(value / total for value, total in zip(values, whole, strict=True))
        yield name, f"{median(values):.2f}", f"{100 * share:.0f} %"


_NO_PART = ("seconds", "wall", "peak")
_HOW = """\
Each run is a process of its own on a fresh copy of the warehouse, and seconds run from opening the warehouse to closing
it, unless start-up is named. Runs of Hoopcast and of plain DuckDB take turns; a ratio is the median of these pairs,
with the least and the most. Memory is the peak of the whole process.

**Plain DuckDB** runs the same compiled SQL on the same file, an `INSERT` for each table and season: no plan, no ledger,
no checks, no copy for readers. **Polars** is a second implementation (`benchmarks/polars_features.py`): from game
summaries, team contexts and expected players it computes form, recency, player context, daily cache, shot zones, team
defence, composite factors and the 25 features, in memory, and writes one Parquet file. Its ratio is that of Hoopcast's
seconds for those nine tables. Who will play is learned by no SQL: both are given it, and Hoopcast's seconds are without
it. Polars does not compute lines, game summaries, team contexts, who is expected, the news, market and line levels, the
columns beside the 25, or the quality score. Both sides round to 6 decimals, table by table: where a feature adds up
what was rounded before, the last digit may differ by more than one.""".splitlines()


def console(page: Page) -> str:
    """All of it in columns."""
    rows = [HEAD, *lines(page), (), ("spent on", "median s", "share"), *parts(page)]
    wide = [max(len(row[place]) for row in rows if len(row) > place) for place in range(len(HEAD))]
    told = ["  ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=False)).rstrip() for row in rows]
    return "\n".join([page.machine, "", *told, "", *page.agreement, *page.notes])


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, tuple("---" for _ in head), *rows)]


def markdown(page: Page) -> str:
    """The page of the documentation."""
    return "\n".join(
        [
            "# Benchmarks",
            "",
            f"Measured by `make bench`, which writes this page: {page.machine}.",
            f"Seasons are {page.data} ones; ten seasons are simulated.",
            "",
            *_table(HEAD, lines(page)),
            "",
            "What each piece of work is:",
            "",
            *(f"- **{case.name}**: {case.meaning}." for case in page.cases),
            "",
            *_HOW,
            "",
            *(f"- {line}." for line in page.agreement),
            "",
            "## What a season's time is spent on",
            "",
            *_table(("part", "median s", "share"), parts(page)),
            "",
            *page.notes,
            "",
        ]
    )
