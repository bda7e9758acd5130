"""However a season is written, its tables are the same: in one run, in pieces in any order, or day by day."""

import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import hoopcast
from hoopcast import Hoopcast
from hoopcast.warehouse.tables import table
from tests.properties.replay import files_as_of
from tests.properties.warehouses import (
    SEASONS,
    League,
    copy_of,
    days_of,
    differences,
    few,
    fingerprints,
    last_entry,
    pre_game_models,
)

pytestmark = pytest.mark.slow


def in_pieces(warehouse: Hoopcast, seed: int, pieces: int) -> None:
    """Backfill both seasons in groups of dates and tables that were drawn, then whatever is left."""
    chance = random.Random(seed)  # noqa: S311 - to draw an order, no secret
    days = [day for season in SEASONS for day in days_of(warehouse, season)]
    chance.shuffle(days)
    names = [node.name for node in warehouse.graph.nodes]
    for piece in range(pieces):
        tables = chance.sample(names, chance.randint(1, len(names)))
        warehouse.backfill(*tables, dates=sorted(days[piece::pieces]), skip_preflight=chance.random() < 0.3)
    assert warehouse.backfill(stage="all", skip_preflight=True).exit_status == 0


@few(1)
@given(seed=st.integers(0, 999), pieces=st.integers(2, 4))
@example(seed=1, pieces=3)
def test_pieces_of_seasons_in_any_order_give_the_tables_of_one_backfill(
    short_league: League, seed: int, pieces: int
) -> None:
    with copy_of(short_league.raw) as warehouse:
        in_pieces(warehouse, seed, pieces)
        assert differences(warehouse, short_league.complete) == {}


def test_dates_written_one_by_one_from_the_last_to_the_first_give_the_same_tables(short_league: League) -> None:
    with copy_of(short_league.complete) as warehouse:
        for day in reversed(days_of(warehouse, SEASONS[1])[-3:]):
            warehouse.backfill(dates=[day], resume=False, skip_preflight=True)
        assert differences(warehouse, short_league.complete) == {}


def test_a_season_lived_day_by_day_gives_the_tables_of_one_backfill(short_league: League, tmp_path: Path) -> None:
    mornings: dict[tuple[str, date], list[tuple[object, ...]]] = {}
    time = {model.table.name: model.time for model in pre_game_models()}
    with hoopcast.open(str(tmp_path / "lived.duckdb"), threads=1) as warehouse:
        assert not warehouse.ingest(short_league.files / SEASONS[0]).errors
        for day, folder in files_as_of(short_league.files, SEASONS[1], tmp_path / "mornings"):
            assert not warehouse.ingest(folder).errors
            assert warehouse.backfill().exit_status == 0
            mornings |= {(name, day): rows_on(warehouse, name, time[name], day) for name in time}
        assert warehouse.backfill(stage="all", skip_preflight=True).exit_status == 0
        assert differences(warehouse, short_league.complete) == {}
        later = {(name, day): rows_on(warehouse, name, time[name], day) for name, day in mornings}
    assert sum(len(rows) for rows in mornings.values()) > 3000
    assert [partition for partition, rows in mornings.items() if later[partition] != rows] == []


def rows_on(warehouse: Hoopcast, name: str, time: str, day: date) -> list[tuple[object, ...]]:
    """Rows of a table on a date, in an order of their own."""
    columns = ", ".join(table(name).content_columns)
    rows = warehouse.engine.query(f"SELECT {columns} FROM {name} WHERE {time} = $day ORDER BY ALL", {"day": day}).rows
    return [tuple(row) for row in rows]


def test_a_second_run_writes_nothing(tiny_league: League) -> None:
    with copy_of(tiny_league.complete) as warehouse:
        entries, content = last_entry(warehouse), fingerprints(warehouse)
        report = warehouse.backfill(stage="all", skip_preflight=True)
        assert report.run_id == ""
        assert report.exit_status == 0
        assert last_entry(warehouse) == entries
        assert fingerprints(warehouse) == content


def test_ingesting_the_same_files_again_makes_nothing_stale(tiny_league: League) -> None:
    with copy_of(tiny_league.complete) as warehouse:
        entries = last_entry(warehouse)
        report = warehouse.ingest(tiny_league.files)
        assert report.total("added") + report.total("changed") == 0
        assert last_entry(warehouse) == entries
        assert warehouse.backfill(stage="all", skip_preflight=True).run_id == ""


def test_what_is_done_and_written_again_comes_out_with_the_same_content(tiny_league: League) -> None:
    with copy_of(tiny_league.complete) as warehouse:
        entries, content = last_entry(warehouse), fingerprints(warehouse)
        warehouse.backfill(stage="all", resume=False, skip_preflight=True)
        assert last_entry(warehouse) > entries
        assert fingerprints(warehouse) == content
        assert differences(warehouse, tiny_league.complete) == {}
