"""What a run writes, and what it leaves as it was."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoopcast.errors import RunError
from hoopcast.pipeline.batch import Written
from hoopcast.pipeline.failures import failure_counts
from hoopcast.pipeline.plan import Selection
from hoopcast.pipeline.ranges import Range, resolve
from hoopcast.pipeline.run import rehearse, run
from hoopcast.warehouse.duckdb import DuckDB
from tests.pipeline import small
from tests.pipeline.small import BOX, FEATURE, FORM, NIGHTS, SCHEDULE, SEASONS, TALLY, night, nights
from tests.properties.warehouses import few


class Listener:
    """Remembers what a run tells."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, str, int]] = []

    def table_started(self, table: str, dates: int) -> None:
        """Hear that a table begins."""

    def batch_started(self, table: str, season: str, dates: int) -> None:
        """Remember a batch."""
        self.batches.append((table, season, dates))

    def batch_ended(self, table: str, season: str, written: Written) -> None:
        """Hear that a batch was written."""

    def table_ended(self, report: object) -> None:
        """Hear that a table ends."""


def entries(engine: DuckDB) -> int:
    return len(engine.query("SELECT entry FROM nba_orchestration.ledger").rows)


def move_a_game(engine: DuckDB, old: date, new: date) -> str:
    """Let a game of a date be played on another one, in the schedule and in the box scores; its id."""
    game = str(engine.query(f"SELECT MIN(game_id) FROM {SCHEDULE} WHERE game_date = $d", {"d": old}).rows[0][0])
    for name in (SCHEDULE, BOX):
        engine.execute(f"UPDATE {name} SET game_date = $new WHERE game_id = $game", {"new": new, "game": game})
    return game


def test_a_backfill_writes_every_table_of_every_date() -> None:
    engine = small.small_league()
    report = small.backfill(engine)
    assert report.exit_status == 0
    assert small.written(report) == dict.fromkeys((TALLY, FORM, FEATURE), len(SEASONS) * NIGHTS)
    assert set(small.states(engine).values()) == {"done"}
    tally = next(one for one in report.tables if one.table == TALLY)
    assert (tally.rows, tally.expected, tally.success_pct) == (108, 108, 100.0)


def test_a_second_backfill_changes_nothing() -> None:
    engine = small.small_league()
    small.backfill(engine)
    before, count = small.contents(engine), entries(engine)
    report = small.backfill(engine)
    assert (report.run_id, report.exit_status, small.written(report)) == ("", 0, {})
    assert [one.unchanged for one in report.tables] == [len(SEASONS) * NIGHTS] * 3
    assert (small.contents(engine), entries(engine)) == (before, count)


def test_done_dates_are_written_again_only_when_asked_for() -> None:
    engine = small.small_league()
    small.backfill(engine)
    before = small.contents(engine)
    report = small.backfill(engine, wanted=Range(season="2021-22"), again=True)
    assert small.written(report) == dict.fromkeys((TALLY, FORM, FEATURE), NIGHTS)
    assert small.contents(engine) == before
    assert set(small.states(engine).values()) == {"done"}


def test_a_batch_holds_the_wanted_dates_of_one_season() -> None:
    engine = small.small_league()
    listener = Listener()
    models = small.small_nodes()
    wanted = Range(dates=(night(2020, 1), night(2020, 4), night(2021, 2)))
    selection = Selection((TALLY,), resolve(engine, wanted))
    run(engine, models, selection, progress=listener)
    assert listener.batches == [(TALLY, "2020-21", 2), (TALLY, "2021-22", 1)]
    assert small.in_state(engine, "done") == {TALLY: [night(2020, 1), night(2020, 4), night(2021, 2)]}


def test_one_date_brings_whatever_it_reads_and_nothing_else() -> None:
    engine = small.small_league()
    report = small.backfill(engine, wanted=Range(dates=(night(2021, 2),)))
    read = [*nights(2020), *nights(2021)[:3]]
    assert small.in_state(engine, "done") == {TALLY: read, FORM: [night(2021, 2)], FEATURE: [night(2021, 2)]}
    assert report.exit_status == 0


