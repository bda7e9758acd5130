"""Dates, times, moments and minutes as sources write them."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoopcast.ingest.values import parse_day, parse_minutes, parse_moment, parse_season_of_day, parse_time_of_day


@pytest.mark.parametrize("text", [
    "2021-10-19", "2021-10-19T00:00:00", "2021-10-19T00:00:00Z", "2021-10-19 00:00:00", "20211019", "10/19/2021",
    "10/19/2021 00:00:00", "OCT 19, 2021", "Oct 19, 2021", "October 19, 2021", " 2021-10-19 ",
])  # fmt: skip
def test_a_date_is_read_in_every_form_that_the_league_uses(text: str) -> None:
    assert parse_day(text) == date(2021, 10, 19)


@pytest.mark.parametrize("text", [
    "", "19/10/2021", "2021-13-01", "2021-10-19T19:30:00", "yesterday", "2021", "10-19-21", "44488",
])  # fmt: skip
def test_what_is_no_date_or_carries_an_hour_is_none(text: str) -> None:
    assert parse_day(text) is None
    assert parse_season_of_day(text) is None


@given(st.dates(min_value=date(1946, 11, 1), max_value=date(2100, 1, 1)))
def test_every_date_survives_every_form(day: date) -> None:
    forms = ("%Y-%m-%d", "%Y%m%d", "%m/%d/%Y", "%b %d, %Y", "%Y-%m-%dT00:00:00")
    assert {parse_day(day.strftime(form)) for form in forms} == {day}


@pytest.mark.parametrize(("text", "minutes"), [
    ("34:30", 34.5), ("0:00", 0.0), ("240:00", 240.0), ("34.000000:30", 34.5), ("PT34M30.00S", 34.5), ("34", 34.0),
    ("34.5", 34.5), ("6:05", 6.083333), (" 12:00 ", 12.0),
])  # fmt: skip
def test_minutes_are_read_in_every_form(text: str, minutes: float) -> None:
    assert parse_minutes(text) == minutes


@pytest.mark.parametrize("text", ["", "DNP", "12:60", "12:5", "nan", "inf", "1_2", "12:30:00", ":30", "PTM"])
def test_what_is_no_minutes_is_none(text: str) -> None:
    assert parse_minutes(text) is None


@given(st.integers(0, 299), st.integers(0, 59))
def test_minutes_and_seconds_lose_nothing(minutes: int, seconds: int) -> None:
    read = parse_minutes(f"{minutes}:{seconds:02d}")
    assert read is not None
    assert round(read * 60) == 60 * minutes + seconds
    assert parse_minutes(f"PT{minutes}M{seconds:02d}.00S") == read


@given(st.text(max_size=12))
def test_no_text_makes_a_reader_fail(text: str) -> None:
    for read in (parse_day, parse_season_of_day, parse_moment, parse_time_of_day):
        read(text)
    minutes = parse_minutes(text)
    assert minutes is None or minutes == round(minutes, 6)


@pytest.mark.parametrize(("text", "moment"), [
    ("2024-01-25T03:55:40Z", datetime(2024, 1, 25, 3, 55, 40)),  # noqa: DTZ001 - naive UTC is what is stored
    ("2024-01-24T22:55:40-05:00", datetime(2024, 1, 25, 3, 55, 40)),  # noqa: DTZ001
    ("2024-01-25 03:55:40", datetime(2024, 1, 25, 3, 55, 40)),  # noqa: DTZ001
    ("soon", None), ("0001-01-01T00:00:00+05:00", None), ("9999-12-31T23:59:00-05:00", None),
])  # fmt: skip
def test_a_moment_is_utc_whatever_zone_it_was_written_in(text: str, moment: datetime | None) -> None:
    assert parse_moment(text) == moment


@pytest.mark.parametrize(("text", "expected"), [
    ("19:30:00", time(19, 30)), ("19:30", time(19, 30)), ("7:30 pm ET", time(19, 30)), ("12:00 PM", time(12)),
    ("12:30 a.m.", time(0, 30)), ("25:99", None), ("TBD", None),
])  # fmt: skip
def test_a_time_of_day_is_read_on_either_clock(text: str, expected: time | None) -> None:
    assert parse_time_of_day(text) == expected
