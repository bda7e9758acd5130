"""Silent nonsense: numbers that look like numbers and mean something else, or nothing."""

import re
from importlib import resources
from pathlib import Path

import pytest

from hoopcast import Hoopcast
from hoopcast.errors import PreflightError, RunError, WarehouseError
from hoopcast.pipeline.plan import Selection
from hoopcast.pipeline.ranges import Range, resolve
from hoopcast.pipeline.run import run
from hoopcast.pipeline.verify import verify
from hoopcast.settings import Settings
from hoopcast.warehouse.duckdb import DuckDB
from tests.ingest.small_season import ROWS, ingest_files, player_line, team_line, values, write_csv
from tests.ingest.small_season import SCHEDULE as GAMES
from tests.lessons.leagues import (
    BOX,
    FEATURES,
    LINES,
    POPULATION,
    SCHEDULE,
    SEASON,
    SHOTS,
    count,
    rows,
    write_all,
    write_features,
)
from tests.lessons.test_leaks import rewritten
from tests.properties.changes import record_changes
from tests.properties.warehouses import League, copy_of, differences

TEAMS = "nba_analytics.upcoming_team_game_context"
PGS = "nba_analytics.player_game_summary"
TOGS = "nba_analytics.team_offense_game_summary"
TDGS = "nba_analytics.team_defense_game_summary"


def test_lesson_8_a_feature_that_does_not_exist_is_an_error_that_names_it(league: League) -> None:
    with copy_of(league.complete) as warehouse:
        with pytest.raises(WarehouseError, match="is_home"):
            warehouse.query(f"SELECT is_home FROM {FEATURES}").rows  # noqa: B018 - asked when it is read
        misspelt = rewritten(FEATURES, ("u.home_game AS home_away", "u.is_home AS home_away"))
        dates = resolve(warehouse.engine, Range())
        with pytest.raises(RunError, match="is_home"):
            run(warehouse.engine, misspelt, Selection((FEATURES,), dates, again=(FEATURES,)))
        assert differences(warehouse, league.complete, {FEATURES: ["player_id", "game_id", "home_away"]}) == {}


def test_lesson_8_home_is_where_the_schedule_says_and_half_of_all_games_are(league: League) -> None:
    with copy_of(league.complete) as warehouse:
        at_home, right, games = rows(
            warehouse,
            "SELECT COUNT(DISTINCT CASE WHEN f.home_away = 1 THEN f.game_id || f.team_abbr END),"
            " MIN(CASE WHEN (f.home_away = 1) = (f.team_abbr = s.home_team_abbr) THEN 1 ELSE 0 END),"
            " COUNT(DISTINCT f.game_id || f.team_abbr)"
            f" FROM {FEATURES} AS f INNER JOIN {SCHEDULE} AS s ON s.game_id = f.game_id",
        )[0]
        assert right == 1
        assert 2 * int(str(at_home)) == games


def test_lesson_10_a_feature_that_became_a_constant_does_not_verify(league: League) -> None:
    with copy_of(league.complete) as warehouse:
        dates = resolve(warehouse.engine, Range(season=SEASON))
        models = rewritten(
            FEATURES,
            ("c.team_win_pct,", "c.team_win_pct * 0e0 + 5e-1 AS team_win_pct,"),
            ("t.rest_advantage,", "COALESCE(t.rest_advantage, 0) * 0 AS rest_advantage,"),
            ("t.is_back_to_back AS back_to_back", "t.is_back_to_back * 0 AS back_to_back"),
            ("ABS(t.spread) AS", "ABS(t.spread) * 0e0 AS"),
        )
        assert run(warehouse.engine, models, Selection((FEATURES,), dates)).exit_status == 0
        dull = [one for one in verify(warehouse.engine, models, dates).checks if one.failed]
        assert [one.check for one in dull] == ["features vary"]
        assert dull[0].examples == f"{SEASON} regular: rest_advantage, back_to_back, team_win_pct, spread_magnitude"


def test_lesson_10_form_and_rest_are_those_of_the_schedule(league: League) -> None:
    with copy_of(league.complete) as warehouse:
        played: dict[str, list[tuple[str, bool]]] = {}
        for day, home, away, margin in rows(
            warehouse,
            f"SELECT game_date, home_team_abbr, away_team_abbr, home_score - away_score FROM {SCHEDULE}"
            f" WHERE season = '{SEASON}' AND season_stage = 'regular' ORDER BY game_date",
        ):
            played.setdefault(str(home), []).append((str(day), int(str(margin)) > 0))
            played.setdefault(str(away), []).append((str(day), int(str(margin)) < 0))
        seen = set()
        for team, opponent, day, share, rest, back_to_back in rows(
            warehouse,
            "SELECT team_abbr, opponent_team_abbr, game_date, win_pct, opponent_days_since_last_game, is_back_to_back"
            f" FROM {TEAMS} WHERE season = '{SEASON}' AND season_stage = 'regular'",
        ):
            before = [won for on, won in played[str(team)] if on < str(day)]
            assert share == (pytest.approx(sum(before) / len(before), abs=1e-6) if before else None)
            dates = [on for on, _ in played[str(opponent)] if on < str(day)]
            rests = [(day - type(day).fromisoformat(on)).days for on in dates]  # type: ignore[union-attr,operator]
            assert rest == (min(rests) if rests else None)
            seen.add((share, rest, back_to_back))
        assert {one for _, _, one in seen} == {0, 1}
        assert len({share for share, _, _ in seen}) > 10
        assert len({rest for _, rest, _ in seen}) > 3
        assert rows(warehouse, f"SELECT AVG(CASE WHEN win_flag THEN 1 ELSE 0 END) FROM {TOGS}") == [(0.5,)]


