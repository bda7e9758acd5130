"""Forecasts of one system beside the appearances that they were made for."""

from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from hoopcast.arrays import FloatArray, IntArray
from hoopcast.errors import UsageError
from hoopcast.evaluation.populations import Appearances, Scope
from hoopcast.forecast.calibrating import kept
from hoopcast.forecast.chance import row_uniform
from hoopcast.forecast.law import law, probability_over, scores
from hoopcast.forecast.recalibration import from_text
from hoopcast.forecast.system import LEVELS, Level
from hoopcast.pipeline.model import Asked
from hoopcast.warehouse.engine import ColumnsOf, Statements

if TYPE_CHECKING:
    from hoopcast.forecast.recalibration import Recalibration

_NUMBERS = """p.forecast_mean AS mean, p.forecast_median AS median, p.nb_mean, p.nb_variance,
    p.probability_over AS over_probability,
    CASE p.better_side WHEN 'OVER' THEN p.win_probability ELSE 1e0 - p.win_probability END AS after_market"""
_GRADED = f"""
SELECT p.game_id, p.player_id, p.season, p.calibration_id, CAST(NULL AS VARCHAR) AS recalibration,
    {_NUMBERS}, a.crps, a.log_score, a.pit
FROM nba_predictions.player_prop_predictions AS p
INNER JOIN nba_predictions.prediction_accuracy AS a ON a.market = p.market AND a.game_id = p.game_id
    AND a.player_id = p.player_id AND a.system_id = p.system_id
WHERE p.system_id = $system_id AND p.market = 'points' AND p.game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))
    AND a.actual_points IS NOT NULL
"""
# The last that was published before tip-off; where its time is not known, before the day begins on the East coast.
# What was said of a game that was then put off was said of another night.
_ISSUED = f"""
SELECT p.game_id, p.player_id, p.season, p.calibration_id, p.recalibration, {_NUMBERS}
FROM nba_predictions.issued_forecast AS p
INNER JOIN nba_raw.nbac_schedule AS s ON s.game_id = p.game_id AND s.game_date = p.game_date
WHERE p.system_id = $system_id AND p.market = 'points' AND p.game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))
    AND p.issued_at_utc < COALESCE(s.tip_off_utc, CAST(p.game_date AS TIMESTAMP) + INTERVAL 4 HOUR)
QUALIFY ROW_NUMBER() OVER (PARTITION BY p.game_id, p.player_id ORDER BY p.issued_at_utc DESC) = 1
"""
_SYSTEMS = """
SELECT DISTINCT system_id FROM nba_predictions.{table}
WHERE market = 'points' AND game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))
"""
_BLOCK = 2_000


@dataclass(frozen=True)
class Forecasts:
    """Forecasts of a system, a row for each appearance; every column is (n,) and NaN where the system gave none.

    `level` is the information level; `mean` and `median` are in points, `over_probability` is that of the over at the
    line given no push and `after_market` that after the market, `own_average_probability` that of the over at
    `Appearances.own_average_line`. CRPS (points), log score and randomised PIT are those of the final law.
    `is_baseline` tells a simple rule from a system.
    """

    system_id: str
    level: Level
    mean: FloatArray
    median: FloatArray
    over_probability: FloatArray
    after_market: FloatArray
    own_average_probability: FloatArray
    crps: FloatArray
    log_score: FloatArray
    pit: FloatArray
    is_baseline: bool = False


def baseline(name: str, level: Level, points: FloatArray) -> Forecasts:
    """A simple rule as if it were a system: one number a row, and no law."""
    nothing = np.full(len(points), np.nan)
    return Forecasts(name, level, points, points, *(nothing,) * 6, is_baseline=True)


def level_of(system_id: str) -> Level:
    """The information level that a system_id ends in.

    Raises:
        UsageError: if it ends in none.
    """
    for level in LEVELS:
        if system_id.endswith(f"_{level}"):
            return level
    raise UsageError(f"'{system_id}' is no system at a level; write such as linear_history")


