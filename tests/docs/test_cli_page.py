"""The page on the command line says what the commands say."""

import click
import pytest

from docs.commands import CLI, cli_page, help_text
from hoopcast.cli.commands import hoopcast

COMMANDS = hoopcast.list_commands(click.Context(hoopcast))


def test_the_page_is_that_of_these_commands() -> None:
    assert CLI.read_text("utf-8") == cli_page(), "run `python -m docs.commands`"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented_with_an_example(name: str) -> None:
    text = help_text(name)
    assert f"\n## {name}\n" in CLI.read_text("utf-8")
    assert f"\n    hoopcast {name}" in text.partition("Example:")[2]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_does(name: str) -> None:
    command = hoopcast.get_command(click.Context(hoopcast), name)
    assert command is not None
    assert [option.name for option in command.params if isinstance(option, click.Option) and not option.help] == []


def test_help_lists_every_command() -> None:
    assert [name for name in COMMANDS if f"\n  {name} " not in help_text("")] == []
