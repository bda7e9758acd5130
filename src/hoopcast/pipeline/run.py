"""Runs: choose what is not done, write it batch by batch, and say what became of each table."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import groupby
from typing import Protocol

from hoopcast.errors import HoopcastError, Interrupted, RunError, WarehouseDamaged, WarehouseError
from hoopcast.pipeline.batch import Batch, BatchPartition, Outcome, Written, write_together
from hoopcast.pipeline.guard import Guard
from hoopcast.pipeline.heartbeat import Heartbeat, heartbeat_path
from hoopcast.pipeline.ledger import LEDGER, Ending, Totals, end_run, start_run
from hoopcast.pipeline.lineage import Edge, closure, edges, sources
from hoopcast.pipeline.live_state import (
    LivePartition,
    LiveState,
    dates_with_open_upstream,
    dates_without_source,
    dates_written_without,
    input_fingerprints,
    keep,
    read_live_state,
    set_open,
)
from hoopcast.pipeline.model import Model, written_together
from hoopcast.pipeline.plan import Chosen, Selection, State, begin, choose, counts
from hoopcast.pipeline.preflight import missed_input, preflight
from hoopcast.pipeline.report import PlannedBatch, RunReport, TableReport, planned_batches
from hoopcast.pipeline.states import years_of
from hoopcast.pipeline.texts import BatchText, batch_texts
from hoopcast.warehouse.engine import Engine


@dataclass(frozen=True)
class Turn:
    """What a model has to write: partitions, each with the fingerprint of its inputs.

    `open_partitions` are all of its partitions that are not done yet, asked for or not; `unchanged` dates that were
    asked for turned out to be done; `blocked` ones can not be written yet, `blocked_named` of them the command names.
    """

    model: Model
    to_write: tuple[tuple[LivePartition, int], ...]
    open_partitions: frozenset[tuple[int, date]]
    unchanged: int
    blocked: int
    blocked_named: int


def look_again(
    live: LiveState,
    model: Model,
    chosen: Sequence[Chosen],
    blocks: Callable[[LiveState, Iterable[LivePartition]], set[date]],
) -> Turn:
    """Look at a model's partitions again: what its inputs came out to be, and which can not be written yet.

    Inputs are looked at before the transaction that reads them. Should another connection change them in between, the
    partition is stale at the next look rather than wrongly done.

    Args:
        live: what tables hold now.
        model: the model whose turn it is.
        chosen: its partitions that the command asks for.
        blocks: the dates of partitions that can not be written yet.
    """
    partitions = live.partitions.get(model.name, [])
    inputs = input_fingerprints(live, edges(model), partitions)
    again = {one.partition.date: one.again for one in chosen}
    blocked = blocks(live, (partition for partition in partitions if partition.date in again))
    is_done = [
        not partition.is_available or (partition.is_due and partition.recorded_input == fingerprint)
        for partition, fingerprint in zip(partitions, inputs, strict=True)
    ]
    asked = [
        (partition, fingerprint)
        for partition, fingerprint, done in zip(partitions, inputs, is_done, strict=True)
        if partition.date in again and partition.is_available and (again[partition.date] or not done)
    ]
    writable = [
        (partition, fingerprint)
        for partition, fingerprint in asked
        if partition.date not in blocked or not partition.is_due
    ]
    named = {one.partition.date for one in chosen if one.is_named}
    return Turn(
        model,
        tuple(writable),
        frozenset(
            (partition.year, partition.date) for partition, done in zip(partitions, is_done, strict=True) if not done
        ),
        unchanged=len(again) - len(asked),
        blocked=len(asked) - len(writable),
        blocked_named=sum(
            partition.date in named and partition.is_due and partition.date in blocked for partition, _ in asked
        ),
    )


def take_in(live: LiveState, turn: Turn, outcomes: Sequence[Outcome]) -> None:
    """Let later models see what a model wrote, and which of its partitions are still open."""
    open_partitions = set(turn.open_partitions)
    for outcome in outcomes:
        for part, written in outcome.landed:
            entries = (*written.moved, *written.entries)
            keep(
                live,
                turn.model.name,
                ((entry, written.readings.get(entry.partition_date, (0, 0))) for entry in entries),
            )
            open_partitions |= {(int(entry.season[:4]), entry.partition_date) for entry in written.moved}
            open_partitions -= {(int(part.season[:4]), day) for day in part.dates}
        open_partitions |= {(int(outcome.season[:4]), failure.partition.date) for failure in outcome.failed}
    set_open(live, turn.model.name, open_partitions)


def batches(turn: Turn, text: BatchText) -> tuple[Batch, ...]:
    """What a model has to write, a batch for each season."""
    return tuple(
        Batch(
            turn.model,
            text,
            season,
            tuple(
                BatchPartition(
                    partition.date, fingerprint, partition.output_fingerprint, partition.rows, partition.is_due
                )
                for partition, fingerprint in partitions
            ),
        )
        for season, partitions in groupby(turn.to_write, key=lambda one: one[0].season)
    )


TIMEOUT_SECONDS = 600.0


class Progress(Protocol):
    """What a run tells while it goes on."""

    def table_started(self, table: str, dates: int) -> None:
        """A table begins, with so many dates to write."""

    def batch_started(self, table: str, season: str, dates: int) -> None:
        """A batch begins."""

    def batch_ended(self, table: str, season: str, written: Written) -> None:
        """A batch, or the part of it that has no fault, was written."""

    def table_ended(self, report: TableReport) -> None:
        """A table ends."""


class Silence:
    """A progress that nobody looks at."""

    def table_started(self, table: str, dates: int) -> None:
        """Say nothing."""

    def batch_started(self, table: str, season: str, dates: int) -> None:
        """Say nothing."""

    def batch_ended(self, table: str, season: str, written: Written) -> None:
        """Say nothing."""

    def table_ended(self, report: TableReport) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class RunOptions:
    """How a run is recorded and how long a batch may take.

    `command` is what the user typed: it is recorded, and named where a message says how to resume.
    """

    command: str = "hoopcast backfill"
    timeout_seconds: float = TIMEOUT_SECONDS


_DEFAULTS = RunOptions()


@dataclass(frozen=True)
class _Run:
    engine: Engine
    guard: Guard
    run_id: str
    models: tuple[Model, ...]
    options: RunOptions
    progress: Progress
    live: LiveState
    beats: Heartbeat
    texts: dict[str, BatchText]
    depends: dict[str, list[Edge]]
    selection: Selection
    notes: list[str]

    def blocked(self, model: Model, live: LiveState, partitions: Iterable[LivePartition]) -> set[date]:
        """Dates of a model's partitions that can not be written yet.

        Where the command asks for no more than the tables, they are written from what there is, if there is anything.
        """
        depends = self.depends.get(model.name, [])
        if self.selection.upstream != "along":
            return dates_with_open_upstream(live, depends, partitions)
        helpers = {one.name for one in self.models if one.is_helper}
        named = [edge for edge in depends if edge.upstream not in helpers]
        return dates_without_source(live, sources(model, self.models), named, partitions)


def rehearse(engine: Engine, models: tuple[Model, ...], selection: Selection) -> tuple[PlannedBatch, ...]:
    """What `run` would write, without writing anything."""
    years = years_of(models, [day.season for day in selection.dates])
    if years is None:
        return ()
    begin(engine, models, years)
    return planned_batches(choose(engine, models, selection))


def run(
    engine: Engine,
    models: tuple[Model, ...],
    selection: Selection,
    options: RunOptions = _DEFAULTS,
    progress: Progress | None = None,
) -> RunReport:
    """Write the chosen partitions and what they need.

    Args:
        engine: the warehouse.
        models: every model, each after all that it reads.
        selection: tables and dates, and how much of it.
        options: the command to record, and time limits.
        progress: told of tables and batches.

    Raises:
        PreflightError: if final games lack raw input that a table requires; not without upstream.
        RunError: if the fault is in no single date; what was finished stays, and the message names the command
            that resumes.
        Interrupted: if a signal ended the run.
    """
    began = time.monotonic()
    years = years_of(models, [day.season for day in selection.dates])
    if years is None:
        return RunReport("", (), 0.0)
    begin(engine, models, years)
    needed = _needed(models, selection)
    if selection.upstream == "all":
        preflight(engine, needed, selection.dates)
    chosen = choose(engine, models, selection)
    before = counts(engine, selection)
    if not chosen:
        return RunReport("", _reports(models, selection, before, {}, Counter()), time.monotonic() - began)
    looked_at = Counter(one.partition.table for one in chosen if one.is_named and one.is_looked_at)
    missed = missed_input(engine, needed, selection.dates)
    tables = {one.partition.table for one in chosen}
    texts = batch_texts(engine.dialect, tuple(model for model in models if model.name in tables))
    reports: dict[str, TableReport] = {}
    depends: dict[str, list[Edge]] = {}
    for edge in closure(models):
        depends.setdefault(edge.table, []).append(edge)
    run_id = start_run(engine, options.command)
    live = read_live_state(engine, min(int(one.partition.season[:4]) for one in chosen))
    beats = Heartbeat(heartbeat_path(engine.url), run_id, options.command)
    with Guard(engine) as guard, beats:
        this = _Run(
            engine,
            guard,
            run_id,
            models,
            options,
            progress or Silence(),
            live,
            beats,
            texts,
            depends,
            selection,
            [],
        )
        try:
            for report in _tables(this, chosen):
                reports[report.table] = report
        except HoopcastError as error:
            raise _ended(this, reports, error) from error
    ended = _reports(models, selection, before, reports, looked_at)
    end_run(engine, run_id, *_ending(ended, _totals(reports)))
    return RunReport(run_id, ended, time.monotonic() - began, (*missed, *this.notes))


def _needed(models: tuple[Model, ...], selection: Selection) -> list[Model]:
    """The chosen models and all that they read, directly or not."""
    names = set(selection.tables) | {edge.upstream for edge in closure(models) if edge.table in selection.tables}
    return [model for model in models if model.name in names]


def _tables(run: _Run, chosen: tuple[Chosen, ...]) -> Iterator[TableReport]:
    by_table = {name: tuple(partitions) for name, partitions in groupby(chosen, key=lambda one: one.partition.table)}
    changed: set[str] = set()
    for group in written_together(run.models):
        # A table that the command leaves out may be stale by now, and blocks what reads it.
        due = [
            model for model in group if model.name in by_table or any(edge.upstream in changed for edge in edges(model))
        ]
        for report in _group(run, due, by_table):
            changed |= {report.table} if report.dates else set()
            if report.table in by_table:
                yield report


def _group(run: _Run, models: Sequence[Model], by_table: Mapping[str, tuple[Chosen, ...]]) -> list[TableReport]:
    """Write tables that are written together; what became of each."""
    turns = [look_again(run.live, model, by_table.get(model.name, ()), partial(run.blocked, model)) for model in models]
    asked = [turn for turn in turns if turn.model.name in by_table]
    if asked:
        name = asked[0].model.name if len(asked) == 1 else asked[0].model.table.name
        run.beats.table_started(name, sum(len(turn.to_write) for turn in asked))
    for turn in asked:
        run.progress.table_started(turn.model.name, len(turn.to_write))
    outcomes = _outcomes(
        run, [batch for turn in asked if turn.to_write for batch in batches(turn, run.texts[turn.model.name])]
    )
    reports = []
    for turn in turns:
        of_model = outcomes.get(turn.model.name, [])
        run.notes.extend(_written_without(run, turn))
        take_in(run.live, turn, of_model)
        reports.append(_table_report(run, turn, of_model))
    for turn, report in zip(turns, reports, strict=True):
        if turn.model.name in by_table:
            run.progress.table_ended(report)
    return reports


def _outcomes(run: _Run, to_write: Sequence[Batch]) -> dict[str, list[Outcome]]:
    """Write batches season by season; outcomes of each table."""

    def landed(part: Batch, written: Written) -> None:
        run.beats.dates_written(written.dates, written.rows)
        run.progress.batch_ended(part.model.name, part.season, written)

    found: dict[str, list[Outcome]] = {}
    for _, of_season in groupby(sorted(to_write, key=lambda batch: batch.season), key=lambda batch: batch.season):
        together = tuple(of_season)
        for batch in together:
            run.progress.batch_started(batch.model.name, batch.season, len(batch.partitions))
        outcomes = write_together(run.guard, run.run_id, together, run.options.timeout_seconds, landed)
        for batch, outcome in zip(together, outcomes, strict=True):
            found.setdefault(batch.model.name, []).append(outcome)
    return found


def _written_without(run: _Run, turn: Turn) -> list[str]:
    """What a named table should have read of its dates and could not, a line for each input."""
    if run.selection.upstream != "along" or turn.model.name not in run.selection.tables:
        return []
    dates = [partition.date for partition, _ in turn.to_write]
    read = [edge.upstream for edge in run.depends.get(turn.model.name, ()) if edge.time_constraint == "same"]
    named = [model for model in run.models if model.name in read and not model.is_helper]
    lacking = {model.name: dates_written_without(run.live, model.name, dates) for model in named}
    return [
        f"{turn.model.name} is written without {name}, which is not done on {count} of {len(dates)} dates; once it is,"
        f" `hoopcast backfill {turn.model.table.short}` reads it"
        for name, count in lacking.items()
        if count
    ]


def _table_report(run: _Run, turn: Turn, outcomes: list[Outcome]) -> TableReport:
    # What is brought along is not asked for.
    blocked = turn.blocked_named if run.selection.upstream == "along" else turn.blocked
    landed = [written for outcome in outcomes for _, written in outcome.landed]
    failed = [failure for outcome in outcomes for failure in outcome.failed]
    return TableReport(
        table=turn.model.name,
        dates=sum(written.dates for written in landed),
        rows=sum(written.rows for written in landed),
        expected=sum(written.expected for written in landed),
        failed=len(failed),
        blocked=blocked,
        unchanged=turn.unchanged,
        seconds=sum(written.seconds for written in landed) + sum(failure.seconds for failure in failed),
    )


def _reports(
    models: tuple[Model, ...],
    selection: Selection,
    before: dict[tuple[str, State], int],
    reports: dict[str, TableReport],
    looked_at: Mapping[str, int],
) -> tuple[TableReport, ...]:
    names = [model.name for model in models if model.name in selection.tables or model.name in reports]
    return tuple(
        replace(
            report,
            unchanged=report.unchanged
            + (0 if name in selection.again else before.get((name, "done"), 0) - looked_at.get(name, 0)),
            not_available=before.get((name, "not_available"), 0),
        )
        for name in names
        for report in (reports.get(name, TableReport(name)),)
    )


def _totals(reports: dict[str, TableReport]) -> Totals:
    tables = reports.values()
    return Totals(
        sum(table.dates for table in tables),
        sum(table.failed for table in tables),
        sum(table.rows for table in tables),
    )


def _ending(reports: Sequence[TableReport], totals: Totals) -> tuple[Ending, Totals, str | None]:
    """How a run that went to its end is recorded: done only if all that was asked for is."""
    failed, blocked = sum(one.failed for one in reports), sum(one.blocked for one in reports)
    counts = ((failed, "failed"), (blocked, "blocked"), (totals.partitions_done, "written"))
    message = ", ".join(f"{count} dates of tables {what}" for count, what in counts if count)
    return (
        ("failed", totals, message) if failed else ("blocked", totals, message) if blocked else ("done", totals, None)
    )


def _recorded(run: _Run, reports: dict[str, TableReport]) -> Totals:
    """What the ledger says that a run wrote, the table included at which it ended."""
    try:
        rows = run.engine.query(
            "SELECT COUNT(CASE WHEN status = 'done' THEN 1 END), COUNT(CASE WHEN status = 'failed' THEN 1 END),"
            f" COALESCE(SUM(CASE WHEN status = 'done' THEN rows END), 0) FROM {LEDGER} WHERE run_id = $run_id",
            {"run_id": run.run_id},
        ).rows
    except WarehouseError:
        # What ended the run may be that the engine answers no more: then the finished tables are what is known.
        return _totals(reports)
    return Totals(*(int(str(count)) for count in rows[0]))


def _ended(run: _Run, reports: dict[str, TableReport], error: HoopcastError) -> HoopcastError:
    """Record that a run ended before its time, and say how it goes on."""
    done = _recorded(run, reports)
    finished = (
        f"{done.partitions_done} dates of tables were finished and stay"
        if done.partitions_done
        else "nothing was written"
    )
    # A damaged file resumes nothing: its error says what to do.
    is_lost = isinstance(error, WarehouseDamaged)
    live = finished if is_lost else f"{finished}; `{run.options.command}` resumes"
    number = run.guard.signal_number
    if number is not None:
        ended: HoopcastError = Interrupted(f"stopped by {signal.Signals(number).name}; {live}", number)
    else:
        ended = RunError(f"{error}; {live}")
    try:
        end_run(run.engine, run.run_id, "failed" if number is None else "interrupted", done, str(ended))
    except WarehouseError as fault:
        return RunError(f"{ended}; its end could not be recorded: {fault}")
    return ended
