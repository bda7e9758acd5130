"""Partitions that failed and rows that are absent, each with category and reason, until the partition succeeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hoopcast.calendar import utc_now
from hoopcast.pipeline.contents import THESE, Key, these
from hoopcast.pipeline.ledger import NODE, Entry
from hoopcast.pipeline.node import Node
from hoopcast.pipeline.ranges import SeasonDate
from hoopcast.warehouse.engine import Statements

FAILURES = "nba_orchestration.failures"
_COLUMNS = "table_name, system_id, season, partition_date, entity, category, reason, can_retry, run_id, recorded_at_utc"


def close_failures(engine: Statements, table_name: str, partitions: Sequence[Key]) -> None:
    """Forget the failures of partitions of a table that are written anew, or of which nothing is left."""
    engine.execute(
        f"WITH {THESE} DELETE FROM {FAILURES} WHERE table_name = $table_name"
        " AND (partition_date, system_id) IN (SELECT partition_date, system_id FROM these)",
        {**these(partitions), "table_name": table_name},
    )


def record_absences(engine: Statements, run_id: str, node: Node, stage: str, spine: str) -> None:
    """Record the rows that the spine expects and explains, and the stage lacks."""
    entity = " || ' ' || ".join(f"COALESCE(CAST(s.{name} AS VARCHAR), '-')" for name in node.spine.key)
    same_key = " AND ".join(f"t.{name} = s.{name}" for name in node.spine.key)
    engine.execute(
        f"""INSERT INTO {FAILURES} ({_COLUMNS})
        SELECT $table_name, {node.owner("s")}, s.season, s.partition_date, {entity}, s.category,
            COALESCE(s.reason, s.category), FALSE, $run_id, $now
        FROM {spine} AS s
        LEFT JOIN {stage} AS t ON {same_key} AND t.{node.time} = s.partition_date
        WHERE t.{node.time} IS NULL""",
        {"table_name": node.table.name, "run_id": run_id, "now": utc_now()},
    )


def record_failed_partition(
    engine: Statements, run_id: str, entry: Entry, category: Literal["TIMEOUT", "PROCESSING_ERROR"]
) -> None:
    """Record that a partition failed, by its entry in the ledger and the category of its failure."""
    table_name, _, system_id = entry.node.partition("/")
    engine.execute(
        f"INSERT INTO {FAILURES} ({_COLUMNS})"
        " VALUES ($table_name, $system_id, $season, $partition_date, '', $category, $reason, TRUE, $run_id, $now)",
        {
            "table_name": table_name,
            "system_id": system_id,
            "season": entry.season,
            "partition_date": entry.partition_date,
            "category": category,
            "reason": entry.error,
            "run_id": run_id,
            "now": utc_now(),
        },
    )


@dataclass(frozen=True)
class FailureCount:
    """Failures of a table in one category and month: how many rows or partitions, on how many dates, and one reason."""

    table: str
    category: str
    month: str
    count: int
    dates: int
    can_retry: int
    example: str


def failure_counts(
    engine: Statements, dates: Sequence[SeasonDate], tables: Sequence[str] = ()
) -> tuple[FailureCount, ...]:
    """Failures that are open now by table, category and month.

    Args:
        engine: the warehouse.
        dates: dates of the range.
        tables: full names, with the system where a table has any; all for none.
    """
    rows = engine.query(
        f"""SELECT table_name, category, SUBSTR(CAST(partition_date AS VARCHAR), 1, 7), COUNT(*),
            COUNT(DISTINCT partition_date),
            SUM(CASE WHEN can_retry THEN 1 ELSE 0 END), MIN(reason)
        FROM {FAILURES}
        WHERE partition_date IN (SELECT UNNEST(CAST($dates AS DATE[])))
            AND ($table_count = 0 OR {NODE} IN (SELECT UNNEST(CAST($tables AS VARCHAR[]))))
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""",
        {"dates": [day.date for day in dates], "tables": list(tables), "table_count": len(tables)},
    ).rows
    return tuple(
        FailureCount(
            str(table),
            str(category),
            str(month),
            int(str(count)),
            int(str(days)),
            int(str(can_retry)),
            str(example),
        )
        for table, category, month, count, days, can_retry, example in rows
    )
