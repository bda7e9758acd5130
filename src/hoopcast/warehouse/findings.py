"""A place in a tree of SQL that breaks a rule, and the line of the text where it stands."""

from typing import NamedTuple

from sqlglot import exp


class Finding(NamedTuple):
    """A node that breaks a rule, the rule's name, and what to write instead."""

    node: exp.Expr
    rule: str
    message: str


def line_of(node: exp.Expr) -> int:
    """Line of the text, from 1, at which a node stands: its own, else of the first thing in it, else of its parent."""
    place: exp.Expr | None = node
    while place is not None:
        lines = [int(part.meta["line"]) for part in place.walk() if "line" in part.meta]
        if lines:
            return min(lines)
        place = place.parent
    return 1
