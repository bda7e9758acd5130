"""The 25 features of real rows agree with a plain count over the box scores of the archive."""

import random
from datetime import date
from pathlib import Path

import pytest

import hoopcast
from hoopcast.explain import feature_names
from hoopcast.nba.teams import TEAMS
from tests.oracle.comparison import Row, disagreements, rows_by_key
from tests.oracle.features import Oracle
from tests.oracle.population import Expected, Move, Season
from tests.oracle.records import read

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

SEASON = "2021-22"
REASONS = {1: "recent", 2: "last_season", 4: "activated", 5: "activated", 6: "quoted"}
# Mornings that differ in kind, by player; and what his box scores say at a glance: the points of up to his last five
# games of the season, newest first, and how many games he had played.
MORNINGS = [
    ("star, on the second night of a back-to-back", 201939, "2021-12-14", [26, 18, 22, 31, 27], 26),
    ("star, before his 56", 2544, "2022-03-05", [26, 26, 32, 21, 33], 45),
    ("rookie, after his third game", 1630595, "2021-11-05", [18, 6, 2], 3),
    ("traded, before his first game for the new team", 201935, "2022-02-25", [4, 22, 33, 13, 37], 44),
    ("traded, after one game for the new team", 203468, "2022-02-12", [15, 17, 19, 15, 21], 37),
    ("back after two seasons, before his first game", 202691, "2022-01-09", [], 0),
    ("back after two seasons, after two games", 202691, "2022-01-13", [14, 17], 2),
    ("opening night", 201142, "2021-10-19", [], 0),
    ("from the bench", 201988, "2022-01-12", [3, 13, 3, 6, 0], 39),
    ("on a two-way contract", 1628997, "2022-01-03", [15, 11, 8, 17, 28], 27),
    ("signed in November", 1629726, "2021-12-10", [19, 13, 16, 14, 19], 11),
    ("plays away games alone", 202681, "2022-03-15", [22, 50, 19, 38, 29], 18),
]


@pytest.fixture(scope="module")
def oracle(real_data: Path, real_warehouse: Path) -> Oracle:
    """The oracle of the season. Whom the injured list means is ingest's to tell; all else comes from the files."""
    teams = [team.abbr for team in TEAMS]
    records = read(real_data, ("2019-20", "2020-21", SEASON), teams)
    with hoopcast.open(str(real_warehouse), read_only=True) as warehouse:
        moves = warehouse.engine.query(
            "SELECT player_id, report_date, status, team_abbr FROM nba_raw.injury_status"
            " WHERE report_kind = 'list_move'"
        ).rows
    listed = [
        Move(int(str(player)), day, str(status), None if team is None else str(team))
        for player, day, status, team in moves
        if isinstance(day, date)
    ]
    with hoopcast.open(str(real_warehouse), read_only=True) as warehouse:
        stored = warehouse.engine.query(
            "SELECT game_id, player_id, play_probability FROM nba_precompute.availability WHERE level = 'history'"
        ).rows
    play = {(str(game), int(str(player))): float(str(chance)) for game, player, chance in stored}
    return Oracle(records, SEASON, listed, teams, play)


@pytest.fixture(scope="module")
def features(real_warehouse: Path) -> dict[object, Row]:
    """Every row of features of the season."""
    with hoopcast.open(str(real_warehouse), read_only=True) as warehouse:
        condition = f"season = '{SEASON}' AND season_stage = 'regular'"
        return rows_by_key(warehouse, "nba_predictions.ml_feature_store", ("player_id", "game_date"), condition)


@pytest.mark.parametrize("morning", MORNINGS, ids=[morning[0] for morning in MORNINGS])
def test_a_morning_of(
    oracle: Oracle, features: dict[object, Row], morning: tuple[str, int, str, list[int], int]
) -> None:
    _, player, text, points, games = morning
    day = date.fromisoformat(text)
    played = oracle.season.view.this_season(player, day)
    assert [one.points for one in reversed(played[-5:])] == points
    assert len(played) == games
    expected = oracle.features(player, day)
    assert tuple(expected) == feature_names()
    assert disagreements(features[player, day], expected) == {}


def test_two_hundred_mornings_drawn_from_the_season(oracle: Oracle, features: dict[object, Row]) -> None:
    days = random.Random(3).sample(sorted({row["game_date"] for row in features.values()}, key=str), 20)  # noqa: S311
    rows = [row for _, row in sorted(features.items(), key=str) if row["game_date"] in days][::20]
    assert len(rows) > 200
    for row in rows:
        assert isinstance(row["game_date"], date)
        found = oracle.features(int(str(row["player_id"])), row["game_date"])
        # This one is a share of sums of rounded numbers: a tie that is rounded the other way moves it further.
        spike = {"usage_spike_score": found.pop("usage_spike_score")}
        assert disagreements(row, found) == {}, row
        assert disagreements(row, spike, 1e-5) == {}, row


@pytest.mark.parametrize("season", ["2020-21", SEASON])
def test_everyone_expected_and_nobody_else_with_his_rest_and_health(
    oracle: Oracle, real_warehouse: Path, season: str
) -> None:
    with hoopcast.open(str(real_warehouse), read_only=True) as warehouse:
        found = rows_by_key(
            warehouse,
            "nba_analytics.upcoming_player_game_context",
            ("game_id", "player_id"),
            f"season = '{season}' AND season_stage = 'regular'",
        )
    counted: Season = oracle.season if season == SEASON else oracle.last_season
    expected = {
        (row.game.game_id, row.player_id): row
        for day in counted.games
        for row in counted.expected(day)
        if row.game.game_id.startswith("002")
    }
    assert found.keys() == expected.keys()
    assert [key for key, row in expected.items() if disagreements(found[key], _context(row))] == []


def _context(row: Expected) -> dict[str, object]:
    return {
        "team_abbr": row.team,
        "opponent_team_abbr": row.opponent,
        "expected_reason": REASONS[row.priority],
        "games_missed_streak": row.missed,
        "injury_risk_history": row.injury_risk,
        "days_rest": row.days_rest,
        "games_in_last_7_days": row.games_in_7,
        "minutes_in_last_7_days": row.minutes_in_7,
        "back_to_backs_in_last_14_days": row.back_to_backs_in_14,
    }
