"""Leagues that several tests look at."""

import pytest

from hoopcast.league import TINY_LEAGUE, League, simulate
from tests.league.truth import Truth, truth_of


@pytest.fixture(scope="session")
def full_league() -> League:
    """Two seasons of thirty teams."""
    return simulate(("2020-21", "2021-22"), seed=1)


@pytest.fixture(scope="session")
def full_truth(full_league: League) -> Truth:
    """What is true of those two seasons."""
    return truth_of(full_league)


@pytest.fixture(scope="session")
def tiny_league() -> League:
    """Two seasons of six teams and twelve games each."""
    return simulate(("2020-21", "2021-22"), seed=1, size=TINY_LEAGUE)
