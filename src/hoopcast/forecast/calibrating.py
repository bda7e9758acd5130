"""Recalibration at each refit: a system's own forecasts of earlier dates against what then happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import cast

import numpy as np

from hoopcast.arrays import DateArray, FloatArray, IntArray
from hoopcast.errors import ForecastError, ModelError
from hoopcast.forecast.distribution import transforms
from hoopcast.forecast.documents import redo, refuse_lost
from hoopcast.forecast.recalibration import BandRow, Recalibration, from_rows, is_identity, learn, to_rows
from hoopcast.forecast.seeded_noise import row_uniform
from hoopcast.forecast.training_window import first_season
from hoopcast.pipeline.node import Asked
from hoopcast.warehouse.engine import ColumnsOf, Statements, Value

_COLUMNS = (
    "system_id",
    "season",
    "refit_date",
    "band",
    "low_mean",
    "high_mean",
    "knots",
    "forecasts",
    "learned_until",
)
_PAST = """
SELECT CAST(l.game_id AS BIGINT) AS game_id, l.player_id, l.game_date, l.nb_mean, l.nb_variance, g.points
FROM nba_predictions.forecast_distribution AS l
INNER JOIN nba_analytics.player_game_summary AS g
    ON g.game_id = l.game_id AND g.player_id = l.player_id AND g.played_flag
WHERE l.system_id = $system_id AND l.market = 'points' AND l.game_date < $before
    AND l.season >= $first_season
ORDER BY l.game_date, l.game_id, l.player_id
"""
_STORED = """
SELECT refit_date, low_mean, high_mean, knots FROM nba_predictions.calibration
WHERE system_id = $system_id AND season = $season AND refit_date <= $last
ORDER BY refit_date, band
"""


@dataclass(frozen=True)
class Calibrations:
    """Recalibrations of a system in a season, each from its refit date on; none before the first."""

    system_id: str
    refits: DateArray
    maps: tuple[Recalibration, ...]

    def place(self, day: DateArray) -> "np.typing.NDArray[np.intp]":
        """Number of the recalibration of each date, -1 for none."""
        return np.searchsorted(self.refits, day, side="right") - 1

    def parts(self, day: DateArray) -> Iterator[tuple[IntArray, str, Recalibration | None]]:
        """Places among (n,) dates for which one recalibration holds, its `calibration_id`, and itself, one by one."""
        place = self.place(day)
        for number in np.unique(place).tolist():
            yield np.flatnonzero(place == number), self.name(number), self.maps[number] if number >= 0 else None

    def name(self, place: int) -> str:
        """The `calibration_id` of a recalibration by its number."""
        return "identity" if place < 0 else f"{self.system_id}@{self.refits[place]}"

    def named(self, calibration_id: str) -> Recalibration | None:
        """The recalibration of a `calibration_id`, None for the identity.

        Raises:
            ForecastError: if it is not there.
        """
        if calibration_id == "identity":
            return None
        names = [self.name(place) for place in range(len(self.maps))]
        if calibration_id not in names:
            raise ForecastError(
                f"no calibration '{calibration_id}', which forecasts name; `hoopcast backfill predictions/"
                f"{self.system_id} --stage all --no-resume` forecasts anew"
            )
        return self.maps[names.index(calibration_id)]


def recalibrations(statements: Statements, asked: Asked, system_id: str) -> ColumnsOf:
    """Rows of `nba_predictions.calibration`: one a band for each refit with enough forecasts before it."""
    rows = list(_recalibrations(statements, asked, system_id))
    return {name: np.array([row[place] for row in rows], dtype=object) for place, name in enumerate(_COLUMNS)}


def _recalibrations(statements: Statements, asked: Asked, system_id: str) -> Iterator[tuple[Value, ...]]:
    past = statements.columns(
        _PAST, {"system_id": system_id, "before": asked.dates[-1], "first_season": first_season(asked.season)}
    )
    mean: FloatArray = past["nb_mean"].astype(np.float64)
    uniform = row_uniform(past["game_id"], past["player_id"].astype(np.int64), system_id)
    points = past["points"].astype(np.float64)
    pit = transforms(mean, past["nb_variance"].astype(np.float64), points, uniform)
    for refit in asked.dates:
        known = past["game_date"] < np.datetime64(refit)
        recalibration = learn(mean[known], pit[known])
        if is_identity(recalibration):
            continue
        until = past["game_date"][known][-1].item()
        for band, row in enumerate(to_rows(recalibration)):
            yield (
                system_id,
                asked.season,
                str(refit),
                band,
                row.low_mean,
                row.high_mean,
                row.knots,
                int(known.sum()),
                str(until),
            )


def read_calibrations(statements: Statements, asked: Asked, system_id: str) -> Calibrations:
    """Recalibrations of a system that stand in the warehouse for these dates.

    Raises:
        ForecastError: if one of them can not be read, or is there no longer.
    """
    stored = statements.query(_STORED, {"system_id": system_id, "season": asked.season, "last": asked.dates[-1]}).rows
    bands: dict[date, list[BandRow]] = {}
    for refit, low, high, knots in stored:
        bands.setdefault(cast("date", refit), []).append(BandRow(float(str(low)), float(str(high)), str(knots)))
    refuse_lost(statements, asked, ("calibration", system_id), {refit: len(rows) for refit, rows in bands.items()})
    maps = tuple(_readable(system_id, refit, rows) for refit, rows in bands.items())
    return Calibrations(system_id, np.array(list(bands), dtype="datetime64[D]"), maps)


def _readable(system_id: str, refit: date, rows: list[BandRow]) -> Recalibration:
    try:
        return from_rows(rows)
    except (ModelError, IndexError, TypeError, ValueError) as error:
        raise ForecastError(
            f"the calibration {system_id} of {refit} can not be read ({str(error).partition(';')[0]}); "
            f"{redo('calibration', system_id, refit)}"
        ) from error
