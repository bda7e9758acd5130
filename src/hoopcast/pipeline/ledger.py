"""The ledger: what was written when, from what, by which run; and the runs themselves."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, cast

from hoopcast.calendar import season_of, utc_now
from hoopcast.warehouse.engine import Engine, Statements
from hoopcast.warehouse.tables import table

LEDGER = "nba_orchestration.ledger"
# SQL: the node that an entry or a failure is of.
NODE = "CASE WHEN system_id = '' THEN table_name ELSE table_name || '/' || system_id END"
_INSERT = f"""
INSERT INTO {LEDGER} (entry, run_id, table_name, system_id, season, partition_date,
    status, version, input_fingerprint, output_fingerprint, rows, expected, seconds, error, finished_at_utc)
SELECT $last_entry + ROW_NUMBER() OVER (ORDER BY table_name, system_id, season, partition_date), $run_id, table_name,
    system_id, season, partition_date, status, version, input_fingerprint, output_fingerprint, row_count, expected,
        seconds,
    error, $now
FROM (
    SELECT UNNEST($tables) AS table_name, UNNEST($systems) AS system_id, UNNEST($seasons) AS season,
        UNNEST($dates) AS partition_date, UNNEST($statuses) AS status, UNNEST($versions) AS version,
        UNNEST($inputs) AS input_fingerprint, UNNEST($outputs) AS output_fingerprint, UNNEST($row_counts) AS row_count,
        UNNEST($expected) AS expected, UNNEST($taken) AS seconds, UNNEST($errors) AS error
) AS partitions
"""


@dataclass(frozen=True)
class Entry:
    """What became of one partition: its node and date, the code and the inputs that it came from, and what was written.

    `node` is the table with its schema, and the system after a stroke if it has any. `rows` and `output_fingerprint`
    say what stands in the table, after a failure too. `seconds` are its share of the time that its batch took.
    """

    node: str
    season: str
    partition_date: date
    version: str
    input_fingerprint: int
    output_fingerprint: int = 0
    rows: int = 0
    expected: int = 0
    seconds: float = 0.0
    status: Literal["done", "failed"] = "done"
    error: str | None = None


def last_entry(engine: Statements) -> int:
    """Number of the newest entry, 0 for none."""
    return int(str(engine.query(f"SELECT COALESCE(MAX(entry), 0) FROM {LEDGER}").rows[0][0]))


def recorded_rows(engine: Statements, node: str, season: str, last: date) -> dict[date, int]:
    """Rows that stand in a node on dates of a season up to `last`, as the ledger has it; dates without any left out."""
    rows = engine.query(
        f"""SELECT partition_date, ARG_MAX(rows, entry) FROM {LEDGER}
        WHERE table_name = $table_name AND system_id = $system_id AND season = $season AND partition_date <= $last
        GROUP BY partition_date HAVING ARG_MAX(rows, entry) > 0 ORDER BY partition_date""",
        {
            "table_name": node.partition("/")[0],
            "system_id": node.partition("/")[2],
            "season": season,
            "last": last,
        },
    ).rows
    return {cast("date", day): int(str(count)) for day, count in rows}


def append(engine: Statements, run_id: str, entries: Sequence[Entry]) -> None:
    """Write entries, in the transaction of the rows that they speak of.

    Args:
        engine: the warehouse, in a transaction.
        run_id: run that writes.
        entries: one for each partition.
    """
    if not entries:
        return
    engine.execute(
        _INSERT,
        {
            "last_entry": last_entry(engine),
            "run_id": run_id,
            "now": utc_now(),
            "tables": [entry.node.partition("/")[0] for entry in entries],
            "systems": [entry.node.partition("/")[2] for entry in entries],
            "seasons": [entry.season for entry in entries],
            "dates": [entry.partition_date for entry in entries],
            "statuses": [entry.status for entry in entries],
            "versions": [entry.version for entry in entries],
            "inputs": [entry.input_fingerprint for entry in entries],
            "outputs": [entry.output_fingerprint for entry in entries],
            "row_counts": [entry.rows for entry in entries],
            "expected": [entry.expected for entry in entries],
            "taken": [entry.seconds for entry in entries],
            "errors": [entry.error for entry in entries],
        },
    )


RAW_VERSION = "raw"


def append_raw(engine: Engine, run_id: str, table_name: str, dates: Sequence[date], seconds: float = 0.0) -> list[date]:
    """Record dates of a raw table whose content is not what the ledger has, in the transaction of the rows.

    Args:
        engine: the warehouse, in a transaction.
        run_id: run that writes.
        table_name: raw table with its schema.
        dates: dates that may have changed; a date without rows is recorded with 0 rows and fingerprint 0.
        seconds: time that the change took.

    Returns:
        Dates that were recorded.
    """
    if not dates:
        return []
    definition = table(table_name)
    content = engine.row_hash(definition.content_columns)
    time = definition.time
    changed = engine.query(
        f"""
        WITH touched AS (SELECT UNNEST($dates) AS partition_date),
        content AS (
            SELECT {time} AS partition_date, BIT_XOR({content}) AS fingerprint, COUNT(*) AS row_count
            FROM {table_name} WHERE {time} IN (SELECT partition_date FROM touched) GROUP BY {time}
        ),
        recorded AS (
            SELECT partition_date, ARG_MAX(output_fingerprint, entry) AS fingerprint, ARG_MAX(rows, entry) AS row_count
            FROM {LEDGER} WHERE table_name = $table_name GROUP BY partition_date
        )
        SELECT t.partition_date, COALESCE(c.fingerprint, 0), COALESCE(c.row_count, 0)
        FROM touched AS t
        LEFT JOIN content AS c ON c.partition_date = t.partition_date
        LEFT JOIN recorded AS r ON r.partition_date = t.partition_date
        WHERE COALESCE(c.fingerprint, 0) <> COALESCE(r.fingerprint, 0)
            OR COALESCE(c.row_count, 0) <> COALESCE(r.row_count, 0)
        ORDER BY t.partition_date
        """,
        {"dates": sorted(set(dates)), "table_name": table_name},
    ).rows
    entries = [
        Entry(
            table_name,
            season_of(day),
            day,
            RAW_VERSION,
            0,
            int(str(fingerprint)),
            int(str(rows)),
            int(str(rows)),
            share,
        )
        for share in (seconds / max(len(changed), 1),)
        for day, fingerprint, rows in changed
        if isinstance(day, date)
    ]
    append(engine, run_id, entries)
    return [entry.partition_date for entry in entries]


RUNS = "nba_orchestration.runs"
Ending = Literal["done", "failed", "blocked", "interrupted"]


@dataclass(frozen=True)
class Totals:
    """What a command wrote: partitions (a table and a date each) done and failed, and rows."""

    partitions_done: int = 0
    partitions_failed: int = 0
    rows: int = 0


NOTHING = Totals()


def new_run_id(moment: datetime) -> str:
    """An id that sorts by time: 20220115T083000123456-9f3c."""
    return f"{moment:%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}"


def start_run(engine: Engine, command: str) -> str:
    """Record that a command begins, and that whatever still counts as running was killed: there is one writer.

    Returns:
        Its run id.
    """
    now = utc_now()
    run_id = new_run_id(now)
    with engine.transaction():
        engine.execute(
            f"UPDATE {RUNS} SET status = 'interrupted', finished_at_utc = $now,"
            " message = 'its process ended without a word; what it had not finished is as it was before'"
            " WHERE status = 'running'",
            {"now": now},
        )
        engine.execute(
            f"INSERT INTO {RUNS} (run_id, command, status, started_at_utc) VALUES ($run_id, $command, 'running', $now)",
            {"run_id": run_id, "command": command, "now": now},
        )
    return run_id


def end_run(engine: Engine, run_id: str, ending: Ending, totals: Totals = NOTHING, message: str | None = None) -> None:
    """Record how a command ended, with its totals, and why where it is not done."""
    engine.execute(
        f"UPDATE {RUNS} SET status = $status, finished_at_utc = $now, partitions_done = $done"
        f", partitions_failed = $failed,"
        " rows = $rows, message = $message WHERE run_id = $run_id",
        {
            "status": ending,
            "now": utc_now(),
            "done": totals.partitions_done,
            "failed": totals.partitions_failed,
            "rows": totals.rows,
            "message": message,
            "run_id": run_id,
        },
    )
