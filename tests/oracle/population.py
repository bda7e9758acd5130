"""Who is expected to play, and what is known of his rest and health, by the documented rules; history and quotes."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from tests.oracle.form import View
from tests.oracle.records import Appearance, Game, Records

RECENT_GAMES, RECENT_DAYS = 10, 30
ACTIVATED_DAYS = 10
LIST_DAYS = 7


@dataclass(frozen=True)
class Move:
    """A move on (placed) or off (activated) the injured list."""

    player_id: int
    day: date
    status: str
    team: str | None


@dataclass(frozen=True)
class Expected:
    """An expected player of a game; `missed` is None where his last team was another."""

    game: Game
    player_id: int
    team: str
    priority: int
    missed: int | None
    injury_risk: int
    days_rest: int | None
    games_in_7: int
    minutes_in_7: float
    back_to_backs_in_14: int

    @property
    def opponent(self) -> str:
        """The other team."""
        return self.game.away if self.team == self.game.home else self.game.home

    @property
    def by_history(self) -> bool:
        """Known without news of the day and without quotes."""
        return self.priority <= 4


class Season:
    """The population of a season: each expected player of each game."""

    def __init__(self, records: Records, season: str, moves: Iterable[Move]) -> None:
        self.view = View(records, season)
        start = _start_of(self.view.last_season)
        self.moves = _by_player(move for move in moves if move.day >= start)
        self.played: dict[tuple[str, str], list[Game]] = defaultdict(list)
        for game in self.view.games:
            if game.home_won is not None:
                self.played[game.home, game.season].append(game)
                self.played[game.away, game.season].append(game)
        self._days = {key: [game.day for game in games] for key, games in self.played.items()}

    def games_played(self, team: str, season: str, day: date) -> int:
        """Games of a team before a day of a season."""
        return bisect_left(self._days.get((team, season), []), day)

    def days_since_last_game(self, team: str, day: date) -> int | None:
        """Days since a team's last game of the season."""
        count = self.games_played(team, self.view.season, day)
        return None if count == 0 else (day - self._days[team, self.view.season][count - 1]).days

    @cached_property
    def games(self) -> dict[date, list[Game]]:
        """Games of the season by their day."""
        games: dict[date, list[Game]] = defaultdict(list)
        for game in self.view.games:
            if game.season == self.view.season:
                games[game.day].append(game)
        return games

    def expected(self, day: date) -> list[Expected]:
        """Everyone who is expected on a day."""
        teams = {team: game for game in self.games.get(day, []) for team in (game.home, game.away)}
        claims: dict[int, tuple[int, str]] = {}
        for player in self.view.careers:
            self._claim_by_games(claims, player, day, teams)
        for player, moves in self.moves.items():
            _claim_by_moves(claims, player, (moves, self.view.career(player, day)), day, teams)
        return [self._described(teams[team], player, team, priority) for player, (priority, team) in claims.items()]

    def _claim_by_games(
        self, claims: dict[int, tuple[int, str]], player: int, day: date, teams: Mapping[str, Game]
    ) -> None:
        career = self.view.career(player, day)
        if not career or career[-1].team not in teams:
            return
        last = career[-1]
        games = self.games_played(last.team, self.view.season, day)
        if last.season == self.view.season:
            missed = games - self.games_played(last.team, last.season, last.day)
            if missed <= RECENT_GAMES or (day - last.day).days <= RECENT_DAYS:
                claims[player] = (1, last.team)
        elif games < RECENT_GAMES:
            claims[player] = (2, last.team)
        if player not in claims and (player, day) in self.view.lines:
            claims[player] = (6, last.team)

    def _described(self, game: Game, player: int, team: str, priority: int) -> Expected:
        day, career = game.day, self.view.career(player, game.day)
        last = career[-1] if career else None
        games = self.games_played(team, self.view.season, day)
        missed: int | None = games
        if last is not None and last.season == self.view.season:
            missed = games - self.games_played(last.team, last.season, last.day) - 1
        if last is not None and last.team != team:
            missed = None
        is_current = last is not None and last.season == self.view.season
        workload = _workload(career, day, self.view.season)
        return Expected(
            game, player, team, priority, missed, self._injury_risk(player, day, last),
            min(7, (day - last.day).days) if is_current and last is not None else None, *workload,
        )  # fmt: skip

    def _injury_risk(self, player: int, day: date, last: Appearance | None) -> int:
        earlier = [move for move in self.moves.get(player, []) if move.day < day]
        if not earlier:
            return 0
        move = earlier[-1]
        if move.status == "placed":
            return 3 if last is None or last.day <= move.day else 1
        return 1 if (day - move.day).days <= LIST_DAYS else 0


def _start_of(season: str) -> date:
    """First day whose moves belong to a season; the pandemic moved that of 2020-21."""
    return date(2020, 11, 1) if season == "2020-21" else date(int(season[:4]), 9, 1)


def _by_player(moves: Iterable[Move]) -> dict[int, list[Move]]:
    """Moves of each player in their order; of one day's moves the activation is the last."""
    by_player: dict[int, list[Move]] = defaultdict(list)
    for move in sorted(moves, key=lambda move: (move.day, move.status != "placed")):
        by_player[move.player_id].append(move)
    return by_player


def _claim_by_moves(
    claims: dict[int, tuple[int, str]],
    player: int,
    known: tuple[Sequence[Move], Sequence[Appearance]],
    day: date,
    teams: Mapping[str, Game],
) -> None:
    moves, career = known
    for place, move in enumerate(moves):
        until = moves[place + 1].day if place + 1 < len(moves) else date.max
        is_open = move.day <= day <= until and (day - move.day).days <= ACTIVATED_DAYS
        if move.status != "activated" or not is_open or move.team not in teams:
            continue
        is_his_team = not any(one.day > move.day and one.team != move.team for one in career)
        if is_his_team:
            claim = (4 if move.day < day else 5, str(move.team))
            claims[player] = min(claims.get(player, claim), claim)


def _workload(career: Sequence[Appearance], day: date, season: str) -> tuple[int, float, int]:
    """Games and minutes of the 7 days before, second games of back-to-backs of the 14 days before."""
    games, minutes, seconds = 0, 0.0, 0
    for place in range(len(career) - 1, -1, -1):
        one = career[place]
        ago = (day - one.day).days
        if one.season != season or ago > 14:
            break
        if ago <= 7:
            games, minutes = games + 1, minutes + one.minutes
        if place > 0 and (one.day - career[place - 1].day).days == 1:
            seconds += 1
    return games, minutes, seconds
