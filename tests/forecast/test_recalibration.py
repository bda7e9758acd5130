"""Recalibration: monotone, nothing where nothing is wrong, and mending what is."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoopcast.arrays import FloatArray
from hoopcast.errors import ModelError
from hoopcast.forecast.distribution import distribution, scores
from hoopcast.forecast.recalibration import (
    BAND_EDGES,
    GRID,
    from_rows,
    identity,
    is_identity,
    learn,
    recalibrated,
    to_rows,
)


def history(rows: int, seed: int, a: float = 1, b: float = 1) -> tuple[FloatArray, FloatArray]:
    """Means and transforms of past forecasts, transforms by a beta distribution."""
    random = np.random.default_rng(seed)
    return random.uniform(0, 30, rows), random.beta(a, b, rows)


@given(st.integers(0, 5_000), st.integers(0, 9), st.floats(0.3, 3), st.floats(0.3, 3))
def test_a_map_rises_from_zero_to_one(rows: int, seed: int, a: float, b: float) -> None:
    mean, pit = history(rows, seed, a, b)
    values = learn(mean, pit).values
    assert (np.diff(values, axis=1) > 0).all()
    assert (values[:, 0] == 0).all()
    assert (values[:, -1] == 1).all()


def test_few_rows_change_nothing() -> None:
    assert is_identity(learn(*history(999, 1, 3, 1)))
    assert not is_identity(learn(*history(1_000, 1, 3, 1)))


def test_uniform_transforms_change_next_to_nothing() -> None:
    assert learn(*history(200_000, 2)).values == pytest.approx(np.tile(GRID, (len(BAND_EDGES) - 1, 1)), abs=0.012)


def test_unknown_transforms_are_left_out() -> None:
    mean, pit = history(3_000, 3, 2, 1)
    with_gaps = learn(np.append(mean, [np.nan, 5]), np.append(pit, [0.5, np.nan]))
    np.testing.assert_array_equal(with_gaps.values, learn(mean, pit).values)


def test_a_thin_band_has_the_map_of_all_rows() -> None:
    random = np.random.default_rng(4)
    mean = np.concatenate([random.uniform(9, 13, 5_000), random.uniform(20, 30, 299), random.uniform(0, 2, 299)])
    values = learn(mean, random.beta(2, 1, len(mean))).values
    np.testing.assert_array_equal(values[0], values[-1])
    np.testing.assert_array_equal(values[0], values[2])
    assert (values[0] != values[4]).any()


def test_more_rows_are_shrunk_less() -> None:
    distances = [np.abs(learn(*history(rows, 5, 2, 1)).values - GRID).max() for rows in (1_000, 4_000, 40_000)]
    assert distances == sorted(distances)


@pytest.mark.parametrize("dispersion", [1.3, 4.0])
def test_distributions_too_narrow_or_too_wide_are_mended(dispersion: float) -> None:
    random = np.random.default_rng(6)
    mean = random.uniform(2, 28, 80_000)
    points = random.negative_binomial(mean / 1.5, 1 / 2.5).astype(np.float64)
    wrong, u = mean * dispersion, random.random(len(mean))
    past, later = slice(0, 40_000), slice(40_000, None)
    learned = learn(mean[past], scores(mean[past], wrong[past], None, points[past], u[past]).pit)
    before = scores(mean[later], wrong[later], None, points[later], u[later])
    after = scores(mean[later], wrong[later], learned, points[later], u[later])
    assert np.histogram(before.pit, 10, (0, 1))[0] / 40_000 != pytest.approx(np.full(10, 0.1), abs=0.02)
    assert np.histogram(after.pit, 10, (0, 1))[0] / 40_000 == pytest.approx(np.full(10, 0.1), abs=0.012)
    assert after.crps.mean() < before.crps.mean()
    assert after.log_score.mean() < before.log_score.mean()


def test_a_map_is_linear_between_its_knots() -> None:
    learned = learn(*history(5_000, 7, 2, 1))
    probabilities = np.random.default_rng(7).random((1_000, 1))
    after, slope = recalibrated(learned, np.array([1.0]), probabilities)
    np.testing.assert_allclose(after[:, 0], np.interp(probabilities[:, 0], GRID, learned.values[0]), atol=1e-12)
    assert slope[0] == pytest.approx((1 - learned.values[0, -2]) / 0.01)


def test_knots_themselves_are_met() -> None:
    learned = learn(*history(5_000, 8, 2, 1))
    after, _ = recalibrated(learned, np.array([20.5, 90.0]), np.column_stack([GRID, GRID]))
    np.testing.assert_allclose(after, np.column_stack([learned.values[-1]] * 2), atol=1e-12)


@pytest.mark.parametrize("edge", [2.0, 6.0, 13.0, 18.0])
def test_distributions_do_not_jump_at_the_edge_of_a_band(edge: float) -> None:
    random = np.random.default_rng(9)
    mean = random.uniform(0, 30, 40_000)
    learned = learn(mean, random.beta(1 + mean / 10, 1))
    around = np.array([edge - 1e-6, edge + 1e-6])
    cdf = distribution(around, 3 * around, learned).cdf
    assert np.abs(cdf[0] - cdf[1]).max() < 1e-5


@given(st.integers(0, 4_000), st.integers(0, 9))
def test_a_recalibration_comes_back_from_its_rows(rows: int, seed: int) -> None:
    learned = learn(*history(rows, seed, 1.5, 1))
    again = from_rows(to_rows(learned)[::-1])
    np.testing.assert_array_equal(again.edges, BAND_EDGES)
    np.testing.assert_allclose(again.values, learned.values, rtol=0, atol=1e-9)
    assert to_rows(again) == to_rows(learned)


def test_the_identity_comes_back_as_the_identity() -> None:
    assert is_identity(from_rows(to_rows(identity())))


def test_rows_are_bands_with_pairs_of_numbers() -> None:
    rows = to_rows(identity())
    assert [row.low_mean for row in rows] == [0, 2, 4, 6, 9, 13, 18]
    assert [row.high_mean for row in rows] == [2, 4, 6, 9, 13, 18, 99]
    assert json.loads(rows[0].knots)[:3] == [[0, 0], [0.01, 0.01], [0.025, 0.025]]


@pytest.mark.parametrize("knots", [
    "[]", "[[0, 0], [1, 1]]",
    json.dumps([[u, 1 - u] for u in GRID]), json.dumps([[u, u / 2] for u in GRID]),
    json.dumps([[u / 2, u] for u in GRID]),
])  # fmt: skip
def test_a_map_that_is_none_is_refused(knots: str) -> None:
    first, *others = to_rows(identity())
    with pytest.raises(ModelError, match=r"nba_predictions\.calibration"):
        from_rows([replace(first, knots=knots), *others])


def test_bands_that_do_not_join_are_refused() -> None:
    rows = to_rows(identity())
    for bands in ((), (rows[0], rows[2]), (rows[0], rows[0])):
        with pytest.raises(ModelError, match="do not join"):
            from_rows(bands)