def system_ids(statements: Statements, dates: tuple[date, ...], *, issued: bool = False) -> tuple[str, ...]:
    """Systems with forecasts on some dates, by level and then by name."""
    table = "issued_forecast" if issued else "player_prop_predictions"
    found = [str(row[0]) for row in statements.query(_SYSTEMS.format(table=table), {"dates": list(dates)}).rows]
    return tuple(sorted(found, key=lambda name: (LEVELS.index(level_of(name)), name)))


def forecasts(
    statements: Statements, system_id: str, rows: Appearances, scope: Scope, *, issued: bool = False
) -> Forecasts:
    """Forecasts of a system for appearances.

    Args:
        statements: the warehouse.
        system_id: whose.
        rows: appearances of the dates.
        scope: their dates.
        issued: those that were published before tip-off, in place of what today's code says.
    """
    found = statements.columns(_ISSUED if issued else _GRADED, {"system_id": system_id, "dates": list(scope.dates)})
    place = rows.places(found["game_id"], found["player_id"].astype(np.int64))
    has_appeared = place >= 0
    found = {name: values[has_appeared] for name, values in found.items()}
    place = place[has_appeared]
    columns: dict[str, FloatArray] = {
        name: found[name].astype(np.float64)
        for name in ("mean", "median", "over_probability", "after_market", "crps", "log_score", "pit")
        if name in found
    }
    columns |= _of_laws(statements, system_id, found, scope.dates, rows.rows(place), scored=issued)
    spread = {name: _spread(values, place, len(rows)) for name, values in columns.items()}
    return Forecasts(
        system_id,
        level_of(system_id),
        spread["mean"],
        spread["median"],
        spread["over_probability"],
        spread["after_market"],
        spread["own_average_probability"],
        spread["crps"],
        spread["log_score"],
        spread["pit"],
    )


def _of_laws(  # noqa: PLR0913 - what a law is made of, and what it is asked
    statements: Statements,
    system_id: str,
    found: ColumnsOf,
    dates: tuple[date, ...],
    rows: Appearances,
    *,
    scored: bool,
) -> dict[str, FloatArray]:
    """What only the final laws say: P(over) at the own-average lines and, for what is not graded, the scores."""
    mean, variance = found["nb_mean"].astype(np.float64), found["nb_variance"].astype(np.float64)
    uniform = row_uniform(rows.game_id, rows.player_id, system_id)
    names = ("own_average_probability", "crps", "log_score", "pit") if scored else ("own_average_probability",)
    columns = {name: np.full(len(mean), np.nan) for name in names}
    for of_map, recalibration in _by_recalibration(statements, system_id, found, dates):
        for part in np.array_split(of_map, len(of_map) // _BLOCK + 1):
            laws = law(mean[part], variance[part], recalibration)
            columns["own_average_probability"][part] = probability_over(laws, rows.own_average_line()[part])
        if scored:
            graded = scores(mean[of_map], variance[of_map], recalibration, rows.points[of_map], uniform[of_map])
            columns["crps"][of_map], columns["log_score"][of_map] = graded.crps, graded.log_score
            columns["pit"][of_map] = graded.pit
    return columns


def _by_recalibration(
    statements: Statements, system_id: str, found: ColumnsOf, dates: tuple[date, ...]
) -> "list[tuple[IntArray, Recalibration | None]]":
    """Rows of each recalibration of the forecasts, and that recalibration.

    It is the one that they were issued with; of what was not issued, or without it, the one that they name.
    """
    parts = []
    texts = found["recalibration"]
    for season in np.unique(found["season"].astype(str)):
        in_season = found["season"] == season
        # Needed by what was issued only where it lacks its own.
        standing = cache(partial(kept, statements, Asked(str(season), dates), system_id))
        for name in np.unique(found["calibration_id"][in_season].astype(str)):
            of_name = in_season & (found["calibration_id"] == name)
            for text in dict.fromkeys(texts[of_name].tolist()):
                of_map = np.flatnonzero(of_name & (texts == text)).astype(np.int64)
                parts.append((of_map, standing().named(str(name)) if text is None else from_text(text)))
    return parts


def _spread(values: FloatArray, place: IntArray, rows: int) -> FloatArray:
    """Values at their rows, NaN elsewhere."""
    spread = np.full(rows, np.nan)
    spread[place] = values
    return spread
