"""Files as users have them: packed or not, in folders, as tables or as answers of an API."""

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hoopcast.errors import SourceError

Format = Literal["parquet", "csv", "json"]
_ENDINGS = (".parquet", ".pq", ".csv", ".tsv", ".json", ".jsonl", ".ndjson")
_PARQUET, _GZIP = b"PAR1", b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Found:
    """A file to ingest; `named` when the caller named it, not a folder around it."""

    path: Path
    named: bool

    @property
    def stem(self) -> str:
        """Name without folder and endings."""
        return self.path.name.partition(".")[0] or self.path.name


@dataclass(frozen=True)
class Content:
    """A file's bytes, unpacked, with the hash of what lies on disk."""

    path: Path
    format: Format
    data: bytes
    is_packed: bool
    sha256: str


def find(paths: Iterable[str | Path]) -> Iterator[Found]:
    """Files under the given paths, folders recursively, each once; hidden files and folders aside."""
    seen: set[str] = set()
    for path in map(Path, paths):
        for found in _below(path, seen) if path.is_dir() else (Found(path, named=True),):
            real = os.path.realpath(found.path)
            if real not in seen:
                seen.add(real)
                yield found


def _below(folder: Path, seen: set[str]) -> Iterator[Found]:
    real = os.path.realpath(folder)
    if real in seen:
        return
    seen.add(real)
    try:
        within = sorted(folder.iterdir())
    except OSError:
        yield Found(folder, named=True)
        return
    for path in within:
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _below(path, seen)
        else:
            yield Found(path, named=False)


def has_known_ending(path: Path) -> bool:
    """Whether a file found in a folder is to be opened."""
    return path.name.casefold().removesuffix(".gz").endswith(_ENDINGS)


def open_file(path: Path) -> Content:
    """Read and unpack a file, and tell its format by its first bytes.

    Raises:
        SourceError: if it can not be read, is empty, or is packed and damaged.
    """
    if path.exists() and not path.is_file():
        message = "is no regular file"
        raise SourceError(message)
    try:
        str(path).encode()
        packed = path.read_bytes()
    except UnicodeEncodeError as error:
        message = "has a name that is not UTF-8; rename it"
        raise SourceError(message) from error
    except OSError as error:
        message = f"can not be read: {error.strerror or error}"
        raise SourceError(message) from error
    is_packed = packed.startswith(_GZIP)
    if path.name.casefold().endswith(".gz") and packed and not is_packed:
        message = "is named .gz and is not packed by gzip; rename it or pack it"
        raise SourceError(message)
    try:
        data = gzip.decompress(packed) if is_packed else packed
    except (OSError, EOFError, zlib.error) as error:
        message = f"is packed by gzip and damaged: {error}"
        raise SourceError(message) from error
    if not data.strip():
        message = "is empty"
        raise SourceError(message)
    return Content(path, _format(data), data, is_packed, hashlib.sha256(packed).hexdigest())


def _format(data: bytes) -> Format:
    if data.startswith(_PARQUET):
        return "parquet"
    if data.startswith(_UTF16):
        message = "is UTF-16; save it as UTF-8"
        raise SourceError(message)
    if data.startswith(b"\0") or b"\0" in data[:64]:
        message = "is neither Parquet nor CSV nor JSON"
        raise SourceError(message)
    return "json" if data.removeprefix(_BOM).lstrip()[:1] in (b"{", b"[") else "csv"


Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
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
        return reader(document)
    if document and not any(isinstance(value, (dict, list)) for value in document.values()):
        return [_records([document])]
    found = ", ".join(sorted(document)[:8]) or "no key"
    message = f"has none of the known keys ({', '.join(_READERS)}) and is no list of records; it has: {found}"
    raise SourceError(message)


def _reader(document: Mapping[str, Json]) -> Callable[[dict[str, Json]], list[Extract]] | None:
    return next((reader for key, reader in _READERS.items() if key in document), None)


def _mapping(value: Json, path: str) -> dict[str, Json]:
    if not isinstance(value, dict):
        message = f"'{path}' holds no object"
        raise SourceError(message)
    return value


def _need(parent: Mapping[str, Json], key: str, path: str) -> Json:
    if key not in parent:
        message = f"'{path}' lacks the key '{key}'; it has: {', '.join(sorted(parent)[:8]) or 'no key'}"
        raise SourceError(message)
    return parent[key]


def _objects(parent: Mapping[str, Json], key: str, path: str) -> list[dict[str, Json]]:
    found = _need(parent, key, path)
    if not isinstance(found, list):
        message = f"'{path}.{key}' holds no list"
        raise SourceError(message)
    return [_mapping(item, f"{path}.{key}") for item in found]


def _records(items: Sequence[Json]) -> Extract:
    records = [item if isinstance(item, dict) else {"not_a_record": item} for item in items]
    columns = tuple(dict.fromkeys(key for record in records for key in record))
    return Extract(columns, [[_plain(record.get(column)) for column in columns] for record in records])


def _plain(value: Json) -> Json:
    return json.dumps(value) if isinstance(value, (dict, list)) else value


