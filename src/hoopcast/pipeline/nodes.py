"""Every node of the graph of tables: models that are SQL, and what Python learns and forecasts."""

from functools import cache

from hoopcast import settings
from hoopcast.errors import UsageError
from hoopcast.pipeline.model import Model, all_models, in_order, select_models

STORE = "nba_predictions.ml_feature_store"


def all_nodes() -> tuple[Model, ...]:
    """Every node of the systems that the settings choose, each after all that it reads.

    Raises:
        UsageError: if the settings choose a system that there is not.
        ModelError: if nodes read each other in a circle.
    """
    return nodes_of(settings.load({}).systems)


@cache
def nodes_of(systems: tuple[str, ...] | None) -> tuple[Model, ...]:
    """Every node of some systems, all of them when None, each after all that it reads.

    Raises:
        UsageError: if there is no such system.
        ModelError: if nodes read each other in a circle.
    """
    from hoopcast.forecast.nodes import forecast_nodes, presence_nodes  # noqa: PLC0415 - systems bring numerical libraries

    store = next(model for model in all_models() if model.name == STORE)
    return in_order((*all_models(), *presence_nodes(), *forecast_nodes(store.version, systems)))


def select_nodes(names: tuple[str, ...]) -> tuple[Model, ...]:
    """Nodes by table, short name, system or phase, in their order; all of them for no name.

    Raises:
        UsageError: if a name is none of these.
    """
    return select_models(names, all_nodes())


def one_node(name: str) -> Model:
    """The node of a table, short name, or table and system.

    Raises:
        UsageError: if there is none, or the name is of several.
    """
    found = select_nodes((name,))
    if len(found) > 1:
        spelled = [f"{node.table.short}/{node.system_id}" if node.system_id else node.table.short for node in found]
        raise UsageError(f"'{name}' is several tables; name one of {', '.join(spelled)}")
    return found[0]
