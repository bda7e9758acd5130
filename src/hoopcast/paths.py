"""Paths as their users write them: a leading `~` is somebody's home, whoever opens the file."""

import os
from pathlib import Path

from hoopcast.errors import UsageError


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
