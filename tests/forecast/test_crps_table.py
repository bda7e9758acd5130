"""Scores read from the table are those of the distributions, and their slopes are those of the scores."""

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.forecast.crps_table import crps_with_slopes
from hoopcast.forecast.distribution import crps, distribution

DRAW = np.random.default_rng(7)
MEAN = np.exp(DRAW.uniform(np.log(0.3), np.log(40), 5_000))
VARIANCE = MEAN * np.exp(DRAW.uniform(np.log(1.3), np.log(8), 5_000))
POINTS = np.minimum(DRAW.poisson(MEAN * DRAW.gamma(3.0, 1 / 3, 5_000)), 120).astype(np.float64)


def exact(mean: FloatArray, variance: FloatArray) -> FloatArray:
    return crps(distribution(mean, variance), POINTS)


def test_the_table_scores_as_the_distribution_does() -> None:
    error = np.abs(crps_with_slopes(MEAN, VARIANCE, POINTS)[0] - exact(MEAN, VARIANCE))
    assert error.max() < 1e-3
    assert error.mean() < 1e-5


def test_slopes_are_those_of_the_score() -> None:
    _, by_mean, by_variance = crps_with_slopes(MEAN, VARIANCE, POINTS)
    step = 1e-4
    for found, up, down in (
        (by_mean, exact(MEAN + step, VARIANCE), exact(MEAN - step, VARIANCE)),
        (by_variance, exact(MEAN, VARIANCE + step), exact(MEAN, VARIANCE - step)),
    ):
        error = np.abs(found - (up - down) / (2 * step))
        assert error.max() < 0.01
        assert error.mean() < 1e-4


def test_beyond_the_domain_of_distributions_the_score_stands_still() -> None:
    low = np.full(len(POINTS), 0.01)
    score, by_mean, _ = crps_with_slopes(low, np.full(len(POINTS), 0.2), POINTS)
    assert np.abs(score - exact(np.full(len(POINTS), 0.05), np.full(len(POINTS), 0.2))).max() < 5e-3
    assert (by_mean == 0).all()


def test_a_row_is_scored_alone_as_among_others() -> None:
    together = crps_with_slopes(MEAN, VARIANCE, POINTS)
    alone = crps_with_slopes(MEAN[7:8], VARIANCE[7:8], POINTS[7:8])
    assert [float(one[7]) for one in together] == [float(one[0]) for one in alone]
