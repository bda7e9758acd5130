"""A refit learns from the rows before it alone, whatever else stands in the frame, whichever refits stand beside it."""

import json
from functools import partial

import numpy as np
import pytest

from hoopcast.forecast.cancellation import side_by_side
from hoopcast.forecast.frame import Frame, Outcome
from hoopcast.forecast.system import Level, System
from hoopcast.forecast.trees import FEWEST_KNOWN, first_rows, known_from
from hoopcast.graph import systems
from tests.forecast.synthetic import player_games

LEARNERS = [(system, level) for system in systems() if system.learner for level in system.levels]
# Ends of dates: in the middle of months, and on either side of 1,024, from which on the first rows are others.
ROWS = (690, 1_020, 1_050, 1_410)


@pytest.mark.parametrize(("system", "level"), LEARNERS, ids=lambda one: getattr(one, "name", one))
def test_the_first_rows_teach_the_same_whatever_comes_after_them(system: System, level: Level) -> None:
    frame, outcome = player_games(system.columns(level), 1_500)
    assert system.learner is not None
    assert system.train is not None
    learn = system.learner(frame, outcome, level)
    # The later ones first: nothing that they leave behind is used by those before.
    among_others = side_by_side(*(partial(learn, rows) for rows in reversed(ROWS)))[::-1]
    for rows, document in zip(ROWS, among_others, strict=True):
        alone = system.train(frame.rows(slice(rows)), outcome.rows(slice(rows)), level)
        assert json.dumps(alone) == json.dumps(document), rows


@pytest.mark.parametrize(("system", "level"), LEARNERS, ids=lambda one: getattr(one, "name", one))
def test_what_happens_later_changes_nothing_that_was_learned(system: System, level: Level) -> None:
    frame, outcome = player_games(system.columns(level), 1_500)
    later = np.arange(1_500) >= ROWS[0]
    changed = Frame(
        frame.game_id,
        frame.player_id,
        frame.game_date,
        {name: np.where(later, 3 * values + 50, values) for name, values in frame.columns.items()},
        frame.members,
    )
    other = Outcome(np.where(later, 60.0, outcome.points), np.where(later, 47.0, outcome.minutes))
    assert system.learner is not None
    first, second = system.learner(frame, outcome, level), system.learner(changed, other, level)
    assert json.dumps(first(ROWS[0])) == json.dumps(second(ROWS[0]))


def test_edges_come_from_rows_that_are_doubled_and_from_all_once_a_feature_is_new() -> None:
    features = np.ones((5_000, 2))
    features[:3_000, 1] = np.nan
    since = known_from(features)
    assert since.tolist() == [FEWEST_KNOWN - 1, 3_000 + FEWEST_KNOWN - 1]
    # Up to its 200th value the second feature says too little to be cut by.
    assert [first_rows(rows, since) for rows in (1_000, 2_047, 2_048, 3_199)] == [512, 1_024, 2_048, 2_048]
    assert [first_rows(rows, since) for rows in (3_200, 4_000, 4_096, 5_000)] == [3_200, 4_000, 4_096, 4_096]
    assert known_from(np.full((50, 1), np.nan)).tolist() == [50]


def test_results_stand_in_the_order_of_the_works() -> None:
    assert side_by_side(*(partial(int, number) for number in range(20))) == tuple(range(20))
    assert side_by_side() == ()
