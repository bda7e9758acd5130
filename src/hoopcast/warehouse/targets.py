"""Files that a command writes for its user: complete or not at all, and never in the warehouse's place."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hoopcast.errors import UsageError
from hoopcast.paths import belongs_to_warehouse

_PARTIAL = re.compile(r"\..+\.(?P<pid>\d+)\.hoopcast(?:\.wal)?")


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
    """A file beside `target` to write before it takes its place; gone at the end, with those of killed processes."""
    for left in target.parent.iterdir():
        writer = _PARTIAL.fullmatch(left.name)
        if writer and not is_running(int(writer["pid"])):
            left.unlink(missing_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}.hoopcast")
    try:
        yield partial
    finally:
        partial.unlink(missing_ok=True)


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


def is_running(pid: int) -> bool:
    """Whether a process of this number is there, whoever started it."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        # Another user's process: it runs.
        return True
    return True
