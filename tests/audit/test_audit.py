"""The whole audit of a small league: what it looks at, what it finds once rows are tampered with, and its reports."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hoopcast import Hoopcast
from hoopcast.audit.audit import alarms, sample
from hoopcast.audit.checks import PARTS
from hoopcast.audit.metadata import metadata_checks
from hoopcast.audit.recomputation import recompute
from hoopcast.cli.commands import hoopcast as command
from hoopcast.errors import WarehouseError
from hoopcast.graph import nodes_of
from hoopcast.pipeline.ranges import Range, SeasonDate, resolve
from tests.audit.planting import SYSTEMS
from tests.properties.warehouses import League, copy_of

SEASON = "2021-22"
STORE, BOX = "nba_predictions.ml_feature_store", "nba_analytics.player_game_summary"
ONLY_WHO_PLAYED = f"""
DELETE FROM nba_analytics.upcoming_player_game_context
WHERE (game_id, player_id) NOT IN (SELECT (game_id, player_id) FROM {BOX} WHERE played_flag)
"""
PREDICTIONS, DISTRIBUTIONS = "nba_predictions.player_prop_predictions", "nba_predictions.forecast_distribution"
STORED = "nba_predictions.prediction"


@pytest.fixture
def copied(league: League) -> Iterator[Hoopcast]:
    """A copy of the league, to tamper with."""
    with copy_of(league.complete) as warehouse:
        yield warehouse


def days_of(warehouse: Hoopcast) -> Sequence[SeasonDate]:
    """Dates of the season."""
    return resolve(warehouse.engine, Range(season=SEASON))


def call(league: League, *arguments: str) -> Result:
    """What the command prints, and its status."""
    environment = {"HOOPCAST_SYSTEMS": ",".join(SYSTEMS), "HOOPCAST_WAREHOUSE": str(league.complete)}
    return CliRunner().invoke(command, ["audit", *arguments], env=environment)


@pytest.mark.slow
def test_an_audit_looks_at_every_part_writes_its_report_and_leaves_the_warehouse_alone(
    league: League, tmp_path: Path
) -> None:
    before, report = league.complete.read_bytes(), tmp_path / "audit.md"
    done = call(league, "--season", SEASON, "--dates-sampled", "1", "--report", str(report), "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["clean"]
    assert {check["part"] for check in told["checks"]} == set(PARTS)
    # Nothing was published, and an archive's closing lines carry no hour.
    idle = {"what was published was published before tip-off", "a line was seen before tip-off"}
    assert {check["check"] for check in told["checks"] if not check["rows"]} == idle
    assert {check["result"] for check in told["checks"] if check["check"] in idle} == {"not applicable"}
    assert len(told["dates_rebuilt"]) == 1
    page = report.read_text("utf-8")
    assert "**Nothing was found.**" in page
    assert str(league.complete.parent) not in page.partition("--report")[0]
    assert f"| {STORE} |" in page
    assert league.complete.read_bytes() == before


def test_a_report_is_markdown_or_json(league: League, tmp_path: Path) -> None:
    refused = call(league, "--season", SEASON, "--report", str(tmp_path / "audit.html"))
    assert refused.exit_code == 2
    assert "ends in neither .md nor .json" in refused.output


def test_what_is_found_ends_with_1_and_is_told(copied: Hoopcast, league: League) -> None:
    del league
    copied.engine.execute(f"UPDATE {STORE} SET days_rest = 3 WHERE game_date = DATE '2021-11-03'")
    found = copied.audit(dates_sampled=0, dates=["2021-11-03"])
    assert found.exit_status == 1
    assert {check.subject for check in found.findings} >= {"days_rest"}
    assert found.sampled == ()


def test_what_is_not_up_to_date_is_refused(copied: Hoopcast) -> None:
    copied.engine.execute("DELETE FROM nba_orchestration.ledger WHERE partition_date = DATE '2021-11-03'")
    with pytest.raises(WarehouseError, match=r"not up to date, such as .* on 2021-11-03 .missing.*hoopcast backfill"):
        copied.audit(dates=["2021-11-03"])


@pytest.mark.slow
def test_an_audit_from_scratch_writes_everything_anew_and_finds_it_as_it_stands(league: League) -> None:
    with copy_of(league.complete) as warehouse:
        found = warehouse.audit(dates_sampled=1, from_scratch=True, dates=["2021-11-03"])
        assert found.findings == ()
        seasons = {check.subject for check in found.checks if check.part == "rebuild" and check.rows > 0}
        assert {STORE, BOX, f"{PREDICTIONS}/linear_history"} <= seasons


def test_an_audit_from_scratch_is_refused_while_an_earlier_season_is_not_up_to_date(copied: Hoopcast) -> None:
    copied.engine.execute(
        "DELETE FROM nba_orchestration.ledger WHERE season = '2020-21'"
        f" AND table_name = '{PREDICTIONS}' AND system_id = 'linear_history'"
    )
    assert copied.audit(dates_sampled=0, dates=["2021-11-03"]).findings == ()
    with pytest.raises(WarehouseError, match=r"not up to date, such as .*/linear_history on 2020-.*--stage all"):
        copied.audit(dates_sampled=0, from_scratch=True, dates=["2021-11-03"])


def test_a_plain_count_finds_a_feature_that_is_off_by_a_thousandth(copied: Hoopcast) -> None:
    dates = [day.date for day in days_of(copied)]
    assert [check for check in recompute(copied.engine, dates, 100, 1) if check.findings] == []
    copied.engine.execute(f"UPDATE {STORE} SET pct_paint = pct_paint + 0.001 WHERE season = '{SEASON}'")
    (check,) = (check for check in recompute(copied.engine, dates, 100, 1) if check.findings)
    assert check.subject == "pct_paint"
    assert check.findings > 90
    assert "as recomputed" in check.detail


def test_claims_that_are_true_are_not_doubted(copied: Hoopcast) -> None:
    checks = list(metadata_checks(copied.engine, nodes_of(SYSTEMS), days_of(copied)))
    assert len(checks) > 8
    assert [check for check in checks if check.findings] == []


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (f"UPDATE {DISTRIBUTIONS} SET trained_until = game_date", "what was learned ends before the game"),
        (
            f"UPDATE {DISTRIBUTIONS} SET trained_until = trained_until - 1 WHERE system_id LIKE 'linear%'",
            "forecasts name what stood learned on their date",
        ),
        (
            f"DELETE FROM {BOX} WHERE game_date = (SELECT MAX(trained_until) FROM nba_predictions.trained_model)",
            "no more was learned from than there had been",
        ),
        (
            (
                "UPDATE nba_analytics.player_prop_line SET line_kind = 'live',"
                " captured_at_utc = captured_at_utc + INTERVAL 3 DAY"
            ),
            "a line was seen before tip-off",
        ),
        (
            f"UPDATE {STORED} SET line = line + 1",
            "a forecast stands beside the line that counted",
        ),
        (
            "UPDATE nba_analytics.upcoming_team_game_context SET total_line = total_line + 1",
            "a spread was seen before tip-off",
        ),
        (ONLY_WHO_PLAYED, "who is expected was not chosen by who then played"),
        (f"DELETE FROM {STORED} WHERE player_id % 7 = 0", "expected = rows + explained failures"),
    ],
)
def test_claims_that_are_not_true_are_found(copied: Hoopcast, change: str, check: str) -> None:
    nodes, days = nodes_of(SYSTEMS), days_of(copied)
    copied.engine.execute(change)
    assert check in {check.check for check in metadata_checks(copied.engine, nodes, days) if check.findings}


def test_a_system_that_knows_the_game_is_too_good_to_be_true(copied: Hoopcast) -> None:
    days = days_of(copied)
    assert [check for check in alarms(copied.engine, days, "regular") if check.findings] == []
    copied.engine.execute(
        f"UPDATE {STORED} AS p SET forecast_median = (g.points + p.forecast_median) / 2 FROM {BOX} AS g"
        " WHERE g.game_id = p.game_id AND g.player_id = p.player_id AND p.system_id = 'moving_average_history'"
    )
    checks = [check for check in alarms(copied.engine, days, "regular") if check.findings]
    assert {check.check for check in checks} == {
        "no system beats one that knows the real minutes",
        "no score is below the alarm of a leak",
    }
    assert all(check.subject.startswith("moving_average_history") for check in checks)


def test_the_sample_holds_a_date_on_which_systems_learn_anew() -> None:
    days = [SeasonDate(SEASON, date(2021, month, day)) for month in (10, 11, 12) for day in range(3, 29, 2)]
    firsts = {date(2021, month, 3) for month in (10, 11, 12)}
    for seed in range(20):
        drawn = [day.date for day in sample(days, 3, seed)]
        assert len(set(drawn)) == 3
        assert len(set(drawn) & firsts) == 2
    assert sample(days, 3, 5) == sample(days, 3, 5)
    assert len(sample(days[:2], 5, 0)) == 2
    assert sample(days, 0, 0) == ()
