"""Opening a warehouse to write or to read: its file, what lies beside it, its format, and the snapshot for readers."""

import os
import subprocess
import time
import warnings
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from hoopcast.errors import SnapshotWarning, UsageError, WarehouseError, WarehouseInUse
from hoopcast.paths import IN_MEMORY, shown, snapshot_path, user_path, warehouse_path
from hoopcast.warehouse import schema
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.engine import Value
from hoopcast.warehouse.lock import RETRY_SECONDS, in_use, is_held_here, read_beat
from hoopcast.warehouse.targets import partial_of


def take_snapshot(engine: DuckDB) -> None:
    """Leave a copy for readers to open while the next writer holds the file; between transactions.

    What was written is written: where there can be no copy, it warns, and the one before stays.
    """
    if engine.path == IN_MEMORY:
        return
    target = snapshot_path(engine.path)
    before = _identity(engine).snapshot_id
    snapshot_id = uuid4().hex
    try:
        _set_snapshot_id(engine, snapshot_id)
        engine.execute("CHECKPOINT")
        _copy(engine, target)
    except (OSError, WarehouseError) as error:
        # After a full disk the engine may take no statement any more; then no snapshot is of this state.
        with suppress(WarehouseError):
            _set_snapshot_id(engine, before)
        message = f"all is written, but not the snapshot for readers at {shown(str(target))}: {error}"
        warnings.warn(message, SnapshotWarning, stacklevel=2)
    else:
        engine.lock.tell(snapshot_id=snapshot_id, snapshot_is_news=True)


@dataclass(frozen=True)
class _Identity:
    """Which warehouse a file is, and which snapshot was made of it last."""

    warehouse_id: str
    snapshot_id: str


def _identity(engine: DuckDB) -> _Identity:
    rows = engine.query("SELECT warehouse_id, COALESCE(snapshot_id, '') FROM nba_orchestration.warehouse").rows
    return _Identity(*map(str, rows[0])) if rows else _Identity("", "")


def _set_snapshot_id(engine: DuckDB, snapshot_id: str) -> None:
    engine.execute("UPDATE nba_orchestration.warehouse SET snapshot_id = $id", {"id": snapshot_id})


def _identify(engine: DuckDB) -> None:
    """Say to others which warehouse is being written, and whether the snapshot beside it was made of it."""
    identity = _identity(engine)
    if not identity.warehouse_id:
        identity = _Identity(uuid4().hex, "")
        engine.execute(
            "INSERT INTO nba_orchestration.warehouse (warehouse_id) VALUES ($id)", {"id": identity.warehouse_id}
        )
    opened = _open_snapshot(engine.path, identity.snapshot_id, threads=1)
    is_news = False
    if opened is not None:
        is_news = _last_run(opened[0]) == _last_run(engine)
        opened[0].close()
    engine.lock.tell(
        warehouse_id=identity.warehouse_id,
        snapshot_id="" if opened is None else identity.snapshot_id,
        snapshot_is_news=is_news,
    )


def has_snapshot(engine: DuckDB) -> bool:
    """Whether the snapshot beside a warehouse was made of it."""
    opened = _open_snapshot(engine.path, _identity(engine).snapshot_id, threads=1)
    if opened is not None:
        opened[0].close()
    return opened is not None


def _last_run(engine: DuckDB) -> list[tuple[Value, ...]]:
    """The newest command that wrote, and how it ended."""
    return engine.query("SELECT run_id, status FROM nba_orchestration.runs ORDER BY run_id DESC LIMIT 1").rows


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
        # To rename over a file makes ext4 write the new one to the disk first, which takes longer than the copy.
        target.unlink(missing_ok=True)
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
    own = str(engine.query("SELECT CURRENT_DATABASE()").rows[0][0]).replace('"', '""')
    try:
        with partial_of(path) as partial:
            quoted = str(partial).replace("'", "''")
            engine.execute(f"ATTACH '{quoted}' AS \"{own} copy\" (READ_WRITE)")
            try:
                engine.execute(f'COPY FROM DATABASE "{own}" TO "{own} copy"')
            finally:
                engine.execute(f'DETACH "{own} copy"')
            os.link(partial, path)
    except OSError as error:
        raise WarehouseError(f"{path} can not be written: {error.strerror}") from error


# A writer that is done within this time is waited for: what it writes is news. So is one that found an old snapshot,
# until it would have left a newer one if it takes long.
_PATIENCE_SECONDS = 0.5
_PATIENCE_WITH_OLD_SECONDS = 15.0


def open_to_write(
    url: str, *, wait_seconds: float, threads: int | None = None, must_exist: bool = False, command: str = "Python"
) -> DuckDB:
    """Open a warehouse with all of its tables, made or upgraded where need be; `command` is what others are told.

    Raises:
        WarehouseInUse: if another process holds it for longer than `wait_seconds`.
        WarehouseError: if it is damaged, of a newer format, or absent though it must exist.
    """
    engine = DuckDB(url, wait_seconds=wait_seconds, threads=threads, must_exist=must_exist, command=command)
    try:
        schema.prepare(engine)
        if engine.path != IN_MEMORY:
            _identify(engine)
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
    name = shown(engine.path)
    if is_foreign:
        raise WarehouseError(f"{name} holds tables of another program; name another file with --warehouse")
    if state == "absent":
        raise WarehouseError(
            f"{name} is a DuckDB file without a warehouse in it; name another with --warehouse, or fill it with"
            " `hoopcast ingest PATH`"
        )
    open_to_write(url, wait_seconds=wait_seconds, threads=threads).close()
    return _open(url, wait_seconds, threads, snapshot=False)


def _open(url: str, wait_seconds: float, threads: int | None, *, snapshot: bool) -> tuple[DuckDB, datetime | None]:
    path = warehouse_path(url)
    began = time.monotonic()
    while True:
        waited = time.monotonic() - began
        beat = None if is_held_here(path) else read_beat(path)
        if beat is None or not beat.is_locked:
            try:
                return DuckDB(url, wait_seconds=0, must_exist=True, read_only=True, threads=threads), None
            except WarehouseInUse as error:
                refused = error
        else:
            refused = in_use(path, beat.holder)
            # A run that takes long leaves one on the way.
            patience = _PATIENCE_SECONDS if beat.snapshot_is_news else _PATIENCE_WITH_OLD_SECONDS
            if (
                snapshot
                and waited >= min(wait_seconds, patience)
                and (opened := _open_snapshot(path, beat.snapshot_id, threads))
            ):
                return opened
        if waited >= wait_seconds:
            raise refused
        time.sleep(RETRY_SECONDS)


def _open_snapshot(warehouse: str, snapshot_id: str, threads: int | None) -> tuple[DuckDB, datetime] | None:
    """The snapshot beside a warehouse and when it was taken, if it is the one of that id; it may go at any moment."""
    path = snapshot_path(warehouse)
    if not snapshot_id or not path.is_file():
        return None
    try:
        taken = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None)
        engine = DuckDB(str(path), must_exist=True, read_only=True, threads=threads)
    except (FileNotFoundError, WarehouseError):
        return None
    try:
        if schema.layout_state(engine) == "current" and _identity(engine).snapshot_id == snapshot_id:
            return engine, taken
    except WarehouseError:
        # Damaged, or of another program: none to read.
        pass
    engine.close()
    return None
