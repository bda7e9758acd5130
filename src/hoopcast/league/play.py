"""Games as they are played: plays of each side, and overtime until one leads.

From them follow shots one by one and box scores, which agree with each other exactly.
"""

from dataclasses import dataclass, replace

import numpy as np

from hoopcast.arrays import BoolArray, FloatArray, IntArray
from hoopcast.league.draws import LeagueSize, rows_of
from hoopcast.league.players import LEAGUE_ACCURACY, ZONES, Players
from hoopcast.league.rosters import REGULATION_MINUTES, Appearances, Rosters, share_out, whole_parts
from hoopcast.league.schedule import Games, other_side

# True effects on accuracy, as multipliers: at home, away, and on the day after a game.
_HOME, _AWAY, _BACK_TO_BACK = 1.010, 0.990, 0.985
_POSSESSIONS = 99.7
_POSSESSIONS_SPREAD, _OWN_PLAYS_SPREAD = 0.041, 0.6
# Shares of a team's plays: field-goal attempts, trips to the line, turnovers.
_PLAY_SHARES = np.array([0.7905, 0.0925, 0.117])
_OFFENSIVE_REBOUND_RATE, _EXPECTED_MISSES = 0.2175, 47.5
# Sum of both shape parameters of the beta distribution of a night's offensive rebound rate.
_REBOUND_SHAPE = 70.0
# The formula of possessions counts a trip of two free throws as 0.88 of a play.
_PLAYS_BEYOND_FORMULA = 0.6
_AND_ONE = np.array([0.004, 0.062, 0.03])
# Shape of the gamma distribution of a player's usage from game to game.
_HOT_HAND = 40.0
# A side that scores beyond expectation meets a defence that answers: the share of its surplus that it loses again.
_ANSWER = 0.3
_OVERTIME_MINUTES = 25
_FIRST_OVERTIME, _OVERTIMES = 5, 5
# A side that trails by a point at the end shoots or is fouled: how often it still ties.
_LATE_TIE = 0.45
_POINTS = np.array([3, 2, 2])
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
# Part of a player's points beyond his share of minutes that shows in his margin.
_OWN_POINTS = 0.35
# Spread of a player's margin beyond his share of the team's, points over half a game.
_MARGIN_SPREAD, _HALF_MINUTES = 8.5, 24.0
# Spreads of the teams' pace and, by zone, of their defence.
_PACE_SPREAD = 0.021
_DEFENCE_SPREAD = np.array([0.031, 0.047, 0.038])
# Share of its style that a team keeps over the summer.
_STYLE_KEPT = 0.65


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
    """Draw the teams' styles of a season, with a mean of 1 and close to those of the season before if there is one."""
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
class Rates:
    """True rates at each team-game and place.

    Attributes:
        kinds: probabilities of a play to end in a three, a shot in the paint, from mid-range, at the line, or lost.
        accuracy: probability of a make by zone, against this defence, in this place, on this day.
        free_throw: probability of a made free throw.
        possessions: possessions to expect of each game, both teams alike, per team-game.
    """

    kinds: FloatArray
    accuracy: FloatArray
    free_throw: FloatArray
    possessions: FloatArray

    @property
    def points_per_play(self) -> FloatArray:
        """Points to expect of a play of each player."""
        made = self.kinds[..., :3] * self.accuracy
        free_throws = 2 * self.kinds[..., 3] + (made * _AND_ONE).sum(axis=-1)
        return np.asarray((made * _POINTS).sum(axis=-1) + free_throws * self.free_throw)

    @property
    def plays(self) -> FloatArray:
        """Plays to expect of each team."""
        return self.possessions + _OFFENSIVE_REBOUND_RATE * _EXPECTED_MISSES + _PLAYS_BEYOND_FORMULA


@dataclass(frozen=True, slots=True)
class Stint:
    """What happened in a stretch of play (team-games x places; zones last).

    Attributes:
        rows: team-games of the stretch.
        period: 0 for regulation, 5 for the first overtime.
        minutes: whole minutes.
        attempts: field-goal attempts by zone.
        makes: field goals made by zone.
        fta: free throws attempted.
        ftm: free throws made.
        turnovers: turnovers.
        offensive_rebounds: of the team.
    """

    rows: IntArray
    period: int
    minutes: IntArray
    attempts: IntArray
    makes: IntArray
    fta: IntArray
    ftm: IntArray
    turnovers: IntArray
    offensive_rebounds: IntArray

    @property
    def points(self) -> IntArray:
        """Points of each player."""
        return np.asarray(self.makes @ _POINTS + self.ftm)


