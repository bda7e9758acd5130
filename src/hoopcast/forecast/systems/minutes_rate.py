"""Minutes times rate: points are minutes, which coaches and absences decide, times points a minute, which hardly move.

Minutes come from exponentially weighted means of several half-lives that carry over a summer, from his role, his return
from an absence and what absent team-mates leave; their error is forecast beside them. Points a minute come from slower
means, drawn to the league's by the fit, and from usage, pace, opponent and venue.

The distribution of points is mixed over the uncertainty of minutes. With m and s the mean and standard deviation of
minutes, r the rate, and a r m + b (r m)^2 the variance of points at m minutes, total expectation and total variance
give the mean r m and the variance a r m + b r^2 (m^2 + s^2) + r^2 s^2.
"""

from dataclasses import dataclass, replace

import numpy as np

from hoopcast.arrays import BoolArray, FloatArray
from hoopcast.errors import ForecastError
from hoopcast.forecast.distribution import guarded
from hoopcast.forecast.frame import Distributions, Document, Frame, Outcome
from hoopcast.forecast.least_squares import Plane, fitted, plane, rounded
from hoopcast.forecast.minutes_terms import (
    HOME,
    OPPONENT,
    PACE,
    TOTAL,
    VACANCY,
    columns,
    minutes_terms,
    quote_terms,
    rate_terms,
    spread_terms,
    usual_minutes,
    usual_rate,
)
from hoopcast.forecast.reasons import largest_contributions
from hoopcast.forecast.system import Learner, Level, Summary, System

MINUTES = (1.0, 44.0)
LEAST_RATE = 0.02
LEAST_SPREAD = 2.0
LEAST_QUOTES = 500
# Rows, evenly drawn, that say what causes move on average.
_SAMPLED = 2_000
_PLANES = ("minutes", "quotes", "spread", "rate")
_REASONS = ("minutes", "scoring rate", VACANCY, PACE, OPPONENT, HOME, TOTAL)
_ROUNDS = 8


@dataclass(frozen=True)
class _Planes:
    minutes: Plane
    quotes: Plane
    spread: Plane
    rate: Plane


def learner(frame: Frame, outcome: Outcome, level: Level) -> Learner:
    """What learns planes of minutes, of their squared error and of the rate, and the variance at known minutes."""
    frame = _since_quotes(frame, level)
    terms = minutes_terms(frame, level).matrix

    def learn(rows: int) -> Document:
        return _learned(frame.rows(slice(rows)), terms[:rows], outcome.rows(slice(rows)), level)

    return learn


def train(frame: Frame, outcome: Outcome, level: Level) -> Document:
    """Planes of minutes, of their squared error and of the rate, and the variance of points at known minutes."""
    return learner(frame, outcome, level)(len(frame))


def forecast(frame: Frame, document: Document | None, level: Level) -> Distributions:
    """Distributions mixed over the uncertainty of minutes."""
    if document is None:
        raise ForecastError(f"minutes_rate_{level} forecasts by what it learned, and was given nothing; train it first")
    minutes, spread = minutes_forecast(frame, document, level)
    rate = document["ratio"] * _rate(frame, _planes(document), minutes, level)
    mean, variance = guarded(*_moments(document, minutes, spread, rate))
    return Distributions(mean, variance, largest_contributions(_contributions(frame, document, level), _REASONS, mean))


