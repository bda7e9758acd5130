"""Moves on and off the injured list."""

from hoopcast.ingest.contract import Check, Contract, Input

_DATES = ("Date", "report_date")

INJURY_STATUS = Contract(
    table_name="nba_raw.injury_status",
    file_names=("injury_transactions", "injury_status"),
    in_schedule=False,
    by_name=True,
    # A team may list one move twice, with two reasons: it stays one move.
    keeps_first=True,
    replaced_within=("report_kind",),
    inputs=(
        Input("report_date", _DATES, "day", required=True),
        Input("season", _DATES, "season", lenient=True),
        Input("team_abbr", ("Team", "team_abbr"), "team", required=True),
        Input("acquired", ("Acquired",), "text", required=True),
        Input("relinquished", ("Relinquished",), "text", required=True),
        Input("reason", ("Notes", "reason"), "text"),
    ),
    outputs={
        "player_id": "NULL",
        "player_name": "COALESCE(in_acquired, in_relinquished)",
        "status": "CASE WHEN in_acquired IS NOT NULL THEN 'activated' ELSE 'placed' END",
        "report_kind": "'list_move'",
        "captured_at_utc": "CAST(in_report_date AS TIMESTAMP)",
    },
    checks=(
        Check("in_acquired IS NULL AND in_relinquished IS NULL", "'names no player'"),
        Check("in_acquired IS NOT NULL AND in_relinquished IS NOT NULL", "'names a player on each side of one move'"),
    ),
)
