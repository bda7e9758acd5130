"""Zone match-up: points are attempts by zone, times how well he shoots there, times what this opponent allows there.

Attempts are those of his last 10 games, stretched by how his minutes have moved; his accuracy is shrunk towards the
league's; free throws stand beside the zones. How much each part tells, how far it is drawn towards his season, and what
the opponent is worth is learned from the past, in points. In careful studies the opponent's zones are worth almost
nothing, and so they are here: learned on 2018-19 and 2019-20, they took .001 off the mean error of 2020-21 and nothing
off its CRPS; pace, venue and the opponent's defensive rating together took .016.
"""

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.errors import ForecastError
from hoopcast.forecast.distribution import LOWEST_MEAN, guarded
from hoopcast.forecast.frame import Distributions, Document, Frame, Outcome
from hoopcast.forecast.reasons import largest_contributions
from hoopcast.forecast.regression import filled, fit_plane, fit_variance, plane, rounded_list, variance_at
from hoopcast.forecast.system import Level, Summary, System

# Zone, its share among his attempts, and what a made shot is worth.
ZONES = (("paint", "pct_paint", 2), ("mid_range", "pct_mid_range", 2), ("three", "pct_three", 3))
COLUMNS = (
    "attempts_per_game_last_10",
    "pct_paint",
    "pct_mid_range",
    "pct_three",
    "pct_free_throw",
    "paint_fg_pct_shrunk",
    "mid_range_fg_pct_shrunk",
    "three_fg_pct_shrunk",
    "opponent_paint_fg_pct_allowed_shrunk",
    "opponent_mid_range_fg_pct_allowed_shrunk",
    "opponent_three_fg_pct_allowed_shrunk",
    "opponent_paint_fg_pct_league",
    "opponent_mid_range_fg_pct_league",
    "opponent_three_fg_pct_league",
    "minutes_ewma",
    "minutes_avg_last_10",
    "points_avg_last_10",
    "points_avg_season",
    "opponent_def_rating",
    "pace_score",
    "home_away",
)
STRETCH = (0.3, 3.0)
_RATING = 110.0
_REASONS = (
    "paint",
    "mid-range",
    "threes",
    "free throws",
    "last 10 games",
    "season",
    "opponent's zones",
    "opponent's rating",
    "pace",
    "home court",
)


def columns(_level: Level) -> tuple[str, ...]:
    """Features that it reads."""
    return COLUMNS


def train(frame: Frame, outcome: Outcome, _level: Level) -> Document:
    """What each part is worth in points, and the variance about it."""
    terms = _terms(frame)
    weight = 1 / (8 + 2.6 * filled(frame.columns["points_avg_season"]))
    worth = fit_plane(terms, outcome.points, weight)
    mean, centre = np.maximum(worth.at(terms), LOWEST_MEAN), terms.mean(axis=0)
    return {
        **worth.document(),
        "centre": rounded_list(centre),
        "dispersion": fit_variance(mean, outcome.points),
        "moved": rounded_list(np.abs(worth.contributions(terms, centre)).mean(axis=0)),
        "rows": len(frame),
    }


def forecast(frame: Frame, document: Document | None, level: Level) -> Distributions:
    """Distributions whose mean is the sum of the zones."""
    if document is None:
        raise ForecastError(f"zone_matchup_{level} forecasts by what it learned, and was given nothing; train it first")
    terms, worth = _terms(frame), plane(document)
    mean = np.maximum(worth.at(terms), LOWEST_MEAN)
    mean, variance = guarded(mean, variance_at(document["dispersion"], mean))
    contributions = worth.contributions(terms, np.array(document["centre"]))
    return Distributions(mean, variance, largest_contributions(contributions, _REASONS, mean))


def _terms(frame: Frame) -> FloatArray:
    """Points by zone and from the line, his means, and opponent, pace and venue, in points, (n, 10)."""
    known = frame.columns
    attempts = filled(known["attempts_per_game_last_10"])
    stretch = np.clip(filled(known["minutes_ewma"] / np.maximum(known["minutes_avg_last_10"], 1), 1.0), *STRETCH)
    season, last_10 = filled(known["points_avg_season"]), filled(known["points_avg_last_10"])
    zones, opponent = [], np.zeros(len(frame))
    for zone, share, value in ZONES:
        worth = value * attempts * filled(known[share])
        zones.append(worth * filled(known[f"{zone}_fg_pct_shrunk"], 0.45))
        allowed = known[f"opponent_{zone}_fg_pct_allowed_shrunk"] - known[f"opponent_{zone}_fg_pct_league"]
        opponent += worth * filled(allowed)
    free_throws = filled(known["pct_free_throw"]) * last_10
    rating = (filled(known["opponent_def_rating"], _RATING) / _RATING - 1) * season
    return np.column_stack(
        [
            *(zone * stretch for zone in zones),
            free_throws * stretch,
            sum(zones) + free_throws,
            season,
            opponent * stretch,
            rating,
            filled(known["pace_score"]),
            (filled(known["home_away"], 0.5) - 0.5) * season,
        ]
    )


def summary(document: Document) -> Summary:
    """What each part moved forecasts by, and their error, on the rows that it learned from."""
    return Summary(
        "points by which it moves a forecast on average, up or down",
        dict(zip(_REASONS, document["moved"], strict=True)),
        {"mean absolute error of means on the rows that it learned from, points": document["dispersion"]["error"]},
    )


SYSTEM = System(
    name="zone_matchup",
    title="attempts by zone, his accuracy there, and what this opponent allows",
    levels=("history",),
    columns=columns,
    train=train,
    forecast=forecast,
    summary=summary,
    limits=(
        "What an opponent allows is what the whole team allows: who guards him tonight it can not see.",
        "Absent team-mates, rest and role are unknown to it but for how his minutes have moved.",
    ),
)
