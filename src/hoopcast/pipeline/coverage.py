"""Coverage: how far each table goes, and what is not done with the command that mends it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from hoopcast.pipeline.clauses import Clause, joined, listed
from hoopcast.pipeline.node import Node, node_name
from hoopcast.pipeline.plan import State
from hoopcast.pipeline.ranges import SeasonDate, StageFilter
from hoopcast.pipeline.states import STAGES_WITH_FORECASTS, newest_entries, own_states, states, years_of
from hoopcast.warehouse.engine import Engine, Value

By = Literal["table", "month", "date"]
_PERIODS: dict[By, str] = {
    "table": "''",
    "month": "SUBSTR(CAST({day} AS VARCHAR), 1, 7)",
    "date": "CAST({day} AS VARCHAR)",
}
_APPEARANCES = "nba_analytics.player_game_summary"
# Tables with one row per expected player and game.
_POPULATIONS = ("nba_analytics.upcoming_player_game_context", "nba_predictions.ml_feature_store")

_COVERAGE = """
game AS (
    SELECT game_date, CASE WHEN game_status = 3 THEN 1 ELSE 0 END AS is_final
    FROM nba_raw.nbac_schedule
    WHERE team_known AND season_stage IN (SELECT season_stage FROM played)
        AND game_date IN (SELECT partition_date FROM wanted_date)
),
period AS (
    SELECT {period_of_game} AS period, COUNT(DISTINCT game_date) AS game_dates, COUNT(*) AS games
    FROM game GROUP BY 1
),
total AS (
    SELECT
        table_name, {period_of_partition} AS period,
        MIN(CASE WHEN row_count > 0 THEN partition_date END) AS earliest,
        MAX(CASE WHEN row_count > 0 THEN partition_date END) AS latest,
        SUM(row_count) AS row_count, SUM(expected) AS expected, COUNT(*) AS due,
        SUM(CASE WHEN state = 'done' THEN 1 ELSE 0 END) AS done,
        SUM(CASE WHEN state = 'missing' THEN 1 ELSE 0 END) AS missing,
        SUM(CASE WHEN state = 'stale' THEN 1 ELSE 0 END) AS stale,
        SUM(CASE WHEN state = 'failed' THEN 1 ELSE 0 END) AS failed,
        SUM(CASE WHEN state = 'blocked' THEN 1 ELSE 0 END) AS blocked,
        SUM(CASE WHEN state = 'not_available' THEN 1 ELSE 0 END) AS not_available
    FROM state
    WHERE partition_date IN (SELECT partition_date FROM wanted_date)
    GROUP BY 1, 2
),
line AS (
    SELECT
        t.table_name, t.period, COALESCE(p.game_dates, 0) AS game_dates, COALESCE(p.games, 0) AS games, t.earliest,
        t.latest, t.due, t.done, t.missing, t.stale, t.failed, t.blocked, t.not_available, t.row_count, t.expected
    FROM total AS t
    LEFT JOIN period AS p ON p.period = t.period
)
"""


@dataclass(frozen=True)
class Coverage:
    """How far one table goes in one period (all of the range, a month, or a date).

    `earliest` and `latest` are the first and last date with rows. `due` dates fall into `done` to `not_available`.
    `success_pct` is rows in percent of expected rows, and none while a due date is not done: what it should hold is not
    known then. For tables of expected players, `appearances` counts the players who then played, and the other two the
    share of them, in percent, who had a row that morning: known by history alone, and with those whom a bookmaker
    quoted.
    """

    table: str
    period: str
    game_dates: int
    games: int
    earliest: date | None
    latest: date | None
    due: int
    done: int
    missing: int
    stale: int
    failed: int
    blocked: int
    not_available: int
    rows: int
    expected: int
    success_pct: float | None
    appearances: int | None = None
    covered_history_pct: float | None = None
    covered_market_pct: float | None = None


def coverage(
    engine: Engine, nodes: tuple[Node, ...], dates: Sequence[SeasonDate], by: By = "table"
) -> tuple[Coverage, ...]:
    """How far each table goes, in the order of nodes, then of periods.

    Args:
        engine: the warehouse.
        nodes: every node, each after all that it reads.
        dates: dates of the range.
        by: one line a table, or one for each of its months or dates.
    """
    clause = state_clause(engine, nodes, dates)
    if clause is None:
        return ()
    period = _PERIODS[by]
    text = _COVERAGE.format(
        period_of_game=period.format(day="game_date"), period_of_partition=period.format(day="partition_date")
    )
    played = listed("played", {"season_stage": "VARCHAR"}, [(stage,) for stage in STAGES_WITH_FORECASTS])
    full = joined(clause, played, Clause(text, {}))
    rows = engine.query(f"WITH {full.text} SELECT * FROM line", full.parameters).rows
    foreseen = _foreseen(engine, nodes, dates, period)
    order = {node.name: place for place, node in enumerate(nodes)}
    lines = [_line(row, foreseen.get((str(row[0]), str(row[1])))) for row in rows]
    return tuple(sorted(lines, key=lambda line: (order[line.table], line.period)))


def state_clause(engine: Engine, nodes: tuple[Node, ...], dates: Sequence[SeasonDate]) -> Clause | None:
    """`wanted_date` and `state` of the partitions that these dates depend on; None for no date."""
    years = years_of(nodes, [day.season for day in dates])
    if years is None:
        return None
    return joined(
        listed("wanted_date", {"partition_date": "DATE"}, [(day.date,) for day in dates]),
        own_states(nodes, years, newest_entries(engine, nodes)),
        states(nodes),
    )


def _line(row: tuple[Value, ...], foreseen: tuple[int, int, int] | None) -> Coverage:
    due, done, missing, stale, failed, blocked, not_available, rows, expected = (int(str(value)) for value in row[6:])
    appearances, by_history, by_market = foreseen or (0, 0, 0)
    return Coverage(
        table=str(row[0]),
        period=str(row[1]),
        game_dates=int(str(row[2])),
        games=int(str(row[3])),
        earliest=cast("date | None", row[4]),
        latest=cast("date | None", row[5]),
        due=due,
        done=done,
        missing=missing,
        stale=stale,
        failed=failed,
        blocked=blocked,
        not_available=not_available,
        rows=rows,
        expected=expected,
        success_pct=_share(rows, expected) if done == due else None,
        appearances=None if foreseen is None else appearances,
        covered_history_pct=_share(by_history, appearances),
        covered_market_pct=_share(by_market, appearances),
    )


def _share(part: int, whole: int) -> float | None:
    return 100.0 * part / whole if whole else None


def _foreseen(
    engine: Engine, nodes: tuple[Node, ...], dates: Sequence[SeasonDate], period: str
) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Appearances, and how many of them had a row by history and with quoted players, by table and period."""
    names = {node.name for node in nodes}
    found = {}
    for table in _POPULATIONS:
        if not {table, _APPEARANCES} <= names:
            continue
        clause = listed("wanted_date", {"partition_date": "DATE"}, [(day.date,) for day in dates])
        rows = engine.query(
            f"""WITH {clause.text}
            SELECT {period.format(day="a.game_date")}, COUNT(*),
                COUNT(CASE WHEN p.expected_level = 'history' THEN 1 END), COUNT(p.player_id)
            FROM {_APPEARANCES} AS a
            LEFT JOIN {table} AS p ON p.game_id = a.game_id AND p.player_id = a.player_id
            WHERE a.played_flag AND a.game_date IN (SELECT partition_date FROM wanted_date)
            GROUP BY 1""",
            clause.parameters,
        ).rows
        for label, *counts in rows:
            appearances, by_history, by_market = (int(str(count)) for count in counts)
            found[table, str(label)] = (appearances, by_history, by_market)
    return found


