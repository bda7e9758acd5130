"""The state of each partition, derived in one place: from the ledger's newest entries, the schedule, and upstream.

What is derived stands in arrays, a row a node (or raw table) and a column a date, so that a plan of all seasons and a
run that has just written a table ask the same rules.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hoopcast.calendar import season_name, season_start_year, season_years
from hoopcast.pipeline.ledger import LEDGER, Entry
from hoopcast.pipeline.lineage import LookBacks, is_post_game, look_backs, sources
from hoopcast.pipeline.node import Node
from hoopcast.pipeline.time_constraint import DATED, Days, Flags, Ints, TimeConstraint, Timeline
from hoopcast.warehouse.engine import ColumnsOf, Engine

State = Literal["done", "missing", "stale", "failed", "blocked", "not_available"]
STATES: tuple[State, ...] = ("done", "missing", "stale", "failed", "blocked", "not_available")
# What arrays hold for a state; between the first and the last are those of open partitions.
DONE, MISSING, STALE, FAILED, BLOCKED, NOT_AVAILABLE = range(len(STATES))
NO_PARTITION = -1
Codes = NDArray[np.int8]

STAGES_WITH_FORECASTS = ("regular", "playin", "playoffs")
# Columns whose hash is a partition's content, to readers of the same date and to readers of the past. The two differ,
# so that what a table reads both ways does not cancel out.
SAME_CONTENT = ("table_name", "partition_date", "output_fingerprint")
PAST_CONTENT = ("output_fingerprint", "partition_date", "table_name")
# Content of a partition to readers of the same date, and to readers of the past.
Readings = tuple[int, int]
# Later than any entry of the ledger.
_ALWAYS = 2**62

_NEWEST = f"""
WITH node AS (
    SELECT UNNEST($names) AS name, UNNEST($tables) AS table_name, UNNEST($systems) AS system_id,
        UNNEST($versions) AS version, UNNEST($places) AS place
),
newest AS (
    SELECT MAX(entry) AS entry, MAX(CASE WHEN status = 'done' THEN 1 ELSE 0 END) AS was_done
    FROM {LEDGER}
    WHERE season BETWEEN $first_season AND $last_season
    GROUP BY table_name, system_id, partition_date
),
content AS (
    SELECT
        n.place, n.name AS table_name, l.partition_date, l.entry, l.status = 'done' AS is_done, e.was_done,
        l.version = n.version AS same_code, l.input_fingerprint, l.output_fingerprint, l.rows, l.expected
    FROM newest AS e
    INNER JOIN {LEDGER} AS l ON l.entry = e.entry
    INNER JOIN node AS n ON n.table_name = l.table_name AND n.system_id = l.system_id
)
SELECT * EXCLUDE (table_name), {{same_content}} AS same_content, {{past_content}} AS past_content FROM content
"""
_GAME_DAYS = """
SELECT
    game_date, COUNT(*) AS games, SUM(CASE WHEN game_status = 3 THEN 1 ELSE 0 END) AS final_games,
    MAX(season_stage) AS stage
