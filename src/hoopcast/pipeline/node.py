"""Nodes: tables, or one system's rows of one, that are written from others; their inputs, versions, order and names."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from importlib import resources
from typing import TypeAlias

from hoopcast.errors import ModelError, UsageError
from hoopcast.pipeline.time_constraint import TIME_CONSTRAINTS, TimeConstraint
from hoopcast.warehouse.engine import ColumnsOf, Statements, Value
from hoopcast.warehouse.schema import constants_fingerprint
from hoopcast.warehouse.tables import Table, read_headers, table, tables_of

NODE_PHASES = ("analytics", "precompute", "features")
# Phases as users of the original name them.
PHASES = {"phase3": "analytics", "phase4": "precompute", "phase5": "features"}

# Raised when what is done around a node, as its rows are read and written, changes them.
WRITER_VERSION = 1
_TOKEN = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\w+|\s+|[^\w\s]", re.DOTALL)


@dataclass(frozen=True)
class Input:
    """A table that a node reads, and how far: the same date, dates before, dates until, or an undated constant.

    Of a table that each system writes its own rows of, `system_id` says whose are read.
    """

    table: Table
    time_constraint: TimeConstraint
    system_id: str = ""

    @property
    def name(self) -> str:
        """Name of the node that writes what is read."""
        return node_name(self.table.name, self.system_id)


@dataclass(frozen=True)
class Edge:
    """One table that another reads: how far, and over how many whole previous seasons (0 for the same date)."""

    table: str
    upstream: str
    time_constraint: TimeConstraint
    look_back: int


@dataclass(frozen=True)
class Spine:
    """The rows that a table should have: a SELECT of `key` columns, season, partition_date, category and reason."""

    name: str
    key: tuple[str, ...]
    inputs: tuple[Input, ...]
    text: str


@dataclass(frozen=True)
class Asked:
    """Dates of one season whose rows are asked for, in order."""

    season: str
    dates: tuple[date, ...]


# How Python makes the rows of a batch: columns by name, all of one length.
Producer: TypeAlias = Callable[[Statements, Asked], ColumnsOf]


@dataclass(frozen=True)
class Node:
    """One table that is written from others, or one system's rows of it.

    `look_back` counts whole previous seasons that it reads; `requires` are raw tables without whose rows of a date
    the table has nothing to say about it; `version` changes with the code and never with its layout. `system_id` is
    empty for a table without systems. `is_monthly` partitions are the first game dates of a month alone. `values` are
    the columns of its row of `asked_system`, which the SQL of expected rows of systems reads. `producer` makes the rows
    where no SQL does.
    """

    table: Table
    inputs: tuple[Input, ...]
    look_back: int
    requires: tuple[Table, ...]
    spine: Spine
    version: str
    system_id: str = ""
    is_monthly: bool = False
    values: tuple[tuple[str, Value], ...] = ()
    producer: Producer | None = None

    @cached_property
    def name(self) -> str:
        """Name of the node: its table's, with the system's after a stroke."""
        return node_name(self.table.name, self.system_id)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """The dated tables that it or its expected rows read, its own aside: a spine may name that.

        Of one table each date counts once: `until` holds what `before` and `same` hold.
        """
        constraints: dict[str, list[TimeConstraint]] = {}
        for item in (*self.inputs, *self.spine.inputs):
            if item.time_constraint != "constant" and item.name != self.name:
                constraints.setdefault(item.name, []).append(item.time_constraint)
        return tuple(
            Edge(self.name, name, time_constraint, 0 if time_constraint == "same" else self.look_back)
            for name, of_table in constraints.items()
            for time_constraint in (("until",) if "until" in of_table else tuple(dict.fromkeys(of_table)))
        )

    def owner(self, alias: str) -> str:
        """SQL: the system that row `alias` of the table is of, empty where none owns it."""
        return f"{alias}.system_id" if self.system_id else "''"

    @property
    def condition(self) -> str:
        """SQL: a row of the table is one of this node's, by `own_values`."""
        return "system_id = $system_id" if self.system_id else "TRUE"

    @property
    def own_values(self) -> dict[str, Value]:
        """What `condition` names."""
        return {"system_id": self.system_id} if self.system_id else {}

    @property
    def made_from(self) -> tuple[str, ...]:
        """Tables without whose rows of a date it has none, beside those that tell which rows it should have."""
        return tuple(_names(self.table.headers.get("made-from", "")))

    @property
    def is_helper(self) -> bool:
        """Whether users do not name it: it is written with the tables that read it, and never why these are not."""
        return "helper" in self.table.headers

    @property
    def time(self) -> str:
        """Name of the date column."""
        return str(self.table.time)


