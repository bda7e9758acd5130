"""Tables that are written one by one, in an order in which not all that they read is there."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.once import made_once
from tests.properties.warehouses import League

ALONE = ("--season", "2021-22", "--skip-preflight")


@pytest.fixture
def phase3(call: Call, tiny_league: League, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A warehouse in this test's folder that holds box scores and what is computed of them alone."""

    def make(folder: Path) -> None:
        shutil.copy(tiny_league.raw, folder / "hoopcast.duckdb")
        done = call("--warehouse", folder / "hoopcast.duckdb", "backfill", "phase3")
        assert done.exit_code == 0, done.stderr

    shutil.copy(made_once(tmp_path_factory, "phase3", make) / "hoopcast.duckdb", tmp_path)


def states(call: Call, *arguments: str) -> dict[str, str]:
    found = json.loads(call("coverage", *arguments, "--format", "json").stdout)
    names = ("missing", "stale", "failed", "blocked")
    return {
        str(line["table"]): ", ".join(f"{line[name]} {name}" for name in names if line[name]) or "done"
        for line in found
    }


@pytest.mark.usefixtures("phase3")
def test_a_table_that_has_nothing_to_be_written_from_is_blocked_and_ends_no_run(call: Call) -> None:
    for name in ("mlfs", "predictions"):
        done = call("backfill", name, *ALONE)
        assert done.exit_code == 1
        assert "some dates failed or are blocked" in done.stderr
        assert "error" not in done.stderr
    assert "player_daily_cache, which it reads, is not written yet" in call("why", "mlfs", "2021-10-25").stdout
    last, *_ = json.loads(call("runs", "--format", "json").stdout)
    assert last["status"] == "blocked"


@pytest.mark.usefixtures("phase3")
def test_one_run_brings_up_to_date_what_was_written_in_parts_and_in_the_wrong_order(call: Call) -> None:
    for name in ("mlfs", "predictions", "tdza", "psza", "pdc", "pcf", "mlfs", "predictions"):
        call("backfill", name, *ALONE)
    done = call("backfill", "--season", "2021-22")
    assert done.exit_code == 0, done.stderr
    assert set(states(call, "--season", "2021-22").values()) == {"done"}
    assert "nothing to do" in call("backfill", "--season", "2021-22").output
