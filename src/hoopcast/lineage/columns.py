"""Lineage of columns: from what each was made, by which date that was known, and whether it may be."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, build_scope

from hoopcast.errors import ModelError, UsageError
from hoopcast.lineage.queries import read_select
from hoopcast.lineage.traces import (
    HISTORY,
    ROW,
    ROW_LEVELS,
    Relation,
    Trace,
    Traces,
    has_post_game_rows,
    key_level,
    relation_of,
)
from hoopcast.pipeline.node import Node, sql_nodes
from hoopcast.warehouse.dialect import parse, qualify_columns
from hoopcast.warehouse.tables import LEVELS, Column, table


@dataclass(frozen=True, order=True)
class Origin:
    """A column that another was made from; `*` stands for which rows a table has.

    `days_before` tells how many days, at least, what was read lies before the row's own date: 1 behind an as-of gate, 0
    for the same date, negative for later dates, None where no condition tells.
    """

    table: str
    column: str
    days_before: int | None = None


@dataclass(frozen=True)
class ColumnLineage:
    """Origins of each column of a model, and of which rows it has."""

    columns: Mapping[str, tuple[Origin, ...]]
    rows: tuple[Origin, ...]


@dataclass(frozen=True)
class LineageTree:
    """A column with those it was made from, down to raw tables; `days_before` as of the column above."""

    table: str
    column: str
    days_before: int | None
    inputs: tuple["LineageTree", ...]


@cache
def traces_of(model: Node) -> Relation:
    """What each column of a model was made from, with dates told by its own columns.

    Raises:
        ModelError: if the SQL reads what no definition describes.
    """
    scope = build_scope(qualify_columns(parse(model.table.text, model.table.file)))
    if scope is None:
        raise ModelError(f"{model.name}: its SELECT can not be followed")
    return _relation(scope, {})


@cache
def column_lineage(model: Node) -> ColumnLineage:
    """Origins of each column of a model: what its value, and every condition on the way to it, reads.

    Raises:
        ModelError: if the SQL reads what no definition describes.
    """
    relation = traces_of(model)
    columns = {name: _origins(relation.columns[name], model.time) for name in model.table.column_names}
    return ColumnLineage(columns, _origins(relation.rows, model.time))


@cache
def lineage_of(table_name: str, column: str) -> LineageTree:
    """A column with all that it was made from, down to raw tables.

    Args:
        table_name: full name, name without schema, or short name.
        column: name of a column, or `*` for which rows the table has.

    Raises:
        UsageError: if there is no such table or column.
    """
    definition = table(table_name)
    if column not in (*definition.column_names, ROW):
        raise UsageError(f"no column '{column}' in {definition.name}; `hoopcast models {definition.short}` lists them")
    return _tree(definition.name, column, None)


@cache
def _tree(table_name: str, column: str, days_before: int | None) -> LineageTree:
    model = _models().get(table_name)
    if model is None:
        return LineageTree(table_name, column, days_before, ())
    lineage = column_lineage(model)
    origins = lineage.rows if column == ROW else lineage.columns[column]
    inputs = tuple(_tree(origin.table, origin.column, origin.days_before) for origin in origins)
    return LineageTree(table_name, column, days_before, inputs)


@cache
def _models() -> dict[str, Node]:
    return {model.name: model for model in sql_nodes()}


def _origins(traces: Traces, time: str) -> tuple[Origin, ...]:
    """Origins by name; of several ways to one column the one that lies least before."""
    least: dict[tuple[str, str], int | None] = {}
    for trace in traces:
        slack, key = trace.slack(time), (trace.table, trace.column)
        days = None if slack is None else -slack
        known = least.get(key, days)
        least[key] = None if days is None or known is None else min(days, known)
    return tuple(Origin(*key, days) for key, days in sorted(least.items()))


@cache
def row_level_of(model: Node) -> int:
    """Information level that knows of a model's rows: that of its key, or of the rows that it was made from."""
    inherited = (trace.level for trace in traces_of(model).rows if _is_of_the_day(trace, model.time))
    return max((key_level(model.table), *inherited))


def _is_of_the_day(row: Trace, time: str) -> bool:
    """Whether the row is one that its own date, and no earlier one, brought."""
    slack = row.slack(time)
    return row.column == ROW and (slack is None or slack >= 0)


def _relation(scope: Scope, known: dict[int, Relation]) -> Relation:
    if id(scope) not in known:
        if scope.set_operation_scopes:
            known[id(scope)] = _union([_relation(part, known) for part in scope.set_operation_scopes])
        else:
            sources = {alias: _source(source, known) for alias, (_, source) in scope.selected_sources.items()}
            known[id(scope)] = read_select(scope, sources)
    return known[id(scope)]


