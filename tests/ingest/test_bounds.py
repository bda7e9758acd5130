"""Files without end, files that unpack to far more than they are, and memory that the system refuses."""

import gzip
import json
import os
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from hoopcast.ingest.load import ingest
from hoopcast.warehouse.duckdb import DuckDB
from tests.ingest.small_season import GAME, SCHEDULE, ingest_files, values, write_csv, write_json

HEADER, ROW = b"game_id,player_id,player_name,starter\n", f"{GAME},201142,Kevin Durant,1\n".encode()
MEGABYTE = 1_000_000
COMMAND = str(Path(sys.executable).with_name("hoopcast"))


def packed(path: Path, chunk: bytes, times: int, begins: bytes = HEADER) -> None:
    with gzip.open(path, "wb", 1) as file:
        file.write(begins)
        for _ in range(times):
            file.write(chunk)


def zipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("starters.csv", bytes(50 * MEGABYTE))


def runs(path: Path) -> None:
    """Three million rows, packed by the lengths of their runs."""
    with duckdb.connect() as connection:
        select = "SELECT 1 AS game_id, 2 AS player_id, 3 AS starter FROM range(3000000)"
        connection.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")


def written(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


TOO_MUCH = "in it, and so much is not read; split it, or raise `max_file_mb` in hoopcast.toml"
CLAIMS = json.dumps({"resultSets": [{"headers": ["GAME_ID"], "rowSet": 1e9}]}).encode()
NOT_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "zero": (lambda path: path.symlink_to("/dev/zero"), "is no regular file"),
    "random": (lambda path: path.symlink_to("/dev/random"), "is no regular file"),
    "pipe": (os.mkfifo, "is no regular file"),
    "bomb.csv.gz": (lambda path: packed(path, ROW * 40_000, 4), f"has more than 5 MB of csv {TOO_MUCH}"),
    "blank.csv.gz": (lambda path: packed(path, b"\n" * MEGABYTE, 40, b""), f"has more than 5 MB of csv {TOO_MUCH}"),
    "bomb.json.gz": (lambda path: packed(path, b"[]," * 90_000, 1, b"["), f"more than 0.25 MB of json {TOO_MUCH}"),
    "bomb.zip": (zipped, "is packed by zip; unpack it"),
    "renamed.csv": (zipped, "is packed by zip; unpack it"),
    "runs.parquet": (runs, f"has 3,000,000 rows of 3 columns {TOO_MUCH}"),
    "header.csv": (written(b"x" * 200_000), "has a first line that names no columns: field larger"),
    "deep.json": (written(b"[" * 200_000), "is JSON nested too deep"),
    "objects.json": (written(b'{"a":' * 40_000 + b"1" + b"}" * 40_000), "is JSON nested too deep"),
    "claims.json": (written(CLAIMS), "'resultSets' has headers or a rowSet that is no list"),
    "twice.json": (written(b'[{"PTS": 1, "PTS": 2}]'), "is JSON with an object that has 'PTS' twice"),
    "latin.json": (written(b'[{"PTS": "\xe9"}]'), "is JSON that is not UTF-8 (byte 10)"),
    "half.json": (written(b'[{"GAME_ID": "\\ud800", "PLAYER_ID": 1, "STARTER": 1}]'), "can not be read"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_FILES)
def test_a_file_beyond_bounds_is_named_in_one_line_and_those_beside_it_land(
    bare: DuckDB, tmp_path: Path, name: str
) -> None:
    make, says = NOT_FILES[name]
    make(tmp_path / name)
    sound = write_csv(tmp_path / "schedule.csv", SCHEDULE)
    report = ingest(bare, [tmp_path / name, sound], run_id="test", max_file_mb=5)
    (line,) = report.errors
    assert line.startswith(f"{tmp_path / name} ")
    assert says in line
    assert len(line.splitlines()) == 1
    assert report.total("added") == len(SCHEDULE)


def test_what_is_unpacked_is_taken_away(bare: DuckDB, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    packed(tmp_path / "bomb.csv.gz", ROW * 40_000, 4)
    write_csv(tmp_path / "[schedule].csv", SCHEDULE)
    assert ingest(bare, [tmp_path], run_id="test", max_file_mb=5).total("added") == len(SCHEDULE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["[schedule].csv", "bomb.csv.gz"]


@pytest.mark.parametrize("ending", [".csv", ".csv.gz"])
@pytest.mark.parametrize("megabytes", [3, 15])
def test_a_line_that_no_row_has_is_set_aside_and_the_rest_lands(
    engine: DuckDB, tmp_path: Path, ending: str, megabytes: int
) -> None:
    path = tmp_path / f"starters{ending}"
    content = HEADER + ROW + b"x" * megabytes * MEGABYTE + b",1\n" + ROW.replace(b"201142", b"2544")
    path.write_bytes(gzip.compress(content, 1) if ending.endswith(".gz") else content)
    report = ingest_files(engine, path)
    assert (report.errors, report.total("added"), report.total("quarantined")) == ((), 2, 1)
    assert "maximum line size" in str(values(engine, "SELECT reason FROM nba_raw.quarantine"))


@pytest.mark.parametrize("begins", [HEADER, HEADER + ROW])
def test_a_line_too_long_to_read_is_never_left_out_without_a_word(
    engine: DuckDB, tmp_path: Path, begins: bytes
) -> None:
    path = tmp_path / "starters.csv"
    path.write_bytes(begins + b"x" * 40 * MEGABYTE + b",1\n" + ROW)
    assert ingest_files(engine, path).errors == (f"{path} has a line of more than 16 MB, which is no row; take it out",)


def test_numbers_that_are_none_are_set_aside(engine: DuckDB, tmp_path: Path) -> None:
    path = write_json(tmp_path / "starters.json", [{"GAME_ID": GAME, "PLAYER_ID": 201142, "STARTER": 1}])
    odd = ("NaN", "1e400", "-Infinity", '"\\u0000"', "[]", "{}", "null", "true", f'"{"9" * 4000}"')
    rows = ", ".join(f'{{"GAME_ID": "{GAME}", "PLAYER_ID": {number}, "STARTER": 1}}' for number in odd)
    path.write_text(path.read_text("utf-8").removesuffix("]") + f", {rows}]", "utf-8")
    report = ingest_files(engine, path)
    assert (report.errors, report.total("added"), report.total("read")) == ((), 1, 1 + len(odd))


def test_memory_that_the_system_refuses_is_told_in_one_line_and_the_sound_file_lands(tmp_path: Path) -> None:
    packed(tmp_path / "bomb.json.gz", b"[]," * MEGABYTE, 40, b"[")
    write_csv(tmp_path / "schedule.csv", SCHEDULE)
    limit = 2_000 * MEGABYTE
    done = subprocess.run(
        [COMMAND, "--quiet", "--threads", "1", "ingest", "bomb.json.gz", "schedule.csv"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )  # fmt: skip
    assert done.stderr == "error: bomb.json.gz can not be read: memory ran out; split it, or give it more memory\n"
    assert done.returncode == 2
    assert "nbac_schedule" in done.stdout
