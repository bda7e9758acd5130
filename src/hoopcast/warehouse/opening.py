"""Opening a warehouse to write it, or to read it while others may be writing."""

import time
from datetime import UTC, datetime
from pathlib import Path

from hoopcast.errors import WarehouseError, WarehouseInUse
from hoopcast.paths import warehouse_path
from hoopcast.warehouse import schema
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.snapshot import snapshot_path

# A writer that is done within this time is waited for: what it writes is news.
_PATIENCE_SECONDS = 0.5


def open_to_write(url: str, *, wait_seconds: float, threads: int | None = None, must_exist: bool = False) -> DuckDB:
    """Open a warehouse with all of its tables, made or upgraded where need be.

    Raises:
        WarehouseInUse: if another process holds it for longer than `wait_seconds`.
        WarehouseError: if it is damaged, of a newer format, or absent though it must exist.
    """
    engine = DuckDB(url, wait_seconds=wait_seconds, threads=threads, must_exist=must_exist)
    try:
        schema.prepare(engine)
    except BaseException:
        engine.close()
        raise
    return engine


def open_to_read(
    url: str, *, wait_seconds: float, threads: int | None = None, snapshot: bool = True
) -> tuple[DuckDB, datetime | None]:
    """Open a warehouse for reading, or its snapshot while a writer holds it.

    Args:
        url: the warehouse.
        wait_seconds: how long to wait for a writer that leaves no snapshot.
        threads: worker threads, all cores when None.
        snapshot: whether a snapshot will do.

    Returns:
        The warehouse, and when the snapshot was taken (UTC), None where it is the warehouse itself.

    Raises:
        WarehouseInUse: if a writer holds it for too long.
        WarehouseError: if it is absent, damaged or no warehouse.
    """
    if warehouse_path(url) == ":memory:":
        return open_to_write(url, wait_seconds=0, threads=threads), None
    engine, taken = _open(url, wait_seconds, threads, snapshot=snapshot)
    state = schema.layout_state(engine)
    if state == "current":
        return engine, taken
    is_foreign = state == "absent" and bool(engine.query("SELECT 1 FROM information_schema.tables").rows)
    engine.close()
    if is_foreign:
        raise WarehouseError(f"{engine.path} holds tables of another program; name another file with --warehouse")
    if state == "absent":
        raise WarehouseError(
            f"{engine.path} is a DuckDB file without a warehouse in it; name another with --warehouse, or fill it with"
            " `hoopcast ingest PATH`"
        )
    open_to_write(url, wait_seconds=wait_seconds, threads=threads).close()
    return _open(url, wait_seconds, threads, snapshot=False)


def _open(url: str, wait_seconds: float, threads: int | None, *, snapshot: bool) -> tuple[DuckDB, datetime | None]:
    deadline = time.monotonic() + wait_seconds
    while True:
        left = max(deadline - time.monotonic(), 0.0)
        patience = min(left, _PATIENCE_SECONDS) if snapshot else left
        try:
            return DuckDB(url, wait_seconds=patience, must_exist=True, read_only=True, threads=threads), None
        except WarehouseInUse:
            # A run that takes long leaves one on the way.
            if snapshot and (found := _snapshot(snapshot_path(warehouse_path(url)), threads)):
                return found
            if time.monotonic() >= deadline:
                raise


def _snapshot(path: Path, threads: int | None) -> tuple[DuckDB, datetime] | None:
    """The snapshot and when it was taken, if there is one; its writer may take it away at any moment."""
    try:
        taken = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None)
        return DuckDB(str(path), must_exist=True, read_only=True, threads=threads), taken
    except (FileNotFoundError, WarehouseError):
        if path.exists():
            raise
        return None
