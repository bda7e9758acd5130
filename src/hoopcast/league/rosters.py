"""Rosters: who is under contract with whom, who is fit, who plays and for how long, and what the injured list says.

The list is as late and incomplete as real ones.
"""

from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from hoopcast.arrays import BoolArray, FloatArray, IntArray, TextArray
from hoopcast.league.draws import LeagueSize
from hoopcast.league.players import Players, signings
from hoopcast.league.schedule import Games

# Minutes a game by rank in a roster of 17, best first.
_ROLE_MINUTES = np.array([38.5, 36.5, 34.5, 32, 29.5, 26.5, 22.5, 19.5, 17, 14.5, 12.3, 10.5, 9, 8, 7, 6, 5])
# Players in trades as a share of all; two thirds of the trades are made within the week before the deadline.
_TRADED_SHARE = 0.17
_DEADLINE_AT = 0.66
# Length of the steps in which form drifts, days, and spreads of the drift of usage and of minutes: the more minutes a
# role has, the steadier it is.
_FORM_DAYS = 20
_USAGE_FORM, _MINUTES_FORM, _STEADY_MINUTES = 0.05, 0.42, 42.0
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
_MOST_PLANNED, _MOST_MINUTES = 36.5, 44.0
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
class Rosters:
    """Who is under contract with a team at each of its games (team-games x places).

    Attributes:
        player: position in `Players`; 0 where `listed` is false.
        listed: under contract on that date.
        minutes_weight: minutes a game that go with his role on that date, 0 where not listed.
        usage: usage on that date, 0 where not listed.
        last_team: position of the team at the end of the season, -1 for none, per player.
    """

    player: IntArray
    listed: BoolArray
    minutes_weight: FloatArray
    usage: FloatArray
    last_team: IntArray


class _Contracts(NamedTuple):
    """Contracts of a season by team and place: the player, -1 where a team has fewer, and days from opening."""

    player: IntArray
    first_day: IntArray
    last_day: IntArray
    last_team: IntArray


