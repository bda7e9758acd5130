"""The models command."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from hoopcast.cli.options import example, with_page_output
from hoopcast.cli.output import Output, as_json, by_table, counted, put, say, short_name, show, show_brief
from hoopcast.cli.session import Session

if TYPE_CHECKING:
    from hoopcast.graph import Graph
    from hoopcast.warehouse.result import Table

# From the narrowest on.
_REACHES = ("same", "before", "until")
_DIALECTS = ("duckdb", "bigquery", "spark")


@click.command(
    epilog=example(
        "hoopcast models",
        "hoopcast models mlfs",
        "hoopcast models distributions/moving_average_history",
        "hoopcast models pdc --compile bigquery",
        "hoopcast models mlfs --lineage --column fatigue_score",
        "hoopcast models trained/linear_news --card --output card.md",
    )
)
@click.argument("table", required=False)
@click.option("--compile", "dialect", type=click.Choice(_DIALECTS), help="Print the SQL of TABLE in a dialect.")
@click.option("--lineage", is_flag=True, help="What TABLE, or every table, reads and how far.")
@click.option("--column", metavar="NAME", help="With --lineage: what this column of TABLE was made from.")
@click.option("--card", is_flag=True, help="Print the model card of TABLE, such as trained/linear_news.")
@click.option("--date", "day", metavar="D", help="With --card: of the refit that forecast this date, not the newest.")
@with_page_output
@click.pass_obj
def models(
    session: Session,
    table: str | None,
    dialect: str | None,
    lineage: bool,
    column: str | None,
    card: bool,
    day: str | None,
    output: Output,
) -> int:
    """List the models; with TABLE its columns, what they mean and when they are known.

    TABLE is a table, its short name, or one system's rows of it, such as distributions/linear_news; a phase or a system
    lists its models. The list has a line a table, with the number of systems that write it; other formats a row for
    each.

    --card says of what a system learned at a refit: data, period, inputs with their importance, limits, and what the
    forecasts that it then made scored. It reads the warehouse; nothing else here does.
    """
    from hoopcast import catalogue
    from hoopcast.warehouse.result import Table

    if card:
        if dialect is not None or lineage or column is not None:
            raise click.UsageError("--card and --compile or --lineage are two questions; ask one")
        _show_card(session, table, day, output)
        return 0
    _refuse_without_card(day, output)
    graph = session.graph
    if dialect is not None and lineage:
        raise click.UsageError("--compile and --lineage are two questions; ask one")
    if dialect is not None:
        if table is None:
            raise click.UsageError("--compile needs a TABLE; `hoopcast models` lists them")
        say(catalogue.compiled(graph, table, dialect))  # type: ignore[arg-type]
        return 0
    if column is not None:
        if table is None or not lineage:
            raise click.UsageError("--column needs a TABLE and --lineage")
        _show_origins(catalogue.column_lineage(table, column), output)
        return 0
    names = () if table is None else (table,)
    if lineage:
        found = catalogue.lineage(graph, *names)
        show_brief(_widest(found) if output.format == "table" else found, output)
    elif table is not None and catalogue.is_one(table):
        show(catalogue.columns(graph, table), output, title=_about(graph, table) if "/" in table else None)
    else:
        found = catalogue.models(graph, *names)
        show(Table.of(_Line, _merged(found)) if output.format == "table" else found, output)
    return 0


def _refuse_without_card(day: str | None, output: Output) -> None:
    if day is not None:
        raise click.UsageError("--date goes with --card")
    if output.path is not None and output.path.suffix.lower() == ".md":
        raise click.UsageError(f"--output {output.path} is for a page, which --card alone prints")


def _show_card(session: Session, table: str | None, day: str | None, output: Output) -> None:
    if table is None:
        raise click.UsageError(
            "--card needs a TABLE, such as trained/linear_news; `hoopcast models trained` lists them"
        )
    if output.format not in ("table", "json"):
        raise click.UsageError(f"a card is a page, and no {output.format}; print it as it is, or with --json")
    with session.reading() as warehouse:
        found = warehouse.card(table, day)
    put(as_json(found.document()) if output.format == "json" else found.markdown(), output.path)


@dataclass(frozen=True)
class _Line:
    """A table, how many systems write rows of it, and the first clause of its title."""

    name: str
    short: str
    systems: int | None
    title: str


def _merged(found: "Table") -> list[_Line]:
    """One line a table: systems share one."""
    return [
        _Line(
            table,
            parts[0]["short"],
            sum(part["system"] is not None for part in parts) or None,
            parts[0]["title"].partition(": ")[0].rstrip("."),
        )
        for table, parts in by_table((row["table"], row) for row in found).items()
    ]


def _about(graph: "Graph", name: str) -> str:
    """Which node a name is, and what it reads."""
    from hoopcast import catalogue

    (node,) = catalogue.models(graph, name)
    reads = [
        f"{short_name(row['reads'])} {row['time_constraint']}"
        for row in catalogue.lineage(graph, name)
        if row["directly"]
    ]
    return (
        f"{node['table']}/{node['system']}, version {node['version']}\n{node['title']}\n"
        f"Reads {', '.join(dict.fromkeys(reads))}."
    )


def _widest(found: "Table") -> "Table":
    """One line for each table that is read, at its widest time constraint: first what is read directly."""
    from hoopcast.warehouse.result import Table

    order = {name: place for place, name in enumerate(dict.fromkeys(row["table"] for row in found))}
    widest: dict[tuple[str, str], dict[str, Any]] = {}
    for row in found:
        key = row["table"], row["reads"]
        known = widest.get(key, row)
        wider = max(known, row, key=lambda one: (one["look_back"], _REACHES.index(one["time_constraint"])))
        widest[key] = wider | {"directly": known["directly"] or row["directly"]}
    lines = sorted(
        widest.values(),
        key=lambda row: (order[row["table"]], not row["directly"], row["reads"].startswith("nba_raw."), row["reads"]),
    )
    return Table.of_rows(found.columns, found.types, [tuple(line[name] for name in found.columns) for line in lines])


def _show_origins(found: "Table", output: Output) -> None:
    if output != Output():
        show(found, output)
        return
    for origin in found:
        days = origin["days_before"]
        before = "" if not days else f", at least {counted(days, 'day')} before"
        say(f"{'  ' * origin['depth']}{origin['table']}.{origin['column']}{before}")