def true_rates(games: Games, players: Players, rosters: Rosters, appearances: Appearances, styles: Styles) -> Rates:
    """Rates that follow from players, opponents, home court and rest, centred on the league's averages."""
    who = rosters.player
    weight = (appearances.minutes * rosters.usage)[..., None]
    shots, line, lost = _PLAY_SHARES
    kinds = np.concatenate(
        [shots * players.zone_share, line * players.foul_draw[:, None], lost * players.turnover[:, None]], axis=1
    )[who]
    kinds = kinds / kinds.sum(axis=-1, keepdims=True)
    targets = np.concatenate([shots * np.array([0.399, 0.4085, 0.1925]), [line, lost]])
    for _ in range(3):
        kinds = kinds * targets / ((kinds * weight).sum(axis=(0, 1)) / weight.sum())
        kinds = kinds / kinds.sum(axis=-1, keepdims=True)

    team, opponent = games.team, other_side(games.team)
    drawn = players.accuracy[who]
    volume = kinds[..., :3] * weight
    neutral = drawn * LEAGUE_ACCURACY / ((drawn * volume).sum(axis=(0, 1)) / volume.sum(axis=(0, 1)))
    place = np.where(np.arange(len(team)) % 2 == 0, _HOME, _AWAY)
    place = place * np.where(_is_second_in_two_days(games), _BACK_TO_BACK, 1.0)
    accuracy = neutral * styles.defence[opponent][:, None, :] * place[:, None, None]
    return Rates(
        kinds=kinds,
        accuracy=accuracy.clip(0.02, 0.95),
        free_throw=players.free_throw_accuracy[who],
        possessions=_POSSESSIONS * styles.pace[team] * styles.pace[opponent],
    )


def _is_second_in_two_days(games: Games) -> BoolArray:
    """Whether each team-game is its team's second in two days."""
    team_and_day = games.team * 1000 + games.team_day
    return np.isin(team_and_day - 1, team_and_day)


def _answer(rng: np.random.Generator, attempts: IntArray, makes: IntArray, accuracy: FloatArray) -> IntArray:
    """Makes drawn back towards expectation, as teams' scores vary less than independent shots would."""
    surplus = ((makes - attempts * accuracy) @ _POINTS).sum(axis=1)
    scored = (makes @ _POINTS).sum(axis=1).clip(1)
    missed = ((attempts - makes) @ _POINTS).sum(axis=1).clip(1)
    lost = (_ANSWER * surplus.clip(0) / scored).clip(max=1)[:, None, None]
    won = (_ANSWER * (-surplus).clip(0) / missed).clip(max=1)[:, None, None]
    return np.asarray(makes - rng.binomial(makes, lost) + rng.binomial(attempts - makes, won))


def _stretch(rng: np.random.Generator, minutes: IntArray, usage: FloatArray, rates: Rates, plays: FloatArray) -> Stint:
    """Play one stretch; `plays` are those that each team has, before its offensive rebounds."""
    share = minutes * usage * rng.gamma(_HOT_HAND, 1 / _HOT_HAND, minutes.shape)
    expected_misses = np.rint(plays * _EXPECTED_MISSES / _POSSESSIONS).astype(np.int64)
    rate = rng.beta(
        _OFFENSIVE_REBOUND_RATE * _REBOUND_SHAPE, (1 - _OFFENSIVE_REBOUND_RATE) * _REBOUND_SHAPE, len(plays)
    )
    rebounds = rng.binomial(expected_misses, rate)
    count = np.rint(plays + rebounds + _PLAYS_BEYOND_FORMULA * plays / _POSSESSIONS).astype(np.int64).clip(1)
    each = rng.multinomial(count, share / share.sum(axis=1, keepdims=True))
    kinds = rng.multinomial(each, rates.kinds)
    attempts = kinds[..., :3]
    makes = _answer(rng, attempts, rng.binomial(attempts, rates.accuracy), rates.accuracy)
    fta = 2 * kinds[..., 3] + rng.binomial(makes, _AND_ONE).sum(axis=-1)
    misses = (attempts - makes).sum(axis=(1, 2))
    return Stint(
        rows=np.arange(len(plays)),
        period=0,
        minutes=minutes,
        attempts=attempts,
        makes=makes,
        fta=fta,
        ftm=rng.binomial(fta, rates.free_throw),
        turnovers=kinds[..., 4],
        offensive_rebounds=np.minimum(rebounds, misses),
    )


