"""Leagues that the properties are tried on."""

import pytest

from hoopcast.league import LeagueSize
from tests.properties.warehouses import League, made_league


@pytest.fixture(scope="session")
def short_league(tmp_path_factory: pytest.TempPathFactory) -> League:
    """Two seasons so short that each of their days can be lived through.

    Nobody in it has a namesake: whom a name without id means depends on who is known by then.
    """
    size = LeagueSize(teams=4, games_per_team=6, players_per_team=9)
    return made_league(tmp_path_factory, "short_league", size, seed=2)
