"""Nodes: tables, or one system's rows of one, that are written from others; their inputs, versions and order."""

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
    what the SQL of its expected rows names beside dates. `producer` makes the rows where no SQL does.
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
    found = spine(name)
    inputs = tuple(
        replace(item, system_id=system_id) if "system_id" in item.table.column_names else item for item in found.inputs
    )
    return replace(found, inputs=inputs)


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
        if not joins or read & {one.name for one in group}:
            if group:
                yield group
            group = []
        group.append(node)
    yield group
