"""Runs: choose what is not done, write it batch by batch, and say what became of each table."""

import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Protocol

import numpy as np

from hoopcast.errors import HoopcastError, Interrupted, RunError, WarehouseDamaged, WarehouseError, WarehouseMoved
from hoopcast.pipeline.batch import Batch, BatchPartition, Outcome, Written, write_together
from hoopcast.pipeline.compiled import BatchText, batch_texts
from hoopcast.pipeline.guard import Guard
from hoopcast.pipeline.ledger import LEDGER, Ending, Totals, end_run, start_run
from hoopcast.pipeline.node import Node, written_together
from hoopcast.pipeline.plan import Choice, Plan, PlannedBatch, Selection, choose, counts, make_plan, planned_batches
from hoopcast.pipeline.preflight import missed_input, preflight
from hoopcast.pipeline.state import (
    DONE,
    States,
    any_upstream,
    derive_own,
    first_lacking,
    is_absent,
    is_open,
    take_in,
)
from hoopcast.pipeline.time_constraint import DATED, Flags
from hoopcast.warehouse.engine import Engine


@dataclass(frozen=True)
class TableReport:
    """What a run did to one table, in dates: written, failed, blocked by what failed upstream, and already done.

    `rows` and `expected` are of the dates that were written; what is expected and absent has its reason.
    """

    table: str
    dates: int = 0
    rows: int = 0
    expected: int = 0
    failed: int = 0
    blocked: int = 0
    unchanged: int = 0
    not_available: int = 0
    seconds: float = 0.0

    @property
    def success_pct(self) -> float | None:
        """Share of the expected rows that were written, in percent; None where none is expected."""
        return 100.0 * self.rows / self.expected if self.expected else None


@dataclass(frozen=True)
class RunReport:
    """What a run did; `run_id` is empty when there was nothing to do."""

    run_id: str
    tables: tuple[TableReport, ...]
    seconds: float
    warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        counts = {
            "dates written": sum(table.dates for table in self.tables),
            "rows": sum(table.rows for table in self.tables),
            "dates failed": sum(table.failed for table in self.tables),
            "dates blocked": sum(table.blocked for table in self.tables),
            "dates unchanged": sum(table.unchanged for table in self.tables),
        }
        done = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
        return f"{len(self.tables):,} tables: {done or 'nothing to do'}; {self.seconds:.2f} s"

    @property
    def exit_status(self) -> int:
        """0 when all is done, 1 when dates failed or are blocked."""
        return 1 if any(table.failed or table.blocked for table in self.tables) else 0


@dataclass(frozen=True)
class Turn:
    """What a node has to write: dates, by their places.

    `unchanged` dates that were asked for turned out to be done; `blocked` ones can not be written yet, `blocked_named`
    of them the command names.
    """

    node: Node
    to_write: tuple[int, ...]
    unchanged: int
    blocked: int
    blocked_named: int


def look_again(states: States, place: int, choice: Choice, blocked: Flags) -> Turn:
    """Look at a node's partitions again: what its inputs came out to be, and which can not be written yet.

    Inputs are looked at before the transaction that reads them. Should another connection change them in between, the
    partition is stale at the next look rather than wrongly done.

    Args:
        states: what tables hold now.
        place: the node whose turn it is.
        choice: what the command asks for.
        blocked: dates of which the node's partitions can not be written yet.
    """
    derive_own(states, place)
    own, is_due, chosen = states.own[place], states.is_due[place], choice.chosen[place]
    asked = chosen & (is_open(own) | ((own == DONE) & choice.again[place]))
    is_blocked = asked & is_due & blocked
    return Turn(
        states.nodes[place],
        tuple(np.flatnonzero(asked & ~is_blocked).tolist()),
        unchanged=int(chosen.sum() - asked.sum()),
        blocked=int(is_blocked.sum()),
        blocked_named=int((is_blocked & choice.named[place]).sum()),
    )


