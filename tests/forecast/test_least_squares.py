"""Least squares with a light ridge, and the line of variances."""

import numpy as np

from hoopcast.forecast.least_squares import filled, fitted, fitted_variance, plane, rounded, solved, sums, variance_at


def test_a_plane_is_found_and_survives_its_document() -> None:
    random = np.random.default_rng(2)
    matrix = random.normal(5, 2, (5_000, 3))
    target = 1 + matrix @ np.array([2.0, 0.0, -1.0]) + random.normal(0, 0.1, 5_000)
    found = plane(fitted(matrix, target, np.ones(5_000)).document())
    assert np.allclose(found.slopes, [2, 0, -1], atol=0.02)
    assert np.allclose(found.at(matrix), target, atol=0.6)
    moved = found.contributions(matrix, matrix.mean(axis=0)).sum(axis=1)
    assert np.allclose(moved + found.at(matrix.mean(axis=0)[None, :]), found.at(matrix))


def test_what_never_moves_gets_no_slope() -> None:
    matrix = np.column_stack([np.full(100, 7.3), np.arange(100.0)])
    found = fitted(matrix, np.arange(100.0), np.ones(100), ridge=1e-9)
    assert found.slopes[0] == 0
    assert np.isclose(found.slopes[1], 1)


def test_few_rows_are_drawn_to_their_mean() -> None:
    matrix, target = np.arange(10.0)[:, None], np.arange(10.0)
    found = fitted(matrix, target, np.ones(10))
    assert 0 < found.slopes[0] < 0.6
    assert np.isclose(found.at(matrix).mean(), target.mean())


def test_the_line_of_variances_is_found() -> None:
    random = np.random.default_rng(3)
    mean = random.uniform(2, 30, 200_000)
    points = mean + random.normal(0, 1, len(mean)) * np.sqrt(6 + 2.5 * mean)
    line = fitted_variance(mean, points)
    assert abs(line["constant"] - 6) < 0.4
    assert abs(line["slope"] - 2.5) < 0.06
    assert (variance_at({"constant": 0.0, "slope": 0.5}, mean) >= 1.02 * mean).all()


def test_nine_digits_are_kept_and_nothing_is_filled() -> None:
    assert rounded(1 / 3) == 0.333333333
    assert list(filled(np.array([1.0, np.nan]), 3.0)) == [1.0, 3.0]


def test_sums_of_parts_give_the_plane_of_the_whole_and_of_what_is_left() -> None:
    random = np.random.default_rng(5)
    matrix, target = random.normal(3, 2, (9_000, 4)), random.normal(0, 1, 9_000)
    weight = random.uniform(0.1, 2, 9_000)
    whole, part = fitted(matrix, target, weight), slice(0, 5_000)
    rest = slice(5_000, None)
    first, second = (sums(matrix[one], target[one], weight[one]) for one in (part, rest))
    assert np.allclose(solved(first + second).slopes, whole.slopes, rtol=1e-9)
    left = fitted(matrix[rest], target[rest], weight[rest])
    assert np.allclose(solved(first + second - first).slopes, left.slopes, rtol=1e-9)


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
    found = fitted(matrix, target, weight, 30.0)
    assert np.allclose(found.slopes, slopes, rtol=1e-9)
    assert np.isclose(found.intercept, shares @ target - slopes @ (shares @ matrix))
