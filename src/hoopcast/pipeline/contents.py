"""What a transaction puts in place: rows and expected rows of each partition, and rows that stood on other dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias, cast

from hoopcast.errors import WriteRefused
from hoopcast.pipeline.checks import describe
from hoopcast.pipeline.guard import Guard
from hoopcast.pipeline.node import Node
from hoopcast.pipeline.state import PAST_CONTENT, SAME_CONTENT, Readings
from hoopcast.warehouse.engine import Statements, Value

STAGE = "hoopcast_stage"
SPINE = "hoopcast_spine"
# A partition of one table: system, empty for a table without systems, and date.
Key: TypeAlias = tuple[str, date]
# SQL: some partitions of one table, `system_id` and `partition_date`.
THESE = (
    "these AS (SELECT UNNEST(CAST($systems AS VARCHAR[])) AS system_id,"
    " UNNEST(CAST($dates AS DATE[])) AS partition_date)"
)
# SQL: the node of a partition.
_NODE = "CASE WHEN system_id = '' THEN $table_name ELSE $table_name || '/' || system_id END AS table_name"


@dataclass(frozen=True)
class Content:
    """What stands in a partition: fingerprint, rows, expected rows, and what its readers see."""

    fingerprint: int = 0
    rows: int = 0
    expected: int = 0
    readings: Readings = (0, 0)


def these(partitions: Sequence[Key]) -> dict[str, list[Value]]:
    """What `THESE` binds: partitions of one table."""
    return {"systems": [system for system, _ in partitions], "dates": [day for _, day in partitions]}


def matching(node: Node) -> str:
    """SQL: a row `t` of the table is the one that row `s` of its spine expects."""
    same_key = " AND ".join(f"t.{name} = s.{name}" for name in node.spine.key)
    return f"{same_key} AND t.{node.time} = s.partition_date"


def contents(guard: Guard, node: Node) -> dict[Key, Content]:
    """Rows, their fingerprint and expected rows of each partition of the stage and the spine.

    Raises:
        WriteRefused: if expected rows are absent without a reason, or rows are not expected.
    """
    engine = guard.engine
    rows = guard.query(
        f"""WITH content AS (
            SELECT {node.owner("t")} AS system_id, {node.time} AS partition_date, COUNT(*) AS row_count,
                BIT_XOR({engine.row_hash(node.table.content_columns)}) AS output_fingerprint
            FROM {STAGE} AS t GROUP BY 1, 2
        ),
        expected AS (
            SELECT {node.owner("s")} AS system_id, s.partition_date, COUNT(*) AS expected,
                COUNT(CASE WHEN t.{node.time} IS NULL AND s.category IS NULL THEN 1 END) AS unexplained,
                COUNT(t.{node.time}) AS present
            FROM {SPINE} AS s
            LEFT JOIN {STAGE} AS t ON {matching(node)}
            GROUP BY 1, 2
        ),
        due_partition AS (
            SELECT system_id, partition_date, {_NODE}, COALESCE(c.output_fingerprint, 0) AS output_fingerprint,
                COALESCE(c.row_count, 0) AS row_count, COALESCE(e.expected, 0) AS expected,
                COALESCE(e.unexplained, 0) AS unexplained, COALESCE(e.present, 0) AS present
            FROM content AS c
            FULL JOIN expected AS e USING (system_id, partition_date)
        )
        SELECT system_id, partition_date, output_fingerprint, row_count, expected, {engine.row_hash(SAME_CONTENT)},
            {engine.row_hash(PAST_CONTENT)}, unexplained > 0 OR row_count <> present FROM due_partition""",
        {"table_name": node.table.name},
    ).rows
    if any(row[-1] for row in rows):
        raise WriteRefused(_discrepancy(guard, node))
    return _by_partition(rows)


def _by_partition(rows: Sequence[tuple[Value, ...]]) -> dict[Key, Content]:
    contents_of = {}
    for system, day, *numbers in rows:
        fingerprint, count, expected, same, past = (int(str(number)) for number in numbers[:5])
        contents_of[str(system), cast("date", day)] = Content(fingerprint, count, expected, (same, past))
    return contents_of


def _discrepancy(engine: Statements, node: Node) -> str:
    key = ", ".join(f"s.{name}" for name in node.spine.key)
    absent = engine.query(
        f"SELECT {key}, s.partition_date FROM {SPINE} AS s LEFT JOIN {STAGE} AS t ON {matching(node)}"
        f" WHERE t.{node.time} IS NULL AND s.category IS NULL ORDER BY s.partition_date, {key} LIMIT 1"
    )
    if absent.rows:
        return f"expected rows are absent without a reason, such as {describe(absent.columns, absent.rows[0])}"
    key = ", ".join(f"t.{name}" for name in node.spine.key)
    surplus = engine.query(
        f"SELECT {key}, t.{node.time} FROM {STAGE} AS t LEFT JOIN {SPINE} AS s ON {matching(node)}"
        f" WHERE s.partition_date IS NULL ORDER BY t.{node.time}, {key} LIMIT 1"
    )
    if surplus.rows:
        example = describe(surplus.columns, surplus.rows[0])
        return f"rows are there that '{node.spine.name}' does not expect, such as {example}"
    return f"'{node.spine.name}' expects one row more than once"


def delete_elsewhere(guard: Guard, node: Node, partitions: Sequence[Key]) -> dict[Key, Content]:
    """Delete rows of other partitions that carry a key of the new ones, as those of a game that was moved.

    Returns:
        What then stands in those partitions.
    """
    if node.time in node.table.grain:
        return {}
    engine = guard.engine
    key = " AND ".join(f"t.{name} = n.{name}" for name in node.table.grain)
    carried = f"EXISTS (SELECT 1 FROM {STAGE} AS n WHERE {key})"
    moved = guard.query(
        f"""WITH {THESE}
        SELECT {node.owner("t")}, t.{node.time} FROM {node.table.stored.name} AS t WHERE {carried}
        EXCEPT SELECT system_id, partition_date FROM these""",
        these(partitions),
    ).rows
    if not moved:
        return {}
    left = these([(str(system), cast("date", day)) for system, day in moved])
    guard.execute(
        f"WITH {THESE} DELETE FROM {node.table.stored.name} AS t WHERE {carried}"
        f" AND (t.{node.time}, {node.owner('t')}) IN (SELECT partition_date, system_id FROM these)",
        left,
    )
    return _by_partition(
        guard.query(
            f"""WITH {THESE},
            due_partition AS (
                SELECT m.system_id, m.partition_date, {_NODE.replace("system_id", "m.system_id")},
                    COUNT(t.partition_date) AS row_count, COALESCE(BIT_XOR(t.content), 0) AS output_fingerprint
                FROM these AS m
                LEFT JOIN (
                    SELECT {node.owner("r")} AS system_id, r.{node.time} AS partition_date,
                        {engine.row_hash(node.table.content_columns)} AS content
                    FROM {node.table.stored.name} AS r
                ) AS t ON t.partition_date = m.partition_date AND t.system_id = m.system_id
                GROUP BY m.system_id, m.partition_date
            )
            SELECT system_id, partition_date, output_fingerprint, row_count, row_count, {engine.row_hash(SAME_CONTENT)},
                {engine.row_hash(PAST_CONTENT)} FROM due_partition""",
            {**left, "table_name": node.table.name},
        ).rows
    )
