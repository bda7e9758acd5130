"""What bets are worth, which side is recommended, and how much is staked."""

from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from hoopcast.errors import UsageError
from hoopcast.market.bets import (
    BELOW_MINIMUM,
    BEYOND_CREDIBLE,
    EXTREME,
    FAR_LINE,
    LARGEST_FRACTION,
    MARKET_PROBABILITIES,
    MINIMUM_EV,
    NO_RECORD,
    ONE_PRICE,
    Bets,
    Prices,
    expected_value,
    is_far_line,
    kelly_stake,
    recommend,
)
from hoopcast.market.claims import LARGEST_CREDIBLE

PROBABILITY = st.floats(0.01, 0.99)
PUSH = st.floats(0, 0.2)
PRICE = st.one_of(st.floats(1.01, 11), st.just(np.nan))
WITHHELD = "withheld: claims of +3.9 % returned -5.0 % (-9.0 to -1.0) on 700 lines"
REASONS = {None, NO_RECORD, ONE_PRICE, EXTREME, FAR_LINE, BEYOND_CREDIBLE, BELOW_MINIMUM, WITHHELD}


@dataclass(frozen=True)
class Line:
    """One line: P(over) after the market, P(push), decimal odds of both sides, the market's P(over), why withheld.

    `is_far` tells whether it is far from what the player scores.
    """

    probability: float
    push: float
    over: float
    under: float
    market: float
    withheld: str = ""
    is_far: bool = False


def usual(market: float, margin: float, advantage: float, push: float) -> Line:
    """A line as books have them, and an opinion not far from theirs."""
    return Line(market + advantage, push, 1 / (market * margin), 1 / ((1 - market) * margin), market)


USUAL = st.builds(usual, st.floats(0.28, 0.72), st.floats(0.99, 1.12), st.floats(-0.06, 0.06), PUSH)
ANY = st.builds(
    Line,
    st.one_of(PROBABILITY, st.just(np.nan)),
    st.one_of(PUSH, st.just(np.nan)),
    PRICE,
    PRICE,
    st.one_of(PROBABILITY, st.just(np.nan)),
    st.sampled_from(["", WITHHELD]),
    st.booleans(),
)
LINES = st.one_of(USUAL, ANY)
# Of the usual margin, and worth 4.5 % of a stake.
GOOD = usual(0.5, 1.06, 0.055, 0.02)


def value_of(probability: float, push: float, price: float) -> float:
    """Expected value of one bet."""
    return float(expected_value(np.array([probability]), np.array([push]), np.array([price]))[0])


def values_of(line: Line) -> dict[str, float]:
    """Expected value of each side of a line."""
    return {
        "OVER": value_of(line.probability, line.push, line.over),
        "UNDER": value_of(1 - line.probability, line.push, line.under),
    }


def recommended(*lines: Line, minimum: float = MINIMUM_EV) -> Bets:
    """What to do about lines."""
    probability, push, over, under, market = (
        np.array([getattr(line, name) for line in lines], dtype=np.float64)
        for name in ("probability", "push", "over", "under", "market")
    )
    withheld = np.array([line.withheld for line in lines], dtype=object)
    is_far = np.array([line.is_far for line in lines], dtype=np.bool_)
    return recommend(probability, push, Prices(over, under, market, is_far), withheld, minimum)


def is_pick(bets: Bets) -> bool:
    """Whether the only line is bet on."""
    return bets.recommendation[0] in {"OVER", "UNDER"}


def near(first: float, second: float) -> bool:
    """Whether two numbers are the same but for their last digits."""
    return abs(first - second) < 1e-9


def stake(probability: float, price: float, error: float, fraction: float = LARGEST_FRACTION) -> float:
    """Stake of one bet."""
    return float(kelly_stake(np.array([probability]), np.array([price]), np.array([error]), fraction)[0])


def a_market_of(lines: int) -> list[Line]:
    """Lines of all kinds, drawn with a seed."""
    draw = np.random.default_rng(5)
    chosen = [usual(*row) for row in draw.uniform((0.27, 0.99, -0.05, 0), (0.73, 1.13, 0.05, 0.1), (lines, 4)).tolist()]
    oddities: tuple[dict[str, Any], ...] = (
        {"over": np.nan}, {"under": np.nan}, {"over": np.nan, "under": np.nan}, {"probability": np.nan},
        {"push": np.nan}, {"withheld": WITHHELD}, {"is_far": True},
    )  # fmt: skip
    for place, changes in enumerate(oddities):
        chosen[place::11] = [replace(line, **changes) for line in chosen[place::11]]
    return chosen


def test_the_value_of_a_bet_is_its_wins_less_its_losses() -> None:
    win, push, profit = Fraction(3, 5), Fraction(1, 10), Fraction(9, 10)
    by_hand = (1 - push) * win * profit - (1 - push) * (1 - win)
    assert value_of(0.6, 0.1, 1.9) == pytest.approx(float(by_hand))


