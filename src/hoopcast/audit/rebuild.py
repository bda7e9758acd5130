"""Rebuilding: are features and forecasts of a date the same on other results of that date and later?"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

from hoopcast.audit.checks import PLAYER_BOX, SCHEDULE, AuditCheck, other_results, run_statements
from hoopcast.lineage.traces import key_level
from hoopcast.pipeline.ledger import LEDGER, last_entry
from hoopcast.pipeline.lineage import is_post_game
from hoopcast.pipeline.node import Node
from hoopcast.pipeline.plan import Selection
from hoopcast.pipeline.ranges import SeasonDate
from hoopcast.pipeline.run import RunOptions, run
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.engine import Parameters, Statements, Value
from hoopcast.warehouse.opening import copy_to
from hoopcast.warehouse.tables import LEVELS, Level, Table

_EXPECTED_PLAYERS = "nba_analytics.expected_player"
PREDICTIONS = "nba_predictions.player_prop_predictions"
# Beside a forecast stands the line that it is compared with; the forecast itself must not know it.
_OF_THE_LINE = frozenset(
    (
        "line", "bookmaker", "over_price", "under_price", "probability_over", "probability_push",
        "no_vig_probability_over", "edge", "market_intercept", "market_weight", "system_weight", "better_side",
        "win_probability", "expected_value", "suspect_price", "recommendation", "pass_reason", "confidence_score",
        "clv",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Scope:
    """What of a table is compared: columns beside the key, and conditions that rows of either warehouse meet.

    A condition names rows as `t`, and tables of its own warehouse behind `{catalog}`.
    """

    table: Table
    columns: tuple[str, ...]
    first: date
    last: date
    conditions: tuple[str, ...] = ()


def level_scopes(nodes: tuple[Node, ...], level: Level, day: date) -> Iterator[Scope]:
    """For each table what a level knows of a date: columns, rows of players it expects, systems at it or below.

    Args:
        nodes: every node.
        level: history, news or market.
        day: the date.
    """
    allowed = LEVELS[: LEVELS.index(level) + 1]
    for table in dict.fromkeys(node.table for node in nodes if not is_post_game(node)):
        if LEVELS.index(level) < key_level(table):
            continue
        yield Scope(table, _columns(table, allowed), day, day, tuple(_conditions(table, allowed)))


def _columns(table: Table, allowed: tuple[Level, ...]) -> tuple[str, ...]:
    if "system_id" in table.grain:
        return tuple(name for name in table.content_columns if table.name != PREDICTIONS or name not in _OF_THE_LINE)
    if "level" in table.grain:
        return table.content_columns
    return tuple(name for name in table.content_columns if table.column(name).level in allowed)


def _conditions(table: Table, allowed: tuple[Level, ...]) -> Iterator[str]:
    levels = ", ".join(f"'{level}'" for level in allowed)
    if "system_id" in table.grain:
        yield f"SPLIT_PART(t.system_id, '_', -1) IN ({levels})"
    if "level" in table.grain:
        yield f"t.level IN ({levels})"
    if "player_id" in table.column_names:
        yield (
            f"EXISTS (SELECT 1 FROM {{catalog}}{_EXPECTED_PLAYERS} AS e WHERE e.player_id = t.player_id"
            f" AND e.game_date = t.{table.time} AND e.expected_level IN ({levels}))"
        )


LINE = "nba_raw.points_prop_line"
GAME_LINE = "nba_raw.game_line"
STATUS = "nba_raw.injury_status"
ROSTER = "nba_raw.roster"
_POPULATION = "nba_analytics.upcoming_player_game_context"
_COUNTED = "nba_analytics.player_prop_line"
_FROM_THE_ARCHIVE = 0
_SEASON = f"(SELECT MAX(season) FROM {SCHEDULE} WHERE game_date = $day)"


def _half(of: str) -> str:
    """SQL: true for every second row, drawn."""
    return f"hash({of}, $seed) % 2 = 0"


# A quote of a player's game at the very moment of its tip-off; a player's game is that of the line that counted.
_LINES_AT_TIP_OFF = f"""
INSERT INTO {LINE} BY NAME
SELECT 'points' AS market, p.game_date, p.player_id, 'At tip-off' AS bookmaker, 'live' AS line_kind,
    s.tip_off_utc AS captured_at_utc, p.points_line / 2 + 3 AS line, p.season, -105 AS over_price, -115 AS under_price,
    {_FROM_THE_ARCHIVE} AS source_id
