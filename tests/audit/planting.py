"""Leaks to plant: a model of other text or a node of other code, and what the audit finds in rows written so."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from itertools import takewhile

from hoopcast import Hoopcast
from hoopcast.audit.checks import AuditCheck
from hoopcast.audit.rebuild import copies, rebuild_checks, rewrite, window_of
from hoopcast.graph import nodes_of
from hoopcast.pipeline.lineage import closure
from hoopcast.pipeline.node import Node, Producer, in_order
from hoopcast.pipeline.ranges import Range, SeasonDate, resolve
from tests.nodes import node_from_text
from tests.properties.warehouses import League, copy_of

SYSTEMS = ("moving_average", "linear")
# On the first game date of a month systems learn anew.
REFIT_DATE = date(2021, 11, 1)


def with_text(short: str, *changes: tuple[str, str], systems: tuple[str, ...] = SYSTEMS[:1]) -> tuple[Node, ...]:
    """All nodes, one model with pieces of its text replaced, each of which occurs once."""
    nodes = nodes_of(systems)
    model = next(node for node in nodes if node.table.short == short)
    text = model.table.text
    for old, new in changes:
        assert text.count(old) == 1, f"{old} stands {text.count(old)} times in {model.name}"
        text = text.replace(old, new)
    leak = node_from_text(text, model.table.phase, model.name.split(".")[1])
    return in_order(tuple(leak if node.name == leak.name else node for node in nodes))


def with_code(name: str, wrap: Callable[[Producer], Producer], nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Nodes, one of them with its producer wrapped."""
    return tuple(
        replace(node, producer=wrap(node.producer)) if node.name == name and node.producer else node for node in nodes
    )


def days_of(warehouse: Hoopcast) -> tuple[SeasonDate, ...]:
    """Every date with games."""
    return resolve(warehouse.engine, Range(stage="all"))


def looked(
    league: League, nodes: tuple[Node, ...], day: date = REFIT_DATE, *, levels: bool = False
) -> Iterator[AuditCheck]:
    """Write every date with the nodes that leak and with all that read of them, and look at a date by rebuilding.

    What no leak reaches stands as the league was written.
    """
    with copy_of(league.complete) as warehouse:
        days = days_of(warehouse)
        assert rewrite(warehouse.engine, nodes, reached_by_leaks(nodes), days) == []
        window = window_of(next(one for one in days if one.date == day), days)
        with copies(warehouse.engine) as made:
            checks = rebuild_checks(made, nodes, window, seed=1)
            yield from checks if levels else takewhile(lambda check: check.part == "rebuild", checks)


def reached_by_leaks(nodes: tuple[Node, ...]) -> tuple[str, ...]:
    """Nodes that are not those of the league, and all that they can change, but for grades."""
    written = (*nodes_of(SYSTEMS), *nodes_of(SYSTEMS[:1]))
    reached = {node.name for node in nodes if node not in written}
    reached |= {edge.table for edge in closure(nodes) if edge.upstream in reached}
    return tuple(node.name for node in nodes if node.name in reached and node.table.phase != "grading")


def found(checks: Iterator[AuditCheck]) -> dict[str, str]:
    """What was found, by table or node."""
    return {check.subject: check.detail for check in checks if check.findings}
