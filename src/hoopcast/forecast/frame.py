"""Rows of the feature store as columns of numbers: what systems learn from and forecast for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
TextArray: TypeAlias = NDArray[np.object_]
DateArray: TypeAlias = NDArray[np.datetime64]
BoolArray: TypeAlias = NDArray[np.bool_]
IntArray: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class Distributions:
    """Negative binomial distributions of points, one a row, before recalibration.

    `mean` is in points and at least .05, `variance` in points squared and at least 1.02 times the mean; both are NaN
    for a row without a distribution. `reasons` are the three largest contributions in words, or the comparable games.
    """

    mean: FloatArray
    variance: FloatArray
    reasons: TextArray

    def __len__(self) -> int:
        return len(self.mean)


@dataclass(frozen=True, eq=False)
class Frame:
    """Rows of the feature store, in the order of game_date, game_id, player_id; a frame equals itself alone.

    Args:
        game_id: (n,) NBA.com game ids.
        player_id: (n,) NBA.com player ids.
        game_date: (n,) dates, datetime64[D].
        columns: (n,) each, by name of the feature; NaN for NULL, 0 and 1 for booleans.
        members: distributions of other systems for the same rows, by system_id.
    """

    game_id: TextArray
    player_id: IntArray
    game_date: DateArray
    columns: Mapping[str, FloatArray]
    members: Mapping[str, Distributions] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.player_id)

    def matrix(self, names: Sequence[str]) -> FloatArray:
        """The named columns side by side, (n, k)."""
        return np.column_stack([self.columns[name] for name in names]) if names else np.empty((len(self), 0))

    def rows(self, which: BoolArray | IntArray | slice) -> "Frame":
        """Some of the rows, by mask, by places, or neighbours."""
        return Frame(
            self.game_id[which],
            self.player_id[which],
            self.game_date[which],
            {name: values[which] for name, values in self.columns.items()},
            {
                name: Distributions(
                    distributions.mean[which], distributions.variance[which], distributions.reasons[which]
                )
                for name, distributions in self.members.items()
            },
        )


@dataclass(frozen=True)
class Outcome:
    """What then happened in the rows of a frame of appearances: (n,) points and minutes."""

    points: FloatArray
    minutes: FloatArray

    def rows(self, which: BoolArray | IntArray | slice) -> "Outcome":
        """Some of the rows, by mask, by places, or neighbours."""
        return Outcome(self.points[which], self.minutes[which])


# What a system learned, as JSON: numbers, texts and lists.
Document: TypeAlias = dict[str, Any]
