"""A model's turn in a run: what it has to write now that all before it is written."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from hoopcast.pipeline.halving import Outcome
from hoopcast.pipeline.lineage import edges
from hoopcast.pipeline.model import Model
from hoopcast.pipeline.plan import Chosen
from hoopcast.pipeline.span import Span, SpanUnit
from hoopcast.pipeline.standing import (
    Standing,
    StandingUnit,
    input_fingerprints,
    keep,
    set_open,
)
from hoopcast.pipeline.texts import SpanText


@dataclass(frozen=True)
class Turn:
    """What a model has to write: units, each with the fingerprint of its inputs.

    `open_units` are all of its units that are not done yet, asked for or not; `unchanged` dates that were asked for
    turned out to be done; `blocked` ones can not be written yet, `blocked_named` of them the command names.
    """

    model: Model
    to_write: tuple[tuple[StandingUnit, int], ...]
    open_units: frozenset[tuple[int, date]]
    unchanged: int
    blocked: int
    blocked_named: int


def look_again(
    standing: Standing,
    model: Model,
    chosen: Sequence[Chosen],
    blocks: Callable[[Standing, Iterable[StandingUnit]], set[date]],
) -> Turn:
    """Look at a model's units again: what its inputs came out to be, and which can not be written yet.

    Inputs are looked at before the transaction that reads them. Should another connection change them in between, the
    unit is stale at the next look rather than wrongly done.

    Args:
        standing: what tables hold now.
        model: the model whose turn it is.
        chosen: its units that the command asks for.
        blocks: the dates of units that can not be written yet.
    """
    units = standing.units.get(model.name, [])
    inputs = input_fingerprints(standing, edges(model), units)
    again = {one.unit.date: one.again for one in chosen}
    blocked = blocks(standing, (unit for unit in units if unit.date in again))
    is_done = [
        not unit.is_available or (unit.is_due and unit.recorded_input == fingerprint)
        for unit, fingerprint in zip(units, inputs, strict=True)
    ]
    asked = [
        (unit, fingerprint)
        for unit, fingerprint, done in zip(units, inputs, is_done, strict=True)
        if unit.date in again and unit.is_available and (again[unit.date] or not done)
    ]
    writable = [(unit, fingerprint) for unit, fingerprint in asked if unit.date not in blocked or not unit.is_due]
    named = {one.unit.date for one in chosen if one.is_named}
    return Turn(
        model,
        tuple(writable),
        frozenset((unit.year, unit.date) for unit, done in zip(units, is_done, strict=True) if not done),
        unchanged=len(again) - len(asked),
        blocked=len(asked) - len(writable),
        blocked_named=sum(unit.date in named and unit.is_due and unit.date in blocked for unit, _ in asked),
    )


def take_in(standing: Standing, turn: Turn, outcomes: Sequence[Outcome]) -> None:
    """Let later models see what a model wrote, and which of its units are still open."""
    open_units = set(turn.open_units)
    for outcome in outcomes:
        for part, written in outcome.landed:
            entries = (*written.moved, *written.entries)
            keep(
                standing, turn.model.name, ((entry, written.readings.get(entry.unit_date, (0, 0))) for entry in entries)
            )
            open_units |= {(int(entry.season[:4]), entry.unit_date) for entry in written.moved}
            open_units -= {(int(part.season[:4]), day) for day in part.dates}
        open_units |= {(int(outcome.season[:4]), failure.unit.date) for failure in outcome.failed}
    set_open(standing, turn.model.name, open_units)


def spans(turn: Turn, text: SpanText) -> tuple[Span, ...]:
    """What a model has to write, a span for each season."""
    return tuple(
        Span(
            turn.model,
            text,
            season,
            tuple(
                SpanUnit(unit.date, fingerprint, unit.output_fingerprint, unit.rows, unit.is_due)
                for unit, fingerprint in units
            ),
        )
        for season, units in groupby(turn.to_write, key=lambda one: one[0].season)
    )
