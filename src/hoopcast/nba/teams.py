"""The league's 30 teams and the ways other sources write them."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Conference = Literal["East", "West"]
Division = Literal["Atlantic", "Central", "Southeast", "Northwest", "Pacific", "Southwest"]


@dataclass(frozen=True, slots=True)
class Team:
    """One of the league's 30 teams.

    Attributes:
        team_id: NBA.com team id.
        abbr: NBA.com tricode, such as `MIL`.
        city: city or region as NBA.com writes it, such as `Golden State`.
        nickname: such as `Warriors`.
        conference: `East` or `West`.
        division: one of the six divisions.
        time_zone: IANA name of the time zone of its arena.
        variants: other spellings of its tricode or name that sources use.
    """

    team_id: int
    abbr: str
    city: str
    nickname: str
    conference: Conference
    division: Division
    time_zone: str
    variants: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """City and nickname as NBA.com writes them, such as `Golden State Warriors`."""
        return f"{self.city} {self.nickname}"


_EASTERN, _CENTRAL, _MOUNTAIN, _PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"

TEAMS: tuple[Team, ...] = (
    Team(1610612737, "ATL", "Atlanta", "Hawks", "East", "Southeast", _EASTERN),
    Team(1610612738, "BOS", "Boston", "Celtics", "East", "Atlantic", _EASTERN),
    Team(1610612739, "CLE", "Cleveland", "Cavaliers", "East", "Central", _EASTERN, ("Cavs",)),
    Team(1610612740, "NOP", "New Orleans", "Pelicans", "West", "Southwest", _CENTRAL, ("NO", "NOR", "NOLA")),
    Team(1610612741, "CHI", "Chicago", "Bulls", "East", "Central", _CENTRAL),
    Team(1610612742, "DAL", "Dallas", "Mavericks", "West", "Southwest", _CENTRAL, ("Mavs",)),
    Team(1610612743, "DEN", "Denver", "Nuggets", "West", "Northwest", _MOUNTAIN),
    Team(1610612744, "GSW", "Golden State", "Warriors", "West", "Pacific", _PACIFIC, ("GS",)),
    Team(1610612745, "HOU", "Houston", "Rockets", "West", "Southwest", _CENTRAL),
    Team(1610612746, "LAC", "LA", "Clippers", "West", "Pacific", _PACIFIC, ("Los Angeles Clippers", "L.A. Clippers")),
    Team(1610612747, "LAL", "Los Angeles", "Lakers", "West", "Pacific", _PACIFIC, ("LA Lakers", "L.A. Lakers")),
    Team(1610612748, "MIA", "Miami", "Heat", "East", "Southeast", _EASTERN),
    Team(1610612749, "MIL", "Milwaukee", "Bucks", "East", "Central", _CENTRAL),
    Team(1610612750, "MIN", "Minnesota", "Timberwolves", "West", "Northwest", _CENTRAL, ("Wolves",)),
    Team(1610612751, "BKN", "Brooklyn", "Nets", "East", "Atlantic", _EASTERN, ("BRK", "BK")),
    Team(1610612752, "NYK", "New York", "Knicks", "East", "Atlantic", _EASTERN, ("NY", "NYN")),
    Team(1610612753, "ORL", "Orlando", "Magic", "East", "Southeast", _EASTERN),
    Team(1610612754, "IND", "Indiana", "Pacers", "East", "Central", _EASTERN),
    Team(1610612755, "PHI", "Philadelphia", "76ers", "East", "Atlantic", _EASTERN, ("PHL", "Sixers")),
    Team(1610612756, "PHX", "Phoenix", "Suns", "West", "Pacific", "America/Phoenix", ("PHO",)),
    Team(1610612757, "POR", "Portland", "Trail Blazers", "West", "Northwest", _PACIFIC, ("Blazers", "Trailblazers")),
    Team(1610612758, "SAC", "Sacramento", "Kings", "West", "Pacific", _PACIFIC),
    Team(1610612759, "SAS", "San Antonio", "Spurs", "West", "Southwest", _CENTRAL, ("SA", "SAN")),
    Team(1610612760, "OKC", "Oklahoma City", "Thunder", "West", "Northwest", _CENTRAL, ("OKL",)),
    Team(1610612761, "TOR", "Toronto", "Raptors", "East", "Atlantic", _EASTERN),
    Team(1610612762, "UTA", "Utah", "Jazz", "West", "Northwest", _MOUNTAIN, ("UTAH", "UTH")),
    Team(1610612763, "MEM", "Memphis", "Grizzlies", "West", "Southwest", _CENTRAL),
    Team(1610612764, "WAS", "Washington", "Wizards", "East", "Southeast", _EASTERN, ("WSH",)),
    Team(1610612765, "DET", "Detroit", "Pistons", "East", "Central", _EASTERN),
    Team(1610612766, "CHA", "Charlotte", "Hornets", "East", "Southeast", _EASTERN, ("CHO", "CHH")),
)

_BY_ABBR: Mapping[str, Team] = MappingProxyType({team.abbr: team for team in TEAMS})
_BY_ID: Mapping[int, Team] = MappingProxyType({team.team_id: team for team in TEAMS})


def _key(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"[^a-z0-9]", "", folded)


# `LA` and `Los Angeles` alone name two teams and therefore none.
_AMBIGUOUS = frozenset({_key("LA"), _key("Los Angeles")})

_ABBR_BY_SPELLING: Mapping[str, str] = MappingProxyType(
    {
        _key(spelling): team.abbr
        for team in TEAMS
        for spelling in (team.abbr, str(team.team_id), team.city, team.nickname, team.name, *team.variants)
        if _key(spelling) not in _AMBIGUOUS
    }
)


def team_by_abbr(abbr: str) -> Team | None:
    """The team with an NBA.com tricode.

    Args:
        abbr: tricode exactly as NBA.com writes it, such as `MIL`.

    Returns:
        The team, or None where no team has that tricode.
    """
    return _BY_ABBR.get(abbr)


def team_by_id(team_id: int) -> Team | None:
    """The team with an NBA.com team id.

    Args:
        team_id: such as 1610612749.

    Returns:
        The team, or None for guests and all-star teams.
    """
    return _BY_ID.get(team_id)


def normalise_team(text: str) -> str | None:
    """NBA.com tricode of a team as any source may write it.

    Case, accents, spaces and punctuation do not matter. A tricode of any source, a full name, a city or a nickname
    will do; `LA` and `Los Angeles` alone stand for two teams and resolve to none.

    Args:
        text: such as `BRK`, `Golden State`, `la clippers`, `76ers` or `1610612749`.

    Returns:
        The tricode, or None where the text names none of the 30 teams.
    """
    return _ABBR_BY_SPELLING.get(_key(text))
