"""Common table expressions put together from parts, with the parameters that they bind."""

from collections.abc import Sequence
from dataclasses import dataclass

from hoopcast.warehouse.engine import Value


@dataclass(frozen=True)
class Clause:
    """Common table expressions and the parameters that they bind."""

    text: str
    parameters: dict[str, list[Value]]


def listed(name: str, types: dict[str, str], rows: Sequence[tuple[Value, ...]]) -> Clause:
    """A common table expression of given rows, each column bound as one list."""
    columns = ", ".join(f"CAST(UNNEST(${name}_{column}) AS {kind}) AS {column}" for column, kind in types.items())
    parameters = {f"{name}_{column}": [row[index] for row in rows] for index, column in enumerate(types)}
    return Clause(f"{name} AS (SELECT {columns})", parameters)


def joined(*clauses: Clause) -> Clause:
    """Common table expressions one after the other."""
    parameters = {key: value for clause in clauses for key, value in clause.parameters.items()}
    return Clause(",\n".join(clause.text.strip() for clause in clauses), parameters)
