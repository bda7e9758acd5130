"""What takes long to make and is only read: made once, whatever processes run tests side by side."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Folder that is made by the first test of any process to ask for it; the others wait. To be read only, or copied.

    Args:
        factory: temporary folders of this process.
        name: of the folder.
        make: fills the folder, which is there and empty.
    """
    folder = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    folder = folder / "once" / name
    folder.mkdir(parents=True, exist_ok=True)
    contents = folder / "contents"
    with (folder / "made").open("a+") as made:
        fcntl.flock(made, fcntl.LOCK_EX)
        # Where the file ends now, not where it did before the wait.
        if not made.seek(0, os.SEEK_END):
            shutil.rmtree(contents, ignore_errors=True)
            contents.mkdir()
            make(contents)
            made.write("made\n")
    return contents
