"""An evaluation as one page: tables, plots and warnings in a single file that needs no other."""

from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from string import Template

from hoopcast.evaluation.charts import COLOURS, calibration_curve, monthly_error, pit_histograms
from hoopcast.evaluation.evaluate import Evaluation
from hoopcast.evaluation.views import View, phase_title, views
from hoopcast.forecast.system import LEVELS
from hoopcast.warehouse.targets import replacing


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
    kind = "issued before tip-off" if evaluation.issued else "of today's code"
    return template.substitute(
        title="Hoopcast: how good the forecasts were",
        lead=escape(f"Forecasts {kind}, {evaluation.first_date} to {evaluation.last_date}, stage {evaluation.stage}."),
        warnings="\n".join(f'<p class="warning">{escape(text)}</p>' for text in evaluation.warnings),
        body="\n".join(_parts(evaluation)),
        notes="\n".join(f"<li>{escape(text)}</li>" for text in evaluation.notes),
    )


def _parts(evaluation: Evaluation) -> Iterator[str]:
    for phase, found in groupby(views(evaluation), key=lambda view: view.phase):
        yield f"<h2>{escape(phase_title(evaluation, phase) if phase else 'Ensembles')}</h2>"
        if phase:
            yield f'<div class="charts">{"".join(_charts(evaluation, phase))}</div>'
        yield from map(_card, found)


def _charts(evaluation: Evaluation, phase: str) -> Iterator[str]:
    """Plots of the most accurate system of each level."""
    for population, what in (("ALL", "at own-average lines, ALL"), ("PROP", "at the line, PROP")):
        best = _best(evaluation, phase, population)
        drawn = [
            one
            for one in evaluation.calibration
            if (one.phase, one.population) == (phase, population) and one.system in best
        ]
        if drawn:
            yield _chart(f"Calibration {what}", calibration_curve(drawn))
            yield _chart(f"PIT histogram, {population}", pit_histograms(drawn))
    best = [name for name in _best(evaluation, phase, "ALL") if name]
    months = [one for one in evaluation.slices if (one.phase, one.dimension) == (phase, "month")]
    if best and months:
        yield _chart("Mean absolute error by month, ALL", monthly_error(months, [*best, "ewma8"]))


def _best(evaluation: Evaluation, phase: str, population: str) -> list[str]:
    """The most accurate system of each level on a population, as many as there are colours."""
    scores = [
        score
        for score in evaluation.accuracy
        if (score.phase, score.population, score.is_baseline) == (phase, population, False)
    ]
    of_levels = ([score for score in scores if score.level == level] for level in LEVELS)
    return [min(found, key=lambda score: score.mae_filled).system for found in of_levels if found][: len(COLOURS) - 1]


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
