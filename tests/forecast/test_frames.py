"""Frames of one run: what systems have in common is read once, and no frame knows which was read before it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from hoopcast import Hoopcast
from hoopcast.forecast.frame import Frame
from hoopcast.forecast.frames import STORE, forecast_frame
from hoopcast.graph import systems
from hoopcast.pipeline.ledger import LEDGER
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.engine import ColumnsOf, Parameters
from tests.properties.warehouses import SEASONS, copy_of, days_of

EACH = [(system, level) for system in systems() for level in system.levels]


class Run(DuckDB):
    """A run of its own on a warehouse that is open, with the columns that it has read."""

    def __init__(self, warehouse: Hoopcast) -> None:
        super().__init__(warehouse.engine.url)
        self.read: list[str] = []

    def columns(self, sql: str, parameters: Parameters | None = None) -> ColumnsOf:
        """Run a query, and note its columns."""
        found = super().columns(sql, parameters)
        self.read += found
        return found


@pytest.fixture
def warehouse(forecast_warehouse: Path) -> Iterator[Hoopcast]:
    with copy_of(forecast_warehouse) as opened:
        yield opened


def plain(frame: Frame) -> Mapping[str, list[object]]:
    """What a frame holds, NULL as text: it equals itself."""
    members = {f"mean of {name}": one.mean for name, one in frame.members.items()}
    columns = {"game_id": frame.game_id, "player_id": frame.player_id, "game_date": frame.game_date, **frame.columns}
    return {name: [str(value) for value in values.tolist()] for name, values in (columns | members).items()}


def test_a_frame_is_the_same_whatever_other_systems_read_before_it(warehouse: Hoopcast) -> None:
    dates, shared = days_of(warehouse, SEASONS[-1]), Run(warehouse)
    for system, level in EACH:
        frame = forecast_frame(shared, system, level, dates)
        assert plain(frame) == plain(forecast_frame(Run(warehouse), system, level, dates))
        assert len(frame)


def test_systems_read_a_feature_once_for_all_levels(warehouse: Hoopcast) -> None:
    dates, run = days_of(warehouse, SEASONS[-1]), Run(warehouse)
    for system, level in EACH:
        if not system.members(level):
            forecast_frame(run, system, level, dates)
    assert run.read.count("points_avg_season") == run.read.count("minutes_weighted_8") == 1


def test_features_written_since_are_read_anew(warehouse: Hoopcast) -> None:
    dates, run = days_of(warehouse, SEASONS[-1]), Run(warehouse)
    system, level = next(one for one in EACH if "points_avg_season" in one[0].columns(one[1]))
    before = forecast_frame(run, system, level, dates).columns["points_avg_season"]
    warehouse.engine.execute(f"UPDATE {STORE} SET points_avg_season = points_avg_season + 1")
    warehouse.engine.execute(f"UPDATE {LEDGER} SET entry = entry + 1_000_000 WHERE table_name = '{STORE}'")
    after = forecast_frame(run, system, level, dates).columns["points_avg_season"]
    assert np.allclose(after, before + 1)


def test_other_dates_are_other_rows(warehouse: Hoopcast) -> None:
    dates, run = days_of(warehouse, SEASONS[-1]), Run(warehouse)
    system, level = EACH[0]
    every, later = (forecast_frame(run, system, level, some) for some in (dates, dates[3:]))
    assert 0 < len(later) < len(every)
    assert set(later.game_date.tolist()) == set(every.game_date.tolist()) & set(dates[3:])
