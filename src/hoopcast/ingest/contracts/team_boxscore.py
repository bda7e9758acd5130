"""Box score totals of teams: `leaguegamelog` of teams, or `boxscoretraditionalv3`."""

from hoopcast.ingest.contract import (
    PLAYER,
    SAME_DATE,
    SHOOTING,
    TEAM_OF_GAME,
    UNKNOWN_TEAM,
    Contract,
    Input,
    box_score_inputs,
    of_the_game,
)

TEAM_BOXSCORE = Contract(
    table_name="nba_raw.nbac_team_boxscore",
    file_names=("team_box", "nbac_team_boxscore"),
    absent=("player_id",),
    inputs=(
        Input("player_id", PLAYER.spellings, "text"),
        *box_score_inputs(required=("oreb", "tov")),
    ),
    outputs={"season": "game_season", "game_date": "game_game_date", "team_abbr": of_the_game("team_abbr")},
    checks=(UNKNOWN_TEAM, SAME_DATE, TEAM_OF_GAME, *SHOOTING),
)
