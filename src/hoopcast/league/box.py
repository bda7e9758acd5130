"""From what happened in play to shots one by one and full box scores, which agree with each other exactly."""

from dataclasses import dataclass

import numpy as np

from hoopcast.league.columns import Bools, Floats, Ints, whole_parts
from hoopcast.league.play import POINTS, Stint
from hoopcast.league.players import Players
from hoopcast.league.rosters import Dressed

# Probabilities by zone that a make was assisted and that a miss was blocked.
_ASSISTED = np.array([0.82, 0.56, 0.415])
_BLOCKED = np.array([0.0123, 0.26, 0.053])
_STOLEN, _DEFENSIVE_REBOUND = 0.585, 0.918
_FOULS_BEYOND_TRIPS, _MOST_FOULS = 9.3, 6
# Shares of attempts whose distance the source does not give: it prints no number for them.
_NO_DISTANCE = np.array([0.16, 0.095, 0.0])
_PERIOD_SECONDS, _OVERTIME_SECONDS, _PERIODS = 720, 300, 4
_PAINT_DISTANCES = np.arange(1, 9)
_PAINT_SHARES = np.array([0.16, 0.21, 0.17, 0.13, 0.11, 0.09, 0.07, 0.06])
_ASSISTS, _OFFENSIVE, _DEFENSIVE, _STEALS, _BLOCKS, _FOULS = range(6)
# Part of his points beyond his share of minutes that shows in a man's margin.
_OWN_POINTS = 0.35
# Spread of a man's margin beyond his share of the team's, points over half a game.
_MARGIN_SPREAD, _HALF_MINUTES = 8.5, 24.0


@dataclass(frozen=True, slots=True)
class Shots:
    """Field-goal attempts in the order of play, one row a shot.

    Attributes:
        side: team-game of the shooter.
        place: his place in it.
        number: event number in its game, rising.
        period: 1 to 4, overtime from 5.
        clock: seconds left in the period.
        zone: 0 three, 1 paint, 2 mid-range.
        made: it went in.
        distance: feet, as the source rounds or imputes it.
        has_distance: the source prints it.
        assist: place of who assisted, -1 for none.
        block: place among the opponents of who blocked, -1 for none.
    """

    side: Ints
    place: Ints
    number: Ints
    period: Ints
    clock: Ints
    zone: Ints
    made: Bools
    distance: Ints
    has_distance: Bools
    assist: Ints
    block: Ints


@dataclass(frozen=True, slots=True)
class Box:
    """Box scores, team-games x places; the shots by zone have zones last.

    Attributes:
        minutes: whole minutes.
        attempts: field-goal attempts by zone.
        makes: field goals made by zone.
        fta: free throws attempted.
        ftm: free throws made.
        oreb: offensive rebounds.
        dreb: defensive rebounds.
        ast: assists.
        stl: steals.
        blk: blocks.
        tov: turnovers.
        pf: personal fouls.
        plus_minus: team's margin while he played; a team's sum is five times its margin.
        overtimes: number of overtimes, per team-game.
    """

    minutes: Ints
    attempts: Ints
    makes: Ints
    fta: Ints
    ftm: Ints
    oreb: Ints
    dreb: Ints
    ast: Ints
    stl: Ints
    blk: Ints
    tov: Ints
    pf: Ints
    plus_minus: Ints
    overtimes: Ints

    @property
    def points(self) -> Ints:
        """Points of each man."""
        return np.asarray(self.makes @ POINTS + self.ftm)


def _other_side(values: Ints) -> Ints:
    return np.asarray(values.reshape(-1, 2, *values.shape[1:])[:, ::-1].reshape(values.shape))


def _dealt(rng: np.random.Generator, count: Ints, weight: Floats) -> Ints:
    """Each team's count dealt among its men by weight."""
    return rng.multinomial(count, weight / weight.sum(axis=1, keepdims=True))


