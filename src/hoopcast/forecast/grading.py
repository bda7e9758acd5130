"""Grades: what each forecast was worth once its game is final."""

import numpy as np

from hoopcast.arrays import BoolArray, FloatArray
from hoopcast.forecast.calibrating import read_calibrations
from hoopcast.forecast.distribution import scores
from hoopcast.forecast.seeded_noise import row_uniform
from hoopcast.market.bets import bet_result, profit
from hoopcast.market.odds import decimal_odds
from hoopcast.pipeline.node import Asked
from hoopcast.warehouse.engine import ColumnsOf, Statements

# Who plays is in the box score of his game; a game without any is not graded.
_ROWS = """
SELECT CAST(p.game_id AS BIGINT) AS game_id, p.player_id, p.game_date, p.forecast_mean, p.forecast_median, d.nb_mean,
    d.nb_variance, p.calibration_id, p.line, p.over_price, p.under_price, p.recommendation,
    g.points AS actual_points, g.minutes AS actual_minutes
FROM nba_predictions.prediction AS p
INNER JOIN nba_predictions.forecast_distribution AS d ON d.market = p.market AND d.game_id = p.game_id
    AND d.player_id = p.player_id AND d.system_id = p.system_id AND d.game_date = p.game_date
INNER JOIN nba_raw.nbac_schedule AS s ON s.game_id = p.game_id AND s.game_status = 3
LEFT JOIN (SELECT * FROM nba_analytics.player_game_summary WHERE season = $season) AS g
    ON g.game_id = p.game_id AND g.player_id = p.player_id AND g.played_flag
WHERE p.system_id = $system_id AND p.season = $season AND p.game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))
    AND p.game_id IN (SELECT game_id FROM nba_analytics.player_game_summary WHERE season = $season)
ORDER BY p.game_date, p.game_id, p.player_id
"""
# Points of `within_3` and `within_5`.
NEAR, FAR = 3, 5
_KEPT_AS_READ = ("game_id", "player_id", "game_date", "actual_points", "actual_minutes")


def grades(statements: Statements, asked: Asked, system_id: str) -> ColumnsOf:
    """Rows of `nba_predictions.prediction_accuracy`."""
    rows = statements.columns(_ROWS, {"system_id": system_id, "season": asked.season, "dates": list(asked.dates)})
    points = rows["actual_points"].astype(np.float64)
    crps, log_score, pit = _scores(statements, asked, system_id, rows, points)
    absolute_error = np.abs(points - rows["forecast_median"].astype(np.float64))
    played = np.isfinite(points)
    result = bet_result(rows["recommendation"], rows["line"].astype(np.float64), points, played)
    price = np.where(
        rows["recommendation"] == "OVER", rows["over_price"].astype(np.float64), rows["under_price"].astype(np.float64)
    )
    price = np.where(result == "NO_BET", np.nan, price)
    return {
        **{name: rows[name] for name in _KEPT_AS_READ},
        "market": np.full(len(points), "points", dtype=object),
        "system_id": np.full(len(points), system_id, dtype=object),
        "season": np.full(len(points), asked.season, dtype=object),
        "error": points - rows["forecast_mean"].astype(np.float64),
        "absolute_error": absolute_error,
        "crps": crps,
        "log_score": log_score,
        "pit": pit,
        "within_3": _where_played(absolute_error <= NEAR, played),
        "within_5": _where_played(absolute_error <= FAR, played),
        "result": result,
        "price": price,
        "profit": profit(result, decimal_odds(price)),
        "void_reason": np.array(["did not play", None], dtype=object)[(result != "VOID").astype(int)],
    }


def _scores(
    statements: Statements, asked: Asked, system_id: str, rows: ColumnsOf, points: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """CRPS, log score and PIT by the recalibration that each forecast names; a pass for each."""
    calibrations = read_calibrations(statements, asked, system_id)
    uniform = row_uniform(rows["game_id"], rows["player_id"], system_id)
    found = np.full((3, len(points)), np.nan)
    played = np.isfinite(points)
    for name in np.unique(rows["calibration_id"].astype(str)):
        of_map = played & (rows["calibration_id"] == name)
        part = scores(
            rows["nb_mean"][of_map].astype(np.float64),
            rows["nb_variance"][of_map].astype(np.float64),
            calibrations.named(name),
            points[of_map],
            uniform[of_map],
        )
        found[:, of_map] = part.crps, part.log_score, part.pit
    return found[0], found[1], found[2]


def _where_played(holds: BoolArray, played: BoolArray) -> FloatArray:
    return np.where(played, holds, np.nan)
