"""The commands that README and docs show, read out of their pages.

A fenced block marked `console` or `sh` shows commands behind `$ `; a command that ends in a backslash goes on in the
next line, and whatever else stands there is output. The commands of one block are one shell script. Two hidden
comments steer how they are run:

    <!-- setup: demo -->    before the first block of a page: its folder is the one that the demo makes
    <!-- exit: 3 -->        right before a block: its last command is shown to end with that status
"""

import re
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

REPOSITORY = Path(__file__).parents[2]
SETUPS = ("empty", "demo")

_LANGUAGES = {"console", "sh", "bash", "shell"}
_COMMENT = re.compile(r"^<!-- (?P<key>setup|exit): (?P<value>\S+) -->\s*$")


@dataclass(frozen=True)
class Block:
    """Commands of one fenced block, the line where it opens, and the exit status that the page shows."""

    line: int
    commands: tuple[str, ...]
    exit_status: int

    @property
    def is_run(self) -> bool:
        """Whether it is about `hoopcast`, not about how to install or build it."""
        return any(command.startswith("hoopcast") for command in self.commands)


@dataclass(frozen=True)
class Page:
    """One page: the folder that it starts from and its blocks of commands."""

    setup: str
    blocks: tuple[Block, ...]


def pages() -> list[Path]:
    """README and every page of the docs, by name."""
    docs = REPOSITORY / "docs"
    return [REPOSITORY / "README.md", *sorted(page for page in docs.rglob("*.md") if "_build" not in page.parts)]


def commands_of(content: str) -> tuple[str, ...]:
    """Commands of a block's text: what stands behind `$ `, with the lines that continue it."""
    commands: list[str] = []
    continued = False
    for line in content.splitlines():
        if line.startswith("$ "):
            commands.append(line.removeprefix("$ "))
        elif continued:
            commands[-1] += f"\n{line}"
        continued = bool(commands) and commands[-1].endswith("\\") and (continued or line.startswith("$ "))
    return tuple(commands)


def fences(text: str, language: str) -> list[str]:
    """What the fenced blocks of a language hold, in their order."""
    return [token.content for token in MarkdownIt().parse(text) if token.type == "fence" and token.info == language]


def read_page(text: str) -> Page:
    """The commands of one page and how they are to be run.

    Raises:
        ValueError: if a setup is unknown, or an exit status stands before no block of commands.
    """
    setup = "empty"
    exit_status: int | None = None
    blocks: list[Block] = []
    for token in MarkdownIt().parse(text):
        if token.type == "html_block" and (comment := _COMMENT.match(token.content)):
            if comment["key"] == "exit":
                exit_status = int(comment["value"])
                continue
            if comment["value"] not in SETUPS:
                message = f"no setup '{comment['value']}'; there are {', '.join(SETUPS)}"
                raise ValueError(message)
            setup = comment["value"]
        is_shell = token.type == "fence" and token.info.strip() in _LANGUAGES
        commands = commands_of(token.content) if is_shell else ()
        if commands and token.map:
            blocks.append(Block(token.map[0] + 1, commands, exit_status or 0))
        elif exit_status is not None:
            message = f"`<!-- exit: {exit_status} -->` stands before no block of commands"
            raise ValueError(message)
        exit_status = None
    return Page(setup, tuple(blocks))
