"""What tables hold and which partitions are open while a run goes on: read once, then kept up to date by it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from operator import xor
from typing import cast

from hoopcast.pipeline.ledger import Entry
from hoopcast.pipeline.lineage import Edge
from hoopcast.pipeline.plan import NEWEST, PARTITIONS
from hoopcast.warehouse.engine import Engine

# Content of a partition to readers of the same date, and to readers of the past.
Readings = tuple[int, int]


@dataclass(frozen=True)
class LivePartition:
    """A partition as the ledger has it: done by this code with `recorded_input`, or not (None).

    `year` is the calendar year in which its season starts.
    """

    season: str
    date: date
    is_due: bool
    is_available: bool
    recorded_input: int | None
    output_fingerprint: int
    rows: int
    year: int


@dataclass(frozen=True)
class Contents:
    """Contents of one table by the starting year of the season: of each date, to readers of the same date and after."""

    same: dict[date, int] = field(default_factory=dict)
    past: dict[int, dict[date, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class LiveState:
    """Partitions and contents of each table, and its open partitions' dates by the starting year of their season."""

    partitions: dict[str, list[LivePartition]]
    contents: dict[str, Contents]
    open_dates: dict[str, dict[int, set[date]]]


def read_live_state(engine: Engine, first_year: int) -> LiveState:
    """Read what the tables hold and what is open from the temporary tables of a run.

    Args:
        engine: the warehouse, after `begin`.
        first_year: the year in which the first season to write starts. Of seasons before it, which the run leaves as
            they are, it takes what is open and the totals that later ones read.
    """
    live = LiveState({}, {}, {})
    for table, year, day, same, past in engine.query(
        f"""SELECT table_name, season_year, partition_date, same_content, past_content
        FROM {NEWEST} WHERE row_count > 0 AND season_year >= $first_year
        UNION ALL
        SELECT table_name, season_year, MAX(partition_date), 0, BIT_XOR(past_content)
        FROM {NEWEST} WHERE row_count > 0 AND season_year < $first_year GROUP BY table_name, season_year""",
        {"first_year": first_year},
    ).rows:
        _hold(live, str(table), int(str(year)), cast("date", day), (int(str(same)), int(str(past))))
    for table, season, day, is_due, own, recorded, output, rows in engine.query(
        f"""SELECT table_name, season, partition_date, is_due, own, CASE WHEN is_done_before THEN recorded_input END,
            output_fingerprint, row_count
        FROM {PARTITIONS}
        WHERE season_year >= $first_year OR own NOT IN ('done', 'not_available') ORDER BY table_name, partition_date""",
        {"first_year": first_year},
    ).rows:
        partition = LivePartition(
            str(season),
            cast("date", day),
            bool(is_due),
            own != "not_available",
            None if recorded is None else int(str(recorded)),
            int(str(output)),
            int(str(rows)),
            int(str(season)[:4]),
        )
        live.partitions.setdefault(str(table), []).append(partition)
        if own not in ("done", "not_available"):
            live.open_dates.setdefault(str(table), {}).setdefault(partition.year, set()).add(partition.date)
    return live


def input_fingerprints(live: LiveState, edges: Sequence[Edge], partitions: Iterable[LivePartition]) -> list[int]:
    """XOR of all contents that each partition can read, the same as the plan derives in SQL."""
    partitions = list(partitions)
    found = [0] * len(partitions)
    for edge in edges:
        contents = live.contents.get(edge.upstream, Contents())
        if edge.time_constraint == "same":
            found = [
                sofar ^ contents.same.get(partition.date, 0) for sofar, partition in zip(found, partitions, strict=True)
            ]
            continue
        past = {year: _running(days) for year, days in contents.past.items()}
        place = bisect_left if edge.time_constraint == "before" else bisect_right
        for index, partition in enumerate(partitions):
            dates, totals = past.get(partition.year, ([], [0]))
            found[index] ^= totals[place(dates, partition.date)]
            for year, (_, of_year) in past.items():
                found[index] ^= of_year[-1] if partition.year - edge.look_back <= year < partition.year else 0
    return found


