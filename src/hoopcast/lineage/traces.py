"""What a value was made from, and by which date of its row that was known."""

from dataclasses import dataclass, field, replace

from hoopcast.warehouse.tables import LEVELS, Table

# Games are scheduled ahead, so a row of the schedule exists before its game; of any other table that tells what
# happened, a row exists because it happened.
SCHEDULE = "nba_raw.nbac_schedule"
ROW = "*"
HISTORY = 0
# Columns that name, row by row, the lowest information level that may know of the row.
ROW_LEVELS = ("expected_level", "level")
START, END = "^start", "^end"
Bounds = frozenset[tuple[str, int]]


@dataclass(frozen=True)
class Trace:
    """A column of a table (or `*`, that a row of it exists) that a value was made from.

    `bounds` are pairs of a date column of the value's row and a number of days: what was read is of a date up to that
    column plus these days, so -1 is an as-of gate. `level` counts from 0, history. `dated` is false for what is known
    ahead, such as the schedule. `population` marks that a row of expected players exists, `claim` what came by way of a
    choice of one row among several, such as the claims that he is expected.
    """

    table: str
    column: str
    post_game: bool
    level: int
    dated: bool
    population: bool = False
    claim: bool = False
    bounds: Bounds = frozenset()

    def slack(self, column: str) -> int | None:
        """Days from a date column to the latest date that this may be of; None where nothing bounds it."""
        return min((days for name, days in self.bounds if name == column), default=None)


Traces = frozenset[Trace]


@dataclass(frozen=True)
class Rank:
    """A ROW_NUMBER by date: who has the lower number of two rows of a partition has the earlier date."""

    origin: int
    partition: frozenset[str]
    date: str
    days: int


@dataclass(frozen=True)
class Choice:
    """A ROW_NUMBER that a filter `= 1` turns into a choice: by what is chosen, and the columns that it decides on."""

    order: Traces
    affected: frozenset[str]


@dataclass(frozen=True)
class Relation:
    """Columns of a table or SELECT with what each was made from, and how its dates relate.

    `slacks` holds, for two dates of a row, how many days the first is at most after the second; a season has two dates,
    its start and the first day after its end.
    """

    columns: dict[str, Traces]
    rows: Traces
    slacks: dict[tuple[str, str], int] = field(default_factory=dict)
    dates: frozenset[str] = frozenset()
    key: frozenset[str] = frozenset()
    ranks: dict[str, Rank] = field(default_factory=dict)
    choices: dict[str, Choice] = field(default_factory=dict)
    # A date and those that it is the next of in its partition: valid_to of valid_from.
    next_of: dict[str, frozenset[str]] = field(default_factory=dict)
    # Columns of a row's information level, with the table whose other columns belong to that level too, if any.
    levels: dict[str, str] = field(default_factory=dict)
    # Numbers that are 0 for each row above an information level.
    indicators: dict[str, int] = field(default_factory=dict)


def has_post_game_rows(table: Table) -> bool:
    """Whether a row of the table tells that something has happened."""
    return table.name != SCHEDULE and any(column.availability == "post-game" for column in table.columns)


def key_level(table: Table) -> int:
    """Information level that knows of a row: the lowest one above history among the columns of its key."""
    levels = {LEVELS.index(level) for name in table.grain if (level := table.column(name).level)}
    return min(levels - {HISTORY}, default=HISTORY)


def relation_of(table: Table, row_level: int) -> Relation:
    """A table as its definition describes it.

    Args:
        table: its definition.
        row_level: information level that knows of its rows, as far as it is above that of their key.
    """
    bounds: Bounds = frozenset({(table.time, 0)}) if table.time else frozenset()
    ahead = table.time is None or table.name == SCHEDULE
    level = max(row_level, key_level(table))
    post_game = has_post_game_rows(table)
    row = Trace(table.name, ROW, post_game, level, not ahead, level > key_level(table), bounds=bounds)
    columns = {}
    for column in table.columns:
        after = column.availability == "post-game"
        known_at = LEVELS.index(column.level) if column.level else HISTORY
        # To which season a date belongs is known ahead.
        dated = after or not (ahead or column.name == "season")
        columns[column.name] = frozenset({Trace(table.name, column.name, after, known_at, dated, bounds=bounds)})
    slacks, dates = _dates(table)
    levels = {name: table.name if name in table.grain else "" for name in ROW_LEVELS if name in columns}
    return Relation(columns, frozenset({row}), slacks, dates, frozenset(table.grain), levels=levels)


def _dates(table: Table) -> tuple[dict[tuple[str, str], int], frozenset[str]]:
    """Dates of a table's rows: its time column, the game's (a game has one date) and the season's two."""
    if table.time is None:
        return {}, frozenset()
    time, names = table.time, table.column_names
    slacks: dict[tuple[str, str], int] = {}
    dates = {time}
    if "game_id" in names:
        dates.add("game_id")
        slacks |= {(time, "game_id"): 0, ("game_id", time): 0}
    if "season" in names:
        dates |= {f"season{START}", f"season{END}"}
        slacks |= {(f"season{START}", time): 0, (time, f"season{END}"): -1}
    return slacks, frozenset(dates)


def lowered(traces: Traces, level: int, table: str) -> Traces:
    """Traces behind a filter that admits rows up to a level: that they exist, and values of a table kept per level."""
    return frozenset(
        replace(trace, level=min(trace.level, level))
        if trace.column == ROW or (table and trace.table == table)
        else trace
        for trace in traces
    )


def tightest(slacks: dict[tuple[str, str], int], nodes: frozenset[str]) -> dict[tuple[str, str], int]:
    """How many days each date is at most after each other, by way of any third (shortest paths)."""
    best = {(node, node): 0 for node in nodes} | slacks
    linked = sorted({name for pair in slacks for name in pair})
    for middle in linked:
        into = [(first, days) for first in linked if (days := best.get((first, middle))) is not None]
        out = [(last, days) for last in linked if (days := best.get((middle, last))) is not None]
        for first, before in into:
            for last, after in out:
                if best.get((first, last), before + after + 1) > before + after:
                    best[first, last] = before + after
    return best
