"""Questions that begin with a comment, lists of tables, and rows on standard output."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

import hoopcast
from tests.cli.conftest import Call

COMMENTED = [
    "-- how many\nSELECT 7 AS points",
    "--how many\nSELECT 7 AS points",
    "--\nSELECT 7 AS points",
    "--a=1\nSELECT 7 AS points",
    "-- --format=json\nSELECT 7 AS points -- too",
    "/* how many */ SELECT 7 AS points",
]
COMMAND = str(Path(sys.executable).with_name("hoopcast"))
ONE_DAY = ("--date", "2021-11-05")

pytestmark = pytest.mark.usefixtures("warehouse")


@pytest.mark.parametrize("query", COMMENTED)
@pytest.mark.parametrize("before", [(), ("--format", "csv"), ("--format=csv",), ("--",)])
def test_a_query_may_begin_with_a_comment(call: Call, query: str, before: tuple[str, ...]) -> None:
    done = call("sql", *before, query)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.split()[0] == "points"
    assert done.stdout.split()[-1] == "7"


def test_a_comment_alone_is_no_statement_and_a_word_is_an_option(call: Call) -> None:
    assert "there is no statement to run" in call("sql", "-- nothing to ask").stderr
    assert "No such option '--fromat'" in call("sql", "--fromat", "csv", "SELECT 1").stderr
    assert "No such option '--how many'" in call("runs", "--how many").stderr


def test_a_value_that_looks_like_a_comment_stays_what_it_is(call: Call, tmp_path: Path) -> None:
    assert call("sql", "SELECT 7 AS points", "--output", "-- points.csv").exit_code == 0
    assert (tmp_path / "-- points.csv").read_text("utf-8") == "points\n7\n"


@pytest.mark.parametrize("query", ["SHOW TABLES", "show tables;", "-- which\nSHOW /* é */ TABLES -- there are\n;"])
@pytest.mark.parametrize("dialect", ["duckdb", "bigquery", "spark"])
def test_show_tables_lists_those_of_all_schemas(call: Call, query: str, dialect: str) -> None:
    done = call("sql", "--dialect", dialect, query, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    listed = {row["name"]: row["columns"] for row in json.loads(done.stdout)}
    assert list(listed) == sorted(listed)
    assert {name.split(".")[0] for name in listed} == {
        "nba_raw", "nba_analytics", "nba_precompute", "nba_predictions", "nba_orchestration",
    }  # fmt: skip
    described = json.loads(call("sql", "DESCRIBE nba_raw.nbac_schedule", "--json").stdout)
    assert listed["nba_raw.nbac_schedule"] == len(described)
    assert described[0]["column_name"] == "game_id"


def test_show_tables_within_a_text_is_text(call: Call) -> None:
    assert call("sql", "SELECT 'SHOW TABLES' AS x", "--format", "csv").stdout == "x\nSHOW TABLES\n"
    assert call("sql", "SELECT 1 AS a; SHOW TABLES", "--format", "csv").stdout.startswith("a\n1\n\nname,columns\nnba_")


@pytest.mark.parametrize(("query", "first"), [
    ("SHOW ALL TABLES", "database,schema,name"),
    ("SHOW TABLES FROM nba_raw", "name"),
    ("DESCRIBE nba_raw.team", "column_name,column_type"),
    ("SUMMARIZE nba_raw.team", "column_name,column_type,min"),
    ("FROM nba_raw.team", "team_abbr"),
    ("VALUES (1, 2)", "col0,col1"),
    ("WITH a AS (SELECT 1 AS b) FROM a", "b"),
    ("PIVOT (FROM range(2) AS t(a)) ON a USING SUM(a)", "0,1"),
    ("FROM (PIVOT nba_raw.team ON city USING COUNT(*) GROUP BY nickname)", "nickname,Atlanta"),
    ("UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b INTO NAME n VALUE v", "n,v"),
    ("EXPLAIN SELECT 1", "explain_key,explain_value"),
    ("-- how\nexplain (format json) SELECT (1) -- so", "explain_key,explain_value"),
    ("EXPLAIN ANALYZE FROM nba_raw.team", "explain_key,explain_value"),
    ("EXPLAIN PIVOT nba_raw.team ON city USING COUNT(*)", "explain_key,explain_value"),
    ("SELECT '(DELETE FROM' AS x", "x"),
])  # fmt: skip
def test_whatever_only_reads_is_a_query(call: Call, tmp_path: Path, query: str, first: str) -> None:
    assert call("sql", query, "--format", "csv").stdout.startswith(first)
    assert call("sql", query, "--output", "found.csv").exit_code == 0
    assert (tmp_path / "found.csv").read_text("utf-8").startswith(first)


@pytest.mark.parametrize("query", [
    "-- a\nDROP TABLE nba_raw.team", "COPY nba_raw.team TO 'x.csv'", "ATTACH 'x.duckdb'", "EXPORT DATABASE 'x'",
    "EXPLAIN DROP TABLE nba_raw.team", "CREATE TABLE x AS PIVOT nba_raw.team ON city USING COUNT(*)",
    "COPY (PIVOT nba_raw.team ON city USING COUNT(*)) TO 'x.csv'",
    "WITH a AS (SELECT 1) INSERT INTO nba_raw.team PIVOT nba_raw.team ON city USING COUNT(*)",
    "WITH a AS (DELETE FROM nba_raw.team RETURNING *) FROM a", "INSTALL httpfs", "CALL enable_logging()",
    "EXPLAIN WITH a AS MATERIALIZED (UPDATE nba_raw.team SET city = '' RETURNING *) FROM a",
    "SET threads = 1", "LOAD httpfs", "EXPLAIN ANALYZE DELETE FROM nba_raw.team", "PRAGMA show_tables",
])  # fmt: skip
def test_whatever_does_more_is_refused(call: Call, tmp_path: Path, query: str) -> None:
    before = sorted(tmp_path.iterdir())
    done = call("sql", query)
    assert done.exit_code == 2
    assert "does more than read; a query is a SELECT" in done.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_a_plan_is_drawn_line_by_line(call: Call) -> None:
    drawn = call("sql", "EXPLAIN SELECT 1").stdout.splitlines()
    assert len(drawn) > 3
    assert drawn[0].startswith("╭─")


def test_a_question_from_python_writes_nothing_though_the_warehouse_may_be_written(warehouse: Path) -> None:
    with hoopcast.open(str(warehouse)) as opened, pytest.raises(hoopcast.UsageError, match="does more than read"):
        opened.query("WITH a AS (DELETE FROM nba_raw.team RETURNING *) FROM a")


def test_a_table_that_is_not_there_says_how_to_list_those_that_are(call: Call) -> None:
    assert "`hoopcast sql 'SHOW TABLES'` lists what there is" in call("sql", "FROM nba_raw.nowhere").stderr


@pytest.mark.parametrize("file_format", [None, "csv", "json", "parquet"])
def test_export_to_standard_output_is_the_file_and_nothing_else(
    call: Call, tmp_path: Path, file_format: str | None
) -> None:
    chosen = () if file_format is None else ("--format", file_format)
    done = call("export", "pgs", "-", *ONE_DAY, *chosen)
    assert (done.exit_code, done.stderr) == (0, "")
    written = tmp_path / f"pgs.{file_format or 'csv'}"
    assert call("export", "pgs", written, *ONE_DAY).exit_code == 0
    assert not (tmp_path / "-").exists()
    if file_format == "parquet":
        piped = tmp_path / "piped.parquet"
        piped.write_bytes(done.stdout_bytes)
        with duckdb.connect() as connection:
            assert connection.sql(f"FROM '{piped}'").fetchall() == connection.sql(f"FROM '{written}'").fetchall()
    else:
        assert done.stdout_bytes == written.read_bytes()


def test_a_table_of_python_goes_to_a_stream_too(warehouse: Path) -> None:
    stream = io.BytesIO()
    with hoopcast.open(str(warehouse), read_only=True) as opened:
        count = opened.export("pgs", stream, dates=[ONE_DAY[1]])
    assert count == len(stream.getvalue().splitlines()) - 1 > 0


def test_parquet_is_kept_from_a_terminal(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    try:
        done = subprocess.run(
            [COMMAND, "export", "pgs", "-", "--format", "parquet"],
            cwd=tmp_path, stdout=theirs, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip
    finally:
        os.close(theirs)
        os.close(ours)
    assert done.returncode == 2
    assert done.stderr == (
        "error: Parquet is no text for a terminal; write it to a file or a pipe, or say --format csv\n"
    )


def shell(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(COMMAND).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail\n{script}"],
        cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_a_reader_of_the_first_rows_alone_is_no_fault_of_export(tmp_path: Path) -> None:
    done = shell("hoopcast export pgs - | head -n 1; echo ${PIPESTATUS[0]}; hoopcast export pgs - | wc -c", tmp_path)
    header, status, size = done.stdout.splitlines()
    assert header.startswith("game_id,player_id")
    assert (status, done.stderr) == ("0", "")
    assert int(size) > 1 << 16  # more than a pipe holds, so that it broke


def test_a_closed_or_full_standard_output_is_told_in_one_line(tmp_path: Path) -> None:
    for script, says in (("export pgs - >&-", "standard output is closed"), ("export pgs - >/dev/full", "No space")):
        done = shell(f"hoopcast {script}", tmp_path)
        assert done.returncode != 0
        (line,) = done.stderr.splitlines()
        assert says in line


def test_a_run_goes_on_whose_streams_were_closed(tmp_path: Path) -> None:
    for closed in (">&-", "2>&-", "<&- >&- 2>&-"):
        assert shell(f"hoopcast backfill tdza --season 2021-22 --no-resume {closed}", tmp_path).returncode == 0
    done = shell("hoopcast sql 'SELECT 1 AS one' >&-", tmp_path)
    assert (done.returncode, done.stderr) == (2, "error: standard output is closed; name a file\n")
