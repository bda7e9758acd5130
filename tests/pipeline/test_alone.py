"""Tables written by themselves, as `--skip-preflight` asks for: from what there is, with their helpers."""

from dataclasses import replace
from datetime import date

from hoopcast.pipeline.coverage import coverage, gaps
from hoopcast.pipeline.node import Node
from hoopcast.pipeline.plan import Selection
from hoopcast.pipeline.ranges import Range, resolve
from hoopcast.pipeline.run import RunReport, run
from hoopcast.pipeline.verify import verify
from hoopcast.pipeline.why import why
from hoopcast.warehouse.duckdb import DuckDB
from tests.pipeline import small
from tests.pipeline.small import BOX, FEATURE, FORM, NIGHTS, TALLY, night, nights
from tests.properties.warehouses import League, copy_of

YEARS = (2020, 2021)


def as_helper(model: Node) -> Node:
    """The model as a table that users do not name."""
    return replace(model, table=replace(model.table, headers={**model.table.headers, "helper": "yes"}))


def with_a_helper() -> tuple[Node, ...]:
    """The small tables, the middle one a helper."""
    tally, form, feature = small.small_nodes()
    return tally, as_helper(form), feature


def alone(engine: DuckDB, models: tuple[Node, ...], name: str, days: list[date], *, again: bool = False) -> RunReport:
    """Write one table by itself."""
    dates = resolve(engine, Range(dates=tuple(days)))
    return run(engine, models, Selection((name,), dates, (name,) if again else (), upstream="along"))


def test_a_helper_table_is_written_with_the_table_that_reads_it_on_all_dates_that_it_reads() -> None:
    engine = small.small_league(years=YEARS)
    models = with_a_helper()
    run(engine, models, Selection((TALLY,), resolve(engine, Range())))
    report = alone(engine, models, FEATURE, nights(2021)[3:])
    assert small.written(report) == {FORM: 3, FEATURE: 3}
    assert report.exit_status == 0
    assert small.in_state(engine, "blocked", models) == {}


def test_a_helper_that_is_not_written_is_no_reason_why_a_table_is_blocked() -> None:
    engine = small.small_league(years=YEARS)
    models = with_a_helper()
    run(engine, models, Selection((TALLY,), resolve(engine, Range())))
    assert {small.states(engine, models)[FEATURE, day] for day in nights(*YEARS)} == {"missing"}


def test_a_table_is_written_from_what_there_is_and_every_report_calls_it_done() -> None:
    engine = small.small_league(years=YEARS)
    models = small.small_nodes()
    # The last two nights of the season before were never written.
    earlier = [*nights(2020)[:4], *nights(2021)]
    run(engine, models, Selection((TALLY,), resolve(engine, Range(dates=tuple(earlier)))))
    report = alone(engine, models, FORM, nights(2021))
    assert (small.written(report), report.exit_status) == ({FORM: NIGHTS}, 0)
    dates = resolve(engine, Range(season="2021-22"))
    form = next(one for one in coverage(engine, models, dates) if one.table == FORM)
    assert (form.done, form.due, form.stale, form.blocked) == (NIGHTS, NIGHTS, 0, 0)
    assert [gap for gap in gaps(engine, models, dates) if gap.table == FORM] == []
    assert why(engine, models, FORM, night(2021, 5))[0].text == "done"
    assert not any(check.failed for check in verify(engine, models, dates, {FORM}).checks)
    assert engine.query("SELECT status FROM nba_orchestration.runs ORDER BY run_id DESC LIMIT 1").rows == [("done",)]


def test_what_was_written_from_a_part_is_stale_once_more_arrives() -> None:
    engine = small.small_league(years=YEARS)
    models = small.small_nodes()
    run(engine, models, Selection((TALLY,), resolve(engine, Range(dates=tuple(nights(2021))))))
    alone(engine, models, FORM, nights(2021)[1:])
    assert set(small.in_state(engine, "done")[FORM]) == set(nights(2021)[1:])
    run(engine, models, Selection((TALLY,), resolve(engine, Range(season="2020-21"))))
    assert set(small.in_state(engine, "stale")[FORM]) == set(nights(2021)[1:])
    rows = small.contents(engine)[FORM]
    small.backfill(engine, wanted=Range(season="2021-22"))
    assert small.contents(engine)[FORM] != rows
    assert small.contents(engine)[FORM][-1] == small.contents_of_one_backfill(YEARS)[FORM][-1]


