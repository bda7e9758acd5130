"""The card of a model says what a plain count says, and scores what that refit forecast, nothing else."""

import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import hoopcast
from hoopcast import Hoopcast, UsageError
from hoopcast.cli.commands import hoopcast as command
from hoopcast.evaluation.cards import ModelCard
from hoopcast.forecast.features import features
from hoopcast.league import LeagueSize, simulate, write
from tests.conftest import SYSTEMS
from tests.once import made_once
from tests.properties.warehouses import copy_of

SEASON = "2021-22"
COUNTED = ("rows", "players", "games", "dates", "first_date", "last_date")
# What each may know of, in the words of the population: rank of its level, and whether a line is needed.
QUOTED = (
    "AND EXISTS (SELECT 1 FROM nba_analytics.player_prop_line AS q WHERE q.game_id = g.game_id"
    " AND q.player_id = g.player_id AND q.market = 'points')"
)
# What each may know of, in the words of the population: levels, and whether a line is needed.
KNOWS = {
    "linear_history": ("'history'", ""),
    "linear_news": ("'history', 'news'", ""),
    "market_line": ("'history', 'news', 'market', 'line'", QUOTED),
}


@pytest.fixture(scope="module")
def graded_league(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """File of a warehouse of two seasons that are long enough for several refits, with forecasts and grades."""

    def make(folder: Path) -> None:
        size = LeagueSize(teams=10, games_per_team=24, players_per_team=11)
        write(simulate(("2020-21", SEASON), seed=1, size=size), folder / "league")
        with hoopcast.open(str(folder / "league.duckdb"), threads=1) as warehouse:
            warehouse.ingest(folder / "league")
            assert warehouse.backfill(stage="all", skip_preflight=True).exit_status == 0

    return made_once(tmp_path_factory, "cards", make) / "league.duckdb"


@pytest.fixture(scope="module", autouse=True)
def _systems() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOOPCAST_SYSTEMS", SYSTEMS)
        yield


@pytest.fixture(scope="module")
def warehouse(graded_league: Path) -> Iterator[Hoopcast]:
    with hoopcast.open(str(graded_league), threads=1, read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def news(warehouse: Hoopcast) -> ModelCard:
    """The card of the refit before the newest: it is graded, and another follows."""
    newest = warehouse.card("linear_news")
    return warehouse.card("linear_news", newest.refit_date - timedelta(days=1))


def call(path: Path, *arguments: str) -> Result:
    """Call `models` on a warehouse."""
    return CliRunner().invoke(command, ["--quiet", "--warehouse", str(path), "models", *arguments])


def counted(warehouse: Hoopcast, sql: str) -> dict[str, Any]:
    """What a plain count of rows says: the alias of what was learned from is `g`."""
    found = warehouse.query(
        f"SELECT COUNT(*), COUNT(DISTINCT g.player_id), COUNT(DISTINCT g.game_id), COUNT(DISTINCT g.game_date),"
        f" CAST(MIN(g.game_date) AS VARCHAR), CAST(MAX(g.game_date) AS VARCHAR) {sql}"
    ).rows[0]
    return dict(zip(COUNTED, found, strict=True))


@pytest.mark.parametrize("system", KNOWS)
def test_a_card_counts_the_rows_and_the_period_that_a_plain_count_counts(warehouse: Hoopcast, system: str) -> None:
    card = warehouse.card(system)
    levels, condition = KNOWS[system]
    ruled_out = "" if system.endswith("history") else "AND NOT u.ruled_out_flag"
    sql = (
        "FROM nba_analytics.player_game_summary AS g INNER JOIN nba_predictions.ml_feature_store AS f"
        " ON f.game_id = g.game_id AND f.player_id = g.player_id AND f.points_avg_season IS NOT NULL"
        " INNER JOIN nba_analytics.upcoming_player_game_context AS u ON u.game_id = g.game_id"
        f" AND u.player_id = g.player_id {ruled_out} AND u.expected_level IN ({levels})"
        f" WHERE g.played_flag AND g.game_date < DATE '{card.refit_date}' {condition}"
    )
    assert {name: card.data[name] for name in COUNTED} == counted(warehouse, sql)
    by_season = warehouse.query(f"SELECT g.season, COUNT(*) {sql} GROUP BY g.season ORDER BY g.season").rows
    assert card.data["rows_by_season"] == dict(by_season)
    assert card.data["last_date"] == str(card.trained_until)


def test_who_will_play_learned_from_everyone_expected_in_games_that_are_over(warehouse: Hoopcast) -> None:
    card = warehouse.card("availability_news")
    sql = (
        "FROM nba_precompute.availability_features AS g WHERE g.expected_level IN ('history', 'news')"
        " AND g.game_id IN (SELECT game_id FROM nba_analytics.player_game_summary)"
        f" AND g.game_date < DATE '{card.refit_date}'"
    )
    assert {name: card.data[name] for name in COUNTED} == counted(warehouse, sql)
    assert card.afterwards.availability is not None
    assert card.afterwards.availability.rows == card.afterwards.graded > 0
    brier = warehouse.query(
        "SELECT AVG(POW(a.play_probability - CASE WHEN g.player_id IS NULL THEN 0 ELSE 1 END, 2))"
        " FROM nba_precompute.availability AS a INNER JOIN nba_analytics.upcoming_player_game_context AS u"
        " ON u.game_id = a.game_id AND u.player_id = a.player_id AND u.expected_level IN ('history', 'news')"
        " LEFT JOIN nba_analytics.player_game_summary AS g"
        " ON g.game_id = a.game_id AND g.player_id = a.player_id AND g.played_flag"
        f" WHERE a.level = 'news' AND a.game_date >= DATE '{card.refit_date}'"
        " AND a.game_id IN (SELECT game_id FROM nba_analytics.player_game_summary)"
    ).rows[0][0]
    assert card.afterwards.availability.brier == pytest.approx(brier)


def test_a_card_names_what_the_system_reads_each_with_what_it_weighs(news: ModelCard, warehouse: Hoopcast) -> None:
    assert news.inputs == features("news")
    assert news.importance.keys() == set(features("news"))
    assert warehouse.card("market_line").inputs == ("points_line", "over_price", "under_price")


def test_scores_are_those_that_evaluate_gives_for_the_dates_of_the_refit(warehouse: Hoopcast, news: ModelCard) -> None:
    after = news.afterwards
    assert after.first_date is not None
    assert news.next_refit is not None
    assert news.refit_date <= after.first_date <= (after.last_date or date.max) < news.next_refit
    found = warehouse.evaluate(
        "linear_news", populations=["ALL"], start_date=after.first_date, end_date=after.last_date, stage="all"
    )
    (score,) = [one for one in found.accuracy if one.system == "linear_news"]
    assert after.accuracy is not None
    # Comparisons with other systems are evaluate's.
    own = [field.name for field in fields(score) if not field.name.startswith("t_")]
    assert [getattr(after.accuracy, name) for name in own] == [getattr(score, name) for name in own]
    assert after.slices == tuple(one for one in found.slices if one.system == "linear_news")
    (grade,) = [one for one in found.calibration if one.system == "linear_news"]
    assert after.coverage == (grade.coverage_50, grade.coverage_80, grade.coverage_95)


def test_scores_are_means_of_the_grades_of_that_refit(warehouse: Hoopcast, news: ModelCard) -> None:
    rows = warehouse.query(
        "WITH graded AS (SELECT *, EXISTS (SELECT 1 FROM nba_analytics.player_game_summary AS e WHERE e.played_flag"
        " AND e.player_id = a.player_id AND e.game_date < a.game_date) AND actual_points IS NOT NULL AS is_scored"
        " FROM nba_predictions.prediction_accuracy AS a)"
        " SELECT COUNT(*), COUNT(actual_points), COUNT(DISTINCT game_id), COUNT(CASE WHEN is_scored THEN 1 END),"
        " AVG(CASE WHEN is_scored THEN absolute_error END), AVG(CASE WHEN is_scored THEN crps END)"
        " FROM graded AS a WHERE a.system_id = 'linear_news'"
        f" AND a.game_date >= DATE '{news.refit_date}' AND a.game_date < DATE '{news.next_refit}'"
    ).rows[0]
    after = news.afterwards
    assert (after.graded, after.played, after.games) == rows[:3]
    assert after.accuracy is not None
    assert after.accuracy.rows == rows[3] > 0
    assert (after.accuracy.mae, after.accuracy.crps) == pytest.approx(rows[4:])


def test_every_forecast_is_on_exactly_one_card(warehouse: Hoopcast) -> None:
    refits = warehouse.query(
        "SELECT refit_date FROM nba_predictions.trained_model WHERE system_id = 'market_line' ORDER BY refit_date"
    ).rows
    cards = [warehouse.card("market_line", day) for (day,) in refits]
    assert [card.refit_date for card in cards] == [day for (day,) in refits]
    made = "SELECT COUNT(*) FROM nba_predictions.player_prop_predictions WHERE system_id = 'market_line'"
    assert sum(card.afterwards.forecasts for card in cards) == warehouse.query(made).rows[0][0] > 0
    scored = [card.afterwards.accuracy for card in cards if card.afterwards.accuracy]
    assert {score.population for score in scored} == {"PROP"}


def test_a_refit_that_learns_again_writes_the_same_card(graded_league: Path, news: ModelCard) -> None:
    of_refit = f"system_id = 'linear_news' AND refit_date = '{news.refit_date}'"
    text = f"SELECT card FROM nba_predictions.trained_model WHERE {of_refit}"
    with copy_of(graded_league) as copy:
        before = copy.query(text).rows
        report = copy.backfill(
            "trained/linear_news", dates=[news.refit_date], resume=False, skip_preflight=True, stage="all"
        )
        assert report.exit_status == 0
        assert copy.query(text).rows == before


def test_what_is_not_graded_is_said_and_not_scored(graded_league: Path) -> None:
    with copy_of(graded_league) as copy:
        copy.engine.execute("DELETE FROM nba_predictions.prediction_accuracy WHERE system_id = 'linear_news'")
        card = copy.card("linear_news")
        assert card.afterwards.accuracy is None
        assert card.afterwards.forecasts > card.afterwards.graded == 0
        assert "**None of the games that it forecast is graded yet.**" in card.markdown()
        copy.engine.execute("DELETE FROM nba_predictions.prediction WHERE system_id = 'linear_news'")
        assert "**It has forecast nothing yet.**" in copy.card("linear_news").markdown()


def test_a_model_of_other_code_or_without_a_card_is_said_to_be(graded_league: Path) -> None:
    with copy_of(graded_league) as copy:
        copy.engine.execute("UPDATE nba_orchestration.ledger SET version = 'other' WHERE system_id = 'linear_news'")
        page = copy.card("linear_news").markdown()
        assert (
            "**It was learned by other code than today's; `hoopcast backfill trained/linear_news` learns anew.**"
            in page
        )
        assert "forecasts or grades of linear_news on " in page.lower()
        assert " are not up to date, and scored as they stand; `hoopcast backfill grades --start-date " in page
        assert copy.card("availability_news").afterwards.note == ""
        copy.engine.execute(
            "UPDATE nba_orchestration.ledger SET version = 'other' WHERE table_name = 'nba_precompute.availability'"
        )
        told = copy.card("availability_news").afterwards.note
        assert told.startswith("play probabilities on ")
        assert "are not up to date, and scored as they stand; `hoopcast backfill availability --" in told
        copy.engine.execute("UPDATE nba_predictions.trained_model SET card = NULL WHERE system_id = 'linear_news'")
        with pytest.raises(UsageError, match=r"was written without a card; redo it with `hoopcast backfill trained/l"):
            copy.card("linear_news")
        copy.engine.execute("DELETE FROM nba_predictions.trained_model WHERE system_id = 'linear_news'")
        with pytest.raises(UsageError, match="linear_news has learned nothing yet; `hoopcast backfill trained/"):
            copy.card("linear_news")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("moving_average", "--card"), "moving_average learns nothing: its constants stand in the code, so it has no"),
        (("trained/Moving_Average_Baseline_v1", "--card"), "moving_average learns nothing"),
        (("trained/linear_news", "--card", "--date", "2019-01-01"), "nothing that linear_news learned forecasts 2019"),
        (("linear", "--card"), "name one of trained/linear_history, trained/linear_news, trained/linear_market"),
        (("xgboost_v1", "--card"), "left out by HOOPCAST_SYSTEMS"),
        (("distributions/linear_news", "--card"), "'distributions/linear_news' is no model"),
        (("trained/linear_news", "--card", "--date", "2021-13-01"), "'2021-13-01' is not a date"),
        (("trained/linear_news", "--card", "--lineage"), "two questions"),
        (("trained/linear_news", "--card", "--format", "csv"), "a card is a page, and no csv"),
        (("--card",), "--card needs a TABLE"),
        (("mlfs", "--date", "2021-12-01"), "--date goes with --card"),
        (("mlfs", "--output", "columns.md"), "--card alone prints"),
    ],
)  # fmt: skip
def test_what_has_no_card_is_told_in_one_line(graded_league: Path, arguments: tuple[str, ...], told: str) -> None:
    done = call(graded_league, *arguments)
    assert done.exit_code == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert not done.stdout


