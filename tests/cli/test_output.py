"""What is printed: the same bytes wherever it goes, nothing that steers a terminal, nothing that a spreadsheet runs."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hoopcast.plain import printable
from tests.cli.conftest import Call

COMMAND = str(Path(sys.executable).with_name("hoopcast"))
ESC, BEL, CR, C1, BIDI = "\x1b", "\x07", "\r", "\x9b", "\u202e"
STEERING = f"a{ESC}[31m{BEL}{CR}{C1}{BIDI}\u2066z"
VALUES = f"""SELECT 1.10::DECIMAL(5, 2) AS d, 12345678901234567890.123456::DECIMAL(30, 6) AS dd, 'a\\x00b'::BLOB AS bl,
'inf'::DOUBLE AS i, 'nan'::FLOAT AS n, DATE '2021-01-01' AS da, 'infinity'::DATE AS di,
INTERVAL '1 month 3 hours' AS iv, TIMESTAMP '2021-01-01 10:00:00.5' AS ts, TIMESTAMPTZ '2021-01-01 10:00:00+02' AS tz,
TIME '10:00:01' AS t, [1.5, 'nan'::DOUBLE] AS l, [['inf'::DOUBLE], NULL] AS ll,
{{'a': '-inf'::DOUBLE, 'b': [DATE '2020-01-01']}} AS s,
MAP {{'k': 'nan'::DOUBLE}} AS m, [{{'x': [1.0::DOUBLE]}}] AS ls, NULL::STRUCT(a DOUBLE) AS ns, 1e300 AS e, true AS b,
170141183460469231731687303715884105727::HUGEINT AS h, '{{"a": 1.0}}'::JSON AS js,
'ü"\\' || '{STEERING}' || chr(10) AS tx,
'{STEERING}' AS "{STEERING}" """

pytestmark = pytest.mark.usefixtures("warehouse")


@pytest.mark.parametrize("file_format", ["json", "csv"])
@pytest.mark.parametrize("flags", [(), ("--no-files",)])
def test_what_is_printed_is_the_file_byte_for_byte(
    call: Call, tmp_path: Path, file_format: str, flags: tuple[str, ...]
) -> None:
    printed = call("sql", *flags, VALUES, "--format", file_format)
    assert printed.exit_code == 0, printed.stderr
    assert call("sql", *flags, VALUES, "--output", f"x.{file_format}").exit_code == 0
    assert printed.stdout_bytes == (tmp_path / f"x.{file_format}").read_bytes()


def test_json_is_strict_and_its_texts_are_whole(call: Call) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    text = call("sql", VALUES, "--json").stdout
    (row,) = json.loads(text, parse_constant=refuse, parse_float=str)
    assert (row["dd"], row["i"], row["n"], row["di"]) == ("12345678901234567890.123456", None, None, "infinity")
    assert (row["l"], row["ll"], row["m"], row["ns"]) == (["1.5", None], [[None], None], {"k": None}, None)
    assert (row["s"], row["ls"]) == ({"a": None, "b": ["2020-01-01"]}, [{"x": ["1.0"]}])
    assert (row[STEERING], row["tx"]) == (STEERING, f'ü"\\{STEERING}\n')
    assert printable(text) == text


@pytest.mark.parametrize("arguments", [
    ("sql", VALUES), ("sql", VALUES, "--format", "csv"), ("sql", VALUES, "--json"), ("sql", f"FROM '{STEERING}'"),
    ("sql", f"nothing {STEERING}"), ("ingest", f"{STEERING}.csv"), ("ingest", "."), ("coverage", "--season", STEERING),
    (STEERING,), ("--warehouse", STEERING, "runs"), ("why", STEERING, "2021-11-05"), ("export", STEERING, "x.csv"),
])  # fmt: skip
def test_nothing_that_is_printed_steers_the_terminal(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / f"{STEERING}.csv").write_text(f"{STEERING},b\n{STEERING},2\n", "utf-8")
    (tmp_path / f"{STEERING}.json").write_text('{"', "utf-8")
    done = on_a_terminal(tmp_path, *arguments)
    assert done
    assert printable(done.replace("\r\n", "\n")) == done.replace("\r\n", "\n")


def on_a_terminal(folder: Path, *arguments: str) -> str:
    """What a command prints, output and errors, where both are a terminal."""
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [COMMAND, "--quiet", *arguments], cwd=folder, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL
    ) as process:
        os.close(theirs)
        said = b""
        try:
            while part := os.read(ours, 1 << 16):
                said += part
        except OSError:  # how a terminal ends whose last writer is gone
            pass
        process.wait(60)
    os.close(ours)
    return said.decode("utf-8", "surrogateescape")


FORMULAS = """SELECT '=1+1' AS a, '+a' AS b, '-a' AS c, '@x' AS d, chr(9) || 'x' AS e, chr(13) || 'x' AS f,
'=x'::BLOB AS g,
-5 AS h, '-5.5' AS i, '+110' AS j, -1.5 AS k, 'a=1' AS l, NULL AS m, -INTERVAL '3 hours' AS n, 1 AS "=o" """
ARMED = '=1+1,+a,-a,@x,\tx,"\rx",=x,-5,-5.5,+110,-1.5,a=1,,-03:00:00,1'
DISARMED = "'=1+1,'+a,'-a,'@x,'\tx,\"'\rx\",'=x,-5,-5.5,+110,-1.5,a=1,,-03:00:00,1"


@pytest.mark.parametrize(("flags", "cells", "name"), [((), DISARMED, "'=o"), (("--formulas",), ARMED, "=o")])
def test_a_spreadsheet_runs_nothing_of_a_csv_file_unless_it_is_asked_for(
    call: Call, tmp_path: Path, flags: tuple[str, ...], cells: str, name: str
) -> None:
    assert call("sql", FORMULAS, "--output", "x.csv", *flags).exit_code == 0
    written = (tmp_path / "x.csv").read_bytes().decode()
    assert written == f"a,b,c,d,e,f,g,h,i,j,k,l,m,n,{name}\n{cells}\n"
    assert call("sql", FORMULAS, "--output", "x.json", *flags).exit_code == 0
    assert json.loads((tmp_path / "x.json").read_text("utf-8"))[0]["a"] == "=1+1"


def test_a_killed_export_leaves_what_was_there_and_the_next_one_takes_its_leftovers_away(
    call: Call, tmp_path: Path
) -> None:
    (tmp_path / "x.csv").write_text("before\n", "utf-8")
    slow = "SELECT a.range, b.range, md5(a.range::VARCHAR) FROM range(3000000) AS a, range(1000) AS b"
    process = subprocess.Popen([COMMAND, "sql", slow, "--output", "x.csv"], cwd=tmp_path)
    deadline = time.monotonic() + 30
    while not any(path.stat().st_size for path in tmp_path.glob(".x.csv.*.hoopcast/*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    partials = [path for path in tmp_path.iterdir() if not path.name.startswith(("hoopcast.duckdb", "x.csv"))]
    assert [(path.name[:7], path.suffix) for path in partials] == [(".x.csv.", ".hoopcast")]
    assert (tmp_path / "x.csv").read_text("utf-8") == "before\n"
    assert call("sql", "SELECT 1 AS a", "--output", "x.csv").exit_code == 0
    assert (tmp_path / "x.csv").read_text("utf-8") == "a\n1\n"
    assert not any(path.exists() for path in partials)


@pytest.mark.parametrize("query", [
    "SELECT * FROM read_text('secret.txt')", "SELECT * FROM read_blob('secret.txt')", "FROM read_csv('secret.txt')",
    "FROM 'secret.csv'", "FROM glob('*')", "FROM read_parquet('secret.parquet')", "FROM read_json('secret.json')",
    "SELECT COUNT(*) FROM sniff_csv('secret.txt')", "FROM read_text('/proc/self/environ')",
    "FROM read_csv('http://localhost/x.csv')",
])  # fmt: skip
def test_files_beside_the_warehouse_can_be_shut_away(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    for ending in ("txt", "csv", "json", "parquet"):
        (tmp_path / f"secret.{ending}").write_text("a\n1\n", "utf-8")
    assert "Permission Error" in call("sql", "--no-files", query).stderr
    monkeypatch.setenv("HOOPCAST_SQL_FILES", "false")
    refused = call("sql", query, "--output", "found.csv")
    assert (refused.exit_code, len(refused.stderr.splitlines())) == (1, 1)
    assert not (tmp_path / "found.csv").exists()
    assert call("sql", "FROM nba_raw.team", "--output", "found.parquet").exit_code == 0


def test_files_are_read_where_they_may_be(call: Call, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("a\n7\n", "utf-8")
    assert call("sql", "FROM 'mine.csv'", "--format", "csv").stdout == "a\n7\n"