def test_what_was_written_from_a_part_is_stale_once_its_missing_input_could_say_more() -> None:
    engine = small.small_league(years=YEARS)
    models = small.small_nodes()
    run(engine, models, Selection((TALLY,), resolve(engine, Range(dates=tuple(nights(2021))))))
    alone(engine, models, FORM, nights(2021)[1:])
    # A box score of a night that was never written is corrected: the table that would hold it is still not there.
    small.change(engine, night(2020, 2), "points = 39")
    assert set(small.in_state(engine, "stale")[FORM]) == set(nights(2021)[1:])
    assert small.states(engine)[TALLY, night(2020, 2)] == "missing"


def test_with_its_upstream_a_done_table_brings_what_was_left_out() -> None:
    engine = small.small_league(years=YEARS)
    models = small.small_nodes()
    run(engine, models, Selection((TALLY,), resolve(engine, Range(dates=tuple(nights(2021))))))
    alone(engine, models, FORM, nights(2021))
    report = run(engine, models, Selection((FORM,), resolve(engine, Range(season="2021-22"))))
    assert small.written(report) == {TALLY: NIGHTS, FORM: NIGHTS}
    assert small.contents(engine)[FORM][-1] == small.contents_of_one_backfill(YEARS)[FORM][-1]


def test_a_date_that_has_nothing_at_all_to_be_written_from_is_blocked_and_the_run_says_so() -> None:
    engine = small.small_league(years=YEARS)
    models = small.small_nodes()
    report = alone(engine, models, FORM, nights(2021))
    assert [(one.table, one.dates, one.blocked) for one in report.tables] == [(FORM, 0, NIGHTS)]
    assert report.exit_status == 1
    ended = engine.query("SELECT status, partitions_done, message FROM nba_orchestration.runs").rows
    assert ended == [("blocked", 0, f"{NIGHTS} dates of tables blocked")]
    assert small.in_state(engine, "done") == {}


def test_only_named_dates_count_as_blocked() -> None:
    engine = small.small_league(years=YEARS)
    models = with_a_helper()
    engine.execute(f"DELETE FROM {BOX} WHERE season = '2020-21'")
    small.took_in(engine, nights(2020))
    run(engine, models, Selection((TALLY,), resolve(engine, Range(dates=tuple(nights(2021)[1:])))))
    report = alone(engine, models, FEATURE, nights(2021)[2:])
    assert (report.exit_status, small.written(report)) == (0, {FORM: 4, FEATURE: 4})


def test_a_run_whose_dates_all_fail_is_recorded_as_failed() -> None:
    engine = small.small_league(years=(2021,))
    small.change(engine, night(2021, 2), "points = 101")
    report = small.backfill(engine)
    status, message = engine.query("SELECT status, message FROM nba_orchestration.runs").rows[0]
    assert (report.exit_status, status) == (1, "failed")
    assert message == "1 dates of tables failed, 6 dates of tables blocked, 11 dates of tables written"


def test_a_season_is_written_though_nothing_of_the_one_before_was(tiny_league: League) -> None:
    with copy_of(tiny_league.raw) as warehouse:
        for phase, tables in (("phase3", ("pgs", "togs", "upgc")), ("phase4", ("tdza", "psza", "pdc", "pcf"))):
            assert warehouse.backfill(phase, season="2021-22", skip_preflight=True).exit_status == 0
            found = warehouse.coverage(*tables, season="2021-22").polars()
            assert found["done"].to_list() == found["due"].to_list() == [24] * len(tables)


def test_what_was_written_from_a_part_is_mended_by_the_run_that_writes_the_rest_whatever_it_brings_along() -> None:
    engine = small.small_league(years=YEARS)
    models = small.small_nodes()
    # Every second night was never written: what came after them was made from what there was.
    run(engine, models, Selection((TALLY,), resolve(engine, Range(dates=tuple(nights(*YEARS)[1::2])))))
    alone(engine, models, FORM, nights(2021))
    names = tuple(model.name for model in models)
    run(engine, models, Selection(names, resolve(engine, Range()), upstream="along"))
    assert small.in_state(engine, "done", models) == dict.fromkeys(names, nights(*YEARS))
    assert small.contents(engine) == small.contents_of_one_backfill(YEARS)
