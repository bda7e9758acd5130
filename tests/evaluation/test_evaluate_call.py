"""The command that scores forecasts, as it is called."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hoopcast.cli.commands import hoopcast as command

WIDEST = 120


def call(league: Path, *arguments: str) -> Result:
    """Call `evaluate` on the league."""
    return CliRunner().invoke(command, ["--quiet", "--warehouse", str(league), "evaluate", *arguments])


def test_every_line_fits_a_wide_terminal(forecast_league: Path) -> None:
    found = call(forecast_league, "--season", "2021-22")
    assert found.exit_code == 0
    assert "TEST 2021-22" in found.stdout
    assert [line for line in found.stdout.splitlines() if len(line) > WIDEST] == []


def test_every_line_fits_a_narrow_terminal(forecast_league: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hoopcast.cli.evaluate.terminal_width", lambda: 80)
    found = call(forecast_league, "--season", "2021-22")
    assert "TEST 2021-22" in found.stdout
    assert [line for line in found.stdout.splitlines() if len(line) > 80] == []


def test_json_is_one_object_with_all_there_is(forecast_league: Path) -> None:
    found = json.loads(call(forecast_league, "--season", "2021-22", "--json").stdout)
    assert {one["system"] for one in found["calibration"]} == {"moving_average_history", "linear_news", "market_line"}


def test_systems_and_populations_are_chosen(forecast_league: Path) -> None:
    arguments = ("--season", "2021-22", "--system", "linear", "--population", "prop", "--json")
    found = json.loads(call(forecast_league, *arguments).stdout)
    assert {one["population"] for one in found["accuracy"]} == {"PROP"}
    assert {one["system"] for one in found["accuracy"] if not one["is_baseline"]} == {"linear_news"}


@pytest.mark.parametrize("system", ["moving_average_baseline_v1", "Moving_Average", "MOVING_AVERAGE_HISTORY"])
def test_a_system_goes_by_its_old_name_and_in_any_capitals(forecast_league: Path, system: str) -> None:
    arguments = ("--season", "2021-22", "--system", system, "--population", "ALL", "--json")
    found = json.loads(call(forecast_league, *arguments).stdout)
    assert {one["system"] for one in found["accuracy"] if not one["is_baseline"]} == {"moving_average_history"}


def test_a_system_that_the_settings_leave_out_is_said_to_be(
    forecast_league: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOPCAST_SYSTEMS", "moving_average")
    done = call(forecast_league, "--season", "2021-22", "--system", "xgboost_v1")
    assert done.stderr == "error: 'xgboost_v1' is left out by HOOPCAST_SYSTEMS; add its system there\n"


def test_a_page_that_can_not_be_made_is_refused_before_anything_is_scored(
    forecast_league: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("hoopcast.api.open", pytest.fail)
    assert "there is no folder" in call(forecast_league, "--html", str(tmp_path / "no" / "page.html")).stderr
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    done = call(forecast_league, "--html", str(tmp_path / "page.html"))
    assert done.exit_code == 2
    assert done.stderr == (
        "error: --html needs matplotlib: `make install` in a checkout, else `pip install 'hoopcast[report]'`\n"
    )


def test_csv_is_the_table_of_accuracy(forecast_league: Path) -> None:
    found = call(forecast_league, "--season", "2021-22", "--format", "csv").stdout.splitlines()
    assert found[0].startswith("phase,population,level,system")


def test_the_page_is_written_where_it_is_asked_for(forecast_league: Path, tmp_path: Path) -> None:
    page = tmp_path / "evaluation.html"
    assert call(forecast_league, "--season", "2021-22", "--html", str(page)).exit_code == 0
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("arguments", [("--system", "oracle"), ("--population", "STARS"), ("--system", "")])
def test_a_name_that_does_not_exist_is_wrong_usage(forecast_league: Path, arguments: tuple[str, ...]) -> None:
    found = call(forecast_league, "--season", "2021-22", *arguments)
    assert found.exit_code == 2
    assert len(found.stderr.splitlines()) == 1
