"""The real seasons, open for questions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import hoopcast
from hoopcast import Hoopcast


@pytest.fixture(scope="session")
def real(real_warehouse: Path) -> Iterator[Hoopcast]:
    """The warehouse of all the real seasons, to be read."""
    with hoopcast.open(str(real_warehouse), read_only=True) as warehouse:
        yield warehouse
