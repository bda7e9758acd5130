"""The league's 30 teams and the ways other sources write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hoopcast.nba.names import player_lookup


@dataclass(frozen=True, slots=True)
class Team:
    """One of the league's 30 teams.

    Attributes:
        team_id: NBA.com team id.
        abbr: NBA.com tricode, such as `MIL`.
        city: city or region as NBA.com writes it, such as `Golden State`.
        nickname: such as `Warriors`.
        time_zone: IANA name of the time zone of its arena.
        aliases: what other sources call it beside its tricode and name.
    """

    team_id: int
    abbr: str
    city: str
    nickname: str
    time_zone: str
    aliases: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """City and nickname as NBA.com writes them, such as `Golden State Warriors`."""
        return f"{self.city} {self.nickname}"


_EASTERN, _CENTRAL, _MOUNTAIN, _PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"

TEAMS: tuple[Team, ...] = (
    Team(1610612737, "ATL", "Atlanta", "Hawks", _EASTERN),
    Team(1610612738, "BOS", "Boston", "Celtics", _EASTERN),
    Team(1610612739, "CLE", "Cleveland", "Cavaliers", _EASTERN, ("Cavs",)),
    Team(1610612740, "NOP", "New Orleans", "Pelicans", _CENTRAL, ("NO", "NOR", "NOLA")),
    Team(1610612741, "CHI", "Chicago", "Bulls", _CENTRAL),
    Team(1610612742, "DAL", "Dallas", "Mavericks", _CENTRAL, ("Mavs",)),
    Team(1610612743, "DEN", "Denver", "Nuggets", _MOUNTAIN),
    Team(1610612744, "GSW", "Golden State", "Warriors", _PACIFIC, ("GS",)),
    Team(1610612745, "HOU", "Houston", "Rockets", _CENTRAL),
    Team(1610612746, "LAC", "LA", "Clippers", _PACIFIC, ("Los Angeles Clippers", "L.A. Clippers")),
    Team(1610612747, "LAL", "Los Angeles", "Lakers", _PACIFIC, ("LA Lakers", "L.A. Lakers")),
    Team(1610612748, "MIA", "Miami", "Heat", _EASTERN),
    Team(1610612749, "MIL", "Milwaukee", "Bucks", _CENTRAL),
    Team(1610612750, "MIN", "Minnesota", "Timberwolves", _CENTRAL, ("Wolves",)),
    Team(1610612751, "BKN", "Brooklyn", "Nets", _EASTERN, ("BRK", "BK")),
    Team(1610612752, "NYK", "New York", "Knicks", _EASTERN, ("NY", "NYN")),
    Team(1610612753, "ORL", "Orlando", "Magic", _EASTERN),
    Team(1610612754, "IND", "Indiana", "Pacers", _EASTERN),
    Team(1610612755, "PHI", "Philadelphia", "76ers", _EASTERN, ("PHL", "Sixers")),
    Team(1610612756, "PHX", "Phoenix", "Suns", "America/Phoenix", ("PHO",)),
    Team(1610612757, "POR", "Portland", "Trail Blazers", _PACIFIC, ("Blazers", "Trailblazers")),
    Team(1610612758, "SAC", "Sacramento", "Kings", _PACIFIC),
    Team(1610612759, "SAS", "San Antonio", "Spurs", _CENTRAL, ("SA", "SAN")),
    Team(1610612760, "OKC", "Oklahoma City", "Thunder", _CENTRAL, ("OKL",)),
    Team(1610612761, "TOR", "Toronto", "Raptors", _EASTERN),
    Team(1610612762, "UTA", "Utah", "Jazz", _MOUNTAIN, ("UTAH", "UTH")),
    Team(1610612763, "MEM", "Memphis", "Grizzlies", _CENTRAL),
    Team(1610612764, "WAS", "Washington", "Wizards", _EASTERN, ("WSH",)),
    Team(1610612765, "DET", "Detroit", "Pistons", _EASTERN),
    Team(1610612766, "CHA", "Charlotte", "Hornets", _EASTERN, ("CHO",)),
)

# What franchises were called before they moved or took another name; NBA.com gives their ids to those games.
_FORMERLY: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "ATL": ("STL", "MLH", "TCB", "St. Louis Hawks", "Milwaukee Hawks"),
    "BKN": ("NJN", "NJ", "New Jersey", "New Jersey Nets", "New York Nets"),
    "CHA": ("CHH", "Charlotte Bobcats", "Bobcats"),
    "DET": ("FTW", "Fort Wayne Pistons"),
    "GSW": ("SFW", "PHW", "San Francisco Warriors", "Philadelphia Warriors"),
    "HOU": ("SDR", "San Diego Rockets"),
    "LAC": ("SDC", "BUF", "San Diego Clippers", "Buffalo Braves"),
    "LAL": ("MNL", "Minneapolis Lakers"),
    "MEM": ("VAN", "Vancouver", "Vancouver Grizzlies"),
    "NOP": ("NOH", "NOK", "New Orleans Hornets", "New Orleans/Oklahoma City Hornets"),
    "OKC": ("SEA", "Seattle", "Seattle SuperSonics", "SuperSonics"),
    "PHI": ("SYR", "Syracuse Nationals"),
    "SAC": ("KCK", "CIN", "ROC", "Kansas City Kings", "Cincinnati Royals", "Rochester Royals"),
    "UTA": ("NOJ", "New Orleans Jazz"),
    "WAS": ("WSB", "CAP", "BAL", "CHZ", "CHP", "Washington Bullets", "Bullets", "Capital Bullets", "Baltimore Bullets"),
})  # fmt: skip

# `LA` and `Los Angeles` alone name two teams and therefore none.
_AMBIGUOUS = frozenset({player_lookup("LA"), player_lookup("Los Angeles")})

_ABBR_BY_ALIAS: Mapping[str, str] = MappingProxyType(
    {
        player_lookup(alias): team.abbr
        for team in TEAMS
        for alias in (
            team.abbr,
            str(team.team_id),
            team.city,
            team.nickname,
            team.name,
            *team.aliases,
            *_FORMERLY.get(team.abbr, ()),
        )
        if player_lookup(alias) not in _AMBIGUOUS
    }
)


def normalise_team(text: str) -> str | None:
    """NBA.com tricode of a team as any source may write it.

    Case, accents, spaces and punctuation do not matter. A tricode of any source, a full name, a city or a nickname
    will do, of former times too; `LA` and `Los Angeles` alone stand for two teams and resolve to none.

    Args:
        text: such as `BRK`, `Golden State`, `la clippers`, `76ers` or `1610612749`.

    Returns:
        The tricode, or None where the text names none of the 30 teams.
    """
    return _ABBR_BY_ALIAS.get(player_lookup(text))
