"""Commands that say why: why and explain."""

from typing import TYPE_CHECKING

import click

from hoopcast.cli.options import example, with_output, with_wait
from hoopcast.cli.output import Output, as_json, put, say, show
from hoopcast.cli.session import Session

if TYPE_CHECKING:
    from hoopcast.explain import Explanation
    from hoopcast.warehouse.result import Table

_CAPTION = """\
His last games before it, newest first; ts and usage are shares. paint, mid and three are attempts of the shot chart;
a two whose distance the chart lacks is in none of them, so they may add up to fewer than his attempts:"""
_HEADERS = {
    "game_date": "date", "paint_fga": "paint", "mid_range_fga": "mid", "three_fga": "three", "ts_pct": "ts",
    "usage_rate": "usage",
}  # fmt: skip


@click.command(
    epilog=example('hoopcast explain "Nikola Jokic" 2022-03-05', "hoopcast explain 203999 2022-03-05 --json")
)
@click.argument("player")
@click.argument("date")
@with_wait
@with_output
@click.pass_obj
def explain(session: Session, player: str, date: str, wait: str | None, output: Output) -> int:
    """Show PLAYER's 25 features on the morning of DATE, the last ten box scores behind them, and why systems say what.

    PLAYER is an id or a name; marks, case and suffix do not matter, and a part of a name will do. --json gives all
    parts; another --format gives the features.
    """
    with session.reading(wait) as warehouse:
        found = warehouse.explain(player, date)
    if output.format == "json":
        _as_json(found, output)
    elif output.format == "table" and output.path is None:
        say(f"{found.player.name} ({found.player.player_id}), {_game(found)}, morning of {found.date}{session.label}")
        say(f"feature quality {found.quality:g} of 100\n")
        show(_short(found.features), Output(), null="-")
        say(f"\n{_CAPTION}\n")
        show(_short(found.games), Output(), null="-")
        if found.forecasts.rows:
            say("\nWhat each system says, points, and why:\n")
            show(_said(found.forecasts), Output(), null="-")
    else:
        show(found.features, output)
    return 0


def _short(table: "Table") -> "Table":
    """With short headers, and numbers to three decimals."""
    from hoopcast.warehouse.result import Table

    rows = [tuple(round(value, 3) if isinstance(value, float) else value for value in row) for row in table.rows]
    return Table.of_rows([_HEADERS.get(name, name) for name in table.columns], table.types, rows)


def _said(forecasts: "Table") -> "Table":
    """Systems with mean, median and reasons."""
    from hoopcast.warehouse.result import Table

    rows = [(row["system"], f"{row['mean']:.1f}", f"{row['median']:.1f}", row["reasons"]) for row in forecasts]
    return Table.of_rows(("system", "mean", "median", "reasons"), ("VARCHAR", "DOUBLE", "DOUBLE", "VARCHAR"), rows)


def _game(found: "Explanation") -> str:
    return f"{found.team} {'v' if found.is_home else '@'} {found.opponent}"


def _as_json(found: "Explanation", output: Output) -> None:
    text = as_json(
        {
            "player_id": found.player.player_id,
            "player_name": found.player.name,
            "date": str(found.date),
            "game": _game(found),
            "feature_quality_score": found.quality,
            "features": list(found.features),
            "games": list(found.games),
            "forecasts": list(found.forecasts),
        }
    )
    put(text, output.path)


@click.command(epilog=example("hoopcast why mlfs 2022-03-05", 'hoopcast why upgc 2022-03-05 "Stephen Curry"'))
@click.argument("table")
@click.argument("date")
@click.argument("player", required=False)
@with_wait
@with_output
@click.pass_obj
def why(session: Session, table: str, date: str, player: str | None, wait: str | None, output: Output) -> int:
    """Say why TABLE is in its state on DATE: the chain of units, inputs and versions behind it.

    With PLAYER, an id or a name, also why he has rows there or none.
    """
    with session.reading(wait) as warehouse:
        found = warehouse.why(table, date, player)
    if output == Output():
        for link in found:
            say(f"{'  ' * link['depth']}{link['table']} {link['date']}: {link['text']}")
    else:
        show(found, output)
    return 0
