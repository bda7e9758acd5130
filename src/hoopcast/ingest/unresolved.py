"""Names that no source resolves: rows that wait for them, and what becomes of these once the name is known."""

from collections.abc import Collection
from datetime import date

from hoopcast.ingest import candidates, quarantine
from hoopcast.ingest.contract import Contract
from hoopcast.ingest.contracts import CONTRACTS
from hoopcast.pipeline.ledger import append_raw
from hoopcast.players import Mention, known_players, resolve
from hoopcast.warehouse.engine import Engine, Value
from hoopcast.warehouse.tables import Table

UNRESOLVED = "nba_raw.unresolved_name"
_NAMELESS = "c.fate = 'good' AND c.player_id IS NULL"


def _team(contract: Contract) -> str:
    return "c.team_abbr" if "team_abbr" in contract.table.content_columns else "CAST(NULL AS VARCHAR)"


def name_players(engine: Engine, contract: Contract) -> None:
    """Give rows of `candidate` without a player his id by name; what no known player fits gets the fate unresolved."""
    team = _team(contract)
    rows = engine.query(f"SELECT DISTINCT c.player_name, {team}, c.season FROM candidate AS c WHERE {_NAMELESS}").rows
    mentions = [Mention(str(name), _text(team_abbr), _text(season)) for name, team_abbr, season in rows]
    resolved = resolve(mentions, known_players(engine)) if mentions else {}
    engine.execute(
        """
        CREATE OR REPLACE TEMP TABLE resolved_names AS
        SELECT UNNEST($names) AS player_name, UNNEST($teams) AS team_abbr, UNNEST($seasons) AS season,
            UNNEST(CAST($players AS BIGINT[])) AS player_id, UNNEST($candidates) AS candidates
        """,
        {
            "names": [mention.name for mention in resolved],
            "teams": [mention.team_abbr for mention in resolved],
            "seasons": [mention.season for mention in resolved],
            "players": [resolution.player_id for resolution in resolved.values()],
            "candidates": [resolution.candidates for resolution in resolved.values()],
        },
    )
    engine.execute(
        f"""
        UPDATE candidate AS c
        SET player_id = r.player_id, fate = CASE WHEN r.player_id IS NULL THEN 'unresolved' ELSE c.fate END
        FROM resolved_names AS r WHERE {_NAMELESS} AND {_same_mention(contract)}
        """
    )


def _text(value: Value) -> str | None:
    return None if value is None else str(value)


def _same_mention(contract: Contract) -> str:
    return (
        "r.player_name = c.player_name AND r.season IS NOT DISTINCT FROM c.season"
        f" AND r.team_abbr IS NOT DISTINCT FROM {_team(contract)}"
    )


def _row_columns(table: Table) -> list[str]:
    return [name for name in table.content_columns if name != "player_id"]


def keep_unresolved(engine: Engine, contract: Contract) -> None:
    """Keep the unresolved rows of `candidate`, one entry for each file, name and team."""
    fields = ", ".join(f"'{name}': c.{name}" for name in _row_columns(contract.table))
    team, time = _team(contract), contract.time
    engine.execute(
        f"""
        INSERT INTO {UNRESOLVED} (unresolved_id, source_id, table_name, player_name, team_abbr, row_count, first_date,
            last_date, candidates, raw_rows)
        SELECT (SELECT COALESCE(MAX(unresolved_id), 0) FROM {UNRESOLVED})
                + ROW_NUMBER() OVER (ORDER BY c.source_id, c.player_name, {team}),
            c.source_id, $table_name, c.player_name, {team}, COUNT(*), MIN(c.{time}), MAX(c.{time}), MAX(r.candidates),
            CAST(TO_JSON(LIST({{{fields}}} ORDER BY c.row_number)) AS VARCHAR)
        FROM candidate AS c JOIN resolved_names AS r ON {_same_mention(contract)}
        WHERE c.fate = 'unresolved' GROUP BY c.source_id, c.player_name, {team}
        """,
        {"table_name": contract.table_name},
    )


def forget_earlier(engine: Engine, contract: Contract, path: str) -> None:
    """Drop what an earlier reading of the same file left unresolved."""
    engine.execute(
        f"DELETE FROM {UNRESOLVED} WHERE table_name = $table_name AND source_id IN"
        " (SELECT source_id FROM nba_raw.ingested_file WHERE path = $path AND table_name = $table_name)",
        {"table_name": contract.table_name, "path": path},
    )


