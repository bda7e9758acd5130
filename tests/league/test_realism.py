"""A simulated season looks like the real one, figure by figure."""

from pathlib import Path

import duckdb
import pytest

from hoopcast.league import League, write

TABLES = ("player_box", "team_box", "shots", "starters", "schedule", "game_lines", "points_props")

STARTS = """(SELECT p.*, starter FROM player_box AS p
    JOIN starters AS s ON s.game_id = p.GAME_ID AND s.player_id = p.PLAYER_ID)"""
# Averages of those with a season's record, and those of the twenty who score most.
AVERAGES = f"""(SELECT AVG(PTS) AS points, AVG(MIN) AS minutes, AVG(starter::INT) AS starts, SUM(PTS) / SUM(MIN) AS rate
    FROM {STARTS} GROUP BY PLAYER_ID HAVING COUNT(*) >= 30)"""
BEST = f"(FROM {AVERAGES} ORDER BY points DESC LIMIT 20)"

# Figure, query, tolerance: how far a simulated season may lie from the real one.
FIGURES = {
    "games": ("SELECT COUNT(DISTINCT GAME_ID) FROM team_box", 0),
    "dates": ("SELECT COUNT(DISTINCT GAME_DATE) FROM team_box", 0),
    "points a team": ("SELECT AVG(PTS) FROM team_box", 2.5),
    "spread of points a team": ("SELECT STDDEV(PTS) FROM team_box", 1.2),
    "pace": (
        "SELECT SUM(FGA + 0.44 * FTA + TOV - OREB) / SUM(MIN) * 240 FROM team_box",
        1.2,
    ),
    "offensive rating": ("SELECT 100 * SUM(PTS) / SUM(FGA + 0.44 * FTA + TOV - OREB) FROM team_box", 1.8),
    "true shooting": ("SELECT SUM(PTS) / (2 * SUM(FGA + 0.44 * FTA)) FROM team_box", 0.01),
    "share of threes": ("SELECT SUM(FG3A) / SUM(FGA) FROM team_box", 0.012),
    "assists": ("SELECT AVG(AST) FROM team_box", 1.2),
    "turnovers": ("SELECT AVG(TOV) FROM team_box", 0.5),
    "rebounds": ("SELECT AVG(REB) FROM team_box", 1.2),
    "spread of margins": ("SELECT STDDEV(home_score - away_score) FROM schedule WHERE game_id LIKE '002%'", 2.0),
    "home margin": ("SELECT AVG(home_score - away_score) FROM schedule WHERE game_id LIKE '002%'", 1.2),
    "men a team-game": ("SELECT COUNT(*) / COUNT(DISTINCT (GAME_ID, TEAM_ID)) FROM player_box", 0.4),
    "players": ("SELECT COUNT(DISTINCT PLAYER_ID) FROM player_box", 50),
    "points a man": ("SELECT AVG(PTS) FROM player_box", 0.5),
    "spread of points a man": ("SELECT STDDEV(PTS) FROM player_box", 0.6),
    "99 % of points": ("SELECT QUANTILE_CONT(PTS, 0.99) FROM player_box", 3),
    "median minutes": ("SELECT MEDIAN(MIN) FROM player_box", 2),
    "minutes of starters": (
        f"SELECT AVG(MIN) FROM {STARTS} WHERE starter",
        1.5,
    ),
    "starts of the best scorers": (f"SELECT AVG(starts) FROM {BEST}", 0.025),
    "minutes of the best scorers": (f"SELECT AVG(minutes) FROM {BEST}", 1.2),
    "points of the best scorers": (f"SELECT AVG(points) FROM {BEST}", 2.5),
    "points of the best scorer": (f"SELECT MAX(points) FROM {BEST}", 3),
    "points a minute of reserves": (f"SELECT SUM(PTS) / SUM(MIN) FROM {STARTS} WHERE NOT starter", 0.02),
    "minutes of those who score more a minute": (f"SELECT CORR(rate, minutes) FROM {AVERAGES}", 0.12),
    "games of 50 points": ("SELECT COUNT(*) FROM player_box WHERE PTS >= 50", 12),
    "games of 60 points": ("SELECT COUNT(*) FROM player_box WHERE PTS >= 60", 3),
    "plays again": (
        (
            "WITH g AS (SELECT TEAM_ID, GAME_ID, ROW_NUMBER() OVER (PARTITION BY TEAM_ID ORDER BY GAME_DATE) AS k "
            "FROM team_box), a AS (SELECT PLAYER_ID, TEAM_ID, k FROM player_box JOIN g USING (TEAM_ID, GAME_ID)) "
            "SELECT AVG((b.k IS NOT NULL)::INT) FROM a LEFT JOIN a AS b "
            "ON b.PLAYER_ID = a.PLAYER_ID AND b.TEAM_ID = a.TEAM_ID AND b.k = a.k + 1 WHERE a.k < 82"
        ),
        0.02,
    ),
    "quoted share": (
        (
            "SELECT AVG((q.player_id IS NOT NULL)::INT) FROM player_box AS p LEFT JOIN "
            "(SELECT DISTINCT game_date, player_id FROM points_props) AS q "
            "ON q.game_date = p.GAME_DATE AND q.player_id = p.PLAYER_ID"
        ),
        0.04,
    ),
    "quoted who do not play": (
        (
            "SELECT AVG((p.PLAYER_ID IS NULL)::INT) FROM points_props AS q LEFT JOIN player_box AS p "
            "ON q.game_date = p.GAME_DATE AND q.player_id = p.PLAYER_ID"
        ),
        0.012,
    ),
    "error of lines": (
        (
            "SELECT AVG(ABS(PTS - line)) FROM points_props AS q JOIN player_box AS p "
            "ON q.game_date = p.GAME_DATE AND q.player_id = p.PLAYER_ID"
        ),
        0.5,
    ),
    "spread of spreads": ("SELECT STDDEV(home_spread) FROM game_lines", 1.5),
    "spread of totals": ("SELECT STDDEV(total_line) FROM game_lines", 1.5),
    "unknown distances": (
        "SELECT AVG((NOT HAS_DISTANCE AND NOT IS_3PT)::INT) FROM shots WHERE GAME_ID LIKE '002%'",
        0.01,
    ),
    "accuracy of threes": ("SELECT AVG(MADE::INT) FROM shots WHERE IS_3PT AND GAME_ID LIKE '002%'", 0.008),
}  # fmt: skip


