"""Reports as a person reads them on a terminal: short names, and no column that says nothing.

Every other format keeps full names and all columns.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, TypeVar

from hoopcast.cli.output import Output, show

if TYPE_CHECKING:
    from hoopcast.warehouse.result import Table

# Counts that are zero unless something is out of the ordinary.
_SELDOM = frozenset(
    (
        "missing", "stale", "failed", "blocked", "not_available", "unchanged", "failures", "quarantined",
        "unresolved", "collapsed", "deleted", "changed", "can_retry",
    )
)  # fmt: skip
_NAMES_TABLES = ("table", "reads")
Line = TypeVar("Line")


def show_brief(table: "Table", output: Output, *, without: Sequence[str] = (), title: str | None = None) -> None:
    """Print a report: brief as a table, whole in every other format.

    Args:
        table: the report.
        output: where, and in which format.
        without: columns that a table leaves out.
        title: heading of the table.
    """
    show(brief(table, without) if output.format == "table" else table, output, title=title)


def brief(table: "Table", without: Sequence[str] = ()) -> "Table":
    """A report with short table names, without counts that are zero in every row."""
    from hoopcast.warehouse.result import Table

    rows = table.rows
    idle = {name for place, name in enumerate(table.columns) if name in _SELDOM and not any(row[place] for row in rows)}
    kept = [place for place, name in enumerate(table.columns) if name not in idle and name not in without]
    shortened = [_shortening(table.columns[place]) for place in kept]
    return Table.of_rows(
        [table.columns[place] for place in kept],
        [table.types[place] for place in kept],
        [tuple(shorten(row[place]) for place, shorten in zip(kept, shortened, strict=True)) for row in rows],
    )


def short_name(table: str | None) -> str:
    """What users type for a table, such as pdc, or for one system's rows of it, such as predictions/linear_news."""
    from hoopcast.warehouse.tables import all_tables

    names = {definition.name: definition.short for definition in all_tables()}
    name, stroke, system = (table or "").partition("/")
    return f"{names.get(name, name)}{stroke}{system}"


def by_table(nodes: "Iterable[tuple[str, Line]]") -> "dict[str, list[Line]]":
    """What is told of nodes, by the table that they write: systems share one."""
    found: dict[str, list[Line]] = {}
    for node, line in nodes:
        found.setdefault(node.partition("/")[0], []).append(line)
    return found


def _shortening(column: str) -> Callable[[Any], Any]:
    if column in _NAMES_TABLES:
        return short_name
    return _last_parts if column == "file" else lambda value: value


def _last_parts(path: str) -> str:
    """A file's name with its folder's."""
    return "/".join(PurePath(path).parts[-2:])
