"""Rosters."""

from hoopcast.ingest.contract import PLAYER, Contract, Input

_DATES = ("roster_date", "date")

ROSTER = Contract(
    table_name="nba_raw.roster",
    file_names=("roster", "rosters"),
    in_schedule=False,
    inputs=(
        PLAYER,
        Input("roster_date", _DATES, "day", required=True),
        Input("season", _DATES, "season", lenient=True),
        Input("player_name", ("player_name", "player"), "text", required=True),
        Input("team_abbr", ("team_abbr", "TEAM_ABBREVIATION", "team"), "team", required=True),
    ),
)