def _source(source: exp.Expr | Scope, known: dict[int, Relation]) -> Relation:
    if isinstance(source, Scope):
        return _relation(source, known)
    definition = table(f"{source.args['db'].name}.{source.name}")
    model = _models().get(definition.name)
    return relation_of(definition, row_level_of(model) if model else key_level(definition))


def _union(parts: list[Relation]) -> Relation:
    """Rows of several SELECTs together: columns by their place, and of dates what is true of each."""
    first, *others = parts
    columns, rows, slacks, dates = dict(first.columns), first.rows, dict(first.slacks), first.dates
    for part in others:
        names = dict(zip(part.columns, first.columns, strict=True))
        renamed = {at: _rename(at, names) for at in part.dates}
        for name, traces in part.columns.items():
            columns[names[name]] |= _rename_bounds(traces, renamed)
        rows |= _rename_bounds(part.rows, renamed)
        theirs = {(renamed[a], renamed[b]): days for (a, b), days in part.slacks.items()}
        slacks = {pair: max(days, theirs[pair]) for pair, days in slacks.items() if pair in theirs}
        dates &= frozenset(renamed.values())
    return Relation(columns, rows, slacks, dates, levels=first.levels)


def _rename(at: str, names: dict[str, str]) -> str:
    name, mark, edge = at.partition("^")
    return f"{names[name]}{mark}{edge}"


def _rename_bounds(traces: Traces, renamed: dict[str, str]) -> Traces:
    return frozenset(
        replace(trace, bounds=frozenset((renamed[name], days) for name, days in trace.bounds)) for trace in traces
    )


@dataclass(frozen=True, order=True)
class Problem:
    """A column (or `*`, the rows) of a table that reads what it must not know, and where from."""

    table: str
    column: str
    rule: str
    message: str


def check_lineage(models: Iterable[Node]) -> tuple[Problem, ...]:
    """Columns of models that read what is known only after their game, on a later date, or at a higher level.

    Raises:
        ModelError: if a model reads what no definition describes.
    """
    return tuple(problem for model in models for problem in _problems(model))


@cache
def _problems(model: Node) -> tuple[Problem, ...]:
    relation = traces_of(model)
    problems: set[Problem] = set()
    for column in model.table.columns:
        for trace in relation.columns[column.name]:
            problems.update(_of_column(model, column, trace))
    if not has_post_game_rows(model.table):
        level = row_level_of(model)
        for trace in relation.rows:
            problems.update(_of_rows(model, level, trace))
    return tuple(sorted(problems))


def _of_column(model: Node, column: Column, trace: Trace) -> Iterator[Problem]:
    slack = trace.slack(model.time)
    if column.availability == "post-game":
        if (trace.post_game or trace.dated) and (slack is None or slack > 0):
            yield Problem(model.name, column.name, "later", f"reads {_origin_text(trace)} of dates after its own")
        return
    level = LEVELS.index(column.level) if column.level else HISTORY
    if trace.claim and _names_row_levels(model):
        level = max(level, row_level_of(model))
    yield from _early(model, column.name, trace, level)


def _names_row_levels(model: Node) -> bool:
    """Whether the model is the one that chooses, for each row, the claim of the lowest level that knows of it.

    Readers are held to that level by a filter on it; that a claim of a higher level changes no row of a lower one is
    for a test on data.
    """
    made = set(ROW_LEVELS) & set(model.table.column_names)
    passed = {name for item in model.inputs for name in item.table.column_names}
    return bool(made - passed)


def _of_rows(model: Node, level: int, trace: Trace) -> Iterator[Problem]:
    yield from _early(model, ROW, trace, level)


def _early(model: Node, name: str, trace: Trace, level: int) -> Iterator[Problem]:
    """What a pre-game column, or the rows of a pre-game table, must not read."""
    slack = trace.slack(model.time)
    if slack is not None and slack < 0:
        return  # All that was known before the date is history.
    if trace.post_game:
        yield Problem(
            model.name, name, "as-of", f"reads {_origin_text(trace)}, known after the game, behind no as-of gate"
        )
        return
    if trace.dated and slack != 0:
        yield Problem(model.name, name, "later", f"reads {_origin_text(trace)} of dates after its own")
    if trace.level > level:
        levels = f"{LEVELS[trace.level]}, its own is {LEVELS[level]}"
        yield Problem(model.name, name, "level", f"reads {_origin_text(trace)} of level {levels}")


def _origin_text(trace: Trace) -> str:
    return f"whether {trace.table} has a row" if trace.column == ROW else f"{trace.table}.{trace.column}"
