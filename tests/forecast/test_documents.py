"""What was learned is what was stored, or nothing is forecast by it, and all else goes on."""

import json
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
from hoopcast.forecast.trees import forest, gains
from tests.conftest import SYSTEMS

MODELS = "nba_predictions.trained_model"
DISTRIBUTIONS = "nba_predictions.forecast_distribution"
SEASON = "2021-22"
TAMPERED = "system_id = 'linear_news'"
_COMMAND = re.compile(r"`hoopcast ([^`]+)`")


@pytest.fixture
def warehouse(forecast_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hoopcast]:
    shutil.copy(forecast_warehouse, tmp_path / "hoopcast.duckdb")
    monkeypatch.setenv("HOOPCAST_SYSTEMS", SYSTEMS)
    monkeypatch.setenv("HOOPCAST_WAREHOUSE", str(tmp_path / "hoopcast.duckdb"))
    with hoopcast.open() as opened:
        yield opened


def refits(warehouse: Hoopcast) -> list[date]:
    """Dates at which the system that is tampered with learned something."""
    rows = warehouse.query(f"SELECT refit_date FROM {MODELS} WHERE {TAMPERED} ORDER BY refit_date").rows
    return [day for (day,) in rows]


def distributions(warehouse: Hoopcast) -> list[tuple[object, ...]]:
    return [tuple(row) for row in warehouse.query(f"SELECT * FROM {DISTRIBUTIONS} ORDER BY ALL").rows]


def reasons(warehouse: Hoopcast) -> dict[str, set[str]]:
    """What the failures of units say, by system."""
    rows = warehouse.query(
        "SELECT system_id, reason FROM nba_orchestration.failures WHERE entity = '' ORDER BY partition_date"
    ).rows
    found: dict[str, set[str]] = {}
    for system_id, reason in rows:
        found.setdefault(system_id, set()).add(reason)
    return found


def mend(warehouse: Hoopcast, reason: str) -> None:
    """Do what a reason says, and bring everything up to date."""
    said = _COMMAND.search(reason)
    assert said is not None
    warehouse.close()
    for arguments in (shlex.split(said[1]), ["backfill"], ["verify", "--season", SEASON]):
        done = CliRunner().invoke(command, arguments)
        assert done.exit_code == 0, done.output


@pytest.mark.parametrize(
    "change",
    [
        "document = '[]'",
        "document = 'null'",
        "document = document || ' '",
        "document = SUBSTR(document, 1, 100)",
        "reference = '[]'",
        "reference = '{}'",
        'reference = replace(reference, \'"columns":{\', \'"columns":[],"were":{\')',
    ],
)
def test_a_model_that_was_tampered_with_fails_its_dates_alone_and_says_how_to_mend_it(
    warehouse: Hoopcast, change: str
) -> None:
    before = distributions(warehouse)
    warehouse.engine.execute(f"UPDATE {MODELS} SET {change} WHERE {TAMPERED}")
    report = warehouse.backfill("distributions", season=SEASON, resume=False, skip_preflight=True)
    assert report.exit_status == 1
    told = reasons(warehouse)
    assert list(told) == ["linear_news"]
    assert all(
        re.fullmatch(
            r"the model linear_news of \d{4}-\d\d-\d\d (is not what was stored|can not be read \(.*\)); .*", one
        )
        for one in told["linear_news"]
    )
    dates = {table.table: (table.dates, table.failed) for table in report.tables}
    written, failed = dates[f"{DISTRIBUTIONS}/linear_news"]
    assert failed > 0
    assert dates[f"{DISTRIBUTIONS}/linear_history"] == dates[f"{DISTRIBUTIONS}/market_line"] == (written + failed, 0)
    assert distributions(warehouse) == before, "what stood there stays"


def test_a_model_that_was_tampered_with_is_mended_by_what_its_failure_says(warehouse: Hoopcast) -> None:
    day = refits(warehouse)[-1]
    warehouse.engine.execute(f"UPDATE {MODELS} SET document = '[]' WHERE {TAMPERED} AND refit_date = '{day}'")
    warehouse.backfill("distributions", season=SEASON, resume=False, skip_preflight=True)
    ((reason,),) = reasons(warehouse).values()
    mend(warehouse, reason)


def test_a_model_that_was_deleted_is_missed_by_the_dates_that_need_it_alone(warehouse: Hoopcast) -> None:
    before, day = distributions(warehouse), refits(warehouse)[-1]
    warehouse.engine.execute(f"DELETE FROM {MODELS} WHERE {TAMPERED} AND refit_date = '{day}'")
    report = warehouse.backfill("distributions", season=SEASON, resume=False)
    assert report.exit_status == 1
    ((reason,),) = reasons(warehouse).values()
    assert reason == (
        f"0 of 1 rows of {MODELS} that linear_news wrote for {day} are there; redo it with"
        f" `hoopcast backfill trained/linear_news --dates {day} --stage all --no-resume`"
    )
    failed = warehouse.query("SELECT MIN(partition_date) FROM nba_orchestration.failures WHERE entity = ''").rows
    assert failed == [(day,)]
    assert distributions(warehouse) == before
    mend(warehouse, reason)


def test_a_recalibration_that_was_deleted_or_broken_fails_the_forecasts_that_need_it(
    warehouse: Hoopcast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hoopcast.forecast.recalibration.FEWEST_ROWS", 100)
    assert warehouse.backfill("calibration", "predictions", resume=False, skip_preflight=True).exit_status == 0
    assert warehouse.backfill().exit_status == 0
    for change, told in (
        ("DELETE FROM nba_predictions.calibration WHERE band = 6", "6 of 7 rows"),
        ("UPDATE nba_predictions.calibration SET knots = '{}'", "can not be read"),
    ):
        warehouse.engine.execute(change)
        report = warehouse.backfill("predictions/moving_average_history", season=SEASON, resume=False)
        assert report.exit_status == 1
        ((reason, *_),) = reasons(warehouse).values()
        assert told in reason
        assert "`hoopcast backfill calibration/moving_average_history --dates " in reason
        assert warehouse.backfill("calibration", resume=False, skip_preflight=True).exit_status == 0


def test_trees_that_are_none_are_a_fault_of_what_was_read() -> None:
    for read in (forest, gains):
        with pytest.raises(ValueError, match="LightGBM: "):
            read("tree\nversion=v4\nnum_class=x\n")


def test_a_stored_model_names_its_own_hash(warehouse: Hoopcast) -> None:
    rows = warehouse.query(f"SELECT reference, sha256(document) FROM {MODELS}").rows
    assert rows
    assert all(json.loads(reference)["sha256"] == found for reference, found in rows)
