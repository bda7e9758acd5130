"""Weighted least squares with a light ridge, and the plainest variance of points: a line in the mean."""

from dataclasses import dataclass

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.forecast.distribution import LOWEST_DISPERSION
from hoopcast.forecast.frame import Document

# Appearances that vote for a coefficient of nought: what keeps the first refits of a warehouse quiet.
RIDGE = 10.0
_ROUNDS = 8
# Of its size: a predictor that moves no further does not move.
_STILL = 1e-6
# Rows at a time.
_CHUNK = 4_096


@dataclass(frozen=True)
class Plane:
    """What least squares found: target = intercept + matrix @ slopes."""

    intercept: float
    slopes: FloatArray

    def at(self, matrix: FloatArray) -> FloatArray:
        """The target expected at (n, k) predictors, (n,)."""
        found: FloatArray = self.intercept + (matrix * self.slopes).sum(axis=1)
        return found

    def contributions(self, matrix: FloatArray, centre: FloatArray) -> FloatArray:
        """By how much each of (n, k) predictors moves the target from where it is at the centre (k,)."""
        return (matrix - centre) * self.slopes

    def document(self) -> Document:
        """The plane as JSON."""
        return {"intercept": rounded(self.intercept), "slopes": [rounded(slope) for slope in self.slopes.tolist()]}


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
    # Some rows at a time: a copy of all with their weights would leave the processor's cache, and double the memory.
    for start in range(0, len(target), _CHUNK):
        part = slice(start, start + _CHUNK)
        design = np.column_stack([np.ones(len(target[part])), matrix[part], target[part]])
        products += (design * weight[part, None]).T @ design
    return Sums(len(target), products)


def fitted(matrix: FloatArray, target: FloatArray, weight: FloatArray, ridge: float = RIDGE) -> Plane:
    """Ridge regression on standardised predictors.

    Args:
        matrix: (n, k) predictors without NaN; one that never moves gets a slope of nought.
        target: (n,).
        weight: (n,) of the rows, 1 / variance of the target up to a factor.
        ridge: strength, in rows of average weight.
    """
    return solved(sums(matrix, target, weight), ridge)


def solved(found: Sums, ridge: float = RIDGE) -> Plane:
    """What `fitted` finds, from the sums over the rows."""
    means = found.products / found.products[0, 0]
    centre, level = means[0, 1:-1], float(means[0, -1])
    moments = means[1:-1, 1:-1] - np.outer(centre, centre)
    with_target = means[1:-1, -1] - centre * level
    scale = np.sqrt(np.maximum(np.diag(moments), 0))
    moving = scale > _STILL * (1 + np.abs(centre))
    unit = np.where(moving, scale, 1)
    gram = np.where(np.outer(moving, moving), moments / np.outer(unit, unit), 0)
    gram += ridge / found.rows * np.eye(len(centre))
    slopes = np.linalg.solve(gram, np.where(moving, with_target / unit, 0))
    slopes = np.where(moving, slopes / unit, 0)
    return Plane(level - float(centre @ slopes), slopes)


def fitted_variance(mean: FloatArray, points: FloatArray) -> Document:
    """Variance of points about a forecast as constant + slope * mean, neither below 0.

    Squared errors regressed on the mean with weights 1 / variance^2, repeated: quasi-likelihood of a gamma distribution
    (McCullagh & Nelder 1989, ch. 8). The best line for bench and stars alike.
    """
    squares = (points - mean) ** 2
    matrix = np.column_stack([np.ones(len(mean)), mean])
    line = np.array([8.0, 2.5])
    for _ in range(_ROUNDS):
        weight = variance_at({"constant": line[0], "slope": line[1]}, mean) ** -2.0
        gram = (matrix * weight[:, None]).T @ matrix
        line = np.maximum(np.linalg.lstsq(gram, (matrix * weight[:, None]).T @ squares)[0], 0)
    return {"constant": rounded(line[0]), "slope": rounded(line[1])}


def variance_at(document: Document, mean: FloatArray) -> FloatArray:
    """Variance of points, points squared, at (n,) means by a line; at least 1.02 times the mean."""
    line: FloatArray = document["constant"] + document["slope"] * mean
    return np.maximum(line, LOWEST_DISPERSION * mean)


def rounded(number: float) -> float:
    """A number with the nine significant digits that documents keep."""
    return float(f"{number:.9g}")


def filled(values: FloatArray, instead: FloatArray | float = 0.0) -> FloatArray:
    """Values with something instead of NaN."""
    return np.where(np.isnan(values), instead, values)
