"""A warehouse that another program changed: what can be made anew is, what can not is named with its mend."""

from pathlib import Path

import duckdb
import pytest

from tests.cli.conftest import Call

PGS = "nba_analytics.player_game_summary"
ROWS = f"SELECT * FROM {PGS} ORDER BY game_id, player_id"


def change(warehouse: Path, *statements: str) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        for statement in statements:
            connection.execute(statement).fetchall()


def doctor(call: Call) -> str:
    return call("doctor").stdout


@pytest.mark.parametrize(("statement", "what"), [
    (f"DROP TABLE {PGS}", f"the table {PGS} is gone"),
    (f"ALTER TABLE {PGS} DROP COLUMN points", f"{PGS} has lost its column points BIGINT"),
    (f"ALTER TABLE {PGS} ALTER points TYPE VARCHAR", f"{PGS} has lost its column points BIGINT"),
])  # fmt: skip
def test_a_derived_table_is_made_anew_and_backfill_fills_it(
    call: Call, warehouse: Path, statement: str, what: str
) -> None:
    before = call("sql", ROWS, "--format", "csv").stdout
    change(warehouse, statement)
    read = call("coverage", "pgs", "--season", "2021-22")
    assert f"{what}, so it is made anew and empty; `hoopcast backfill` fills it" in read.stderr
    assert "missing" in read.stdout
    assert call("backfill").exit_code == 0
    assert call("sql", ROWS, "--format", "csv").stdout == before
    assert "made anew" not in call("coverage", "pgs", "--season", "2021-22").stderr


@pytest.mark.parametrize(("statements", "what"), [
    (["DROP TABLE nba_raw.nbac_schedule"], "the table nba_raw.nbac_schedule is gone"),
    (["DROP TABLE nba_orchestration.ledger"], "the table nba_orchestration.ledger is gone"),
    (["DROP TABLE nba_orchestration.warehouse_format"], "the table nba_orchestration.warehouse_format is gone"),
    (["ALTER TABLE nba_raw.nbac_player_boxscore RENAME points TO pts"], "has lost its column points BIGINT"),
    (["ALTER TABLE nba_raw.nbac_schedule ALTER home_score TYPE VARCHAR"], "has lost its column home_score BIGINT"),
    (
        ["DROP TABLE nba_orchestration.warehouse_format", "CREATE TABLE nba_orchestration.warehouse_format (x INT)"],
        "nba_orchestration.warehouse_format has lost its column format_version BIGINT",
    ),
])  # fmt: skip
@pytest.mark.parametrize(
    "command", [("coverage", "--season", "2021-22"), ("backfill",), ("sql", "SELECT 1"), ("runs",)]
)
def test_what_can_not_be_made_anew_is_named_with_its_mend(
    call: Call, warehouse: Path, statements: list[str], what: str, command: tuple[str, ...]
) -> None:
    change(warehouse, *statements)
    done = call(*command)
    assert done.exit_code == 1
    (line,) = done.stderr.splitlines()
    assert f"{what}; put a backup in its place, or ingest and backfill into a new warehouse" in line
    assert what in doctor(call)


def test_what_does_no_harm_is_left_alone(call: Call, warehouse: Path) -> None:
    change(
        warehouse,
        "ALTER TABLE nba_raw.nbac_schedule ADD COLUMN mine INT",
        "CREATE TABLE nba_raw.mine (a INT)",
        "DROP VIEW nba_predictions.player_prop_predictions",
    )
    assert "nothing to do" in call("backfill").output
    assert call("sql", "SELECT COUNT(*) FROM nba_predictions.player_prop_predictions").exit_code == 0
    assert call("sql", "SELECT mine FROM nba_raw.nbac_schedule").exit_code == 0


def test_an_emptied_ledger_is_named_and_filled_as_it_is_said(call: Call, warehouse: Path, league: Path) -> None:
    before = call("sql", ROWS, "--format", "csv").stdout
    assert "it was emptied" not in doctor(call)
    change(warehouse, "DELETE FROM nba_orchestration.ledger")
    said = call("doctor", "--json")
    assert said.exit_code == 1
    assert (
        "it was emptied, so nothing counts as ingested; put a backup in its place, or `hoopcast forget" in said.stdout
    )
    for season in ("2020-21", "2021-22"):
        assert call("forget", season).exit_code == 0
    assert call("ingest", league).exit_code == 0
    assert call("backfill").exit_code == 0
    assert call("sql", ROWS, "--format", "csv").stdout == before
    assert call("verify", "--season", "2021-22").exit_code == 0
    assert "it was emptied" not in doctor(call)
