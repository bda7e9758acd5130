"""Linear: points are a weighted sum of what is known, form, minutes, rates and absences alike.

A ridge regression on the features of the boosting, standardised, held within six standard deviations, with NULL taken
as the mean and told where it is usual. Rows count 1 / (3 + recent points), about the inverse of their variance. Within
a hundredth or two of the boosting in a twentieth of the time, and the start from which the boosting climbs.
Distributions scatter as squared residuals did in dates that the regression had not seen. Tuned on 2018-19 to 2020-21:
docs/forecast-tuning.md.
"""

from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.forecast.cancellation import heed
from hoopcast.forecast.dispersion import dispersed, fitted_dispersion
from hoopcast.forecast.distribution import guarded
from hoopcast.forecast.features import THEMES, feature_matrix, features, theme_matrix
from hoopcast.forecast.frame import Distributions, Document, Frame, Outcome
from hoopcast.forecast.least_squares import NOTHING, Plane, filled, plane, solved, sums
from hoopcast.forecast.predictors import Predictors, predictors, prepared
from hoopcast.forecast.reasons import largest_contributions
from hoopcast.forecast.system import Learner, Level, Summary, System

# Appearances of average weight that vote for a coefficient of nought.
RIDGE = 200.0
# Fewer rows than this teach nothing.
FEWEST_ROWS = 200
WIDENING = ("minutes_deviation_16",)
FOLD_ERROR = "mean absolute error of means on dates that they were not learned from, five folds, points"
_FOLDS = 5
_CHUNK = 8_192
_BENCH_VARIANCE = 3.0


@dataclass(frozen=True)
class Line:
    """The regression: how features become predictors, and the plane through them, in points."""

    predictors: Predictors
    plane: Plane

    def mean(self, matrix: FloatArray) -> FloatArray:
        """Means at (n, k) features, points; not held above 0."""
        return self.plane.at(self.predictors.of(matrix))

    def contributions(self, matrix: FloatArray, level: Level) -> FloatArray:
        """By how many points each theme moves a forecast away from that of a usual row: (n, themes)."""
        slopes = self.plane.slopes[:, None] * self.predictors.themes(theme_matrix(level))
        return self.predictors.of(matrix) @ slopes

    def document(self) -> Document:
        """As JSON."""
        return {"predictors": self.predictors.document(), "plane": self.plane.document()}


def line(document: Document) -> Line:
    """What a document holds."""
    return Line(predictors(document["predictors"]), plane(document["plane"]))


def row_weights(frame: Frame) -> FloatArray:
    """1 / variance of points, up to a factor: (n,)."""
    weights: FloatArray = 1 / (
        _BENCH_VARIANCE + filled(frame.columns["points_weighted_8"], frame.columns["points_avg_season"])
    )
    return weights


def widening(frame: Frame) -> FloatArray:
    """What widens a distribution beside its mean, (n, 1): how much his minutes vary."""
    return frame.matrix(WIDENING)


def fitted_line(frame: Frame, matrix: FloatArray, points: FloatArray) -> tuple[Line, FloatArray, Document]:
    """The regression, its means, and the variance function of forecasts of dates that it has not seen.

    Args:
        frame: appearances.
        matrix: (n, k) their features.
        points: (n,) what they scored.
    """
    ready, weights = prepared(matrix), row_weights(frame)
    # Dates are dealt out in turn: whole runs of them would ask of a model what no date before them could teach, such as
    # who is quoted, which some seasons do not tell.
    fold = np.unique(frame.game_date, return_inverse=True)[1] % _FOLDS
    # Predictors of some rows at a time, made twice: those of all rows take more memory than the features.
    parts = [slice(start, start + _CHUNK) for start in range(0, len(points), _CHUNK)]
    of_folds = [NOTHING] * _FOLDS
    for part in parts:
        heed()
        terms = ready.of(matrix[part])
        for number in range(_FOLDS):
            own = fold[part] == number
            of_folds[number] += sums(terms[own], points[part][own], weights[part][own])
    whole = reduce(add, of_folds)
    # As the document keeps it: what builds on the line sees in training what it will see later.
    found = line(Line(ready, solved(whole, RIDGE)).document())
    # What the other folds teach is what all of them do without the fold's own sums.
    others = [solved(whole - own, RIDGE) if own.rows else found.plane for own in of_folds]
    slopes = np.column_stack([one.slopes for one in (found.plane, *others)])
    intercepts = np.array([one.intercept for one in (found.plane, *others)])
    means = np.concatenate([ready.of(matrix[part]) @ slopes + intercepts for part in parts])
    unseen = guarded(means[np.arange(len(points)), 1 + fold], np.ones(len(points)))[0]
    return found, means[:, 0], fitted_dispersion(unseen, points, widening(frame))


def learner(frame: Frame, outcome: Outcome, level: Level) -> Learner:
    """What learns the coefficients and the variance function from the first rows; nothing from fewer than 200."""
    matrix = feature_matrix(frame, level)

    def learn(rows: int) -> Document:
        document: Document = {"features": list(features(level)), "rows": rows, "line": None}
        if rows < FEWEST_ROWS:
            return document
        found, _, dispersion = fitted_line(frame.rows(slice(rows)), matrix[:rows], outcome.points[:rows])
        return document | {"line": found.document(), "dispersion": dispersion}

    return learn


def train(frame: Frame, outcome: Outcome, level: Level) -> Document:
    """Learn the coefficients and the variance function; nothing from fewer than 200 rows."""
    return learner(frame, outcome, level)(len(frame))


def forecast(frame: Frame, document: Document | None, level: Level) -> Distributions:
    """Distributions whose mean is the weighted sum, with the themes that moved it most; none from too few rows."""
    if document is None or document["line"] is None:
        unknown = np.full(len(frame), np.nan)
        return Distributions(unknown, unknown.copy(), np.full(len(frame), "", dtype=object))
    found, matrix = line(document["line"]), feature_matrix(frame, level)
    mean = guarded(found.mean(matrix), np.ones(len(frame)))[0]
    mean, variance = guarded(mean, dispersed(document["dispersion"], mean, widening(frame)))
    return Distributions(mean, variance, largest_contributions(found.contributions(matrix, level), THEMES, mean))


def summary(document: Document) -> Summary:
    """Slopes of the standardised features, and the error on dates that were held out."""
    measure = "points by which a forecast moves with one standard deviation of the feature"
    if document["line"] is None:
        return Summary(measure)
    slopes = line(document["line"]).plane.slopes
    importance = dict(zip(document["features"], np.abs(slopes).tolist(), strict=False))
    return Summary(measure, importance, {FOLD_ERROR: document["dispersion"]["error"]})


SYSTEM = System(
    name="linear",
    title="points are a weighted sum of what is known",
    levels=("history", "news", "market"),
    columns=features,
    train=train,
    learner=learner,
    forecast=forecast,
    summary=summary,
    limits=(
        "A sum bends for nobody: what an absence is worth to a star and to the bench it takes for the same.",
        "Features that say nearly the same share their weight, or cancel; one slope alone says little.",
        "A feature further than six standard deviations from its mean says no more than one there.",
    ),
)
