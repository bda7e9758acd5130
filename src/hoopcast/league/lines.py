"""What to expect of each game and player before tip-off, and the lines of a market that knows it almost exactly.

The bookmaker's margin in them is known.
"""

import math
from dataclasses import dataclass

import numpy as np

from hoopcast.arrays import BoolArray, FloatArray, IntArray
from hoopcast.league.draws import Columns
from hoopcast.league.play import Rates
from hoopcast.league.rosters import Appearances, Rosters
from hoopcast.league.schedule import Games

# Overtime lengthens the mean game: about one game in twenty by a tenth.
_OVERTIME = 1.0055
# The market's errors: of a player's expected points (share), of a game's margin and total (points).
_POINTS_ERROR, _MARGIN_ERROR, _TOTAL_ERROR = 0.065, 1.8, 3.0
# Variance of a player's points given their expectation: a * mean + b * mean^2. Lines stand a little below the mean; the
# median of points lies further below it (share), which the prices make up for.
_VARIANCE = (1.55, 0.065)
_LINE_BELOW_MEAN, _MEDIAN_BELOW_MEAN = 0.1, 0.042
_GAME_SPREAD = 13.3
# Bookmaker's margin: sum of both sides' implied probabilities less 1.
_PLAYER_MARGIN, _PLAYER_MARGIN_SPREAD, _GAME_MARGIN = 0.062, 0.007, 0.042
# Expected minutes decide who has a line.
_MINUTES_FOR_A_LINE, _LINE_SLOPE, _POPULARITY_SPREAD = 21.4, 0.36, 0.5
# Share of those who drop out late who had a line before the news.
_LATE_SCRATCH = 0.42
_WHOLE_LINES = 0.003
_LEAST_LINE = 0.5


@dataclass(frozen=True, slots=True)
class Expected:
    """What a perfectly informed observer expects, given who is fit (team-games x places, `team_points` per team-game).

    Attributes:
        points: points of the player if he plays; of the absent too, as if he alone came back.
        minutes: minutes of the player if he plays; of the absent too.
        team_points: points of the team.
    """

    points: FloatArray
    minutes: FloatArray
    team_points: FloatArray


def expect(rosters: Rosters, appearances: Appearances, rates: Rates) -> Expected:
    """Expected minutes and points before tip-off, overtime included."""
    minutes = np.where(appearances.absent, np.minimum(rosters.minutes_weight, 36.0), appearances.expected_minutes)
    use = minutes * rosters.usage
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


@dataclass(frozen=True, slots=True)
class PointsLines:
    """Closing points lines, one row a line.

    Attributes:
        side: team-game.
        place: the player's place in it.
        line: points.
        over_odds: American odds.
        under_odds: American odds.
        probability_over: what the market thinks of the over, before its margin.
        margin: sum of both sides' implied probabilities less 1, before odds are rounded.
    """

    side: IntArray
    place: IntArray
    line: FloatArray
    over_odds: IntArray
    under_odds: IntArray
    probability_over: FloatArray
    margin: FloatArray


def _normal_cdf(values: FloatArray) -> FloatArray:
    return np.array([0.5 * (1 + math.erf(value / math.sqrt(2))) for value in values.tolist()], dtype=np.float64)


def american_odds(implied: FloatArray) -> IntArray:
    """American odds of implied probabilities in (0, 1): -150 for 0.6, 150 for 0.4."""
    favourite = -100 * implied / (1 - implied)
    outsider = 100 * (1 - implied) / implied
    return np.rint(np.where(implied >= 0.5, favourite, outsider)).astype(np.int64)  # noqa: PLR2004 - even money


def _nearest_half(values: FloatArray) -> FloatArray:
    return np.rint(values * 2) / 2


def game_lines(rng: np.random.Generator, expected: Expected) -> Columns:
    """Closing lines of each game as columns of the file: spread (negative = home favoured), total and moneylines."""
    home, away = expected.team_points[::2], expected.team_points[1::2]
    margin = home - away + _MARGIN_ERROR * rng.standard_normal(len(home))
    total = home + away + _TOTAL_ERROR * rng.standard_normal(len(home))
    wins = _normal_cdf(margin / _GAME_SPREAD).clip(0.03, 0.96)
    overround = 1 + _GAME_MARGIN
    return {
        "home_spread": -_nearest_half(margin),
        "total_line": _nearest_half(total),
        "home_moneyline": american_odds((wins * overround).clip(0.02, 0.98)),
        "away_moneyline": american_odds(((1 - wins) * overround).clip(0.02, 0.98)).astype(np.float64),
    }


def _newly_absent(rosters: Rosters, appearances: Appearances, team: IntArray) -> BoolArray:
    """First game of each absence, by place of its team's previous game."""
    order = np.argsort(team, kind="stable")
    absent = appearances.absent[order]
    before = np.vstack([absent[:1], absent[:-1]])
    before[np.flatnonzero(np.diff(team[order], prepend=-1))] = True
    newly = np.empty_like(absent)
    newly[order] = absent & ~before
    return newly & rosters.listed


def points_lines(
    rng: np.random.Generator, games: Games, rosters: Rosters, appearances: Appearances, expected: Expected
) -> PointsLines:
    """Lines on the points of those of whom minutes are expected.

    Who has a line depends on what is expected of him, never on who then played; some of those who drop out late have
    one.
    """
    popularity = _POPULARITY_SPREAD * rng.standard_normal(int(rosters.player.max()) + 1)
    logit = _LINE_SLOPE * (expected.minutes - _MINUTES_FOR_A_LINE) + popularity[rosters.player]
    line_probability = (
        1
        / (1 + np.exp(-logit))
        * np.where(
            appearances.absent,
            _LATE_SCRATCH * _newly_absent(rosters, appearances, games.team),
            appearances.play_probability > 0.6,  # noqa: PLR2004 - who will likely play has a line
        )
    )
    side, place = np.nonzero(rosters.listed & (rng.random(line_probability.shape) < line_probability))
    believed = expected.points[side, place] * (1 + _POINTS_ERROR * rng.standard_normal(len(side)))
    centre = believed - _LINE_BELOW_MEAN
    line = np.maximum(np.floor(centre + 0.15 * rng.standard_normal(len(side))) + 0.5, _LEAST_LINE)
    line = np.where(rng.random(len(side)) < _WHOLE_LINES, np.maximum(np.rint(centre), 1.0), line)
    spread = np.sqrt(_VARIANCE[0] * believed + _VARIANCE[1] * believed**2)
    over = _normal_cdf((believed * (1 - _MEDIAN_BELOW_MEAN) - line) / spread).clip(0.2, 0.8)
    margin = (_PLAYER_MARGIN + _PLAYER_MARGIN_SPREAD * rng.standard_normal(len(side))).clip(0.045, 0.09)
    return PointsLines(
        side=side,
        place=place,
        line=line,
        over_odds=american_odds(over * (1 + margin)),
        under_odds=american_odds((1 - over) * (1 + margin)),
        probability_over=over,
        margin=margin,
    )
