"""A refit learns from the rows before it alone, whatever else stands in the frame, whichever refits stand beside it."""

import json
from functools import partial

import numpy as np
import pytest

from hoopcast.arrays import DateArray
from hoopcast.forecast.cancellation import Once, side_by_side
from hoopcast.forecast.frame import Frame, Outcome
from hoopcast.forecast.system import Level, System
from hoopcast.forecast.training_window import FEWEST_KNOWN, first_rows, grown_rows, known_from
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


def days_of(rows_of_months: dict[str, int]) -> DateArray:
    """So many rows of months, on their last days."""
    months = np.array(list(rows_of_months), dtype="datetime64[M]")
    return np.repeat((months + 1).astype("datetime64[D]") - np.timedelta64(1, "D"), list(rows_of_months.values()))


def test_trees_are_grown_when_a_month_ends_with_a_tenth_more_rows() -> None:
    per_month = {"2020-11": 1_000, "2020-12": 1_000, "2021-01": 300, "2021-02": 300, "2021-03": 300, "2021-04": 289}
    day = days_of({**per_month, "2021-05": 291, "2021-06": 290})
    ends = (1_000, 2_000, 2_300, 2_600, 2_900, 3_189, 3_480, 3_770)
    # 3,189 are less than a tenth more than 2,900, and 3,770 than 3,480.
    assert [grown_rows(day[:rows]) for rows in ends] == [1_000, 2_000, 2_300, 2_600, 2_900, 2_900, 3_480, 3_480]
    # Of a month that is not over, all rows count if they are a tenth more, and else those up to the month before.
    assert grown_rows(day[:2_299]) == 2_299
    assert grown_rows(day[:2_150]) == 2_000
    assert grown_rows(day[:0]) == 0


def test_trees_are_grown_after_the_last_game_of_a_season() -> None:
    day = days_of({"2021-05": 9_000, "2021-06": 300, "2021-07": 200, "2021-10": 300, "2021-11": 300})
    day[9_300:9_500] = np.datetime64("2021-07-20")
    assert [grown_rows(day[:rows]) for rows in (9_000, 9_300, 9_500, 9_800, 10_100)] == [
        9_000,
        9_000,
        9_500,
        9_500,
        9_500,
    ]


def test_what_refits_share_is_made_once_and_again_only_if_it_failed() -> None:
    made: list[int] = []
    shared = Once[int, int]()

    def make(key: int) -> int:
        made.append(key)
        if made == [7]:
            raise ValueError("not yet")
        return key * 2

    with pytest.raises(ValueError, match="not yet"):
        shared.get(7, make)
    assert side_by_side(*[partial(shared.get, key, make) for key in (7, 8, 7, 8, 7)]) == (14, 16, 14, 16, 14)
    assert sorted(made) == [7, 7, 8]


def test_results_stand_in_the_order_of_the_works() -> None:
    assert side_by_side(*(partial(int, number) for number in range(20))) == tuple(range(20))
    assert side_by_side() == ()
