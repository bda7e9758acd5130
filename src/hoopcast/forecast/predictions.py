"""The final distribution of each forecast beside the line: what a user reads."""

from dataclasses import fields

import numpy as np

from hoopcast.arrays import FloatArray, TextArray
from hoopcast.calendar import utc_now
from hoopcast.forecast.calibrating import Calibrations, read_calibrations
from hoopcast.forecast.distribution import Summaries, summaries
from hoopcast.forecast.win_probability import after_market
from hoopcast.market.after_market import shifted_probability
from hoopcast.market.bets import Prices, is_far_line, recommend
from hoopcast.market.odds import completed, decimal_odds, no_vig_probability_over
from hoopcast.pipeline.node import Asked
from hoopcast.warehouse.engine import ColumnsOf, Statements

# Game ids travel as numbers: texts cost more than all that is computed from them.
_ROWS = """
SELECT CAST(l.game_id AS BIGINT) AS game_id, l.player_id, l.game_date, l.nb_mean, l.nb_variance, f.points_avg_last_10,
    f.points_avg_season, q.points_line AS line, q.bookmaker, q.over_price, q.under_price
FROM nba_predictions.forecast_distribution AS l
INNER JOIN (SELECT * FROM nba_predictions.ml_feature_store WHERE game_date BETWEEN $first AND $last) AS f
    ON f.game_id = l.game_id AND f.player_id = l.player_id
LEFT JOIN (SELECT * FROM nba_analytics.player_prop_line WHERE game_date BETWEEN $first AND $last) AS q
    ON q.game_id = l.game_id AND q.player_id = l.player_id AND q.market = l.market
WHERE l.system_id = $system_id AND l.market = 'points' AND l.game_date BETWEEN $first AND $last
    AND l.game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))
ORDER BY l.game_date, l.game_id, l.player_id
"""
# A pick is what was first issued with that side; the line that now counts is the last one before tip-off.
_PICKS = """
SELECT CAST(game_id AS BIGINT) AS game_id, player_id, recommendation AS side, line, over_price, under_price
FROM nba_predictions.issued_forecast
WHERE system_id = $system_id AND market = 'points' AND game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))
    AND recommendation IN ('OVER', 'UNDER')
QUALIFY ROW_NUMBER() OVER (PARTITION BY game_id, player_id ORDER BY issued_at_utc) = 1
"""
_KEPT_AS_READ = ("game_id", "player_id", "game_date", "line", "bookmaker", "over_price", "under_price")


def predictions(statements: Statements, asked: Asked, system_id: str, versions: tuple[str, str]) -> ColumnsOf:
    """Rows of `nba_predictions.player_prop_predictions`, as far as no other table has their columns.

    Args:
        statements: the warehouse.
        asked: dates of a season.
        system_id: whose forecasts.
        versions: of the system's model and of the feature store.
    """
    rows = statements.columns(
        _ROWS,
        {"system_id": system_id, "dates": list(asked.dates), "first": asked.dates[0], "last": asked.dates[-1]},
    )
    line = rows["line"].astype(np.float64)
    over, under = (
        decimal_odds(rows["over_price"].astype(np.float64)),
        decimal_odds(rows["under_price"].astype(np.float64)),
    )
    calibrations = read_calibrations(statements, asked, system_id)
    found, calibration_id = _final(rows, calibrations, line)
    market = no_vig_probability_over(*completed(over, under))
    heard = after_market(statements, asked, system_id, rows["game_date"], found.probability_over, market)
    last_10, season = (rows[name].astype(np.float64) for name in ("points_avg_last_10", "points_avg_season"))
    prices = Prices(over, under, market, is_far_line(line, last_10, season))
    bets = recommend(heard.probability_over, found.probability_push, prices, heard.withheld)
    count = len(line)
    model_version, feature_version = versions
    return {
        **{name: rows[name] for name in _KEPT_AS_READ},
        "market": np.full(count, "points", dtype=object),
        "season": np.full(count, asked.season, dtype=object),
        "system_id": np.full(count, system_id, dtype=object),
        "forecast_mean": found.mean,
        "forecast_variance": found.variance,
        "forecast_median": found.median,
        **{name: getattr(found, name) for name in ("p05", "p10", "p25", "p75", "p90", "p95")},
        "calibration_id": calibration_id,
        "probability_over": found.probability_over,
        "probability_push": found.probability_push,
        "no_vig_probability_over": market,
        "market_weight": np.where(np.isfinite(bets.win_probability), heard.market_weight, np.nan),
        "system_weight": np.where(np.isfinite(bets.win_probability), heard.system_weight, np.nan),
        "market_intercept": np.where(np.isfinite(bets.win_probability), heard.intercept, np.nan),
        **{field.name: getattr(bets, field.name) for field in fields(bets)},
        "clv": _closing_line_value(statements, asked, system_id, rows, calibrations),
        "model_version": np.full(count, model_version, dtype=object),
        "feature_version": np.full(count, feature_version, dtype=object),
        "created_at_utc": np.full(count, utc_now(), dtype="datetime64[us]"),
    }


def _final(rows: ColumnsOf, calibrations: Calibrations, line: FloatArray) -> tuple[Summaries, TextArray]:
    """Summaries of the final distributions with the recalibration of each row's date; a pass for each recalibration."""
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


def _closing_line_value(
    statements: Statements, asked: Asked, system_id: str, rows: ColumnsOf, calibrations: Calibrations
) -> FloatArray:
    """No-vig probability of the side of each issued pick at the close, less that at the price taken, (n,).

    NaN where nothing was picked, and where the line stands as it stood. Where the number moved as well, the close is
    brought to the number that was taken by the system's own distribution, as `shifted_probability` does.
    """
    value = np.full(len(rows["game_id"]), np.nan)
    picks = statements.columns(_PICKS, {"system_id": system_id, "dates": list(asked.dates)})
    if not len(picks["game_id"]):
        return value
    place = {key: number for number, key in enumerate(zip(picks["game_id"], picks["player_id"], strict=True))}
    found = [place.get(key, -1) for key in zip(rows["game_id"], rows["player_id"], strict=True)]
    at = np.array(found, dtype=np.intp)
    issued = at >= 0
    taken, closing = ({name: _number(of[name]) for name in _LINE} for of in (picks, rows))
    taken = {name: values[at[issued]] for name, values in taken.items()}
    closing = {name: values[issued] for name, values in closing.items()}
    moved = np.any([~_same(taken[name], closing[name]) for name in _LINE], axis=0)
    at_close, at_taken = (_no_vig(prices) for prices in (closing, taken))
    own_close, own_taken = (
        _final({name: values[issued] for name, values in rows.items()}, calibrations, lines["line"])[0].probability_over
        for lines in (closing, taken)
    )
    gain = shifted_probability(at_close, own_close, own_taken) - at_taken
    value[issued] = np.where(moved, np.where(picks["side"][at[issued]] == "OVER", gain, -gain), np.nan)
    return value


_LINE = ("line", "over_price", "under_price")


def _number(values: "np.typing.NDArray[np.object_]") -> FloatArray:
    return values.astype(np.float64)


def _same(first: FloatArray, second: FloatArray) -> "np.typing.NDArray[np.bool_]":
    same: np.typing.NDArray[np.bool_] = (first == second) | (np.isnan(first) & np.isnan(second))
    return same


def _no_vig(prices: dict[str, FloatArray]) -> FloatArray:
    return no_vig_probability_over(*completed(decimal_odds(prices["over_price"]), decimal_odds(prices["under_price"])))
