"""The regular season's games: who meets whom on which date.

Every round has each team play once and lasts two dates, so that no team plays twice on a date or on three dates in a
row; a back-to-back arises where a team plays on the last date of one round and the first of the next.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from hoopcast.calendar import season_of, season_start_year
from hoopcast.league.columns import Ints, chance
from hoopcast.league.size import LeagueSize

# Games a date by weekday from Monday, as the league spreads them.
_WEEKDAY_GAMES = np.array([8.4, 5.4, 10.2, 4.8, 9.4, 6.8, 7.4])
_TUESDAY, _FRIDAY = 1, 4
_WEEKS_BEFORE_OPENING = timedelta(days=21)
# Spread of the random part of a game's date within its round; the larger, the more back-to-backs (14-15 a team here).
_DATE_SPREAD = 1.2
_BREAK_AT = 0.705


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
    """

    opening: date
    break_date: date
    last_day: int
    day: Ints
    home: Ints
    away: Ints


def opening_date(season: str) -> date:
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


def _playing_days(opening: date, idle: set[date], number: int) -> Ints:
    """Days from opening of the first `number` dates with games."""
    candidates = np.arange(number + len(idle) + 1)
    idle_days = np.array([(day - opening).days for day in idle])
    return candidates[~np.isin(candidates, idle_days)][:number]


def _matching(teams: int, number: int) -> Ints:
    """Round `number` of the circle method: teams / 2 pairs in which each team stands once."""
    others = teams - 1
    steps = np.arange(1, teams // 2)
    pairs = np.stack([(number + steps) % others, (number - steps) % others], axis=1)
    return np.vstack([[others, number % others], pairs])


def _at_home_once(first: Ints, second: Ints) -> tuple[Ints, Ints]:
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


def _rounds(rng: np.random.Generator, size: LeagueSize) -> list[Ints]:
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

    Args:
        seed: seed of the league.
        season: such as `2021-22`.
        size: teams and games a team.

    Returns:
        teams * games_per_team / 2 games; no team plays twice on a date.
    """
    rng = chance(seed, season, "schedule")
    opening = opening_date(season)
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
