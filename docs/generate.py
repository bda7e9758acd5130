"""Writes the pages that are made from the product itself, so that they say what it does today."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from hoopcast.warehouse.tables import Column, Table, all_tables

DATA_DICTIONARY = Path(__file__).parent / "data-dictionary.md"

_TOP = """\
# Data dictionary

Every table and column of a warehouse, from the definitions that also create the tables and check each write.

- **Type**: `BIGINT`, `DOUBLE`, `VARCHAR`, `BOOLEAN`, `DATE` or `TIMESTAMP` (UTC, without zone). *Required*
  columns are never NULL.
- **Range**: the values that a write accepts, both ends included.
- **Known**: *post-game* is a result of the game of its row; *pre-game* is known before its tip-off, from the named
  [information level](concepts.md#information-levels) on.
"""
_SCHEMAS = {
    "nba_raw": "What sources say, checked and identified, otherwise as it came.",
    "nba_analytics": "What happened in each game, and the context in which the next ones are played.",
    "nba_precompute": "What was known on the morning of a date, from games before it alone.",
    "nba_predictions": "What forecasts are made from, and the forecasts.",
    "nba_orchestration": "What was written when, from what, by which code; what failed and why.",
}


def cell(text: str) -> str:
    """Text that is safe within a cell of a Markdown table."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")


def number(value: float | None) -> str:
    """A bound, without a fraction where it has none."""
    return "" if value is None else f"{value:,.10g}"


def column_row(column: Column) -> str:
    """One column as a row of a Markdown table."""
    required = ", required" if column.not_null else ""
    bounds = "" if column.low is None and column.high is None else f"{number(column.low)} to {number(column.high)}"
    known = column.availability if column.level is None else f"{column.availability}, {column.level}"
    return f"| `{column.name}` | {column.type}{required} | {cell(column.meaning)} | {bounds} | {known} |"


def table_section(table: Table) -> Iterator[str]:
    """Lines that describe one table."""
    yield f"### {table.name.split('.')[1]}\n"
    yield f"{cell(table.title)}\n"
    facts = [f"One row per {', '.join(f'`{name}`' for name in table.grain)}."]
    if table.time:
        facts.append(f"Dated by `{table.time}`.")
    if "short" in table.headers:
        facts.append(f"Short name `{table.short}`.")
    if "inputs" in table.headers:
        inputs = ", ".join(f"`{part.strip()}`" for part in table.headers["inputs"].split(","))
        facts.append(f"Made from {inputs}.")
    yield f"{' '.join(facts)}\n"
    yield "| Column | Type | Meaning | Range | Known |\n|---|---|---|---|---|"
    yield from (column_row(column) for column in table.columns)
    yield ""


def data_dictionary(tables: Iterable[Table]) -> str:
    """The page on all these tables, in their order, a chapter per schema."""
    lines = [_TOP]
    for schema, members in groupby(tables, key=lambda table: table.name.split(".")[0]):
        lines += [f"## {schema}\n", f"{_SCHEMAS[schema]}\n"]
        for table in members:
            lines += table_section(table)
    return "\n".join(lines)


def write_data_dictionary() -> None:
    """Write the data dictionary; a page that would stay the same is not touched, so that nothing is built anew."""
    page = data_dictionary(all_tables())
    if not DATA_DICTIONARY.exists() or DATA_DICTIONARY.read_text("utf-8") != page:
        DATA_DICTIONARY.write_text(page, "utf-8")


if __name__ == "__main__":
    write_data_dictionary()
