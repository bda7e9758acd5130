"""Single values as sources write them: dates, times of day, moments, minutes."""

import math
import re
from datetime import UTC, date, datetime, time

from hoopcast.calendar import season_of

_DAY_FORMATS = ("%Y%m%d", "%m/%d/%Y", "%b %d, %Y", "%B %d, %Y")
_MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?(Z|[+-]00:?00)?$")
_CLOCK = re.compile(r"(\d{1,3})(?:\.0+)?:([0-5]\d(?:\.\d+)?)")
_ISO_DURATION = re.compile(r"PT(\d{1,3})M([0-5]?\d(?:\.\d+)?)S")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.0+)?)?Z?")
_TWELVE_HOURS = re.compile(r"(1[0-2]|0?[1-9]):([0-5]\d) ?([ap])\.?m\.?( ET)?", re.IGNORECASE)
_NOON = 12


def parse_day(text: str) -> date | None:
    """Date in any form that the league's sources use; numbers with slashes are month, day, year.

    Args:
        text: such as `2021-10-19`, `2021-10-19T00:00:00`, `20211019`, `10/19/2021` or `OCT 19, 2021`.

    Returns:
        The date, or None where the text is none or carries an hour of the day.
    """
    day = _MIDNIGHT.sub("", text.strip())
    try:
        return date.fromisoformat(day)
    except ValueError:
        pass
    for form in _DAY_FORMATS:
        try:
            return datetime.strptime(day, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    return None


def parse_season_of_day(text: str) -> str | None:
    """Season of a date, None where the text is no date."""
    day = parse_day(text)
    return None if day is None else season_of(day)


def parse_moment(text: str) -> datetime | None:
    """Moment as naive UTC; a text without a zone is UTC already.

    Args:
        text: ISO 8601, such as `2024-01-25T03:55:40Z`.

    Returns:
        The moment, or None where the text is none.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        # In UTC, the first and last hours of the calendar can be of a year that it does not have.
        return None


def parse_time_of_day(text: str) -> time | None:
    """Time of day: `19:30`, `19:30:00` or `7:30 pm ET`; None where the text is none."""
    plain = text.strip()
    match = _TIME.fullmatch(plain)
    if match is not None:
        return time(int(match[1]), int(match[2]), int(match[3] or 0))
    match = _TWELVE_HOURS.fullmatch(plain)
    if match is not None:
        afternoon = _NOON if match[3].lower() == "p" else 0
        return time(int(match[1]) % _NOON + afternoon, int(match[2]))
    return None


def parse_minutes(text: str) -> float | None:
    """Minutes played.

    Args:
        text: whole or decimal minutes, `MM:SS`, or `PT34M12.00S`.

    Returns:
        Minutes, rounded to 6 decimals, or None where the text is none.
    """
    plain = text.strip()
    match = _CLOCK.fullmatch(plain) or _ISO_DURATION.fullmatch(plain)
    if match is not None:
        return round(int(match[1]) + float(match[2]) / 60, 6)
    try:
        minutes = float(plain)
    except ValueError:
        return None
    return round(minutes, 6) if math.isfinite(minutes) and "_" not in plain else None
