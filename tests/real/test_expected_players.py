"""Of those who appeared in the real season, how many were expected that morning, and who was not."""

import pytest

from benchmarks.coverage_table import Appearances, appearances_by_period
from hoopcast import Hoopcast

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

SEASON = "2021-22"


def of_season(real: Hoopcast, condition: str = "TRUE") -> Appearances:
    """Appearances of the season."""
    return appearances_by_period(real, SEASON, "'season'", condition)[0]


def test_nearly_every_appearance_of_the_season_was_expected(real: Hoopcast) -> None:
    season = of_season(real)
    assert season.appearances == 26_039
    assert season.by_history >= 0.975 * season.appearances
    assert season.by_quotes >= 0.98 * season.appearances


def test_october_is_nearly_complete_as_well(real: Hoopcast) -> None:
    october = of_season(real, "game_date < DATE '2021-11-01'")
    assert october.by_history >= 0.90 * october.appearances
    assert october.by_quotes >= 0.92 * october.appearances


def test_no_month_falls_behind(real: Hoopcast) -> None:
    months = appearances_by_period(real, SEASON)
    assert len(months) == 7
    assert all(month.by_quotes >= 0.92 * month.appearances for month in months)
    assert all(month.by_quotes >= 0.97 * month.appearances for month in months[1:])


def test_opening_night_lacks_those_who_moved_over_the_summer_and_newcomers_alone(real: Hoopcast) -> None:
    night = of_season(real, "game_date = DATE '2021-10-19'")
    assert night.appearances == 47
    assert night.returned == 0
    assert night.by_quotes + night.debuts + night.moved_team == night.appearances


def test_every_miss_has_a_class(real: Hoopcast) -> None:
    for month in appearances_by_period(real, SEASON):
        assert month.debuts + month.moved_team + month.returned == month.appearances - month.by_quotes


def test_about_sixteen_players_a_team_are_expected_and_two_in_three_play(real: Hoopcast) -> None:
    expected, played = real.engine.query(
        """SELECT COUNT(*), COUNT(p.player_id)
        FROM nba_analytics.upcoming_player_game_context AS u
        LEFT JOIN nba_analytics.player_game_summary AS p
            ON p.game_id = u.game_id AND p.player_id = u.player_id AND p.played_flag
        WHERE u.season = $season AND u.season_stage = 'regular'""",
        {"season": SEASON},
    ).rows[0]
    assert 38_000 <= int(str(expected)) <= 41_000
    assert 0.60 <= int(str(played)) / int(str(expected)) <= 0.70
