"""Bookmakers' lines: what a market that knows the truth almost well would quote, with a known margin."""

import math
from dataclasses import dataclass

import numpy as np

from hoopcast.league.absences import Appearances
from hoopcast.league.columns import Bools, Floats, Ints
from hoopcast.league.expected import Expected
from hoopcast.league.rosters import Dressed

# The market's errors: of a man's expected points (share), of a game's margin and total (points).
_POINTS_ERROR, _MARGIN_ERROR, _TOTAL_ERROR = 0.065, 1.8, 3.0
# Variance of a man's points given their expectation: a * mean + b * mean^2. Lines stand a little below the mean; the
# median of points lies further below it (share), which the prices make up for.
_VARIANCE = (1.55, 0.065)
_LINE_BELOW_MEAN, _MEDIAN_BELOW_MEAN = 0.1, 0.042
_GAME_SPREAD = 13.3
# Bookmaker's margin: sum of both sides' implied probabilities less 1.
_PLAYER_MARGIN, _PLAYER_MARGIN_SPREAD, _GAME_MARGIN = 0.062, 0.007, 0.042
# A man is quoted by expected minutes; and who drops out late was quoted before the news.
_QUOTED_MINUTES, _QUOTED_SLOPE, _OWN_QUOTE_SPREAD = 21.4, 0.36, 0.5
_LATE_SCRATCH = 0.42
_WHOLE_LINES = 0.003
_LEAST_LINE = 0.5


@dataclass(frozen=True, slots=True)
class PointsLines:
    """Closing points lines, one row a line.

    Attributes:
        side: team-game.
        place: the man's place in it.
        line: points.
        over_odds: American odds.
        under_odds: American odds.
        probability_over: what the market thinks of the over, before its margin.
        margin: sum of both sides' implied probabilities less 1, before odds are rounded.
        expected_points: true expectation if he plays.
    """

    side: Ints
    place: Ints
    line: Floats
    over_odds: Ints
    under_odds: Ints
    probability_over: Floats
    margin: Floats
    expected_points: Floats


@dataclass(frozen=True, slots=True)
class GameLines:
    """Closing lines, one row a game.

    Attributes:
        home_spread: points, negative = home favoured.
        total_line: points of both teams.
        home_moneyline: American odds of a home win.
        away_moneyline: American odds of an away win.
        expected_margin: true expected points of the home team less those of the visitors.
        expected_total: true expected points of both.
    """

    home_spread: Floats
    total_line: Floats
    home_moneyline: Ints
    away_moneyline: Ints
    expected_margin: Floats
    expected_total: Floats


def _normal_cdf(values: Floats) -> Floats:
    return np.array([0.5 * (1 + math.erf(value / math.sqrt(2))) for value in values.tolist()], dtype=np.float64)


def american_odds(implied: Floats) -> Ints:
    """American odds of implied probabilities in (0, 1): -150 for 0.6, 150 for 0.4."""
    favourite = -100 * implied / (1 - implied)
    outsider = 100 * (1 - implied) / implied
    return np.rint(np.where(implied >= 0.5, favourite, outsider)).astype(np.int64)  # noqa: PLR2004 - even money


def _nearest_half(values: Floats) -> Floats:
    return np.rint(values * 2) / 2


def game_lines(rng: np.random.Generator, expected: Expected) -> GameLines:
    """Spread, total and moneylines of each game.

    Args:
        rng: source of chance.
        expected: what to expect of each team.

    Returns:
        Closing lines.
    """
    home, away = expected.team_points[::2], expected.team_points[1::2]
    margin = home - away + _MARGIN_ERROR * rng.standard_normal(len(home))
    total = home + away + _TOTAL_ERROR * rng.standard_normal(len(home))
    wins = _normal_cdf(margin / _GAME_SPREAD).clip(0.03, 0.96)
    overround = 1 + _GAME_MARGIN
    return GameLines(
        home_spread=-_nearest_half(margin),
        total_line=_nearest_half(total),
        home_moneyline=american_odds((wins * overround).clip(0.02, 0.98)),
        away_moneyline=american_odds(((1 - wins) * overround).clip(0.02, 0.98)),
        expected_margin=home - away,
        expected_total=home + away,
    )


def _newly_absent(dressed: Dressed, appearances: Appearances, team: Ints) -> Bools:
    """First game of each absence, by place of its team's previous game."""
    order = np.argsort(team, kind="stable")
    absent = appearances.absent[order]
    before = np.vstack([absent[:1], absent[:-1]])
    before[np.flatnonzero(np.diff(team[order], prepend=-1))] = True
    newly = np.empty_like(absent)
    newly[order] = absent & ~before
    return newly & dressed.listed


def points_lines(
    rng: np.random.Generator, dressed: Dressed, appearances: Appearances, expected: Expected, team: Ints
) -> PointsLines:
    """Lines on the points of those of whom minutes are expected.

    Who is quoted depends on what is expected of him, never on who then played; whoever dropped out late was quoted.

    Args:
        rng: source of chance.
        dressed: rosters by team-game.
        appearances: who is fit.
        expected: expected minutes and points.
        team: position of the team, per team-game.

    Returns:
        Closing lines by team-game and place.
    """
    popularity = _OWN_QUOTE_SPREAD * rng.standard_normal(int(dressed.player.max()) + 1)
    logit = _QUOTED_SLOPE * (expected.minutes - _QUOTED_MINUTES) + popularity[dressed.player]
    chance_of_quote = (
        1
        / (1 + np.exp(-logit))
        * np.where(
            appearances.absent,
            _LATE_SCRATCH * _newly_absent(dressed, appearances, team),
            appearances.play_probability > 0.6,  # noqa: PLR2004 - the market quotes who will likely play
        )
    )
    side, place = np.nonzero(dressed.listed & (rng.random(chance_of_quote.shape) < chance_of_quote))
    true_points = expected.points[side, place]
    believed = true_points * (1 + _POINTS_ERROR * rng.standard_normal(len(side)))
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
        expected_points=true_points,
    )
