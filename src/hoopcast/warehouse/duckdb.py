"""The default engine: DuckDB, embedded, in a file or in memory; what it raises becomes an error of ours."""

import os
import re
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import duckdb
import numpy as np
from numpy.typing import NDArray

from hoopcast.errors import WarehouseError, WarehouseMoved
from hoopcast.paths import IN_MEMORY, hold, release, shown, warehouse_path
from hoopcast.warehouse.engine import ColumnsOf, Parameters, Rows
from hoopcast.warehouse.faults import RESTORE, is_damage, warehouse_errors
from hoopcast.warehouse.lock import RETRY_SECONDS, Lock, in_use, is_held_here
from hoopcast.warehouse.result import Table as Result
from hoopcast.warehouse.tables import SCHEMAS, Table


def _plain_column(values: NDArray[Any]) -> NDArray[Any]:
    """A fetched column without a mask: NaN or None for NULL, dates as datetime64[D], booleans as 0 and 1."""
    kind = values.dtype.kind
    if kind == "M":
        return np.ma.filled(values.astype("datetime64[D]"), np.datetime64("NaT"))
    if kind == "O":
        texts: NDArray[Any] = np.ma.getdata(values).copy()
        texts[np.ma.getmaskarray(values)] = None
        return texts
    if np.ma.isMaskedArray(values):
        return np.ma.filled(values.astype(np.float64), np.nan)
    return values.astype(np.float64) if kind == "f" else values.astype(np.int64)


def _in_engine_form(values: NDArray[Any]) -> NDArray[Any]:
    """A column in a form that an engine takes in: dates as moments."""
    return values.astype("datetime64[us]") if values.dtype.kind == "M" else values


def _taken_in(name: str, kind: str, values: NDArray[Any]) -> str:
    """SQL: a column that was handed in, as it is stored."""
    if kind == "DOUBLE":
        return f"ROUND(CAST({name} AS DOUBLE), 6) AS {name}"
    if kind == "VARCHAR" and values.dtype.kind == "i":
        return f"LPAD(CAST({name} AS VARCHAR), {_GAME_ID_DIGITS}, '0') AS {name}"
    return f"CAST({name} AS {kind}) AS {name}"


_GAME_ID_DIGITS = 10
# A process that is just ending has no program any more: "held in PID 7".
_HOLDER = re.compile(r"held in (?:(?P<program>.+?) \()?PID (?P<pid>\d+)")
_LONGEST_COMMAND = 100
_HANDED_IN = "hoopcast_handed_in"
# All that is used is built in; nothing is to be fetched for a file of another program.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    # Each commit is safe in the log; to fold the log into the file after every few of them costs as much as the work.
    "checkpoint_threshold": "1GB",
}
# Long texts that are fetched one at a time: compressed, two thousand of them are unpacked for one.
_FETCHED_ALONE = frozenset({"document", "reference"})


