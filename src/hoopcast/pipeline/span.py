"""Dates of one season, replaced in one transaction: of one table, or of several systems' rows of one."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from hoopcast.calendar import season_name, season_of, season_start_year
from hoopcast.errors import WriteRefused
from hoopcast.pipeline.checks import breaches
from hoopcast.pipeline.contents import SPINE, STAGE, Content, Key, contents, delete_elsewhere, these
from hoopcast.pipeline.failures import close_failures, record_absences
from hoopcast.pipeline.guard import Guard
from hoopcast.pipeline.ledger import Entry, append
from hoopcast.pipeline.model import Asked, Model
from hoopcast.pipeline.standing import Readings
from hoopcast.pipeline.texts import SpanText
from hoopcast.warehouse.engine import ColumnsOf, Parameters, Value

# Rows that are handed in to the engine together: of a date all systems' are few, of a season each system's are many.
_ROWS_AT_ONCE = 100_000
_NAMED = re.compile(r"\$(\w+)")


@dataclass(frozen=True)
class SpanUnit:
    """A date to write: the content of its inputs, what stands in the table now, and whether it is still due."""

    date: date
    input_fingerprint: int
    standing_fingerprint: int
    standing_rows: int
    is_due: bool


@dataclass(frozen=True)
class Span:
    """Dates of one season to write to one table, not necessarily one after the other, and the SQL that gives them."""

    model: Model
    text: SpanText
    season: str
    units: tuple[SpanUnit, ...]

    @property
    def dates(self) -> tuple[date, ...]:
        """Its dates in order."""
        return tuple(unit.date for unit in self.units)

    def halves(self) -> tuple["Span", "Span"]:
        """The earlier and the later half of its dates."""
        middle = len(self.units) // 2
        return replace(self, units=self.units[:middle]), replace(self, units=self.units[middle:])


@dataclass(frozen=True)
class Written:
    """What a span wrote: an entry for each date, others for dates that rows were moved away from, and seconds.

    `readings` are the contents of all of these dates, as their readers see them.
    """

    entries: tuple[Entry, ...]
    moved: tuple[Entry, ...]
    readings: dict[date, Readings]
    seconds: float

    @property
    def dates(self) -> int:
        """Dates written."""
        return len(self.entries)

    @property
    def rows(self) -> int:
        """Rows written."""
        return sum(entry.rows for entry in self.entries)

    @property
    def expected(self) -> int:
        """Rows expected; what is absent has its reason."""
        return sum(entry.expected for entry in self.entries)


_NOTHING = Content()


def write_spans(guard: Guard, run_id: str, spans: Sequence[Span]) -> tuple[Written, ...]:
    """Compute spans, check them, and put them in the place of what stood there; all of them or nothing.

    Args:
        guard: the warehouse under watch.
        run_id: run that writes.
        spans: of one table and season; where there are several, each is of a system, none of which reads another.

    Returns:
        What each of them wrote; the time that they had in common is shared equally among them.

    Raises:
        WriteRefused: if rows break the table's rules, or rows are absent without a reason.
        StatementError: if a statement fails on the data.
        StatementStopped: if a signal arrived or the time is up.
        EngineError: if nothing like it can succeed.
    """
    began = time.monotonic()
    model = spans[0].model
    units = [(span.model.system_id, day) for span in spans for day in span.dates]
    with guard.engine.transaction():
        produced = _stage(guard, spans)
        for breach in breaches(guard, model.table, STAGE):
            raise WriteRefused(f"{breach.rows} rows break '{breach.rule}', such as {breach.examples}")
        moved = delete_elsewhere(guard, model, units)
        _replace(guard, model, units)
        _expect(guard, spans)
        found = contents(guard, model)
        close_failures(guard, model.table.name, units)
        if any(content.rows < content.expected for content in found.values()):
            record_absences(guard, run_id, model, STAGE, SPINE)
        in_common = (time.monotonic() - began - sum(produced)) / len(spans)
        written = tuple(
            _written(span, moved, found, seconds + in_common) for span, seconds in zip(spans, produced, strict=True)
        )
        append(guard, run_id, [entry for one in written for entry in (*one.moved, *one.entries)])
    return written


def _written(span: Span, moved: dict[Key, Content], found: dict[Key, Content], seconds: float) -> Written:
    model = span.model
    elsewhere = {day: content for (system, day), content in moved.items() if system == model.system_id}
    placed = {unit.date: found.get((model.system_id, unit.date), _NOTHING) for unit in span.units}
    share = seconds / (len(elsewhere) + len(placed))
    return Written(
        tuple(
            Entry(
                model.name,
                span.season,
                unit.date,
                model.version,
                unit.input_fingerprint,
                content.fingerprint,
                content.rows,
                content.expected,
                share,
            )
            for unit in span.units
            for content in (placed[unit.date],)
        ),
        # No input makes an input fingerprint of 0, so they are stale until rewritten.
        tuple(
            Entry(
                model.name,
                season_of(day),
                day,
                model.version,
                0,
                content.fingerprint,
                content.rows,
                content.rows,
                share,
            )
            for day, content in elsewhere.items()
        ),
        {day: content.readings for day, content in (elsewhere | placed).items()},
        seconds,
    )


def span_values(model: Model, season: str, first: date, last: date) -> dict[str, Value]:
    """Parameters of a model's compiled SQL for a span of dates, both included."""
    first_year = season_start_year(season) - model.look_back
    return {"span_start": first, "span_end": last, "season": season, "first_season": season_name(first_year)}


