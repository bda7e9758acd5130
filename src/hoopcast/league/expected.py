"""What a perfectly informed observer expects of each game and man before tip-off."""

from dataclasses import dataclass

import numpy as np

from hoopcast.league.absences import Appearances
from hoopcast.league.columns import Floats
from hoopcast.league.play import Rates
from hoopcast.league.rosters import Dressed

# Overtime lengthens the mean game: about one game in twenty by a tenth.
_OVERTIME = 1.0055


@dataclass(frozen=True, slots=True)
class Expected:
    """Expectations given who is fit (team-games x places, `team_points` per team-game).

    Attributes:
        points: points of the man if he plays; of the absent too, as if he alone came back.
        minutes: minutes of the man if he plays; of the absent too.
        team_points: points of the team.
    """

    points: Floats
    minutes: Floats
    team_points: Floats


def expect(dressed: Dressed, appearances: Appearances, rates: Rates) -> Expected:
    """Expected minutes and points before tip-off.

    Args:
        dressed: rosters by team-game.
        appearances: who is fit, how likely he plays and how long.
        rates: true rates.

    Returns:
        Expectations, overtime included.
    """
    minutes = np.where(appearances.absent, np.minimum(dressed.minutes_weight, 36.0), appearances.expected_minutes)
    use = minutes * dressed.usage
    likely = use * appearances.play_probability
    with_him = likely.sum(axis=1, keepdims=True) + use - likely
    share = np.where(use > 0, use / np.maximum(with_him, 1e-9), 0.0)
    points = share * (rates.plays * _OVERTIME)[:, None] * rates.points_per_play
    mean_share = likely / likely.sum(axis=1, keepdims=True)
    return Expected(
        points=points,
        minutes=minutes * _OVERTIME,
        team_points=(mean_share * rates.points_per_play).sum(axis=1) * rates.plays * _OVERTIME,
    )
