"""Values and tables in plain text: as JSON holds them, and as Markdown shows them."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

# What steers a terminal, or turns the order of what is shown: controls of C0 and C1, marks of direction, ends of lines,
# halves of characters. Line feed and tab are layout.
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def printable(text: str) -> str:
    """A text that any terminal shows as it is: what would steer it is escaped."""
    return _STEERING.sub(lambda found: repr(found[0])[1:-1], text)


def printable_json(text: str) -> str:
    """The same document in characters that any terminal shows as they are."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


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
