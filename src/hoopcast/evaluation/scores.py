"""Scores of forecasts, and how sure they are: intervals by days resampled, and differences between systems."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from scipy.stats import bootstrap, norm
from scipy.stats import t as student

from hoopcast.arrays import DateArray, FloatArray
from hoopcast.market.after_market import logistic_weights

BINS = 10
# Probabilities closer to certainty count as these: one surprise is not to outweigh a season.
SUREST = 0.995
LEVELS = (0.5, 0.8, 0.95)
_REPEATS = 10_000
_WORST_CONDITION = 1e10
_SEED = 20_211_019
_Z = float(norm.ppf(0.975))


@dataclass(frozen=True)
class Reliability:
    """Bins of equally many forecasts by rising probability, (bins,) each.

    Mean probability, observed frequency, number of forecasts, and the sum of p (1 - p) over them, the variance that the
    number of events has if the forecasts are calibrated.
    """

    probability: FloatArray
    frequency: FloatArray
    count: FloatArray
    variance: FloatArray


@dataclass(frozen=True)
class LogisticFit:
    """Regression of events on the log odds of their probability: slope 1 and intercept 0 if calibrated.

    Each with its 95 % interval, days taken as a whole (sandwich estimator, clustered). NaN where no fit exists: the
    probabilities do not vary, or tell every event from every other.
    """

    slope: float
    slope_low: float
    slope_high: float
    intercept: float
    intercept_low: float
    intercept_high: float


def reliability(probability: FloatArray, event: FloatArray, bins: int = BINS) -> Reliability:
    """Mean probability beside observed frequency, in bins of equal mass.

    Args:
        probability: (n,) forecasts.
        event: (n,) 1 where it happened, else 0.
        bins: number of bins; ties keep their order.
    """
    rank = np.empty(len(probability), dtype=np.int64)
    rank[np.argsort(probability, kind="stable")] = np.arange(len(probability))
    bin_number = rank * bins // max(len(probability), 1)

    def bin_sums(values: FloatArray) -> FloatArray:
        return np.bincount(bin_number, values, minlength=bins).astype(np.float64)

    count = np.bincount(bin_number, minlength=bins).astype(np.float64)
    size = np.maximum(count, 1)
    variance = bin_sums(probability * (1 - probability))
    return Reliability(bin_sums(probability) / size, bin_sums(event) / size, count, variance)


def calibration_error(bins: Reliability) -> float:
    """Mean distance of probability from observed frequency, weighted by the forecasts of each bin."""
    return float((np.abs(bins.probability - bins.frequency) * bins.count).sum() / bins.count.sum())


def calibration_error_limit(bins: Reliability, quantile: float = 0.95) -> float:
    """Calibration error that calibrated forecasts stay below with a probability, simulated with a fixed seed.

    The number of events in a bin is drawn from the normal distribution of its mean and variance.
    """
    rng = np.random.default_rng(_SEED)
    surplus = rng.standard_normal((_REPEATS, len(bins.count))) * np.sqrt(bins.variance)
    return float(np.quantile(np.abs(surplus).sum(axis=1) / bins.count.sum(), quantile))


def logistic_fit(probability: FloatArray, event: FloatArray, day: DateArray) -> LogisticFit:
    """Logistic regression of events on log odds; Cox (1958), "Two further applications of a model".

    Args:
        probability: (n,) forecasts in (0, 1).
        event: (n,) 1 where it happened, else 0.
        day: (n,) dates.
    """
    design = np.column_stack([np.ones(len(probability)), log_odds(probability)])
    weights = logistic_weights(design, event)
    expected = expit(design @ weights)
    _, group = np.unique(day, return_inverse=True)
    gradient = design * (event - expected)[:, None]
    of_days = np.stack([np.bincount(group, column) for column in gradient.T], axis=1)
    curvature = (design * (expected * (1 - expected))[:, None]).T @ design
    if np.linalg.cond(curvature) > _WORST_CONDITION:
        return LogisticFit(*(np.nan,) * 6)
    inverse = np.linalg.inv(curvature)
    error = np.sqrt(np.diag(inverse @ (of_days.T @ of_days) @ inverse))
    low, high = weights - _Z * error, weights + _Z * error
    return LogisticFit(*(float(part[place]) for place in (1, 0) for part in (weights, low, high)))


def log_odds(probability: FloatArray) -> FloatArray:
    """ln(p / (1 - p)) of (n,) probabilities, kept within .005 to .995."""
    inside = within_surest(probability)
    odds: FloatArray = inside / (1 - inside)
    return np.log(odds)


def within_surest(probability: FloatArray) -> FloatArray:
    """Probabilities brought into .005 to .995, (n,)."""
    return np.clip(probability, 1 - SUREST, SUREST)


def log_losses(probability: FloatArray, event: FloatArray) -> FloatArray:
    """Minus the logarithm of the probability of what happened, (n,), probabilities kept within .005 to .995."""
    inside = within_surest(probability)
    return -np.log(np.where(event > 0, inside, 1 - inside))


def brier_scores(probability: FloatArray, event: FloatArray) -> FloatArray:
    """Squared distances of probabilities from what happened, (n,); Brier (1950)."""
    return (probability - event) ** 2


def coverage(pit: FloatArray, level: float) -> float:
    """Share of outcomes inside the central interval of a probability: of (n,) randomised transforms, so exact."""
    return float((np.abs(pit - 0.5) <= level / 2).mean())


def pit_histogram(pit: FloatArray, bins: int = BINS) -> FloatArray:
    """Share of (n,) randomised transforms in each of equally wide bins, (bins,): all alike if calibrated."""
    return np.histogram(pit, bins, (0.0, 1.0))[0] / max(len(pit), 1)


def pit_distance(shares: FloatArray) -> float:
    """Total variation distance of a PIT histogram from the flat one."""
    return float(np.abs(shares - 1 / len(shares)).sum() / 2)


def pit_distance_limit(rows: int, bins: int = BINS, quantile: float = 0.95) -> float:
    """Distance that calibrated forecasts stay below with a probability, simulated with a fixed seed."""
    drawn = np.random.default_rng(_SEED).multinomial(rows, np.full(bins, 1 / bins), _REPEATS)
    return float(np.quantile(np.abs(drawn / rows - 1 / bins).sum(axis=1) / 2, quantile))


RESAMPLES = 1000
FEWEST_ROWS = 31
_RESAMPLING_SEED = 0
_FEWEST_DAYS = 2


@dataclass(frozen=True)
class Interval:
    """A 95 % interval; NaN at both ends where one day alone was seen."""

    low: float
    high: float

    def ends(self, name: str) -> dict[str, float]:
        """Both ends by the names of fields, such as `mae_low` and `mae_high`."""
        return {f"{name}_low": self.low, f"{name}_high": self.high}


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
    """Interval of the mean of (n,) values: percentiles of the means of resampled days, with a fixed seed.

    Efron & Tibshirani (1993).
    """
    sums, counts = day_sums(values, day)
    if len(sums) < _FEWEST_DAYS:
        return Interval(np.nan, np.nan)

    def ratio(top: FloatArray, bottom: FloatArray, axis: int = -1) -> FloatArray:
        ratios: FloatArray = top.sum(axis=axis) / bottom.sum(axis=axis)
        return ratios

    interval = bootstrap(
        (sums, counts), ratio, paired=True, vectorized=True, n_resamples=RESAMPLES, method="percentile",
        rng=np.random.default_rng(_RESAMPLING_SEED),
    ).confidence_interval  # fmt: skip
    return Interval(float(interval.low), float(interval.high))


def mean_or_nan(values: FloatArray) -> float:
    """Mean of (n,) values, NaN of none."""
    return float(values.mean()) if len(values) else float("nan")


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
