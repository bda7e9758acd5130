"""The whole evaluation of a simulated league."""

import json
import math
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scoringrules  # type: ignore[import-untyped]

import hoopcast
from hoopcast.api import Hoopcast
from hoopcast.errors import UsageError
from hoopcast.evaluation.evaluate import Evaluation, phase_of
from hoopcast.evaluation.report import report, write_report
from hoopcast.evaluation.views import ADVICE, views
from hoopcast.graph import ALL_SYSTEMS
from tests.evaluation.made_up import give, the_result


@pytest.fixture(scope="module")
def season(forecast_league: Path) -> Evaluation:
    """Everything of 2021-22."""
    with hoopcast.open(str(forecast_league)) as warehouse:
        return warehouse.evaluate(season="2021-22")


def test_crps_of_a_population_is_that_of_a_published_library(forecasts: Hoopcast, season: Evaluation) -> None:
    rows = forecasts.query("""
        SELECT p.nb_mean AS mean, p.nb_variance AS variance, g.points AS points
        FROM nba_predictions.player_prop_predictions AS p
        INNER JOIN nba_analytics.player_game_summary AS g ON g.game_id = p.game_id AND g.player_id = p.player_id
        WHERE p.season = '2021-22' AND p.system_id = 'market_line' AND g.played_flag""").rows
    mean, variance, points = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    expected = scoringrules.crps_negbinom(points, mean**2 / (variance - mean), mean / variance).mean()
    found = next(one for one in season.accuracy if one.system == "market_line")
    assert found.rows == len(points)
    assert found.crps == pytest.approx(expected, abs=1e-4)


def test_rows_that_a_system_left_out_count_as_the_exponential_average(season: Evaluation) -> None:
    found = {one.system: one for one in season.accuracy if one.population == "ALL"}
    system, rule = found["moving_average_history"], found["ewma8"]
    assert system.rows < system.appearances == rule.rows
    assert system.covered == pytest.approx(system.rows / rule.rows)
    assert system.mae_filled != system.mae
    assert rule.mae_filled == pytest.approx(rule.mae)


def test_what_reads_the_line_is_ranked_where_there_are_lines_alone(season: Evaluation) -> None:
    assert {one.population for one in season.accuracy if one.level == "line"} == {"PROP"}


def test_no_population_mixes_the_order_of_levels(season: Evaluation) -> None:
    for population in ("ALL", "PROP"):
        levels = [one.level for one in season.accuracy if one.population == population]
        assert levels == sorted(levels, key=["history", "news", "market", "line"].index)


def test_seasons_of_tuning_and_test_stand_apart(forecasts: Hoopcast, season: Evaluation) -> None:
    both = forecasts.evaluate(start_date="2020-12-01", end_date="2022-06-30")
    assert list(both.phases) == ["TUNING", "TEST"]
    assert any(line.startswith("TUNING") for line in both.warnings)
    tested = tuple(one for one in both.accuracy if one.phase == "TEST")
    np.testing.assert_equal([vars(one) for one in tested], [vars(one) for one in season.accuracy])


@pytest.mark.parametrize(
    ("name", "phase"), [("2018-19", "TUNING"), ("2020-21", "TUNING"), ("2021-22", "TEST"), ("2022-23", "live")]
)
def test_a_season_is_tuning_test_or_live(name: str, phase: str) -> None:
    assert phase_of(name) == phase


def test_a_system_that_knows_the_result_raises_the_alarm(forecast_league: Path, tmp_path: Path) -> None:
    leaky = tmp_path / "leaky.duckdb"
    shutil.copy(forecast_league, leaky)
    with hoopcast.open(str(leaky)) as warehouse:
        give(warehouse.engine, "2021-22", {"linear_history": the_result})
        warnings = warehouse.evaluate(season="2021-22").warnings
    assert any(line.startswith("LEAK: linear_history") for line in warnings)


def test_a_slice_adds_up_to_its_population(season: Evaluation) -> None:
    of_all = next(one for one in season.accuracy if (one.population, one.system) == ("ALL", "ewma8"))
    parts = [one for one in season.slices if (one.dimension, one.system) == ("venue", "ewma8")]
    assert sum(one.rows for one in parts) == of_all.rows
    assert sum(one.rows * one.mae for one in parts) == pytest.approx(of_all.rows * of_all.mae)


def test_play_probability_is_scored_on_every_expected_row(forecasts: Hoopcast, season: Evaluation) -> None:
    expected = forecasts.query(
        "SELECT COUNT(*) FROM nba_analytics.upcoming_player_game_context WHERE season = '2021-22'"
        " AND expected_level = 'history' AND game_id IN (SELECT game_id FROM nba_raw.nbac_player_boxscore)"
    ).rows[0][0]
    found = next(one for one in season.availability if one.level == "history")
    assert found.rows == expected > next(one.appearances for one in season.populations)
    assert found.brier < found.brier_of_share


def test_whoever_appears_though_nothing_named_him_is_counted(forecasts: Hoopcast, season: Evaluation) -> None:
    appeared = forecasts.query(
        "SELECT game_id, player_id FROM nba_raw.nbac_player_boxscore WHERE season = '2021-22' AND minutes > 0"
    ).rows
    for one in season.availability:
        levels = {"history": "'history'", "news": "'history', 'news'", "market": "'history', 'news', 'market'"}
        expected = forecasts.query(
            "SELECT game_id, player_id FROM nba_analytics.upcoming_player_game_context"
            f" WHERE season = '2021-22' AND expected_level IN ({levels[one.level]})"
        ).rows
        assert one.unexpected == len(set(appeared) - set(expected)) > 0


