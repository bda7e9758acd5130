"""A plane is found by least squares with a light ridge, and the variance of points about a forecast."""

import numpy as np
import pytest

from hoopcast.arrays import FloatArray
from hoopcast.forecast.distribution import LOWEST_DISPERSION
from hoopcast.forecast.regression import (
    filled,
    fit_plane,
    fit_variance,
    plane,
    rounded,
    rounded_list,
    solve_plane,
    sums,
    variance_at,
)

DRAW = np.random.default_rng(3)
MEAN = DRAW.uniform(1, 28, 60_000)
DEVIATION = DRAW.uniform(2, 10, (60_000, 1))


def test_a_plane_is_found_and_survives_its_document() -> None:
    random = np.random.default_rng(2)
    matrix = random.normal(5, 2, (5_000, 3))
    target = 1 + matrix @ np.array([2.0, 0.0, -1.0]) + random.normal(0, 0.1, 5_000)
    found = plane(fit_plane(matrix, target, np.ones(5_000)).document())
    assert np.allclose(found.slopes, [2, 0, -1], atol=0.02)
    assert np.allclose(found.at(matrix), target, atol=0.6)
    moved = found.contributions(matrix, matrix.mean(axis=0)).sum(axis=1)
    assert np.allclose(moved + found.at(matrix.mean(axis=0)[None, :]), found.at(matrix))


def test_what_never_moves_gets_no_slope() -> None:
    matrix = np.column_stack([np.full(100, 7.3), np.arange(100.0)])
    found = fit_plane(matrix, np.arange(100.0), np.ones(100), ridge=1e-9)
    assert found.slopes[0] == 0
    assert np.isclose(found.slopes[1], 1)


def test_few_rows_are_drawn_to_their_mean() -> None:
    matrix, target = np.arange(10.0)[:, None], np.arange(10.0)
    found = fit_plane(matrix, target, np.ones(10))
    assert 0 < found.slopes[0] < 0.6
    assert np.isclose(found.at(matrix).mean(), target.mean())


def test_nine_digits_are_kept_and_nothing_is_filled() -> None:
    assert rounded(1 / 3) == 0.333333333
    assert rounded_list(np.array([1 / 3, 2.0])) == [0.333333333, 2.0]
    assert list(filled(np.array([1.0, np.nan]), 3.0)) == [1.0, 3.0]


def test_sums_of_parts_give_the_plane_of_the_whole_and_of_what_is_left() -> None:
    random = np.random.default_rng(5)
    matrix, target = random.normal(3, 2, (9_000, 4)), random.normal(0, 1, 9_000)
    weight = random.uniform(0.1, 2, 9_000)
    whole, part = fit_plane(matrix, target, weight), slice(0, 5_000)
    rest = slice(5_000, None)
    first, second = (sums(matrix[one], target[one], weight[one]) for one in (part, rest))
    assert np.allclose(solve_plane(first + second).slopes, whole.slopes, rtol=1e-9)
    left = fit_plane(matrix[rest], target[rest], weight[rest])
    assert np.allclose(solve_plane(first + second - first).slopes, left.slopes, rtol=1e-9)


def test_the_ridge_of_weighted_rows_is_that_of_the_textbook() -> None:
    random = np.random.default_rng(6)
    matrix, target = random.normal(3, [2.0, 1.0, 5.0], (400, 3)), random.normal(0, 1, 400)
    weight = random.uniform(0.1, 2, 400)
    shares = weight / weight.sum()
    centred = matrix - shares @ matrix
    scale = np.sqrt(shares @ centred**2)
    unit = centred / scale
    gram = unit.T @ (unit * shares[:, None]) + 30 / 400 * np.eye(3)
    slopes = np.linalg.solve(gram, unit.T @ (shares * (target - shares @ target))) / scale
    found = fit_plane(matrix, target, weight, 30.0)
    assert np.allclose(found.slopes, slopes, rtol=1e-9)
    assert np.isclose(found.intercept, shares @ target - slopes @ (shares @ matrix))


def _drawn(variance: FloatArray) -> FloatArray:
    return DRAW.normal(MEAN, np.sqrt(variance))


def test_a_known_variance_function_is_recovered() -> None:
    variance = 4.5 * MEAN**0.85
    found = variance_at(fit_variance(MEAN, _drawn(variance)), MEAN)
    assert np.abs(found / variance - 1).max() < 0.06


def test_what_widens_a_distribution_is_recovered_and_unknown_stands_for_usual() -> None:
    variance = 3 * MEAN * (DEVIATION[:, 0] / 5) ** 0.3
    document = fit_variance(MEAN, _drawn(variance), DEVIATION)
    assert document["coefficients"][3] == pytest.approx(0.3, abs=0.04)
    usual = np.exp(np.array(document["usual"]))
    unknown = np.full((len(MEAN), 1), np.nan)
    assert np.allclose(
        variance_at(document, MEAN, unknown), variance_at(document, MEAN, np.broadcast_to(usual, (60_000, 1)))
    )


def test_a_distribution_is_never_narrower_than_allowed() -> None:
    document = fit_variance(MEAN, MEAN + 0.1)
    assert (variance_at(document, MEAN) >= LOWEST_DISPERSION * MEAN).all()


def test_a_few_rows_give_a_tame_curve() -> None:
    document = fit_variance(MEAN[:60], _drawn(3 * MEAN)[:60])
    ratio = variance_at(document, np.linspace(1, 40, 50)) / np.linspace(1, 40, 50)
    assert ((ratio > 1) & (ratio < 30)).all()


def test_means_of_a_narrow_range_give_a_variance_that_fits_them() -> None:
    mean = DRAW.uniform(9, 24, 20_000)
    points = DRAW.normal(mean, np.sqrt(9 + 2.1 * mean))
    assert np.abs(variance_at(fit_variance(mean, points), mean) / (9 + 2.1 * mean) - 1).max() < 0.12
