"""A season as it is drawn, before it takes the form of files."""

from dataclasses import dataclass

import numpy as np

from hoopcast.arrays import TextArray
from hoopcast.league.draws import Columns, LeagueSize, random_stream
from hoopcast.league.lines import Expected, PointsLines, expect, game_lines, points_lines
from hoopcast.league.play import Box, Rates, Shots, Styles, make_box, make_shots, make_styles, play_games, true_rates
from hoopcast.league.players import Players, first_players, next_players
from hoopcast.league.rosters import Appearances, Moves, Rosters, appear, list_moves, make_rosters
from hoopcast.league.schedule import Games, make_games


@dataclass(frozen=True, slots=True)
class PlayedSeason:
    """Everything that was drawn of a season of a league; the class of each part says what it holds."""

    seed: int
    season: str
    size: LeagueSize
    games: Games
    players: Players
    styles: Styles
    rosters: Rosters
    appearances: Appearances
    rates: Rates
    shots: Shots
    box: Box
    expected: Expected
    game_lines: Columns
    points_lines: PointsLines
    moves: Moves

    @property
    def game_id(self) -> TextArray:
        """NBA.com style id of each game."""
        digits = self.season[2:4]
        return np.array([f"002{digits}{number:05d}" for number in range(1, len(self.games.day) + 1)], dtype=np.object_)

    @property
    def date(self) -> TextArray:
        """Date of each game as text."""
        return self.games.dates(self.games.day)


def play_season(seed: int, season: str, size: LeagueSize, before: PlayedSeason | None) -> PlayedSeason:
    """Draw a season; players and styles carry over from the one before if there is one."""

    def stream(purpose: str) -> np.random.Generator:
        return random_stream(seed, season, purpose)

    games = make_games(seed, season, size)
    if before is None:
        players = first_players(seed, season, size)
    else:
        players = next_players(seed, season, size, before.players, before.rosters.last_team)
    styles = make_styles(stream("styles"), size, before.styles if before else None)
    rosters = make_rosters(stream("rosters"), stream("form"), size, games, players)
    appearances = appear(stream("appearances"), games, players, rosters)
    rates = true_rates(games, players, rosters, appearances, styles)
    stints = play_games(stream("play"), rosters, appearances, rates)
    shots = make_shots(stream("shots"), stints, rosters, players)
    expected = expect(rosters, appearances, rates)
    return PlayedSeason(
        seed=seed,
        season=season,
        size=size,
        games=games,
        players=players,
        styles=styles,
        rosters=rosters,
        appearances=appearances,
        rates=rates,
        shots=shots,
        box=make_box(stream("box scores"), stints, shots, rosters, players),
        expected=expected,
        game_lines=game_lines(stream("game lines"), expected),
        points_lines=points_lines(stream("points lines"), games, rosters, appearances, expected),
        moves=list_moves(stream("injured list"), games, rosters, appearances),
    )
