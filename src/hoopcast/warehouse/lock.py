"""The lock of whoever writes a warehouse, and what he does: in one small file beside it.

The kernel gives the lock back when a process ends, however it ends and wherever it ran, so it alone tells who is alive.
A writer takes it before he waits for readers: those who come after him find it taken and let him go first.
"""

import errno
import fcntl
import json
import os
import socket
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from hoopcast.calendar import utc_now
from hoopcast.errors import WarehouseError, WarehouseInUse
from hoopcast.paths import IN_MEMORY, lock_path, shown

_BEAT_SECONDS = 0.5
# A living holder beats twice a second; one that has not for so long is hung as a whole.
_SILENT_AFTER = timedelta(seconds=15)
RETRY_SECONDS = 0.05
# Whoever has waited longer looks more often, twice as often with each of these, and so comes first nearly always.
_HALVES_AFTER_SECONDS = 4.0
_SHORTEST_RETRY_SECONDS = 0.001
# A reader that looks whether the lock is taken has it for a moment itself.
_LEAST_WAIT_SECONDS = 0.15
_LONGEST_BYTES = 65_536
_IS_NO_FILE = (errno.ELOOP, errno.EISDIR, errno.ENXIO)
_LONGEST_COMMAND = 100
_MOST_PIDS = 2**31

State = Literal["running", "hung", "ended without a word"]


@dataclass(frozen=True)
class Beat:
    """What the holder of a lock said last.

    `dates_done` of `dates` are those of the table in progress, `rows` those of the whole run; times are UTC. The file
    that is written is told by `warehouse_id`, which stands in it, and by its device and inode, and the snapshot that
    was made of it by `snapshot_id`, which is news as long as no command has ended since; empty texts and zeros are not
    known yet, or are not.
    """

    pid: int
    host: str
    command: str
    started_at_utc: datetime
    updated_at_utc: datetime
    run_id: str = ""
    table: str = ""
    dates_done: int = 0
    dates: int = 0
    rows: int = 0
    warehouse_id: str = ""
    device: int = 0
    inode: int = 0
    snapshot_id: str = ""
    snapshot_is_news: bool = False
    is_locked: bool = False

    @property
    def state(self) -> State:
        """Whether its process runs and beats, runs and does not, or is no more."""
        if not self.is_locked:
            return "ended without a word"
        return "running" if utc_now() - self.updated_at_utc < _SILENT_AFTER else "hung"

    @property
    def is_alive(self) -> bool:
        """Whether its process runs and beats."""
        return self.state == "running"

    @property
    def holder(self) -> str:
        """Its process in words."""
        where = "" if self.host == socket.gethostname() else f" on {self.host}"
        cut = f"{self.command[:_LONGEST_COMMAND]}..." if len(self.command) > _LONGEST_COMMAND else self.command
        return f"process {self.pid}{where} ({cut})"


def read_beat(warehouse: str) -> Beat | None:
    """What the holder of a warehouse's lock says, or said before it was killed; None where nobody has it.

    Raises:
        WarehouseError: if the file is none of a lock, or can not be read.
    """
    path = lock_path(warehouse)
    if warehouse == IN_MEMORY:
        return None
    deadline = time.monotonic() + 4 * RETRY_SECONDS
    while True:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in _IS_NO_FILE:
                raise _foreign(path, error.strerror) from error
            raise WarehouseError(f"{shown(str(path))} can not be read: {error.strerror}") from error
        try:
            _require_plain(descriptor, path)
            is_locked = not _try_to_lock(descriptor, fcntl.LOCK_SH)
            text = os.pread(descriptor, _LONGEST_BYTES, 0)
        finally:
            os.close(descriptor)
        if not text and not is_locked:
            # Of one who came no further, such as on a full disk.
            return None
        beat = _parsed(text)
        if beat is not None:
            return replace(beat, is_locked=is_locked)
        if time.monotonic() >= deadline:
            raise _foreign(path)
        # Its holder is just writing it.
        time.sleep(RETRY_SECONDS)


def _parsed(text: bytes) -> Beat | None:
    try:
        values = json.loads(text)
        if not isinstance(values, dict):
            return None
        times = {name: datetime.fromisoformat(values[name]) for name in ("started_at_utc", "updated_at_utc")}
        beat = Beat(**(values | times | {"is_locked": False}))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    right = all(type(getattr(beat, field.name)) is field.type for field in fields(Beat)) and 0 < beat.pid < _MOST_PIDS
    return beat if right and all(moment.tzinfo is None for moment in times.values()) else None


def _foreign(path: Path, reason: str | None = None) -> WarehouseError:
    return WarehouseError(
        f"{shown(str(path))} is no lock of a warehouse{f' ({reason})' if reason else ''}; it is safe to delete"
    )


def _require_plain(descriptor: int, path: Path) -> None:
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode) or about.st_nlink > 1:
        raise _foreign(path)


