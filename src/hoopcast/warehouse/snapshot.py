"""Copies of the warehouse: the one that a writer leaves for readers, and backups."""

import os
import subprocess
import warnings
from pathlib import Path

from hoopcast.errors import SnapshotWarning, UsageError, WarehouseError
from hoopcast.paths import user_path
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.targets import partial_of


def snapshot_path(path: str) -> Path:
    """Where the snapshot of a warehouse lies."""
    return Path(f"{path}.snapshot")


def take_snapshot(engine: DuckDB) -> None:
    """Leave a copy for readers to open while the next writer holds the file; between transactions.

    What was written is written: where there can be no copy, it warns, and the one before stays.
    """
    if engine.path == ":memory:":
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
    partial = target.with_name(f"{target.name}.partial")
    try:
        # Another process copies: POSIX drops a process's locks on a file as soon as the process closes it anywhere, so
        # this one would lose the warehouse by reading it.
        copied = subprocess.run(  # noqa: S603 - our own paths, without a shell
            ["cp", "--", engine.path, str(partial)],  # noqa: S607 - POSIX promises that there is a cp
            capture_output=True,
            text=True,
            check=False,
        )
        if copied.returncode:
            said = copied.stderr.strip()
            raise WarehouseError(said.splitlines()[-1] if said else f"cp ended with {copied.returncode}")
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


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
