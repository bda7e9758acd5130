"""What is known of the real seasons stands in the tables made of them."""

import pytest

from hoopcast import Hoopcast
from hoopcast.explain import feature_names
from hoopcast.graph import ALL_SYSTEMS
from hoopcast.pipeline.checks import breaches
from hoopcast.pipeline.lineage import is_post_game
from hoopcast.pipeline.node import Node, sql_nodes
from hoopcast.pipeline.plan import plan
from hoopcast.pipeline.ranges import Range, resolve
from hoopcast.warehouse.tables import table
from tests.real.conftest import rows

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

SEASON = "2021-22"
SEASONS = ("2018-19", "2019-20", "2020-21", "2021-22")
REGULAR = {
    "2021-10": (13, 93), "2021-11": (29, 225), "2021-12": (30, 209), "2022-01": (31, 231), "2022-02": (22, 163),
    "2022-03": (31, 229), "2022-04": (9, 80),
}  # fmt: skip
WITHOUT_PRESEASON = REGULAR | {"2022-02": (24, 167), "2022-04": (26, 129)}
# The bookmakers' lines of 2020-21 begin in January.
LINE_DAYS = {"2020-21": 126, "2021-22": 165}
GAME_DAYS = {"2018-19": 168, "2019-20": 150, "2020-21": 140, "2021-22": 165}


def months(real: Hoopcast, condition: str) -> dict[str, tuple[int, int]]:
    """Dates and games of each month of the season."""
    found = rows(
        real,
        "SELECT strftime(game_date, '%Y-%m'), COUNT(DISTINCT game_date), COUNT(*) FROM nba_raw.nbac_schedule"
        f" WHERE season = $season AND game_status = 3 AND {condition} GROUP BY 1",
        season=SEASON,
    )
    return {str(month): (int(str(dates)), int(str(games))) for month, dates, games in found}


def test_the_season_has_its_dates_and_games(real: Hoopcast) -> None:
    regular = months(real, "season_stage = 'regular'")
    assert regular == REGULAR
    assert sum(dates for dates, _ in regular.values()) == 165
    assert sum(games for _, games in regular.values()) == 1230
    from_october = {
        month: found for month, found in months(real, "season_stage <> 'preseason'").items() if month < "2022-05"
    }
    assert from_october == WITHOUT_PRESEASON


@pytest.mark.parametrize("model", sql_nodes(), ids=lambda model: model.table.short)
def test_every_table_has_every_date_of_each_regular_season(real: Hoopcast, model: Node) -> None:
    found = rows(
        real,
        f"SELECT season, COUNT(DISTINCT {model.time}) FROM {model.name} WHERE {model.time} IN ("
        " SELECT game_date FROM nba_raw.nbac_schedule WHERE season_stage = 'regular' AND game_status = 3"
        ") GROUP BY season ORDER BY season",
    )
    days = {str(season): int(str(count)) for season, count in found}
    if model.table.short == "ppl":
        assert days == LINE_DAYS
    elif is_post_game(model) or model.table.short in {"utgc", "tdza"}:
        assert days == GAME_DAYS
    else:
        # On the first two nights of the first season each team plays its first game, and nobody is known yet.
        assert days == GAME_DAYS | {"2018-19": GAME_DAYS["2018-19"] - 2}


@pytest.mark.parametrize("season", SEASONS)
def test_every_partition_of_a_regular_season_is_done(real: Hoopcast, season: str) -> None:
    partitions = plan(real.engine, real.graph.nodes, resolve(real.engine, Range(season=season)))
    daily = {node.name for node in real.graph.nodes if not node.is_monthly}
    assert sum(partition.table in daily for partition in partitions) == GAME_DAYS[season] * len(daily)
    assert [partition for partition in partitions if partition.state != "done"] == []


@pytest.mark.parametrize(
    "model", {node.table.name: node for node in ALL_SYSTEMS.nodes}.values(), ids=lambda model: model.table.name
)
def test_no_row_breaks_a_rule_of_its_table(real: Hoopcast, model: Node) -> None:
    assert breaches(real.engine, model.table, model.table.name) == ()


def test_expected_rows_are_rows_and_explained_failures_everywhere(real: Hoopcast) -> None:
    unexplained = rows(
        real,
        """WITH due_partition AS (
            SELECT table_name, system_id, partition_date, ARG_MAX(rows, entry) AS rows,
                ARG_MAX(expected, entry) AS expected
            FROM nba_orchestration.ledger WHERE table_name NOT LIKE 'nba_raw.%' GROUP BY ALL
        ),
        reason AS (
            SELECT table_name, system_id, partition_date, COUNT(*) AS failures
            FROM nba_orchestration.failures WHERE entity <> '' GROUP BY ALL
        )
        SELECT u.*, r.failures
        FROM due_partition AS u
        LEFT JOIN reason AS r USING (table_name, system_id, partition_date)
        WHERE u.expected <> u.rows + COALESCE(r.failures, 0)""",
    )
    assert unexplained == []


