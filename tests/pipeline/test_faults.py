"""Faults: of single dates, which fail alone, and of everything, which end the run."""

from datetime import date

import pytest

from hoopcast.errors import EngineError, ModelError, RunError
from hoopcast.pipeline.failures import failure_counts
from hoopcast.pipeline.ranges import Range, resolve
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.engine import Parameters
from tests.pipeline import small
from tests.pipeline.small import FEATURE, FORM, NIGHTS, SEASONS, TALLY, night, nights


def reasons(engine: DuckDB) -> list[tuple[object, ...]]:
    return [
        tuple(row)
        for row in engine.query(
            "SELECT table_name, partition_date, category, reason, can_retry FROM nba_orchestration.failures"
            " ORDER BY partition_date"
        ).rows
    ]


def test_a_value_out_of_range_fails_its_date_alone() -> None:
    engine = small.small_league()
    small.change(engine, night(2021, 2), "points = 101")
    report = small.backfill(engine)
    tally, form, feature = report.tables
    later = [day for day in [*nights(2021), *nights(2022)] if day > night(2021, 2)]
    assert (tally.dates, tally.failed, tally.blocked) == (len(SEASONS) * NIGHTS - 1, 1, 0)
    assert (form.blocked, feature.blocked) == (len(later), len(later))
    assert report.exit_status == 1
    assert small.in_state(engine, "failed") == {TALLY: [night(2021, 2)]}
    assert small.in_state(engine, "blocked") == {FORM: later, FEATURE: later}
    (table, day, category, reason, can_retry) = reasons(engine)[0]
    assert (table, day, category, can_retry) == (TALLY, night(2021, 2), "PROCESSING_ERROR", True)
    assert str(reason).startswith("2 rows break 'points lies in 0..100', such as game_id")


@pytest.mark.parametrize(
    ("assignment", "reason"),
    [
        ("minutes = 'NaN'::DOUBLE", "minutes_share is finite"),
        ("minutes = 'Infinity'::DOUBLE", "minutes_share is finite"),
        ("points = NULL", "points is never NULL"),
        ("points = -1", "points lies in 0..100"),
        ("player_lookup = 'no number'", "Could not convert string 'no number'"),
        ("player_id = 2", "key (game_id, player_id) is unique"),
    ],
)
def test_whatever_is_wrong_with_a_date_is_said_in_one_line(assignment: str, reason: str) -> None:
    engine = small.small_league(years=(2021,))
    small.change(engine, night(2021, 4), assignment)
    small.backfill(engine)
    assert small.in_state(engine, "failed") == {TALLY: [night(2021, 4)]}
    (_, _, _, said, _) = reasons(engine)[0]
    assert reason in str(said)
    assert "\n" not in str(said)


def test_a_mended_date_closes_its_failure_and_frees_what_it_blocked() -> None:
    engine = small.small_league()
    small.change(engine, night(2021, 2), "points = 101")
    small.backfill(engine)
    small.change(engine, night(2021, 2), "points = 31")
    small.backfill(engine)
    assert reasons(engine) == []
    assert set(small.states(engine).values()) == {"done"}
    clean = small.small_league()
    small.change(clean, night(2021, 2), "points = 31")
    small.backfill(clean)
    assert small.contents(engine) == small.contents(clean)


def test_a_date_that_fails_keeps_the_rows_that_it_had() -> None:
    engine = small.small_league(years=(2021,))
    small.backfill(engine)
    before = small.contents(engine)[TALLY]
    small.change(engine, night(2021, 2), "points = 101")
    small.backfill(engine)
    assert small.contents(engine)[TALLY] == before
    assert small.states(engine)[TALLY, night(2021, 2)] == "failed"


def test_a_plain_rerun_tries_failed_dates_again_and_retry_failed_only_those() -> None:
    engine = small.small_league(years=(2020, 2021))
    small.change(engine, night(2020, 2), "points = 101")
    small.backfill(engine, wanted=Range(season="2020-21"))
    assert next(one for one in small.backfill(engine, only_failed=True).tables if one.table == TALLY).failed == 1
    assert TALLY not in {name for name, day in small.in_state(engine, "done").items() if day[-1] > night(2021, 0)}
    assert next(one for one in small.backfill(engine).tables if one.table == TALLY).failed == 1


def test_every_guilty_date_of_a_season_is_found() -> None:
    engine = small.small_league(years=(2021,))
    guilty = [night(2021, number) for number in (0, 3, 5)]
    for day in guilty:
        small.change(engine, day, "points = 101")
    small.backfill(engine)
    assert small.in_state(engine, "failed") == {TALLY: guilty}
    assert small.in_state(engine, "done")[TALLY] == [day for day in nights(2021) if day not in guilty]


def test_a_row_that_is_expected_and_absent_without_a_reason_fails_its_date() -> None:
    engine = small.small_league(years=(2021,))
    small.change(engine, night(2021, 1), "player_name = 'lost'")
    losing = small.TALLY_SQL.replace("AND s.game_status = 3", "AND s.game_status = 3 AND b.player_name <> 'lost'")
    small.backfill(engine, small.small_nodes(tally=losing))
    assert "expected rows are absent without a reason, such as game_id 0022100100" in str(reasons(engine)[0][3])


