"""Nonsense played from a date on reaches no feature of the real season up to that date."""

import shutil
from datetime import date
from pathlib import Path

import pytest

import hoopcast
from hoopcast import Hoopcast
from tests.properties.changes import CHANGES, RESULTS, record_changes, tell
from tests.properties.warehouses import days_of, differences, pre_game_models

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

SEASON = "2021-22"
PRE_GAME = {model.table.name: model.table.content_columns for model in pre_game_models()}
NONSENSE = ("box scores tell other numbers", "men nobody knew played", "teams' totals are others", "others won")
# Game days after the day on which it is seen that the nonsense arrives.
LATER = 8


def write_again(warehouse: Hoopcast, day: date, since: date) -> None:
    """Write anew what happened all season, and what was said before games from a day up to some days after another."""
    nodes = [node for node in warehouse.graph.nodes if node.table.phase != "grading"]
    what_happened = [node.name for node in nodes if node.table.phase == "analytics"]
    said = [node.name for node in nodes if node.table.phase != "analytics"]
    days = days_of(warehouse, SEASON)
    morning = days.index(day)
    for names, dates in ((what_happened, days), (said, days[days.index(since) : morning + 1 + LATER])):
        report = warehouse.backfill(*names, dates=dates, resume=False, skip_preflight=True)
        assert report.exit_status == 0, warehouse.engine.query("FROM nba_orchestration.failures WHERE can_retry").rows


@pytest.mark.parametrize(
    ("day", "kinds", "since"),
    [
        ("2021-10-19", (*NONSENSE, "shots came from elsewhere"), "2021-10-19"),
        ("2022-01-15", (*NONSENSE, "box scores lack men", "another five started"), "2021-10-19"),
        ("2022-03-05", ("nothing is played yet",), "2022-02-01"),
    ],
)
def test_nonsense_from_a_day_on_changes_no_feature_up_to_that_day(
    real_warehouse: Path, tmp_path: Path, day: str, kinds: tuple[str, ...], since: str
) -> None:
    copy = tmp_path / "copy.duckdb"
    shutil.copy(real_warehouse, copy)
    with hoopcast.open(str(copy)) as warehouse:
        for kind in kinds:
            tell(warehouse.engine, CHANGES[kind], day=date.fromisoformat(day), seed=11)
        record_changes(warehouse.engine, RESULTS)
        write_again(warehouse, date.fromisoformat(day), date.fromisoformat(since))
        season = f"season = '{SEASON}' AND"
        assert differences(warehouse, real_warehouse, PRE_GAME, f"{season} {{time}} <= DATE '{day}'") == {}
        features = {"nba_predictions.ml_feature_store": ("points_avg_season",)}
        later = differences(warehouse, real_warehouse, features, f"{season} {{time}} > DATE '{day}'")
        assert later["nba_predictions.ml_feature_store"] > 300
