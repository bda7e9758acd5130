"""A span that fails is halved until the guilty dates stand alone; the rest of it lands."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from hoopcast.errors import ForecastError, RunError, StatementError, StatementStopped, WarehouseError, WriteRefused
from hoopcast.pipeline.failures import close_failures, record_failed_unit
from hoopcast.pipeline.guard import Guard
from hoopcast.pipeline.ledger import Entry, append
from hoopcast.pipeline.span import Span, SpanUnit, Written, write_spans

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
