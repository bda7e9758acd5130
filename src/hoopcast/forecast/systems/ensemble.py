"""Ensemble: members that err in different ways forecast better together; one that does not help gets nothing.

The forecast is the mixture of the members' distributions under weights that are not negative and add to one, as the
negative binomial with the mixture's mean and its variance times a learned scale. At the level `line` a shift in points
joins them, because the median of points lies below the line. Weights, scale and shift are those of the least mean CRPS
of past forecasts, each made before its game (sequential quadratic programming from even weights); a weight below a
fiftieth is nought. Where a member gave no distribution, the others share its weight.
"""

from dataclasses import replace

import numpy as np

from hoopcast.arrays import BoolArray, FloatArray
from hoopcast.errors import ForecastError
from hoopcast.forecast.cancellation import heed
from hoopcast.forecast.crps_table import crps_with_slopes
from hoopcast.forecast.distribution import guarded, mixture_moments
from hoopcast.forecast.frame import CAUSES, Distributions, Document, Frame, Outcome, Reasons, no_reasons
from hoopcast.forecast.regression import rounded
from hoopcast.forecast.seeded_noise import row_uniform
from hoopcast.forecast.system import Level, Summary, System

_OF_HISTORY = ("moving_average", "zone_matchup", "similarity")
_OF_EVERY_LEVEL = ("minutes_rate", "linear", "gradient_boosting")
LEAST_WEIGHT = 0.02
LEAST_ROWS = 500
MOST_ROWS = 20_000
SCALES = (0.6, 1.6)
SHIFTS = (-3.0, 3.0)
_LEAST_VARIANCE = 1e-3
_MEMBERS = ("{1} {2:.1f}", "{3} {4:.1f}", "{5} {6:.1f}")


def columns(_level: Level) -> tuple[str, ...]:
    """It reads distributions alone."""
    return ()


def members(level: Level) -> tuple[str, ...]:
    """Systems whose distributions it mixes: those of its level, and of `history` where there is no other."""
    own = "market" if level == "line" else level
    mixed = (*(f"{name}_history" for name in _OF_HISTORY), *(f"{name}_{own}" for name in _OF_EVERY_LEVEL))
    return ("market_line", *mixed) if level == "line" else mixed


def train(frame: Frame, outcome: Outcome, level: Level) -> Document:
    """Weights, scale of the variance and, at the level `line`, shift, of the least CRPS."""
    names = members(level)
    means, variances = _distributions(frame, names)
    taking_part, whole = _common_rows(np.isfinite(means) & np.isfinite(variances))
    rows = int(whole.sum())
    if rows < LEAST_ROWS:
        even = {name: rounded(1 / len(names)) for name in names}
        return {"weights": even, "variance_scale": 1.0, "shift": 0.0, "rows": rows}
    drawn = np.flatnonzero(whole)
    order = np.argsort(row_uniform(frame.game_id[drawn], frame.player_id[drawn], f"ensemble_{level}"), kind="stable")
    drawn = np.sort(drawn[order[:MOST_ROWS]])
    weights = np.zeros(len(names))
    weights[taking_part], scale, shift, score = _least_crps(
        means[drawn][:, taking_part], variances[drawn][:, taking_part], outcome.points[drawn], shifted=level == "line"
    )
    return {
        "weights": {name: rounded(weight) for name, weight in zip(names, weights.tolist(), strict=True)},
        "variance_scale": rounded(scale),
        "shift": rounded(shift),
        "rows": rows,
        "crps": rounded(score),
    }


def forecast(frame: Frame, document: Document | None, level: Level) -> Distributions:
    """Distributions that stand for the mixtures; NaN where no member gave one."""
    if document is None:
        raise ForecastError(f"ensemble_{level} forecasts by what it learned, and was given nothing; train it first")
    names = members(level)
    means, variances = _distributions(frame, names)
    present = np.isfinite(means) & np.isfinite(variances)
    weights = present * np.array([float(document["weights"][name]) for name in names])
    # Where none of those with weight gave a distribution, those without it speak.
    weights = np.where(weights.sum(axis=1, keepdims=True) > 0, weights, present)
    total = weights.sum(axis=1, keepdims=True)
    shares = weights / np.where(total > 0, total, np.nan)
    mean, variance = mixture_moments(np.where(present, means, 0), np.where(present, variances, 0), shares)
    mean, variance = guarded(mean + document["shift"], document["variance_scale"] * variance)
    return Distributions(mean, variance, _reasons(names, means, shares))


