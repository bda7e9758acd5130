"""Verification: states, keys, ranges, contents and reasons, all looked at anew."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, groupby
from typing import Literal

from hoopcast.pipeline.checks import breaches
from hoopcast.pipeline.compiled import batch_texts
from hoopcast.pipeline.contents import matching
from hoopcast.pipeline.failures import FAILURES
from hoopcast.pipeline.ledger import LEDGER
from hoopcast.pipeline.node import Node, asked_systems, node_name
from hoopcast.pipeline.plan import plan
from hoopcast.pipeline.ranges import SeasonDate
from hoopcast.pipeline.state import STAGES_WITH_FORECASTS
from hoopcast.pipeline.time_constraint import batch_values, named_values
from hoopcast.warehouse.engine import Engine, Parameters, Value
from hoopcast.warehouse.tables import Column, Level, Table, raw_tables

# Check, table, partitions looked at, problems, examples.
Finding = tuple[str, str, int, int, str]
POPULATION = "nba_analytics.upcoming_player_game_context"
_SUMMED = ("points", "fgm", "fga", "fg3m", "fg3a", "ftm", "fta")
_DATES = ("game_date", "analysis_date")


def teams_unlike_players(engine: Engine, first: date, last: date) -> Finding:
    """Team box scores that are not the sum of their players', where the players' are there."""
    sums = ", ".join(f"SUM({name}) AS {name}" for name in _SUMMED)
    unlike = " OR ".join(f"t.{name} <> p.{name}" for name in _SUMMED)
    rows = engine.query(
        f"""SELECT t.game_id, t.team_abbr, {unlike}
        FROM nba_raw.nbac_team_boxscore AS t
        INNER JOIN (
            SELECT game_id, team_abbr, {sums} FROM nba_raw.nbac_player_boxscore GROUP BY game_id, team_abbr
        ) AS p ON p.game_id = t.game_id AND p.team_abbr = t.team_abbr
        WHERE t.game_date BETWEEN $first_day AND $last_day
        ORDER BY t.game_id, t.team_abbr""",
        {"first_day": first, "last_day": last},
    ).rows
    return _finding("team box score = sum of its players", "nba_raw.nbac_team_boxscore", rows)


def scores_unlike_schedule(engine: Engine, first: date, last: date) -> Finding:
    """Team box scores whose points are not the schedule's final score."""
    rows = engine.query(
        """SELECT t.game_id, t.team_abbr,
            t.points <> CASE WHEN t.team_abbr = s.home_team_abbr THEN s.home_score ELSE s.away_score END
        FROM nba_raw.nbac_team_boxscore AS t
        INNER JOIN nba_raw.nbac_schedule AS s ON s.game_id = t.game_id AND s.game_status = 3
        WHERE t.game_date BETWEEN $first_day AND $last_day
        ORDER BY t.game_id, t.team_abbr""",
        {"first_day": first, "last_day": last},
    ).rows
    return _finding("box score = schedule's score", "nba_raw.nbac_team_boxscore", rows)


def boxes_without_game(engine: Engine, first: date, last: date) -> Finding:
    """Games with box scores that the schedule does not have, or has as not yet begun: nothing is made of their rows."""
    rows = engine.query(
        """SELECT b.game_id, MIN(b.game_date), MAX(CASE WHEN s.game_id IS NULL OR s.game_status = 1 THEN 1 ELSE 0 END)
        FROM nba_raw.nbac_player_boxscore AS b
        LEFT JOIN nba_raw.nbac_schedule AS s ON s.game_id = b.game_id
        WHERE b.game_date BETWEEN $first_day AND $last_day
        GROUP BY b.game_id ORDER BY b.game_id""",
        {"first_day": first, "last_day": last},
    ).rows
    return _finding("box scores are of games that were played", "nba_raw.nbac_player_boxscore", rows)


