"""What tables hold and which units are open while a run goes on: read once, then kept up to date by what it writes."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from operator import xor
from typing import cast

from hoopcast.pipeline.ledger import Entry
from hoopcast.pipeline.lineage import Edge
from hoopcast.pipeline.plan import NEWEST, UNIT
from hoopcast.warehouse.engine import Engine

# Content of a unit to readers of the same date, and to readers of the past.
Readings = tuple[int, int]


@dataclass(frozen=True)
class StandingUnit:
    """A unit as the ledger has it: done by this code with `recorded_input`, or not (None).

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
class Standing:
    """Units and contents of each table, and its open units' dates by the starting year of their season."""

    units: dict[str, list[StandingUnit]]
    contents: dict[str, Contents]
    open_dates: dict[str, dict[int, set[date]]]


def read_standing(engine: Engine, first_year: int) -> Standing:
    """Read what the tables hold and what is open from the temporary tables of a run.

    Args:
        engine: the warehouse, after `begin`.
        first_year: the year in which the first season to write starts. Of seasons before it, which the run leaves as
            they are, it takes what is open and the totals that later ones read.
    """
    standing = Standing({}, {}, {})
    for table, year, day, same, past in engine.query(
        f"""SELECT table_name, season_year, unit_date, same_content, past_content
        FROM {NEWEST} WHERE row_count > 0 AND season_year >= $first_year
        UNION ALL
        SELECT table_name, season_year, MAX(unit_date), 0, BIT_XOR(past_content)
        FROM {NEWEST} WHERE row_count > 0 AND season_year < $first_year GROUP BY table_name, season_year""",
        {"first_year": first_year},
    ).rows:
        _hold(standing, str(table), int(str(year)), cast("date", day), (int(str(same)), int(str(past))))
    for table, season, day, is_due, own, recorded, output, rows in engine.query(
        f"""SELECT table_name, season, unit_date, is_due, own, CASE WHEN is_done_before THEN recorded_input END,
            output_fingerprint, row_count
        FROM {UNIT}
        WHERE season_year >= $first_year OR own NOT IN ('done', 'not_available') ORDER BY table_name, unit_date""",
        {"first_year": first_year},
    ).rows:
        unit = StandingUnit(
            str(season),
            cast("date", day),
            bool(is_due),
            own != "not_available",
            None if recorded is None else int(str(recorded)),
            int(str(output)),
            int(str(rows)),
            int(str(season)[:4]),
        )
        standing.units.setdefault(str(table), []).append(unit)
        if own not in ("done", "not_available"):
            standing.open_dates.setdefault(str(table), {}).setdefault(unit.year, set()).add(unit.date)
    return standing


def input_fingerprints(standing: Standing, edges: Sequence[Edge], units: Iterable[StandingUnit]) -> list[int]:
    """XOR of all contents that each unit can read, the same as the plan derives in SQL."""
    units = list(units)
    found = [0] * len(units)
    for edge in edges:
        contents = standing.contents.get(edge.upstream, Contents())
        if edge.reach == "same":
            found = [sofar ^ contents.same.get(unit.date, 0) for sofar, unit in zip(found, units, strict=True)]
            continue
        past = {year: _running(days) for year, days in contents.past.items()}
        place = bisect_left if edge.reach == "before" else bisect_right
        for index, unit in enumerate(units):
            dates, totals = past.get(unit.year, ([], [0]))
            found[index] ^= totals[place(dates, unit.date)]
            for year, (_, of_year) in past.items():
                found[index] ^= of_year[-1] if unit.year - edge.look_back <= year < unit.year else 0
    return found


def dates_with_open_upstream(standing: Standing, depends: Sequence[Edge], units: Iterable[StandingUnit]) -> set[date]:
    """Dates of units of which something that they read, directly or not, is open."""
    units = list(units)
    dates = standing.open_dates
    open_edges = [(edge, dates[edge.upstream]) for edge in depends if edge.upstream in dates]
    found: set[date] = set()
    for year in {unit.year for unit in units}:
        is_open_before = any(year - edge.look_back <= one < year for edge, by_year in open_edges for one in by_year)
        of_year = [(edge, by_year[year]) for edge, by_year in open_edges if year in by_year]
        same = set().union(*(days for edge, days in of_year if edge.reach != "before"))
        first = min((min(days) for edge, days in of_year if edge.reach != "same"), default=date.max)
        found |= {
            unit.date
            for unit in units
            if unit.year == year and (is_open_before or unit.date in same or first < unit.date)
        }
    return found


def dates_without_source(
    standing: Standing, sources: Sequence[str], depends: Sequence[Edge], units: Iterable[StandingUnit]
) -> set[date]:
    """Dates of units that have nothing to be written from.

    Args:
        standing: what tables hold now.
        sources: tables without whose rows of a date it is not known which rows the unit should have.
        depends: what the units read, directly or not, helper tables aside.
        units: the units.
    """
    units = list(units)
    lacking = dates_with_open_upstream(standing, depends, units)
    return {
        unit.date
        for unit in units
        if any(_is_lacking(standing, name, unit.date) for name in sources)
        or (unit.date in lacking and not any(_is_supplied(standing, edge, unit) for edge in depends))
    }


def _is_lacking(standing: Standing, table: str, day: date) -> bool:
    is_open = any(day in days for days in standing.open_dates.get(table, {}).values())
    return is_open and day not in standing.contents.get(table, Contents()).same


def _is_supplied(standing: Standing, edge: Edge, unit: StandingUnit) -> bool:
    contents = standing.contents.get(edge.upstream, Contents())
    if edge.reach == "same":
        return unit.date in contents.same
    is_before = any(year in contents.past for year in range(unit.year - edge.look_back, unit.year))
    first = min(contents.past.get(unit.year, {}), default=date.max)
    return is_before or first < unit.date or (first == unit.date and edge.reach == "until")


def dates_written_without(standing: Standing, table: str, dates: Iterable[date]) -> int:
    """On how many of the dates a table has no rows and should have."""
    return sum(_is_lacking(standing, table, day) for day in dates)


def keep(standing: Standing, table: str, entries: Iterable[tuple[Entry, Readings]]) -> None:
    """Take in what was written: each entry with its content to readers of the same date and after."""
    for entry, content in entries:
        year = int(entry.season[:4])
        if entry.rows:
            _hold(standing, table, year, entry.unit_date, content)
        elif table in standing.contents:
            standing.contents[table].same.pop(entry.unit_date, None)
            standing.contents[table].past.get(year, {}).pop(entry.unit_date, None)


def set_open(standing: Standing, table: str, open_units: Iterable[tuple[int, date]]) -> None:
    """Take in which units of a table are open now."""
    standing.open_dates.pop(table, None)
    for year, day in open_units:
        standing.open_dates.setdefault(table, {}).setdefault(year, set()).add(day)


def _hold(standing: Standing, table: str, year: int, day: date, content: Readings) -> None:
    contents = standing.contents.setdefault(table, Contents())
    contents.same[day] = content[0]
    contents.past.setdefault(year, {})[day] = content[1]


def _running(days: dict[date, int]) -> tuple[list[date], list[int]]:
    dates = sorted(days)
    return dates, list(accumulate((days[day] for day in dates), xor, initial=0))
