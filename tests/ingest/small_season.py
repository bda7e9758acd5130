"""Two games and an exhibition, small enough to see every row, as files of any format."""

import csv
import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from hoopcast.ingest.load import FileReport, IngestReport, ingest
from hoopcast.nba.teams import TEAMS
from hoopcast.pipeline.ledger import LEDGER
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.engine import Value
from hoopcast.warehouse.schema import prepare
from hoopcast.warehouse.tables import raw_tables, tables_of

Row = Mapping[str, object]
GAME, OTHER_GAME, EXHIBITION = "0022100001", "0022100002", "0032100001"
DATE, NEXT_DATE = "2021-10-19", "2021-10-20"


_IDS = {team.abbr: team.team_id for team in TEAMS}


def _ids(changes: Row, **of: str) -> dict[str, object]:
    """Ids that go with other teams, by the column of their code."""
    return {name: _IDS.get(str(changes[code])) for name, code in of.items() if code in changes}


def game(**changes: object) -> Row:
    """A final game, BKN at MIL."""
    return {
        "game_id": GAME, "game_date": DATE, "game_time_et": "19:30:00", "home_team": "MIL", "away_team": "BKN",
        "home_team_id": 1610612749, "away_team_id": 1610612751, "game_status": 3, "game_status_text": "Final",
        "home_score": 127, "away_score": 104, "arena_name": "Fiserv Forum",
    } | _ids(changes, home_team_id="home_team", away_team_id="away_team") | changes  # fmt: skip


OTHER = game(
    game_id=OTHER_GAME, game_date=NEXT_DATE, game_time_et="22:00:00", home_team="LAL", away_team="GSW",
    home_team_id=1610612747, away_team_id=1610612744, home_score=114, away_score=121,
)  # fmt: skip
STARS = game(
    game_id=EXHIBITION, game_date="2022-02-20", home_team="LBN", away_team="DRT", home_team_id=1610616834,
    away_team_id=1610616833, home_score=163, away_score=160,
)  # fmt: skip
SCHEDULE = (game(), OTHER, STARS)


def player_line(**changes: object) -> Row:
    """A box score line: 8 of 14, 2 of 5 threes, 4 of 4 free throws, 22 points."""
    return {
        "SEASON_ID": 22021, "PLAYER_ID": 201142, "PLAYER_NAME": "Kevin Durant", "TEAM_ID": 1610612751,
        "TEAM_ABBREVIATION": "BKN", "GAME_ID": GAME, "GAME_DATE": DATE, "MATCHUP": "BKN @ MIL", "MIN": 30,
        "FGM": 8, "FGA": 14, "FG3M": 2, "FG3A": 5, "FTM": 4, "FTA": 4, "OREB": 1, "DREB": 7, "AST": 5, "STL": 1,
        "BLK": 1, "TOV": 3, "PF": 2, "PTS": 22, "PLUS_MINUS": -7,
    } | _ids(changes, TEAM_ID="TEAM_ABBREVIATION") | changes  # fmt: skip


def team_line(**changes: object) -> Row:
    """A team's totals: 104 points."""
    return {
        "TEAM_ID": 1610612751, "TEAM_ABBREVIATION": "BKN", "GAME_ID": GAME, "GAME_DATE": DATE, "MIN": 241, "FGM": 37,
        "FGA": 84, "FG3M": 17, "FG3A": 32, "FTM": 13, "FTA": 23, "OREB": 5, "DREB": 39, "AST": 19, "STL": 3, "BLK": 9,
        "TOV": 12, "PF": 17, "PTS": 104, "PLUS_MINUS": -23,
    } | _ids(changes, TEAM_ID="TEAM_ABBREVIATION") | changes  # fmt: skip


def starter(**changes: object) -> Row:
    """Who was in the starting five."""
    return {"game_id": GAME, "player_id": 201142, "player_name": "Kevin Durant", "starter": True} | changes


