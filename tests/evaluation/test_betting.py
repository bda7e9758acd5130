"""Bets at real prices, settled by hand."""

import math

import numpy as np
import pytest

from hoopcast.api import Hoopcast
from hoopcast.arrays import FloatArray
from hoopcast.evaluation.market import ALWAYS_UNDER, always_under, every_line
from hoopcast.evaluation.populations import Appearances, Forecasts
from hoopcast.market.odds import bets_needed

ROWS = 120


def lines(points: FloatArray, line: FloatArray, over_price: FloatArray, under_price: FloatArray) -> Appearances:
    """Appearances of ten a day, of which only lines and points matter."""
    count = len(points)
    nothing, text = np.full(count, np.nan), np.full(count, "", dtype=object)
    never = np.zeros(count, dtype=np.bool_)
    return Appearances(
        text, np.arange(count), text, np.datetime64("2021-10-19") + np.arange(count) // 10,
        points, nothing, nothing, nothing, nothing, line, over_price, under_price, nothing,
        never, never, never, text, text, text, text,
    )  # fmt: skip


def says(probability: FloatArray) -> Forecasts:
    """A system that gives the over these probabilities."""
    nothing = np.full(len(probability), np.nan)
    return Forecasts("linear_line", "line", nothing, nothing, probability, *(nothing,) * 5)


def constant(value: float) -> FloatArray:
    """A column of one value."""
    return np.full(ROWS, value)


def test_a_push_is_in_no_rate() -> None:
    points = np.repeat([20.0, 24.0, 22.0], ROWS // 3)
    rows = lines(points, constant(22.0), constant(-110.0), constant(-110.0))
    found = every_line("TEST", rows, says(constant(0.6)))
    assert found is not None
    assert (found.wins, found.losses, found.pushes) == (40, 40, 40)
    assert found.hit_rate == 0.5
    assert found.return_rate == pytest.approx((40 * 100 / 110 - 40) / 80)


def test_each_side_is_paid_at_its_own_price() -> None:
    points = np.tile([30.0, 10.0], ROWS // 2)
    rows = lines(points, constant(19.5), constant(150.0), constant(-200.0))
    found = every_line("TEST", rows, says(np.tile([0.7, 0.3], ROWS // 2)))
    assert found is not None
    assert found.hit_rate == 1
    assert found.return_rate == pytest.approx((1.5 + 0.5) / 2)
    assert found.break_even == pytest.approx(1 / ((2.5 + 1.5) / 2))
    assert found.under_hit_rate == 0.5
    assert found.under_return == pytest.approx((0.5 - 1) / 2)


def test_a_side_without_a_price_counts_as_a_hit_and_in_no_return() -> None:
    rows = lines(constant(10.0), constant(19.5), constant(-110.0), constant(np.nan))
    found = every_line("TEST", rows, says(constant(0.3)))
    assert found is not None
    assert (found.hit_rate, found.priced) == (1, 0)
    assert math.isnan(found.return_rate)


def test_an_even_probability_is_no_bet() -> None:
    rows = lines(constant(10.0), constant(19.5), constant(-110.0), constant(-110.0))
    assert every_line("TEST", rows, says(constant(0.5))) is None


def test_bets_needed_stand_beside_a_hit_rate_above_break_even_alone() -> None:
    points = np.tile([30.0, 30.0, 30.0, 10.0, 10.0], ROWS // 5)
    rows = lines(points, constant(19.5), constant(-110.0), constant(-110.0))
    over, under = every_line("TEST", rows, says(constant(0.6))), always_under("TEST", rows)
    assert over is not None
    assert under is not None
    assert over.bets_needed == bets_needed(0.6, 1 + 100 / 110)
    assert under.bets_needed is None


@pytest.mark.parametrize(("rate", "expected"), [(0.55, 2_250), (0.54, 5_900), (0.53, 40_000)])
def test_the_bets_it_takes_at_minus_110_are_those_of_the_textbook(rate: float, expected: int) -> None:
    assert bets_needed(rate, 1 + 100 / 110) == pytest.approx(expected, rel=0.01)


def test_always_under_returns_what_the_lines_and_prices_of_a_season_give(forecasts: Hoopcast) -> None:
    under = next(one for one in forecasts.evaluate(season="2021-22").betting if one.system == ALWAYS_UNDER)
    staked = profit = wins = 0.0
    for row in forecasts.query("""
        SELECT g.points, l.points_line AS line, l.under_price FROM nba_analytics.player_prop_line AS l
        INNER JOIN nba_raw.nbac_player_boxscore AS g ON g.player_id = l.player_id AND g.game_id = l.game_id
        WHERE l.season = '2021-22' AND SUBSTR(l.game_id, 1, 3) = '002' AND EXISTS (
            SELECT 1 FROM nba_raw.nbac_player_boxscore AS p
            WHERE p.player_id = g.player_id AND p.game_date < g.game_date)"""):
        if row["points"] == row["line"]:
            continue
        price = row["under_price"]
        staked += 1
        wins += row["points"] < row["line"]
        profit += (price / 100 if price > 0 else 100 / -price) if row["points"] < row["line"] else -1
    assert under.wins + under.losses == staked
    assert under.hit_rate == pytest.approx(wins / staked)
    assert under.return_rate == pytest.approx(profit / staked)


def test_absences_are_void_and_in_no_rate(forecasts: Hoopcast) -> None:
    results = {
        row["result"]: row["n"]
        for row in forecasts.query(
            "SELECT result, COUNT(*) AS n FROM nba_predictions.prediction_accuracy"
            " WHERE season = '2021-22' AND system_id = 'moving_average_history' GROUP BY result"
        )
    }
    found = forecasts.evaluate("moving_average", season="2021-22").betting
    bets = next(one for one in found if (one.system, one.bets) == ("moving_average_history", "recommended"))
    assert bets.voids == results["VOID"] > 0
    assert (bets.wins, bets.losses) == (results["WIN"], results["LOSS"])
