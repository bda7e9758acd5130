"""The league that the lessons are tried on."""

from collections.abc import Iterator

import pytest

from hoopcast.league import TINY_LEAGUE
from hoopcast.warehouse.duckdb import DuckDB
from tests.ingest.small_season import empty, empty_warehouse
from tests.properties.warehouses import League, made_league


@pytest.fixture(scope="session")
def league(tmp_path_factory: pytest.TempPathFactory) -> League:
    """Two seasons of six teams and twelve games each."""
    return made_league(tmp_path_factory, "tiny_league", TINY_LEAGUE)


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