def minutes_forecast(frame: Frame, document: Document, level: Level) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of the minutes of each row, should he play, (n,) each."""
    planes = _planes(document)
    minutes = _minutes(frame, planes, level)
    return minutes, _spread(planes, frame, minutes)


def _learned(frame: Frame, terms: FloatArray, outcome: Outcome, level: Level) -> Document:
    planes, minutes = _fitted_planes(frame, terms, outcome, level)
    of_rate, points = rate_terms(frame, minutes, level).matrix, outcome.points
    rate = np.maximum(planes.rate.at(of_rate), LEAST_RATE)
    weight = 1 / (1 + rate * minutes)
    ratio = float((weight * points).sum() / (weight * rate * minutes).sum())
    linear, square = _variance_at_known_minutes(ratio * rate * outcome.minutes, points)
    document: Document = {
        **{name: getattr(planes, name).document() for name in _PLANES},
        "minutes_centre": _listed(terms.mean(axis=0)),
        "rate_centre": _listed(of_rate.mean(axis=0)),
        "ratio": rounded(ratio),
        "linear": rounded(linear),
        "square": rounded(square),
        "scale": 1.0,
        "rows": len(frame),
    }
    mean, variance = _moments(document, minutes, _spread(planes, frame, minutes), ratio * rate)
    document["scale"] = rounded(float(np.mean((points - mean) ** 2 / variance)))
    document["error"] = rounded(float(np.abs(points - mean).mean()))
    sample = frame.rows(np.unique(np.linspace(0, len(frame) - 1, _SAMPLED).astype(np.int64)))
    document["moved"] = _listed(np.abs(_contributions(sample, document, level)).mean(axis=0))
    return document | _minutes_error(frame, terms, outcome, level)


def _fitted_planes(frame: Frame, terms: FloatArray, outcome: Outcome, level: Level) -> tuple[_Planes, FloatArray]:
    """The planes, and the minutes that they expect."""
    even = np.ones(len(frame))
    found = fitted(terms, outcome.minutes, even)
    expected = found.at(terms)
    quotes = _learned_quotes(frame, outcome.minutes - expected, level)
    expected = _with_quotes(frame, expected, quotes, level)
    spread = fitted(spread_terms(frame, expected), (outcome.minutes - expected) ** 2, even)
    # Points a minute vary less over more minutes, so minutes are the weight; half a minute keeps the ratio finite.
    rate = fitted(
        rate_terms(frame, expected, level).matrix, outcome.points / np.maximum(outcome.minutes, 0.5), outcome.minutes
    )
    return _Planes(found, quotes, spread, rate), expected


def _learned_quotes(frame: Frame, left: FloatArray, level: Level) -> Plane:
    """What being quoted, or not, says of minutes."""
    terms = quote_terms(frame, level)
    known = _quotes_known(frame, level)
    if not known.any() or (frame.columns["is_quoted"] > 0).sum() < LEAST_QUOTES:
        return Plane(0.0, np.zeros(terms.shape[1]))
    return fitted(terms[known], left[known], np.ones(int(known.sum())))


def _quotes_known(frame: Frame, level: Level) -> BoolArray:
    return ~np.isnan(frame.columns["is_quoted"]) if level == "market" else np.zeros(len(frame), dtype=np.bool_)


def _since_quotes(frame: Frame, level: Level) -> Frame:
    """The frame with nobody called unquoted before the date of the first quote."""
    if level != "market":
        return frame
    quoted = frame.columns["is_quoted"]
    places = np.flatnonzero(quoted > 0)
    before = frame.game_date < frame.game_date[places[0]] if len(places) else np.ones(len(frame), dtype=np.bool_)
    return replace(frame, columns={**frame.columns, "is_quoted": np.where(before, np.nan, quoted)})


def _minutes(frame: Frame, planes: _Planes, level: Level) -> FloatArray:
    return _with_quotes(frame, planes.minutes.at(minutes_terms(frame, level).matrix), planes.quotes, level)


def _with_quotes(frame: Frame, minutes: FloatArray, quotes: Plane, level: Level) -> FloatArray:
    more = np.where(_quotes_known(frame, level), quotes.at(quote_terms(frame, level)), 0)
    return np.clip(minutes + more, *MINUTES)


def _spread(planes: _Planes, frame: Frame, minutes: FloatArray) -> FloatArray:
    return np.sqrt(np.maximum(planes.spread.at(spread_terms(frame, minutes)), LEAST_SPREAD**2))


def _rate(frame: Frame, planes: _Planes, minutes: FloatArray, level: Level) -> FloatArray:
    return np.maximum(planes.rate.at(rate_terms(frame, minutes, level).matrix), LEAST_RATE)


def _variance_at_known_minutes(mean: FloatArray, points: FloatArray) -> tuple[float, float]:
    """The a and b of the variance a m + b m^2 of points about m = rate x minutes played, by gamma quasi-likelihood."""
    squares, terms = (points - mean) ** 2, np.column_stack([mean, mean**2])
    found = np.array([1.5, 0.02])
    for _ in range(_ROUNDS):
        weight = np.maximum(terms @ found, 0.5) ** -2.0
        gram = (terms * weight[:, None]).T @ terms
        found = np.maximum(np.linalg.lstsq(gram, (terms * weight[:, None]).T @ squares)[0], (0.1, 0.0))
    return float(found[0]), float(found[1])


def _moments(
    document: Document, minutes: FloatArray, spread: FloatArray, rate: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean and variance of points, mixed over minutes of a mean and a standard deviation."""
    at_known = document["linear"] * rate * minutes + document["square"] * rate**2 * (minutes**2 + spread**2)
    variance: FloatArray = document["scale"] * (at_known + rate**2 * spread**2)
    return rate * minutes, variance


