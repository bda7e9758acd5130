"""How far in time a node reads: the same date, dates before it, or until it. In SQL, and over arrays of dates."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hoopcast.calendar import season_name, season_start_year
from hoopcast.warehouse.engine import Value

TimeConstraint = Literal["same", "before", "until", "constant"]
TIME_CONSTRAINTS: tuple[TimeConstraint, ...] = ("same", "before", "until", "constant")
# Those of dated tables, in an order in which of two along one path the later one holds.
DATED: tuple[TimeConstraint, ...] = ("same", "until", "before")

Days = NDArray[np.datetime64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_NAMED = re.compile(r"\$(\w+)")
_CONDITIONS: dict[TimeConstraint, str] = {
    "same": "{time} BETWEEN $batch_start AND $batch_end",
    "before": "{season} BETWEEN $first_season AND $season AND {time} < $batch_end",
    "until": "{season} BETWEEN $first_season AND $season AND {time} <= $batch_end",
}


def condition(time_constraint: TimeConstraint, time: str, season: str = "season") -> str:
    """SQL: what a batch of dates of one season reads of a dated table, with the parameters of `batch_values`.

    Args:
        time_constraint: how far it reads.
        time: the table's date column.
        season: the table's season column.
    """
    return _CONDITIONS[time_constraint].format(time=time, season=season)


def batch_values(look_back: int, season: str, first: date, last: date) -> dict[str, Value]:
    """Parameters of compiled SQL for a batch of dates of a season, both included.

    Args:
        look_back: whole previous seasons that are read.
        season: season of the dates.
        first: first of the dates.
        last: last of the dates.
    """
    first_season = season_name(season_start_year(season) - look_back)
    return {"batch_start": first, "batch_end": last, "season": season, "first_season": first_season}


def named_values(sql: str, values: dict[str, Value]) -> dict[str, Value]:
    """Those of the values that SQL names: an engine refuses others."""
    named = set(_NAMED.findall(sql))
    return {name: value for name, value in values.items() if name in named}


@dataclass(frozen=True)
class Timeline:
    """Dates in order, and the year in which the season of each one starts."""

    dates: Days
    years: Ints

    @cached_property
    def season_starts(self) -> Ints:
        """For each date the place of the first date of its season."""
        return np.searchsorted(self.years, self.years, side="left")

    def reach(self, time_constraint: TimeConstraint, look_back: int) -> tuple[Ints, Ints]:
        """What each date reads: from the first of these places up to the second, which is not read any more.

        Args:
            time_constraint: how far it reads.
            look_back: whole previous seasons that it reads, none for the same date.
        """
        places = np.arange(len(self.dates))
        if time_constraint == "same":
            return places, places + 1
        first = np.searchsorted(self.years, self.years - look_back, side="left") if look_back else self.season_starts
        return first, places if time_constraint == "before" else places + 1

    def any_in_reach(self, flags: Flags, time_constraint: TimeConstraint, look_back: int) -> Flags:
        """For each date whether a flag is set on a date that it reads."""
        first, end = self.reach(time_constraint, look_back)
        so_far: Ints = np.zeros(len(flags) + 1, dtype=np.int64)
        np.cumsum(flags, out=so_far[1:])
        return so_far[end] > so_far[first]

    def xor_in_reach(self, contents: Ints, time_constraint: TimeConstraint, look_back: int) -> Ints:
        """For each date the XOR of the contents of all dates that it reads."""
        first, end = self.reach(time_constraint, look_back)
        so_far: Ints = np.zeros(len(contents) + 1, dtype=np.int64)
        so_far[1:] = np.bitwise_xor.accumulate(contents)
        return so_far[end] ^ so_far[first]

    def maximum_in_reach(self, values: Ints, time_constraint: TimeConstraint, look_back: int) -> Ints:
        """For each row of values, and each date, the largest value of a date that it reads; -1 for none."""
        if time_constraint == "same":
            return values
        first, end = self.reach(time_constraint, look_back)
        largest = np.full_like(values, -1)
        # What is read begins at the same place for all dates of a season.
        for start in np.unique(first):
            dates: Ints = np.flatnonzero(np.equal(first, start))
            running = np.full((len(values), end[dates[-1]] - start + 1), -1, dtype=values.dtype)
            np.maximum.accumulate(values[:, start : end[dates[-1]]], axis=1, out=running[:, 1:])
            largest[:, dates] = running[:, end[dates] - start]
        return largest
