"""The plan: the state of every unit, and which of them a command has to write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from hoopcast.pipeline.clauses import Clause, joined, listed
from hoopcast.pipeline.lineage import closure
from hoopcast.pipeline.model import Model
from hoopcast.pipeline.own_states import Years, newest_entries, own_states, years_clause, years_of
from hoopcast.pipeline.ranges import UnitDate
from hoopcast.pipeline.states import closure_clause, states
from hoopcast.warehouse.engine import Engine, Value

State = Literal["done", "missing", "stale", "failed", "blocked", "not_available"]
STATES: tuple[State, ...] = ("done", "missing", "stale", "failed", "blocked", "not_available")
# Temporary tables of a run: the newest entries of the ledger and the states of units that it began with.
NEWEST = "hoopcast_newest"
UNIT = "hoopcast_unit"
_UNIT_COLUMNS = "table_name, season, unit_date, state, cause, row_count, expected"


@dataclass(frozen=True)
class Unit:
    """One table on one date: its state, what causes it (empty when done), rows that it has and should have."""

    table: str
    season: str
    date: date
    state: State
    cause: str
    rows: int
    expected: int


@dataclass(frozen=True)
class Selection:
    """What a command asks for: tables in full names, dates, and how much of it.

    `again` takes what is done as well; `only_failed` takes nothing but failed units; `with_upstream` adds whatever
    the chosen units read, directly or not, and is not done.
    """

    tables: tuple[str, ...]
    dates: tuple[UnitDate, ...]
    again: bool = False
    only_failed: bool = False
    with_upstream: bool = True


@dataclass(frozen=True)
class Chosen:
    """A unit to write, the cause, and whether it is written even if it turns out to be done."""

    unit: Unit
    again: bool


def plan(engine: Engine, models: tuple[Model, ...], dates: Sequence[UnitDate]) -> tuple[Unit, ...]:
    """State of each unit of these dates, in the order of models and dates.

    Args:
        engine: the warehouse.
        models: every model, each after all that it reads.
        dates: as `resolve` gives them.
    """
    years = years_of(models, [day.season for day in dates])
    if years is None:
        return ()
    newest = newest_entries(engine, models)
    clause = joined(_wanted_dates(dates), own_states(models, years, newest), states(models))
    rows = engine.query(
        f"WITH {clause.text} SELECT {_UNIT_COLUMNS} FROM state"
        " WHERE unit_date IN (SELECT unit_date FROM wanted_date) ORDER BY unit_date",
        clause.parameters,
    ).rows
    return _in_order(models, [_unit(row) for row in rows])


def begin(engine: Engine, models: tuple[Model, ...], years: Years) -> None:
    """Make the temporary tables from which a run chooses, and from which it sees what it changed."""
    newest = joined(years_clause(years), newest_entries(engine, models))
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE {NEWEST} AS WITH {newest.text} SELECT * FROM newest", newest.parameters
    )
    clause = joined(own_states(models, years, Clause(f"newest AS (SELECT * FROM {NEWEST})", {})), states(models))
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {UNIT} AS WITH {clause.text} SELECT * FROM state", clause.parameters)


def choose(engine: Engine, models: tuple[Model, ...], selection: Selection) -> tuple[Chosen, ...]:
    """Units to write, in the order of models and dates; needs `begin`."""
    condition = "u.state NOT IN ('done', 'not_available')"
    if selection.only_failed:
        condition = "u.own = 'failed'"
    elif selection.again:
        condition = "u.state <> 'not_available'"
    clause = joined(
        _wanted_dates(selection.dates),
        listed("wanted_table", {"table_name": "VARCHAR"}, [(name,) for name in selection.tables]),
        closure_clause(models, closure(models) if selection.with_upstream and not selection.only_failed else ()),
        Clause(_CHOICE.format(unit=UNIT, condition=condition), {}),
    )
    rows = engine.query(
        f"WITH {clause.text} SELECT {_UNIT_COLUMNS}, is_named FROM choice ORDER BY unit_date", clause.parameters
    ).rows
    again = {(row[0], row[2]) for row in rows if row[-1] and selection.again}
    units = _in_order(models, [_unit(row) for row in rows])
    return tuple(Chosen(unit, (unit.table, unit.date) in again) for unit in units)


def counts(engine: Engine, selection: Selection) -> dict[tuple[str, State], int]:
    """Units of the chosen tables and dates by table and the state that they began with; needs `begin`."""
    clause = joined(
        _wanted_dates(selection.dates),
        listed("wanted_table", {"table_name": "VARCHAR"}, [(name,) for name in selection.tables]),
    )
    rows = engine.query(
        f"WITH {clause.text} SELECT table_name, state, COUNT(*) FROM {UNIT}"
        " WHERE unit_date IN (SELECT unit_date FROM wanted_date)"
        " AND table_name IN (SELECT table_name FROM wanted_table) GROUP BY table_name, state",
        clause.parameters,
    ).rows
    return {(str(name), cast("State", state)): int(str(count)) for name, state, count in rows}


# What a chosen unit reads is open on its own date, or on any date up to the last chosen one.
_CHOICE = """
target AS (
    SELECT u.* FROM {unit} AS u
    WHERE {condition} AND u.unit_date IN (SELECT unit_date FROM wanted_date)
        AND u.table_name IN (SELECT table_name FROM wanted_table)
),
last_target AS (
    SELECT table_name, season_year, MAX(unit_date) AS unit_date FROM target GROUP BY table_name, season_year
),
open_unit AS (SELECT * FROM {unit} WHERE state NOT IN ('done', 'not_available')),
upstream AS (
    SELECT DISTINCT u.table_name, u.unit_date
    FROM last_target AS t
    INNER JOIN closure AS c ON c.table_name = t.table_name AND c.reach <> 'same'
    INNER JOIN open_unit AS u
        ON u.table_name = c.upstream AND u.season_year BETWEEN t.season_year - c.look_back AND t.season_year
        AND (u.season_year < t.season_year OR u.unit_date < t.unit_date
            OR (c.reach = 'until' AND u.unit_date = t.unit_date))
    UNION
    SELECT u.table_name, u.unit_date
    FROM target AS t
    INNER JOIN closure AS c ON c.table_name = t.table_name AND c.reach = 'same'
    INNER JOIN open_unit AS u ON u.table_name = c.upstream AND u.unit_date = t.unit_date
),
choice AS (
    SELECT t.*, TRUE AS is_named FROM target AS t
    UNION ALL
    SELECT u.*, FALSE AS is_named
    FROM open_unit AS u
    INNER JOIN upstream AS r ON r.table_name = u.table_name AND r.unit_date = u.unit_date
    LEFT JOIN target AS t ON t.table_name = u.table_name AND t.unit_date = u.unit_date
    WHERE t.unit_date IS NULL
)
"""


def _wanted_dates(dates: Sequence[UnitDate]) -> Clause:
    return listed("wanted_date", {"unit_date": "DATE"}, [(day.date,) for day in dates])


def _unit(row: tuple[Value, ...]) -> Unit:
    name, season, day, state, cause, rows, expected = row[:7]
    return Unit(
        str(name),
        str(season),
        cast("date", day),
        cast("State", state),
        "" if cause is None else str(cause),
        int(str(rows)),
        int(str(expected)),
    )


def _in_order(models: tuple[Model, ...], units: list[Unit]) -> tuple[Unit, ...]:
    order = {model.name: place for place, model in enumerate(models)}
    return tuple(sorted(units, key=lambda unit: (order[unit.table], unit.date)))
