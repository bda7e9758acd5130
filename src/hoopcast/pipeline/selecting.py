"""Which models a user means by a name: those of a table, of a phase, or of a system."""

from collections.abc import Sequence

from hoopcast.errors import UsageError
from hoopcast.pipeline.model import Model, all_models, node_name

PHASES = {"phase3": "analytics", "phase4": "precompute", "phase5": "features"}


def select_models(
    names: tuple[str, ...], models: tuple[Model, ...] | None = None, *, tables_first: bool = False
) -> tuple[Model, ...]:
    """Models by table, short name, phase (phase3, analytics, …) or system, in their order; all of them for no name.

    Args:
        names: what a user wrote.
        models: all there are, in their order; those that are SQL when None.
        tables_first: whether a name that is a phase and a table, such as `predictions`, is the table, not the phase.

    Raises:
        UsageError: if a name is none of these.
    """
    every = all_models() if models is None else models
    if not names or "all" in names:
        return every
    wanted: set[str] = set()
    for name in names:
        found = (tables_first and called(name, every)) or _of_phase(name, every) or called(name, every)
        if not found:
            raise _unknown(name, every)
        wanted |= {model.name for model in found}
    return tuple(model for model in every if model.name in wanted)


def called(name: str, models: Sequence[Model]) -> tuple[Model, ...]:
    """Models of a table by full name, name or short name, with or without a system; else those of a system."""
    lower = name.lower()
    of_table = tuple(model for model in models if lower in _spellings(model))
    return of_table or tuple(model for model in models if model.system_id and lower in _systems(model))


def _unknown(name: str, models: Sequence[Model]) -> UsageError:
    """The error that a name is of no table, phase or system; it lists them."""
    tables = list(dict.fromkeys(model.table.short for model in models))
    systems = sorted({_systems(model)[1] for model in models} - {"", *tables})
    phases = ", ".join((*PHASES, *dict.fromkeys(model.table.phase for model in models)))
    or_systems = f", or a system: {', '.join(systems)}" if systems else ""
    return UsageError(f"no table '{name}'; choose from {', '.join(tables)}, a phase: {phases}{or_systems}")


def _of_phase(name: str, models: Sequence[Model]) -> tuple[Model, ...]:
    phase = PHASES.get(name.lower(), name.lower())
    return tuple(model for model in models if model.table.phase == phase)


def _spellings(model: Model) -> set[str]:
    names = (model.table.name, model.table.name.split(".")[1], model.table.short)
    return {*names, *(node_name(name, system) for name in names for system in _systems(model) if system)}


def _systems(model: Model) -> tuple[str, str]:
    """Its system at the level, and the system: `linear_news` and `linear`; empty without one."""
    return model.system_id, model.system_id.rpartition("_")[0]
