"""What a refit writes of itself: the rows that it learned from, what its inputs weigh, and what it can not see."""

import json
from dataclasses import replace

import numpy as np
import pytest

from hoopcast.forecast import availability
from hoopcast.forecast.card import About, card, limits_of
from hoopcast.forecast.features import feature_matrix
from hoopcast.forecast.frame import Distributions, Document, Frame, Outcome, no_reasons
from hoopcast.forecast.system import Level, Summary, System
from hoopcast.forecast.systems import gradient_boosting, linear
from hoopcast.forecast.training_window import grown_rows
from hoopcast.graph import systems
from tests.forecast.learning import known_relation
from tests.forecast.synthetic import learned, player_games

LEARNING = [(system, level) for system in systems() if system.train is not None for level in system.levels]


def rows_with_members(system: System, level: Level) -> tuple[Frame, Outcome]:
    """Rows that a system learns from, with distributions of its members that are near the points."""
    frame, outcome = player_games(system.columns(level))
    noise = np.random.default_rng(2).normal(0, 2, (len(system.members(level)), len(frame)))
    unsaid = no_reasons(len(frame))
    means = [np.maximum(0.7 * outcome.points + 3 + one, 0.5) for one in noise]
    return replace(
        frame,
        members={
            name: Distributions(mean, 2 * mean + 4, unsaid)
            for name, mean in zip(system.members(level), means, strict=True)
        },
    ), outcome


def document_of(system: System, level: Level) -> Document:
    document = learned(system, level, *rows_with_members(system, level))
    assert document is not None
    return document


@pytest.mark.parametrize(("system", "level"), LEARNING, ids=lambda part: getattr(part, "name", part))
def test_a_system_that_learns_says_what_it_weighs_and_what_it_can_not_see(system: System, level: Level) -> None:
    assert system.limits
    assert system.summary is not None
    said = system.summary(json.loads(json.dumps(document_of(system, level))))
    numbers = [*said.importance.values()]
    assert np.isfinite([*numbers, *said.scores.values()]).all()
    assert min(numbers, default=0) >= 0
    assert bool(numbers) == bool(said.measure) == (system.name != "market")
    assert sum(numbers) > 0 or system.name == "market"
    assert said.scores


def test_who_will_play_says_what_it_weighs() -> None:
    frame, outcome = player_games(availability.columns("news"))
    frame = replace(frame, columns={**frame.columns, "ruled_out_flag": np.zeros(len(frame))})
    document = availability.train(frame, (outcome.points > 8).astype(np.float64), "news")
    importance = availability.summary(document).importance
    assert list(importance) == document["features"]
    assert sum(importance.values()) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("name", ["points_weighted_8", "teammates_minutes_change_history", "home_away"])
def test_a_slope_is_what_one_standard_deviation_of_the_feature_moves(name: str) -> None:
    frame, outcome, _ = known_relation("history")
    document = linear.train(frame, outcome, "history")
    deviation = np.nanstd(frame.columns[name][: grown_rows(frame.game_date)])
    usual = np.abs(frame.columns[name] - np.nanmean(frame.columns[name])) < deviation
    further = {**frame.columns, name: frame.columns[name] + deviation}
    line = linear.line(document["line"])
    moved = line.mean(feature_matrix(replace(frame, columns=further), "history")) - line.mean(
        feature_matrix(frame, "history")
    )
    assert np.abs(moved[usual]) == pytest.approx(linear.summary(document).importance[name], rel=1e-5)


def test_features_that_move_the_points_weigh_most() -> None:
    frame, outcome, _ = known_relation("history")
    of_line = linear.summary(linear.train(frame, outcome, "history")).importance
    assert sorted(of_line, key=lambda name: -of_line[name])[:2] in (
        ["points_weighted_8", "points_avg_season"],
        ["points_avg_season", "points_weighted_8"],
        ["teammates_minutes_change_history", "points_weighted_8"],
        ["teammates_minutes_change_history", "points_avg_season"],
    )
    # What the line can not say is left to the trees: absences count for those alone who score.
    of_trees = gradient_boosting.summary(gradient_boosting.train(frame, outcome, "history")).importance
    assert max(of_trees, key=lambda name: of_trees[name]) == "teammates_minutes_change_history"


def test_rows_are_counted_by_player_game_date_and_season() -> None:
    keys = Frame(
        np.array(["0022000500", "0022000500", "0022000501", "0022100001", "0022100002"], dtype=object),
        np.array([7, 8, 7, 7, 9]),
        np.array(["2021-03-01", "2021-03-01", "2021-03-02", "2021-10-19", "2021-10-19"], dtype="datetime64[D]"),
        {},
    )
    about = About(
        "throws", ("a", "b"), ("linear_news",), ("It can not see.",), lambda _: Summary("weight", {"a": 1 / 3})
    )
    said = json.loads(card(about, keys, {}))
    assert said == {
        "learned_from": "throws",
        "players": 3,
        "games": 4,
        "dates": 3,
        "first_date": "2021-03-01",
        "last_date": "2021-10-19",
        "rows_by_season": {"2020-21": 3, "2021-22": 2},
        "inputs": ["a", "b"],
        "members": ["linear_news"],
        "importance_is": "weight",
        "importance": {"a": 0.333333},
        "scores": {},
        "limits": ["It can not see."],
    }


@pytest.mark.parametrize(
    ("level", "said"),
    [("history", 0), ("news", 1), ("market", 2), ("line", 2)],
)
def test_whatever_carries_no_hour_is_said_to_be_an_upper_bound(level: Level, said: int) -> None:
    assert sum("upper bound" in text for text in limits_of(level)) == said
    assert any("can not see" in text for text in limits_of(level)) == (level == "history")
