"""Who will play: small boosted trees over what is known of each expected player on the morning of his game.

They believe that absences come in runs and end by the list: games missed in a row, how often he was absent of late,
what he did in his last game, moves on and off the injured list, and how many team-mates who are ready stand before him;
at the market level, whether he is quoted while others of his weight are. The trees are few and small: logistic loss is
calibrated as it is (within some two points on seasons that came after), and nothing is gained by more.

Official reports name a player OUT, and from the news level on that is taken at its word. The archive holds no reports,
so that `questionable` reads as the weakest sign of a list move until past reports are there to learn from.
"""

from typing import Any

import numpy as np

from hoopcast.forecast.frame import Document, FloatArray, Frame
from hoopcast.forecast.system import Level, Summary
from hoopcast.forecast.trees import booster, gains, grown

# Fewer rows of the past than about ten game days teach less than the rates below.
LEAST_ROWS = 2000
_PERSONAL = (
    "games_missed_streak",
    "days_since_last_game",
    "absent_rate_last_10",
    "absent_rate_last_30",
    "minutes_last_game",
    "minutes_in_last_7_days",
    "minutes_ewma",
    "points_ewma",
    "team_games_played",
    "team_days_since_last_game",
    "team_win_pct",
)
_MOVES = ("injury_risk", "days_since_move", "days_to_move", "teammates_ready", "teammates_ahead")
_NEWS = ("minutes_out_today", "minutes_back_today")
_MARKET = ("quoted", "minutes_above_least_quoted", "points_above_least_quoted", "spread")
_RULED_OUT = "ruled_out_flag"
# Share of expected players who played, by games missed in a row: none, one, two, 3 to 5, 6 to 10, more, unknown.
# Rates of 2018-19.
_FEWEST_MISSED = (0, 1, 2, 3, 6, 11)
_PRIOR = (0.89, 0.41, 0.32, 0.2, 0.12, 0.14)
_PRIOR_UNKNOWN = 0.57
LIMITS = (
    "The archive holds no official reports: who is questionable tonight shows in list moves alone.",
    "Rest that nobody announced, and a coach's whim, it knows as rates of the past.",
    f"Until {LEAST_ROWS:,} expected players are on record, rates of 2018-19 by games missed speak in its place.",
)
_TREES = 100
_ROWS_A_LEAF = 200
_SETTINGS: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.1,
    "num_leaves": 15,
    "lambda_l2": 5.0,
    "max_bin": 63,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


def columns(level: Level) -> tuple[str, ...]:
    """Columns of `nba_precompute.availability_features` that are read at a level; none lies above it."""
    return _features(level) if level == "history" else (*_features(level), _RULED_OUT)


def train(frame: Frame, played: FloatArray, level: Level) -> Document:
    """Learn who plays from expected players of games that are over.

    Args:
        frame: columns of `columns(level)`, at least `LEAST_ROWS` rows for trees worth having.
        played: (n,) 1 where he played, 0 where not.
        level: whose columns to read.

    Returns:
        `trees` as LightGBM's text and `features` in their order; the same for the same rows.
    """
    import lightgbm  # noqa: PLC0415 - takes half a second, and most commands have no use for it

    names = _features(level)
    known = np.ones(len(frame), dtype=bool) if level == "history" else frame.columns[_RULED_OUT] != 1
    outcome = played[known]
    settings = _SETTINGS | {"min_data_in_leaf": max(1, min(_ROWS_A_LEAF, len(outcome) // 40))}
    data = lightgbm.Dataset(frame.matrix(names)[known], outcome, feature_name=list(names), params=settings)
    return {"trees": grown(settings, data, _TREES), "features": list(names)}


def forecast(frame: Frame, document: Document | None, level: Level) -> FloatArray:
    """Probability that each player plays, (n,).

    Args:
        frame: columns of `columns(level)`; NaN where a player or team is new.
        document: what `train` returned; None before there is a past to learn from, for the rates of 2018-19 by games
            missed in a row.
        level: whose columns to read. From news on a player whom an official report rules out has 0.
    """
    if document is None:
        probability = _prior(frame.columns["games_missed_streak"])
    elif len(frame):
        matrix = frame.matrix(document["features"])
        probability = np.asarray(booster(document["trees"]).predict(matrix, num_threads=1), dtype=np.float64)
    else:
        probability = np.empty(0)
    return probability if level == "history" else np.where(frame.columns[_RULED_OUT] == 1, 0.0, probability)


def summary(document: Document) -> Summary:
    """What features gained in the trees."""
    gained = gains(document["trees"])
    importance = {name: gained.get(name, 0.0) for name in document["features"]}
    return Summary("share of what the trees gained in logistic loss", importance)


def _features(level: Level) -> tuple[str, ...]:
    if level == "history":
        return (*_PERSONAL, *(f"{name}_history" for name in _MOVES))
    news = (*_PERSONAL, *(f"{name}_news" for name in _MOVES), *_NEWS)
    return news if level == "news" else (*news, *_MARKET)


def _prior(missed: FloatArray) -> FloatArray:
    unknown = np.isnan(missed)
    tier = np.searchsorted(_FEWEST_MISSED, np.where(unknown, 0, missed), side="right") - 1
    return np.where(unknown, _PRIOR_UNKNOWN, np.array(_PRIOR)[tier])
