"""A small simulated league, ingested and brought up to date, and a command line to call in a folder of its own."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import hoopcast
from hoopcast.cli.commands import hoopcast as command
from hoopcast.league import TINY_LEAGUE, simulate, write
from tests.once import made_once

Call = Callable[..., Result]


@pytest.fixture(scope="session")
def league(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the files of two seasons, 2020-21 and 2021-22."""
    seasons = ("2020-21", "2021-22")
    return made_once(
        tmp_path_factory, "league", lambda folder: write(simulate(seasons, seed=1, size=TINY_LEAGUE), folder)
    )


@pytest.fixture(scope="session")
def filled(league: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a warehouse that holds both seasons, up to date."""

    def make(folder: Path) -> None:
        with hoopcast.open(str(folder / "hoopcast.duckdb")) as warehouse:
            warehouse.ingest(league)
            warehouse.backfill()

    return made_once(tmp_path_factory, "filled", make)


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call the command line in an empty folder, without settings."""
    monkeypatch.chdir(tmp_path)
    for name in ("WAREHOUSE", "THREADS", "WAIT", "TIMEOUT"):
        monkeypatch.delenv(f"HOOPCAST_{name}", raising=False)
    return lambda *arguments, **extra: CliRunner().invoke(command, [str(part) for part in arguments], **extra)


@pytest.fixture
def warehouse(filled: Path, tmp_path: Path) -> Path:
    """The warehouse of this test's folder: a copy of the filled one, with its snapshot."""
    for name in ("hoopcast.duckdb", "hoopcast.duckdb.snapshot"):
        shutil.copy(filled / name, tmp_path / name)
    return tmp_path / "hoopcast.duckdb"
