"""A path that begins with `~` lies in the user's home, wherever it is given."""

import json
import shutil
from pathlib import Path

import pytest

import hoopcast
from tests.cli.conftest import Call
from tests.properties.warehouses import League

QUERY = ("sql", "SELECT 7 AS points")
DATES = ("--date", "2021-11-05")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that is not the current folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("scheme", ["", "duckdb:///"])
@pytest.mark.parametrize("given", ["flag", "environment", "file"])
@pytest.mark.usefixtures("home")
def test_a_warehouse_in_the_home_has_all_that_belongs_to_it_there(
    call: Call, tmp_path: Path, league: Path, scheme: str, given: str
) -> None:
    url, home = f"{scheme}~/x.duckdb", tmp_path / "home"
    if given == "file":
        (tmp_path / "hoopcast.toml").write_text(f'warehouse = "{url}"\n', "utf-8")
    flags = ["--warehouse", url] if given == "flag" else []
    environment = {"HOOPCAST_WAREHOUSE": url} if given == "environment" else {}
    done = call(*flags, "ingest", league / "2020-21" / "schedule.parquet", env=environment)
    assert done.exit_code == 0, done.output
    assert names(home) == ["x.duckdb", "x.duckdb.snapshot"]
    assert call(*flags, *QUERY, env=environment).exit_code == 0
    doctor = call(*flags, "doctor", env=environment)
    assert str(home / "x.duckdb.snapshot") in doctor.stdout
    assert names(tmp_path) == [*(["home", "hoopcast.toml"] if given == "file" else ["home"])]


@pytest.mark.usefixtures("call")
def test_the_python_interface_opens_the_same_file(home: Path, tmp_path: Path, league: Path) -> None:
    shutil.copy(league / "2020-21" / "schedule.parquet", home / "schedule.parquet")
    with hoopcast.open("~/x.duckdb") as warehouse:
        report = warehouse.ingest("~/schedule.parquet")
        assert report.total("added") == report.total("read") > 0
        assert warehouse.query("SELECT 7 AS points").write("~/points.csv") == 1
        assert warehouse.query("SELECT 7 AS points").write(Path("~/points.json")) == 1
        warehouse.backup("~/copy.duckdb")
        warehouse.forget("~/schedule.parquet")
        assert warehouse.query("SELECT COUNT(*) FROM nba_raw.nbac_schedule").rows == [(0,)]
    assert set(names(home)) >= {"copy.duckdb", "points.csv", "points.json", "schedule.parquet", "x.duckdb"}
    assert names(tmp_path) == ["home"]


def test_a_file_that_is_read_or_written_lies_in_the_home(
    call: Call, home: Path, tiny_league: League, tmp_path: Path
) -> None:
    shutil.copy(tiny_league.complete, home / "x.duckdb")
    shutil.copytree(tiny_league.files / "2021-22", home / "season")
    (home / "query.sql").write_text("SELECT 7 AS points", "utf-8")
    for arguments in (
        ("ingest", "~/season"),
        ("forget", "~/season/starters.parquet"),
        ("sql", "--file", "~/query.sql", "--output", "~/points.csv"),
        ("export", "pgs", "~/pgs.parquet", *DATES),
        ("backup", "~/copy.duckdb"),
        ("backfill", "tdza", "--no-resume", "--skip-preflight", *DATES, "--log-file", "~/backfill.log"),
        ("evaluate", "--season", "2021-22", "--html", "~/scores.html"),
        ("audit", "--dates", "2021-11-05", "--dates-sampled", "0", "--rows-sampled", "0", "--report", "~/audit.md"),
    ):
        done = call("--warehouse", "~/x.duckdb", *arguments)
        assert done.exit_code == 0, done.output
    written = {"points.csv", "pgs.parquet", "copy.duckdb", "backfill.log", "scores.html", "audit.md"}
    assert set(names(home)) >= written
    assert names(tmp_path) == ["home"]


