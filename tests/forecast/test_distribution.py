"""The distribution of points, against published implementations and by hand."""

import numpy as np
import pytest
import scoringrules  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom

from hoopcast.arrays import FloatArray
from hoopcast.forecast.distribution import (
    SUPPORT,
    Distribution,
    crps,
    distribution,
    guarded,
    log_score,
    mean_for_probability_over,
    median,
    mixture_moments,
    moments,
    pit,
    probability_over,
    probability_push,
    quantile,
    scores,
    summaries,
)
from hoopcast.forecast.recalibration import Recalibration, learn
from hoopcast.forecast.seeded_noise import row_uniform

POINTS = np.arange(SUPPORT)
MEANS = st.floats(0.05, 80)
DISPERSIONS = st.floats(1.02, 25)
# Distributions whose mass above 99 is beyond the last digit, so that the cut changes nothing.
USUAL_MEANS, USUAL_DISPERSIONS = st.floats(0.05, 15), st.floats(1.02, 3)
LINES = st.integers(0, 160).map(lambda halves: halves / 2)


def one_distribution(mean: float, dispersion: float, recalibration: Recalibration | None = None) -> Distribution:
    """The distribution of a mean and a variance of so many times it."""
    return distribution(np.array([mean]), np.array([mean * dispersion]), recalibration)


