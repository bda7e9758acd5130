"""The plan: the state of every partition, and which of them a command has to write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from hoopcast.pipeline.clauses import Clause, joined, listed
from hoopcast.pipeline.lineage import Edge, brought_along, closure
from hoopcast.pipeline.node import Node
from hoopcast.pipeline.ranges import SeasonDate
from hoopcast.pipeline.states import Years, closure_clause, newest_entries, own_states, states, years_clause, years_of
from hoopcast.warehouse.engine import Engine, Value

State = Literal["done", "missing", "stale", "failed", "blocked", "not_available"]
Upstream = Literal["all", "along", "none"]
# Temporary tables of a run: the newest entries of the ledger and the states of partitions that it began with.
NEWEST = "hoopcast_newest"
PARTITIONS = "hoopcast_partition"
_PARTITION_COLUMNS = "table_name, season, partition_date, state, cause, row_count, expected"


@dataclass(frozen=True)
class Partition:
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
    partitions. Of what the chosen partitions read, directly or not, and is not done, `upstream` adds `all`, or what is
    brought `along` with the tables, which are then written from what there is, or `none`.
    """

    tables: tuple[str, ...]
    dates: tuple[SeasonDate, ...]
    again: tuple[str, ...] = ()
    only_failed: bool = False
    upstream: Upstream = "all"


@dataclass(frozen=True)
class Chosen:
    """A partition to write: whether the command asks for it or what reads it does, and for it even if done."""

    partition: Partition
    is_named: bool
    again: bool

    @property
    def is_looked_at(self) -> bool:
        """Whether it is done, and only looked at again because something upstream is written."""
        return self.partition.state == "done" and not self.again


def plan(engine: Engine, nodes: tuple[Node, ...], dates: Sequence[SeasonDate]) -> tuple[Partition, ...]:
    """State of each partition of these dates, in the order of nodes and dates.

    Args:
        engine: the warehouse.
        nodes: every node, each after all that it reads.
        dates: as `resolve` gives them.
    """
    years = years_of(nodes, [day.season for day in dates])
    if years is None:
        return ()
    newest = newest_entries(engine, nodes)
    clause = joined(_wanted_dates(dates), own_states(nodes, years, newest), states(nodes))
    rows = engine.query(
        f"WITH {clause.text} SELECT {_PARTITION_COLUMNS} FROM state"
        " WHERE partition_date IN (SELECT partition_date FROM wanted_date) ORDER BY partition_date",
        clause.parameters,
    ).rows
    return _in_order(nodes, [_partition(row) for row in rows])


def begin(engine: Engine, nodes: tuple[Node, ...], years: Years) -> None:
    """Make the temporary tables from which a run chooses, and from which it sees what it changed."""
    newest = joined(years_clause(years), newest_entries(engine, nodes))
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE {NEWEST} AS WITH {newest.text} SELECT * FROM newest", newest.parameters
    )
    clause = joined(own_states(nodes, years, Clause(f"newest AS (SELECT * FROM {NEWEST})", {})), states(nodes))
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE {PARTITIONS} AS WITH {clause.text} SELECT * FROM state", clause.parameters
    )


def choose(engine: Engine, nodes: tuple[Node, ...], selection: Selection) -> tuple[Chosen, ...]:
    """Partitions to write, in the order of nodes and dates; needs `begin`."""
    condition = "u.state NOT IN ('done', 'not_available') OR is_again"
    if selection.only_failed:
        condition = "u.own = 'failed'"
    read = () if selection.only_failed else _followed(nodes, selection)
    clause = joined(
        _wanted_dates(selection.dates),
        listed(
            "wanted_table",
            {"table_name": "VARCHAR", "is_again": "BOOLEAN"},
            [(name, name in selection.again) for name in selection.tables],
        ),
        closure_clause(nodes, read),
        Clause(
            _CHOICE.format(
                partition=PARTITIONS,
                condition=condition,
                columns=_PARTITION_COLUMNS,
                upstream_columns=", ".join(f"u.{name}" for name in _PARTITION_COLUMNS.split(", ")),
            ),
            {},
        ),
    )
    rows = engine.query(
        f"WITH {clause.text} SELECT {_PARTITION_COLUMNS}, is_named FROM choice ORDER BY partition_date",
        clause.parameters,
    ).rows
    named = {(row[0], row[2]) for row in rows if row[-1]}
    partitions = _in_order(nodes, [_partition(row) for row in rows])
    return tuple(
        Chosen(partition, is_named, is_named and partition.table in selection.again)
        for partition in partitions
        for is_named in ((partition.table, partition.date) in named,)
    )


