"""How far points scatter about a forecast mean: their variance as a function of the mean and of a few features.

log v = constant + linear log mu + curved (log mu)^2 + a coefficient for the logarithm of each of the features.
A gamma regression with a logarithmic link on squared out-of-sample residuals (McCullagh & Nelder 1989, ch. 8): in it a
squared residual errs in proportion to its expectation, as it does. Variance over mean falls from about 4 for the bench
to 2.7 for stars.
"""

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.forecast.distribution import LOWEST_DISPERSION
from hoopcast.forecast.frame import Document
from hoopcast.forecast.least_squares import rounded

# A mean below it is taken for it: a logarithm has no bottom.
LOWEST = 0.5
# Rows that vote for variance in proportion to the mean: what keeps the curve of a few rows quiet.
_PRIOR_ROWS = 50.0
_ROUNDS = 50
_ENOUGH = 1e-9


def fitted_dispersion(mean: FloatArray, points: FloatArray, features: FloatArray | None = None) -> Document:
    """The variance function of some forecasts.

    Args:
        mean: (n,) forecasts of rows that they were not learned from, points.
        points: (n,) what then happened.
        features: (n, k) positive quantities that may widen a distribution, such as the deviation of minutes; NaN for
            unknown.

    Returns:
        `coefficients` of the logarithms; `usual`, the mean logarithm of each feature, which stands for unknown; and
        `error`, the mean absolute error of the forecasts.
    """
    squares = np.maximum((points - mean) ** 2, 1e-6)
    features = np.empty((len(mean), 0)) if features is None else features
    usual = np.nan_to_num(np.nanmean(np.log(np.maximum(features, LOWEST)), axis=0)) if features.size else np.empty(0)
    terms = _terms(mean, features, usual)
    prior = np.zeros(terms.shape[1])
    prior[:2] = np.log(squares.sum() / np.maximum(mean, LOWEST).sum()), 1.0
    # The constant is left free: the sum of variances is that of the squares, whatever the prior says of the shape.
    penalty = np.full(len(prior), _PRIOR_ROWS)
    penalty[0] = 0.0
    coefficients = prior.copy()
    gram = terms.T @ terms + np.diag(penalty)
    for _ in range(_ROUNDS):
        expected = np.exp(terms @ coefficients)
        step = np.linalg.solve(gram, terms.T @ (squares / expected - 1) - penalty * (coefficients - prior))
        coefficients = coefficients + np.clip(step, -0.5, 0.5)
        if np.abs(step).max() < _ENOUGH:
            break
    return {
        "coefficients": [rounded(one) for one in coefficients],
        "usual": [rounded(one) for one in usual],
        "error": rounded(float(np.abs(points - mean).mean())),
    }


def dispersed(document: Document, mean: FloatArray, features: FloatArray | None = None) -> FloatArray:
    """Variances, points squared, of distributions with (n,) means; at least 1.02 times the mean."""
    features = np.full((len(mean), len(document["usual"])), np.nan) if features is None else features
    terms = _terms(mean, features, np.array(document["usual"], dtype=np.float64))
    variance: FloatArray = np.exp(terms @ np.array(document["coefficients"], dtype=np.float64))
    return np.maximum(variance, LOWEST_DISPERSION * mean)


def _terms(mean: FloatArray, features: FloatArray, usual: FloatArray) -> FloatArray:
    log_mean = np.log(np.maximum(mean, LOWEST))
    logs = np.log(np.maximum(features, LOWEST))
    return np.column_stack([np.ones(len(mean)), log_mean, log_mean**2, np.where(np.isnan(logs), usual, logs) - usual])
