"""Operations: runs that forgot, lied about their end, alarmed at nothing, or took a day."""

import re
import shutil
from importlib import resources
from pathlib import Path

import pytest
from click.testing import CliRunner

import hoopcast
from hoopcast import Hoopcast
from hoopcast.cli.commands import hoopcast as command
from hoopcast.pipeline.node import sql_nodes
from hoopcast.settings import Settings
from tests.ingest.small_season import write_csv
from tests.lessons.leagues import (
    BOX,
    FEATURES,
    POPULATION,
    SCHEDULE,
    SEASON,
    Counted,
    count,
    rows,
    season_files,
)
from tests.properties.changes import record_changes
from tests.properties.warehouses import SEASONS, League, copy_of, differences


def called(warehouse: Path, *arguments: object) -> tuple[int, str]:
    """Exit status and output of the command line."""
    result = CliRunner().invoke(command, ["--warehouse", str(warehouse), *map(str, arguments)])
    return result.exit_code, result.output


def test_lesson_24_a_rerun_does_what_failed_or_was_left_out_and_nothing_that_is_done(
    league: League, tmp_path: Path
) -> None:
    days = league.game_days(SEASON)
    with copy_of(league.complete) as warehouse:
        wrong = f"UPDATE {BOX} SET points = points + {{}} WHERE game_date = $day AND player_id % 5 = 0"
        warehouse.engine.execute(wrong.format(100), {"day": days[6]})
        record_changes(warehouse.engine, (BOX,))
        # The night after it comes out well: what failed before the last success must not be forgotten.
        assert warehouse.backfill("pgs", season=SEASON).exit_status == 1
        assert warehouse.backfill("pgs", dates=days[7:], resume=False).exit_status == 0
        warehouse.engine.execute(wrong.format(-100), {"day": days[6]})
        record_changes(warehouse.engine, (BOX,))
        warehouse.engine.execute("CHECKPOINT")
        shutil.copy(warehouse.engine.path, tmp_path / "elsewhere.duckdb")
    # All that a rerun knows is in the warehouse, whatever folder it lies in.
    with hoopcast.open(str(tmp_path / "elsewhere.duckdb"), threads=1) as moved:
        report = moved.backfill("pgs", season=SEASON)
        done = next(table for table in report.tables if table.table.endswith(".player_game_summary"))
        assert (report.exit_status, done.dates, done.unchanged) == (0, 1, len(days) - 1)
        summaries = "nba_analytics.player_game_summary"
        assert differences(moved, league.complete, {summaries: ["*"]}) == {}
        assert moved.backfill("pgs", season=SEASON).run_id == ""


def test_lesson_25_a_date_that_failed_ends_the_command_with_1(league: League, tmp_path: Path) -> None:
    path = tmp_path / "hoopcast.duckdb"
    shutil.copy(league.complete, path)
    day = league.game_days(SEASON)[6]
    with hoopcast.open(str(path), threads=1) as warehouse:
        warehouse.engine.execute(f"UPDATE {BOX} SET points = 500 WHERE game_date = $day", {"day": day})
        record_changes(warehouse.engine, (BOX,))
    assert called(path, "backfill", "--season", SEASON, "--skip-preflight")[0] == 1
    status, output = called(path, "coverage", "pgs", "--season", SEASON, "--gaps")
    assert (status, str(day) in output) == (0, True)


@pytest.mark.parametrize("place", [0, 7, -1])
def test_lesson_25_preflight_sees_one_lost_game_on_whichever_date(league: League, tmp_path: Path, place: int) -> None:
    path = tmp_path / "hoopcast.duckdb"
    shutil.copy(league.raw, path)
    day = league.game_days(SEASON)[place]
    with hoopcast.open(str(path), threads=1) as warehouse:
        game = rows(warehouse, f"SELECT MAX(game_id) FROM {SCHEDULE} WHERE game_date = $day", day=day)[0][0]
        warehouse.engine.execute(f"DELETE FROM {BOX} WHERE game_id = $game", {"game": game})
        record_changes(warehouse.engine, (BOX,))
    status, output = called(path, "backfill", "--season", SEASON)
    assert status == 3
    assert f"{BOX} lacks 1 final games, on {day};" in output


def test_lesson_26_a_day_without_games_is_no_gap_and_an_absence_no_alarm(league: League) -> None:
    days = league.game_days(SEASON)
    idle = (days[-1] - days[0]).days + 1 - len(days)
    assert idle > 0
    with copy_of(league.complete) as warehouse:
        assert warehouse.gaps(season=SEASON).rows == []
        assert warehouse.verify(season=SEASON).exit_status == 0
        absent = (
            f"{POPULATION} AS u WHERE u.season = '{SEASON}' AND NOT EXISTS ("
            f"SELECT 1 FROM {BOX} AS b WHERE b.game_id = u.game_id AND b.player_id = u.player_id)"
        )
        assert count(warehouse, absent) > 100
        # Who has no line, or no game on record yet, is told of forecasts as well, and is no alarm either.
        explained = "table_name = 'nba_analytics.player_prop_line' OR table_name LIKE 'nba_predictions.%'"
        alarms = f"nba_orchestration.failures WHERE can_retry OR NOT ({explained})"
        assert count(warehouse, alarms) == 0