def asked_systems(nodes: Sequence[Node]) -> tuple[str, dict[str, list[Value]]]:
    """SQL before that of expected rows: `asked_system`, a row for each of some nodes of one table; and what it binds.

    It is empty for a table without systems.
    """
    names = [name for name, _ in nodes[0].values]
    if not names:
        return "", {}
    columns = ", ".join(f"UNNEST($asked_{name}) AS {name}" for name in names)
    values = {f"asked_{name}": [dict(node.values)[name] for node in nodes] for name in names}
    return f"WITH asked_system AS (SELECT {columns}) ", values


def node_name(table_name: str, system_id: str) -> str:
    """Name of a node of the graph of tables: `nba_predictions.forecast_distribution/linear_news`."""
    return f"{table_name}/{system_id}" if system_id else table_name


def code_fingerprint(text: str, *settings: str) -> str:
    """Hash of SQL text, comments and layout aside, and of settings beside it.

    It walks the tokens with rules of its own, so that an upgrade of a library leaves every version as it was.
    """
    return hashlib.sha256("\x1e".join((_canonical(text), *settings)).encode()).hexdigest()[:16]


@cache
def _canonical(text: str) -> str:
    tokens = [token for token in _TOKEN.findall(text) if not token.isspace() and not token.startswith(("--", "/*"))]
    return "\x1f".join(token if token[0] in "'\"" else token.lower() for token in tokens)


