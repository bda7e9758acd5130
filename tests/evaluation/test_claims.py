"""What bets were claimed to pay beside what they paid, counted plainly, and P(over) after the market."""

import math
import re
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import hoopcast
from hoopcast.api import Hoopcast
from hoopcast.cli.commands import hoopcast as command
from hoopcast.evaluation.evaluate import Evaluation
from hoopcast.evaluation.market import ClaimSummary
from hoopcast.evaluation.views import ADVICE, View, views
from hoopcast.market.claims import EDGES
from tests.evaluation.conftest import SYSTEMS

SEASON = "2021-22"
WIDEST = 120


@pytest.fixture(scope="module")
def season(forecast_league: Path) -> Evaluation:
    """Everything of 2021-22."""
    with hoopcast.open(str(forecast_league)) as warehouse:
        return warehouse.evaluate(season=SEASON)


def graded_lines(warehouse: Hoopcast, system: str, *, credible: bool = True) -> list[dict[str, Any]]:
    """Lines of a system that were played, with what one unit on the better side of each returned."""
    found = warehouse.query(
        """SELECT p.expected_value, p.better_side, p.line, p.over_price, p.under_price, p.recommendation,
            p.win_probability, p.probability_over, p.no_vig_probability_over, g.points
        FROM nba_predictions.player_prop_predictions AS p
        INNER JOIN nba_raw.nbac_player_boxscore AS g ON g.game_id = p.game_id AND g.player_id = p.player_id
        INNER JOIN nba_raw.nbac_schedule AS s ON s.game_id = p.game_id AND s.season_stage = 'regular'
        WHERE p.season = $season AND p.system_id = $system AND p.line IS NOT NULL AND g.minutes > 0
            AND (NOT p.suspect_price OR NOT $credible)""",
        {"season": SEASON, "system": system, "credible": credible},
    )
    return [{**row, "returned": returned(row)} for row in found]


def returned(row: dict[str, Any]) -> float:
    """What one unit on the better side came to."""
    if row["points"] == row["line"]:
        return 0.0
    american = row["over_price"] if row["better_side"] == "OVER" else row["under_price"]
    won = (row["points"] > row["line"]) == (row["better_side"] == "OVER")
    return (american / 100 if american > 0 else -100 / american) if won else -1.0


def mean(values: list[float]) -> float:
    """Their mean."""
    return math.fsum(values) / len(values)


def summary(evaluation: Evaluation, system: str) -> ClaimSummary:
    """The summary of a system."""
    (found,) = (one for one in evaluation.claim_summaries if one.system == system)
    return found


def slopes(evaluation: Evaluation) -> View:
    """The table of summaries."""
    (found,) = (view for view in views(evaluation) if view.title.startswith("PROP: Slope of"))
    return found


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_band_is_what_a_plain_count_of_graded_lines_says(
    forecasts: Hoopcast, season: Evaluation, system: str
) -> None:
    lines = graded_lines(forecasts, system)
    bands = {(one.low, one.high): one for one in season.claims if one.system == system}
    assert bands
    for low, high in pairwise(EDGES):
        inside = [row for row in lines if low <= row["expected_value"] < high]
        if not inside:
            assert (low, high) not in bands
            continue
        band = bands[low, high]
        assert (band.lines, band.prices, band.withheld) == (len(inside), "both sides", 0)
        assert band.picks == sum(row["recommendation"] != "PASS" for row in inside)
        assert band.picks == (len(inside) if low == 0.03 else 0)
        assert band.claimed == pytest.approx(mean([row["expected_value"] for row in inside]))
        assert band.returned == pytest.approx(mean([row["returned"] for row in inside]))
        if band.verdict == "too few":
            assert math.isnan(band.returned_low)
        else:
            is_inside = band.returned_low <= band.claimed <= band.returned_high
            assert band.verdict == ("inside" if is_inside else "outside")
        assert (band.verdict == "too few") == (len(inside) < 50)


def test_the_picks_of_a_summary_are_what_was_recommended_and_played(forecasts: Hoopcast, season: Evaluation) -> None:
    for system in SYSTEMS:
        lines = graded_lines(forecasts, system)
        picks = [row for row in lines if row["recommendation"] in {"OVER", "UNDER"}]
        found = summary(season, system)
        assert (found.lines, found.picks) == (len(lines), len(picks))
        assert found.overs == sum(row["recommendation"] == "OVER" for row in picks)
        assert found.pick_claimed == pytest.approx(mean([row["expected_value"] for row in picks]))
        assert found.pick_returned == pytest.approx(mean([row["returned"] for row in picks]))
        assert found.pick_low < found.pick_returned < found.pick_high


def test_a_record_of_too_few_lines_is_not_judged(season: Evaluation) -> None:
    for one in season.claim_summaries:
        assert one.status == f"not judged: {one.lines:,} of 2,000 lines"


