"""The distribution of a player's points, and everything that is read from it.

A negative binomial on 0..99 of mean mu and variance v, its mass scaled to one, then a monotone recalibration of its
distribution function. In the usual parameters n = mu^2 / (v - mu) and p = mu / v.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.forecast.recalibration import GRID, Recalibration, is_identity, recalibrated

SUPPORT = 100
LOWEST_MEAN = 0.05
HIGHEST_MEAN = 99.0
LOWEST_DISPERSION = 1.02
HIGHEST_VARIANCE = 10_000.0
# Distributions at a time: their matrices of 100 x 2,000 stay in a processor's cache, three times as fast.
_CHUNK = 2_000
_POINTS: FloatArray = np.arange(SUPPORT, dtype=np.float64)
_POWERS: FloatArray = np.stack([_POINTS, _POINTS**2])


@dataclass(frozen=True)
class Distribution:
    """Distributions of points, one a row: (n, 100) probabilities of 0..99 points, and of at most so many.

    Rows without a distribution are NaN. Both are views of arrays that are stored support first.
    """

    pmf: FloatArray
    cdf: FloatArray

    def __len__(self) -> int:
        return len(self.pmf)


@dataclass(frozen=True)
class Summaries:
    """What a forecast says in numbers, (n,) each and NaN without a distribution; the last two also without a line.

    Mean, median and quantiles are in points, the variance in points squared; `probability_over` is that of winning
    the over given no push, `probability_push` that of hitting the line exactly.
    """

    mean: FloatArray
    variance: FloatArray
    median: FloatArray
    p05: FloatArray
    p10: FloatArray
    p25: FloatArray
    p75: FloatArray
    p90: FloatArray
    p95: FloatArray
    probability_over: FloatArray
    probability_push: FloatArray


@dataclass(frozen=True)
class Scores:
    """How good forecasts were, (n,) each, NaN without a distribution or an outcome.

    `crps` is in points, `log_score` is minus the logarithm of the probability of what happened: less is better in
    both. `pit` is the randomised probability integral transform, uniform on [0, 1] if distributions are calibrated.
    """

    crps: FloatArray
    log_score: FloatArray
    pit: FloatArray


def distribution(mean: FloatArray, variance: FloatArray, recalibration: Recalibration | None = None) -> Distribution:
    """Distributions of points.

    Args:
        mean: (n,) mean of the negative binomial, points; brought into .05 to 99, NaN for no distribution.
        variance: (n,) its variance, points squared; brought into 1.02 times the mean to 10,000, NaN for no
            distribution.
        recalibration: of the distribution function; None for none.
    """
    known = np.isfinite(mean) & np.isfinite(variance)
    mu, v = guarded(np.where(known, mean, 1.0), np.where(known, variance, 2.0))
    pmf = np.empty((SUPPORT, len(mu)))
    cdf = np.empty_like(pmf)
    p = mu / v
    n = mu * mu / (v - mu)
    q = 1 - p
    growth = (n - 1) * q
    np.exp(n * np.log(p), out=pmf[0])
    cdf[0] = pmf[0]
    for k in range(1, SUPPORT):
        np.multiply(pmf[k - 1], q + growth / k, out=pmf[k])
        np.add(cdf[k - 1], pmf[k], out=cdf[k])
    scale = 1 / cdf[-1]
    pmf *= scale
    cdf *= scale
    np.minimum(cdf, 1, out=cdf)
    cdf[-1] = 1
    if recalibration is not None and not is_identity(recalibration):
        pmf, cdf = _recalibrated(recalibration, mu, pmf, cdf)
    if not known.all():
        pmf[:, ~known] = np.nan
        cdf[:, ~known] = np.nan
    return Distribution(pmf.T, cdf.T)


def guarded(mean: FloatArray, variance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and variance brought into the domain of distributions: .05 to 99 points, 1.02 times the mean to 10,000."""
    mu = np.clip(mean, LOWEST_MEAN, HIGHEST_MEAN)
    return mu, np.clip(variance, LOWEST_DISPERSION * mu, HIGHEST_VARIANCE)


