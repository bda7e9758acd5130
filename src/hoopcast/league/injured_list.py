"""Moves on and off the injured list, as late and incomplete as real ones."""

from dataclasses import dataclass

import numpy as np

from hoopcast.league.absences import Appearances
from hoopcast.league.columns import Bools, Ints, Texts, texts
from hoopcast.league.rosters import Dressed

_RECORDED, _ONE_GAME_RECORDED, _ACTIVATION_RECORDED = 0.9, 0.7, 0.94
_EVE, _LATE, _MOST_DAYS_LATE = 0.25, 0.14, 7
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
class Moves:
    """Moves in the order of their dates.

    Attributes:
        day: days from opening.
        team: position of the team.
        player: position in `Players`.
        activated: taken off the list, else placed on it.
        note: reason as the source words it.
    """

    day: Ints
    team: Ints
    player: Ints
    activated: Bools
    note: Texts


def _reasons(rng: np.random.Generator, games: Ints, returned: Bools) -> Texts:
    """Worded reasons by length of the absence."""
    side = np.array(_SIDES)[rng.integers(0, 2, len(games))]
    pools = (_SHORT_REASONS + _REASONS, _REASONS, _LONG_REASONS)
    pool = np.where(games <= 2, 0, np.where(games < _LONG_GAMES, 1, 2))  # noqa: PLR2004 - a passing illness
    chosen = (rng.random(len(games)) * np.array([len(reasons) for reasons in pools])[pool]).astype(np.int64)
    return texts(
        [
            f"placed on IL with {pools[which][one].format(leg)}{ending}"
            for which, one, leg, ending in zip(
                pool.tolist(),
                chosen.tolist(),
                side.tolist(),
                np.where(~returned & (games >= _LONG_GAMES), " (out for season)", "").tolist(),
                strict=True,
            )
        ]
    )


def list_moves(rng: np.random.Generator, dressed: Dressed, appearances: Appearances, team: Ints, day: Ints) -> Moves:
    """Moves that follow from the season's absences.

    Args:
        rng: source of chance.
        dressed: rosters by team-game.
        appearances: absences.
        team: position of the team, per team-game.
        day: days from opening, per team-game.

    Returns:
        Placements and activations; some are dated late and some never recorded.
    """
    teams = int(team.max()) + 1
    by_team = np.argsort(team, kind="stable").reshape(teams, -1)
    # team x place x game: an absence is a run along the last axis.
    absent = np.moveaxis(appearances.absent[by_team], 1, 2)
    listed = np.moveaxis(dressed.listed[by_team], 1, 2)
    before = np.concatenate([np.zeros_like(absent[..., :1]), absent[..., :-1]], axis=2)
    starts, ends = np.flatnonzero(absent & ~before), np.flatnonzero(before & ~absent)
    games = absent.shape[2]
    # A run that reaches the last game has no end of its own.
    following = np.append(ends, starts.max(initial=0) + games)[np.searchsorted(ends, starts, side="right")]
    ended = following // games == starts // games
    length = np.where(ended, following, (starts // games + 1) * games) - starts
    returned = ended & listed.reshape(-1)[np.where(ended, following, 0)]
    team_of, place, game = np.unravel_index(starts, absent.shape)
    side = by_team[team_of, game]
    recorded = rng.random(len(starts)) < np.where(length == 1, _ONE_GAME_RECORDED, _RECORDED)
    off = recorded & returned & (rng.random(len(starts)) < _ACTIVATION_RECORDED)
    placed_day = day[side] - (rng.random(len(starts)) < _EVE)
    return_side = by_team[team_of, np.where(ended, following, starts) % games]
    lateness = np.where(rng.random(len(starts)) < _LATE, rng.integers(1, _MOST_DAYS_LATE + 1, len(starts)), 0)
    # Nobody is taken off the list after he was put on it again.
    again = np.append(day[side], 0)[1:]
    same_place = np.append(starts // games, -1)[1:] == starts // games
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
