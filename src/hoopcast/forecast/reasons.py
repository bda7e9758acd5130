"""Reasons of forecasts in words, such as `baseline 11.2; minutes +2.1; absent team-mates +0.8`."""

import re
from collections.abc import Sequence

import numpy as np

from hoopcast.arrays import FloatArray, TextArray

_LARGEST = 3
# Contributions are said in tenths of a point, up to so many tenths either way.
_MOST_TENTHS = 999
_SIGNED: TextArray = np.array(
    [f"{tenths / 10:+.1f}" for tenths in range(-_MOST_TENTHS, _MOST_TENTHS + 1)], dtype=object
)
_STARTS: TextArray = np.array(
    [f"baseline {tenths / 10:.1f}" for tenths in range(-_MOST_TENTHS, _MOST_TENTHS + 1)], dtype=object
)


_NUMBER = re.compile(r" ([+-]?[0-9]+\.[0-9])(?:; |$)")


def largest_contributions(contributions: FloatArray, labels: Sequence[str], mean: FloatArray) -> TextArray:
    """Where each forecast starts, and the three contributions that move it most, largest first.

    Args:
        contributions: (n, k) points, by which each of k themes moves the forecast; NaN counts as nothing.
        labels: (k,) what the themes are called.
        mean: (n,) forecasts, points; what no theme moves is the baseline.

    Returns:
        (n,) texts such as `baseline 11.2; minutes +2.1; absent team-mates +0.8; opponent -0.4`; contributions below .05
        points are left out, and a row without a forecast has the empty text.
    """
    tenths = np.rint(np.nan_to_num(contributions) * 10)
    tenths = np.clip(tenths, -_MOST_TENTHS, _MOST_TENTHS).astype(np.int64)
    order = np.argsort(-np.abs(tenths), axis=1, kind="stable")[:, :_LARGEST]
    named: TextArray = np.array([f"{label} " for label in labels], dtype=object)
    baseline = np.rint((mean - np.nan_to_num(contributions).sum(axis=1)) * 10)
    starts = np.clip(np.nan_to_num(baseline), -_MOST_TENTHS, _MOST_TENTHS).astype(np.int64)
    texts: TextArray = np.where(np.isfinite(mean), _STARTS[starts + _MOST_TENTHS], "").astype(object)
    for place in range(order.shape[1]):
        theme = order[:, place]
        amount = np.take_along_axis(tenths, theme[:, None], axis=1)[:, 0]
        said = named[theme] + _SIGNED[amount + _MOST_TENTHS]
        texts = np.where((amount == 0) | (texts == ""), texts, texts + "; " + said)
    return texts


def summed(text: str, mean: float) -> str:
    """A reason with what its contributions leave out and what they come to; one without a baseline as it is.

    Args:
        text: as `largest_contributions` writes it.
        mean: of the forecast before recalibration, points.
    """
    if not text.startswith("baseline "):
        return text
    others = round(mean, 1) - sum(float(number) for number in _NUMBER.findall(text))
    return f"{text}; others {others:+.1f}; sum {mean:.1f} before recalibration"
