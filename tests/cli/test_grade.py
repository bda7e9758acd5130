"""`hoopcast grade`: forecasts against what then happened, added up."""

import json

import pytest

from tests.cli.conftest import Call
from tests.cli.test_predict import printed, warehouse  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("warehouse")


def test_each_system_has_a_line_with_results_that_add_up(call: Call) -> None:
    rows = json.loads(printed(call, "grade", "--season", "2021-22", "--json"))
    assert {row["system"] for row in rows} == {
        "linear_history", "linear_market", "linear_news", "market_line", "moving_average_history",
    }  # fmt: skip
    for row in rows:
        results = sum(row[name] for name in ("wins", "losses", "pushes", "voids", "no_bets"))
        assert row["graded"] == results
        assert 2 < row["crps"] < row["mae"] < 8
    heads = "system graded played mae crps wins losses pushes voids no_bets profit"
    lines = printed(call, "grade", "--season", "2021-22").splitlines()
    assert lines[0] == "Grades, simulated league"
    assert lines[2].split() == heads.split()
    assert len(lines) == 4 + len(rows)


def test_a_market_forecast_finds_no_value_against_its_own_prices(call: Call) -> None:
    rows = json.loads(printed(call, "grade", "--season", "2021-22", "--json"))
    (market,) = (row for row in rows if row["system"] == "market_line")
    assert (market["wins"], market["losses"], market["profit"]) == (0, 0, 0)


def test_a_range_without_games_is_refused(call: Call) -> None:
    done = call("grade", "--dates", "2022-07-01")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "no regular games on 2022-07-01" in done.stderr
