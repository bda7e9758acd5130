"""Which nodes a user means by a name: those of a table, of a phase, or of a system."""

from collections.abc import Sequence

from hoopcast.errors import UsageError
from hoopcast.pipeline.node import Node, node_name, sql_nodes

PHASES = {"phase3": "analytics", "phase4": "precompute", "phase5": "features"}


def select_nodes(
    names: tuple[str, ...], nodes: tuple[Node, ...] | None = None, *, tables_first: bool = False
) -> tuple[Node, ...]:
    """Nodes by table, short name, phase (phase3, analytics, …) or system, in their order; all of them for no name.

    Args:
        names: what a user wrote.
        nodes: all there are, in their order; those that are SQL when None.
        tables_first: whether a name that is a phase and a table, such as `predictions`, is the table, not the phase.

    Raises:
        UsageError: if a name is none of these.
    """
    every = sql_nodes() if nodes is None else nodes
    if not names or "all" in names:
        return every
    wanted: set[str] = set()
    for name in names:
        found = (tables_first and called(name, every)) or _of_phase(name, every) or called(name, every)
        if not found:
            raise _unknown(name, every)
        wanted |= {node.name for node in found}
    return tuple(node for node in every if node.name in wanted)


def called(name: str, nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Nodes of a table by full name, name or short name, with or without a system; else those of a system."""
    lower = name.lower()
    of_table = tuple(node for node in nodes if lower in _spellings(node))
    return of_table or tuple(node for node in nodes if node.system_id and lower in _systems(node))


def _unknown(name: str, nodes: Sequence[Node]) -> UsageError:
    """The error that a name is of no table, phase or system; it lists them."""
    tables = list(dict.fromkeys(node.table.short for node in nodes))
    systems = sorted({_systems(node)[1] for node in nodes} - {"", *tables})
    phases = ", ".join((*PHASES, *dict.fromkeys(node.table.phase for node in nodes)))
    or_systems = f", or a system: {', '.join(systems)}" if systems else ""
    return UsageError(f"no table '{name}'; choose from {', '.join(tables)}, a phase: {phases}{or_systems}")


def _of_phase(name: str, nodes: Sequence[Node]) -> tuple[Node, ...]:
    phase = PHASES.get(name.lower(), name.lower())
    return tuple(node for node in nodes if node.table.phase == phase)


def _spellings(node: Node) -> set[str]:
    names = (node.table.name, node.table.name.split(".")[1], node.table.short)
    return {*names, *(node_name(name, system) for name in names for system in _systems(node) if system)}


def _systems(node: Node) -> tuple[str, str]:
    """Its system at the level, and the system: `linear_news` and `linear`; empty without one."""
    return node.system_id, node.system_id.rpartition("_")[0]
