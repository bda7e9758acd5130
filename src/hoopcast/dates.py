"""Ranges of dates as callers write them."""

from collections.abc import Sequence
from datetime import date
from typing import TypedDict

from hoopcast.calendar import parse_date
from hoopcast.errors import UsageError
from hoopcast.pipeline.ranges import Range, StageFilter


class RangeArguments(TypedDict, total=False):
    """A range of dates: one of season, month, start_date with end_date, or dates; none of them is all there is.

    Dates are `datetime.date` or text such as 2022-01-15. `stage` is regular (unless said otherwise), playin, playoffs
    or all.
    """

    season: str | None
    month: str | None
    start_date: date | str | None
    end_date: date | str | None
    dates: Sequence[date | str]
    stage: StageFilter


def range_of(arguments: RangeArguments) -> Range:
    """The range that arguments name, dates read from text where they are text.

    Raises:
        UsageError: if a date is none, or a text is empty.
    """
    for name in ("season", "month", "start_date", "end_date"):
        if arguments.get(name) == "":
            message = f"{name} is empty text; give a value, or leave it out"
            raise UsageError(message)
    start, end = arguments.get("start_date"), arguments.get("end_date")
    return Range(
        season=arguments.get("season"),
        month=arguments.get("month"),
        start=None if start is None else _day(start),
        end=None if end is None else _day(end),
        dates=tuple(_day(day) for day in arguments.get("dates", ())),
        stage=arguments.get("stage", "regular"),
    )


def named(arguments: RangeArguments) -> RangeArguments:
    """The same arguments, where they name a range.

    Raises:
        UsageError: if they name none, which elsewhere means all there is.
    """
    if not any(arguments.get(name) for name in ("season", "month", "start_date", "end_date", "dates")):
        raise UsageError("name a season, a month or dates: what is taken back is never all there is")
    return arguments


def _day(value: date | str) -> date:
    return parse_date(value) if isinstance(value, str) else value