def parameters(mean: FloatArray, variance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Scipy's n and p."""
    return mean**2 / (variance - mean), mean / variance


def some_distributions(rows: int = 500) -> tuple[FloatArray, FloatArray]:
    """Means and variances over the whole domain."""
    random = np.random.default_rng(11)
    mean = random.uniform(0.05, 80, rows)
    return mean, np.clip(mean * random.uniform(1.02, 25, rows), None, 2000)


def bent() -> Recalibration:
    """A recalibration that changes much, and not the same in each band."""
    random = np.random.default_rng(3)
    mean = random.uniform(0, 30, 20_000)
    return learn(mean, random.beta(0.7 + mean / 20, 1.3))


RECALIBRATIONS = st.sampled_from([None, bent()])


def test_it_is_the_negative_binomial_of_scipy_cut_at_99_points() -> None:
    mean, variance = some_distributions()
    n, p = parameters(mean, variance)
    expected = np.asarray(nbinom.pmf(POINTS, n[:, None], p[:, None]))
    expected /= expected.sum(axis=1, keepdims=True)
    distributions = distribution(mean, variance)
    np.testing.assert_allclose(distributions.pmf, expected, rtol=0, atol=1e-10)
    np.testing.assert_allclose(distributions.pmf, expected, rtol=1e-8)
    np.testing.assert_allclose(distributions.cdf, expected.cumsum(axis=1), rtol=0, atol=1e-10)


@pytest.mark.parametrize(("mean", "variance"), [(80, 2000), (80, 81.6), (99, 10_000), (0.05, 2000), (0.05, 0.051)])
def test_the_corners_of_the_domain_give_sound_distributions(mean: float, variance: float) -> None:
    distributions = distribution(np.array([mean]), np.array([variance]))
    assert np.isfinite(distributions.pmf).all()
    assert distributions.pmf.sum() == pytest.approx(1, abs=1e-12)
    assert np.isfinite(log_score(distributions, np.array([0.0]))).all()
    assert np.isfinite(log_score(distributions, np.array([99.0]))).all()


@given(MEANS, DISPERSIONS, RECALIBRATIONS)
def test_probabilities_are_positive_and_add_to_one(
    mean: float, dispersion: float, recalibration: Recalibration | None
) -> None:
    distributions = one_distribution(mean, dispersion, recalibration)
    assert distributions.pmf.sum() == pytest.approx(1, abs=1e-12)
    assert (distributions.pmf > 0).all()
    assert (np.diff(distributions.cdf[0]) >= 0).all()
    assert distributions.cdf[0, -1] == 1
    np.testing.assert_allclose(distributions.pmf.cumsum(axis=1), distributions.cdf, rtol=0, atol=1e-12)


@given(USUAL_MEANS, USUAL_DISPERSIONS)
def test_mean_and_variance_are_those_asked_for(mean: float, dispersion: float) -> None:
    found = moments(one_distribution(mean, dispersion))
    assert found[0][0] == pytest.approx(mean, rel=1e-6)
    assert found[1][0] == pytest.approx(mean * dispersion, rel=1e-4)


def test_values_outside_the_domain_are_brought_into_it() -> None:
    mean, variance = guarded(np.array([0.0, 10, 200]), np.array([0.0, 5, 1e6]))
    assert mean.tolist() == [0.05, 10, 99]
    assert variance == pytest.approx([0.051, 10.2, 10_000])
    distributions = distribution(np.array([0.0, 10, 200]), np.array([0.0, 5, 1e6]))
    np.testing.assert_array_equal(distributions.pmf, distribution(mean, variance).pmf)


@given(MEANS, DISPERSIONS, RECALIBRATIONS, st.floats(0.001, 0.999))
def test_a_quantile_is_the_fewest_points_that_reach_the_probability(
    mean: float, dispersion: float, recalibration: Recalibration | None, probability: float
) -> None:
    distributions = one_distribution(mean, dispersion, recalibration)
    assert quantile(distributions, probability)[0] == np.flatnonzero(distributions.cdf[0] >= probability)[0]


@given(MEANS, DISPERSIONS, RECALIBRATIONS)
def test_the_median_halves_the_probability_spread_over_half_points(
    mean: float, dispersion: float, recalibration: Recalibration | None
) -> None:
    distributions = one_distribution(mean, dispersion, recalibration)
    found = median(distributions)[0]
    halves = np.interp(found, np.arange(-1, SUPPORT) + 0.5, np.concatenate(([0], distributions.cdf[0])))
    assert halves == pytest.approx(0.5, abs=1e-9) or (found == 0 and distributions.pmf[0, 0] > 0.5)
    assert abs(found - quantile(distributions, 0.5)[0]) <= 0.5


@given(MEANS, DISPERSIONS, RECALIBRATIONS, LINES)
def test_over_under_and_push_make_up_everything(
    mean: float, dispersion: float, recalibration: Recalibration | None, line: float
) -> None:
    distributions, at = one_distribution(mean, dispersion, recalibration), np.array([line])
    over, under = distributions.pmf[0, line < POINTS].sum(), distributions.pmf[0, line > POINTS].sum()
    push = probability_push(distributions, at)[0]
    assert over + under + push == pytest.approx(1, abs=1e-12)
    assert push == pytest.approx(distributions.pmf[0, line == POINTS].sum(), abs=1e-12)
    assert probability_over(distributions, at)[0] == pytest.approx(over / (over + under), abs=1e-12)


def test_lines_outside_the_support_are_certain() -> None:
    mean, variance = np.full(3, 10.0), np.full(3, 30.0)
    found = summaries(mean, variance, None, np.array([-0.5, 0.0, 120.5]))
    assert found.probability_over.tolist() == [1, 1, 0]
    assert found.probability_push[0] == found.probability_push[2] == 0


def test_the_continuous_ranked_probability_score_is_the_published_one() -> None:
    random = np.random.default_rng(5)
    mean = random.uniform(0.5, 25, 300)
    variance = mean * random.uniform(1.1, 2.5, 300)
    points = random.integers(0, 50, 300).astype(np.float64)
    n, p = parameters(mean, variance)
    published = scoringrules.crps_negbinom(points, n, p)
    np.testing.assert_allclose(crps(distribution(mean, variance), points), published, rtol=0, atol=1e-6)


@given(MEANS, DISPERSIONS, RECALIBRATIONS, st.integers(0, 99))
def test_the_score_is_the_mean_distance_less_half_the_spread(
    mean: float, dispersion: float, recalibration: Recalibration | None, points: int
) -> None:
    distributions = one_distribution(mean, dispersion, recalibration)
    mass = distributions.pmf[0]
    distance = mass @ np.abs(POINTS - points)
    spread = mass @ np.abs(POINTS[:, None] - POINTS) @ mass
    assert crps(distributions, np.array([float(points)]))[0] == pytest.approx(distance - spread / 2, abs=1e-9)


def test_the_log_score_is_the_published_one() -> None:
    mean, variance = some_distributions()
    points = np.random.default_rng(6).integers(0, 99, len(mean)).astype(np.float64)
    n, p = parameters(mean, variance)
    published = nbinom.logcdf(99, n, p) - nbinom.logpmf(points, n, p)
    np.testing.assert_allclose(log_score(distribution(mean, variance), points), published, rtol=1e-8)


@given(st.floats(0.05, 30), st.floats(1.02, 4), st.integers(0, 99))
def test_recalibration_leaves_no_points_impossible(mean: float, dispersion: float, points: int) -> None:
    assert np.isfinite(log_score(one_distribution(mean, dispersion, bent()), np.array([float(points)]))).all()


def test_more_than_99_points_count_as_99() -> None:
    mean, variance = np.full(2, 30.0), np.full(2, 90.0)
    found = scores(mean, variance, None, np.array([99.0, 101.0]), np.full(2, 0.5))
    for column in (found.crps, found.log_score, found.pit):
        assert column[0] == column[1]


def test_transforms_are_uniform_where_distributions_are_true() -> None:
    random = np.random.default_rng(8)
    mean = random.gamma(2, 5, 40_000).clip(0.5, 35)
    variance = mean * random.uniform(1.5, 3, len(mean))
    n, p = parameters(mean, variance)
    points = random.negative_binomial(n, p).astype(np.float64)
    found = scores(mean, variance, None, points, random.random(len(mean))).pit
    assert np.histogram(found, 10, (0, 1))[0] / len(found) == pytest.approx(np.full(10, 0.1), abs=0.008)


@given(MEANS, DISPERSIONS, st.integers(0, 99), st.floats(0, 0.999))
def test_a_transform_lies_between_less_and_not_more(mean: float, dispersion: float, points: int, u: float) -> None:
    distributions = one_distribution(mean, dispersion)
    found = pit(distributions, np.array([float(points)]), np.array([u]))[0]
    below = distributions.cdf[0, points - 1] if points else 0
    assert below <= found <= distributions.cdf[0, points]


def test_rows_do_not_depend_on_the_rows_beside_them() -> None:
    mean, variance = some_distributions(4_500)
    line, points, u = np.floor(mean) + 0.5, np.floor(mean), np.full(len(mean), 0.3)
    some = np.array([0, 1_999, 2_000, 4_499])
    for recalibration in (None, bent()):
        told = summaries(mean, variance, recalibration, line)
        alone = summaries(mean[some], variance[some], recalibration, line[some])
        for name, values in vars(told).items():
            np.testing.assert_allclose(values[some], vars(alone)[name], rtol=1e-12)
        scored = scores(mean, variance, recalibration, points, u)
        alone_scored = scores(mean[some], variance[some], recalibration, points[some], u[some])
        for name, values in vars(scored).items():
            np.testing.assert_allclose(values[some], vars(alone_scored)[name], rtol=1e-12)


def test_what_is_not_known_stays_unknown() -> None:
    mean, variance = np.array([np.nan, 10, 10]), np.array([20, np.nan, 20])
    found = summaries(mean, variance, bent(), np.array([9.5, 9.5, np.nan]))
    for name, values in vars(found).items():
        assert np.isnan(values[:2]).all(), name
        assert np.isnan(values[2]) == name.startswith("probability"), name
    scored = scores(mean, variance, bent(), np.array([3.0, 3, np.nan]), np.full(3, 0.5))
    for name, values in vars(scored).items():
        assert np.isnan(values).all(), name


def test_no_rows_give_no_rows() -> None:
    empty = np.array([])
    assert len(summaries(empty, empty, bent(), empty).mean) == 0
    assert len(scores(empty, empty, None, empty, empty).crps) == 0
    assert len(distribution(empty, empty, bent())) == 0
    assert len(mean_for_probability_over(empty, empty, lambda mean: 3 * mean)) == 0


def test_the_mean_is_found_that_gives_the_probability_of_the_over() -> None:
    random = np.random.default_rng(9)
    line, probability = random.integers(1, 80, 5_000) / 2, random.uniform(0.2, 0.8, 5_000)

    def dispersion(mean: FloatArray) -> FloatArray:
        return mean * (1.5 + 2 * np.exp(-mean / 10))

    mean = mean_for_probability_over(line, probability, dispersion)
    again = summaries(mean, dispersion(mean), None, line).probability_over
    np.testing.assert_allclose(again, probability, rtol=0, atol=1e-9)


def test_no_mean_is_found_where_there_is_none() -> None:
    line, probability = np.array([np.nan, 10.5, 0.0, 10.5]), np.array([0.5, np.nan, 0.5, 0.5])
    found = mean_for_probability_over(line, probability, lambda mean: 3 * mean)
    assert np.isnan(found).tolist() == [True, True, True, False]


def test_a_mixture_has_the_moments_of_its_draws() -> None:
    random = np.random.default_rng(10)
    means, variances, weights = np.array([[5.0, 20.0]]), np.array([[9.0, 30.0]]), np.array([0.3, 0.7])
    draws = np.where(random.random(400_000) < 0.3, random.normal(5, 3, 400_000), random.normal(20, 30**0.5, 400_000))
    mean, variance = mixture_moments(means, variances, weights)
    assert mean[0] == pytest.approx(draws.mean(), abs=0.05)
    assert variance[0] == pytest.approx(draws.var(), rel=0.01)


def test_the_chance_of_a_row_is_uniform_and_its_own() -> None:
    games = np.array([f"00221{number:05d}" for number in range(200)], np.object_).repeat(100)
    players = np.tile(np.arange(201_900, 202_000), 200)
    found = row_uniform(games, players, "linear_history")
    assert np.histogram(found, 20, (0, 1))[0] == pytest.approx(np.full(20, 1000), abs=150)
    assert len(np.unique(found)) == len(found)
    by_game = found.reshape(200, 100)
    assert abs(np.corrcoef(by_game[:, 0], by_game[:, 1])[0, 1]) < 0.3
    assert abs(np.corrcoef(found, row_uniform(games, players, "linear_news"))[0, 1]) < 0.03
    backwards = row_uniform(games[::-1], players[::-1], "linear_history")
    np.testing.assert_array_equal(backwards[::-1], found)


def test_the_chance_of_a_row_is_the_same_on_every_machine() -> None:
    found = row_uniform(np.array(["0022100001"], np.object_), np.array([201_939]), "linear_history")
    assert found.tolist() == [0.8068883027044581]
