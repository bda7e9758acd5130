"""The plan: the state of every unit, and which of them a command has to write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from hoopcast.pipeline.clauses import Clause, joined, listed
from hoopcast.pipeline.lineage import Edge, brought_along, closure
from hoopcast.pipeline.model import Model
from hoopcast.pipeline.ranges import UnitDate
from hoopcast.pipeline.states import Years, closure_clause, newest_entries, own_states, states, years_clause, years_of
from hoopcast.warehouse.engine import Engine, Value

State = Literal["done", "missing", "stale", "failed", "blocked", "not_available"]
Upstream = Literal["all", "along", "none"]
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

    `again` are those of the tables that are written again where they are done; `only_failed` takes nothing but failed
    units. Of what the chosen units read, directly or not, and is not done, `upstream` adds `all`, or what is brought
    `along` with the tables, which are then written from what there is, or `none`.
    """

    tables: tuple[str, ...]
    dates: tuple[UnitDate, ...]
    again: tuple[str, ...] = ()
    only_failed: bool = False
    upstream: Upstream = "all"


@dataclass(frozen=True)
class Chosen:
    """A unit to write: whether the command asks for it or something that reads it does, and for it even if done."""

    unit: Unit
    is_named: bool
    again: bool

    @property
    def is_looked_at(self) -> bool:
        """Whether it is done, and only looked at again because something upstream is written."""
        return self.unit.state == "done" and not self.again


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
    condition = "u.state NOT IN ('done', 'not_available') OR is_again"
    if selection.only_failed:
        condition = "u.own = 'failed'"
    read = () if selection.only_failed else _followed(models, selection)
    clause = joined(
        _wanted_dates(selection.dates),
        listed(
            "wanted_table",
            {"table_name": "VARCHAR", "is_again": "BOOLEAN"},
            [(name, name in selection.again) for name in selection.tables],
        ),
        closure_clause(models, read),
        Clause(
            _CHOICE.format(
                unit=UNIT,
                condition=condition,
                columns=_UNIT_COLUMNS,
                upstream_columns=", ".join(f"u.{name}" for name in _UNIT_COLUMNS.split(", ")),
            ),
            {},
        ),
    )
    rows = engine.query(
        f"WITH {clause.text} SELECT {_UNIT_COLUMNS}, is_named FROM choice ORDER BY unit_date", clause.parameters
    ).rows
    named = {(row[0], row[2]) for row in rows if row[-1]}
    units = _in_order(models, [_unit(row) for row in rows])
    return tuple(
        Chosen(unit, is_named, is_named and unit.table in selection.again)
        for unit in units
        for is_named in ((unit.table, unit.date) in named,)
    )


def _followed(models: tuple[Model, ...], selection: Selection) -> tuple[Edge, ...]:
    """Along which edges units upstream are chosen."""
    match selection.upstream:
        case "all":
            return closure(models)
        case "along":
            return brought_along(models, selection.tables)
        case "none":
            return ()


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


# What a unit that is asked for reads is open on its own date, or on any date up to the last one asked for. What is done
# is looked at again where something that it reads may be written.
_CHOICE = """
asked AS (
    SELECT u.*, ({condition}) AS is_target
    FROM {unit} AS u
    INNER JOIN wanted_table AS w ON w.table_name = u.table_name
    WHERE u.state <> 'not_available' AND u.unit_date IN (SELECT unit_date FROM wanted_date)
),
last_asked AS (
    SELECT table_name, season_year, MAX(unit_date) AS unit_date FROM asked GROUP BY table_name, season_year
),
open_unit AS (SELECT * FROM {unit} WHERE state NOT IN ('done', 'not_available')),
opened AS (
    SELECT table_name, season_year, MIN(unit_date) AS unit_date FROM open_unit GROUP BY table_name, season_year
),
touched AS (
    SELECT c.table_name, o.season_year, MIN(o.unit_date) AS unit_date, MAX(c.look_back) AS look_back
    FROM closure AS c
    INNER JOIN opened AS o ON o.table_name = c.upstream
    GROUP BY c.table_name, o.season_year
),
candidate AS (
    SELECT * FROM open_unit
    UNION ALL
    SELECT DISTINCT u.*
    FROM {unit} AS u
    INNER JOIN touched AS t
        ON t.table_name = u.table_name AND (
            (u.season_year = t.season_year AND u.unit_date >= t.unit_date)
            OR u.season_year BETWEEN t.season_year + 1 AND t.season_year + t.look_back
        )
    WHERE u.state = 'done'
),
upstream AS (
    SELECT DISTINCT u.table_name, u.unit_date
    FROM last_asked AS t
    INNER JOIN closure AS c ON c.table_name = t.table_name AND c.reach <> 'same'
    INNER JOIN candidate AS u
        ON u.table_name = c.upstream AND u.season_year BETWEEN t.season_year - c.look_back AND t.season_year
        AND (u.season_year < t.season_year OR u.unit_date < t.unit_date
            OR (c.reach = 'until' AND u.unit_date = t.unit_date))
    UNION
    SELECT u.table_name, u.unit_date
    FROM asked AS t
    INNER JOIN closure AS c ON c.table_name = t.table_name AND c.reach = 'same'
    INNER JOIN candidate AS u ON u.table_name = c.upstream AND u.unit_date = t.unit_date
),
reader AS (
    SELECT DISTINCT c.table_name
    FROM closure AS c
    INNER JOIN (SELECT DISTINCT table_name FROM upstream) AS r ON r.table_name = c.upstream
),
named AS (
    SELECT * FROM asked WHERE is_target OR (state = 'done' AND table_name IN (SELECT table_name FROM reader))
),
choice AS (
    SELECT {columns}, TRUE AS is_named FROM named
    UNION ALL
    SELECT {upstream_columns}, FALSE AS is_named
    FROM candidate AS u
    INNER JOIN upstream AS r ON r.table_name = u.table_name AND r.unit_date = u.unit_date
    LEFT JOIN named AS t ON t.table_name = u.table_name AND t.unit_date = u.unit_date
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
