"""The table of faults, on the console and as a page."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import shorten

import hoopcast
from faults.kinds import KINDS, Kind

_MOST, _LONGEST = 3, 200
_NUMBERS = re.compile(r"\d[\d,.]*|(?<=/)[\w.-]*hoopcast-fault[\w./-]*")


@dataclass(frozen=True)
class Tried:
    """A fault that was done: of which kind, from which seed, what was said, and whether a promise broke."""

    kind: Kind
    seed: str
    said: str
    is_broken: bool


def by_kind(done: Iterable[Tried]) -> dict[Kind, list[Tried]]:
    """Faults by kind, as they were done."""
    found: dict[Kind, list[Tried]] = {}
    for one in done:
        found.setdefault(one.kind, []).append(one)
    return found


def table(done: list[Tried]) -> str:
    """A line for each kind."""
    lines = [
        f"{kind.name:40} {len(tries):4} tried {sum(one.is_broken for one in tries):4} broken"
        for kind, tries in by_kind(done).items()
    ]
    broken = sum(one.is_broken for one in done)
    return "\n".join([*lines, f"{len(done)} faults, {broken} broke a promise"])


def page(done: list[Tried], seed: int, before: str = "") -> str:
    """The page of the docs; kinds that were not done now stand as they did on the page `before`."""
    rows = {
        line.split(" | ")[0]: line
        for line in before.splitlines()
        if line.startswith("| ") and not line.startswith("| fault ")
    }
    rows |= {
        f"| {kind.name}": f"| {kind.name} | {len(tries)} | {sum(not one.is_broken for one in tries)} | {kind.promise}"
        f" | {_said(tries)} |"
        for kind, tries in by_kind(done).items()
    }
    counts = [[int(cell) for cell in row.split(" | ")[1:3]] for row in rows.values()]
    tries, held = (sum(column) for column in zip(*counts, strict=True))
    body = "\n".join(rows[f"| {kind.name}"] for kind in KINDS if f"| {kind.name}" in rows)
    return f"""# Faults

Each of these was done to real processes of Hoopcast {hoopcast.__version__} on a small simulated league of two seasons,
with a system that learns and one that does not: `make faults` does it again and writes this page (seed {seed}), and a
part of them is among the tests. After each fault the command is done again, all is brought up to date, and then

- every table, raw ones included, has the rows of a run that nothing disturbed, by count and by the sum of their hashes;
- `hoopcast verify` finds nothing: keys, ranges, expected = rows + explained failures, states that are true;
- nothing lies beside the warehouse but its copy for readers;
- an error was one line, with an exit status that says of which kind, and never a traceback.

Disks that fill, folders that may not be written and processes that do not see each other, as in two containers, are
made by `unshare`, which needs no rights.

{tries} faults were done; **{tries - held} broke a promise**.

| fault | tried | held | what must hold | what was seen, and how often |
|---|---|---|---|---|
{body}
"""


def _said(tries: list[Tried]) -> str:
    """What was said most often, each with an example of its numbers."""
    shapes = Counter(_NUMBERS.sub("N", one.said) for one in tries)
    examples = {_NUMBERS.sub("N", one.said): one.said for one in reversed(tries)}
    told = [f"{_cell(examples[shape])} ({count})" for shape, count in shapes.most_common(_MOST)]
    rest = sum(shapes.values()) - sum(count for _, count in shapes.most_common(_MOST))
    return "; ".join([*told, *([f"other such lines ({rest})"] if rest else [])])


def _cell(text: str) -> str:
    # Folders of this run say nothing to others;
    local = re.sub(r"(?<![\w.])(?:/[\w.@+-]+)+/", "", text)
    return shorten(local.replace("|", "/"), _LONGEST, placeholder=" ...")