def _minutes_error(frame: Frame, terms: FloatArray, outcome: Outcome, level: Level) -> Document:
    """Mean absolute error of the minutes of the last fifth of the rows, learned from those of earlier dates."""
    before = int(np.searchsorted(frame.game_date, frame.game_date[len(frame) * 4 // 5]))
    if not before:
        return {}
    earlier, last = slice(before), slice(before, None)
    found = fitted(terms[earlier], outcome.minutes[earlier], np.ones(before))
    left = outcome.minutes[earlier] - found.at(terms[earlier])
    quotes = _learned_quotes(frame.rows(earlier), left, level)
    expected = _with_quotes(frame.rows(last), found.at(terms[last]), quotes, level)
    return {"minutes_error": rounded(float(np.abs(expected - outcome.minutes[last]).mean()))}


def _contributions(frame: Frame, document: Document, level: Level) -> FloatArray:
    """Points that each cause adds to his usual minutes times his usual rate, (n, 7)."""
    planes, (minutes, _) = _planes(document), minutes_forecast(frame, document, level)
    rate = _rate(frame, planes, minutes, level)
    terms, centre = rate_terms(frame, minutes, level), np.array(document["rate_centre"])
    of_rate = {cause: terms.part(planes.rate, cause, centre) for cause in (VACANCY, PACE, OPPONENT, HOME, TOTAL)}
    left = minutes_terms(frame, level).part(planes.minutes, VACANCY, np.array(document["minutes_centre"]))
    causes = {cause: minutes * part for cause, part in of_rate.items()}
    causes[VACANCY] = causes[VACANCY] + rate * left
    own_rate = rate - usual_rate(frame) - sum(of_rate.values())
    parts = [rate * (minutes - left - usual_minutes(frame)), minutes * own_rate, *causes.values()]
    found: FloatArray = document["ratio"] * np.column_stack(parts)
    return found


def _planes(document: Document) -> _Planes:
    return _Planes(*(plane(document[name]) for name in _PLANES))


def _listed(values: FloatArray) -> list[float]:
    return [rounded(value) for value in values.tolist()]


def summary(document: Document) -> Summary:
    """What causes moved forecasts by, and errors of points and minutes, on the rows that it learned from."""
    told = {
        "error": "mean absolute error of means on the rows that it learned from, points",
        "minutes_error": "mean absolute error of the last fifth's minutes, learned from the rows before, minutes",
    }
    return Summary(
        "points by which it moves a forecast away from his usual minutes times his usual rate, on average",
        dict(zip(_REASONS, document["moved"], strict=True)),
        {what: document[name] for name, what in told.items() if name in document},
    )


SYSTEM = System(
    name="minutes_rate",
    title="minutes, decided by coaches and absences, times points a minute, which hardly move",
    levels=("history", "news", "market"),
    columns=columns,
    train=train,
    learner=learner,
    forecast=forecast,
    summary=summary,
    limits=(
        "Minutes have one mean and one spread: who plays either 5 or 30 is given the middle.",
        "Points a minute are taken for the same however long he plays.",
    ),
)