def _result_sets(document: dict[str, Json]) -> list[Extract]:
    key = "resultSets" if "resultSets" in document else "resultSet"
    found = document[key]
    sets = found if isinstance(found, list) else [found]
    answers = [_mapping(item, key) for item in sets]
    tables = []
    for answer in answers:
        headers, rows = _need(answer, "headers", key), _need(answer, "rowSet", key)
        if not isinstance(headers, list) or not isinstance(rows, list):
            message = f"'{key}' has headers or a rowSet that is no list"
            raise SourceError(message)
        columns = tuple(str(header) for header in headers)
        odd = next((row for row in rows if not isinstance(row, list) or len(row) != len(columns)), None)
        if odd is not None:
            message = f"'{key}' has a row without exactly its {len(columns)} columns: {json.dumps(odd)[:80]}"
            raise SourceError(message)
        tables.append(Extract(columns, [[_plain(cell) for cell in row] for row in rows if isinstance(row, list)]))
    return tables


def _schedule(document: dict[str, Json]) -> list[Extract]:
    schedule = _mapping(document["leagueSchedule"], "leagueSchedule")
    path = "leagueSchedule.gameDates.games"
    games = [
        game
        for day in _objects(schedule, "gameDates", "leagueSchedule")
        for game in _objects(day, "games", "leagueSchedule.gameDates")
    ]
    columns = (
        "game_id", "game_date", "tip_off_utc", "game_status", "game_status_text", "arena_name",
        "home_team", "home_team_id", "home_score", "away_team", "away_team_id", "away_score",
    )  # fmt: skip
    rows: list[list[Json]] = []
    for game in games:
        sides = [_mapping(_need(game, side, path), f"{path}.{side}") for side in ("homeTeam", "awayTeam")]
        rows.append([
            _need(game, "gameId", path), _need(game, "gameDateEst", path), game.get("gameDateTimeUTC"),
            _need(game, "gameStatus", path), game.get("gameStatusText"), game.get("arenaName"),
            *(value for side in sides for value in (
                _need(side, "teamTricode", path), side.get("teamId") or None, side.get("score"),
            )),
        ])  # fmt: skip
    return [Extract(columns, rows, "nba_raw.nbac_schedule")]


def _statistics(of: dict[str, Json], path: str) -> list[Json]:
    """Minutes and counts of a team or player; one under another name is an error, not a zero."""
    line = _mapping(_need(of, "statistics", path), f"{path}.statistics")
    return [_need(line, key, f"{path}.statistics") for key in ("minutes", *_STATISTICS.values())]


def _box_score(document: dict[str, Json]) -> list[Extract]:
    game = _mapping(document["boxScoreTraditional"], "boxScoreTraditional")
    game_id = _need(game, "gameId", "boxScoreTraditional")
    players: list[list[Json]] = []
    teams: list[list[Json]] = []
    starters: list[list[Json]] = []
    for side in ("homeTeam", "awayTeam"):
        path = f"boxScoreTraditional.{side}"
        team = _mapping(_need(game, side, "boxScoreTraditional"), path)
        team_cells = [game_id, team.get("teamId"), _need(team, "teamTricode", path)]
        teams.append([*team_cells, *_statistics(team, path)])
        for player in _objects(team, "players", path):
            minutes, *counts = _statistics(player, f"{path}.players")
            name = f"{player.get('firstName') or ''} {player.get('familyName') or ''}".strip()
            person = _need(player, "personId", f"{path}.players")
            players.append([
                *team_cells, person, name, bool(minutes), player.get("comment"), minutes or 0, *counts,
            ])  # fmt: skip
            if minutes:
                starters.append([game_id, person, bool(_need(player, "position", f"{path}.players"))])
    team_columns = ("game_id", "team_id", "team_abbr")
    return [
        Extract((*team_columns, "minutes", *_STATISTICS), teams, "nba_raw.nbac_team_boxscore"),
        Extract(
            (*team_columns, "player_id", "player_name", "played_flag", "not_playing_reason", "minutes", *_STATISTICS),
            players,
            "nba_raw.nbac_player_boxscore",
        ),
        Extract(("game_id", "player_id", "starter_flag"), starters, "nba_raw.nbac_starter"),
    ]


def _play_by_play(document: dict[str, Json]) -> list[Extract]:
    game = _mapping(document["game"], "game")
    game_id = _need(game, "gameId", "game")
    actions = _objects(game, "actions", "game")
    blocks = {
        str(action.get("actionNumber")): action.get("personId")
        for action in actions
        if not action.get("isFieldGoal") and "BLOCK" in str(action.get("description"))
    }
    path = "game.actions"
    columns = (
        "game_id", "event_num", "period", "player_id", "team_abbr", "shot_made_flag", "three_pointer_flag",
        "distance_ft", "block_player_id",
    )  # fmt: skip
    rows: list[list[Json]] = [
        [
            game_id, _need(action, "actionNumber", path), action.get("period"), _need(action, "personId", path),
            action.get("teamTricode"), _need(action, "shotResult", path) == "Made",
            _need(action, "shotValue", path) == _THREE, _need(action, "shotDistance", path),
            blocks.get(str(action.get("actionNumber"))),
        ]
        for action in actions
        if _need(action, "isFieldGoal", path)
    ]  # fmt: skip
    return [Extract(columns, rows, "nba_raw.nbac_shot")]


_READERS: dict[str, Callable[[dict[str, Json]], list[Extract]]] = {
    "resultSets": _result_sets,
    "resultSet": _result_sets,
    "leagueSchedule": _schedule,
    "boxScoreTraditional": _box_score,
    "game": _play_by_play,
}