def test_a_bet_at_fair_odds_is_worth_nothing() -> None:
    assert value_of(0.4, 0.1, 2.5) == pytest.approx(0)


@given(LINES)
def test_the_better_side_is_offered_and_worth_the_most(line: Line) -> None:
    found, values = recommended(line), values_of(line)
    offered = {side: value for side, value in values.items() if not np.isnan(value)}
    if not offered:
        assert found.better_side[0] is None
        assert np.isnan(found.win_probability[0])
        assert np.isnan(found.expected_value[0])
        return
    side = str(found.better_side[0])
    assert found.expected_value[0] == offered[side] == max(offered.values())
    assert found.win_probability[0] == (line.probability if side == "OVER" else 1 - line.probability)
    price = line.over if side == "OVER" else line.under
    assert found.expected_value[0] == value_of(float(found.win_probability[0]), line.push, price)


@given(LINES, st.sampled_from([-0.5, 0.0, MINIMUM_EV, 0.05]))
def test_a_pick_is_the_better_side_and_worth_enough_but_not_too_much_to_be_true(line: Line, minimum: float) -> None:
    found = recommended(line, minimum=minimum)
    if is_pick(found):
        assert found.recommendation[0] == found.better_side[0]
        assert minimum <= found.expected_value[0] < LARGEST_CREDIBLE
        assert not found.suspect_price[0]
        assert not line.withheld
        assert not line.is_far
        assert np.isfinite([line.probability, line.push, line.over, line.under]).all()


@given(LINES)
def test_a_line_that_nothing_speaks_against_is_a_pick(line: Line) -> None:
    found = recommended(line)
    margin = 1 / line.over + 1 / line.under
    stands = 1.0 <= margin <= 1.1 and 0.3 <= line.market <= 0.7 and not line.withheld and not line.is_far
    assert is_pick(found) == (stands and 0.03 <= found.expected_value[0] < 0.06)


@given(LINES)
def test_whoever_passes_says_why_and_nobody_else_does(line: Line) -> None:
    found = recommended(line)
    reason = found.pass_reason[0]
    assert (found.recommendation[0] == "PASS") == (reason is not None)
    assert reason in REASONS
    if reason is not None and reason.startswith("suspect price"):
        assert found.suspect_price[0]


@given(LINES)
def test_confidence_is_the_win_probability_of_a_pick_and_of_nothing_else(line: Line) -> None:
    found = recommended(line)
    expected = found.win_probability if is_pick(found) else np.array([np.nan])
    np.testing.assert_array_equal(found.confidence_score, expected)


@given(LINES)
def test_without_a_line_or_a_price_there_is_no_line(line: Line) -> None:
    found = recommended(line)
    is_offered = not np.isnan(line.push) and not (np.isnan(line.over) and np.isnan(line.under))
    assert (found.recommendation[0] == "NO_LINE") != is_offered
    if not is_offered:
        assert found.pass_reason[0] is None
        assert found.better_side[0] is None
        assert not found.suspect_price[0]
        assert np.isnan([found.expected_value[0], found.win_probability[0], found.confidence_score[0]]).all()


@given(LINES)
def test_a_price_of_one_side_is_suspect_and_can_only_be_worth_something_on_that_side(line: Line) -> None:
    for side, alone in (("OVER", replace(line, under=np.nan)), ("UNDER", replace(line, over=np.nan))):
        found = recommended(alone)
        if found.recommendation[0] != "NO_LINE":
            assert found.recommendation[0] == "PASS"
            assert found.suspect_price[0]
            assert found.better_side[0] == (side if np.isfinite(line.probability) else None)
            assert found.pass_reason[0] == (ONE_PRICE if np.isfinite(line.probability) else NO_RECORD)


@given(LINES)
def test_over_and_under_are_treated_alike(line: Line) -> None:
    found, values = recommended(line), values_of(line)
    # 1 - (1 - p) is p but for its last digit.
    assume(not any(near(line.market, limit) for limit in MARKET_PROBABILITIES))
    assume(not any(near(found.expected_value[0], limit) for limit in (MINIMUM_EV, LARGEST_CREDIBLE)))
    assume(not near(values["OVER"], values["UNDER"]))
    sides: dict[str, Any] = {
        "probability": 1 - line.probability,
        "over": line.under,
        "under": line.over,
        "market": 1 - line.market,
    }
    other = recommended(replace(line, **sides))
    swapped = {"OVER": "UNDER", "UNDER": "OVER"}
    assert other.recommendation[0] == swapped.get(found.recommendation[0], found.recommendation[0])
    assert other.pass_reason[0] == found.pass_reason[0]
    assert other.suspect_price[0] == found.suspect_price[0]


