"""Player-games made up from a talent, minutes and chance: what systems learn from in tests, without a warehouse."""

import json
from dataclasses import replace

import numpy as np

from hoopcast.arrays import BoolArray, FloatArray
from hoopcast.forecast.distribution import LOWEST_DISPERSION
from hoopcast.forecast.frame import Distributions, Document, Frame, Outcome, Reasons
from hoopcast.forecast.system import Level, System

ROWS = 900
A_DAY = 30
FIRST_DAY = np.datetime64("2018-10-16", "D")


def player_games(names: tuple[str, ...], rows: int = ROWS, seed: int = 1) -> tuple[Frame, Outcome]:
    """A frame with the named features, all of them told by talent and minutes or by chance, and what happened."""
    random = np.random.default_rng(seed)
    rate, minutes = random.uniform(0.25, 0.75, rows), random.uniform(8, 36, rows)
    columns = {name: _feature(name, rate, minutes, random) for name in names}
    played = np.clip(minutes + random.normal(0, 4, rows), 1, 44)
    points = random.poisson(rate * played * random.gamma(6, 1 / 6, rows)).astype(np.float64)
    place = np.arange(rows)
    frame = Frame(
        np.array([f"00218{one // 10:05d}" for one in place], dtype=object),
        2_000 + place % 150,
        FIRST_DAY + place // A_DAY,
        columns,
    )
    return frame, Outcome(points, played)


def with_feature(frame: Frame, **values: FloatArray | BoolArray | float) -> Frame:
    """The frame with other values of some features."""
    changed = {
        name: np.broadcast_to(np.asarray(value, dtype=np.float64), len(frame)).copy() for name, value in values.items()
    }
    return replace(frame, columns={**frame.columns, **changed})


def unknown(frame: Frame, kept: tuple[str, ...]) -> Frame:
    """The frame with all features unknown but those kept."""
    nothing = np.full(len(frame), np.nan)
    return replace(frame, columns={name: one if name in kept else nothing for name, one in frame.columns.items()})


def learned(system: System, level: Level, frame: Frame, outcome: Outcome) -> Document | None:
    """What a system learns; None for one that learns nothing."""
    return None if system.train is None else system.train(frame, outcome, level)


def assert_keeps_the_contract(system: System, level: Level) -> None:
    """What holds for every system at every level.

    The same frame gives the same document; its distributions survive JSON; it needs no column but those that it
    declares, and some of them may be unknown; a row's distribution does not depend on its neighbours; each row gets a
    distribution and a reason.
    """
    frame, outcome = player_games(system.columns(level))
    document = learned(system, level, frame, outcome)
    assert json.dumps(document) == json.dumps(learned(system, level, frame, outcome))
    distributions = system.forecast(frame, document, level)
    again = system.forecast(frame, json.loads(json.dumps(document, allow_nan=False)), level)
    assert np.array_equal(distributions.mean, again.mean)
    assert np.array_equal(distributions.variance, again.variance)
    assert words(distributions.reasons) == words(again.reasons)
    assert_are_distributions(distributions, len(frame))
    alone = system.forecast(frame.rows(np.arange(7, 12)), document, level)
    assert np.allclose(alone.mean, distributions.mean[7:12], rtol=0, atol=1e-9)
    assert np.allclose(alone.variance, distributions.variance[7:12], rtol=0, atol=1e-9)
    assert any(words(distributions.reasons))
    assert len(system.forecast(frame.rows(np.empty(0, dtype=np.int64)), document, level)) == 0


def assert_survives_the_unknown(system: System, level: Level, kept: tuple[str, ...]) -> None:
    """Distributions come out, learned and forecast, where nothing is known but the features kept."""
    frame, outcome = player_games(system.columns(level))
    bare = unknown(frame, kept)
    for known in (frame, bare):
        assert_are_distributions(system.forecast(bare, learned(system, level, known, outcome), level), len(frame))


def assert_are_distributions(distributions: Distributions, rows: int) -> None:
    """As many distributions as rows, each in the domain of distributions."""
    assert len(distributions) == len(distributions.variance) == len(words(distributions.reasons)) == rows
    assert np.isfinite(distributions.mean).all()
    assert (distributions.variance >= LOWEST_DISPERSION * distributions.mean * (1 - 1e-12)).all()


def words(reasons: Reasons) -> list[str]:
    """Reasons as a reader has them, as the view of the forecasts words them; empty for none."""
    causes, amounts = reasons.causes.tolist(), reasons.amounts.tolist()
    return [
        "" if form is None else form.format(start, *(part for pair in zip(*filling, strict=True) for part in pair))
        for form, start, *filling in zip(reasons.form.tolist(), reasons.baseline.tolist(), causes, amounts, strict=True)
    ]


def _feature(name: str, rate: FloatArray, minutes: FloatArray, random: np.random.Generator) -> FloatArray:
    """A value that a feature of this name may have."""
    rows = len(rate)
    noise = random.normal(0, 1, rows)
    known: dict[str, FloatArray] = {
        "games_missed_streak": random.integers(0, 4, rows).astype(np.float64),
        "days_rest": random.integers(1, 8, rows).astype(np.float64),
        "games_played_season": random.integers(0, 80, rows).astype(np.float64),
        "fatigue_score": random.uniform(50, 100, rows),
        "opponent_def_rating": 110 + 3 * noise,
        "implied_team_total": 110 + 5 * noise,
        "spread_magnitude": np.abs(5 * noise),
        "attempts_per_game_last_10": 0.8 * rate * minutes,
        "ts_pct_last_10": 0.55 + 0.05 * noise,
        "usage_rate_last_10": 0.4 * rate,
        "points_line": np.floor(rate * minutes) + 0.5,
        "over_price": np.where(random.random(rows) < 0.5, -110.0, 100.0 + random.integers(0, 20, rows)),
        "under_price": np.where(random.random(rows) < 0.5, -110.0, -130.0),
        "minutes_change": noise,
    }
    if name in known:
        return known[name]
    if "change" in name or "score" in name:
        return noise
    if "per_minute" in name or name.startswith("ppm"):
        return rate * (1 + 0.05 * noise)
    if name.startswith("points"):
        return rate * minutes * (1 + 0.1 * noise)
    if name.startswith("minutes"):
        return minutes + noise
    return (random.random(rows) < 0.5).astype(np.float64) if name in {"home_away", "is_quoted"} else random.random(rows)
