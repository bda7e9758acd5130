"""The contracts of all raw tables: how each is recognised and read, and which of them a source fits."""

from hoopcast.calendar import STAGE_OF_PREFIX
from hoopcast.errors import SourceError, UsageError
from hoopcast.ingest.contract import (
    DATE_TEXTS,
    GAME,
    PLAYER,
    SAME_DATE,
    SHOOTING,
    TEAM,
    TEAM_OF_GAME,
    UNKNOWN_TEAM,
    Check,
    Contract,
    Input,
    box_score_inputs,
    fold,
    of_the_game,
)
from hoopcast.warehouse.tables import table

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


_ROSTER_DATES = ("roster_date", "date")

ROSTER = Contract(
    table_name="nba_raw.roster",
    file_names=("roster", "rosters"),
    in_schedule=False,
    inputs=(
        PLAYER,
        Input("roster_date", _ROSTER_DATES, "day", required=True),
        Input("season", _ROSTER_DATES, "season", lenient=True),
        Input("player_name", ("player_name", "player"), "text", required=True),
        Input("team_abbr", ("team_abbr", "TEAM_ABBREVIATION", "team"), "team", required=True),
    ),
)


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


# In the order of loading: a table's rows are checked against, and names resolved from, tables before it.
CONTRACTS: tuple[Contract, ...] = (
    SCHEDULE, TEAM_BOXSCORE, PLAYER_BOXSCORE, STARTER, SHOT, GAME_LINE, ROSTER, POINTS_PROP_LINE, INJURY_STATUS,
)  # fmt: skip


def contract_of(table_name: str) -> Contract:
    """Contract of a raw table.

    Raises:
        UsageError: if the name is no table's, or no file can hold that table.
    """
    full_name = table(table_name).name
    for contract in CONTRACTS:
        if contract.table_name == full_name:
            return contract
    names = ", ".join(contract.table_name for contract in CONTRACTS)
    message = f"'{table_name}' is no table that a file can be ingested into; choose from {names}"
    raise UsageError(message)


def recognise(columns: tuple[str, ...], stem: str) -> Contract | None:
    """The contract that a source fits: by its column names, else, to say what it lacks, by its file name.

    Args:
        columns: the source's column names as they stand.
        stem: file name without folder and endings.

    Returns:
        The contract, or None where neither columns nor name tell.

    Raises:
        SourceError: if the name tells a table and the columns are not that table's.
    """
    folded = tuple(fold(column) for column in columns)
    fitting = [contract for contract in CONTRACTS if contract.fits(folded)]
    named = next((contract for contract in CONTRACTS if stem.casefold() in contract.file_names), None)
    if named is not None and (named in fitting or not fitting):
        refuse_missing(named, columns)
        return named
    # Tables with common columns: the one that asks for more of them.
    return max(fitting, key=lambda contract: sum(wanted.required for wanted in contract.inputs), default=None)


def refuse_missing(contract: Contract, columns: tuple[str, ...]) -> None:
    """Refuse a source that lacks columns of its table.

    Raises:
        SourceError: naming the columns.
    """
    missing = contract.missing(tuple(fold(column) for column in columns))
    if missing:
        short = contract.table_name.removeprefix("nba_raw.")
        message = f"lacks {', '.join(missing)}, which {short} needs; it has: {', '.join(columns) or 'no column'}"
        raise SourceError(message)


def refuse_repeated(contract: Contract, columns: tuple[str, ...]) -> None:
    """Refuse a source that has a column twice up to case, or up to punctuation as well where its table reads it.

    Columns without a name are read by nobody.

    Raises:
        SourceError: naming the column.
    """
    folded = tuple(fold(column) for column in columns)
    read = {folded[place] for wanted in contract.inputs if (place := wanted.position(folded)) is not None}
    known: dict[str, str] = {}
    for column, meaning in zip(columns, folded, strict=True):
        name = meaning if meaning in read else column.strip().casefold()
        if name and name in known:
            first = known[name]
            named = f"named '{column}'" if column == first else f"of one name, '{first}' and '{column}'"
            raise SourceError(f"has two columns {named}; leave one of them")
        known[name] = column