def test_the_minimum_ev_itself_is_enough_and_the_largest_credible_one_is_too_much() -> None:
    exact = values_of(GOOD)["OVER"]
    assert recommended(GOOD, minimum=exact).recommendation.tolist() == ["OVER"]
    least = recommended(GOOD, minimum=exact + 1e-9)
    assert (least.recommendation[0], least.pass_reason[0], least.suspect_price[0]) == ("PASS", BELOW_MINIMUM, False)
    # Both are sums of powers of two, so that the value is .0625 exactly, and a hair below it with another push.
    most = recommended(Line(0.53125, 0, 2.0, 1.8, 0.5))
    assert most.expected_value[0] == 0.0625
    assert (most.recommendation[0], most.pass_reason[0], most.suspect_price[0]) == ("PASS", BEYOND_CREDIBLE, True)
    assert recommended(Line(0.53125, 0.05, 2.0, 1.8, 0.5)).recommendation.tolist() == ["OVER"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"over": 2.001, "under": 2.0}, EXTREME),
        ({"over": 1.81, "under": 1.81}, EXTREME),
        ({"market": 0.299}, EXTREME),
        ({"market": 0.701}, EXTREME),
        ({"over": 2.0, "under": 2.0}, None),
        ({"over": 1.9, "under": 1.75}, None),
        ({"market": 0.3}, None),
        ({"market": 0.7}, None),
    ],
)
def test_prices_that_no_market_would_show_are_suspect(changes: dict[str, Any], reason: str | None) -> None:
    line = replace(GOOD, **changes)
    # An opinion that makes the over worth 4 %, whatever its price.
    line = replace(line, probability=(1 + 0.04 / (1 - line.push)) / line.over)
    found = recommended(line)
    assert found.pass_reason[0] == reason
    assert found.suspect_price[0] == (reason is not None)
    assert found.recommendation[0] == ("OVER" if reason is None else "PASS")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"probability": np.nan, "under": np.nan, "withheld": WITHHELD}, NO_RECORD),
        ({"under": np.nan, "withheld": WITHHELD, "market": 0.2, "probability": 0.9}, ONE_PRICE),
        ({"withheld": WITHHELD, "market": 0.2, "probability": 0.9, "is_far": True}, EXTREME),
        ({"withheld": WITHHELD, "probability": 0.9, "is_far": True}, FAR_LINE),
        ({"withheld": WITHHELD, "probability": 0.9}, BEYOND_CREDIBLE),
        ({"withheld": WITHHELD}, WITHHELD),
        ({"withheld": WITHHELD, "probability": 0.5}, WITHHELD),
        ({"probability": 0.5}, BELOW_MINIMUM),
        ({}, None),
    ],
)
def test_of_several_reasons_to_pass_the_weightiest_is_said(changes: dict[str, Any], reason: str | None) -> None:
    assert recommended(replace(GOOD, **changes)).pass_reason.tolist() == [reason]


def test_each_line_is_judged_by_itself_and_every_answer_occurs() -> None:
    lines = a_market_of(800)
    together, alone = recommended(*lines), [recommended(line) for line in lines]
    for field in fields(Bets):
        one_by_one = np.array([getattr(bets, field.name)[0] for bets in alone])
        np.testing.assert_array_equal(getattr(together, field.name), one_by_one)
    assert set(together.recommendation) == {"OVER", "UNDER", "PASS", "NO_LINE"}
    assert set(together.pass_reason) == REASONS


@given(LINES)
def test_a_line_far_from_what_he_scores_is_suspect_and_not_bet_on(line: Line) -> None:
    found = recommended(replace(line, is_far=True))
    assert not is_pick(found)
    assert found.suspect_price[0] == (found.recommendation[0] != "NO_LINE")


@pytest.mark.parametrize(
    ("line", "last_10", "season", "is_far"),
    [
        (20.5, 21.0, 19.0, False),
        (10.5, 18.5, 18.5, True),
        (10.5, 18.4, 18.5, False),
        (10.5, 18.5, 18.4, False),
        (30.0, 20.0, 22.0, True),
        (10.5, 2.5, 18.5, True),
        (np.nan, 20.0, 20.0, False),
        (10.5, np.nan, 30.0, False),
        (10.5, 30.0, np.nan, False),
    ],
)
def test_a_line_is_far_when_it_is_eight_points_from_both_of_his_averages(
    line: float, last_10: float, season: float, *, is_far: bool
) -> None:
    assert is_far_line(np.array([line]), np.array([last_10]), np.array([season])).tolist() == [is_far]


def test_no_lines_are_no_bets() -> None:
    nothing = np.empty(0)
    prices = Prices(nothing, nothing, nothing, np.empty(0, dtype=np.bool_))
    found = recommend(nothing, nothing, prices, np.empty(0, dtype=object))
    assert all(len(getattr(found, field.name)) == 0 for field in fields(Bets))


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