@pytest.mark.parametrize(
    ("name", "day", "points"),
    [
        ("Kevin Durant", "2021-10-19", 32),
        ("Giannis Antetokounmpo", "2021-10-19", 32),
        ("LeBron James", "2022-03-05", 56),
        ("Karl-Anthony Towns", "2022-03-14", 60),
        ("Kyrie Irving", "2022-03-15", 60),
    ],
)
def test_a_game_that_everyone_remembers_is_there(real: Hoopcast, name: str, day: str, points: int) -> None:
    found = rows(
        real,
        "SELECT points FROM nba_analytics.player_game_summary"
        " WHERE player_name = $name AND game_date = CAST($day AS DATE) AND played_flag",
        name=name,
        day=day,
    )
    assert found == [(points,)]


def test_the_league_played_as_this_source_has_it(real: Hoopcast) -> None:
    pace, rating, true_shooting, threes, paint, mid_range, unknown = (
        float(str(value))
        for value in rows(
            real,
            """SELECT AVG(pace), 100 * SUM(points) / SUM(possessions), SUM(points) / (2 * (SUM(fga) + 0.44 * SUM(fta))),
                SUM(fg3a) / SUM(fga), SUM(paint_fga) / SUM(fga), SUM(mid_range_fga) / SUM(fga),
                SUM(unknown_two_fga) / SUM(fga)
            FROM nba_analytics.team_offense_game_summary WHERE season = $season AND season_stage = 'regular'""",
            season=SEASON,
        )[0]
    )
    assert round(pace, 1) == 99.9
    assert round(rating, 1) == 110.1
    assert round(true_shooting, 3) == 0.566
    assert round(threes, 2) == 0.40
    assert round(paint, 2) == 0.37
    assert round(mid_range, 2) == 0.19
    assert round(unknown, 2) == 0.04
    assert paint + mid_range + unknown + threes == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("season", SEASONS)
def test_the_four_zones_sum_to_the_box_score_of_every_player(real: Hoopcast, season: str) -> None:
    found = rows(
        real,
        """SELECT COUNT(*), COUNT(CASE WHEN zones_complete_flag
                AND paint_fga + mid_range_fga + three_fga + unknown_two_fga = fga
                AND paint_fgm + mid_range_fgm + three_fgm + unknown_two_fgm = fgm AND three_fga = fg3a THEN 1 END)
        FROM nba_analytics.player_game_summary WHERE season = $season""",
        season=season,
    )
    assert found[0][0] == found[0][1]


@pytest.mark.parametrize("feature", feature_names())
def test_each_of_the_25_features_varies_and_is_in_range(real: Hoopcast, feature: str) -> None:
    column = table("mlfs").column(feature)
    count, values, low, high, absent = rows(
        real,
        f"SELECT COUNT(*), COUNT(DISTINCT {feature}), MIN({feature}), MAX({feature}), COUNT(*) - COUNT({feature})"
        " FROM nba_predictions.ml_feature_store WHERE season = $season AND season_stage = 'regular'",
        season=SEASON,
    )[0]
    assert column.low is not None
    assert column.high is not None
    assert column.low <= float(str(low)) <= float(str(high)) <= column.high
    assert int(str(absent)) <= 0.03 * int(str(count))
    if feature == "playoff_game":
        assert (low, high) == (0, 0)
    else:
        assert int(str(values)) >= 2
    if column.type == "DOUBLE":
        assert int(str(values)) > 200


def test_the_probability_to_play_is_a_good_forecast_at_each_level(real: Hoopcast) -> None:
    scores = {
        str(level): (float(str(brier)), float(str(bias)))
        for level, brier, bias in rows(
            real,
            """SELECT level, AVG(POWER(play_probability - played, 2)), AVG(play_probability - played)
            FROM (
                SELECT a.level, a.play_probability, CASE WHEN p.played_flag THEN 1.0 ELSE 0.0 END AS played
                FROM nba_precompute.availability AS a
                INNER JOIN nba_raw.nbac_schedule AS s ON s.game_id = a.game_id AND s.season_stage = 'regular'
                LEFT JOIN nba_analytics.player_game_summary AS p ON p.game_id = a.game_id AND p.player_id = a.player_id
                WHERE a.season = $season
            ) AS outcomes GROUP BY level""",
            season=SEASON,
        )
    }
    assert scores["market"][0] <= scores["news"][0] < scores["history"][0] < 0.13
    assert all(abs(bias) < 0.02 for _, bias in scores.values())
