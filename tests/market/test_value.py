"""What bets are worth, which side is recommended, and how much is staked."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from hoopcast.errors import UsageError
from hoopcast.market.value import (
    LARGEST_FRACTION,
    MINIMUM_VALUE,
    Recommendation,
    edge,
    expected_value,
    kelly_stake,
    recommend,
)

PROBABILITY = st.floats(0.01, 0.99)
PUSH = st.floats(0, 0.2)
PRICE = st.one_of(st.floats(1.01, 11), st.just(np.nan))


def value_of(probability: float, push: float, price: float) -> float:
    """Expected value of one bet."""
    return float(expected_value(np.array([probability]), np.array([push]), np.array([price]))[0])


def recommended(
    probability: float, push: float, over: float, under: float, minimum: float = MINIMUM_VALUE
) -> Recommendation:
    """What to do about one line."""
    return recommend(np.array([probability]), np.array([push]), np.array([over]), np.array([under]), minimum)


def stake(probability: float, price: float, error: float, fraction: float = LARGEST_FRACTION) -> float:
    """Stake of one bet."""
    return float(kelly_stake(np.array([probability]), np.array([price]), np.array([error]), fraction)[0])


def test_the_value_of_a_bet_is_its_wins_less_its_losses() -> None:
    win, push, profit = Fraction(3, 5), Fraction(1, 10), Fraction(9, 10)
    by_hand = (1 - push) * win * profit - (1 - push) * (1 - win)
    assert value_of(0.6, 0.1, 1.9) == pytest.approx(float(by_hand))


def test_a_bet_at_fair_odds_is_worth_nothing() -> None:
    assert value_of(0.4, 0.1, 2.5) == pytest.approx(0)


@given(PROBABILITY, PUSH, PRICE, PRICE)
def test_the_recommended_side_is_offered_and_worth_the_most(p: float, push: float, over: float, under: float) -> None:
    found = recommended(p, push, over, under)
    values = {
        "OVER": value_of(p, push, over),
        "UNDER": value_of(1 - p, push, under),
    }
    side = found.recommendation[0]
    offered = [value for value in values.values() if not np.isnan(value)]
    if side in values:
        assert values[side] == max(offered) >= MINIMUM_VALUE
        assert found.confidence_score[0] == (p if side == "OVER" else 1 - p)
    else:
        assert np.isnan(found.confidence_score[0])
        assert side == ("PASS" if offered else "NO_LINE")
        assert all(value < MINIMUM_VALUE for value in offered)
    assert found.expected_value[0] == (max(offered) if offered else pytest.approx(np.nan, nan_ok=True))


def test_a_price_on_one_side_can_only_recommend_that_side() -> None:
    p, push = np.array([0.7, 0.3, 0.7, 0.3]), np.zeros(4)
    over, under = np.array([1.9, 1.9, np.nan, np.nan]), np.array([np.nan, np.nan, 1.9, 1.9])
    assert recommend(p, push, over, under).recommendation.tolist() == ["OVER", "PASS", "PASS", "UNDER"]


def test_without_a_line_or_a_price_there_is_no_line() -> None:
    found = recommend(np.array([np.nan, 0.9]), np.array([np.nan, 0]), np.array([1.9, np.nan]), np.array([1.9, np.nan]))
    assert found.recommendation.tolist() == ["NO_LINE", "NO_LINE"]
    assert np.isnan(found.expected_value).all()
    assert np.isnan(found.confidence_score).all()


def test_the_minimum_value_itself_is_enough() -> None:
    exact = value_of(0.55, 0, 1.9)
    assert recommended(0.55, 0, 1.9, 1.9, exact).recommendation.tolist() == ["OVER"]
    assert recommended(0.55, 0, 1.9, 1.9, exact + 1e-9).recommendation.tolist() == ["PASS"]


def test_the_edge_is_in_points_above_the_line() -> None:
    assert edge(np.array([23.4]), np.array([22.5]))[0] == pytest.approx(0.9)


@given(PROBABILITY, st.floats(1.05, 11))
def test_a_certain_probability_is_staked_as_kelly_says(p: float, price: float) -> None:
    def loss_of_growth(share: float) -> float:
        return -float(p * np.log1p(share * (price - 1)) + (1 - p) * np.log1p(-share))

    best = minimize_scalar(loss_of_growth, bounds=(0, 0.999), method="bounded", options={"xatol": 1e-9}).x
    assert stake(p, price, 0) == pytest.approx(best / 4, abs=1e-4)


@given(PROBABILITY, st.floats(1.05, 11), st.floats(0, 0.2), st.floats(0.001, 0.2))
def test_more_uncertainty_never_stakes_more(p: float, price: float, error: float, more: float) -> None:
    stakes = kelly_stake(np.full(2, p), np.full(2, price), np.array([error, error + more]))
    assert 0 <= stakes[1] <= stakes[0] <= 0.25


def test_an_error_as_large_as_the_advantage_halves_the_stake() -> None:
    advantage = 0.6 - 1 / 1.9
    sure, unsure = kelly_stake(np.full(2, 0.6), np.full(2, 1.9), np.array([0, advantage]))
    assert unsure == pytest.approx(sure / 2)


def test_nothing_is_staked_at_a_price_that_is_too_low_or_unknown() -> None:
    stakes = kelly_stake(np.array([0.5, 0.5, np.nan]), np.array([1.9, np.nan, 1.9]), np.array([0.0, 0.01, 0.01]))
    assert stakes[0] == 0
    assert np.isnan(stakes[1:]).all()


@pytest.mark.parametrize("fraction", [-0.1, 0.26, 1.0])
def test_more_than_a_quarter_of_kelly_is_refused(fraction: float) -> None:
    with pytest.raises(UsageError, match="Kelly"):
        stake(0.6, 1.9, 0.01, fraction)
