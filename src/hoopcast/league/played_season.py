"""A season as it was drawn, before it takes the form of files."""

from dataclasses import dataclass

import numpy as np

from hoopcast.league.absences import Appearances, appear
from hoopcast.league.box import Box, Shots, make_box, make_shots, total_minutes
from hoopcast.league.columns import Ints, Texts, chance
from hoopcast.league.expected import Expected, expect
from hoopcast.league.injured_list import Moves, list_moves
from hoopcast.league.lines import GameLines, PointsLines, game_lines, points_lines
from hoopcast.league.play import Rates, play_games, true_rates
from hoopcast.league.players import Players, first_players, next_players
from hoopcast.league.rosters import Dressed, Rosters, dress, make_rosters
from hoopcast.league.schedule import Games, make_games
from hoopcast.league.size import LeagueSize
from hoopcast.league.teams import Styles, make_styles
from hoopcast.nba.teams import TEAMS


@dataclass(frozen=True, slots=True)
class PlayedSeason:
    """Everything that was drawn of a season.

    Attributes:
        season: such as `2021-22`.
        games: schedule of the regular season.
        players: who could play.
        styles: true pace and defence of the teams.
        rosters: contracts.
        dressed: rosters by team-game.
        appearances: who played.
        rates: true rates.
        shots: shots one by one.
        box: box scores.
        expected: what was to expect before tip-off.
        game_lines: lines on games.
        points_lines: lines on men.
        moves: moves of the injured list.
    """

    season: str
    games: Games
    players: Players
    styles: Styles
    rosters: Rosters
    dressed: Dressed
    appearances: Appearances
    rates: Rates
    shots: Shots
    box: Box
    expected: Expected
    game_lines: GameLines
    points_lines: PointsLines
    moves: Moves

    @property
    def team(self) -> Ints:
        """Position of the team of each team-game."""
        return sides(self.games)

    @property
    def game_id(self) -> Texts:
        """NBA.com style id of each game."""
        digits = self.season[2:4]
        return np.array([f"002{digits}{number:05d}" for number in range(1, len(self.games.day) + 1)], dtype=np.object_)

    @property
    def date(self) -> Texts:
        """Date of each game as text."""
        return dates_as_text(self.games, self.games.day)


def sides(games: Games) -> Ints:
    """Position of the team of each team-game; team-game 2g is the home side of game g."""
    return np.stack([games.home, games.away], axis=1).ravel()


def dates_as_text(games: Games, day: Ints) -> Texts:
    """Dates as `2021-10-19` of days from opening."""
    first = int(day.min(initial=0))
    opening = np.datetime64(games.opening)
    calendar = np.array([str(opening + offset) for offset in range(first, int(day.max(initial=0)) + 1)], dtype=object)
    return np.asarray(calendar[day - first])


def team_texts(attribute: str) -> Texts:
    """An attribute of all 30 teams by position."""
    return np.array([getattr(team, attribute) for team in TEAMS], dtype=np.object_)


def play_season(seed: int, season: str, size: LeagueSize, before: PlayedSeason | None) -> PlayedSeason:
    """Draw a season.

    Args:
        seed: seed of the league.
        season: such as `2021-22`.
        size: teams, games and players.
        before: the season before, from which players and styles carry over; None for the first.

    Returns:
        The season with all that is true of it.
    """
    games = make_games(seed, season, size)
    if before is None:
        players = first_players(seed, season, size)
    else:
        players = next_players(seed, season, size, before.players, before.rosters.last_team)
    styles = make_styles(seed, season, size, before.styles if before else None)
    rosters = make_rosters(seed, season, size, players, games.last_day)
    dressed = dress(seed, season, games, players, rosters)
    appearances = appear(seed, season, games, players, dressed)
    rates = true_rates(games, players, dressed, appearances, styles)
    stints = play_games(seed, season, dressed, appearances, rates)
    shots = make_shots(chance(seed, season, "shots"), stints, dressed, players, total_minutes(stints))
    expected = expect(dressed, appearances, rates)
    team = sides(games)
    return PlayedSeason(
        season=season,
        games=games,
        players=players,
        styles=styles,
        rosters=rosters,
        dressed=dressed,
        appearances=appearances,
        rates=rates,
        shots=shots,
        box=make_box(chance(seed, season, "box scores"), stints, shots, dressed, players),
        expected=expected,
        game_lines=game_lines(chance(seed, season, "game lines"), expected),
        points_lines=points_lines(chance(seed, season, "points lines"), dressed, appearances, expected, team),
        moves=list_moves(chance(seed, season, "injured list"), dressed, appearances, team, np.repeat(games.day, 2)),
    )
