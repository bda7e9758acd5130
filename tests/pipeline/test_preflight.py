"""Raw input that final games of a range lack."""

import pytest

from hoopcast.errors import PreflightError
from hoopcast.pipeline.node import sql_nodes
from hoopcast.pipeline.preflight import missed_input
from hoopcast.pipeline.ranges import Range, resolve
from tests.pipeline import small
from tests.pipeline.small import BOX, TALLY, night, nights


def test_a_final_game_without_its_box_score_stops_the_run_before_it_begins() -> None:
    engine = small.small_league()
    engine.execute(f"DELETE FROM {BOX} WHERE game_date IN ($a, $b)", {"a": night(2021, 1), "b": night(2021, 3)})
    small.took_in(engine, nights(2021))
    said = (
        f"nba_raw.nbac_player_boxscore lacks 4 final games, on {night(2021, 1)}, {night(2021, 3)};"
        " ingest them with `hoopcast ingest PATH`, or go on without by --skip-preflight"
    )
    with pytest.raises(PreflightError) as refused:
        small.backfill(engine)
    assert str(refused.value) == said
    assert small.in_state(engine, "done") == {}
    assert engine.query("SELECT COUNT(*) FROM nba_orchestration.runs").rows == [(0,)]


def test_it_looks_at_every_date_of_the_range_and_at_no_other() -> None:
    engine = small.small_league()
    engine.execute(f"DELETE FROM {BOX} WHERE game_date = $day", {"day": night(2022, 5)})
    small.took_in(engine, nights(2022))
    assert small.backfill(engine, wanted=Range(season="2020-21")).exit_status == 0
    with pytest.raises(PreflightError):
        small.backfill(engine, wanted=Range(season="2022-23"))


def test_more_than_five_dates_are_counted() -> None:
    engine = small.small_league()
    engine.execute(f"DELETE FROM {BOX} WHERE season IN ('2020-21', '2021-22')")
    small.took_in(engine, nights(2020, 2021))
    with pytest.raises(PreflightError, match=r"lacks 24 final games, on .* and 7 more dates"):
        small.backfill(engine)


def test_without_it_the_date_is_reported_as_not_available() -> None:
    engine = small.small_league()
    engine.execute(f"DELETE FROM {BOX} WHERE game_date = $day", {"day": night(2022, 5)})
    small.took_in(engine, nights(2022))
    report = small.backfill(engine, upstream="along")
    assert [(one.table, one.not_available) for one in report.tables if one.not_available] == [(TALLY, 1)]


def test_raw_input_that_tables_can_do_without_is_a_warning() -> None:
    engine = small.small_league(years=(2021,))
    engine.execute(
        "INSERT INTO nba_raw.nbac_starter (game_id, game_date) SELECT game_id, game_date FROM nba_raw.nbac_schedule"
    )
    said = missed_input(engine, sql_nodes(), resolve(engine, Range()))
    assert any(line.startswith("nba_raw.nbac_shot lacks 12 final games, on 2021-12-25") for line in said)
    assert not any(line.startswith("nba_raw.nbac_starter") for line in said)
