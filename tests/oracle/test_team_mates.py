"""What tells who will play, and what team-mates leave to a player, agree with a plain count in a simulated league."""

from collections.abc import Iterator

import pytest

import hoopcast
from hoopcast import Hoopcast
from hoopcast.league import TINY_LEAGUE
from tests.oracle.comparison import disagreements, rows_by_key
from tests.oracle.team_mates import Mornings
from tests.properties.warehouses import made_league

pytestmark = pytest.mark.slow

# Products of a probability are rounded to millionths before they are added up over the team.
SUM_OF_ROUNDED = 3e-5


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hoopcast]:
    """Two seasons of six teams and twelve games each."""
    league = made_league(tmp_path_factory, "oracle_league", TINY_LEAGUE, seed=4)
    with hoopcast.open(str(league.complete), read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def mornings(warehouse: Hoopcast) -> Mornings:
    """Every expected player of every game."""
    return Mornings(warehouse)


def test_availability_features(warehouse: Hoopcast, mornings: Mornings) -> None:
    rows = rows_by_key(warehouse, "nba_precompute.availability_features", ("game_id", "player_id"))
    assert rows.keys() == mornings.rows.keys()
    assert any(row["minutes_out_today"] for row in rows.values())
    for key, row in mornings.rows.items():
        assert isinstance(key, tuple)
        assert disagreements(rows[key], mornings.availability_features(row), SUM_OF_ROUNDED) == {}, row


def test_player_vacancy(warehouse: Hoopcast, mornings: Mornings) -> None:
    rows = rows_by_key(warehouse, "nba_precompute.player_vacancy", ("game_id", "player_id"))
    assert rows.keys() == mornings.rows.keys()
    assert any(row["minutes_vacated_change_news"] for row in rows.values())
    for key, row in mornings.rows.items():
        assert disagreements(rows[key], mornings.vacancy(row), SUM_OF_ROUNDED) == {}, row