def _one_more_free_throw(stint: Stint, which: IntArray) -> None:
    """Give the player with the most minutes of each team-game at position `which` a further made free throw."""
    player = np.argmax(stint.minutes[which], axis=1)
    stint.fta[which, player] += 1
    stint.ftm[which, player] += 1


def play_games(rng: np.random.Generator, rosters: Rosters, appearances: Appearances, rates: Rates) -> list[Stint]:
    """Play a season.

    Returns:
        Regulation of all games and then each overtime of those that were tied; no game ends in a tie.
    """
    teams = len(rates.possessions)
    possessions = rates.possessions * np.repeat(1 + _POSSESSIONS_SPREAD * rng.standard_normal(teams // 2), 2)
    plays = possessions + _OWN_PLAYS_SPREAD * rng.standard_normal(teams)
    stints = [_stretch(rng, appearances.minutes, rosters.usage, rates, plays)]
    score = stints[0].points.sum(axis=1)
    behind = np.flatnonzero(score + 1 == other_side(score))
    _one_more_free_throw(stints[0], behind[rng.random(len(behind)) < _LATE_TIE])
    score = stints[0].points.sum(axis=1)
    for overtime in range(_OVERTIMES):
        tied = np.flatnonzero(score == other_side(score))
        if len(tied) == 0:
            break
        full = np.full(len(tied), float(_OVERTIME_MINUTES))
        minutes = whole_parts(share_out(appearances.minutes[tied].astype(np.float64) ** 2, full, most=5.0))
        part = _OVERTIME_MINUTES / REGULATION_MINUTES
        stint = _stretch(rng, minutes, rosters.usage[tied], rows_of(rates, tied), plays[tied] * part)
        stint = replace(stint, rows=tied, period=_FIRST_OVERTIME + overtime)
        if overtime == _OVERTIMES - 1:
            points = stint.points.sum(axis=1).reshape(-1, 2)
            _one_more_free_throw(stint, 2 * np.flatnonzero(points[:, 0] == points[:, 1]))
        stints.append(stint)
        score = score.copy()
        score[tied] += stint.points.sum(axis=1)
    return stints


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

    side: IntArray
    place: IntArray
    number: IntArray
    period: IntArray
    clock: IntArray
    zone: IntArray
    made: BoolArray
    distance: IntArray
    has_distance: BoolArray
    assist: IntArray
    block: IntArray


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
    """

    minutes: IntArray
    attempts: IntArray
    makes: IntArray
    fta: IntArray
    ftm: IntArray
    oreb: IntArray
    dreb: IntArray
    ast: IntArray
    stl: IntArray
    blk: IntArray
    tov: IntArray
    pf: IntArray
    plus_minus: IntArray

    @property
    def points(self) -> IntArray:
        """Points of each player."""
        return np.asarray(self.makes @ _POINTS + self.ftm)


def _deal(rng: np.random.Generator, count: IntArray, weight: FloatArray) -> IntArray:
    """Each team's count dealt among its players by weight."""
    return rng.multinomial(count, weight / weight.sum(axis=1, keepdims=True))


def _one_by_one(stint: Stint) -> tuple[IntArray, IntArray, IntArray, BoolArray]:
    """Team-game, place, zone and result of each attempt of a stint."""
    attempts = stint.attempts.ravel()
    cell = np.repeat(np.arange(len(attempts)), attempts)
    nth = np.arange(len(cell)) - (np.cumsum(attempts) - attempts)[cell]
    row, place, zone = np.unravel_index(cell, stint.attempts.shape)
    return stint.rows[row], place, zone, nth < stint.makes.ravel()[cell]


def _someone(rng: np.random.Generator, weight: FloatArray, side: IntArray, without: IntArray) -> IntArray:
    """A place of each given team-game, drawn by weight; `without` are places that can not be, -1 for none."""
    upto = np.cumsum(weight, axis=1)
    held = np.where(without < 0, 0.0, weight[side, without])
    point = rng.random(len(side)) * (upto[side, -1] - held)
    before = np.where(without < 0, np.inf, upto[side, without] - held)
    point = np.where(point >= before, point + held, point)
    chosen = (upto[side] <= point[:, None]).sum(axis=1)
    # Rounding may leave the point at the very end of the row.
    last = weight.shape[1] - 1 - np.argmax(weight[:, ::-1] > 0, axis=1)
    chosen = np.minimum(chosen, last[side])
    chosen[weight[side, chosen] == 0] = -1
    return np.where(chosen == without, -1, chosen)


def _distances(rng: np.random.Generator, zone: IntArray) -> tuple[IntArray, BoolArray]:
    count = len(zone)
    three = 24 + np.floor(rng.exponential(2.4, count)).clip(max=40)
    heave = np.where(rng.random(count) < 0.004, rng.integers(35, 75, count), three)  # noqa: PLR2004 - desperate shots
    paint = _PAINT_DISTANCES[np.searchsorted(np.cumsum(_PAINT_SHARES)[:-1], rng.random(count), side="right")]
    middle = 9 + np.floor(15 * rng.beta(1.15, 1.25, count))
    has_distance = rng.random(count) >= _NO_DISTANCE[zone]
    printed = np.choose(zone, [heave, paint, middle])
    imputed = np.choose(zone, [22, 0, 0])
    return np.where(has_distance, printed, imputed).astype(np.int64), has_distance


def make_shots(rng: np.random.Generator, stints: list[Stint], rosters: Rosters, players: Players) -> Shots:
    """Lay out a season's shots one by one, by game, period and clock."""
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

    skill = players.skill[rosters.player] * _total(stints, "minutes")[..., None]
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


def _total(stints: list[Stint], name: str) -> IntArray:
    """A quantity of regulation and overtimes together, team-games x places."""
    total: IntArray = getattr(stints[0], name).copy()
    for stint in stints[1:]:
        total[stint.rows] += getattr(stint, name)
    return total


def _count(shape: tuple[int, ...], side: IntArray, place: IntArray) -> IntArray:
    """How often each place of each team-game occurs."""
    return np.bincount(side * shape[1] + place, minlength=shape[0] * shape[1]).reshape(shape)


def make_box(rng: np.random.Generator, stints: list[Stint], shots: Shots, rosters: Rosters, players: Players) -> Box:
    """Draw the rest of the box scores: rebounds, steals, fouls and each player's margin."""
    names = ("minutes", "attempts", "makes", "fta", "ftm", "turnovers", "offensive_rebounds")
    minutes, attempts, makes, fta, ftm, turnovers, offensive_rebounds = (_total(stints, name) for name in names)
    skill = players.skill[rosters.player] * minutes[..., None]
    misses = (attempts - makes).sum(axis=(1, 2))
    team_dreb = rng.binomial(other_side(misses - offensive_rebounds), _DEFENSIVE_REBOUND)
    team_stl = rng.binomial(other_side(turnovers.sum(axis=1)), _STOLEN)
    trips = other_side(fta.sum(axis=1)) // 2
    team_pf = trips + rng.poisson(_FOULS_BEYOND_TRIPS, len(trips))
    steady = 0.3 * minutes
    own = makes @ _POINTS + ftm
    points = own.sum(axis=1)
    margin = points - other_side(points)
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
        attempts=attempts,
        makes=makes,
        fta=fta,
        ftm=ftm,
        oreb=_deal(rng, offensive_rebounds, skill[..., _OFFENSIVE]),
        dreb=_deal(rng, team_dreb, skill[..., _DEFENSIVE]),
        ast=_count(minutes.shape, shots.side[made_with_help], shots.assist[made_with_help]),
        stl=_deal(rng, team_stl, skill[..., _STEALS]),
        blk=_count(minutes.shape, shots.side[blocked] ^ 1, shots.block[blocked]),
        tov=turnovers,
        pf=np.minimum(_deal(rng, team_pf, skill[..., _FOULS] + steady), _MOST_FOULS),
        plus_minus=whole_parts(margin[:, None] * 5 * minutes / total + noise),
    )
