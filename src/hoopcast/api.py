"""The public interface: `open` a warehouse; what it can do is in `Hoopcast`."""

from pathlib import Path

from hoopcast import settings
from hoopcast.facade import Hoopcast
from hoopcast.warehouse.duckdb import path_of
from hoopcast.warehouse.opening import open_to_read, open_to_write


def open(  # noqa: A001, PLR0913 - `hoopcast.open` reads as what it does, and each argument is a choice of its own
    url: str | None = None,
    *,
    wait: float | None = None,
    threads: int | None = None,
    create: bool = True,
    read_only: bool = False,
    snapshot: bool = True,
    command: str = "Python",
) -> Hoopcast:
    """Open a warehouse.

    Args:
        url: `duckdb:///file.duckdb`, a path, or `duckdb://:memory:`; by default what `HOOPCAST_WAREHOUSE` or
            hoopcast.toml say, else hoopcast.duckdb in the current folder.
        wait: seconds to wait for another process that writes.
        threads: worker threads, all cores by default.
        create: make a warehouse that is absent.
        read_only: share the file with other readers; while another process writes, read the snapshot that the last
            writer left, and say so in `snapshot_taken_utc`.
        snapshot: whether a reader takes a snapshot; otherwise it waits for the writer.
        command: what the record of runs calls this session.

    Raises:
        WarehouseInUse: if another process holds the warehouse for longer than `wait`.
        WarehouseError: if it is absent and not to be made, is damaged or of a newer format.
    """
    settings.use_settings_beside(None)
    named = settings.load({"warehouse": url}).warehouse
    path = path_of(named)
    settings.use_settings_beside(None if path == ":memory:" else Path(path))
    chosen = settings.load({"warehouse": named, "wait": wait, "threads": threads})
    if read_only:
        engine, taken = open_to_read(
            chosen.warehouse, wait_seconds=chosen.wait, threads=chosen.threads, snapshot=snapshot
        )
        return Hoopcast(engine, command, snapshot_taken_utc=taken)
    engine = open_to_write(chosen.warehouse, wait_seconds=chosen.wait, threads=chosen.threads, must_exist=not create)
    return Hoopcast(engine, command)
