"""What a bet is worth at its price, which side to recommend, and how much of a bankroll to stake."""

from dataclasses import dataclass

import numpy as np

from hoopcast.errors import UsageError
from hoopcast.forecast.frame import FloatArray, TextArray

MINIMUM_VALUE = 0.03
LARGEST_FRACTION = 0.25


@dataclass(frozen=True)
class Recommendation:
    """What to do about lines, (n,) each.

    `recommendation` is OVER, UNDER, PASS (neither side is worth enough) or NO_LINE (no line, or no usable price).
    `expected_value` is that of one unit staked on the better of the sides that are offered, NaN for NO_LINE;
    `confidence_score` is the probability of the recommended side given no push, NaN for PASS and NO_LINE.
    """

    recommendation: TextArray
    expected_value: FloatArray
    confidence_score: FloatArray


def edge(forecast_mean: FloatArray, line: FloatArray) -> FloatArray:
    """Points by which forecasts stand above lines: for the eye, as the side comes from the value."""
    return forecast_mean - line


def expected_value(probability: FloatArray, probability_push: FloatArray, price: FloatArray) -> FloatArray:
    """Expected profit of one unit: (1 - P(push)) (p b - (1 - p)), b the profit of a win.

    Args:
        probability: (n,) probabilities of winning, given no push.
        probability_push: (n,) probabilities of a push, which gives the stake back.
        price: (n,) decimal odds; b is one less.
    """
    return (1 - probability_push) * (probability * price - 1)


def recommend(
    probability_over: FloatArray,
    probability_push: FloatArray,
    over: FloatArray,
    under: FloatArray,
    minimum_value: float = MINIMUM_VALUE,
) -> Recommendation:
    """The side of the higher expected value, if that is high enough; the over where both are equal.

    Args:
        probability_over: (n,) probabilities of winning the over, given no push; NaN without a line.
        probability_push: (n,) probabilities of a push; NaN without a line.
        over: (n,) decimal odds of the over, NaN where not offered: then only the under can be recommended.
        under: (n,) decimal odds of the under, NaN where not offered: then only the over can be recommended.
        minimum_value: expected profit of one unit below which to pass.
    """
    of_over = expected_value(probability_over, probability_push, over)
    of_under = expected_value(1 - probability_over, probability_push, under)
    value = np.fmax(of_over, of_under)
    is_over = of_over == value
    side = np.where(is_over, "OVER", "UNDER")
    is_bet = value >= minimum_value
    recommendation = np.where(np.isnan(value), "NO_LINE", np.where(is_bet, side, "PASS"))
    confidence = np.where(is_bet, np.where(is_over, probability_over, 1 - probability_over), np.nan)
    return Recommendation(recommendation.astype(np.object_), value, confidence)


def kelly_stake(
    probability: FloatArray, price: FloatArray, standard_error: FloatArray, fraction: float = LARGEST_FRACTION
) -> FloatArray:
    """Share of a bankroll to stake: a fraction of Kelly's, drawn to zero by the uncertainty of the probability.

    Kelly (1956) stakes s = ((b + 1) p - 1) / b. An estimate of p with standard error e makes s itself uncertain, with
    standard error t = e (b + 1) / b, and the growth of the bankroll to second order is then greatest at s times
    s^2 / (s^2 + t^2): Baker & McHale (2013), "Optimal Betting Under Parameter Uncertainty". A push changes none of it.

    Args:
        probability: (n,) probabilities of winning, given no push.
        price: (n,) decimal odds, above 1; b is one less.
        standard_error: (n,) standard errors of the probabilities, 0 for certain ones.
        fraction: of the stake so found, at most a quarter.

    Returns:
        (n,) shares from 0 to a quarter: 0 where the price is too low for the probability, NaN where either is.

    Raises:
        UsageError: if the fraction is not from 0 to a quarter.
    """
    if not 0 <= fraction <= LARGEST_FRACTION:
        raise UsageError(f"a fraction {fraction} of Kelly's stake is not from 0 to {LARGEST_FRACTION}; choose one")
    profit = price - 1
    full = np.maximum(probability * price - 1, 0) / profit
    uncertainty = standard_error * price / profit
    # Where the full stake is 0 nothing is to be shrunk, and 0 / 0 is not to be asked.
    certainty = full**2 / np.where(full > 0, full**2 + uncertainty**2, 1)
    return fraction * certainty * full
