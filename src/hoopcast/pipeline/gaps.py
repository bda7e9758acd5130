"""Gaps: neighbouring dates of a table in one state for one cause, with the command that mends them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from hoopcast.pipeline.coverage import state_clause
from hoopcast.pipeline.model import Model, node_name
from hoopcast.pipeline.plan import State
from hoopcast.pipeline.ranges import StageFilter, UnitDate
from hoopcast.warehouse.engine import Engine

# Dates are neighbours when no other date of the table lies between them: nights without games make no gap longer.
_GAPS = """
numbered AS (
    SELECT
        table_name, unit_date, state, COALESCE(cause, '') AS cause,
        ROW_NUMBER() OVER (PARTITION BY table_name ORDER BY unit_date)
            - ROW_NUMBER() OVER (PARTITION BY table_name, state, cause ORDER BY unit_date) AS island
    FROM state
    WHERE unit_date IN (SELECT unit_date FROM wanted_date)
)
SELECT table_name, MIN(unit_date), MAX(unit_date), COUNT(*), state, cause
FROM numbered
WHERE state <> 'done'
GROUP BY table_name, state, cause, island
ORDER BY 2
"""


@dataclass(frozen=True)
class Gap:
    """Neighbouring dates of one table that are not done, why, and the command that mends them."""

    table: str
    first_date: date
    last_date: date
    dates: int
    state: State
    cause: str
    command: str


def gaps(
    engine: Engine, models: tuple[Model, ...], dates: Sequence[UnitDate], stage: StageFilter = "regular"
) -> tuple[Gap, ...]:
    """What is not done, in the order of models and dates.

    Args:
        engine: the warehouse.
        models: every model, each after all that it reads.
        dates: dates of the range.
        stage: stage of the range, for the commands.
    """
    clause = state_clause(engine, models, dates)
    if clause is None:
        return ()
    short = {model.name: node_name(model.table.short, model.system_id) for model in models}
    order = {name: place for place, name in enumerate(short)}
    found = []
    for table, first, last, count, state, cause in engine.query(f"WITH {clause.text}, {_GAPS}", clause.parameters).rows:
        days = (cast("date", first), cast("date", last))
        command = _command(short[str(table)], days, cast("State", state), stage)
        found.append(Gap(str(table), *days, int(str(count)), cast("State", state), str(cause), command))
    return tuple(sorted(found, key=lambda gap: (order[gap.table], gap.first_date)))


def _command(short: str, days: tuple[date, date], state: State, stage: StageFilter) -> str:
    if state == "not_available":
        return "hoopcast ingest PATH"
    of_stage = "" if stage == "regular" else f" --stage {stage}"
    first, last = days
    if first == last:
        return f"hoopcast backfill {short} --dates {first}{of_stage}"
    return f"hoopcast backfill {short} --start-date {first} --end-date {last}{of_stage}"
