"""What the pipeline tells of the tables: coverage, gaps, and why a unit is in its state."""

from datetime import date

import pytest

from hoopcast.errors import UsageError
from hoopcast.pipeline.coverage import coverage, gaps
from hoopcast.pipeline.ranges import Range, resolve
from hoopcast.pipeline.why import why
from hoopcast.warehouse.duckdb import DuckDB
from tests.pipeline import small
from tests.pipeline.small import FEATURE, FORM, NIGHTS, TALLY, night, nights


def with_a_failed_night() -> DuckDB:
    engine = small.small_league()
    small.change(engine, night(2021, 2), "points = 101")
    small.backfill(engine)
    return engine


def test_coverage_counts_rows_and_states_of_each_table() -> None:
    engine = with_a_failed_night()
    dates = resolve(engine, Range(season="2021-22"))
    tally, form, feature = coverage(engine, small.small_nodes(), dates)
    assert (tally.table, tally.game_dates, tally.games, tally.due) == (TALLY, NIGHTS, 12, NIGHTS)
    assert (tally.done, tally.failed, tally.rows, tally.expected, tally.success_pct) == (5, 1, 30, 30, None)
    assert (tally.earliest, tally.latest) == (night(2021, 0), night(2021, 5))
    assert [(one.done, one.blocked, one.latest) for one in (form, feature)] == [(3, 3, night(2021, 2))] * 2


def test_coverage_by_month_and_by_date() -> None:
    engine = with_a_failed_night()
    dates = resolve(engine, Range(season="2021-22"))
    months = [one for one in coverage(engine, small.small_nodes(), dates, "month") if one.table == FORM]
    assert [(one.period, one.game_dates, one.games, one.done, one.blocked) for one in months] == [
        ("2021-12", 4, 8, 3, 1),
        ("2022-01", 2, 4, 0, 2),
    ]
    days = [one for one in coverage(engine, small.small_nodes(), dates, "date") if one.table == TALLY]
    assert [one.period for one in days] == [str(day) for day in nights(2021)]
    assert [one.failed for one in days] == [0, 0, 1, 0, 0, 0]


def test_success_is_the_share_of_expected_rows() -> None:
    engine = small.small_league(years=(2021,))
    small.change(engine, night(2021, 1), "player_name = 'hidden'")
    hiding = small.TALLY_SQL.replace("AND s.game_status = 3", "AND s.game_status = 3 AND b.player_name <> 'hidden'")
    models = small.small_nodes(tally=hiding)
    small.backfill(engine, models)
    tally = coverage(engine, models, resolve(engine, Range()))[0]
    assert (tally.rows, tally.expected, tally.success_pct) == (34, 36, 100 * 34 / 36)


def test_neighbouring_dates_of_one_cause_are_one_gap_with_the_command_that_mends_it() -> None:
    engine = with_a_failed_night()
    found = gaps(engine, small.small_nodes(), resolve(engine, Range()))
    failed, form, feature = found
    assert (failed.table, failed.first_date, failed.last_date, failed.dates) == (TALLY, *[night(2021, 2)] * 2, 1)
    assert (failed.state, failed.command) == ("failed", f"hoopcast backfill tally --dates {night(2021, 2)}")
    assert failed.cause.startswith("2 rows break 'points lies in 0..100'")
    assert (form.first_date, form.last_date, form.dates) == (night(2021, 3), night(2022, 5), 9)
    assert (form.state, form.cause) == ("blocked", f"{TALLY} has failed")
    assert feature.command == f"hoopcast backfill feature --start-date {night(2021, 3)} --end-date {night(2022, 5)}"


def test_a_gap_ends_where_a_done_date_lies_between() -> None:
    engine = small.small_league(years=(2021,))
    small.backfill(engine, wanted=Range(dates=(night(2021, 0), night(2021, 1), night(2021, 3))), upstream="along")
    tally = [one for one in gaps(engine, small.small_nodes(), resolve(engine, Range())) if one.table == TALLY]
    assert [(one.first_date, one.last_date, one.dates) for one in tally] == [
        (night(2021, 2), night(2021, 2), 1),
        (night(2021, 4), night(2021, 5), 2),
    ]


def test_nothing_is_a_gap_when_all_is_done() -> None:
    engine = small.small_league()
    small.backfill(engine)
    assert gaps(engine, small.small_nodes(), resolve(engine, Range())) == ()


def told(engine: DuckDB, table: str, day: date) -> list[tuple[int, str, date, str]]:
    return [(one.depth, one.table, one.date, one.text) for one in why(engine, small.small_nodes(), table, day)]


def test_why_follows_a_blocked_date_to_the_one_that_failed() -> None:
    chain = told(with_a_failed_night(), FEATURE, night(2022, 1))
    assert chain[0][:3] == (0, FEATURE, night(2022, 1))
    root_cause = f"root cause: {TALLY} of {night(2021, 2)}, failed: 2 rows break 'points lies in 0..100'"
    assert chain[0][3].startswith(f"blocked: {TALLY} has failed; {root_cause}")
    assert chain[1][:3] == (1, TALLY, night(2021, 2))
    assert chain[1][3].startswith("failed: 2 rows break 'points lies in 0..100'")
    assert "(hoopcast backfill --no-resume)" in chain[2][3]


