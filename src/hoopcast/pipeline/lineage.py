"""Which tables a node reads, directly and by way of others, and how far."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from hoopcast.pipeline.node import Edge, Node
from hoopcast.pipeline.time_constraint import DATED

# Of each node, time constraint (as `DATED` has them) and upstream node: how many whole previous seasons are read, -1
# for what is not read.
LookBacks = NDArray[np.int16]


def sources(node: Node, nodes: Sequence[Node]) -> tuple[str, ...]:
    """Nodes without whose rows of a date a node has nothing to be written from.

    Those that tell which rows it should have, helpers aside, and those that its header says it is made from.
    """
    tells = {other.name for other in nodes if not other.is_helper} - {node.name}
    named = [item.name for item in node.spine.inputs if item.time_constraint == "same" and item.name in tells]
    known = {other.name for other in nodes}
    return tuple(dict.fromkeys((*named, *(name for name in node.made_from if name in known))))


def look_backs(nodes: Sequence[Node], among: Collection[str] | None = None) -> LookBacks:
    """How far each node reads each other node, directly or by way of others.

    Args:
        nodes: in an order in which each stands after all that it reads.
        among: nodes that are followed upstream; all of them when None.
    """
    places = {node.name: place for place, node in enumerate(nodes)}
    reads: LookBacks = np.full((len(nodes), len(DATED), len(nodes)), -1, dtype=np.int16)
    for place, node in enumerate(nodes):
        for edge in node.edges:
            upstream = places.get(edge.upstream, len(nodes))
            if upstream >= place or (among is not None and edge.upstream not in among):
                continue
            constraint = DATED.index(edge.time_constraint)
            reads[place, constraint, upstream] = max(reads[place, constraint, upstream], edge.look_back)
            # What lies before the same date lies before, and so on: the stricter of the two holds along the path.
            beyond = reads[upstream]
            further = np.where(beyond < 0, -1, beyond + edge.look_back)
            further[constraint] = further[: constraint + 1].max(axis=0)
            further[:constraint] = -1
            np.maximum(reads[place], further, out=reads[place])
    return reads


def brought_along(nodes: tuple[Node, ...], tables: Collection[str]) -> LookBacks:
    """For each named table what is written with it: helper tables, and what stands before it in its own phase.

    Args:
        nodes: in an order in which each stands after all that it reads.
        tables: names of nodes.
    """
    reads: LookBacks = np.full((len(nodes), len(DATED), len(nodes)), -1, dtype=np.int16)
    for phase in {node.table.phase for node in nodes if node.name in tables}:
        along = {node.name for node in nodes if node.is_helper or node.table.phase == phase}
        of_phase = [node.name in tables and node.table.phase == phase for node in nodes]
        reads[of_phase] = look_backs(nodes, along)[of_phase]
    return reads


def closure(nodes: Sequence[Node]) -> tuple[Edge, ...]:
    """For each node every other node that can change it, how far and at most how many seasons back, in order.

    Args:
        nodes: in an order in which each stands after all that it reads.
    """
    reads = look_backs(nodes)
    return tuple(
        Edge(nodes[place].name, nodes[upstream].name, DATED[constraint], int(reads[place, constraint, upstream]))
        for place, constraint, upstream in np.argwhere(reads >= 0).tolist()
    )


def with_upstream(nodes: Sequence[Node], names: Collection[str]) -> tuple[Node, ...]:
    """The named nodes and all that they read, directly or not.

    Args:
        nodes: in an order in which each stands after all that it reads.
        names: names of some of them.
    """
    named = np.array([node.name in names for node in nodes], dtype=bool)
    read = (look_backs(nodes)[named] >= 0).any(axis=(0, 1))
    return tuple(node for node, is_needed in zip(nodes, named | read, strict=True) if is_needed)


def is_post_game(node: Node) -> bool:
    """Whether a row of the table says what happened in a game, so that it is due once the game is final."""
    return any(column.availability == "post-game" for column in node.table.columns)
