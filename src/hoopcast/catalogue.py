"""The models as users see them: what each is, reads, and compiles to. No warehouse is needed."""

from dataclasses import dataclass

from hoopcast.errors import UsageError
from hoopcast.graph import Graph
from hoopcast.pipeline.lineage import closure
from hoopcast.pipeline.node import Node
from hoopcast.query import DIALECTS, Dialect
from hoopcast.warehouse.result import Table
from hoopcast.warehouse.tables import Column, all_tables, table


@dataclass(frozen=True)
class _ModelLine:
    table: str
    system: str | None
    short: str
    phase: str
    grain: str
    look_back: int
    version: str
    title: str


@dataclass(frozen=True)
class _ColumnLine:
    column: str
    type: str
    required: bool
    low: float | None
    high: float | None
    known: str
    meaning: str


@dataclass(frozen=True)
class _EdgeLine:
    table: str
    reads: str
    time_constraint: str
    look_back: int
    directly: bool


@dataclass(frozen=True)
class _OriginLine:
    depth: int
    table: str
    column: str
    days_before: int | None


def models(graph: Graph, *names: str) -> Table:
    """Models by table, short name, phase or system, all for none: what each is, and the version of its code.

    A table that systems share has a row for each of them.

    Raises:
        UsageError: if a name is none of these.
    """
    return Table.of(_ModelLine, [_model_line(model) for model in graph.select(names)])


def columns(graph: Graph, name: str) -> Table:
    """Columns of a table, or of one system's rows of it, with type, range, when they are known, and meaning.

    Raises:
        UsageError: if there is no such table, or not that system's.
    """
    definition = graph.node(name).table if "/" in name else table(name)
    return Table.of(_ColumnLine, [_column_line(column) for column in definition.columns])


def is_one(name: str) -> bool:
    """Whether a name is of one table, or of one system's rows of it, and not of a phase or a system."""
    return "/" in name or any(
        name.lower() in (definition.name, definition.name.split(".")[1], definition.short)
        for definition in all_tables()
    )


def lineage(graph: Graph, *names: str) -> Table:
    """What models read, directly and through others: how far, and how many previous seasons back.

    Raises:
        UsageError: if a name is no model.
    """
    direct = {
        (edge.table, edge.upstream, edge.time_constraint, edge.look_back) for m in graph.nodes for edge in m.edges
    }
    wanted = {model.name for model in graph.select(names)}
    every = direct | {
        (edge.table, edge.upstream, edge.time_constraint, edge.look_back) for edge in closure(graph.nodes)
    }
    order = {model.name: place for place, model in enumerate(graph.nodes)}
    lines = sorted(
        (line for line in every if line[0] in wanted), key=lambda line: (order[line[0]], line not in direct, line)
    )
    return Table.of(_EdgeLine, [_EdgeLine(*line, directly=line in direct) for line in lines])


def column_lineage(name: str, column: str) -> Table:
    """What a column was made from, down to raw tables, each of them unfolded once.

    `days_before` is the least number of days by which what is read lies before the row that reads it: 0 for what is of
    the same date, NULL where no date is compared.

    Raises:
        UsageError: if there is no such table or column.
    """
    from hoopcast.lineage.columns import LineageTree, lineage_of  # noqa: PLC0415 - brings the compiler

    lines: list[_OriginLine] = []
    seen: set[tuple[str, str]] = set()

    def unfold(tree: LineageTree, depth: int) -> None:
        lines.append(_OriginLine(depth, tree.table, tree.column, tree.days_before))
        if (tree.table, tree.column) not in seen:
            seen.add((tree.table, tree.column))
            for origin in tree.inputs:
                unfold(origin, depth + 1)

    unfold(lineage_of(name, column), 0)
    return Table.of(_OriginLine, lines)


def compiled(graph: Graph, name: str, dialect: Dialect) -> str:
    """The SQL of one model for one batch in a dialect, with its named parameters.

    Raises:
        UsageError: if there is no such model or dialect.
    """
    from hoopcast.pipeline.compiler import compile_node  # noqa: PLC0415 - brings the compiler

    if dialect not in DIALECTS:
        raise UsageError(f"no dialect '{dialect}'; choose from {', '.join(DIALECTS)}")
    node = graph.node(name)
    if node.producer is not None:
        raise UsageError(f"'{name}' is written by Python, not by a SELECT; `hoopcast models {name}` shows its columns")
    return compile_node(node, dialect)


def _model_line(model: Node) -> _ModelLine:
    definition = model.table
    return _ModelLine(
        table=definition.name,
        system=model.system_id or None,
        short=definition.short,
        phase=definition.phase,
        grain=", ".join(definition.grain),
        look_back=model.look_back,
        version=model.version,
        title=f"{definition.title.partition('. ')[0].rstrip('.')}.",
    )


def _column_line(column: Column) -> _ColumnLine:
    known = column.availability if column.level is None else f"{column.availability}, {column.level}"
    return _ColumnLine(column.name, column.type, column.not_null, column.low, column.high, known, column.meaning)
