"""Frames with a known relation, for the systems that learn."""

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.forecast.features import features
from hoopcast.forecast.frame import Frame, Outcome
from hoopcast.forecast.system import Level


def known_relation(level: Level, rows: int = 3000, seed: int = 1) -> tuple[Frame, Outcome, FloatArray]:
    """A frame, what happened in it and the true means: form and absent team-mates count, the rest is noise.

    Args:
        level: whose features the frame has.
        rows: appearances, fifteen a date.
        seed: of the noise.
    """
    draw = np.random.default_rng(seed)
    columns = {name: draw.normal(size=rows) for name in features(level)}
    form = draw.gamma(4.0, 2.5, rows)
    absent = draw.normal(0.0, 20.0, rows)
    columns["points_weighted_8"] = form
    columns["points_avg_season"] = form
    columns["teammates_minutes_change_history"] = absent
    columns["minutes_deviation_16"] = draw.uniform(2, 9, rows)
    columns["points_avg_vs_opponent"] = np.where(draw.random(rows) < 0.4, np.nan, form)
    if "is_quoted" in columns:
        columns["is_quoted"] = (form > 8).astype(np.float64)
    mean = np.maximum(1 + 0.9 * form - 0.2 * absent * (form > 8), 0.5)
    points = draw.negative_binomial(mean / 2, 1 / 3).astype(np.float64)
    day = np.arange(rows) // 15
    frame = Frame(
        np.array([f"00221{one:05d}" for one in day], dtype=object),
        np.arange(rows, dtype=np.int64),
        np.datetime64("2021-10-19") + day.astype("timedelta64[D]"),
        columns,
    )
    return frame, Outcome(points, np.full(rows, 24.0)), mean
