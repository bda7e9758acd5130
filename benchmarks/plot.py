"""The plot of the benchmarks' page."""

from collections.abc import Mapping
from pathlib import Path
from statistics import median

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.page import Measure, Section

_OWN, _OTHER = "#c8102e", "#5b6770"


def plot(sections: Mapping[str, Section], line: tuple[float, float, float] | None, path: Path) -> None:
    """Draw seconds by who did it, and seconds as seasons grow, into an SVG file.

    Args:
        sections: what was measured.
        line: seconds at 0 seasons, seconds a season, and share explained; None without growth.
        path: of the file.
    """
    # The same figures give the same file.
    mpl.rcParams["svg.hashsalt"] = "hoopcast"
    figure = Figure(figsize=(10, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    _bars(left, [measure for name in ("season", "tools") if name in sections for measure in _named(sections[name])])
    if line and "growth" in sections:
        _growth(right, sections["growth"], line)
    figure.savefig(path, format="svg", metadata={"Date": None})


def _named(section: Section) -> list[tuple[str, Measure]]:
    case = section.cases[0]
    return [(f"{case.name}: {measure.title}", measure) for measure in case.measures]


def _bars(axes: Axes, rows: list[tuple[str, Measure]]) -> None:
    places = range(len(rows))[::-1]
    middles = [median(measure.seconds) for _, measure in rows]
    below = [middle - measure.seconds[0] for (_, measure), middle in zip(rows, middles, strict=True)]
    above = [measure.seconds[-1] - middle for (_, measure), middle in zip(rows, middles, strict=True)]
    colours = [_OWN if measure.title == "Hoopcast" else _OTHER for _, measure in rows]
    axes.barh(list(places), middles, xerr=[below, above], color=colours, height=0.7, ecolor="#222222")
    axes.set_yticks(list(places), [name for name, _ in rows])
    axes.set_xlabel("seconds: median, least and most")
    axes.set_title("Features of a season\n(Polars and pandas: a part of them)", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)


def _growth(axes: Axes, section: Section, line: tuple[float, float, float]) -> None:
    start, each, explained = line
    sizes = [int(case.name.split()[0]) for case in section.cases[::2]]
    for offset, label, colour in ((0, "raw files to graded forecasts", _OWN), (1, "one date of the last", _OTHER)):
        seconds = [median(case.measures[0].seconds) for case in section.cases[offset::2]]
        axes.plot(sizes, seconds, "o", color=colour, label=label)
    ends = [0, sizes[-1]]
    axes.plot(ends, [start + each * end for end in ends], color=_OWN, linewidth=1)
    axes.set_xlabel("simulated seasons")
    axes.set_ylabel("seconds")
    axes.set_title(f"{each:.1f} s a season, R² {explained:.4f}", fontsize=10)
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
