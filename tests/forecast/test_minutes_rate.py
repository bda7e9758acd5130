"""Minutes times rate, mixed over what is not known of minutes."""

import numpy as np
import pytest

from hoopcast.errors import ForecastError
from hoopcast.forecast.frames import check_reads
from hoopcast.forecast.system import Level
from hoopcast.forecast.systems.minutes_rate import SYSTEM, minutes_forecast
from tests.forecast.synthetic import (
    assert_keeps_the_contract,
    assert_survives_the_unknown,
    learned,
    player_games,
    with_feature,
    words,
)

LEVELS: tuple[Level, ...] = ("history", "news", "market")
at_every_level = pytest.mark.parametrize("level", LEVELS)


@at_every_level
def test_it_keeps_the_contract_of_systems(level: Level) -> None:
    assert_keeps_the_contract(SYSTEM, level)


@at_every_level
def test_it_reads_nothing_above_its_level(level: Level) -> None:
    check_reads(SYSTEM, level)


@at_every_level
def test_minutes_and_a_rate_are_enough(level: Level) -> None:
    assert_survives_the_unknown(SYSTEM, level, ("minutes_avg_last_10", "points_per_minute_ewma"))


@at_every_level
def test_minutes_are_forecast_with_their_own_error(level: Level) -> None:
    frame, outcome = player_games(SYSTEM.columns(level), rows=3_000)
    document = learned(SYSTEM, level, frame, outcome)
    assert document is not None
    mean, deviation = minutes_forecast(frame, document, level)
    error = outcome.minutes - mean
    assert abs(error.mean()) < 0.3
    assert 0.8 < (error / deviation).std() < 1.2
    assert 2.5 < document["minutes_error"] < 4


@at_every_level
def test_more_minutes_raise_the_mean(level: Level) -> None:
    frame, outcome = player_games(SYSTEM.columns(level))
    document = learned(SYSTEM, level, frame, outcome)
    names = [name for name in frame.columns if name.startswith("minutes_") and "share" in name + "share"]
    form = [name for name in names if not any(word in name for word in ("change", "deviation", "volatility"))]
    more = with_feature(frame, **{name: frame.columns[name] + 6 for name in form})
    gain = SYSTEM.forecast(more, document, level).mean - SYSTEM.forecast(frame, document, level).mean
    assert (gain > 0).mean() > 0.95
    assert gain.mean() > 1


def test_minutes_that_absent_team_mates_leave_are_handed_on_and_said() -> None:
    frame, outcome = player_games(SYSTEM.columns("history"), rows=3_000)
    left = np.random.default_rng(3).normal(0, 30, len(frame))
    frame = with_feature(frame, minutes_vacated_change_history=left)
    more = np.maximum(outcome.minutes + 0.1 * left, 1)
    points = np.rint(outcome.points * more / outcome.minutes)
    document = learned(SYSTEM, "history", frame, type(outcome)(points, more))
    distributions = SYSTEM.forecast(frame, document, "history")
    thin = left > 45
    assert sum("absent team-mates +" in reason for reason in words(distributions.reasons.rows(thin))) > 0.9 * thin.sum()


def test_uncertain_minutes_widen_the_distribution() -> None:
    frame, outcome = player_games(SYSTEM.columns("history"), rows=3_000)
    document = learned(SYSTEM, "history", frame, outcome)
    assert document is not None
    sure, unsure = dict(document), dict(document)
    flat = [0.0] * len(document["spread"]["slopes"])
    sure["spread"], unsure["spread"] = {"intercept": 4.0, "slopes": flat}, {"intercept": 81.0, "slopes": flat}
    narrow, wide = SYSTEM.forecast(frame, sure, "history"), SYSTEM.forecast(frame, unsure, "history")
    assert np.array_equal(narrow.mean, wide.mean)
    assert (wide.variance > narrow.variance).all()


def test_nobody_is_taken_for_unquoted_before_the_first_quote() -> None:
    frame, outcome = player_games(SYSTEM.columns("market"), rows=3_000)
    early = frame.game_date < frame.game_date[1_000]
    quoted = np.where(early, 0, outcome.minutes > 22).astype(np.float64)
    document = learned(SYSTEM, "market", with_feature(frame, is_quoted=quoted), outcome)
    never = learned(SYSTEM, "market", with_feature(frame, is_quoted=0.0), outcome)
    assert document is not None
    assert never is not None
    assert document["quotes"]["slopes"][0] + 22 * document["quotes"]["slopes"][1] > 1
    assert never["quotes"] == {"intercept": 0.0, "slopes": [0.0, 0.0, 0.0]}


def test_quotes_that_begin_late_leave_later_forecasts_without_a_bias() -> None:
    frame, outcome = player_games(SYSTEM.columns("market"), rows=6_000)
    late = frame.game_date >= frame.game_date[3_000]
    document = learned(SYSTEM, "market", with_feature(frame, is_quoted=late & (outcome.minutes > 22)), outcome)
    quoted = with_feature(frame, is_quoted=(outcome.minutes > 22).astype(np.float64)).rows(late)
    distributions = SYSTEM.forecast(quoted, document, "market")
    assert abs((distributions.mean - outcome.points[late]).mean()) < 0.25


def test_without_anything_learned_it_forecasts_nothing() -> None:
    frame, _ = player_games(SYSTEM.columns("news"), rows=5)
    with pytest.raises(ForecastError, match="train it first"):
        SYSTEM.forecast(frame, None, "news")
