"""Simulated markets: one that ignores what a system knows is beaten by what is claimed, a perfect one by nobody."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.special import expit, logit, ndtr

from hoopcast.arrays import BoolArray, FloatArray
from hoopcast.market.after_market import walk_forward
from hoopcast.market.bets import Prices, recommend
from hoopcast.market.claims import claim_record
from hoopcast.market.odds import no_vig_probability_over

MARGIN = 1.06
# Six hundred nights of two hundred lines; weights are learned anew every fifty nights, the last two times are judged.
NIGHTS, A_NIGHT, A_REFIT, JUDGED_FROM = 600, 200, 50, 500
NIGHT = np.repeat(np.arange(NIGHTS), A_NIGHT)
DAY = np.datetime64("2019-10-22") + NIGHT
# What the market ignores moves the log odds of every second line by so much, to either side.
EDGE = 0.22
# Correlation of what happens in the games of a night.
SHARED = 0.005


@dataclass(frozen=True)
class Market:
    """Lines with prices, a system's P(over) of each, and whether the over won, (n,) each."""

    prices: Prices
    system: FloatArray
    went_over: FloatArray


@dataclass(frozen=True)
class Season:
    """What came of the lines that are judged, (n,) each: claim and return of the better side, and which are bets."""

    claimed: FloatArray
    returned: FloatArray
    is_picked: BoolArray
    is_suspect: BoolArray


def market_of(seed: int, edge: float) -> Market:
    """A market that knows all but one thing, which is worth an edge; the system knows it alone, with some noise."""
    draw = np.random.default_rng(seed)
    count = len(NIGHT)
    believed = np.clip(expit(draw.normal(0, 0.15, count)), 0.35, 0.65)
    ignored = draw.choice([-1.0, 0.0, 1.0], count, p=[0.25, 0.5, 0.25])
    noise = draw.normal(0, 1, count)
    # With nothing to know, the system is the market with an error of its own.
    system = expit(1.5 * ignored + 0.1 * noise) if edge else expit(logit(believed) + 0.5 * noise)
    luck = np.sqrt(SHARED) * draw.normal(size=NIGHTS)[NIGHT] + np.sqrt(1 - SHARED) * draw.normal(size=count)
    went_over = ndtr(luck) < expit(logit(believed) + edge * ignored)
    over, under = 1 / (MARGIN * believed), 1 / (MARGIN * (1 - believed))
    return Market(
        Prices(over, under, no_vig_probability_over(over, under), np.zeros(len(over), dtype=np.bool_)),
        system,
        went_over.astype(np.float64),
    )


def judged(market: Market) -> Season:
    """Bets of the last nights, each by what was learned before, and what they returned."""
    count, late = len(NIGHT), NIGHT >= JUDGED_FROM
    refit = (NIGHT // A_REFIT).astype(np.float64)
    probability = walk_forward(market.prices.market, market.system, market.went_over, refit)
    bets = recommend(probability, np.zeros(count), market.prices, np.full(count, "", dtype=object))
    is_picked = np.isfinite(bets.confidence_score)
    assert not is_picked[refit == 0].any(), "there is no record yet"
    assert (bets.pass_reason[refit == 0] == "no record yet").all()
    is_over = bets.better_side == "OVER"
    price = np.where(is_over, market.prices.over, market.prices.under)
    returned = np.where(is_over == (market.went_over == 1), price - 1, -1.0)
    return Season(bets.expected_value[late], returned[late], is_picked[late], bets.suspect_price[late])


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_an_edge_that_the_market_ignores_is_found_and_pays_what_is_claimed(seed: int) -> None:
    season, day = judged(market_of(seed, EDGE)), DAY[NIGHT >= JUDGED_FROM]
    assert season.is_picked.mean() > 0.3
    picked = season.is_picked
    band = claim_record(season.claimed[picked], season.returned[picked], day[picked]).bands[-1]
    assert band.claims == picked.sum()
    assert 0.03 < band.claimed < 0.06
    assert band.returned_low > 0
    assert band.returned_low <= band.claimed <= band.returned_high
    bet_on = ~season.is_suspect
    slope = claim_record(season.claimed[bet_on], season.returned[bet_on], day[bet_on]).slope
    assert 0 < slope.low <= 1 <= slope.high
    assert season.returned[~picked & bet_on].mean() < 0


@pytest.mark.parametrize("seed", [0, 1])
def test_a_perfect_market_is_beaten_by_nobody(seed: int) -> None:
    season, day = judged(market_of(seed, 0.0)), DAY[NIGHT >= JUDGED_FROM]
    assert season.is_picked.mean() < 0.01
    # Whatever side is better by what was learned, it returns what chance does: the margin is lost.
    band = claim_record(np.full(len(day), -0.05), season.returned, day).bands[0]
    assert band.claims == len(day)
    assert band.returned_low <= 1 / MARGIN - 1 <= band.returned_high
    assert season.claimed.mean() == pytest.approx(1 / MARGIN - 1, abs=0.015)
