"""Regressions: ridge on predictors without NULL, from sums that add up, and the variance of points about a forecast."""

from dataclasses import dataclass

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.forecast.distribution import LOWEST_DISPERSION
from hoopcast.forecast.frame import Document

# Appearances that vote for a coefficient of nought: what keeps the first refits of a warehouse quiet.
RIDGE = 10.0
# Of its size: a predictor that moves no further does not move.
_STILL = 1e-6
# Standard deviations from the mean, beyond which a feature says no more: rates of a few seconds of play.
BOUND = 6.0
# Share of NULL from which on it is a predictor of its own.
USUAL_SHARE = 0.01
# A mean below it is taken for it: a logarithm has no bottom.
LOWEST = 0.5
# Rows that vote for variance in proportion to the mean: what keeps the curve of a few rows quiet.
_PRIOR_ROWS = 50.0
_ROUNDS = 50
_ENOUGH = 1e-9
# Rows at a time: what is made of them on the way stays in the processor's cache.
_CHUNK = 4_096


@dataclass(frozen=True)
class Plane:
    """What least squares gives: target = intercept + matrix @ slopes."""

    intercept: float
    slopes: FloatArray

    def at(self, matrix: FloatArray) -> FloatArray:
        """The target expected at (n, k) predictors, (n,)."""
        target: FloatArray = self.intercept + (matrix * self.slopes).sum(axis=1)
        return target

    def contributions(self, matrix: FloatArray, centre: FloatArray) -> FloatArray:
        """By how much each of (n, k) predictors moves the target from where it is at the centre (k,)."""
        return (matrix - centre) * self.slopes

    def document(self) -> Document:
        """The plane as JSON."""
        return {"intercept": rounded(self.intercept), "slopes": rounded_list(self.slopes)}


def plane(document: Document) -> Plane:
    """The plane that a document holds."""
    return Plane(float(document["intercept"]), np.array(document["slopes"], dtype=np.float64))


@dataclass(frozen=True)
class Sums:
    """Sums over rows from which least squares are solved; those of parts add up to those of the whole.

    Args:
        rows: how many.
        products: (k + 2, k + 2) weighted products of one, each of k predictors, and the target.
    """

    rows: int
    products: FloatArray

    def __add__(self, other: "Sums") -> "Sums":
        """Those of the rows of both."""
        return Sums(self.rows + other.rows, self.products + other.products)

    def __sub__(self, other: "Sums") -> "Sums":
        """Those of the rows without some of them."""
        return Sums(self.rows - other.rows, self.products - other.products)


# Sums over no rows.
NOTHING = Sums(0, np.zeros(1))


def sums(matrix: FloatArray, target: FloatArray, weight: FloatArray) -> Sums:
    """Sums over rows.

    Args:
        matrix: (n, k) predictors without NaN.
        target: (n,).
        weight: (n,) of the rows, 1 / variance of the target up to a factor.
    """
    products = np.zeros((matrix.shape[1] + 2,) * 2)
    for start in range(0, len(target), _CHUNK):
        part = slice(start, start + _CHUNK)
        design = np.column_stack([np.ones(len(target[part])), matrix[part], target[part]])
        products += (design * weight[part, None]).T @ design
    return Sums(len(target), products)


def fit_plane(matrix: FloatArray, target: FloatArray, weight: FloatArray, ridge: float = RIDGE) -> Plane:
    """Ridge regression on standardised predictors.

    Args:
        matrix: (n, k) predictors without NaN; one that never moves gets a slope of nought.
        target: (n,).
        weight: (n,) of the rows, 1 / variance of the target up to a factor.
        ridge: strength, in rows of average weight.
    """
    return solve_plane(sums(matrix, target, weight), ridge)


def solve_plane(of_rows: Sums, ridge: float = RIDGE) -> Plane:
    """The plane of `fit_plane`, from the sums over the rows."""
    means = of_rows.products / of_rows.products[0, 0]
    centre, level = means[0, 1:-1], float(means[0, -1])
    moments = means[1:-1, 1:-1] - np.outer(centre, centre)
    with_target = means[1:-1, -1] - centre * level
    scale = np.sqrt(np.maximum(np.diag(moments), 0))
    moving = scale > _STILL * (1 + np.abs(centre))
    unit = np.where(moving, scale, 1)
    gram = np.where(np.outer(moving, moving), moments / np.outer(unit, unit), 0)
    gram += ridge / of_rows.rows * np.eye(len(centre))
    slopes = np.linalg.solve(gram, np.where(moving, with_target / unit, 0))
    slopes = np.where(moving, slopes / unit, 0)
    return Plane(level - float(centre @ slopes), slopes)


@dataclass(frozen=True)
class Predictors:
    """How (n, k) features become predictors: centre and scale (k,), and places (m,) whose NULL is one of its own."""

    centre: FloatArray
    scale: FloatArray
    nulls: tuple[int, ...]

    def of(self, features: FloatArray) -> FloatArray:
        """Predictors without NaN, (n, k + m): within bounds, 0 is the usual in each of the first k."""
        scaled = np.empty((len(features), features.shape[1] + len(self.nulls)))
        for start in range(0, len(features), _CHUNK):
            part = slice(start, start + _CHUNK)
            standardised = (features[part] - self.centre) / self.scale
            missing = np.isnan(standardised)
            np.copyto(standardised, 0.0, where=missing)
            np.clip(standardised, -BOUND, BOUND, out=scaled[part, : features.shape[1]])
            scaled[part, features.shape[1] :] = missing[:, list(self.nulls)]
        return scaled

    def themes(self, themes: FloatArray) -> FloatArray:
        """The (k, themes) matrix of the features, for the predictors: (k + m, themes)."""
        return np.vstack([themes, themes[list(self.nulls)]])

    def document(self) -> Document:
        """As JSON."""
        return {"centre": rounded_list(self.centre), "scale": rounded_list(self.scale), "nulls": list(self.nulls)}