def shot(**changes: object) -> Row:
    """A made two-pointer from 13 feet."""
    return {
        "GAME_ID": GAME, "EVENTNUM": 29, "PERIOD": 1, "PLAYER_ID": 201142, "TEAM_ABBREVIATION": "BKN", "MADE": True,
        "IS_3PT": False, "DISTANCE_FT": 13, "HAS_DISTANCE": True, "ASSIST_PLAYER_ID": 201935, "BLOCK_PLAYER_ID": None,
    } | changes  # fmt: skip


def game_line(**changes: object) -> Row:
    """A closing line of a consensus."""
    return {
        "game_id": GAME, "game_date": DATE, "home_team": "MIL", "away_team": "BKN", "home_spread": -1.5,
        "total_line": 240.5, "home_moneyline": -125, "away_moneyline": 105, "suspect_line": False,
    } | changes  # fmt: skip


def prop(**changes: object) -> Row:
    """A closing line on a player's points."""
    return {
        "game_date": DATE, "player_slug": "kevindurant", "player_name": "Kevin Durant", "player_id": 201142,
        "market": "player_points", "bookmaker": "Consensus", "line": 27.5, "over_odds": -110, "under_odds": -115,
    } | changes  # fmt: skip


def move(**changes: object) -> Row:
    """A move onto the injured list."""
    return {
        "Date": DATE, "Team": "Nets", "Acquired": None, "Relinquished": "Kevin Durant", "Notes": "placed on IL",
    } | changes  # fmt: skip


ROWS = {
    "schedule": game, "player_box": player_line, "team_box": team_line, "starters": starter, "shots": shot,
    "game_lines": game_line, "points_props": prop, "injury_transactions": move,
}  # fmt: skip


def write_csv(path: Path, rows: Sequence[Row], *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    """A CSV file with the columns of the first row."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_json(path: Path, rows: Sequence[Row]) -> Path:
    """A JSON list of records."""
    path.write_text(json.dumps(rows), "utf-8")
    return path


def write_json_lines(path: Path, rows: Sequence[Row]) -> Path:
    """A JSON record on each line."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def write_result_sets(path: Path, rows: Sequence[Row]) -> Path:
    """An answer of stats.nba.com."""
    sets = [{"name": "Rows", "headers": list(rows[0]), "rowSet": [list(row.values()) for row in rows]}]
    path.write_text(json.dumps({"resource": "rows", "parameters": {}, "resultSets": sets}), "utf-8")
    return path


def write_parquet(path: Path, rows: Sequence[Row]) -> Path:
    """A Parquet file with types as DuckDB infers them from the rows."""
    as_json = path.with_name("rows.jsonl")
    write_json_lines(as_json, rows)
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT * FROM read_json('{as_json}')) TO '{path}' (FORMAT parquet)")
    as_json.unlink()
    return path


def pack(path: Path) -> Path:
    """The file packed by gzip, under its name with .gz."""
    packed = path.with_name(path.name + ".gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    return packed


def empty_warehouse() -> DuckDB:
    """A warehouse in memory with all tables and no row."""
    engine = DuckDB("duckdb://:memory:")
    prepare(engine)
    return engine


def empty(engine: DuckDB) -> None:
    """Delete all that was ingested."""
    for table in (*raw_tables(), *tables_of("orchestration")):
        if "source_id" in table.column_names or table.name == LEDGER:
            engine.execute(f"DELETE FROM {table.name}")


def land(engine: DuckDB, path: Path, **options: object) -> FileReport:
    """Ingest one file of one table and hand back its report, which accounts for every row."""
    report = ingest_files(engine, path, **options)
    assert len(report.files) == 1
    return report.files[0]


def ingest_files(engine: DuckDB, *paths: Path, **options: object) -> IngestReport:
    """Ingest files, and see that every row read is accounted for."""
    report = ingest(engine, paths, **{"run_id": "a run", **options})  # type: ignore[arg-type]
    for file in report.files:
        landed = file.added + file.changed + file.unchanged
        assert file.read == landed + file.quarantined + file.unresolved + file.collapsed
    return report


def values(engine: DuckDB, sql: str) -> list[tuple[Value, ...]]:
    """Rows of a query."""
    return engine.query(sql).rows
