"""Verify believes nothing: whatever was changed behind its back is found."""

import pytest

from hoopcast.pipeline.ranges import Range, resolve
from hoopcast.pipeline.verify import POPULATION, Check, teams_without_players, verify
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.tables import table
from tests.pipeline import small
from tests.pipeline.small import BOX, FEATURE, FORM, NIGHTS, TALLY, night


@pytest.fixture
def league() -> DuckDB:
    engine = small.small_league()
    # What the ingest would have filled in, so that the raw tables keep their own rules.
    engine.execute(f"UPDATE {BOX} SET fgm = 0, fga = 0, fg3m = 0, fg3a = 0, ftm = points, fta = points, source_id = 1")
    engine.execute("UPDATE nba_raw.nbac_schedule SET source_id = 1")
    small.took_in(engine, small.nights(*small.SEASONS))
    small.backfill(engine)
    return engine


def failed(engine: DuckDB) -> list[tuple[str, str]]:
    return [(one.check, one.table) for one in checks(engine) if one.failed]


def checks(engine: DuckDB) -> tuple[Check, ...]:
    return verify(engine, small.small_nodes(), resolve(engine, Range())).checks


def test_a_clean_warehouse_verifies(league: DuckDB) -> None:
    verification = verify(league, small.small_nodes(), resolve(league, Range()))
    assert [check for check in verification.checks if check.failed] == []
    assert verification.exit_status == 0
    assert {check.table for check in verification.checks} > {TALLY, FORM, FEATURE, BOX}


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        (
            f"UPDATE {TALLY} SET points = points + 1 WHERE game_date = $day AND player_id = 2",
            ("ledger and rows agree", TALLY),
        ),
        (f"DELETE FROM {FEATURE} WHERE analysis_date = $day", ("expected = rows + explained failures", FEATURE)),
        (f"DELETE FROM {FEATURE} WHERE analysis_date = $day", ("ledger and rows agree", FEATURE)),
        (
            f"INSERT INTO {FORM} SELECT * FROM {FORM} WHERE analysis_date = $day",
            ("keys, NULLs, ranges, finite numbers", FORM),
        ),
        (
            f"UPDATE {TALLY} SET minutes_share = 'NaN'::DOUBLE WHERE game_date = $day",
            ("keys, NULLs, ranges, finite numbers", TALLY),
        ),
        (
            f"INSERT INTO {FORM} SELECT game_id || 'x', season, $day + INTERVAL 1 DAY, 1 FROM {FORM} LIMIT 1",
            ("ledger and rows agree", FORM),
        ),
        (
            f"UPDATE {FORM} SET analysis_date = analysis_date + INTERVAL 2 DAY WHERE analysis_date = $day",
            ("dates are those of the schedule", FORM),
        ),
        (f"UPDATE {BOX} SET points = 12 WHERE game_date = $day", ("ledger and rows agree", BOX)),
        (
            (
                f"UPDATE nba_orchestration.ledger SET version = '' WHERE partition_date = $day"
                f" AND table_name = '{FEATURE}'"
            ),
            ("every date is done", FEATURE),
        ),
    ],
)
def test_what_was_changed_behind_its_back_is_found(league: DuckDB, tampering: str, found: tuple[str, str]) -> None:
    league.execute(tampering, {"day": night(2021, 2)})
    assert found in failed(league)
    assert verify(league, small.small_nodes(), resolve(league, Range())).exit_status == 1


def test_a_date_that_is_not_done_does_not_verify(league: DuckDB) -> None:
    small.change(league, night(2021, 2), "minutes = 12")
    wrong = next(one for one in checks(league) if one.check == "every date is done" and one.table == TALLY)
    assert (wrong.checked, wrong.problems) == (18, 1)
    assert wrong.examples == f"{night(2021, 2)} stale: its input changed"


def test_dates_of_final_games_without_raw_data_do_not_verify() -> None:
    engine = small.small_league(years=(2021,))
    engine.execute(f"DELETE FROM {BOX}")
    small.took_in(engine, small.nights(2021))
    small.backfill(engine, upstream="along")
    wrong = next(one for one in checks(engine) if one.check == "every date is done" and one.table == TALLY)
    assert (wrong.failed, wrong.checked, wrong.problems) == (True, 6, 6)
    assert wrong.examples.startswith(f"6 dates have no raw data: {night(2021, 0)}, ")
    assert wrong.examples.endswith(f", ... (no rows of {BOX})")


def test_team_box_scores_are_compared_with_their_players_and_the_schedule(league: DuckDB) -> None:
    league.execute(
        "INSERT INTO nba_raw.nbac_team_boxscore (game_id, team_abbr, season, game_date, minutes, points, fgm, fga,"
        " fg3m, fg3a, ftm, fta) SELECT game_id, 'BOS', season, game_date, 240, SUM(points) + 1, 0, 0, 0, 0,"
        f" SUM(points), SUM(points) FROM {BOX} WHERE game_date = $day GROUP BY game_id, season, game_date",
        {"day": night(2021, 2)},
    )
    league.execute("UPDATE nba_raw.nbac_schedule SET home_score = 100")
    names = [check for check, _ in failed(league)]
    assert "team box score = sum of its players" in names
    assert "box score = schedule's score" in names


def test_a_team_for_whom_nobody_is_expected_is_a_gap_unless_it_is_its_first_game_on_record() -> None:
    engine = small.small_league(years=(2021,))
    engine.create(table(POPULATION))
    games, gaps, firsts = teams_without_players(engine, night(2021, 0), night(2021, NIGHTS))
    assert (games, len(gaps), firsts) == (24, 22, [f"{night(2021, 0)} BOS", f"{night(2021, 0)} NYK"])
    assert gaps[0] == f"{night(2021, 0)} BOS"


def test_a_box_score_whose_game_left_the_schedule_is_found(league: DuckDB) -> None:
    league.execute("DELETE FROM nba_raw.nbac_schedule WHERE game_id = (SELECT MIN(game_id) FROM nba_raw.nbac_schedule)")
    assert "box scores are of games that were played" in dict(failed(league))
