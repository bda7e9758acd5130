"""How many bets it takes to tell a hit rate from chance."""

import numpy as np
import pytest
from scipy.stats import norm

from hoopcast.errors import UsageError
from hoopcast.market.odds import bets_needed, break_even

USUAL = 1 + 100 / 110


def test_the_usual_price_breaks_even_at_eleven_of_twenty_one() -> None:
    assert break_even(USUAL) == pytest.approx(11 / 21)


@pytest.mark.parametrize(("rate", "bets"), [(0.55, 2_250), (0.54, 5_900), (0.53, 40_000)])
def test_the_bets_needed_at_the_usual_price_are_the_known_ones(rate: float, bets: int) -> None:
    assert bets_needed(rate, USUAL) == pytest.approx(bets, rel=0.01)


@pytest.mark.parametrize("rate", [0.54, 0.56, 0.6])
def test_that_many_bets_show_the_skill_as_often_as_asked(rate: float) -> None:
    bets, chance = bets_needed(rate, USUAL), break_even(USUAL)
    hits = np.random.default_rng(7).binomial(bets, rate, 100_000) / bets
    threshold = chance + norm.ppf(0.95) * np.sqrt(chance * (1 - chance) / bets)
    assert (hits > threshold).mean() == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize("rate", [0.5, 11 / 21, 1.0])
def test_a_profit_that_is_not_there_needs_no_number_of_bets(rate: float) -> None:
    with pytest.raises(UsageError, match="break-even"):
        bets_needed(rate, USUAL)