def test_tables_alone_are_written_without_their_upstream_and_reported_as_blocked() -> None:
    engine = small.small_league()
    models = small.small_nodes()
    dates = resolve(engine, Range(season="2021-22"))
    report = run(engine, models, Selection((FORM,), dates, upstream="along"))
    assert [(one.table, one.dates, one.blocked) for one in report.tables] == [(FORM, 0, NIGHTS)]
    assert report.exit_status == 1
    assert small.in_state(engine, "done") == {}


def test_a_rehearsal_names_batches_and_writes_nothing() -> None:
    engine = small.small_league()
    models = small.small_nodes()
    count = entries(engine)
    selection = Selection((TALLY, FORM, FEATURE), resolve(engine, Range(season="2020-21")))
    planned = rehearse(engine, models, selection)
    assert [(batch.table, batch.season, len(batch.dates)) for batch in planned] == [
        (name, "2020-21", NIGHTS) for name in (TALLY, FORM, FEATURE)
    ]
    assert planned[0].cause == "not written yet"
    assert (entries(engine), small.in_state(engine, "done")) == (count, {})


def test_a_late_correction_makes_exactly_the_reachable_dates_stale_and_mends_them_alone() -> None:
    engine = small.small_league()
    small.backfill(engine)
    corrected = night(2021, 3)
    small.change(engine, corrected, "points = 39")
    reachable = [day for day in [*nights(2021), *nights(2022)] if day > corrected]
    assert small.in_state(engine, "stale") == {TALLY: [corrected], FORM: reachable, FEATURE: reachable}
    report = small.backfill(engine)
    assert small.written(report) == {TALLY: 1, FORM: len(reachable), FEATURE: len(reachable)}
    mended = small.contents(engine)
    clean = small.small_league()
    small.change(clean, corrected, "points = 39")
    small.backfill(clean)
    assert mended == small.contents(clean)


def test_a_look_back_ends_where_it_is_declared() -> None:
    engine = small.small_league()
    small.backfill(engine)
    small.change(engine, night(2020, 0), "points = 39")
    stale = small.in_state(engine, "stale")
    assert stale[FORM] == [*nights(2020)[1:], *nights(2021)]


def test_what_comes_out_as_it_was_stops_the_wave() -> None:
    engine = small.small_league()
    small.backfill(engine)
    day = night(2021, 3)
    points = f"SELECT MIN(points) FROM {BOX} WHERE game_date = $day AND player_id = $player"
    first, second = (int(str(engine.query(points, {"day": day, "player": one}).rows[0][0])) for one in (1, 2))
    small.change(engine, day, f"points = {first} + {second} - points", "player_id IN (1, 2)")
    report = small.backfill(engine)
    reached = len([one for one in [*nights(2021), *nights(2022)] if one > day])
    assert small.written(report) == {TALLY: 1, FORM: reached}
    assert next(one for one in report.tables if one.table == FEATURE).unchanged == len(SEASONS) * NIGHTS
    assert set(small.states(engine).values()) == {"done"}


def test_a_change_of_code_makes_a_table_and_what_reads_it_stale() -> None:
    engine = small.small_league()
    small.backfill(engine)
    changed = small.small_nodes(form=small.FORM_SQL.replace("SUM(t.points)", "SUM(t.points + 1)"))
    assert set(small.in_state(engine, "stale", changed)) == {FORM, FEATURE}
    small.backfill(engine, changed)
    assert set(small.states(engine, changed).values()) == {"done"}


def test_a_comment_is_no_change_of_code() -> None:
    engine = small.small_league()
    small.backfill(engine)
    commented = small.small_nodes(form=small.FORM_SQL.replace("GROUP BY", "-- every game\n   GROUP BY"))
    assert set(small.states(engine, commented).values()) == {"done"}


def test_a_postponed_game_leaves_no_row_behind() -> None:
    engine = small.small_league()
    small.backfill(engine)
    old, new = night(2021, 2), night(2021, 4)
    game = move_a_game(engine, old, new)
    small.took_in(engine, [old, new])
    small.backfill(engine)
    for name, time in ((TALLY, "game_date"), (FORM, "analysis_date"), (FEATURE, "analysis_date")):
        rows = engine.query(f"SELECT DISTINCT {time} FROM {name} WHERE game_id = $game", {"game": game}).rows
        assert rows == [(new,)]
    assert set(small.states(engine).values()) == {"done"}


