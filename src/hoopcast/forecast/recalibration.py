"""Recalibration: a monotone correction of a distribution's distribution function, learned from past forecasts alone.

Where the randomised probability integral transforms of past forecasts have the distribution function G, the corrected
distribution is G(F(k)): Gneiting, Balabdaoui & Raftery (2007) for the transform, Kuleshov, Fenner & Ermon (2018) for
its use.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hoopcast.arrays import FloatArray, IntArray
from hoopcast.errors import ModelError

# Knots of G: finer in the tails, where quantiles are read. All lie on cells of 1/200, which makes looking up cheap.
GRID: FloatArray = np.concatenate(
    ([0.0, 0.01, 0.025], np.arange(1, 20) / 20, [0.975, 0.99, 1.0]),
)
_CELLS = 200
_SEGMENT_OF_CELL: IntArray = np.minimum(
    np.searchsorted(GRID, (np.arange(_CELLS + 1) + 0.5) / _CELLS, side="right") - 1, len(GRID) - 2
)
# Bands of the mean before recalibration, points: bench, rotation, starters, stars. The last ends where distributions
# end. Narrow where a night without points is likely: no one map fits a mean of 2 and a mean of 5.
BAND_EDGES: FloatArray = np.array([0.0, 2.0, 4.0, 6.0, 9.0, 13.0, 18.0, 99.0])
FEWEST_ROWS = 1000
FEWEST_ROWS_OF_A_BAND = 300
# Rows whose word weighs as much as the prior's: at 300 the standard error of an empirical share is at most .029, about
# the size of the miscalibration that there is to find. From 100 to 500 scores on TUNING hardly differ.
PRIOR_ROWS = 300


@dataclass(frozen=True)
class Recalibration:
    """A monotone map of probabilities for each band of the mean.

    Args:
        edges: (bands + 1,) limits of the bands, points, rising.
        values: (bands, 25) what G is at each of `GRID`; from 0 to 1, never falling.
    """

    edges: FloatArray
    values: FloatArray

    def knots(self, mean: FloatArray) -> FloatArray:
        """G at each of `GRID` by the mean, (25, n): linear between the centres of bands, so without a jump."""
        # The last band is open: its centre lies as far above its lower limit as that of the band before.
        half_widths = np.diff(self.edges) / 2
        centres = self.edges[:-1] + np.append(half_widths[:-1], half_widths[-2:-1])
        weights = np.stack([np.interp(mean, centres, unit) for unit in np.eye(len(centres))])
        return self.values.T @ weights


@dataclass(frozen=True)
class BandRow:
    """A band as a row of a table: limits of the mean, points, and knots as a JSON list of [u, G(u)]."""

    low_mean: float
    high_mean: float
    knots: str


def identity() -> Recalibration:
    """The recalibration that changes nothing."""
    return Recalibration(BAND_EDGES, np.tile(GRID, (len(BAND_EDGES) - 1, 1)))


def is_identity(recalibration: Recalibration) -> bool:
    """Whether it changes nothing."""
    return bool((recalibration.values == GRID).all())


def learn(mean: FloatArray, pit: FloatArray) -> Recalibration:
    """Recalibration from past forecasts and what then happened.

    The map of all rows is shrunk to the identity by n / (n + 300), the map of a band to that of all rows in the same
    way. A band of fewer than 300 rows has the map of all rows; fewer than 1,000 rows in all give the identity.

    Args:
        mean: (n,) means of the distributions before recalibration, points; rows with NaN are left out.
        pit: (n,) randomised probability integral transforms of the same distributions, before recalibration, in [0, 1].
    """
    known = np.isfinite(mean) & np.isfinite(pit)
    mean, pit = mean[known], pit[known]
    if len(pit) < FEWEST_ROWS:
        return identity()
    pooled = _shrunk(pit, GRID)
    band = np.digitize(mean, BAND_EDGES[1:-1])
    of_bands = [pit[band == number] for number in range(len(BAND_EDGES) - 1)]
    values = [_shrunk(part, pooled) if len(part) >= FEWEST_ROWS_OF_A_BAND else pooled for part in of_bands]
    return Recalibration(BAND_EDGES, np.stack(values))


def recalibrated(recalibration: Recalibration, mean: FloatArray, cdf: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Distribution functions after recalibration.

    Args:
        recalibration: the maps.
        mean: (n,) means of the distributions before recalibration, points.
        cdf: (k, n) probabilities in [0, 1], support first.

    Returns:
        G(cdf), (k, n), and the slope of G above the last inner knot, (n,): what it does to the upper tail, where a
        difference of G has no digits left.
    """
    knots = recalibration.knots(mean)
    slope = np.diff(knots, axis=0) / np.diff(GRID)[:, None]
    intercept = knots[:-1] - slope * GRID[:-1, None]
    place = _SEGMENT_OF_CELL.take((cdf * _CELLS).astype(np.intp))
    place *= len(mean)
    place += np.arange(len(mean))
    after = slope.take(place)
    after *= cdf
    after += intercept.take(place)
    np.clip(after, 0, 1, out=after)
    return after, slope[-1]


