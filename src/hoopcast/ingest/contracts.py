"""What each raw table asks of a source: which columns, read how, checked against what, and recognised by what."""

import re
from dataclasses import dataclass, field
from typing import Literal

from hoopcast.calendar import STAGE_OF_PREFIX
from hoopcast.errors import SourceError, UsageError
from hoopcast.warehouse.tables import Table, table

Kind = Literal[
    "integer", "number", "flag", "text", "name", "lookup", "game_id", "team", "day", "season", "moment", "time",
    "minutes", "line", "price",
]  # fmt: skip

_NO_LETTER = re.compile(r"[^a-z0-9]")


def fold(name: str) -> str:
    """A column's name without case and punctuation: GAME_ID, gameId and `game id` are one."""
    return _NO_LETTER.sub("", name.casefold())


@dataclass(frozen=True)
class Input:
    """One value that a contract reads from a source row.

    In SQL it is `in_<name>`, NULL where there is none, and `raw_<name>` is what the source has, without blanks around.

    Attributes:
        name: name within the contract.
        aliases: names of the column in sources, the preferred one first.
        kind: how its text is read.
        required: a source without the column is not of this table.
        lenient: a text that can not be read so is no fault by itself; other rules judge it.
    """

    name: str
    aliases: tuple[str, ...]
    kind: Kind
    required: bool = False
    lenient: bool = False

    def position(self, columns: tuple[str, ...]) -> int | None:
        """Where the column stands among a source's folded column names."""
        names = (fold(alias) for alias in self.aliases)
        return next((columns.index(name) for name in names if name in columns), None)


@dataclass(frozen=True)
class Check:
    """A rule between values: SQL that is true for a row that breaks it, and SQL for the reason."""

    broken: str
    reason: str


