"""Tables of Markdown."""

from collections.abc import Iterator, Sequence


def table(columns: Sequence[str], rows: Sequence[Sequence[str | int]]) -> Iterator[str]:
    """Lines of a table; whole numbers get commas, and no text breaks out of its cell."""
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        cells = (f"{value:,}" if isinstance(value, int) else value.replace("|", "\\|") for value in row)
        yield f"| {' | '.join(cells)} |"
