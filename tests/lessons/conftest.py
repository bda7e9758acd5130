"""The league that the lessons are tried on."""

from collections.abc import Iterator

import pytest

from hoopcast.warehouse.duckdb import DuckDB
from tests.ingest.small_season import empty, empty_warehouse
from tests.properties.warehouses import League


@pytest.fixture(scope="session")
def league(tiny_league: League) -> League:
    """Two seasons of six teams and twelve games each."""
    return tiny_league


@pytest.fixture(scope="session")
def shared_warehouse() -> Iterator[DuckDB]:
    """One warehouse in memory for all lessons about single rows; each test empties it first."""
    engine = empty_warehouse()
    yield engine
    engine.close()


@pytest.fixture
def bare(shared_warehouse: DuckDB) -> DuckDB:
    """A warehouse without any row."""
    empty(shared_warehouse)
    shared_warehouse.execute("DELETE FROM nba_analytics.player_game_summary")
    return shared_warehouse
