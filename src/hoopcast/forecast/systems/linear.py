"""Linear: points are a weighted sum of what is known, form, minutes, rates and absences alike.

A ridge regression on the features of the boosting, standardised, held within six standard deviations, with NULL taken
as the mean and told where it is usual. Rows count 1 / (3 + recent points), about the inverse of their variance. Within
a hundredth or two of the boosting in a twentieth of the time, and the start from which the boosting climbs.
Laws scatter as squared residuals did in dates that the regression had not seen. Tuned on 2018-19 to 2020-21:
docs/forecast-tuning.md.
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import add
from threading import Lock

import numpy as np

from hoopcast.forecast.dispersion import dispersed, fitted_dispersion
from hoopcast.forecast.features import THEMES, feature_matrix, features, theme_matrix
from hoopcast.forecast.frame import Document, FloatArray, Frame, Laws, Outcome
from hoopcast.forecast.law import guarded
from hoopcast.forecast.least_squares import Plane, Sums, filled, plane, solved, sums
from hoopcast.forecast.predictors import Predictors, first_rows, known_from, predictors, prepared
from hoopcast.forecast.reasons import largest_contributions
from hoopcast.forecast.system import Learner, Level, Summary, System

# Appearances of average weight that vote for a coefficient of nought.
RIDGE = 200.0
# Fewer rows than this teach nothing.
FEWEST_ROWS = 200
WIDENING = ("minutes_deviation_16",)
FOLD_ERROR = "mean absolute error of means on dates that they were not learned from, five folds, points"
_FOLDS = 5
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
    """What widens a law beside its mean, (n, 1): how much his minutes vary."""
    return frame.matrix(WIDENING)


@dataclass(frozen=True)
class _Ready:
    """All rows as the first of them say: predictors, and sums over the dates of each month, by fold."""

    predictors: Predictors
    terms: FloatArray
    sums: list[list[Sums]]


class Lines:
    """Lines of the first rows of a frame, for any number of them, with what they share made once.

    Sums over the dates of a month and a fold add up to those of every refit, with and without the fold, so that a refit
    costs a few small systems of equations. The first rows decide how features become predictors (`first_rows`): that
    is the same for most refits of a season.
    """

    def __init__(self, frame: Frame, points: FloatArray, level: Level) -> None:
        self.matrix = feature_matrix(frame, level)
        self.weights = row_weights(frame)
        self._points, self._widening = points, widening(frame)
        self._since = known_from(self.matrix)
        _, day = np.unique(frame.game_date, return_inverse=True)
        self._fold = day % _FOLDS
        month = frame.game_date.astype("datetime64[M]")
        self._ends: list[int] = [*(np.flatnonzero(month[1:] != month[:-1]) + 1).tolist(), len(frame)]
        self._kept: dict[int, _Ready] = {}
        self._lock = Lock()

    def fitted(self, rows: int) -> tuple[Line, FloatArray, Document]:
        """The line of the first rows, its means of them, and the variance function of dates that it has not seen."""
        ready = self._ready(first_rows(rows, self._since))
        terms, fold = ready.terms[:rows], self._fold[:rows]
        of_folds = self._sums_until(rows, ready)
        whole = reduce(add, of_folds)
        # As the document keeps it: what builds on the line sees in training what it will see later.
        found = line(Line(ready.predictors, solved(whole, RIDGE)).document())
        others = [solved(whole - own, RIDGE) if own.rows else found.plane for own in of_folds]
        planes = [found.plane, *others]
        means = terms @ np.column_stack([one.slopes for one in planes]) + np.array([one.intercept for one in planes])
        unseen = guarded(means[np.arange(rows), 1 + fold], np.ones(rows))[0]
        return found, means[:, 0], fitted_dispersion(unseen, self._points[:rows], self._widening[:rows])

    def _ready(self, first: int) -> _Ready:
        with self._lock:
            if first not in self._kept:
                # As large as all features: no more than one is kept.
                self._kept.clear()
                found = prepared(self.matrix[:first])
                terms = found.of(self.matrix)
                months = pairwise([0, *self._ends])
                self._kept[first] = _Ready(found, terms, [self._sums(terms, start, end) for start, end in months])
            return self._kept[first]

    def _sums_until(self, rows: int, ready: _Ready) -> list[Sums]:
        """Sums over the first rows, by fold: those of whole months, and of what there is of the last."""
        months = bisect_right(self._ends, rows)
        rest = self._sums(ready.terms, self._ends[months - 1] if months else 0, rows)
        return [reduce(add, of_fold) for of_fold in zip(*ready.sums[:months], rest, strict=True)]

    def _sums(self, terms: FloatArray, start: int, end: int) -> list[Sums]:
        """Sums over some neighbouring rows, by fold."""
        places = np.arange(start, end)
        of_folds = [places[self._fold[start:end] == number] for number in range(_FOLDS)]
        return [sums(terms[own], self._points[own], self.weights[own]) for own in of_folds]


def learner(frame: Frame, outcome: Outcome, level: Level) -> Learner:
    """What learns the coefficients and the variance function from the first rows."""
    lines = Lines(frame, outcome.points, level)

    def learn(rows: int) -> Document:
        document: Document = {"features": list(features(level)), "rows": rows, "line": None}
        if rows < FEWEST_ROWS:
            return document
        found, _, dispersion = lines.fitted(rows)
        return document | {"line": found.document(), "dispersion": dispersion}

    return learn


def train(frame: Frame, outcome: Outcome, level: Level) -> Document:
    """Learn the coefficients and the variance function."""
    return learner(frame, outcome, level)(len(frame))


def forecast(frame: Frame, document: Document | None, level: Level) -> Laws:
    """Laws whose mean is the weighted sum, with the themes that moved it most; none from too few rows."""
    if document is None or document["line"] is None:
        unknown = np.full(len(frame), np.nan)
        return Laws(unknown, unknown.copy(), np.full(len(frame), "", dtype=object))
    found, matrix = line(document["line"]), feature_matrix(frame, level)
    mean = guarded(found.mean(matrix), np.ones(len(frame)))[0]
    mean, variance = guarded(mean, dispersed(document["dispersion"], mean, widening(frame)))
    return Laws(mean, variance, largest_contributions(found.contributions(matrix, level), THEMES))


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
