"""How many bets it takes to tell a hit rate from chance."""

import math
from statistics import NormalDist

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