def test_lesson_11_minutes_written_as_minutes_and_seconds_are_minutes_and_usage_follows(
    bare: DuckDB, tmp_path: Path
) -> None:
    star, bench = player_line(MIN="34:30"), player_line(PLAYER_ID=2, MIN="0:12")
    others = [
        team_line(MIN="240:00"), team_line(MIN="240:00", TEAM_ABBREVIATION="MIL", TEAM_ID=1610612749, PTS=127, FGM=60),
    ]  # fmt: skip
    files = [("schedule", GAMES), ("player_box", [star, bench]), ("team_box", others)]
    ingest_files(bare, *(write_csv(tmp_path / f"{name}.csv", list(lines)) for name, lines in files))
    assert (
        Hoopcast(bare, Settings(), "test").backfill("ppl", "pgs", dates=["2021-10-19"], skip_preflight=True).exit_status
        == 0
    )
    usage = (14 + 0.44 * 4 + 3) * (240 / 5) / (34.5 * (84 + 0.44 * 23 + 12))
    found = values(bare, f"SELECT minutes, usage_rate FROM {PGS} ORDER BY player_id DESC")
    assert found[0] == pytest.approx((34.5, usage), abs=1e-6)
    assert found[1][0] == 0.2


def test_lesson_11_minutes_that_nobody_can_read_and_turnovers_that_are_not_there_are_said(
    bare: DuckDB, tmp_path: Path
) -> None:
    unreadable = write_csv(tmp_path / "box.csv", [player_line(MIN="34 min"), player_line(PLAYER_ID=2)])
    report = ingest_files(bare, write_csv(tmp_path / "schedule.csv", GAMES), unreadable)
    assert (report.total("quarantined"), report.total("added")) == (1, len(GAMES) + 1)
    renamed = {("LOST_BALLS" if name == "TOV" else name): value for name, value in player_line().items()}
    errors = ingest_files(bare, write_csv(tmp_path / "player_box.csv", [renamed])).errors
    assert len(errors) == 1
    assert "lacks TOV" in errors[0]


def test_lesson_12_an_absence_is_no_game_of_zero_points(league: League) -> None:
    with copy_of(league.complete) as warehouse:
        before = count(warehouse, BOX)
        warehouse.engine.execute(
            f"INSERT INTO {BOX} (game_id, player_id, season, game_date, player_name, player_lookup, team_abbr,"
            " played_flag, not_playing_reason, minutes, fgm, fga, fg3m, fg3a, ftm, fta, tov, points, source_id)"
            " SELECT u.game_id, u.player_id, u.season, u.game_date, COALESCE(u.player_name, '?'),"
            " COALESCE(u.player_lookup, '?'), u.team_abbr, FALSE, 'DNP', 0, 0, 0, 0, 0, 0, 0, 0, 0, 1"
            f" FROM {POPULATION} AS u WHERE u.season = '{SEASON}' AND u.player_name IS NOT NULL AND NOT EXISTS ("
            f" SELECT 1 FROM {BOX} AS b WHERE b.player_id = u.player_id AND b.game_date = u.game_date)"
        )
        assert count(warehouse, BOX) > before + 150
        assert write_features(warehouse) == 0
        assert count(warehouse, f"{PGS} WHERE NOT played_flag") > 150
        assert differences(warehouse, league.complete, {FEATURES: ["*"]}) == {}


def test_lesson_12_the_last_ten_games_are_ten_games_however_long_ago(league: League) -> None:
    name = "nba_analytics.player_form"
    with copy_of(league.complete) as warehouse:
        # The second half of the season six weeks later: only the dates change, and no average may see them.
        compared = ["player_id", "games_played", "points_avg_last_10", "minutes_avg_last_5", "points_std_last_10"]
        late = f"season = '{SEASON}' AND game_date >= DATE '{league.game_days(SEASON)[12]}'"
        moving = (SCHEDULE, BOX, "nba_raw.nbac_team_boxscore", SHOTS, "nba_raw.nbac_starter", LINES)
        for moved in moving:
            warehouse.engine.execute(f"UPDATE {moved} SET game_date = game_date + INTERVAL 45 DAY WHERE {late}")
        record_changes(warehouse.engine, moving)
        assert write_all(warehouse, "ppl", "pgs", "form", season=SEASON) == 0
        assert differences(warehouse, league.complete, {name: ["game_date"]}) != {}
        assert differences(warehouse, league.complete, {name: compared}) == {}


