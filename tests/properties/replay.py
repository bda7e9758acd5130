"""The files of a league as they lay there on each morning of a season."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb

_NOT_YET = """
SELECT * REPLACE (
    CASE WHEN game_date < '{day}' THEN game_status ELSE 1 END AS game_status,
    CASE WHEN game_date < '{day}' THEN game_status_text ELSE '7:00 pm ET' END AS game_status_text,
    CASE WHEN game_date < '{day}' THEN home_score END AS home_score,
    CASE WHEN game_date < '{day}' THEN away_score END AS away_score
)
FROM '{source}'
"""
_OF_RESULTS = ("player_box", "team_box", "shots", "starters")
_OF_THE_DAY = ("game_lines", "points_props")


def files_as_of(files: Path, season: str, folder: Path) -> Iterator[tuple[date, Path]]:
    """For each game day a folder with what was published since the last one: final scores, boxes, the day's lines.

    Args:
        files: the league's files, a folder a season.
        season: the season to live through.
        folder: where to write.

    Yields:
        The day and its folder; at the end one more, of a day after the season.
    """
    source = files / season
    with duckdb.connect() as connection:
        days = connection.execute(
            f"SELECT DISTINCT CAST(game_date AS DATE) FROM '{source}/schedule.parquet'"
            " WHERE season_type = 'regular' ORDER BY 1"
        ).fetchall()
        last = "0001-01-01"
        for day in [*(row[0] for row in days), date(int(season[:4]) + 1, 9, 1)]:
            _write_morning(connection, source, folder / str(day), last, str(day))
            last = str(day)
            yield day, folder / str(day)


def _write_morning(connection: duckdb.DuckDBPyConnection, source: Path, folder: Path, last: str, day: str) -> None:
    folder.mkdir(parents=True)
    selects = {"schedule": _NOT_YET.format(day=day, source=source / "schedule.parquet")}
    games = f"SELECT game_id FROM '{source}/schedule.parquet' WHERE game_date >= '{last}' AND game_date < '{day}'"
    for name in _OF_RESULTS:
        selects[name] = f"SELECT * FROM '{source}/{name}.parquet' WHERE game_id IN ({games})"
    for name in _OF_THE_DAY:
        selects[name] = f"SELECT * FROM '{source}/{name}.parquet' WHERE game_date = '{day}'"
    moves = source.parent / "injury_transactions.parquet"
    selects["injury_transactions"] = f"SELECT * FROM '{moves}' WHERE Date > '{last}' AND Date <= '{day}'"
    for name, select in selects.items():
        connection.execute(f"COPY ({select}) TO '{folder}/{name}.parquet' (FORMAT parquet)")
