"""Forecasts beside the market: logarithmic loss at the line, bets at real prices, and what chance would do."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from hoopcast.arrays import BoolArray, FloatArray
from hoopcast.evaluation.accuracy import FEWEST_ROWS
from hoopcast.evaluation.forecasts import Forecasts
from hoopcast.evaluation.populations import Appearances
from hoopcast.evaluation.scores import log_losses, log_odds, logistic_coefficients
from hoopcast.evaluation.significance import difference, mean_interval
from hoopcast.forecast.system import Level
from hoopcast.market.odds import decimal_odds, no_vig_probability_over
from hoopcast.warehouse.engine import Statements

# Prices of one side say what the book's margin is only with the other side's.
_PRICED = """
SELECT p.game_date, CAST(p.points AS DOUBLE) AS points, q.points_line AS line,
    CAST(q.over_price AS DOUBLE) AS over_price, CAST(q.under_price AS DOUBLE) AS under_price
FROM nba_analytics.player_prop_line AS q
INNER JOIN nba_analytics.player_game_summary AS p
    ON p.game_id = q.game_id AND p.player_id = q.player_id AND p.played_flag
WHERE q.market = 'points' AND q.over_price IS NOT NULL AND q.under_price IS NOT NULL AND p.points <> q.points_line
    AND q.game_date < $before
ORDER BY p.game_date, p.game_id, p.player_id
"""
FEWEST_PRICED = 1000
ALL, FROM_DECEMBER = "all", "from December"
_DECEMBER = 12


@dataclass(frozen=True)
class AgainstMarket:
    """Logarithmic loss of P(over) at the line, nats, beside the market's on the same rows; pushes are outside.

    The market is its prices without margin (power method), and these recalibrated at each month on the lines of
    earlier months that had both prices. The t are day-clustered; below -2 the system is better beyond chance. `window`
    is all of the range, or what is left of it without October and November, when there is little to recalibrate on.
    """

    phase: str
    window: str
    level: Level
    system: str
    rows: int
    log_loss: float
    log_loss_low: float
    log_loss_high: float
    log_loss_market: float
    t_market: float
    recalibrated_rows: int
    log_loss_recalibrated: float
    t_recalibrated: float


def against_market(
    phase: str, rows: Appearances, forecasts: Forecasts, recalibrated: FloatArray
) -> tuple[AgainstMarket, ...]:
    """Log loss at the line by window, as far as there are rows enough.

    Args:
        phase: TUNING, TEST or live.
        rows: appearances.
        forecasts: of the same rows.
        recalibrated: (n,) the market's P(over), recalibrated; NaN where unknown.
    """
    asked = np.isfinite(rows.market_probability) & np.isfinite(forecasts.over_probability) & (rows.points != rows.line)
    found: list[AgainstMarket] = []
    for window in (ALL, FROM_DECEMBER):
        inside = asked & from_december(rows) if window == FROM_DECEMBER else asked
        if inside.sum() < FEWEST_ROWS or (found and inside.sum() == found[0].rows):
            continue
        over, day = (rows.points > rows.line)[inside].astype(np.float64), rows.game_date[inside]
        own = log_losses(forecasts.over_probability[inside], over)
        market, later = (log_losses(p[inside], over) for p in (rows.market_probability, recalibrated))
        interval, known = mean_interval(own, day), np.isfinite(later)
        found.append(
            AgainstMarket(
                phase,
                window,
                forecasts.level,
                forecasts.system_id,
                int(inside.sum()),
                float(own.mean()),
                interval.low,
                interval.high,
                float(market.mean()),
                difference(own, market, day).t,
                int(known.sum()),
                float(later[known].mean()) if known.any() else float("nan"),
                difference(own, later, day).t,
            )
        )
    return tuple(found)


@dataclass(frozen=True)
class AfterMarketLoss:
    """Logarithmic loss of P(over) after the market, nats, beside the market's on the same lines; pushes are outside.

    The other columns are those of `AgainstMarket`.
    """

    phase: str
    level: Level
    system: str
    rows: int
    log_loss: float
    log_loss_own: float
    log_loss_market: float
    t_market: float
    recalibrated_rows: int
    log_loss_recalibrated: float
    t_recalibrated: float


def after_market_loss(
    phase: str, rows: Appearances, forecasts: Forecasts, recalibrated: FloatArray
) -> AfterMarketLoss | None:
    """Log loss after the market, None where there is no record of it.

    Args:
        phase: TUNING, TEST or live.
        rows: appearances.
        forecasts: of the same rows.
        recalibrated: (n,) the market's P(over), recalibrated; NaN where unknown.
    """
    inside = np.isfinite(rows.market_probability) & np.isfinite(forecasts.after_market) & (rows.points != rows.line)
    if inside.sum() < FEWEST_ROWS:
        return None
    over, day = (rows.points > rows.line)[inside].astype(np.float64), rows.game_date[inside]
    after, own, market, later = (
        log_losses(p[inside], over)
        for p in (forecasts.after_market, forecasts.over_probability, rows.market_probability, recalibrated)
    )
    known = np.isfinite(later)
    return AfterMarketLoss(
        phase,
        forecasts.level,
        forecasts.system_id,
        int(inside.sum()),
        float(after.mean()),
        float(own.mean()),
        float(market.mean()),
        difference(after, market, day).t,
        int(known.sum()),
        float(later[known].mean()) if known.any() else float("nan"),
        difference(after, later, day).t,
    )


def from_december(rows: Appearances) -> BoolArray:
    """Rows from 1 December of their season on, (n,)."""
    start = np.array([f"{str(season)[:4]}-{_DECEMBER}-01" for season in rows.season], dtype="datetime64[D]")
    late: BoolArray = rows.game_date >= start
    return late


def recalibrated_market(statements: Statements, rows: Appearances) -> FloatArray:
    """The market's P(over) with slope and intercept learned before each month of the rows, (n,).

    NaN where fewer than 1,000 earlier lines had both prices, and where a row's own does not.
    """
    found = np.full(len(rows), np.nan)
    quoted = np.isfinite(rows.over_price) & np.isfinite(rows.under_price)
    if not quoted.any():
        return found
    past = statements.columns(_PRICED, {"before": rows.game_date[quoted].max().item()})
    odds = log_odds(
        no_vig_probability_over(
            decimal_odds(past["over_price"].astype(np.float64)), decimal_odds(past["under_price"].astype(np.float64))
        )
    )
    over = (past["points"] > past["line"]).astype(np.float64)
    design = np.column_stack([np.ones(len(odds)), odds])
    for month in np.unique(rows.month[quoted].astype(str)):
        earlier = past["game_date"] < np.datetime64(f"{month}-01")
        if earlier.sum() < FEWEST_PRICED:
            continue
        intercept, slope = logistic_coefficients(design[earlier], over[earlier])
        inside = quoted & (rows.month == month)
        found[inside] = expit(intercept + slope * log_odds(rows.market_probability[inside]))
    return found