def test_a_card_is_printed_as_a_page_and_as_json_and_written_where_asked(
    graded_league: Path, news: ModelCard, tmp_path: Path
) -> None:
    asked = ("trained/linear_news", "--card", "--date", str(news.refit_date))
    printed = call(graded_league, *asked).stdout
    assert printed == f"{news.markdown()}\n"
    assert call(graded_league, *asked, "--output", str(tmp_path / "card.md")).exit_code == 0
    assert (tmp_path / "card.md").read_text("utf-8") == printed
    assert json.loads(call(graded_league, *asked, "--json").stdout) == json.loads(json.dumps(news.document()))


def test_a_page_says_all_that_a_reader_of_a_card_looks_for(news: ModelCard) -> None:
    page = news.markdown()
    for part in (
        f"# Model card: linear_news, refit of {news.refit_date}", "## What it learned from", "| Cut-off |",
        "| Version of the code |", "## What it reads, and what that weighs", "## Scores on what it learned from",
        "No promise", "## What its forecasts scored afterwards", "## Limits", "upper bound",
        "TUNING" if news.season < SEASON else f"{news.season}",
    ):  # fmt: skip
        assert part in page, part
    assert "nan" not in page
    assert "\n\n\n" not in page


def test_the_command_of_a_page_scores_the_same(graded_league: Path, news: ModelCard) -> None:
    after = news.afterwards
    arguments = after.command.split()[1:]
    done = CliRunner().invoke(command, ["--warehouse", str(graded_league), *arguments, "--json"])
    assert done.exit_code == 0, done.output
    assert after.accuracy is not None
    scores = {one["system"]: one["mae"] for one in json.loads(done.stdout)["accuracy"]}
    assert scores["linear_news"] == after.accuracy.mae
