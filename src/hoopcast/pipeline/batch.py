"""Dates of one table and season written in one transaction, halved where they fail until the guilty stand alone."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeAlias

import numpy as np

from hoopcast.calendar import season_of
from hoopcast.errors import ForecastError, RunError, StatementError, StatementStopped, WarehouseError, WriteRefused
from hoopcast.pipeline.checks import breaches
from hoopcast.pipeline.compiled import BatchText
from hoopcast.pipeline.contents import SPINE, STAGE, THESE, Content, Key, contents, delete_elsewhere, these
from hoopcast.pipeline.failures import close_failures, record_absences, record_failed_partition
from hoopcast.pipeline.guard import Guard
from hoopcast.pipeline.ledger import Entry, append
from hoopcast.pipeline.node import Asked, Node, asked_systems
from hoopcast.pipeline.state import Readings
from hoopcast.pipeline.time_constraint import batch_values, named_values
from hoopcast.warehouse.engine import ColumnsOf, Parameters

# Rows that are handed in to the engine together: of a date all systems' are few, of a season each system's are many.
_ROWS_AT_ONCE = 100_000


@dataclass(frozen=True)
class BatchPartition:
    """A date to write: the content of its inputs, what stands in the table now, and whether it is still due."""

    date: date
    input_fingerprint: int
    standing_fingerprint: int
    standing_rows: int
    is_due: bool


@dataclass(frozen=True)
class Batch:
    """Dates of one season to write to one table, not necessarily one after the other, and the SQL that gives them."""

    node: Node
    text: BatchText
    season: str
    partitions: tuple[BatchPartition, ...]

    @property
    def dates(self) -> tuple[date, ...]:
        """Its dates in order."""
        return tuple(partition.date for partition in self.partitions)

    def halves(self) -> tuple["Batch", "Batch"]:
        """The earlier and the later half of its dates."""
        middle = len(self.partitions) // 2
        return replace(self, partitions=self.partitions[:middle]), replace(self, partitions=self.partitions[middle:])


@dataclass(frozen=True)
class Written:
    """What a batch wrote: an entry for each date, others for dates that rows were moved away from, and seconds.

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


def write_batches(guard: Guard, run_id: str, batches: Sequence[Batch]) -> tuple[Written, ...]:
    """Compute batches, check them, and put them in the place of what stood there; all of them or nothing.

    Args:
        guard: the warehouse under watch.
        run_id: run that writes.
        batches: of each table and season; where there are several, each is of a system, none of which reads another.

    Returns:
        What each of them wrote; the time that they had in common is shared equally among them.

    Raises:
        WriteRefused: if rows break the table's rules, or rows are absent without a reason.
        StatementError: if a statement fails on the data.
        StatementStopped: if a signal arrived or the time is up.
        EngineError: if nothing like it can succeed.
    """
    began = time.monotonic()
    node = batches[0].node
    partitions = [(batch.node.system_id, day) for batch in batches for day in batch.dates]
    with guard.engine.transaction():
        produced = _stage(guard, batches)
        for breach in breaches(guard, node.table.stored, STAGE):
            raise WriteRefused(f"{breach.rows} rows break '{breach.rule}', such as {breach.examples}")
        moved = delete_elsewhere(guard, node, partitions)
        _replace(guard, node, partitions)
        _expect(guard, batches)
        placed = contents(guard, node)
        emptied = [key for key, content in moved.items() if not content.rows]
        close_failures(guard, node.table.name, [*partitions, *emptied])
        if any(content.rows < content.expected for content in placed.values()):
            record_absences(guard, run_id, node, STAGE, SPINE)
        in_common = (time.monotonic() - began - sum(produced)) / len(batches)
        written = tuple(
            _written(batch, moved, placed, seconds + in_common)
            for batch, seconds in zip(batches, produced, strict=True)
        )
        append(guard, run_id, [entry for each in written for entry in (*each.moved, *each.entries)])
    return written


