"""A small simulated league, ingested and brought up to date, and a command line to call in a folder of its own."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hoopcast.cli.commands import hoopcast as command
from tests.properties.warehouses import League

Call = Callable[..., Result]


@pytest.fixture(scope="session")
def league(tiny_league: League) -> Path:
    """Folder of the files of two seasons, 2020-21 and 2021-22."""
    return tiny_league.files


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call the command line in an empty folder, without settings."""
    monkeypatch.chdir(tmp_path)
    for name in ("WAREHOUSE", "THREADS", "WAIT", "TIMEOUT"):
        monkeypatch.delenv(f"HOOPCAST_{name}", raising=False)
    return lambda *arguments, **extra: CliRunner().invoke(command, [str(part) for part in arguments], **extra)


@pytest.fixture
def warehouse(tiny_league: League, tmp_path: Path) -> Path:
    """The warehouse of this test's folder, up to date: a copy of the league's, with its snapshot."""
    for end in ("", ".snapshot"):
        shutil.copy(f"{tiny_league.complete}{end}", tmp_path / f"hoopcast.duckdb{end}")
    return tmp_path / "hoopcast.duckdb"
