"""What a raw table asks of a source: which columns, read how, checked against what."""

import re
from dataclasses import dataclass, field
from typing import Literal

from hoopcast.warehouse.tables import Table, table

Kind = Literal[
    "integer", "number", "flag", "text", "game_id", "team", "lookup", "day", "season", "moment", "time", "minutes"
]

_NO_LETTER = re.compile(r"[^a-z0-9]")


def fold(name: str) -> str:
    """A column's name without case and punctuation: GAME_ID, gameId and `game id` are one."""
    return _NO_LETTER.sub("", name.casefold())


@dataclass(frozen=True)
class Input:
    """One value that a contract reads from a source row; in SQL it is `in_<name>`, NULL where there is none.

    Attributes:
        name: name within the contract.
        spellings: names of the column in sources, the preferred one first.
        kind: how its text is read.
        required: a source without the column is not of this table.
        lenient: a text that can not be read so is no fault; another input has the same column as text.
    """

    name: str
    spellings: tuple[str, ...]
    kind: Kind
    required: bool = False
    lenient: bool = False

    def position(self, columns: tuple[str, ...]) -> int | None:
        """Where the column stands among a source's folded column names."""
        wanted = (fold(spelling) for spelling in self.spellings)
        return next((columns.index(name) for name in wanted if name in columns), None)


@dataclass(frozen=True)
class Check:
    """A rule between values: SQL that is true for a row that breaks it, and SQL for the reason."""

    broken: str
    reason: str


@dataclass(frozen=True)
class Contract:
    """How rows of a source become rows of one raw table.

    SQL of outputs and checks may use the inputs (`in_fga`; `has_fga` says whether the source has the column), the
    columns of the game's row of the schedule (`game_home_team_abbr`, all NULL for an unknown game) and, in checks, the
    table's own columns (`fga`).

    Attributes:
        table_name: full name of the raw table.
        inputs: what is read.
        outputs: SQL of each column that is not simply the input of its name.
        checks: rules beyond type, NOT NULL and range, which come from the table's definition.
        absent: inputs that a source of this table does not have; tells tables with common columns apart.
        in_schedule: the row is of a game, which the schedule must have.
        on_game_dates: the row is of a date on which the schedule must have a game.
        by_name: a row without player_id is resolved by `player_name`.
        preference: SQL to order rows of one key with different content; the first counts, the others are quarantined.
            Without it all of them are.
        keeps_first: of rows of one key the first counts and the others are collapsed, whatever they hold.
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
    preference: str | None = None
    keeps_first: bool = False
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
            message = f"{self.table_name} has no time column and can not be ingested"
            raise ValueError(message)
        return time

    def missing(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        """Required columns that a source lacks, by their preferred names."""
        return tuple(
            wanted.spellings[0] for wanted in self.inputs if wanted.required and wanted.position(columns) is None
        )

    def fits(self, columns: tuple[str, ...]) -> bool:
        """Whether a source with these folded column names is of this table."""
        unwanted = any(wanted.position(columns) is not None for wanted in self.inputs if wanted.name in self.absent)
        return not unwanted and not self.missing(columns)


def of_the_game(column: str) -> str:
    """SQL: the row's text is a team of its game; games of guest and all-star teams keep the source's text."""
    return f"COALESCE(in_{column}, CASE WHEN NOT game_team_known THEN UPPER(in_{column}_text) END)"


def made_within_attempted(made: str, attempted: str) -> Check:
    """Rule: not more made than attempted."""
    return Check(f"{made} > {attempted}", f"'{made} ' || {made} || ' is above {attempted} ' || {attempted}")


TEAM_OF_GAME = Check(
    "game_team_known AND team_abbr NOT IN (game_home_team_abbr, game_away_team_abbr)",
    "team_abbr || ' does not play in game ' || game_id",
)
SAME_DATE = Check(
    "in_game_date <> game_game_date",
    "'game_date ' || in_game_date || ' is not ' || game_game_date || ', the date in the schedule'",
)
SHOOTING = (
    made_within_attempted("fgm", "fga"),
    made_within_attempted("fg3m", "fg3a"),
    made_within_attempted("ftm", "fta"),
    made_within_attempted("fg3m", "fgm"),
    made_within_attempted("fg3a", "fga"),
    Check(
        "points <> 2 * (fgm - fg3m) + 3 * fg3m + ftm",
        "'points ' || points || ' are not the ' || (2 * (fgm - fg3m) + 3 * fg3m + ftm) || ' that its shots give'",
    ),
)
GAME = Input("game_id", ("GAME_ID",), "game_id", required=True)
PLAYER = Input("player_id", ("PLAYER_ID", "personId"), "integer", required=True)
TEAM_TEXTS = ("TEAM_ABBREVIATION", "team_abbr", "teamTricode", "team", "TEAM_NAME", "TEAM_ID")
TEAM = (
    Input("team_abbr", TEAM_TEXTS, "team", required=True, lenient=True),
    Input("team_abbr_text", TEAM_TEXTS, "text"),
)
UNKNOWN_TEAM = Check(
    "in_team_abbr IS NULL AND in_team_abbr_text IS NOT NULL AND COALESCE(game_team_known, TRUE)",
    "'team ''' || in_team_abbr_text || ''' is none of the league''s 30'",
)
DATE_TEXTS = ("GAME_DATE", "date", "gameDate")
COUNTS = ("fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "oreb", "dreb", "ast", "stl", "blk", "tov", "pf")
_REQUIRED_COUNTS = ("fgm", "fga", "fg3m", "fg3a", "ftm", "fta")
_OTHER_NAMES = {"tov": ("TOV", "TO", "turnovers"), "pf": ("PF", "fouls")}


def box_score_inputs(*, required: tuple[str, ...] = ()) -> tuple[Input, ...]:
    """Inputs that box scores of players and of teams share."""
    must = (*_REQUIRED_COUNTS, *required)
    counts = tuple(
        Input(name, _OTHER_NAMES.get(name, (name.upper(),)), "integer", required=name in must) for name in COUNTS
    )
    return (
        GAME,
        Input("game_date", DATE_TEXTS, "day"),
        *TEAM,
        Input("team_id", ("TEAM_ID",), "integer"),
        Input("minutes", ("MIN", "minutes"), "minutes", required=True),
        *counts,
        Input("points", ("PTS", "points"), "integer", required=True),
        Input("plus_minus", ("PLUS_MINUS", "plusMinusPoints"), "number"),
    )
