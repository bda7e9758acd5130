"""The linear system learns a line, keeps it as numbers, and reads nothing above its level."""

import json
from typing import get_args

import numpy as np
import pytest

from hoopcast.forecast.distribution import LOWEST_DISPERSION, guarded
from hoopcast.forecast.features import THEMES, feature_matrix, features, theme_matrix
from hoopcast.forecast.frames import source_of
from hoopcast.forecast.reasons import largest_contributions, summed
from hoopcast.forecast.regression import fit_plane, fit_predictors, fit_variance
from hoopcast.forecast.system import LEVELS, Level
from hoopcast.forecast.systems import linear
from hoopcast.forecast.training_window import grown_rows
from hoopcast.warehouse.tables import table
from tests.forecast.learning import known_relation
from tests.forecast.synthetic import words

FRAME, OUTCOME, TRUE_MEAN = known_relation("history")
DOCUMENT = linear.train(FRAME, OUTCOME, "history")


def test_the_same_frame_gives_the_same_document() -> None:
    assert json.dumps(linear.train(FRAME, OUTCOME, "history")) == json.dumps(DOCUMENT)


def test_a_document_read_back_gives_identical_distributions() -> None:
    distributions = linear.forecast(FRAME, DOCUMENT, "history")
    again = linear.forecast(FRAME, json.loads(json.dumps(DOCUMENT, allow_nan=False)), "history")
    assert np.array_equal(distributions.mean, again.mean)
    assert np.array_equal(distributions.variance, again.variance)


def test_the_variance_is_that_of_forecasts_of_dates_that_the_line_has_not_seen() -> None:
    matrix = feature_matrix(FRAME, "history")
    predictors, weights = fit_predictors(matrix[: grown_rows(FRAME.game_date)]).of(matrix), linear.row_weights(FRAME)
    fold = np.unique(FRAME.game_date, return_inverse=True)[1] % 5
    unseen = np.full(len(FRAME), np.nan)
    for number in range(5):
        own = fold == number
        assert not set(FRAME.game_date[own]) & set(FRAME.game_date[~own])
        unseen[own] = fit_plane(predictors[~own], OUTCOME.points[~own], weights[~own], linear.RIDGE).at(predictors[own])
    expected = fit_variance(guarded(unseen, np.ones(len(unseen)))[0], OUTCOME.points, linear.widening(FRAME))
    assert DOCUMENT["dispersion"]["coefficients"] == pytest.approx(expected["coefficients"], abs=1e-7)
    assert DOCUMENT["dispersion"]["error"] == pytest.approx(expected["error"], abs=1e-7)


def test_what_is_known_is_found() -> None:
    distributions = linear.forecast(FRAME, DOCUMENT, "history")
    assert np.corrcoef(distributions.mean, TRUE_MEAN)[0, 1] > 0.9
    assert (distributions.variance >= LOWEST_DISPERSION * distributions.mean - 1e-9).all()


def test_contributions_add_up_to_the_forecast() -> None:
    line = linear.line(DOCUMENT["line"])
    matrix = feature_matrix(FRAME, "history")
    apart = line.mean(matrix) - line.contributions(matrix, "history").sum(axis=1)
    assert np.ptp(apart) < 1e-9


def test_reasons_name_the_themes_that_moved_the_forecast() -> None:
    distributions = linear.forecast(FRAME, DOCUMENT, "history")
    scorer = FRAME.columns["points_weighted_8"].argmax()
    assert words(distributions.reasons)[scorer].partition("; ")[2].startswith("form +")


@pytest.mark.parametrize("level", ["history", "news", "market", "line"])
def test_no_feature_lies_above_the_level(level: Level) -> None:
    assert level in get_args(Level)
    above = []
    for name in features(level):
        source, column = source_of(name)
        described = next(one for one in table(source.table).columns if one.name == column)
        assert described.availability == "pre-game", name
        if described.level is None or LEVELS.index(described.level) > LEVELS.index(level):
            above.append(name)
    assert above == []


def test_every_feature_has_one_theme_and_is_named_once() -> None:
    names = features("market")
    assert len(set(names)) == len(names)
    assert (theme_matrix("market").sum(axis=1) == 1).all()
    assert theme_matrix("market").shape == (len(names), len(THEMES))


def test_who_is_quoted_is_unknown_on_a_date_without_quotes() -> None:
    frame, _, _ = known_relation("market", 60)
    frame.columns["is_quoted"][:15] = 0
    place = features("market").index("is_quoted")
    assert np.isnan(feature_matrix(frame, "market")[:15, place]).all()
    assert not np.isnan(feature_matrix(frame, "market")[15:, place]).any()


def test_the_three_largest_contributions_are_said_largest_first() -> None:
    contributions = np.array([[0.04, -0.42, 2.06, 0.81, 0.2], [0.0, np.nan, 0.01, 0.0, -0.3], [0.0] * 5])
    labels = ("rest", "opponent", "minutes", "absent team-mates", "form")
    assert words(largest_contributions(contributions, labels, np.array([14.0, 8.0, np.nan]))) == [
        "baseline 11.3; minutes +2.1; absent team-mates +0.8; opponent -0.4",
        "baseline 8.3; form -0.3",
        "",
    ]


def test_a_reason_adds_up_to_the_forecast_before_recalibration() -> None:
    distributions = linear.forecast(FRAME, DOCUMENT, "history")
    for reason, mean in zip(words(distributions.reasons)[:200], distributions.mean.tolist(), strict=False):
        whole = summed(reason, mean)
        parts, _, total = whole.removesuffix(" before recalibration").rpartition("; sum ")
        numbers = [float(part.rpartition(" ")[2]) for part in parts.split("; ")]
        assert whole.startswith("baseline ")
        assert sum(numbers) == pytest.approx(float(total), abs=0.051)
        assert float(total) == pytest.approx(mean, abs=0.051)
    assert summed("line 26.5, over 50.0% without the margin", 27.1) == "line 26.5, over 50.0% without the margin"
