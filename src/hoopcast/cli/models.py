"""The models command."""

import click

from hoopcast.cli.options import example, with_output
from hoopcast.cli.output import Output, say, show

_DIALECTS = ("duckdb", "bigquery", "spark")


@click.command(epilog=example("hoopcast models", "hoopcast models mlfs", "hoopcast models pdc --compile bigquery"))
@click.argument("table", required=False)
@click.option("--compile", "dialect", type=click.Choice(_DIALECTS), help="Print the SQL of TABLE in a dialect.")
@click.option("--lineage", is_flag=True, help="What TABLE, or every table, reads and how far.")
@with_output
def models(table: str | None, dialect: str | None, lineage: bool, output: Output) -> int:
    """List the models; with TABLE its columns, what they mean and when they are known."""
    from hoopcast import catalogue

    if dialect is not None and lineage:
        raise click.UsageError("--compile and --lineage are two questions; ask one")
    if dialect is not None:
        if table is None:
            raise click.UsageError("--compile needs a TABLE; `hoopcast models` lists them")
        say(catalogue.compiled(table, dialect))  # type: ignore[arg-type]
        return 0
    names = () if table is None else (table,)
    if lineage:
        show(catalogue.lineage(*names), output)
    else:
        show(catalogue.models() if table is None else catalogue.columns(table), output)
    return 0
