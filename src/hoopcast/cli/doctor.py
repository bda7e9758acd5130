"""The doctor command: what is installed, where the warehouse is, and what is wrong."""

import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hoopcast.cli.options import example, with_output
from hoopcast.cli.output import Output, show
from hoopcast.cli.session import Session

if TYPE_CHECKING:
    from hoopcast.settings import Settings
    from hoopcast.warehouse.duckdb import DuckDB

_PACKAGES = ("duckdb", "sqlglot", "numpy", "scipy", "lightgbm", "click", "rich")
# Room that a season with its snapshot and the write-ahead log of a batch needs.
_LEAST_FREE_BYTES = 500_000_000


@dataclass(frozen=True)
class _Check:
    """What was looked at, what it is, and what to do where it is wrong."""

    check: str
    value: str
    problem: str | None = None


@click.command(epilog=example("hoopcast doctor", "hoopcast doctor --json"))
@with_output
@click.pass_obj
def doctor(session: Session, output: Output) -> int:
    """Show versions, the warehouse, threads, disk and extras, and what is wrong; exit 1 if anything is."""
    from hoopcast.warehouse.result import Table

    checks = [*_packages(), *_warehouse(session.settings())]
    show(Table.of(_Check, checks), output)
    return 1 if any(check.problem for check in checks) else 0


def _packages() -> Iterator[_Check]:
    from importlib.metadata import PackageNotFoundError, version

    from hoopcast.extras import EXTRAS, how_to_install

    yield _Check("hoopcast", version("hoopcast"))
    yield _Check("python", platform.python_version())
    yield _Check("system", f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores")
    for package in _PACKAGES:
        yield _Check(package, version(package))
    for extra, package in EXTRAS.items():
        try:
            yield _Check(f"extra {extra}", version(package))
        except PackageNotFoundError:
            yield _Check(f"extra {extra}", f"absent; {how_to_install(extra)}")


def _warehouse(chosen: "Settings") -> Iterator[_Check]:
    from hoopcast.errors import WarehouseError, WarehouseInUse
    from hoopcast.paths import warehouse_path
    from hoopcast.warehouse.opening import open_to_read

    path = Path(warehouse_path(chosen.warehouse))
    yield _Check("settings", f"threads {chosen.threads or 'all'}, wait {chosen.wait:g} s, timeout {chosen.timeout:g} s")
    yield _Check("systems", "all" if chosen.systems is None else ", ".join(chosen.systems))
    yield from _disk(path.absolute().parent)
    if str(path) == ":memory:":
        yield _Check("warehouse", "in memory")
    elif not path.exists():
        yield _Check("warehouse", f"{path}, not there yet; `hoopcast ingest PATH` makes it")
    else:
        yield _Check("warehouse", f"{path}, {_megabytes(path)}")
        yield _lock(str(path))
        try:
            engine, _ = open_to_read(chosen.warehouse, wait_seconds=0, snapshot=False)
            with_version = "SELECT MAX(format_version) FROM nba_orchestration.warehouse_format"
            yield _Check("format", str(engine.query(with_version).rows[0][0]))
            yield _Check("threads", str(engine.query("SELECT CURRENT_SETTING('threads')").rows[0][0]))
            yield _ledger(engine)
            yield from _snapshot(engine)
            engine.close()
        except WarehouseInUse as error:
            yield _Check("format", f"being written: {error}")
        except WarehouseError as error:
            yield _Check("format", "unknown", str(error))


def _lock(path: str) -> _Check:
    from hoopcast.errors import WarehouseError
    from hoopcast.warehouse.lock import read_beat

    try:
        beat = read_beat(path)
    except WarehouseError as error:
        return _Check("lock", "of another program", str(error))
    return _Check("lock", "nobody writes" if beat is None else f"{beat.holder}, {beat.state}")


def _snapshot(engine: "DuckDB") -> Iterator[_Check]:
    from hoopcast.paths import snapshot_path
    from hoopcast.warehouse.opening import has_snapshot

    path = snapshot_path(engine.path)
    if path.is_symlink() or path.exists():
        problem = None if has_snapshot(engine) else f"it was not made of this warehouse; {path} is safe to delete"
        yield _Check("snapshot", f"{path}, {_megabytes(path)}" if path.exists() else str(path), problem)


def _ledger(engine: "DuckDB") -> _Check:
    (entries,) = engine.query("SELECT COUNT(*) FROM nba_orchestration.ledger").rows[0]
    (rows,) = engine.query("SELECT COUNT(*) FROM nba_analytics.player_game_summary").rows[0]
    problem = (
        "it was emptied, so nothing counts as ingested; put a backup in its place, or `hoopcast forget SEASON`, ingest"
        " its files again and backfill"
    )
    return _Check("ledger", f"{entries:,} entries", problem if rows and not entries else None)


def _disk(folder: Path) -> Iterator[_Check]:
    if not folder.is_dir():
        yield _Check("folder", str(folder), f"there is no folder {folder}; make it, or name another warehouse")
        return
    problem = None if os.access(folder, os.W_OK) else f"{folder} can not be written; name another warehouse"
    yield _Check("folder", str(folder), problem)
    free = shutil.disk_usage(folder).free
    problem = None if free >= _LEAST_FREE_BYTES else f"less than {_LEAST_FREE_BYTES / 1e6:.0f} MB; free some"
    yield _Check("disk free", f"{free / 1e9:.1f} GB", problem)


def _megabytes(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.1f} MB"