def named_values(sql: str, values: dict[str, Value]) -> dict[str, Value]:
    """Those of the values that SQL names: an engine refuses others."""
    named = set(_NAMED.findall(sql))
    return {name: value for name, value in values.items() if name in named}


def _stage(guard: Guard, spans: Sequence[Span]) -> list[float]:
    """Compute the new rows of all; seconds that each took by itself."""
    if spans[0].model.producer is None:
        (span,) = spans
        select, values = _selected(span, span.text.rows, span.model.time)
        guard.execute(f"CREATE OR REPLACE TEMP TABLE {STAGE} AS {select}", values)
        return [0.0]
    table, seconds = spans[0].model.table, []
    columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
    guard.execute(f"CREATE OR REPLACE TEMP TABLE {STAGE} ({columns})")
    made: list[ColumnsOf] = []
    for span in spans:
        began = time.monotonic()
        asked = Asked(span.season, tuple(unit.date for unit in span.units if unit.is_due))
        if span.model.producer is not None and asked.dates:
            made.append(span.model.producer(guard, asked))
        if made and (span is spans[-1] or sum(len(one[table.grain[0]]) for one in made) >= _ROWS_AT_ONCE):
            guard.append(
                STAGE, table, {name: np.concatenate([one[name] for one in made]) for name in table.column_names}
            )
            made.clear()
        seconds.append(time.monotonic() - began)
    return seconds


def _expect(guard: Guard, spans: Sequence[Span]) -> None:
    """Compute the expected rows, once the new ones are in place: a spine may name its own table."""
    for number, span in enumerate(spans):
        select, values = _selected(span, span.text.expected, "unit_date")
        into = f"INSERT INTO {SPINE}" if number else f"CREATE OR REPLACE TEMP TABLE {SPINE} AS"
        guard.execute(f"{into} {select}", values)


def _selected(span: Span, select: str, time_column: str) -> tuple[str, Parameters]:
    """SQL of the dates of a span that are due, and what it binds."""
    bounds = span_values(span.model, span.season, span.units[0].date, span.units[-1].date)
    return (
        f"SELECT * FROM ({select}) AS span_rows WHERE {time_column} IN (SELECT UNNEST(CAST($wanted_dates AS DATE[])))",
        {
            **named_values(select, dict(span.model.values) | bounds),
            "wanted_dates": [unit.date for unit in span.units if unit.is_due],
        },
    )


def _replace(guard: Guard, model: Model, units: Sequence[Key]) -> None:
    columns = ", ".join(model.table.column_names)
    clause = these(units)
    guard.execute(
        f"WITH {clause.text} DELETE FROM {model.table.name} AS t WHERE t.{model.time} BETWEEN $first AND $last"
        f" AND (t.{model.time}, {model.owner('t')}) IN (SELECT unit_date, system_id FROM these)",
        {**clause.parameters, "first": min(day for _, day in units), "last": max(day for _, day in units)},
    )
    guard.execute(f"INSERT INTO {model.table.name} ({columns}) SELECT {columns} FROM {STAGE}")
