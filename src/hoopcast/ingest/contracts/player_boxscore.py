"""Box score lines of players: `leaguegamelog` of players, or `boxscoretraditionalv3`."""

from hoopcast.ingest.contract import (
    PLAYER,
    SAME_DATE,
    SHOOTING,
    TEAM_OF_GAME,
    UNKNOWN_TEAM,
    Check,
    Contract,
    Input,
    box_score_inputs,
    of_the_game,
)

_NAMES = ("PLAYER_NAME", "playerName", "name")

PLAYER_BOXSCORE = Contract(
    table_name="nba_raw.nbac_player_boxscore",
    file_names=("player_box", "nbac_player_boxscore", "leaguegamelog"),
    inputs=(
        PLAYER,
        Input("player_name", _NAMES, "text", required=True),
        Input("player_lookup", _NAMES, "lookup"),
        Input("played_flag", ("played_flag",), "flag"),
        Input("not_playing_reason", ("not_playing_reason", "comment"), "text"),
        # Usage needs turnovers.
        *box_score_inputs(required=("tov",)),
    ),
    outputs={
        "season": "game_season",
        "game_date": "game_game_date",
        "team_abbr": of_the_game("team_abbr"),
        # A source that lists only who played has no column that says so.
        "played_flag": "COALESCE(in_played_flag, in_not_playing_reason IS NULL)",
    },
    checks=(
        UNKNOWN_TEAM,
        SAME_DATE,
        TEAM_OF_GAME,
        *SHOOTING,
        Check(
            "NOT played_flag AND (minutes > 0 OR points > 0 OR fga > 0)",
            "'has minutes, points or shots in a game that he did not play'",
        ),
    ),
)
