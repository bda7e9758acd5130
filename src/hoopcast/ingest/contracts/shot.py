"""Field-goal attempts: `shotchartdetail`, or attempts from the play-by-play."""

from hoopcast.ingest.contract import (
    DATE_TEXTS,
    GAME,
    PLAYER,
    SAME_DATE,
    TEAM,
    TEAM_OF_GAME,
    UNKNOWN_TEAM,
    Check,
    Contract,
    Input,
    of_the_game,
)

SHOT = Contract(
    table_name="nba_raw.nbac_shot",
    file_names=("shots", "shot", "nbac_shot", "shotchartdetail"),
    inputs=(
        GAME,
        PLAYER,
        *TEAM,
        Input("event_num", ("EVENTNUM", "GAME_EVENT_ID", "event_num", "actionNumber"), "integer", required=True),
        Input("game_date", DATE_TEXTS, "day"),
        Input("period", ("PERIOD",), "integer"),
        Input("shot_made_flag", ("MADE", "SHOT_MADE_FLAG"), "flag", required=True),
        Input("three_pointer_flag", ("IS_3PT", "three_pointer_flag"), "flag"),
        Input("shot_type", ("SHOT_TYPE",), "text"),
        Input("distance_ft", ("DISTANCE_FT", "SHOT_DISTANCE"), "integer", required=True),
        Input("has_distance", ("HAS_DISTANCE",), "flag"),
        Input("assist_player_id", ("ASSIST_PLAYER_ID",), "integer"),
        Input("block_player_id", ("BLOCK_PLAYER_ID",), "integer"),
    ),
    outputs={
        "season": "game_season",
        "game_date": "game_game_date",
        "team_abbr": of_the_game("team_abbr"),
        "three_pointer_flag": (
            "COALESCE(in_three_pointer_flag, CASE LEFT(in_shot_type, 3) WHEN '3PT' THEN TRUE WHEN '2PT' THEN FALSE END)"
        ),
        # Where the source has no distance it writes an imputed one beside the flag that says so.
        "distance_ft": "CASE WHEN COALESCE(in_has_distance, TRUE) THEN in_distance_ft END",
        "assist_player_id": "NULLIF(in_assist_player_id, 0)",
        "block_player_id": "NULLIF(in_block_player_id, 0)",
    },
    checks=(
        UNKNOWN_TEAM,
        SAME_DATE,
        TEAM_OF_GAME,
        Check("assist_player_id = player_id", "'player ' || player_id || ' assists himself'"),
        Check("block_player_id = player_id", "'player ' || player_id || ' blocks himself'"),
        Check("shot_made_flag AND block_player_id IS NOT NULL", "'a made shot that was blocked'"),
        Check("NOT shot_made_flag AND assist_player_id IS NOT NULL", "'a missed shot with an assist'"),
    ),
)