def _distributions(frame: Frame, names: tuple[str, ...]) -> tuple[FloatArray, FloatArray]:
    distributions = [frame.members[name] for name in names]
    return np.column_stack([one.mean for one in distributions]), np.column_stack(
        [one.variance for one in distributions]
    )


def _common_rows(present: BoolArray) -> tuple[BoolArray, BoolArray]:
    """Members that have forecast at least half as often as the busiest one, and rows that all of those have."""
    count = present.sum(axis=0)
    taking_part = (count > 0) & (2 * count >= count.max(initial=0))
    return taking_part, present[:, taking_part].all(axis=1) & taking_part.any()


def _least_crps(
    means: FloatArray, variances: FloatArray, points: FloatArray, *, shifted: bool
) -> tuple[FloatArray, float, float, float]:
    """Weights, scale, shift and their mean CRPS."""
    parts = means.shape[1]

    def loss(asked: FloatArray) -> tuple[float, FloatArray]:
        weights, scale, shift = asked[:parts], asked[parts], asked[parts + 1]
        mean = means @ weights
        variance = np.maximum((variances + means**2) @ weights - mean**2, _LEAST_VARIANCE)
        heed()
        score, by_mean, by_variance = crps_with_slopes(mean + shift, scale * variance, points)
        moved = variances + means**2 - 2 * mean[:, None] * means
        by_weight = (by_mean @ means + scale * by_variance @ moved) / len(points)
        return float(score.mean()), np.array([*by_weight, (by_variance * variance).mean(), by_mean.mean()])

    of_sum = np.array([*np.ones(parts), 0.0, 0.0])
    from scipy.optimize import LinearConstraint, minimize  # noqa: PLC0415 - takes half a second; needed to train alone

    result = minimize(
        loss,
        np.array([*(of_sum[:parts] / parts), 1.0, 0.0]),
        jac=True,
        bounds=[*[(0.0, 1.0)] * parts, SCALES, SHIFTS if shifted else (0.0, 0.0)],
        method="SLSQP",
        constraints=LinearConstraint(of_sum, 1.0, 1.0),
        options={"ftol": 1e-7, "maxiter": 40},
    )
    best = np.asarray(result.x, dtype=np.float64)
    weights = np.where(best[:parts] < LEAST_WEIGHT, 0, best[:parts])
    best = np.array([*(weights / weights.sum()), *best[parts:]])
    return best[:parts], float(best[parts]), float(best[parts + 1]), loss(best)[0]


def _reasons(names: tuple[str, ...], means: FloatArray, shares: FloatArray) -> Reasons:
    """`minutes_rate_news 14.2; ...`: means of the three members that weigh most in a row."""
    found = no_reasons(len(means))
    order = np.argsort(-np.nan_to_num(shares), axis=1, kind="stable")[:, :CAUSES]
    weigh = np.take_along_axis(np.nan_to_num(shares), order, axis=1) > 0
    causes, amounts = found.causes[:, : order.shape[1]], found.amounts[:, : order.shape[1]]
    causes[weigh] = np.array(names, dtype=object)[order[weigh]]
    amounts[weigh] = np.floor(np.take_along_axis(means, order, axis=1)[weigh] * 10 + 0.5) / 10
    forms = np.array([None, *("; ".join(_MEMBERS[:count]) for count in range(1, CAUSES + 1))], dtype=object)
    return replace(found, form=forms[weigh.sum(axis=1)])


def summary(document: Document) -> Summary:
    """Weights of the members, and the score of the mixture on the forecasts that they were chosen on."""
    what = "mean CRPS of the past forecasts that weights were chosen on, points"
    scores = {what: document["crps"]} if "crps" in document else {}
    return Summary("weight in the mixture", document["weights"], scores)


SYSTEM = System(
    name="ensemble",
    title="members that err in different ways forecast better together",
    levels=("history", "news", "market", "line"),
    columns=columns,
    train=train,
    forecast=forecast,
    members=members,
    summary=summary,
    limits=(
        "It knows nothing that no member knows, and a fault that all of them share stays.",
        "One set of weights serves stars and bench, October and April.",
        f"With fewer than {LEAST_ROWS} past forecasts that its members share, all of them weigh the same.",
    ),
)
