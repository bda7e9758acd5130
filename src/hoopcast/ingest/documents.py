"""JSON answers of stats.nba.com and cdn.nba.com, and JSON records, as tables of text."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hoopcast.errors import SourceError

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
