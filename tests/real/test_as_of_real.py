"""Nonsense played from a date on reaches no feature of the real season up to that date."""

import shutil
from datetime import date
from pathlib import Path

import pytest

import hoopcast
from tests.properties.changes import CHANGES, RESULTS, record_changes, tell
from tests.properties.warehouses import differences, pre_game_models

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

SEASON = "2021-22"
PRE_GAME = {model.table.name: model.table.content_columns for model in pre_game_models()}
NONSENSE = ("box scores tell other numbers", "men nobody knew played", "teams' totals are others", "others won")


@pytest.mark.parametrize(
    ("day", "kinds"),
    [
        ("2021-10-19", (*NONSENSE, "shots came from elsewhere")),
        ("2022-01-15", (*NONSENSE, "box scores lack men", "another five started")),
        ("2022-03-05", ("nothing is played yet",)),
    ],
)
def test_nonsense_from_a_day_on_changes_no_feature_up_to_that_day(
    real_warehouse: Path, tmp_path: Path, day: str, kinds: tuple[str, ...]
) -> None:
    copy = tmp_path / "copy.duckdb"
    shutil.copy(real_warehouse, copy)
    with hoopcast.open(str(copy)) as warehouse:
        for kind in kinds:
            tell(warehouse.engine, CHANGES[kind], day=date.fromisoformat(day), seed=11)
        record_changes(warehouse.engine, RESULTS)
        report = warehouse.backfill(season=SEASON, resume=False, skip_preflight=True)
        assert report.exit_status == 0, warehouse.engine.query("FROM nba_orchestration.failures WHERE can_retry").rows
        season = f"season = '{SEASON}' AND"
        assert differences(warehouse, real_warehouse, PRE_GAME, f"{season} {{time}} <= DATE '{day}'") == {}
        features = {"nba_predictions.ml_feature_store": ("points_avg_season",)}
        later = differences(warehouse, real_warehouse, features, f"{season} {{time}} > DATE '{day}'")
        assert later["nba_predictions.ml_feature_store"] > 1000
