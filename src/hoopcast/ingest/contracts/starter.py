"""Who started each game."""

from hoopcast.ingest.contract import DATE_TEXTS, GAME, PLAYER, SAME_DATE, Contract, Input

STARTER = Contract(
    table_name="nba_raw.nbac_starter",
    file_names=("starters", "starter", "nbac_starter"),
    inputs=(
        GAME,
        PLAYER,
        Input("game_date", DATE_TEXTS, "day"),
        Input("starter_flag", ("starter", "starter_flag"), "flag", required=True),
    ),
    outputs={"season": "game_season", "game_date": "game_game_date"},
    checks=(SAME_DATE,),
)
