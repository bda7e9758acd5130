"""Nodes that stand in no file of the package."""

from hoopcast.pipeline.node import Node, build_node
from hoopcast.warehouse.tables import parse_table


def node_from_text(text: str, phase: str, file_stem: str) -> Node:
    """A model from SQL text that is in no file of the package."""
    schema = {"analytics": "nba_analytics", "precompute": "nba_precompute", "features": "nba_predictions"}[phase]
    return build_node(parse_table(text, schema, phase, file_stem))
