"""Which forecasts a user means: those of a system, of one of its levels, or the best that there are of each row."""

from collections.abc import Sequence
from dataclasses import dataclass

from hoopcast.errors import UsageError
from hoopcast.forecast.spelling import spelled
from hoopcast.forecast.system import LEVELS
from hoopcast.pipeline.model import Model
from hoopcast.pipeline.nodes import all_nodes, left_out, nodes_of

BEST = "ensemble"
# It says of a line what the line says, so anything else comes first.
BENCHMARK = "market"
PREDICTIONS = "nba_predictions.player_prop_predictions"


@dataclass(frozen=True)
class Named:
    """A system at a level: `linear_news` is `linear` at `news`."""

    system_id: str

    @property
    def name(self) -> str:
        """The system's name."""
        return self.system_id.rpartition("_")[0]

    @property
    def level(self) -> str:
        """The information level."""
        return self.system_id.rpartition("_")[2]


def every_system() -> tuple[Named, ...]:
    """All systems that run, best first: ensembles, then by level from the highest on; the benchmark comes last."""
    return _systems_of(all_nodes())


def _systems_of(nodes: Sequence[Model]) -> tuple[Named, ...]:
    found = [Named(node.system_id) for node in nodes if node.table.name == PREDICTIONS]
    found.reverse()
    return tuple(sorted(found, key=lambda one: (one.name != BEST, one.name == BENCHMARK, -LEVELS.index(one.level))))


def named_systems(text: str) -> tuple[Named, ...]:
    """Systems that a text names: a system_id, a system, which is all of its levels, or what it was once called.

    Args:
        text: such as linear_news, linear or xgboost_v1.

    Returns:
        What it names, the highest level first.

    Raises:
        UsageError: if it names none; it lists the choices, or says that the settings leave it out.
    """
    wanted = spelled(text)
    every = every_system()
    found = tuple(one for one in every if wanted in (one.name, one.system_id))
    if found:
        return found
    if any(wanted in (one.name, one.system_id) for one in _systems_of(nodes_of(None))):
        raise left_out(text)
    levels: dict[str, list[str]] = {}
    for one in reversed(every):
        levels.setdefault(one.name, []).append(one.level)
    choices = ", ".join(f"{name} ({', '.join(known)})" for name, known in levels.items())
    raise UsageError(f"no system '{text}'; choose a system, or one at a level as in linear_news: {choices}")


def in_words(chosen: Sequence[Named]) -> str:
    """Whose forecasts these are, of systems in the order in which they are asked."""
    if len(chosen) == 1:
        return chosen[0].system_id
    if {one.name for one in chosen} == {chosen[0].name}:
        return f"{chosen[0].name} at each information level"
    if chosen[0].name == BEST:
        return f"{BEST} at the highest information level that has the player"
    return "the system that knows most of the player"
