"""One span of one table: dates of one season, replaced in one transaction."""

import re
import time
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

import numpy as np

from hoopcast.calendar import season_name, season_of, season_start_year
from hoopcast.errors import WriteRefused
from hoopcast.pipeline.checks import breaches, describe
from hoopcast.pipeline.failures import close_failures, record_absences
from hoopcast.pipeline.guard import Guard
from hoopcast.pipeline.ledger import Entry, append
from hoopcast.pipeline.model import Asked, Model
from hoopcast.pipeline.own_states import PAST_CONTENT, SAME_CONTENT
from hoopcast.pipeline.standing import Readings
from hoopcast.pipeline.texts import SpanText
from hoopcast.warehouse.engine import Statements, Value

STAGE = "hoopcast_stage"
SPINE = "hoopcast_spine"
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


@dataclass(frozen=True)
class _Content:
    fingerprint: int = 0
    rows: int = 0
    expected: int = 0
    readings: Readings = (0, 0)


def write_span(guard: Guard, run_id: str, span: Span) -> Written:
    """Compute a span, check it, and put it in the place of what stood there; all of it or nothing.

    Raises:
        WriteRefused: if rows break the table's rules, or rows are absent without a reason.
        StatementError: if a statement fails on the data.
        StatementStopped: if a signal arrived or the time is up.
        EngineError: if nothing like it can succeed.
    """
    began = time.monotonic()
    with guard.engine.transaction():
        _stage(guard, span)
        _refuse_broken_rules(guard, span.model)
        moved_contents = _delete_elsewhere(guard, span)
        moved = [
            Entry(season_of(day), day, span.model.version, 0, content.fingerprint, content.rows, content.rows)
            for day, content in moved_contents.items()
        ]
        _replace(guard, span)
        _expect(guard, span)
        contents = _contents(guard, span)
        close_failures(guard, span.model, span.dates)
        if any(content.rows < content.expected for content in contents.values()):
            record_absences(guard, run_id, span.model, STAGE, SPINE)
        entries = [_entry(span, unit, contents.get(unit.date, _Content())) for unit in span.units]
        append(guard, run_id, span.model.name, [*moved, *entries], time.monotonic() - began)
    readings = {day: content.readings for day, content in (moved_contents | contents).items()}
    return Written(tuple(entries), tuple(moved), readings, time.monotonic() - began)


def span_values(model: Model, season: str, first: date, last: date) -> dict[str, Value]:
    """Parameters of a model's compiled SQL for a span of dates, both included."""
    first_year = season_start_year(season) - model.look_back
    return {"span_start": first, "span_end": last, "season": season, "first_season": season_name(first_year)}


def named_values(sql: str, values: dict[str, Value]) -> dict[str, Value]:
    """Those of the values that SQL names: an engine refuses others."""
    named = set(_NAMED.findall(sql))
    return {name: value for name, value in values.items() if name in named}


def _stage(guard: Guard, span: Span) -> None:
    producer = span.model.producer
    if producer is not None:
        asked = Asked(span.season, tuple(unit.date for unit in span.units if unit.is_due))
        nothing = {name: np.array([], dtype=object) for name in span.model.table.column_names}
        guard.stage(STAGE, span.model.table, producer(guard, asked) if asked.dates else nothing)
        return
    _keep(guard, span, STAGE, (span.text.rows, span.model.time))


def _expect(guard: Guard, span: Span) -> None:
    """Compute the expected rows, once the new ones are in place: a spine may name its own table."""
    _keep(guard, span, SPINE, (span.text.expected, "unit_date"))


def _keep(guard: Guard, span: Span, name: str, source: tuple[str, str]) -> None:
    select, time_column = source
    guard.execute(
        f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM ({select}) AS span_rows"
        f" WHERE {time_column} IN (SELECT UNNEST(CAST($wanted_dates AS DATE[])))",
        {
            **named_values(
                select,
                dict(span.model.values) | span_values(span.model, span.season, span.units[0].date, span.units[-1].date),
            ),
            "wanted_dates": [unit.date for unit in span.units if unit.is_due],
        },
    )


def _refuse_broken_rules(guard: Guard, model: Model) -> None:
    for breach in breaches(guard, model.table, STAGE):
        raise WriteRefused(f"{breach.rows} rows break '{breach.rule}', such as {breach.examples}")


def _contents(guard: Guard, span: Span) -> dict[date, _Content]:
    """Rows, their fingerprint and expected rows of each date.

    Raises:
        WriteRefused: if expected rows are absent without a reason, or rows are not expected.
    """
    model, engine = span.model, guard.engine
    rows = guard.query(
        f"""WITH content AS (
            SELECT {model.time} AS unit_date, COUNT(*) AS row_count,
                BIT_XOR({engine.row_hash(model.table.content_columns)}) AS output_fingerprint
            FROM {STAGE} GROUP BY {model.time}
        ),
        expected AS (
            SELECT s.unit_date, COUNT(*) AS expected,
                COUNT(CASE WHEN t.{model.time} IS NULL AND s.category IS NULL THEN 1 END) AS unexplained,
                COUNT(t.{model.time}) AS present
            FROM {SPINE} AS s
            LEFT JOIN {STAGE} AS t ON {matching(model)}
            GROUP BY s.unit_date
        ),
        unit AS (
            SELECT $table_name AS table_name, COALESCE(c.unit_date, e.unit_date) AS unit_date,
                COALESCE(c.output_fingerprint, 0) AS output_fingerprint, COALESCE(c.row_count, 0) AS row_count,
                COALESCE(e.expected, 0) AS expected, COALESCE(e.unexplained, 0) AS unexplained,
                COALESCE(e.present, 0) AS present
            FROM content AS c
            FULL JOIN expected AS e ON e.unit_date = c.unit_date
        )
        SELECT unit_date, output_fingerprint, row_count, expected, {engine.row_hash(SAME_CONTENT)},
            {engine.row_hash(PAST_CONTENT)}, unexplained > 0 OR row_count <> present FROM unit""",
        {"table_name": model.name},
    ).rows
    if any(row[-1] for row in rows):
        raise WriteRefused(_discrepancy(guard, model))
    return {cast("date", row[0]): _content(row) for row in rows}


