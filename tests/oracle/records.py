"""Box scores, shots, schedule and starters of an archive, as plain records: what the oracle counts with.

Nothing here or beside it asks the project for a number: it reads the files and adds up in Python.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq  # type: ignore[import-untyped]

ZONES = ("paint", "mid_range", "three")
_PAINT_FEET = 8
_COUNTED = {"002", "004", "005"}


@dataclass(frozen=True)
class Appearance:
    """A player in a game: his box score, his shots by zone as (attempts, makes), and his share of his team's plays."""

    game_id: str
    player_id: int
    season: str
    day: date
    team: str
    opponent: str
    minutes: float
    points: int
    fgm: int
    fga: int
    fg3a: int
    ftm: int
    fta: int
    started: bool | None
    usage: float | None
    shots: Mapping[str, tuple[int, int]] | None
    assisted: int | None


@dataclass(frozen=True)
class TeamGame:
    """A team in a game, with what the other team shot by zone."""

    game_id: str
    team: str
    opponent: str
    season: str
    day: date
    points: int
    opponent_points: int
    possessions: float
    pace: float
    allowed: Mapping[str, tuple[int, int]] | None


@dataclass(frozen=True)
class Game:
    """A game of the schedule that counts."""

    game_id: str
    season: str
    day: date
    home: str
    away: str
    home_won: bool | None


@dataclass
class Records:
    """All that is known of some seasons."""

    appearances: list[Appearance] = field(default_factory=list)
    team_games: list[TeamGame] = field(default_factory=list)
    games: list[Game] = field(default_factory=list)
    lines: set[tuple[int, date]] = field(default_factory=set)


def rounded(value: float | None) -> float | None:
    """A number as every table has it: to six decimals."""
    return None if value is None else round(value, 6)


def ratio(part: float, whole: float) -> float | None:
    """A quotient, None of nothing."""
    return None if whole == 0 else part / whole


def before(days: list[date], day: date) -> int:
    """How many of some days, in their order, lie before a day."""
    return bisect_left(days, day)


def read(folder: Path, seasons: Iterable[str], teams: Iterable[str]) -> Records:
    """The records of some seasons.

    Args:
        folder: an archive, a folder a season.
        seasons: such as 2021-22.
        teams: tricodes of the league; games of others do not count.
    """
    records = Records()
    for season in seasons:
        _read_season(records, folder / season, season, set(teams))
    records.appearances.sort(key=lambda one: (one.day, one.game_id))
    records.team_games.sort(key=lambda one: (one.day, one.game_id))
    records.games.sort(key=lambda one: (one.day, one.game_id))
    return records