FROM {_COUNTED} AS p INNER JOIN {SCHEDULE} AS s ON s.game_id = p.game_id
WHERE p.game_date >= $first AND p.market = 'points' AND s.tip_off_utc IS NOT NULL
"""
# After the last tip-off of the date, on all who played: by then the teams of none of them is still to begin.
_LINES_AFTER = f"""
INSERT INTO {LINE} BY NAME
SELECT DISTINCT ON (b.player_id, b.game_date) 'points' AS market, b.game_date, b.player_id, 'Afterwards' AS bookmaker,
    'live' AS line_kind, s.tip_off_utc + INTERVAL 20 MINUTE AS captured_at_utc, b.points + 0.5 AS line, b.season,
    b.player_name, -110 AS over_price, -110 AS under_price, {_FROM_THE_ARCHIVE} AS source_id
FROM {PLAYER_BOX} AS b
INNER JOIN (SELECT game_date, MAX(tip_off_utc) AS tip_off_utc FROM {SCHEDULE} GROUP BY game_date) AS s
    ON s.game_date = b.game_date
WHERE b.game_date >= $first AND s.tip_off_utc IS NOT NULL
"""
_LATE_LINES = f"""
UPDATE {LINE} SET line = 50 - line / 2, over_price = 140, under_price = -170
FROM (SELECT game_date, MAX(tip_off_utc) AS tip_off_utc FROM {SCHEDULE} GROUP BY game_date) AS s
WHERE s.game_date = points_prop_line.game_date AND s.game_date >= $first AND line_kind = 'live'
    AND captured_at_utc >= s.tip_off_utc
"""
_LATE_GAME_LINES = f"""
UPDATE {GAME_LINE} SET home_spread = -home_spread, total_line = 460 - total_line
FROM {SCHEDULE} AS s
WHERE s.game_id = game_line.game_id AND s.game_date >= $first AND line_kind = 'live'
    AND captured_at_utc >= s.tip_off_utc
"""
_GAME_LINES_AT_TIP_OFF = f"""
INSERT INTO {GAME_LINE} BY NAME
SELECT game_id, 'At tip-off' AS bookmaker, 'live' AS line_kind, tip_off_utc AS captured_at_utc, season, game_date,
    CAST(away_score - home_score AS DOUBLE) AS home_spread, CAST(home_score + away_score AS DOUBLE) AS total_line,
    -300 AS home_moneyline, 250 AS away_moneyline, FALSE AS suspect_line, {_FROM_THE_ARCHIVE} AS source_id
FROM {SCHEDULE}
WHERE game_date >= $first AND game_status = 3 AND tip_off_utc IS NOT NULL
    AND season_stage IN ('regular', 'playin', 'playoffs')
"""
_LATE_REPORTS = f"""
DELETE FROM {STATUS} WHERE report_kind = 'official_report' AND report_date >= $first AND EXISTS (
    SELECT 1 FROM {SCHEDULE} AS s WHERE s.game_date = report_date AND s.tip_off_utc <= captured_at_utc
        AND team_abbr IN (s.home_team_abbr, s.away_team_abbr)
)
"""
_REPORTS_AT_TIP_OFF = f"""
INSERT INTO {STATUS} BY NAME
SELECT u.player_id, u.game_date AS report_date, 'official_report' AS report_kind, s.tip_off_utc AS captured_at_utc,
    'out' AS status, u.season, COALESCE(u.player_name, 'Nobody') AS player_name, u.team_abbr, 'too late' AS reason,
    {_FROM_THE_ARCHIVE} AS source_id
