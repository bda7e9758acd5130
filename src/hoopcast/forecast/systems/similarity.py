"""Similarity: what happened in the most similar earlier player-games, relative to form, will happen again.

An appearance is a point in thirteen dimensions: form, minutes and their trend, role, absence and rest before it, venue,
opponent, pace, and what absent team-mates leave, each in standard deviations times a weight. A library of earlier ones,
drawn evenly from all of them by the hash of their keys, is searched within a radius; a comparable counts the more, the
nearer it is (Epanechnikov's kernel). What is carried over is not its points but how far they lay above or below the
form of the day in standard deviations, so that a star, who has few equals, keeps his own level. Few comparables
count for little: mean and variance are drawn to the form's. The distribution is a negative binomial with those two
moments.
"""

import base64
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hoopcast.arrays import FloatArray, IntArray
from hoopcast.errors import ForecastError
from hoopcast.forecast.cancellation import heed
from hoopcast.forecast.distribution import LOWEST_MEAN, guarded
from hoopcast.forecast.frame import Distributions, Document, Frame, Outcome, Reasons
from hoopcast.forecast.regression import filled, fit_plane, fit_variance, plane, rounded_list, variance_at
from hoopcast.forecast.seeded_noise import row_uniform
from hoopcast.forecast.system import Level, Summary, System

COLUMNS = (
    "points_ewma",
    "points_avg_season",
    "points_avg_last_10",
    "points_per_minute_ewma",
    "minutes_ewma",
    "minutes_change",
    "past_starter_share",
    "games_missed_streak",
    "days_rest",
    "home_away",
    "opponent_def_rating",
    "games_played_season",
    "teammates_points_change_history",
    "minutes_share_history",
    "pace_score",
    "ts_pct_last_10",
)
LIBRARY = 8_000
RADIUS = 2.0
# Comparables of full weight that the form itself counts for.
FORM_COUNTS_FOR = 30.0
# Weights of the dimensions, by the score of 2020-21 after 2018-19 and 2019-20.
WEIGHTS = (0.7, 0.8, 0.8, 0.3, 1.0, 0.4, 0.3, 0.5, 0.3, 0.6, 0.5, 0.4, 1.0)
_DIMENSIONS = (
    "form",
    "minutes",
    "trend of minutes",
    "role",
    "games missed",
    "rest",
    "home court",
    "opponent's rating",
    "games this season",
    "points of absent team-mates",
    "pace",
    "true shooting",
    "minutes of absent team-mates",
)
_NAMED = 3
_FORM = "like {1} ({2:.0f}), {3} ({4:.0f}), {5} ({6:.0f})"
_CHUNK = 128
_EPOCH = np.datetime64("1970-01-01", "D")


@dataclass(frozen=True)
class _Library:
    """Earlier appearances: where they lie, (m, k), what happened, (m,), and which they were."""

    places: FloatArray
    surprise: FloatArray
    player_id: IntArray
    day: IntArray
    points: IntArray


def columns(_level: Level) -> tuple[str, ...]:
    """Features that it reads."""
    return COLUMNS


def train(frame: Frame, outcome: Outcome, _level: Level) -> Document:
    """What form says, the scale of each dimension, and the library."""
    terms = _form_terms(frame)
    form = fit_plane(terms, outcome.points, 1 / (8 + 2.6 * terms[:, 1]))
    expected = np.maximum(form.at(terms), LOWEST_MEAN)
    dispersion = fit_variance(expected, outcome.points)
    dimensions = _dimensions(frame, expected)
    scale = dimensions.std(axis=0)
    # Drawn by hash, so that the same appearances stay in it from refit to refit as long as they can.
    drawn = np.sort(np.argsort(row_uniform(frame.game_id, frame.player_id, "similarity"), kind="stable")[:LIBRARY])
    surprise = (outcome.points - expected) / np.sqrt(variance_at(dispersion, expected))
    return {
        "form": form.document(),
        "dispersion": dispersion,
        "centre": rounded_list(dimensions.mean(axis=0)),
        "scale": rounded_list(np.where(scale > 0, scale, 1)),
        "dimensions": _text(dimensions[drawn].astype("<f4")),
        "surprise": _text(surprise[drawn].astype("<f4")),
        "player_id": _text(frame.player_id[drawn].astype("<i4")),
        "day": _text((frame.game_date[drawn] - _EPOCH).astype("<i4")),
        "points": _text(outcome.points[drawn].astype("<i4")),
        "rows": len(frame),
    }


def forecast(frame: Frame, document: Document | None, level: Level) -> Distributions:
    """Distributions with the moments of the comparables, and the three nearest of them as reasons."""
    if document is None:
        raise ForecastError(f"similarity_{level} forecasts by what it learned, and was given nothing; train it first")
    expected = np.maximum(plane(document["form"]).at(_form_terms(frame)), LOWEST_MEAN)
    variance = variance_at(document["dispersion"], expected)
    library = _library(document)
    shift, stretch, nearest = _compared(_places(_dimensions(frame, expected), document), library)
    mean, variances = guarded(expected + np.sqrt(variance) * shift, variance * stretch)
    return Distributions(mean, variances, _reasons(library, nearest))


def _form_terms(frame: Frame) -> FloatArray:
    known = frame.columns
    season = filled(known["points_avg_season"])
    by_minutes = known["minutes_ewma"] * known["points_per_minute_ewma"]
    return np.column_stack(
        [
            filled(known["points_ewma"], season),
            season,
            filled(known["points_avg_last_10"], season),
            filled(by_minutes, season),
        ]
    )