def _rows(path: Path, columns: list[str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(path, columns=columns).to_pylist()
    return rows


def _read_season(records: Records, folder: Path, season: str, teams: set[str]) -> None:
    for row in _rows(
        folder / "schedule.parquet",
        ["game_id", "game_date", "home_team", "away_team", "home_score", "away_score", "game_status"],
    ):
        if row["game_id"][:3] in _COUNTED and row["home_team"] in teams and row["away_team"] in teams:
            won = row["home_score"] > row["away_score"] if row["game_status"] == 3 else None
            records.games.append(
                Game(row["game_id"], season, _day(row["game_date"]), row["home_team"], row["away_team"], won)
            )
    shots, assisted, charted = _shots(folder / "shots.parquet")
    boxes = {(row["GAME_ID"], row["TEAM_ABBREVIATION"]): row for row in _rows(folder / "team_box.parquet", _TEAM)}
    players = _rows(folder / "player_box.parquet", _PLAYER)
    other = _opponents(boxes)
    started = {
        (row["game_id"], row["player_id"]): row["starter"]
        for row in _rows(folder / "starters.parquet", ["game_id", "player_id", "starter"])
    }
    against: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(lambda: {zone: [0, 0] for zone in ZONES})
    for row in players:
        game, team = row["GAME_ID"], row["TEAM_ABBREVIATION"]
        own = shots.get((game, row["PLAYER_ID"]), {})
        for zone, (tried, made) in own.items():
            if zone in ZONES:
                against[game, other[game, team]][zone][0] += tried
                against[game, other[game, team]][zone][1] += made
        box = boxes[game, team]
        plays = box["FGA"] + 0.44 * box["FTA"] + box["TOV"]
        used = row["FGA"] + 0.44 * row["FTA"] + row["TOV"]
        records.appearances.append(
            Appearance(
                game, row["PLAYER_ID"], season, _day(row["GAME_DATE"]), team, other[game, team], float(row["MIN"]),
                row["PTS"], row["FGM"], row["FGA"], row["FG3A"], row["FTM"], row["FTA"],
                started.get((game, row["PLAYER_ID"])),
                rounded(ratio(used * team_minutes(box["MIN"]) / 5, row["MIN"] * plays)),
                {zone: own.get(zone, (0, 0)) for zone in ZONES} if game in charted else None,
                assisted.get((game, row["PLAYER_ID"]), 0) if game in charted else None,
            )
        )  # fmt: skip
    for (game, team), box in boxes.items():
        rival = boxes[game, other[game, team]]
        both = (_possessions(box) + _possessions(rival)) / 2
        records.team_games.append(
            TeamGame(
                game, team, rival["TEAM_ABBREVIATION"], season, _day(box["GAME_DATE"]), box["PTS"], rival["PTS"],
                round(both, 6), round(240 * both / team_minutes(box["MIN"]), 6),
                {zone: (a[0], a[1]) for zone, a in against[game, team].items()} if game in charted else None,
            )
        )  # fmt: skip
    if (folder / "points_props.parquet").exists():
        for row in _rows(folder / "points_props.parquet", ["player_id", "game_date"]):
            records.lines.add((row["player_id"], _day(row["game_date"])))


_PLAYER = [
    "GAME_ID", "PLAYER_ID", "GAME_DATE", "TEAM_ABBREVIATION", "MIN", "PTS", "FGM", "FGA", "FG3A", "FTM", "FTA",
    "TOV",
]  # fmt: skip
_TEAM = ["GAME_ID", "TEAM_ABBREVIATION", "GAME_DATE", "MIN", "PTS", "FGA", "FTA", "TOV", "OREB"]


def _opponents(boxes: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    sides: dict[str, list[str]] = defaultdict(list)
    for game, team in boxes:
        sides[game].append(team)
    return {(game, team): next(t for t in pair if t != team) for game, pair in sides.items() for team in pair}


def _possessions(box: Mapping[str, Any]) -> float:
    return float(box["FGA"] + 0.44 * box["FTA"] + box["TOV"] - box["OREB"])


def team_minutes(published: float) -> float:
    """Player minutes of a game: 240, and 25 for each overtime; what is published runs a few minutes off."""
    return 240 + 25 * round((published - 240) / 25)


def _shots(
    path: Path,
) -> tuple[dict[tuple[str, int], dict[str, tuple[int, int]]], dict[tuple[str, int], int], set[str]]:
    """Attempts and makes by zone of each player in each game, his assisted makes, and the games that are charted."""
    zones: dict[tuple[str, int], dict[str, tuple[int, int]]] = defaultdict(dict)
    assisted: dict[tuple[str, int], int] = defaultdict(int)
    columns = ["GAME_ID", "PLAYER_ID", "MADE", "IS_3PT", "DISTANCE_FT", "HAS_DISTANCE", "ASSIST_PLAYER_ID"]
    table = pq.read_table(path, columns=columns)
    for game, player, made, three, feet, known, helper in zip(
        *(table.column(name).to_pylist() for name in columns), strict=True
    ):
        zone = "three" if three else "unknown" if not known else "paint" if feet <= _PAINT_FEET else "mid_range"
        tried, scored = zones[game, player].get(zone, (0, 0))
        zones[game, player][zone] = (tried + 1, scored + made)
        if made and helper is not None:
            assisted[game, player] += 1
    return zones, assisted, {game for game, _ in zones}


def _day(value: object) -> date:
    return date.fromisoformat(str(value)[:10])