def predictors(document: Document) -> Predictors:
    """What a document holds."""
    centre, scale = (np.array(document[name], dtype=np.float64) for name in ("centre", "scale"))
    return Predictors(centre, scale, tuple(int(place) for place in document["nulls"]))


def fit_predictors(features: FloatArray) -> Predictors:
    """Means and deviations of (n, k) features, NaN aside; one that never moves, or is never known, stays 0."""
    parts = [features[start : start + _CHUNK] for start in range(0, len(features), _CHUNK)]
    known = np.zeros(features.shape[1])
    total, squares = known.copy(), known.copy()
    for part in parts:
        known += (~np.isnan(part)).sum(axis=0)
        total += np.nansum(part, axis=0)
    count = np.maximum(known, 1)
    centre = total / count
    for part in parts:
        squares += np.nansum((part - centre) ** 2, axis=0)
    scale = np.sqrt(squares / count)
    missing = 1 - known / max(len(features), 1)
    nulls = np.flatnonzero((missing >= USUAL_SHARE) & (missing <= 1 - USUAL_SHARE))
    # As a document keeps them, so that what is learned and what is forecast see the same predictors.
    return predictors(Predictors(centre, np.where(scale > 0, scale, 1.0), tuple(nulls.tolist())).document())


def fit_variance(mean: FloatArray, points: FloatArray, features: FloatArray | None = None) -> Document:
    """How far points scatter about a forecast mean: the variance function of every system.

    log v = constant + linear log mu + curved (log mu)^2 + a coefficient for the logarithm of each of the features. A
    gamma regression with a logarithmic link on squared residuals (McCullagh & Nelder 1989, ch. 8): in it a squared
    residual errs in proportion to its expectation, as it does. Variance over mean falls from about 4 for the bench to
    2.7 for stars.

    Args:
        mean: (n,) forecasts, points; of rows that they were not learned from where they have many parameters.
        points: (n,) what then happened.
        features: (n, k) positive quantities that may widen a distribution, such as the deviation of minutes; NaN for
            unknown.

    Returns:
        `coefficients` of the logarithms; `usual`, the mean logarithm of each feature, which stands for unknown; and
        `error`, the mean absolute error of the forecasts.
    """
    squares = np.maximum((points - mean) ** 2, 1e-6)
    features = np.empty((len(mean), 0)) if features is None else features
    usual = np.nan_to_num(np.nanmean(np.log(np.maximum(features, LOWEST)), axis=0)) if features.size else np.empty(0)
    terms = _variance_terms(mean, features, usual)
    prior = np.zeros(terms.shape[1])
    prior[:2] = np.log(squares.sum() / np.maximum(mean, LOWEST).sum()), 1.0
    # The constant is left free: the sum of variances is that of the squares, whatever the prior says of the shape.
    penalty = np.full(len(prior), _PRIOR_ROWS)
    penalty[0] = 0.0
    coefficients = prior.copy()
    gram = terms.T @ terms + np.diag(penalty)
    for _ in range(_ROUNDS):
        expected = np.exp(terms @ coefficients)
        step = np.linalg.solve(gram, terms.T @ (squares / expected - 1) - penalty * (coefficients - prior))
        # Coefficients of a narrow range of means go far together: what is held in is the variance of each row.
        coefficients = coefficients + step / max(1.0, float(np.abs(terms @ step).max()))
        if np.abs(step).max() < _ENOUGH:
            break
    return {
        "coefficients": rounded_list(coefficients),
        "usual": rounded_list(usual),
        "error": rounded(float(np.abs(points - mean).mean())),
    }


def variance_at(document: Document, mean: FloatArray, features: FloatArray | None = None) -> FloatArray:
    """Variances, points squared, at (n,) means by what `fit_variance` gave; at least 1.02 times the mean."""
    usual = np.array(document["usual"], dtype=np.float64)
    features = np.full((len(mean), len(usual)), np.nan) if features is None else features
    terms = _variance_terms(mean, features, usual)
    variance: FloatArray = np.exp(terms @ np.array(document["coefficients"], dtype=np.float64))
    return np.maximum(variance, LOWEST_DISPERSION * mean)


def _variance_terms(mean: FloatArray, features: FloatArray, usual: FloatArray) -> FloatArray:
    log_mean = np.log(np.maximum(mean, LOWEST))
    logs = np.log(np.maximum(features, LOWEST))
    return np.column_stack([np.ones(len(mean)), log_mean, log_mean**2, np.where(np.isnan(logs), usual, logs) - usual])


def rounded(number: float) -> float:
    """A number with the nine significant digits that documents keep."""
    return float(f"{number:.9g}")


def rounded_list(numbers: FloatArray) -> list[float]:
    """(n,) numbers as documents keep them."""
    return [rounded(number) for number in numbers.tolist()]


def filled(values: FloatArray, instead: FloatArray | float = 0.0) -> FloatArray:
    """Values with something instead of NaN."""
    return np.where(np.isnan(values), instead, values)
