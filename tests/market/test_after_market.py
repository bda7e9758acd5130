"""The weight of a system's P(over) beside the market's, fitted as an independent optimiser fits it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit, logit

from hoopcast.arrays import FloatArray
from hoopcast.market.after_market import (
    FEWEST_LINES,
    AfterMarket,
    fit_after_market,
    shifted_probability,
    walk_forward,
)

PROBABILITY = st.floats(0.01, 0.99)
# Between the probabilities that count as the surest of a market.
INSIDE = st.floats(0.03, 0.97)
PERIODS, A_PERIOD = 6, 40


def lines(count: int, seed: int, weights: tuple[float, float, float] = (0.0, 1.0, 0.1)) -> tuple[FloatArray, ...]:
    """Probabilities of a market and of a system, some of them extreme, and outcomes by known weights."""
    draw = np.random.default_rng(seed)
    market = expit(draw.normal(0, 0.4, count))
    system = expit(logit(market) + draw.normal(0, 0.8, count))
    market[::50], system[::40], system[7::40] = 0.999, 0.0005, 0.999
    at_market = np.log(clipped(market, 0.02) / (1 - clipped(market, 0.02)))
    at_system = np.log(clipped(system, 0.005) / (1 - clipped(system, 0.005)))
    over = draw.random(count) < expit(weights[0] + weights[1] * at_market + weights[2] * at_system)
    return market, system, over.astype(np.float64)


def clipped(probability: FloatArray, least: float) -> FloatArray:
    """Probabilities no nearer to 0 and 1 than that."""
    return np.maximum(np.minimum(probability, 1 - least), least)


def optimum(market: FloatArray, system: FloatArray, went_over: FloatArray) -> FloatArray:
    """Weights by a general optimiser of the penalised likelihood, written out: an intercept, the market, the system."""
    at_market, at_system = (np.log(p) - np.log1p(-p) for p in (clipped(market, 0.02), clipped(system, 0.005)))

    def loss(weights: FloatArray) -> float:
        probability = 1 / (1 + np.exp(-(weights[0] + weights[1] * at_market + weights[2] * at_system)))
        likelihood = np.where(went_over == 1, np.log(probability), np.log(1 - probability)).sum()
        # Normal priors with a standard deviation of a tenth: market 1, system 0.
        return float(-likelihood + ((weights[1] - 1) ** 2 + weights[2] ** 2) / (2 * 0.1**2))

    found: FloatArray = minimize(loss, np.array([0.1, 0.5, 0.5]), method="BFGS", options={"gtol": 1e-7}).x
    return found


def season(seed: int) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Lines of six periods of 40 lines, in order, a few of them pushes."""
    market, system, over = lines(PERIODS * A_PERIOD, seed)
    over[5::17] = np.nan
    return market, system, over, np.repeat(np.arange(PERIODS, dtype=np.float64), A_PERIOD)


@pytest.mark.parametrize(("count", "seed"), [(3, 1), (40, 2), (700, 3), (20_000, 4)])
def test_weights_are_those_of_an_independent_optimiser(count: int, seed: int) -> None:
    market, system, over = lines(count, seed, (0.1, 0.9, 0.3))
    over[:2] = 0, 1
    found = fit_after_market(market, system, over)
    fitted = [found.intercept, found.market_weight, found.system_weight]
    np.testing.assert_allclose(fitted, optimum(market, system, over), atol=2e-5)


def test_without_lines_the_market_is_believed() -> None:
    nothing = np.empty(0)
    assert fit_after_market(nothing, nothing, nothing) == AfterMarket(0.0, 1.0, 0.0)


@given(INSIDE, PROBABILITY)
def test_the_prior_says_what_the_market_says(market: float, system: float) -> None:
    found = AfterMarket(0.0, 1.0, 0.0).probability_over(np.array([market]), np.array([system]))
    assert found[0] == pytest.approx(market)


def test_few_lines_move_the_weights_but_little() -> None:
    market, system, over = lines(200, 5, (0.0, 0.0, 1.0))
    few = fit_after_market(market, system, over)
    more = fit_after_market(*lines(50_000, 5, (0.0, 0.0, 1.0)))
    assert 0 < few.system_weight < 0.4
    assert more.system_weight > 0.9
    assert more.market_weight < 0.1
    assert few.market_weight > 0.7