def test_a_record_is_judged_by_all_of_its_bands_and_its_slope(
    forecast_league: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hoopcast.evaluation.market.FEWEST_LINES", 100)
    copy = tmp_path / "unlucky.duckdb"
    shutil.copy(forecast_league, copy)
    with hoopcast.open(str(copy)) as warehouse:
        before = warehouse.evaluate(season=SEASON)
        # One system has bet on every side that lost.
        warehouse.engine.execute(
            "UPDATE nba_predictions.prediction AS p SET better_side ="
            " CASE WHEN g.points > p.line THEN 'UNDER' ELSE 'OVER' END FROM nba_raw.nbac_player_boxscore AS g"
            " WHERE g.game_id = p.game_id AND g.player_id = p.player_id AND p.system_id = 'market_line'"
        )
        found = warehouse.evaluate(season=SEASON)
    assert summary(before, "market_line").status == "not contradicted"
    assert re.fullmatch(
        r"withheld from the next refit on: claims of [+-]\d\.\d\d % returned -\d+\.\d\d % \(.*\) on \d+ lines",
        summary(found, "market_line").status,
    )
    for evaluation in (before, found):
        for one in evaluation.claim_summaries:
            verdicts = {band.verdict for band in evaluation.claims if band.system == one.system}
            is_right = "outside" not in verdicts and one.slope_low <= 1 <= one.slope_high
            assert (one.status == "not contradicted") == is_right


def test_lines_with_one_price_stand_apart_and_bring_no_picks(forecasts: Hoopcast) -> None:
    table = "nba_predictions.prediction"
    forecasts.engine.execute(f"CREATE TABLE memory_of_prices AS FROM {table} WHERE system_id = 'market_line'")
    try:
        forecasts.engine.execute(
            f"UPDATE {table} SET under_price = NULL, suspect_price = TRUE, better_side = 'OVER',"
            " expected_value = -0.01, recommendation = 'PASS', pass_reason = 'suspect price: one side alone is priced'"
            " WHERE system_id = 'market_line' AND player_id % 2 = 0"
        )
        found = forecasts.evaluate("market_line", season=SEASON)
        lines = graded_lines(forecasts, "market_line", credible=False)
    finally:
        forecasts.engine.execute(f"DELETE FROM {table} WHERE system_id = 'market_line'")
        forecasts.engine.execute(f"INSERT INTO {table} FROM memory_of_prices")
        forecasts.engine.execute("DROP TABLE memory_of_prices")
    both, one = found.claim_summaries
    assert (both.prices, one.prices) == ("both sides", "one side")
    assert one.lines == sum(row["under_price"] is None for row in lines) > 50
    assert both.lines == len(lines) - one.lines
    assert (one.picks, one.status) == (0, "no picks: one side alone is priced")
    assert math.isnan(one.pick_claimed)


@pytest.mark.parametrize("system", SYSTEMS)
def test_log_loss_after_the_market_is_that_of_each_side_that_won(
    forecasts: Hoopcast, season: Evaluation, system: str
) -> None:
    (found,) = (one for one in season.after_market if one.system == system)
    lines = [row for row in graded_lines(forecasts, system, credible=False) if row["points"] != row["line"]]
    assert found.rows == len(lines)
    losses: dict[str, list[float]] = {"after": [], "own": [], "market": []}
    for row in lines:
        after = row["win_probability"] if row["better_side"] == "OVER" else 1 - row["win_probability"]
        for name, over in (
            ("after", after),
            ("own", row["probability_over"]),
            ("market", row["no_vig_probability_over"]),
        ):
            losses[name].append(-math.log(over if row["points"] > row["line"] else 1 - over))
    assert found.log_loss == pytest.approx(mean(losses["after"]), abs=1e-5)
    assert found.log_loss_own == pytest.approx(mean(losses["own"]), abs=1e-5)
    assert found.log_loss_market == pytest.approx(mean(losses["market"]), abs=1e-5)
    assert (found.t_market < 0) == (found.log_loss < found.log_loss_market)


def test_tables_of_claims_call_themselves_no_advice(season: Evaluation) -> None:
    (claimed,) = (view for view in views(season) if view.title.startswith("PROP: Claimed and realised"))
    assert ADVICE in claimed.notes
    assert len(claimed.rows) == len(season.claims)
    assert len(slopes(season).rows) == len(season.claim_summaries)
    (picks,) = (view for view in views(season) if view.title.startswith("PROP: Picks"))
    assert ADVICE in picks.notes
    assert [row[2:4] for row in picks.rows] == [(str(one.picks), str(one.overs)) for one in season.claim_summaries]


def test_why_picks_are_withheld_is_told_in_a_line_that_fits(
    forecast_league: Path, season: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = "claims of +3.9 % returned -15.0 % (-19.0 to -11.0) on 12,000 lines"
    withheld = replace(
        season,
        claim_summaries=tuple(
            replace(one, status=f"withheld from the next refit on: {reason}") for one in season.claim_summaries
        ),
    )
    notes = slopes(withheld).notes
    for system in SYSTEMS:
        assert f"{system}, {SEASON}: {reason}." in notes
    assert not any(reason in note for note in slopes(season).notes)
    monkeypatch.setattr("hoopcast.evaluation.market._status", lambda *_: f"withheld from the next refit on: {reason}")
    done = CliRunner().invoke(command, ["--warehouse", str(forecast_league), "evaluate", "--season", SEASON])
    assert done.exit_code == 0
    assert reason in done.stdout
    assert [line for line in done.stdout.splitlines() if len(line) > WIDEST] == []


def test_what_was_published_has_no_claims(forecasts: Hoopcast) -> None:
    columns = "market, game_id, player_id, system_id, season, game_date, team_abbr, opponent_abbr, forecast_mean,"
    columns += "forecast_median, nb_mean, nb_variance, calibration_id, probability_over, better_side, win_probability"
    with_all = "nba_predictions.issued_forecast"
    try:
        forecasts.engine.execute(
            f"INSERT INTO {with_all} ({columns}, issued_at_utc) SELECT {columns}, TIMESTAMP '2021-01-01'"
            f" FROM nba_predictions.player_prop_predictions WHERE season = '{SEASON}'"
        )
        found = forecasts.evaluate(season=SEASON, published=True)
    finally:
        forecasts.engine.execute(f"DELETE FROM {with_all}")
    assert not found.claims
    assert not found.claim_summaries
    assert {one.system for one in found.after_market} == set(SYSTEMS)
