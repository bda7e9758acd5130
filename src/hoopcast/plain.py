"""Values and tables in plain text: as JSON holds them, and as Markdown shows them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any


def json_value(value: Any) -> Any:  # noqa: ANN401 - a document holds whatever JSON does
    """A document as strict JSON holds it: dates and moments as text, None for what is no finite number."""
    if isinstance(value, Mapping):
        return {name: json_value(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_value(part) for part in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return float(value) if isinstance(value, Decimal) else str(value)


def markdown_table(columns: Sequence[str], rows: Sequence[Sequence[str | int]]) -> Iterator[str]:
    """Lines of a table; whole numbers get commas, and no text breaks out of its cell."""
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        cells = (f"{value:,}" if isinstance(value, int) else value.replace("|", "\\|") for value in row)
        yield f"| {' | '.join(cells)} |"
