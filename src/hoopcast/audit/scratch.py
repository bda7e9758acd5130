"""A copy of the warehouse in a temporary folder, to tell other things and to write tables anew in."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hoopcast.audit.compare import STORED
from hoopcast.pipeline.ledger import LEDGER, last_entry
from hoopcast.pipeline.model import Model
from hoopcast.pipeline.plan import Selection
from hoopcast.pipeline.ranges import UnitDate
from hoopcast.pipeline.run import RunOptions, run
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.snapshot import copy_to

# Of the engine, which otherwise keeps both warehouses in memory; what systems learn with comes on top.
_MOST_MEMORY = "1GB"


@dataclass(frozen=True)
class Copies:
    """A folder with a copy of the warehouse as it is stored, from which others are made."""

    folder: Path
    stored: Path
    threads: int

    @contextmanager
    def scratch(self) -> Iterator[DuckDB]:
        """A copy to write in, gone afterwards, with the warehouse as it is attached as `stored`."""
        target = self.folder / "scratch.duckdb"
        shutil.copyfile(self.stored, target)
        engine = DuckDB(str(target), threads=self.threads)
        try:
            quoted = str(self.stored).replace("'", "''")
            engine.execute(f"SET memory_limit = '{_MOST_MEMORY}'")
            engine.execute(f"ATTACH '{quoted}' AS {STORED} (READ_ONLY)")
            yield engine
        finally:
            engine.close()
            for path in self.folder.glob("scratch.duckdb*"):
                # What did not fit into memory lies in a folder, unless the engine has swept it away.
                shutil.rmtree(path) if path.is_dir() else path.unlink()


@contextmanager
def copies(engine: DuckDB) -> Iterator[Copies]:
    """A temporary folder with a copy of a warehouse; it takes twice the warehouse's size.

    Scratch warehouses work with as many threads as this one.

    Raises:
        WarehouseError: if there is no room for it.
    """
    with tempfile.TemporaryDirectory(prefix="hoopcast-audit-") as name:
        stored = Path(name) / "stored.duckdb"
        copy_to(engine, stored)
        threads = int(str(engine.query("SELECT CURRENT_SETTING('threads')").rows[0][0]))
        yield Copies(Path(name), stored, threads)


def rewrite(engine: DuckDB, nodes: tuple[Model, ...], names: tuple[str, ...], days: tuple[UnitDate, ...]) -> list[str]:
    """Write nodes anew on some dates, whatever the plan thinks of them.

    Args:
        engine: a scratch warehouse.
        nodes: every node, each after all that it reads.
        names: nodes to write.
        days: dates to write them on.

    Returns:
        What could not be written, and why.
    """
    if not days or not names:
        return []
    last = last_entry(engine)
    report = run(engine, nodes, Selection(names, days, again=names, upstream="none"), RunOptions("hoopcast audit"))
    errors = engine.query(
        f"SELECT table_name, system_id, unit_date, error FROM {LEDGER} WHERE entry > $last AND status = 'failed'",
        {"last": last},
    ).rows
    failed = [f"{name}{'/' if system else ''}{system} of {day}: {error}" for name, system, day, error in errors]
    blocked = [
        f"{table.table}: {table.blocked} dates are blocked; bring the warehouse up to date with `hoopcast backfill`"
        for table in report.tables
        if table.blocked
    ]
    return [*failed, *blocked]


def delete_after(engine: DuckDB, nodes: tuple[Model, ...], day: date) -> None:
    """Delete what nodes wrote of dates after a day."""
    for table in dict.fromkeys(node.table for node in nodes):
        engine.execute(f"DELETE FROM {table.name} WHERE {table.time} > $day", {"day": day})


def empty(engine: DuckDB, nodes: tuple[Model, ...]) -> None:
    """Delete all that nodes ever wrote, so that nothing is left but raw tables."""
    for node in nodes:
        engine.execute(f"DELETE FROM {node.table.name}")
        engine.execute(f"DELETE FROM {LEDGER} WHERE table_name = $name", {"name": node.table.name})
