"""A warehouse's rows beside the oracle's numbers."""

from collections.abc import Mapping
from math import isclose

from hoopcast import Hoopcast

# Numbers are kept to six decimals; a tie may be rounded either way.
TOLERANCE = 1.001e-6

Row = dict[str, object]


def rows_by_key(warehouse: Hoopcast, table: str, key: tuple[str, ...], condition: str = "TRUE") -> dict[object, Row]:
    """Rows of a table by their key."""
    rows = warehouse.engine.query(f"SELECT * FROM {table} WHERE {condition}").dictionaries()
    return {tuple(row[name] for name in key): dict(row) for row in rows}


def disagreements(
    row: Row, expected: Mapping[str, object], tolerance: float = TOLERANCE
) -> dict[str, tuple[object, object]]:
    """Columns in which a row is not what the oracle expects, with both."""
    return {name: (row[name], value) for name, value in expected.items() if not agree(row[name], value, tolerance)}


def agree(found: object, expected: object, tolerance: float = TOLERANCE) -> bool:
    """Whether two values are the same, numbers to the tolerance."""
    if isinstance(found, int | float) and isinstance(expected, int | float):
        return isclose(found, expected, rel_tol=0, abs_tol=tolerance)
    return found == expected
