"""What every test may use: the real seasons and a warehouse of them, and Hypothesis set so that a failure repeats."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

import hoopcast
from hoopcast.league import TINY_LEAGUE
from tests.once import made_once
from tests.properties.warehouses import League, made_league

REPOSITORY = Path(__file__).parents[1]

# A deadline measures the machine, not the code. CI draws the same examples each time; elsewhere each run draws others.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dev", deadline=None, print_blob=True)
settings.register_profile("fuzz", deadline=None, print_blob=True, max_examples=5000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))


# Most tests are about the tables below the forecasts, and one system that learns nothing shows that those reach them.
# Tests of the others choose their systems themselves.
ONE_SYSTEM = "moving_average"
os.environ.setdefault("HOOPCAST_SYSTEMS", ONE_SYSTEM)
# One that learns nothing, one that learns, at three levels, and one that reads the line.
SYSTEMS = "moving_average,linear,market"


def _folder(variable: str, name: str, what: str) -> Path:
    """A folder of inputs that lie beside the project; without it the test is skipped, in CI it fails."""
    folder = Path(os.environ.get(variable) or REPOSITORY.parent / "shared" / name).resolve()
    if folder.is_dir():
        return folder
    reason = f"no {what} at {folder}: set {variable} to the folder that holds them"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the real seasons, one subfolder each."""
    return _folder("HOOPCAST_REAL_DATA", "nba", "real seasons")


@pytest.fixture(scope="session")
def cases() -> Path:
    """Folder of small files as people have them, one subfolder for each trait."""
    return _folder("HOOPCAST_CASES", "cases", "files of cases")


@pytest.fixture(scope="session")
def real_warehouse(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """File of a warehouse with all the real seasons, ingested and backfilled; to be read only, or copied."""

    def make(folder: Path) -> None:
        with hoopcast.open(str(folder / "real.duckdb")) as warehouse:
            assert not warehouse.ingest(real_data).errors
            assert warehouse.backfill().exit_status == 0

    return made_once(tmp_path_factory, "real", make) / "real.duckdb"


@pytest.fixture(scope="session")
def tiny_league(tmp_path_factory: pytest.TempPathFactory) -> League:
    """Two seasons of six teams and twelve games each, with one system; to be read only, or copied."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOOPCAST_SYSTEMS", ONE_SYSTEM)
        return made_league(tmp_path_factory, "tiny_league", TINY_LEAGUE)


@pytest.fixture(scope="session")
def forecast_warehouse(tiny_league: League, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """File of a warehouse of the tiny league's regular seasons, with what `SYSTEMS` forecast; to be copied."""

    def make(folder: Path) -> None:
        shutil.copy(tiny_league.raw, folder / "hoopcast.duckdb")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HOOPCAST_SYSTEMS", SYSTEMS)
            with hoopcast.open(str(folder / "hoopcast.duckdb"), threads=1) as warehouse:
                assert warehouse.backfill().exit_status == 0

    return made_once(tmp_path_factory, "forecasts", make) / "hoopcast.duckdb"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark `real_data` whatever asks for the real seasons, so that `-m "not real_data"` finds all of it."""
    for item in items:
        if "real_data" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.real_data)