def batches(states: States, turn: Turn, text: BatchText) -> tuple[Batch, ...]:
    """What a node has to write, a batch for each season."""
    place, days, entries = states.places[turn.node.name], states.timeline.dates.tolist(), states.entries
    return tuple(
        Batch(
            turn.node,
            text,
            season,
            tuple(
                BatchPartition(
                    days[day],
                    int(states.inputs[place, day]),
                    int(entries.output_fingerprint[place, day]),
                    int(entries.rows[place, day]),
                    bool(states.is_due[place, day]),
                )
                for day in of_season
            ),
        )
        for season, of_season in groupby(turn.to_write, key=lambda day: states.seasons[day])
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
    options: RunOptions
    progress: Progress
    states: States
    texts: dict[str, BatchText]
    selection: Selection
    choice: Choice
    notes: list[str]

    def blocked(self, place: int) -> Flags:
        """Dates of which a node's partitions can not be written yet.

        Where the command asks for no more than the tables, they are written from what there is, if there is anything.
        """
        if self.selection.upstream == "along":
            return first_lacking(self.states, place) >= 0
        return any_upstream(self.states, place, is_open(self.states.own))


def rehearse(engine: Engine, nodes: tuple[Node, ...], selection: Selection) -> tuple[PlannedBatch, ...]:
    """What `run` would write, without writing anything."""
    made = make_plan(engine, nodes, selection.dates)
    return () if made is None else planned_batches(made, choose(made, selection))


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
    made = make_plan(engine, nodes, selection.dates)
    if made is None:
        return RunReport("", (), 0.0)
    needed = made.states.with_upstream(selection.tables)
    if selection.upstream == "all":
        preflight(engine, needed, selection.dates)
    choice = choose(made, selection)
    to_write = choice.nodes()
    if not to_write:
        return RunReport("", _reports(made, selection, choice, {}), time.monotonic() - began)
    missed = missed_input(engine, needed, selection.dates)
    texts = batch_texts(engine.dialect, tuple(nodes[place] for place in to_write))
    reports: dict[str, TableReport] = {}
    run_id = start_run(engine, options.command)
    with Guard(engine) as guard, engine.lock.run(run_id, options.command):
        this = _Run(engine, guard, run_id, options, progress or Silence(), made.states, texts, selection, choice, [])
        try:
            for report in _tables(this):
                reports[report.table] = report
        except HoopcastError as error:
            raise _ended(this, reports, error) from error
        # Under the guard: a signal that comes when all is written is too late to be how the run ended.
        ended = _reports(made, selection, choice, reports)
        end_run(engine, run_id, *_ending(ended, _totals(reports)))
        engine.require_in_place()
    return RunReport(run_id, ended, time.monotonic() - began, (*missed, *this.notes))


def _tables(run: _Run) -> Iterator[TableReport]:
    states, chosen = run.states, set(run.choice.nodes())
    changed: set[int] = set()
    for group in written_together(states.nodes):
        # A table that the command leaves out may be stale by now, and blocks what reads it.
        places = [states.places[node.name] for node in group]
        due = [
            place
            for place in places
            if place in chosen or any(changed.intersection(read) for read in states.reads[place].values())
        ]
        for place, report in zip(due, _group(run, due, chosen), strict=True):
            changed |= {place} if report.dates else set()
            if place in chosen:
                yield report


def _group(run: _Run, places: Sequence[int], chosen: set[int]) -> list[TableReport]:
    """Write tables that are written together; what became of each."""
    states = run.states
    turns = [look_again(states, place, run.choice, run.blocked(place)) for place in places]
    asked = [turn for place, turn in zip(places, turns, strict=True) if place in chosen]
    if asked:
        name = asked[0].node.name if len(asked) == 1 else asked[0].node.table.name
        run.engine.lock.table_started(name, sum(len(turn.to_write) for turn in asked))
    for turn in asked:
        run.progress.table_started(turn.node.name, len(turn.to_write))
    to_write = [batch for turn in asked for batch in batches(states, turn, run.texts[turn.node.name])]
    outcomes = _outcomes(run, to_write)
    reports = []
    for place, turn in zip(places, turns, strict=True):
        of_node = outcomes.get(turn.node.name, [])
        run.notes.extend(_written_without(run, place, turn))
        for outcome in of_node:
            for _, written in outcome.landed:
                take_in(states, place, (*written.moved, *written.entries), written.readings)
            take_in(states, place, [failure.entry for failure in outcome.failed], {})
        reports.append(_table_report(run, turn, of_node))
    for place, report in zip(places, reports, strict=True):
        if place in chosen:
            run.progress.table_ended(report)
    return reports


def _outcomes(run: _Run, to_write: Sequence[Batch]) -> dict[str, list[Outcome]]:
    """Write batches season by season; outcomes of each table."""

    def landed(part: Batch, written: Written) -> None:
        run.engine.lock.dates_written(written.dates, written.rows)
        run.progress.batch_ended(part.node.name, part.season, written)

    by_node: dict[str, list[Outcome]] = {}
    for _, of_season in groupby(sorted(to_write, key=lambda batch: batch.season), key=lambda batch: batch.season):
        together = tuple(of_season)
        for batch in together:
            run.progress.batch_started(batch.node.name, batch.season, len(batch.partitions))
        outcomes = write_together(run.guard, run.run_id, together, run.options.timeout_seconds, landed)
        for batch, outcome in zip(together, outcomes, strict=True):
            by_node.setdefault(batch.node.name, []).append(outcome)
    return by_node


def _written_without(run: _Run, place: int, turn: Turn) -> list[str]:
    """What a named table should have read of its dates and could not, a line for each input."""
    if run.selection.upstream != "along" or turn.node.name not in run.selection.tables:
        return []
    states, dates = run.states, list(turn.to_write)
    reads = (states.look_backs[place, DATED.index("same")] >= 0) & ~states.is_helper
    lacking = {source: int(is_absent(states, source)[dates].sum()) for source in np.flatnonzero(reads).tolist()}
    return [
        f"{turn.node.name} is written without {states.nodes[source].name}, which is not done on {count} of"
        f" {len(dates)} dates; once it is, `hoopcast backfill {turn.node.table.short}` reads it"
        for source, count in lacking.items()
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
        seconds=sum(written.seconds for written in landed) + sum(failure.entry.seconds for failure in failed),
    )


def _reports(
    made: Plan, selection: Selection, choice: Choice, reports: Mapping[str, TableReport]
) -> tuple[TableReport, ...]:
    """What became of each table that was asked for, or written, those dates included that were done before."""
    done, not_available = (counts(made, selection, state) for state in ("done", "not_available"))
    looked_at = (choice.named & ~choice.again & (made.codes == DONE)).sum(axis=1)
    names = [node.name for node in made.states.nodes if node.name in done or node.name in reports]
    left = {
        name: 0 if name in selection.again else done.get(name, 0) - int(looked_at[made.states.places[name]])
        for name in names
    }
    return tuple(
        replace(report, unchanged=report.unchanged + left[name], not_available=not_available.get(name, 0))
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
    failed, blocked = sum(table.failed for table in reports), sum(table.blocked for table in reports)
    counts = ((failed, "failed"), (blocked, "blocked"), (totals.partitions_done, "written"))
    message = ", ".join(f"{count} dates of tables {what}" for count, what in counts if count)
    return (
        ("failed", totals, message) if failed else ("blocked", totals, message) if blocked else ("done", totals, None)
    )


def _how_to_resume(command: str) -> str:
    """What a user types to go on: a command that writes again what is done would begin anew."""
    resuming = command.replace(" --no-resume", "")
    return f"`{resuming}` resumes" if resuming == command else f"`{command}` begins anew, `{resuming}` resumes"


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
    if isinstance(error, WarehouseMoved):
        return error
    done = _recorded(run, reports)
    finished = (
        f"{done.partitions_done} dates of tables were finished and stay"
        if done.partitions_done
        else "nothing was written"
    )
    # A damaged file resumes nothing: its error says what to do.
    is_lost = isinstance(error, WarehouseDamaged)
    live = finished if is_lost else f"{finished}; {_how_to_resume(run.options.command)}"
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
