"""Files that a command writes for its user: complete or not at all, and never in the warehouse's place."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hoopcast.errors import UsageError
from hoopcast.paths import belongs_to_warehouse

_PARTIAL = ".hoopcast"
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
    for left in target.parent.glob(f".*{_PARTIAL}"):
        if (descriptor := _locked_folder(left)) is not None:
            shutil.rmtree(left, ignore_errors=True)
            os.close(descriptor)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name[:_LONGEST_NAME]}.", suffix=_PARTIAL, dir=target.parent))
        # Another process may take it for one that was left, before it is locked.
        if (descriptor := _locked_folder(folder)) is not None:
            break
    try:
        yield folder / target.name
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def _locked_folder(folder: Path) -> int | None:
    """A descriptor that holds the lock of a folder; None where another process has it, or the folder is gone."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    if folder.is_dir():
        return descriptor
    os.close(descriptor)
    return None


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
