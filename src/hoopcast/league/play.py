"""Games as they are played: plays, shots, free throws, turnovers, and overtime until one side leads."""

from dataclasses import dataclass, replace

import numpy as np

from hoopcast.league.absences import REGULATION_MINUTES, Appearances, share_out
from hoopcast.league.columns import Array, Floats, Ints, chance, whole_parts
from hoopcast.league.players import LEAGUE_ACCURACY, Players
from hoopcast.league.rosters import Dressed
from hoopcast.league.schedule import Games
from hoopcast.league.teams import Styles

# True effects on accuracy, as multipliers: at home, away, and on the day after a game.
HOME, AWAY, BACK_TO_BACK = 1.010, 0.990, 0.985
POSSESSIONS = 99.7
_POSSESSIONS_SPREAD, _OWN_PLAYS_SPREAD = 0.041, 0.6
# Shares of a team's plays: field-goal attempts, trips to the line, turnovers.
_PLAY_SHARES = np.array([0.7905, 0.0925, 0.117])
_OFFENSIVE_REBOUND_RATE, _EXPECTED_MISSES = 0.2175, 47.5
# Size of the beta law of a night's offensive rebound rate.
_GLASS = 70.0
# A formula of possessions counts a trip of two free throws as 0.88 of a play.
_PLAYS_BEYOND_FORMULA = 0.6
_AND_ONE = np.array([0.004, 0.062, 0.03])
# Shape of the gamma law of a man's usage from game to game.
_HOT_HAND = 24.0
# A side that scores beyond expectation meets a defence that answers: the share of its surplus that it loses again.
_ANSWER = 0.3
OVERTIME_MINUTES = 25
_FIRST_OVERTIME, _OVERTIMES = 5, 5
# A side that trails by a point at the end shoots or is fouled: how often it still ties.
_LATE_TIE = 0.45
POINTS = np.array([3, 2, 2])


@dataclass(frozen=True, slots=True)
class Rates:
    """True rates at each team-game and place.

    Attributes:
        kinds: probabilities of a play to end in a three, a shot in the paint, from mid-range, at the line, or lost.
        accuracy: probability of a make by zone, against this defence, in this place, on this day.
        neutral_accuracy: the same against an average defence on neutral ground after a day of rest.
        free_throw: probability of a made free throw.
        possessions: possessions to expect of each game, both teams alike, per team-game.
    """

    kinds: Floats
    accuracy: Floats
    neutral_accuracy: Floats
    free_throw: Floats
    possessions: Floats

    @property
    def points_per_play(self) -> Floats:
        """Points to expect of a play of each man."""
        made = self.kinds[..., :3] * self.accuracy
        free_throws = 2 * self.kinds[..., 3] + (made * _AND_ONE).sum(axis=-1)
        return np.asarray((made * POINTS).sum(axis=-1) + free_throws * self.free_throw)

    @property
    def plays(self) -> Floats:
        """Plays to expect of each team."""
        return self.possessions + _OFFENSIVE_REBOUND_RATE * _EXPECTED_MISSES + _PLAYS_BEYOND_FORMULA

    def at(self, rows: Array) -> "Rates":
        """Rates of some team-games."""
        return Rates(
            kinds=self.kinds[rows],
            accuracy=self.accuracy[rows],
            neutral_accuracy=self.neutral_accuracy[rows],
            free_throw=self.free_throw[rows],
            possessions=self.possessions[rows],
        )


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

    rows: Ints
    period: int
    minutes: Ints
    attempts: Ints
    makes: Ints
    fta: Ints
    ftm: Ints
    turnovers: Ints
    offensive_rebounds: Ints

    @property
    def points(self) -> Ints:
        """Points of each man."""
        return np.asarray(self.makes @ POINTS + self.ftm)


def true_rates(games: Games, players: Players, dressed: Dressed, appearances: Appearances, styles: Styles) -> Rates:
    """Rates that follow from players, opponents, home court and rest, centred on the league's averages.

    Args:
        games: schedule.
        players: players.
        dressed: rosters by team-game.
        appearances: minutes, by which averages are weighted.
        styles: pace and defence of the teams.

    Returns:
        Rates by team-game and place.
    """
    who = dressed.player
    weight = (appearances.minutes * dressed.usage)[..., None]
    shots, line, lost = _PLAY_SHARES
    kinds = np.concatenate(
        [shots * players.zone_share, line * players.foul_draw[:, None], lost * players.turnover[:, None]], axis=1
    )[who]
    kinds = kinds / kinds.sum(axis=-1, keepdims=True)
    targets = np.concatenate([shots * np.array([0.399, 0.4085, 0.1925]), [line, lost]])
    for _ in range(3):
        kinds = kinds * targets / ((kinds * weight).sum(axis=(0, 1)) / weight.sum())
        kinds = kinds / kinds.sum(axis=-1, keepdims=True)

    team, opponent = _sides(games)
    drawn = players.accuracy[who]
    volume = kinds[..., :3] * weight
    neutral = drawn * LEAGUE_ACCURACY / ((drawn * volume).sum(axis=(0, 1)) / volume.sum(axis=(0, 1)))
    place = np.where(np.arange(len(team)) % 2 == 0, HOME, AWAY) * np.where(played_yesterday(games), BACK_TO_BACK, 1.0)
    accuracy = neutral * styles.defence[opponent][:, None, :] * place[:, None, None]
    return Rates(
        kinds=kinds,
        accuracy=accuracy.clip(0.02, 0.95),
        neutral_accuracy=neutral,
        free_throw=players.free_throw_accuracy[who],
        possessions=POSSESSIONS * styles.pace[team] * styles.pace[opponent],
    )


