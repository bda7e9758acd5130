"""What reads what, and how far: by time constraint and seasons, directly and by way of others."""

from functools import reduce
from operator import xor

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hoopcast.calendar import season_of, season_start_year, season_years
from hoopcast.pipeline.lineage import closure, is_post_game
from hoopcast.pipeline.node import Edge, sql_nodes
from hoopcast.pipeline.time_constraint import DATED, TimeConstraint, Timeline
from tests.pipeline import small
from tests.pipeline.small import BOX, FEATURE, FORM, SCHEDULE, TALLY

DAYS = [day for year in range(2018, 2023) for day in (*small.nights(year), *small.nights(year + 1)[:1])]
READINGS: list[tuple[TimeConstraint, int]] = [("same", 0), *((how, back) for how in DATED[1:] for back in range(4))]


def test_a_table_depends_on_what_its_inputs_read() -> None:
    assert closure(small.small_nodes()) == (
        Edge(FORM, TALLY, "before", 1),
        Edge(FEATURE, FORM, "same", 0),
        Edge(FEATURE, TALLY, "before", 1),
    )


def test_expected_rows_are_an_input_as_well() -> None:
    tally, form, _ = small.small_nodes()
    assert set(tally.edges) == {Edge(TALLY, BOX, "same", 0), Edge(TALLY, SCHEDULE, "same", 0)}
    assert set(form.edges) == {Edge(FORM, SCHEDULE, "same", 0), Edge(FORM, TALLY, "before", 1)}


def test_a_table_is_due_after_the_game_when_it_says_what_happened_in_it() -> None:
    assert [is_post_game(model) for model in small.small_nodes()] == [True, False, False]
    names = {model.table.short for model in sql_nodes() if is_post_game(model)}
    assert {"pgs", "togs", "tdgs"} <= names
    assert not names & {"upgc", "utgc", "tdza", "psza", "pdc", "pcf", "mlfs"}


def test_of_one_table_each_date_counts_once() -> None:
    for model in sql_nodes():
        constraints: dict[str, set[str]] = {}
        for edge in model.edges:
            constraints.setdefault(edge.upstream, set()).add(edge.time_constraint)
        assert all(found in ({"same"}, {"before"}, {"until"}, {"same", "before"}) for found in constraints.values())


def test_the_season_of_many_dates_is_that_of_each() -> None:
    days = np.arange("2018-08-25", "2023-09-10", dtype="datetime64[D]")
    assert season_years(days).tolist() == [season_start_year(season_of(day)) for day in days.tolist()]


@settings(max_examples=60)
@given(st.data(), st.sampled_from(READINGS))
def test_what_a_date_reads_is_what_the_words_say(data: st.DataObject, reading: tuple[TimeConstraint, int]) -> None:
    days = data.draw(st.lists(st.sampled_from(DAYS), unique=True, min_size=1).map(sorted))
    values = data.draw(st.lists(st.integers(-1, 2**62), min_size=len(days), max_size=len(days)))
    time_constraint, look_back = reading
    dates = np.array(days, dtype="datetime64[D]")
    timeline = Timeline(dates, season_years(dates))
    numbers = np.array(values, dtype=np.int64)

    def is_read(place: int, other: int) -> bool:
        seasons = int(timeline.years[place]) - int(timeline.years[other])
        is_in_time = {"same": days[other] == days[place], "before": days[other] < days[place]}
        is_in_time["until"] = is_in_time["same"] or is_in_time["before"]
        return is_in_time[time_constraint] and 0 <= seasons <= look_back

    read = [[values[other] for other in range(len(days)) if is_read(place, other)] for place in range(len(days))]
    assert timeline.xor_in_reach(numbers, *reading).tolist() == [reduce(xor, of_date, 0) for of_date in read]
    assert timeline.any_in_reach(numbers > 0, *reading).tolist() == [any(v > 0 for v in of_date) for of_date in read]
    largest = [max([*of_date, -1]) for of_date in read]
    assert timeline.maximum_in_reach(np.stack((numbers, numbers)), *reading).tolist() == [largest, largest]
