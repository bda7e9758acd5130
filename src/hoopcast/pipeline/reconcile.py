"""Facts that two tables both tell: do they tell the same?"""

from collections.abc import Iterator, Sequence
from datetime import date

from hoopcast.pipeline.own_states import STAGES_WITH_FORECASTS
from hoopcast.warehouse.engine import Engine, Value
from hoopcast.warehouse.tables import Table

# Check, table, units looked at, problems, examples.
Finding = tuple[str, str, int, int, str]
POPULATION = "nba_analytics.upcoming_player_game_context"
_EXAMPLES = 3
_SUMMED = ("points", "fgm", "fga", "fg3m", "fg3a", "ftm", "fta")
_DATES = ("game_date", "analysis_date")


def teams_unlike_players(engine: Engine, first: date, last: date) -> Finding:
    """Team box scores that are not the sum of their players', where the players' are there."""
    sums = ", ".join(f"SUM({name}) AS {name}" for name in _SUMMED)
    unlike = " OR ".join(f"t.{name} <> p.{name}" for name in _SUMMED)
    rows = engine.query(
        f"""SELECT t.game_id, t.team_abbr, {unlike}
        FROM nba_raw.nbac_team_boxscore AS t
        INNER JOIN (
            SELECT game_id, team_abbr, {sums} FROM nba_raw.nbac_player_boxscore GROUP BY game_id, team_abbr
        ) AS p ON p.game_id = t.game_id AND p.team_abbr = t.team_abbr
        WHERE t.game_date BETWEEN $first_day AND $last_day
        ORDER BY t.game_id, t.team_abbr""",
        {"first_day": first, "last_day": last},
    ).rows
    return _finding("team box score = sum of its players", "nba_raw.nbac_team_boxscore", rows)


def scores_unlike_schedule(engine: Engine, first: date, last: date) -> Finding:
    """Team box scores whose points are not the schedule's final score."""
    rows = engine.query(
        """SELECT t.game_id, t.team_abbr,
            t.points <> CASE WHEN t.team_abbr = s.home_team_abbr THEN s.home_score ELSE s.away_score END
        FROM nba_raw.nbac_team_boxscore AS t
        INNER JOIN nba_raw.nbac_schedule AS s ON s.game_id = t.game_id AND s.game_status = 3
        WHERE t.game_date BETWEEN $first_day AND $last_day
        ORDER BY t.game_id, t.team_abbr""",
        {"first_day": first, "last_day": last},
    ).rows
    return _finding("box score = schedule's score", "nba_raw.nbac_team_boxscore", rows)


def boxes_without_game(engine: Engine, first: date, last: date) -> Finding:
    """Games with box scores that the schedule does not have, or has as not yet begun: nothing is made of their rows."""
    rows = engine.query(
        """SELECT b.game_id, MIN(b.game_date), MAX(CASE WHEN s.game_id IS NULL OR s.game_status = 1 THEN 1 ELSE 0 END)
        FROM nba_raw.nbac_player_boxscore AS b
        LEFT JOIN nba_raw.nbac_schedule AS s ON s.game_id = b.game_id
        WHERE b.game_date BETWEEN $first_day AND $last_day
        GROUP BY b.game_id ORDER BY b.game_id""",
        {"first_day": first, "last_day": last},
    ).rows
    return _finding("box scores are of games that were played", "nba_raw.nbac_player_boxscore", rows)


def dates_unlike_schedule(engine: Engine, tables: Sequence[Table], first: date, last: date) -> Iterator[Finding]:
    """Rows of a game whose date, or morning of analysis, is not the date of the game."""
    stages = ", ".join(f"'{stage}'" for stage in STAGES_WITH_FORECASTS)
    for table in tables:
        named = [name for name in _DATES if name in table.column_names]
        if "game_id" not in table.column_names or not named:
            continue
        unlike = " OR ".join(f"t.{name} <> s.game_date" for name in named)
        rows = engine.query(
            f"""SELECT t.game_id, MIN(t.{table.time}), MAX(CASE WHEN s.game_id IS NULL OR {unlike} THEN 1 ELSE 0 END)
            FROM {table.name} AS t
            LEFT JOIN nba_raw.nbac_schedule AS s ON s.game_id = t.game_id AND s.team_known
                AND s.season_stage IN ({stages})
            WHERE t.{table.time} BETWEEN $first_day AND $last_day
            GROUP BY t.game_id ORDER BY t.game_id""",
            {"first_day": first, "last_day": last},
        ).rows
        yield _finding("dates are those of the schedule", table.name, rows)


def teams_without_players(engine: Engine, first: date, last: date) -> tuple[int, list[str], list[str]]:
    """Teams of final games for whom the population has nobody.

    Returns:
        How many teams of games were looked at; those without players that had played before, this season or the last;
        and those without players whose first game on record it is.
    """
    stages = ", ".join(f"'{stage}'" for stage in STAGES_WITH_FORECASTS)
    rows = engine.query(
        f"""WITH played AS (
            SELECT s.game_id, s.game_date, CAST(SUBSTR(s.season, 1, 4) AS BIGINT) AS season_year,
                CASE WHEN side.is_home THEN s.home_team_abbr ELSE s.away_team_abbr END AS team_abbr
            FROM nba_raw.nbac_schedule AS s
            CROSS JOIN (SELECT TRUE AS is_home UNION ALL SELECT FALSE) AS side
            WHERE s.game_status = 3 AND s.team_known AND s.season_stage IN ({stages})
        ),
        game AS (
            SELECT *, LAG(season_year) OVER (PARTITION BY team_abbr ORDER BY game_date, game_id) AS last_played
            FROM played
        )
        SELECT g.game_date, g.team_abbr, COALESCE(g.last_played >= g.season_year - 1, FALSE), p.game_id IS NULL
        FROM game AS g
        LEFT JOIN (SELECT DISTINCT game_id, team_abbr FROM {POPULATION}) AS p
            ON p.game_id = g.game_id AND p.team_abbr = g.team_abbr
        WHERE g.game_date BETWEEN $first_day AND $last_day
        ORDER BY g.game_date, g.team_abbr""",
        {"first_day": first, "last_day": last},
    ).rows
    without = [(f"{day} {team}", had_played) for day, team, had_played, is_empty in rows if is_empty]
    return len(rows), [text for text, had in without if had], [text for text, had in without if not had]


def _finding(check: str, table: str, rows: list[tuple[Value, ...]]) -> Finding:
    wrong = [f"{game} {what}" for game, what, is_wrong in rows if is_wrong]
    return check, table, len(rows), len(wrong), "; ".join(wrong[:_EXAMPLES])
