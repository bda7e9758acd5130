"""The tables of a benchmark, for the console and for the documentation."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from hoopcast.plain import markdown_table

HEAD = ("work", "by", "min s", "median s", "max s", "Hoopcast takes", "peak MB")
_NO_PART = ("seconds", "wall", "peak")
_TITLES = {
    "season": "Features of one season",
    "four": "Features of four seasons",
    "tools": "The same SQL by other tools",
    "files": "Reading files",
    "dates": "One date",
    "growth": "As seasons grow",
}
_WORDS = {
    "season": """\
**Plain DuckDB** runs the same compiled SQL on the same file, an `INSERT` for each table and season: no plan, no ledger,
no checks, no copy for readers. **Polars** is a second implementation (`benchmarks/polars_features.py`): from game
summaries, team contexts and expected players it computes form, recency, player context, daily cache, shot zones, team
defence, composite factors and the 25 features, in memory, and writes one Parquet file. **pandas** is what an analyst
writes with groupby, rolling and merge_asof (`benchmarks/pandas_features.py`): 13 of the 25, without recency, context,
defence and factors. Their ratios are of Hoopcast's seconds for the tables that they compute, nine and four. Who will
play is learned by no SQL: all are given it, and Hoopcast's seconds are without it. Both sides round to 6 decimals,
table by table: where a feature adds up what was rounded before, the last digit may differ by more than one.""",
    "tools": """\
Each model is a table of a dbt project and of a SQLMesh project, with the values of its parameters written out; both
write a season that none was before, because they can not go on from tables that another has written. They make no
ledger of dates, need no row to be expected and check no value. Rows are counted in every table, and equal. Their
seconds have their start-up in them; that of Hoopcast is what its no-op takes.""",
    "files": """\
The floor reads and hashes every cell and keeps nothing. Hoopcast checks each row against its contract, resolves names,
sets broken rows aside and stores the rest, with the file that each came from.""",
    "growth": """\
Simulated seasons of a whole league are added to one warehouse, from files to graded forecasts of `moving_average`, by a
process for each line: seconds are those from the first season on, added up. After each, one date of the last season is
written anew. Learning who will play is not in these seconds.""",
}

_HEAD = """\
# Benchmarks

Measured by `make bench`, which writes this page and its plot, on: {machines}. Each section can be measured alone
(`python -m benchmarks --only growth`), and `--runs` says how often. What forecasts of all systems cost stands in
[](forecast-speed.md).

Each run is a process of its own on a fresh copy of the warehouse, and seconds run from opening the warehouse to closing
it, unless start-up is named. Runs of Hoopcast and of plain DuckDB take turns; a ratio is the median of such pairs, with
the least and the most. Memory is the peak of the whole process.

![Features of one season by each, and seconds as seasons grow](benchmarks.svg)"""


@dataclass
class Measure:
    """Who did a piece of work, and figures of each run."""

    title: str
    runs: list[dict[str, float]]

    @property
    def seconds(self) -> list[float]:
        """Seconds of each run, in order."""
        return sorted(run.get("grown", run["seconds"]) for run in self.runs)

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
class Section:
    """Pieces of work that are measured together: on what machine, with which seasons, in how many minutes."""

    cases: list[Case]
    notes: list[str] = field(default_factory=list)
    parts: list[dict[str, float]] = field(default_factory=list)
    machine: str = ""
    data: str = ""
    minutes: float = 0.0

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "Section":
        """Of what `plain` gave."""
        cases = [
            Case(case["name"], case["meaning"], [Measure(**measure) for measure in case["measures"]])
            for case in kept["cases"]
        ]
        return cls(**{**kept, "cases": cases})


def ratio(own: Measure, other: Measure) -> str:
    """How many times as long Hoopcast takes: median of the runs in turn, and their least and most."""
    # A data frame computes a part of the tables: those of Hoopcast are compared with it, not the whole run.
    part = f"computed by {other.title}"
    ratios = sorted(
        mine.get(part, mine["seconds"]) / theirs["seconds"] for mine, theirs in zip(own.runs, other.runs, strict=True)
    )
    return f"{median(ratios):.2f} x ({ratios[0]:.2f}-{ratios[-1]:.2f})"


def lines(section: Section) -> Iterator[tuple[str, ...]]:
    """A line for each piece of work and who did it."""
    for case in section.cases:
        own = case.measures[0]
        for measure in case.measures:
            values = measure.seconds
            figures = (f"{value:.2f}" for value in (values[0], median(values), values[-1]))
            times = "" if measure is own else ratio(own, measure)
            yield (case.name if measure is own else "", measure.title, *figures, times, f"{measure.peak:.0f}")


def parts(section: Section) -> Iterator[tuple[str, ...]]:
    """What a season's seconds are spent on."""
    whole = [sum(value for name, value in run.items() if name not in _NO_PART) for run in section.parts]
    for name in (name for name in section.parts[0] if name not in _NO_PART):
        values = [run[name] for run in section.parts]
        share = median(value / total for value, total in zip(values, whole, strict=True))
        yield name, f"{median(values):.2f}", f"{100 * share:.0f} %"


def growth_told(section: Section, line: tuple[float, float, float]) -> str:
    """What the line through the growth says, in a sentence."""
    start, each, explained = line
    days = [median(case.measures[0].seconds) for case in section.cases[1::2]]
    return (
        f"The line of least squares: {start:.1f} s and **{each:.2f} s a season**, R² {explained:.4f}. A date takes"
        f" {days[0]:.2f} s with the least seasons and {days[-1]:.2f} s with the most."
    )


def console(sections: Mapping[str, Section]) -> str:
    """All of it in columns."""
    rows = [HEAD, *(line for section in sections.values() for line in lines(section))]
    wide = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
    padded = ((cell.ljust(width) for cell, width in zip(row, wide, strict=True)) for row in rows)
    return "\n".join("  ".join(cells).rstrip() for cells in padded)


def markdown(sections: Mapping[str, Section], line: tuple[float, float, float] | None) -> str:
    """The page of the documentation."""
    machines = dict.fromkeys(section.machine.partition("; load")[0] for section in sections.values())
    head = _HEAD.format(machines="; ".join(machines))
    body = [text for name, section in sections.items() for text in _section(name, section, line)]
    return "\n".join([head, *body, ""])


def _section(name: str, section: Section, line: tuple[float, float, float] | None) -> Iterator[str]:
    yield f"\n## {_TITLES[name]}\n"
    yield from markdown_table(HEAD, list(lines(section)))
    yield ""
    meanings: dict[str, list[str]] = {}
    for case in section.cases:
        meanings.setdefault(case.meaning, []).append(case.name)
    yield from (f"- **{', '.join(names)}**: {meaning}." for meaning, names in meanings.items())
    if name in _WORDS:
        yield f"\n{_WORDS[name]}"
    if name == "growth" and line:
        yield f"\n{growth_told(section, line)}"
    yield ""
    yield from (f"- {note}." for note in section.notes)
    if section.parts:
        yield "\nWhat Hoopcast's seconds are spent on:\n"
        yield from markdown_table(("part", "median s", "share"), list(parts(section)))
    load = section.machine.partition("load average of the minute before ")[2]
    yield f"\nSeasons are {section.data} ones; load average before {load}; it took {section.minutes:.0f} min."