FROM nba_raw.nbac_schedule
WHERE team_known AND season_stage IN (SELECT UNNEST($stages))
GROUP BY game_date ORDER BY game_date
"""


@dataclass(frozen=True)
class Entries:
    """What the ledger last says of each table on each date, 0 and False where it says nothing.

    `entry` is the entry's number, `same_code` whether the node's code of today wrote it. `same_content` and
    `past_content` are what readers of the same date and of later ones see, 0 where there are no rows.
    """

    entry: Ints
    is_done: Flags
    was_done: Flags
    same_code: Flags
    input_fingerprint: Ints
    output_fingerprint: Ints
    rows: Ints
    expected: Ints
    same_content: Ints
    past_content: Ints


@dataclass(frozen=True)
class GameDays:
    """Of each date how many games that count are played, how many of them are final, and whether it is one of two.

    `stage` is that of the games, the regular one of dates where several are played, empty where none is.
    `is_first_of_month` is the first date with games of a month and season, `is_next_slate` the first one after all that
    have a final game.
    """

    games: Ints
    final_games: Ints
    is_first_of_month: Flags
    is_next_slate: Flags
    stage: NDArray[Any]


@dataclass(frozen=True)
class States:
    """Every partition of the nodes: what stands there, and its own state.

    A partition's own state is the one by its own entry and its direct inputs, whatever stands upstream. `own` holds it,
    -1 where there is no partition, `inputs` the fingerprint of what it would read, and `is_due` says of which dates the
    node should have one: all as `derive_own` last left them. `places` are the rows of nodes, and of raw tables after
    them; `is_of_plan` are the dates that are looked at, before which contents alone count.
    """

    nodes: tuple[Node, ...]
    places: dict[str, int]
    timeline: Timeline
    game_days: GameDays
    is_of_plan: Flags
    entries: Entries
    is_due: Flags
    own: Codes
    inputs: Ints
    look_backs: LookBacks

    @cached_property
    def reads(self) -> list[dict[tuple[TimeConstraint, int], list[int]]]:
        """Of each node the places of the tables that it reads directly, by how far it reads them."""
        by_reach: list[dict[tuple[TimeConstraint, int], list[int]]] = []
        for node in self.nodes:
            by_reach.append({})
            for edge in node.edges:
                by_reach[-1].setdefault((edge.time_constraint, edge.look_back), []).append(self.places[edge.upstream])
        return by_reach

    @cached_property
    def upstream(self) -> list[list[tuple[list[int], TimeConstraint, int]]]:
        """Of each node the places of those that it reads, directly or not, by time constraint and look-back."""
        return [
            [
                (np.flatnonzero(read == look_back).tolist(), time_constraint, look_back)
                for time_constraint, read in zip(DATED, of_node, strict=True)
                for look_back in sorted(set(read.tolist()) - {-1})
            ]
            for of_node in self.look_backs
        ]

    @cached_property
    def sources(self) -> list[list[int]]:
        """Of each node those without whose rows of a date it has nothing to be written from."""
        return [[self.places[name] for name in sources(node, self.nodes)] for node in self.nodes]

    @cached_property
    def is_helper(self) -> Flags:
        """Whether each node is a helper table."""
        return np.array([node.is_helper for node in self.nodes], dtype=bool)

    @cached_property
    def seasons(self) -> list[str]:
        """Season of each date."""
        return [season_name(year) for year in self.timeline.years.tolist()]

    def with_upstream(self, names: Collection[str]) -> tuple[Node, ...]:
        """The named nodes and all that they read, directly or not."""
        named = np.array([node.name in names for node in self.nodes], dtype=bool)
        read: Flags = np.any(self.look_backs[named] >= 0, axis=(0, 1))
        return tuple(self.nodes[place] for place in np.flatnonzero(named | read).tolist())

    def wanted(self, dates: Iterable[date]) -> Flags:
        """Which of its dates are among some."""
        return np.isin(self.timeline.dates, np.array(list(dates), dtype="datetime64[D]"))


def of_other_stage(stage: str) -> str:
    """Why what is missing of a stage need not be there; empty for the regular one, which ranges hold unasked."""
    return "" if stage == "regular" else f", for {stage} games are of another stage, which --stage {stage} includes"


def is_open(codes: Codes) -> Flags:
    """Whether partitions are neither done nor without the raw data that they need."""
    flags: Flags = (codes > DONE) & (codes < NOT_AVAILABLE)
    return flags


def read_states(engine: Engine, nodes: tuple[Node, ...], seasons: Sequence[str]) -> States | None:
    """The partitions that those of some seasons depend on, each with its own state; None for no season.

    Args:
        engine: the warehouse.
        nodes: every node, each after all that it reads.
        seasons: seasons that are looked at.
    """
    if not seasons:
        return None
    depends = look_backs(nodes)
    first_year = season_start_year(min(seasons)) - max(int(depends.max(initial=0)), 0)
    last_year = season_start_year(max(seasons))
    read = {edge.upstream for node in nodes for edge in node.edges}
    read |= {table.name for node in nodes for table in node.requires}
    names = [node.name for node in nodes]
    names += sorted(read.difference(names))
    first_content = first_year - max((node.look_back for node in nodes), default=0)
    newest = _newest(engine, nodes, names, (season_name(first_content), season_name(last_year)))
    schedule = engine.columns(_GAME_DAYS, {"stages": list(STAGES_WITH_FORECASTS)})
    years = season_years(schedule["game_date"])
    days = schedule["game_date"][(years >= first_year) & (years <= last_year)]
    dates = np.unique(np.concatenate((days, newest["partition_date"])))
    timeline = Timeline(dates, season_years(dates))
    shape = len(nodes), len(dates)
    states = States(
        nodes,
        {name: place for place, name in enumerate(names)},
        timeline,
        _game_days(dates, schedule),
        timeline.years >= first_year,
        _entries(newest, len(names), dates),
        np.zeros(shape, dtype=bool),
        np.full(shape, NO_PARTITION, dtype=np.int8),
        np.zeros(shape, dtype=np.int64),
        depends,
    )
    for place in range(len(nodes)):
        derive_own(states, place)
    return states


def _newest(engine: Engine, nodes: Sequence[Node], names: Sequence[str], seasons: tuple[str, str]) -> ColumnsOf:
    """What the ledger last says of each partition of some tables, between two seasons."""
    return engine.columns(
        _NEWEST.format(same_content=engine.row_hash(SAME_CONTENT), past_content=engine.row_hash(PAST_CONTENT)),
        {
            "names": names,
            "tables": [name.partition("/")[0] for name in names],
            "systems": [name.partition("/")[2] for name in names],
            "versions": [node.version for node in nodes] + [""] * (len(names) - len(nodes)),
            "places": list(range(len(names))),
            "first_season": seasons[0],
            "last_season": seasons[1],
        },
    )


def _entries(newest: ColumnsOf, tables: int, dates: Days) -> Entries:
    # A table without a row may come without the type of its column.
    cells = newest["place"].astype(np.int64), np.searchsorted(dates, newest["partition_date"])
    has_rows = newest["rows"] > 0

    def spread(values: NDArray[Any]) -> NDArray[Any]:
        array = np.zeros((tables, len(dates)), dtype=values.dtype)
        array[cells] = values
        return array

    return Entries(
        entry=spread(newest["entry"]),
        is_done=spread(newest["is_done"] == 1),
        was_done=spread(newest["was_done"] == 1),
        same_code=spread(newest["same_code"] == 1),
        input_fingerprint=spread(newest["input_fingerprint"]),
        output_fingerprint=spread(newest["output_fingerprint"]),
        rows=spread(newest["rows"]),
        expected=spread(newest["expected"]),
        same_content=spread(np.where(has_rows, newest["same_content"], 0)),
        past_content=spread(np.where(has_rows, newest["past_content"], 0)),
    )


def _game_days(dates: Days, schedule: ColumnsOf) -> GameDays:
    days, games, final = schedule["game_date"], schedule["games"], schedule["final_games"].astype(np.int64)
    months, years = days.astype("datetime64[M]"), season_years(days)
    is_first = np.ones(len(days), dtype=bool)
    is_first[1:] = (months[1:] != months[:-1]) | (years[1:] != years[:-1])
    is_next = np.zeros(len(days), dtype=bool)
    is_next[np.flatnonzero((games > final) & (np.cumsum(final[::-1])[::-1] == 0))[:1]] = True
    place, is_known = np.searchsorted(dates, days), np.isin(days, dates)

    def spread(values: NDArray[Any]) -> NDArray[Any]:
        array = np.zeros(len(dates), dtype=values.dtype)
        array[place[is_known]] = values[is_known]
        return array

    stage = schedule["stage"].astype(np.str_)
    return GameDays(spread(games), spread(final), spread(is_first), spread(is_next), spread(stage))


def input_fingerprints(states: States, place: int) -> Ints:
    """For each date the XOR of all contents that a node reads directly for it."""
    fingerprints = np.zeros(len(states.timeline.dates), dtype=np.int64)
    for (time_constraint, look_back), upstream in states.reads[place].items():
        contents = states.entries.same_content if time_constraint == "same" else states.entries.past_content
        read = np.bitwise_xor.reduce(contents[upstream], axis=0)
        fingerprints ^= states.timeline.xor_in_reach(read, time_constraint, look_back)
    return fingerprints


def derive_own(states: States, place: int) -> None:
    """Derive the own state of a node's partitions, and what they would read, from what tables hold now."""
    node, entries, days = states.nodes[place], states.entries, states.game_days
    is_due = states.is_of_plan & ((days.final_games > 0) | (days.is_next_slate & (not is_post_game(node))))
    if node.is_monthly:
        is_due &= days.is_first_of_month
    inputs = input_fingerprints(states, place)
    has_rows = entries.rows[place] > 0
    same_work = (entries.entry[place] > 0) & entries.same_code[place] & (entries.input_fingerprint[place] == inputs)
    lacks_raw = (entries.rows[[states.places[table.name] for table in node.requires]] == 0).any(axis=0)
    is_done, was_done = entries.is_done[place], entries.was_done[place]
    is_recorded = has_rows | (entries.expected[place] > 0) | ((entries.entry[place] > 0) & ~is_done)
    states.is_due[place], states.inputs[place] = is_due, inputs
    states.own[place] = np.select(
        [
            ~states.is_of_plan | ~(is_due | is_recorded),
            # What was written for a date that is due no more stays in the plan until its rows and failures are gone.
            ~is_due,
            lacks_raw & ~has_rows,
            same_work & ~is_done,
            ~was_done,
            same_work & is_done,
        ],
        [NO_PARTITION, STALE, NOT_AVAILABLE, FAILED, MISSING, DONE],
        default=STALE,
    )