def _dimensions(frame: Frame, expected: FloatArray) -> FloatArray:
    """Where appearances lie before they are standardised, (n, 13)."""
    known = frame.columns
    return np.column_stack(
        [
            np.sqrt(expected),
            filled(known["minutes_ewma"], 14.0),
            filled(known["minutes_change"]),
            filled(known["past_starter_share"]),
            np.log1p(filled(known["games_missed_streak"])),
            filled(known["days_rest"], 7.0),
            filled(known["home_away"], 0.5),
            filled(known["opponent_def_rating"], 110.0),
            np.sqrt(filled(known["games_played_season"])),
            -filled(known["teammates_points_change_history"]),
            filled(known["pace_score"]),
            filled(known["ts_pct_last_10"], 0.54),
            filled(known["minutes_share_history"] - known["minutes_ewma"]),
        ]
    )


def _places(dimensions: FloatArray, document: Document) -> FloatArray:
    places: FloatArray = (dimensions - np.array(document["centre"])) / np.array(document["scale"]) * np.array(WEIGHTS)
    return places


def _compared(places: FloatArray, library: _Library) -> tuple[FloatArray, FloatArray, IntArray]:
    """Mean of the surprises of each row's comparables, their variance, and the three nearest, (n,), (n,), (n, 3)."""
    rows = len(places)
    # Blocks of one size, the last one filled up: a row comes out the same whatever stands beside it.
    padded = np.zeros((-(-rows // _CHUNK) * _CHUNK, places.shape[1]))
    padded[:rows] = places
    # 1 - distance^2 / radius^2 as one product.
    queries = np.column_stack([padded * 2 / RADIUS**2, 1 - (padded**2).sum(axis=1) / RADIUS**2, np.ones(len(padded))])
    lengths = (library.places**2).sum(axis=1)
    earlier = np.column_stack([library.places, np.ones(len(lengths)), -lengths / RADIUS**2]).T.copy()
    powers = np.column_stack([np.ones(len(lengths)), library.surprise, library.surprise**2])
    sums, effective = np.empty((len(padded), 3)), np.empty(len(padded))
    nearest = np.empty((len(padded), _NAMED), dtype=np.int64)
    near = np.empty((_CHUNK, len(lengths)))
    for start in range(0, len(padded), _CHUNK):
        heed()
        block = slice(start, start + _CHUNK)
        np.matmul(queries[block], earlier, out=near)
        nearest[block] = _largest(near)
        np.maximum(near, 0, out=near)
        sums[block] = near @ powers
        effective[block] = np.einsum("ij,ij->i", near, near)
    weight, first, second = sums[:rows].T
    some = np.maximum(weight, np.finfo(np.float64).tiny)
    counts = weight**2 / np.maximum(effective[:rows], np.finfo(np.float64).tiny)
    trust = counts / (counts + FORM_COUNTS_FOR)
    mean = first / some
    variance = np.maximum(second / some - mean**2, 0)
    return trust * mean, trust * variance + (1 - trust), nearest[:rows]


def _largest(near: FloatArray) -> IntArray:
    """Places of the three largest of each row, the largest first."""
    largest = np.empty((len(near), _NAMED), dtype=np.int64)
    values = np.empty((len(near), _NAMED))
    rows = np.arange(len(near))
    for place in range(_NAMED):
        largest[:, place] = near.argmax(axis=1)
        values[:, place] = near[rows, largest[:, place]]
        near[rows, largest[:, place]] = -np.inf
    near[rows[:, None], largest] = values
    return largest


def _reasons(library: _Library, nearest: IntArray) -> Reasons:
    """`like 203999 on 2021-02-03 (27), ...`; each comparable is put into words once."""
    used, place = np.unique(nearest, return_inverse=True)
    days = (_EPOCH + library.day[used]).tolist()
    texts = [f"{player} on {day}" for player, day in zip(library.player_id[used].tolist(), days, strict=True)]
    return Reasons(
        np.full(len(nearest), _FORM, dtype=object),
        np.zeros(len(nearest)),
        np.array(texts, dtype=object)[place.reshape(nearest.shape)],
        library.points[nearest].astype(np.float64),
    )


def _library(document: Document) -> _Library:
    surprise = _numbers(document["surprise"], "<f4").astype(np.float64)
    dimensions = _numbers(document["dimensions"], "<f4").astype(np.float64).reshape(len(surprise), -1)
    return _Library(
        _places(dimensions, document),
        surprise,
        *(_numbers(document[name], "<i4").astype(np.int64) for name in ("player_id", "day", "points")),
    )


def _text(values: NDArray[np.generic]) -> str:
    return base64.b64encode(values.tobytes()).decode("ascii")


def _numbers(text: str, kind: str) -> NDArray[np.generic]:
    return np.frombuffer(base64.b64decode(text), dtype=kind)


def summary(document: Document) -> Summary:
    """What the dimensions weigh in a distance, and the error of the form that comparables correct."""
    squares = np.array(WEIGHTS) ** 2
    return Summary(
        "share of the squared distance between two appearances, on average",
        dict(zip(_DIMENSIONS, (squares / squares.sum()).tolist(), strict=True)),
        {"of form alone: mean absolute error on its own rows, points": document["dispersion"]["error"]},
    )


SYSTEM = System(
    name="similarity",
    title="what happened in the most similar earlier player-games will happen again",
    levels=("history",),
    columns=columns,
    train=train,
    forecast=forecast,
    summary=summary,
    limits=(
        f"It looks among {LIBRARY:,} earlier appearances at most: who has few equals there falls back on his form.",
        "Who he is it does not know: two players of the same numbers are the same to it.",
        "Weights of the dimensions are constants, chosen on 2020-21, not learned at a refit.",
    ),
)
