"""Calls that mean nothing: one line and a status that the docs name, and the warehouse as it was."""

import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hoopcast.cli.commands import hoopcast as command
from tests.properties.warehouses import League

CALLS = settings(max_examples=max(20, settings().max_examples // 5), suppress_health_check=[HealthCheck.too_slow])
READING = ("coverage", "predict --as-is", "verify", "failures", "evaluate", "export mlfs x.csv", "why mlfs")
RANGES = ("--date", "--season", "--month", "--dates", "--start-date", "--end-date", "--stage", "--format", "--output")
# No argument of a process has a NUL.
TEXT = st.text(st.characters(exclude_characters="\0"), max_size=40)
VALUE = (
    st.sampled_from(["2021-22", "2022-01", "2021-11-09", "2021-02-30", "0000-00-00", "all", "csv", "x.parquet", "-"])
    | TEXT
    | st.text("0123456789-,", max_size=22)
)
WORDS = st.lists(st.tuples(st.sampled_from(RANGES), VALUE), max_size=3)


@pytest.fixture(scope="module")
def folder(tiny_league: League, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder to call from, with a warehouse that none of the calls may change."""
    made = tmp_path_factory.mktemp("fuzz")
    warehouse = Path(shutil.copy(tiny_league.complete, made / "hoopcast.duckdb"))
    before = sha256(warehouse.read_bytes()).digest()
    yield made
    assert sha256(warehouse.read_bytes()).digest() == before


def called(folder: Path, *arguments: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        done = CliRunner().invoke(command, list(arguments))
    assert done.exit_code in (0, 1, 2, 3), done.output
    assert "Traceback" not in done.output
    assert "internal error" not in done.output
    assert len([line for line in done.stderr.splitlines() if line.startswith("error: ")]) <= 1
    if done.exit_code > 1:
        assert done.stderr.splitlines()[-1].startswith("error: ")


@CALLS
@given(st.sampled_from(READING), WORDS)
@example("coverage", [("--output", "a" * 300 + ".csv")])
@example("export mlfs x.csv", [("--season", "2021-22"), ("--output", "../x.csv")])
@example("why mlfs", [("--date", "2021-11-09"), ("--date", "")])
def test_a_call_with_any_flags_is_answered_or_refused_in_one_line(
    folder: Path, asked: str, words: list[tuple[str, str]]
) -> None:
    called(folder, *asked.split(), *(part for pair in words for part in pair))


@CALLS
@given(TEXT)
@example("SELECT 1/0")
@example("SELECT * FROM read_csv('/etc/hostname')")
@example("FROM range(3); FROM nothing_of_this_name")
@example("SELECT error('x\ny')")
@example("SELECT '\ud800'")
@example("SELECT 1 AS a, 2 AS a")
@example("SELECT INTERVAL 1 DAY, [1, 2], {'a': 1}, '\\x00'::BLOB, DATE '0044-03-15 (BC)', 'inf'::DATE")
def test_any_text_passed_to_sql_is_answered_or_refused_in_one_line(folder: Path, text: str) -> None:
    called(folder, "sql", "--", text)


@CALLS
@given(TEXT, TEXT)
@example("explain", "--date")
@example("models", "distributions/nobody")
@example("backfill", "\ud800")
def test_any_words_are_refused_in_one_line(folder: Path, first: str, second: str) -> None:
    if first != "demo":
        called(folder, first, second)
