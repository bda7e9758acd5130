"""What was irregular in the real seasons, and what the tables make of it."""

from datetime import date

import pytest

from hoopcast import Hoopcast
from tests.real.conftest import rows

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

FEATURES = "nba_predictions.ml_feature_store"
PLAYED = "nba_analytics.player_game_summary"


def one(real: Hoopcast, sql: str) -> object:
    """The only value of a query."""
    ((value,),) = rows(real, sql)
    return value


def test_the_interruption_of_2019_20_is_no_gap_and_form_goes_on_where_it_was(real: Hoopcast) -> None:
    days = rows(
        real,
        f"""SELECT analysis_date, COUNT(*) FROM {FEATURES}
        WHERE analysis_date BETWEEN '2020-03-11' AND '2020-07-31' GROUP BY 1 ORDER BY 1""",
    )
    assert [day for day, _ in days] == [date(2020, 3, 11), date(2020, 7, 30), date(2020, 7, 31)]
    assert real.gaps("mlfs", start_date="2020-03-11", end_date="2020-07-31").rows == []
    # LeBron James: the last ten games lie 141 days and more back; rest counts to seven days, and nothing is fatigue.
    ((ten, rest, recent),) = rows(
        real,
        f"""SELECT points_avg_last_10, days_rest, games_in_last_7_days FROM {FEATURES}
        WHERE player_id = 2544 AND analysis_date = '2020-07-30'""",
    )
    last = one(
        real,
        f"""SELECT AVG(points) FROM (SELECT points FROM {PLAYED} WHERE player_id = 2544 AND played_flag
            AND game_date BETWEEN '2019-10-22' AND '2020-03-11' ORDER BY game_date DESC LIMIT 10)""",
    )
    assert (ten, rest, recent) == (pytest.approx(last), 7, 0)


def test_games_of_the_summer_of_2020_are_of_2019_20_and_those_from_december_of_2020_21(real: Hoopcast) -> None:
    assert rows(
        real,
        """SELECT season, MIN(game_date), MAX(game_date) FROM nba_raw.nbac_schedule
        WHERE season_stage = 'regular' AND season IN ('2019-20', '2020-21') GROUP BY 1 ORDER BY 1""",
    ) == [
        ("2019-20", date(2019, 10, 22), date(2020, 8, 14)),
        ("2020-21", date(2020, 12, 22), date(2021, 5, 16)),
    ]


def test_the_late_opening_night_of_2020_21_has_form_from_the_season_before(real: Hoopcast) -> None:
    ((expected, with_form, started),) = rows(
        real,
        f"""SELECT COUNT(*), COUNT(points_avg_last_10), MAX(games_played_season) FROM {FEATURES}
        WHERE analysis_date = '2020-12-22'""",
    )
    assert expected == with_form == 76
    assert started == 0


def test_days_of_2020_21_without_lines_have_features_and_no_line(real: Hoopcast) -> None:
    ((days, lines),) = rows(
        real,
        f"SELECT COUNT(DISTINCT analysis_date), COUNT(points_line) FROM {FEATURES}"
        " WHERE analysis_date BETWEEN '2020-12-22' AND '2021-01-05' AND season_stage = 'regular'",
    )
    assert int(str(days)) >= 13
    assert lines == 0


def test_replacements_of_december_2021_are_no_guess_and_the_month_is_still_covered(real: Hoopcast) -> None:
    first = f"""SELECT player_id, MIN(game_date) AS game_date FROM {PLAYED} WHERE played_flag GROUP BY player_id"""
    new = int(str(one(real, f"SELECT COUNT(*) FROM ({first}) WHERE game_date BETWEEN '2021-12-01' AND '2021-12-31'")))
    november = one(real, f"SELECT COUNT(*) FROM ({first}) WHERE game_date BETWEEN '2021-11-01' AND '2021-11-30'")
    assert new > 2 * int(str(november))
    # Who never played in the league is expected when a list said that he was activated, never because he then played.
    assert rows(
        real,
        f"""SELECT u.expected_reason, COUNT(*) FROM ({first}) INNER JOIN
            nba_analytics.upcoming_player_game_context AS u USING (player_id, game_date)
        WHERE game_date BETWEEN '2021-12-01' AND '2021-12-31' GROUP BY 1""",
    ) == [("activated", 3)]
    covered = one(
        real,
        f"""SELECT COUNT(m.player_id) / COUNT(*) FROM {PLAYED} AS p LEFT JOIN {FEATURES} AS m USING (player_id, game_id)
        WHERE p.played_flag AND p.season_stage = 'regular' AND p.game_date BETWEEN '2021-12-01' AND '2021-12-31'""",
    )
    assert 0.97 < float(str(covered)) < 1


@pytest.mark.parametrize(
    ("last_with_old", "old", "first_with_new", "new"),
    [("2021-01-12", "HOU", "2021-01-18", "BKN"), ("2022-02-02", "BKN", "2022-02-25", "PHI")],
)
def test_a_traded_player_takes_his_form_along_and_is_of_one_team_a_day(
    real: Hoopcast, last_with_old: str, old: str, first_with_new: str, new: str
) -> None:
    # James Harden, twice.
    found = rows(
        real,
        f"""SELECT game_date, team_abbr, games_played_season FROM {FEATURES} WHERE player_id = 201935
            AND game_date IN ('{last_with_old}', '{first_with_new}') ORDER BY 1""",
    )
    assert [(str(day), team) for day, team, _ in found] == [(last_with_old, old), (first_with_new, new)]
    assert int(str(found[1][2])) > int(str(found[0][2]))