def _followed(nodes: tuple[Node, ...], selection: Selection) -> tuple[Edge, ...]:
    """Along which edges partitions upstream are chosen."""
    match selection.upstream:
        case "all":
            return closure(nodes)
        case "along":
            return brought_along(nodes, selection.tables)
        case "none":
            return ()


def counts(engine: Engine, selection: Selection) -> dict[tuple[str, State], int]:
    """Partitions of the chosen tables and dates by table and the state that they began with; needs `begin`."""
    clause = joined(
        _wanted_dates(selection.dates),
        listed("wanted_table", {"table_name": "VARCHAR"}, [(name,) for name in selection.tables]),
    )
    rows = engine.query(
        f"WITH {clause.text} SELECT table_name, state, COUNT(*) FROM {PARTITIONS}"
        " WHERE partition_date IN (SELECT partition_date FROM wanted_date)"
        " AND table_name IN (SELECT table_name FROM wanted_table) GROUP BY table_name, state",
        clause.parameters,
    ).rows
    return {(str(name), cast("State", state)): int(str(count)) for name, state, count in rows}


# What a partition that is asked for reads is open on its own date, or on any date up to the last one asked for. What is
# done is looked at again where something that it reads may be written.
_CHOICE = """
asked AS (
    SELECT u.*, ({condition}) AS is_target
    FROM {partition} AS u
    INNER JOIN wanted_table AS w ON w.table_name = u.table_name
    WHERE u.state <> 'not_available' AND u.partition_date IN (SELECT partition_date FROM wanted_date)
),
last_asked AS (
    SELECT table_name, season_year, MAX(partition_date) AS partition_date FROM asked GROUP BY table_name, season_year
),
open_partition AS (SELECT * FROM {partition} WHERE state NOT IN ('done', 'not_available')),
opened AS (
    SELECT table_name, season_year, MIN(partition_date) AS partition_date FROM open_partition
    GROUP BY table_name, season_year
),
touched AS (
    SELECT c.table_name, o.season_year, MIN(o.partition_date) AS partition_date, MAX(c.look_back) AS look_back
    FROM closure AS c
    INNER JOIN opened AS o ON o.table_name = c.upstream
    GROUP BY c.table_name, o.season_year
),
candidate AS (
    SELECT * FROM open_partition
    UNION ALL
    SELECT DISTINCT u.*
    FROM {partition} AS u
    INNER JOIN touched AS t
        ON t.table_name = u.table_name AND (
            (u.season_year = t.season_year AND u.partition_date >= t.partition_date)
            OR u.season_year BETWEEN t.season_year + 1 AND t.season_year + t.look_back
        )
    WHERE u.state = 'done'
),
upstream AS (
    SELECT DISTINCT u.table_name, u.partition_date
    FROM last_asked AS t
    INNER JOIN closure AS c ON c.table_name = t.table_name AND c.time_constraint <> 'same'
    INNER JOIN candidate AS u
        ON u.table_name = c.upstream AND u.season_year BETWEEN t.season_year - c.look_back AND t.season_year
        AND (u.season_year < t.season_year OR u.partition_date < t.partition_date
            OR (c.time_constraint = 'until' AND u.partition_date = t.partition_date))
    UNION
    SELECT u.table_name, u.partition_date
    FROM asked AS t
    INNER JOIN closure AS c ON c.table_name = t.table_name AND c.time_constraint = 'same'
    INNER JOIN candidate AS u ON u.table_name = c.upstream AND u.partition_date = t.partition_date
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
    INNER JOIN upstream AS r ON r.table_name = u.table_name AND r.partition_date = u.partition_date
    LEFT JOIN named AS t ON t.table_name = u.table_name AND t.partition_date = u.partition_date
    WHERE t.partition_date IS NULL
)
"""


def _wanted_dates(dates: Sequence[SeasonDate]) -> Clause:
    return listed("wanted_date", {"partition_date": "DATE"}, [(day.date,) for day in dates])


def _partition(row: tuple[Value, ...]) -> Partition:
    name, season, day, state, cause, rows, expected = row[:7]
    return Partition(
        str(name),
        str(season),
        cast("date", day),
        cast("State", state),
        "" if cause is None else str(cause),
        int(str(rows)),
        int(str(expected)),
    )


def _in_order(nodes: tuple[Node, ...], partitions: list[Partition]) -> tuple[Partition, ...]:
    order = {node.name: place for place, node in enumerate(nodes)}
    return tuple(sorted(partitions, key=lambda partition: (order[partition.table], partition.date)))
