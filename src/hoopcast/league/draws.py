"""What every draw of a league rests on: how large the league is, and its random streams."""

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from hoopcast.arrays import BoolArray, IntArray
from hoopcast.errors import UsageError
from hoopcast.nba.teams import TEAMS

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_Record = TypeVar("_Record", bound="DataclassInstance")
Columns: TypeAlias = dict[str, NDArray[Any]]

# From this many games a team on, a season is long enough to have an all-star break of a week.
_LONG_SEASON_GAMES = 41
_FEWEST = 2
_MOST_GAMES, _FEWEST_PLAYERS, _MOST_PLAYERS = 100, 8, 20


@dataclass(frozen=True, slots=True)
class LeagueSize:
    """Numbers of teams, games and players.

    Attributes:
        teams: even number of teams from 2 to 30; a league of fewer than 30 has the first of them.
        games_per_team: regular-season games of each team, 2 to 100.
        players_per_team: players under contract with a team at any time, 8 to 20.

    Raises:
        UsageError: if a number is out of its range.
    """

    teams: int = 30
    games_per_team: int = 82
    players_per_team: int = 17

    def __post_init__(self) -> None:
        if not (_FEWEST <= self.teams <= len(TEAMS) and self.teams % 2 == 0):
            raise UsageError(
                f"a simulated league of {self.teams} teams is not possible; choose an even number from 2 to 30"
            )
        if not _FEWEST <= self.games_per_team <= _MOST_GAMES:
            raise UsageError(f"{self.games_per_team} games a team are not possible; choose 2 to {_MOST_GAMES}")
        if not _FEWEST_PLAYERS <= self.players_per_team <= _MOST_PLAYERS:
            raise UsageError(
                f"{self.players_per_team} players a team are not possible; choose {_FEWEST_PLAYERS} to {_MOST_PLAYERS}"
            )

    @property
    def is_long(self) -> bool:
        """Whether a season is long enough for a full all-star break."""
        return self.games_per_team >= _LONG_SEASON_GAMES


FULL_LEAGUE = LeagueSize()
TINY_LEAGUE = LeagueSize(teams=6, games_per_team=12, players_per_team=10)


def random_stream(seed: int, season: str, purpose: str) -> np.random.Generator:
    """The random stream of a purpose in a season.

    Each purpose has a stream of its own, so that a further draw for one changes no other.

    Args:
        seed: seed of the league.
        season: such as `2021-22`; empty for what belongs to no season.
        purpose: what is drawn, such as `schedule`.

    Returns:
        Generator whose stream depends on these three alone.
    """
    return np.random.default_rng([seed, crc32(season.encode()), crc32(purpose.encode())])


def rows_of(record: _Record, which: BoolArray | IntArray) -> _Record:
    """Those rows of a data class of arrays that are at the given positions or under a mask."""
    return replace(record, **{field.name: getattr(record, field.name)[which] for field in fields(record)})
