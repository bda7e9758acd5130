"""Files that mean nothing, and files of the right columns with any cells: bad rows are set aside, the rest lands."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hoopcast.errors import HoopcastError
from hoopcast.ingest.load import IngestReport, ingest
from hoopcast.warehouse.duckdb import DuckDB
from tests.ingest.small_season import SCHEDULE, empty, empty_warehouse, game, player_line, values, write_csv

# A file takes a tenth of a second: a tenth as many of them as of texts.
FILES = settings(max_examples=max(10, settings().max_examples // 10), suppress_health_check=[HealthCheck.too_slow])
CELL = st.text(max_size=12) | st.integers().map(str) | st.floats().map(str) | st.dates().map(str) | st.just("")


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDB]:
    """A warehouse in memory, which each example empties."""
    engine = empty_warehouse()
    yield engine
    engine.close()


def taken(warehouse: DuckDB, path: Path) -> IngestReport | None:
    """What became of a file; None if it was refused whole, in one line."""
    try:
        return ingest(warehouse, [path], run_id="fuzz")
    except HoopcastError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right
        return None


def number(engine: DuckDB, table: str) -> int:
    return int(str(values(engine, f"SELECT COUNT(*) FROM {table}")[0][0]))


@FILES
@given(st.binary(max_size=200), st.sampled_from([".csv", ".json", ".parquet", ".csv.gz", ".json.gz"]))
@example(b"PAR1PAR1", ".parquet")
@example(b"\x1f\x8b", ".csv.gz")
@example(b"[" * 2000, ".json")
@example(b'{"a": NaN}', ".json")
@example(b'a,b\n1,2,3\n"', ".csv")
@example(b"\xff\xfea\x00", ".csv")
def test_bytes_that_are_no_table_are_refused_in_one_line(
    warehouse: DuckDB, folder: Path, written: bytes, ending: str
) -> None:
    empty(warehouse)
    path = folder / f"noise{ending}"
    path.write_bytes(written)
    report = taken(warehouse, path)
    if report:
        assert report.errors
        assert all("\n" not in str(error) for error in report.errors)


def changed(row: dict[str, object]) -> st.SearchStrategy[dict[str, object]]:
    """A row with some of its cells exchanged for any."""
    return st.dictionaries(st.sampled_from(sorted(row)), CELL, max_size=4).map(lambda cells: {**row, **cells})


@FILES
@given(st.lists(changed(dict(player_line())), min_size=1, max_size=6), st.sampled_from(["csv", "json"]))
def test_every_row_of_box_scores_lands_or_is_set_aside_with_its_reason(
    warehouse: DuckDB, folder: Path, rows: list[dict[str, object]], kind: str
) -> None:
    check(warehouse, folder, rows, kind, "nba_raw.nbac_player_boxscore")


@FILES
@given(st.lists(changed(dict(game())), min_size=1, max_size=6), st.sampled_from(["csv", "json"]))
def test_every_row_of_a_schedule_lands_or_is_set_aside_with_its_reason(
    warehouse: DuckDB, folder: Path, rows: list[dict[str, object]], kind: str
) -> None:
    check(warehouse, folder, rows, kind, "nba_raw.nbac_schedule")


def check(warehouse: DuckDB, folder: Path, rows: list[dict[str, object]], kind: str, table: str) -> None:
    empty(warehouse)
    if table != "nba_raw.nbac_schedule":
        ingest(warehouse, [write_csv(folder / "the_schedule.csv", SCHEDULE)], run_id="fuzz")
    path = folder / f"fuzzed.{kind}"
    if kind == "json":
        path.write_text(json.dumps(rows), "utf-8")
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    report = taken(warehouse, path)
    if report is None:
        return
    assert values(warehouse, "SELECT COUNT(*) FROM nba_raw.quarantine WHERE COALESCE(reason, '') = ''") == [(0,)]
    if report.errors:
        # The file as a whole was refused: nothing of it is in.
        assert number(warehouse, table) == 0
        return
    (of,) = (one for one in report.files if one.table == table)
    assert of.read == len(rows)
    assert of.read == of.added + of.changed + of.unchanged + of.quarantined + of.unresolved + of.collapsed
    assert number(warehouse, table) == of.added
    assert number(warehouse, "nba_raw.quarantine") == of.quarantined
