"""A small league whose lines are valued after the market, for which it has too few by far."""

import shutil
from pathlib import Path

import pytest

import hoopcast
from tests.conftest import SYSTEMS
from tests.once import made_once

# The one system with lines enough, of which it makes picks.
SYSTEM = "moving_average_history"


def few_lines_are_enough(patch: pytest.MonkeyPatch) -> None:
    """Let a hundred lines make a record, and believe it so much that prices are found that are worth something."""
    patch.setattr("hoopcast.forecast.win_probability.FEWEST_LINES", 100)
    patch.setattr("hoopcast.market.after_market.PRIOR_PRECISION", 1.0)


def valued_warehouse(factory: pytest.TempPathFactory, forecast_warehouse: Path) -> Path:
    """File of the small warehouse of forecasts, valued; to be read only, or copied."""

    def make(folder: Path) -> None:
        shutil.copy(forecast_warehouse, folder / "hoopcast.duckdb")
        with pytest.MonkeyPatch.context() as patch, hoopcast.open(str(folder / "hoopcast.duckdb")) as opened:
            patch.setenv("HOOPCAST_SYSTEMS", SYSTEMS)
            few_lines_are_enough(patch)
            report = opened.backfill("trained", "predictions", "grades", resume=False, skip_preflight=True)
            assert report.exit_status == 0

    return made_once(factory, "valued", make) / "hoopcast.duckdb"
