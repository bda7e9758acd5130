"""Opening a warehouse to write or to read: its file, what lies beside it, its format, and the snapshot for readers."""

import os
import subprocess
import time
import warnings
from datetime import UTC, datetime
from pathlib import Path

from hoopcast.errors import SnapshotWarning, UsageError, WarehouseError, WarehouseInUse
from hoopcast.paths import IN_MEMORY, snapshot_path, user_path, warehouse_path
from hoopcast.warehouse import schema
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.targets import partial_of


def take_snapshot(engine: DuckDB) -> None:
    """Leave a copy for readers to open while the next writer holds the file; between transactions.

    What was written is written: where there can be no copy, it warns, and the one before stays.
    """
    if engine.path == IN_MEMORY:
        return
    target = snapshot_path(engine.path)
    try:
        engine.execute("CHECKPOINT")
        _copy(engine, target)
    except (OSError, WarehouseError) as error:
        message = f"all is written, but not the snapshot for readers at {target}: {error}"
        warnings.warn(message, SnapshotWarning, stacklevel=2)


def drop_snapshot(engine: DuckDB) -> None:
    """Take away the copy for readers, which is out of date."""
    target = snapshot_path(engine.path)
    try:
        target.unlink(missing_ok=True)
    except OSError as error:
        message = f"all is written, but the snapshot for readers at {target} is out of date: {error}"
        warnings.warn(message, SnapshotWarning, stacklevel=2)


def _copy(engine: DuckDB, target: Path) -> None:
    with partial_of(target) as partial:
        # Another process copies: POSIX drops a process's locks on a file as soon as the process closes it anywhere, so
        # this one would lose the warehouse by reading it.
        copied = subprocess.run(  # noqa: S603 - our own paths, without a shell
            ["cp", "--", engine.path, str(partial)],  # noqa: S607 - POSIX promises that there is a cp
            capture_output=True,
            text=True,
            check=False,
        )
        if copied.returncode:
            reason = copied.stderr.strip() or f"cp ended with {copied.returncode}"
            raise WarehouseError(reason.splitlines()[-1])
        partial.replace(target)


def copy_to(engine: DuckDB, path: Path) -> None:
    """Copy the whole warehouse, as it is between two transactions, to a new file.

    Raises:
        UsageError: if the file exists already, or its folder does not.
        WarehouseError: if it can not be written.
    """
    path = user_path(path)
    if path.exists():
        raise UsageError(f"{path} exists already; name a new file, or move that one away")
    if not path.parent.is_dir():
        raise UsageError(f"{path} can not be written: there is no folder {path.parent}")
    own = engine.query("SELECT CURRENT_DATABASE()").rows[0][0]
    try:
        with partial_of(path) as partial:
            quoted = str(partial).replace("'", "''")
            engine.execute(f"ATTACH '{quoted}' AS hoopcast_copy (READ_WRITE)")
            try:
                engine.execute(f'COPY FROM DATABASE "{own}" TO hoopcast_copy')
            finally:
                engine.execute("DETACH hoopcast_copy")
            os.link(partial, path)
    except OSError as error:
        raise WarehouseError(f"{path} can not be written: {error.strerror}") from error


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
    if warehouse_path(url) == IN_MEMORY:
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
            if snapshot and (opened := _open_snapshot(snapshot_path(warehouse_path(url)), threads)):
                return opened
            if time.monotonic() >= deadline:
                raise


def _open_snapshot(path: Path, threads: int | None) -> tuple[DuckDB, datetime] | None:
    """The snapshot and when it was taken, if there is one; its writer may take it away at any moment."""
    try:
        taken = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None)
        return DuckDB(str(path), must_exist=True, read_only=True, threads=threads), taken
    except (FileNotFoundError, WarehouseError):
        if path.exists():
            raise
        return None
