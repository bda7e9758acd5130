"""The final law of each forecast beside the line: what a user reads."""

from dataclasses import fields

import numpy as np

from hoopcast.forecast.calibrating import Calibrations, kept
from hoopcast.forecast.frame import FloatArray, TextArray
from hoopcast.forecast.law import Summaries, summaries
from hoopcast.forecast.system import Level
from hoopcast.market.odds import completed, decimal_odds, no_vig_probability_over
from hoopcast.market.value import edge, recommend
from hoopcast.pipeline.ledger import utc_now
from hoopcast.pipeline.model import Asked
from hoopcast.warehouse.engine import ColumnsOf, Statements

_ROWS = """
SELECT l.game_id, l.player_id, l.season, l.game_date, u.player_lookup, u.team_abbr,
    u.opponent_team_abbr AS opponent_abbr, l.nb_mean, l.nb_variance, l.trained_until, l.reasons,
    f.play_probability_{level} AS play_probability, q.points_line AS line, q.bookmaker, q.over_price, q.under_price
FROM nba_predictions.forecast_law AS l
INNER JOIN (SELECT * FROM nba_analytics.upcoming_player_game_context WHERE game_date BETWEEN $first AND $last) AS u
    ON u.game_id = l.game_id AND u.player_id = l.player_id
INNER JOIN (SELECT * FROM nba_predictions.ml_feature_store WHERE game_date BETWEEN $first AND $last) AS f
    ON f.game_id = l.game_id AND f.player_id = l.player_id
LEFT JOIN (SELECT * FROM nba_analytics.player_prop_line WHERE game_date BETWEEN $first AND $last) AS q
    ON q.game_id = l.game_id AND q.player_id = l.player_id AND q.market = l.market
WHERE l.system_id = $system_id AND l.market = 'points' AND l.game_date BETWEEN $first AND $last
    AND l.game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))
ORDER BY l.game_date, l.game_id, l.player_id
"""
_KEPT_AS_READ = (
    "game_id",
    "player_id",
    "season",
    "game_date",
    "player_lookup",
    "team_abbr",
    "opponent_abbr",
    "nb_mean",
    "nb_variance",
    "trained_until",
    "reasons",
    "play_probability",
    "line",
    "bookmaker",
    "over_price",
    "under_price",
)


def predictions(
    statements: Statements, asked: Asked, system_id: str, level: Level, versions: tuple[str, str]
) -> ColumnsOf:
    """Rows of `nba_predictions.player_prop_predictions`.

    Args:
        statements: the warehouse.
        asked: dates of a season.
        system_id: whose forecasts.
        level: its information level.
        versions: of the system's model and of the feature store.
    """
    rows = statements.columns(
        # Who has a line is play_probability's highest level; the line itself says nothing more about playing.
        _ROWS.format(level="market" if level == "line" else level),
        {"system_id": system_id, "dates": list(asked.dates), "first": asked.dates[0], "last": asked.dates[-1]},
    )
    line = rows["line"].astype(np.float64)
    over, under = (
        decimal_odds(rows["over_price"].astype(np.float64)),
        decimal_odds(rows["under_price"].astype(np.float64)),
    )
    found, calibration_id = _final(rows, kept(statements, asked, system_id), line)
    said = recommend(found.probability_over, found.probability_push, over, under)
    count = len(line)
    model_version, feature_version = versions
    return {
        **{name: rows[name] for name in _KEPT_AS_READ},
        "market": np.full(count, "points", dtype=object),
        "system_id": np.full(count, system_id, dtype=object),
        "forecast_mean": found.mean,
        "forecast_variance": found.variance,
        "forecast_median": found.median,
        **{name: getattr(found, name) for name in ("p05", "p10", "p25", "p75", "p90", "p95")},
        "calibration_id": calibration_id,
        "probability_over": found.probability_over,
        "probability_push": found.probability_push,
        "no_vig_probability_over": no_vig_probability_over(*completed(over, under)),
        "edge": edge(found.mean, line),
        "expected_value": said.expected_value,
        "recommendation": said.recommendation,
        "confidence_score": said.confidence_score,
        "model_version": np.full(count, model_version, dtype=object),
        "feature_version": np.full(count, feature_version, dtype=object),
        "created_at_utc": np.full(count, utc_now(), dtype="datetime64[us]"),
    }


def _final(rows: ColumnsOf, calibrations: Calibrations, line: FloatArray) -> tuple[Summaries, TextArray]:
    """Summaries of the final laws with the recalibration of each row's date; a pass for each recalibration."""
    mean, variance = rows["nb_mean"].astype(np.float64), rows["nb_variance"].astype(np.float64)
    place = calibrations.place(rows["game_date"])
    names = np.array(
        [calibrations.name(number) for number in range(len(calibrations.maps))] + ["identity"], dtype=object
    )
    values = {field.name: np.full(len(mean), np.nan) for field in fields(Summaries)}
    for number in np.unique(place):
        of_map = place == number
        recalibration = calibrations.maps[number] if number >= 0 else None
        part = summaries(mean[of_map], variance[of_map], recalibration, line[of_map])
        for name, column in values.items():
            column[of_map] = getattr(part, name)
    return Summaries(**values), names[place]
