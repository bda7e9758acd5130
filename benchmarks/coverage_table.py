"""Writes docs/coverage-2021-22.md: how much of a real season each table covers, month by month, and what it misses.

python -m benchmarks.coverage_table duckdb:///nba.duckdb
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import hoopcast
from hoopcast import Hoopcast
from hoopcast.pipeline.node import sql_nodes

SEASON = "2021-22"
PAGE = Path(__file__).parents[1] / "docs" / "coverage-2021-22.md"

# Each appearance of the season with the information level that expected it that morning, and for a miss its class:
# his first of this season and the last, his first for another team, or his return to the team after a long absence.
APPEARANCES = """
WITH appearance AS (
    SELECT
        p.game_id, p.player_id, p.player_name, p.season, p.game_date, p.team_abbr, p.minutes,
        LAG(p.team_abbr) OVER career AS last_team
    FROM nba_analytics.player_game_summary AS p
    WHERE p.played_flag AND p.season IN ($season, $last_season)
    WINDOW career AS (PARTITION BY p.player_id ORDER BY p.game_date, p.game_id)
)
SELECT
    a.*, strftime(a.game_date, '%Y-%m') AS month, u.expected_level,
    CASE
        WHEN u.expected_level IS NOT NULL THEN 'expected'
        WHEN a.last_team IS NULL THEN 'debut'
        WHEN a.last_team <> a.team_abbr THEN 'moved team'
        ELSE 'returned' END AS standing
FROM appearance AS a
LEFT JOIN nba_analytics.upcoming_player_game_context AS u
    ON u.game_id = a.game_id AND u.player_id = a.player_id AND u.team_abbr = a.team_abbr
WHERE a.season = $season
"""
_TABLES = """
SELECT
    table_name, strftime(partition_date, '%Y-%m') AS month, COUNT(*) AS dates, SUM(rows) AS row_count,
    SUM(expected) AS expected
FROM (
    SELECT table_name, partition_date, ARG_MAX(rows, entry) AS rows, ARG_MAX(expected, entry) AS expected
    FROM nba_orchestration.ledger
    WHERE season = $season AND partition_date IN (
        SELECT game_date FROM nba_raw.nbac_schedule
        WHERE season = $season AND season_stage = 'regular' AND game_status = 3
    )
    GROUP BY table_name, partition_date
) AS partitions
GROUP BY ALL ORDER BY month
"""
_GAMES = """
SELECT strftime(game_date, '%Y-%m') AS month, COUNT(DISTINCT game_date), COUNT(*)
FROM nba_raw.nbac_schedule
WHERE season = $season AND season_stage = 'regular' AND game_status = 3
GROUP BY month ORDER BY month
"""
_POPULATION = """
SELECT
    strftime(u.game_date, '%Y-%m') AS month, COUNT(*) AS expected, COUNT(p.player_id) AS played,
    SUM(CASE WHEN u.expected_level = 'history' THEN 1 ELSE 0 END) AS of_history
FROM nba_analytics.upcoming_player_game_context AS u
LEFT JOIN nba_analytics.player_game_summary AS p
    ON p.game_id = u.game_id AND p.player_id = u.player_id AND p.played_flag
WHERE u.season = $season AND u.season_stage = 'regular'
GROUP BY month ORDER BY month
"""
_BY_PERIOD = """
SELECT
    {period} AS period, COUNT(*), SUM(CASE WHEN expected_level = 'history' THEN 1 ELSE 0 END),
    SUM(CASE WHEN expected_level IN ('history', 'news') THEN 1 ELSE 0 END), COUNT(expected_level),
    SUM(CASE WHEN standing = 'debut' THEN 1 ELSE 0 END), SUM(CASE WHEN standing = 'moved team' THEN 1 ELSE 0 END),
    SUM(CASE WHEN standing = 'returned' THEN 1 ELSE 0 END)
FROM ({appearances}) AS appearances
WHERE {condition}
GROUP BY period ORDER BY period
"""
_OPENING_NIGHT = "game_date = (SELECT MIN(game_date) FROM nba_analytics.player_game_summary WHERE season = $season)"
_PAGE = """# Coverage of {season}

The regular season from real box scores, with the three seasons before ingested. Made by
`python -m benchmarks.coverage_table WAREHOUSE`.

## Tables

Rows, and in brackets their share of the rows expected, in percent. What is absent has its reason in
`nba_orchestration.failures`.

{tables}

## Who was expected

Expected players of the games of each month, how many of them played, and how many were known from history alone,
without news of the day and quotes.

{population}

## Who appeared

