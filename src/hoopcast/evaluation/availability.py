"""Grades of the probability that a player plays, on every row that a level expected."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hoopcast.evaluation.accuracy import FEWEST_ROWS
from hoopcast.evaluation.populations import Scope
from hoopcast.evaluation.scores import (
    brier_scores,
    calibration_error,
    calibration_error_limit,
    mean_interval,
    reliability,
)
from hoopcast.forecast.system import LEVELS, Level
from hoopcast.warehouse.engine import Parameters, Statements

_ROWS = """
SELECT a.game_date, a.play_probability, CASE WHEN p.player_id IS NULL THEN 0e0 ELSE 1e0 END AS played
FROM nba_precompute.availability AS a
INNER JOIN nba_analytics.upcoming_player_game_context AS u ON u.game_id = a.game_id AND u.player_id = a.player_id
LEFT JOIN nba_analytics.player_game_summary AS p
    ON p.game_id = a.game_id AND p.player_id = a.player_id AND p.played_flag
WHERE a.level = $level AND u.expected_level IN (SELECT UNNEST(CAST($known AS VARCHAR[])))
    AND a.game_date IN (SELECT UNNEST(CAST($dates AS DATE[]))) AND ($stage = 'all' OR u.season_stage = $stage)
    AND a.play_probability IS NOT NULL AND a.game_id IN (SELECT game_id FROM nba_analytics.player_game_summary)
ORDER BY a.game_date, a.game_id, a.player_id
"""
_UNEXPECTED = """
SELECT COUNT(*)
FROM nba_analytics.player_game_summary AS p
LEFT JOIN nba_analytics.upcoming_player_game_context AS u
    ON u.game_id = p.game_id AND u.player_id = p.player_id
    AND u.expected_level IN (SELECT UNNEST(CAST($known AS VARCHAR[])))
WHERE p.played_flag AND u.player_id IS NULL
    AND p.game_date IN (SELECT UNNEST(CAST($dates AS DATE[]))) AND ($stage = 'all' OR p.season_stage = $stage)
"""


@dataclass(frozen=True)
class Availability:
    """Play probability of a level on all rows that it expected in games that are final.

    `brier` is the mean squared distance from what happened, with its 95 % interval from resampling whole days;
    `brier_of_share` is that of the overall share as everyone's probability. `forecast_probability` and
    `observed_frequency` are those of ten bins of equal mass, `calibration_error` their mean distance, beside the limit
    that calibrated forecasts stay below in 95 of 100. `unexpected` are appearances of players whom the level did not
    expect, and so has no probability for.
    """

    phase: str
    level: Level
    rows: int
    played_share: float
    brier: float
    brier_low: float
    brier_high: float
    brier_of_share: float
    calibration_error: float
    calibration_error_limit: float
    forecast_probability: tuple[float, ...]
    observed_frequency: tuple[float, ...]
    unexpected: int


def availability(statements: Statements, scope: Scope) -> Iterator[Availability]:
    """Grades of play probability by level, as far as there are rows enough."""
    for level in LEVELS:
        values: Parameters = {
            "known": list(LEVELS[: LEVELS.index(level) + 1]), "dates": list(scope.dates), "stage": scope.stage,
        }  # fmt: skip
        rows = statements.columns(_ROWS, {**values, "level": level})
        if len(rows["played"]) < FEWEST_ROWS:
            continue
        probability, played = rows["play_probability"].astype(np.float64), rows["played"].astype(np.float64)
        losses, bins = brier_scores(probability, played), reliability(probability, played)
        share = float(played.mean())
        yield Availability(
            scope.phase,
            level,
            rows=len(played),
            played_share=share,
            brier=float(losses.mean()),
            **mean_interval(losses, rows["game_date"]).ends("brier"),
            brier_of_share=share * (1 - share),
            calibration_error=calibration_error(bins),
            calibration_error_limit=calibration_error_limit(bins),
            forecast_probability=tuple(bins.probability.tolist()),
            observed_frequency=tuple(bins.frequency.tolist()),
            unexpected=int(str(statements.query(_UNEXPECTED, values).rows[0][0])),
        )
