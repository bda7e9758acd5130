"""Comparable games: found, named, and worth more the nearer they are."""

import re

import numpy as np

from hoopcast.forecast.frame import Frame, Outcome
from hoopcast.forecast.frames import check_reads
from hoopcast.forecast.regression import variance_at
from hoopcast.forecast.systems.similarity import COLUMNS, LIBRARY, SYSTEM
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


def test_the_nearest_comparable_of_an_appearance_in_the_library_is_itself() -> None:
    frame, outcome = player_games(COLUMNS)
    distributions = SYSTEM.forecast(frame, learned(SYSTEM, "history", frame, outcome), "history")
    for row in (0, 500, 899):
        named = f"like {frame.player_id[row]} on {frame.game_date[row]} ({outcome.points[row]:.0f}), "
        assert words(distributions.reasons)[row].startswith(named)
        assert re.fullmatch(r"like (\d+ on \d{4}-\d\d-\d\d \(\d+\)(, )?){3}", words(distributions.reasons)[row])


def test_the_library_holds_no_more_than_it_may() -> None:
    frame, outcome = player_games(COLUMNS, rows=LIBRARY + 2_000)
    document = learned(SYSTEM, "history", frame, outcome)
    assert document is not None
    assert len(document["points"]) == len(document["player_id"]) == 4 * -(-LIBRARY * 4 // 3)
    assert document["rows"] == LIBRARY + 2_000


def test_better_form_raises_the_mean() -> None:
    frame, outcome = player_games(COLUMNS)
    document = learned(SYSTEM, "history", frame, outcome)
    form = ("points_ewma", "points_avg_season", "points_avg_last_10", "points_per_minute_ewma")
    more = with_feature(frame, **{name: frame.columns[name] * 1.3 for name in form})
    gain = SYSTEM.forecast(more, document, "history").mean - SYSTEM.forecast(frame, document, "history").mean
    assert (gain > 0).mean() > 0.98
    assert gain.mean() > 1


def test_what_comparables_did_beyond_their_form_is_carried_over() -> None:
    frame, outcome = player_games(COLUMNS, rows=4_000)
    rested = frame.columns["past_starter_share"] > 0.9
    burst = Outcome(outcome.points + 8 * rested, outcome.minutes)
    plain, after = (SYSTEM.forecast(frame, _trained(frame, one), "history").mean for one in (outcome, burst))
    assert (after - plain)[rested].mean() > (after - plain)[~rested].mean() + 0.3


def test_few_comparables_leave_the_form_alone() -> None:
    frame, outcome = player_games(COLUMNS)
    document = learned(SYSTEM, "history", frame, outcome)
    far = with_feature(frame, games_missed_streak=1e6, days_rest=700.0)
    nearby = with_feature(far, home_away=frame.columns["home_away"])
    distributions, again = SYSTEM.forecast(far, document, "history"), SYSTEM.forecast(nearby, document, "history")
    assert np.array_equal(distributions.mean, again.mean)
    assert document is not None
    assert np.allclose(distributions.variance, variance_at(document["dispersion"], distributions.mean))


def _trained(frame: Frame, outcome: Outcome) -> dict[str, object] | None:
    return learned(SYSTEM, "history", frame, outcome)
