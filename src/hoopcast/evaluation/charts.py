"""Charts of an evaluation as SVG, drawn by Matplotlib."""

from collections.abc import Sequence
from io import StringIO
from typing import TYPE_CHECKING

from hoopcast.extras import need

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from hoopcast.evaluation.accuracy import Slice
    from hoopcast.evaluation.calibration import Calibration

# Okabe & Ito's colours, which those who see few colours tell apart.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_GREY = "#8a8f98"


def calibration_curve(found: "Sequence[Calibration]") -> str:
    """Share of overs beside P(over), a line a system, with the diagonal of calibrated forecasts."""
    figure, axes = _figure()
    said = [value for one in found for value in (*one.said, *one.happened)]
    low, high = min(said) - 0.02, max(said) + 0.02
    axes.plot([low, high], [low, high], color=_GREY, linewidth=1, linestyle=(0, (4, 3)))
    for one, colour in zip(found, COLOURS, strict=False):
        axes.plot(one.said, one.happened, marker="o", markersize=4, linewidth=1.4, color=colour, label=one.system)
    axes.set(xlabel="P(over) that was said", ylabel="share of overs", xlim=(low, high), ylim=(low, high))
    return _svg(figure, axes)


def pit_histograms(found: "Sequence[Calibration]") -> str:
    """Share of outcomes in each tenth of the forecast law, a step line a system; calibrated forecasts are flat."""
    figure, axes = _figure()
    bins = len(found[0].pit_shares)
    edges = [place / bins for place in range(bins + 1)]
    axes.axhline(1 / bins, color=_GREY, linewidth=1, linestyle=(0, (4, 3)))
    for one, colour in zip(found, COLOURS, strict=False):
        axes.stairs(list(one.pit_shares), edges, baseline=None, color=colour, linewidth=1.6, label=one.system)
    top = max(max(one.pit_shares) for one in found)
    axes.set(xlabel="where the outcome fell in the law", ylabel="share of outcomes", xlim=(0, 1), ylim=(0, 1.25 * top))
    return _svg(figure, axes)


def monthly_error(found: "Sequence[Slice]", systems: Sequence[str]) -> str:
    """Mean absolute error by month, a line a system."""
    figure, axes = _figure()
    months = sorted({one.value for one in found})
    for system, colour in zip(systems, COLOURS, strict=False):
        errors = {one.value: one.mae for one in found if one.system == system}
        places = [place for place, month in enumerate(months) if month in errors]
        values = [errors[months[place]] for place in places]
        axes.plot(places, values, marker="o", markersize=4, linewidth=1.4, color=colour, label=system)
    axes.set_xticks(range(len(months)), months, rotation=30 if len(months) > 8 else 0)  # noqa: PLR2004 - they overlap
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