FROM {_POPULATION} AS u INNER JOIN {SCHEDULE} AS s ON s.game_id = u.game_id
WHERE u.game_date >= $first AND s.tip_off_utc IS NOT NULL
"""
_LATER_REPORTS = f"""
UPDATE {STATUS} SET status = CASE status
    WHEN 'placed' THEN 'activated' WHEN 'activated' THEN 'placed' WHEN 'out' THEN 'available'
    WHEN 'available' THEN 'out' WHEN 'doubtful' THEN 'probable' WHEN 'probable' THEN 'doubtful' ELSE status END
WHERE report_date > $day
"""
_FEWER_LATER_REPORTS = f"DELETE FROM {STATUS} WHERE report_date > $day AND {_half('player_id, report_date')}"
_MOVES_TOMORROW = f"""
INSERT INTO {STATUS} BY NAME
SELECT DISTINCT ON (b.player_id) b.player_id, CAST($day + INTERVAL 1 DAY AS DATE) AS report_date,
    'list_move' AS report_kind, CAST($day + INTERVAL 1 DAY AS TIMESTAMP) AS captured_at_utc,
    CASE WHEN {_half("b.player_id")} THEN 'placed' ELSE 'activated' END AS status,
    {_SEASON} AS season, b.player_name, b.team_abbr,
    'tomorrow' AS reason, {_FROM_THE_ARCHIVE} AS source_id
FROM {PLAYER_BOX} AS b
WHERE b.game_date < $day AND b.player_id NOT IN (
    SELECT player_id FROM {STATUS} WHERE report_date = CAST($day + INTERVAL 1 DAY AS DATE)
)
ORDER BY b.player_id, b.game_date DESC
"""
_LATER_LINES = f"""
UPDATE {LINE} SET line = ROUND(30 * (hash(player_id, line, bookmaker, $seed) % 1000) / 1000) + 0.5, over_price = -130,
    under_price = 105
WHERE game_date > $day
"""
_FEWER_LATER_LINES = f"DELETE FROM {LINE} WHERE game_date > $day AND {_half('player_id, game_date')}"
_LATER_GAME_LINES = f"""
UPDATE {GAME_LINE} SET home_spread = CAST(hash(game_id, 'spread', $seed) % 30 AS DOUBLE) - 15,
    total_line = 190 + CAST(hash(game_id, 'total', $seed) % 60 AS DOUBLE)
WHERE game_date > $day
"""
_LATER_ROSTERS = f"DELETE FROM {ROSTER} WHERE roster_date > $day AND {_half('player_id, roster_date')}"
_TOO_LATE = (
    _LATE_LINES, _LINES_AT_TIP_OFF, _LINES_AFTER, _LATE_GAME_LINES, _GAME_LINES_AT_TIP_OFF, _LATE_REPORTS,
    _REPORTS_AT_TIP_OFF, _FEWER_LATER_REPORTS, _LATER_REPORTS, _MOVES_TOMORROW, _FEWER_LATER_LINES, _LATER_LINES,
    _LATER_GAME_LINES, _LATER_ROSTERS,
)  # fmt: skip

_OTHER_NUMBERS = f"UPDATE {LINE} SET line = 50 - line / 2, over_price = 150, under_price = -180 WHERE game_date = $day"
_NOT_QUOTED = f"DELETE FROM {LINE} WHERE game_date = $day AND {_half('player_id')}"
_ALL_QUOTED = f"""
INSERT INTO {LINE} BY NAME
SELECT DISTINCT ON (player_id) 'points' AS market, CAST($day AS DATE) AS game_date, player_id, 'Everyone' AS bookmaker,
    'closing' AS line_kind, CAST($day AS TIMESTAMP) AS captured_at_utc, 9.5 AS line,
    {_SEASON} AS season, player_name, -110 AS over_price,
    -110 AS under_price, {_FROM_THE_ARCHIVE} AS source_id
FROM {PLAYER_BOX} WHERE game_date < $day AND NOT {_half("player_id")}
ORDER BY player_id, game_date DESC
"""
_OTHER_FAVOURITES = f"""
UPDATE {GAME_LINE} SET home_spread = 3 - home_spread, total_line = 450 - total_line, home_moneyline = away_moneyline,
    away_moneyline = home_moneyline
