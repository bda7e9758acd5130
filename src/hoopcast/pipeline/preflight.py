"""Before a run: has every final game of the range the raw input without which its tables say nothing?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from hoopcast.errors import PreflightError
from hoopcast.pipeline.node import Node
from hoopcast.pipeline.ranges import SeasonDate
from hoopcast.pipeline.state import STAGES_WITH_FORECASTS
from hoopcast.warehouse.engine import Engine
from hoopcast.warehouse.tables import Table

_NAMED_DATES = 5


@dataclass(frozen=True)
class Lack:
    """Final games without any row of a raw table, and their dates."""

    table: str
    games: int
    dates: tuple[date, ...]

    def __str__(self) -> str:
        """One line: `nba_raw.nbac_shot lacks 12 final games, on 2021-12-02 and 3 more dates`."""
        more = len(self.dates) - _NAMED_DATES
        named = ", ".join(str(day) for day in self.dates[:_NAMED_DATES])
        rest = f" and {more} more dates" if more > 0 else ""
        return f"{self.table} lacks {self.games} final games, on {named}{rest}"


def preflight(engine: Engine, nodes: Sequence[Node], dates: Sequence[SeasonDate]) -> None:
    """Look for final games that lack raw input which a table requires.

    Args:
        engine: the warehouse.
        nodes: nodes that are to be written, and what they read.
        dates: dates of the range.

    Raises:
        PreflightError: if some do.
    """
    refused = [lack for table in _required(nodes).values() for lack in _lacks(engine, table, dates)]
    if refused:
        raise PreflightError(
            f"{'; '.join(str(lack) for lack in refused)}; ingest them with `hoopcast ingest PATH`, or go on without"
            " by --skip-preflight"
        )


def missed_input(engine: Engine, nodes: Sequence[Node], dates: Sequence[SeasonDate]) -> tuple[str, ...]:
    """Raw input of final games that the tables can do without, and lack: a line for each raw table."""
    required = _required(nodes)
    optional = {
        item.table.name: item.table
        for node in nodes
        for item in node.inputs
        if item.table.phase == "raw" and {"game_id", "game_date"} <= set(item.table.column_names)
    }
    tables = [table for name, table in sorted(optional.items()) if name not in required]
    return tuple(str(lack) for table in tables for lack in _lacks(engine, table, dates))


def _required(nodes: Sequence[Node]) -> dict[str, Table]:
    return {table.name: table for node in nodes for table in node.requires}


def _lacks(engine: Engine, table: Table, dates: Sequence[SeasonDate]) -> list[Lack]:
    """The one lack of a table in a list, or none."""
    days = [day.date for day in dates]
    rows = engine.query(
        f"""SELECT s.game_date, COUNT(*)
        FROM nba_raw.nbac_schedule AS s
        LEFT JOIN (
            SELECT DISTINCT game_id FROM {table.name} WHERE game_date BETWEEN $first_day AND $last_day
        ) AS r ON r.game_id = s.game_id
        WHERE r.game_id IS NULL AND s.game_status = 3 AND s.team_known
            AND s.season_stage IN (SELECT UNNEST($stages)) AND s.game_date IN (SELECT UNNEST($dates))
        GROUP BY s.game_date ORDER BY s.game_date""",
        {"stages": list(STAGES_WITH_FORECASTS), "dates": days, "first_day": min(days), "last_day": max(days)},
    ).rows
    if not rows:
        return []
    return [Lack(table.name, sum(int(str(games)) for _, games in rows), tuple(cast("date", day) for day, _ in rows))]
