"""Accuracy of systems and simple rules by population, month, role, rest, venue and part of the season."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from hoopcast.arrays import BoolArray, FloatArray
from hoopcast.evaluation.populations import DIMENSIONS, Appearances, Forecasts, Population
from hoopcast.evaluation.scores import difference, mean_interval, mean_or_nan
from hoopcast.forecast.system import Level

# Scores of fewer rows say nothing.
FEWEST_ROWS = 50
MOVING_AVERAGE, MARKET = "moving_average_history", "market_line"


@dataclass(frozen=True)
class Accuracy:
    """How near a system came on a population; errors and CRPS in points, intervals of 95 % from resampling whole days.

    `covered` is the share of the population's `appearances` that it forecast (`rows`); `mae_filled` is the mean
    absolute error on all of them, rows that it left out filled with ewma8, and what systems are ranked by. `bias` is
    what was scored less what was forecast. The t are day-clustered Diebold-Mariano statistics of the absolute error
    against other forecasts, and of the CRPS where the name says so; below -2 it is better beyond chance.
    """

    phase: str
    population: Population
    level: Level
    system: str
    is_baseline: bool
    rows: int
    appearances: int
    covered: float
    mae: float
    mae_low: float
    mae_high: float
    mae_filled: float
    rmse: float
    bias: float
    crps: float
    crps_low: float
    crps_high: float
    log_score: float
    t_ewma8: float
    t_line: float
    t_moving_average: float
    t_market: float
    t_crps_moving_average: float
    t_crps_market: float


@dataclass(frozen=True)
class Slice:
    """Accuracy of a system on one value of a dimension; `mae_ewma8` is that of ewma8 on the same rows."""

    phase: str
    dimension: str
    value: str
    level: Level
    system: str
    rows: int
    mae: float
    mae_ewma8: float
    bias: float
    crps: float


def accuracy(
    phase: str,
    population: Population,
    rows: Appearances,
    forecasts: Forecasts,
    others: Mapping[str, Forecasts],
) -> Accuracy | None:
    """Accuracy on a population, or None for too few rows.

    Args:
        phase: TUNING, TEST or live.
        population: whose rows are scored.
        rows: appearances.
        forecasts: of the same rows.
        others: forecasts of the same rows to compare with, by system_id.
    """
    inside = rows.population(population)
    known = inside & np.isfinite(forecasts.median)
    if known.sum() < FEWEST_ROWS:
        return None
    points, day = rows.points, rows.game_date
    nothing = np.full(len(points), np.nan)
    loss, loss_ewma8 = np.abs(points - forecasts.median), np.abs(points - rows.ewma8)
    error = (points - forecasts.mean)[known]
    has_distribution = known & np.isfinite(forecasts.crps)

    def t(own: FloatArray, other: FloatArray) -> float:
        return difference(own[known], other[known], day[known]).t

    def losses(system_id: str) -> tuple[FloatArray, FloatArray]:
        other = others.get(system_id)
        return (nothing, nothing) if other is None else (np.abs(points - other.median), other.crps)

    moving_average, market = losses(MOVING_AVERAGE), losses(MARKET)
    return Accuracy(
        phase,
        population,
        forecasts.level,
        forecasts.system_id,
        forecasts.is_baseline,
        rows=int(known.sum()),
        appearances=int(inside.sum()),
        covered=float(known.sum() / inside.sum()),
        mae=float(loss[known].mean()),
        **mean_interval(loss[known], day[known]).ends("mae"),
        mae_filled=float(np.where(np.isfinite(forecasts.median), loss, loss_ewma8)[inside].mean()),
        rmse=float(np.sqrt((error**2).mean())),
        bias=float(error.mean()),
        crps=mean_or_nan(forecasts.crps[has_distribution]),
        **mean_interval(forecasts.crps[has_distribution], day[has_distribution]).ends("crps"),
        log_score=mean_or_nan(forecasts.log_score[has_distribution]),
        t_ewma8=t(loss, loss_ewma8),
        t_line=t(loss, np.abs(points - rows.line)),
        t_moving_average=t(loss, moving_average[0]),
        t_market=t(loss, market[0]),
        t_crps_moving_average=t(forecasts.crps, moving_average[1]),
        t_crps_market=t(forecasts.crps, market[1]),
    )


def slices(phase: str, rows: Appearances, forecasts: Forecasts) -> Iterator[Slice]:
    """Accuracy by every value of every dimension that has rows enough."""
    known = np.isfinite(forecasts.median)
    loss, loss_ewma8 = np.abs(rows.points - forecasts.median), np.abs(rows.points - rows.ewma8)
    error = rows.points - forecasts.mean
    for dimension, values in DIMENSIONS.items():
        column = rows.dimension(dimension)
        for value in values or tuple(np.unique(column[known].astype(str))):
            inside: BoolArray = known & (column == value)
            if inside.sum() < FEWEST_ROWS:
                continue
            crps = forecasts.crps[inside]
            yield Slice(
                phase,
                dimension,
                str(value),
                forecasts.level,
                forecasts.system_id,
                rows=int(inside.sum()),
                mae=float(loss[inside].mean()),
                mae_ewma8=float(loss_ewma8[inside].mean()),
                bias=float(error[inside].mean()),
                crps=mean_or_nan(crps[np.isfinite(crps)]),
            )