def test_the_document_is_json_without_numbers_that_json_lacks(season: Evaluation) -> None:
    document = json.loads(json.dumps(season.document(), allow_nan=False))
    assert document["first_date"] == str(season.first_date)
    rule = next(one for one in document["accuracy"] if one["system"] == "ewma8")
    assert rule["crps"] is None
    assert len(document["accuracy"]) == len(season.accuracy)


def test_betting_figures_are_called_no_advice(season: Evaluation) -> None:
    bets = [view for view in views(season) if view.title.startswith("PROP: bets")]
    assert bets
    assert all(ADVICE in view.notes for view in bets)


def test_every_row_of_a_table_has_a_cell_for_each_column(season: Evaluation) -> None:
    for view in views(season):
        assert {len(row) for row in view.rows} == {len(view.columns)}, view.title


def test_a_comparison_with_a_system_that_did_not_run_has_no_column(season: Evaluation) -> None:
    alone = replace(season, accuracy=tuple(replace(one, t_market=math.nan) for one in season.accuracy))
    assert any("t mkt" in view.columns for view in views(season))
    assert not any("t mkt" in view.columns for view in views(alone))


def test_no_note_speaks_of_what_is_not_in_its_table(season: Evaluation) -> None:
    alone = replace(
        season,
        betting=tuple(replace(one, bets_needed=None) for one in season.betting),
        slices=tuple(one for one in season.slices if one.level != "line"),
    )
    assert any(note.startswith("needed at") for view in views(season) for note in view.notes)
    said = [note for view in views(alone) for note in view.notes]
    assert not any(note.startswith("needed") or "Systems that read the line" in note for note in said)
    assert all(any(cells) for view in views(season) for cells in zip(*view.rows, strict=True))


def test_the_same_forecasts_are_scored_the_same_twice(forecasts: Hoopcast, season: Evaluation) -> None:
    assert json.dumps(forecasts.evaluate(season="2021-22").document()) == json.dumps(season.document())


def test_published_forecasts_are_scored_as_last_published_before_tip_off(
    forecast_league: Path, season: Evaluation, tmp_path: Path
) -> None:
    copy = tmp_path / "issued.duckdb"
    shutil.copy(forecast_league, copy)
    with hoopcast.open(str(copy)) as warehouse:
        columns = "market, game_id, player_id, system_id, season, game_date, team_abbr, opponent_abbr, forecast_mean,"
        columns += "forecast_median, nb_mean, nb_variance, calibration_id, probability_over"
        for issued, shift in (("2021-01-01", 5), ("2021-01-02", 0), ("2022-12-31", 9)):
            warehouse.engine.execute(
                f"INSERT INTO nba_predictions.issued_forecast ({columns}, issued_at_utc)"
                f" SELECT {columns.replace('forecast_median', f'forecast_median + {shift}')}, '{issued}'"
                " FROM nba_predictions.player_prop_predictions WHERE season = '2021-22'"
            )
        warehouse.engine.execute("DELETE FROM nba_predictions.prediction_accuracy")
        found = warehouse.evaluate(season="2021-22", published=True)
    for one, other in zip(found.accuracy, season.accuracy, strict=True):
        assert one.system == other.system
        assert one.mae == pytest.approx(other.mae, abs=1e-6)
        assert math.isnan(one.crps) == math.isnan(other.crps)
        assert math.isnan(one.crps) or one.crps == pytest.approx(other.crps, abs=1e-5)


def test_names_that_do_not_exist_are_refused_with_the_choices(
    forecasts: Hoopcast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecasts, "graph", ALL_SYSTEMS)
    with pytest.raises(UsageError, match="no system 'oracle'; choose a system, or one at a level"):
        forecasts.evaluate("oracle", season="2021-22")
    with pytest.raises(
        UsageError, match=r"there are moving_average_history, linear_news.*predictions/zone_matchup_hist"
    ):
        forecasts.evaluate("Zone_Matchup", season="2021-22")
    with pytest.raises(UsageError, match="choose from ALL, GP10"):
        forecasts.evaluate(populations=["STARS"], season="2021-22")


def test_a_range_without_forecasts_says_how_to_make_them(forecast_league: Path, tmp_path: Path) -> None:
    copy = tmp_path / "bare.duckdb"
    shutil.copy(forecast_league, copy)
    with hoopcast.open(str(copy)) as warehouse:
        warehouse.engine.execute("DELETE FROM nba_predictions.prediction")
        with pytest.raises(UsageError, match="hoopcast backfill"):
            warehouse.evaluate(season="2021-22")


def test_the_page_holds_every_table_and_needs_no_other_file(season: Evaluation, tmp_path: Path) -> None:
    write_report(season, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert page.count("<svg") >= 4
    assert page.count("<table") == sum(1 for _ in views(season))
    for outside in ("<script", "<link", "src=", "@import"):
        assert outside not in page
    assert ADVICE in page


def test_the_page_is_the_same_each_time(season: Evaluation) -> None:
    assert report(season) == report(season)


def test_without_matplotlib_the_page_names_the_extra(season: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError, match=r"pip install 'hoopcast\[report\]'"):
        report(season)


def test_every_field_of_the_json_is_in_the_page_on_how_to_read_it(season: Evaluation) -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "read-an-evaluation.md").read_text("utf-8")
    document = season.document()
    records = [one for part in document.values() if isinstance(part, list) for one in part if isinstance(one, dict)]
    named = {name for one in records for name in one}
    assert {name for name in {*document, *named} if f"`{name}`" not in page} == set()
