"""Teams: how each of them plays, and who is under contract with it on which date."""

from dataclasses import dataclass

import numpy as np

from hoopcast.arrays import BoolArray, FloatArray, IntArray
from hoopcast.league.draws import LeagueSize
from hoopcast.league.players import ZONES, Players, signings
from hoopcast.league.schedule import Games

_PACE_SPREAD = 0.021
_DEFENCE_SPREAD = np.array([0.031, 0.047, 0.038])
# Share of its style that a team keeps over the summer.
_STYLE_KEPT = 0.65
# Minutes a game by rank in a roster of 17, best first.
_ROLE_MINUTES = np.array([36, 34.5, 33, 31.5, 29.5, 26.5, 22.5, 19.5, 17, 14.5, 12.3, 10.5, 9, 8, 7, 6, 5])
# Players in trades as a share of all; two thirds of the trades are made within the week before the deadline.
_TRADED_SHARE = 0.17
_DEADLINE_AT = 0.66
# Length of the steps in which form drifts, days, and spreads of the drift of minutes and of usage.
_FORM_DAYS = 20
_FORM_SPREADS = (0.25, 0.05)


@dataclass(frozen=True, slots=True)
class Styles:
    """True rates of the teams, one row a team.

    Attributes:
        pace: possessions relative to the league's; 1.02 = 2 % more.
        defence: multiplier of opponents' accuracy by zone; above 1 = weaker defence.
    """

    pace: FloatArray
    defence: FloatArray


def make_styles(rng: np.random.Generator, size: LeagueSize, before: Styles | None) -> Styles:
    """Draw the teams' styles of a season, close to those of the season before.

    Args:
        rng: random stream.
        size: number of teams.
        before: styles of the season before, None for the first.

    Returns:
        Styles whose mean over the league is 1.
    """
    deviation = np.column_stack(
        [
            _PACE_SPREAD * rng.standard_normal(size.teams),
            _DEFENCE_SPREAD * rng.standard_normal((size.teams, len(ZONES))),
        ]
    )
    if before is not None:
        old = np.column_stack([before.pace, before.defence]) - 1
        deviation = _STYLE_KEPT * old + np.sqrt(1 - _STYLE_KEPT**2) * deviation
    values = 1 + deviation - deviation.mean(axis=0)
    return Styles(pace=values[:, 0], defence=values[:, 1:])


@dataclass(frozen=True, slots=True)
class Rosters:
    """Contracts of a season, arranged by team and place in its roster.

    Attributes:
        player: position in `Players` of each team's contracts, -1 where a team has fewer (teams x places).
        first_day: days from opening to the first day of the contract.
        last_day: days from opening to its last day.
        role_minutes: minutes a game that go with the player's rank when everybody is fit, per player.
        last_team: position of the team at the end of the season, -1 for none, per player.
    """

    player: IntArray
    first_day: IntArray
    last_day: IntArray
    role_minutes: FloatArray
    last_team: IntArray


@dataclass(frozen=True, slots=True)
class Dressed:
    """Rosters as each team-game meets them (team-games x places).

    Attributes:
        player: position in `Players`; 0 where `listed` is false.
        listed: under contract on that date.
        minutes_weight: minutes a game that go with his role on that date, 0 where not listed.
        usage: usage on that date, 0 where not listed.
    """

    player: IntArray
    listed: BoolArray
    minutes_weight: FloatArray
    usage: FloatArray


def make_rosters(rng: np.random.Generator, size: LeagueSize, players: Players, last_day: int) -> Rosters:
    """Draw the season's trades and signings.

    Args:
        rng: random stream.
        size: teams and players a team.
        players: players with the teams that they begin the season with.
        last_day: days from opening to the last game.

    Returns:
        Contracts; every team has `players_per_team` of them on every day.
    """
    rank = np.argsort(np.argsort(-players.value)) / len(players) * len(_ROLE_MINUTES)
    role_minutes = np.interp(rank, np.arange(len(_ROLE_MINUTES)) + 0.5, _ROLE_MINUTES)
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

    def arranged(values: IntArray) -> IntArray:
        matrix = np.full(shape, -1)
        matrix[sorted_team, place] = values[order]
        return matrix

    return Rosters(
        player=arranged(contract_player),
        first_day=arranged(first),
        last_day=arranged(last),
        role_minutes=role_minutes,
        last_team=last_team,
    )


def _form(rng: np.random.Generator, players: int, last_day: int, spread: float) -> FloatArray:
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


def dress(rng: np.random.Generator, games: Games, players: Players, rosters: Rosters) -> Dressed:
    """Arrange contracts by team-game.

    Args:
        rng: random stream.
        games: schedule.
        players: players.
        rosters: contracts.

    Returns:
        Matrices of team-games x places.
    """
    minutes_form = _form(rng, len(players), games.last_day, _FORM_SPREADS[0])
    usage_form = _form(rng, len(players), games.last_day, _FORM_SPREADS[1])
    team, day = games.team, games.team_day[:, None]
    player = rosters.player[team]
    listed = (player >= 0) & (rosters.first_day[team] <= day) & (day <= rosters.last_day[team])
    player = np.where(listed, player, 0)
    return Dressed(
        player=player,
        listed=listed,
        minutes_weight=np.where(listed, rosters.role_minutes[player] * minutes_form[player, day], 0.0),
        usage=np.where(listed, players.usage[player] * usage_form[player, day], 0.0),
    )
