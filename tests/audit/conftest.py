"""One small league for all tests of the audit, and a way to plant a leak in it."""

import pytest

from tests.properties.warehouses import League, with_systems

_SYSTEMS = "moving_average,linear"


@pytest.fixture(scope="session")
def league(tiny_league: League, tmp_path_factory: pytest.TempPathFactory) -> League:
    """Two seasons of six teams and twelve games each, with a system that learns nothing and one that does."""
    return with_systems(tmp_path_factory, tiny_league, _SYSTEMS)


@pytest.fixture(autouse=True)
def the_systems_of_the_league(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of each test choose the systems that the league was written with."""
    monkeypatch.setenv("HOOPCAST_SYSTEMS", _SYSTEMS)
