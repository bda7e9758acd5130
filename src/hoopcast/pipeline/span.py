"""Dates of one table and season written in one transaction, halved where they fail until the guilty stand alone."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeAlias

import numpy as np

from hoopcast.calendar import season_name, season_of, season_start_year
from hoopcast.errors import ForecastError, RunError, StatementError, StatementStopped, WarehouseError, WriteRefused
from hoopcast.pipeline.checks import breaches
from hoopcast.pipeline.contents import SPINE, STAGE, Content, Key, contents, delete_elsewhere, these
from hoopcast.pipeline.failures import close_failures, record_absences, record_failed_unit
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


# When the first dates of a span all fail alone and alike, the fault is in none of them but in what all tables share.
_SYSTEMIC_FAILURES = 4
Category = Literal["TIMEOUT", "PROCESSING_ERROR"]
_OF_A_SPAN = (WriteRefused, StatementError, StatementStopped)


@dataclass(frozen=True)
class FailedUnit:
    """A date that failed alone, and why."""

    unit: SpanUnit
    category: Category
    message: str
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """What became of a span: the parts that landed, and the dates that failed."""

    season: str
    landed: tuple[tuple[Span, Written], ...]
    failed: tuple[FailedUnit, ...]


OnLanded: TypeAlias = Callable[[Span, Written], None]


def write_together(
    guard: Guard, run_id: str, spans: Sequence[Span], timeout_seconds: float, on_landed: OnLanded
) -> tuple[Outcome, ...]:
    """Write spans of one table in one transaction; where that fails each alone, as `write_in_parts` does.

    Args:
        guard: the warehouse under watch.
        run_id: run that writes.
        spans: of one season, each of another system, none of which reads another.
        timeout_seconds: time that each of them may take.
        on_landed: told of each part that landed.

    Raises:
        RunError: if the fault is in no single date; the dates that were tried are recorded as failed.
        EngineError: if nothing can go on.
        StatementStopped: if a signal arrived.
    """
    if len(spans) > 1:
        try:
            with guard.limit(timeout_seconds * len(spans)):
                landed = write_spans(guard, run_id, spans)
        except _OF_A_SPAN:
            if guard.signal_number is not None:
                raise
        else:
            for span, written in zip(spans, landed, strict=True):
                on_landed(span, written)
            return tuple(
                Outcome(span.season, ((span, written),), ()) for span, written in zip(spans, landed, strict=True)
            )
    return tuple(write_in_parts(guard, run_id, span, timeout_seconds, on_landed) for span in spans)


def write_in_parts(guard: Guard, run_id: str, span: Span, timeout_seconds: float, on_landed: OnLanded) -> Outcome:
    """Write a span, or as much of it as there is no fault in, and record the dates that failed.

    Args:
        guard: the warehouse under watch.
        run_id: run that writes.
        span: dates to write.
        timeout_seconds: time that each attempt may take.
        on_landed: told of each part that landed.

    Raises:
        RunError: if the fault is in no single date; the dates that were tried are recorded as failed.
        EngineError: if nothing can go on.
        StatementStopped: if a signal arrived.
    """
    landed: list[tuple[Span, Written]] = []
    failed: list[FailedUnit] = []
    waiting = [span]
    while waiting:
        part = waiting.pop()
        began = time.monotonic()
        try:
            with guard.limit(timeout_seconds):
                (written,) = write_spans(guard, run_id, (part,))
        except _OF_A_SPAN as error:
            if guard.signal_number is not None:
                raise
            if len(part.units) > 1:
                waiting.extend(reversed(part.halves()))
                continue
            failed.append(_failed(part, error, timeout_seconds, time.monotonic() - began))
            # What one system can not do, the others still can.
            if not landed and _is_systemic(failed) and not isinstance(error, ForecastError):
                _record(guard, run_id, span, failed)
                raise RunError(
                    f"{span.model.name}: the first {_SYSTEMIC_FAILURES} dates of {span.season} all fail alike:"
                    f" {failed[0].message}"
                ) from error
        else:
            landed.append((part, written))
            on_landed(part, written)
    _record(guard, run_id, span, failed)
    return Outcome(span.season, tuple(landed), tuple(failed))


def _failed(part: Span, error: WarehouseError, timeout_seconds: float, seconds: float) -> FailedUnit:
    if isinstance(error, StatementStopped):
        message = f"not finished after {timeout_seconds:g} s; --timeout SECONDS allows more"
        return FailedUnit(part.units[0], "TIMEOUT", message, seconds)
    return FailedUnit(part.units[0], "PROCESSING_ERROR", str(error), seconds)


def _is_systemic(failed: list[FailedUnit]) -> bool:
    return len(failed) == _SYSTEMIC_FAILURES and len({_kind(failure) for failure in failed}) == 1


def _kind(failure: FailedUnit) -> str:
    """What went wrong, without the rows that it went wrong in."""
    return failure.message.split(", such as ")[0].lstrip("0123456789")


def _record(guard: Guard, run_id: str, span: Span, failed: list[FailedUnit]) -> None:
    if not failed:
        return
    model = span.model
    with guard.engine.transaction():
        close_failures(guard, model.table.name, [(model.system_id, failure.unit.date) for failure in failed])
        for failure in failed:
            unit = (span.season, failure.unit.date)
            record_failed_unit(guard, run_id, model, unit, (failure.category, failure.message))
        entries = [
            Entry(
                node=model.name,
                season=span.season,
                unit_date=failure.unit.date,
                version=model.version,
                input_fingerprint=failure.unit.input_fingerprint,
                output_fingerprint=failure.unit.standing_fingerprint,
                rows=failure.unit.standing_rows,
                expected=failure.unit.standing_rows,
                seconds=failure.seconds,
                status="failed",
                error=failure.message,
            )
            for failure in failed
        ]
        append(guard, run_id, entries)