WHERE game_date = $day
"""
_ALL_MOVED = f"""
INSERT INTO {STATUS} BY NAME
SELECT DISTINCT ON (player_id) player_id, CAST($day AS DATE) AS report_date, 'list_move' AS report_kind,
    CAST($day AS TIMESTAMP) AS captured_at_utc,
    CASE WHEN {_half("player_id")} THEN 'placed' ELSE 'activated' END AS status,
    {_SEASON} AS season, player_name, team_abbr, 'today' AS reason, {_FROM_THE_ARCHIVE} AS source_id
FROM {PLAYER_BOX} WHERE game_date < $day
ORDER BY player_id, game_date DESC
"""
_NOT_MOVED = f"DELETE FROM {STATUS} WHERE report_date = $day"
_REPORTED_OUT = f"""
INSERT INTO {STATUS} BY NAME
SELECT u.player_id, u.game_date AS report_date, 'official_report' AS report_kind,
    s.tip_off_utc - INTERVAL 1 HOUR AS captured_at_utc, 'out' AS status, u.season,
    COALESCE(u.player_name, 'Nobody') AS player_name, u.team_abbr, 'today' AS reason, {_FROM_THE_ARCHIVE} AS source_id
FROM {_POPULATION} AS u INNER JOIN {SCHEDULE} AS s ON s.game_id = u.game_id
WHERE u.game_date = $day AND s.tip_off_utc IS NOT NULL AND hash(u.player_id, $seed) % 5 = 0
"""
# Reports and lines of the day at a level, which may reach nothing below it.
_OF_LEVEL: Mapping[Level, tuple[str, ...]] = MappingProxyType(
    {
        "line": (_OTHER_NUMBERS,),
        "market": (_NOT_QUOTED, _ALL_QUOTED, _OTHER_FAVOURITES),
        "news": (_NOT_MOVED, _ALL_MOVED, _REPORTED_OUT),
    }
)


def late_reports(statements: Statements, values: Parameters) -> None:
    """Other reports and lines of games from `first` on at or after their tip-off, and of any date after `day`.

    Args:
        statements: a warehouse of one's own, with the population and lines that it came with.
        values: `day`, `first` and `seed`.
    """
    run_statements(statements, _TOO_LATE, values)


def other_reports_of(statements: Statements, level: Level, values: Parameters) -> None:
    """Other reports and lines, in time, of the games of `day`: those of an information level above history.

    Args:
        statements: a warehouse of one's own.
        level: news, market or line.
        values: `day` and `seed`.
    """
    run_statements(statements, _OF_LEVEL[level], values)


STORED = "stored"
_MOST_COLUMNS = 4


@dataclass(frozen=True)
class Compared:
    """Rows of a table, or of one system in it: how many stand in either warehouse, how many of them differ, and one."""

    subject: str
    rows: int
    differing: int
    example: str = ""


def compare(statements: Statements, scope: Scope) -> Iterator[Compared]:
    """Compare rows of a table with those of the attached warehouse `stored`, a result for each system that has some.

    Args:
        statements: a warehouse, with the other attached.
        scope: what to compare.
    """
    table = scope.table
    key = table.grain
    others = [name for name in scope.columns if name not in key]
    differs = {name: f"n.{name} IS DISTINCT FROM o.{name}" for name in others}
    group = "COALESCE(n.system_id, o.system_id)" if "system_id" in key else "''"
    is_one_sided = f"n.{key[0]} IS NULL OR o.{key[0]} IS NULL"
    both = f"""
        FROM ({_rows(scope, others, "")}) AS n
        FULL JOIN ({_rows(scope, others, f"{STORED}.")}) AS o ON {" AND ".join(f"n.{name} = o.{name}" for name in key)}
    """
    values: dict[str, Value] = {"first_day": scope.first, "last_day": scope.last}
    counted = statements.query(
        f"SELECT {group}, COUNT(*), COUNT(CASE WHEN {' OR '.join((is_one_sided, *differs.values()))} THEN 1 END)"
        f" {both} GROUP BY ALL ORDER BY ALL",
        values,
    ).rows
    for system, rows, differing in counted:
        subject = f"{table.name}/{system}" if system else table.name
        example = ""
        if differing:
            example = _example(statements, scope, both, differs, {**values, "system_id": system})
        yield Compared(subject, int(str(rows)), int(str(differing)), example)


def _rows(scope: Scope, others: Sequence[str], catalog: str) -> str:
    table = scope.table
    conditions = [f"t.{table.time} BETWEEN $first_day AND $last_day"]
    conditions += [text.format(catalog=catalog) for text in scope.conditions]
    columns = ", ".join(f"t.{name}" for name in dict.fromkeys((*table.grain, *others)))
    return f"SELECT {columns} FROM {catalog}{table.name} AS t WHERE {' AND '.join(conditions)}"


def _example(statements: Statements, scope: Scope, both: str, differs: dict[str, str], values: dict[str, Value]) -> str:
    """How many rows stand on one side alone, which columns differ in how many others, and one such row."""
    key = scope.table.grain
    of_system = "COALESCE(n.system_id, o.system_id) = $system_id" if "system_id" in key else "$system_id = ''"
    gone, come = f"n.{key[0]} IS NULL", f"o.{key[0]} IS NULL"
    columns = "".join(
        f", COUNT(CASE WHEN NOT ({gone}) AND NOT ({come}) AND {test} THEN 1 END)" for test in differs.values()
    )
    counts = statements.query(
        f"SELECT COUNT(CASE WHEN {gone} THEN 1 END), COUNT(CASE WHEN {come} THEN 1 END){columns}"
        f" {both} WHERE {of_system}",
        values,
    ).rows[0]
    lost, new = int(str(counts[0])), int(str(counts[1]))
    of_column = {name: int(str(count)) for name, count in zip(differs, counts[2:], strict=True) if count}
    parts = [f"{lost} rows stored alone"] if lost else []
    parts += [f"{new} rows rebuilt alone"] if new else []
    most = sorted(of_column, key=lambda name: -of_column[name])
    parts += [f"{name} in {of_column[name]} rows" for name in most[:_MOST_COLUMNS]]
    parts += [f"and {len(most) - _MOST_COLUMNS} more columns"] if len(most) > _MOST_COLUMNS else []
    return f"{', '.join(parts)}; such as {_row(statements, scope, (both, of_system), most, values)}"


def _row(
    statements: Statements, scope: Scope, source: tuple[str, str], columns: Sequence[str], values: dict[str, Value]
) -> str:
    both, of_system = source
    key = scope.table.grain
    named = ", ".join(f"COALESCE(n.{name}, o.{name})" for name in key)
    test = f"n.{columns[0]} IS DISTINCT FROM o.{columns[0]} AND n.{key[0]} = o.{key[0]}" if columns else "TRUE"
    one_sided = f"(n.{key[0]} IS NULL OR o.{key[0]} IS NULL)"
    shown = f"o.{columns[0]}, n.{columns[0]}" if columns else f"o.{key[0]}, n.{key[0]}"
    example = statements.query(
        f"SELECT {named}, {shown} {both} WHERE {of_system} AND {test if columns else one_sided} ORDER BY ALL LIMIT 1",
        values,
    ).rows[0]
    where = ", ".join(f"{name} {value}" for name, value in zip(key, example, strict=False))
    if not columns:
        return where
    stored, rebuilt = example[len(key) :]
    return f"{where}: {columns[0]} is {_short(stored)} as stored, {_short(rebuilt)} as rebuilt"


def _short(value: Value) -> str:
    text = "NULL" if value is None else str(value)
    longest = 60
    return text if len(text) <= longest else f"{text[:longest]}..."


# Of the engine, which otherwise keeps both warehouses in memory; what systems learn with comes on top.
_MOST_MEMORY = "1GB"


@dataclass(frozen=True)
class Copies:
    """A folder with a copy of the warehouse as it is stored, from which others are made."""

    folder: Path
    stored: Path
    threads: int

    @contextmanager
    def scratch(self) -> Iterator[DuckDB]:
        """A copy to write in, gone afterwards, with the warehouse as it is attached as `stored`."""
        target = self.folder / "scratch.duckdb"
        shutil.copyfile(self.stored, target)
        engine = DuckDB(str(target), threads=self.threads)
        try:
            quoted = str(self.stored).replace("'", "''")
            engine.execute(f"SET memory_limit = '{_MOST_MEMORY}'")
            engine.execute(f"ATTACH '{quoted}' AS {STORED} (READ_ONLY)")
            yield engine
        finally:
            engine.close()
            for path in self.folder.glob("scratch.duckdb*"):
                # What did not fit into memory lies in a folder, unless the engine has swept it away.
                shutil.rmtree(path) if path.is_dir() else path.unlink()


@contextmanager
def copies(engine: DuckDB) -> Iterator[Copies]:
    """A temporary folder with a copy of a warehouse; it takes twice the warehouse's size.

    Scratch warehouses work with as many threads as this one.

    Raises:
        WarehouseError: if there is no room for it.
    """
    with tempfile.TemporaryDirectory(prefix="hoopcast-audit-") as name:
        stored = Path(name) / "stored.duckdb"
        copy_to(engine, stored)
        threads = int(str(engine.query("SELECT CURRENT_SETTING('threads')").rows[0][0]))
        yield Copies(Path(name), stored, threads)


def rewrite(engine: DuckDB, nodes: tuple[Node, ...], names: tuple[str, ...], days: tuple[SeasonDate, ...]) -> list[str]:
    """Write nodes anew on some dates, whatever the plan thinks of them.

    Args:
        engine: a scratch warehouse.
        nodes: every node, each after all that it reads.
        names: nodes to write.
        days: dates to write them on.

    Returns:
        What could not be written, and why.
    """
    if not days or not names:
        return []
    last = last_entry(engine)
    report = run(engine, nodes, Selection(names, days, again=names, upstream="none"), RunOptions("hoopcast audit"))
    errors = engine.query(
        f"SELECT table_name, system_id, partition_date, error FROM {LEDGER} WHERE entry > $last AND status = 'failed'",
        {"last": last},
    ).rows
    failed = [f"{name}{'/' if system else ''}{system} of {day}: {error}" for name, system, day, error in errors]
    blocked = [
        f"{table.table}: {table.blocked} dates are blocked; bring the warehouse up to date with `hoopcast backfill`"
        for table in report.tables
        if table.blocked
    ]
    return [*failed, *blocked]


def delete_after(engine: DuckDB, nodes: tuple[Node, ...], day: date) -> None:
    """Delete what nodes wrote of dates after a day."""
    for table in dict.fromkeys(node.table.stored for node in nodes):
        engine.execute(f"DELETE FROM {table.name} WHERE {table.time} > $day", {"day": day})


def empty(engine: DuckDB, nodes: tuple[Node, ...]) -> None:
    """Delete all that nodes ever wrote, so that nothing is left but raw tables."""
    for node in nodes:
        engine.execute(f"DELETE FROM {node.table.stored.name}")
        engine.execute(f"DELETE FROM {LEDGER} WHERE table_name = $name", {"name": node.table.name})


_BEFORE_GAMES = "other results and late reports change nothing up to the date"
_WRITTEN = "all of it can be written anew"


@dataclass(frozen=True)
class Window:
    """A date to audit, the dates that are written anew up to it, and those after it, of every stage and season."""

    day: SeasonDate
    dates: tuple[SeasonDate, ...]
    later: tuple[SeasonDate, ...]

    @property
    def first(self) -> date:
        """First date that is written anew."""
        return self.dates[0].date


def window_of(day: SeasonDate, days: Sequence[SeasonDate], *, from_scratch: bool = False) -> Window:
    """What to write anew for a date: from the first of its month on, where what a system had learned begins to count.

    Args:
        day: the date.
        days: every date with games, of every stage.
        from_scratch: from the first date of all.
    """
    before = [other for other in days if other.date <= day.date]
    if not from_scratch:
        month = (day.date.year, day.date.month)
        before = [
            other for other in before if other.season == day.season and (other.date.year, other.date.month) == month
        ]
    return Window(day, tuple(before), tuple(other for other in days if other.date > day.date))


def rebuild_checks(
    copies: Copies, nodes: tuple[Node, ...], window: Window, seed: int, *, from_scratch: bool = False
) -> Iterator[AuditCheck]:
    """Rebuild a window on nonsense, and compare; then change reports and lines of the date itself, level by level.

    Args:
        copies: of the warehouse.
        nodes: every node, each after all that it reads.
        window: dates.
        seed: what nonsense is drawn from.
        from_scratch: write everything anew from raw tables, not the window alone.
    """
    day = window.day.date
    values: Parameters = {"day": day, "first": window.first, "seed": seed}
    with copies.scratch() as engine:
        late_reports(engine, values)
        other_results(engine, values)
        if from_scratch:
            empty(engine, nodes)
        faults = _write(engine, nodes, window)
        yield from _could_be_written(window, faults)
        for node in _nodes_to_compare(nodes):
            last = day if not is_post_game(node) else _day_before(window)
            if last is None:
                continue
            scope = Scope(node.table, node.table.content_columns, window.first, last)
            for comparison in compare(engine, scope):
                yield AuditCheck(
                    "rebuild",
                    _BEFORE_GAMES,
                    comparison.subject,
                    comparison.rows,
                    comparison.differing,
                    _with_date(day, comparison.example),
                )
        yield from _levels(engine, nodes, window, values)


def _write(engine: DuckDB, nodes: tuple[Node, ...], window: Window) -> list[str]:
    """Write the tables anew: what happened, and what is known of players and teams, on later dates of the season too.

    Features and forecasts of later dates are gone, and everything of later seasons: nobody may miss them.
    """
    season = tuple(other for other in window.later if other.season == window.day.season)
    first_phase = tuple(node for node in nodes if node.table.phase == "analytics")
    second_phase = tuple(node for node in nodes if node.table.phase not in ("analytics", "grading"))
    delete_after(engine, tuple(node for node in nodes if node.table.phase != "analytics"), window.day.date)
    delete_after(engine, first_phase, season[-1].date if season else window.day.date)
    _forget_grades(engine, nodes, window.day.date)
    faults = rewrite(engine, nodes, tuple(node.name for node in first_phase), (*window.dates, *season))
    return [*faults, *rewrite(engine, nodes, tuple(node.name for node in second_phase), window.dates)]


def _forget_grades(engine: DuckDB, nodes: tuple[Node, ...], day: date) -> None:
    for table in dict.fromkeys(node.table for node in nodes if node.table.phase == "grading"):
        engine.execute(f"DELETE FROM {table.name} WHERE {table.time} = $day", {"day": day})


def _could_be_written(window: Window, faults: list[str]) -> Iterator[AuditCheck]:
    detail = faults[0] if faults else ""
    yield AuditCheck("rebuild", _WRITTEN, "dates", len(window.dates), len(faults), _with_date(window.day.date, detail))


def _nodes_to_compare(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """One node a table, but for grades: they are of what happened."""
    return tuple({node.table.name: node for node in nodes if node.table.phase != "grading"}.values())


def _day_before(window: Window) -> date | None:
    """The last date before the audited one: what happened on that itself was changed."""
    before = [other.date for other in window.dates if other.date < window.day.date]
    return before[-1] if before else None


def _levels(engine: DuckDB, nodes: tuple[Node, ...], window: Window, values: Parameters) -> Iterator[AuditCheck]:
    """Change reports and lines of each level above history, from the highest on: nothing below it may change."""
    day, names = window.day, tuple(node.name for node in nodes if not is_post_game(node))
    below: tuple[tuple[Level, Level], ...] = (("line", "market"), ("market", "news"), ("news", "history"))
    for changed, level in below:
        other_reports_of(engine, changed, values)
        faults = rewrite(engine, nodes, names, (day,))
        yield from _could_be_written(window, faults)
        check = f"other {_REPORTS[changed]} on the date change nothing that {level} knows"
        for scope in level_scopes(nodes, level, day.date):
            for comparison in compare(engine, scope):
                yield AuditCheck(
                    "levels",
                    check,
                    comparison.subject,
                    comparison.rows,
                    comparison.differing,
                    _with_date(day.date, comparison.example),
                )


_REPORTS: dict[Level, str] = {"line": "lines", "market": "quotes and spreads", "news": "moves and reports"}


def _with_date(day: date, example: str) -> str:
    return f"{day}: {example}" if example else ""
