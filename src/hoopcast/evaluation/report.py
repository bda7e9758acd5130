"""The page of an evaluation, with its charts."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files
from io import StringIO
from itertools import groupby
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from hoopcast.evaluation.evaluate import Evaluation
from hoopcast.evaluation.views import View, phase_title, views
from hoopcast.extras import need
from hoopcast.warehouse.targets import replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from hoopcast.evaluation.accuracy import Slice
    from hoopcast.evaluation.calibration import Calibration
    from hoopcast.forecast.system import Level

# Okabe & Ito's colours, which those who see few colours tell apart.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_GREY = "#8a8f98"


def calibration_curve(systems: "Sequence[Calibration]") -> str:
    """Observed frequency beside P(over), a line a system, with the diagonal of calibrated forecasts."""
    figure, axes = _figure()
    values = [value for system in systems for value in (*system.forecast_probability, *system.observed_frequency)]
    low, high = min(values) - 0.02, max(values) + 0.02
    axes.plot([low, high], [low, high], color=_GREY, linewidth=1, linestyle=(0, (4, 3)))
    for system, colour in zip(systems, COLOURS, strict=False):
        x, y = system.forecast_probability, system.observed_frequency
        axes.plot(x, y, marker="o", markersize=4, linewidth=1.4, color=colour, label=system.system)
    axes.set(xlabel="P(over)", ylabel="observed frequency", xlim=(low, high), ylim=(low, high))
    return _svg(figure, axes)


def pit_histograms(systems: "Sequence[Calibration]") -> str:
    """Histogram of PIT values, a step line a system; calibrated forecasts are flat."""
    figure, axes = _figure()
    bins = len(systems[0].pit_shares)
    edges = [place / bins for place in range(bins + 1)]
    axes.axhline(1 / bins, color=_GREY, linewidth=1, linestyle=(0, (4, 3)))
    for system, colour in zip(systems, COLOURS, strict=False):
        axes.stairs(list(system.pit_shares), edges, baseline=None, color=colour, linewidth=1.6, label=system.system)
    top = max(max(system.pit_shares) for system in systems)
    axes.set(xlabel="PIT value", ylabel="share of outcomes", xlim=(0, 1), ylim=(0, 1.25 * top))
    return _svg(figure, axes)


def monthly_error(months: "Sequence[Slice]", systems: Sequence[str]) -> str:
    """Mean absolute error by month, a line a system."""
    figure, axes = _figure()
    names = sorted({part.value for part in months})
    for system, colour in zip(systems, COLOURS, strict=False):
        errors = {part.value: part.mae for part in months if part.system == system}
        places = [place for place, month in enumerate(names) if month in errors]
        values = [errors[names[place]] for place in places]
        axes.plot(places, values, marker="o", markersize=4, linewidth=1.4, color=colour, label=system)
    axes.set_xticks(range(len(names)), names, rotation=30 if len(names) > 8 else 0)  # noqa: PLR2004 - they overlap
    axes.set_ylabel("mean absolute error, points")
    return _svg(figure, axes)


def _figure() -> "tuple[Figure, Axes]":
    need("report", "a page with plots")
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra

    figure = Figure(figsize=(4.4, 3.3), layout="constrained")
    figure.patch.set_alpha(0)
    axes = figure.subplots()
    axes.set_facecolor("none")
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_GREY)
    axes.tick_params(colors="#50555e", labelsize=8)
    axes.grid(visible=True, color="#e4e6ea", linewidth=0.6)
    axes.set_axisbelow(True)
    return figure, axes


def _svg(figure: "Figure", axes: "Axes") -> str:
    """The figure as an `svg` element: text stays text, and the same figure gives the same bytes."""
    from matplotlib import rc_context  # noqa: PLC0415 - an extra

    axes.xaxis.label.set_fontsize(9)
    axes.yaxis.label.set_fontsize(9)
    axes.legend(frameon=False, fontsize=8)
    buffer = StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "hoopcast", "font.family": "sans-serif"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def write_report(evaluation: Evaluation, path: Path) -> None:
    """Write the page of an evaluation; it appears when it is complete.

    Raises:
        UsageError: if Matplotlib is not installed, or the file can not be written.
    """
    page = report(evaluation)
    with replacing(path) as partial:
        partial.write_text(page, "utf-8")


def report(evaluation: Evaluation) -> str:
    """The page of an evaluation, HTML with its style and plots inside.

    Raises:
        UsageError: if Matplotlib is not installed.
    """
    template = Template(files("hoopcast.evaluation").joinpath("report.html").read_text("utf-8"))
    kind = "published before tip-off" if evaluation.published else "of the backtest"
    return template.substitute(
        title="Hoopcast: how good the forecasts were",
        lead=escape(f"Forecasts {kind}, {evaluation.first_date} to {evaluation.last_date}, stage {evaluation.stage}."),
        warnings="\n".join(f'<p class="warning">{escape(text)}</p>' for text in evaluation.warnings),
        body="\n".join(_parts(evaluation)),
        notes="\n".join(f"<li>{escape(text)}</li>" for text in evaluation.notes),
    )


def _parts(evaluation: Evaluation) -> Iterator[str]:
    for phase, tables in groupby(views(evaluation), key=lambda view: view.phase):
        yield f"<h2>{escape(phase_title(evaluation, phase) if phase else 'Ensembles')}</h2>"
        if phase:
            yield f'<div class="charts">{"".join(_charts(evaluation, phase))}</div>'
        yield from map(_card, tables)


def _charts(evaluation: Evaluation, phase: str) -> Iterator[str]:
    """Plots of the most accurate system of each level."""
    for population, what in (("ALL", "at own-average lines, ALL"), ("PROP", "at the line, PROP")):
        best = _best(evaluation, phase, population)
        shown = [
            system
            for system in evaluation.calibration
            if (system.phase, system.population) == (phase, population) and system.system in best
        ]
        if shown:
            yield _chart(f"Calibration {what}", calibration_curve(shown))
            yield _chart(f"PIT histogram, {population}", pit_histograms(shown))
    best = _best(evaluation, phase, "ALL")
    months = [part for part in evaluation.slices if (part.phase, part.dimension) == (phase, "month")]
    if best and months:
        yield _chart("Mean absolute error by month, ALL", monthly_error(months, [*best, "ewma8"]))


def _best(evaluation: Evaluation, phase: str, population: str) -> list[str]:
    """The most accurate system of each level on a population, as many as there are colours."""
    best: dict[Level, str] = {}
    for score in evaluation.accuracy:  # within a level the most accurate comes first
        if (score.phase, score.population, score.is_baseline) == (phase, population, False):
            best.setdefault(score.level, score.system)
    return list(best.values())[: len(COLOURS) - 1]


def _chart(title: str, svg: str) -> str:
    return f'<figure class="card"><figcaption>{escape(title)}</figcaption>{svg}</figure>'


def _card(view: View) -> str:
    head = "".join(_cells("th", view.columns, view.texts))
    body, before = [], ""
    for row in view.rows:
        # A rule where the information level changes: rows on either side of it are not to be compared.
        marked = ' class="level"' if "level" in view.columns and row[view.columns.index("level")] != before else ""
        before = row[view.columns.index("level")] if "level" in view.columns else ""
        body.append(f"<tr{marked}>{''.join(_cells('td', row, view.texts))}</tr>")
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in view.notes)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
    return f'<section class="card"><h3>{escape(view.title)}</h3><div class="scroll">{table}</div>{notes}</section>'


def _cells(tag: str, values: Iterable[str], texts: int) -> Iterator[str]:
    for place, value in enumerate(values):
        kind = ' class="text"' if place < texts else ""
        yield f"<{tag}{kind}>{escape(value)}</{tag}>"
