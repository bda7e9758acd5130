"""Prices: odds in their forms, and probabilities without the bookmaker's margin."""

import math
from statistics import NormalDist
from typing import Literal, TypeAlias

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.errors import UsageError


def break_even(price: float) -> float:
    """Hit rate, pushes aside, at which decimal odds neither win nor lose: .5238 at -110."""
    return 1 / price


def bets_needed(true_rate: float, price: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Bets after which a test of a hit rate against the break-even most likely sees that it is higher.

    The one-sided normal test of a proportion: n = ((z_alpha sqrt(p0 (1 - p0)) + z_power sqrt(p1 (1 - p1))) /
    (p1 - p0))^2; Fleiss, Levin & Paik (2003), section 2.5.

    Args:
        true_rate: the hit rate that is true, pushes aside, in (break-even, 1).
        price: decimal odds of the bets.
        alpha: probability of taking chance for skill.
        power: probability of seeing the skill that is there.

    Raises:
        UsageError: if the true rate is not above the break-even: no number of bets shows a profit that is not there.
    """
    chance = break_even(price)
    if not chance < true_rate < 1:
        raise UsageError(f"a hit rate of {true_rate} is not between the break-even {chance:.4f} and 1; choose one")
    normal = NormalDist()
    by_chance = normal.inv_cdf(1 - alpha) * math.sqrt(chance * (1 - chance))
    by_skill = normal.inv_cdf(power) * math.sqrt(true_rate * (1 - true_rate))
    return math.ceil(((by_chance + by_skill) / (true_rate - chance)) ** 2)


NoVig: TypeAlias = Literal["power", "shin", "multiplicative"]
# Implied probabilities of -110 on both sides, added up: what a book that shows one side alone is taken to hold.
STANDARD_OVERROUND = 2 * 110 / 210
# American odds run from 100 up and from -100 down.
_LEAST_AMERICAN = 100.0
_ROUNDS = 60
_CLOSE = 1e-13


def decimal_odds(american: FloatArray) -> FloatArray:
    """Decimal odds of (n,) American odds; NaN for odds between -100 and 100, which no bookmaker means."""
    usable = np.where(np.abs(american) >= _LEAST_AMERICAN, american, np.nan)
    size = np.abs(usable) / _LEAST_AMERICAN
    return 1 + np.where(usable > 0, size, 1 / size)


def american_odds(decimal: FloatArray) -> FloatArray:
    """American odds of (n,) decimal odds, +100 for 2.0; NaN for decimal odds of 1 or less."""
    profit = np.where(decimal > 1, decimal - 1, np.nan)
    return _LEAST_AMERICAN * np.where(profit >= 1, profit, -1 / profit)


def implied_probability(decimal: FloatArray) -> FloatArray:
    """Probability at which (n,) decimal odds break even: their inverse."""
    return 1 / decimal


def overround(over: FloatArray, under: FloatArray) -> FloatArray:
    """Implied probabilities of both sides added up: 1 without a margin, 1.0476 at -110 on both sides.

    Args:
        over: (n,) decimal odds of the over.
        under: (n,) decimal odds of the under.
    """
    return implied_probability(over) + implied_probability(under)


def completed(
    over: FloatArray, under: FloatArray, standard_overround: float = STANDARD_OVERROUND
) -> tuple[FloatArray, FloatArray]:
    """Decimal odds of both sides, the missing one of a pair set so that the book's overround is the standard one.

    It is no price that anyone offers: it serves to take the margin out of a price that stands alone. With a long shot,
    from +2000 on at the standard overround, no price of the other side makes it up: NaN.

    Args:
        over: (n,) decimal odds of the over, NaN where not offered.
        under: (n,) decimal odds of the under, NaN where not offered.
        standard_overround: implied probabilities of both sides added up, above 1.
    """
    return (
        np.where(np.isnan(over), _other_side(under, standard_overround), over),
        np.where(np.isnan(under), _other_side(over, standard_overround), under),
    )


def no_vig_probability_over(over: FloatArray, under: FloatArray, method: NoVig = "power") -> FloatArray:
    """Probability of the over, given no push, after the bookmaker's margin is removed.

    With a and b the implied probabilities of over and under:

    - power: a^k, with a^k + b^k = 1; Clarke, Kovalchik & Ingram (2017).
    - Shin (1993): with two outcomes it takes the same from both sides, (1 + a - b) / 2; Clarke et al. (2017).
    - multiplicative: a / (a + b).

    Args:
        over: (n,) decimal odds of the over, above 1.
        under: (n,) decimal odds of the under, above 1.
        method: how the margin is split between the sides.

    Returns:
        (n,) probabilities in (0, 1); NaN unless both sides have odds.
    """
    a, b = implied_probability(over), implied_probability(under)
    if method == "multiplicative":
        return a / (a + b)
    if method == "shin":
        return (1 + a - b) / 2
    exponent = _power(np.log(a), np.log(b))
    of_over, of_under = a**exponent, b**exponent
    return of_over / (of_over + of_under)


def _other_side(price: FloatArray, standard_overround: float) -> FloatArray:
    """Decimal odds that bring a pair to an overround, NaN where they would be 1 or less."""
    other = standard_overround - implied_probability(price)
    return np.where(other < 1, 1 / other, np.nan)


def _power(log_a: FloatArray, log_b: FloatArray) -> FloatArray:
    """The k of a^k + b^k = 1, by Newton's method.

    It starts where the smaller term is a half, so below the root; as the sum falls and is convex in k, each step stays
    below the root and comes nearer.
    """
    exponent: FloatArray = np.log(0.5) / np.minimum(log_a, log_b)
    for _ in range(_ROUNDS):
        of_a, of_b = np.exp(exponent * log_a), np.exp(exponent * log_b)
        step = (of_a + of_b - 1) / (of_a * log_a + of_b * log_b)
        exponent = exponent - step
        if not (np.abs(step) > _CLOSE * np.abs(exponent)).any():
            break
    return exponent
