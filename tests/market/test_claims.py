"""Whether a record pays what it says: bands, intervals and slopes by hand, and how often the truth is taken for one."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from hoopcast.arrays import DateArray, FloatArray
from hoopcast.market.claims import EDGES, FEWEST_CLAIMS, FEWEST_DAYS, LARGEST_CREDIBLE, ClaimRecord, claim_record

START = np.datetime64("2021-10-19")
Z = 1.959963984540054
PRICE = 1.9


def days(count: int, a_day: int) -> DateArray:
    """Dates of so many bets on each of so many days."""
    return np.repeat(START + np.arange(count), a_day)


def history(seed: int, count: int = 40, a_day: int = 30) -> tuple[FloatArray, FloatArray, DateArray]:
    """Claims of all bands, returns that have nothing to do with them, and days of which each has its luck."""
    draw = np.random.default_rng(seed)
    day = days(count, a_day)
    luck = np.repeat(draw.normal(0, 0.3, count), a_day)
    return draw.uniform(-0.15, LARGEST_CREDIBLE, len(day)), draw.normal(0, 1, len(day)) + luck, day


def true_record(draw: np.random.Generator, shared: float, count: int = 60, a_day: int = 50) -> ClaimRecord:
    """The record of claims that are true, where bets of a day share a part of their luck."""
    day = days(count, a_day)
    probability = draw.uniform(0.48, 0.55, len(day))
    luck = np.sqrt(shared) * np.repeat(draw.normal(size=count), a_day) + np.sqrt(1 - shared) * draw.normal(
        size=len(day)
    )
    price = 1.06 / draw.uniform(0.51, 0.54, len(day))
    won = ndtr(luck) < probability
    claimed = probability * price - 1
    inside = claimed < LARGEST_CREDIBLE
    return claim_record(claimed[inside], np.where(won, price - 1, -1)[inside], day[inside])


def paying(claimed: float, wins: int, a_day: int = 100, count: int = 20) -> tuple[FloatArray, FloatArray, DateArray]:
    """Bets of one claim of which so many a day are won, one more or less on every other day."""
    won = np.concatenate([np.arange(a_day) < wins + (-1) ** number for number in range(count)])
    return np.full(a_day * count, claimed), np.where(won, PRICE - 1, -1.0), days(count, a_day)


def test_bands_end_at_three_below_nought_nought_three_and_six_percent() -> None:
    assert EDGES == (-1.0, -0.03, 0.0, 0.03, 0.06)
    assert LARGEST_CREDIBLE == 0.06
    claimed = np.array([-1.0, -0.5, -0.03, -0.01, 0.0, 0.03, 0.0599, 0.06])
    bands = claim_record(claimed, np.arange(8.0), days(8, 1)).bands
    assert [(band.low, band.high) for band in bands] == list(pairwise(EDGES))
    assert [band.claims for band in bands] == [2, 2, 1, 2]
    assert [band.claimed for band in bands] == pytest.approx([-0.75, -0.02, 0.0, 0.04495])
    assert [band.returned for band in bands] == pytest.approx([0.5, 2.5, 4.0, 5.5])


def test_the_interval_of_a_band_by_hand() -> None:
    # Ten days of ten bets: on six days all are won at 1.9, on four all are lost.
    returned = np.repeat(np.where(np.arange(10) < 6, PRICE - 1, -1.0), 10)
    band = claim_record(np.full(100, 0.04), returned, days(10, 10)).bands[-1]
    mean = Fraction(6 * 9, 100) - Fraction(4, 10)
    of_days = [10 * (Fraction(9, 10) - mean)] * 6 + [10 * (-1 - mean)] * 4
    variance = sum(one**2 for one in of_days) * Fraction(10, 9) / 100**2
    half = Z * float(variance) ** 0.5
    assert band.claims == 100
    assert band.claimed == pytest.approx(0.04)
    assert (band.returned, band.returned_low, band.returned_high) == pytest.approx(
        (float(mean), float(mean) - half, float(mean) + half)
    )
    assert half == pytest.approx(0.6081, abs=1e-4)


@given(st.integers(0, 200))
def test_the_interval_of_a_band_is_that_of_the_mean_with_the_bets_of_a_day_taken_as_one(seed: int) -> None:
    claimed, returned, day = history(seed)
    for band in claim_record(claimed, returned, day).bands:
        inside = (claimed >= band.low) & (claimed < band.high)
        of_days = [(returned[inside & (day == one)].sum(), (inside & (day == one)).sum()) for one in np.unique(day)]
        sums, counts = np.array([pair for pair in of_days if pair[1]]).T
        mean = sums.sum() / counts.sum()
        # The variance of a ratio of totals over days that are drawn as a whole.
        variance = len(sums) * np.var(sums - mean * counts, ddof=1) / counts.sum() ** 2
        assert band.returned == pytest.approx(mean)
        assert (band.returned_high - band.returned_low) / 2 == pytest.approx(Z * variance**0.5)
        assert band.is_judged


def test_the_slope_by_hand() -> None:
    # Ten days of ten bets, half of a claim of 2 %, half of none; the former win on seven days, the latter on five.
    claimed = np.tile(np.repeat([0.02, 0.0], 5), 10)
    is_high, number = claimed > 0, np.repeat(np.arange(10), 10)
    won = np.where(is_high, number < 7, number < 5)
    slope = claim_record(claimed, np.where(won, 1.0, -1.0), days(10, 10)).slope
    # Means are .4 and 0, 2 % apart; a bet's claim is .01 from the mean, and its residual what it is from its own mean.
    of_day = [Fraction(5) * (Fraction(6, 10) - 1)] * 5 + [Fraction(5) * (Fraction(6, 10) + 1)] * 2 + [
        Fraction(5) * (-Fraction(14, 10) + 1)
    ] * 3  # fmt: skip
    variance = sum(one**2 for one in of_day) * Fraction(10, 9) * Fraction(1, 100) ** 2 / Fraction(100, 10**4) ** 2
    half = Z * float(variance) ** 0.5
    assert slope.slope == pytest.approx(0.4 / 0.02)
    assert (slope.high - slope.low) / 2 == pytest.approx(half)
    assert slope.low + slope.high == pytest.approx(40)


@given(st.integers(0, 200))
def test_the_slope_is_that_of_least_squares_with_the_sandwich_of_days(seed: int) -> None:
    claimed, returned, day = history(seed)
    found = claim_record(claimed, returned, day).slope
    slope, intercept = np.polyfit(claimed, returned, 1)
    design = np.column_stack([np.ones(len(claimed)), claimed])
    residual = returned - intercept - slope * claimed
    of_days = np.array([design[day == one].T @ residual[day == one] for one in np.unique(day)])
    bread = np.linalg.inv(design.T @ design)
    covariance = bread @ (of_days.T @ of_days) @ bread * len(of_days) / (len(of_days) - 1)
    half = Z * covariance[1, 1] ** 0.5
    assert (found.slope, found.low, found.high) == pytest.approx((slope, slope - half, slope + half))


@given(st.integers(0, 50))
def test_the_order_of_bets_does_not_matter(seed: int) -> None:
    claimed, returned, day = history(seed)
    order = np.random.default_rng(seed).permutation(len(day))
    found, other = claim_record(claimed, returned, day), claim_record(claimed[order], returned[order], day[order])
    for band, same in zip(found.bands, other.bands, strict=True):
        assert vars(band) == pytest.approx(vars(same))
    assert vars(found.slope) == pytest.approx(vars(other.slope))


@pytest.mark.parametrize(
    ("count", "a_day", "is_judged"), [(10, 5, True), (16, 3, False), (9, 100, False), (50, 1, True), (49, 1, False)]
)
def test_too_few_claims_or_days_are_not_judged(count: int, a_day: int, *, is_judged: bool) -> None:
    assert is_judged == (count * a_day >= FEWEST_CLAIMS and count >= FEWEST_DAYS)
    claimed = np.resize([0.031, 0.059], count * a_day)
    returned = np.resize([-0.9, -1.0, -1.0], count * a_day)
    record = claim_record(claimed, returned, days(count, a_day))
    band = record.bands[-1]
    assert (band.is_judged, record.slope.is_judged) == (is_judged, is_judged)
    assert band.claims == count * a_day
    assert band.returned == pytest.approx(returned.mean())
    assert band.holds != is_judged, "what returns nothing is out of order as soon as there is enough of it"
    assert bool(record.broken) == is_judged
    assert np.isnan(band.returned_low) == (not is_judged)


def test_no_claims_are_no_record() -> None:
    nothing = np.empty(0)
    record = claim_record(nothing, nothing, np.empty(0, dtype="datetime64[D]"))
    assert [band.claims for band in record.bands] == [0, 0, 0, 0]
    assert all(band.holds and not band.is_judged for band in record.bands)
    assert record.slope.holds
    assert record.broken == ""


def test_claims_that_are_all_the_same_have_no_slope() -> None:
    record = claim_record(*paying(0.04, 55))
    assert not record.slope.is_judged
    assert record.slope.holds


@pytest.mark.parametrize(
    ("claimed", "wins", "says"),
    [
        (0.045, 55, ""),
        (0.045, 52, "claims of +4.50 % returned -1.20 % (-2.05 to -0.35) on 2,000 lines"),
        (0.031, 57, "claims of +3.10 % returned +8.30 % (+7.45 to +9.15) on 2,000 lines"),
        (-0.05, 45, "claims of -5.00 % returned -14.50 % (-15.35 to -13.65) on 2,000 lines"),
    ],
)
def test_a_claim_above_or_below_its_interval_is_broken_and_says_so_in_a_line(
    claimed: float, wins: int, says: str
) -> None:
    record = claim_record(*paying(claimed, wins))
    assert record.broken == says
    band = next(band for band in record.bands if band.claims)
    assert band.holds == (not says)
    assert (band.returned_low <= claimed <= band.returned_high) == (not says)
    assert "\n" not in record.broken


@pytest.mark.parametrize(("low", "high", "holds"), [(0.0, 0.04, True), (0.04, 0.0, False)])
def test_returns_that_do_not_rise_with_the_claims_are_broken(low: float, high: float, *, holds: bool) -> None:
    # Each band pays within its interval, which is wide as days have their luck; within a day it is the same for both.
    draw = np.random.default_rng(3)
    claimed = np.tile(np.repeat([0.0, 0.04], 50), 30)
    luck = np.repeat(draw.normal(0, 0.15, 30), 100) + draw.normal(0, 0.3, 3_000)
    record = claim_record(claimed, np.where(claimed > 0, high, low) + luck, days(30, 100))
    assert all(band.holds for band in record.bands)
    slope = record.slope
    assert slope.holds == holds == (slope.low <= 1 <= slope.high)
    said = f"returns rise by {slope.slope:.2f} of what claims do ({slope.low:.2f} to {slope.high:.2f}), not by 1"
    assert record.broken == ("" if holds else said)


@pytest.mark.parametrize("shared", [0.0, 0.05])
def test_a_true_claim_holds_in_about_95_of_100_records(shared: float) -> None:
    draw = np.random.default_rng(11)
    records = [true_record(draw, shared) for _ in range(400)]
    for place in range(1, 4):
        bands = [record.bands[place] for record in records]
        assert all(band.is_judged for band in bands)
        assert 0.90 <= np.mean([band.holds for band in bands]) <= 0.98
    assert 0.90 <= np.mean([record.slope.holds for record in records]) <= 0.98


def test_bets_that_share_their_luck_have_a_wider_interval() -> None:
    draw = np.random.default_rng(12)
    alone, together = (true_record(draw, shared).bands[2] for shared in (0.0, 0.3))
    assert together.claims == pytest.approx(alone.claims, rel=0.1)
    assert together.returned_high - together.returned_low > 1.3 * (alone.returned_high - alone.returned_low)
