"""Which tables a node reads, directly and by way of others, and how far."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from hoopcast.pipeline.node import Node, TimeConstraint, combined_constraint


@dataclass(frozen=True)
class Edge:
    """One table that another reads: how far, and over how many whole previous seasons (0 for the same date)."""

    table: str
    upstream: str
    time_constraint: TimeConstraint
    look_back: int


def edges(node: Node) -> tuple[Edge, ...]:
    """The dated tables that a node or its expected rows read, its own aside: a spine may name that.

    Of one table each date counts once: `until` holds what `before` and `same` hold.
    """
    constraints: dict[str, list[TimeConstraint]] = {}
    for item in (*node.inputs, *node.spine.inputs):
        if item.time_constraint != "constant" and item.name != node.name:
            constraints.setdefault(item.name, []).append(item.time_constraint)
    return tuple(
        Edge(node.name, name, time_constraint, 0 if time_constraint == "same" else node.look_back)
        for name, found in constraints.items()
        for time_constraint in _once(found)
    )


def _once(constraints: list[TimeConstraint]) -> tuple[TimeConstraint, ...]:
    return ("until",) if "until" in constraints else tuple(dict.fromkeys(constraints))


def sources(node: Node, nodes: Sequence[Node]) -> tuple[str, ...]:
    """Nodes without whose rows of a date a node has nothing to be written from.

    Those that tell which rows it should have, helpers aside, and those that its header says it is made from.
    """
    tells = {one.name for one in nodes if not one.is_helper} - {node.name}
    named = [item.name for item in node.spine.inputs if item.time_constraint == "same" and item.name in tells]
    known = {one.name for one in nodes}
    return tuple(dict.fromkeys((*named, *(name for name in node.made_from if name in known))))


def brought_along(nodes: tuple[Node, ...], tables: Collection[str]) -> tuple[Edge, ...]:
    """For each named table what is written with it: helper tables, and what stands before it in its own phase.

    Args:
        nodes: in an order in which each stands after all that it reads.
        tables: names of nodes.
    """
    found: list[Edge] = []
    for phase in {node.table.phase for node in nodes if node.name in tables}:
        along = {node.name for node in nodes if node.is_helper or node.table.phase == phase}
        of_phase = {node.name for node in nodes if node.table.phase == phase and node.name in tables}
        found += [edge for edge in closure(nodes, along) if edge.table in of_phase]
    return tuple(found)


def closure(nodes: tuple[Node, ...], among: Collection[str] | None = None) -> tuple[Edge, ...]:
    """For each node every other node that can change it, in the nodes' order.

    Args:
        nodes: in an order in which each stands after all that it reads.
        among: nodes that are followed upstream; all of them when None.
    """
    # Plain tuples within: there are tens of thousands, and each is hashed.
    upstream: dict[str, dict[tuple[str, TimeConstraint, int], None]] = {}
    for node in nodes:
        found: dict[tuple[str, TimeConstraint, int], None] = {}
        for edge in edges(node):
            if edge.upstream not in upstream or (among is not None and edge.upstream not in among):
                continue
            found[edge.upstream, edge.time_constraint, edge.look_back] = None
            for name, time_constraint, look_back in upstream[edge.upstream]:
                found[name, combined_constraint(edge.time_constraint, time_constraint), edge.look_back + look_back] = (
                    None
                )
        upstream[node.name] = found
    return tuple(Edge(table, *read) for table, found in upstream.items() for read in found)


def is_post_game(node: Node) -> bool:
    """Whether a row of the table says what happened in a game, so that it is due once the game is final."""
    return any(column.availability == "post-game" for column in node.table.columns)