def _try_to_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Lock:
    """Held by this process, from `take` to the last `release`; one for all that open the same warehouse here.

    A thread says twice a second that it is alive, even while one statement takes long.
    """

    def __init__(self, path: Path | None = None, descriptor: int = -1, command: str = "") -> None:
        self._path = path
        self._descriptor = descriptor
        self._users = 1
        now = utc_now()
        self._beat = Beat(os.getpid(), socket.gethostname(), command, now, now)
        self._writing = threading.Lock()
        self._released = threading.Event()
        self._thread = threading.Thread(target=self._beat_often, name="hoopcast-heartbeat", daemon=True)

    @classmethod
    def take(cls, warehouse: str, command: str, wait_seconds: float) -> "Lock":
        """Take the lock of a warehouse's file; one in memory has none to take.

        Raises:
            WarehouseInUse: if another process has it for longer than `wait_seconds`.
            WarehouseError: if it can not be written, or another file is in its place.
        """
        if warehouse == IN_MEMORY:
            return cls()
        began = time.monotonic()
        while (taken := cls._take_now(warehouse, command)) is None:
            waited = time.monotonic() - began
            if waited >= max(wait_seconds, _LEAST_WAIT_SECONDS):
                beat = read_beat(warehouse)
                raise in_use(warehouse, "another process" if beat is None else beat.holder)
            time.sleep(max(RETRY_SECONDS * 0.5 ** (waited / _HALVES_AFTER_SECONDS), _SHORTEST_RETRY_SECONDS))
        return taken

    @classmethod
    def _take_now(cls, warehouse: str, command: str) -> "Lock | None":
        """The lock, None where another process has it."""
        with _of_this_process:
            if (held := _held.get(warehouse)) is not None:
                held._users += 1  # noqa: SLF001 - of this class
                return held
            path = lock_path(warehouse)
            descriptor = _lock(warehouse, path)
            if descriptor is None:
                return None
            taken = cls(path, descriptor, command)
            try:
                taken._write()
            except OSError as error:
                path.unlink(missing_ok=True)
                os.close(descriptor)
                raise WarehouseError(f"{shown(str(path))} can not be written: {error.strerror}") from error
            taken._thread.start()
            _held[warehouse] = taken
            return taken

    def release(self) -> None:
        """Give it back; the file goes."""
        if self._path is None:
            return
        with _of_this_process:
            self._users -= 1
            if self._users:
                return
            _held.pop(next(warehouse for warehouse, lock in _held.items() if lock is self))
            self._released.set()
            self._thread.join()
            # A file that can not be deleted any more is one that nobody has: the kernel has the last word. Nor is it
            # deleted where another stands in its place, as when its folder was replaced.
            with suppress(OSError):
                if _is_at(self._descriptor, self._path):
                    self._path.unlink()
            os.close(self._descriptor)

    @contextmanager
    def run(self, run_id: str, command: str) -> Iterator[None]:
        """While a run goes on, it is what the holder says."""
        before = self._beat
        self.tell(run_id=run_id, command=command, started_at_utc=utc_now(), rows=0)
        try:
            yield
        finally:
            self.tell(
                run_id="", command=before.command, started_at_utc=before.started_at_utc, table="", dates=0, dates_done=0
            )

    def table_started(self, table: str, dates: int) -> None:
        """A table begins, with so many dates to write."""
        self._beat = replace(self._beat, table=table, dates=dates, dates_done=0)

    def dates_written(self, dates: int, rows: int) -> None:
        """Dates of the table in progress were written, with so many rows."""
        beat = self._beat
        self._beat = replace(beat, dates_done=beat.dates_done + dates, rows=beat.rows + rows)

    def tell(self, **said: Any) -> None:  # noqa: ANN401 - fields of a beat
        """Say it now, and from now on."""
        self._beat = replace(self._beat, **said)
        self._say()

    def _beat_often(self) -> None:
        while not self._released.wait(_BEAT_SECONDS):
            self._say()

    def _say(self) -> None:
        # On a full disk the work goes on as long as it can; that it is silent is all that others see of it.
        with self._writing, suppress(OSError):
            self._write()

    def _write(self) -> None:
        if self._path is None:
            return
        values = asdict(replace(self._beat, updated_at_utc=utc_now()))
        del values["is_locked"]
        text = json.dumps(values, default=datetime.isoformat).encode()
        os.pwrite(self._descriptor, text, 0)
        os.ftruncate(self._descriptor, len(text))

    def _forget(self) -> None:
        """In a child of this process: the lock is the parent's."""
        os.close(self._descriptor)
        self._path = None


_of_this_process = threading.Lock()
_held: dict[str, Lock] = {}


def is_held_here(warehouse: str) -> bool:
    """Whether this process itself holds the lock of a warehouse."""
    return warehouse in _held


def _lock(warehouse: str, path: Path) -> int | None:
    """Descriptor of the file at `path`, locked; None where another has it."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    except OSError as error:
        if error.errno in _IS_NO_FILE:
            raise _foreign(path, error.strerror) from error
        beside = "" if path.parent.is_dir() else f", for there is no folder {shown(str(path.parent))}"
        raise WarehouseError(
            f"{shown(warehouse)} can not be opened as a warehouse: its lock {shown(str(path))} can not be written:"
            f" {error.strerror}{beside}"
        ) from error
    try:
        _require_plain(descriptor, path)
        if _try_to_lock(descriptor, fcntl.LOCK_EX) and _is_at(descriptor, path):
            return descriptor
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether the file that was locked is still the one at `path`: who had it before may have deleted it."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat(follow_symlinks=False))
    except FileNotFoundError:
        return False


def in_use(warehouse: str, holder: str) -> WarehouseInUse:
    """What is said of a warehouse that another process holds."""
    return WarehouseInUse(f"{shown(warehouse)} is in use by {holder}; wait for it with --wait SECONDS, or end it")


def _leave_to_parent() -> None:
    for lock in _held.values():
        lock._forget()  # noqa: SLF001 - of this module
    _held.clear()


os.register_at_fork(after_in_child=_leave_to_parent)
