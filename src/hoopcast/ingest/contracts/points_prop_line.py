"""Bookmakers' lines on players' points."""

from hoopcast.ingest.contract import DATE_TEXTS, Check, Contract, Input
from hoopcast.ingest.contracts.game_line import price_check

# How far the prices' probabilities are from one half, both sides together.
_FROM_EVEN = " + ".join(
    f"COALESCE(ABS(5e-1 - CASE WHEN {price} < 0 THEN -{price} ELSE 100e0 END / (100e0 + ABS({price}))), 0)"
    for price in ("over_price", "under_price")
)
_IS_LIVE = "COALESCE(in_line_kind, CASE WHEN has_captured_at_utc THEN 'live' ELSE 'closing' END)"

POINTS_PROP_LINE = Contract(
    table_name="nba_raw.points_prop_line",
    file_names=("points_props", "points_prop_line", "props"),
    in_schedule=False,
    on_game_dates=True,
    by_name=True,
    preference=f"{_FROM_EVEN}, row_number",
    replaced_within=("market", "bookmaker", "line_kind"),
    inputs=(
        Input("game_date", DATE_TEXTS, "day", required=True),
        Input("season", DATE_TEXTS, "season", lenient=True),
        Input("market", ("market",), "text"),
        Input("player_id", ("PLAYER_ID",), "integer"),
        Input("player_name", ("player_name", "player"), "text"),
        Input("player_slug", ("player_slug",), "text"),
        Input("bookmaker", ("bookmaker",), "text", required=True),
        Input("line_kind", ("line_kind",), "text"),
        Input("captured_at_utc", ("captured_at_utc",), "moment"),
        Input("line", ("line", "points_line"), "number", required=True),
        Input("over_price", ("over_odds", "over_price"), "integer", required=True),
        Input("under_price", ("under_odds", "under_price"), "integer"),
    ),
    outputs={
        "market": "CASE in_market WHEN 'player_points' THEN 'points' ELSE COALESCE(in_market, 'points') END",
        "player_name": "COALESCE(in_player_name, in_player_slug)",
        "line_kind": _IS_LIVE,
        "captured_at_utc": (
            f"CASE WHEN {_IS_LIVE} = 'live' THEN in_captured_at_utc ELSE CAST(in_game_date AS TIMESTAMP) END"
        ),
    },
    checks=(
        Check("market <> 'points'", "'market ''' || market || ''' is none that is forecast'"),
        Check(
            "line_kind NOT IN ('closing', 'live')", "'line_kind ''' || line_kind || ''' is neither closing nor live'"
        ),
        Check(
            "in_line_kind = 'closing' AND in_captured_at_utc > CAST(in_game_date AS TIMESTAMP)",
            "'a closing line carries no hour, and this one was seen at ' || in_captured_at_utc || ' UTC: call it live'",
        ),
        Check("player_id IS NULL AND player_name IS NULL", "'names no player'"),
        Check("line > 99", "'line ' || line || ' is above 99 points, where forecasts end'"),
        price_check("over_price"),
        price_check("under_price"),
    ),
)