def _names(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def read_inputs(header: str, owner: str) -> tuple[Input, ...]:
    """Inputs from a header such as `nba_analytics.player_game_summary before, nba_raw.game_line same`.

    Raises:
        ModelError: if a table or a time constraint is unknown.
    """
    inputs = []
    for part in _names(header):
        name, _, time_constraint = part.partition(" ")
        if time_constraint not in TIME_CONSTRAINTS:
            message = f"{owner}: input '{part}' needs a time constraint, one of {', '.join(TIME_CONSTRAINTS)}"
            raise ModelError(message)
        try:
            inputs.append(Input(table(name), time_constraint))
        except UsageError:
            message = f"{owner}: no table '{name}' to read"
            raise ModelError(message) from None
    return tuple(inputs)


@cache
def spine(name: str) -> Spine:
    """The expected rows of that name, from `models/expected`.

    Raises:
        ModelError: if there is no such file or its headers are not well formed.
    """
    file = resources.files("hoopcast") / "models" / "expected" / f"{name}.sql"
    if not file.is_file():
        message = f"no expected rows '{name}': add models/expected/{name}.sql"
        raise ModelError(message)
    text = file.read_text("utf-8")
    _, headers = read_headers(text)
    key = tuple(_names(headers.get("key", "")))
    if not key:
        message = f"models/expected/{name}.sql: needs a header `-- key: ...`"
        raise ModelError(message)
    return Spine(name, key, read_inputs(headers.get("inputs", ""), name), text)


def spine_of_system(name: str, system_id: str) -> Spine:
    """The expected rows of that name for one system: of tables with systems it reads that system's rows."""
    shared = spine(name)
    inputs = tuple(
        replace(item, system_id=system_id) if "system_id" in item.table.column_names else item for item in shared.inputs
    )
    return replace(shared, inputs=inputs)


def build_node(definition: Table) -> Node:
    """A node from its table's definition.

    Raises:
        ModelError: if a header is missing or names what does not exist.
    """
    headers = definition.headers
    missing = [key for key in ("time", "look-back", "expected", "inputs") if key not in headers]
    if missing:
        message = f"{definition.name}: needs a header `-- {missing[0]}: ...`"
        raise ModelError(message)
    columns = ",".join(f"{column.name} {column.type}" for column in definition.columns)
    expected = spine(headers["expected"])
    inputs = read_inputs(headers["inputs"], definition.name)
    # No date's fingerprint holds a constant, so the version does.
    constants = [constants_fingerprint(item.table.name) for item in (*inputs, *expected.inputs)]
    if absent := set(_names(headers.get("made-from", ""))) - {item.name for item in inputs}:
        message = f"{definition.name}: is made from {min(absent)}, which is none of its inputs"
        raise ModelError(message)
    settings = (columns, headers["grain"], headers["inputs"], headers["look-back"], str(WRITER_VERSION), *constants)
    return Node(
        table=definition,
        inputs=inputs,
        look_back=int(headers["look-back"]),
        requires=tuple(table(name) for name in _names(headers.get("requires", ""))),
        spine=expected,
        version=code_fingerprint(definition.text, *settings, code_fingerprint(expected.text)),
    )


@cache
def sql_nodes() -> tuple[Node, ...]:
    """Every model that is SQL up to the feature store, each after all that it reads.

    Raises:
        ModelError: if nodes read each other in a circle.
    """
    return in_order(_nodes_of_phases(NODE_PHASES))


@cache
def performance_nodes() -> tuple[Node, ...]:
    """Every model that is SQL over the grades of systems, whichever there are, each after all that it reads."""
    return in_order(_nodes_of_phases(("grading",)))


def _nodes_of_phases(phases: tuple[str, ...]) -> tuple[Node, ...]:
    return tuple(
        build_node(definition)
        for phase in phases
        for definition in tables_of(phase)
        if "CREATE TABLE" not in definition.text
    )


def in_order(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """The nodes in an order in which each stands after all that it reads, otherwise as they are given.

    Raises:
        ModelError: if they read each other in a circle.
    """
    by_name = {node.name: node for node in nodes}
    ordered: dict[str, Node] = {}

    def visit(node: Node, path: tuple[str, ...]) -> None:
        if node.name in path:
            raise ModelError(f"nodes read each other in a circle: {', '.join(sorted(path[path.index(node.name) :]))}")
        for name in dict.fromkeys(item.name for item in (*node.inputs, *node.spine.inputs)):
            if name in by_name and name not in ordered and name != node.name:
                visit(by_name[name], (*path, node.name))
        ordered[node.name] = node

    for node in nodes:
        if node.name not in ordered:
            visit(node, ())
    return tuple(ordered.values())


def written_together(nodes: Sequence[Node]) -> Iterator[list[Node]]:
    """Nodes that one transaction can write: neighbours that are systems of one table and do not read each other.

    What is learned is written by itself: it takes long, and is not to be lost with what another can not learn.
    """
    group: list[Node] = []
    for node in nodes:
        read = {item.name for item in (*node.inputs, *node.spine.inputs)}
        joins = group and node.system_id and not node.is_monthly and node.table.name == group[0].table.name
        if not joins or read & {other.name for other in group}:
            if group:
                yield group
            group = []
        group.append(node)
    yield group


def select_nodes(
    names: tuple[str, ...], nodes: tuple[Node, ...] | None = None, *, tables_first: bool = False
) -> tuple[Node, ...]:
    """Nodes by table, short name, phase (phase3, analytics, …) or system, in their order; all of them for no name.

    Args:
        names: what a user wrote.
        nodes: all there are, in their order; those that are SQL when None.
        tables_first: whether a name that is a phase and a table, such as `predictions`, is the table, not the phase.

    Raises:
        UsageError: if a name is none of these.
    """
    every = sql_nodes() if nodes is None else nodes
    if not names or "all" in names:
        return every
    wanted: set[str] = set()
    for name in names:
        selected = (tables_first and called(name, every)) or _of_phase(name, every) or called(name, every)
        if not selected:
            raise _unknown(name, every)
        wanted |= {node.name for node in selected}
    return tuple(node for node in every if node.name in wanted)


def called(name: str, nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Nodes of a table by full name, name or short name, with or without a system; else those of a system."""
    lower = name.lower()
    of_table = tuple(node for node in nodes if lower in _spellings(node))
    return of_table or tuple(node for node in nodes if node.system_id and lower in _systems(node))


def _unknown(name: str, nodes: Sequence[Node]) -> UsageError:
    """The error that a name is of no table, phase or system; it lists them."""
    tables = list(dict.fromkeys(node.table.short for node in nodes))
    systems = sorted({_systems(node)[1] for node in nodes} - {"", *tables})
    phases = ", ".join((*PHASES, *dict.fromkeys(node.table.phase for node in nodes)))
    or_systems = f", or a system: {', '.join(systems)}" if systems else ""
    return UsageError(f"no table '{name}'; choose from {', '.join(tables)}, a phase: {phases}{or_systems}")


def _of_phase(name: str, nodes: Sequence[Node]) -> tuple[Node, ...]:
    phase = PHASES.get(name.lower(), name.lower())
    return tuple(node for node in nodes if node.table.phase == phase)


def _spellings(node: Node) -> set[str]:
    names = (node.table.name, node.table.name.split(".")[1], node.table.short)
    return {*names, *(node_name(name, system) for name in names for system in _systems(node) if system)}


def _systems(node: Node) -> tuple[str, str]:
    """Its system at the level, and the system: `linear_news` and `linear`; empty without one."""
    return node.system_id, node.system_id.rpartition("_")[0]
