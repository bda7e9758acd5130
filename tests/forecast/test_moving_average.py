"""The moving average: from the first date, by constants."""

import numpy as np
import pytest

from hoopcast.forecast.frames import check_reads
from hoopcast.forecast.systems.moving_average import COLUMNS, SYSTEM
from tests.forecast.synthetic import (
    assert_keeps_the_contract,
    assert_survives_the_unknown,
    player_games,
    with_feature,
    words,
)


def test_it_keeps_the_contract_of_systems() -> None:
    assert_keeps_the_contract(SYSTEM, "history")


def test_it_reads_nothing_above_its_level() -> None:
    check_reads(SYSTEM, "history")


def test_it_forecasts_from_the_first_date_without_learning() -> None:
    assert SYSTEM.train is None


def test_averages_are_enough() -> None:
    assert_survives_the_unknown(SYSTEM, "history", COLUMNS[:3])


@pytest.mark.parametrize(
    "name", ["points_avg_last_5", "points_avg_season", "pace_score", "shot_zone_mismatch_score", "fatigue_score"]
)
def test_more_form_or_freshness_and_a_faster_or_weaker_opponent_raise_the_mean(name: str) -> None:
    quiet = dict.fromkeys(("teammates_points_change_history", "pace_score", "shot_zone_mismatch_score"), 0.0)
    frame = with_feature(player_games(COLUMNS)[0], **quiet)
    more = with_feature(frame, **{name: frame.columns[name] + 2})
    assert (SYSTEM.forecast(more, None, "history").mean > SYSTEM.forecast(frame, None, "history").mean).all()


def test_an_even_player_in_even_circumstances_is_forecast_near_his_average() -> None:
    frame, _ = player_games(COLUMNS, rows=1)
    even = with_feature(frame, **dict.fromkeys(COLUMNS[:3], 10.0), **dict.fromkeys(COLUMNS[4:7], 0.0))
    distributions = SYSTEM.forecast(with_feature(even, fatigue_score=100.0, home_away=0.5), None, "history")
    assert np.isclose(distributions.mean, 0.953 + 0.923 * 10)
    assert words(distributions.reasons) == ["baseline 10.2"]
