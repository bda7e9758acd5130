"""Reasons of forecasts in words: the largest contributions, such as `minutes +2.1; absent team-mates +0.8`."""

from collections.abc import Sequence

import numpy as np

from hoopcast.arrays import FloatArray, TextArray

_LARGEST = 3
# Contributions are said in tenths of a point, up to so many tenths either way.
_MOST_TENTHS = 999
_SIGNED: TextArray = np.array(
    [f"{tenths / 10:+.1f}" for tenths in range(-_MOST_TENTHS, _MOST_TENTHS + 1)], dtype=object
)


def largest_contributions(contributions: FloatArray, labels: Sequence[str]) -> TextArray:
    """The three largest contributions of each row, largest first; the empty text where none reaches .05 points.

    Args:
        contributions: (n, k) points, by which each of k themes moves the forecast; NaN counts as nothing.
        labels: (k,) what the themes are called.

    Returns:
        (n,) texts such as `minutes +2.1; absent team-mates +0.8; opponent -0.4`.
    """
    tenths = np.rint(np.nan_to_num(contributions) * 10)
    tenths = np.clip(tenths, -_MOST_TENTHS, _MOST_TENTHS).astype(np.int64)
    order = np.argsort(-np.abs(tenths), axis=1, kind="stable")[:, :_LARGEST]
    named: TextArray = np.array([f"{label} " for label in labels], dtype=object)
    texts: TextArray = np.full(len(contributions), "", dtype=object)
    for place in range(order.shape[1]):
        theme = order[:, place]
        amount = np.take_along_axis(tenths, theme[:, None], axis=1)[:, 0]
        said = named[theme] + _SIGNED[amount + _MOST_TENTHS]
        separator: TextArray = np.where(texts == "", "", "; ").astype(object)
        texts = np.where(amount == 0, texts, texts + separator + said)
    return texts
