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
from hoopcast.pipeline.compiled import BatchText, batch_texts
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
from hoopcast.pipeline.node import Node, written_together
from hoopcast.pipeline.plan import Chosen, Selection, State, begin, choose, counts
from hoopcast.pipeline.preflight import missed_input, preflight
from hoopcast.pipeline.report import PlannedBatch, RunReport, TableReport, planned_batches
from hoopcast.pipeline.states import years_of
from hoopcast.warehouse.engine import Engine


@dataclass(frozen=True)
class Turn:
    """What a node has to write: partitions, each with the fingerprint of its inputs.

    `open_partitions` are all of its partitions that are not done yet, asked for or not; `unchanged` dates that were
    asked for turned out to be done; `blocked` ones can not be written yet, `blocked_named` of them the command names.
    """

    node: Node
    to_write: tuple[tuple[LivePartition, int], ...]
    open_partitions: frozenset[tuple[int, date]]
    unchanged: int
    blocked: int
    blocked_named: int


def look_again(
    live: LiveState,
    node: Node,
    chosen: Sequence[Chosen],
    blocks: Callable[[LiveState, Iterable[LivePartition]], set[date]],
) -> Turn:
    """Look at a node's partitions again: what its inputs came out to be, and which can not be written yet.

    Inputs are looked at before the transaction that reads them. Should another connection change them in between, the
    partition is stale at the next look rather than wrongly done.

    Args:
        live: what tables hold now.
        node: the node whose turn it is.
        chosen: its partitions that the command asks for.
        blocks: the dates of partitions that can not be written yet.
    """
    partitions = live.partitions.get(node.name, [])
    inputs = input_fingerprints(live, edges(node), partitions)
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
        node,
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
    """Let later nodes see what a node wrote, and which of its partitions are still open."""
    open_partitions = set(turn.open_partitions)
    for outcome in outcomes:
        for part, written in outcome.landed:
            entries = (*written.moved, *written.entries)
            keep(
                live,
                turn.node.name,
                ((entry, written.readings.get(entry.partition_date, (0, 0))) for entry in entries),
            )
            open_partitions |= {(int(entry.season[:4]), entry.partition_date) for entry in written.moved}
            open_partitions -= {(int(part.season[:4]), day) for day in part.dates}
        open_partitions |= {(int(outcome.season[:4]), failure.partition.date) for failure in outcome.failed}
    set_open(live, turn.node.name, open_partitions)


