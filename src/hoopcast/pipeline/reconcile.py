"""Facts that two tables both tell: do they tell the same?"""

from collections.abc import Iterator, Sequence
from datetime import date

from hoopcast.pipeline.own_states import STAGES_WITH_FORECASTS
from hoopcast.warehouse.engine import Engine, Value
from hoopcast.warehouse.tables import Table

# Check, table, units looked at, problems, examples.
Finding = tuple[str, str, int, int, str]
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


def _finding(check: str, table: str, rows: list[tuple[Value, ...]]) -> Finding:
    wrong = [f"{game} {what}" for game, what, is_wrong in rows if is_wrong]
    return check, table, len(rows), len(wrong), "; ".join(wrong[:_EXAMPLES])
