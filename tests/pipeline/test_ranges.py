"""Ranges as users write them."""

from datetime import date

import pytest

from hoopcast.errors import UsageError
from hoopcast.pipeline.ranges import Range, resolve
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.schema import prepare
from tests.pipeline import small
from tests.pipeline.small import SCHEDULE, night, nights


@pytest.fixture(scope="module")
def league() -> DuckDB:
    engine = small.small_league()
    engine.execute(
        f"INSERT INTO {SCHEDULE} (game_id, season, season_stage, game_date, home_team_abbr, away_team_abbr, team_known,"
        " game_status) VALUES ('0042100001', '2021-22', 'playoffs', DATE '2022-04-16', 'BOS', 'BKN', TRUE, 3),"
        " ('0052100001', '2021-22', 'playin', DATE '2022-04-12', 'CLE', 'BKN', TRUE, 3),"
        " ('0032100001', '2021-22', 'allstar', DATE '2022-02-20', 'LBN', 'DRT', FALSE, 3),"
        " ('0012100001', '2021-22', 'preseason', DATE '2021-10-03', 'LAL', 'BKN', TRUE, 3)"
    )
    return engine


@pytest.mark.parametrize(
    ("wanted", "dates"),
    [
        (Range(), nights(*small.SEASONS)),
        (Range(season="2021-22"), nights(2021)),
        (Range(month="2022-01"), [night(2021, 4), night(2021, 5)]),
        (Range(start=night(2021, 1), end=night(2021, 3)), [night(2021, 1), night(2021, 2), night(2021, 3)]),
        (Range(start=night(2021, 5), end=night(2022, 0)), [night(2021, 5), night(2022, 0)]),
        (Range(dates=(night(2021, 4), night(2021, 2), night(2021, 2))), [night(2021, 2), night(2021, 4)]),
        (Range(season="2021-22", stage="playoffs"), [date(2022, 4, 16)]),
        (Range(month="2022-04", stage="all"), [date(2022, 4, 12), date(2022, 4, 16)]),
    ],
)
def test_a_range_holds_the_game_days_of_its_stage(league: DuckDB, wanted: Range, dates: list[date]) -> None:
    assert [day.date for day in resolve(league, wanted)] == dates


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Range(season="2021"), "'2021' is not a season; write it as 2021-22"),
        (Range(season="2021-23"), "'2021-23' is not a season; write it as 2021-22"),
        (Range(season="2030-31"), "season 2030-31 is not ingested; these are: 2020-21, 2021-22, 2022-23"),
        (Range(month="2022-13"), "'2022-13' is not a month; write it as 2022-01"),
        (Range(month="2022-00"), "'2022-00' is not a month; write it as 2022-01"),
        (Range(month="January"), "'January' is not a month; write it as 2022-01"),
        (Range(month="2022-07"), "no regular games in 2022-07; the ingested seasons are"),
        (Range(start=date(2022, 1, 2)), "--start-date and --end-date go together"),
        (Range(end=date(2022, 1, 2)), "--start-date and --end-date go together"),
        (Range(start=date(2022, 1, 2), end=date(2022, 1, 1)), "starts on 2022-01-02, after its end on 2022-01-01"),
        (Range(start=date(2022, 7, 1), end=date(2022, 7, 9)), "no regular games between 2022-07-01 and 2022-07-09"),
        (Range(dates=(night(2021, 0), date(2022, 7, 1))), "no regular games on 2022-07-01; `hoopcast coverage"),
        (Range(dates=(date(2022, 2, 20),), stage="all"), "only allstar games are played on 2022-02-20, which"),
        (Range(dates=(date(2021, 10, 3),), stage="all"), "only preseason games are played on 2021-10-03, which"),
        (Range(season="2021-22", month="2022-01"), "give one of --season, --month"),
        (Range(season="2020-21", stage="playin"), "no playin games in season 2020-21"),
    ],
)
def test_a_wrong_range_is_refused_in_one_line(league: DuckDB, wanted: Range, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        resolve(league, wanted)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_dates_without_games_are_named_up_to_five(league: DuckDB) -> None:
    wanted = Range(dates=tuple(date(2022, 7, day) for day in range(1, 9)))
    with pytest.raises(UsageError, match="2022-07-05 and 3 more dates"):
        resolve(league, wanted)


def test_an_empty_warehouse_says_how_to_begin() -> None:
    engine = DuckDB("duckdb://:memory:")
    prepare(engine)
    with pytest.raises(UsageError, match="no schedule is ingested; begin with `hoopcast ingest PATH`"):
        resolve(engine, Range())


def test_a_stage_that_is_none_is_refused(league: DuckDB) -> None:
    with pytest.raises(UsageError, match="no stage 'summer'; choose from regular, playin, playoffs, all"):
        resolve(league, Range(stage="summer"))  # type: ignore[arg-type]
