"""From raw files to picks in two leagues: one whose market knows everything, one whose market does not."""

from pathlib import Path

import pytest

import hoopcast
from hoopcast.evaluation.market import ClaimSummary
from hoopcast.league import LeagueSize, simulate, write
from tests.market.leagues import with_market

pytestmark = pytest.mark.slow

SEASONS = ("2020-21", "2021-22")
SIZE = LeagueSize(teams=16, games_per_team=82, players_per_team=15)
# A forecast that learns nothing, so that all that is learned is learned of the market.
SYSTEM = "moving_average"


def record(folder: Path, monkeypatch: pytest.MonkeyPatch, ignored: float) -> ClaimSummary:
    """What the system claimed and was paid in the second season, against a market that leaves something out."""
    monkeypatch.setenv("HOOPCAST_SYSTEMS", SYSTEM)
    write(with_market(simulate(SEASONS, seed=5, size=SIZE), ignored), folder / "league")
    with hoopcast.open(str(folder / "league.duckdb")) as warehouse:
        assert not warehouse.ingest(folder / "league").errors
        warehouse.backfill("predictions", "grades", season=SEASONS[1])
        found = warehouse.evaluate(season=SEASONS[1], populations=("PROP",))
    assert found.warnings[0].startswith("SIMULATED")
    (summary,) = found.claim_summaries
    assert summary.lines > 5000
    return summary


def test_an_edge_that_is_there_is_found_and_its_size_is_what_it_pays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = record(tmp_path, monkeypatch, ignored=0.4)
    assert found.picks > 500
    assert found.pick_low > 0, "picks pay beyond chance"
    assert found.pick_low <= found.pick_claimed <= found.pick_high
    assert found.slope_low <= 1 <= found.slope_high
    assert found.status == "not contradicted"


def test_a_market_that_knows_everything_leaves_nothing_to_pick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = record(tmp_path, monkeypatch, ignored=0.0)
    assert found.picks < 0.01 * found.lines
    assert not found.pick_low > 0
