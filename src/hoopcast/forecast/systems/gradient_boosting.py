"""Gradient boosting: the weighted sum, corrected where features act together or bend.

Two forests of LightGBM climb from the line of `linear`: one by squared error towards the mean, rows weighted by about
the inverse of their variance, one by absolute error towards the median. The median is taken for that of a distribution,
whose mean follows; the forecast mean lies halfway between the two. Trees that start from a line need not spend
themselves on redrawing it in steps: that counts for more than any setting of them (docs/forecast-tuning.md, tuned on
2018-19 to 2020-21). Distributions scatter as about the line in dates that it had not seen.
"""

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.forecast.cancellation import Once
from hoopcast.forecast.distribution import HIGHEST_MEAN, distribution, guarded, median
from hoopcast.forecast.features import THEMES, feature_matrix, features, theme_matrix
from hoopcast.forecast.frame import Distributions, Document, Frame, Outcome, no_reasons
from hoopcast.forecast.reasons import largest_contributions
from hoopcast.forecast.regression import variance_at
from hoopcast.forecast.system import Learner, Level, Summary, System
from hoopcast.forecast.systems.linear import FEWEST_ROWS, FOLD_ERROR, line, lines, row_weights, widening
from hoopcast.forecast.training_window import grown_rows
from hoopcast.forecast.trees import Bins, forest, gains, grow_regression

# Share of the mean that the squared error speaks for; the median speaks for the rest.
MEAN_SHARE = 0.5
_GRID = np.geomspace(0.05, HIGHEST_MEAN, 600)


def learner(frame: Frame, outcome: Outcome, level: Level) -> Learner:
    """What learns the line, both forests and the variance function from the first rows; nothing from fewer than 200.

    The line is learned at each refit, forests when rows have grown by a tenth (`grown_rows`).
    """
    names, day, points = features(level), frame.game_date, outcome.points
    of_frame, weights = lines(frame, outcome, level), row_weights(frame)
    bins, forests = Bins(of_frame.matrix, names), Once[int, Document]()

    def grow(rows: int) -> Document:
        left, own = points[:rows] - of_frame.of(rows).means, weights[:rows]
        mean_forest = grow_regression(bins.of(rows, left, own / own.mean()), "l2")
        return {
            "forest_rows": rows,
            "mean_forest": mean_forest,
            "median_forest": grow_regression(bins.of(rows, left, None), "l1"),
            "importances": gains(mean_forest),
        }

    def learn(rows: int) -> Document:
        document: Document = {"features": list(names), "rows": rows, "line": None}
        if rows < FEWEST_ROWS:
            return document
        fitted, grown = of_frame.of(rows), grown_rows(day[:rows])
        return document | {
            "period": [str(day[0]), str(day[rows - 1])],
            "line": fitted.line.document(),
            **forests.get(grown if grown >= FEWEST_ROWS else rows, grow),
            "dispersion": fitted.dispersion,
        }

    return learn


def train(frame: Frame, outcome: Outcome, level: Level) -> Document:
    """Learn the line, both forests and the variance function; nothing from fewer than 200 rows."""
    return learner(frame, outcome, level)(len(frame))


def forecast(frame: Frame, document: Document | None, level: Level) -> Distributions:
    """Distributions of the line and both forests, with the themes that moved them most; none from too few rows."""
    if document is None or document["line"] is None:
        unknown = np.full(len(frame), np.nan)
        return Distributions(unknown, unknown.copy(), no_reasons(len(frame)))
    matrix, themes = feature_matrix(frame, level), theme_matrix(level)
    start = line(document["line"])
    base, contributions = start.mean(matrix), start.contributions(matrix, level)
    above, by_mean = forest(document["mean_forest"]).at(matrix, themes)
    middle, by_median = forest(document["median_forest"]).at(matrix, themes)
    mean = MEAN_SHARE * (base + above) + (1 - MEAN_SHARE) * _mean_of(base + middle, document["dispersion"])
    contributions = contributions + MEAN_SHARE * by_mean + (1 - MEAN_SHARE) * by_median
    mean = guarded(mean, np.ones(len(frame)))[0]
    mean, variance = guarded(mean, variance_at(document["dispersion"], mean, widening(frame)))
    return Distributions(mean, variance, largest_contributions(contributions, THEMES, mean))


def _mean_of(middle: FloatArray, dispersion: Document) -> FloatArray:
    """Means of distributions with (n,) medians, at the usual width: as the median rises with it, a grid is turned."""
    medians = median(distribution(_GRID, variance_at(dispersion, _GRID)))
    rising = np.concatenate([[True], np.diff(np.maximum.accumulate(medians)) > 0])
    means: FloatArray = np.interp(middle, medians[rising], _GRID[rising])
    return means


def summary(document: Document) -> Summary:
    """What features gained in the trees of the mean, and the error of the line that they climb from."""
    measure = "share of what the trees of the mean gained in squared error above the line that they start from"
    if document["line"] is None:
        return Summary(measure)
    names: list[str] = document["features"]
    importance = {name: float(document["importances"].get(name, 0)) for name in names}
    return Summary(measure, importance, {f"of the line alone: {FOLD_ERROR}": document["dispersion"]["error"]})


SYSTEM = System(
    name="gradient_boosting",
    title="a weighted sum, corrected where features act together or bend",
    levels=("history", "news", "market"),
    columns=features,
    train=train,
    learner=learner,
    forecast=forecast,
    summary=summary,
    limits=(
        "Trees know no further than they have seen: beyond the past's range a feature moves the line alone.",
        "Its trees are grown when the rows to learn from have grown by a tenth; the line is learned at every refit.",
        "What the line says already is in no importance: form may stand low and yet decide most.",
        "Distributions scatter as those of the line did on dates that it had not seen, not as the trees' own.",
    ),
)