@dataclass(frozen=True)
class Contract:
    """How rows of a source become rows of one raw table.

    SQL of outputs and checks may use the inputs (`in_fga`, `raw_fga`; `has_fga` says whether the source has the
    column), the columns of the game's row of the schedule (`game_home_team_abbr`, all NULL for an unknown game) and, in
    checks, the table's own columns (`fga`).

    Attributes:
        table_name: full name of the raw table.
        inputs: what is read.
        outputs: SQL of each column that is not simply the input of its name.
        checks: rules beyond type, NOT NULL and range, which come from the table's definition.
        absent: inputs that a source of this table does not have; tells tables with common columns apart.
        in_schedule: the row is of a game, which the schedule must have.
        on_game_dates: the row is of a date on which the schedule must have a game.
        by_name: a row without player_id is resolved by `player_name`.
        preference: SQL to order rows of one key with different content; the first counts. Where several come first, as
            all do without it, and differ, none counts: they are quarantined.
        passed_over: why the rows after the first are quarantined; without it they are collapsed.
        replaced_within: columns that, beside the date, bound what `replace` may delete.
        file_names: stems of file names that suggest this table.
    """

    table_name: str
    inputs: tuple[Input, ...]
    outputs: dict[str, str] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    absent: tuple[str, ...] = ()
    in_schedule: bool = True
    on_game_dates: bool = False
    by_name: bool = False
    preference: str = "NULL"
    passed_over: str | None = None
    replaced_within: tuple[str, ...] = ()
    file_names: tuple[str, ...] = ()

    @property
    def table(self) -> Table:
        """Definition of the raw table."""
        return table(self.table_name)

    @property
    def time(self) -> str:
        """Time column of the raw table."""
        time = self.table.time
        if time is None:
            raise ValueError(f"{self.table_name} has no time column and can not be ingested")
        return time

    @property
    def is_by_name_alone(self) -> bool:
        """Whether its files never have a player's id."""
        return self.by_name and self.outputs.get("player_id") == "NULL"

    def key_text(self, prefix: str = "") -> str:
        """SQL: a row's key as one text, NULL where a part of it is."""
        return " || '|' || ".join(f"CAST({prefix}{column} AS VARCHAR)" for column in self.table.grain)

    def missing(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        """Required columns that a source lacks, by their preferred names."""
        return tuple(value.aliases[0] for value in self.inputs if value.required and value.position(columns) is None)

    def fits(self, columns: tuple[str, ...]) -> bool:
        """Whether a source with these folded column names is of this table."""
        others = any(value.position(columns) is not None for value in self.inputs if value.name in self.absent)
        return not others and not self.missing(columns)


# A source may count days as UTC does.
_SAME_DATE = Check(
    "in_game_date <> game_game_date AND in_game_date IS DISTINCT FROM CAST(game_tip_off_utc AS DATE)",
    "'game_date ' || in_game_date || ' is not ' || game_game_date || ', the date in the schedule'",
)
# What a row of a game has from the schedule.
_OF_GAME = {"season": "game_season", "game_date": "game_game_date"}
_DATE_TEXTS = ("GAME_DATE", "date", "gameDate")
_GAME = (Input("game_id", ("GAME_ID",), "game_id", required=True), Input("game_date", _DATE_TEXTS, "day"))
_PLAYER = Input("player_id", ("PLAYER_ID", "personId"), "integer", required=True)
_TEAM_TEXTS = ("TEAM_ABBREVIATION", "team_abbr", "teamTricode", "team", "TEAM_NAME", "TEAM_ID")
_TEAM = (
    Input("team_abbr", _TEAM_TEXTS, "team", required=True, lenient=True),
    Input("team_of_id", ("TEAM_ID",), "team", lenient=True),
)
# A team's id outlives its code. Games of guest and all-star teams keep the source's text.
_OF_TEAM_AND_GAME = _OF_GAME | {
    "team_abbr": "COALESCE(in_team_of_id, in_team_abbr, CASE WHEN NOT game_team_known THEN UPPER(raw_team_abbr) END)"
}
_TEAM_AND_DATE_OF_GAME = (
    Check(
        "team_abbr IS NULL AND raw_team_abbr IS NOT NULL AND COALESCE(game_team_known, TRUE)",
        "'team ''' || raw_team_abbr || ''' is none of the league''s 30'",
    ),
    _SAME_DATE,
    Check(
        "game_team_known AND team_abbr NOT IN (game_home_team_abbr, game_away_team_abbr)",
        "team_abbr || ' does not play in game ' || game_id",
    ),
)

_HOME = ("home_team", "home_team_abbr", "homeTeamTricode")
_AWAY = ("away_team", "away_team_abbr", "awayTeamTricode", "visitor_team")
_STAGES = " ".join(f"WHEN '{prefix}' THEN '{stage}'" for prefix, stage in STAGE_OF_PREFIX.items())
_YEAR = "TRY_CAST(SUBSTR(in_game_id, 4, 2) AS BIGINT)"
_START = f"({_YEAR} + CASE WHEN {_YEAR} >= 46 THEN 1900 ELSE 2000 END)"
_WELL_FORMED = "REGEXP_FULL_MATCH(in_game_id, '[0-9]{10}')"
# Exhibitions have guests, and may end in a tie.
_IS_COMPETITIVE = "season_stage NOT IN ('preseason', 'allstar')"
_TIP_OFF_DATE = "CAST(TIMEZONE('America/New_York', TIMEZONE('UTC', in_tip_off_utc)) AS DATE)"
# Who plays a later round is not known when it is scheduled.
_OPEN = "CASE WHEN in_game_status = 1 THEN 'TBD' END"


def _team_of(side: str) -> str:
    return f"COALESCE(in_{side}_of_id, in_{side}_abbr)"


def _unknown_side(side: str) -> Check:
    return Check(
        f"{_IS_COMPETITIVE} AND {_team_of(side)} IS NULL AND UPPER(raw_{side}_abbr) <> COALESCE({_OPEN}, '')",
        f"'team ''' || raw_{side}_abbr || ''' is none of the league''s 30'",
    )


SCHEDULE = Contract(
    table_name="nba_raw.nbac_schedule",
    in_schedule=False,
    # A game that was put off stands twice, on its old date and on its new one.
    preference="game_status DESC, REGEXP_MATCHES(COALESCE(game_status_text, ''), '(?i)ppd|postponed|cancel')",
    file_names=("schedule", "nbac_schedule"),
    absent=("home_spread", "total_line"),
    inputs=(
        _GAME[0],
        Input("game_date", _DATE_TEXTS, "day", required=True),
        Input("season_of_day", _DATE_TEXTS, "season", lenient=True),
        Input("time_et", ("game_time_et",), "time"),
        Input("tip_off_utc", ("tip_off_utc",), "moment"),
        Input("home_team_id", ("home_team_id",), "integer"),
        Input("away_team_id", ("away_team_id",), "integer"),
        Input("home_team_of_id", ("home_team_id",), "team", lenient=True),
        Input("away_team_of_id", ("away_team_id",), "team", lenient=True),
        Input("home_team_abbr", _HOME, "team", required=True, lenient=True),
        Input("away_team_abbr", _AWAY, "team", required=True, lenient=True),
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
        # A source that counts days as UTC does is found out by the tip-off.
        "game_date": f"CASE in_game_date WHEN CAST(in_tip_off_utc AS DATE) THEN {_TIP_OFF_DATE} ELSE in_game_date END",
        "tip_off_utc": (
            "COALESCE(in_tip_off_utc, TIMEZONE('UTC', TIMEZONE('America/New_York', in_game_date + in_time_et)))"
        ),
        "home_team_abbr": f"COALESCE({_team_of('home_team')}, UPPER(raw_home_team_abbr), {_OPEN})",
        "away_team_abbr": f"COALESCE({_team_of('away_team')}, UPPER(raw_away_team_abbr), {_OPEN})",
        "team_known": f"{_team_of('home_team')} IS NOT NULL AND {_team_of('away_team')} IS NOT NULL",
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
            f"game_date <> {_TIP_OFF_DATE}",
            f"'game_date ' || game_date || ' is not ' || {_TIP_OFF_DATE} || ', the Eastern date of its tip-off at '"
            " || in_tip_off_utc || ' UTC'",
        ),
        _unknown_side("home_team"),
        _unknown_side("away_team"),
        Check(
            "home_team_abbr = away_team_abbr AND home_team_abbr <> 'TBD'", "home_team_abbr || ' plays against itself'"
        ),
        Check(
            "game_status = 3 AND team_known AND (home_score IS NULL OR away_score IS NULL)",
            "'a final game without its score'",
        ),
        Check(
            f"game_status = 3 AND home_score = away_score AND {_IS_COMPETITIVE}",
            "'a final game that is a tie at ' || home_score",
        ),
    ),
)