def test_no_player_is_expected_or_plays_twice_on_a_day(real: Hoopcast) -> None:
    for name in (FEATURES, PLAYED):
        doubled = f"SELECT 1 FROM {name} GROUP BY player_id, game_date HAVING COUNT(*) > 1"
        assert one(real, f"SELECT COUNT(*) FROM ({doubled})") == 0
    teams = f"SELECT 1 FROM {PLAYED} WHERE played_flag GROUP BY player_id, season HAVING COUNT(DISTINCT team_abbr) > 1"
    assert int(str(one(real, f"SELECT COUNT(*) FROM ({teams})"))) > 300


def test_who_comes_back_after_a_month_has_the_form_that_he_left_with(real: Hoopcast) -> None:
    # Players on two-way contracts, and those who were injured.
    back = f"""(SELECT * FROM (
        SELECT *, LAG(game_date) OVER (PARTITION BY player_id ORDER BY game_date) AS before FROM {PLAYED}
        WHERE played_flag AND season = '2021-22' AND season_stage = 'regular'
    ) WHERE game_date - before >= 30)"""
    assert int(str(one(real, f"SELECT COUNT(*) FROM {back}"))) > 100
    assert (
        one(
            real,
            f"""SELECT COUNT(*) FROM {back} AS b INNER JOIN {FEATURES} AS m USING (player_id, game_id)
        WHERE m.points_avg_last_10 IS NULL OR m.games_in_last_7_days <> 0 OR m.days_rest <> 7""",
        )
        == 0
    )


def test_all_star_days_are_no_dates_of_the_league_and_no_gap(real: Hoopcast) -> None:
    stars = "SELECT game_date FROM nba_raw.nbac_schedule WHERE season_stage = 'allstar'"
    assert int(str(one(real, f"SELECT COUNT(*) FROM ({stars})"))) == 9
    for name in (FEATURES, PLAYED, "nba_analytics.upcoming_player_game_context"):
        assert one(real, f"SELECT COUNT(*) FROM {name} WHERE game_date IN ({stars})") == 0
    assert real.gaps("mlfs", start_date="2022-02-17", end_date="2022-02-24").rows == []


def test_overtime_counts_as_the_minutes_that_it_was(real: Hoopcast) -> None:
    lengths = rows(real, f"SELECT DISTINCT team_minutes FROM {PLAYED} ORDER BY 1")
    assert lengths == [(240.0,), (265.0,), (290.0,), (315.0,), (340.0,)]
    # Chicago at Atlanta, four overtimes.
    assert rows(
        real,
        f"SELECT minutes, points, team_minutes FROM {PLAYED} WHERE player_id = 1629027 AND game_date = '2019-03-01'",
    ) == [(56.0, 49, 340.0)]
    # Pace is per 48 minutes, so that of games with overtime is that of others.
    (regular, longer) = (
        float(str(value))
        for (value,) in rows(
            real,
            f"""SELECT AVG(t.pace) FROM nba_analytics.team_offense_game_summary AS t INNER JOIN (
                SELECT game_id, MAX(team_minutes) AS long FROM {PLAYED} GROUP BY 1
            ) USING (game_id) GROUP BY long > 240 ORDER BY long > 240""",
        )
    )
    assert abs(regular - longer) < 2.5


def test_of_two_lines_of_one_player_on_a_day_one_counts_and_always_the_same(real: Hoopcast) -> None:
    assert rows(
        real,
        """SELECT r.game_date, r.player_id, COUNT(*), MIN(r.line), MAX(r.line), ANY_VALUE(p.points_line)
        FROM nba_raw.points_prop_line AS r LEFT JOIN nba_analytics.player_prop_line AS p USING (player_id, game_date)
        GROUP BY 1, 2 HAVING COUNT(*) > 1 ORDER BY 1, 2""",
    ) == [
        (date(2021, 2, 25), 1629021, 2, 8.0, 8.5, 8.5),
        (date(2021, 4, 3), 201572, 2, 11.5, 13.5, 11.5),
        (date(2021, 4, 3), 201950, 2, 18.5, 20.5, 18.5),
        (date(2021, 4, 3), 203114, 2, 18.5, 21.5, 21.5),
        (date(2021, 4, 3), 1628978, 2, 10.5, 12.5, 12.5),
        (date(2022, 3, 17), 1629021, 2, 13.5, 16.5, 13.5),
    ]


def test_a_doubtful_line_is_kept_and_used_by_nothing(real: Hoopcast) -> None:
    assert rows(
        real,
        """SELECT g.suspect_line, COUNT(DISTINCT g.game_id), COUNT(u.spread), COUNT(u.total_line)
        FROM nba_raw.game_line AS g INNER JOIN nba_analytics.upcoming_team_game_context AS u USING (game_id)
        GROUP BY 1 ORDER BY 1""",
    ) == [(False, 4588, 9174, 9176), (True, 10, 0, 0)]


def test_every_game_has_its_shots_and_whoever_has_none_of_a_kind_has_no_zone_of_it(real: Hoopcast) -> None:
    without = """SELECT COUNT(*) FROM nba_raw.nbac_schedule AS s
        WHERE game_status = 3 AND season_stage = 'regular'
            AND NOT EXISTS (FROM nba_raw.nbac_shot AS x WHERE x.game_id = s.game_id)"""
    assert one(real, without) == 0
    # Shots whose distance nobody wrote down: they stand apart, and are no zone's.
    assert one(real, f"SELECT SUM(unknown_two_fga) FROM {PLAYED} WHERE season_stage = 'regular'") == 21762
    assert (
        one(
            real,
            f"""SELECT COUNT(*) FROM {PLAYED} WHERE zones_complete_flag
            AND paint_fga + mid_range_fga + unknown_two_fga + three_fga <> fga""",
        )
        == 0
    )
