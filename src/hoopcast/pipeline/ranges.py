"""Ranges of dates as users name them, resolved to the game days that they hold."""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypedDict, get_args

from hoopcast.calendar import parse_date, season_start_year
from hoopcast.errors import UsageError
from hoopcast.pipeline.ledger import LEDGER
from hoopcast.pipeline.state import STAGES_WITH_FORECASTS
from hoopcast.warehouse.engine import Engine

StageFilter = Literal["regular", "playin", "playoffs", "all"]
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_NAMED_DATES = 5
_MONTHS = 12


@dataclass(frozen=True)
class Range:
    """A season, a month, a first and last date, or listed dates; none of them is all that is ingested."""

    season: str | None = None
    month: str | None = None
    start: date | None = None
    end: date | None = None
    dates: tuple[date, ...] = ()
    stage: StageFilter = "regular"


@dataclass(frozen=True, order=True)
class SeasonDate:
    """A date that tables are written for, and its season."""

    season: str
    date: date


@dataclass(frozen=True)
class _Bounds:
    text: str
    start: date = date.min
    end: date = date.max
    season: str | None = None
    dates: tuple[date, ...] = field(default=())


def resolve(engine: Engine, wanted: Range) -> tuple[SeasonDate, ...]:
    """Dates of a range on which games of its stage are scheduled, and dates whose rows outlived their games.

    Raises:
        UsageError: if the range is not well formed, or holds no game that is ingested.
    """
    bounds = _bounds(wanted)
    days = tuple(
        SeasonDate(str(season), day) for season, day in _days(engine, bounds, wanted.stage) if type(day) is date
    )
    absent = sorted(set(bounds.dates) - {day.date for day in days})
    if days and not absent:
        return days
    raise UsageError(_nothing(engine, bounds, wanted.stage, absent))


def _bounds(wanted: Range) -> _Bounds:
    kinds = (wanted.season, wanted.month, wanted.start or wanted.end, wanted.dates)
    if sum(1 for kind in kinds if kind) > 1:
        raise UsageError("give one of --season, --month, --start-date with --end-date, or --dates")
    if wanted.stage not in get_args(StageFilter):
        raise UsageError(f"no stage '{wanted.stage}'; choose from {', '.join(get_args(StageFilter))}")
    if wanted.season:
        season_start_year(wanted.season)
        return _Bounds(f"in season {wanted.season}", season=wanted.season)
    if wanted.month:
        return _month(wanted.month)
    if wanted.start or wanted.end:
        return _between(wanted.start, wanted.end)
    if wanted.dates:
        days = tuple(sorted(set(wanted.dates)))
        return _Bounds("", start=days[0], end=days[-1], dates=days)
    return _Bounds("at all")


def _month(text: str) -> _Bounds:
    match = _MONTH.fullmatch(text)
    if match is None or not 1 <= int(match[2]) <= _MONTHS or int(match[1]) < 1:
        raise UsageError(f"'{text}' is not a month; write it as 2022-01")
    year, month = int(match[1]), int(match[2])
    last = calendar.monthrange(year, month)[1]
    return _Bounds(f"in {text}", start=date(year, month, 1), end=date(year, month, last))


def _between(start: date | None, end: date | None) -> _Bounds:
    if start is None or end is None:
        raise UsageError("--start-date and --end-date go together")
    if start > end:
        raise UsageError(f"the range starts on {start}, after its end on {end}; exchange them")
    return _Bounds(f"between {start} and {end}", start=start, end=end)


def _days(engine: Engine, bounds: _Bounds, stage: str) -> list[tuple[object, ...]]:
    rows = engine.query(
        f"""WITH game_day AS (
            SELECT game_date AS partition_date, MAX(season) AS season,
                MAX(CASE WHEN season_stage IN (SELECT UNNEST($stages)) THEN 1 ELSE 0 END) AS of_stage
            FROM nba_raw.nbac_schedule
            WHERE team_known AND season_stage IN (SELECT UNNEST($played))
            GROUP BY game_date
        ),
        orphan AS (
            SELECT partition_date, MAX(season) AS season
            FROM {LEDGER}
            WHERE table_name NOT LIKE 'nba_raw.%' AND partition_date NOT IN (SELECT partition_date FROM game_day)
            GROUP BY table_name, system_id, partition_date
            HAVING ARG_MAX(GREATEST(rows, expected), entry) > 0 OR ARG_MAX(status, entry) = 'failed'
        )
        SELECT season, partition_date
        FROM (
            SELECT season, partition_date FROM game_day WHERE of_stage = 1
            UNION
            SELECT season, partition_date FROM orphan
        ) AS days
        WHERE partition_date BETWEEN $first_day AND $last_day AND season = COALESCE($only_season, season)
            AND ($dates_count = 0 OR partition_date IN (SELECT UNNEST(CAST($dates AS DATE[]))))
        ORDER BY season, partition_date""",
        {
            "stages": list(STAGES_WITH_FORECASTS if stage == "all" else (stage,)),
            "played": list(STAGES_WITH_FORECASTS),
            "first_day": bounds.start,
            "last_day": bounds.end,
            "only_season": bounds.season,
            "dates": list(bounds.dates),
            "dates_count": len(bounds.dates),
        },
    ).rows
    return [tuple(row) for row in rows]


def _nothing(engine: Engine, bounds: _Bounds, stage: str, absent: list[date]) -> str:
    seasons = [
        str(row[0])
        for row in engine.query(
            "SELECT DISTINCT season FROM nba_raw.nbac_schedule WHERE team_known ORDER BY season"
        ).rows
    ]
    kind = "games" if stage == "all" else f"{stage} games"
    if not seasons:
        return "no schedule is ingested; begin with `hoopcast ingest PATH`"
    if bounds.season is not None and bounds.season not in seasons:
        return f"season {bounds.season} is not ingested; these are: {', '.join(seasons)}"
    if absent:
        named = ", ".join(str(day) for day in absent[:_NAMED_DATES])
        more = f" and {len(absent) - _NAMED_DATES} more dates" if len(absent) > _NAMED_DATES else ""
        others = engine.query(
            "SELECT DISTINCT season_stage FROM nba_raw.nbac_schedule"
            " WHERE game_date IN (SELECT UNNEST($dates)) ORDER BY season_stage",
            {"dates": absent},
        ).rows
        stages = " and ".join(str(row[0]) for row in others)
        what = f"only {stages} games are played" if others else f"no {kind}"
        if others and {row[0] for row in others}.isdisjoint(STAGES_WITH_FORECASTS):
            return f"{what} on {named}{more}, which nothing is forecast of"
        return f"{what} on {named}{more}; `hoopcast coverage --by date` lists the dates that have some"
    return f"no {kind} {bounds.text}; the ingested seasons are {', '.join(seasons)}, and --stage all takes every stage"


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


def require_range(arguments: RangeArguments) -> RangeArguments:
    """The same arguments, where they name a range.

    Raises:
        UsageError: if they name none, which elsewhere means all there is.
    """
    if not any(arguments.get(name) for name in ("season", "month", "start_date", "end_date", "dates")):
        raise UsageError("name a season, a month or dates: what is taken back is never all there is")
    return arguments


def _day(value: date | str) -> date:
    return parse_date(value) if isinstance(value, str) else value
