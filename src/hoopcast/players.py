"""Players known by id, and names that sources give resolved to them."""

import difflib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

from hoopcast.calendar import season_of
from hoopcast.errors import UsageError
from hoopcast.nba.names import (
    aliases,
    has_mangled_letter,
    is_cut_from,
    mangled_pattern,
    other_names,
    player_lookup,
    without_suffix,
)
from hoopcast.warehouse.engine import Engine

_CANDIDATES = 3
_NAMED = 8
_SHORTEST_PART = 3
_CLOSENESS = 0.7
# The last of a player's names is the one that he is called by: his newest in a box score, for other sources may write
# a slug such as nikolajokic.
_KNOWN = """
SELECT player_id, player_name, team_abbr, season
FROM (
    SELECT player_id, player_name, team_abbr, season, 3 AS trust, MAX(game_date) AS last_date
    FROM nba_raw.nbac_player_boxscore GROUP BY player_id, player_name, team_abbr, season
    UNION ALL
    SELECT player_id, player_name, team_abbr, season, 2, MAX(roster_date)
    FROM nba_raw.roster GROUP BY player_id, player_name, team_abbr, season
    UNION ALL
    SELECT player_id, player_name, NULL, season, 1, MAX(game_date)
    FROM nba_raw.points_prop_line WHERE player_name IS NOT NULL GROUP BY player_id, player_name, season
) AS mention
ORDER BY trust, last_date, player_name
"""


@dataclass(frozen=True)
class Player:
    """A player with his id and the name that he is known by."""

    player_id: int
    name: str


@dataclass(frozen=True)
class Mention:
    """A name as a source gives it, with the team and season that it is said of, where known."""

    name: str
    team_abbr: str | None
    season: str | None


@dataclass(frozen=True)
class Resolution:
    """The player that a mention means; None, with the nearest known players, where that is none or more than one."""

    player_id: int | None
    candidates: str


@dataclass(frozen=True)
class KnownPlayers:
    """Players by the normal forms of their names, and where and when each is known."""

    by_lookup: Mapping[str, set[int]]
    by_base: Mapping[str, set[int]]
    seen: Mapping[int, set[tuple[str | None, str]]]
    names: Mapping[int, str]


def known_players(engine: Engine) -> KnownPlayers:
    """Players of box scores, rosters and lines with ids."""
    return known_from(
        (int(str(player_id)), str(name), None if team_abbr is None else str(team_abbr), str(season))
        for player_id, name, team_abbr, season in engine.query(_KNOWN).rows
    )


def known_from(appearances: Iterable[tuple[int, str, str | None, str]]) -> KnownPlayers:
    """Players from where they are named.

    Args:
        appearances: NBA.com player id, name, tricode if known, and season; he is called by the last of his names.
    """
    by_lookup: dict[str, set[int]] = defaultdict(set)
    by_base: dict[str, set[int]] = defaultdict(set)
    seen: dict[int, set[tuple[str | None, str]]] = defaultdict(set)
    names: dict[int, str] = {}
    for player_id, name, team_abbr, season in appearances:
        by_lookup[player_lookup(name)].add(player_id)
        by_base[without_suffix(name)].add(player_id)
        seen[player_id].add((team_abbr, season))
        if not is_cut_from(name, names.get(player_id, "")):
            names[player_id] = name
    return KnownPlayers(dict(by_lookup), dict(by_base), dict(seen), names)


def resolve(mentions: Iterable[Mention], known: KnownPlayers) -> dict[Mention, Resolution]:
    """Resolve names to players.

    Of the players whose name fits, those who played for the team that season count before those who ever did, those
    before players of that season, and those before all others; a suffix decides between players who are left.

    Args:
        mentions: names with team and season.
        known: players to choose from.

    Returns:
        For each mention its player, or the nearest known players where it is none or more than one.
    """
    # A name that waits for its players is mentioned again and again, and to look for those like it takes longest.
    similar = cache(_SimilarNames(known).similar)
    return {mention: _resolve(mention, known, similar) for mention in mentions}


