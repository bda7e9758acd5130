"""What is true of each team: its pace and its defence by zone."""

from dataclasses import dataclass

import numpy as np

from hoopcast.league.columns import Floats, chance
from hoopcast.league.players import ZONES
from hoopcast.league.size import LeagueSize

_PACE_SPREAD = 0.021
_DEFENCE_SPREAD = np.array([0.031, 0.047, 0.038])
# Share of its style that a team keeps over the summer.
_KEPT = 0.65


@dataclass(frozen=True, slots=True)
class Styles:
    """True rates of the teams, one row a team.

    Attributes:
        pace: possessions relative to the league's; 1.02 = 2 % more.
        defence: multiplier of opponents' accuracy by zone; above 1 = weaker defence.
    """

    pace: Floats
    defence: Floats


def make_styles(seed: int, season: str, size: LeagueSize, before: Styles | None) -> Styles:
    """Draw the teams' styles of a season, close to those of the season before.

    Args:
        seed: seed of the league.
        season: such as `2021-22`.
        size: number of teams.
        before: styles of the season before, None for the first.

    Returns:
        Styles whose mean over the league is 1.
    """
    rng = chance(seed, season, "styles")
    deviation = np.column_stack(
        [
            _PACE_SPREAD * rng.standard_normal(size.teams),
            _DEFENCE_SPREAD * rng.standard_normal((size.teams, len(ZONES))),
        ]
    )
    if before is not None:
        old = np.column_stack([before.pace, before.defence]) - 1
        deviation = _KEPT * old + np.sqrt(1 - _KEPT**2) * deviation
    values = 1 + deviation - deviation.mean(axis=0)
    return Styles(pace=values[:, 0], defence=values[:, 1:])
