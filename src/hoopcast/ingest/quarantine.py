"""Rows that broke their contract: kept with reason and contents until a right row of the same key comes."""

from hoopcast.ingest.candidates import key_text
from hoopcast.ingest.contract import Contract
from hoopcast.ingest.staging import Staged
from hoopcast.warehouse.engine import Engine, Value

QUARANTINE = "nba_raw.quarantine"
_COLUMNS = (
    "quarantine_id, source_id, table_name, row_number, reason, season, game_date, game_id, player_id, row_key, raw_row,"
    " quarantined_at_utc"
)


def _source_row(staged: Staged) -> tuple[str, dict[str, Value]]:
    """SQL: a source row as JSON under its own column names, and the parameters that hold the names."""
    names: dict[str, Value] = {f"name{index}": column for index, column in enumerate(staged.columns)}
    pairs = ", ".join(f"CAST($name{index} AS VARCHAR), f.c{index}" for index in range(len(staged.columns)))
    return f"CAST(JSON_OBJECT({pairs}) AS VARCHAR)", names


def _optional(contract: Contract, column: str) -> str:
    return f"c.{column}" if column in contract.table.content_columns else "NULL"


def set_aside(engine: Engine, contract: Contract, staged: Staged, source_id: int) -> None:
    """Put the broken rows of `candidate` and the rejected lines of a file into quarantine, each once.

    Args:
        engine: the warehouse, in a transaction, with `candidate`, `source_rows` and `rejected_rows`.
        contract: of the raw table that they were meant for.
        staged: the file's columns.
        source_id: the file.
    """
    raw_row, names = _source_row(staged)
    key = key_text(contract, "c.")
    engine.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE broken_rows AS
        SELECT c.row_number, c.source_id, c.fault AS reason, {_optional(contract, "season")} AS season,
            c.{contract.time} AS game_date, CAST({_optional(contract, "game_id")} AS VARCHAR) AS game_id,
            CAST({_optional(contract, "player_id")} AS BIGINT) AS player_id, {key} AS row_key, {raw_row} AS raw_row
        FROM candidate AS c JOIN source_rows AS f ON f.row_number = c.row_number WHERE c.fate = 'broken'
        UNION ALL
        SELECT row_number, $source_id, reason, NULL, NULL, NULL, NULL, NULL, CAST(JSON_OBJECT('line', line) AS VARCHAR)
        FROM rejected_rows
        """,
        names | {"source_id": source_id},
    )
    keep(engine, contract.table_name)


def keep(engine: Engine, table_name: str) -> None:
    """Put `broken_rows` into quarantine in the place of entries with the same contents."""
    engine.execute(
        f"DELETE FROM {QUARANTINE} WHERE table_name = $table_name AND raw_row IN (SELECT raw_row FROM broken_rows)",
        {"table_name": table_name},
    )
    engine.execute(
        f"INSERT INTO {QUARANTINE} ({_COLUMNS}) SELECT"
        f" (SELECT COALESCE(MAX(quarantine_id), 0) FROM {QUARANTINE}) + ROW_NUMBER() OVER (ORDER BY row_number),"
        " source_id, $table_name, row_number, reason, season, game_date, game_id, player_id, row_key, raw_row,"
        " CAST(NOW() AT TIME ZONE 'UTC' AS TIMESTAMP) FROM broken_rows",
        {"table_name": table_name},
    )


def set_aside_conflicts(engine: Engine, contract: Contract) -> None:
    """Put broken rows of a `candidate` that comes from no file at hand into quarantine, as the table has them."""
    fields = ", ".join(f"'{name}': c.{name}" for name in contract.table.content_columns)
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE broken_rows AS SELECT c.row_number, c.source_id, c.fault AS reason, c.season,"
        f" c.{contract.time} AS game_date, CAST(NULL AS VARCHAR) AS game_id, c.player_id,"
        f" {key_text(contract, 'c.')} AS row_key, CAST(TO_JSON({{{fields}}}) AS VARCHAR) AS raw_row"
        " FROM candidate AS c WHERE c.fate = 'broken'"
    )
    keep(engine, contract.table_name)


def release(engine: Engine, contract: Contract, path: str) -> None:
    """Remove entries that good rows of `candidate` mend, and those of an earlier reading of the same file."""
    table_name = contract.table_name
    if not engine.query(
        f"SELECT 1 FROM {QUARANTINE} WHERE table_name = $table_name LIMIT 1", {"table_name": table_name}
    ).rows:
        return
    engine.execute(
        f"DELETE FROM {QUARANTINE} WHERE table_name = $table_name AND (source_id IN (SELECT source_id FROM"
        " nba_raw.ingested_file WHERE path = $path AND table_name = $table_name)"
        f" OR row_key IN (SELECT {key_text(contract, 'c.')} FROM candidate AS c WHERE c.fate = 'good'))",
        {"table_name": table_name, "path": path},
    )
