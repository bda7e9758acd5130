"""Who is fit, who plays, for how long; and what the injured list says of it."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from hoopcast.league.columns import Bools, Floats, Ints, chance, whole_parts
from hoopcast.league.players import Players
from hoopcast.league.rosters import Dressed
from hoopcast.league.schedule import Games

# A fit player's mean time to his next absence, and the kinds of absences: shares, least and mean length in days.
_MEAN_FIT_DAYS = 40.0
_KIND_SHARES = (0.70, 0.20, 0.10)
_LEAST_DAYS = np.array([1.0, 5.0, 25.0])
_FURTHER_DAYS = np.array([2.0, 9.0, 35.0])
_SPELLS = 24
# Probability that the coach plays a fit man, by his standing among the fit of the team, best first.
_COACH_PLAYS = np.array([1, 1, 1, 0.998, 0.997, 0.995, 0.99, 0.97, 0.90, 0.71, 0.50, 0.33, 0.24, 0.18, 0.15, 0.12])
# Correlation of two men's decisions on a night is this squared.
_NIGHT = 0.6
REGULATION_MINUTES = 240
# What a coach plans for anyone at most, and what becomes of it at most.
_MOST_PLANNED, _MOST_MINUTES = 35.5, 44.0
# Spread (of the logarithm) of a man's minutes from game to game: a starter's, and how much more a reserve's.
_MINUTES_SPREAD, _RESERVE_SPREAD, _RESERVE_MINUTES = 0.10, 0.95, 10.5


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

    absent: Bools
    play_probability: Floats
    played: Bools
    starter: Bools
    minutes: Ints
    expected_minutes: Floats


def _absent_days(rng: np.random.Generator, players: Players, last_day: int) -> Bools:
    """Days of absence, players x days, from alternating fit and absent spells."""
    shape = (len(players), _SPELLS)
    kind = rng.choice(len(_KIND_SHARES), size=shape, p=_KIND_SHARES)
    length = np.ceil(_LEAST_DAYS[kind] - 1 + _FURTHER_DAYS[kind] * rng.exponential(size=shape)).clip(1)
    fit = rng.exponential(_MEAN_FIT_DAYS / players.absence[:, None], size=shape)
    # Spells begin well before opening night, so that some men miss it.
    start = np.floor(np.cumsum(fit + length, axis=1) - length) - 60
    edges = np.zeros((len(players), last_day + 2))
    row = np.arange(len(players))[:, None]
    np.add.at(edges, (row, start.clip(0, last_day + 1).astype(np.int64)), 1)
    np.add.at(edges, (row, (start + length).clip(0, last_day + 1).astype(np.int64)), -1)
    return np.asarray(np.cumsum(edges, axis=1)[:, : last_day + 1] > 0)


def normal_quantile(probability: Floats) -> Floats:
    """Quantile of the standard normal law: minus infinity at 0, infinity at 1."""
    distinct, where = np.unique(probability, return_inverse=True)
    ends = {0.0: -np.inf, 1.0: np.inf}
    law = NormalDist()
    values = [ends[p] if p in ends else law.inv_cdf(p) for p in distinct.tolist()]
    return np.array(values)[where].reshape(probability.shape)


def _standing(weight: Floats) -> Ints:
    """Place of each weight in its row, 0 for the largest."""
    return np.argsort(np.argsort(-weight, axis=1, kind="stable"), axis=1, kind="stable")


def share_out(weight: Floats, total: Floats, most: float) -> Floats:
    """Split each row's total by weight, nobody above `most` where the others can take it."""
    shares = weight
    for _ in range(3):
        shares = np.minimum(shares * (total / shares.sum(axis=1))[:, None], most)
    return np.asarray(shares * (total / shares.sum(axis=1))[:, None])


def appear(seed: int, season: str, games: Games, players: Players, dressed: Dressed) -> Appearances:
    """Draw absences, coach's decisions and regulation minutes of a season.

    Args:
        seed: seed of the league.
        season: such as `2021-22`.
        games: schedule.
        players: players.
        dressed: rosters by team-game.

    Returns:
        Matrices of team-games x places.
    """
    rng = chance(seed, season, "appearances")
    days = _absent_days(rng, players, games.last_day)
    absent = dressed.listed & days[dressed.player, np.repeat(games.day, 2)[:, None]]
    # A team always has enough men: where too few are fit, its best return early.
    under_contract = int(dressed.listed[0].sum())
    needed = min(8, under_contract * 6 // 10)
    availability = np.where(dressed.listed, np.where(absent, 1e-6, 1.0), 0.0)
    standing = _standing(dressed.minutes_weight * availability)
    absent &= standing >= needed
    plays = np.append(_COACH_PLAYS, _COACH_PLAYS[-1])[standing.clip(max=len(_COACH_PLAYS))]
    plays = np.where(standing < needed, 1.0, plays) * (dressed.listed & ~absent)
    # Nights differ in how many men get in; each man's own probability stays what it is.
    night = rng.standard_normal((len(plays), 1))
    form = _NIGHT * night + np.sqrt(1 - _NIGHT**2) * rng.standard_normal(plays.shape)
    played = form < normal_quantile(plays)

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
        starter=_standing(preference) < 5,  # noqa: PLR2004 - a starting five
        minutes=whole_parts(minutes),
        expected_minutes=np.minimum(expected, _MOST_PLANNED),
    )
