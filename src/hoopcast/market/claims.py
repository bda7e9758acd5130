"""Claimed expected value beside what bets of that claim returned: whether a record pays what it says."""

from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from hoopcast.arrays import DateArray, FloatArray

# Bands of claimed expected value of one unit. Beyond the last edge no claim is made: it was set after a look at
# 2021-22, where such claims returned less than nothing. No earlier season has prices of both sides to choose it on.
EDGES = (-1.0, -0.03, 0.0, 0.03, 0.06)
LARGEST_CREDIBLE = EDGES[-1]
# Fewer claims, or days, have no interval worth the name.
FEWEST_CLAIMS, FEWEST_DAYS, FEWEST_BETS = 50, 10, 20
_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Band:
    """Claims of expected value from `low` to below `high`, and what one unit on each returned on average.

    The interval is of 95 %, with the bets of a day taken as one: the sandwich estimator clustered by day, with the
    normal distribution. It is NaN, and the band `is_judged` by nothing, with fewer than 50 claims or 10 days.
    """

    low: float
    high: float
    claims: int
    claimed: float
    returned: float
    returned_low: float
    returned_high: float

    @property
    def is_judged(self) -> bool:
        """Whether there are claims enough to judge by."""
        return bool(np.isfinite(self.returned_low))

    @property
    def holds(self) -> bool:
        """Whether the claim lies within the interval of what was returned; what is not judged does."""
        return not self.is_judged or self.returned_low <= self.claimed <= self.returned_high


@dataclass(frozen=True)
class Slope:
    """Least-squares slope of returns on claims, with its 95 % interval clustered by day; NaN where not judged."""

    slope: float
    low: float
    high: float

    @property
    def is_judged(self) -> bool:
        """Whether there are claims enough to judge by."""
        return bool(np.isfinite(self.low))

    @property
    def holds(self) -> bool:
        """Whether the interval contains 1: returns rise as claims do."""
        return not self.is_judged or self.low <= 1 <= self.high


@dataclass(frozen=True)
class ClaimRecord:
    """What claims returned, by band, and the slope over all of them."""

    bands: tuple[Band, ...]
    slope: Slope

    @property
    def broken(self) -> str:
        """What does not hold, in a few words; empty where everything does."""
        for band in self.bands:
            if not band.holds:
                return (
                    f"claims of {100 * band.claimed:+.2f} % returned {100 * band.returned:+.2f} %"
                    f" ({100 * band.returned_low:+.2f} to {100 * band.returned_high:+.2f}) on {band.claims:,} lines"
                )
        if not self.slope.holds:
            return (
                f"returns rise by {self.slope.slope:.2f} of what claims do"
                f" ({self.slope.low:.2f} to {self.slope.high:.2f}), not by 1"
            )
        return ""


def claim_record(claimed: FloatArray, returned: FloatArray, day: DateArray) -> ClaimRecord:
    """The record of claims.

    Args:
        claimed: (n,) expected values of one unit that were claimed, below the largest credible one.
        returned: (n,) what one unit returned, pushes 0.
        day: (n,) dates of the games.
    """
    bands = tuple(_band(low, high, claimed, returned, day) for low, high in pairwise(EDGES))
    return ClaimRecord(bands, _slope(claimed, returned, day))


def mean_return(returned: FloatArray, day: DateArray) -> tuple[float, float, float]:
    """Mean of returns and its 95 % interval, the bets of a day taken as one; no interval of fewer than 20 bets."""
    days, group = np.unique(day, return_inverse=True)
    if not len(returned):
        return np.nan, np.nan, np.nan
    mean = float(returned.mean())
    if len(days) == 1 or len(returned) < FEWEST_BETS:
        return mean, np.nan, np.nan
    sums = np.bincount(group, returned - mean)
    half = _Z * float(np.sqrt((sums**2).sum() * len(days) / (len(days) - 1))) / len(returned)
    return mean, mean - half, mean + half


def _band(low: float, high: float, claimed: FloatArray, returned: FloatArray, day: DateArray) -> Band:
    inside = (claimed >= low) & (claimed < high)
    count = int(inside.sum())
    if not count:
        return Band(low, high, 0, np.nan, np.nan, np.nan, np.nan)
    mean, *interval = mean_return(returned[inside], day[inside])
    if count < FEWEST_CLAIMS or len(np.unique(day[inside])) < FEWEST_DAYS:
        interval = [np.nan, np.nan]
    return Band(low, high, count, float(claimed[inside].mean()), mean, *interval)


def _slope(claimed: FloatArray, returned: FloatArray, day: DateArray) -> Slope:
    days, group = np.unique(day, return_inverse=True)
    if len(claimed) < FEWEST_CLAIMS or len(days) < FEWEST_DAYS or np.ptp(claimed) == 0:
        return Slope(np.nan, np.nan, np.nan)
    centred = claimed - claimed.mean()
    spread = float(centred @ centred)
    slope = float(centred @ returned) / spread
    left = returned - returned.mean() - slope * centred
    sums = np.bincount(group, centred * left)
    half = _Z * float(np.sqrt((sums**2).sum() * len(days) / (len(days) - 1))) / spread
    return Slope(slope, slope - half, slope + half)
