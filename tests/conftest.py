"""What every test may use: the real seasons, and Hypothesis set so that a failure repeats."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).parents[1]

# A deadline measures the machine, not the code. CI draws the same examples each time; elsewhere each run draws others.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dev", deadline=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark `real_data` whatever asks for the real seasons, so that `-m "not real_data"` finds all of it."""
    for item in items:
        if "real_data" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.real_data)