def _sign(rng: np.random.Generator, size: LeagueSize, players: Players, last_day: int) -> _Contracts:
    """Draw the season's trades and signings; every team has `players_per_team` contracts on every day."""
    under_contract = np.flatnonzero(players.team >= 0)
    # A trade swaps two neighbours in rank; the worse half of the others may lose their places to free agents.
    ranked = under_contract[np.argsort(-players.value[under_contract], kind="stable")]
    pairs = ranked[: len(ranked) // 2 * 2].reshape(-1, 2)
    pairs = pairs[players.team[pairs[:, 0]] != players.team[pairs[:, 1]]]
    pairs = pairs[rng.random(len(pairs)) < _TRADED_SHARE]
    deadline = int(_DEADLINE_AT * last_day)
    trade_day = np.where(
        rng.random(len(pairs)) < 0.67,  # noqa: PLR2004 - share of trades in the deadline's week
        deadline - rng.integers(0, 7, len(pairs)),
        rng.integers(last_day // 6, deadline + 1, len(pairs)),
    ).clip(1, last_day)
    untraded = ranked[~np.isin(ranked, pairs)]
    free_agents = np.flatnonzero(players.team < 0)[: signings(size)]
    last_in_line = untraded[len(untraded) // 2 :]
    released = rng.permutation(last_in_line)[: len(free_agents)]
    signed = free_agents[: len(released)]
    signing_day = rng.integers(last_day // 8, max(last_day * 7 // 8, last_day // 8 + 1), len(released)).clip(1)

    leaving = np.concatenate([pairs[:, 0], pairs[:, 1], released])
    coming = np.concatenate([pairs[:, 1], pairs[:, 0], signed])
    day = np.concatenate([trade_day, trade_day, signing_day])
    contract_player = np.concatenate([under_contract, coming])
    contract_team = np.concatenate([players.team[under_contract], players.team[leaving]])
    first = np.concatenate([np.zeros(len(under_contract), dtype=np.int64), day])
    last = np.full(len(contract_player), last_day)
    end_of = np.full(len(players), last_day)
    end_of[leaving] = day - 1
    last[: len(under_contract)] = end_of[under_contract]
    last_team = players.team.copy()
    last_team[released] = -1
    last_team[coming] = players.team[leaving]

    order = np.argsort(contract_team, kind="stable")
    sorted_team = contract_team[order]
    place = np.arange(len(order)) - np.searchsorted(sorted_team, sorted_team, side="left")
    shape = (size.teams, int(place.max()) + 1)

    def arrange(values: IntArray) -> IntArray:
        matrix = np.full(shape, -1)
        matrix[sorted_team, place] = values[order]
        return matrix

    return _Contracts(arrange(contract_player), arrange(first), arrange(last), last_team)


def _form(rng: np.random.Generator, players: int, last_day: int, spread: FloatArray | float) -> FloatArray:
    """Slow drift of a rate, players x days: a stationary walk in steps of `_FORM_DAYS`, straight between them."""
    steps = last_day // _FORM_DAYS + 2
    keep = 0.8
    walk = np.empty((players, steps))
    walk[:, 0] = rng.standard_normal(players)
    for step in range(1, steps):
        walk[:, step] = keep * walk[:, step - 1] + np.sqrt(1 - keep**2) * rng.standard_normal(players)
    day = np.arange(last_day + 1) / _FORM_DAYS
    low = day.astype(np.int64)
    part = day - low
    return np.exp(spread * (walk[:, low] * (1 - part) + walk[:, low + 1] * part) - spread**2 / 2)


def make_rosters(
    signing: np.random.Generator, form: np.random.Generator, size: LeagueSize, games: Games, players: Players
) -> Rosters:
    """Draw the season's trades and signings, and how the form of players drifts; one random stream for each."""
    contracts = _sign(signing, size, players, games.last_day)
    rank = np.argsort(np.argsort(-players.value)) / len(players) * len(_ROLE_MINUTES)
    role_minutes = np.interp(rank, np.arange(len(_ROLE_MINUTES)) + 0.5, _ROLE_MINUTES)
    spread = _MINUTES_FORM * (1 - role_minutes[:, None] / _STEADY_MINUTES)
    minutes_form = _form(form, len(players), games.last_day, spread)
    usage_form = _form(form, len(players), games.last_day, _USAGE_FORM)
    team, day = games.team, games.team_day[:, None]
    player = contracts.player[team]
    listed = (player >= 0) & (contracts.first_day[team] <= day) & (day <= contracts.last_day[team])
    player = np.where(listed, player, 0)
    return Rosters(
        player=player,
        listed=listed,
        minutes_weight=np.where(listed, role_minutes[player] * minutes_form[player, day], 0.0),
        usage=np.where(listed, players.usage[player] * usage_form[player, day], 0.0),
        last_team=contracts.last_team,
    )


@dataclass(frozen=True, slots=True)
class Appearances:
    """Who played in regulation (team-games x places, as in `Rosters`).

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


def appear(rng: np.random.Generator, games: Games, players: Players, rosters: Rosters) -> Appearances:
    """Draw absences, coach's decisions and regulation minutes of a season."""
    days = _absent_days(rng, players, games.last_day)
    absent = rosters.listed & days[rosters.player, games.team_day[:, None]]
    # A team always has enough players: where too few are fit, its best return early.
    under_contract = int(rosters.listed[0].sum())
    needed = min(8, under_contract * 6 // 10)
    availability = np.where(rosters.listed, np.where(absent, 1e-6, 1.0), 0.0)
    rank = _rank(rosters.minutes_weight * availability)
    absent &= rank >= needed
    plays = np.append(_COACH_PLAYS, _COACH_PLAYS[-1])[rank.clip(max=len(_COACH_PLAYS))]
    plays = np.where(rank < needed, 1.0, plays) * (rosters.listed & ~absent)
    # Nights differ in how many players get in; each player's own probability stays what it is.
    night = rng.standard_normal((len(plays), 1))
    form = _NIGHT * night + np.sqrt(1 - _NIGHT**2) * rng.standard_normal(plays.shape)
    played = form < _normal_quantile(plays)

    full = np.full(len(played), float(REGULATION_MINUTES))
    spread = _MINUTES_SPREAD + _RESERVE_SPREAD * np.exp(-rosters.minutes_weight / _RESERVE_MINUTES)
    luck = np.exp(spread * rng.standard_normal(played.shape) - spread**2 / 2)
    planned = share_out(rosters.minutes_weight * played, full, _MOST_PLANNED)
    minutes = share_out(planned * luck, full, _MOST_MINUTES)
    # For those who sit out with some probability, what they would have if they played.
    likely = share_out(rosters.minutes_weight * plays, full, _MOST_PLANNED)
    expected = np.where(plays > 0, likely / np.where(plays > 0, plays, 1.0), 0.0)
    preference = rosters.minutes_weight * played * np.exp(0.12 * rng.standard_normal(played.shape))
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


def list_moves(rng: np.random.Generator, games: Games, rosters: Rosters, appearances: Appearances) -> Moves:
    """Moves that follow from the season's absences.

    Returns:
        Placements and activations; some are dated late and some never recorded.
    """
    day = games.team_day
    by_team = np.argsort(games.team, kind="stable").reshape(int(games.team.max()) + 1, -1)
    # team x place x game: an absence is a run along the last axis.
    absent = np.moveaxis(appearances.absent[by_team], 1, 2)
    listed = np.moveaxis(rosters.listed[by_team], 1, 2)
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
    player = rosters.player[side, place]
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
