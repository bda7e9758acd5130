"""Options that several commands share."""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial, wraps
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import augment_usage_errors

from hoopcast.cli.output import FORMATS, Output
from hoopcast.errors import UsageError
from hoopcast.paths import user_path

if TYPE_CHECKING:
    from hoopcast.pipeline.ranges import RangeArguments

Command = Callable[..., int | None]
_ENDINGS = {".txt": "table"} | {f".{name}": name for name in FORMATS if name != "table"}
_STAGES = ("regular", "playin", "playoffs", "all")


class _UserPath(click.Path):
    """A file that the user names, in which `~` is the home."""

    def convert(
        self, value: "str | os.PathLike[str]", param: click.Parameter | None, ctx: click.Context | None
    ) -> "str | bytes | os.PathLike[str]":
        """The path itself.

        Raises:
            BadParameter: if it is in the home of nobody.
        """
        try:
            return super().convert(user_path(os.fspath(value)), param, ctx)
        except UsageError as error:
            self.fail(str(error), param, ctx)


USER_PATH = _UserPath(path_type=Path)


def example(*lines: str) -> str:
    """The end of a command's help: commands to type, each on its line."""
    return "\n".join(("\b", "Example:", *(f"  {line}" for line in lines)))


def refuse_ambiguous(context: click.Context, arguments: Sequence[str]) -> None:
    """Refuse arguments of which one would be dropped without a word: empty text, and a single value given twice.

    Empty text is a variable without a value, and never means all there is.

    Raises:
        UsageError: if there is one.
    """
    with augment_usage_errors(context):
        given, _, order = context.command.make_parser(context).parse_args(list(arguments))
    for parameter, times in Counter(order).items():
        if not isinstance(parameter, click.Option) or parameter.is_flag or parameter.multiple or times == 1:
            continue
        raise click.UsageError(f"{parameter.opts[0]} is given {times} times; it takes one value", context)
    for parameter in context.command.params:
        value = given.get(parameter.name or "")
        texts = value if isinstance(value, (list, tuple)) else (value,)
        if any(isinstance(text, str) and not text.strip() for text in texts):
            raise click.BadParameter("it is empty text; give a value, or leave it out", context, parameter)


def with_text_set_apart(command: click.Command, arguments: Sequence[str]) -> list[str]:
    """The arguments of a command, SQL text that begins with a `--` comment behind a space, so that it is no option.

    A single word is an option, if written wrong, and what comes after an option with a value is that value.
    """
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    names = {name for option in options for name in option.opts}
    with_value = {name for option in options if not option.is_flag for name in option.opts}

    def is_text(argument: str) -> bool:
        return argument.startswith("--") and len(argument.split()) > 1 and argument.partition("=")[0] not in names

    return [
        f" {argument}" if is_text(argument) and before not in with_value else argument
        for before, argument in pairwise(["", *arguments])
    ]


def with_range(command: Command) -> Command:
    """Add the flags of a range; the command gets them as `dates`."""

    @wraps(command)
    def wrapped(**values: Any) -> int | None:  # noqa: ANN401 - as click hands them over
        names = ("date", "season", "month", "start_date", "end_date", "dates", "stage")
        dates = _range(*(values.pop(name) for name in names))
        return command(**values, dates=dates)

    options = (
        click.option("--date", metavar="D", help="One date, such as 2022-01-15."),
        click.option("--season", metavar="S", help="A season, such as 2021-22."),
        click.option("--month", metavar="M", help="A month, such as 2022-01."),
        click.option("--start-date", metavar="D", help="First date, such as 2021-10-19, with --end-date."),
        click.option("--end-date", metavar="D", help="Last date."),
        click.option("--dates", metavar="D1,D2", help="Dates, with commas between them."),
        click.option(
            "--stage", type=click.Choice(_STAGES), default="regular", show_default=True, help="Games of which stage."
        ),
    )
    return _decorate(wrapped, options)


def _range(*values: str | None) -> "RangeArguments":
    day, season, month, start_date, end_date, dates, stage = values
    listed = None if dates is None else [part.strip() for part in dates.split(",") if part.strip()]
    if listed == []:
        raise click.UsageError("--dates names no date; write --dates 2021-12-02,2021-12-14")
    given = [
        flag
        for flag, value in (
            ("--date", day),
            ("--season", season),
            ("--month", month),
            ("--start-date", start_date or end_date),
            ("--dates", dates),
        )
        if value is not None
    ]
    if len(given) > 1:
        raise click.UsageError(f"{' and '.join(given)} are two ranges; give one")
    return {
        "season": season,
        "month": month,
        "start_date": start_date,
        "end_date": end_date,
        "dates": listed or ([] if day is None else [day.strip()]),
        "stage": stage,  # type: ignore[typeddict-item]
    }


# Of CSV: text that begins like a formula gets an apostrophe before it.
FORMULAS = click.option("--formulas", is_flag=True, help="In CSV, keep text as it is that a spreadsheet would run.")


def with_output(command: Command, *, page: bool = False) -> Command:
    """Add --format, --json, --output and --formulas; the command gets them as `output`.

    Args:
        command: what prints a table.
        page: whether it prints pages of Markdown as well, to files that end in .md.
    """
    endings = _ENDINGS | ({".md": "table"} if page else {})
    texts = ".txt for the table, or .md for a page" if page else "or .txt for the table"

    @wraps(command)
    def wrapped(**values: Any) -> int | None:  # noqa: ANN401 - as click hands them over
        chosen, as_json, path = values.pop("format"), values.pop("as_json"), values.pop("output")
        formulas = values.pop("formulas")
        if as_json and chosen not in (None, "json"):
            raise click.UsageError(f"--json and --format {chosen} contradict each other")
        output = Output("json" if as_json else chosen or _format_of(path, endings), path, formulas)
        return command(**values, output=output)

    options = (
        click.option("--format", type=click.Choice(FORMATS), help="How to print the table. [default: table]"),
        click.option("--json", "as_json", is_flag=True, help="The same as --format json."),
        click.option(
            "--output",
            metavar="FILE",
            type=USER_PATH,
            help=f"Write it there; its ending says how: .csv, .json, .parquet, {texts}.",
        ),
        FORMULAS,
    )
    return _decorate(wrapped, options)


def _format_of(path: Path | None, endings: Mapping[str, str]) -> str:
    if path is None:
        return "table"
    ending = path.suffix.lower()
    if ending not in endings:
        raise click.UsageError(f"--output {path} ends in none of {', '.join(endings)}; rename it, or say --format")
    return endings[ending]


with_page_output = partial(with_output, page=True)


def with_wait(command: Command) -> Command:
    """Add --wait."""
    return click.option(
        "--wait", metavar="SECONDS", help="How long to wait for a process that writes, each in turn. [default: 60]"
    )(command)


def _decorate(command: Command, options: tuple[Callable[[Command], Command], ...]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
