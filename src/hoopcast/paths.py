"""Paths as their users write them, which file a warehouse is, and which files belong to it.

A leading `~` is somebody's home, whoever opens the file.
"""

import os
import re
from collections import Counter
from pathlib import Path

from hoopcast.errors import UsageError

SCHEME = "duckdb://"
IN_MEMORY = ":memory:"
# Such as md:, of a service; one letter is a drive.
_SERVICE = re.compile(r"[A-Za-z]{2,}:")
# What begins the options of a URL, and bytes that are no UTF-8.
_NOT_KEPT = re.compile(r"[?\ud800-\udfff]")


# What lies beside the file of a warehouse and belongs to it.
COMPANIONS = (".wal", ".snapshot", ".heartbeat.json")
_DATABASE_MARK, _MARK_OFFSET = b"DUCK", 8
# Warehouses that this process has open, by their real paths.
_open_warehouses: Counter[str] = Counter()


def _expand_home(path: str) -> str:
    """A path in which `~` stands for nothing: DuckDB reads it as the home, Python as the name of a file.

    Raises:
        UsageError: if it begins with the home of a user that there is not.
    """
    whole = os.path.expanduser(path)  # noqa: PTH111 - `./~x` is a file of that name, and pathlib drops the `./`
    if whole.startswith("~"):
        user = path.partition("/")[0].removeprefix("~")
        raise UsageError(f"'{path}' begins in the home of '{user}', and there is no such user; write the whole path")
    # What is called `~...` in this folder is never taken for a home again.
    return os.path.abspath(whole) if os.path.normpath(whole).startswith("~") else whole  # noqa: PTH100


def user_path(path: str | Path) -> Path:
    """A file or folder that a user names.

    Raises:
        UsageError: if it begins with the home of a user that there is not.
    """
    return Path(_expand_home(str(path)))


def warehouse_path(url: str) -> str:
    """File of a DuckDB URL: `duckdb:///x.duckdb` and `x.duckdb` both give x.duckdb; four slashes an absolute path.

    `~` is the user's home. It is absolute, and of a symbolic link the file that the link names, beside which all else
    that belongs to it stands.

    Raises:
        UsageError: if it is no file, in the home of nobody, or one that DuckDB can not keep.
    """
    if "://" in url and not url.startswith(SCHEME):
        raise UsageError(f"'{url}' is no warehouse URL; write duckdb:///file.duckdb")
    path = url.removeprefix(SCHEME)
    path = path.removeprefix("/") if url.startswith(SCHEME) else path
    if "\0" in path:
        raise UsageError(f"{url!r} holds a NUL, which no file's name does; write duckdb:///file.duckdb")
    if not path:
        raise UsageError(f"'{url}' names no file; write duckdb:///file.duckdb")
    if _SERVICE.match(path):
        raise UsageError(f"'{url}' is no file, and a warehouse is one; write duckdb:///file.duckdb")
    if path == IN_MEMORY:
        return path
    path = _expand_home(path)
    try:
        whole = os.path.realpath(path)
    except FileNotFoundError as error:
        raise UsageError(f"{path} lies in the current folder, which is gone; go to another") from error
    if odd := _NOT_KEPT.search(whole):
        raise UsageError(
            f"DuckDB keeps no file in a path with {odd[0]!r}, such as {path}; choose another with --warehouse"
        )
    return whole


def shown(path: str) -> str:
    """A path as a message names it: short where it lies below the current folder."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except (ValueError, FileNotFoundError):
        return path


def lock_path(path: str) -> Path:
    """Where the lock of a warehouse lies, in which its holder says what he does."""
    return Path(f"{path}.heartbeat.json")


def snapshot_path(path: str) -> Path:
    """Where the snapshot of a warehouse lies."""
    return Path(f"{path}.snapshot")


def hold(path: str) -> None:
    """A warehouse is open at `path` in this process."""
    _open_warehouses[os.path.realpath(path)] += 1


def release(path: str) -> None:
    """It is closed again."""
    _open_warehouses.subtract([os.path.realpath(path)])


def belongs_to_warehouse(path: Path) -> bool:
    """Whether a file is a warehouse, or lies beside one and is its."""
    owners = [path, *(Path(str(path).removesuffix(end)) for end in COMPANIONS if path.name.endswith(end))]
    return any(_is_database(owner) for owner in owners)


def _is_database(path: Path) -> bool:
    if _open_warehouses[str(path)] > 0:
        return True
    if not path.is_file():
        return False
    # To read a file that is open here would end this process's hold on it, so a link to one is told by its number.
    others = [Path(other) for other, count in _open_warehouses.items() if count > 0]
    if any(other.exists() and path.samefile(other) for other in others):
        return True
    with path.open("rb") as file:
        return file.read(_MARK_OFFSET + len(_DATABASE_MARK))[_MARK_OFFSET:] == _DATABASE_MARK
