"""Features made ready for a regression: standardised, within bounds, NULL as the mean and told where it is usual."""

from dataclasses import dataclass

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.forecast.frame import Document
from hoopcast.forecast.least_squares import rounded

# Standard deviations from the mean, beyond which a feature says no more: rates of a few seconds of play.
BOUND = 6.0
# Share of NULL from which on it is a predictor of its own.
USUAL_SHARE = 0.01
# Rows at a time.
_CHUNK = 4_096


@dataclass(frozen=True)
class Predictors:
    """How (n, k) features become predictors: centre and scale (k,), and places (m,) whose NULL is told as well."""

    centre: FloatArray
    scale: FloatArray
    told: tuple[int, ...]

    def of(self, features: FloatArray) -> FloatArray:
        """Predictors without NaN, (n, k + m); 0 is the usual in each of the first k."""
        found = np.empty((len(features), features.shape[1] + len(self.told)))
        # Some rows at a time: what is made of them on the way stays in the processor's cache.
        for start in range(0, len(features), _CHUNK):
            part = slice(start, start + _CHUNK)
            standardised = (features[part] - self.centre) / self.scale
            missing = np.isnan(standardised)
            np.copyto(standardised, 0.0, where=missing)
            np.clip(standardised, -BOUND, BOUND, out=found[part, : features.shape[1]])
            found[part, features.shape[1] :] = missing[:, list(self.told)]
        return found

    def themes(self, themes: FloatArray) -> FloatArray:
        """The (k, themes) matrix of the features, for the predictors: (k + m, themes)."""
        return np.vstack([themes, themes[list(self.told)]])

    def document(self) -> Document:
        """As JSON."""
        return {
            "centre": [rounded(one) for one in self.centre],
            "scale": [rounded(one) for one in self.scale],
            "told": list(self.told),
        }


def predictors(document: Document) -> Predictors:
    """What a document holds."""
    centre, scale = (np.array(document[name], dtype=np.float64) for name in ("centre", "scale"))
    return Predictors(centre, scale, tuple(int(place) for place in document["told"]))


def prepared(features: FloatArray) -> Predictors:
    """Means and deviations of (n, k) features, NaN aside; one that never moves, or is never known, stays 0."""
    parts = [features[start : start + _CHUNK] for start in range(0, len(features), _CHUNK)]
    known = np.zeros(features.shape[1])
    total, squares = known.copy(), known.copy()
    for part in parts:
        known += (~np.isnan(part)).sum(axis=0)
        total += np.nansum(part, axis=0)
    count = np.maximum(known, 1)
    centre = total / count
    for part in parts:
        squares += np.nansum((part - centre) ** 2, axis=0)
    scale = np.sqrt(squares / count)
    missing = 1 - known / max(len(features), 1)
    told = np.flatnonzero((missing >= USUAL_SHARE) & (missing <= 1 - USUAL_SHARE))
    # As a document keeps them, so that what is learned and what is forecast see the same predictors.
    return predictors(Predictors(centre, np.where(scale > 0, scale, 1.0), tuple(told.tolist())).document())