def to_rows(recalibration: Recalibration) -> tuple[BandRow, ...]:
    """The bands as rows of a table; `from_rows` gives the same recalibration back, to nine digits."""
    limits = pairwise(recalibration.edges.tolist())
    return tuple(
        BandRow(low, high, json.dumps(np.column_stack([GRID, values]).round(9).tolist()))
        for (low, high), values in zip(limits, recalibration.values, strict=True)
    )


def from_rows(rows: Sequence[BandRow]) -> Recalibration:
    """Recalibration from rows of a table, in any order.

    Raises:
        ModelError: if the bands do not join, or a map has other knots, falls, or does not run from 0 to 1.
    """
    bands = sorted(rows, key=lambda row: row.low_mean)
    if not bands or any(one.high_mean != other.low_mean for one, other in pairwise(bands)):
        raise ModelError("the bands of a recalibration do not join; make nba_predictions.calibration again")
    values = np.stack([_values(row) for row in bands])
    return Recalibration(np.array([bands[0].low_mean, *(row.high_mean for row in bands)]), values)


def as_text(recalibration: Recalibration | None) -> str:
    """A recalibration as one JSON text, to nine digits; null for none."""
    if recalibration is None:
        return "null"
    whole = {
        "edges": recalibration.edges.tolist(),
        "knots": GRID.tolist(),
        "values": recalibration.values.round(9).tolist(),
    }
    return json.dumps(whole, separators=(",", ":"))


def from_text(text: str) -> Recalibration | None:
    """The recalibration of a text; one of other knots is read between them.

    Raises:
        ModelError: if it is no text of `as_text`.
    """
    try:
        whole = json.loads(text)
        if whole is None:
            return None
        values = np.stack([np.interp(GRID, whole["knots"], band) for band in whole["values"]])
        return Recalibration(np.array(whole["edges"], dtype=np.float64), values)
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        raise ModelError(f"no recalibration can be read from {text[:40]!r}; restore a backup") from error


def _values(row: BandRow) -> FloatArray:
    """What a row's map is at each of `GRID`."""
    pairs = np.array(json.loads(row.knots), dtype=np.float64)
    sound = pairs.shape == (len(GRID), 2) and np.allclose(pairs[:, 0], GRID, rtol=0, atol=1e-9)
    if not sound or (np.diff(pairs[:, 1]) < 0).any() or pairs[0, 1] != 0 or pairs[-1, 1] != 1:
        raise ModelError(
            f"the recalibration of means from {row.low_mean} to {row.high_mean} is not a rising map on this version's "
            "knots; make nba_predictions.calibration again"
        )
    return pairs[:, 1]


def _shrunk(pit: FloatArray, prior: FloatArray) -> FloatArray:
    """Share of transforms at or below each of `GRID`, drawn to a prior map as if by 300 further rows."""
    share = np.searchsorted(np.sort(pit), GRID, side="right") / len(pit)
    share[0], share[-1] = 0, 1
    weight = len(pit) / (len(pit) + PRIOR_ROWS)
    shrunk: FloatArray = weight * share + (1 - weight) * prior
    shrunk[-1] = 1
    return shrunk
