"""A simulated league with forecasts of made-up systems: a history, a news and a line level."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import hoopcast
from hoopcast.api import Hoopcast
from tests.evaluation.made_up import Means, at_the_line, average, give
from tests.once import made_once
from tests.properties.warehouses import League

SYSTEMS: dict[str, Means] = {
    "moving_average_history": average,
    "linear_news": lambda rows: 0.9 * average(rows),
    "market_line": at_the_line,
}


@pytest.fixture(scope="session")
def forecast_league(tiny_league: League, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """File of a warehouse of 2020-21 and 2021-22."""

    def make(folder: Path) -> None:
        shutil.copy(tiny_league.raw, folder / "league.duckdb")
        with hoopcast.open(str(folder / "league.duckdb")) as warehouse:
            assert warehouse.backfill("pgs", "ppl", "availability").exit_status == 0
            for season in ("2020-21", "2021-22"):
                give(warehouse.engine, season, SYSTEMS)

    # Some tests change what they open, and take it back.
    made = made_once(tmp_path_factory, "forecast_league", make) / "league.duckdb"
    return Path(shutil.copy(made, tmp_path_factory.mktemp("forecast_league")))


@pytest.fixture
def forecasts(forecast_league: Path) -> Iterator[Hoopcast]:
    """The warehouse, to be read."""
    with hoopcast.open(str(forecast_league)) as warehouse:
        yield warehouse
