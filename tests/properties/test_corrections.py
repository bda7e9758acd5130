"""A late correction makes stale what it can reach and nothing else, and what it made is undone with it."""

from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hoopcast import Hoopcast
from hoopcast.pipeline.ledger import NODE
from hoopcast.pipeline.node import Node
from hoopcast.pipeline.plan import plan
from hoopcast.pipeline.ranges import Range, resolve
from tests.properties.changes import PLAYER_BOX
from tests.properties.warehouses import (
    SEASONS,
    League,
    chosen_nodes,
    copy_of,
    differences,
    few,
    fingerprints,
    last_entry,
    rows_of,
)

pytestmark = pytest.mark.slow

Partition = tuple[str, date]


def corrected_box(league: League, season: str, place: int, folder: Path) -> tuple[Path, date]:
    """A file that gives one man of a game two points more, and the game's date."""
    source = league.files / season / "player_box.parquet"
    path = folder / f"correction_{season}_{place}.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"""COPY (
                SELECT * REPLACE (FGM + 1 AS FGM, FGA + 1 AS FGA, PTS + 2 AS PTS)
                FROM '{source}' WHERE MIN > 10 ORDER BY GAME_ID, PLAYER_ID LIMIT 1 OFFSET {place}
            ) TO '{path}' (FORMAT parquet)"""
        )
        found = connection.execute(f"SELECT CAST(GAME_DATE AS DATE) FROM '{path}'").fetchone()
    assert found is not None
    return path, found[0]


def season_year(day: date) -> int:
    """Year in which the season of a league's date starts."""
    return day.year if day.month >= 9 else day.year - 1


def reachable(changed: Partition, dates: list[date]) -> set[Partition]:
    """Units that the headers of the models let a changed raw partition reach, step by step."""
    reached: set[Partition] = {changed}
    for model in chosen_nodes():
        reached |= {(model.name, day) for day in dates if _reads(model, day, reached)}
    return reached - {changed}


def _reads(model: Node, day: date, reached: set[Partition]) -> bool:
    for item in (*model.inputs, *model.spine.inputs):
        for name, source in reached:
            if name != item.name:
                continue
            years = season_year(day) - season_year(source)
            is_past = source < day and 0 <= years <= model.look_back
            if (item.time_constraint in {"same", "until"} and source == day) or (
                item.time_constraint in {"before", "until"} and is_past
            ):
                return True
    return False


def stale(warehouse: Hoopcast) -> set[Partition]:
    """Units that are stale."""
    partitions = plan(warehouse.engine, warehouse.graph.nodes, resolve(warehouse.engine, Range(stage="all")))
    assert {partition.state for partition in partitions} <= {"done", "stale", "not_available"}
    return {(partition.table, partition.date) for partition in partitions if partition.state == "stale"}


def available(warehouse: Hoopcast) -> list[tuple[str, date]]:
    """Units that are done."""
    partitions = plan(warehouse.engine, warehouse.graph.nodes, resolve(warehouse.engine, Range(stage="all")))
    return [(partition.table, partition.date) for partition in partitions if partition.state == "done"]


def written_since(warehouse: Hoopcast, entry: int) -> set[Partition]:
    """Units that the ledger has entries of after one."""
    rows = warehouse.engine.query(
        f"SELECT DISTINCT {NODE}, partition_date FROM nba_orchestration.ledger WHERE entry > $entry", {"entry": entry}
    ).rows
    return {(str(name), day) for name, day in rows if isinstance(day, date)}


@few(1)
@given(season=st.sampled_from(SEASONS), place=st.integers(0, 400))
@example(season=SEASONS[0], place=0)
@example(season=SEASONS[1], place=250)
def test_a_correction_makes_exactly_the_reachable_dates_stale_and_mends_them_alone(
    tiny_league: League, tmp_path_factory: pytest.TempPathFactory, season: str, place: int
) -> None:
    path, day = corrected_box(tiny_league, season, place, tmp_path_factory.mktemp("corrections"))
    with copy_of(tiny_league.complete) as warehouse:
        done = available(warehouse)
        dates = sorted({partition_date for _, partition_date in done})
        before = last_entry(warehouse)
        assert warehouse.ingest(path).total("changed") == 1
        assert written_since(warehouse, before) == {(PLAYER_BOX, day)}
        expected = reachable((PLAYER_BOX, day), dates) & set(done)
        assert stale(warehouse) == expected
        before = last_entry(warehouse)
        assert warehouse.backfill(stage="all", skip_preflight=True).exit_status == 0
        mended = written_since(warehouse, before)
        assert mended <= expected
        assert ("nba_analytics.player_game_summary", day) in mended
        assert stale(warehouse) == set()
        # Everything written again from that season on has the content that stands there.
        contents = fingerprints(warehouse)
        for one in SEASONS[SEASONS.index(season) :]:
            warehouse.backfill(season=one, stage="all", resume=False, skip_preflight=True)
        assert fingerprints(warehouse) == contents


def test_a_correction_that_is_taken_back_leaves_the_tables_as_they_were(tiny_league: League, tmp_path: Path) -> None:
    path, day = corrected_box(tiny_league, SEASONS[1], 100, tmp_path)
    with copy_of(tiny_league.complete) as warehouse:
        warehouse.ingest(path)
        warehouse.backfill(stage="all", skip_preflight=True)
        changed = differences(warehouse, tiny_league.complete)
        assert {"nba_analytics.player_game_summary", "nba_predictions.ml_feature_store"} <= changed.keys()
        assert warehouse.forget(path).dates == (day,)
        warehouse.ingest(tiny_league.files / SEASONS[1] / "player_box.parquet")
        assert warehouse.backfill(stage="all", skip_preflight=True).exit_status == 0
        assert differences(warehouse, tiny_league.complete) == {}


def test_a_season_that_is_forgotten_and_ingested_again_has_the_same_tables(tiny_league: League) -> None:
    with copy_of(tiny_league.complete) as warehouse:
        warehouse.forget(SEASONS[1])
        warehouse.backfill(stage="all", skip_preflight=True)
        gone = rows_of(warehouse, "nba_predictions.ml_feature_store", f"season = '{SEASONS[1]}'")
        assert gone == 0
        warehouse.ingest(tiny_league.files / SEASONS[1], tiny_league.files / "injury_transactions.parquet")
        assert warehouse.backfill(stage="all", skip_preflight=True).exit_status == 0
        assert differences(warehouse, tiny_league.complete) == {}