def test_a_row_that_nothing_expects_fails_its_date() -> None:
    engine = small.small_league(years=(2021,))
    small.change(engine, night(2021, 1), "player_name = 'guest'")
    spine = small.BOX_SPINE + " WHERE b.player_name <> 'guest'"
    small.backfill(engine, small.small_nodes(box_spine=spine))
    assert "rows are there that 'small_box' does not expect" in str(reasons(engine)[0][3])


def test_when_the_first_dates_all_fail_alike_the_run_ends_and_they_are_recorded_as_failed() -> None:
    engine = small.small_league()
    narrow = small.small_nodes(tally=small.TALLY_SQL.replace("0..100 points", "90..100 points"))
    with pytest.raises(
        RunError, match=r"the first 4 dates of 2020-21 all fail alike: .*`hoopcast backfill --no-resume` "
    ):
        small.backfill(engine, narrow)
    tried = nights(2020)[:4]
    assert [(table, day, category) for table, day, category, *_ in reasons(engine)] == [
        (TALLY, day, "PROCESSING_ERROR") for day in tried
    ]
    assert small.in_state(engine, "failed", narrow) == {TALLY: tried}
    assert small.in_state(engine, "missing", narrow)[TALLY] == [*nights(2020)[4:], *nights(2021, 2022)]
    assert engine.query("SELECT status, partitions_done, partitions_failed FROM nba_orchestration.runs").rows == [
        ("failed", 0, 4)
    ]


def test_a_time_limit_that_no_date_keeps_is_recorded_with_the_dates_that_were_tried() -> None:
    engine = small.small_league(years=(2021,))
    with pytest.raises(RunError, match=r"--timeout SECONDS allows more"):
        small.backfill(engine, timeout=1e-9)
    assert [(day, category) for _, day, category, *_ in reasons(engine)] == [
        (day, "TIMEOUT") for day in nights(2021)[:4]
    ]
    small.backfill(engine)
    assert reasons(engine) == []
    assert set(small.states(engine).values()) == {"done"}


class Slow(DuckDB):
    """A warehouse in which the box scores of one night take for ever."""

    night = night(2021, 4)

    def execute(self, sql: str, parameters: Parameters | None = None) -> None:
        """Run a statement, or one that never ends in its place."""
        wanted = (parameters or {}).get("wanted_dates")
        if isinstance(wanted, list) and self.night in wanted and small.BOX in sql:
            super().execute(
                "SELECT COUNT(*) FROM RANGE(1000000) AS a, RANGE(1000000) AS b WHERE a.range + b.range = -1"
            )
        super().execute(sql, parameters)


def test_a_date_that_takes_too_long_is_cancelled_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small, "DuckDB", Slow)
    engine = small.small_league(years=(2021,))
    report = small.backfill(engine, timeout=1.5)
    assert small.in_state(engine, "failed") == {TALLY: [Slow.night]}
    assert (report.tables[0].dates, report.tables[0].failed) == (NIGHTS - 1, 1)
    assert reasons(engine)[0][2:] == ("TIMEOUT", "not finished after 1.5 s; --timeout SECONDS allows more", True)


class FullDisk(DuckDB):
    """A warehouse whose disk is full when the second table is written."""

    def execute(self, sql: str, parameters: Parameters | None = None) -> None:
        """Run a statement while there is space."""
        if sql.startswith("INSERT INTO nba_precompute"):
            message = "IO Error: Could not write file: No space left on device"
            raise EngineError(message)
        super().execute(sql, parameters)


def test_a_full_disk_ends_the_run_and_leaves_what_was_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small, "DuckDB", FullDisk)
    engine = small.small_league()
    with pytest.raises(RunError, match="No space left on device; 18 dates of tables were finished and stay"):
        small.backfill(engine)
    assert small.in_state(engine, "done") == {TALLY: nights(*SEASONS)}
    assert small.contents(engine)[FORM] == []
    assert reasons(engine) == []


def test_failures_are_counted_by_table_category_and_month() -> None:
    engine = small.small_league()
    for number in (2, 3, 5):
        small.change(engine, night(2021, number), "points = 101")
    small.backfill(engine)
    counted = failure_counts(engine, resolve(engine, Range()), (TALLY,))
    assert [(one.category, one.month, one.count, one.dates, one.can_retry) for one in counted] == [
        ("PROCESSING_ERROR", "2021-12", 2, 2, 2),
        ("PROCESSING_ERROR", "2022-01", 1, 1, 1),
    ]
    assert failure_counts(engine, resolve(engine, Range(dates=(date(2020, 12, 25),)))) == ()


def test_a_model_that_does_not_parse_is_named_by_its_file() -> None:
    broken = small.small_nodes(tally=small.TALLY_SQL.replace("INNER JOIN", "INNER OF"))
    with pytest.raises(ModelError, match=r"^models/analytics/small_tally\.sql: SQL does not parse: "):
        small.backfill(small.small_league(years=(2021,)), broken)
    expected = small.small_nodes(box_spine=f"{small.BOX_SPINE} WHERE (")
    with pytest.raises(ModelError, match=r"^models/expected/small_box\.sql: SQL does not parse: "):
        small.backfill(small.small_league(years=(2021,)), expected)