def take_in(states: States, place: int, entries: Sequence[Entry], contents: Mapping[date, Readings]) -> None:
    """Take in what became of dates of a node.

    Args:
        states: the partitions.
        place: the node.
        entries: the newest ones of these dates.
        contents: what readers of the same date and of later ones see now; where nothing is given, what they saw before.
    """
    days = np.array([entry.partition_date for entry in entries], dtype="datetime64[D]")
    cells = place, np.searchsorted(states.timeline.dates, days)
    now = states.entries
    is_done = np.array([entry.status == "done" for entry in entries], dtype=bool)
    now.entry[cells] = _ALWAYS
    now.is_done[cells] = is_done
    now.was_done[cells] |= is_done
    now.same_code[cells] = True
    now.input_fingerprint[cells] = [entry.input_fingerprint for entry in entries]
    now.output_fingerprint[cells] = [entry.output_fingerprint for entry in entries]
    now.rows[cells] = [entry.rows for entry in entries]
    now.expected[cells] = [entry.expected for entry in entries]
    standing = list(zip(now.same_content[cells].tolist(), now.past_content[cells].tolist(), strict=True))
    seen = [
        contents.get(entry.partition_date, before) if entry.rows else (0, 0)
        for entry, before in zip(entries, standing, strict=True)
    ]
    now.same_content[cells] = [same for same, _ in seen]
    now.past_content[cells] = [past for _, past in seen]
    derive_own(states, place)