def test_a_game_moved_ahead_of_its_old_date_is_taken_away_from_there_even_when_only_the_new_date_is_written() -> None:
    engine = small.small_league()
    small.backfill(engine)
    old, new = night(2021, 4), night(2021, 2)
    game = move_a_game(engine, old, new)
    small.took_in(engine, [old, new])
    small.backfill(engine, wanted=Range(dates=(new,)))
    assert engine.query(f"SELECT DISTINCT game_date FROM {TALLY} WHERE game_id = $g", {"g": game}).rows == [(new,)]
    assert small.states(engine)[TALLY, old] == "stale"
    small.backfill(engine)
    assert set(small.states(engine).values()) == {"done"}


def test_a_date_that_fails_while_a_game_moves_away_from_it_is_recorded_with_the_rows_that_are_left() -> None:
    engine = small.small_league()
    small.backfill(engine)
    old, new = night(2021, 4), night(2021, 2)
    move_a_game(engine, old, new)
    small.change(engine, old, "player_lookup = 'no number'")
    small.took_in(engine, [old, new])
    small.backfill(engine)
    assert small.states(engine)[TALLY, old] == "failed"
    left = engine.query(f"SELECT COUNT(*) FROM {TALLY} WHERE game_date = $day", {"day": old}).rows
    recorded = engine.query(
        "SELECT ARG_MAX(rows, entry) FROM nba_orchestration.ledger WHERE table_name = $name AND partition_date = $day",
        {"name": TALLY, "day": old},
    ).rows
    assert left == recorded == [(3,)]


def test_rows_of_a_date_that_left_the_schedule_are_taken_away() -> None:
    engine = small.small_league()
    small.backfill(engine)
    gone = night(2021, 5)
    for name in (SCHEDULE, BOX):
        engine.execute(f"DELETE FROM {name} WHERE game_date = $day", {"day": gone})
    small.took_in(engine, [gone])
    assert small.states(engine)[FORM, gone] == "stale"
    small.backfill(engine)
    assert gone not in {day for _, day in small.states(engine)}
    assert engine.query(f"SELECT COUNT(*) FROM {FEATURE} WHERE analysis_date = $day", {"day": gone}).rows == [(0,)]
    assert small.backfill(engine).run_id == ""


HIDING = small.TALLY_SQL.replace("AND s.game_status = 3", "AND s.game_status = 3 AND b.player_name <> 'hidden'")


def test_absences_and_failures_of_a_date_that_left_the_schedule_are_closed() -> None:
    engine = small.small_league()
    gone, models = nights(2021)[-2:], small.small_nodes(tally=HIDING)
    small.change(engine, gone[0], "player_name = 'hidden'", "TRUE")
    small.change(engine, gone[1], "points = 101")
    small.backfill(engine, models)
    dates = resolve(engine, Range())
    assert {count.category for count in failure_counts(engine, dates)} == {"DATA_QUARANTINED", "PROCESSING_ERROR"}
    for name in (SCHEDULE, BOX):
        engine.execute(f"DELETE FROM {name} WHERE game_date IN (SELECT UNNEST($gone))", {"gone": gone})
    small.took_in(engine, gone)
    small.backfill(engine, models)
    assert failure_counts(engine, dates) == ()
    assert small.backfill(engine, models).run_id == ""


def test_absences_move_with_their_games_when_only_the_new_date_is_written() -> None:
    engine = small.small_league()
    old, new, models = night(2021, 4), night(2021, 2), small.small_nodes(tally=HIDING)
    small.change(engine, old, "player_name = 'hidden'")
    small.backfill(engine, models)
    dates = resolve(engine, Range())
    for _ in range(2):
        move_a_game(engine, old, new)
    small.took_in(engine, [old, new])
    small.backfill(engine, models, Range(dates=(new,)))
    assert [(count.count, count.dates) for count in failure_counts(engine, dates)] == [(2, 1)]


