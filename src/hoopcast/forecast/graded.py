"""Grades of a range added up by system, as `hoopcast grade` shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from hoopcast.warehouse.engine import Engine
from hoopcast.warehouse.result import Table

if TYPE_CHECKING:
    from hoopcast.pipeline.report import RunReport

_BY_SYSTEM = """
SELECT system_id, COUNT(*) AS graded, COUNT(actual_points) AS played, AVG(absolute_error) AS mae, AVG(crps) AS crps,
    COUNT(CASE WHEN result = 'WIN' THEN 1 END) AS wins, COUNT(CASE WHEN result = 'LOSS' THEN 1 END) AS losses,
    COUNT(CASE WHEN result = 'PUSH' THEN 1 END) AS pushes, COUNT(CASE WHEN result = 'VOID' THEN 1 END) AS voids,
    COUNT(CASE WHEN result = 'NO_BET' THEN 1 END) AS no_bets, COALESCE(SUM(profit), 0) AS profit
FROM nba_predictions.prediction_accuracy
WHERE game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))
GROUP BY system_id
"""


@dataclass(frozen=True)
class SystemGrades:
    """Grades of one system: forecasts graded, those of players who then played, and errors of these, in points.

    Results of recommendations at their real prices; `profit` is that of one unit staked on each.
    """

    system: str
    graded: int
    played: int
    mae: float | None
    crps: float | None
    wins: int
    losses: int
    pushes: int
    voids: int
    no_bets: int
    profit: float


@dataclass(frozen=True)
class GradeReport:
    """Grades by system, and what had to be brought up to date for them."""

    systems: Table
    run: "RunReport"


def grades_by_system(engine: Engine, dates: Sequence[date], order: Sequence[str]) -> Table:
    """One row a system that has grades on these dates.

    Args:
        engine: the warehouse.
        dates: dates of the games.
        order: system_ids; those of others come behind, by name.
    """
    rows = engine.query(_BY_SYSTEM, {"dates": list(dates)}).rows
    place = {system_id: number for number, system_id in enumerate(order)}
    rows.sort(key=lambda row: (place.get(str(row[0]), len(place)), str(row[0])))
    kinds = ("VARCHAR", "BIGINT", "BIGINT", "DOUBLE", "DOUBLE", *["BIGINT"] * 5, "DOUBLE")
    return Table.of_rows(tuple(SystemGrades.__dataclass_fields__), kinds, rows)