Of all appearances the share that had a row for that team that morning (`hoopcast coverage` counts rows for any team):
by history alone, with moves of the injured list dated that
day, and with quoted players. Misses are a debut (no game this season or last), the first game for another team, or a
return to the team after more than ten of its games and thirty days.

{appearances}

### Opening night

No source of rosters is among the files, so whoever moved over the summer is not expected on his team's first night.

{opening_night}
"""


@dataclass(frozen=True)
class Appearances:
    """Appearances of a period: all, those expected by each information level, and misses by their class."""

    period: str
    appearances: int
    by_history: int
    by_news: int
    by_quotes: int
    debuts: int
    moved_team: int
    returned: int


def seasons(season: str) -> dict[str, str]:
    """Parameters of `APPEARANCES`: a season and the one before."""
    year = int(season[:4])
    return {"season": season, "last_season": f"{year - 1}-{year % 100:02d}"}


def appearances_by_period(
    warehouse: Hoopcast, season: str, period: str = "month", condition: str = "TRUE"
) -> list[Appearances]:
    """Appearances of a season by period, which is an SQL expression over the columns of `APPEARANCES`."""
    query = _BY_PERIOD.format(period=period, appearances=APPEARANCES, condition=condition)
    rows = warehouse.engine.query(query, seasons(season)).rows
    return [Appearances(str(row[0]), *(int(str(value)) for value in row[1:])) for row in rows]


def page(warehouse: Hoopcast, season: str) -> str:
    """The page's text."""
    return _PAGE.format(
        season=season,
        tables=_tables(warehouse, season),
        population=_population(warehouse, season),
        appearances=_appearances(
            [*appearances_by_period(warehouse, season), *appearances_by_period(warehouse, season, "'season'")]
        ),
        opening_night=_appearances(appearances_by_period(warehouse, season, "game_date", _OPENING_NIGHT)),
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---", *["--:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _tables(warehouse: Hoopcast, season: str) -> str:
    games = warehouse.engine.query(_GAMES, {"season": season}).rows
    months = [str(row[0]) for row in games]
    cells: dict[tuple[str, str], tuple[int, int]] = {}
    days: dict[tuple[str, str], int] = {}
    for name, month, dates, rows, expected in warehouse.engine.query(_TABLES, {"season": season}).rows:
        cells[str(name), str(month)] = int(str(rows)), int(str(expected))
        days[str(name), str(month)] = int(str(dates))
    lines = [["dates / games", *(f"{row[1]} / {row[2]}" for row in games), _total_of_games(games)]]
    for model in sql_nodes():
        written = [cells.get((model.name, month), (0, 0)) for month in months]
        complete = all(days.get((model.name, str(row[0]))) == row[1] for row in games)
        shares = [_share(*cell) for cell in [*written, _summed(written)]]
        lines.append([f"`{model.name.split('.')[1]}`{'' if complete else ' (dates missing)'}", *shares])
    return _table(["table", *months, "season"], lines)


def _total_of_games(games: Sequence[Sequence[object]]) -> str:
    return f"{sum(int(str(row[1])) for row in games)} / {sum(int(str(row[2])) for row in games)}"


def _summed(cells: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return sum(rows for rows, _ in cells), sum(expected for _, expected in cells)


def _share(rows: int, expected: int) -> str:
    return f"{rows:,} ({100 * rows / expected:.2f})" if expected else "0"


def _population(warehouse: Hoopcast, season: str) -> str:
    months = [
        (str(row[0]), *(int(str(value)) for value in row[1:]))
        for row in warehouse.engine.query(_POPULATION, {"season": season}).rows
    ]
    total = ("season", *(sum(column) for column in list(zip(*months, strict=True))[1:]))
    lines = [
        [name, f"{expected:,}", f"{played:,}", f"{100 * played / expected:.1f} %", f"{of_history:,}"]
        for name, expected, played, of_history in [*months, total]
    ]
    return _table(["month", "rows expected", "played", "share", "known from history"], lines)


def _appearances(periods: Sequence[Appearances]) -> str:
    lines = [
        [
            one.period,
            f"{one.appearances:,}",
            *(f"{100 * part / one.appearances:.2f} %" for part in (one.by_history, one.by_news, one.by_quotes)),
            str(one.debuts),
            str(one.moved_team),
            str(one.returned),
        ]
        for one in periods
    ]
    header = ["", "appearances", "history", "with news", "with quotes", "debuts", "moved team", "returned"]
    return _table(header, lines)


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warehouse", help="URL of a warehouse with the season and the one before")
    url = parser.parse_args().warehouse
    with hoopcast.open(url, read_only=True) as warehouse:
        PAGE.write_text(page(warehouse, SEASON), "utf-8")
    print(f"wrote {PAGE.name}")


if __name__ == "__main__":
    main()
