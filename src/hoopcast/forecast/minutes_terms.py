"""What minutes, and points a minute, are regressed on: predictors of rows, and the cause that each stands for."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.forecast.frame import Frame
from hoopcast.forecast.least_squares import Plane, filled
from hoopcast.forecast.system import Level

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


@dataclass(frozen=True)
class Terms:
    """Predictors (n, k) without NaN, and the cause that each of the k stands for."""

    matrix: FloatArray
    causes: tuple[str, ...]

    def part(self, found: Plane, cause: str, centre: FloatArray) -> FloatArray:
        """By how much the predictors of a cause move the target from where it is at the centre (k,), (n,)."""
        chosen = np.array([one == cause for one in self.causes], dtype=np.bool_)
        moved: FloatArray = found.contributions(self.matrix, centre)[:, chosen].sum(axis=1)
        return moved


def columns(level: Level) -> tuple[str, ...]:
    """Features that minutes times rate reads at a level."""
    market = _MARKET if level == "market" else ()
    vacant = (f"{name}_{level}" for name in _VACANT)
    return (*_FORM, *_CONTEXT, *_RATE, *_GAME, *vacant, *_LISTED[level], *market)


def usual_minutes(frame: Frame) -> FloatArray:
    """Minutes of his last 10 games, (n,)."""
    return filled(frame.columns["minutes_avg_last_10"], _MINUTES)


def usual_rate(frame: Frame) -> FloatArray:
    """Points a minute of long ago and lately, slow weights, (n,)."""
    return filled(frame.columns["points_per_minute_ewma"], _RATE_OF_LEAGUE)


def minutes_terms(frame: Frame, level: Level) -> Terms:
    """What his minutes are regressed on."""
    known = frame.columns
    usual = usual_minutes(frame)
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
    return Terms(np.column_stack([*own, *left]), (FORM,) * len(own) + (VACANCY,) * len(left))


def quote_terms(frame: Frame, level: Level) -> FloatArray:
    """What being quoted may say of minutes, (n, 3); below the market nothing, (n, 0)."""
    if level != "market":
        return np.empty((len(frame), 0))
    quoted, usual = filled(frame.columns["is_quoted"]), usual_minutes(frame)
    return np.column_stack([quoted, quoted * usual, usual])


def spread_terms(frame: Frame, minutes: FloatArray) -> FloatArray:
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


def rate_terms(frame: Frame, minutes: FloatArray, level: Level) -> Terms:
    """What his points a minute are regressed on, given his forecast minutes."""
    known = frame.columns
    usual = usual_rate(frame)
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
    return Terms(np.column_stack([*own, *game]), causes)
