"""The models command."""

from operator import itemgetter
from typing import TYPE_CHECKING, Any

import click

from hoopcast.cli.options import example, with_page_output
from hoopcast.cli.output import Output, as_json, by_table, put, quantity, say, short_name, show, show_brief, table_of
from hoopcast.cli.session import Session

if TYPE_CHECKING:
    from hoopcast.graph import Graph
    from hoopcast.warehouse.result import Table

# From the narrowest on.
_CONSTRAINTS = ("same", "before", "until")
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
        edges = catalogue.lineage(graph, *names)
        show_brief(_widest(edges) if output.format == "table" else edges, output)
    elif table is not None and catalogue.is_one(table):
        show(catalogue.columns(graph, table), output, title=_about(graph, table) if "/" in table else None)
    else:
        listed = catalogue.models(graph, *names)
        show(_merge_systems(listed) if output.format == "table" else listed, output)
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
        card = warehouse.card(table, day)
    put(as_json(card.document()) if output.format == "json" else card.markdown(), output.path)


def _merge_systems(models: "Table") -> "Table":
    """One line a table: systems share one."""
    return table_of(
        by_table((row["table"], row) for row in models).values(),
        ("name", "VARCHAR", lambda parts: parts[0]["table"]),
        ("short", "VARCHAR", lambda parts: parts[0]["short"]),
        ("systems", "BIGINT", lambda parts: sum(part["system"] is not None for part in parts) or None),
        ("title", "VARCHAR", lambda parts: parts[0]["title"].partition(": ")[0].rstrip(".")),
    )


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


def _widest(edges: "Table") -> "Table":
    """One line for each table that is read, at its widest time constraint: first what is read directly."""
    order = {name: place for place, name in enumerate(dict.fromkeys(row["table"] for row in edges))}
    widest: dict[tuple[str, str], dict[str, Any]] = {}
    for row in edges:
        key = row["table"], row["reads"]
        known = widest.get(key, row)
        wider = max(known, row, key=lambda edge: (edge["look_back"], _CONSTRAINTS.index(edge["time_constraint"])))
        widest[key] = wider | {"directly": known["directly"] or row["directly"]}
    lines = sorted(
        widest.values(),
        key=lambda row: (order[row["table"]], not row["directly"], row["reads"].startswith("nba_raw."), row["reads"]),
    )
    columns = zip(edges.columns, edges.types, strict=True)
    return table_of(lines, *((name, kind, itemgetter(name)) for name, kind in columns))


def _show_origins(origins: "Table", output: Output) -> None:
    if output != Output():
        show(origins, output)
        return
    for origin in origins:
        days = origin["days_before"]
        before = "" if not days else f", at least {quantity(days, 'day')} before"
        say(f"{'  ' * origin['depth']}{origin['table']}.{origin['column']}{before}")
