"""Bets: what each is expected to pay, which are recommended and for how much, and how they end."""

from dataclasses import dataclass

import numpy as np

from hoopcast.arrays import BoolArray, FloatArray, TextArray
from hoopcast.errors import UsageError
from hoopcast.market.claims import LARGEST_CREDIBLE
from hoopcast.market.odds import overround


def bet_result(recommendation: TextArray, line: FloatArray, points: FloatArray, played: BoolArray) -> TextArray:
    """WIN, LOSS, PUSH (the line was hit exactly), VOID (he did not play) or NO_BET, (n,).

    Args:
        recommendation: (n,) OVER, UNDER, PASS or NO_LINE.
        line: (n,) points lines.
        points: (n,) points that were scored.
        played: (n,) whether he played.
    """
    is_over, is_under = recommendation == "OVER", recommendation == "UNDER"
    won = (is_over & (points > line)) | (is_under & (points < line))
    result = np.select([~(is_over | is_under), ~played, points == line, won], ["NO_BET", "VOID", "PUSH", "WIN"], "LOSS")
    return result.astype(np.object_)


def profit(result: TextArray, price: FloatArray) -> FloatArray:
    """Profit of one unit staked: the price less 1, -1, 0 for a push and a void, NaN for no bet.

    Args:
        result: (n,) WIN, LOSS, PUSH, VOID or NO_BET.
        price: (n,) decimal odds of the side that was bet on.
    """
    return np.select(
        [result == "WIN", result == "LOSS", (result == "PUSH") | (result == "VOID")],
        [price - 1, -np.ones(len(price)), np.zeros(len(price))],
        np.nan,
    )


MINIMUM_EV = 0.03
LARGEST_FRACTION = 0.25
# A pair of prices outside these is no market: it pays whoever bets on both sides, or is twice as dear as usual.
OVERROUNDS = (1.0, 1.10)
# A line is set near the middle of what is expected; one that the market itself calls far from even is none.
MARKET_PROBABILITIES = (0.3, 0.7)
# Points from both his averages, of ten games and of the season: archives hold lines that were set in the game, when
# half of his points were scored, under the name of closing ones.
FARTHEST_LINE = 8.0
NO_RECORD = "no record yet"
ONE_PRICE = "suspect price: one side alone is priced"
EXTREME = "suspect price: far from a market's"
FAR_LINE = "suspect price: the line is far from what he scores"
BEYOND_CREDIBLE = f"suspect price: an EV of {LARGEST_CREDIBLE:.0%} or more, which no record pays"
BELOW_MINIMUM = "below the minimum EV"


@dataclass(frozen=True)
class Bets:
    """The better side of lines and what to do about it, (n,) each.

    `better_side` is OVER or UNDER, the offered side of the higher expected value; `win_probability` is that of a bet on
    it, given no push, and `expected_value` the profit of one unit on it; NaN and None without a price or a record.
    `recommendation` is OVER, UNDER, PASS or NO_LINE (no line, or no usable price); `pass_reason` says why PASS.
    `confidence_score` is the win probability of a recommended bet, else NaN. `suspect_price` marks prices that are not
    bet on.
    """

    better_side: TextArray
    win_probability: FloatArray
    expected_value: FloatArray
    suspect_price: BoolArray
    recommendation: TextArray
    pass_reason: TextArray
    confidence_score: FloatArray


@dataclass(frozen=True)
class Prices:
    """Prices of lines, (n,) each: decimal odds of both sides, NaN where not offered, and the no-vig P(over).

    `is_far` marks lines far from what the player scores, as `is_far_line` tells.
    """

    over: FloatArray
    under: FloatArray
    market: FloatArray
    is_far: BoolArray

    @property
    def is_single(self) -> BoolArray:
        """Which have a price for one side alone."""
        single: BoolArray = np.isnan(self.over) != np.isnan(self.under)
        return single

    @property
    def is_extreme(self) -> BoolArray:
        """Which no market would show."""
        with np.errstate(invalid="ignore"):
            both = overround(self.over, self.under)
            extreme: BoolArray = (
                (both < OVERROUNDS[0])
                | (both > OVERROUNDS[1])
                | (self.market < MARKET_PROBABILITIES[0])
                | (self.market > MARKET_PROBABILITIES[1])
            )
        return extreme


