"""The season's games: who meets whom on which date.

In the regular season every round has each team play once and lasts two dates, so that no team plays twice on a date or
on three dates in a row; a back-to-back arises where a team plays on the last date of one round and the first of the
next. No box score follows from the games of the other stages.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from hoopcast.arrays import IntArray, TextArray
from hoopcast.calendar import season_of, season_start_year
from hoopcast.league.draws import LeagueSize, random_stream
from hoopcast.nba.teams import TEAMS

# Games a date by weekday from Monday, as the league spreads them.
_WEEKDAY_GAMES = np.array([8.4, 5.4, 10.2, 4.8, 9.4, 6.8, 7.4])
_TUESDAY, _FRIDAY = 1, 4
_WEEKS_BEFORE_OPENING = timedelta(days=21)
# Spread of the random part of a game's date within its round; the larger, the more back-to-backs (14-15 a team here).
_DATE_SPREAD = 1.2
_BREAK_AT = 0.705
# Teams outside the league, by tricode: two of the all-star game, two of the rising stars' and a touring club.
GUESTS = {
    "DRT": 1610616833, "LBN": 1610616834, "BAR": 1610616847, "PAY": 1610616848, "MLB": 15016,
}  # fmt: skip
_PRESEASON_ROUNDS, _PLAYOFF_ROUND_GAMES = 4, 5
_ALL_STAR_DAY = 2


@dataclass(frozen=True, slots=True)
class Games:
    """Regular-season games in the order of their dates.

    Attributes:
        opening: first date of the season.
        break_date: first date of the all-star break.
        last_day: days from opening to the last date.
        day: days from opening, per game.
        home: position of the home team in the league, per game.
        away: position of the visiting team.

    What has a row for each side of a game is per team-game; team-game 2g is the home side of game g.
    """

    opening: date
    break_date: date
    last_day: int
    day: IntArray
    home: IntArray
    away: IntArray

    @property
    def team(self) -> IntArray:
        """Position of the team of each team-game."""
        return np.stack([self.home, self.away], axis=1).ravel()

    @property
    def team_day(self) -> IntArray:
        """Days from opening of each team-game."""
        return np.repeat(self.day, 2)

    def dates(self, day: IntArray) -> TextArray:
        """Dates as `2021-10-19` of days from opening."""
        first = int(day.min(initial=0))
        opening = np.datetime64(self.opening)
        calendar = [str(opening + offset) for offset in range(first, int(day.max(initial=0)) + 1)]
        return np.asarray(np.array(calendar, dtype=np.object_)[day - first])


def other_side(values: IntArray) -> IntArray:
    """Values of the opponents, of values per team-game."""
    return np.asarray(values.reshape(-1, 2, *values.shape[1:])[:, ::-1].reshape(values.shape))


def _opening_date(season: str) -> date:
    """First date of a season: the third Tuesday of October, or a later one where October is of the season before."""
    year = season_start_year(season)
    opening = date(year, 10, 15)
    while opening.weekday() != _TUESDAY or season_of(opening - _WEEKS_BEFORE_OPENING) != season:
        opening += timedelta(days=1)
    return opening


def _break_start(opening: date, size: LeagueSize) -> date:
    start = opening + timedelta(days=round(_BREAK_AT * 2.12 * size.games_per_team))
    while size.is_long and start.weekday() != _FRIDAY:
        start -= timedelta(days=1)
    return start


def _idle_dates(opening: date, break_date: date, size: LeagueSize) -> set[date]:
    year = opening.year
    first_of_november = date(year, 11, 1)
    thanksgiving = first_of_november + timedelta(days=(3 - first_of_november.weekday()) % 7 + 21)
    first_of_april = date(year + 1, 4, 1)
    college_final = first_of_april + timedelta(days=-first_of_april.weekday() % 7)
    all_star = {break_date + timedelta(days=day) for day in range(6 if size.is_long else 2)}
    return {thanksgiving, date(year, 12, 24), college_final} | all_star


def _playing_days(opening: date, idle: set[date], number: int) -> IntArray:
    """Days from opening of the first `number` dates with games."""
    candidates = np.arange(number + len(idle) + 1)
    idle_days = np.array([(day - opening).days for day in idle])
    return candidates[~np.isin(candidates, idle_days)][:number]


def _matching(teams: int, number: int) -> IntArray:
    """Round `number` of the circle method: teams / 2 pairs in which each team stands once."""
    others = teams - 1
    steps = np.arange(1, teams // 2)
    pairs = np.stack([(number + steps) % others, (number - steps) % others], axis=1)
    return np.vstack([[others, number % others], pairs])


def _at_home_once(first: IntArray, second: IntArray) -> tuple[IntArray, IntArray]:
    """Two rounds with home teams (column 0) chosen so that each team is at home in exactly one of them."""
    partner = np.empty((2, 2 * len(first)), dtype=np.int64)
    for which, pairs in enumerate((first, second)):
        partner[which, pairs[:, 0]], partner[which, pairs[:, 1]] = pairs[:, 1], pairs[:, 0]
    home_in_first = np.full(2 * len(first), -1)
    # Both rounds together form even cycles; along each the teams are at home in turns.
    for start in range(2 * len(first)):
        team = start
        while home_in_first[team] < 0:
            home_in_first[team] = 1
            rival = partner[0, team]
            home_in_first[rival] = 0
            team = partner[1, rival]
    oriented = []
    for pairs, wanted in ((first, 1), (second, 0)):
        swap = home_in_first[pairs[:, 0]] != wanted
        oriented.append(np.where(swap[:, None], pairs[:, ::-1], pairs))
    return oriented[0], oriented[1]


def _rounds(rng: np.random.Generator, size: LeagueSize) -> list[IntArray]:
    """All rounds in random order: pairs meet equally often, give or take one game."""
    different = size.teams - 1
    doubles, extra = divmod(size.games_per_team, 2 * different)
    numbers = np.concatenate(
        [np.tile(np.repeat(np.arange(different), 2), doubles), np.resize(rng.permutation(different), extra)]
    )
    label = rng.permutation(size.teams)
    matchings = [label[_matching(size.teams, int(number))] for number in numbers]
    paired = [_at_home_once(*matchings[at : at + 2]) for at in range(0, len(matchings) - 1, 2)]
    rounds = [half for pair in paired for half in pair]
    rounds += matchings[len(rounds) :]
    return [rounds[at] for at in rng.permutation(len(rounds))]


def make_games(seed: int, season: str, size: LeagueSize) -> Games:
    """Draw the schedule of a season.

    Returns:
        teams * games_per_team / 2 games; no team plays twice on a date.
    """
    rng = random_stream(seed, season, "schedule")
    opening = _opening_date(season)
    break_date = _break_start(opening, size)
    rounds = _rounds(rng, size)
    # Opening night is a date of its own before the first round's other two.
    days = _playing_days(opening, _idle_dates(opening, break_date, size), 2 * len(rounds) + 1)
    starts = np.concatenate([[0], 3 + 2 * np.arange(len(rounds) - 1), [len(days)]])
    last_played = np.full(size.teams, -9)
    day, pairs = [], []
    for number, games in enumerate(rounds):
        window = days[starts[number] : starts[number + 1]]
        load = _WEEKDAY_GAMES[(opening.weekday() + window) % 7] * rng.uniform(0.75, 1.25, len(window))
        load[0] *= 0.35 if number == 0 else 1.0
        edges = np.rint(np.cumsum(load) / load.sum() * len(games)).astype(np.int64)
        tired = (last_played[games] == window[0] - 1).sum(axis=1) + rng.normal(0.0, _DATE_SPREAD, len(games))
        place = np.empty(len(games), dtype=np.int64)
        place[np.argsort(tired)] = np.searchsorted(edges, np.arange(len(games)), side="right")
        day.append(window[place])
        pairs.append(games)
        last_played[games] = window[place][:, None]
    days_of_games, teams_of_games = np.concatenate(day), np.concatenate(pairs)
    order = np.argsort(days_of_games, kind="stable")
    return Games(
        opening=opening,
        break_date=break_date,
        last_day=int(days_of_games.max()),
        day=days_of_games[order],
        home=teams_of_games[order, 0],
        away=teams_of_games[order, 1],
    )


class OtherGame(NamedTuple):
    """A game that the schedule has and no box score follows: preseason, all-star, play-in, playoffs.

    Its number is the digits of its id beside those of the season: the stage's and five of the game's.
    """

    number: str
    date: date
    home: str
    away: str


def other_games(rng: np.random.Generator, games: Games, size: LeagueSize) -> list[OtherGame]:
    """Draw the games of the other stages, around those of the regular season."""
    teams = [team.abbr for team in TEAMS[: size.teams]]
    last = games.opening + timedelta(days=games.last_day)
    others = []
    rounds = _PRESEASON_ROUNDS if size.is_long else 1
    for number in range(rounds):
        order = rng.permutation(teams).tolist()
        for at, (home, away) in enumerate(zip(order[::2], order[1::2], strict=True)):
            day = games.opening - timedelta(days=4 * (rounds - number) + (at % 3))
            others.append(OtherGame(f"1{number:02d}{at:02d}", day, home, away))
    others.append(OtherGame("10099", games.opening - timedelta(days=7), teams[0], "MLB"))
    sunday = games.break_date + timedelta(days=_ALL_STAR_DAY if size.is_long else 1)
    others.append(OtherGame("30001", sunday, "LBN", "DRT"))
    if size.is_long:
        others.append(OtherGame("30004", games.break_date, "PAY", "BAR"))
    best = rng.permutation(teams).tolist()
    play_in = [(2, 3), (4, 5), (2, 4)] if len(best) > 5 else []  # noqa: PLR2004 - too few teams for a play-in
    for at, (home, away) in enumerate(play_in):
        day = last + timedelta(days=2 + at)
        others.append(OtherGame(f"5{at:02d}01", day, best[home], best[away]))
    for at in range(_PLAYOFF_ROUND_GAMES):
        home, away = (best[0], best[1]) if at % 2 == 0 else (best[1], best[0])
        others.append(OtherGame(f"40010{at + 1}", last + timedelta(days=6 + 2 * at), home, away))
    return others
