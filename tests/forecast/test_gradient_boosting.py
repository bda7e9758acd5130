"""Gradient boosting learns what a line can not, says what moved it, and is what its document says."""

import json

import lightgbm
import numpy as np
import pytest

from hoopcast.forecast.features import features, theme_matrix
from hoopcast.forecast.system import Level
from hoopcast.forecast.systems import gradient_boosting, linear
from hoopcast.forecast.trees import Bins, forest, grow_regression
from tests.forecast.learning import known_relation
from tests.forecast.synthetic import words

FRAME, OUTCOME, TRUE_MEAN = known_relation("history")
LATER, _, LATER_MEAN = known_relation("history", seed=2)
DOCUMENT = gradient_boosting.train(FRAME, OUTCOME, "history")


def test_the_same_frame_gives_the_same_document() -> None:
    assert json.dumps(gradient_boosting.train(FRAME, OUTCOME, "history")) == json.dumps(DOCUMENT)


def test_a_document_read_back_gives_identical_distributions() -> None:
    distributions = gradient_boosting.forecast(LATER, DOCUMENT, "history")
    again = gradient_boosting.forecast(LATER, json.loads(json.dumps(DOCUMENT, allow_nan=False)), "history")
    assert np.array_equal(distributions.mean, again.mean)
    assert np.array_equal(distributions.variance, again.variance)
    assert words(distributions.reasons) == words(again.reasons)


def test_a_row_is_forecast_alone_as_among_others() -> None:
    together = gradient_boosting.forecast(LATER, DOCUMENT, "history")
    alone = gradient_boosting.forecast(LATER.rows(np.arange(7, 8)), DOCUMENT, "history")
    assert alone.mean[0] == pytest.approx(together.mean[7], abs=1e-9)
    assert words(alone.reasons)[0] == words(together.reasons)[7]


def test_trees_see_what_bends_and_a_line_does_not() -> None:
    boosted = gradient_boosting.forecast(LATER, DOCUMENT, "history").mean
    straight = linear.forecast(LATER, linear.train(FRAME, OUTCOME, "history"), "history").mean
    assert np.abs(boosted - LATER_MEAN).mean() < 0.9 * np.abs(straight - LATER_MEAN).mean()


def test_company_that_returns_is_given_as_a_reason_against() -> None:
    distributions = gradient_boosting.forecast(LATER, DOCUMENT, "history")
    crowded = LATER.columns["teammates_minutes_change_history"] > 40
    lonely = LATER.columns["teammates_minutes_change_history"] < -40
    assert all("absent team-mates +" not in reason for reason in words(distributions.reasons.rows(crowded)))
    assert all("absent team-mates -" not in reason for reason in words(distributions.reasons.rows(lonely)))
    assert (
        sum("absent team-mates +" in reason for reason in words(distributions.reasons.rows(lonely)))
        > 0.8 * lonely.sum()
    )


def test_the_way_to_a_leaf_adds_up_to_what_the_leaf_adds() -> None:
    names = features("history")
    matrix = FRAME.matrix(names)
    text = grow_regression(Bins(matrix, names).of(len(matrix), OUTCOME.points, None), "l2")
    sums, themes = forest(text).at(matrix, theme_matrix("history"))
    assert np.allclose(sums, np.asarray(lightgbm.Booster(model_str=text).predict(matrix)), atol=1e-6)
    apart = sums - themes.sum(axis=1)
    assert np.ptp(apart) < 1e-3


@pytest.mark.parametrize("level", ["history", "news", "market"])
def test_a_few_rows_teach_nothing_and_a_few_hundred_teach_something(level: Level) -> None:
    frame, outcome, _ = known_relation(level, 500)
    some = gradient_boosting.train(frame, outcome, level)
    assert np.isfinite(gradient_boosting.forecast(frame, some, level).mean).all()
    few = gradient_boosting.train(frame.rows(np.arange(50)), outcome.rows(np.arange(50)), level)
    assert np.isnan(gradient_boosting.forecast(frame, few, level).mean).all()
