"""The plan: the state of every partition, and which of them a command has to write."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hoopcast.pipeline.lineage import LookBacks, brought_along
from hoopcast.pipeline.node import Node
from hoopcast.pipeline.ranges import SeasonDate
from hoopcast.pipeline.state import (
    DONE,
    FAILED,
    NO_PARTITION,
    NOT_AVAILABLE,
    STATES,
    Codes,
    State,
    States,
    derive,
    is_open,
    read_states,
)
from hoopcast.pipeline.time_constraint import DATED, Flags
from hoopcast.warehouse.engine import Engine

Upstream = Literal["all", "along", "none"]


@dataclass(frozen=True)
class Partition:
    """One table on one date: its state, what causes it (empty when done), rows that it has and should have."""

    table: str
    season: str
    date: date
    state: State
    cause: str
    rows: int
    expected: int


@dataclass(frozen=True)
class Selection:
    """What a command asks for: tables in full names, dates, and how much of it.

    `again` are those of the tables that are written again where they are done; `only_failed` takes nothing but failed
    partitions. Of what the chosen partitions read, directly or not, and is not done, `upstream` adds `all`, or what is
    brought `along` with the tables, which are then written from what there is, or `none`.
    """

    tables: tuple[str, ...]
    dates: tuple[SeasonDate, ...]
    again: tuple[str, ...] = ()
    only_failed: bool = False
    upstream: Upstream = "all"


@dataclass(frozen=True)
class Plan:
    """The partitions of all nodes, a row a node and a column a date: state (-1 for no partition) and its cause."""

    states: States
    codes: Codes
    causes: NDArray[Any]

    def partitions(self, dates: Flags) -> tuple[Partition, ...]:
        """Those of some dates, in the order of nodes and dates."""
        entries = self.states.entries
        days, seasons = self.states.timeline.dates.tolist(), self.states.seasons
        cells = (self.codes != NO_PARTITION) & dates
        return tuple(
            Partition(self.states.nodes[place].name, seasons[day], days[day], STATES[code], cause, rows, expected)
            for (place, day), code, cause, rows, expected in zip(
                np.argwhere(cells).tolist(),
                self.codes[cells].tolist(),
                self.causes[cells].tolist(),
                entries.rows[: len(cells)][cells].tolist(),
                entries.expected[: len(cells)][cells].tolist(),
                strict=True,
            )
        )


@dataclass(frozen=True)
class Choice:
    """Partitions to write, a row a node and a column a date; those that the command names, and those to write again.

    What is done and not to be written again is looked at, for something upstream of it is written.
    """

    chosen: Flags
    named: Flags
    again: Flags

    def nodes(self) -> list[int]:
        """Places of the nodes with a partition to write."""
        places: list[int] = np.flatnonzero(self.chosen.any(axis=1)).tolist()
        return places


def make_plan(engine: Engine, nodes: tuple[Node, ...], dates: Sequence[SeasonDate]) -> Plan | None:
    """The state of each partition that those of some dates depend on; None for no date.

    Args:
        engine: the warehouse.
        nodes: every node, each after all that it reads.
        dates: as `resolve` gives them.
    """
    states = read_states(engine, nodes, [day.season for day in dates])
    return None if states is None else Plan(states, *derive(engine, states))


def plan(engine: Engine, nodes: tuple[Node, ...], dates: Sequence[SeasonDate]) -> tuple[Partition, ...]:
    """State of each partition of these dates, in the order of nodes and dates.

    Args:
        engine: the warehouse.
        nodes: every node, each after all that it reads.
        dates: as `resolve` gives them.
    """
    made = make_plan(engine, nodes, dates)
    return () if made is None else made.partitions(made.states.wanted(day.date for day in dates))


def choose(made: Plan, selection: Selection) -> Choice:
    """Partitions to write: those asked for, and what they read that is open or may be, directly or not.

    What a partition that is asked for reads is open on its own date, or on any date up to the last one asked for. What
    is done is looked at again where something that it reads may be written.
    """
    states, codes = made.states, made.codes
    asked = (codes != NO_PARTITION) & (codes != NOT_AVAILABLE) & states.wanted(day.date for day in selection.dates)
    asked &= _is_named(states, selection.tables)[:, None]
    again = asked & _is_named(states, selection.again)[:, None]
    targets = asked & (states.own == FAILED) if selection.only_failed else asked & (is_open(codes) | again)
    candidates = is_open(codes)
    if selection.only_failed or not candidates.any():
        return Choice(targets, targets, again)
    candidates |= (codes == DONE) & _is_touched(states, candidates)
    upstream = candidates & _reads(states, asked, _followed(states, selection))
    is_written: Flags = np.any(targets | upstream, axis=1)
    is_reader: Flags = np.any((states.look_backs >= 0) & is_written, axis=(1, 2))
    named = targets | (asked & (codes == DONE) & is_reader[:, None])
    return Choice(named | upstream, named, again)


def _is_named(states: States, names: Sequence[str]) -> Flags:
    flags = np.zeros(len(states.nodes), dtype=bool)
    flags[[states.places[name] for name in names]] = True
    return flags


def _followed(states: States, selection: Selection) -> LookBacks:
    """How far nodes read those upstream that are chosen with them."""
    if selection.upstream == "none":
        return np.full_like(states.look_backs, -1)
    return states.look_backs if selection.upstream == "all" else brought_along(states.nodes, selection.tables)


def _is_touched(states: States, opens: Flags) -> Flags:
    """Dates of each node for which something that it reads may be written, be it open or a reader of what is."""
    years, look_backs = states.timeline.years, states.look_backs
    touched = np.zeros_like(opens)
    for year in np.unique(years[opens.any(axis=0)]).tolist():
        of_season = years == year
        has_open = (opens & of_season).any(axis=1)
        first = np.where(has_open, (opens & of_season).argmax(axis=1), len(years))
        farthest = look_backs[:, :, has_open].max(axis=(1, 2))
        is_read = (look_backs >= 0).any(axis=1)
        first_read = np.where(is_read, first, len(years)).min(axis=1)
        touched |= of_season & (np.arange(len(years)) >= first_read[:, None])
        touched |= (years > year) & (years <= (year + farthest)[:, None])
    return touched


def _reads(states: States, asked: Flags, followed: LookBacks) -> Flags:
    """Dates of each node that partitions asked for read: their own, or all up to the last one asked for."""
    read = np.zeros_like(asked)
    years = states.timeline.years
    for place in np.flatnonzero(asked.any(axis=1)).tolist():
        read[followed[place, 0] >= 0] |= asked[place]
        for year in np.unique(years[asked[place]]).tolist():
            last = int(np.flatnonzero(asked[place] & (years == year))[-1])
            for constraint, end in ((DATED.index("before"), last), (DATED.index("until"), last + 1)):
                look_backs = followed[place, constraint]
                for look_back in np.unique(look_backs[look_backs >= 0]).tolist():
                    read[look_backs == look_back, np.searchsorted(years, year - look_back) : end] = True
    return read


def counts(made: Plan, selection: Selection, state: State) -> dict[str, int]:
    """How many of the chosen tables' partitions of the chosen dates are in a state."""
    in_state = (made.codes == STATES.index(state)) & made.states.wanted(day.date for day in selection.dates)
    return {name: int(in_state[made.states.places[name]].sum()) for name in selection.tables}


@dataclass(frozen=True)
class PlannedBatch:
    """Dates of one season that a run would write to a table, with the cause of most of them."""

    table: str
    season: str
    dates: tuple[date, ...]
    cause: str


def planned_batches(made: Plan, choice: Choice) -> tuple[PlannedBatch, ...]:
    """Chosen partitions in the batches in which they would be written, but for what is only looked at."""
    return tuple(_planned(made, choice.chosen & ((made.codes != DONE) | choice.again)))


def _planned(made: Plan, chosen: Flags) -> Iterator[PlannedBatch]:
    states, days = made.states, made.states.timeline.dates.tolist()
    for (place, season), cells in groupby(
        np.argwhere(chosen).tolist(), key=lambda cell: (cell[0], states.seasons[cell[1]])
    ):
        places = [day for _, day in cells]
        causes = [cause or "done, to be written again" for cause in made.causes[place, places].tolist()]
        yield PlannedBatch(
            states.nodes[place].name, season, tuple(days[day] for day in places), max(causes, key=causes.count)
        )
