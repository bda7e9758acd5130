"""What a forecast system is: columns that it reads, what it learns from the past, and distributions that it gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from hoopcast.forecast.frame import Distributions, Document, Frame, Outcome

Level: TypeAlias = Literal["history", "news", "market", "line"]
LEVELS: tuple[Level, ...] = ("history", "news", "market", "line")
# Learns from so many of the first rows of a frame what `train` would learn from them alone, and shares what it can.
Learner: TypeAlias = Callable[[int], Document]


def _no_members(_level: Level) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True)
class Summary:
    """What a document says of itself to whoever reads its model card.

    Args:
        measure: what importance is here, with its unit.
        importance: of features, causes or members, by name; 0 for one that moves nothing.
        scores: on what was learned from, by what they are; kinder than what is to come, unless they say otherwise.
    """

    measure: str
    importance: Mapping[str, float] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class System:
    """One way of forecasting, at one or several information levels.

    Args:
        name: such as `linear`; with a level it is the `system_id`, such as `linear_news`.
        title: what it believes, in a line.
        levels: levels at which it runs.
        columns: features that it reads at a level; none lies above the level.
        train: learns from a frame of appearances and what happened in them; None for a system that learns nothing.
            The same frame always gives the same document.
        learner: what learns from the first rows of the frame, for any number of them, exactly as `train` does from
            those rows alone; where it is None, each refit begins anew.
        forecast: distributions for a frame, from what was learned; the document is None where `train` is.
        members: system_ids whose distributions it reads at a level.
        summary: what its document says of itself on the model card; None for nothing.
        limits: what it can not see or do, a sentence each, for the model card.
    """

    name: str
    title: str
    levels: tuple[Level, ...]
    columns: Callable[[Level], tuple[str, ...]]
    train: Callable[[Frame, Outcome, Level], Document] | None
    forecast: Callable[[Frame, Document | None, Level], Distributions]
    members: Callable[[Level], tuple[str, ...]] = _no_members
    learner: Callable[[Frame, Outcome, Level], Learner] | None = None
    summary: Callable[[Document], Summary] | None = None
    limits: tuple[str, ...] = ()

    def system_id(self, level: Level) -> str:
        """Its name with the level."""
        return f"{self.name}_{level}"
