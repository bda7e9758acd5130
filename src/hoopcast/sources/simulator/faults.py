"""What goes wrong with real files, on demand."""

from dataclasses import dataclass

from hoopcast.sources.simulator.columns import Columns
from hoopcast.sources.simulator.played_season import PlayedSeason


@dataclass(frozen=True, slots=True)
class Faults:
    """See later."""


NO_FAULTS = Faults()


def faulty_season(
    tables: dict[str, Columns], played: PlayedSeason, seed: int, faults: Faults
) -> tuple[dict[str, Columns], dict[str, Columns]]:
    """See later."""
    return tables, {}


def faulty_injuries(table: Columns, played: PlayedSeason, seed: int, faults: Faults) -> Columns:
    """See later."""
    return table
