"""The same compiled SQL run by DuckDB alone: no ledger, no checks, no transactions but one a statement."""

import time
from datetime import date

import duckdb

import hoopcast
from benchmarks.tables import LEARNED
from hoopcast.paths import warehouse_path
from hoopcast.pipeline.compiled import batch_texts
from hoopcast.pipeline.node import Node, sql_nodes
from hoopcast.pipeline.time_constraint import batch_values, named_values

Batches = dict[str, list[tuple[str, date, date]]]


def run_plain(warehouse: str, like: str, season: str | None, day: str | None, threads: int) -> dict[str, float]:
    """Write every model's rows, an INSERT for each season.

    Args:
        warehouse: where nothing of it is written yet; for a date it is deleted beforehand, which takes no time here.
        like: a warehouse in which Hoopcast has written the same, which says what to write.
        season: the one season, or None for all.
        day: the one date, or None for all.
        threads: of DuckDB.

    Returns:
        Seconds and rows.
    """
    models = sql_nodes()
    with hoopcast.open(like, threads=threads) as written:
        texts = batch_texts(written.engine.dialect, models)
        batches = {model.name: batches_of(written, model, season, day) for model in models}
        expected = sum(_rows(written.engine.connection, model, batches) for model in models)
    with hoopcast.open(warehouse) as opened:
        if day is not None:
            for model in models:
                opened.engine.execute(f"DELETE FROM {model.name} WHERE {model.time} = $day", {"day": day})
        # Who will play is learned, by no SQL: it is given.
        opened.engine.execute(f"ATTACH '{warehouse_path(like)}' AS written (READ_ONLY)")
        opened.engine.execute(f"DELETE FROM {LEARNED}")
        opened.engine.execute(f"INSERT INTO {LEARNED} SELECT * FROM written.{LEARNED}")
    began = time.perf_counter()
    connection = duckdb.connect(warehouse_path(warehouse), config={"threads": threads})
    for model in models:
        for season_of_batch, first, last in batches[model.name]:
            text = texts[model.name].rows
            values = named_values(text, batch_values(model.look_back, season_of_batch, first, last))
            connection.execute(f"INSERT INTO {model.name} {text}", values)
    connection.close()
    seconds = time.perf_counter() - began
    with duckdb.connect(warehouse_path(warehouse)) as again:
        rows = sum(_rows(again, model, batches) for model in models)
    if rows != expected:
        raise SystemExit(f"plain DuckDB wrote {rows} rows, Hoopcast {expected}")
    return {"seconds": seconds, "rows": rows}


def batches_of(
    written: "hoopcast.Hoopcast", model: Node, season: str | None, day: str | None
) -> list[tuple[str, date, date]]:
    """Season, first and last date of what a warehouse has of a model, of one season or date or of all."""
    batches = written.engine.query(
        "SELECT season, MIN(partition_date), MAX(partition_date) FROM nba_orchestration.ledger WHERE table_name = $name"
        " AND season = COALESCE($season, season) AND partition_date = COALESCE(CAST($day AS DATE), partition_date)"
        " GROUP BY season ORDER BY season",
        {"name": model.name, "season": season, "day": day},
    ).rows
    return [
        (str(name), first, last) for name, first, last in batches if isinstance(first, date) and isinstance(last, date)
    ]


def _rows(connection: duckdb.DuckDBPyConnection, model: Node, batches: Batches) -> int:
    count = f"SELECT COUNT(*) FROM {model.name} WHERE season = ? AND {model.time} BETWEEN ? AND ?"
    counted = (connection.execute(count, batch).fetchone() for batch in batches[model.name])
    return sum(int(row[0]) for row in counted if row is not None)
