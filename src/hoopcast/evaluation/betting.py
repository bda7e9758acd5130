"""Bets at real prices: hit rate and return with intervals, beside always-under, break-even and the bets it takes."""

from dataclasses import dataclass

import numpy as np

from hoopcast.arrays import BoolArray, DateArray, FloatArray, TextArray
from hoopcast.evaluation.accuracy import FEWEST_ROWS
from hoopcast.evaluation.forecasts import Forecasts, level_of
from hoopcast.evaluation.populations import Appearances, Scope
from hoopcast.evaluation.significance import mean_interval
from hoopcast.forecast.system import Level
from hoopcast.market.odds import decimal_odds
from hoopcast.market.power import bets_needed
from hoopcast.warehouse.engine import Statements

_BETS = """
SELECT p.game_date, p.recommendation, p.line, CAST(p.over_price AS DOUBLE) AS over_price,
    CAST(p.under_price AS DOUBLE) AS under_price, CAST(a.actual_points AS DOUBLE) AS points
FROM nba_predictions.player_prop_predictions AS p
INNER JOIN nba_predictions.prediction_accuracy AS a ON a.market = p.market AND a.game_id = p.game_id
    AND a.player_id = p.player_id AND a.system_id = p.system_id
INNER JOIN nba_raw.nbac_schedule AS s ON s.game_id = p.game_id
WHERE p.system_id = $system_id AND p.market = 'points' AND p.recommendation IN ('OVER', 'UNDER')
    AND p.game_date IN (SELECT UNNEST(CAST($dates AS DATE[]))) AND ($stage = 'all' OR s.season_stage = $stage)
ORDER BY p.game_date, p.game_id, p.player_id
"""
ALWAYS_UNDER = "always under"
EVERY_LINE, RECOMMENDED = "every line", "recommended"


@dataclass(frozen=True)
class Betting:
    """One unit on each of a system's bets; pushes and voids are counted, and in no rate.

    `bets` is `recommended` (enough expected value) or `every line` (the likelier side of each). `hit_rate` is of wins
    and losses; `return_rate` is profit over stakes of those that had a price (`priced`), both with 95 % intervals from
    resampling whole days. `under_*` is what betting the under of the same lines did. `break_even` is the hit rate that
    the prices paid ask for. `bets_needed` is how many bets tell this hit rate from the break-even (one-sided 5 %, 80 %
    power), None if it is no higher.
    """

    phase: str
    level: Level
    system: str
    bets: str
    wins: int
    losses: int
    pushes: int
    voids: int
    hit_rate: float
    hit_rate_low: float
    hit_rate_high: float
    priced: int
    return_rate: float
    return_low: float
    return_high: float
    break_even: float
    under_hit_rate: float
    under_return: float
    bets_needed: int | None


@dataclass(frozen=True)
class _Slips:
    """Bets with what happened; `points` is NaN for an absence. Every column is (n,)."""

    day: DateArray
    on_over: BoolArray
    line: FloatArray
    over_price: FloatArray
    under_price: FloatArray
    points: FloatArray


def recommended(statements: Statements, scope: Scope, system_id: str) -> Betting | None:
    """The bets that a system recommended, at the prices of the forecast, or None for too few."""
    found = statements.columns(_BETS, {"system_id": system_id, "dates": list(scope.dates), "stage": scope.stage})
    numbers = {name: found[name].astype(np.float64) for name in ("line", "over_price", "under_price", "points")}
    slips = _Slips(day=found["game_date"], on_over=_is_over(found["recommendation"]), **numbers)
    return _settled(scope.phase, level_of(system_id), system_id, RECOMMENDED, slips)


def every_line(phase: str, rows: Appearances, forecasts: Forecasts) -> Betting | None:
    """The likelier side of every line: by P(over), or by the point forecast of a rule that gives none."""
    side = np.where(
        np.isfinite(forecasts.over_probability), forecasts.over_probability - 0.5, forecasts.median - rows.line
    )
    return _on(phase, forecasts.level, forecasts.system_id, rows, side)


def always_under(phase: str, rows: Appearances) -> Betting | None:
    """The under of every line."""
    return _on(phase, "market", ALWAYS_UNDER, rows, np.where(np.isfinite(rows.line), -1.0, np.nan))


def _on(phase: str, level: Level, name: str, rows: Appearances, side: FloatArray) -> Betting | None:
    taken = np.isfinite(rows.line) & np.isfinite(side) & (side != 0)
    slips = _Slips(rows.game_date, side > 0, rows.line, rows.over_price, rows.under_price, rows.points)
    return _settled(phase, level, name, EVERY_LINE, _Slips(*(column[taken] for column in vars(slips).values())))


def _settled(phase: str, level: Level, name: str, kind: str, slips: _Slips) -> Betting | None:
    played = np.isfinite(slips.points)
    pushed = slips.points == slips.line
    counts = played & ~pushed
    if counts.sum() < FEWEST_ROWS:
        return None
    is_over = slips.points > slips.line
    won = (is_over == slips.on_over)[counts].astype(np.float64)
    price = decimal_odds(np.where(slips.on_over, slips.over_price, slips.under_price))[counts]
    under = decimal_odds(slips.under_price)[counts]
    day, went_under = slips.day[counts], (~is_over)[counts].astype(np.float64)
    priced, under_priced = np.isfinite(price), np.isfinite(under)
    gain = won * price - 1
    of_hits, of_gain = mean_interval(won, day), mean_interval(gain[priced], day[priced])
    hit_rate = float(won.mean())
    mean_price = float(price[priced].mean()) if priced.any() else float("nan")
    return Betting(
        phase,
        level,
        name,
        kind,
        int(won.sum()),
        int(len(won) - won.sum()),
        int(pushed.sum()),
        int((~played).sum()),
        hit_rate,
        of_hits.low,
        of_hits.high,
        int(priced.sum()),
        _mean(gain[priced]),
        of_gain.low,
        of_gain.high,
        1 / mean_price,
        float(went_under.mean()),
        _mean((went_under * under - 1)[under_priced]),
        bets_needed(hit_rate, mean_price) if 1 / mean_price < hit_rate < 1 else None,
    )


def _is_over(recommendation: TextArray) -> BoolArray:
    found: BoolArray = recommendation == "OVER"
    return found


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if len(values) else float("nan")
