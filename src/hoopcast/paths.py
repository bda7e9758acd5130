"""Paths and warehouses as their users write them: a leading `~` is somebody's home, whoever opens the file."""

import os
import re
from pathlib import Path

from hoopcast.errors import UsageError

SCHEME = "duckdb://"
IN_MEMORY = ":memory:"
# Such as md:, of a service; one letter is a drive.
_SERVICE = re.compile(r"[A-Za-z]{2,}:")


def expanded(path: str) -> str:
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
    return Path(expanded(str(path)))


def warehouse_path(url: str) -> str:
    """File of a DuckDB URL: `duckdb:///x.duckdb` and `x.duckdb` both give x.duckdb; four slashes an absolute path.

    `~` is the user's home. Of a symbolic link it is the file that the link names, beside which all else that belongs to
    it stands.

    Raises:
        UsageError: if it is no file, in the home of nobody, or one that DuckDB can not keep.
    """
    if "://" in url and not url.startswith(SCHEME):
        message = f"'{url}' is no warehouse URL; write duckdb:///file.duckdb"
        raise UsageError(message)
    path = url.removeprefix(SCHEME)
    path = path.removeprefix("/") if url.startswith(SCHEME) else path
    if "\0" in path:
        raise UsageError(f"{url!r} holds a NUL, which no file's name does; write duckdb:///file.duckdb")
    if not path:
        message = f"'{url}' names no file; write duckdb:///file.duckdb"
        raise UsageError(message)
    if _SERVICE.match(path):
        message = f"'{url}' is no file, and a warehouse is one; write duckdb:///file.duckdb"
        raise UsageError(message)
    path = expanded(path)
    if "?" in os.path.realpath(path):
        message = f"DuckDB keeps no file in a path with '?', such as {path}; choose another with --warehouse"
        raise UsageError(message)
    return os.path.realpath(path) if Path(path).is_symlink() else path
