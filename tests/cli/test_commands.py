"""What each command prints and leaves behind."""

import json
from pathlib import Path

import duckdb
import pytest

import hoopcast
from tests.cli.conftest import Call

RANGE = ("--season", "2021-22")
pytestmark = pytest.mark.usefixtures("warehouse")


def printed(call: Call, *arguments: object) -> str:
    done = call(*arguments)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_second_backfill_has_nothing_to_do(call: Call) -> None:
    done = call("backfill")
    assert done.exit_code == 0
    assert done.stdout == ""
    assert done.stderr.startswith("nothing to do: ")


def test_no_resume_writes_what_is_done_again(call: Call) -> None:
    report = json.loads(printed(call, "backfill", "pdc", *RANGE, "--no-resume", "--json"))
    written = {line["table"]: line["dates"] for line in report}
    assert written == {"nba_precompute.player_daily_cache": 24}


def test_dates_name_exactly_the_dates_that_are_written(call: Call) -> None:
    days = [day for (day,) in rows(call, "SELECT DISTINCT game_date FROM nba_analytics.player_game_summary LIMIT 2")]
    report = json.loads(printed(call, "backfill", "pgs", "--dates", ",".join(days), "--no-resume", "--json"))
    assert [line["dates"] for line in report] == [2]


def rows(call: Call, query: str) -> list[tuple[str, ...]]:
    return [tuple(row.values()) for row in json.loads(printed(call, "sql", query, "--json"))]


def test_a_dry_run_writes_nothing(call: Call, warehouse: Path) -> None:
    before = warehouse.read_bytes()
    done = call("backfill", "pdc", *RANGE, "--no-resume", "--dry-run")
    assert done.exit_code == 0
    assert "done, to be written again" in done.stdout
    assert "24 dates of 1 table would be written" in done.stderr
    assert warehouse.read_bytes() == before


def test_progress_beside_a_pipe_is_one_stamped_line_a_batch(call: Call, tmp_path: Path) -> None:
    done = call("backfill", "tdza", *RANGE, "--no-resume", "--log-file", "run.log")
    stamped = [line for line in done.stdout.splitlines() if "nba_precompute.team_defense_zone_analysis: " in line]
    assert [line.split(": ")[1] for line in stamped][:2] == ["24 dates to write", "2021-22, 24 dates begin"]
    assert all(line[10] == "T" and line[19] == "Z" for line in stamped)
    assert (tmp_path / "run.log").read_text("utf-8").splitlines() == stamped


def test_json_on_standard_output_is_nothing_but_json(call: Call) -> None:
    done = call("backfill", "tdza", *RANGE, "--no-resume", "--json")
    assert json.loads(done.stdout)[0]["rows"] == 720
    assert "24 dates to write" in done.stderr


def test_quiet_prints_the_result_alone(call: Call) -> None:
    done = call("--quiet", "backfill", "tdza", *RANGE, "--no-resume")
    assert "dates to write" not in done.output
    assert "success_pct" in done.stdout
    assert done.stderr == ""


def test_coverage_tells_days_rows_and_states(call: Call) -> None:
    lines = printed(call, "coverage", *RANGE).splitlines()
    heads = "table days due rows expected success_pct earliest latest state"
    assert lines[0].split() == heads.split()
    assert all(line.split()[-1] == "done" for line in lines[2:])