def test_tables_known_before_the_game_are_due_for_the_next_slate_alone() -> None:
    engine = small.small_league()
    engine.execute(f"UPDATE {SCHEDULE} SET game_status = 1 WHERE game_date >= $day", {"day": night(2022, 3)})
    engine.execute(f"DELETE FROM {BOX} WHERE game_date >= $day", {"day": night(2022, 3)})
    small.took_in(engine, nights(2022))
    small.backfill(engine)
    done = small.in_state(engine, "done")
    assert done[TALLY][-1] == night(2022, 2)
    assert done[FORM][-1] == done[FEATURE][-1] == night(2022, 3)


def test_a_date_without_the_raw_rows_that_a_table_requires_is_not_available() -> None:
    engine = small.small_league()
    engine.execute(f"DELETE FROM {BOX} WHERE game_date = $day", {"day": night(2021, 1)})
    small.took_in(engine, [night(2021, 1)])
    report = small.backfill(engine, upstream="along")
    assert small.in_state(engine, "not_available") == {TALLY: [night(2021, 1)]}
    assert next(one for one in report.tables if one.table == TALLY).not_available == 1
    assert (report.exit_status, small.states(engine)[FORM, night(2021, 2)]) == (0, "done")


def test_an_explained_absence_is_a_failure_with_its_reason_and_no_error() -> None:
    engine = small.small_league()
    small.change(engine, night(2021, 1), "player_name = 'hidden'")
    models = small.small_nodes(tally=HIDING)
    report = small.backfill(engine, models)
    tally = report.tables[0]
    assert (report.exit_status, tally.rows, tally.expected) == (0, 106, 108)
    dates = resolve(engine, Range())
    assert [(one.category, one.count, one.example) for one in failure_counts(engine, dates)] == [
        ("DATA_QUARANTINED", 2, "hidden")
    ]
    small.change(engine, night(2021, 1), "player_name = 'someone'")
    small.backfill(engine, models)
    assert failure_counts(engine, dates) == ()


def test_the_command_and_its_totals_are_recorded() -> None:
    engine = small.small_league()
    report = small.backfill(engine)
    rows = engine.query(
        "SELECT run_id, command, status, partitions_done, partitions_failed, rows FROM nba_orchestration.runs"
    ).rows
    assert rows == [(report.run_id, "hoopcast backfill --no-resume", "done", 54, 0, 108 + 36 + 36)]


@few(3)
@given(st.lists(st.sampled_from(nights(2020, 2021)), min_size=1, max_size=8), st.integers(1, 3))
def test_any_order_and_grouping_of_dates_gives_the_same_tables(days: list[date], size: int) -> None:
    engine = small.small_league(years=(2020, 2021))
    for start in range(0, len(days), size):
        small.backfill(engine, wanted=Range(dates=tuple(days[start : start + size])))
    small.backfill(engine)
    assert small.contents(engine) == small.contents_of_one_backfill((2020, 2021))
    assert small.backfill(engine).run_id == ""


@few(5)
@given(st.sampled_from(nights(*SEASONS)), st.booleans())
def test_a_change_reaches_what_could_read_it_and_nothing_else(day: date, is_new_points: bool) -> None:  # noqa: FBT001
    engine = small.small_league()
    small.backfill(engine)
    small.change(engine, day, "points = points + 1" if is_new_points else "minutes = minutes + 1")
    season_end = date(day.year if day.month > 6 else day.year - 1, 8, 31) + timedelta(days=365)
    reached = [one for one in nights(*SEASONS) if day < one <= season_end + timedelta(days=365)]
    stale = small.in_state(engine, "stale")
    assert stale.pop(TALLY) == [day]
    assert stale == ({FORM: reached, FEATURE: reached} if reached else {})


def test_a_model_that_does_not_fit_its_tables_ends_the_run_and_says_how_to_go_on() -> None:
    engine = small.small_league()
    broken = small.small_nodes(form=small.FORM_SQL.replace("t.points)", "t.nothing)"))
    with pytest.raises(
        RunError, match=r"nothing.*18 dates of tables were finished and stay; .*`hoopcast backfill` resumes"
    ):
        small.backfill(engine, broken)
    assert small.in_state(engine, "done") == {TALLY: nights(*SEASONS)}
    rows = engine.query("SELECT status FROM nba_orchestration.runs").rows
    assert rows == [("failed",)]
