"""Forecasts of made-up systems for a warehouse, graded as those of real ones are."""

from collections.abc import Callable

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.forecast.distribution import summaries
from hoopcast.forecast.grading import grades
from hoopcast.market.bets import Prices, recommend
from hoopcast.market.odds import completed, decimal_odds, no_vig_probability_over
from hoopcast.pipeline.node import Asked
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.engine import ColumnsOf
from hoopcast.warehouse.tables import table

# So far from the market, and no further, a made-up system is believed: as if learned, and enough for picks.
BELIEVED = 0.05
TABLES = ("trained", "calibration", "distributions", "predictions", "grades", "issued")
# Means of negative binomials of variance 3.2 times the mean, NaN for no forecast, from the columns of `_ROWS`.
Means = Callable[[ColumnsOf], FloatArray]
_ROWS = """
WITH played AS (
    SELECT player_id, game_date, AVG(points) OVER (PARTITION BY player_id ORDER BY game_date, game_id) AS average
    FROM nba_analytics.player_game_summary WHERE played_flag
)
SELECT u.game_id, u.player_id, u.season, u.game_date, u.team_abbr, u.opponent_team_abbr AS opponent_abbr,
    f.average, q.points_line AS line, q.bookmaker, q.over_price, q.under_price, CAST(g.points AS DOUBLE) AS actual
FROM nba_analytics.upcoming_player_game_context AS u
ASOF LEFT JOIN played AS f ON f.player_id = u.player_id AND f.game_date < u.game_date
LEFT JOIN nba_analytics.player_prop_line AS q ON q.game_id = u.game_id AND q.player_id = u.player_id
LEFT JOIN nba_analytics.player_game_summary AS g
    ON g.game_id = u.game_id AND g.player_id = u.player_id AND g.played_flag
WHERE u.season = $season ORDER BY u.game_date, u.game_id, u.player_id
"""


def average(rows: ColumnsOf) -> FloatArray:
    """The average of all his earlier games."""
    return np.clip(rows["average"].astype(np.float64), 0.3, 60)


def at_the_line(rows: ColumnsOf) -> FloatArray:
    """The line, for those who have one."""
    return rows["line"].astype(np.float64)


def the_result(rows: ColumnsOf) -> FloatArray:
    """What then happened."""
    return np.maximum(rows["actual"].astype(np.float64), 0.05)


def give(engine: DuckDB, season: str, systems: dict[str, Means]) -> None:
    """Put forecasts and grades of a season in the place of those that are there."""
    for name in TABLES:
        engine.create(table(name))
    for name in ("distributions", "predictions", "grades"):
        engine.execute(f"DELETE FROM {table(name).stored.name} WHERE season = $season", {"season": season})
    rows = engine.columns(_ROWS, {"season": season})
    dates = tuple(np.unique(rows["game_date"]).tolist())
    for system_id, means in systems.items():
        mean = means(rows)
        known = np.isfinite(mean)
        forecasts = _forecasts({k: v[known] for k, v in rows.items()}, system_id, mean[known])
        _insert(engine, "distributions", forecasts)
        _insert(engine, "predictions", forecasts)
        _insert(engine, "grades", grades(engine, Asked(season, dates), system_id))


def _forecasts(rows: ColumnsOf, system_id: str, mean: FloatArray) -> ColumnsOf:
    line, variance = rows["line"].astype(np.float64), 3.2 * mean
    said = summaries(mean, variance, None, line)
    over, under = (decimal_odds(rows[side].astype(np.float64)) for side in ("over_price", "under_price"))
    market = no_vig_probability_over(*completed(over, under))
    after = np.clip(said.probability_over, market - BELIEVED, market + BELIEVED)
    prices = Prices(over, under, market, np.zeros(len(mean), dtype=np.bool_))
    chosen = recommend(after, said.probability_push, prices, np.full(len(mean), "", dtype=object))
    texts = {
        "market": "points", "system_id": system_id, "calibration_id": "identity",
        "model_version": "1", "feature_version": "1",
    }  # fmt: skip
    return {
        **rows,
        **vars(said),
        **vars(chosen),
        **{name: np.full(len(mean), text, dtype=object) for name, text in texts.items()},
        **{f"forecast_{name}": getattr(said, name) for name in ("mean", "variance", "median")},
        "nb_mean": mean,
        "nb_variance": variance,
        "no_vig_probability_over": market,
        "trained_until": rows["game_date"] - np.timedelta64(1, "D"),
        "created_at_utc": np.full(len(mean), "2022-07-01", dtype="datetime64[us]"),
    }


def _insert(engine: DuckDB, short: str, columns: ColumnsOf) -> None:
    definition = table(short).stored
    nothing = np.full(len(columns["game_id"]), None, dtype=object)
    engine.append(definition.name, definition, {name: columns.get(name, nothing) for name in definition.column_names})
