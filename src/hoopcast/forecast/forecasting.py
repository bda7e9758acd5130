"""The distribution of each expected player by one system: each month by what it had learned before."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import partial
from typing import cast

import numpy as np
from numpy.typing import NDArray

from hoopcast.arrays import DateArray
from hoopcast.forecast.cancellation import heed, obeying
from hoopcast.forecast.distribution import guarded
from hoopcast.forecast.documents import Outputs, load, refuse_lost
from hoopcast.forecast.frame import CAUSES, Distributions, Document, Frame, Reasons, no_reasons
from hoopcast.forecast.frames import forecast_frame
from hoopcast.forecast.system import Level, System
from hoopcast.forecast.training import distribution_outputs
from hoopcast.pipeline.node import Asked
from hoopcast.warehouse.engine import ColumnsOf, Statements


@dataclass(frozen=True)
class Learned:
    """What a system had learned at a refit: used from that date on, from games up to `trained_until`."""

    refit: date
    trained_until: date
    document: Document


def forecasts(statements: Statements, asked: Asked, system: System, level: Level) -> ColumnsOf:
    """Rows of `nba_predictions.forecast_distribution`."""
    # What was learned is looked at before the rows: without it there is nothing to do.
    learned = (
        None
        if system.train is None
        else learned_for(statements, asked, system.system_id(level), distribution_outputs(system, level))
    )
    frame = forecast_frame(statements, system, level, asked.dates)
    if learned is None:
        distributions, until = system.forecast(frame, None, level), np.full(len(frame), "NaT", dtype="datetime64[D]")
    else:
        frame, distributions, until = obeying(
            partial(statements.query, "SELECT 1"), partial(_by_refit, frame, system, level, learned)
        )
    mean, variance = guarded(distributions.mean, distributions.variance)
    return {
        "market": np.full(len(frame), "points", dtype=object),
        "game_id": frame.game_id,
        "player_id": frame.player_id,
        "system_id": np.full(len(frame), system.system_id(level), dtype=object),
        "season": np.full(len(frame), asked.season, dtype=object),
        "game_date": frame.game_date,
        "nb_mean": mean,
        "nb_variance": variance,
        "trained_until": np.where(np.isnat(until), frame.game_date - np.timedelta64(1, "D"), until),
        **_columns(distributions.reasons),
    }


def _columns(reasons: Reasons) -> ColumnsOf:
    found = {"reason_form": reasons.form, "baseline": reasons.baseline}
    for place in range(CAUSES):
        found[f"cause_{place + 1}"] = reasons.causes[:, place]
        found[f"amount_{place + 1}"] = reasons.amounts[:, place]
    return found


def learned_for(statements: Statements, asked: Asked, system_id: str, outputs: Outputs) -> list[Learned]:
    """What a system had learned for these dates, in order; each document is loaded once for all of them.

    Raises:
        ForecastError: if a document is not what it was when it was stored, or is there no longer.
    """
    rows = statements.query(
        """SELECT refit_date, trained_until, document, reference FROM nba_predictions.trained_model
        WHERE system_id = $system_id AND season = $season AND refit_date <= $last
            AND refit_date >= COALESCE((SELECT MAX(refit_date) FROM nba_predictions.trained_model
                WHERE system_id = $system_id AND season = $season AND refit_date <= $first), $first)
        ORDER BY refit_date""",
        {"system_id": system_id, "season": asked.season, "first": asked.dates[0], "last": asked.dates[-1]},
    ).rows
    refuse_lost(statements, asked, ("trained", system_id), Counter(cast("date", row[0]) for row in rows))
    return [
        Learned(
            cast("date", refit),
            cast("date", until),
            load(system_id, cast("date", refit), (str(document), str(expected)), outputs),
        )
        for refit, until, document, expected in rows
    ]


def refit_of(learned: Sequence[Learned], day: DateArray) -> NDArray[np.intp]:
    """Number of what had been learned last by each date, -1 for nothing."""
    refits = np.array([one.refit for one in learned], dtype="datetime64[D]")
    return np.searchsorted(refits, day, side="right") - 1


def _by_refit(
    frame: Frame, system: System, level: Level, learned: Sequence[Learned]
) -> tuple[Frame, Distributions, DateArray]:
    """Distributions of the rows for which something was learned before, and until when; a pass for each refit."""
    place = refit_of(learned, frame.game_date)
    able = frame.rows(place >= 0)
    place = place[place >= 0]
    mean, variance, reasons = np.full(len(able), np.nan), np.full(len(able), np.nan), no_reasons(len(able))
    until = np.array([one.trained_until for one in learned], dtype="datetime64[D]")[place]
    for number, one in enumerate(learned):
        heed()
        of_refit = place == number
        if of_refit.any():
            part = system.forecast(able.rows(of_refit), one.document, level)
            mean[of_refit], variance[of_refit] = part.mean, part.variance
            for field in fields(Reasons):
                getattr(reasons, field.name)[of_refit] = getattr(part.reasons, field.name)
    return able, Distributions(mean, variance, reasons), until
