"""Warehouses to ingest into."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hoopcast.warehouse.duckdb import DuckDB
from tests.ingest.small_season import SCHEDULE, empty, empty_warehouse, ingest_files, write_csv


@pytest.fixture(scope="session")
def shared_warehouse() -> Iterator[DuckDB]:
    """One warehouse in memory for all tests of this folder; each test empties it first."""
    engine = empty_warehouse()
    yield engine
    engine.close()


@pytest.fixture
def bare(shared_warehouse: DuckDB) -> DuckDB:
    """A warehouse without any ingested row."""
    empty(shared_warehouse)
    return shared_warehouse


@pytest.fixture
def engine(bare: DuckDB, tmp_path: Path) -> DuckDB:
    """A warehouse with the small season's schedule."""
    assert ingest_files(bare, write_csv(tmp_path / "the_schedule.csv", SCHEDULE)).total("added") == len(SCHEDULE)
    return bare


@pytest.fixture
def payloads(real_data: Path) -> Path:
    """Folder of real answers of the services, beside the real seasons."""
    folder = real_data.parent / "payloads"
    if not folder.is_dir():
        pytest.skip(f"no answers of the services at {folder}")
    return folder
