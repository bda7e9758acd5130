"""Scores of forecasts that are not those of today say so, and how to make them so."""

import re
import shlex
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

import hoopcast
from hoopcast import Hoopcast
from hoopcast.cli.commands import hoopcast as command
from hoopcast.graph import Graph
from tests.conftest import SYSTEMS
from tests.properties.changes import record_changes

BOX = "nba_raw.nbac_player_boxscore"
GRADES = "nba_predictions.prediction_accuracy"
ISSUED = "nba_predictions.issued_forecast"
SEASON = "2021-22"


@pytest.fixture
def warehouse(forecast_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hoopcast]:
    shutil.copy(forecast_warehouse, tmp_path / "hoopcast.duckdb")
    monkeypatch.setenv("HOOPCAST_SYSTEMS", SYSTEMS)
    monkeypatch.setenv("HOOPCAST_WAREHOUSE", str(tmp_path / "hoopcast.duckdb"))
    with hoopcast.open() as opened:
        yield opened


def days(warehouse: Hoopcast) -> list[date]:
    found = warehouse.query(f"SELECT DISTINCT game_date FROM {GRADES} WHERE season = '{SEASON}' ORDER BY 1").rows
    return [day for (day,) in found]


def correct(warehouse: Hoopcast, day: date) -> None:
    """Bring in a correction of a night's box scores."""
    warehouse.engine.execute(f"UPDATE {BOX} SET points = points + 1 WHERE game_date = $day", {"day": day})
    record_changes(warehouse.engine, (BOX,))


def stale(warehouse: Hoopcast, *systems: str, published: bool = False) -> list[str]:
    found = warehouse.evaluate(*systems, season=SEASON, published=published)
    return [line for line in found.warnings if "not up to date" in line]


def test_scores_of_forecasts_that_are_up_to_date_say_nothing(warehouse: Hoopcast) -> None:
    assert stale(warehouse) == []


def test_scores_of_stale_forecasts_name_the_dates_and_the_command_that_mends_them(warehouse: Hoopcast) -> None:
    of_season = days(warehouse)
    correct(warehouse, of_season[2])
    (line,) = stale(warehouse, "moving_average")
    assert line == (
        f"forecasts or grades of moving_average_history on {len(of_season) - 2} dates are not up to date, and scored as"
        f" they stand; `hoopcast backfill grades --start-date {of_season[2]} --end-date {of_season[-1]}` makes them"
        " anew"
    )
    said = re.search(r"`hoopcast (.*)`", line)
    assert said is not None
    warehouse.close()
    assert CliRunner().invoke(command, shlex.split(said[1])).exit_code == 0
    with hoopcast.open(read_only=True) as mended:
        assert stale(mended) == []


def test_a_system_that_no_longer_runs_is_named_with_what_runs_it(
    warehouse: Hoopcast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warehouse, "graph", Graph(("moving_average",)))
    correct(warehouse, days(warehouse)[-1])
    (line,) = stale(warehouse)
    assert "`HOOPCAST_SYSTEMS=linear,market,moving_average hoopcast backfill grades --dates " in line


def test_what_was_published_is_never_stale(warehouse: Hoopcast) -> None:
    own = warehouse.query("FROM nba_predictions.player_prop_predictions").columns
    columns = ", ".join(name for name in warehouse.query(f"FROM {ISSUED}").columns if name in own)
    warehouse.engine.execute(
        f"INSERT INTO {ISSUED} ({columns}, issued_at_utc)"
        f" SELECT {columns}, TIMESTAMP '2020-01-01' FROM nba_predictions.player_prop_predictions"
    )
    correct(warehouse, days(warehouse)[2])
    assert stale(warehouse, published=True) == []
