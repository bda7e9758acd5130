"""The probability of winning a bet after the market: what a forecast adds to a price, learned from lines.

A forecast that does not know the line is calibrated against its own averages, not against the line: most of its
difference from the market is its own error. So the outcomes of past lines are regressed on both, by logistic
regression with a ridge towards the market alone.
"""

from dataclasses import dataclass

import numpy as np

from hoopcast.arrays import FloatArray

# Precision of the prior of both weights: a standard deviation of a tenth about market 1, system 0. Chosen on 2020-21,
# where less of it cost log loss; see docs/decisions/0017-win-probability.md.
PRIOR_PRECISION = 100.0
# Next to none: no lines, or lines that all went one way, have an answer nonetheless.
_LEAST_PRECISION = 1e-6
FEWEST_LINES = 2000
# Probabilities nearer to certainty count as these.
SUREST_MARKET, SUREST_SYSTEM = 0.98, 0.995
_ROUNDS = 50
_CLOSE = 1e-12
# Of a sum of losses: what rounding may add to it.
_SLACK = 1e-6


@dataclass(frozen=True)
class AfterMarket:
    """P(over) = _expit(intercept + market_weight logit(market) + system_weight logit(system)), given no push."""

    intercept: float
    market_weight: float
    system_weight: float

    def probability_over(self, market: FloatArray, system: FloatArray) -> FloatArray:
        """Probability of winning the over, given no push, (n,).

        Args:
            market: (n,) no-vig probabilities of the over; NaN gives NaN.
            system: (n,) the system's own; NaN gives NaN.
        """
        at_market, at_system = _log_odds(market, system)
        return _expit(self.intercept + self.market_weight * at_market + self.system_weight * at_system)


def fit_after_market(market: FloatArray, system: FloatArray, went_over: FloatArray) -> AfterMarket:
    """The weights that past lines give to the market and to a system.

    Args:
        market: (n,) no-vig probabilities of the over.
        system: (n,) the system's own.
        went_over: (n,) 1 where the over won, 0 where the under did; pushes are left out before.
    """
    design = np.column_stack([np.ones(len(market)), *_log_odds(market, system)])
    prior, precision = np.array([0.0, 1.0, 0.0]), np.array([_LEAST_PRECISION, PRIOR_PRECISION, PRIOR_PRECISION])
    return AfterMarket(*logistic_weights(design, went_over, prior, precision).round(9).tolist())


def logistic_weights(
    design: FloatArray, event: FloatArray, prior: FloatArray | None = None, precision: FloatArray | None = None
) -> FloatArray:
    """Weights of a logistic regression, (k,), by Newton's method with halved steps.

    Args:
        design: (n, k) of numbers.
        event: (n,) events, 0 or 1.
        prior: (k,) weights that no rows give; 0 for None.
        precision: (k,) of that prior; next to none for None.
    """
    prior = np.zeros(design.shape[1]) if prior is None else prior
    precision = np.full(design.shape[1], _LEAST_PRECISION) if precision is None else precision

    def loss(weights: FloatArray) -> float:
        log_odds = design @ weights
        penalty = (precision * (weights - prior) ** 2).sum() / 2
        return float((np.logaddexp(0, log_odds) - event * log_odds).sum() + penalty)

    weights = prior.copy()
    for _ in range(_ROUNDS):
        probability = _expit(design @ weights)
        gradient = design.T @ (event - probability) - precision * (weights - prior)
        curvature = (design * (probability * (1 - probability))[:, None]).T @ design + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        # A full step may overshoot where nearly all probabilities are close to certainty.
        worst = loss(weights) + _SLACK
        while loss(weights + step) > worst and np.abs(step).max() >= _CLOSE:
            step = step / 2
        weights = weights + step
        if np.abs(step).max() < _CLOSE:
            break
    return weights


def walk_forward(
    market: FloatArray, system: FloatArray, went_over: FloatArray, period: FloatArray, fewest: int = FEWEST_LINES
) -> FloatArray:
    """P(over) after the market of each line as it was learned from the lines of earlier periods alone, (n,).

    Args:
        market: (n,) no-vig probabilities of the over.
        system: (n,) the system's own.
        went_over: (n,) 1 for an over, 0 for an under, NaN for a push, which teaches nothing.
        period: (n,) numbers of the periods, rising with time: months from refit to refit.
        fewest: lines without which nothing is learned; NaN where there were fewer.
    """
    after = np.full(len(market), np.nan)
    teaches = np.isfinite(market) & np.isfinite(system) & np.isfinite(went_over)
    for now in np.unique(period):
        past = teaches & (period < now)
        if past.sum() >= fewest:
            weights = fit_after_market(market[past], system[past], went_over[past])
            present = period == now
            after[present] = weights.probability_over(market[present], system[present])
    return after


def shifted_probability(market: FloatArray, own: FloatArray, own_elsewhere: FloatArray) -> FloatArray:
    """The market's P(over) of a line brought to another number, (n,): moved in log odds as a distribution's own is.

    Args:
        market: (n,) no-vig probabilities of the over at the line that is priced.
        own: (n,) the distribution's P(over) at that line.
        own_elsewhere: (n,) its P(over) at the other number.
    """
    at_market, here = _log_odds(market, own)
    _, there = _log_odds(market, own_elsewhere)
    return np.where(own == own_elsewhere, market, _expit(at_market + there - here))


def _expit(log_odds: FloatArray) -> FloatArray:
    from scipy.special import expit  # noqa: PLC0415 - a run with nothing to do needs none of it

    probability: FloatArray = expit(log_odds)
    return probability


def _log_odds(market: FloatArray, system: FloatArray) -> tuple[FloatArray, FloatArray]:
    from scipy.special import logit  # noqa: PLC0415 - as above

    return (
        logit(np.clip(market, 1 - SUREST_MARKET, SUREST_MARKET)),
        logit(np.clip(system, 1 - SUREST_SYSTEM, SUREST_SYSTEM)),
    )