def is_far_line(line: FloatArray, last_10: FloatArray, season: FloatArray) -> BoolArray:
    """Whether (n,) lines are eight points and more from both averages of the player, points; never without a line."""
    with np.errstate(invalid="ignore"):
        far: BoolArray = (np.abs(line - last_10) >= FARTHEST_LINE) & (np.abs(line - season) >= FARTHEST_LINE)
    return far


def expected_value(probability: FloatArray, probability_push: FloatArray, price: FloatArray) -> FloatArray:
    """Expected profit of one unit: (1 - P(push)) (p b - (1 - p)), b the profit of a win.

    Args:
        probability: (n,) probabilities of winning, given no push.
        probability_push: (n,) probabilities of a push, which gives the stake back.
        price: (n,) decimal odds; b is one less.
    """
    return (1 - probability_push) * (probability * price - 1)


def better_sides(
    probability_over: FloatArray, probability_push: FloatArray, prices: Prices
) -> tuple[BoolArray, FloatArray]:
    """Whether the over is the better of the offered sides, and the expected value of the better one, NaN for none.

    Args:
        probability_over: (n,) probabilities of winning the over after the market, given no push; NaN without one.
        probability_push: (n,) probabilities of a push; NaN without a line.
        prices: of the lines.
    """
    of_over = expected_value(probability_over, probability_push, prices.over)
    of_under = expected_value(1 - probability_over, probability_push, prices.under)
    best = np.fmax(of_over, of_under)
    return of_over == best, best


def recommend(
    probability_over: FloatArray,
    probability_push: FloatArray,
    prices: Prices,
    withheld: TextArray,
    minimum_ev: float = MINIMUM_EV,
) -> Bets:
    """The side of the higher expected value, if that is high enough and the record is good for it.

    Args:
        probability_over: (n,) probabilities of winning the over after the market, given no push; NaN without a record.
        probability_push: (n,) probabilities of a push; NaN without a line.
        prices: of the lines.
        withheld: (n,) why the system's picks are withheld; empty where they are not.
        minimum_ev: expected profit of one unit below which to pass.
    """
    is_over, ev = better_sides(probability_over, probability_push, prices)
    has_ev = np.isfinite(ev)
    side = np.where(is_over, "OVER", "UNDER").astype(np.object_)
    is_beyond = ev >= LARGEST_CREDIBLE
    suspect = prices.is_single | prices.is_extreme | prices.is_far | is_beyond
    has_price = np.isfinite(probability_push) & (np.isfinite(prices.over) | np.isfinite(prices.under))
    reason: TextArray = np.full(len(ev), None, dtype=np.object_)
    # What counts more comes later.
    reason[ev < minimum_ev] = BELOW_MINIMUM
    reason = np.where(withheld == "", reason, withheld)
    for text, holds in (
        (BEYOND_CREDIBLE, is_beyond),
        (FAR_LINE, prices.is_far),
        (EXTREME, prices.is_extreme),
        (ONE_PRICE, prices.is_single),
    ):
        reason[holds] = text
    reason[~has_ev] = NO_RECORD
    reason[~has_price] = None
    is_bet = has_ev & np.array([text is None for text in reason.tolist()], dtype=np.bool_)
    win = np.where(has_ev, np.where(is_over, probability_over, 1 - probability_over), np.nan)
    better: TextArray = side.copy()
    better[~has_ev] = None
    return Bets(
        better,
        win,
        ev,
        suspect & has_price,
        np.where(has_price, np.where(is_bet, side, "PASS"), "NO_LINE").astype(np.object_),
        reason,
        np.where(is_bet, win, np.nan),
    )


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
    net_odds = price - 1
    full = np.maximum(probability * price - 1, 0) / net_odds
    uncertainty = standard_error * price / net_odds
    # Where the full stake is 0 nothing is to be shrunk, and 0 / 0 is not to be asked.
    certainty = full**2 / np.where(full > 0, full**2 + uncertainty**2, 1)
    return fraction * certainty * full