def _one_by_one(stint: Stint) -> tuple[Ints, Ints, Ints, Bools]:
    """Team-game, place, zone and result of each attempt of a stint."""
    attempts = stint.attempts.ravel()
    cell = np.repeat(np.arange(len(attempts)), attempts)
    nth = np.arange(len(cell)) - (np.cumsum(attempts) - attempts)[cell]
    row, place, zone = np.unravel_index(cell, stint.attempts.shape)
    return stint.rows[row], place, zone, nth < stint.makes.ravel()[cell]


def _someone(rng: np.random.Generator, weight: Floats, side: Ints, without: Ints) -> Ints:
    """A place of each given team-game, drawn by weight; `without` are places that can not be, -1 for none."""
    upto = np.cumsum(weight, axis=1)
    row = np.arange(len(side))
    held = np.where(without < 0, 0.0, weight[side, without])
    point = rng.random(len(side)) * (upto[side, -1] - held)
    before = np.where(without < 0, np.inf, upto[side, without] - held)
    point = np.where(point >= before, point + held, point)
    chosen = (upto[side] <= point[:, None]).sum(axis=1)
    # Rounding may leave the point at the very end of the row.
    last = weight.shape[1] - 1 - np.argmax(weight[:, ::-1] > 0, axis=1)
    chosen = np.minimum(chosen, last[side])
    chosen[weight[side[row], chosen] == 0] = -1
    return np.where(chosen == without, -1, chosen)


def _distances(rng: np.random.Generator, zone: Ints) -> tuple[Ints, Bools]:
    count = len(zone)
    three = 24 + np.floor(rng.exponential(2.4, count)).clip(max=40)
    heave = np.where(rng.random(count) < 0.004, rng.integers(35, 75, count), three)  # noqa: PLR2004 - desperate shots
    paint = _PAINT_DISTANCES[np.searchsorted(np.cumsum(_PAINT_SHARES)[:-1], rng.random(count), side="right")]
    middle = 9 + np.floor(15 * rng.beta(1.15, 1.25, count))
    has_distance = rng.random(count) >= _NO_DISTANCE[zone]
    printed = np.choose(zone, [heave, paint, middle])
    imputed = np.choose(zone, [22, 0, 0])
    return np.where(has_distance, printed, imputed).astype(np.int64), has_distance