def find_player(engine: Engine, text: str, day: date) -> Player:
    """The player that an id or a name means; marks, case and suffix do not matter, and a part of a name may do.

    Args:
        engine: the warehouse.
        text: such as 203999, Nikola Jokic or Jokic.
        day: decides between players of one name by season.

    Raises:
        UsageError: if nobody is meant, or more than one; it lists the candidates.
    """
    known = known_players(engine)
    if text.isdecimal():
        if int(text) not in known.names:
            raise UsageError(f"no player has the id {text}; give his name")
        return Player(int(text), known.names[int(text)])
    mention = Mention(text, None, season_of(day))
    resolution = resolve([mention], known)[mention]
    if resolution.player_id is not None:
        return Player(resolution.player_id, known.names[resolution.player_id])
    parts = _by_part(text, day, known)
    if len(parts) == 1:
        return parts[0]
    if parts:
        candidates = ", ".join(f"{player.name} ({player.player_id})" for player in parts[:_NAMED])
        more = f" and {len(parts) - _NAMED} more" if len(parts) > _NAMED else ""
        raise UsageError(f"'{text}' may be {candidates}{more}; give the id, or more of the name")
    if resolution.candidates:
        raise UsageError(f"'{text}' is no one player; near it: {resolution.candidates}")
    raise UsageError(f"no player is called '{text}'; names are those of the box scores")


def _resolve(mention: Mention, known: KnownPlayers, similar: Callable[[str], set[int]]) -> Resolution:
    fitting, exact = _fitting(mention.name, known)
    nearest = _nearest_in_time(mention, fitting, known)
    if len(nearest) > 1 and len(nearest & exact) == 1:
        nearest = nearest & exact
    if len(nearest) == 1:
        return Resolution(nearest.pop(), "")
    return Resolution(None, _describe(nearest or similar(mention.name), known))


def _fitting(name: str, known: KnownPlayers) -> tuple[set[int], set[int]]:
    """Players whose name is one that the source may mean, and those of them whose suffix is the same."""
    fitting: set[int] = set()
    exact: set[int] = set()
    for alias in aliases(name):
        exact |= known.by_lookup.get(player_lookup(alias), set())
        fitting |= known.by_base.get(without_suffix(alias), set())
        if has_mangled_letter(alias):
            pattern = mangled_pattern(alias)
            fitting.update(*(players for key, players in known.by_base.items() if pattern.fullmatch(key)))
    if not fitting:
        others = [other for alias in aliases(name) for other in other_names(alias)]
        fitting.update(*(known.by_base.get(other, set()) for other in others))
    return fitting, exact


def _nearest_in_time(mention: Mention, fitting: set[int], known: KnownPlayers) -> set[int]:
    """Of the fitting players those nearest to the mention: by team and season, by team, by season, or all."""
    team, season = mention.team_abbr, mention.season
    in_both = {player for player in fitting if (team, season) in known.seen[player]}
    in_team = {player for player in fitting if team is not None and team in {name for name, _ in known.seen[player]}}
    in_season = {player for player in fitting if season in {name for _, name in known.seen[player]}}
    return in_both or in_team or in_season or fitting


class _SimilarNames:
    """Known players whose names are nearly like one.

    To compare names letter by letter takes long, so only those are that have enough letters in common with it.
    """

    def __init__(self, known: KnownPlayers) -> None:
        self._players, self._names = known.by_base, tuple(known.by_base)
        self._alphabet = "".join(sorted(set().union(*self._names)))
        self._counts = np.array([self._count(name) for name in self._names], dtype=np.int64)

    def _count(self, name: str) -> list[int]:
        return [name.count(letter) for letter in self._alphabet]

    def similar(self, name: str) -> set[int]:
        """Players with a name like this one."""
        keys = [without_suffix(alias) for alias in aliases(name)]
        close = [difflib.get_close_matches(key, self._candidates(key), _CANDIDATES, _CLOSENESS) for key in keys]
        return {player for names in close for match in names for player in self._players[match]}

    def _candidates(self, key: str) -> list[str]:
        if not self._names:
            return []
        shared = np.minimum(self._counts, self._count(key)).sum(axis=1)
        most = 2 * shared / np.maximum(self._counts.sum(axis=1) + len(key), 1)
        return [self._names[place] for place in np.flatnonzero(most >= _CLOSENESS)]


def _describe(players: Collection[int], known: KnownPlayers) -> str:
    return ", ".join(f"{known.names[player]} ({player})" for player in sorted(players)[: 2 * _CANDIDATES])


def _by_part(text: str, day: date, known: KnownPlayers) -> list[Player]:
    """Players of whose name this is a part, those of the season if there are any."""
    part = player_lookup(text)
    if len(part) < _SHORTEST_PART:
        return []
    fitting = {player for key, players in known.by_lookup.items() if part in key for player in players}
    season = season_of(day)
    of_season = {player for player in fitting if season in {name for _, name in known.seen[player]}}
    return [Player(player, known.names[player]) for player in sorted(of_season or fitting)]
