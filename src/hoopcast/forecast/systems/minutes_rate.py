"""Minutes times rate: points are minutes, which coaches and absences decide, times points a minute, which hardly move.

Minutes come from exponentially weighted means of several half-lives that carry over a summer, from his role, his return
from an absence and what absent team-mates leave; their error is forecast beside them. Points a minute come from slower
means, drawn to the league's by the fit, and from usage, pace, opponent and venue.

The distribution of points is mixed over the uncertainty of minutes. With m and s the mean and standard deviation of
minutes, r the rate, and v(r m) the variance of points at known minutes, total expectation and total variance give the
mean r m and, as v is nearly straight, the variance v(r m) + r^2 s^2.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from hoopcast.arrays import BoolArray, FloatArray
from hoopcast.errors import ForecastError
from hoopcast.forecast.distribution import guarded
from hoopcast.forecast.frame import Distributions, Document, Frame, Outcome
from hoopcast.forecast.reasons import largest_contributions
from hoopcast.forecast.regression import (
    Plane,
    filled,
    fit_plane,
    fit_variance,
    plane,
    rounded,
    rounded_list,
    variance_at,
)
from hoopcast.forecast.system import Learner, Level, Summary, System

FORM = "form"
VACANCY = "absent team-mates"
PACE = "pace"
OPPONENT = "opponent"
HOME = "home court"
TOTAL = "team total"

_FORM = (
    "minutes_avg_last_5",
    "minutes_avg_last_10",
    "minutes_ewma",
    "minutes_weighted_2",
    "minutes_weighted_4",
    "minutes_weighted_8",
    "minutes_weighted_16",
    "minutes_weighted_40",
    "past_starter_share",
    "starts_weighted_2",
)
_CONTEXT = (
    "games_missed_streak",
    "days_rest",
    "games_played_season",
    "back_to_back",
    "injury_risk",
    "dnp_rate",
    "playoff_game",
    "minutes_volatility",
    "minutes_deviation_16",
)
_RATE = (
    "points_per_minute_ewma",
    "ppm_avg_last_10",
    "points_per_minute_weighted_8",
    "points_per_minute_weighted_16",
    "points_per_minute_weighted_40",
    "usage_rate_last_10",
    "ts_pct_last_10",
)
_GAME = ("points_avg_last_10", "pace_score", "shot_zone_mismatch_score", "opponent_def_rating", "home_away")
_VACANT = (
    "minutes_share",
    "teammates_minutes_change",
    "teammates_points_change",
    "minutes_vacated_change",
    "points_vacated_change",
    "play_probability",
)
_LISTED: Mapping[Level, tuple[str, ...]] = {
    "history": (),
    "news": ("injury_risk_news",),
    "market": ("injury_risk_news",),
}
_MARKET = ("spread_magnitude", "implied_team_total", "is_quoted")
# What stands for something unknown: a bench player's, or the league's.
_MINUTES = 14.0
_RATE_OF_LEAGUE = 0.42
_USAGE = 0.19
_TRUE_SHOOTING = 0.55
_RATING = 110.0
_TEAM_TOTAL = 110.0
_SPREAD = 6.0
_VOLATILITY = 20.0
_DEVIATION = 7.0
# Days: the feature store counts no further.
_LONGEST_REST = 7.0
MINUTES = (1.0, 44.0)
LEAST_RATE = 0.02
LEAST_SPREAD = 2.0
LEAST_QUOTES = 500
# Rows, evenly drawn, that say what causes move on average.
_SAMPLED = 2_000
_PLANES = ("minutes", "quotes", "spread", "rate")
_REASONS = ("minutes", "scoring rate", VACANCY, PACE, OPPONENT, HOME, TOTAL)


@dataclass(frozen=True)
class _Terms:
    """Predictors (n, k) without NaN, and the cause that each of the k stands for."""

    matrix: FloatArray
    causes: tuple[str, ...]

    def part(self, fitted: Plane, cause: str, centre: FloatArray) -> FloatArray:
        """By how much the predictors of a cause move the target from where it is at the centre (k,), (n,)."""
        chosen = np.array([one == cause for one in self.causes], dtype=np.bool_)
        moved: FloatArray = fitted.contributions(self.matrix, centre)[:, chosen].sum(axis=1)
        return moved


@dataclass(frozen=True)
class _Planes:
    minutes: Plane
    quotes: Plane
    spread: Plane
    rate: Plane


def learner(frame: Frame, outcome: Outcome, level: Level) -> Learner:
    """What learns planes of minutes, of their squared error and of the rate, and the variance at known minutes."""
    frame = _since_quotes(frame, level)
    terms = _minutes_terms(frame, level).matrix

    def learn(rows: int) -> Document:
        return _learn(frame.rows(slice(rows)), terms[:rows], outcome.rows(slice(rows)), level)

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


def _learn(frame: Frame, terms: FloatArray, outcome: Outcome, level: Level) -> Document:
    planes, minutes = _fit_planes(frame, terms, outcome, level)
    of_rate, points = _rate_terms(frame, minutes, level).matrix, outcome.points
    rate = np.maximum(planes.rate.at(of_rate), LEAST_RATE)
    weight = 1 / (1 + rate * minutes)
    ratio = float((weight * points).sum() / (weight * rate * minutes).sum())
    document: Document = {
        **{name: getattr(planes, name).document() for name in _PLANES},
        "minutes_centre": rounded_list(terms.mean(axis=0)),
        "rate_centre": rounded_list(of_rate.mean(axis=0)),
        "ratio": rounded(ratio),
        "dispersion": fit_variance(ratio * rate * outcome.minutes, points),
        "scale": 1.0,
        "rows": len(frame),
    }
    mean, variance = _moments(document, minutes, _spread(planes, frame, minutes), ratio * rate)
    document["scale"] = rounded(float(np.mean((points - mean) ** 2 / variance)))
    document["error"] = rounded(float(np.abs(points - mean).mean()))
    sample = frame.rows(np.unique(np.linspace(0, len(frame) - 1, _SAMPLED).astype(np.int64)))
    document["moved"] = rounded_list(np.abs(_contributions(sample, document, level)).mean(axis=0))
    return document | _minutes_error(frame, terms, outcome, level)


def _fit_planes(frame: Frame, terms: FloatArray, outcome: Outcome, level: Level) -> tuple[_Planes, FloatArray]:
    """The planes, and the minutes that they expect."""
    even = np.ones(len(frame))
    of_minutes = fit_plane(terms, outcome.minutes, even)
    expected = of_minutes.at(terms)
    quotes = _fit_quotes(frame, outcome.minutes - expected, level)
    expected = _with_quotes(frame, expected, quotes, level)
    spread = fit_plane(_spread_terms(frame, expected), (outcome.minutes - expected) ** 2, even)
    # Points a minute vary less over more minutes, so minutes are the weight; half a minute keeps the ratio finite.
    rate = fit_plane(
        _rate_terms(frame, expected, level).matrix, outcome.points / np.maximum(outcome.minutes, 0.5), outcome.minutes
    )
    return _Planes(of_minutes, quotes, spread, rate), expected


def _fit_quotes(frame: Frame, left: FloatArray, level: Level) -> Plane:
    """What being quoted, or not, says of minutes."""
    terms = _quote_terms(frame, level)
    known = _quotes_known(frame, level)
    if not known.any() or (frame.columns["is_quoted"] > 0).sum() < LEAST_QUOTES:
        return Plane(0.0, np.zeros(terms.shape[1]))
    return fit_plane(terms[known], left[known], np.ones(int(known.sum())))


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
    return _with_quotes(frame, planes.minutes.at(_minutes_terms(frame, level).matrix), planes.quotes, level)


def _with_quotes(frame: Frame, minutes: FloatArray, quotes: Plane, level: Level) -> FloatArray:
    more = np.where(_quotes_known(frame, level), quotes.at(_quote_terms(frame, level)), 0)
    return np.clip(minutes + more, *MINUTES)


def _spread(planes: _Planes, frame: Frame, minutes: FloatArray) -> FloatArray:
    return np.sqrt(np.maximum(planes.spread.at(_spread_terms(frame, minutes)), LEAST_SPREAD**2))


def _rate(frame: Frame, planes: _Planes, minutes: FloatArray, level: Level) -> FloatArray:
    return np.maximum(planes.rate.at(_rate_terms(frame, minutes, level).matrix), LEAST_RATE)


def _moments(
    document: Document, minutes: FloatArray, spread: FloatArray, rate: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean and variance of points, mixed over minutes of a mean and a standard deviation."""
    mean = rate * minutes
    variance: FloatArray = document["scale"] * (variance_at(document["dispersion"], mean) + rate**2 * spread**2)
    return mean, variance


