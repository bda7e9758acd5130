"""Zones: attempts, accuracy and what the opponent allows."""

import numpy as np

from hoopcast.forecast.frames import check_reads
from hoopcast.forecast.systems.zone_matchup import COLUMNS, SYSTEM
from tests.forecast.synthetic import (
    assert_keeps_the_contract,
    assert_survives_the_unknown,
    learned,
    player_games,
    with_feature,
    words,
)


def test_it_keeps_the_contract_of_systems() -> None:
    assert_keeps_the_contract(SYSTEM, "history")


def test_it_reads_nothing_above_its_level() -> None:
    check_reads(SYSTEM, "history")


def test_a_season_average_is_enough() -> None:
    assert_survives_the_unknown(SYSTEM, "history", ("points_avg_season",))


def test_better_form_raises_the_mean() -> None:
    frame, outcome = player_games(COLUMNS)
    document = learned(SYSTEM, "history", frame, outcome)
    more = with_feature(
        frame, **{name: frame.columns[name] * 1.3 for name in ("points_avg_season", "attempts_per_game_last_10")}
    )
    gain = SYSTEM.forecast(more, document, "history").mean - SYSTEM.forecast(frame, document, "history").mean
    assert gain.mean() > 1


def test_points_that_an_opponent_gave_away_are_learned_and_said() -> None:
    frame, outcome = player_games(COLUMNS, rows=4_000)
    random = np.random.default_rng(5)
    allowed = random.normal(0.45, 0.2, len(frame))
    league = {f"opponent_{zone}_fg_pct_league": 0.45 for zone in ("paint", "mid_range", "three")}
    moved = {f"opponent_{zone}_fg_pct_allowed_shrunk": allowed for zone in ("paint", "mid_range", "three")}
    frame = with_feature(frame, **league, **moved)
    gained = 40 * (allowed - 0.45) + outcome.points
    document = (
        SYSTEM.train(frame, type(outcome)(np.maximum(gained, 0), outcome.minutes), "history") if SYSTEM.train else {}
    )
    distributions = SYSTEM.forecast(frame, document, "history")
    weak = allowed > 0.7
    assert distributions.mean[weak].mean() > distributions.mean[~weak].mean() + 3
    assert sum("opponent's zones +" in reason for reason in words(distributions.reasons.rows(weak))) > 0.8 * weak.sum()