def dates_unlike_schedule(engine: Engine, tables: Sequence[Table], first: date, last: date) -> Iterator[Finding]:
    """Rows of a game whose date, or morning of analysis, is not the date of the game."""
    stages = ", ".join(f"'{stage}'" for stage in STAGES_WITH_FORECASTS)
    for table in tables:
        named = [name for name in _DATES if name in table.column_names]
        if "game_id" not in table.column_names or not named:
            continue
        unlike = " OR ".join(f"t.{name} <> s.game_date" for name in named)
        rows = engine.query(
            f"""SELECT t.game_id, MIN(t.{table.time}), MAX(CASE WHEN s.game_id IS NULL OR {unlike} THEN 1 ELSE 0 END)
            FROM {table.name} AS t
            LEFT JOIN nba_raw.nbac_schedule AS s ON s.game_id = t.game_id AND s.team_known
                AND s.season_stage IN ({stages})
            WHERE t.{table.time} BETWEEN $first_day AND $last_day
            GROUP BY t.game_id ORDER BY t.game_id""",
            {"first_day": first, "last_day": last},
        ).rows
        yield _finding("dates are those of the schedule", table.name, rows)


def teams_without_players(engine: Engine, first: date, last: date) -> tuple[int, list[str], list[str]]:
    """Teams of final games for whom the population has nobody.

    Returns:
        How many teams of games were looked at; those without players that had played before, this season or the last;
        and those without players whose first game on record it is.
    """
    stages = ", ".join(f"'{stage}'" for stage in STAGES_WITH_FORECASTS)
    rows = engine.query(
        f"""WITH played AS (
            SELECT s.game_id, s.game_date, CAST(SUBSTR(s.season, 1, 4) AS BIGINT) AS season_year,
                CASE WHEN side.is_home THEN s.home_team_abbr ELSE s.away_team_abbr END AS team_abbr
            FROM nba_raw.nbac_schedule AS s
            CROSS JOIN (SELECT TRUE AS is_home UNION ALL SELECT FALSE) AS side
            WHERE s.game_status = 3 AND s.team_known AND s.season_stage IN ({stages})
        ),
        game AS (
            SELECT *, LAG(season_year) OVER (PARTITION BY team_abbr ORDER BY game_date, game_id) AS last_played
            FROM played
        )
        SELECT g.game_date, g.team_abbr, COALESCE(g.last_played >= g.season_year - 1, FALSE), p.game_id IS NULL
        FROM game AS g
        LEFT JOIN (SELECT DISTINCT game_id, team_abbr FROM {POPULATION}) AS p
            ON p.game_id = g.game_id AND p.team_abbr = g.team_abbr
        WHERE g.game_date BETWEEN $first_day AND $last_day
        ORDER BY g.game_date, g.team_abbr""",
        {"first_day": first, "last_day": last},
    ).rows
    without = [(f"{day} {team}", had_played) for day, team, had_played, is_empty in rows if is_empty]
    return len(rows), [text for text, had in without if had], [text for text, had in without if not had]


def _finding(check: str, table: str, rows: list[tuple[Value, ...]]) -> Finding:
    wrong = [f"{game} {what}" for game, what, is_wrong in rows if is_wrong]
    return check, table, len(rows), len(wrong), "; ".join(wrong[:_EXAMPLES])


_FEATURE_STORE = "nba_predictions.ml_feature_store"
# Raw tables that nothing requires, by the lowest level of the features that they feed: without one, no blame.
_OPTIONAL_SOURCES: dict[Level, tuple[str, ...]] = {
    "history": ("nba_raw.nbac_shot", "nba_raw.nbac_starter", "nba_raw.injury_status"),
    "news": ("nba_raw.injury_status",),
    "market": ("nba_raw.game_line", "nba_raw.points_prop_line"),
    "line": ("nba_raw.points_prop_line",),
}
# What lines of a season must be like for a feature to vary, by the name that a declaration gives it.
_CONDITIONS = {
    "unless-live": "line_kind = 'live'",
    "unless-two-sided": "over_price IS NOT NULL AND under_price IS NOT NULL",
}
# On fewer dates of a stage, as in a play-in, much is the same by chance.
_DATES_TO_JUDGE = 20


