"""Features that the learning systems read at each information level, and the themes by which they are explained."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.forecast.frame import Frame
from hoopcast.forecast.system import LEVELS, Level

_HALF_LIVES = (2, 4, 8, 16, 40)
_RATE_HALF_LIVES = (8, 16, 40)
_LEVELLED = (
    "teammates_minutes",
    "teammates_points",
    "teammates_minutes_change",
    "teammates_points_change",
    "minutes_share",
    "minutes_vacated_change",
    "points_vacated_change",
    "play_probability",
)


def _weighted(name: str, half_lives: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(f"{name}_weighted_{half_life}" for half_life in half_lives)


def _at(level: Level, *names: str) -> tuple[str, ...]:
    return tuple(f"{name}_{level}" for name in names)


# Theme: features of the history level that belong to it.
_THEMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "form": (
            "points_avg_last_5",
            "points_avg_last_10",
            "points_avg_season",
            "points_std_last_10",
            "recent_trend",
            "scoring_slope",
            "points_ewma",
            "points_deviation_16",
            "points_by_minutes_2_40",
            "points_by_minutes_4_16",
            "points_by_minutes_4_40",
            "points_by_minutes_8_40",
            "points_by_minutes_16_40",
            *_weighted("points", _HALF_LIVES),
        ),
        "minutes": (
            "minutes_avg_last_5",
            "minutes_avg_last_10",
            "minutes_change",
            "minutes_ewma",
            "minutes_volatility",
            "minutes_deviation_16",
            "past_starter_share",
            *_weighted("minutes", _HALF_LIVES),
            *_weighted("starts", _HALF_LIVES),
        ),
        "scoring rate": (
            "usage_rate_last_10",
            "ts_pct_last_10",
            "ppm_avg_last_10",
            "points_per_minute_ewma",
            "pct_paint",
            "pct_mid_range",
            "pct_three",
            "pct_free_throw",
            *_weighted("shots", _HALF_LIVES),
            *_weighted("usage", _HALF_LIVES),
            *_weighted("points_per_minute", _RATE_HALF_LIVES),
            *_weighted("shots_per_minute", _RATE_HALF_LIVES),
            *_weighted("threes_per_minute", _RATE_HALF_LIVES),
            *_weighted("free_throws_per_minute", _RATE_HALF_LIVES),
        ),
        "opponent": (
            "opponent_def_rating",
            "opponent_pace",
            "shot_zone_mismatch_score",
            "pace_score",
            "points_avg_vs_opponent",
            "games_vs_opponent",
        ),
        "rest": (
            "games_in_last_7_days",
            "fatigue_score",
            "rest_advantage",
            "back_to_back",
            "days_rest",
            "days_since_last_game",
        ),
        "absent team-mates": (),
        "own availability": ("injury_risk", "games_missed_streak", "dnp_rate"),
        "home court": ("home_away",),
        "own team": ("team_pace", "team_off_rating", "team_win_pct"),
        "season so far": ("games_played_season", "first_of_season", "games_weighted_40", "playoff_game"),
        "market": (),
    }
)
THEMES: tuple[str, ...] = tuple(_THEMES)
_OF_MARKET = ("spread_magnitude", "implied_team_total", "game_total", "is_quoted")


def features(level: Level) -> tuple[str, ...]:
    """Features of a level, columns of the feature store, `player_weighted_form` and `player_vacancy`.

    What is known of team-mates and of his own chance to play is read at every level up to this one: how much the news
    changed it is worth as much as what it says. The `line` level has no features of its own beside the market's.
    """
    return tuple(_theme_of(level))


def feature_matrix(frame: Frame, level: Level) -> FloatArray:
    """Features of a level side by side, (n, k), NaN for unknown.

    Who is quoted is unknown on a date on which nobody is: its lines were not ingested, or are not out yet. A frame
    holds all rows of a date, or is read for what it says alone.
    """
    names = features(level)
    matrix = frame.matrix(names)
    if "is_quoted" in names:
        quoted = frame.columns["is_quoted"]
        _, day = np.unique(frame.game_date, return_inverse=True)
        matrix[np.bincount(day, quoted)[day] == 0, names.index("is_quoted")] = np.nan
    return matrix


def theme_matrix(level: Level) -> FloatArray:
    """Which feature belongs to which theme: (features, themes) of 0 and 1, in the orders of `features` and `THEMES`."""
    places = [THEMES.index(theme) for theme in _theme_of(level).values()]
    return np.eye(len(THEMES))[places]


def _theme_of(level: Level) -> dict[str, str]:
    themes = {name: theme for theme, names in _THEMES.items() for name in names}
    known = tuple(lower for lower in LEVELS[: LEVELS.index(level) + 1] if lower != "line")
    for lower in known:
        themes |= dict.fromkeys(_at(lower, *_LEVELLED), "absent team-mates")
        themes[f"play_probability_{lower}"] = "own availability"
    if "news" in known:
        themes["injury_risk_news"] = "own availability"
    if "market" in known:
        themes |= dict.fromkeys(_OF_MARKET, "market")
    return themes