def _sides(games: Games) -> tuple[Ints, Ints]:
    team = np.stack([games.home, games.away], axis=1).ravel()
    return team, team.reshape(-1, 2)[:, ::-1].ravel()


def played_yesterday(games: Games) -> Array:
    """Whether each team-game is its team's second in two days."""
    team, _ = _sides(games)
    day = np.repeat(games.day, 2)
    return np.isin(team * 1000 + day - 1, team * 1000 + day)


def _answered(rng: np.random.Generator, attempts: Ints, makes: Ints, accuracy: Floats) -> Ints:
    """Makes drawn back towards expectation, as teams' scores vary less than independent shots would."""
    surplus = ((makes - attempts * accuracy) @ POINTS).sum(axis=1)
    scored = (makes @ POINTS).sum(axis=1).clip(1)
    missed = ((attempts - makes) @ POINTS).sum(axis=1).clip(1)
    lost = (_ANSWER * surplus.clip(0) / scored).clip(max=1)[:, None, None]
    won = (_ANSWER * (-surplus).clip(0) / missed).clip(max=1)[:, None, None]
    return np.asarray(makes - rng.binomial(makes, lost) + rng.binomial(attempts - makes, won))


def _stretch(rng: np.random.Generator, minutes: Ints, usage: Floats, rates: Rates, plays: Floats) -> Stint:
    """Play one stretch; `plays` are those that each team has, before its offensive rebounds."""
    share = minutes * usage * rng.gamma(_HOT_HAND, 1 / _HOT_HAND, minutes.shape)
    expected_misses = np.rint(plays * _EXPECTED_MISSES / POSSESSIONS).astype(np.int64)
    rate = rng.beta(_OFFENSIVE_REBOUND_RATE * _GLASS, (1 - _OFFENSIVE_REBOUND_RATE) * _GLASS, len(plays))
    rebounds = rng.binomial(expected_misses, rate)
    count = np.rint(plays + rebounds + _PLAYS_BEYOND_FORMULA * plays / POSSESSIONS).astype(np.int64).clip(1)
    each = rng.multinomial(count, share / share.sum(axis=1, keepdims=True))
    kinds = rng.multinomial(each, rates.kinds)
    attempts = kinds[..., :3]
    makes = _answered(rng, attempts, rng.binomial(attempts, rates.accuracy), rates.accuracy)
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


def _one_more_free_throw(stint: Stint, which: Ints) -> None:
    """Give the man with the most minutes of each team-game at position `which` a further made free throw."""
    man = np.argmax(stint.minutes[which], axis=1)
    stint.fta[which, man] += 1
    stint.ftm[which, man] += 1


def play_games(seed: int, season: str, dressed: Dressed, appearances: Appearances, rates: Rates) -> list[Stint]:
    """Play a season.

    Args:
        seed: seed of the league.
        season: such as `2021-22`.
        dressed: rosters by team-game.
        appearances: who plays and how long.
        rates: true rates.

    Returns:
        Regulation of all games and then each overtime of those that were tied; no game ends in a tie.
    """
    rng = chance(seed, season, "play")
    teams = len(rates.possessions)
    possessions = rates.possessions * np.repeat(1 + _POSSESSIONS_SPREAD * rng.standard_normal(teams // 2), 2)
    plays = possessions + _OWN_PLAYS_SPREAD * rng.standard_normal(teams)
    stints = [_stretch(rng, appearances.minutes, dressed.usage, rates, plays)]
    score = stints[0].points.sum(axis=1)
    behind = np.flatnonzero(score + 1 == score.reshape(-1, 2)[:, ::-1].ravel())
    _one_more_free_throw(stints[0], behind[rng.random(len(behind)) < _LATE_TIE])
    score = stints[0].points.sum(axis=1)
    for overtime in range(_OVERTIMES):
        tied = np.flatnonzero(score == score.reshape(-1, 2)[:, ::-1].ravel())
        if len(tied) == 0:
            break
        full = np.full(len(tied), float(OVERTIME_MINUTES))
        minutes = whole_parts(share_out(appearances.minutes[tied].astype(np.float64) ** 2, full, most=5.0))
        part = OVERTIME_MINUTES / REGULATION_MINUTES
        stint = _stretch(rng, minutes, dressed.usage[tied], rates.at(tied), plays[tied] * part)
        stint = replace(stint, rows=tied, period=_FIRST_OVERTIME + overtime)
        if overtime == _OVERTIMES - 1:
            points = stint.points.sum(axis=1).reshape(-1, 2)
            _one_more_free_throw(stint, 2 * np.flatnonzero(points[:, 0] == points[:, 1]))
        stints.append(stint)
        score = score.copy()
        score[tied] += stint.points.sum(axis=1)
    return stints