def _written(batch: Batch, moved: dict[Key, Content], standing: dict[Key, Content], seconds: float) -> Written:
    node = batch.node
    elsewhere = {day: content for (system, day), content in moved.items() if system == node.system_id}
    placed = {
        partition.date: standing.get((node.system_id, partition.date), _NOTHING) for partition in batch.partitions
    }
    share = seconds / (len(elsewhere) + len(placed))
    return Written(
        tuple(
            Entry(
                node.name,
                batch.season,
                partition.date,
                node.version,
                partition.input_fingerprint,
                content.fingerprint,
                content.rows,
                content.expected,
                share,
            )
            for partition in batch.partitions
            for content in (placed[partition.date],)
        ),
        # No input makes an input fingerprint of 0, so they are stale until rewritten.
        tuple(
            Entry(
                node.name,
                season_of(day),
                day,
                node.version,
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


def _stage(guard: Guard, batches: Sequence[Batch]) -> list[float]:
    """Compute the new rows of all; seconds that each took by itself."""
    if batches[0].node.producer is None:
        (batch,) = batches
        select, values = _selected(batch, batch.text.rows, batch.node.time)
        guard.execute(f"CREATE OR REPLACE TEMP TABLE {STAGE} AS {select}", values)
        return [0.0]
    table, seconds = batches[0].node.table.stored, []
    columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
    guard.execute(f"CREATE OR REPLACE TEMP TABLE {STAGE} ({columns})")
    made: list[ColumnsOf] = []
    for batch in batches:
        began = time.monotonic()
        asked = Asked(batch.season, tuple(partition.date for partition in batch.partitions if partition.is_due))
        if batch.node.producer is not None and asked.dates:
            made.append(batch.node.producer(guard, asked))
        if made and (batch is batches[-1] or sum(len(part[table.grain[0]]) for part in made) >= _ROWS_AT_ONCE):
            guard.append(
                STAGE,
                table,
                {name: np.concatenate([part[name] for part in made]) for name in table.column_names},
            )
            made.clear()
        seconds.append(time.monotonic() - began)
    return seconds


def _expect(guard: Guard, batches: Sequence[Batch]) -> None:
    """Compute the expected rows of all, once the new ones are in place: a spine may name its own table."""
    node, dates = batches[0].node, [day for batch in batches for day in batch.dates]
    due = [
        (batch.node.system_id, partition.date)
        for batch in batches
        for partition in batch.partitions
        if partition.is_due
    ]
    systems, values = asked_systems([batch.node for batch in batches])
    select = f"{systems}SELECT * FROM ({batches[0].text.expected}) AS expected_rows"
    bounds = batch_values(node.look_back, batches[0].season, min(dates), max(dates))
    owner = "system_id" if node.system_id else "''"
    guard.execute(
        f"CREATE OR REPLACE TEMP TABLE {SPINE} AS WITH {THESE} SELECT * FROM ({select}) AS batch_rows"
        f" WHERE (partition_date, {owner}) IN (SELECT partition_date, system_id FROM these)",
        {**these(due), **values, **named_values(select, bounds)},
    )


def _selected(batch: Batch, select: str, time_column: str) -> tuple[str, Parameters]:
    """SQL of the dates of a batch that are due, and what it binds."""
    first, last = batch.partitions[0].date, batch.partitions[-1].date
    bounds = batch_values(batch.node.look_back, batch.season, first, last)
    return (
        f"SELECT * FROM ({select}) AS batch_rows WHERE {time_column} IN (SELECT UNNEST(CAST($wanted_dates AS DATE[])))",
        {
            **named_values(select, bounds),
            "wanted_dates": [partition.date for partition in batch.partitions if partition.is_due],
        },
    )


def _replace(guard: Guard, node: Node, partitions: Sequence[Key]) -> None:
    table = node.table.stored
    columns = ", ".join(table.column_names)
    guard.execute(
        f"WITH {THESE} DELETE FROM {table.name} AS t WHERE t.{node.time} BETWEEN $first AND $last"
        f" AND (t.{node.time}, {node.owner('t')}) IN (SELECT partition_date, system_id FROM these)",
        {**these(partitions), "first": min(day for _, day in partitions), "last": max(day for _, day in partitions)},
    )
    # Neighbours that are alike take less of the file.
    order = f" ORDER BY {table.headers['order']}" if "order" in table.headers else ""
    guard.execute(f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {STAGE}{order}")


# When the first dates of a batch all fail alone and alike, the fault is in none of them but in what all tables share.
_SYSTEMIC_FAILURES = 4
Category = Literal["TIMEOUT", "PROCESSING_ERROR"]
_OF_A_SPAN = (WriteRefused, StatementError, StatementStopped)


@dataclass(frozen=True)
class FailedPartition:
    """A date that failed alone: its entry for the ledger, with the message, and what kind of failure it is."""

    entry: Entry
    category: Category


@dataclass(frozen=True)
class Outcome:
    """What became of a batch: the parts that landed, and the dates that failed."""

    season: str
    landed: tuple[tuple[Batch, Written], ...]
    failed: tuple[FailedPartition, ...]


OnLanded: TypeAlias = Callable[[Batch, Written], None]


def write_together(
    guard: Guard, run_id: str, batches: Sequence[Batch], timeout_seconds: float, on_landed: OnLanded
) -> tuple[Outcome, ...]:
    """Write batches of one table in one transaction; where that fails each alone, as `write_in_parts` does.

    Args:
        guard: the warehouse under watch.
        run_id: run that writes.
        batches: of one season, each of another system, none of which reads another.
        timeout_seconds: time that each of them may take.
        on_landed: told of each part that landed.

    Raises:
        RunError: if the fault is in no single date; the dates that were tried are recorded as failed.
        EngineError: if nothing can go on.
        StatementStopped: if a signal arrived.
    """
    if len(batches) > 1:
        try:
            with guard.limit(timeout_seconds * len(batches)):
                landed = write_batches(guard, run_id, batches)
        except _OF_A_SPAN:
            if guard.signal_number is not None:
                raise
        else:
            for batch, written in zip(batches, landed, strict=True):
                on_landed(batch, written)
            return tuple(
                Outcome(batch.season, ((batch, written),), ()) for batch, written in zip(batches, landed, strict=True)
            )
    return tuple(write_in_parts(guard, run_id, batch, timeout_seconds, on_landed) for batch in batches)


def write_in_parts(guard: Guard, run_id: str, batch: Batch, timeout_seconds: float, on_landed: OnLanded) -> Outcome:
    """Write a batch, or as much of it as there is no fault in, and record the dates that failed.

    Args:
        guard: the warehouse under watch.
        run_id: run that writes.
        batch: dates to write.
        timeout_seconds: time that each attempt may take.
        on_landed: told of each part that landed.

    Raises:
        RunError: if the fault is in no single date; the dates that were tried are recorded as failed.
        EngineError: if nothing can go on.
        StatementStopped: if a signal arrived.
    """
    landed: list[tuple[Batch, Written]] = []
    failed: list[FailedPartition] = []
    waiting = [batch]
    while waiting:
        part = waiting.pop()
        began = time.monotonic()
        try:
            with guard.limit(timeout_seconds):
                (written,) = write_batches(guard, run_id, (part,))
        except _OF_A_SPAN as error:
            if guard.signal_number is not None:
                raise
            if len(part.partitions) > 1:
                waiting.extend(reversed(part.halves()))
                continue
            failed.append(_failed(part, error, timeout_seconds, time.monotonic() - began))
            # What one system can not do, the others still can.
            if not landed and _is_systemic(failed) and not isinstance(error, ForecastError):
                _record(guard, run_id, batch.node, failed)
                raise RunError(
                    f"{batch.node.name}: the first {_SYSTEMIC_FAILURES} dates of {batch.season} all fail alike:"
                    f" {failed[0].entry.error}"
                ) from error
        else:
            landed.append((part, written))
            on_landed(part, written)
    moved = {entry.partition_date: entry for _, written in landed for entry in written.moved}
    failed = [_after_moves(failure, moved) for failure in failed]
    _record(guard, run_id, batch.node, failed)
    return Outcome(batch.season, tuple(landed), tuple(failed))


def _failed(part: Batch, error: WarehouseError, timeout_seconds: float, seconds: float) -> FailedPartition:
    is_late = isinstance(error, StatementStopped)
    (partition,) = part.partitions
    entry = Entry(
        node=part.node.name,
        season=part.season,
        partition_date=partition.date,
        version=part.node.version,
        input_fingerprint=partition.input_fingerprint,
        output_fingerprint=partition.standing_fingerprint,
        rows=partition.standing_rows,
        expected=partition.standing_rows,
        seconds=seconds,
        status="failed",
        error=f"not finished after {timeout_seconds:g} s; --timeout SECONDS allows more" if is_late else str(error),
    )
    return FailedPartition(entry, "TIMEOUT" if is_late else "PROCESSING_ERROR")


def _after_moves(failure: FailedPartition, moved: Mapping[date, Entry]) -> FailedPartition:
    """A failure whose rows other dates may have taken over since the batch was planned."""
    left = moved.get(failure.entry.partition_date)
    if left is None:
        return failure
    entry = replace(failure.entry, output_fingerprint=left.output_fingerprint, rows=left.rows, expected=left.expected)
    return replace(failure, entry=entry)


def _is_systemic(failed: list[FailedPartition]) -> bool:
    return len(failed) == _SYSTEMIC_FAILURES and len({_kind(failure) for failure in failed}) == 1


def _kind(failure: FailedPartition) -> str:
    """What went wrong, without the rows that it went wrong in."""
    return str(failure.entry.error).split(", such as ")[0].lstrip("0123456789")


def _record(guard: Guard, run_id: str, node: Node, failed: list[FailedPartition]) -> None:
    if not failed:
        return
    with guard.engine.transaction():
        dates = [failure.entry.partition_date for failure in failed]
        close_failures(guard, node.table.name, [(node.system_id, day) for day in dates])
        for failure in failed:
            record_failed_partition(guard, run_id, failure.entry, failure.category)
        append(guard, run_id, [failure.entry for failure in failed])
