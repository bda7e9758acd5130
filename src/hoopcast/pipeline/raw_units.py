"""Ledger entries of raw tables: one for each date whose content changed."""

from collections.abc import Sequence
from datetime import date

from hoopcast.calendar import season_of
from hoopcast.pipeline.ledger import LEDGER, Entry, append
from hoopcast.warehouse.engine import Engine
from hoopcast.warehouse.tables import table

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
        WITH touched AS (SELECT UNNEST($dates) AS unit_date),
        content AS (
            SELECT {time} AS unit_date, BIT_XOR({content}) AS fingerprint, COUNT(*) AS row_count
            FROM {table_name} WHERE {time} IN (SELECT unit_date FROM touched) GROUP BY {time}
        ),
        recorded AS (
            SELECT unit_date, ARG_MAX(output_fingerprint, entry) AS fingerprint, ARG_MAX(rows, entry) AS row_count
            FROM {LEDGER} WHERE table_name = $table_name GROUP BY unit_date
        )
        SELECT t.unit_date, COALESCE(c.fingerprint, 0), COALESCE(c.row_count, 0)
        FROM touched AS t
        LEFT JOIN content AS c ON c.unit_date = t.unit_date
        LEFT JOIN recorded AS r ON r.unit_date = t.unit_date
        WHERE COALESCE(c.fingerprint, 0) <> COALESCE(r.fingerprint, 0)
            OR COALESCE(c.row_count, 0) <> COALESCE(r.row_count, 0)
        ORDER BY t.unit_date
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
    return [entry.unit_date for entry in entries]
