"""The operator's own commands, as they are typed: one processor after the other, four at once, then forecasts."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

OCTOBER = ("--start-date", "2021-10-19", "--end-date", "2021-10-31")
JANUARY = ("--month", "2022-01")
OCTOBER_DATES, JANUARY_DATES = 13, 31
PROCESSORS = ("tdza", "psza", "pcf", "pdc", "mlfs")


class Operator:
    """Whoever types commands in a folder, where the warehouse is named by the environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = os.environ | {"HOOPCAST_WAREHOUSE": "duckdb:///operator.duckdb"}

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """A command that runs by itself, as with `&`."""
        return subprocess.Popen(
            [str(Path(sys.executable).parent / "hoopcast"), *arguments],
            cwd=self.folder,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def types(self, *arguments: str) -> str:
        """What a command prints, once it ended with 0."""
        process = self.start(*arguments)
        printed, said = process.communicate()
        assert process.returncode == 0, (arguments, said)
        return printed

    def asks(self, *arguments: str) -> list[dict[str, Any]]:
        """The rows that a report gives to machines."""
        found: list[dict[str, Any]] = json.loads(self.types(*arguments, "--json"))
        return found

    def done(self, tables: Sequence[str], dates: Sequence[str]) -> list[int]:
        """Dates of each table that are done, once all that are due are."""
        rows = self.asks("coverage", *tables, *dates)
        assert [row for row in rows if row["done"] != row["due"]] == []
        return [row["done"] for row in rows]


@pytest.fixture(scope="module")
def operator(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Operator:
    """An operator with the raw data of two seasons and phase 3 done, systems that learn within seconds chosen."""
    found = Operator(tmp_path_factory.mktemp("operator"))
    (found.folder / "hoopcast.toml").write_text('systems = ["moving_average", "zone_matchup", "market"]\n', "utf-8")
    found.types(
        "ingest",
        *(str(real_data / season) for season in ("2020-21", "2021-22")),
        str(real_data / "injury_transactions.parquet"),
    )
    found.types("backfill", "phase3")
    assert found.asks("coverage", "phase3", "--gaps") == []
    return found


def test_each_command_of_the_operators_sequence_ends_well_with_all_of_its_dates(operator: Operator) -> None:
    for name in PROCESSORS:
        operator.types("backfill", name, *OCTOBER, "--skip-preflight")
        assert operator.done([name], OCTOBER) == [OCTOBER_DATES]

    together = [operator.start("backfill", name, *JANUARY, "--skip-preflight") for name in PROCESSORS[:4]]
    ended = [(process.communicate()[1], process.returncode) for process in together]
    assert [status for _, status in ended] == [0] * 4, ended
    operator.types("backfill", "mlfs", *JANUARY, "--skip-preflight")
    assert operator.done(PROCESSORS, JANUARY) == [JANUARY_DATES] * len(PROCESSORS)

    operator.types("backfill", "predictions", *OCTOBER, "--skip-preflight", "--no-resume")
    (first,) = operator.asks("sql", _FORECASTS)
    operator.types("backfill", "predictions", *OCTOBER, "--skip-preflight", "--no-resume")
    (again,) = operator.asks("sql", _FORECASTS)
    assert again["created"] > first["created"], "forecasts were not written again"
    assert again["trained"] == first["trained"], "models were trained again"
    assert (again["forecasts"], again["mean"]) == (first["forecasts"], first["mean"])

    # All that tells of states says the same.
    every = (*PROCESSORS, "predictions")
    assert set(operator.done(every, OCTOBER)) == {OCTOBER_DATES}
    assert operator.asks("coverage", *every, *OCTOBER, "--gaps") == []
    for name in ("tdza", "mlfs", "predictions/moving_average_history"):
        assert operator.asks("why", name, _DAY)[0]["text"] == "done"
    checks = operator.asks("verify", *every, *OCTOBER)
    assert {check["result"] for check in checks} <= {"holds", "information", "not applicable"}
    assert {run["status"] for run in operator.asks("runs", "--limit", "100")} == {"done"}
    features = operator.asks("sql", _FEATURES)[0]
    # The numbers are those of basketball: factors in points, and nothing that is NULL for want of a table.
    assert features["rows"] > 3000
    assert features["lacking"] == 0
    assert 8 < features["average"] < 11


def test_a_run_that_wrote_nothing_of_what_was_asked_for_is_recorded_as_blocked(operator: Operator) -> None:
    # The feature store of November is not there, and distributions are made from nothing else.
    process = operator.start(
        "backfill", "distributions/moving_average_history", "--dates", "2021-11-10", "--skip-preflight"
    )
    process.communicate()
    assert process.returncode == 1
    assert operator.asks("runs", "--limit", "1")[0]["status"] == "blocked"


_DAY = "2021-10-25"
_FORECASTS = """SELECT COUNT(*) AS forecasts, MAX(created_at_utc) AS created, AVG(forecast_mean) AS mean,
    (SELECT COUNT(*) FROM nba_orchestration.ledger
     WHERE table_name = 'nba_predictions.trained_model' AND system_id NOT LIKE 'availability%') AS trained
FROM nba_predictions.player_prop_predictions WHERE game_date BETWEEN '2021-10-19' AND '2021-10-31'"""
_FEATURES = """SELECT COUNT(*) AS "rows", AVG(points_avg_last_10) AS average,
    COUNT(*) - COUNT(fatigue_score) AS lacking
FROM nba_predictions.ml_feature_store WHERE game_date BETWEEN '2021-10-19' AND '2021-10-31'"""
