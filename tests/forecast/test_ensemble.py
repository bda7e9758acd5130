"""Weights of members: not negative, adding to one, and nought for one that does not help."""

import json
from dataclasses import replace

import numpy as np
import pytest

from hoopcast.arrays import FloatArray
from hoopcast.forecast.frame import Distributions, Frame, Outcome, no_reasons
from hoopcast.forecast.frames import check_reads
from hoopcast.forecast.system import Level
from hoopcast.forecast.systems.ensemble import SYSTEM, members
from tests.forecast.synthetic import assert_are_distributions, learned, player_games, words

LEVELS: tuple[Level, ...] = ("history", "news", "market", "line")
at_every_level = pytest.mark.parametrize("level", LEVELS)
USELESS = "zone_matchup_history"


def distributions_of(mean: FloatArray, variance: FloatArray) -> Distributions:
    return Distributions(np.maximum(mean, 0.5), np.maximum(variance, 1.1), no_reasons(len(mean)))


def past(level: Level, rows: int = 3_000, seed: int = 4) -> tuple[Frame, Outcome]:
    """Points about a talent that each member sees with an error of its own, one of them not at all."""
    random = np.random.default_rng(seed)
    frame, _ = player_games((), rows=rows)
    talent = random.gamma(4, 3, rows) + 1
    points = random.negative_binomial(talent / 1.5, 0.4).astype(np.float64)
    seen = {name: distributions_of(talent + random.normal(0, 2, rows), 2.5 * talent) for name in members(level)}
    seen[USELESS] = distributions_of(talent + random.normal(6, 12, rows), 2.5 * talent)
    return replace(frame, members=seen), Outcome(points, np.full(rows, 20.0))


@at_every_level
def test_weights_are_not_negative_and_add_to_one(level: Level) -> None:
    document = learned(SYSTEM, level, *past(level))
    assert document is not None
    weights = document["weights"]
    assert set(weights) == set(members(level))
    assert min(weights.values()) >= 0
    assert np.isclose(sum(weights.values()), 1)
    assert 0.6 <= document["variance_scale"] <= 1.6


@at_every_level
def test_a_member_that_does_not_help_gets_nothing(level: Level) -> None:
    document = learned(SYSTEM, level, *past(level))
    assert document is not None
    assert document["weights"][USELESS] == 0
    assert sum(weight > 0.05 for weight in document["weights"].values()) >= 4


@at_every_level
def test_it_reads_distributions_of_no_higher_level(level: Level) -> None:
    check_reads(SYSTEM, level)
    assert SYSTEM.columns(level) == ()


def test_the_same_past_gives_the_same_document_and_distributions_survive_json() -> None:
    frame, outcome = past("news")
    document = learned(SYSTEM, "news", frame, outcome)
    assert json.dumps(document) == json.dumps(learned(SYSTEM, "news", frame, outcome))
    distributions = SYSTEM.forecast(frame, document, "news")
    again = SYSTEM.forecast(frame, json.loads(json.dumps(document, allow_nan=False)), "news")
    assert np.array_equal(distributions.mean, again.mean)
    assert np.array_equal(distributions.variance, again.variance)
    assert_are_distributions(distributions, len(frame))


def test_it_errs_less_than_its_members() -> None:
    document = learned(SYSTEM, "history", *past("history"))
    frame, outcome = past("history", seed=9)
    errors = [np.abs(one.mean - outcome.points).mean() for one in frame.members.values()]
    distributions = SYSTEM.forecast(frame, document, "history")
    assert np.abs(distributions.mean - outcome.points).mean() < min(errors)


def test_distributions_that_are_too_wide_are_made_narrower() -> None:
    frame, outcome = past("history")
    wide = {name: distributions_of(one.mean, 3 * one.variance) for name, one in frame.members.items()}
    documents = [learned(SYSTEM, "history", replace(frame, members=seen), outcome) for seen in (frame.members, wide)]
    usual, narrowed = (document["variance_scale"] for document in documents if document is not None)
    assert narrowed < 0.7 * usual


def test_the_bias_of_the_line_is_taken_out_at_that_level_alone() -> None:
    shifts: dict[Level, float] = {}
    for level in LEVELS:
        frame, outcome = past(level)
        above = {name: distributions_of(one.mean + 1, one.variance) for name, one in frame.members.items()}
        document = learned(SYSTEM, level, replace(frame, members=above), outcome)
        assert document is not None
        shifts[level] = document["shift"]
    assert -1.4 < shifts["line"] < -0.6
    assert {shifts["history"], shifts["news"], shifts["market"]} == {0.0}


def test_where_a_member_gave_no_distribution_the_others_share_its_weight() -> None:
    frame, outcome = past("history")
    document = learned(SYSTEM, "history", frame, outcome)
    assert document is not None
    nothing = np.full(len(frame), np.nan)
    silent = Distributions(nothing, nothing, no_reasons(len(frame)))
    one = "linear_history"
    distributions = SYSTEM.forecast(replace(frame, members={**frame.members, one: silent}), document, "history")
    assert_are_distributions(distributions, len(frame))
    assert not any(one in reason for reason in words(distributions.reasons))
    alone = dict.fromkeys(frame.members, silent) | {USELESS: frame.members[USELESS]}
    useless = SYSTEM.forecast(replace(frame, members=alone), {**document, "variance_scale": 1.0}, "history")
    assert np.allclose(useless.mean, frame.members[USELESS].mean)
    unspoken = SYSTEM.forecast(replace(frame, members=dict.fromkeys(frame.members, silent)), document, "history")
    assert np.isnan(unspoken.mean).all()


def test_a_member_that_has_not_forecast_yet_gets_nothing() -> None:
    frame, outcome = past("history")
    nothing = np.full(len(frame), np.nan)
    silent = Distributions(nothing, nothing, no_reasons(len(frame)))
    late = replace(frame, members={**frame.members, "linear_history": silent})
    document = learned(SYSTEM, "history", late, outcome)
    assert document is not None
    assert document["weights"]["linear_history"] == 0
    assert document["rows"] == len(frame)


def test_too_short_a_past_weighs_all_alike() -> None:
    document = learned(SYSTEM, "history", *past("history", rows=90))
    assert document is not None
    assert len(set(document["weights"].values())) == 1


def test_reasons_name_the_members_that_weigh_most() -> None:
    frame, outcome = past("history")
    document = {**(learned(SYSTEM, "history", frame, outcome) or {})}
    document["weights"] = {**dict.fromkeys(members("history"), 0.0), "linear_history": 0.3, "minutes_rate_history": 0.7}
    first = words(SYSTEM.forecast(frame, document, "history").reasons)[0]
    said = (frame.members[name].mean[0] for name in ("minutes_rate_history", "linear_history"))
    assert first == "minutes_rate_history {:.1f}; linear_history {:.1f}".format(*said)