@pytest.mark.parametrize("weights", [(0.0, 1.0, 0.0), (-0.05, 1.08, 0.09), (0.1, 0.5, 0.5), (0.0, 1.2, -0.2)])
def test_known_weights_are_found_on_many_lines(weights: tuple[float, float, float]) -> None:
    found = fit_after_market(*lines(400_000, 6, weights))
    assert found.intercept == pytest.approx(weights[0], abs=0.015)
    assert found.market_weight == pytest.approx(weights[1], abs=0.03)
    assert found.system_weight == pytest.approx(weights[2], abs=0.02)


def test_outcomes_that_are_all_alike_leave_weights_that_are_numbers() -> None:
    market, system, over = lines(3_000, 7)
    found = fit_after_market(market, system, np.ones_like(over))
    assert found.intercept > 5
    assert np.isfinite([found.intercept, found.market_weight, found.system_weight]).all()


@given(PROBABILITY, PROBABILITY, PROBABILITY, st.floats(0, 2), st.floats(-1, 1), st.floats(-0.5, 0.5))
def test_a_likelier_over_of_the_market_is_never_less_likely_after_it(  # noqa: PLR0913, PLR0917 - each is drawn
    low: float, high: float, system: float, of_market: float, of_system: float, intercept: float
) -> None:
    low, high = sorted((low, high))
    weights = AfterMarket(intercept, of_market, of_system)
    first, second = weights.probability_over(np.array([low, high]), np.full(2, system))
    assert 0 < first <= second < 1
    if of_market > 0.1 and high - low > 0.001 and low > 0.02 and high < 0.98:
        assert first < second
    of_low, of_high = weights.probability_over(np.full(2, system), np.array([low, high]))
    assert (of_high - of_low) * np.sign(of_system) >= 0


def test_a_line_without_a_price_or_a_forecast_has_no_probability() -> None:
    found = AfterMarket(0.0, 1.0, 0.1).probability_over(np.array([np.nan, 0.5, 0.5]), np.array([0.5, np.nan, 0.5]))
    assert np.isnan(found).tolist() == [True, True, False]


@given(st.integers(0, 50), st.integers(0, PERIODS - 1))
def test_outcomes_of_a_period_and_later_change_nothing_up_to_it(seed: int, changed: int) -> None:
    market, system, over, period = season(seed)
    before = walk_forward(market, system, over, period, fewest=30)
    late = period >= changed
    after = walk_forward(market, system, np.where(late, 1 - over, over), period, fewest=30)
    np.testing.assert_array_equal(after[period <= changed], before[period <= changed])
    # And it is no empty promise: periods that come after learn from it.
    assert (after[period > changed] != before[period > changed]).all()


@given(st.integers(0, 50), st.integers(1, PERIODS - 1))
def test_prices_and_forecasts_of_other_lines_of_a_period_and_later_change_nothing_of_a_line(
    seed: int, changed: int
) -> None:
    market, system, over, period = season(seed)
    kept = (period < changed) | (np.arange(len(period)) == changed * A_PERIOD + 3)
    before = walk_forward(market, system, over, period, fewest=30)
    after = walk_forward(
        np.where(kept, market, 1 - market), np.where(kept, system, 1 - system), over, period, fewest=30
    )  # fmt: skip
    np.testing.assert_array_equal(after[kept], before[kept])


def test_each_period_hears_what_was_fitted_on_the_periods_before_it() -> None:
    market, system, over, period = season(1)
    found = walk_forward(market, system, over, period, fewest=30)
    for now in range(1, PERIODS):
        past, present = (period < now) & np.isfinite(over), period == now
        expected = fit_after_market(market[past], system[past], over[past])
        np.testing.assert_array_equal(found[present], expected.probability_over(market[present], system[present]))


def test_the_order_in_which_lines_stand_does_not_matter() -> None:
    market, system, over, period = season(2)
    order = np.random.default_rng(2).permutation(len(period))
    shuffled = walk_forward(market[order], system[order], over[order], period[order], fewest=30)
    np.testing.assert_allclose(shuffled, walk_forward(market, system, over, period, fewest=30)[order], atol=1e-8)