def any_upstream(states: States, place: int, flags: Flags) -> Flags:
    """For each date whether a flag (of a node and date) is set on what a node reads for it, directly or not."""
    is_reached = np.zeros(flags.shape[1], dtype=bool)
    for upstream, time_constraint, look_back in states.upstream[place]:
        of_upstream: Flags = np.any(flags[upstream], axis=0)
        if of_upstream.any():
            is_reached |= states.timeline.any_in_reach(of_upstream, time_constraint, look_back)
    return is_reached


def is_absent(states: States, place: int) -> Flags:
    """For each date whether a node has no rows of it and should have."""
    absent: Flags = is_open(states.own[place]) & (states.entries.rows[place] == 0)
    return absent


def first_lacking(states: States, place: int) -> Ints:
    """For each date the first node for want of which a node has nothing to be written from; -1 for none.

    A table that tells its rows has none of the date, or something upstream is open and nothing upstream holds rows in
    reach, helper tables aside.
    """
    named = ~states.is_helper[:, None]
    opens = is_open(states.own) & named
    lacks = any_upstream(states, place, opens)
    if lacks.any():
        lacks &= ~any_upstream(states, place, (states.entries.rows[: len(named)] > 0) & named)
    first = np.full(len(lacks), -1)
    if lacks.any():
        first = _first_upstream(states, place, opens.astype(np.int64), np.where(lacks, 0, 1))
    for source in states.sources[place]:
        first = np.where(is_absent(states, source) & ((first < 0) | (source < first)), source, first)
    return first


