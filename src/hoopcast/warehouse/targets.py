"""Files that a command writes for its user: complete or not at all, and never in the warehouse's place."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hoopcast.errors import UsageError
from hoopcast.paths import belongs_to_warehouse

_PARTIAL = ".hoopcast"
_PARTIAL_NAME = re.compile(r"\..+\.[a-z0-9_]{8}\.hoopcast")
_LONGEST_NAME = 40


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file to write, whose content becomes that of `path` at the end; after an error `path` is as it was.

    What is no regular file, such as a pipe, is written to; a symbolic link stays, and the file it names is replaced.

    Raises:
        UsageError: if it can not be written, or belongs to a warehouse.
    """
    target = Path(os.path.realpath(path))
    refuse_unwritable(path)
    try:
        if path.exists() and (not path.is_file() or path.absolute().is_relative_to("/dev")):
            with tempfile.TemporaryDirectory() as folder:
                whole = Path(folder) / target.name
                yield whole
                with whole.open("rb") as source, path.open("wb") as sink:
                    shutil.copyfileobj(source, sink)
            return
        with partial_of(target) as partial:
            yield partial
            if target.exists():
                shutil.copymode(target, partial)
            partial.replace(target)
    except OSError as error:
        raise UsageError(f"{path} can not be written: {error.strerror}") from error


@contextmanager
def partial_of(target: Path) -> Iterator[Path]:
    """A file to write before it takes the place of `target`: in a hidden folder beside it, locked, gone at the end.

    The kernel unlocks the folder of a process that was killed, and the next that writes beside it takes it away.
    """
    for left in target.parent.iterdir():
        if _PARTIAL_NAME.fullmatch(left.name):
            # It may be another user's, or another process takes it away as well.
            with suppress(OSError), _locked(left):
                shutil.rmtree(left)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name[:_LONGEST_NAME]}.", suffix=_PARTIAL, dir=target.parent))
        try:
            with _locked(folder):
                yield folder / target.name
                return
        except _TakenAwayError:
            # By another process, which took it for one that was left before it was locked.
            continue
        finally:
            shutil.rmtree(folder, ignore_errors=True)


class _TakenAwayError(OSError):
    """A folder that another process has locked, or has taken away."""


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder.

    Raises:
        OSError: if it can not be opened, or another process has it or took it away.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise _TakenAwayError(*error.args) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _TakenAwayError(*error.args) from error
        if not folder.is_dir():
            raise _TakenAwayError
        yield
    finally:
        os.close(descriptor)


def refuse_unwritable(path: Path) -> None:
    """Refuse a path where no file can be written, before work for it is done.

    Raises:
        UsageError: if it is a folder or in none, belongs to a warehouse, or is nothing that this system can name.
    """
    try:
        _refuse_unwritable(path)
    except OSError as error:
        raise UsageError(f"{path} can not be written: {error.strerror}") from error


def _refuse_unwritable(path: Path) -> None:
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        # A pipe's real path has no folder, though the pipe can be written.
        if path.exists():
            return
        raise UsageError(f"{path} can not be written: there is no folder {path.parent}")
    if target.is_dir():
        raise UsageError(f"{path} can not be written: it is a folder")
    if belongs_to_warehouse(target):
        raise UsageError(f"{path} can not be written: it belongs to a warehouse; name another file")
