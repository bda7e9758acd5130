"""What every test may use: the real seasons and a warehouse of them, and Hypothesis set so that a failure repeats."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

import hoopcast
from hoopcast.league import TINY_LEAGUE, simulate, write
from tests.once import made_once

REPOSITORY = Path(__file__).parents[1]

# A deadline measures the machine, not the code. CI draws the same examples each time; elsewhere each run draws others.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dev", deadline=None, print_blob=True)
settings.register_profile("fuzz", deadline=None, print_blob=True, max_examples=5000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))


# Most tests are about the tables below the forecasts, and one system that learns nothing shows that those reach them.
# Tests of the others choose their systems themselves.
os.environ.setdefault("HOOPCAST_SYSTEMS", "moving_average")
# One that learns nothing, one that learns, at three levels, and one that reads the line.
SYSTEMS = "moving_average,linear,market"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the real seasons, one subfolder each; without them the test is skipped, in CI it fails."""
    folder = Path(os.environ.get("HOOPCAST_REAL_DATA") or REPOSITORY.parent / "shared" / "nba").resolve()
    if folder.is_dir():
        return folder
    reason = f"no real seasons at {folder}: set HOOPCAST_REAL_DATA to the folder that holds them"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def real_warehouse(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """File of a warehouse with all the real seasons, ingested and backfilled; to be read only, or copied."""

    def make(folder: Path) -> None:
        with hoopcast.open(str(folder / "real.duckdb")) as warehouse:
            assert not warehouse.ingest(real_data).errors
            assert warehouse.backfill().exit_status == 0

    return made_once(tmp_path_factory, "real", make) / "real.duckdb"


@pytest.fixture(scope="session")
def forecast_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """File of a warehouse of two small simulated seasons with forecasts and grades of `SYSTEMS`; to be copied."""

    def make(folder: Path) -> None:
        write(simulate(("2020-21", "2021-22"), seed=1, size=TINY_LEAGUE), folder / "league")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HOOPCAST_SYSTEMS", SYSTEMS)
            with hoopcast.open(str(folder / "hoopcast.duckdb")) as warehouse:
                warehouse.ingest(folder / "league")
                assert warehouse.backfill().exit_status == 0

    return made_once(tmp_path_factory, "forecasts", make) / "hoopcast.duckdb"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark `real_data` whatever asks for the real seasons, so that `-m "not real_data"` finds all of it."""
    for item in items:
        if "real_data" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.real_data)
