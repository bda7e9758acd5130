"""The market as a forecast: as it is, with its bias told and not removed."""

from dataclasses import replace

import numpy as np

from hoopcast.forecast.distribution import distribution, probability_over
from hoopcast.forecast.frames import check_reads
from hoopcast.forecast.systems.market import COLUMNS, SYSTEM
from hoopcast.market.odds import decimal_odds, no_vig_probability_over
from tests.forecast.synthetic import (
    assert_are_distributions,
    assert_keeps_the_contract,
    assert_survives_the_unknown,
    learned,
    player_games,
    with_feature,
    words,
)


def test_it_keeps_the_contract_of_systems() -> None:
    assert_keeps_the_contract(SYSTEM, "line")


def test_it_reads_nothing_above_its_level() -> None:
    check_reads(SYSTEM, "line")


def test_a_line_without_prices_is_even() -> None:
    assert_survives_the_unknown(SYSTEM, "line", ("points_line",))
    frame, outcome = player_games(COLUMNS)
    bare = with_feature(frame, over_price=np.nan, under_price=np.nan)
    distributions = SYSTEM.forecast(bare, learned(SYSTEM, "line", frame, outcome), "line")
    said = probability_over(distribution(distributions.mean, distributions.variance), frame.columns["points_line"])
    assert np.allclose(said, 0.5, atol=1e-6)


def test_the_probability_of_the_over_is_the_markets() -> None:
    frame, outcome = player_games(COLUMNS)
    distributions = SYSTEM.forecast(frame, learned(SYSTEM, "line", frame, outcome), "line")
    said = probability_over(distribution(distributions.mean, distributions.variance), frame.columns["points_line"])
    over, under = (decimal_odds(frame.columns[name]) for name in ("over_price", "under_price"))
    assert np.allclose(said, no_vig_probability_over(over, under), atol=1e-6)


def test_a_price_that_stands_alone_is_completed_to_the_overround_of_pairs() -> None:
    frame, outcome = player_games(COLUMNS)
    even = with_feature(frame, over_price=-110.0, under_price=-110.0)
    document = learned(SYSTEM, "line", even, outcome)
    assert document is not None
    assert np.isclose(document["overround"], 2 * 110 / 210)
    single = SYSTEM.forecast(with_feature(even, under_price=np.nan), document, "line")
    assert np.allclose(single.mean, SYSTEM.forecast(even, document, "line").mean)


def test_single_prices_alone_put_their_middle_at_even() -> None:
    frame, outcome = player_games(COLUMNS)
    single = with_feature(frame, over_price=-120.0, under_price=np.nan)
    document = learned(SYSTEM, "line", single, outcome)
    assert document is not None
    distributions = SYSTEM.forecast(single, document, "line")
    assert np.allclose(
        probability_over(distribution(distributions.mean, distributions.variance), frame.columns["points_line"]),
        0.5,
        atol=1e-6,
    )


def test_its_bias_is_told_and_not_removed() -> None:
    frame, outcome = player_games(COLUMNS)
    high = with_feature(frame, points_line=frame.columns["points_line"] + 3)
    plain, biased = (learned(SYSTEM, "line", one, outcome) for one in (frame, high))
    assert plain is not None
    assert biased is not None
    assert biased["bias"] > plain["bias"] + 2
    assert biased["over_rate"] < plain["over_rate"]
    told = {**biased, "bias": 0.0, "over_rate": 0.5}
    assert np.array_equal(SYSTEM.forecast(high, biased, "line").mean, SYSTEM.forecast(high, told, "line").mean)


def test_a_higher_line_raises_the_mean() -> None:
    frame, outcome = player_games(COLUMNS)
    document = learned(SYSTEM, "line", frame, outcome)
    higher = with_feature(frame, points_line=frame.columns["points_line"] + 1)
    assert (SYSTEM.forecast(higher, document, "line").mean > SYSTEM.forecast(frame, document, "line").mean).all()


def test_without_a_line_there_is_no_distribution() -> None:
    frame, outcome = player_games(COLUMNS)
    document = learned(SYSTEM, "line", frame, outcome)
    line = frame.columns["points_line"].copy()
    line[::2] = np.nan
    distributions = SYSTEM.forecast(replace(frame, columns={**frame.columns, "points_line": line}), document, "line")
    assert np.isnan(distributions.mean[::2]).all()
    assert set(words(distributions.reasons)[::2]) == {""}
    assert_are_distributions(SYSTEM.forecast(frame.rows(np.arange(1, 900, 2)), document, "line"), 450)
