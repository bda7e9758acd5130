"""Columns and types of the simulator's files: those of the archive files that ingest reads."""

from types import MappingProxyType

_PLAYER_LINE = (
    "FGM BIGINT, FGA BIGINT, FG_PCT DOUBLE, FG3M BIGINT, FG3A BIGINT, FG3_PCT DOUBLE, FTM BIGINT, FTA BIGINT, "
    "FT_PCT DOUBLE, OREB BIGINT, DREB BIGINT, REB BIGINT, AST BIGINT, STL BIGINT, BLK BIGINT, TOV BIGINT, PF BIGINT"
)
_TEXT = {
    "schedule": (
        "game_id VARCHAR, game_code VARCHAR, game_date VARCHAR, game_time_et VARCHAR, series_text VARCHAR, "
        "arena_name VARCHAR, arena_city VARCHAR, game_status BIGINT, game_status_text VARCHAR, home_team_id BIGINT, "
        "away_team_id BIGINT, home_team VARCHAR, away_team VARCHAR, home_score BIGINT, away_score BIGINT, "
        "season VARCHAR, season_type VARCHAR"
    ),
    "player_box": (
        "SEASON_ID BIGINT, PLAYER_ID BIGINT, PLAYER_NAME VARCHAR, TEAM_ID BIGINT, TEAM_ABBREVIATION VARCHAR, "
        "TEAM_NAME VARCHAR, GAME_ID VARCHAR, GAME_DATE VARCHAR, MATCHUP VARCHAR, WL VARCHAR, MIN BIGINT, "
        f"{_PLAYER_LINE}, PTS BIGINT, PLUS_MINUS BIGINT"
    ),
    "team_box": (
        "SEASON_ID BIGINT, TEAM_ID BIGINT, TEAM_ABBREVIATION VARCHAR, TEAM_NAME VARCHAR, GAME_ID VARCHAR, "
        f"GAME_DATE VARCHAR, MATCHUP VARCHAR, WL VARCHAR, MIN BIGINT, PTS BIGINT, {_PLAYER_LINE}, PLUS_MINUS DOUBLE"
    ),
    "starters": "game_id VARCHAR, player_id BIGINT, player_name VARCHAR, starter BOOLEAN",
    "shots": (
        "GAME_ID VARCHAR, EVENTNUM INTEGER, PERIOD TINYINT, PCTIMESTRING VARCHAR, PLAYER_ID BIGINT, "
        "PLAYER_NAME VARCHAR, TEAM_ID BIGINT, TEAM_ABBREVIATION VARCHAR, MADE BOOLEAN, IS_3PT BOOLEAN, "
        "DISTANCE_FT SMALLINT, HAS_DISTANCE BOOLEAN, ACTION_TYPE_CODE SMALLINT, ASSIST_PLAYER_ID BIGINT, "
        "BLOCK_PLAYER_ID BIGINT"
    ),
    "game_lines": (
        "game_id VARCHAR, game_date VARCHAR, home_team VARCHAR, away_team VARCHAR, home_spread DOUBLE, "
        "total_line DOUBLE, home_moneyline BIGINT, away_moneyline DOUBLE, suspect_line BOOLEAN"
    ),
    "points_props": (
        "game_date VARCHAR, player_slug VARCHAR, player_name VARCHAR, player_id BIGINT, market VARCHAR, "
        "bookmaker VARCHAR, line DOUBLE, over_odds BIGINT, under_odds BIGINT"
    ),
    "injury_transactions": (
        "Date VARCHAR, Team VARCHAR, Acquired VARCHAR, Relinquished VARCHAR, Notes VARCHAR"
    ),
}  # fmt: skip

# Type of each column of each file, in the files' order.
LAYOUT = MappingProxyType(
    {
        table: MappingProxyType(dict(column.split(" ") for column in columns.split(", ")))
        for table, columns in _TEXT.items()
    }
)
INJURIES = "injury_transactions"
