"""The real seasons, open for questions."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import hoopcast
from hoopcast import Hoopcast


@pytest.fixture(scope="session")
def real(real_warehouse: Path) -> Iterator[Hoopcast]:
    """The warehouse of all the real seasons, to be read."""
    with hoopcast.open(str(real_warehouse), read_only=True) as warehouse:
        yield warehouse


def rows(real: Hoopcast, sql: str, **parameters: str | date) -> list[tuple[object, ...]]:
    """Rows of a query."""
    return [tuple(row) for row in real.engine.query(sql, parameters).rows]