def test_why_of_what_nobody_asked_for_yet_is_that_with_the_command_that_writes_it() -> None:
    engine = small.small_league(years=(2021,))
    (answer,) = told(engine, FEATURE, night(2021, 0))
    reads = f"missing: {FORM}, which it reads, is not written yet"
    assert answer[3] == f"{reads}; `hoopcast backfill feature --dates {night(2021, 0)}` writes it"
    engine.execute(f"UPDATE {small.SCHEDULE} SET season_stage = 'playin'")
    (answer,) = told(engine, TALLY, night(2021, 0))
    assert answer[3].startswith(
        "missing: not written yet, for playin games are of another stage, which --stage playin "
    )
    assert answer[3].endswith(f"`hoopcast backfill tally --dates {night(2021, 0)} --stage playin` writes it")


def test_gaps_of_another_stage_name_it_and_the_option_that_includes_it() -> None:
    engine = small.small_league(years=(2021,))
    engine.execute(
        f"UPDATE {small.SCHEDULE} SET season_stage = 'playin' WHERE game_date = $day", {"day": night(2021, 0)}
    )
    first, second = (
        gap for gap in gaps(engine, small.small_nodes(), resolve(engine, Range(stage="all"))) if gap.table == TALLY
    )
    assert first.cause == "not written yet, for playin games are of another stage, which --stage playin includes"
    assert second.cause == "not written yet"


def test_why_of_a_date_of_all_star_games_is_that_nothing_is_forecast_of_them() -> None:
    engine = small.small_league(years=(2021,))
    engine.execute(
        f"UPDATE {small.SCHEDULE} SET season_stage = 'allstar' WHERE game_date = $day", {"day": night(2021, 0)}
    )
    (answer,) = told(engine, TALLY, night(2021, 0))
    assert answer == (0, TALLY, night(2021, 0), "not due: only allstar games are played, which nothing is forecast of")
    with pytest.raises(UsageError, match=r"^no games on 2021-07-01; "):
        told(engine, TALLY, date(2021, 7, 1))


def test_why_of_a_first_date_is_that_no_row_is_expected_there() -> None:
    engine = small.small_league(years=(2021,))
    of_nobody = {
        name: text.rstrip() + " AND FALSE\n"
        for name, text in (("tally", small.TALLY_SQL), ("box_spine", small.BOX_SPINE))
    }
    models = small.small_nodes(**of_nobody)
    small.backfill(engine, models)
    first, second = (why(engine, models, TALLY, day)[0].text for day in nights(2021)[:2])
    assert second == "done with no row: none is expected"
    assert first == f"{second}, for it is the first date of all that is ingested"


def test_why_names_the_correction_that_made_a_date_stale() -> None:
    engine = small.small_league()
    small.backfill(engine)
    small.change(engine, night(2021, 2), "points = 39")
    chain = told(engine, TALLY, night(2021, 2))
    root_cause = f"root cause: {small.BOX} of {night(2021, 2)}, written since by run ingest"
    assert chain[0][3].startswith(f"stale: its input changed; {root_cause}")
    assert chain[1][3].endswith("6 rows of 6 expected")
    assert chain[2][:3] == (1, small.BOX, night(2021, 2))
    assert chain[2][3].startswith("written since by run ingest")
    # The schedule was taken in again as well, with the same content.
    assert [table for depth, table, *_ in chain if depth] == [small.BOX]
    assert root_cause in told(engine, FEATURE, night(2021, 4))[0][3]


def test_why_names_both_versions_when_the_code_changed() -> None:
    engine = small.small_league(years=(2021,))
    small.backfill(engine)
    before, after = small.small_nodes()[0], small.small_nodes(tally=small.TALLY_SQL.replace("48e0", "480e-1"))[0]
    chain = why(engine, small.small_nodes(tally=small.TALLY_SQL.replace("48e0", "480e-1")), TALLY, night(2021, 0))
    assert chain[0].text == "stale: its code changed"
    assert f"its code was {before.version}, now {after.version}" in chain[1].text


def test_why_says_what_a_done_date_was_made_from() -> None:
    engine = small.small_league()
    small.backfill(engine)
    chain = told(engine, FORM, night(2021, 1))
    assert chain[0][3] == "done"
    assert "read before of 2 seasons: 7 dates" in next(text for _, table, _, text in chain if table == TALLY)


def test_why_tells_of_a_player_that_he_is_there_or_why_not() -> None:
    engine = small.small_league(years=(2021,))
    small.change(engine, night(2021, 1), "player_name = 'hidden'")
    hiding = small.TALLY_SQL.replace("AND s.game_status = 3", "AND s.game_status = 3 AND b.player_name <> 'hidden'")
    models = small.small_nodes(tally=hiding)
    small.backfill(engine, models)
    texts = [why(engine, models, TALLY, night(2021, 1), player)[0].text for player in (2, 1, 99)]
    assert texts[0] == "player 2 is there, with 2 rows"
    assert texts[1] == "player 1 is absent: DATA_QUARANTINED, hidden"
    assert (
        texts[2] == "player 99 is absent: not in the population, for he had not appeared in any game that is ingested"
    )