def batches(turn: Turn, text: BatchText) -> tuple[Batch, ...]:
    """What a node has to write, a batch for each season."""
    return tuple(
        Batch(
            turn.node,
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
    nodes: tuple[Node, ...]
    options: RunOptions
    progress: Progress
    live: LiveState
    beats: Heartbeat
    texts: dict[str, BatchText]
    depends: dict[str, list[Edge]]
    selection: Selection
    notes: list[str]

    def blocked(self, node: Node, live: LiveState, partitions: Iterable[LivePartition]) -> set[date]:
        """Dates of a node's partitions that can not be written yet.

        Where the command asks for no more than the tables, they are written from what there is, if there is anything.
        """
        depends = self.depends.get(node.name, [])
        if self.selection.upstream != "along":
            return dates_with_open_upstream(live, depends, partitions)
        helpers = {one.name for one in self.nodes if one.is_helper}
        named = [edge for edge in depends if edge.upstream not in helpers]
        return dates_without_source(live, sources(node, self.nodes), named, partitions)


def rehearse(engine: Engine, nodes: tuple[Node, ...], selection: Selection) -> tuple[PlannedBatch, ...]:
    """What `run` would write, without writing anything."""
    years = years_of(nodes, [day.season for day in selection.dates])
    if years is None:
        return ()
    begin(engine, nodes, years)
    return planned_batches(choose(engine, nodes, selection))


def run(
    engine: Engine,
    nodes: tuple[Node, ...],
    selection: Selection,
    options: RunOptions = _DEFAULTS,
    progress: Progress | None = None,
) -> RunReport:
    """Write the chosen partitions and what they need.

    Args:
        engine: the warehouse.
        nodes: every node, each after all that it reads.
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
    years = years_of(nodes, [day.season for day in selection.dates])
    if years is None:
        return RunReport("", (), 0.0)
    begin(engine, nodes, years)
    needed = _needed(nodes, selection)
    if selection.upstream == "all":
        preflight(engine, needed, selection.dates)
    chosen = choose(engine, nodes, selection)
    before = counts(engine, selection)
    if not chosen:
        return RunReport("", _reports(nodes, selection, before, {}, Counter()), time.monotonic() - began)
    looked_at = Counter(one.partition.table for one in chosen if one.is_named and one.is_looked_at)
    missed = missed_input(engine, needed, selection.dates)
    tables = {one.partition.table for one in chosen}
    texts = batch_texts(engine.dialect, tuple(node for node in nodes if node.name in tables))
    reports: dict[str, TableReport] = {}
    depends: dict[str, list[Edge]] = {}
    for edge in closure(nodes):
        depends.setdefault(edge.table, []).append(edge)
    run_id = start_run(engine, options.command)
    live = read_live_state(engine, min(int(one.partition.season[:4]) for one in chosen))
    beats = Heartbeat(heartbeat_path(engine.url), run_id, options.command)
    with Guard(engine) as guard, beats:
        this = _Run(
            engine,
            guard,
            run_id,
            nodes,
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
    ended = _reports(nodes, selection, before, reports, looked_at)
    end_run(engine, run_id, *_ending(ended, _totals(reports)))
    return RunReport(run_id, ended, time.monotonic() - began, (*missed, *this.notes))


def _needed(nodes: tuple[Node, ...], selection: Selection) -> list[Node]:
    """The chosen nodes and all that they read, directly or not."""
    names = set(selection.tables) | {edge.upstream for edge in closure(nodes) if edge.table in selection.tables}
    return [node for node in nodes if node.name in names]


def _tables(run: _Run, chosen: tuple[Chosen, ...]) -> Iterator[TableReport]:
    by_table = {name: tuple(partitions) for name, partitions in groupby(chosen, key=lambda one: one.partition.table)}
    changed: set[str] = set()
    for group in written_together(run.nodes):
        # A table that the command leaves out may be stale by now, and blocks what reads it.
        due = [node for node in group if node.name in by_table or any(edge.upstream in changed for edge in edges(node))]
        for report in _group(run, due, by_table):
            changed |= {report.table} if report.dates else set()
            if report.table in by_table:
                yield report


def _group(run: _Run, nodes: Sequence[Node], by_table: Mapping[str, tuple[Chosen, ...]]) -> list[TableReport]:
    """Write tables that are written together; what became of each."""
    turns = [look_again(run.live, node, by_table.get(node.name, ()), partial(run.blocked, node)) for node in nodes]
    asked = [turn for turn in turns if turn.node.name in by_table]
    if asked:
        name = asked[0].node.name if len(asked) == 1 else asked[0].node.table.name
        run.beats.table_started(name, sum(len(turn.to_write) for turn in asked))
    for turn in asked:
        run.progress.table_started(turn.node.name, len(turn.to_write))
    outcomes = _outcomes(
        run, [batch for turn in asked if turn.to_write for batch in batches(turn, run.texts[turn.node.name])]
    )
    reports = []
    for turn in turns:
        of_model = outcomes.get(turn.node.name, [])
        run.notes.extend(_written_without(run, turn))
        take_in(run.live, turn, of_model)
        reports.append(_table_report(run, turn, of_model))
    for turn, report in zip(turns, reports, strict=True):
        if turn.node.name in by_table:
            run.progress.table_ended(report)
    return reports


def _outcomes(run: _Run, to_write: Sequence[Batch]) -> dict[str, list[Outcome]]:
    """Write batches season by season; outcomes of each table."""

    def landed(part: Batch, written: Written) -> None:
        run.beats.dates_written(written.dates, written.rows)
        run.progress.batch_ended(part.node.name, part.season, written)

    found: dict[str, list[Outcome]] = {}
    for _, of_season in groupby(sorted(to_write, key=lambda batch: batch.season), key=lambda batch: batch.season):
        together = tuple(of_season)
        for batch in together:
            run.progress.batch_started(batch.node.name, batch.season, len(batch.partitions))
        outcomes = write_together(run.guard, run.run_id, together, run.options.timeout_seconds, landed)
        for batch, outcome in zip(together, outcomes, strict=True):
            found.setdefault(batch.node.name, []).append(outcome)
    return found


def _written_without(run: _Run, turn: Turn) -> list[str]:
    """What a named table should have read of its dates and could not, a line for each input."""
    if run.selection.upstream != "along" or turn.node.name not in run.selection.tables:
        return []
    dates = [partition.date for partition, _ in turn.to_write]
    read = [edge.upstream for edge in run.depends.get(turn.node.name, ()) if edge.time_constraint == "same"]
    named = [node for node in run.nodes if node.name in read and not node.is_helper]
    lacking = {node.name: dates_written_without(run.live, node.name, dates) for node in named}
    return [
        f"{turn.node.name} is written without {name}, which is not done on {count} of {len(dates)} dates; once it is,"
        f" `hoopcast backfill {turn.node.table.short}` reads it"
        for name, count in lacking.items()
        if count
    ]


def _table_report(run: _Run, turn: Turn, outcomes: list[Outcome]) -> TableReport:
    # What is brought along is not asked for.
    blocked = turn.blocked_named if run.selection.upstream == "along" else turn.blocked
    landed = [written for outcome in outcomes for _, written in outcome.landed]
    failed = [failure for outcome in outcomes for failure in outcome.failed]
    return TableReport(
        table=turn.node.name,
        dates=sum(written.dates for written in landed),
        rows=sum(written.rows for written in landed),
        expected=sum(written.expected for written in landed),
        failed=len(failed),
        blocked=blocked,
        unchanged=turn.unchanged,
        seconds=sum(written.seconds for written in landed) + sum(failure.seconds for failure in failed),
    )


def _reports(
    nodes: tuple[Node, ...],
    selection: Selection,
    before: dict[tuple[str, State], int],
    reports: dict[str, TableReport],
    looked_at: Mapping[str, int],
) -> tuple[TableReport, ...]:
    names = [node.name for node in nodes if node.name in selection.tables or node.name in reports]
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