def dates_with_open_upstream(
    live: LiveState, depends: Sequence[Edge], partitions: Iterable[LivePartition]
) -> set[date]:
    """Dates of partitions of which something that they read, directly or not, is open."""
    partitions = list(partitions)
    dates = live.open_dates
    open_edges = [(edge, dates[edge.upstream]) for edge in depends if edge.upstream in dates]
    found: set[date] = set()
    for year in {partition.year for partition in partitions}:
        is_open_before = any(year - edge.look_back <= one < year for edge, by_year in open_edges for one in by_year)
        of_year = [(edge, by_year[year]) for edge, by_year in open_edges if year in by_year]
        same = set().union(*(days for edge, days in of_year if edge.time_constraint != "before"))
        first = min((min(days) for edge, days in of_year if edge.time_constraint != "same"), default=date.max)
        found |= {
            partition.date
            for partition in partitions
            if partition.year == year and (is_open_before or partition.date in same or first < partition.date)
        }
    return found


def dates_without_source(
    live: LiveState, sources: Sequence[str], depends: Sequence[Edge], partitions: Iterable[LivePartition]
) -> set[date]:
    """Dates of partitions that have nothing to be written from.

    Args:
        live: what tables hold now.
        sources: tables without whose rows of a date it is not known which rows the partition should have.
        depends: what the partitions read, directly or not, helper tables aside.
        partitions: the partitions.
    """
    partitions = list(partitions)
    lacking = dates_with_open_upstream(live, depends, partitions)
    return {
        partition.date
        for partition in partitions
        if any(_is_lacking(live, name, partition.date) for name in sources)
        or (partition.date in lacking and not any(_is_supplied(live, edge, partition) for edge in depends))
    }


def _is_lacking(live: LiveState, table: str, day: date) -> bool:
    is_open = any(day in days for days in live.open_dates.get(table, {}).values())
    return is_open and day not in live.contents.get(table, Contents()).same


def _is_supplied(live: LiveState, edge: Edge, partition: LivePartition) -> bool:
    contents = live.contents.get(edge.upstream, Contents())
    if edge.time_constraint == "same":
        return partition.date in contents.same
    is_before = any(year in contents.past for year in range(partition.year - edge.look_back, partition.year))
    first = min(contents.past.get(partition.year, {}), default=date.max)
    return is_before or first < partition.date or (first == partition.date and edge.time_constraint == "until")


def dates_written_without(live: LiveState, table: str, dates: Iterable[date]) -> int:
    """On how many of the dates a table has no rows and should have."""
    return sum(_is_lacking(live, table, day) for day in dates)


def keep(live: LiveState, table: str, entries: Iterable[tuple[Entry, Readings]]) -> None:
    """Take in what was written: each entry with its content to readers of the same date and after."""
    for entry, content in entries:
        year = int(entry.season[:4])
        if entry.rows:
            _hold(live, table, year, entry.partition_date, content)
        elif table in live.contents:
            live.contents[table].same.pop(entry.partition_date, None)
            live.contents[table].past.get(year, {}).pop(entry.partition_date, None)


def set_open(live: LiveState, table: str, open_partitions: Iterable[tuple[int, date]]) -> None:
    """Take in which partitions of a table are open now."""
    live.open_dates.pop(table, None)
    for year, day in open_partitions:
        live.open_dates.setdefault(table, {}).setdefault(year, set()).add(day)


def _hold(live: LiveState, table: str, year: int, day: date, content: Readings) -> None:
    contents = live.contents.setdefault(table, Contents())
    contents.same[day] = content[0]
    contents.past.setdefault(year, {})[day] = content[1]


def _running(days: dict[date, int]) -> tuple[list[date], list[int]]:
    dates = sorted(days)
    return dates, list(accumulate((days[day] for day in dates), xor, initial=0))
