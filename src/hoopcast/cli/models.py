"""The models command."""

from typing import TYPE_CHECKING

import click

from hoopcast.cli.options import example, with_output
from hoopcast.cli.output import Output, counted, say, show

if TYPE_CHECKING:
    from hoopcast.warehouse.result import Table

_DIALECTS = ("duckdb", "bigquery", "spark")


@click.command(
    epilog=example(
        "hoopcast models",
        "hoopcast models mlfs",
        "hoopcast models pdc --compile bigquery",
        "hoopcast models mlfs --lineage --column fatigue_score",
    )
)
@click.argument("table", required=False)
@click.option("--compile", "dialect", type=click.Choice(_DIALECTS), help="Print the SQL of TABLE in a dialect.")
@click.option("--lineage", is_flag=True, help="What TABLE, or every table, reads and how far.")
@click.option("--column", metavar="NAME", help="With --lineage: what this column of TABLE was made from.")
@with_output
def models(table: str | None, dialect: str | None, lineage: bool, column: str | None, output: Output) -> int:
    """List the models; with TABLE its columns, what they mean and when they are known."""
    from hoopcast import catalogue

    if dialect is not None and lineage:
        raise click.UsageError("--compile and --lineage are two questions; ask one")
    if dialect is not None:
        if table is None:
            raise click.UsageError("--compile needs a TABLE; `hoopcast models` lists them")
        say(catalogue.compiled(table, dialect))  # type: ignore[arg-type]
        return 0
    if column is not None:
        if table is None or not lineage:
            raise click.UsageError("--column needs a TABLE and --lineage")
        _show_origins(catalogue.column_lineage(table, column), output)
        return 0
    names = () if table is None else (table,)
    if lineage:
        show(catalogue.lineage(*names), output)
    else:
        show(catalogue.models() if table is None else catalogue.columns(table), output)
    return 0


def _show_origins(found: "Table", output: Output) -> None:
    if output != Output():
        show(found, output)
        return
    for origin in found:
        days = origin["days_before"]
        before = "" if not days else f", at least {counted(days, 'day')} before"
        say(f"{'  ' * origin['depth']}{origin['table']}.{origin['column']}{before}")
