"""The ledger: what was written when, by which code, from which inputs. Append-only; a unit's newest entry counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal, cast

from hoopcast.warehouse.engine import Statements

LEDGER = "nba_orchestration.ledger"
# SQL: the node that an entry or a failure is of.
NODE = "CASE WHEN system_id = '' THEN table_name ELSE table_name || '/' || system_id END"
_INSERT = f"""
INSERT INTO {LEDGER} (entry, run_id, table_name, system_id, season, unit_date,
    status, version, input_fingerprint, output_fingerprint, rows, expected, seconds, error, finished_at_utc)
SELECT $last_entry + ROW_NUMBER() OVER (ORDER BY table_name, system_id, season, unit_date), $run_id, table_name,
    system_id, season, unit_date, status, version, input_fingerprint, output_fingerprint, row_count, expected, seconds,
    error, $now
FROM (
    SELECT UNNEST($tables) AS table_name, UNNEST($systems) AS system_id, UNNEST($seasons) AS season,
        UNNEST($dates) AS unit_date, UNNEST($statuses) AS status, UNNEST($versions) AS version,
        UNNEST($inputs) AS input_fingerprint, UNNEST($outputs) AS output_fingerprint, UNNEST($row_counts) AS row_count,
        UNNEST($expected) AS expected, UNNEST($taken) AS seconds, UNNEST($errors) AS error
) AS units
"""


@dataclass(frozen=True)
class Entry:
    """What became of one unit: its node and date, the code and the inputs that it came from, and what was written.

    `node` is the table with its schema, and the system after a stroke if it has any. `rows` and `output_fingerprint`
    say what stands in the table, after a failure too. `seconds` are its share of the time that its span took.
    """

    node: str
    season: str
    unit_date: date
    version: str
    input_fingerprint: int
    output_fingerprint: int = 0
    rows: int = 0
    expected: int = 0
    seconds: float = 0.0
    status: Literal["done", "failed"] = "done"
    error: str | None = None


def utc_now() -> datetime:
    """This moment, UTC, without a zone, as timestamps are stored."""
    return datetime.now(UTC).replace(tzinfo=None)


def last_entry(engine: Statements) -> int:
    """Number of the newest entry, 0 for none."""
    return int(str(engine.query(f"SELECT COALESCE(MAX(entry), 0) FROM {LEDGER}").rows[0][0]))


def recorded_rows(engine: Statements, node: str, season: str, last: date) -> dict[date, int]:
    """Rows that stand in a node on dates of a season up to `last`, as the ledger has it; dates without any left out."""
    rows = engine.query(
        f"""SELECT unit_date, ARG_MAX(rows, entry) FROM {LEDGER}
        WHERE table_name = $table_name AND system_id = $system_id AND season = $season AND unit_date <= $last
        GROUP BY unit_date HAVING ARG_MAX(rows, entry) > 0 ORDER BY unit_date""",
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
        entries: one for each unit.
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
            "dates": [entry.unit_date for entry in entries],
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
