"""Calibration: whether observed frequencies are the probabilities that were forecast."""

from dataclasses import asdict, dataclass

import numpy as np

from hoopcast.evaluation.accuracy import FEWEST_ROWS
from hoopcast.evaluation.populations import Appearances, Forecasts, Population
from hoopcast.evaluation.scores import (
    BINS,
    calibration_error,
    calibration_error_limit,
    coverage,
    log_losses,
    logistic_fit,
    pit_distance,
    pit_distance_limit,
    pit_histogram,
    reliability,
    within_surest,
)
from hoopcast.forecast.system import Level

OWN_AVERAGE, AT_THE_LINE = "own average", "the line"


@dataclass(frozen=True)
class Calibration:
    """Calibration of a system on a population.

    `coverage_50` and so on are the shares of outcomes inside the central intervals, exact by randomised PIT, and
    `pit_shares` those in each tenth of it; `pit_distance` is how far these are from flat, with the limit that
    calibrated forecasts stay below in 95 of 100 samples of this size. The rest is about P(over) at `line`: the line
    of the market on PROP, elsewhere a line beside his own average. `calibration_error` is in ten bins of equal mass,
    beside its limit; `forecast_probability` and
    `observed_frequency` are those of the bins. `slope` and `intercept` are of the logistic regression of
    overs on log odds, 1 and 0 if calibrated, with 95 % intervals clustered by day.
    """

    phase: str
    population: Population
    level: Level
    system: str
    rows: int
    coverage_50: float
    coverage_80: float
    coverage_95: float
    pit_shares: tuple[float, ...]
    pit_distance: float
    pit_distance_limit: float
    line: str
    line_rows: int
    calibration_error: float
    calibration_error_limit: float
    forecast_probability: tuple[float, ...]
    observed_frequency: tuple[float, ...]
    slope: float
    slope_low: float
    slope_high: float
    intercept: float
    intercept_low: float
    intercept_high: float
    log_loss: float


def calibration(phase: str, population: Population, rows: Appearances, forecasts: Forecasts) -> Calibration | None:
    """Calibration on a population, or None for too few rows.

    Args:
        phase: TUNING, TEST or live.
        population: whose rows are scored.
        rows: appearances.
        forecasts: of the same rows.
    """
    inside = rows.population(population)
    pit = forecasts.pit[inside & np.isfinite(forecasts.pit)]
    if population == "PROP":
        line, over_probability = rows.line, forecasts.over_probability
    else:
        line, over_probability = rows.own_average_line(), forecasts.own_average_probability
    with_line = inside & np.isfinite(over_probability) & (rows.points != line)
    if len(pit) < FEWEST_ROWS or with_line.sum() < FEWEST_ROWS:
        return None
    probability, over = within_surest(over_probability[with_line]), (rows.points > line)[with_line].astype(np.float64)
    bins = reliability(probability, over)
    shares = pit_histogram(pit)
    return Calibration(
        phase,
        population,
        forecasts.level,
        forecasts.system_id,
        rows=len(pit),
        coverage_50=coverage(pit, 0.5),
        coverage_80=coverage(pit, 0.8),
        coverage_95=coverage(pit, 0.95),
        pit_shares=tuple(shares.tolist()),
        pit_distance=pit_distance(shares),
        pit_distance_limit=pit_distance_limit(len(pit), BINS),
        line=AT_THE_LINE if population == "PROP" else OWN_AVERAGE,
        line_rows=int(with_line.sum()),
        calibration_error=calibration_error(bins),
        calibration_error_limit=calibration_error_limit(bins),
        forecast_probability=tuple(bins.probability.tolist()),
        observed_frequency=tuple(bins.frequency.tolist()),
        **asdict(logistic_fit(probability, over, rows.game_date[with_line])),
        log_loss=float(log_losses(probability, over).mean()),
    )