class DuckDB:
    """A warehouse in one DuckDB file; one process owns it while it is open."""

    dialect = "duckdb"

    def __init__(  # noqa: PLR0913 - each is a choice of its own
        self,
        url: str,
        *,
        wait_seconds: float = 60.0,
        must_exist: bool = False,
        read_only: bool = False,
        threads: int | None = None,
        command: str = "Python",
    ) -> None:
        """Open or create the file.

        Args:
            url: `duckdb:///file.duckdb`, a path, or `duckdb://:memory:`.
            wait_seconds: how long to wait in all for other processes that hold the file.
            must_exist: refuse to create a file that is absent.
            read_only: share the file with other readers, and refuse to write.
            threads: worker threads, all cores when None.
            command: what others are told that holds it.

        Raises:
            WarehouseInUse: if another process holds the file for longer than `wait_seconds`.
            WarehouseError: if it is absent, unwritable or no DuckDB file.
        """
        self.url = url
        self.path = warehouse_path(url)
        self._process = os.getpid()
        self.read_only = read_only
        self._is_closed = False
        self._scratch: str | None = None
        is_file = self.path != IN_MEMORY
        if is_file:
            _refuse_unfit(self.path, must_exist=must_exist, read_only=read_only)
        deadline = time.monotonic() + wait_seconds
        self.lock = Lock.take(self.path, command, wait_seconds) if is_file and not read_only else Lock()
        try:
            self._connection = _connect(self.path, deadline, read_only=read_only)
        except BaseException:
            self.lock.release()
            raise
        hold(self.path)
        self._file = os.stat(self.path) if is_file else None  # noqa: PTH116 - both are of one call
        if self._file is not None and not read_only:
            self.lock.tell(device=self._file.st_dev, inode=self._file.st_ino)
        if threads is not None:
            self.connection.execute("SET threads = $threads", {"threads": threads})

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection, of the process that opened it alone: DuckDB's threads do not come along into a child.

        Raises:
            WarehouseError: in a child.
        """
        if os.getpid() != self._process:
            raise WarehouseError(
                f"{shown(self.path)} was opened by process {self._process}, and its child can not go on with that: open"
                " it in the child, once the parent has closed it"
            )
        return self._connection

    def execute(self, sql: str, parameters: Parameters | None = None) -> None:
        """Run a statement; named parameters are written `$name`."""
        with warehouse_errors():
            self.connection.execute(sql, dict(parameters) if parameters else None)

    def query(self, sql: str, parameters: Parameters | None = None) -> Rows:
        """Run a query and fetch all of its rows."""
        with warehouse_errors():
            cursor = self.connection.execute(sql, dict(parameters) if parameters else None)
            columns = tuple(column[0] for column in cursor.description or ())
            return Rows(columns, cursor.fetchall())

    def select(self, sql: str, parameters: Parameters | None = None) -> Result:
        """The table of a query, read when it is asked for; moments come in UTC, without a zone."""
        with warehouse_errors():
            relation = self.connection.sql(sql, params=dict(parameters) if parameters else None)
            zoned = [
                name
                for name, kind in zip(relation.columns, relation.types, strict=True)
                if str(kind) == "TIMESTAMP WITH TIME ZONE"
            ]
            if zoned:
                if self._scratch is None:
                    self.connection.execute("SET TimeZone = 'UTC'")
                naive = ", ".join(f'CAST("{name}" AS TIMESTAMP) AS "{name}"' for name in zoned)
                relation = relation.project(f"* REPLACE ({naive})")
            return Result(relation.columns, [str(kind) for kind in relation.types], relation, self._scratch)

    def columns(self, sql: str, parameters: Parameters | None = None) -> ColumnsOf:
        """Run a query and fetch all of its rows as columns."""
        with warehouse_errors():
            columns = self.connection.execute(sql, dict(parameters) if parameters else None).fetchnumpy()
        return {name: _plain_column(cast("Any", values)) for name, values in columns.items()}

    def append(self, name: str, table: Table, columns: ColumnsOf) -> None:
        """Add rows, given as columns, to a table that has the columns of a definition."""
        kinds = {column.name: column.type for column in table.columns}
        select = ", ".join(_taken_in(name, kind, columns[name]) for name, kind in kinds.items())
        with warehouse_errors():
            self.connection.register(_HANDED_IN, {column: _in_engine_form(columns[column]) for column in kinds})
            try:
                self.connection.execute(f"INSERT INTO {name} ({', '.join(kinds)}) SELECT {select} FROM {_HANDED_IN}")
            finally:
                self.connection.unregister(_HANDED_IN)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One transaction: committed at the end, rolled back on any exception."""
        if self.read_only:
            raise WarehouseError(f"{shown(self.path)} is open to be read; open it without `read_only` to write")
        self.execute("BEGIN TRANSACTION")
        try:
            yield
            self.require_in_place()
            self.execute("COMMIT")
        except BaseException:
            _roll_back(self.connection)
            raise

    def require_in_place(self) -> None:
        """Refuse to go on where the file that is written is not the one at its path any more.

        Raises:
            WarehouseMoved: if it was replaced, moved or deleted.
        """
        if self._file is None or self.read_only:
            return
        try:
            there = os.stat(self.path)  # noqa: PTH116 - as on opening
        except FileNotFoundError:
            there = None
        if there is None or not os.path.samestat(there, self._file):
            what = "moved away or deleted" if there is None else "replaced"
            now = _whereabouts(self._file)
            where = f"is in {shown(now)}" if now else "went with the file that was there before"
            raise WarehouseMoved(
                f"{shown(self.path)} was {what} while it was written: what this command wrote {where}, and not in what"
                " is there now; run it again"
            )

    def create(self, table: Table) -> None:
        """Create a table from its definition where it is absent."""
        columns = ", ".join(
            f"{column.name} {column.type}{' USING COMPRESSION uncompressed' if column.name in _FETCHED_ALONE else ''}"
            for column in table.columns
        )
        self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table.name.split('.')[0]}")
        self.connection.execute(f"CREATE TABLE IF NOT EXISTS {table.name} ({columns})")

    def row_hash(self, columns: Sequence[str]) -> str:
        """SQL expression: a BIGINT hash of these columns of a row."""
        # The hash of several columns is the last one's hash XOR that of the others: of two rows alike in the last
        # column, it would cancel out of the XOR over rows. Hashed once more, it does not.
        return f"CAST(hash(hash({', '.join(columns)})) >> 1 AS BIGINT)"

    def refuse_files(self, scratch: str) -> None:
        """From now on read no file but the warehouse, and write none but below a folder; there is no way back."""
        self._scratch = scratch
        quoted = scratch.replace("'", "''")
        settings = (
            "TimeZone = 'UTC'",
            f"allowed_directories = ['{quoted}']",
            "enable_external_access = false",
            "lock_configuration = true",
        )
        for setting in settings:
            self.execute(f"SET {setting}")

    def interrupt(self) -> None:
        """Cancel the statement in progress, from another thread."""
        self.connection.interrupt()

    def close(self) -> None:
        """Let go of the file."""
        if os.getpid() != self._process:
            return
        self.connection.close()
        if not self._is_closed:
            self._is_closed = True
            release(self.path)
            self.lock.release()


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        connection.execute("ROLLBACK")
    except duckdb.TransactionException:
        # A statement that failed inside COMMIT has already ended the transaction.
        return


