"""JSON documents, lists of records and answers of the league's services, as tables."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from hoopcast.errors import SourceError

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
_SHOWN_LETTERS, _SHOWN_KEYS = 60, 8
_THREE = 3
_STATISTICS = {
    "fgm": "fieldGoalsMade",
    "fga": "fieldGoalsAttempted",
    "fg3m": "threePointersMade",
    "fg3a": "threePointersAttempted",
    "ftm": "freeThrowsMade",
    "fta": "freeThrowsAttempted",
    "oreb": "reboundsOffensive",
    "dreb": "reboundsDefensive",
    "ast": "assists",
    "stl": "steals",
    "blk": "blocks",
    "tov": "turnovers",
    "pf": "foulsPersonal",
    "points": "points",
    "plus_minus": "plusMinusPoints",
}


@dataclass(frozen=True)
class Extract:
    """A table within a document: its columns, its rows, and the raw table where the document's kind tells it."""

    columns: tuple[str, ...]
    rows: list[list[Json]]
    table_name: str | None = None


def read_document(data: bytes) -> tuple[list[Extract], list[tuple[int, str]]]:
    """Tables of a JSON file, and the lines that are no JSON, each with its number, of one with a record a line.

    A list of answers gives its rows as one table of each kind.

    Raises:
        SourceError: if it is damaged, or of no known shape.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"is JSON that is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    broken: list[tuple[int, str]] = []
    try:
        document = _parse(text)
    except json.JSONDecodeError as error:
        document, broken = _parse_lines(text) if error.msg == "Extra data" else ([], [])
        if not document:
            where = f"line {error.lineno}, column {error.colno}: {error.msg}"
            raise SourceError(f"is damaged JSON ({where})") from error
    except ValueError as error:
        raise SourceError(f"is JSON with a number too long to read: {str(error).partition(';')[0]}") from error
    except RecursionError as error:
        raise SourceError("is JSON nested too deep") from error
    return _merge(extracts(document)), broken


def _parse(text: str) -> Json:
    # NaN is no JSON, and yet some write it: it reads as text and is judged with its column.
    document: Json = json.loads(text, parse_constant=str, object_pairs_hook=_object)
    return document


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    values = dict(pairs)
    if len(values) < len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise SourceError(f"is JSON with an object that has '{twice[:_SHOWN_LETTERS]}' twice; leave one of them")
    return values


def _parse_lines(text: str) -> tuple[Json, list[tuple[int, str]]]:
    """Records of a text with one on each line, and the lines that are none."""
    records: list[Json] = []
    broken: list[tuple[int, str]] = []
    for number, line in enumerate((line for line in text.splitlines() if line.strip()), 1):
        try:
            records.append(_parse(line))
        except (ValueError, RecursionError):
            broken.append((number, line))
    return records, broken


def _merge(tables: list[Extract]) -> list[Extract]:
    def kind(table: Extract) -> tuple[str, tuple[str, ...]]:
        return table.table_name or "", table.columns

    return [
        Extract(columns, [row for table in same_kind for row in table.rows], table_name or None)
        for (table_name, columns), same_kind in groupby(sorted(tables, key=kind), key=kind)
    ]


@dataclass(frozen=True)
class _Node:
    """An object of a document, and where it stands, for messages."""

    values: dict[str, Json]
    path: str = ""

    def get(self, key: str) -> Json:
        """The value under a key, None where it has none."""
        return self.values.get(key)

    def need(self, key: str) -> Json:
        """The value under a key that this kind of object always has."""
        if key not in self.values:
            raise SourceError(f"'{self.path}' lacks the key '{key}'; it has: {_keys(self.values)}")
        return self.values[key]

    def need_all(self, keys: Sequence[str]) -> list[Json]:
        """The values under keys that this kind of object always has."""
        return [self.need(key) for key in keys]

    def child(self, key: str) -> "_Node":
        """The object under a key."""
        return _node(self.need(key), self._below(key))

    def children(self, key: str) -> "list[_Node]":
        """The objects of the list under a key."""
        items = self.need(key)
        if not isinstance(items, list):
            raise SourceError(f"'{self._below(key)}' holds no list")
        return [_node(item, self._below(key)) for item in items]

    def _below(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def _node(value: Json, path: str) -> _Node:
    if not isinstance(value, dict):
        raise SourceError(f"'{path}' holds no object")
    return _Node(value, path)


def _keys(values: dict[str, Json]) -> str:
    return ", ".join(sorted(values)[:_SHOWN_KEYS]) or "no key"


def extracts(document: Json) -> list[Extract]:
    """Tables of a document.

    Args:
        document: parsed JSON: an answer with `resultSets`, `scheduleleaguev2`, `boxscoretraditionalv3`, `playbyplayv3`,
            a list of such answers, or a list of records.

    Raises:
        SourceError: if it has none of the known keys, or lacks a key that its kind always has.
    """
    if isinstance(document, list):
        if any(isinstance(item, dict) and _reader(item) for item in document):
            return [extract for item in document for extract in extracts(item)]
        return [_records(document)]
    if not isinstance(document, dict):
        message = f"holds a single {type(document).__name__}, not a list of records or an answer of stats.nba.com"
        raise SourceError(message)
    reader = _reader(document)
    if reader is not None:
        return reader(_Node(document))
    if document and not any(isinstance(value, (dict, list)) for value in document.values()):
        return [_records([document])]
    message = f"has none of the known keys ({', '.join(_READERS)}) and is no list of records; it has: {_keys(document)}"
    raise SourceError(message)


def _reader(document: dict[str, Json]) -> Callable[[_Node], list[Extract]] | None:
    return next((reader for key, reader in _READERS.items() if key in document), None)


def _records(items: Sequence[Json]) -> Extract:
    records = [item if isinstance(item, dict) else {"not_a_record": item} for item in items]
    columns = tuple(dict.fromkeys(key for record in records for key in record))
    return Extract(columns, [[_plain(record.get(column)) for column in columns] for record in records])


def _plain(value: Json) -> Json:
    return json.dumps(value) if isinstance(value, (dict, list)) else value


def _result_sets(document: _Node) -> list[Extract]:
    key = "resultSets" if "resultSets" in document.values else "resultSet"
    answers = document.children(key) if isinstance(document.get(key), list) else [document.child(key)]
    tables = []
    for answer in answers:
        headers, rows = answer.need_all(("headers", "rowSet"))
        if not isinstance(headers, list) or not isinstance(rows, list):
            raise SourceError(f"'{key}' has headers or a rowSet that is no list")
        columns = tuple(str(header) for header in headers)
        odd = next((row for row in rows if not isinstance(row, list) or len(row) != len(columns)), None)
        if odd is not None:
            raise SourceError(f"'{key}' has a row without exactly its {len(columns)} columns: {json.dumps(odd)[:80]}")
        tables.append(Extract(columns, [[_plain(cell) for cell in row] for row in rows if isinstance(row, list)]))
    return tables


def _schedule(document: _Node) -> list[Extract]:
    columns = (
        "game_id", "game_date", "game_status", "tip_off_utc", "game_status_text", "arena_name",
        "home_team", "home_team_id", "home_score", "away_team", "away_team_id", "away_score",
    )  # fmt: skip
    rows: list[list[Json]] = []
    for day in document.child("leagueSchedule").children("gameDates"):
        for game in day.children("games"):
            row = game.need_all(("gameId", "gameDateEst", "gameStatus"))
            row += [game.get(key) for key in ("gameDateTimeUTC", "gameStatusText", "arenaName")]
            for team in (game.child("homeTeam"), game.child("awayTeam")):
                row += [team.need("teamTricode"), team.get("teamId") or None, team.get("score")]
            rows.append(row)
    return [Extract(columns, rows, "nba_raw.nbac_schedule")]


def _box_score(document: _Node) -> list[Extract]:
    # A count under another name is an error, not a zero.
    statistics = ("minutes", *_STATISTICS.values())
    game = document.child("boxScoreTraditional")
    game_id = game.need("gameId")
    players: list[list[Json]] = []
    teams: list[list[Json]] = []
    starters: list[list[Json]] = []
    for team in (game.child("homeTeam"), game.child("awayTeam")):
        team_cells = [game_id, team.get("teamId"), team.need("teamTricode")]
        teams.append([*team_cells, *team.child("statistics").need_all(statistics)])
        for player in team.children("players"):
            minutes, *counts = player.child("statistics").need_all(statistics)
            name = f"{player.get('firstName') or ''} {player.get('familyName') or ''}".strip()
            person = player.need("personId")
            players.append([*team_cells, person, name, bool(minutes), player.get("comment"), minutes or 0, *counts])
            if minutes:
                starters.append([game_id, person, bool(player.need("position"))])
    of_team, of_player = ("game_id", "team_id", "team_abbr"), ("player_id", "player_name")
    counted = ("minutes", *_STATISTICS)
    return [
        Extract((*of_team, *counted), teams, "nba_raw.nbac_team_boxscore"),
        Extract(
            (*of_team, *of_player, "played_flag", "not_playing_reason", *counted),
            players,
            "nba_raw.nbac_player_boxscore",
        ),
        Extract(("game_id", "player_id", "starter_flag"), starters, "nba_raw.nbac_starter"),
    ]


def _play_by_play(document: _Node) -> list[Extract]:
    columns = (
        "game_id", "event_num", "player_id", "distance_ft", "shot_made_flag", "three_pointer_flag", "period",
        "team_abbr", "block_player_id",
    )  # fmt: skip
    game = document.child("game")
    game_id = game.need("gameId")
    actions = game.children("actions")
    blocks = {
        str(action.get("actionNumber")): action.get("personId")
        for action in actions
        if not action.get("isFieldGoal") and "BLOCK" in str(action.get("description"))
    }
    rows: list[list[Json]] = [
        [
            game_id,
            *action.need_all(("actionNumber", "personId", "shotDistance")),
            action.need("shotResult") == "Made",
            action.need("shotValue") == _THREE,
            action.get("period"),
            action.get("teamTricode"),
            blocks.get(str(action.get("actionNumber"))),
        ]
        for action in actions
        if action.need("isFieldGoal")
    ]
    return [Extract(columns, rows, "nba_raw.nbac_shot")]


_READERS: dict[str, Callable[[_Node], list[Extract]]] = {
    "resultSets": _result_sets,
    "resultSet": _result_sets,
    "leagueSchedule": _schedule,
    "boxScoreTraditional": _box_score,
    "game": _play_by_play,
}
