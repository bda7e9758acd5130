"""Bookmakers' spreads, totals and moneylines."""

from hoopcast.ingest.contract import DATE_TEXTS, GAME, SAME_DATE, Check, Contract, Input


def price_check(column: str) -> Check:
    """Rule: American odds lie at or beyond -100 and +100, and no bookmaker pays a thousand times the stake."""
    return Check(
        f"{column} BETWEEN -99 AND 99 OR {column} NOT BETWEEN -100000 AND 100000",
        f"'{column} ' || {column} || ' is no American odds: they lie from 100 to 100000 on either side of 0'",
    )


# An untimed line of an archive counts as seen at tip-off; without a time of the tip-off, at the start of its date.
CLOSING_MOMENT = "COALESCE(game_tip_off_utc, CAST(game_game_date AS TIMESTAMP))"

GAME_LINE = Contract(
    table_name="nba_raw.game_line",
    file_names=("game_lines", "game_line"),
    replaced_within=("bookmaker", "line_kind"),
    inputs=(
        GAME,
        Input("game_date", DATE_TEXTS, "day"),
        Input("home_team", ("home_team", "home_team_abbr"), "team"),
        Input("away_team", ("away_team", "away_team_abbr"), "team"),
        Input("bookmaker", ("bookmaker",), "text"),
        Input("line_kind", ("line_kind",), "text"),
        Input("captured_at_utc", ("captured_at_utc",), "moment"),
        Input("home_spread", ("home_spread",), "number", required=True),
        Input("total_line", ("total_line",), "number", required=True),
        Input("home_moneyline", ("home_moneyline",), "integer"),
        Input("away_moneyline", ("away_moneyline",), "integer"),
        Input("suspect_line", ("suspect_line",), "flag"),
    ),
    outputs={
        "season": "game_season",
        "game_date": "game_game_date",
        "bookmaker": "COALESCE(in_bookmaker, 'consensus')",
        "line_kind": "COALESCE(in_line_kind, CASE WHEN has_captured_at_utc THEN 'live' ELSE 'closing' END)",
        "captured_at_utc": (
            "CASE WHEN COALESCE(in_line_kind, CASE WHEN has_captured_at_utc THEN 'live' END) = 'live'"
            f" THEN in_captured_at_utc ELSE {CLOSING_MOMENT} END"
        ),
        "suspect_line": "COALESCE(in_suspect_line, FALSE)",
    },
    checks=(
        SAME_DATE,
        Check("in_home_team <> game_home_team_abbr", "in_home_team || ' is not at home in game ' || game_id"),
        Check("in_away_team <> game_away_team_abbr", "in_away_team || ' is not the visitor in game ' || game_id"),
        Check(
            "line_kind NOT IN ('closing', 'live')", "'line_kind ''' || line_kind || ''' is neither closing nor live'"
        ),
        Check(
            f"in_line_kind = 'closing' AND in_captured_at_utc > {CLOSING_MOMENT}",
            "'a closing line that was seen after tip-off, at ' || in_captured_at_utc || ' UTC'",
        ),
        price_check("home_moneyline"),
        price_check("away_moneyline"),
        Check(
            "COALESCE(home_spread, total_line, home_moneyline, away_moneyline) IS NULL",
            "'neither spread nor total nor moneyline'",
        ),
    ),
)