def dull_features(engine: Engine, nodes: Sequence[Node], seasons: Sequence[str]) -> Iterator[Finding]:
    """Features of each season and stage that are constant or all NULL: declared ones aside, and those without source.

    The feature store's header `-- constant: playoff_game regular, line_movement unless-live` declares what need not
    vary: in a stage, or in a season without lines captured live (`unless-live`) or with both prices
    (`unless-two-sided`).
    """
    table = next((node.table for node in nodes if node.name == _FEATURE_STORE), None)
    if table is None or not {"season", "season_stage"} <= set(table.column_names):
        return
    features = [column for column in table.columns if _is_feature(table, column)]
    varies = ", ".join(f"COALESCE(MIN({column.name}) < MAX({column.name}), FALSE)" for column in features)
    for season in seasons:
        absent = _absent_sources(engine, season)
        unmet = [name for name, condition in _CONDITIONS.items() if not _has_lines(engine, season, condition)]
        for stage, days, *varying in engine.query(
            f"SELECT season_stage, COUNT(DISTINCT {table.time}), {varies} FROM {table.name}"
            " WHERE season = $season GROUP BY season_stage ORDER BY season_stage",
            {"season": season},
        ).rows:
            if int(str(days)) < _DATES_TO_JUDGE:
                continue
            declared = _declared(table, {str(stage), *unmet})
            dull = [
                column.name
                for column, does_vary in zip(features, varying, strict=True)
                if not does_vary and column.name not in declared and not _has_no_source(column, absent)
            ]
            examples = f"{season} {stage}: {', '.join(dull)}" if dull else ""
            yield "features vary", table.name, len(features), len(dull), examples


def _is_feature(table: Table, column: Column) -> bool:
    return column.type in ("BIGINT", "DOUBLE") and column.name not in table.grain and not column.name.endswith("_id")


def _declared(table: Table, conditions_met: set[str]) -> set[str]:
    pairs = (part.split() for part in table.headers.get("constant", "").split(",") if part.strip())
    return {name for name, *conditions in pairs if not conditions or conditions_met & set(conditions)}


def _has_lines(engine: Engine, season: str, condition: str) -> bool:
    rows = engine.query(
        f"SELECT COUNT(*) FROM nba_raw.points_prop_line WHERE season = $season AND {condition}", {"season": season}
    ).rows
    return rows[0][0] != 0


def _has_no_source(column: Column, absent: set[str]) -> bool:
    return column.level is not None and any(name in absent for name in _OPTIONAL_SOURCES[column.level])


def _absent_sources(engine: Engine, season: str) -> set[str]:
    names = {name for sources in _OPTIONAL_SOURCES.values() for name in sources}
    return {
        name
        for name in names
        if engine.query(f"SELECT COUNT(*) FROM {name} WHERE season = $season", {"season": season}).rows[0][0] == 0
    }


Result = Literal["holds", "failed", "information", "not applicable"]
_EXAMPLES = 3
_SPINE = "hoopcast_verify_spine"


@dataclass(frozen=True)
class Check:
    """One check of one table: how many partitions or rows it looked at, how many are wrong, and some of them.

    `is_problem` is false for a count that is for information only. A check that had nothing to look at is not
    applicable: it says neither that anything holds nor that it does not.
    """

    check: str
    table: str
    checked: int
    problems: int
    examples: str = ""
    is_problem: bool = True

    @property
    def failed(self) -> bool:
        """Whether something is wrong."""
        return self.is_problem and self.problems > 0

    @property
    def result(self) -> Result:
        """Whether it holds, failed, informs, or had nothing to look at."""
        if self.failed:
            return "failed"
        if not self.checked:
            return "not applicable"
        return "holds" if self.is_problem else "information"


@dataclass(frozen=True)
class Verification:
    """All checks of a range."""

    checks: tuple[Check, ...]

    @property
    def exit_status(self) -> int:
        """0 when nothing is wrong, else 1."""
        return 1 if any(check.failed for check in self.checks) else 0