def _content(row: tuple[Value, ...]) -> _Content:
    fingerprint, rows, expected, same, past = (int(str(value)) for value in row[1:6])
    return _Content(fingerprint, rows, expected, (same, past))


def matching(model: Model) -> str:
    """SQL: a row `t` of the table is the one that row `s` of its spine expects."""
    same_key = " AND ".join(f"t.{name} = s.{name}" for name in model.spine.key)
    return f"{same_key} AND t.{model.time} = s.unit_date"


def _discrepancy(engine: Statements, model: Model) -> str:
    key = ", ".join(f"s.{name}" for name in model.spine.key)
    absent = engine.query(
        f"SELECT {key}, s.unit_date FROM {SPINE} AS s LEFT JOIN {STAGE} AS t ON {matching(model)}"
        f" WHERE t.{model.time} IS NULL AND s.category IS NULL ORDER BY s.unit_date, {key} LIMIT 1"
    )
    if absent.rows:
        return f"expected rows are absent without a reason, such as {describe(absent.columns, absent.rows[0])}"
    key = ", ".join(f"t.{name}" for name in model.spine.key)
    surplus = engine.query(
        f"SELECT {key}, t.{model.time} FROM {STAGE} AS t LEFT JOIN {SPINE} AS s ON {matching(model)}"
        f" WHERE s.unit_date IS NULL ORDER BY t.{model.time}, {key} LIMIT 1"
    )
    if surplus.rows:
        example = describe(surplus.columns, surplus.rows[0])
        return f"rows are there that '{model.spine.name}' does not expect, such as {example}"
    return f"'{model.spine.name}' expects one row more than once"


def _delete_elsewhere(guard: Guard, span: Span) -> dict[date, _Content]:
    """Delete rows of other dates that carry a key of the new ones, as those of a game that was moved.

    Returns:
        What then stands on those dates. No input makes an input fingerprint of 0, so they are stale until rewritten.
    """
    model, engine = span.model, guard.engine
    if model.time in model.table.grain:
        return {}
    key = " AND ".join(f"t.{name} = n.{name}" for name in model.table.grain)
    elsewhere = (
        f"FROM {model.table.name} AS t WHERE EXISTS (SELECT 1 FROM {STAGE} AS n WHERE {key})"
        f" AND t.{model.time} NOT IN (SELECT UNNEST(CAST($dates AS DATE[])))"
    )
    moved = guard.query(f"SELECT DISTINCT t.{model.time} {elsewhere}", {"dates": span.dates}).rows
    if not moved:
        return {}
    guard.execute(f"DELETE {elsewhere}", {"dates": span.dates})
    left = guard.query(
        f"""WITH moved AS (SELECT UNNEST(CAST($moved_dates AS DATE[])) AS unit_date),
        unit AS (
            SELECT $table_name AS table_name, m.unit_date, COUNT(t.{model.time}) AS row_count,
                COALESCE(BIT_XOR(t.content), 0) AS output_fingerprint
            FROM moved AS m
            LEFT JOIN (
                SELECT {model.time}, {engine.row_hash(model.table.content_columns)} AS content
                FROM {model.table.name} WHERE {model.condition}
            ) AS t ON t.{model.time} = m.unit_date
            GROUP BY m.unit_date
        )
        SELECT unit_date, output_fingerprint, row_count, row_count, {engine.row_hash(SAME_CONTENT)},
            {engine.row_hash(PAST_CONTENT)} FROM unit""",
        {"moved_dates": [row[0] for row in moved], "table_name": model.name, **model.own_values},
    ).rows
    return {cast("date", row[0]): _content(row) for row in left}


def _replace(guard: Guard, span: Span) -> None:
    model = span.model
    columns = ", ".join(model.table.column_names)
    guard.execute(
        f"DELETE FROM {model.table.name} WHERE {model.condition}"
        f" AND {model.time} IN (SELECT UNNEST(CAST($dates AS DATE[])))",
        {"dates": span.dates, **model.own_values},
    )
    guard.execute(f"INSERT INTO {model.table.name} ({columns}) SELECT {columns} FROM {STAGE}")


def _entry(span: Span, unit: SpanUnit, content: _Content) -> Entry:
    return Entry(
        span.season,
        unit.date,
        span.model.version,
        unit.input_fingerprint,
        content.fingerprint,
        content.rows,
        content.expected,
    )
