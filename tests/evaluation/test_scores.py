"""Scores against loops written out, and against what calibrated forecasts do."""

import numpy as np
import pytest
from scipy.special import expit

from hoopcast.arrays import DateArray, FloatArray
from hoopcast.evaluation import scores

ROWS = 4000


def calibrated(seed: int, rows: int = ROWS) -> tuple[FloatArray, FloatArray, DateArray]:
    """Probabilities, events that happen so often, and dates of forty events each."""
    random = np.random.default_rng(seed)
    probability = random.uniform(0.2, 0.8, rows)
    event = (random.random(rows) < probability).astype(np.float64)
    return probability, event, np.datetime64("2021-10-19") + np.arange(rows) // 40


def test_the_calibration_error_is_that_of_bins_counted_one_by_one() -> None:
    probability, event, _ = calibrated(1, 1003)
    order = sorted(range(len(probability)), key=lambda row: probability[row])
    bins: list[list[int]] = [[] for _ in range(10)]
    for rank, row in enumerate(order):
        bins[rank * 10 // len(order)].append(row)
    expected = sum(abs(sum(probability[row] - event[row] for row in part)) for part in bins) / len(order)
    assert scores.calibration_error(scores.reliability(probability, event)) == pytest.approx(expected, abs=1e-12)


def test_bins_hold_equally_many_forecasts_by_rising_probability() -> None:
    bins = scores.reliability(*calibrated(2)[:2])
    assert bins.count.tolist() == [ROWS / 10] * 10
    assert (np.diff(bins.probability) > 0).all()


def test_the_limit_is_the_error_that_one_in_twenty_calibrated_samples_exceeds() -> None:
    probability, event, _ = calibrated(3)
    random = np.random.default_rng(4)
    drawn = (random.random((1000, ROWS)) < probability).astype(np.float64)
    errors = [scores.calibration_error(scores.reliability(probability, sample)) for sample in drawn]
    limit = scores.calibration_error_limit(scores.reliability(probability, event))
    assert limit == pytest.approx(np.quantile(errors, 0.95), rel=0.05)


def test_calibrated_forecasts_have_slope_one_and_intercept_nought() -> None:
    inside = np.zeros(2)
    for seed in range(60):
        fit = scores.logistic_fit(*calibrated(seed))
        inside += (fit.slope_low <= 1 <= fit.slope_high, fit.intercept_low <= 0 <= fit.intercept_high)
    assert (inside >= 52).all()


@pytest.mark.parametrize(("slope", "intercept"), [(0.5, 0.0), (1.0, 0.3), (1.6, -0.2)])
def test_the_fit_finds_slope_and_intercept_of_what_is_not_calibrated(slope: float, intercept: float) -> None:
    random = np.random.default_rng(5)
    probability = random.uniform(0.1, 0.9, 200_000)
    true = expit(intercept + slope * np.log(probability / (1 - probability)))
    event = (random.random(len(true)) < true).astype(np.float64)
    fit = scores.logistic_fit(probability, event, np.datetime64("2021-10-19") + np.arange(len(true)) // 200)
    assert fit.slope == pytest.approx(slope, abs=0.03)
    assert fit.intercept == pytest.approx(intercept, abs=0.03)


def test_the_interval_of_the_fit_widens_when_whole_days_go_one_way() -> None:
    probability, event, day = calibrated(6)
    by_row = np.datetime64("2000-01-01") + np.arange(ROWS)
    together = np.repeat(event[::40], 40)
    alone, clustered = (scores.logistic_fit(probability, together, days) for days in (by_row, day))
    assert clustered.intercept_high - clustered.intercept_low > 4 * (alone.intercept_high - alone.intercept_low)


def test_log_loss_is_that_of_each_row_and_a_surprise_is_bounded() -> None:
    found = scores.log_losses(np.array([0.7, 0.7, 1.0, 0.0]), np.array([1.0, 0.0, 0.0, 1.0]))
    assert found == pytest.approx(-np.log([0.7, 0.3, 0.005, 0.005]))


def test_brier_score_is_the_squared_distance() -> None:
    assert scores.brier_scores(np.array([0.25, 1.0]), np.array([1.0, 0.0])) == pytest.approx([0.5625, 1.0])


@pytest.mark.parametrize("level", scores.LEVELS)
def test_coverage_of_flat_transforms_is_the_level(level: float) -> None:
    flat = (np.arange(10_000) + 0.5) / 10_000
    assert scores.coverage(flat, level) == pytest.approx(level, abs=1e-4)


def test_too_narrow_distributions_cover_too_little_and_their_histogram_is_far_from_flat() -> None:
    narrow = np.clip(0.5 + 1.6 * (np.random.default_rng(7).random(ROWS) - 0.5), 0, 1)
    assert scores.coverage(narrow, 0.8) < 0.55
    assert scores.pit_distance(scores.pit_histogram(narrow)) > scores.pit_distance_limit(ROWS)


def test_one_in_twenty_flat_histograms_exceeds_the_limit() -> None:
    random = np.random.default_rng(8)
    far = [scores.pit_distance(scores.pit_histogram(random.random(ROWS))) for _ in range(600)]
    share = np.mean(np.array(far) > scores.pit_distance_limit(ROWS))
    assert 0.025 < share < 0.08