def waiting(engine: Engine, contract: Contract) -> bool:
    """Whether a table has unresolved rows."""
    return bool(
        engine.query(
            f"SELECT 1 FROM {UNRESOLVED} WHERE table_name = $table_name LIMIT 1", {"table_name": contract.table_name}
        ).rows
    )


def take_up(engine: Engine, contract: Contract) -> None:
    """Make `candidate` of the unresolved rows of a table, and remove their entries."""
    columns = _row_columns(contract.table)
    shape = ", ".join(f'"{name}": "{contract.table.column(name).type}"' for name in columns)
    selected = ", ".join(
        "CAST(NULL AS BIGINT) AS player_id" if name == "player_id" else f"u.cells.{name} AS {name}"
        for name in contract.table.content_columns
    )
    engine.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE candidate AS
        SELECT ROW_NUMBER() OVER () AS row_number, u.source_id, {selected}, TRUE AS game_known, 'good' AS fate,
            CAST(NULL AS VARCHAR) AS fault
        FROM (
            SELECT source_id, UNNEST(JSON_TRANSFORM(raw_rows, '[{{{shape}}}]')) AS cells FROM {UNRESOLVED}
            WHERE table_name = $table_name
        ) AS u
        """,
        {"table_name": contract.table_name},
    )
    engine.execute(f"DELETE FROM {UNRESOLVED} WHERE table_name = $table_name", {"table_name": contract.table_name})


def take_up_doubtful(engine: Engine, contract: Contract) -> set[date]:
    """Make `candidate` of rows whose name now fits somebody else, or more than one, and remove them; their dates.

    Whom a name fits best is known better once more players are, in whatever order files come. Only for a table whose
    players are all given by name.
    """
    columns = ", ".join(f"o.{name}" for name in _row_columns(contract.table))
    engine.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE candidate AS
        SELECT ROW_NUMBER() OVER () AS row_number, o.source_id, {columns}, CAST(NULL AS BIGINT) AS player_id,
            TRUE AS game_known, 'good' AS fate, CAST(NULL AS VARCHAR) AS fault, o.player_id AS former_id
        FROM {contract.table_name} AS o
        """
    )
    name_players(engine, contract)
    engine.execute("DELETE FROM candidate WHERE player_id IS NOT DISTINCT FROM former_id")
    dates = {row[0] for row in engine.query(f"SELECT DISTINCT {contract.time} FROM candidate").rows}
    keys = "".join(f" AND o.{column} = c.{column}" for column in contract.table.grain if column != "player_id")
    engine.execute(f"DELETE FROM {contract.table_name} AS o USING candidate AS c WHERE o.player_id = c.former_id{keys}")
    engine.execute("UPDATE candidate SET player_id = NULL, fate = 'good'")
    return {day for day in dates if isinstance(day, date)}


# What a contract says of the player where its files never have his id.
_BY_NAME_ALONE = "NULL"


def resolve_waiting(engine: Engine, run_id: str) -> int:
    """Resolve names that earlier files left or gave to a namesake, with the players known now.

    Each table is one transaction.

    Args:
        engine: the warehouse.
        run_id: run that the ledger entries name.

    Returns:
        Rows that waited and were resolved.
    """
    resolved = 0
    for contract in CONTRACTS:
        if contract.outputs.get("player_id") == _BY_NAME_ALONE:
            with engine.transaction():
                dates = take_up_doubtful(engine, contract)
                if dates:
                    settle(engine, contract, run_id, dates)
        if contract.by_name and waiting(engine, contract):
            with engine.transaction():
                take_up(engine, contract)
                resolved += settle(engine, contract, run_id)
    return resolved


def settle(engine: Engine, contract: Contract, run_id: str, touched: Collection[date] = ()) -> int:
    """Resolve the rows of `candidate`, load those with a player and keep the others waiting.

    Args:
        engine: the warehouse, in a transaction, with `candidate` taken up from the waiting rows.
        contract: of their table.
        run_id: run that the ledger entries name.
        touched: dates of the table from which rows were taken.

    Returns:
        Rows that were resolved.
    """
    name_players(engine, contract)
    candidates.settle_doubles(engine, contract)
    fates = candidates.counts(engine)
    merged = candidates.merge(engine, contract, replace=False)
    merged.dates[contract.table_name].update(touched)
    if fates["broken"]:
        quarantine.set_aside_conflicts(engine, contract)
    keep_unresolved(engine, contract)
    for table_name, dates in merged.dates.items():
        append_raw(engine, run_id, table_name, sorted(dates))
    return fates["good"] + fates["broken"] + fates["collapsed"]
