"""Rules that every row of a table keeps, from its definition: key, NOT NULL, ranges, finite numbers."""

import re
from dataclasses import dataclass
from functools import cache

from hoopcast.warehouse.engine import Parameters, Statements
from hoopcast.warehouse.tables import Column, Table

# The largest number that no sum or square of real quantities comes near; NaN and infinity lie outside.
_LARGEST = "1e300"
_EXAMPLES = 3


@dataclass(frozen=True)
class Rule:
    """One rule: its name, and SQL that is true for a row that breaks it."""

    name: str
    broken: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Breach:
    """A rule that rows break, how many do, and keys of some."""

    rule: str
    rows: int
    examples: str


@cache
def rules(table: Table) -> tuple[Rule, ...]:
    """Rules of single rows: those of columns, and the one that the header `-- check:` states."""
    stated = table.headers.get("check")
    named = tuple(name for name in table.column_names if stated and re.search(rf"\b{name}\b", stated))
    of_rows = [Rule(stated, f"NOT ({stated})", named)] if stated else []
    return (*(rule for column in table.columns for rule in _column_rules(column)), *of_rows)


def _column_rules(column: Column) -> list[Rule]:
    column_rules = []
    if column.not_null:
        column_rules.append(Rule(f"{column.name} is never NULL", f"{column.name} IS NULL", (column.name,)))
    if column.low is not None and column.high is not None:
        low, high = f"{column.low:.12g}", f"{column.high:.12g}"
        broken = f"NOT ({column.name} BETWEEN {low} AND {high})"
        column_rules.append(Rule(f"{column.name} lies in {low}..{high}", broken, (column.name,)))
    elif column.type == "DOUBLE":
        broken = f"NOT ({column.name} BETWEEN -{_LARGEST} AND {_LARGEST})"
        column_rules.append(Rule(f"{column.name} is finite", broken, (column.name,)))
    return column_rules


def breaches(engine: Statements, table: Table, source: str, parameters: Parameters | None = None) -> tuple[Breach, ...]:
    """Rules that rows of `source` break, each with examples.

    Args:
        engine: the warehouse.
        table: definition whose rules hold.
        source: table, or SELECT in brackets, with the table's columns.
        parameters: what `source` binds.
    """
    key = ", ".join(table.grain)
    counted = ", ".join(f"COUNT(CASE WHEN {rule.broken} THEN 1 END)" for rule in rules(table))
    twice = f"SELECT COUNT(*) AS copies FROM {source} AS rows_by_key GROUP BY {key} HAVING COUNT(*) > 1"
    sums = (
        f"SELECT (SELECT COALESCE(SUM(copies), 0) FROM ({twice}) AS twice), {counted or '0'} FROM {source} AS checked"
    )
    duplicates, *broken = (int(str(count)) for count in engine.query(sums, parameters).rows[0])
    broken_rules = []
    if duplicates:
        select = f"SELECT {key} FROM {source} AS checked GROUP BY {key} HAVING COUNT(*) > 1 ORDER BY {key}"
        broken_rules.append(Breach(f"key ({key}) is unique", duplicates, _examples(engine, select, parameters)))
    for rule, count in zip(rules(table), broken, strict=False):
        if count:
            columns = ", ".join(dict.fromkeys((*table.grain, *rule.columns)))
            select = f"SELECT {columns} FROM {source} AS checked WHERE {rule.broken} ORDER BY {key}"
            broken_rules.append(Breach(rule.name, count, _examples(engine, select, parameters)))
    return tuple(broken_rules)


def _examples(engine: Statements, select: str, parameters: Parameters | None) -> str:
    rows = engine.query(f"{select} LIMIT {_EXAMPLES}", parameters)
    return "; ".join(describe(rows.columns, row) for row in rows.rows)


def describe(columns: tuple[str, ...], row: tuple[object, ...]) -> str:
    """A row on one line: `game_id 0022100001, player_id 2544`."""
    return ", ".join(f"{name} {value}" for name, value in zip(columns, row, strict=True))