def derive(engine: Engine, states: States) -> tuple[Codes, NDArray[Any]]:
    """State and cause of every partition by all that stands upstream; the cause is empty for what is done.

    What is written knows of all that stands open upstream, and is made from what there is. So an open partition
    concerns it where it opened since: it is stale, it failed after that, or a table that it is made from got rows of
    its date after that.
    """
    codes, causes = states.own.copy(), _own_causes(engine, states)
    opens, entries = is_open(states.own), states.entries
    if not opens.any():
        return codes, causes
    has_failed = bool((states.own == FAILED).any())
    names = np.array([node.name for node in states.nodes], dtype=object)
    failed_since = np.where(states.own == FAILED, entries.entry[: len(names)], -1)
    open_since = np.where(states.own == STALE, _ALWAYS, np.where(states.own == FAILED, failed_since, _ready(states)))
    open_since[~opens] = -1
    nothing = np.full(len(states.timeline.dates), -1)
    for place in range(len(names)):
        was_done, entry = entries.was_done[place], entries.entry[place]
        counts = states.is_due[place] & (states.own[place] < NOT_AVAILABLE)
        never_done = counts & ~was_done
        opened = _first_upstream(states, place, open_since, np.where(was_done, entry, _ALWAYS))
        lacking = first_lacking(states, place) if never_done.any() else nothing
        failed = nothing
        if has_failed:
            failed = _first_upstream(states, place, failed_since, np.where(was_done, entry, 0))
        for concerned, code, upstream, what in (
            (counts & (opened >= 0), STALE, opened, " is not done"),
            (never_done & (lacking >= 0), MISSING, lacking, ", which it reads, is not written yet"),
            (counts & (failed >= 0), BLOCKED, failed, " has failed"),
        ):
            codes[place, concerned] = code
            causes[place, concerned] = names[upstream[concerned]] + what
    return codes, causes


def _own_causes(engine: Engine, states: States) -> NDArray[Any]:
    own, is_due = states.own, states.is_due
    causes = np.full(own.shape, "", dtype=object)
    causes[own == MISSING] = "not written yet"
    causes[own == STALE] = "its input changed"
    causes[(own == STALE) & ~states.entries.same_code[: len(own)]] = "its code changed"
    causes[(own == STALE) & ~is_due] = "no longer in the schedule"
    for place, node in enumerate(states.nodes):
        for name in sorted((table.name for table in node.requires), reverse=True):
            lacks = (own[place] == NOT_AVAILABLE) & (states.entries.rows[states.places[name]] == 0)
            causes[place, lacks] = f"no rows of {name}"
    failed = own == FAILED
    if failed.any():
        rows = engine.query(
            f"SELECT entry, error FROM {LEDGER} WHERE entry IN (SELECT UNNEST($entries))",
            {"entries": states.entries.entry[: len(own)][failed].tolist()},
        ).rows
        errors = {entry: error or "" for entry, error in rows}
        causes[failed] = [errors[entry] for entry in states.entries.entry[: len(own)][failed].tolist()]
    return causes


def _ready(states: States) -> Ints:
    """For each node and date the newest entry of a table with rows of that date that the node reads directly."""
    ready = np.zeros(states.own.shape, dtype=np.int64)
    with_rows = np.where(states.entries.rows > 0, states.entries.entry, 0)
    for place, reads in enumerate(states.reads):
        for upstream in reads.values():
            np.maximum(ready[place], with_rows[upstream].max(axis=0), out=ready[place])
    return ready


def _first_upstream(states: States, place: int, values: Ints, threshold: Ints) -> Ints:
    """For each date the first node upstream with a value over its threshold in reach; -1 for none."""
    first = np.full(values.shape[1], len(values))
    least = threshold.min()
    for upstream, time_constraint, look_back in states.upstream[place]:
        of_upstream = values[upstream]
        is_over = of_upstream.max(axis=1) > least
        if is_over.any():
            in_reach = states.timeline.maximum_in_reach(of_upstream[is_over], time_constraint, look_back) > threshold
            over = np.array(upstream)[is_over]
            np.minimum(first, np.where(in_reach.any(axis=0), over[in_reach.argmax(axis=0)], len(values)), out=first)
    return np.where(first < len(values), first, -1)
