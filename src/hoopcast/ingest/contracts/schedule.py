"""Schedule: the league's games, with scores once they are final."""

from hoopcast.calendar import STAGE_OF_PREFIX
from hoopcast.ingest.contract import DATE_TEXTS, GAME, Check, Contract, Input

_HOME = ("home_team", "home_team_abbr", "homeTeamTricode")
_AWAY = ("away_team", "away_team_abbr", "awayTeamTricode", "visitor_team")
_STAGES = " ".join(f"WHEN '{prefix}' THEN '{stage}'" for prefix, stage in STAGE_OF_PREFIX.items())
_YEAR = "TRY_CAST(SUBSTR(in_game_id, 4, 2) AS BIGINT)"
_START = f"({_YEAR} + CASE WHEN {_YEAR} >= 46 THEN 1900 ELSE 2000 END)"
_WELL_FORMED = "REGEXP_FULL_MATCH(in_game_id, '[0-9]{10}')"

# Exhibitions have guests, and may end in a tie.
_COUNTS = "season_stage IN ('regular', 'playin', 'playoffs')"

# Who plays a later round is not known when it is scheduled.
_OPEN = "CASE WHEN in_game_status = 1 THEN 'TBD' END"

SCHEDULE = Contract(
    table_name="nba_raw.nbac_schedule",
    in_schedule=False,
    file_names=("schedule", "nbac_schedule"),
    absent=("home_spread", "total_line"),
    inputs=(
        GAME,
        Input("game_date", DATE_TEXTS, "day", required=True),
        Input("season_of_day", DATE_TEXTS, "season", lenient=True),
        Input("time_et", ("game_time_et",), "time"),
        Input("tip_off_utc", ("tip_off_utc",), "moment"),
        Input("home_team_id", ("home_team_id",), "integer"),
        Input("away_team_id", ("away_team_id",), "integer"),
        Input("home_team_abbr", _HOME, "team", required=True, lenient=True),
        Input("away_team_abbr", _AWAY, "team", required=True, lenient=True),
        Input("home_text", _HOME, "text"),
        Input("away_text", _AWAY, "text"),
        Input("game_status", ("game_status",), "integer", required=True),
        Input("game_status_text", ("game_status_text",), "text"),
        Input("home_score", ("home_score", "home_team_score"), "integer"),
        Input("away_score", ("away_score", "away_team_score"), "integer"),
        Input("arena_name", ("arena_name", "arena"), "text"),
        Input("home_spread", ("home_spread",), "number"),
        Input("total_line", ("total_line",), "number"),
    ),
    outputs={
        "season": (
            f"CASE WHEN {_WELL_FORMED} THEN CAST({_START} AS VARCHAR) || '-'"
            f" || LPAD(CAST(({_START} + 1) % 100 AS VARCHAR), 2, '0') END"
        ),
        "season_stage": f"CASE SUBSTR(in_game_id, 1, 3) {_STAGES} END",
        "tip_off_utc": (
            "COALESCE(in_tip_off_utc, TIMEZONE('UTC', TIMEZONE('America/New_York', in_game_date + in_time_et)))"
        ),
        "home_team_abbr": f"COALESCE(in_home_team_abbr, UPPER(in_home_text), {_OPEN})",
        "away_team_abbr": f"COALESCE(in_away_team_abbr, UPPER(in_away_text), {_OPEN})",
        "team_known": "in_home_team_abbr IS NOT NULL AND in_away_team_abbr IS NOT NULL",
        "home_score": "CASE WHEN in_game_status = 3 THEN in_home_score END",
        "away_score": "CASE WHEN in_game_status = 3 THEN in_away_score END",
    },
    checks=(
        Check(f"NOT {_WELL_FORMED}", "'game_id ''' || game_id || ''' is not 10 digits'"),
        Check(
            f"{_WELL_FORMED} AND season_stage IS NULL",
            "'game_id ' || game_id || ' begins with no known stage (001 to 006)'",
        ),
        Check(
            f"{_WELL_FORMED} AND in_season_of_day <> season",
            "'game_date ' || game_date || ' is not in ' || season || ', the season of game_id ' || game_id",
        ),
        Check(
            f"{_COUNTS} AND in_home_team_abbr IS NULL AND UPPER(in_home_text) <> COALESCE({_OPEN}, '')",
            "'team ''' || in_home_text || ''' is none of the league''s 30'",
        ),
        Check(
            f"{_COUNTS} AND in_away_team_abbr IS NULL AND UPPER(in_away_text) <> COALESCE({_OPEN}, '')",
            "'team ''' || in_away_text || ''' is none of the league''s 30'",
        ),
        Check(
            "home_team_abbr = away_team_abbr AND home_team_abbr <> 'TBD'", "home_team_abbr || ' plays against itself'"
        ),
        Check(
            "game_status = 3 AND team_known AND (home_score IS NULL OR away_score IS NULL)",
            "'a final game without its score'",
        ),
        Check(
            f"game_status = 3 AND home_score = away_score AND {_COUNTS}",
            "'a final game that is a tie at ' || home_score",
        ),
    ),
)
