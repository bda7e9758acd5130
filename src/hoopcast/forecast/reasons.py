"""Reasons of forecasts, such as `baseline 11.2; minutes +2.1; absent team-mates +0.8`."""

import re
from collections.abc import Sequence

import numpy as np

from hoopcast.arrays import FloatArray, TextArray
from hoopcast.forecast.frame import CAUSES, Reasons

# By how many contributions are told.
_FORMS: TextArray = np.array(
    ["; ".join(["baseline {0:.1f}", *(f"{{{2 * n + 1}}} {{{2 * n + 2}:+.1f}}" for n in range(count))])
     for count in range(CAUSES + 1)],
    dtype=object,
)  # fmt: skip
_NUMBER = re.compile(r" ([+-]?[0-9]+\.[0-9])(?:; |$)")


def largest_contributions(contributions: FloatArray, labels: Sequence[str], mean: FloatArray) -> Reasons:
    """Where each forecast starts, and the three contributions that move it most, largest first.

    Args:
        contributions: (n, k) points, by which each of k themes moves the forecast; NaN counts as nothing.
        labels: (k,) what the themes are called.
        mean: (n,) forecasts, points; what no theme moves is the baseline.

    Returns:
        Reasons such as `baseline 11.2; minutes +2.1; absent team-mates +0.8; opponent -0.4`; contributions below .05
        points are left out, and a row without a forecast has none.
    """
    moved = np.nan_to_num(contributions)
    tenths = np.rint(moved * 10)
    order = np.argsort(-np.abs(tenths), axis=1, kind="stable")[:, :CAUSES]
    order = np.pad(order, ((0, 0), (0, CAUSES - order.shape[1])), mode="edge")
    amounts = np.take_along_axis(tenths, order, axis=1) / 10
    amounts[:, moved.shape[1] :] = 0
    named: TextArray = np.array(labels, dtype=object)
    form: TextArray = _FORMS[(amounts != 0).sum(axis=1)]
    form[~np.isfinite(mean)] = None
    return Reasons(
        form,
        np.rint(np.nan_to_num(mean - moved.sum(axis=1)) * 10) / 10,
        np.where(amounts == 0, "", named[order]).astype(object),
        amounts,
    )


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
