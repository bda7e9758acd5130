"""Every node of the graph of tables: models that are SQL, and what Python learns and forecasts."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from hoopcast import settings
from hoopcast.errors import UsageError
from hoopcast.forecast.spelling import spelled
from hoopcast.pipeline.model import Input, Model, all_models, in_order, performance_models
from hoopcast.pipeline.selecting import called, select_models

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
    of_systems = (*presence_nodes(), *forecast_nodes(store.version, systems))
    return in_order((*all_models(), *of_systems, *(_reading_all(model, of_systems) for model in performance_models())))


def _reading_all(model: Model, of_systems: tuple[Model, ...]) -> Model:
    """The model with what it reads of a table that systems write as what it reads of each of them."""

    def expanded(inputs: tuple[Input, ...]) -> Iterator[Input]:
        for item in inputs:
            owners = [node.system_id for node in of_systems if node.table == item.table]
            yield from (replace(item, system_id=owner) for owner in owners) if owners else (item,)

    spine = replace(model.spine, inputs=tuple(expanded(model.spine.inputs)))
    return replace(model, inputs=tuple(expanded(model.inputs)), spine=spine)


def select_nodes(names: tuple[str, ...], *, tables_first: bool = False) -> tuple[Model, ...]:
    """Nodes by table, short name, phase or system, in their order; all of them for no name.

    Args:
        names: what a user wrote.
        tables_first: whether a name that is a phase and a table, such as `predictions`, is the table, not the phase.

    Raises:
        UsageError: if a name is none of these, or the settings leave its system out.
    """
    wanted = tuple(_spelled(name) for name in names)
    try:
        return select_models(wanted, all_nodes(), tables_first=tables_first)
    except UsageError:
        for given, name in zip(names, wanted, strict=True):
            if not called(name, all_nodes()) and called(name, nodes_of(None)):
                raise left_out(given) from None
        raise


def one_node(name: str) -> Model:
    """The node of a table, short name, or table and system; a name that is a phase as well is the table.

    Raises:
        UsageError: if there is none, the settings leave its system out, or the name is of several.
    """
    found = called(_spelled(name), all_nodes()) or select_nodes((name,))
    if len(found) > 1:
        choices = [f"{node.table.short}/{node.system_id}" if node.system_id else node.table.short for node in found]
        raise UsageError(f"'{name}' is several tables; name one of {', '.join(choices)}")
    return found[0]


def left_out(name: str) -> UsageError:
    """The error that there is such a system, but that the settings do not choose it."""
    return UsageError(f"'{name}' is left out by {settings.systems_chosen_by()}; add its system there")


def _spelled(name: str) -> str:
    """A name with its system as it is called today: `laws/XGBoost_v1` is `laws/gradient_boosting`."""
    table, stroke, system = name.rpartition("/")
    return f"{table}{stroke}{spelled(system)}"
