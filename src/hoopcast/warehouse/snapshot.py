"""A copy of the warehouse that a writer leaves, for readers to open while the next writer holds the file."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

from hoopcast.errors import WarehouseError, WarehouseInUse
from hoopcast.warehouse.duckdb import DuckDB, path_of

# A writer that is done within this time is waited for; what it writes is news.
_PATIENCE_SECONDS = 0.5


def snapshot_path(path: str) -> Path:
    """Where the snapshot of a warehouse lies."""
    return Path(f"{path}.snapshot")


def take_snapshot(engine: DuckDB) -> None:
    """Leave a copy of the warehouse as it is now; between transactions.

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


def open_reader(url: str, *, wait_seconds: float, threads: int | None = None) -> tuple[DuckDB, datetime | None]:
    """Open a warehouse for reading, or its snapshot while a writer holds it.

    Returns:
        The warehouse, and when the snapshot was taken (UTC), None where it is the warehouse itself.

    Raises:
        WarehouseInUse: if a writer holds it for longer than `wait_seconds` and has left no snapshot.
        WarehouseError: if it is absent or damaged.
    """
    patience = min(wait_seconds, _PATIENCE_SECONDS)
    try:
        return DuckDB(url, wait_seconds=patience, must_exist=True, read_only=True, threads=threads), None
    except WarehouseInUse:
        snapshot = snapshot_path(path_of(url))
        if snapshot.exists():
            taken = datetime.fromtimestamp(snapshot.stat().st_mtime, UTC).replace(tzinfo=None)
            return DuckDB(str(snapshot), must_exist=True, read_only=True, threads=threads), taken
    remaining = max(wait_seconds - patience, 0.0)
    return DuckDB(url, wait_seconds=remaining, must_exist=True, read_only=True, threads=threads), None
