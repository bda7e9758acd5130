"""Seasons and dates of the league."""

import re
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from hoopcast.errors import UsageError

_SEASON = re.compile(r"([0-9]{4})-([0-9]{2})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_USUAL_START = (9, 1)
# The pandemic moved two seasons: 2019-20 ended on 2020-10-11, 2020-21 opened on 2020-12-22.
_UNUSUAL_STARTS = {2020: date(2020, 11, 1)}

STAGE_OF_PREFIX = {
    "001": "preseason", "002": "regular", "003": "allstar", "004": "playoffs", "005": "playin", "006": "cup_final",
}  # fmt: skip


def season_name(start_year: int) -> str:
    """Name of the season that starts in a calendar year: 2021 gives 2021-22."""
    return f"{start_year}-{(start_year + 1) % 100:02d}"


def is_season(text: str) -> bool:
    """Whether a text has the form of a season, such as 2021-22."""
    return _SEASON.fullmatch(text) is not None


def season_start_year(season: str) -> int:
    """Calendar year in which a season starts.

    Raises:
        UsageError: if the text is not a season such as 2021-22.
    """
    match = _SEASON.fullmatch(season)
    if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
        raise UsageError(f"'{season}' is not a season; write it as 2021-22")
    return int(match[1])


def season_of(day: date) -> str:
    """Season that a date belongs to; a season begins on 1 September, 2020-21 on 1 November."""
    start = _UNUSUAL_STARTS.get(day.year, date(day.year, *_USUAL_START))
    return season_name(day.year if day >= start else day.year - 1)


def season_years(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Calendar years in which the seasons that dates belong to start."""
    years = days.astype("datetime64[Y]")
    starts = years.astype("datetime64[M]") + (_USUAL_START[0] - 1)
    starts = starts.astype("datetime64[D]") + (_USUAL_START[1] - 1)
    for year, start in _UNUSUAL_STARTS.items():
        starts[years == np.datetime64(str(year), "Y")] = np.datetime64(start)
    of_dates: NDArray[np.int64] = years.astype(np.int64) + 1970 - (days.astype("datetime64[D]") < starts)
    return of_dates


def season_of_game(game_id: str) -> str:
    """Season of an NBA.com game id: 0022100001 is of 2021-22."""
    two_digits = int(game_id[3:5])
    return season_name(two_digits + (1900 if two_digits >= 46 else 2000))  # noqa: PLR2004 - the league began in 1946


def parse_date(text: str) -> date:
    """Date written as 2022-01-15.

    Raises:
        UsageError: if it is not one.
    """
    message = f"'{text}' is not a date; write it as 2022-01-15"
    if _DATE.fullmatch(text) is None:
        raise UsageError(message)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(message) from None


def utc_now() -> datetime:
    """This moment, UTC, without a zone, as timestamps are stored."""
    return datetime.now(UTC).replace(tzinfo=None)
