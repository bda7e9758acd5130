"""One small league for all tests of the audit, and a way to plant a leak in it."""

from collections.abc import Iterator

import pytest

from hoopcast.sources.simulator import TINY_LEAGUE
from tests.properties.warehouses import League, build_league


@pytest.fixture(scope="package")
def league(tmp_path_factory: pytest.TempPathFactory) -> Iterator[League]:
    """Two seasons of six teams and twelve games each, with a system that learns nothing and one that does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOOPCAST_SYSTEMS", "moving_average,linear")
        yield build_league(tmp_path_factory.mktemp("audited"), TINY_LEAGUE)