def test_what_takes_long_says_what_it_is_at(call: Call, league: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    takes_long = {
        ("verify", *RANGE): "checked nba_",
        ("export", "mlfs", "features.csv"): "writing mlfs to features.csv: 0 s so far",
        ("ingest", str(league / "2021-22")): " files: 0 s so far",
    }
    for arguments in takes_long:
        assert " s so far" not in call(*arguments).stderr
    monkeypatch.setattr("hoopcast.cli.session.PATIENCE_SECONDS", 0.001)
    for arguments, says in takes_long.items():
        assert says in call(*arguments).stderr
        assert " s so far" not in call("--quiet", *arguments).stderr


def test_coverage_keeps_success_on_a_narrow_terminal(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hoopcast.cli.output.terminal_width", lambda: 80)
    lines = printed(call, "coverage", *RANGE).splitlines()
    assert "success_pct" in lines[0].split()
    assert max(map(len, lines)) <= 80


def test_coverage_by_month_adds_up_to_the_season(call: Call) -> None:
    months = json.loads(printed(call, "coverage", "mlfs", *RANGE, "--by", "month", "--json"))
    season = json.loads(printed(call, "coverage", "mlfs", *RANGE, "--json"))
    assert sum(line["rows"] for line in months) == season[0]["rows"] > 0
    assert sum(line["games"] for line in months) == season[0]["games"] > 0


def test_what_is_taken_back_is_a_gap_and_the_gap_names_the_command_that_mends_it(call: Call) -> None:
    (day,) = rows(call, "SELECT MAX(game_date) FROM nba_analytics.player_game_summary")[0]
    assert call("forget", "--dates", day).exit_code == 0
    gaps = json.loads(printed(call, "coverage", "--gaps", "--json"))
    assert gaps
    assert all(gap["command"].startswith("hoopcast ") and gap["cause"] for gap in gaps)


def test_preflight_refuses_a_final_game_without_box_scores_and_names_the_way_out(call: Call) -> None:
    assert call("forget", "league/player_box.parquet").exit_code == 2
    (path,) = rows(call, "SELECT path FROM nba_raw.ingested_file WHERE path LIKE '%2021-22/player_box%'")[0]
    assert call("forget", path).exit_code == 0
    done = call("backfill", *RANGE)
    assert done.exit_code == 3
    assert done.stderr.startswith("error: nba_raw.nbac_player_boxscore lacks ")
    assert "`hoopcast ingest PATH`" in done.stderr
    assert "--skip-preflight" in done.stderr


def test_a_file_ingested_again_changes_nothing(call: Call, league: Path) -> None:
    report = json.loads(printed(call, "ingest", league / "2021-22" / "team_box.parquet", "--json"))
    assert [(line["table"], line["added"], line["changed"]) for line in report] == [
        ("nba_raw.nbac_team_boxscore", 0, 0)
    ]
    assert "nothing to do" in call("backfill").stderr


def test_a_file_that_can_not_be_read_leaves_the_others_landed(call: Call, league: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and nothing more")
    done = call("ingest", tmp_path / "broken.parquet", league / "2021-22" / "team_box.parquet")
    assert done.exit_code == 2
    assert "nbac_team_boxscore" in done.stdout
    assert done.stderr.splitlines()[-1].startswith(f"error: {tmp_path / 'broken.parquet'} ")


def test_verify_ends_with_0_and_tells_how_many_checks_held(call: Call) -> None:
    done = call("verify", *RANGE)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "none failed\n" in done.stderr
    assert "ledger and rows agree" in printed(call, "--verbose", "verify", *RANGE)


def test_verify_finds_a_row_that_was_changed_behind_the_ledger(call: Call, warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("UPDATE nba_precompute.team_defense_zone_analysis SET games_in_sample = games_in_sample + 1")
    done = call("verify", *RANGE)
    assert done.exit_code == 1
    assert "rows were changed" in done.stdout


def test_failures_count_reasons(call: Call) -> None:
    lines = json.loads(printed(call, "failures", "--json"))
    assert {"table", "category", "month", "count", "dates", "can_retry", "example"} == set(lines[0])


def test_runs_list_the_newest_first(call: Call) -> None:
    commands = [line["command"] for line in json.loads(printed(call, "runs", "--json"))]
    assert commands == ["Python", "Python"]


def test_status_tells_that_nothing_is_written(call: Call) -> None:
    assert printed(call, "status").startswith("nothing is being written")
    assert json.loads(printed(call, "status", "--json"))[0]["state"] == "idle"


def test_explain_shows_the_25_features_beside_the_games_behind_them(call: Call) -> None:
    player, day = rows(
        call,
        "SELECT player_id, game_date FROM nba_analytics.player_game_summary"
        " ORDER BY game_date DESC, points DESC LIMIT 1",
    )[0]
    found = json.loads(printed(call, "explain", player, day, "--json"))
    refused = call("explain", player, day, "--output", "no/folder/one.json")
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert "there is no folder no/folder" in refused.stderr
    assert [feature["feature"] for feature in found["features"]][:2] == ["points_avg_last_5", "points_avg_last_10"]
    assert len(found["features"]) == 25
    assert 0 < len(found["games"]) <= 10
    assert all(game["game_date"] < day for game in found["games"])
    assert "points_avg_last_5" in printed(call, "explain", found["player_name"].upper(), day)


def test_explain_lists_whoever_may_be_meant(call: Call) -> None:
    day = rows(call, "SELECT MAX(game_date) FROM nba_analytics.player_game_summary")[0][0]
    common = rows(
        call,
        "SELECT SUBSTR(player_lookup, 1, 3), COUNT(DISTINCT player_id) AS players"
        " FROM nba_analytics.player_game_summary WHERE season = '2021-22' GROUP BY 1 ORDER BY players DESC LIMIT 1",
    )[0]
    assert int(common[1]) > 1
    done = call("explain", common[0], day)
    assert done.exit_code == 2
    assert "may be " in done.stderr
    assert "give the id" in done.stderr


def contents(columns: str, path: Path) -> list[tuple[object, ...]]:
    return duckdb.connect().execute(f"SELECT {columns} FROM '{path}'").fetchall()


@pytest.mark.parametrize("name", ["features.parquet", "features.csv", "features.json"])
def test_export_writes_the_rows_of_the_range(call: Call, tmp_path: Path, name: str) -> None:
    assert call("export", "mlfs", name, *RANGE).exit_code == 0
    written = contents("COUNT(*), COUNT(DISTINCT season)", tmp_path / name)
    in_range = "season = '2021-22' AND season_stage = 'regular'"
    kept = rows(call, f"SELECT COUNT(*) FROM nba_predictions.ml_feature_store WHERE {in_range}")
    assert written == [(kept[0][0], 1)]


def test_a_backup_is_a_warehouse_of_the_same_contents(call: Call, tmp_path: Path) -> None:
    assert call("backup", "copy.duckdb").exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "copy.duckdb", "hoopcast.duckdb", "hoopcast.duckdb.snapshot",
    ]  # fmt: skip
    assert printed(call, "--warehouse", "copy.duckdb", "coverage") == printed(call, "coverage")
    assert "nothing to do" in call("--warehouse", "copy.duckdb", "backfill").stderr


def test_models_lists_a_table_once_and_counts_its_systems(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOPCAST_SYSTEMS", "moving_average,linear")
    lines = [line.split() for line in printed(call, "models").splitlines()]
    assert [line[1:3] for line in lines if line and line[0].endswith(".forecast_distribution")] == [
        ["distributions", "4"]
    ]
    every = json.loads(printed(call, "models", "--json"))
    assert len([one for one in every if one["short"] == "distributions"]) == 4


def test_models_shows_one_systems_rows_of_a_table(call: Call) -> None:
    text = printed(call, "models", "distributions/Moving_Average")
    assert text.startswith("nba_predictions.forecast_distribution/moving_average_history, version ")
    assert "Reads ppl same, upgc same, " in text
    assert " nb_variance " in text


def test_json_has_null_for_what_is_no_number(call: Call, tmp_path: Path) -> None:
    query = "SELECT CAST('nan' AS DOUBLE) AS a, CAST('inf' AS FLOAT) AS b, 1.5 AS c, [CAST('nan' AS DOUBLE)] AS d"
    assert json.loads(printed(call, "sql", query, "--json")) == [{"a": None, "b": None, "c": 1.5, "d": [None]}]
    printed(call, "sql", query.rpartition(",")[0], "--output", "out.json")
    text = (tmp_path / "out.json").read_text("utf-8")
    assert json.loads(text, parse_constant=pytest.fail) == [{"a": None, "b": None, "c": 1.5}]


def test_one_date_is_a_range_of_any_command(call: Call) -> None:
    day = rows(call, "SELECT MAX(game_date) AS day FROM nba_analytics.player_game_summary")[0][0]
    for arguments in (("coverage", "mlfs"), ("backfill", "mlfs", "--no-resume")):
        (line,) = json.loads(printed(call, *arguments, "--date", day, "--json"))
        assert {line.get("due", 1), line.get("dates", 1)} == {1}


@pytest.mark.parametrize("name", ["out.csv", "out.json", "out.parquet", "out.txt"])
def test_output_goes_to_a_file_in_the_format_of_its_ending(call: Call, tmp_path: Path, name: str) -> None:
    assert printed(call, "sql", "SELECT 7 AS points, 'Nikola Jokić' AS player_name", "--output", name) == ""
    if name == "out.txt":
        assert "Nikola Jokić" in (tmp_path / name).read_text("utf-8")
    else:
        assert contents("points, player_name", tmp_path / name) == [(7, "Nikola Jokić")]


def test_several_statements_each_print_their_table(call: Call) -> None:
    assert printed(call, "sql", "SELECT 1 AS a; SELECT 2 AS b", "--format", "csv") == "a\n1\n\nb\n2\n"


def test_sql_is_read_from_standard_input(call: Call) -> None:
    done = call("sql", "-", "--format", "csv", input="SELECT NULL AS nothing, TRUE AS flag, 0.5 AS half")
    assert done.stdout == "nothing,flag,half\n,true,0.5\n"


def test_sql_of_other_dialects_asks_the_same_tables(call: Call) -> None:
    bigquery = printed(
        call, "sql", "--dialect", "bigquery", "--format", "csv",
        "SELECT FORMAT_DATE('%Y-%m', game_date) AS month, COUNT(*) AS games FROM nba_raw.nbac_schedule"
        " GROUP BY month ORDER BY month",
    )  # fmt: skip
    spark = printed(
        call, "sql", "--dialect", "spark", "--format", "csv",
        "SELECT DATE_FORMAT(game_date, 'yyyy-MM') AS month, COUNT(*) AS games FROM nba_raw.nbac_schedule"
        " GROUP BY month ORDER BY month",
    )  # fmt: skip
    assert bigquery == spark
    assert bigquery.startswith("month,games\n2020-")


def test_moments_with_a_zone_are_printed_in_utc(call: Call) -> None:
    text = printed(call, "sql", "SELECT TIMESTAMPTZ '2022-01-01 12:00:00+05:00' AS moment", "--format", "csv")
    assert text == "moment\n2022-01-01 07:00:00\n"


def test_models_are_listed_compiled_and_traced(call: Call) -> None:
    assert "nba_predictions.ml_feature_store" in printed(call, "models")
    assert "points_avg_last_5" in printed(call, "models", "mlfs")
    assert "INT64" in printed(call, "models", "pdc", "--compile", "bigquery")
    lineage = json.loads(printed(call, "models", "mlfs", "--lineage", "--json"))
    assert {"nba_precompute.player_daily_cache"} < {line["reads"] for line in lineage if line["directly"]}
    origins = printed(call, "models", "mlfs", "--lineage", "--column", "points_avg_last_5").splitlines()
    assert origins[0] == "nba_predictions.ml_feature_store.points_avg_last_5"
    assert any(line.strip().startswith("nba_raw.nbac_player_boxscore.points") for line in origins)


def test_doctor_finds_nothing_wrong_with_a_sound_warehouse(call: Call) -> None:
    checks = {line["check"]: line for line in json.loads(printed(call, "doctor", "--json"))}
    assert checks["format"]["value"] == "1"
    assert checks["hoopcast"]["value"] == hoopcast.__version__
    assert [check for check in checks.values() if check["problem"]] == []


def test_flags_win_over_the_environment_and_that_over_the_file(call: Call, tmp_path: Path) -> None:
    (tmp_path / "hoopcast.toml").write_text('warehouse = "of-file.duckdb"\nthreads = 1\n', "utf-8")
    assert "no warehouse at of-file.duckdb" in call("runs").stderr
    environment = {"HOOPCAST_WAREHOUSE": "of-environment.duckdb"}
    assert "no warehouse at of-environment.duckdb" in call("runs", env=environment).stderr
    assert call("--warehouse", "hoopcast.duckdb", "runs", env=environment).exit_code == 0
    assert '"threads 1, ' in call("--warehouse", "hoopcast.duckdb", "doctor", "--json").stdout
