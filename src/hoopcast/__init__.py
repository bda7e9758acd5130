"""Hoopcast: NBA players' points, from raw box scores to a verified feature store and graded forecasts.

>>> import hoopcast
>>> with hoopcast.open("duckdb:///nba.duckdb") as warehouse:
...     warehouse.ingest("seasons/2021-22")
...     warehouse.backfill(season="2021-22")
...     features = warehouse.query("SELECT * FROM nba_predictions.ml_feature_store").polars()

What is public stands here: `open`, `Hoopcast`, the `Table` of a query or report, and the errors.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from hoopcast.errors import (
    HoopcastError,
    Interrupted,
    ModelError,
    PreflightError,
    RunError,
    SourceError,
    UsageError,
    WarehouseError,
    WarehouseInUse,
)

if TYPE_CHECKING:
    from hoopcast.api import (
        Hoopcast,
        open,  # noqa: A004 - `hoopcast.open` reads as what it does
    )
    from hoopcast.warehouse.result import Table

    __version__: str

__all__ = [
    "Hoopcast",
    "HoopcastError",
    "Interrupted",
    "ModelError",
    "PreflightError",
    "RunError",
    "SourceError",
    "Table",
    "UsageError",
    "WarehouseError",
    "WarehouseInUse",
    "__version__",
    "open",
]

# Where to find what brings the engine, which takes most of the time of a command that has nothing to do.
_MODULES = {"Hoopcast": "hoopcast.api", "Table": "hoopcast.warehouse.result", "open": "hoopcast.api"}


def __getattr__(name: str) -> object:
    """Import what costs time when it is first asked for."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - costs a tenth of a no-op

        return version("hoopcast")
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module 'hoopcast' has no attribute '{name}'")
