"""Rows of two warehouses beside each other, to the last bit, and which columns tell them apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from hoopcast.warehouse.engine import Statements, Value
from hoopcast.warehouse.tables import Table

STORED = "stored"
_MOST_COLUMNS = 4


@dataclass(frozen=True)
class Compared:
    """Rows of a table, or of one system in it: how many stand in either warehouse, how many of them differ, and one."""

    subject: str
    rows: int
    differing: int
    example: str = ""


@dataclass(frozen=True)
class Scope:
    """What of a table is compared: columns beside the key, and conditions that rows of either warehouse meet.

    A condition names rows as `t`, and tables of its own warehouse behind `{catalog}`.
    """

    table: Table
    columns: tuple[str, ...]
    first: date
    last: date
    conditions: tuple[str, ...] = ()


def compare(statements: Statements, scope: Scope) -> Iterator[Compared]:
    """Compare rows of a table with those of the attached warehouse `stored`, a result for each system that has some.

    Args:
        statements: a warehouse, with the other attached.
        scope: what to compare.
    """
    table = scope.table
    key = table.grain
    others = [name for name in scope.columns if name not in key]
    differs = {name: f"n.{name} IS DISTINCT FROM o.{name}" for name in others}
    group = "COALESCE(n.system_id, o.system_id)" if "system_id" in key else "''"
    is_one_sided = f"n.{key[0]} IS NULL OR o.{key[0]} IS NULL"
    both = f"""
        FROM ({_rows(scope, others, "")}) AS n
        FULL JOIN ({_rows(scope, others, f"{STORED}.")}) AS o ON {" AND ".join(f"n.{name} = o.{name}" for name in key)}
    """
    values: dict[str, Value] = {"first_day": scope.first, "last_day": scope.last}
    counted = statements.query(
        f"SELECT {group}, COUNT(*), COUNT(CASE WHEN {' OR '.join((is_one_sided, *differs.values()))} THEN 1 END)"
        f" {both} GROUP BY ALL ORDER BY ALL",
        values,
    ).rows
    for system, rows, differing in counted:
        subject = f"{table.name}/{system}" if system else table.name
        told = ""
        if differing:
            told = _example(statements, scope, both, differs, {**values, "system_id": system})
        yield Compared(subject, int(str(rows)), int(str(differing)), told)


def _rows(scope: Scope, others: Sequence[str], catalog: str) -> str:
    table = scope.table
    conditions = [f"t.{table.time} BETWEEN $first_day AND $last_day"]
    conditions += [text.format(catalog=catalog) for text in scope.conditions]
    columns = ", ".join(f"t.{name}" for name in dict.fromkeys((*table.grain, *others)))
    return f"SELECT {columns} FROM {catalog}{table.name} AS t WHERE {' AND '.join(conditions)}"


def _example(statements: Statements, scope: Scope, both: str, differs: dict[str, str], values: dict[str, Value]) -> str:
    """How many rows stand on one side alone, which columns differ in how many others, and one such row."""
    key = scope.table.grain
    of_system = "COALESCE(n.system_id, o.system_id) = $system_id" if "system_id" in key else "$system_id = ''"
    gone, come = f"n.{key[0]} IS NULL", f"o.{key[0]} IS NULL"
    counts = ", ".join(
        f"COUNT(CASE WHEN NOT ({gone}) AND NOT ({come}) AND {test} THEN 1 END)" for test in differs.values()
    )
    found = statements.query(
        f"SELECT COUNT(CASE WHEN {gone} THEN 1 END), COUNT(CASE WHEN {come} THEN 1 END){', ' if counts else ''}{counts}"
        f" {both} WHERE {of_system}",
        values,
    ).rows[0]
    lost, new = int(str(found[0])), int(str(found[1]))
    of_column = {name: int(str(count)) for name, count in zip(differs, found[2:], strict=True) if count}
    parts = [f"{lost} rows stored alone"] if lost else []
    parts += [f"{new} rows rebuilt alone"] if new else []
    most = sorted(of_column, key=lambda name: -of_column[name])
    parts += [f"{name} in {of_column[name]} rows" for name in most[:_MOST_COLUMNS]]
    parts += [f"and {len(most) - _MOST_COLUMNS} more columns"] if len(most) > _MOST_COLUMNS else []
    return f"{', '.join(parts)}; such as {_row(statements, scope, (both, of_system), most, values)}"


def _row(
    statements: Statements, scope: Scope, source: tuple[str, str], columns: Sequence[str], values: dict[str, Value]
) -> str:
    both, of_system = source
    key = scope.table.grain
    named = ", ".join(f"COALESCE(n.{name}, o.{name})" for name in key)
    test = f"n.{columns[0]} IS DISTINCT FROM o.{columns[0]} AND n.{key[0]} = o.{key[0]}" if columns else "TRUE"
    one_sided = f"(n.{key[0]} IS NULL OR o.{key[0]} IS NULL)"
    shown = f"o.{columns[0]}, n.{columns[0]}" if columns else f"o.{key[0]}, n.{key[0]}"
    found = statements.query(
        f"SELECT {named}, {shown} {both} WHERE {of_system} AND {test if columns else one_sided} ORDER BY ALL LIMIT 1",
        values,
    ).rows[0]
    where = ", ".join(f"{name} {value}" for name, value in zip(key, found, strict=False))
    if not columns:
        return where
    stored, rebuilt = found[len(key) :]
    return f"{where}: {columns[0]} is {_short(stored)} as stored, {_short(rebuilt)} as rebuilt"


def _short(value: Value) -> str:
    text = "NULL" if value is None else str(value)
    longest = 60
    return text if len(text) <= longest else f"{text[:longest]}..."