NOBODY = "~nobody-of-that-name"


@pytest.mark.parametrize("arguments", [
    ("--warehouse", f"{NOBODY}/x.duckdb", *QUERY),
    ("--warehouse", f"duckdb:///{NOBODY}/x.duckdb", "status"),
    (*QUERY, "--output", f"{NOBODY}/x.csv"),
    ("sql", "--file", f"{NOBODY}/x.sql"),
    ("export", "pgs", f"{NOBODY}/x.csv"),
    ("backup", f"{NOBODY}/x.duckdb"),
    ("ingest", f"{NOBODY}/season"),
    ("forget", f"{NOBODY}/x.csv"),
    ("backfill", "--log-file", f"{NOBODY}/x.log"),
    ("evaluate", "--html", f"{NOBODY}/x.html"),
    ("audit", "--report", f"{NOBODY}/x.md"),
])  # fmt: skip
@pytest.mark.usefixtures("warehouse")
def test_the_home_of_nobody_is_refused_in_one_line(call: Call, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    before = names(tmp_path)
    done = call(*arguments)
    assert done.exit_code == 2
    (line,) = done.stderr.splitlines()
    assert f"begins in the home of '{NOBODY[1:]}', and there is no such user; write the whole path" in line
    assert names(tmp_path) == before


@pytest.mark.usefixtures("home")
def test_a_file_of_this_folder_may_be_called_so(call: Call, tmp_path: Path, league: Path) -> None:
    shutil.copy(league / "2020-21" / "schedule.parquet", tmp_path / "~x.parquet")
    for arguments in (
        ("ingest", "./~x.parquet"),
        ("sql", "FROM nba_raw.nbac_schedule", "--output", "./~y.csv"),
        ("backup", "./~copy.duckdb"),
        ("forget", "./~x.parquet"),
    ):
        done = call("--warehouse", "./~w.duckdb", *arguments)
        assert done.exit_code == 0, done.output
    assert names(tmp_path) == ["home", "~copy.duckdb", "~w.duckdb", "~w.duckdb.snapshot", "~x.parquet", "~y.csv"]


@pytest.mark.parametrize("name", ["x[1]", "x*", "{a,b}", "dt=2021-11-01/x"])
@pytest.mark.usefixtures("warehouse")
def test_what_looks_like_a_pattern_or_a_partition_is_the_file_that_is_written(
    call: Call, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    before = set(names((tmp_path / name).parent))
    for ending in ("csv", "json", "parquet"):
        done = call(*QUERY, "--output", f"{name}.{ending}")
        assert done.exit_code == 0, done.output
    assert call("backup", f"{name}.duckdb").exit_code == 0
    plain = Path(name).name
    assert set(names((tmp_path / name).parent)) - before == {
        f"{plain}.{ending}" for ending in ("csv", "json", "parquet", "duckdb")
    }
    assert call("--warehouse", f"{name}.duckdb", *QUERY, "--format", "csv").stdout == "points\n7\n"


def test_doctor_names_what_lies_beside_the_warehouse_and_is_not_its(call: Call, tmp_path: Path, league: Path) -> None:
    assert call("ingest", league / "2020-21" / "schedule.parquet").exit_code == 0
    assert call("doctor").exit_code == 0
    (tmp_path / "hoopcast.duckdb.snapshot").write_text("garbage", "utf-8")
    (tmp_path / "hoopcast.duckdb.heartbeat.json").write_text("garbage", "utf-8")
    done = call("doctor", "--json")
    assert done.exit_code == 1
    problems = [check["problem"] for check in json.loads(done.stdout) if check["problem"]]
    assert len(problems) == 2
    assert all(problem.endswith("is safe to delete") for problem in problems)
    for name in ("snapshot", "heartbeat.json"):
        (tmp_path / f"hoopcast.duckdb.{name}").unlink()
    assert call("doctor").exit_code == 0
