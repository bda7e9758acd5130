"""Market: the line, its margin removed, is the forecast. The benchmark of all others, taken as it is.

The margin of a pair of prices is removed by the power method. A price that stands alone is completed to the overround
that the past shows: the median of pairs, else twice the median implied probability of the single prices, since the
middle line is meant to be even; a line without a price counts as even. The distribution is then the one whose
probability of the over is the market's, with a variance that depends on the mean as past lines teach.

Lines have a bias of their own: the median of points lies below them. The document says how large it was in the past
(`bias`, mean less points, and `over_rate`); nothing is corrected by it, because the benchmark is what the market said.
"""

from functools import partial

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.errors import ForecastError
from hoopcast.forecast.distribution import LOWEST_MEAN, guarded, mean_for_probability_over
from hoopcast.forecast.frame import Distributions, Document, Frame, Outcome, Reasons, no_reasons
from hoopcast.forecast.regression import fit_variance, rounded, variance_at
from hoopcast.forecast.system import Level, Summary, System
from hoopcast.market.odds import (
    STANDARD_OVERROUND,
    completed,
    decimal_odds,
    implied_probability,
    no_vig_probability_over,
    overround,
)

COLUMNS = ("points_line", "over_price", "under_price")
# A price further out than these says little of the distribution's middle.
PROBABILITIES = (0.05, 0.95)
# Variance that the first means are solved with; what is learned from their errors takes its place.
FIRST_DISPERSION: Document = {"coefficients": [2.31, 0.258, 0.0944], "usual": []}
_EVEN = 0.5
_LEAST_ROWS = 100
_ROUNDS = 2


def columns(_level: Level) -> tuple[str, ...]:
    """Features that it reads."""
    return COLUMNS


def train(frame: Frame, outcome: Outcome, _level: Level) -> Document:
    """The overround, the variance of points about the market's mean, and the market's own bias."""
    usual = _usual_overround(frame)
    line, dispersion = frame.columns["points_line"], FIRST_DISPERSION
    known = np.isfinite(line)
    mean = _mean(frame, usual, dispersion)
    if known.sum() >= _LEAST_ROWS:
        for _ in range(_ROUNDS):
            dispersion = fit_variance(mean[known], outcome.points[known])
            mean = _mean(frame, usual, dispersion)
    decided = np.isfinite(line) & (outcome.points != line)
    document: Document = {"overround": rounded(usual), "dispersion": dispersion, "rows": int(known.sum())}
    if known.any() and decided.any():
        document["bias"] = rounded(float(np.mean((mean - outcome.points)[known])))
        document["over_rate"] = rounded(float(np.mean((outcome.points > line)[decided])))
    return document


def forecast(frame: Frame, document: Document | None, level: Level) -> Distributions:
    """Distributions whose probability of the over is the market's; NaN without a line."""
    if document is None:
        raise ForecastError(f"market_{level} forecasts by what it learned, and was given nothing; train it first")
    usual, dispersion = float(document["overround"]), document["dispersion"]
    mean = _mean(frame, usual, dispersion)
    mean, variance = guarded(mean, variance_at(dispersion, mean))
    return Distributions(mean, variance, _reasons(frame.columns["points_line"], _probability_over(frame, usual)))


def _mean(frame: Frame, usual: float, dispersion: Document) -> FloatArray:
    line, probability = frame.columns["points_line"], _probability_over(frame, usual)
    # Lines come in halves and prices in cents: far fewer pairs than rows.
    pairs, place = np.unique(np.column_stack([line, probability]), axis=0, return_inverse=True)
    mean = mean_for_probability_over(pairs[:, 0], pairs[:, 1], partial(variance_at, dispersion))[place]
    return np.where(np.isfinite(line) & ~np.isfinite(mean), np.maximum(line, LOWEST_MEAN), mean)


def _probability_over(frame: Frame, usual: float) -> FloatArray:
    over, under = completed(*_prices(frame), usual)
    probability = no_vig_probability_over(over, under)
    return np.clip(np.where(np.isnan(probability), _EVEN, probability), *PROBABILITIES)


def _usual_overround(frame: Frame) -> float:
    over, under = _prices(frame)
    both = overround(over, under)
    if np.isfinite(both).any():
        return float(np.nanmedian(both))
    single = implied_probability(np.where(np.isfinite(over), over, under))
    return float(2 * np.nanmedian(single)) if np.isfinite(single).any() else STANDARD_OVERROUND


def _prices(frame: Frame) -> tuple[FloatArray, FloatArray]:
    return decimal_odds(frame.columns["over_price"]), decimal_odds(frame.columns["under_price"])


def _reasons(line: FloatArray, probability: FloatArray) -> Reasons:
    found = no_reasons(len(line))
    known = np.isfinite(line)
    found.form[known] = "line {0:g}, over {2:.1f}% without the margin"
    found.baseline[known] = line[known]
    found.amounts[known, 0] = np.round(100 * probability[known], 1)
    return found


def summary(document: Document) -> Summary:
    """The market's bias on past lines; what moves a forecast is the line, and nothing of that is learned."""
    scores = {"bias": "mean forecast less points, points", "over_rate": "share of overs among lines that were not hit"}
    return Summary("", scores={what: document[name] for name, what in scores.items() if name in document})


SYSTEM = System(
    name="market",
    title="the line without its margin",
    levels=("line",),
    columns=columns,
    train=train,
    forecast=forecast,
    summary=summary,
    limits=(
        "It is the benchmark: the bias of past lines is told, and nothing is corrected by it.",
        "A line without a price counts as even, a price alone is completed to the usual margin.",
    ),
)
