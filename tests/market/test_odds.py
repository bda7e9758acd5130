"""Odds and the removal of margins, against published implementations."""

import numpy as np
import pytest
import shin
from hypothesis import given
from hypothesis import strategies as st
from penaltyblog.implied import calculate_implied  # type: ignore[import-untyped]

from hoopcast.arrays import FloatArray
from hoopcast.market.odds import (
    STANDARD_OVERROUND,
    NoVig,
    american_odds,
    completed,
    decimal_odds,
    implied_probability,
    no_vig_probability_over,
    overround,
)

METHODS: tuple[NoVig, ...] = ("power", "shin", "multiplicative")
AMERICAN = st.one_of(st.integers(-100_000, -101), st.integers(100, 100_000))
# Odds of books as they are: a margin above nothing and below a half.
PAIRS = st.tuples(st.floats(0.02, 0.98), st.floats(0.001, 0.4)).map(
    lambda drawn: (1 / (drawn[0] + drawn[1] / 2), 1 / (1 - drawn[0] + drawn[1] / 2))
).filter(lambda pair: min(pair) > 1.001)  # fmt: skip


def without_margin(pair: tuple[float, float], method: NoVig) -> FloatArray:
    """Probability of the over of one pair of prices."""
    return no_vig_probability_over(np.array(pair[:1]), np.array(pair[1:]), method)


@pytest.mark.parametrize(("american", "decimal"), [(-110, 1 + 100 / 110), (100, 2), (-100, 2), (150, 2.5), (-200, 1.5)])
def test_american_odds_say_what_a_hundred_wins_or_what_wins_a_hundred(american: float, decimal: float) -> None:
    assert decimal_odds(np.array([american]))[0] == pytest.approx(decimal)


@pytest.mark.parametrize("american", [0.0, 50.0, -99.9, np.nan])
def test_odds_that_no_bookmaker_means_are_unusable(american: float) -> None:
    assert np.isnan(decimal_odds(np.array([american]))).all()


@given(AMERICAN)
def test_american_odds_come_back_from_decimal_odds(american: int) -> None:
    assert american_odds(decimal_odds(np.array([float(american)])))[0] == pytest.approx(american)


@given(st.floats(0.001, 0.999))
def test_fair_odds_of_a_probability_give_the_probability_back(probability: float) -> None:
    fair = american_odds(np.array([1 / probability, 1 / (1 - probability)]))
    over, under = decimal_odds(fair)[:, None]
    for method in METHODS:
        assert no_vig_probability_over(over, under, method)[0] == pytest.approx(probability, abs=1e-9)


def test_odds_of_nothing_won_have_no_american_form() -> None:
    assert np.isnan(american_odds(np.array([1.0, 0.5, np.nan]))).all()


def test_the_usual_price_on_both_sides_has_the_standard_overround() -> None:
    price = decimal_odds(np.array([-110.0]))
    assert overround(price, price)[0] == pytest.approx(STANDARD_OVERROUND) == pytest.approx(1.0476, abs=1e-4)


@given(PAIRS)
def test_power_agrees_with_a_published_implementation(pair: tuple[float, float]) -> None:
    published = calculate_implied(list(pair), method="power").probabilities[0]
    found = without_margin(pair, "power")[0]
    assert found == pytest.approx(published, abs=1e-8)


@given(PAIRS)
def test_shin_agrees_with_a_published_implementation(pair: tuple[float, float]) -> None:
    published = shin.calculate_implied_probabilities(list(pair))
    found = without_margin(pair, "shin")[0]
    assert found == pytest.approx(published[0], abs=1e-8)


@given(PAIRS)
def test_multiplicative_agrees_with_a_published_implementation(pair: tuple[float, float]) -> None:
    published = calculate_implied(list(pair), method="multiplicative").probabilities[0]
    found = without_margin(pair, "multiplicative")[0]
    assert found == pytest.approx(published, abs=1e-12)


@given(PAIRS, st.sampled_from(METHODS))
def test_without_margin_the_sides_add_to_one(pair: tuple[float, float], method: NoVig) -> None:
    over, under = np.array(pair)[:, None]
    of_over = no_vig_probability_over(over, under, method)[0]
    of_under = no_vig_probability_over(under, over, method)[0]
    assert of_over + of_under == pytest.approx(1, abs=1e-12)
    assert 0 < of_over < 1


@given(PAIRS, st.sampled_from(METHODS))
def test_the_shorter_price_stays_the_likelier_side(pair: tuple[float, float], method: NoVig) -> None:
    over, under = pair
    probability = without_margin(pair, method)[0]
    assert (probability >= 0.5 - 1e-12) == (over <= under) or over == pytest.approx(under)


@given(PAIRS, st.floats(1.0001, 1.5), st.sampled_from(METHODS))
def test_a_higher_price_of_the_over_never_makes_it_likelier(
    pair: tuple[float, float], factor: float, method: NoVig
) -> None:
    over, under = np.array(pair)[:, None]
    before = no_vig_probability_over(over, under, method)
    assert no_vig_probability_over(over * factor, under, method)[0] <= before[0]


@pytest.mark.parametrize("pair", [(1000.0, 1000.0), (1000.0, 1.001), (1.001, 1.001), (2.2, 2.2), (50.0, 1.5)])
def test_power_finds_its_exponent_at_prices_that_no_sound_book_has(pair: tuple[float, float]) -> None:
    over, under = np.array(pair)[:, None]
    probability = no_vig_probability_over(over, under)
    exponent = np.log(probability) / np.log(implied_probability(over))
    assert probability[0] + implied_probability(under)[0] ** exponent[0] == pytest.approx(1, abs=1e-9)


def test_one_side_alone_has_no_probability_until_the_other_is_supposed() -> None:
    over = decimal_odds(np.array([-110.0, np.nan, np.nan, 120.0]))
    under = decimal_odds(np.array([np.nan, -110.0, np.nan, -150.0]))
    for method in METHODS:
        assert np.isnan(no_vig_probability_over(over, under, method)).tolist() == [True, True, True, False]
        supposed_over, supposed_under = completed(over, under)
        both = no_vig_probability_over(supposed_over, supposed_under, method)
        assert both[:2] == pytest.approx([0.5, 0.5])
        assert np.isnan(both[2])
        assert both[3] == no_vig_probability_over(over, under, method)[3]


@given(st.one_of(st.integers(-100_000, -101), st.integers(100, 1999)))
def test_a_supposed_other_side_is_a_price(american: int) -> None:
    over, under = completed(decimal_odds(np.array([float(american)])), np.array([np.nan]))
    assert under[0] > 1
    assert overround(over, under)[0] == pytest.approx(STANDARD_OVERROUND)


def test_a_long_shot_alone_has_no_other_side() -> None:
    assert np.isnan(completed(decimal_odds(np.array([2001.0])), np.array([np.nan]))[1]).all()