def test_lesson_26_the_first_night_of_a_season_has_features_from_the_season_before(league: League) -> None:
    opening = league.game_days(SEASON)[0]
    with copy_of(league.complete) as warehouse:
        filled, flagged, total, scored = rows(
            warehouse,
            "SELECT COUNT(points_avg_last_5 + opponent_def_rating + team_win_pct + fatigue_score),"
            f" COUNT(CASE WHEN early_season_flag THEN 1 END), COUNT(*), MAX(feature_quality_score) FROM {FEATURES}"
            " WHERE game_date = $day",
            day=opening,
        )[0]
        assert int(str(total)) >= 40
        assert filled == total == flagged
        assert float(str(scored)) < 80


def test_lesson_27_a_season_takes_no_more_statements_than_two_nights(league: League, tmp_path: Path) -> None:
    shutil.copy(league.raw, tmp_path / "counted.duckdb")
    engine = Counted(str(tmp_path / "counted.duckdb"), threads=1)
    days = league.game_days(SEASONS[0])
    statements = []
    with Hoopcast(engine, Settings(), "hoopcast backfill") as warehouse:
        for part in (days[:2], days[2:]):
            engine.statements = 0
            assert warehouse.backfill("pdc", dates=part).exit_status == 0
            statements.append(engine.statements)
        assert count(warehouse, "nba_precompute.player_daily_cache") > 400
    # A table with an absence to record takes one statement more.
    assert abs(statements[1] - statements[0]) <= len(sql_nodes())


def test_lesson_28_there_is_one_way_to_write_a_table_and_threads_change_nothing(league: League, tmp_path: Path) -> None:
    package = resources.files("hoopcast")
    pipeline = {file.name: file.read_text("utf-8") for file in (package / "pipeline").iterdir() if file.is_file()}
    writers = [name for name, text in pipeline.items() if re.search(r"INSERT INTO \{(node|model|table|batch)", text)]
    assert writers == ["batch.py"]
    twins = re.compile(r"multiprocessing|concurrent\.futures|ThreadPool|asyncio")
    assert [name for name, text in pipeline.items() if twins.search(text)] == []
    shutil.copy(league.complete, tmp_path / "threads.duckdb")
    with hoopcast.open(str(tmp_path / "threads.duckdb"), threads=4) as warehouse:
        every_second = league.game_days(SEASON)[1::2]
        assert warehouse.backfill(dates=every_second, resume=False).exit_status == 0
        assert differences(warehouse, league.complete) == {}


def test_lesson_29_one_bad_record_costs_one_row_and_leaves_no_trace_once_it_comes_right(
    league: League, tmp_path: Path
) -> None:
    box = season_files(league.files)["player_box"]
    day = league.game_days(SEASON)[5]
    with copy_of(league.complete) as warehouse:
        everyone = warehouse.query(f"FROM '{box}' WHERE GAME_DATE = '{day}'")
        lines = [dict(zip(everyone.columns, row, strict=True)) for row in everyone.rows]
        bad = [line | {"PTS": 99} if number == 3 else line for number, line in enumerate(lines)]
        warehouse.forget([day])
        files = [path for name, path in season_files(league.files).items() if name != "player_box"]
        report = warehouse.ingest(
            *files, league.files / "injury_transactions.parquet", write_csv(tmp_path / "bad.csv", bad)
        )
        assert (report.total("quarantined"), warehouse.backfill("pgs", dates=[day]).exit_status) == (1, 0)
        summaries = f"nba_analytics.player_game_summary WHERE game_date = DATE '{day}'"
        assert count(warehouse, summaries) == len(lines) - 1
        failure = "SELECT category, entity FROM nba_orchestration.failures WHERE table_name LIKE '%player_game_summary'"
        ((category, entity),) = rows(warehouse, failure)
        assert category == "DATA_QUARANTINED"
        assert str(lines[3]["PLAYER_ID"]) in str(entity)
        warehouse.ingest(write_csv(tmp_path / "good.csv", lines))
        assert warehouse.backfill(stage="all", skip_preflight=True).exit_status == 0
        assert rows(warehouse, failure) == []
        assert count(warehouse, "nba_raw.quarantine") == 0
        assert differences(warehouse, league.complete) == {}