def test_lesson_13_players_teams_and_defences_count_the_same_shots(league: League) -> None:
    zones = [f"{zone}_{kind}" for zone in ("paint", "mid_range", "three", "unknown_two") for kind in ("fga", "fgm")]
    sums = ", ".join(f"SUM({zone})" for zone in zones)
    with copy_of(league.complete) as warehouse:
        players = rows(warehouse, f"SELECT game_id, team_abbr, {sums} FROM {PGS} GROUP BY ALL ORDER BY ALL")
        offences = rows(warehouse, f"SELECT game_id, team_abbr, {', '.join(zones)} FROM {TOGS} ORDER BY ALL")
        assert players == offences
        allowed = [f"{zone}_allowed" for zone in zones if not zone.startswith("unknown")]
        scored = ", ".join(f"o.{zone}" for zone in zones if not zone.startswith("unknown"))
        theirs = rows(warehouse, f"SELECT game_id, team_abbr, {', '.join(allowed)} FROM {TDGS} ORDER BY ALL")
        assert theirs == rows(warehouse, f"SELECT game_id, opponent_team_abbr, {scored} FROM {TOGS} AS o ORDER BY ALL")
    classifiers = [
        file.name
        for phase in ("analytics", "precompute", "features", "expected")
        for file in (resources.files("hoopcast") / "models" / phase).iterdir()
        if "distance_ft" in file.read_text("utf-8") or "three_pointer_flag" in file.read_text("utf-8")
    ]
    assert classifiers == ["player_game_summary.sql"]


def test_lesson_15_a_push_is_no_over_and_without_a_line_there_is_no_result(league: League) -> None:
    with copy_of(league.complete) as warehouse:
        quoted = count(warehouse, f"{FEATURES} WHERE points_line IS NOT NULL")
        assert 0 < quoted <= count(warehouse, LINES)
        assert quoted < count(warehouse, FEATURES)
        assert int(str(rows(warehouse, f"SELECT COUNT(DISTINCT points_line) FROM {FEATURES}")[0][0])) > 10
        warehouse.engine.execute(
            f"UPDATE {LINES} SET line = b.points + CASE b.player_id % 3 WHEN 0 THEN 0 WHEN 1 THEN 0.5 ELSE -0.5 END"
            f" FROM {BOX} AS b WHERE b.player_id = points_prop_line.player_id"
            " AND b.game_date = points_prop_line.game_date AND b.points > 0"
        )
        assert write_all(warehouse, "ppl", "pgs") == 0
        results = rows(
            warehouse,
            f"SELECT DISTINCT points_line IS NULL, player_id % 3, over_under_result FROM {PGS}"
            " WHERE played_flag AND points > 0 ORDER BY ALL",
        )
        assert {tuple(row) for row in results if not row[0]} == {
            (False, 0, "PUSH"), (False, 1, "UNDER"), (False, 2, "OVER"),
        }  # fmt: skip
        assert {row[2] for row in results if row[0]} == {None}


# A column without which a table says less than it seems to, under a name that nobody looks for.
@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("shots", "DISTANCE_FT"), ("shots", "MADE"), ("shots", "GAME_ID"), ("player_box", "TOV"), ("player_box", "MIN"),
        ("team_box", "OREB"), ("team_box", "TOV"), ("starters", "starter"), ("points_props", "line"),
        ("game_lines", "home_spread"), ("injury_transactions", "Relinquished"), ("schedule", "game_status"),
    ],
)  # fmt: skip
def test_lesson_17_a_column_under_another_name_is_an_error_and_never_no_data(
    bare: DuckDB, name: str, column: str, tmp_path: Path
) -> None:
    ingest_files(bare, write_csv(tmp_path / "games.csv", GAMES))
    renamed = {(f"new_{key}x" if key == column else key): value for key, value in ROWS[name]().items()}
    report = ingest_files(bare, write_csv(tmp_path / f"{name}.csv", [renamed]))
    assert len(report.errors) == 1
    assert re.search(rf"lacks (.*, )?{column},", report.errors[0])
    assert report.total("added") == 0
    assert values(bare, "SELECT COUNT(*) FROM nba_raw.ingested_file") == [(1,)]


@pytest.mark.parametrize("table", [SHOTS, BOX, "nba_raw.nbac_starter", "nba_raw.game_line"])
def test_lesson_17_what_was_not_found_in_a_source_is_told_before_each_run(league: League, table: str) -> None:
    lost = league.game_days(SEASON)[5:9]
    with copy_of(league.raw) as warehouse:
        warehouse.engine.execute(f"DELETE FROM {table} WHERE game_date IN (SELECT UNNEST($lost))", {"lost": lost})
        games = count(warehouse, f"{SCHEDULE} WHERE game_date IN (SELECT UNNEST($lost))", lost=lost)
        told = f"{table} lacks {games} final games, on {', '.join(map(str, lost))}"
        if table == BOX:
            with pytest.raises(PreflightError, match=told):
                warehouse.backfill("utgc", "pgs", dates=lost)
        else:
            assert warehouse.backfill("pgs", "utgc", dates=lost).warnings == (told,)
