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
class Reasons:
    """Why forecasts are what they are, one a row: a form, and what fills it in when somebody reads it.

    Args:
        form: (n,) texts for `str.format` with the baseline as {0}, causes as {1}, {3}, {5} and their amounts as {2},
            {4}, {6}, such as `baseline {0:.1f}; {1} {2:+.1f}`; None for no reasons.
        baseline: (n,) where a forecast starts, points.
        causes: (n, 3) what moved it most, or what it is made from; empty for none.
        amounts: (n, 3) points of each.
    """

    form: TextArray
    baseline: FloatArray
    causes: TextArray
    amounts: FloatArray

    def rows(self, which: BoolArray | IntArray | slice) -> "Reasons":
        """Some of the rows, by mask, by places, or neighbours."""
        return Reasons(self.form[which], self.baseline[which], self.causes[which], self.amounts[which])


CAUSES = 3


def no_reasons(rows: int) -> Reasons:
    """Reasons of forecasts that nobody asks about."""
    return Reasons(
        np.full(rows, None, dtype=object),
        np.zeros(rows),
        np.full((rows, CAUSES), "", dtype=object),
        np.zeros((rows, CAUSES)),
    )


@dataclass(frozen=True)
class Distributions:
    """Negative binomial distributions of points, one a row, before recalibration.

    `mean` is in points and at least .05, `variance` in points squared and at least 1.02 times the mean; both are NaN
    for a row without a distribution. `reasons` are the three largest contributions, or the comparable games.
    """

    mean: FloatArray
    variance: FloatArray
    reasons: Reasons

    def __len__(self) -> int:
        return len(self.mean)

    def rows(self, which: BoolArray | IntArray | slice) -> "Distributions":
        """Some of the rows, by mask, by places, or neighbours."""
        return Distributions(self.mean[which], self.variance[which], self.reasons.rows(which))


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
            {name: distributions.rows(which) for name, distributions in self.members.items()},
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
