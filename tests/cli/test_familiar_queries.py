"""The queries that users of the original run by hand, in BigQuery's SQL, as they are."""

import json
from pathlib import Path

import pytest
import sqlglot
from click.testing import CliRunner

from hoopcast.cli.commands import hoopcast
from hoopcast.query import statements
from tests.cli.conftest import Call

# Which stages the schedule of the simulated season has on dates without features.
NOT_FORECAST = {"preseason", "allstar", "playin", "playoffs"}


@pytest.fixture(scope="module")
def queries(real_data: Path) -> Path:
    path = real_data.parent / "design" / "original_queries.sql"
    if not path.is_file():
        pytest.skip(f"no queries at {path}")
    return path


@pytest.mark.usefixtures("warehouse")
def test_every_query_of_the_original_runs_as_it_is(call: Call, queries: Path) -> None:
    text = queries.read_text("utf-8")
    written = [
        tree for tree in sqlglot.parse(text, read="bigquery") if tree is not None and tree.find(sqlglot.exp.Select)
    ]
    done = call("sql", "--dialect", "bigquery", "--file", queries, "--format", "json")
    assert done.exit_code == 0, done.output
    assert len(json.loads(f"[{done.stdout.replace(']' + chr(10) + chr(10) + '[', '],[')}]")) == len(written)


@pytest.mark.usefixtures("warehouse")
def test_each_query_of_the_original_answers_about_the_tables_that_it_names(call: Call, queries: Path) -> None:
    del call
    for statement in statements(queries.read_text("utf-8"), "bigquery"):
        done = CliRunner().invoke(hoopcast, ["sql", statement, "--format", "csv"])
        assert done.exit_code == 0, done.output
        if "MIN(game_date)" in statement:
            assert "2021-10-" in done.stdout
        if "team_defense_zone_analysis" in statement:
            assert done.stdout.splitlines()[1].startswith("TDZA,2021-10,")


@pytest.mark.usefixtures("warehouse")
def test_final_dates_without_features_are_those_that_no_forecast_needs(call: Call) -> None:
    done = call(
        "sql",
        "--dialect",
        "bigquery",
        "--format",
        "json",
        "SELECT DISTINCT season_stage FROM nba_raw.nbac_schedule WHERE game_status_text = 'Final'"
        " AND season = '2021-22'"
        " AND game_date NOT IN (SELECT DISTINCT game_date FROM nba_predictions.ml_feature_store)",
    )
    assert {row["season_stage"] for row in json.loads(done.stdout)} <= NOT_FORECAST
    assert done.exit_code == 0
