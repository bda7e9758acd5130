"""Texts that mean nothing: each parser says so in its own error, or gives what the text means."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hoopcast import settings
from hoopcast.errors import HoopcastError
from hoopcast.forecast import recalibration, trees
from hoopcast.forecast.aliases import current_name
from hoopcast.ingest.values import parse_day, parse_minutes, parse_moment, parse_season_of_day, parse_time_of_day
from hoopcast.market.odds import american_odds, decimal_odds, no_vig_probability_over
from hoopcast.nba.names import aliases, other_names, player_lookup, without_suffix
from hoopcast.query import DIALECTS, Dialect, statements

DIGITS = st.text("0123456789-/:. TZ+,PTMSapm٣²", max_size=30)
ANY = st.text(max_size=60) | DIGITS
PIECES = (
    "SELECT FROM WHERE ( ) , ; * 1 'x' \" ' -- /* */ nba_raw.nbac_schedule GROUP BY COPY TO DROP TABLE ATTACH WITH AS"
    " INSERT INTO VALUES PRAGMA SET INSTALL read_csv $1 ? :: INT NULL CASE WHEN END UNION ALL \x00 \\ ` [ ] { } ->"
)
WORDS = st.sampled_from(PIECES.split())
SQL = st.lists(WORDS, max_size=25).map(" ".join) | st.text(max_size=80)


@given(ANY)
@example("0001-01-01T00:00:00+14:00")
@example("9999-12-31T23:59:59-12:00")
@example("PT999M59.9999999S")
@example("1e400")
def test_a_date_a_moment_an_hour_and_minutes_are_what_they_say_or_nothing(text: str) -> None:
    day, moment, minutes = parse_day(text), parse_moment(text), parse_minutes(text)
    assert moment is None or moment.tzinfo is None
    assert minutes is None or math.isfinite(minutes)
    assert (parse_season_of_day(text) is None) == (day is None)
    parse_time_of_day(text)


@given(st.text(max_size=60))
@example("İ")
@example("ﬁ")
@example("\ud800")
def test_a_name_is_looked_up_the_same_however_often_it_is_folded(name: str) -> None:
    once = player_lookup(name)
    assert player_lookup(once) == once
    assert isinstance(without_suffix(name), str)
    for other in (*aliases(name), *other_names(name)):
        player_lookup(other)


@given(SQL, st.sampled_from(DIALECTS))
@example("(" * 3000 + "1", "bigquery")
@example("SELECT " + "NOT " * 3000 + "1", "spark")
@example("SELECT 1; COPY (SELECT 1) TO 'x.csv'", "duckdb")
@example("\x00", "duckdb")
@example("\ud800", "duckdb")
def test_a_question_in_sql_reads_or_is_refused(text: str, dialect: Dialect) -> None:
    try:
        asked = statements(text, dialect)
    except HoopcastError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right
        return
    assert asked


@given(st.text(max_size=80), st.sampled_from(("WAREHOUSE", "THREADS", "WAIT", "TIMEOUT", "SYSTEMS")))
@example("1e999", "WAIT")
@example("nan", "TIMEOUT")
@example("٣", "THREADS")
@example("²", "THREADS")
@example("duckdb:///", "WAREHOUSE")
def test_a_setting_of_the_environment_is_taken_or_refused_by_its_name(text: str, key: str) -> None:
    name = f"HOOPCAST_{key}"
    try:
        settings.load({}, {name: text}, Path("absent.toml"))
    except HoopcastError as error:
        assert name in str(error)  # noqa: PT017 - either outcome is right


@given(
    st.binary(max_size=80) | st.sampled_from([b"threads = [[1]]", b"wait = {a = 1}", b"systems = [1, 'x']", b"\xff"])
)
@example(b"a = " + b"[" * 3000)
@example(b"warehouse = 1979-05-27")
def test_a_file_of_settings_is_taken_or_refused_by_its_name(folder: Path, written: bytes) -> None:
    path = folder / "fuzzed.toml"
    path.write_bytes(written)
    try:
        settings.load({}, {}, path)
    except HoopcastError as error:
        assert "fuzzed.toml" in str(error)  # noqa: PT017 - either outcome is right
        assert "\n" not in str(error)  # noqa: PT017 - the same


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["edges", "knots", "values", "x"]), inner, max_size=4)
    ),
)


@given(st.text(max_size=60) | JSON.map(json.dumps))
@example("[" * 100_000)
@example('{"edges": [], "knots": [], "values": [[]]}')
@example('{"edges": [0], "knots": [0, 1], "values": []}')
@example('{"edges": [[1], [2, 3]], "knots": [0], "values": [[0]]}')
def test_a_recalibration_is_read_or_refused(text: str) -> None:
    refused_or(lambda: recalibration.from_text(text))


@given(st.text(max_size=60))
@example("tree\nversion=v4\nnum_class=1\n")
@example("\x00")
def test_trees_are_read_or_refused(text: str) -> None:
    with pytest.raises((ValueError, LookupError)):
        trees.forest(text)


@given(ANY)
def test_a_system_is_spelled_in_one_way(text: str) -> None:
    assert current_name(current_name(text)) == current_name(text)


# What a price may be in the raw tables, and what is none.
PRICES = st.lists(st.floats(-1e6, -100) | st.floats(100, 1e6) | st.just(math.nan), min_size=1, max_size=5)


@given(PRICES, PRICES)
@example([100.0], [-100.0])
@example([1e6], [-1e6])
@example([math.nan], [100.0])
def test_prices_are_probabilities_or_nothing(over: list[float], under: list[float]) -> None:
    count = min(len(over), len(under))
    first, second = np.array(over[:count]), np.array(under[:count])
    prices = decimal_odds(first), decimal_odds(second)
    american_odds(prices[0])
    found = no_vig_probability_over(*prices)
    assert (np.isnan(found) | ((found >= 0) & (found <= 1))).all()


def refused_or(read: Callable[[], object]) -> None:
    try:
        read()
    except HoopcastError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right
