"""States as they are derived for all partitions at once are those that the rules give one partition at a time."""

from datetime import date
from typing import cast

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hoopcast.pipeline.ledger import LEDGER, NODE, Entry
from hoopcast.pipeline.node import Node
from hoopcast.pipeline.ranges import Range, resolve
from hoopcast.pipeline.state import PAST_CONTENT, SAME_CONTENT, STATES, States, derive_own, read_states, take_in
from hoopcast.warehouse.duckdb import DuckDB
from tests.pipeline import small
from tests.pipeline.small import BOX, SEASONS, TALLY, night, nights

ALL = ["2020-21", "2021-22", "2022-23"]
Recorded = dict[tuple[str, date], dict[str, object]]


def recorded(engine: DuckDB) -> Recorded:
    """The newest entry of each partition, with what its readers see."""
    rows = engine.query(
        f"""SELECT *, {engine.row_hash(SAME_CONTENT)} AS same, {engine.row_hash(PAST_CONTENT)} AS past
        FROM (SELECT * EXCLUDE (table_name), {NODE} AS table_name FROM {LEDGER}) AS entries ORDER BY entry"""
    ).dictionaries()
    newest: Recorded = {}
    for row in rows:
        key = str(row["table_name"]), cast("date", row["partition_date"])
        was_done = newest.get(key, {}).get("was_done", False) or row["status"] == "done"
        newest[key] = {**row, "was_done": was_done}
    return newest


def season_year(day: date) -> int:
    return day.year if day.month >= 9 else day.year - 1


def expected_inputs(node: Node, day: date, newest: Recorded) -> int:
    """XOR of the contents that a partition reads, one after the other."""
    found = 0
    for edge in node.edges:
        for (name, other), entry in newest.items():
            seasons = season_year(day) - season_year(other)
            is_read = {
                "same": other == day,
                "before": other < day and 0 <= seasons <= edge.look_back,
                "until": other <= day and 0 <= seasons <= edge.look_back,
            }[edge.time_constraint]
            if name == edge.upstream and is_read and entry["rows"]:
                found ^= int(str(entry["same" if edge.time_constraint == "same" else "past"]))
    return found


def expected_state(node: Node, day: date, newest: Recorded, inputs: int) -> str:
    """The state of a partition of a final game by its own entry and direct inputs."""
    entry = newest.get((node.name, day), {})
    if not entry.get("rows") and any(not newest.get((t.name, day), {}).get("rows") for t in node.requires):
        return "not_available"
    is_same = entry.get("version") == node.version and entry.get("input_fingerprint") == inputs
    if entry.get("status") == "failed" and is_same:
        return "failed"
    if not entry.get("was_done"):
        return "missing"
    return "done" if is_same and entry["status"] == "done" else "stale"


def read(engine: DuckDB, nodes: tuple[Node, ...]) -> States:
    states = read_states(engine, nodes, ALL)
    assert states is not None
    return states


CHANGES = st.tuples(
    st.sampled_from(["correct", "break", "remove", "write", "write one table"]), st.sampled_from(nights(*SEASONS))
)


@settings(max_examples=15)
@given(st.lists(CHANGES, min_size=1, max_size=5), st.booleans())
def test_states_and_inputs_are_those_that_each_partition_has_by_itself(
    changes: list[tuple[str, date]],
    has_new_code: bool,  # noqa: FBT001
) -> None:
    engine = small.small_league()
    for change, day in changes:
        if change == "correct":
            small.change(engine, day, "points = 39")
        elif change == "break":
            small.change(engine, day, "points = 101")
        elif change == "remove":
            engine.execute(f"DELETE FROM {BOX} WHERE game_date = $day", {"day": day})
            small.took_in(engine, [day])
        elif change == "write":
            small.backfill(engine, wanted=Range(start=date(2020, 9, 1), end=day), upstream="along")
        else:
            small.backfill(engine, small.small_nodes()[:1], Range(dates=(day,)), upstream="along")
    nodes = small.small_nodes(tally=small.TALLY_SQL.replace("48e0", "480e-1")) if has_new_code else small.small_nodes()
    states, newest = read(engine, nodes), recorded(engine)
    for place, node in enumerate(nodes):
        for column, day in enumerate(states.timeline.dates.tolist()):
            inputs = expected_inputs(node, day, newest)
            assert states.inputs[place, column] == inputs, (node.name, day)
            assert STATES[states.own[place, column]] == expected_state(node, day, newest, inputs), (node.name, day)


def entry_of(node: Node, row: dict[str, object]) -> Entry:
    numbers = {name: int(str(row[name])) for name in ("input_fingerprint", "output_fingerprint", "rows", "expected")}
    return Entry(
        node=node.name,
        season=str(row["season"]),
        partition_date=cast("date", row["partition_date"]),
        version=str(row["version"]),
        input_fingerprint=numbers["input_fingerprint"],
        output_fingerprint=numbers["output_fingerprint"],
        rows=numbers["rows"],
        expected=numbers["expected"],
        status="done" if row["status"] == "done" else "failed",
    )


def test_what_a_run_takes_in_is_what_the_next_one_reads() -> None:
    engine = small.small_league()
    small.backfill(engine, wanted=Range(season="2020-21"))
    last = engine.query(f"SELECT MAX(entry) FROM {LEDGER}").rows[0][0]
    small.change(engine, night(2021, 2), "points = 101")
    before = read(engine, small.small_nodes())
    small.backfill(engine)
    after, newest = read(engine, small.small_nodes()), recorded(engine)
    for place, node in enumerate(before.nodes):
        of_node = {day: row for (name, day), row in newest.items() if name == node.name}
        entries = [entry_of(node, row) for row in of_node.values() if int(str(row["entry"])) > int(str(last))]
        contents = {day: (int(str(row["same"])), int(str(row["past"]))) for day, row in of_node.items()}
        take_in(before, place, entries, contents)
    for place in range(len(before.nodes)):
        derive_own(before, place)
    assert np.array_equal(before.own, after.own)
    assert np.array_equal(before.inputs, after.inputs)
    assert {STATES[code] for code in after.own.ravel().tolist()} == {"done", "failed", "missing"}


def test_a_partition_that_failed_counts_as_failed_until_its_input_changes() -> None:
    engine = small.small_league(years=(2021,))
    small.change(engine, night(2021, 2), "points = 101")
    small.backfill(engine)
    assert small.states(engine)[TALLY, night(2021, 2)] == "failed"
    small.change(engine, night(2021, 2), "points = 100")
    assert small.states(engine)[TALLY, night(2021, 2)] == "missing"
    small.backfill(engine)
    assert set(small.states(engine).values()) == {"done"}
    assert len(resolve(engine, Range())) == small.NIGHTS