def make_shots(
    rng: np.random.Generator, stints: list[Stint], dressed: Dressed, players: Players, minutes: Ints
) -> Shots:
    """Lay out a season's shots one by one.

    Args:
        rng: source of chance.
        stints: regulation and overtimes.
        dressed: rosters by team-game.
        players: players.
        minutes: minutes with overtime, team-games x places.

    Returns:
        Shots by game, period and clock.
    """
    parts = [_one_by_one(stint) for stint in stints]
    side, place, zone, made = (np.concatenate(column) for column in zip(*parts, strict=True))
    overtime = np.repeat([stint.period for stint in stints], [len(part[0]) for part in parts])
    count = len(side)
    period = np.where(overtime > 0, overtime, rng.integers(1, _PERIODS + 1, count))
    clock = np.where(overtime > 0, rng.integers(0, _OVERTIME_SECONDS, count), rng.integers(0, _PERIOD_SECONDS, count))
    order = np.argsort(((side // 2) * 32 + period) * 1024 - clock, kind="stable")
    side, place, zone, made, period, clock = (values[order] for values in (side, place, zone, made, period, clock))
    game = side // 2
    nth = np.arange(count) - np.searchsorted(game, game, side="left")

    skill = players.skill[dressed.player] * minutes[..., None]
    chosen = rng.random(count)
    assisted = np.flatnonzero(made & (chosen < _ASSISTED[zone]))
    blocked = np.flatnonzero(~made & (chosen < _BLOCKED[zone]))
    assist, block = np.full(count, -1), np.full(count, -1)
    assist[assisted] = _someone(rng, skill[..., _ASSISTS], side[assisted], place[assisted])
    block[blocked] = _someone(rng, skill[..., _BLOCKS], side[blocked] ^ 1, np.full(len(blocked), -1))
    distance, has_distance = _distances(rng, zone)
    return Shots(
        side=side,
        place=place,
        number=7 + 3 * nth + rng.integers(0, 3, count),
        period=period,
        clock=clock,
        zone=zone,
        made=made,
        distance=distance,
        has_distance=has_distance,
        assist=assist,
        block=block,
    )


def total_minutes(stints: list[Stint]) -> Ints:
    """Minutes of regulation and overtimes together, team-games x places."""
    minutes = stints[0].minutes.copy()
    for stint in stints[1:]:
        minutes[stint.rows] += stint.minutes
    return minutes


def _counted(shape: tuple[int, ...], side: Ints, place: Ints) -> Ints:
    """How often each place of each team-game occurs."""
    return np.bincount(side * shape[1] + place, minlength=shape[0] * shape[1]).reshape(shape)


def make_box(rng: np.random.Generator, stints: list[Stint], shots: Shots, dressed: Dressed, players: Players) -> Box:
    """Draw the rest of the box scores: rebounds, steals, fouls and each man's margin.

    Args:
        rng: source of chance.
        stints: regulation and overtimes.
        shots: shots, which give assists and blocks.
        dressed: rosters by team-game.
        players: players.

    Returns:
        Box scores.
    """
    first = stints[0]
    minutes = total_minutes(stints)
    names = ("attempts", "makes", "fta", "ftm", "turnovers", "offensive_rebounds")
    sums = {name: getattr(first, name).copy() for name in names}
    overtimes = np.zeros(len(minutes), dtype=np.int64)
    for stint in stints[1:]:
        overtimes[stint.rows] += 1
        for name in names:
            sums[name][stint.rows] += getattr(stint, name)
    skill = players.skill[dressed.player] * minutes[..., None]
    misses = (sums["attempts"] - sums["makes"]).sum(axis=(1, 2))
    team_dreb = rng.binomial(_other_side(misses - sums["offensive_rebounds"]), _DEFENSIVE_REBOUND)
    team_stl = rng.binomial(_other_side(sums["turnovers"].sum(axis=1)), _STOLEN)
    trips = _other_side(sums["fta"].sum(axis=1)) // 2
    team_pf = trips + rng.poisson(_FOULS_BEYOND_TRIPS, len(trips))
    steady = 0.3 * minutes
    own = sums["makes"] @ POINTS + sums["ftm"]
    points = own.sum(axis=1)
    margin = points - _other_side(points)
    played = minutes > 0
    total = minutes.sum(axis=1, keepdims=True)
    # Who plays half the game can differ most from his team.
    room = np.sqrt(minutes * (total / 5 - minutes).clip(0)) / _HALF_MINUTES
    noise = _MARGIN_SPREAD * rng.standard_normal(minutes.shape) * room
    noise += _OWN_POINTS * (own - own.sum(axis=1, keepdims=True) * minutes / total)
    noise -= np.where(played, noise.sum(axis=1, keepdims=True) / played.sum(axis=1, keepdims=True), 0.0)
    made_with_help, blocked = shots.assist >= 0, shots.block >= 0
    return Box(
        minutes=minutes,
        attempts=sums["attempts"],
        makes=sums["makes"],
        fta=sums["fta"],
        ftm=sums["ftm"],
        oreb=_dealt(rng, sums["offensive_rebounds"], skill[..., _OFFENSIVE]),
        dreb=_dealt(rng, team_dreb, skill[..., _DEFENSIVE]),
        ast=_counted(minutes.shape, shots.side[made_with_help], shots.assist[made_with_help]),
        stl=_dealt(rng, team_stl, skill[..., _STEALS]),
        blk=_counted(minutes.shape, shots.side[blocked] ^ 1, shots.block[blocked]),
        tov=sums["turnovers"],
        pf=np.minimum(_dealt(rng, team_pf, skill[..., _FOULS] + steady), _MOST_FOULS),
        plus_minus=whole_parts(margin[:, None] * 5 * minutes / total + noise),
        overtimes=overtimes,
    )
