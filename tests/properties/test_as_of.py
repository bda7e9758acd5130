"""What is known on a morning owes nothing to that day's results, to later ones, or to what was seen after tip-off."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hoopcast import Hoopcast
from hoopcast.warehouse.tables import LEVELS, Level
from tests.properties.changes import CHANGES, INJURY_STATUS, RESULTS, SAID_BEFORE, record_changes, tell
from tests.properties.warehouses import (
    SEASONS,
    League,
    chosen_nodes,
    copy_of,
    differences,
    few,
    pre_game_models,
    rows_of,
)

pytestmark = pytest.mark.slow

PRE_GAME = {model.table.name: model.table.content_columns for model in pre_game_models()}
FEATURES = "nba_predictions.ml_feature_store"
POPULATION = "nba_analytics.upcoming_player_game_context"
UNTIL_THE_DAY = "{{time}} <= DATE '{day}'"


def columns_up_to(level: Level) -> dict[str, list[str]]:
    """Columns of each pre-game table that a system of an information level may read."""
    allowed = LEVELS[: LEVELS.index(level) + 1]
    return {
        model.table.name: [
            column.name
            for column in model.table.columns
            if column.level in allowed and column.name in model.table.content_columns
        ]
        for model in pre_game_models()
    }


def season_again(warehouse: Hoopcast, season: str) -> None:
    """Write all but the grades of a season anew, stale or not: a plan that sees no change must not hide a leak."""
    names = [node.name for node in chosen_nodes() if node.table.phase != "grading"]
    report = warehouse.backfill(*names, season=season, stage="all", resume=False, skip_preflight=True)
    assert report.exit_status == 0, warehouse.query("FROM nba_orchestration.failures WHERE can_retry").rows


@few(1)
@given(
    season=st.sampled_from(SEASONS),
    place=st.floats(0.1, 1),
    kinds=st.sets(st.sampled_from(sorted(CHANGES)), min_size=1, max_size=4),
    seed=st.integers(0, 999),
)
@example(season="2021-22", place=0.5, kinds={"nothing is played yet"}, seed=0)
@example(
    season="2021-22",
    place=0.0,
    kinds={"box scores tell other numbers", "others won", "men played for the other side", "another five started"},
    seed=1,
)
@example(
    season="2020-21",
    place=0.6,
    kinds={"men nobody knew played", "teams' totals are others", "shots came from elsewhere", "starters are lost"},
    seed=2,
)
def test_a_result_changed_on_or_after_the_day_changes_no_feature_up_to_that_day(
    tiny_league: League, season: str, place: float, kinds: set[str], seed: int
) -> None:
    days = tiny_league.game_days(season)
    day = days[round(place * (len(days) - 1))]
    with copy_of(tiny_league.complete) as warehouse:
        for kind in sorted(kinds):
            tell(warehouse.engine, CHANGES[kind], day=day, seed=seed)
        record_changes(warehouse.engine, RESULTS)
        season_again(warehouse, season)
        assert rows_of(warehouse, FEATURES, f"game_date = DATE '{day}'") > 0
        assert differences(warehouse, tiny_league.complete, PRE_GAME, UNTIL_THE_DAY.format(day=day)) == {}


@pytest.mark.parametrize("kind", CHANGES)
def test_each_kind_of_change_is_one(tiny_league: League, kind: str) -> None:
    day = tiny_league.game_days(SEASONS[1])[3]
    with copy_of(tiny_league.raw) as warehouse:
        tell(warehouse.engine, CHANGES[kind], day=day, seed=5)
        columns = dict.fromkeys(RESULTS, ("*",))
        changed = differences(warehouse, tiny_league.raw, columns, f"game_date >= DATE '{day}'")
        before = differences(warehouse, tiny_league.raw, columns, f"game_date < DATE '{day}'")
    assert sum(changed.values()) > 10
    assert before == {}


def test_a_line_that_was_seen_after_tip_off_changes_nothing(tiny_league: League) -> None:
    with copy_of(tiny_league.complete) as warehouse:
        before = rows_of(warehouse, "nba_raw.points_prop_line")
        tell(warehouse.engine, SAID_BEFORE["after tip-off"], day=date(2000, 1, 1), seed=1)
        assert rows_of(warehouse, "nba_raw.points_prop_line") > 2 * before
        record_changes(warehouse.engine, ("nba_raw.points_prop_line", "nba_raw.game_line"))
        season_again(warehouse, SEASONS[1])
        assert differences(warehouse, tiny_league.complete) == {}


def test_the_number_of_a_line_changes_nothing_below_its_level(tiny_league: League) -> None:
    day = tiny_league.game_days(SEASONS[1])[8]
    with copy_of(tiny_league.complete) as warehouse:
        tell(warehouse.engine, SAID_BEFORE["other numbers"], day=day, seed=1)
        record_changes(warehouse.engine, ("nba_raw.points_prop_line",))
        season_again(warehouse, SEASONS[1])
        assert FEATURES in differences(warehouse, tiny_league.complete, PRE_GAME)
        assert differences(warehouse, tiny_league.complete, columns_up_to("market")) == {}


@pytest.mark.parametrize("kind", ["lost", "of everyone"])
def test_quotes_of_the_day_change_nothing_that_is_known_without_them(tiny_league: League, kind: str) -> None:
    day = tiny_league.game_days(SEASONS[1])[8]
    columns, known_without = (
        columns_up_to("news")[FEATURES],
        f"expected_level <> 'market' AND game_date <= DATE '{day}'",
    )
    with copy_of(tiny_league.complete) as warehouse:
        tell(warehouse.engine, SAID_BEFORE[kind], day=day, seed=1)
        record_changes(warehouse.engine, ("nba_raw.points_prop_line", "nba_raw.game_line"))
        season_again(warehouse, SEASONS[1])
        assert differences(warehouse, tiny_league.complete, {FEATURES: columns_up_to("market")[FEATURES]}) != {}
        assert differences(warehouse, tiny_league.complete, {FEATURES: columns}, known_without) == {}


def test_moves_of_the_injured_list_on_the_day_change_nothing_that_history_knows(tiny_league: League) -> None:
    day = tiny_league.game_days(SEASONS[1])[8]
    history, of_history = (
        columns_up_to("history")[FEATURES],
        f"expected_level = 'history' AND game_date <= DATE '{day}'",
    )
    with copy_of(tiny_league.complete) as warehouse:
        tell(warehouse.engine, SAID_BEFORE["moves of everyone"], day=day, seed=1)
        record_changes(warehouse.engine, (INJURY_STATUS,))
        season_again(warehouse, SEASONS[1])
        news = {FEATURES: columns_up_to("news")[FEATURES]}
        assert differences(warehouse, tiny_league.complete, news, f"game_date = DATE '{day}'") != {}
        assert differences(warehouse, tiny_league.complete, {FEATURES: history}, of_history) == {}