def _minutes_error(frame: Frame, terms: FloatArray, outcome: Outcome, level: Level) -> Document:
    """Mean absolute error of the minutes of the last fifth of the rows, learned from those of earlier dates."""
    before = int(np.searchsorted(frame.game_date, frame.game_date[len(frame) * 4 // 5]))
    if not before:
        return {}
    earlier, last = slice(before), slice(before, None)
    of_minutes = fit_plane(terms[earlier], outcome.minutes[earlier], np.ones(before))
    left = outcome.minutes[earlier] - of_minutes.at(terms[earlier])
    quotes = _fit_quotes(frame.rows(earlier), left, level)
    expected = _with_quotes(frame.rows(last), of_minutes.at(terms[last]), quotes, level)
    return {"minutes_error": rounded(float(np.abs(expected - outcome.minutes[last]).mean()))}


def _contributions(frame: Frame, document: Document, level: Level) -> FloatArray:
    """Points that each cause adds to his usual minutes times his usual rate, (n, 7)."""
    planes, (minutes, _) = _planes(document), minutes_forecast(frame, document, level)
    rate = _rate(frame, planes, minutes, level)
    terms, centre = _rate_terms(frame, minutes, level), np.array(document["rate_centre"])
    of_rate = {cause: terms.part(planes.rate, cause, centre) for cause in (VACANCY, PACE, OPPONENT, HOME, TOTAL)}
    left = _minutes_terms(frame, level).part(planes.minutes, VACANCY, np.array(document["minutes_centre"]))
    causes = {cause: minutes * part for cause, part in of_rate.items()}
    causes[VACANCY] = causes[VACANCY] + rate * left
    own_rate = rate - _usual_rate(frame) - sum(of_rate.values())
    parts = [rate * (minutes - left - _usual_minutes(frame)), minutes * own_rate, *causes.values()]
    points: FloatArray = document["ratio"] * np.column_stack(parts)
    return points


def _planes(document: Document) -> _Planes:
    return _Planes(*(plane(document[name]) for name in _PLANES))


def columns(level: Level) -> tuple[str, ...]:
    """Features that minutes times rate reads at a level."""
    market = _MARKET if level == "market" else ()
    vacant = (f"{name}_{level}" for name in _VACANT)
    return (*_FORM, *_CONTEXT, *_RATE, *_GAME, *vacant, *_LISTED[level], *market)


def _usual_minutes(frame: Frame) -> FloatArray:
    """Minutes of his last 10 games, (n,)."""
    return filled(frame.columns["minutes_avg_last_10"], _MINUTES)


def _usual_rate(frame: Frame) -> FloatArray:
    """Points a minute of long ago and lately, slow weights, (n,)."""
    return filled(frame.columns["points_per_minute_ewma"], _RATE_OF_LEAGUE)


def _minutes_terms(frame: Frame, level: Level) -> _Terms:
    """What his minutes are regressed on."""
    known = frame.columns
    usual = _usual_minutes(frame)
    form = [filled(known[name], usual) for name in _FORM[:-2]]
    starts = [filled(known[name]) for name in _FORM[-2:]]
    middle = form[5]
    missed = np.log1p(filled(known["games_missed_streak"]))
    early = 1 - np.minimum(filled(known["games_played_season"]), 10) / 10
    share = filled(known[f"minutes_share_{level}"], usual)
    changes = [filled(known[f"{name}_{level}"]) for name in _VACANT[1:5]]
    shape = [middle**2 / 30, starts[1] * middle, early, early * middle]
    circumstances = [
        missed,
        missed * middle,
        (missed > 0).astype(np.float64),
        (filled(known["days_rest"], _LONGEST_REST) >= _LONGEST_REST).astype(np.float64),
        filled(known["back_to_back"]),
        filled(known["dnp_rate"]),
        filled(known["injury_risk"]),
        filled(known["playoff_game"]) * middle,
        filled(known[f"play_probability_{level}"], 1.0),
        *(filled(known[name]) for name in _LISTED[level]),
    ]
    if level == "market":
        spread = filled(known["spread_magnitude"], _SPREAD)
        circumstances += [spread, spread * middle]
    left = [share - usual, *changes, changes[0] * middle / 30, changes[2] * middle / 30]
    own = [*form, *starts, *shape, *circumstances]
    return _Terms(np.column_stack([*own, *left]), (FORM,) * len(own) + (VACANCY,) * len(left))


def _quote_terms(frame: Frame, level: Level) -> FloatArray:
    """What being quoted may say of minutes, (n, 3); below the market nothing, (n, 0)."""
    if level != "market":
        return np.empty((len(frame), 0))
    quoted, usual = filled(frame.columns["is_quoted"]), _usual_minutes(frame)
    return np.column_stack([quoted, quoted * usual, usual])


def _spread_terms(frame: Frame, minutes: FloatArray) -> FloatArray:
    """What the squared error of forecast minutes is regressed on, (n, 6)."""
    missed = np.log1p(filled(frame.columns["games_missed_streak"]))
    return np.column_stack(
        [
            minutes,
            minutes**2 / 30,
            filled(frame.columns["minutes_volatility"], _VOLATILITY),
            filled(frame.columns["minutes_deviation_16"], _DEVIATION) ** 2,
            missed,
            filled(frame.columns["dnp_rate"]),
        ]
    )


def _rate_terms(frame: Frame, minutes: FloatArray, level: Level) -> _Terms:
    """What his points a minute are regressed on, given his forecast minutes."""
    known = frame.columns
    usual = _usual_rate(frame)
    norm = np.maximum(filled(known["points_avg_last_10"]), 1)
    own = [
        *(filled(known[name], usual) for name in _RATE[:5]),
        filled(known["usage_rate_last_10"], _USAGE),
        filled(known["ts_pct_last_10"], _TRUE_SHOOTING),
        1 / np.maximum(minutes, 5),
    ]
    game = [
        filled(known["pace_score"]) / norm * usual,
        filled(known["shot_zone_mismatch_score"]) / norm * usual,
        (filled(known["opponent_def_rating"], _RATING) / _RATING - 1) * usual,
        filled(known["home_away"], 0.5) * usual,
        filled(known[f"teammates_points_change_{level}"]) / 100 * usual,
        filled(known[f"points_vacated_change_{level}"]) / 100 * usual,
    ]
    causes = (FORM,) * len(own) + (PACE, OPPONENT, OPPONENT, HOME, VACANCY, VACANCY)
    if level == "market":
        game.append((filled(known["implied_team_total"], _TEAM_TOTAL) / _TEAM_TOTAL - 1) * usual)
        causes = (*causes, TOTAL)
    return _Terms(np.column_stack([*own, *game]), causes)


def summary(document: Document) -> Summary:
    """What causes moved forecasts by, and errors of points and minutes, on the rows that it learned from."""
    scores = {
        "error": "mean absolute error of means on the rows that it learned from, points",
        "minutes_error": "mean absolute error of the last fifth's minutes, learned from the rows before, minutes",
    }
    return Summary(
        "points by which it moves a forecast away from his usual minutes times his usual rate, on average",
        dict(zip(_REASONS, document["moved"], strict=True)),
        {what: document[name] for name, what in scores.items() if name in document},
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
