"""One small league for all tests of the audit, and a way to plant a leak in it."""

import pytest

from hoopcast.league import TINY_LEAGUE
from tests.properties.warehouses import League, made_league

_SYSTEMS = "moving_average,linear"


@pytest.fixture(scope="session")
def league(tmp_path_factory: pytest.TempPathFactory) -> League:
    """Two seasons of six teams and twelve games each, with a system that learns nothing and one that does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOOPCAST_SYSTEMS", _SYSTEMS)
        return made_league(tmp_path_factory, "audited_league", TINY_LEAGUE)


@pytest.fixture(autouse=True)
def the_systems_of_the_league(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of each test choose the systems that the league was written with."""
    monkeypatch.setenv("HOOPCAST_SYSTEMS", _SYSTEMS)
