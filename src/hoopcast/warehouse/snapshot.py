"""Copies of the warehouse: the one that a writer leaves for readers, and backups."""

import os
import subprocess
from pathlib import Path

from hoopcast.errors import UsageError, WarehouseError
from hoopcast.warehouse.duckdb import DuckDB


def snapshot_path(path: str) -> Path:
    """Where the snapshot of a warehouse lies."""
    return Path(f"{path}.snapshot")


def take_snapshot(engine: DuckDB) -> None:
    """Leave a copy for readers to open while the next writer holds the file; between transactions.

    Raises:
        WarehouseError: if it can not be written.
    """
    if engine.path == ":memory:":
        return
    engine.execute("CHECKPOINT")
    target = snapshot_path(engine.path)
    partial = target.with_name(f"{target.name}.partial")
    # Another process copies: POSIX drops a process's locks on a file as soon as the process closes it anywhere, so
    # this one would lose the warehouse by reading it.
    copied = subprocess.run(  # noqa: S603 - our own paths, without a shell
        ["cp", "--", engine.path, str(partial)],  # noqa: S607 - POSIX promises that there is a cp
        capture_output=True,
        text=True,
        check=False,
    )
    if copied.returncode:
        partial.unlink(missing_ok=True)
        reason = copied.stderr.strip().splitlines()[-1] if copied.stderr.strip() else f"status {copied.returncode}"
        raise WarehouseError(f"all is written, but not the snapshot for readers at {target}: {reason}")
    partial.replace(target)


def copy_to(engine: DuckDB, path: Path) -> None:
    """Copy the whole warehouse, as it is between two transactions, to a new file.

    Raises:
        UsageError: if the file exists already, or its folder does not.
        WarehouseError: if it can not be written.
    """
    if path.exists():
        raise UsageError(f"{path} exists already; name a new file, or move that one away")
    if not path.parent.is_dir():
        raise UsageError(f"{path} can not be written: there is no folder {path.parent}")
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    quoted = str(partial).replace("'", "''")
    own = engine.query("SELECT CURRENT_DATABASE()").rows[0][0]
    try:
        engine.execute(f"ATTACH '{quoted}' AS hoopcast_copy (READ_WRITE)")
        try:
            engine.execute(f'COPY FROM DATABASE "{own}" TO hoopcast_copy')
        finally:
            engine.execute("DETACH hoopcast_copy")
        os.link(partial, path)
    except OSError as error:
        raise WarehouseError(f"{path} can not be written: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)
