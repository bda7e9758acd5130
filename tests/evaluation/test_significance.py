"""Tests and intervals that take days as a whole, against loops written out."""

import math

import numpy as np
import pytest

from hoopcast.arrays import DateArray, FloatArray
from hoopcast.evaluation.scores import difference, mean_interval


def losses(effect: float = 0.0, days: int = 120, a_day: int = 30) -> tuple[FloatArray, FloatArray, DateArray]:
    """Losses of two forecasts that share the luck of each day, and their dates."""
    random = np.random.default_rng(1)
    day = np.datetime64("2021-10-19") + np.repeat(np.arange(days), a_day)
    luck = np.repeat(random.normal(0, 1, days), a_day)
    other = random.gamma(2, 2, len(day))
    return other + luck + random.normal(effect, 1, len(day)), other, day


def test_the_statistic_is_the_mean_over_its_error_summed_by_day() -> None:
    loss, other, day = losses(0.1)
    excess = loss - other
    total = 0.0
    for one in np.unique(day):
        total += float((excess[day == one] - excess.mean()).sum()) ** 2
    expected = excess.mean() / (math.sqrt(total) / len(excess))
    assert difference(loss, other, day).t == pytest.approx(expected, rel=1e-12)


def test_luck_that_a_day_shares_is_no_evidence() -> None:
    loss, other, day = losses(0.1)
    alone = np.datetime64("1900-01-01") + np.arange(len(day))
    assert abs(difference(loss, other, day).t) < abs(difference(loss, other, alone).t) / 3


def test_a_better_forecast_has_a_negative_statistic_and_a_small_p_value() -> None:
    found = difference(*losses(-1.0))
    assert found.t < -5
    assert found.p_value < 1e-4


def test_rows_that_either_forecast_lacks_are_left_out() -> None:
    loss, other, day = losses()
    loss[::3], other[1::3] = np.nan, np.nan
    kept = slice(2, None, 3)
    assert difference(loss, other, day) == difference(loss[kept], other[kept], day[kept])


def test_a_forecast_does_not_differ_from_itself() -> None:
    loss, _, day = losses()
    assert difference(loss, loss, day).mean == 0
    assert math.isnan(difference(loss, loss, day).t)


def test_the_interval_is_that_of_days_drawn_one_by_one() -> None:
    loss, _, day = losses()
    random = np.random.default_rng(2)
    days = [loss[day == one] for one in np.unique(day)]
    means = []
    for _ in range(2000):
        drawn = np.concatenate([days[place] for place in random.integers(0, len(days), len(days))])
        means.append(drawn.mean())
    found = mean_interval(loss, day)
    assert found.low == pytest.approx(np.quantile(means, 0.025), abs=0.02)
    assert found.high == pytest.approx(np.quantile(means, 0.975), abs=0.02)


def test_the_same_rows_have_the_same_interval() -> None:
    loss, _, day = losses()
    assert mean_interval(loss, day) == mean_interval(loss, day)


def test_one_day_tells_nothing_of_how_days_differ() -> None:
    loss, _, day = losses(days=1)
    assert math.isnan(mean_interval(loss, day).low)
