"""Availability: who is fit, who plays and for how long, and what the injured list says of it.

The list is as late and incomplete as real ones.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from hoopcast.arrays import BoolArray, FloatArray, IntArray, TextArray
from hoopcast.league.players import Players
from hoopcast.league.schedule import Games
from hoopcast.league.teams import Dressed

# A fit player's mean time to his next absence, and the kinds of absences: shares, least and mean length in days.
_MEAN_FIT_DAYS = 40.0
_KIND_SHARES = (0.70, 0.20, 0.10)
_LEAST_DAYS = np.array([1.0, 5.0, 25.0])
_FURTHER_DAYS = np.array([2.0, 9.0, 35.0])
_SPELLS = 24
# Probability that the coach plays a fit player, by his rank among the fit of the team, best first.
_COACH_PLAYS = np.array([1, 1, 1, 0.998, 0.997, 0.995, 0.99, 0.97, 0.90, 0.71, 0.50, 0.33, 0.24, 0.18, 0.15, 0.12])
# Correlation of the decisions on two players on a night is this squared.
_NIGHT = 0.6
REGULATION_MINUTES = 240
# What a coach plans for anyone at most, and what becomes of it at most.
_MOST_PLANNED, _MOST_MINUTES = 35.5, 44.0
# Spread (of the logarithm) of a player's minutes from game to game: a starter's, and how much more a reserve's.
_MINUTES_SPREAD, _RESERVE_SPREAD, _RESERVE_MINUTES = 0.10, 0.95, 10.5
# Shares of absences, of those of one game, and of returns that the injured list has.
_RECORDED, _ONE_GAME_RECORDED, _ACTIVATION_RECORDED = 0.9, 0.7, 0.94
# Shares of placements dated a day before the game, and of activations dated late.
_EVE, _LATE, _MOST_DAYS_LATE = 0.25, 0.14, 7
# Games of a long absence, whose reasons are others.
_LONG_GAMES = 20
_SIDES = ("left", "right")
_SHORT_REASONS = (
    "illness",
    "back spasms",
    "a stomach virus",
    "a migraine",
    "sore lower back",
    "NBA health and safety protocols",
)
_REASONS = (
    "sprained {} ankle", "sore {} knee", "{} hamstring injury", "bruised {} quadriceps", "strained {} calf",
    "{} shoulder injury", "sore {} foot", "strained {} groin", "sprained {} wrist", "{} hip injury",
)  # fmt: skip
_LONG_REASONS = ("torn ligament in {} knee", "fractured {} foot", "surgery on {} shoulder", "torn {} Achilles tendon")


@dataclass(frozen=True, slots=True)
class Appearances:
    """Who played in regulation (team-games x places, as in `Dressed`).

    Attributes:
        absent: injured, ill or rested; known before the game.
        play_probability: probability that he plays given who is fit; 0 for the absent.
        played: he took part.
        starter: he was in the starting five.
        minutes: whole minutes of regulation; each row sums to 240.
        expected_minutes: minutes to expect if he plays, given who is fit; 0 for the absent.
    """

    absent: BoolArray
    play_probability: FloatArray
    played: BoolArray
    starter: BoolArray
    minutes: IntArray
    expected_minutes: FloatArray


def _absent_days(rng: np.random.Generator, players: Players, last_day: int) -> BoolArray:
    """Days of absence, players x days, from alternating fit and absent spells."""
    shape = (len(players), _SPELLS)
    kind = rng.choice(len(_KIND_SHARES), size=shape, p=_KIND_SHARES)
    length = np.ceil(_LEAST_DAYS[kind] - 1 + _FURTHER_DAYS[kind] * rng.exponential(size=shape)).clip(1)
    fit = rng.exponential(_MEAN_FIT_DAYS / players.absence[:, None], size=shape)
    # Spells begin well before opening night, so that some players miss it.
    start = np.floor(np.cumsum(fit + length, axis=1) - length) - 60
    edges = np.zeros((len(players), last_day + 2))
    row = np.arange(len(players))[:, None]
    np.add.at(edges, (row, start.clip(0, last_day + 1).astype(np.int64)), 1)
    np.add.at(edges, (row, (start + length).clip(0, last_day + 1).astype(np.int64)), -1)
    return np.asarray(np.cumsum(edges, axis=1)[:, : last_day + 1] > 0)


def _normal_quantile(probability: FloatArray) -> FloatArray:
    """Quantile of the standard normal distribution: minus infinity at 0, infinity at 1."""
    distinct, where = np.unique(probability, return_inverse=True)
    ends = {0.0: -np.inf, 1.0: np.inf}
    normal = NormalDist()
    values = [ends[p] if p in ends else normal.inv_cdf(p) for p in distinct.tolist()]
    return np.array(values)[where].reshape(probability.shape)


def _rank(weight: FloatArray) -> IntArray:
    """Rank of each weight in its row, 0 for the largest."""
    return np.argsort(np.argsort(-weight, axis=1, kind="stable"), axis=1, kind="stable")


def share_out(weight: FloatArray, total: FloatArray, most: float) -> FloatArray:
    """Split each row's total by weight, nobody above `most` where the others can take it."""
    shares = weight
    for _ in range(3):
        shares = np.minimum(shares * (total / shares.sum(axis=1))[:, None], most)
    return np.asarray(shares * (total / shares.sum(axis=1))[:, None])