def mixture_moments(means: FloatArray, variances: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and variance of mixtures: the negative binomial that stands for a mixture has its first two moments.

    Args:
        means: (n, k) of the parts, points.
        variances: (n, k) of the parts, points squared.
        weights: (k,) or (n, k), adding to one over the parts.
    """
    mean = (weights * means).sum(axis=-1)
    spread = (means - mean[..., None]) ** 2
    return mean, (weights * (variances + spread)).sum(axis=-1)


def moments(distributions: Distribution) -> tuple[FloatArray, FloatArray]:
    """Mean, points, and variance, points squared, of the final distributions."""
    first, second = _POWERS @ distributions.pmf.T
    return first, second - first**2


def quantile(distributions: Distribution, probability: float) -> FloatArray:
    """Fewest points k with P(at most k) >= probability, which lies in (0, 1)."""
    cdf, columns = distributions.cdf.T, np.arange(len(distributions))
    low, high = np.zeros(len(distributions), np.intp), np.full(len(distributions), SUPPORT - 1)
    for _ in range(SUPPORT.bit_length()):
        middle = (low + high) // 2
        reached = cdf[middle, columns] >= probability
        high = np.where(reached, middle, high)
        low = np.where(reached | (low == high), low, middle + 1)
    return np.where(np.isnan(cdf[-1]), np.nan, high)


def median(distributions: Distribution) -> FloatArray:
    """Median in the way of grouped data: each whole number stands for the half point on either side of it.

    With k the integer median, k - 1/2 + (1/2 - P(below k)) / P(k), and not below 0: an integer would lose accuracy as
    a forecast of one number.
    """
    k = quantile(distributions, 0.5)
    below, upto = _cdf_at(distributions, k - 1), _cdf_at(distributions, k)
    with np.errstate(invalid="ignore"):
        return np.maximum(k - 0.5 + (0.5 - below) / (upto - below), 0)


def probability_push(distributions: Distribution, line: FloatArray) -> FloatArray:
    """Probability of hitting (n,) lines exactly: 0 unless a line is whole, NaN without a line."""
    return _cdf_at(distributions, np.floor(line)) - _cdf_at(distributions, np.ceil(line) - 1)


def probability_over(distributions: Distribution, line: FloatArray) -> FloatArray:
    """Probability of more points than (n,) lines, given no push; NaN without a line."""
    over, under = 1 - _cdf_at(distributions, np.floor(line)), _cdf_at(distributions, np.ceil(line) - 1)
    return over / (over + under)


def crps(distributions: Distribution, points: FloatArray) -> FloatArray:
    """Continuous ranked probability score, points: the sum over k of (P(at most k) - [points <= k])^2.

    Matheson & Winkler (1976) on whole numbers. More than 99 points count as 99.
    """
    cdf = distributions.cdf.T
    error = cdf - (_POINTS[:, None] >= np.minimum(points, SUPPORT - 1))
    error *= error
    return np.where(np.isnan(points), np.nan, error.sum(axis=0))


def log_score(distributions: Distribution, points: FloatArray) -> FloatArray:
    """Minus the natural logarithm of the probability of the points that were scored; more than 99 count as 99."""
    place = np.clip(np.nan_to_num(points), 0, SUPPORT - 1).astype(np.intp)
    with np.errstate(divide="ignore"):
        score: FloatArray = -np.log(distributions.pmf.T[place, np.arange(len(distributions))])
    return np.where(np.isnan(points), np.nan, score)


def pit(distributions: Distribution, points: FloatArray, uniform: FloatArray) -> FloatArray:
    """Randomised probability integral transform, in [0, 1]: P(below points) + u P(points); over 99 count as 99.

    Args:
        distributions: n distributions.
        points: (n,) points that were scored.
        uniform: (n,) u in [0, 1), such as `row_uniform` gives.
    """
    counted = np.minimum(points, SUPPORT - 1)
    below, upto = _cdf_at(distributions, counted - 1), _cdf_at(distributions, counted)
    return below + uniform * (upto - below)


def summaries(
    mean: FloatArray, variance: FloatArray, recalibration: Recalibration | None, line: FloatArray
) -> Summaries:
    """What forecasts say in numbers, for any number of rows in little memory.

    Args:
        mean: (n,) mean of the negative binomial, points; NaN for no distribution.
        variance: (n,) its variance, points squared.
        recalibration: of the distribution function; None for none.
        line: (n,) points lines, NaN without one.
    """
    found = np.empty((11, len(mean)))
    for part in _chunks(len(mean)):
        distributions = distribution(mean[part], variance[part], recalibration)
        found[0, part], found[1, part] = moments(distributions)
        found[2, part] = median(distributions)
        for row, probability in enumerate((0.05, 0.1, 0.25, 0.75, 0.9, 0.95), 3):
            found[row, part] = quantile(distributions, probability)
        found[9, part] = probability_over(distributions, line[part])
        found[10, part] = probability_push(distributions, line[part])
    return Summaries(*found)


def scores(
    mean: FloatArray, variance: FloatArray, recalibration: Recalibration | None, points: FloatArray, uniform: FloatArray
) -> Scores:
    """How good forecasts were, for any number of rows in little memory.

    Args:
        mean: (n,) mean of the negative binomial, points; NaN for no distribution.
        variance: (n,) its variance, points squared.
        recalibration: of the distribution function; None for none.
        points: (n,) points that were scored, NaN for an absence.
        uniform: (n,) numbers of `hoopcast.forecast.seeded_noise.row_uniform`.
    """
    found = np.empty((3, len(mean)))
    for part in _chunks(len(mean)):
        distributions = distribution(mean[part], variance[part], recalibration)
        found[0, part] = crps(distributions, points[part])
        found[1, part] = log_score(distributions, points[part])
        found[2, part] = pit(distributions, points[part], uniform[part])
    return Scores(*found)


def transforms(mean: FloatArray, variance: FloatArray, points: FloatArray, uniform: FloatArray) -> FloatArray:
    """The `pit` of `scores` without recalibration alone, (n,): what a recalibration is learned from."""
    found = np.empty(len(mean))
    for part in _chunks(len(mean)):
        found[part] = pit(distribution(mean[part], variance[part]), points[part], uniform[part])
    return found


def mean_for_probability_over(
    line: FloatArray, probability: FloatArray, dispersion: Callable[[FloatArray], FloatArray]
) -> FloatArray:
    """Means of the distributions, before recalibration, whose probability of the over given no push is given.

    Args:
        line: (n,) points lines.
        probability: (n,) probabilities of the over, in (0, 1).
        dispersion: variance, points squared, at a mean, points; of any number of rows.

    Returns:
        (n,) means, points; NaN where line or probability is, and where no mean from .05 to 99 has that probability.
    """

    def excess(mean: FloatArray, line: FloatArray, probability: FloatArray) -> FloatArray:
        found = np.empty(len(mean))
        for part in _chunks(len(mean)):
            distributions = distribution(mean[part], dispersion(mean[part]))
            found[part] = probability_over(distributions, line[part]) - probability[part]
        return found

    means = np.full(len(line), np.nan)
    known = np.isfinite(line) & np.isfinite(probability)
    if known.any():
        # Takes longer to import than a date to be forecast, and few ask.
        from scipy.optimize import elementwise  # noqa: PLC0415

        bracket = (np.full(known.sum(), LOWEST_MEAN), np.full(known.sum(), HIGHEST_MEAN))
        root = elementwise.find_root(excess, bracket, args=(line[known], probability[known]))
        means[known] = np.where(root.success, root.x, np.nan)
    return means


def _recalibrated(
    recalibration: Recalibration, mean: FloatArray, pmf: FloatArray, cdf: FloatArray
) -> tuple[FloatArray, FloatArray]:
    after, top_slope = recalibrated(recalibration, mean, cdf)
    mass = np.diff(after, axis=0, prepend=0)
    # A difference of G has no digits left in the upper tail: there G is a straight line.
    np.copyto(mass[1:], pmf[1:] * top_slope, where=cdf[:-1] >= GRID[-2])
    np.maximum(mass, 0, out=mass)
    return mass, after


def _cdf_at(distributions: Distribution, points: FloatArray) -> FloatArray:
    """P(at most so many points) at (n,) whole numbers, 0 below 0 and 1 from 99 on; NaN at NaN."""
    place = np.clip(np.nan_to_num(points), 0, SUPPORT - 1).astype(np.intp)
    found = distributions.cdf.T[place, np.arange(len(distributions))]
    return np.where(np.isnan(points), np.nan, np.where(points < 0, found * 0, found))


def _chunks(rows: int) -> Iterator[slice]:
    return (slice(start, start + _CHUNK) for start in range(0, rows, _CHUNK))
