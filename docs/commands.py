"""Writes the page on the command line, from the help of the commands: `python -m docs.commands`."""

from pathlib import Path

import click

from hoopcast.cli.commands import hoopcast

CLI = Path(__file__).parent / "cli.md"

_WIDTH = 110
_TOP = """\
# Commands

The help of every command. Options of `hoopcast` itself go before the command, options of a command after it. An error
is one line on standard error and a [status](operations.md#exit-status); `--debug` adds the traceback.

Whatever prints a table takes `--format table|csv|json|parquet` and `--output FILE`, whose ending says the format where
`--format` does not. JSON is an array with an object a row, whose keys are the names of the columns: those that are
printed, and for `coverage` all of them, as [here](#json-of-reports). What is no finite number is null.

An option that takes one value is given once, and nothing is given as empty text. A path that begins with `~` lies in
your home, also where no shell says so: in a warehouse's URL, in the environment, in `hoopcast.toml`.

**Names.** A table goes by its full name, by its name without schema, or by its short name, which `hoopcast models`
lists; one system's rows of it by `distributions/linear_news`, those of all levels of a system by
`distributions/linear`. Systems go by their names in any capitals, or by what they were once called, such as
`xgboost_v1`. `predictions` is a table and a phase: where one table is asked for (`why`, `export`, `models`) it is the
table, where there may be several (`backfill`, `coverage`, `failures`) the phase, whose tables `predictions` is made
from; there `player_prop_predictions` is the table alone.
"""
_JSON = """\
## JSON of reports

`hoopcast coverage --json` has for each table, or each month or date of it: `table`, `period` (empty, a month or a
date), `game_dates` and `games` of the schedule, `earliest` and `latest` date with rows, the number of dates that are
`due` and how many of them are `done`, `missing`, `stale`, `failed`, `blocked` and `not_available`, `rows`, `expected`
rows and `success_pct`, rows in percent of these; it is null while a due date is not done, for what that should hold is
not known. For tables of expected players also the `appearances` of players who then played, and the share of them in
percent who had a row that morning: by history alone, `covered_history_pct`, and with players who were quoted,
`covered_market_pct`.

`hoopcast coverage --gaps --json` has for each stretch of dates: `table`, `first_date`, `last_date`, `dates`, `state`,
`cause`, and the `command` that mends it.

`hoopcast failures --json` has `table`, `category`, `month`, `count` of rows or partitions, `dates`,
    how many `can_retry`,
and one reason as `example`.
"""


def help_text(name: str) -> str:
    """The help of one command, as the terminal shows it; of `hoopcast` itself for no name."""
    parent = click.Context(hoopcast, info_name="hoopcast", terminal_width=_WIDTH, max_content_width=_WIDTH)
    if not name:
        return hoopcast.get_help(parent)
    command = hoopcast.get_command(parent, name)
    if command is None:
        raise ValueError(f"no command '{name}'")
    context = click.Context(
        command, parent, name, terminal_width=_WIDTH, max_content_width=_WIDTH, help_option_names=["-h", "--help"]
    )
    return command.get_help(context)


def cli_page() -> str:
    """The page, with a section a command in their order."""
    names = hoopcast.list_commands(click.Context(hoopcast))
    sections = [f"## {name}\n\n```text\n{help_text(name)}\n```\n" for name in names]
    return "\n".join((_TOP, f"```text\n{help_text('')}\n```\n", *sections, _JSON))


if __name__ == "__main__":
    CLI.write_text(cli_page(), "utf-8")
