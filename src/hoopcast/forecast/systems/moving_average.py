"""Moving average: a player scores what he scored lately, a little less far from the middle, in the circumstances.

Half the mean of his last 5 games, three tenths of his last 10, a fifth of his season (each leaning on last season while
there are few games), drawn towards the league because a run of good games ends, and moved by rest, home, pace, the
opponent's zones and the team-mates who are there. It learns nothing and forecasts from the first date: the floor that
every other system must beat. Its mean error there was .012 less than that of weights with a half-life of 8 games in
2020-21, .030 less in 2019-20 and .013 more in 2018-19, the first season on record.

The constants below are least squares of points, less the average, on the terms of `_terms` with weights 1 / variance,
over the appearances of 2018-19 to 2020-21. What rest is worth is the share that the composite factors state: its own
slope comes out with the wrong sign there, because those who played yesterday are the ones in favour.
"""

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.forecast.distribution import guarded
from hoopcast.forecast.frame import Distributions, Document, Frame
from hoopcast.forecast.reasons import largest_contributions
from hoopcast.forecast.regression import filled, variance_at
from hoopcast.forecast.system import Level, System

COLUMNS = (
    "points_avg_last_5",
    "points_avg_last_10",
    "points_avg_season",
    "fatigue_score",
    "shot_zone_mismatch_score",
    "pace_score",
    "teammates_points_change_history",
    "home_away",
)
WEIGHTS = (0.5, 0.3, 0.2)
LEAN = 0.953  # points that everyone is given
DRAWN = -0.077  # share of his average that is taken for it
FATIGUE_SHARE = 0.004  # of his points at a fatigue score of 0, as in the composite factors
ZONES = 1.33  # per point of shot_zone_mismatch_score
PACE = 0.79  # per point of pace_score
COMPANY = -0.046  # per point that his team-mates bring above those of his last 10 games
HOME = 0.013  # share of his points between away and home
# Variance of points about these means, by `fit_variance` over the same appearances.
DISPERSION: Document = {"coefficients": [2.1283, 0.4766, 0.05845], "usual": []}
_LABELS = ("last 5 games", "last 10 games", "rest", "opponent's zones", "pace", "absent team-mates", "home court")


def columns(_level: Level) -> tuple[str, ...]:
    """Features that it reads."""
    return COLUMNS


def forecast(frame: Frame, _document: Document | None, _level: Level) -> Distributions:
    """Distributions whose mean is the adjusted moving average."""
    last_5, last_10, season = (frame.columns[name] for name in COLUMNS[:3])
    average = WEIGHTS[0] * last_5 + WEIGHTS[1] * last_10 + WEIGHTS[2] * season
    terms = _terms(frame, average)
    mean = LEAN + (1 + DRAWN) * average + terms.sum(axis=1)
    mean, variance = guarded(mean, variance_at(DISPERSION, mean))
    form = np.column_stack([WEIGHTS[0] * (last_5 - season), WEIGHTS[1] * (last_10 - season)])
    return Distributions(mean, variance, largest_contributions(np.hstack([(1 + DRAWN) * form, terms]), _LABELS, mean))


def _terms(frame: Frame, average: FloatArray) -> FloatArray:
    """Points that rest, zones, pace, company and home add, (n, 5); nothing where unknown."""
    tiredness = (100 - frame.columns["fatigue_score"]) / 100
    return filled(
        np.column_stack(
            [
                -FATIGUE_SHARE * tiredness * average,
                ZONES * frame.columns["shot_zone_mismatch_score"],
                PACE * frame.columns["pace_score"],
                COMPANY * frame.columns["teammates_points_change_history"],
                HOME * (frame.columns["home_away"] - 0.5) * average,
            ]
        )
    )


SYSTEM = System(
    name="moving_average",
    title="he scores what he scored lately",
    levels=("history",),
    columns=columns,
    train=None,
    forecast=forecast,
)
