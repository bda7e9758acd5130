"""Linear: points are a weighted sum of what is known, form, minutes, rates and absences alike.

A ridge regression on the features of the boosting, standardised, held within six standard deviations, with NULL taken
as the mean, and as a predictor of its own where it is usual. Rows count 1 / (3 + recent points), about the inverse of
their variance. Within a hundredth or two of the boosting in a twentieth of the time, and the start from which the
boosting climbs. Distributions scatter as squared residuals did in dates that the regression had not seen. Tuned on
2018-19 to 2020-21: docs/forecast-tuning.md.
"""

from dataclasses import dataclass
from functools import reduce
from operator import add
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.forecast.cancellation import Once, heed
from hoopcast.forecast.distribution import guarded
from hoopcast.forecast.features import THEMES, feature_matrix, features, theme_matrix
from hoopcast.forecast.frame import Distributions, Document, Frame, Outcome, no_reasons
from hoopcast.forecast.reasons import largest_contributions
from hoopcast.forecast.regression import (
    NOTHING,
    Plane,
    Predictors,
    Sums,
    filled,
    fit_predictors,
    fit_variance,
    plane,
    predictors,
    solve_plane,
    sums,
    variance_at,
)
from hoopcast.forecast.system import Learner, Level, Summary, System
from hoopcast.forecast.training_window import grown_rows, month_ends

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
    """What widens a distribution beside its mean, (n, 1): how much his minutes vary."""
    return frame.matrix(WIDENING)


@dataclass(frozen=True)
class FittedLine:
    """The regression of the first rows, its (n,) means there, and the variance of forecasts of dates not seen."""

    line: Line
    means: FloatArray
    dispersion: Document


class Lines:
    """Regressions of the first rows, for any number of them: what a month teaches is added up once for all refits.

    What is standard in each feature is decided again when rows have grown by a tenth (`grown_rows`).
    """

    _scaled: tuple[int, Predictors, FloatArray] | None
    _totals: list[list[Sums]]

    def __init__(self, frame: Frame, outcome: Outcome, level: Level) -> None:
        self.matrix = feature_matrix(frame, level)
        # Not the frame itself: it is what keeps this in memory.
        self._days, self._widening = frame.game_date, widening(frame)
        self._points, self._weights = outcome.points, row_weights(frame)
        # Dates are dealt out in turn: whole runs of them would ask of a model what no date before them could teach,
        # such as who is quoted, which some seasons do not tell.
        self._fold = np.unique(frame.game_date, return_inverse=True)[1] % _FOLDS
        self._lock = Lock()
        self._scaled, self._totals = None, []
        self._fitted = Once[int, FittedLine]()

    def of(self, rows: int) -> FittedLine:
        """The regression of so many of the first rows."""
        return self._fitted.get(rows, self._fit)

    def _fit(self, rows: int) -> FittedLine:
        scaled, terms, of_folds = self._sums(rows)
        whole = reduce(add, of_folds)
        # As the document keeps it: what builds on the line sees in training what it will see later.
        fitted = line(Line(scaled, solve_plane(whole, RIDGE)).document())
        # What the other folds teach is what all of them do without the fold's own sums.
        others = [solve_plane(whole - own, RIDGE) if own.rows else fitted.plane for own in of_folds]
        slopes = np.column_stack([one.slopes for one in (fitted.plane, *others)])
        intercepts = np.array([one.intercept for one in (fitted.plane, *others)])
        heed()
        means = terms @ slopes + intercepts
        unseen = guarded(means[np.arange(rows), 1 + self._fold[:rows]], np.ones(rows))[0]
        dispersion = fit_variance(unseen, self._points[:rows], self._widening[:rows])
        return FittedLine(fitted, means[:, 0].copy(), dispersion)

    def _sums(self, rows: int) -> tuple[Predictors, FloatArray, list[Sums]]:
        """Predictors of the first rows and what they are made by, and sums over the rows of each fold."""
        first = grown_rows(self._days[:rows])
        with self._lock:
            if self._scaled is None or self._scaled[0] != first:
                heed()
                scaled = fit_predictors(self.matrix[:first])
                self._scaled, self._totals = (first, scaled, scaled.of(self.matrix)), [[NOTHING] * _FOLDS]
            _, scaled, terms = self._scaled
            start, total = 0, self._totals[0]
            for place, end in enumerate(month_ends(self._days[:rows]), 1):
                # The last month may go on after these rows, and is nobody's then but theirs.
                if place < len(self._totals) and end < rows:
                    total = self._totals[place]
                else:
                    heed()
                    total = [add(*pair) for pair in zip(total, self._of_folds(terms, start, end), strict=True)]
                    if end < rows:
                        self._totals.append(total)
                start = end
            return scaled, terms[:rows], total

    def _of_folds(self, terms: FloatArray, start: int, end: int) -> list[Sums]:
        """Sums over the rows of each fold from a start to an end."""
        part = slice(start, end)
        own = [self._fold[part] == number for number in range(_FOLDS)]
        return [sums(terms[part][one], self._points[part][one], self._weights[part][one]) for one in own]


_lines: "WeakKeyDictionary[Frame, Lines]" = WeakKeyDictionary()


def lines(frame: Frame, outcome: Outcome, level: Level) -> Lines:
    """Regressions of the rows of a frame: the same ones for whoever learns from that frame."""
    if frame not in _lines:
        _lines[frame] = Lines(frame, outcome, level)
    return _lines[frame]


def learner(frame: Frame, outcome: Outcome, level: Level) -> Learner:
    """What learns the coefficients and the variance function from the first rows; nothing from fewer than 200."""
    of_frame = lines(frame, outcome, level)

    def learn(rows: int) -> Document:
        document: Document = {"features": list(features(level)), "rows": rows, "line": None}
        if rows < FEWEST_ROWS:
            return document
        fitted = of_frame.of(rows)
        return document | {"line": fitted.line.document(), "dispersion": fitted.dispersion}

    return learn


def train(frame: Frame, outcome: Outcome, level: Level) -> Document:
    """Learn the coefficients and the variance function; nothing from fewer than 200 rows."""
    return learner(frame, outcome, level)(len(frame))


def forecast(frame: Frame, document: Document | None, level: Level) -> Distributions:
    """Distributions whose mean is the weighted sum, with the themes that moved it most; none from too few rows."""
    if document is None or document["line"] is None:
        unknown = np.full(len(frame), np.nan)
        return Distributions(unknown, unknown.copy(), no_reasons(len(frame)))
    fitted, matrix = line(document["line"]), feature_matrix(frame, level)
    mean = guarded(fitted.mean(matrix), np.ones(len(frame)))[0]
    mean, variance = guarded(mean, variance_at(document["dispersion"], mean, widening(frame)))
    return Distributions(mean, variance, largest_contributions(fitted.contributions(matrix, level), THEMES, mean))


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