def whole_parts(amounts: FloatArray) -> IntArray:
    """Amounts rounded to whole numbers so that each row keeps its sum.

    Args:
        amounts: matrix whose rows sum to whole numbers.

    Returns:
        Whole numbers, each less than 1 from its amount; an amount of 0 stays 0.
    """
    steps = np.rint(np.cumsum(amounts, axis=-1)).astype(np.int64)
    return np.diff(steps, axis=-1, prepend=0)


def appear(rng: np.random.Generator, games: Games, players: Players, dressed: Dressed) -> Appearances:
    """Draw absences, coach's decisions and regulation minutes of a season.

    Args:
        rng: random stream.
        games: schedule.
        players: players.
        dressed: rosters by team-game.

    Returns:
        Matrices of team-games x places.
    """
    days = _absent_days(rng, players, games.last_day)
    absent = dressed.listed & days[dressed.player, games.team_day[:, None]]
    # A team always has enough players: where too few are fit, its best return early.
    under_contract = int(dressed.listed[0].sum())
    needed = min(8, under_contract * 6 // 10)
    availability = np.where(dressed.listed, np.where(absent, 1e-6, 1.0), 0.0)
    rank = _rank(dressed.minutes_weight * availability)
    absent &= rank >= needed
    plays = np.append(_COACH_PLAYS, _COACH_PLAYS[-1])[rank.clip(max=len(_COACH_PLAYS))]
    plays = np.where(rank < needed, 1.0, plays) * (dressed.listed & ~absent)
    # Nights differ in how many players get in; each player's own probability stays what it is.
    night = rng.standard_normal((len(plays), 1))
    form = _NIGHT * night + np.sqrt(1 - _NIGHT**2) * rng.standard_normal(plays.shape)
    played = form < _normal_quantile(plays)

    full = np.full(len(played), float(REGULATION_MINUTES))
    spread = _MINUTES_SPREAD + _RESERVE_SPREAD * np.exp(-dressed.minutes_weight / _RESERVE_MINUTES)
    luck = np.exp(spread * rng.standard_normal(played.shape) - spread**2 / 2)
    planned = share_out(dressed.minutes_weight * played, full, _MOST_PLANNED)
    minutes = share_out(planned * luck, full, _MOST_MINUTES)
    # For those who sit out with some probability, what they would have if they played.
    likely = share_out(dressed.minutes_weight * plays, full, _MOST_PLANNED)
    expected = np.where(plays > 0, likely / np.where(plays > 0, plays, 1.0), 0.0)
    preference = dressed.minutes_weight * played * np.exp(0.12 * rng.standard_normal(played.shape))
    return Appearances(
        absent=absent,
        play_probability=plays,
        played=played,
        starter=_rank(preference) < 5,  # noqa: PLR2004 - a starting five
        minutes=whole_parts(minutes),
        expected_minutes=np.minimum(expected, _MOST_PLANNED),
    )


@dataclass(frozen=True, slots=True)
class Moves:
    """Moves in the order of their dates.

    Attributes:
        day: days from opening.
        team: position of the team.
        player: position in `Players`.
        activated: taken off the list, else placed on it.
        note: reason as the source words it.
    """

    day: IntArray
    team: IntArray
    player: IntArray
    activated: BoolArray
    note: TextArray


def _reasons(rng: np.random.Generator, games: IntArray, returned: BoolArray) -> TextArray:
    """Worded reasons by length of the absence."""
    side = np.array(_SIDES)[rng.integers(0, 2, len(games))]
    pools = (_SHORT_REASONS + _REASONS, _REASONS, _LONG_REASONS)
    pool = np.where(games <= 2, 0, np.where(games < _LONG_GAMES, 1, 2))  # noqa: PLR2004 - a passing illness
    chosen = (rng.random(len(games)) * np.array([len(reasons) for reasons in pools])[pool]).astype(np.int64)
    return np.array(
        [
            f"placed on IL with {pools[which][one].format(leg)}{ending}"
            for which, one, leg, ending in zip(
                pool.tolist(),
                chosen.tolist(),
                side.tolist(),
                np.where(~returned & (games >= _LONG_GAMES), " (out for season)", "").tolist(),
                strict=True,
            )
        ],
        dtype=np.object_,
    )


def list_moves(rng: np.random.Generator, games: Games, dressed: Dressed, appearances: Appearances) -> Moves:
    """Moves that follow from the season's absences.

    Args:
        rng: random stream.
        games: schedule.
        dressed: rosters by team-game.
        appearances: absences.

    Returns:
        Placements and activations; some are dated late and some never recorded.
    """
    day = games.team_day
    by_team = np.argsort(games.team, kind="stable").reshape(int(games.team.max()) + 1, -1)
    # team x place x game: an absence is a run along the last axis.
    absent = np.moveaxis(appearances.absent[by_team], 1, 2)
    listed = np.moveaxis(dressed.listed[by_team], 1, 2)
    before = np.concatenate([np.zeros_like(absent[..., :1]), absent[..., :-1]], axis=2)
    starts, ends = np.flatnonzero(absent & ~before), np.flatnonzero(before & ~absent)
    games_each = absent.shape[2]
    # A run that reaches the last game has no end of its own.
    following = np.append(ends, starts.max(initial=0) + games_each)[np.searchsorted(ends, starts, side="right")]
    ended = following // games_each == starts // games_each
    length = np.where(ended, following, (starts // games_each + 1) * games_each) - starts
    returned = ended & listed.reshape(-1)[np.where(ended, following, 0)]
    team_of, place, game = np.unravel_index(starts, absent.shape)
    side = by_team[team_of, game]
    recorded = rng.random(len(starts)) < np.where(length == 1, _ONE_GAME_RECORDED, _RECORDED)
    off = recorded & returned & (rng.random(len(starts)) < _ACTIVATION_RECORDED)
    placed_day = day[side] - (rng.random(len(starts)) < _EVE)
    return_side = by_team[team_of, np.where(ended, following, starts) % games_each]
    lateness = np.where(rng.random(len(starts)) < _LATE, rng.integers(1, _MOST_DAYS_LATE + 1, len(starts)), 0)
    # Nobody is taken off the list after he was put on it again.
    again = np.append(day[side], 0)[1:]
    same_place = np.append(starts // games_each, -1)[1:] == starts // games_each
    lateness = np.where(same_place, np.minimum(lateness, (again - day[return_side] - 2).clip(0)), lateness)
    player = dressed.player[side, place]
    note = _reasons(rng, length, returned)
    moves_day = np.concatenate([placed_day[recorded], (day[return_side] + lateness)[off]])
    activated = np.repeat([False, True], [recorded.sum(), off.sum()])
    # Who returns on the eve of his next absence is activated before he is placed again.
    order = np.lexsort((~activated, moves_day))
    return Moves(
        day=moves_day[order],
        team=np.concatenate([team_of[recorded], team_of[off]])[order],
        player=np.concatenate([player[recorded], player[off]])[order],
        activated=activated[order],
        note=np.concatenate([note[recorded], np.full(off.sum(), "activated from IL", dtype=np.object_)])[order],
    )
