"""How sure a difference is: whole days are resampled, for forecasts of one night share injuries, pace and overtime."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import bootstrap
from scipy.stats import t as student

from hoopcast.arrays import DateArray, FloatArray

RESAMPLES = 1000
FEWEST_ROWS = 31
_SEED = 0
_FEWEST_DAYS = 2


@dataclass(frozen=True)
class Interval:
    """A 95 % interval; NaN at both ends where one day alone was seen."""

    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """A mean difference of losses with its day-clustered t and two-sided p-value; negative is better than the other."""

    mean: float
    t: float
    p_value: float


UNKNOWN = Difference(np.nan, np.nan, np.nan)


def day_sums(values: FloatArray, day: DateArray) -> tuple[FloatArray, FloatArray]:
    """Sum and number of (n,) values on each day, in the order of days."""
    _, group = np.unique(day, return_inverse=True)
    return np.bincount(group, values).astype(np.float64), np.bincount(group).astype(np.float64)


def mean_interval(values: FloatArray, day: DateArray) -> Interval:
    """Interval of the mean of (n,) values: percentiles of the means of resampled days, with a fixed seed."""
    if not len(values):
        return Interval(np.nan, np.nan)
    return ratio_interval(*day_sums(values, day))


def ratio_interval(above: FloatArray, below: FloatArray) -> Interval:
    """Interval of the ratio of two sums over (days,), resampling days with a fixed seed; Efron & Tibshirani (1993)."""
    if len(above) < _FEWEST_DAYS:
        return Interval(np.nan, np.nan)

    def ratio(top: FloatArray, bottom: FloatArray, axis: int = -1) -> FloatArray:
        found: FloatArray = top.sum(axis=axis) / bottom.sum(axis=axis)
        return found

    found = bootstrap(
        (above, below), ratio, paired=True, vectorized=True, n_resamples=RESAMPLES, method="percentile",
        rng=np.random.default_rng(_SEED),
    ).confidence_interval  # fmt: skip
    return Interval(float(found.low), float(found.high))


def difference(loss: FloatArray, other: FloatArray, day: DateArray) -> Difference:
    """Whether losses are smaller than those of another forecast of the same rows.

    The t of Diebold & Mariano (1995) with the variance of the mean clustered by day, and as many degrees of freedom
    as days less one.

    Args:
        loss: (n,) losses; rows where either is NaN are left out.
        other: (n,) losses of the other forecast.
        day: (n,) dates.
    """
    both = np.isfinite(loss) & np.isfinite(other)
    excess = (loss - other)[both]
    if len(excess) < FEWEST_ROWS:
        return UNKNOWN
    mean = float(excess.mean())
    sums, _ = day_sums(excess - mean, day[both])
    error = float(np.sqrt((sums**2).sum())) / len(excess)
    if error == 0 or len(sums) < _FEWEST_DAYS:
        return Difference(mean, np.nan, np.nan)
    statistic = mean / error
    return Difference(mean, statistic, float(2 * student.sf(abs(statistic), len(sums) - 1)))
