"""Rows that waited for a name to become known."""

from collections.abc import Collection
from datetime import date

from hoopcast.ingest import candidates, quarantine, unresolved
from hoopcast.ingest.contract import Contract
from hoopcast.ingest.contracts import CONTRACTS
from hoopcast.ingest.merge import merge
from hoopcast.pipeline.raw_units import append_raw
from hoopcast.warehouse.engine import Engine

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
                dates = unresolved.take_up_doubtful(engine, contract)
                if dates:
                    settle(engine, contract, run_id, dates)
        if contract.by_name and unresolved.waiting(engine, contract):
            with engine.transaction():
                unresolved.take_up(engine, contract)
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
    unresolved.name_players(engine, contract)
    candidates.settle_doubles(engine, contract)
    fates = candidates.counts(engine)
    merged = merge(engine, contract, replace=False)
    merged.dates[contract.table_name].update(touched)
    if fates["broken"]:
        quarantine.set_aside_conflicts(engine, contract)
    unresolved.keep_unresolved(engine, contract)
    for table_name, dates in merged.dates.items():
        append_raw(engine, run_id, table_name, sorted(dates))
    return fates["good"] + fates["broken"] + fates["collapsed"]