def _refuse_unfit(path: str, *, must_exist: bool, read_only: bool) -> None:
    """Refuse what is no file that DuckDB can keep, before it is opened: a pipe would be waited for without end."""
    if (name := Path(path).name.partition(".")[0].lower()) in {*SCHEMAS.values(), "information_schema"}:
        raise WarehouseError(f"{shown(path)} is called as the tables' schema {name} is; give the file another name")
    log = Path(f"{path}.wal")
    if os.path.lexists(log) and (log.is_symlink() or not log.is_file()):
        raise WarehouseError(f"{shown(str(log))} is in the place of the warehouse's log, and none; move it away")
    try:
        about = os.stat(path)  # noqa: PTH116 - what is looked at is the whole of it
    except FileNotFoundError:
        if must_exist:
            message = f"no warehouse at {shown(path)}; `hoopcast ingest PATH` makes one, or name it with --warehouse"
            raise WarehouseError(message) from None
        return
    except OSError as error:
        raise WarehouseError(f"{shown(path)} can not be opened as a warehouse: {error.strerror}") from error
    if not stat.S_ISREG(about.st_mode):
        raise WarehouseError(f"{shown(path)} is no regular file, and a warehouse is one; name another with --warehouse")
    if not about.st_size:
        raise WarehouseError(f"{shown(path)} is empty, and no warehouse; delete it, or name another with --warehouse")
    if about.st_nlink > 1 and not read_only:
        raise WarehouseError(
            f"{shown(path)} has {about.st_nlink} names (hard links), of which its log and its lock know one; copy it,"
            " or make the others symbolic links"
        )


def _whereabouts(file: os.stat_result) -> str | None:
    """Where a file that this process has open lies now, where the system tells; None if it was deleted."""
    for descriptor in Path("/proc/self/fd").glob("*"):
        try:
            if os.path.samestat(descriptor.stat(), file) and descriptor.stat().st_nlink:
                return str(descriptor.readlink())
        except OSError:
            # Closed meanwhile.
            continue
    return None


def _connect(path: str, deadline: float, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    if read_only and is_held_here(path):
        raise WarehouseError(f"{shown(path)} is open to be written in this process; read it through that")
    while True:
        try:
            return duckdb.connect(path, read_only=read_only, config=_CONFIG)
        except duckdb.IOException as error:
            holder = _HOLDER.search(str(error))
            if holder is None:
                raise WarehouseError(_unreadable(path, error)) from error
            if time.monotonic() >= deadline:
                command = _command(holder["pid"]) or holder["program"] or "ending"
                raise in_use(path, f"process {holder['pid']} ({command})") from error
            time.sleep(RETRY_SECONDS)
        except duckdb.ConnectionException as error:
            message = f"{shown(path)} is open to be read in this process; close that before you write"
            raise WarehouseError(message) from error
        except duckdb.Error as error:
            raise WarehouseError(_unreadable(path, error)) from error


def _unreadable(path: str, error: duckdb.Error) -> str:
    reason = str(error).splitlines()[0]
    refused = f"{shown(path)} can not be opened as a warehouse: {reason}"
    if "replaying WAL" in reason:
        log = shown(f"{path}.wal")
        return f"{refused}; move {log} away to go on from the last checkpoint, and ingest again what came after it"
    return f"{refused}; {RESTORE}" if is_damage(reason) else refused


def _command(pid: str) -> str | None:
    """What a process was started as, where the system tells."""
    try:
        parts = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").rstrip("\0").split("\0")
    except OSError:
        return None
    shown = " ".join([Path(parts[1]).name, *parts[2:]] if len(parts) > 1 and "/" in parts[1] else parts)
    return shown if len(shown) <= _LONGEST_COMMAND else f"{shown[:_LONGEST_COMMAND]}..."