@pytest.fixture(scope="module")
def season_folders(full_league: League, real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("league")
    write(full_league, folder)
    return real_data, folder


def figure_of(folder: Path, query: str) -> float:
    with duckdb.connect() as connection:
        for table in TABLES:
            connection.execute(f"CREATE VIEW {table} AS FROM '{folder / '2021-22' / table}.parquet'")
        return float(connection.execute(query).fetchall()[0][0])


def columns_of(path: Path) -> list[tuple[str, str]]:
    with duckdb.connect() as connection:
        return [row[:2] for row in connection.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_of_a_simulated_season_is_near_the_real_one(figure: str, season_folders: tuple[Path, Path]) -> None:
    query, tolerance = FIGURES[figure]
    real, simulated = (figure_of(folder, query) for folder in season_folders)
    assert abs(simulated - real) <= tolerance, f"real {real:.4g}, simulated {simulated:.4g}"


@pytest.mark.parametrize("table", [*TABLES, "injury_transactions"])
def test_files_have_the_columns_and_types_of_the_real_ones(table: str, season_folders: tuple[Path, Path]) -> None:
    place = f"{table}.parquet" if table == "injury_transactions" else f"2021-22/{table}.parquet"
    real, simulated = (columns_of(folder / place) for folder in season_folders)
    assert simulated == real
