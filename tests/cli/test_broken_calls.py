"""Whatever is wrong with a call ends in one line that says what, and in the status that the docs promise."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from tests.cli.conftest import Call


@dataclass(frozen=True)
class Broken:
    """A call that is wrong: its arguments, its exit status, a part of its one line, and files that it finds."""

    arguments: str
    status: int
    says: str
    files: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)


def one_line(call: Call, broken: Broken, folder: Path) -> None:
    for name, text in broken.files.items():
        (folder / name).write_text(text, "utf-8")
    arguments = [part.replace("_", " ") if part.startswith("SQL:") else part for part in broken.arguments.split()]
    done = call(*(part.removeprefix("SQL:").replace("EMPTY", "") for part in arguments), env=broken.environment)
    assert done.exit_code == broken.status, done.output
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("error: ")
    assert broken.says in lines[0]
    assert "internal error" not in lines[0]
    assert "Traceback" not in done.output


ONE = {"HOOPCAST_SYSTEMS": "moving_average"}
USAGE = (
    Broken("bakfill", 2, "No such command 'bakfill'"),
    Broken("--warehouse md:league coverage", 2, "'md:league' is no file"),
    Broken("--warehouse a?b.duckdb coverage", 2, "no file in a path with '?'"),
    Broken("audit --date 2021-12-01 --report nowhere/audit.md", 2, "there is no folder"),
    Broken("sql --json SQL:SELECT_1_AS_a,_2_AS_a", 2, "two columns are called a, and JSON keeps one"),
    Broken("backfill --sesaon 2021-22", 2, "--season"),
    Broken("backfill --season", 2, "requires an argument"),
    Broken("backfill --warehouse x.duckdb", 2, "it goes before the command"),
    Broken("backfill --season 2021-22 --month 2022-01", 2, "are two ranges"),
    Broken("coverage --month 2022-01 --dates 2022-01-02", 2, "are two ranges"),
    Broken("coverage --date 2022-01-02 --season 2021-22", 2, "are two ranges"),
    Broken("backfill --date 2.1.2022", 2, "is not a date"),
    Broken("predict --date 2022-01-02 --date 2022-01-03", 2, "--date is given 2 times; it takes one value"),
    Broken("coverage --by month --by date", 2, "--by is given 2 times"),
    Broken("runs --limit 1 --limit 2 --limit 3", 2, "--limit is given 3 times"),
    Broken("--warehouse a.duckdb --warehouse b.duckdb runs", 2, "--warehouse is given 2 times"),
    Broken("coverage --by", 2, "Option '--by' requires an argument; see `hoopcast coverage --help`"),
    Broken("backfill --start-date 2021-10-19", 2, "--start-date and --end-date go together"),
    Broken("backfill --end-date 2021-10-19", 2, "--start-date and --end-date go together"),
    Broken("backfill --start-date 2021-12-01 --end-date 2021-11-01", 2, "exchange them"),
    Broken("backfill --start-date 2021-13-01 --end-date 2021-11-01", 2, "is not a date"),
    Broken("backfill --season 2021-23", 2, "is not a season"),
    Broken("backfill --season 21-22", 2, "is not a season"),
    Broken("backfill --season 2030-31", 2, "is not ingested"),
    Broken("backfill --month 2022-13", 2, "is not a month"),
    Broken("backfill --month 2022-08", 2, "no regular games in 2022-08"),
    Broken("backfill --dates ,", 2, "names no date"),
    Broken("backfill --dates yesterday", 2, "is not a date"),
    Broken("backfill --dates 2022-08-01", 2, "no regular games on 2022-08-01"),
    Broken("backfill --stage finals", 2, "is not one of"),
    Broken("backfill nonsense", 2, "no table 'nonsense'"),
    Broken("backfill --no-resume --retry-failed", 2, "give one of them"),
    Broken("backfill --timeout soon", 2, "--timeout is 'soon'"),
    Broken("backfill --wait -1", 2, "--wait is '-1'"),
    Broken("backfill --log-file no/folder/run.log", 2, "can not be written"),
    Broken("backfill --format xml", 2, "is not one of"),
    Broken("--threads 0 backfill", 2, "--threads is '0'"),
    Broken("--threads many backfill", 2, "--threads is 'many'"),
    Broken("--quiet --verbose backfill", 2, "contradict"),
    Broken("--warehouse postgres://somewhere backfill", 2, "is no warehouse URL"),
    Broken("--warehouse duckdb:// runs", 2, "names no file"),
    Broken("runs --json --format csv", 2, "contradict"),
    Broken("runs --format parquet", 2, "--output FILE"),
    Broken("runs --output no/folder/runs.csv", 2, "there is no folder no/folder"),
    Broken("runs --output no/folder/runs.txt", 2, "can not be written"),
    Broken("runs --output runs.xyz", 2, "ends in none of .txt, .csv, .json, .parquet"),
    Broken("runs --output runs", 2, "ends in none of"),
    Broken("runs --output EMPTY", 2, "it is empty text"),
    Broken("evaluate --html EMPTY", 2, "it is empty text"),
    Broken("backfill --log-file hoopcast.duckdb", 2, "belongs to a warehouse"),
    Broken("backfill --log-file hoopcast.duckdb.snapshot", 2, "belongs to a warehouse"),
    Broken("runs --limit none", 2, "not a valid integer"),
    Broken("export mlfs features", 2, "does not end in .parquet, .csv or .json"),
    Broken("export nonsense features.csv", 2, "no table 'nonsense'"),
    Broken("export team teams.csv", 2, "has no dates"),
    Broken("export mlfs no/folder/features.csv", 2, "there is no folder"),
    Broken("export mlfs features.csv --season 2001-02", 2, "is not ingested"),
    Broken("export mlfs", 2, "Missing argument 'PATH'"),
    Broken("backup hoopcast.duckdb", 2, "exists already"),
    Broken("backup no/folder/copy.duckdb", 2, "there is no folder"),
    Broken("sql", 2, "give a QUERY"),
    Broken("sql SQL:SELECT_1 --file x.sql", 2, "give a QUERY"),
    Broken("sql --file x.sql", 2, "can not be read"),
    Broken("sql SQL:DROP_TABLE_x", 2, "does more than read"),
    Broken("sql SQL:SELECT_1;DELETE_FROM_x", 2, "does more than read"),
    Broken("sql SQL:SELEC_1", 2, "does not parse"),
    Broken("sql --dialect bigquery SQL:SELECT_FROM_WHERE", 2, "does not parse"),
    Broken("sql --dialect oracle SQL:SELECT_1", 2, "is not one of"),
    Broken("sql SQL:SELECT_*_FROM_nowhere", 1, "nowhere"),
    Broken("sql SQL:SELECT_CAST('a'_AS_BIGINT)", 1, "Conversion Error"),
    Broken("sql SQL:--nothing", 2, "No such option"),
    Broken("sql SQL:;", 2, "no statement"),
    Broken("sql SQL:SELECT_1;SELECT_2 --output both.csv", 2, "do not fit in one file"),
    Broken("explain nobody-at-all 2021-11-05", 2, "no player is called"),
    Broken("explain 12 2021-11-05", 2, "no player has the id 12"),
    Broken("explain 12 5.11.2021", 2, "is not a date"),
    Broken("models nonsense", 2, "no table 'nonsense'"),
    Broken("backfill nonsense", 2, "a phase: phase3, phase4, phase5, analytics"),
    Broken("backfill nonsense", 2, "or a system: moving_average", environment=ONE),
    Broken(
        "backfill distributions/linear_news",
        2,
        "is left out by HOOPCAST_SYSTEMS; add its system there",
        environment=ONE,
    ),
    Broken("coverage XGBoost_v1", 2, "'XGBoost_v1' is left out by HOOPCAST_SYSTEMS", environment=ONE),
    Broken("why predictions/linear_news 2022-01-02", 2, "is left out by HOOPCAST_SYSTEMS", environment=ONE),
    Broken("predict --month 2021-11 --system linear", 2, "is left out by HOOPCAST_SYSTEMS", environment=ONE),
    Broken(
        "evaluate --season 2021-22", 2, "no system 'oracle'; choose from", {"hoopcast.toml": 'systems = ["oracle"]'}
    ),
    Broken("coverage", 2, "HOOPCAST_SYSTEMS: no system 'oracle'", environment={"HOOPCAST_SYSTEMS": "oracle"}),
    Broken("evaluate", 2, "HOOPCAST_SYSTEMS is ''", environment={"HOOPCAST_SYSTEMS": ""}),
    Broken("models distributions/moving_average_history --compile duckdb", 2, "written by Python, not by a SELECT"),
    Broken("models --compile duckdb", 2, "needs a TABLE"),
    Broken("models phase3 --compile duckdb", 2, "is several tables"),
    Broken("models pdc --compile oracle", 2, "is not one of"),
    Broken("models pdc --compile duckdb --lineage", 2, "two questions"),
    Broken("models mlfs --column fatigue_score", 2, "needs a TABLE and --lineage"),
    Broken("models mlfs --lineage --column luck", 2, "no column 'luck'"),
    Broken("ingest", 2, "Missing argument"),
    Broken("ingest nowhere", 2, "nowhere can not be read"),
    Broken("ingest . --season 2021", 2, "is not a season"),
    Broken("ingest . --table nonsense", 2, "nonsense"),
    Broken("forget", 2, "name one file, or a range"),
    Broken("forget some.csv --season 2021-22", 2, "name one file, or a range"),
    Broken("forget never.csv", 2, "no file 'never.csv' was ingested"),
    Broken("forget EMPTY", 2, "it is empty text"),
    Broken("forget --season EMPTY", 2, "it is empty text"),
    Broken("forget --dates EMPTY", 2, "it is empty text"),
    Broken("forget --stage playoffs", 2, "name one file, or a range"),
    Broken("forget some.csv --stage playoffs", 2, "not with a file"),
    Broken("forget 2099-00", 2, "nothing of season 2099-00 was ingested"),
    Broken("forget --season 2099-00", 2, "is not ingested"),
    Broken("coverage --season EMPTY", 2, "it is empty text"),
    Broken("coverage --month EMPTY", 2, "it is empty text"),
    Broken("backfill --start-date EMPTY --end-date EMPTY", 2, "it is empty text"),
    Broken("ingest EMPTY", 2, "it is empty text"),
    Broken("ingest . --season EMPTY", 2, "it is empty text"),
    Broken("backfill --dates 20211019", 2, "is not a date"),
    Broken("backfill --dates 2021-W42-2", 2, "is not a date"),
    Broken("backfill --dates \u0662\u0660\u0662\u0661-10-19", 2, "is not a date"),
    Broken("backfill --season \u0662\u0660\u0662\u0661-22", 2, "is not a season"),
    Broken("demo --season 2021", 2, "is not a season"),
    Broken("demo --folder .", 2, "is of no demo"),
    Broken("runs", 2, "no setting 'warehose'", {"hoopcast.toml": 'warehose = "x.duckdb"'}),
    Broken("runs", 2, "can not be read", {"hoopcast.toml": "warehouse = "}),
    Broken("runs", 2, "threads is 'two'", {"hoopcast.toml": 'threads = "two"'}),
    Broken("runs", 2, "wait is True", {"hoopcast.toml": "wait = true"}),
    Broken("runs", 2, "warehouse is no warehouse URL", {"hoopcast.toml": "warehouse = 3"}),
    Broken("runs", 2, "HOOPCAST_THREADS is '-2'", environment={"HOOPCAST_THREADS": "-2"}),
    Broken("runs", 2, "HOOPCAST_WAIT is 'long'", environment={"HOOPCAST_WAIT": "long"}),
    Broken("status", 1, "is no lock of a warehouse; it is safe to delete", {"hoopcast.duckdb.heartbeat.json": "{}"}),
)


@pytest.mark.parametrize("broken", USAGE, ids=lambda broken: f"{broken.arguments}: {broken.says}")
@pytest.mark.usefixtures("warehouse")
def test_a_wrong_call_says_in_one_line_what_is_wrong(call: Call, broken: Broken, tmp_path: Path) -> None:
    one_line(call, broken, tmp_path)


ABSENT = ("backfill", "coverage", "runs", "failures", "verify", "forget --season 2021-22", "sql SQL:SELECT_1",
          "export mlfs x.csv", "backup x.duckdb", "explain anyone 2021-11-05", "why mlfs 2021-11-05",
          "backfill --dry-run")  # fmt: skip


@pytest.mark.parametrize("arguments", ABSENT)
def test_a_warehouse_that_is_not_there_is_named_and_not_made(call: Call, arguments: str, tmp_path: Path) -> None:
    one_line(call, Broken(arguments, 1, "no warehouse at hoopcast.duckdb; `hoopcast ingest PATH` makes one"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def _text(path: Path) -> None:
    path.write_text("player_id,points\n1,2\n", "utf-8")


def _nothing(path: Path) -> None:
    path.touch()


def _folder(path: Path) -> None:
    path.mkdir()


def _of_another_program(path: Path) -> None:
    duckdb.connect(str(path)).execute("CREATE TABLE points (player_id BIGINT)").close()


def _cut_off(path: Path) -> None:
    duckdb.connect(str(path)).execute("CREATE TABLE points AS SELECT range FROM range(100000)").close()
    os.truncate(path, 5000)


def _newer(path: Path) -> None:
    connection = duckdb.connect(str(path))
    connection.execute("CREATE SCHEMA nba_orchestration")
    connection.execute(
        "CREATE TABLE nba_orchestration.warehouse_format"
        " AS SELECT CAST(999 AS BIGINT) AS format_version, 'x' AS layout, TIMESTAMP '2030-01-01' AS applied_at_utc"
    )
    connection.close()


DAMAGED: tuple[tuple[Callable[[Path], None], str], ...] = (
    (_text, "can not be opened as a warehouse"),
    (_nothing, "is empty, and no warehouse; delete it"),
    (_folder, "is no regular file"),
    (_cut_off, "can not be opened as a warehouse"),
    (_of_another_program, "holds tables of another program"),
    (_newer, "upgrade Hoopcast"),
)


@pytest.mark.parametrize(("damage", "says"), DAMAGED)
@pytest.mark.parametrize("arguments", ["runs", "sql SQL:SELECT_1", "coverage"])
def test_a_file_that_is_no_warehouse_is_refused_and_left_alone(
    call: Call, damage: Callable[[Path], None], says: str, arguments: str, tmp_path: Path
) -> None:
    path = tmp_path / "hoopcast.duckdb"
    damage(path)
    before = path.read_bytes() if path.is_file() else b""
    one_line(call, Broken(arguments, 1, says), tmp_path)
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_warehouse_in_a_folder_that_is_not_there_is_refused(call: Call, league: Path) -> None:
    done = call("--warehouse", "no/folder/x.duckdb", "ingest", league / "2020-21" / "schedule.parquet")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[0].startswith("error: no/folder/x.duckdb can not be opened as a warehouse")


def test_doctor_tells_of_a_damaged_warehouse_and_ends_with_1(call: Call, tmp_path: Path) -> None:
    _text(tmp_path / "hoopcast.duckdb")
    done = call("doctor", "--json")
    assert done.exit_code == 1
    assert "not a valid DuckDB database" in done.stdout


def test_an_unforeseen_error_is_one_line_too(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("what nobody\nthought of")

    monkeypatch.setattr("hoopcast.api.open", fail)
    done = call("runs")
    assert done.exit_code == 1
    assert done.stderr == (
        "error: internal error: ZeroDivisionError: what nobody thought of; run with --debug for the traceback\n"
    )


def test_a_path_with_a_break_in_it_stays_on_one_line(call: Call) -> None:
    for arguments in (("ingest", "no\nwhere"), ("--warehouse", "no\nwhere", "runs"), ("forget", "no\rwhere")):
        done = call(*arguments)
        assert len(done.stderr.splitlines()) == 1
        assert "no where" in done.stderr


def test_a_log_makes_no_file_in_the_place_of_a_warehouse_that_is_not_there(call: Call, tmp_path: Path) -> None:
    assert call("backfill", "--log-file", "hoopcast.duckdb").exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_debug_brings_the_traceback(call: Call) -> None:
    done = call("--debug", "runs")
    assert done.exit_code == 1
    assert "Traceback (most recent call last)" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("error: no warehouse at hoopcast.duckdb")
