"""The variance of points is found as a function of their mean and of what widens it."""

import numpy as np
import pytest

from hoopcast.arrays import FloatArray
from hoopcast.forecast.dispersion import dispersed, fitted_dispersion
from hoopcast.forecast.distribution import LOWEST_DISPERSION

DRAW = np.random.default_rng(3)
MEAN = DRAW.uniform(1, 28, 60_000)
DEVIATION = DRAW.uniform(2, 10, (60_000, 1))


def _drawn(variance: FloatArray) -> FloatArray:
    return DRAW.normal(MEAN, np.sqrt(variance))


def test_a_known_variance_function_is_recovered() -> None:
    variance = 4.5 * MEAN**0.85
    found = dispersed(fitted_dispersion(MEAN, _drawn(variance)), MEAN)
    assert np.abs(found / variance - 1).max() < 0.06


def test_what_widens_a_distribution_is_recovered_and_unknown_stands_for_usual() -> None:
    variance = 3 * MEAN * (DEVIATION[:, 0] / 5) ** 0.3
    document = fitted_dispersion(MEAN, _drawn(variance), DEVIATION)
    assert document["coefficients"][3] == pytest.approx(0.3, abs=0.04)
    usual = np.exp(np.array(document["usual"]))
    unknown = np.full((len(MEAN), 1), np.nan)
    assert np.allclose(
        dispersed(document, MEAN, unknown), dispersed(document, MEAN, np.broadcast_to(usual, (60_000, 1)))
    )


def test_a_distribution_is_never_narrower_than_allowed() -> None:
    document = fitted_dispersion(MEAN, MEAN + 0.1)
    assert (dispersed(document, MEAN) >= LOWEST_DISPERSION * MEAN).all()


def test_a_few_rows_give_a_tame_curve() -> None:
    document = fitted_dispersion(MEAN[:60], _drawn(3 * MEAN)[:60])
    ratio = dispersed(document, np.linspace(1, 40, 50)) / np.linspace(1, 40, 50)
    assert ((ratio > 1) & (ratio < 30)).all()