def verify(
    engine: Engine,
    nodes: tuple[Node, ...],
    dates: Sequence[SeasonDate],
    names: Collection[str] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Verification:
    """Check tables of a range.

    Args:
        engine: the warehouse.
        nodes: every node, each after all that it reads.
        dates: dates of the range.
        names: nodes to check; all of them, and the raw tables, when None.
        progress: told of each check that is done.
    """
    if not dates:
        return Verification(())
    first, last = min(day.date for day in dates), max(day.date for day in dates)
    chosen = tuple(node for node in nodes if names is None or node.name in names)
    raw = raw_tables() if names is None else ()
    derived = list(dict.fromkeys(node.table for node in chosen))
    owners = [(table, "") for table in raw if table.time] + [(node.table, node.system_id) for node in chosen]
    checks: list[Check] = []
    for check in chain(
        (check for check in _states(engine, nodes, dates) if check.table in {node.name for node in chosen}),
        (check for table in (*raw, *derived) if table.time for check in _values(engine, table, first, last)),
        (_ledger(engine, table, system_id, first, last) for table, system_id in owners),
        _expected(engine, chosen, dates),
        _populations(engine, chosen, first, last),
        (Check(*finding) for finding in dates_unlike_schedule(engine, derived, first, last)),
        (Check(*finding) for finding in dull_features(engine, chosen, sorted({day.season for day in dates}))),
    ):
        checks.append(check)
        if progress is not None:
            progress(f"checked {check.table}, {len(checks):,} checks are done")
    if names is None:
        checks += [
            Check(*teams_unlike_players(engine, first, last)),
            Check(*scores_unlike_schedule(engine, first, last)),
            Check(*boxes_without_game(engine, first, last)),
            _quarantine(engine, first, last),
        ]
    return Verification(tuple(checks))


def _states(engine: Engine, nodes: tuple[Node, ...], dates: Sequence[SeasonDate]) -> Iterator[Check]:
    for table, of_table in groupby(plan(engine, nodes, dates), key=lambda partition: partition.table):
        partitions = list(of_table)
        lacking = [partition for partition in partitions if partition.state == "not_available"]
        wrong = [partition for partition in partitions if partition.state not in ("done", "not_available")]
        examples = [f"{partition.date} {partition.state}: {partition.cause}" for partition in wrong[:_EXAMPLES]]
        if lacking:
            days = ", ".join(str(partition.date) for partition in lacking[:_EXAMPLES])
            rest = ", ..." if len(lacking) > _EXAMPLES else ""
            counted = "1 date has" if len(lacking) == 1 else f"{len(lacking)} dates have"
            examples.insert(0, f"{counted} no raw data: {days}{rest} ({lacking[0].cause})")
        yield Check("every date is done", table, len(partitions), len(wrong) + len(lacking), "; ".join(examples))


def _values(engine: Engine, table: Table, first: date, last: date) -> Iterator[Check]:
    source = f"(SELECT * FROM {table.name} WHERE {table.time} BETWEEN $first_day AND $last_day)"
    bounds: Parameters = {"first_day": first, "last_day": last}
    rows = int(str(engine.query(f"SELECT COUNT(*) FROM {source} AS checked", bounds).rows[0][0]))
    broken_rules = breaches(engine, table, source, bounds)
    yield Check(
        "keys, NULLs, ranges, finite numbers",
        table.name,
        rows,
        sum(breach.rows for breach in broken_rules),
        "; ".join(f"{breach.rule}: {breach.examples}" for breach in broken_rules[:_EXAMPLES]),
    )


def _ledger(engine: Engine, table: Table, system_id: str, first: date, last: date) -> Check:
    """Compare what the ledger last said of each date with what stands there; rows that it knows nothing of count."""
    of_system = "system_id = $system_id" if system_id else "$system_id = ''"
    rows = engine.query(
        f"""WITH content AS (
            SELECT {table.time} AS partition_date, COUNT(*) AS row_count,
                BIT_XOR({engine.row_hash(table.content_columns)}) AS fingerprint
            FROM {table.name} WHERE {table.time} BETWEEN $first_day AND $last_day AND {of_system} GROUP BY {table.time}
        ),
        newest AS (
            SELECT partition_date, ARG_MAX(rows, entry) AS row_count, ARG_MAX(output_fingerprint, entry) AS fingerprint
            FROM {LEDGER}
            WHERE table_name = $table_name AND system_id = $system_id AND partition_date BETWEEN $first_day
                AND $last_day
            GROUP BY partition_date
        )
        SELECT COALESCE(n.partition_date, c.partition_date) AS partition_date, COALESCE(n.row_count, 0),
            COALESCE(c.row_count, 0),
            COALESCE(n.row_count, 0) = COALESCE(c.row_count, 0)
            AND COALESCE(n.fingerprint, 0) = COALESCE(c.fingerprint, 0)
        FROM newest AS n
        FULL JOIN content AS c ON c.partition_date = n.partition_date
        ORDER BY 1""",
        {"table_name": table.name, "system_id": system_id, "first_day": first, "last_day": last},
    ).rows
    wrong = [
        f"{day}: {recorded} rows recorded, {actual} there" if recorded != actual else f"{day}: rows were changed"
        for day, recorded, actual, agrees in rows
        if not agrees
    ]
    return Check(
        "ledger and rows agree", node_name(table.name, system_id), len(rows), len(wrong), "; ".join(wrong[:_EXAMPLES])
    )


def _expected(engine: Engine, nodes: tuple[Node, ...], dates: Sequence[SeasonDate]) -> Iterator[Check]:
    """Expected rows are rows and recorded failures, on each date that was written."""
    texts = batch_texts(engine.dialect, nodes)
    by_season = [
        (season, [day.date for day in days]) for season, days in groupby(sorted(dates), key=lambda day: day.season)
    ]
    for node in nodes:
        partitions, wrong = 0, []
        for season, days in by_season:
            of_dates = _unexplained(engine, node, texts[node.name].expected, season, days)
            partitions += len(of_dates)
            wrong += [example for example in of_dates if example]
        examples = "; ".join(wrong[:_EXAMPLES])
        yield Check("expected = rows + explained failures", node.name, partitions, len(wrong), examples)


def _unexplained(engine: Engine, node: Node, text: str, season: str, days: list[date]) -> list[str]:
    """For each written date of a season what is wrong with it, empty for nothing."""
    systems, values = asked_systems([node])
    bounds = named_values(text, batch_values(node.look_back, season, days[0], days[-1]))
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE {_SPINE} AS {systems}SELECT * FROM ({text}) AS batch_rows", {**values, **bounds}
    )
    rows = engine.query(
        f"""WITH written AS (
            SELECT partition_date FROM {LEDGER}
            WHERE table_name = $table_name AND system_id = $system_id
                AND partition_date IN (SELECT UNNEST($dates))
            GROUP BY partition_date HAVING ARG_MAX(status, entry) = 'done'
        ),
        content AS (
            SELECT {node.time} AS partition_date, COUNT(*) AS row_count FROM {node.table.name} WHERE {node.condition}
            GROUP BY {node.time}
        ),
        expected AS (
            SELECT s.partition_date, COUNT(*) AS expected, COUNT(t.{node.time}) AS present,
                COUNT(CASE WHEN t.{node.time} IS NULL AND s.category IS NULL THEN 1 END) AS unexplained
            FROM {_SPINE} AS s
            LEFT JOIN {node.table.name} AS t ON {matching(node)}
            GROUP BY s.partition_date
        ),
        failure AS (
            SELECT partition_date, COUNT(*) AS recorded FROM {FAILURES}
            WHERE table_name = $table_name AND system_id = $system_id GROUP BY partition_date
        )
        SELECT w.partition_date, COALESCE(e.expected, 0), COALESCE(c.row_count, 0), COALESCE(f.recorded, 0),
            COALESCE(e.unexplained, 0), COALESCE(e.present, 0)
        FROM written AS w
        LEFT JOIN expected AS e ON e.partition_date = w.partition_date
        LEFT JOIN content AS c ON c.partition_date = w.partition_date
        LEFT JOIN failure AS f ON f.partition_date = w.partition_date
        ORDER BY w.partition_date""",
        {"dates": days, "table_name": node.table.name, "system_id": node.system_id},
    ).rows
    examples = []
    for day, expected, row_count, recorded, unexplained, present in rows:
        holds = (
            int(str(expected)) == int(str(row_count)) + int(str(recorded)) and not unexplained and present == row_count
        )
        wrong = f"{day}: {expected} expected, {row_count} rows, {recorded} failures, {unexplained} without a reason"
        examples.append("" if holds else wrong)
    return examples


def _populations(engine: Engine, nodes: tuple[Node, ...], first: date, last: date) -> Iterator[Check]:
    """Teams of final games for whom nobody was expected: a gap, but for a team whose first game on record it is."""
    if POPULATION not in {node.name for node in nodes}:
        return
    games, gaps, firsts = teams_without_players(engine, first, last)
    name = "each team of a final game has expected players"
    yield Check(name, POPULATION, games, len(gaps), "; ".join(gaps[:_EXAMPLES]))
    reason = "INSUFFICIENT_HISTORY: its first game on record, nobody was expected"
    yield Check(reason, POPULATION, games, len(firsts), "; ".join(firsts[:_EXAMPLES]), is_problem=False)


def _quarantine(engine: Engine, first: date, last: date) -> Check:
    count, reason = engine.query(
        "SELECT COUNT(*), MIN(reason) FROM nba_raw.quarantine"
        " WHERE game_date IS NULL OR game_date BETWEEN $first_day AND $last_day",
        {"first_day": first, "last_day": last},
    ).rows[0]
    rows = int(str(count))
    return Check("rows in quarantine", "nba_raw.quarantine", rows, rows, str(reason or ""), is_problem=False)
