"""What reads what, how far, and the same answer from SQL and from a run's own book-keeping."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hoopcast.pipeline.lineage import Edge, closure, edges, is_post_game
from hoopcast.pipeline.live_state import input_fingerprints, read_live_state
from hoopcast.pipeline.node import sql_nodes
from hoopcast.pipeline.plan import PARTITIONS, begin
from hoopcast.pipeline.states import years_of
from tests.pipeline import small
from tests.pipeline.small import BOX, FEATURE, FORM, SCHEDULE, TALLY, nights


def test_a_table_depends_on_what_its_inputs_read() -> None:
    assert closure(small.small_nodes()) == (
        Edge(FORM, TALLY, "before", 1),
        Edge(FEATURE, FORM, "same", 0),
        Edge(FEATURE, TALLY, "before", 1),
    )


def test_expected_rows_are_an_input_as_well() -> None:
    tally, form, _ = small.small_nodes()
    assert set(edges(tally)) == {Edge(TALLY, BOX, "same", 0), Edge(TALLY, SCHEDULE, "same", 0)}
    assert set(edges(form)) == {Edge(FORM, SCHEDULE, "same", 0), Edge(FORM, TALLY, "before", 1)}


def test_a_table_is_due_after_the_game_when_it_says_what_happened_in_it() -> None:
    assert [is_post_game(model) for model in small.small_nodes()] == [True, False, False]
    names = {model.table.short for model in sql_nodes() if is_post_game(model)}
    assert {"pgs", "togs", "tdgs"} <= names
    assert not names & {"upgc", "utgc", "tdza", "psza", "pdc", "pcf", "mlfs"}


def test_of_one_table_each_date_counts_once() -> None:
    for model in sql_nodes():
        constraints: dict[str, set[str]] = {}
        for edge in edges(model):
            constraints.setdefault(edge.upstream, set()).add(edge.time_constraint)
        assert all(found in ({"same"}, {"before"}, {"until"}, {"same", "before"}) for found in constraints.values())


@settings(max_examples=10)
@given(st.lists(st.sampled_from(nights(*small.SEASONS)), max_size=5), st.booleans(), st.sampled_from(small.SEASONS))
def test_a_run_sees_the_same_inputs_as_the_plan(
    changed: list[object],
    is_written: bool,  # noqa: FBT001
    first_year: int,
) -> None:
    engine = small.small_league()
    if is_written:
        small.backfill(engine)
    for day in changed:
        engine.execute(f"UPDATE {BOX} SET minutes = minutes + 1 WHERE game_date = $day", {"day": str(day)})
    small.took_in(engine, nights(*small.SEASONS))
    models = small.small_nodes()
    years = years_of(models, ["2020-21", "2021-22", "2022-23"])
    assert years is not None
    begin(engine, models, years)
    standing = read_live_state(engine, first_year)
    for model in models:
        planned = engine.query(
            f"SELECT input_fingerprint FROM {PARTITIONS} WHERE table_name = $name AND season_year >= $first"
            " ORDER BY partition_date",
            {"name": model.name, "first": first_year},
        ).rows
        partitions = [partition for partition in standing.partitions[model.name] if partition.year >= first_year]
        found = input_fingerprints(standing, edges(model), partitions)
        assert [(fingerprint,) for fingerprint in found] == planned