# Dates are neighbours when no other date of the table lies between them: nights without games make no gap longer.
_GAPS = """
numbered AS (
    SELECT
        table_name, partition_date, state, COALESCE(cause, '') AS cause,
        ROW_NUMBER() OVER (PARTITION BY table_name ORDER BY partition_date)
            - ROW_NUMBER() OVER (PARTITION BY table_name, state, cause ORDER BY partition_date) AS island
    FROM state
    WHERE partition_date IN (SELECT partition_date FROM wanted_date)
)
SELECT table_name, MIN(partition_date), MAX(partition_date), COUNT(*), state, cause
FROM numbered
WHERE state <> 'done'
GROUP BY table_name, state, cause, island
ORDER BY 2
"""


@dataclass(frozen=True)
class Gap:
    """Neighbouring dates of one table that are not done, why, and the command that mends them."""

    table: str
    first_date: date
    last_date: date
    dates: int
    state: State
    cause: str
    command: str


def gaps(
    engine: Engine, nodes: tuple[Node, ...], dates: Sequence[SeasonDate], stage: StageFilter = "regular"
) -> tuple[Gap, ...]:
    """What is not done, in the order of nodes and dates.

    Args:
        engine: the warehouse.
        nodes: every node, each after all that it reads.
        dates: dates of the range.
        stage: stage of the range, for the commands.
    """
    clause = state_clause(engine, nodes, dates)
    if clause is None:
        return ()
    short = {node.name: node_name(node.table.short, node.system_id) for node in nodes}
    order = {name: place for place, name in enumerate(short)}
    found = []
    for table, first, last, count, state, cause in engine.query(f"WITH {clause.text}, {_GAPS}", clause.parameters).rows:
        days = (cast("date", first), cast("date", last))
        command = _command(short[str(table)], days, cast("State", state), stage)
        found.append(Gap(str(table), *days, int(str(count)), cast("State", state), str(cause), command))
    return tuple(sorted(found, key=lambda gap: (order[gap.table], gap.first_date)))


def _command(short: str, days: tuple[date, date], state: State, stage: StageFilter) -> str:
    if state == "not_available":
        return "hoopcast ingest PATH"
    of_stage = "" if stage == "regular" else f" --stage {stage}"
    first, last = days
    if first == last:
        return f"hoopcast backfill {short} --dates {first}{of_stage}"
    return f"hoopcast backfill {short} --start-date {first} --end-date {last}{of_stage}"