def _made_within_attempted(made: str, attempted: str) -> Check:
    return Check(f"{made} > {attempted}", f"'{made} ' || {made} || ' is above {attempted} ' || {attempted}")


_SHOOTING = (
    _made_within_attempted("fgm", "fga"),
    _made_within_attempted("fg3m", "fg3a"),
    _made_within_attempted("ftm", "fta"),
    _made_within_attempted("fg3m", "fgm"),
    _made_within_attempted("fg3a", "fga"),
    Check(
        "points <> 2 * (fgm - fg3m) + 3 * fg3m + ftm",
        "'points ' || points || ' are not the ' || (2 * (fgm - fg3m) + 3 * fg3m + ftm) || ' that its shots give'",
    ),
)
_COUNTS = ("fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "oreb", "dreb", "ast", "stl", "blk", "tov", "pf")
_COUNTED = ("minutes", *_COUNTS, "points")
_ALIASES = {"tov": ("TOV", "TO", "turnovers"), "pf": ("PF", "fouls")}


def _box_score_inputs(*needed: str) -> tuple[Input, ...]:
    """Inputs that box scores of players and of teams share; the shots, which points are judged by, and those needed."""
    required = (*_COUNTS[:6], *needed)
    return (
        *_GAME,
        *_TEAM,
        Input("team_id", ("TEAM_ID",), "integer"),
        Input("minutes", ("MIN", "minutes"), "minutes", required=True),
        *(Input(name, _ALIASES.get(name, (name.upper(),)), "integer", required=name in required) for name in _COUNTS),
        Input("points", ("PTS", "points"), "integer", required=True),
        Input("plus_minus", ("PLUS_MINUS", "plusMinusPoints"), "number"),
    )


TEAM_BOXSCORE = Contract(
    table_name="nba_raw.nbac_team_boxscore",
    file_names=("team_box", "nbac_team_boxscore"),
    absent=("player_id", "starters_bench"),
    inputs=(
        Input("player_id", _PLAYER.aliases, "text"),
        Input("starters_bench", ("STARTERS_BENCH",), "text"),
        # Possessions need turnovers and offensive rebounds.
        *_box_score_inputs("oreb", "tov"),
    ),
    # Some count the game's minutes, not those of its five players.
    outputs=_OF_TEAM_AND_GAME | {"minutes": "CASE WHEN in_minutes BETWEEN 48 AND 100 THEN 5 ELSE 1 END * in_minutes"},
    checks=(
        Check(
            "COALESCE(raw_player_id, raw_starters_bench) IS NOT NULL",
            "'is of ' || COALESCE('player ' || raw_player_id, raw_starters_bench) || ', not of a whole team'",
        ),
        *_TEAM_AND_DATE_OF_GAME,
        *_SHOOTING,
    ),
)


_NAMES = ("PLAYER_NAME", "playerName", "name")
_PLAYED = "COALESCE(in_played_flag, in_not_playing_reason IS NULL)"

PLAYER_BOXSCORE = Contract(
    table_name="nba_raw.nbac_player_boxscore",
    file_names=("player_box", "nbac_player_boxscore", "leaguegamelog"),
    inputs=(
        _PLAYER,
        Input("player_name", _NAMES, "name", required=True),
        Input("player_lookup", _NAMES, "lookup"),
        Input("played_flag", ("played_flag",), "flag"),
        Input("not_playing_reason", ("not_playing_reason", "comment"), "text"),
        # Usage needs turnovers.
        *_box_score_inputs("tov"),
    ),
    # A source that lists only who played has no column that says so; one may leave blank what the others did not do.
    outputs=_OF_TEAM_AND_GAME
    | {"played_flag": _PLAYED}
    | {name: f"CASE WHEN {_PLAYED} OR raw_{name} IS NOT NULL THEN in_{name} ELSE 0 END" for name in _COUNTED},
    checks=(
        *_TEAM_AND_DATE_OF_GAME,
        *_SHOOTING,
        Check(
            "NOT played_flag AND (minutes > 0 OR points > 0 OR fga > 0)",
            "'has minutes, points or shots in a game that he did not play'",
        ),
    ),
)


STARTER = Contract(
    table_name="nba_raw.nbac_starter",
    file_names=("starters", "starter", "nbac_starter"),
    inputs=(*_GAME, _PLAYER, Input("starter_flag", ("starter", "starter_flag"), "flag", required=True)),
    outputs=_OF_GAME,
    checks=(_SAME_DATE,),
)


SHOT = Contract(
    table_name="nba_raw.nbac_shot",
    file_names=("shots", "shot", "nbac_shot", "shotchartdetail"),
    inputs=(
        *_GAME,
        _PLAYER,
        *_TEAM,
        Input("event_num", ("EVENTNUM", "GAME_EVENT_ID", "event_num", "actionNumber"), "integer", required=True),
        Input("period", ("PERIOD",), "integer"),
        Input("shot_made_flag", ("MADE", "SHOT_MADE_FLAG"), "flag", required=True),
        Input("three_pointer_flag", ("IS_3PT", "three_pointer_flag"), "flag"),
        Input("shot_type", ("SHOT_TYPE",), "text"),
        Input("distance_ft", ("DISTANCE_FT", "SHOT_DISTANCE"), "integer", required=True),
        Input("has_distance", ("HAS_DISTANCE",), "flag"),
        Input("assist_player_id", ("ASSIST_PLAYER_ID",), "integer"),
        Input("block_player_id", ("BLOCK_PLAYER_ID",), "integer"),
    ),
    outputs=_OF_TEAM_AND_GAME
    | {
        "three_pointer_flag": (
            "COALESCE(in_three_pointer_flag, CASE LEFT(in_shot_type, 3) WHEN '3PT' THEN TRUE WHEN '2PT' THEN FALSE END)"
        ),
        # Where the source has no distance it writes an imputed one beside the flag that says so.
        "distance_ft": "CASE WHEN COALESCE(in_has_distance, TRUE) THEN in_distance_ft END",
        "assist_player_id": "NULLIF(in_assist_player_id, 0)",
        "block_player_id": "NULLIF(in_block_player_id, 0)",
    },
    checks=(
        *_TEAM_AND_DATE_OF_GAME,
        Check("assist_player_id = player_id", "'player ' || player_id || ' assists himself'"),
        Check("block_player_id = player_id", "'player ' || player_id || ' blocks himself'"),
        Check("shot_made_flag AND block_player_id IS NOT NULL", "'a made shot that was blocked'"),
        Check("NOT shot_made_flag AND assist_player_id IS NOT NULL", "'a missed shot with an assist'"),
    ),
)


# A line is live where the source says so, or when it was seen; without either it is the last one, closing.
_LINE_KIND = "COALESCE(in_line_kind, CASE WHEN has_captured_at_utc THEN 'live' ELSE 'closing' END)"
_LINE_INPUTS = (
    Input("line_kind", ("line_kind",), "text"),
    Input("captured_at_utc", ("captured_at_utc",), "moment"),
)
_KNOWN_LINE_KIND = Check(
    "line_kind NOT IN ('closing', 'live')", "'line_kind ''' || line_kind || ''' is neither closing nor live'"
)
# An untimed line of an archive counts as seen at tip-off; without a time of the tip-off, at the start of its date.
CLOSING_MOMENT = "COALESCE(game_tip_off_utc, CAST(game_game_date AS TIMESTAMP))"


def _captured(closing_moment: str) -> str:
    return f"CASE WHEN {_LINE_KIND} = 'live' THEN in_captured_at_utc ELSE {closing_moment} END"


def _price_check(column: str) -> Check:
    """American odds lie at or beyond -100 and +100, and no bookmaker pays a thousand times the stake."""
    return Check(
        f"{column} BETWEEN -99 AND 99 OR {column} NOT BETWEEN -100000 AND 100000",
        f"'{column} ' || {column} || ' is no American odds: they lie from 100 to 100000 on either side of 0'",
    )


def _forms_check(one: str, other: str) -> Check:
    """Odds from 1 to 100 are decimal; beside American odds they are a slip."""
    decimal = [f"TRY_CAST(raw_{price} AS DOUBLE) BETWEEN 1 AND 99.999" for price in (one, other)]
    return Check(
        f"({decimal[0]}) <> ({decimal[1]})",
        f"'{one} ' || raw_{one} || ' and {other} ' || raw_{other} || ' are American and decimal odds in one row'",
    )


GAME_LINE = Contract(
    table_name="nba_raw.game_line",
    file_names=("game_lines", "game_line"),
    replaced_within=("bookmaker", "line_kind"),
    inputs=(
        *_GAME,
        Input("home_team", ("home_team", "home_team_abbr"), "team"),
        Input("away_team", ("away_team", "away_team_abbr"), "team"),
        Input("bookmaker", ("bookmaker",), "text"),
        *_LINE_INPUTS,
        Input("home_spread", ("home_spread",), "line", required=True),
        Input("total_line", ("total_line",), "line", required=True),
        Input("home_moneyline", ("home_moneyline",), "price"),
        Input("away_moneyline", ("away_moneyline",), "price"),
        Input("suspect_line", ("suspect_line",), "flag"),
    ),
    outputs=_OF_GAME
    | {
        "bookmaker": "COALESCE(in_bookmaker, 'consensus')",
        "line_kind": _LINE_KIND,
        "captured_at_utc": _captured(CLOSING_MOMENT),
        "suspect_line": "COALESCE(in_suspect_line, FALSE)",
    },
    checks=(
        _SAME_DATE,
        Check("in_home_team <> game_home_team_abbr", "in_home_team || ' is not at home in game ' || game_id"),
        Check("in_away_team <> game_away_team_abbr", "in_away_team || ' is not the visitor in game ' || game_id"),
        _KNOWN_LINE_KIND,
        Check(
            f"in_line_kind = 'closing' AND in_captured_at_utc > {CLOSING_MOMENT}",
            "'a closing line that was seen after tip-off, at ' || in_captured_at_utc || ' UTC'",
        ),
        _price_check("home_moneyline"),
        _price_check("away_moneyline"),
        _forms_check("home_moneyline", "away_moneyline"),
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
        _PLAYER,
        Input("roster_date", _ROSTER_DATES, "day", required=True),
        Input("season", _ROSTER_DATES, "season", lenient=True),
        Input("player_name", ("player_name", "player"), "name", required=True),
        Input("team_abbr", ("team_abbr", "TEAM_ABBREVIATION", "team"), "team", required=True),
    ),
)


def _implied(price: str) -> str:
    return f"CASE WHEN {price} < 0 THEN -{price} ELSE 100e0 END / (100e0 + ABS({price}))"


# How far a line is from even, by both prices or by the one that is there.
_FROM_EVEN = (
    f"COALESCE(ABS({_implied('over_price')} - {_implied('under_price')}),"
    f" ABS(2e0 * {_implied('over_price')} - 1e0), ABS(2e0 * {_implied('under_price')} - 1e0), 1e0)"
)

POINTS_PROP_LINE = Contract(
    table_name="nba_raw.points_prop_line",
    file_names=("points_props", "points_prop_line", "props"),
    in_schedule=False,
    on_game_dates=True,
    by_name=True,
    preference=f"{_FROM_EVEN}, row_number",
    passed_over="another row of the same key has prices nearer to even",
    replaced_within=("market", "bookmaker", "line_kind"),
    inputs=(
        Input("game_date", _DATE_TEXTS, "day", required=True),
        Input("season", _DATE_TEXTS, "season", lenient=True),
        Input("market", ("market",), "text"),
        Input("player_id", ("PLAYER_ID",), "integer"),
        Input("player_name", ("player_name", "player"), "name"),
        Input("player_slug", ("player_slug",), "text"),
        Input("bookmaker", ("bookmaker",), "text", required=True),
        *_LINE_INPUTS,
        Input("line", ("line", "points_line"), "line", required=True),
        Input("over_price", ("over_odds", "over_price"), "price", required=True),
        Input("under_price", ("under_odds", "under_price"), "price"),
    ),
    outputs={
        "market": "CASE in_market WHEN 'player_points' THEN 'points' ELSE COALESCE(in_market, 'points') END",
        "player_name": "COALESCE(in_player_name, in_player_slug)",
        "line_kind": _LINE_KIND,
        "captured_at_utc": _captured("CAST(in_game_date AS TIMESTAMP)"),
    },
    checks=(
        Check("market <> 'points'", "'market ''' || market || ''' is none that is forecast'"),
        _KNOWN_LINE_KIND,
        Check(
            "in_line_kind = 'closing' AND in_captured_at_utc > CAST(in_game_date AS TIMESTAMP)",
            "'a closing line carries no hour, and this one was seen at ' || in_captured_at_utc || ' UTC: call it live'",
        ),
        Check("player_id IS NULL AND player_name IS NULL", "'names no player'"),
        Check("line > 99", "'line ' || line || ' is above 99 points, where forecasts end'"),
        _price_check("over_price"),
        _price_check("under_price"),
        _forms_check("over_price", "under_price"),
    ),
)


_REPORT_DATES = ("Date", "report_date")

INJURY_STATUS = Contract(
    table_name="nba_raw.injury_status",
    file_names=("injury_transactions", "injury_status"),
    in_schedule=False,
    by_name=True,
    # A team may list one move twice, with two reasons: it stays one move.
    preference="row_number",
    replaced_within=("report_kind",),
    inputs=(
        Input("report_date", _REPORT_DATES, "day", required=True),
        Input("season", _REPORT_DATES, "season", lenient=True),
        Input("team_abbr", ("Team", "team_abbr"), "team", required=True),
        Input("acquired", ("Acquired",), "name", required=True),
        Input("relinquished", ("Relinquished",), "name", required=True),
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
    raise UsageError(f"'{table_name}' is no table that a file can be ingested into; choose from {names}")


def recognise(columns: tuple[str, ...], stem: str, chosen: Contract | None = None) -> Contract | None:
    """The contract that a source fits: by its column names, else, to say what it lacks, by its file name.

    Args:
        columns: the source's column names as they stand.
        stem: file name without folder and endings.
        chosen: the contract that the caller named.

    Returns:
        The contract, or None where neither columns nor name tell.

    Raises:
        SourceError: if columns of the table are missing that the caller or the file's name tells, or one stands twice.
    """
    contract = chosen or _fitting(tuple(fold(column) for column in columns), stem)
    if contract is not None:
        _refuse_missing(contract, columns)
        _refuse_repeated(contract, columns)
    return contract


def _fitting(folded: tuple[str, ...], stem: str) -> Contract | None:
    fitting = [contract for contract in CONTRACTS if contract.fits(folded)]
    named = next((contract for contract in CONTRACTS if stem.casefold() in contract.file_names), None)
    if named is not None and (named in fitting or not fitting):
        return named
    # Tables with common columns: the one that asks for more of them.
    return max(fitting, key=lambda contract: sum(value.required for value in contract.inputs), default=None)


def _refuse_missing(contract: Contract, columns: tuple[str, ...]) -> None:
    missing = contract.missing(tuple(fold(column) for column in columns))
    if missing:
        short = contract.table_name.removeprefix("nba_raw.")
        message = f"lacks {', '.join(missing)}, which {short} needs; it has: {', '.join(columns) or 'no column'}"
        raise SourceError(message)


def _refuse_repeated(contract: Contract, columns: tuple[str, ...]) -> None:
    """Refuse a source that has a column twice up to case, or up to punctuation as well where its table reads it.

    Columns without a name are read by nobody.
    """
    folded = tuple(fold(column) for column in columns)
    read = {folded[place] for value in contract.inputs if (place := value.position(folded)) is not None}
    known: dict[str, str] = {}
    for column, meaning in zip(columns, folded, strict=True):
        name = meaning if meaning in read else column.strip().casefold()
        if name and name in known:
            first = known[name]
            named = f"named '{column}'" if column == first else f"of one name, '{first}' and '{column}'"
            raise SourceError(f"has two columns {named}; leave one of them")
        known[name] = column