def test_a_record_begins_with_the_fewest_lines_and_pushes_are_none() -> None:
    market, system, over, period = season(3)
    taught = int(np.isfinite(over[: 2 * A_PERIOD]).sum())
    assert taught < 2 * A_PERIOD
    enough, too_few = (walk_forward(market, system, over, period, fewest=taught + more) for more in (0, 1))
    assert np.isnan(enough).tolist() == (period < 2).tolist()
    assert np.isnan(too_few).tolist() == (period < 3).tolist()


def test_the_record_that_is_asked_for_has_two_thousand_lines() -> None:
    market, system, over = lines(FEWEST_LINES + 1, 4)
    for count in (FEWEST_LINES - 1, FEWEST_LINES):
        period = np.where(np.arange(len(over)) < count, 1.0, 2.0)
        found = walk_forward(market, system, over, period)
        assert np.isfinite(found[count:]).all() == (count == FEWEST_LINES)
        assert np.isnan(found[:count]).all()


def test_a_push_teaches_nothing_and_is_told_a_probability_nonetheless() -> None:
    market, system, over, period = season(4)
    found = walk_forward(market, system, over, period, fewest=30)
    pushed = np.isnan(over)
    assert np.isfinite(found[pushed & (period >= 2)]).all()
    without = walk_forward(market[~pushed], system[~pushed], over[~pushed], period[~pushed], fewest=30)
    np.testing.assert_array_equal(without, found[~pushed])
    moved = walk_forward(np.where(pushed, 0.9, market), np.where(pushed, 0.1, system), over, period, fewest=30)
    np.testing.assert_array_equal(moved[~pushed], found[~pushed])


def test_lines_without_a_price_or_a_forecast_teach_nothing() -> None:
    market, system, over, period = season(5)
    longer_over, longer_period = np.append(over, [1.0, 1.0]), np.append(period, [0.0, 0.0])
    market_gap, system_gap = np.append(market, [np.nan, 0.5]), np.append(system, [0.5, np.nan])
    found = walk_forward(market_gap, system_gap, longer_over, longer_period, fewest=30)
    np.testing.assert_array_equal(found[:-2], walk_forward(market, system, over, period, fewest=30))
    assert np.isnan(found[-2:]).all()


@given(PROBABILITY, PROBABILITY)
def test_a_line_that_stands_where_it_stood_keeps_its_probability(market: float, own: float) -> None:
    here = np.array([own])
    assert shifted_probability(np.array([market]), here, here)[0] == market


@given(INSIDE, PROBABILITY, PROBABILITY)
def test_a_probability_moves_to_the_side_to_which_the_distribution_moves_and_comes_back(
    market: float, here: float, there: float
) -> None:
    moved = shifted_probability(np.array([market]), np.array([here]), np.array([there]))
    assert 0 < moved[0] < 1
    if abs(there - here) > 1e-6:
        assert np.sign(moved[0] - market) == np.sign(there - here)
    by_hand = market / (1 - market) * (there / (1 - there)) / (here / (1 - here))
    assert moved[0] == pytest.approx(by_hand / (1 + by_hand))
    if 0.02 < moved[0] < 0.98:
        assert shifted_probability(moved, np.array([there]), np.array([here]))[0] == pytest.approx(market)


def test_a_market_that_is_even_at_the_distributions_median_is_moved_as_the_distribution_is() -> None:
    assert shifted_probability(np.array([0.5]), np.array([0.5]), np.array([0.61]))[0] == pytest.approx(0.61)


def test_what_is_unknown_stays_unknown_when_it_is_moved() -> None:
    moved = shifted_probability(
        np.array([np.nan, 0.5, 0.5, 0.5]), np.array([0.5, np.nan, 0.5, 0.5]), np.array([0.4, 0.4, np.nan, 0.4])
    )  # fmt: skip
    assert np.isnan(moved).tolist() == [True, True, True, False]


def test_lines_close_to_certainty_that_went_the_other_way_have_finite_weights() -> None:
    number = np.random.default_rng(0)
    own = np.clip(number.normal(0.5, 0.1, 2500), 0.01, 0.99)
    for market, share in ((0.98, 0.8), (0.9, 0.3), (0.98, 0.0)):
        went_over = (number.random(2500) < share).astype(float)
        found = fit_after_market(np.full(2500, market), own, went_over)
        said = found.probability_over(np.full(2500, market), own)
        assert said.mean() == pytest.approx(went_over.mean(), abs=1e-6)
        assert abs(found.intercept) < 30
