"""Leaks: what a system of this kind once knew too early, and this one can not know."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from hoopcast import Hoopcast
from hoopcast.league import TINY_LEAGUE, Columns, simulate, write
from hoopcast.pipeline.node import Node, sql_nodes
from hoopcast.pipeline.plan import Selection, plan
from hoopcast.pipeline.ranges import Range, resolve
from hoopcast.pipeline.run import run
from hoopcast.warehouse import schema
from hoopcast.warehouse.engine import Value
from hoopcast.warehouse.schema import constants_fingerprint, prepare
from hoopcast.warehouse.tables import table
from tests.ingest.small_season import game_line as quote
from tests.ingest.small_season import ingest_files, prop, write_csv
from tests.league.faulty import Faults, lay_faults, write_faulty
from tests.league.truth import truth_of
from tests.lessons.leagues import (
    BOX,
    FEATURES,
    LINES,
    POPULATION,
    SCHEDULE,
    SEASON,
    count,
    new_warehouse,
    rows,
    season_files,
    write_all,
    write_features,
)
from tests.nodes import node_from_text
from tests.properties.warehouses import SEASONS, League, copy_of, differences

FORM = "nba_analytics.player_form"
# The league's own statistics of a man's last games, kept apart from the product: points, minutes.
Career = Mapping[tuple[object, object], list[tuple[object, float, float]]]


def career(warehouse: Hoopcast) -> Career:
    """Each player's box scores of each season in order."""
    found: defaultdict[tuple[object, object], list[tuple[object, float, float]]] = defaultdict(list)
    for player, season, day, points, minutes in rows(
        warehouse,
        f"SELECT b.player_id, b.season, b.game_date, b.points, b.minutes FROM {BOX} AS b"
        f" INNER JOIN {SCHEDULE} AS s ON s.game_id = b.game_id AND s.season_stage IN ('regular', 'playin', 'playoffs')"
        " ORDER BY b.game_date, b.game_id",
    ):
        found[player, season].append((day, float(str(points)), float(str(minutes))))
    return found


def test_lesson_1_an_average_before_a_game_is_of_the_games_before_it(league: League) -> None:
    compared = unlike = 0
    with copy_of(league.complete) as warehouse:
        games = career(warehouse)
        for player, season, day, last_5, last_10, minutes_10 in rows(
            warehouse,
            "SELECT player_id, season, game_date, points_avg_last_5, points_avg_last_10, minutes_avg_last_10"
            f" FROM {FEATURES} WHERE games_played_season >= 10",
        ):
            before = [game for game in games[player, season] if str(game[0]) < str(day)]
            through = [game for game in games[player, season] if str(game[0]) <= str(day)]
            of_before = [np.mean([game[1] for game in before[-n:]]) for n in (5, 10)]
            of_before.append(np.mean([game[2] for game in before[-10:]]))
            assert (last_5, last_10, minutes_10) == pytest.approx(of_before, abs=1e-6)
            compared += 1
            unlike += last_5 != pytest.approx(np.mean([game[1] for game in through[-5:]]), abs=1e-6)
    assert compared > 100
    assert unlike > compared // 3


def luck(truth: Columns, points: dict[tuple[Value, Value], float]) -> dict[tuple[Value, Value], float]:
    """Points above what the best informed observer expected of a man who played; nobody can know them before."""
    return {
        (game, player): points[game, player] - float(expected)
        for game, player, expected in zip(
            truth["game_id"], truth["player_id"].tolist(), truth["expected_points"], strict=True
        )
        if (game, player) in points
    }


def test_lesson_1_no_feature_knows_the_luck_of_its_own_game(league: League) -> None:
    truth = truth_of(simulate(SEASONS, seed=1, size=TINY_LEAGUE)).player_game
    numbers = [
        column.name
        for column in table(FEATURES).columns
        if column.type in ("DOUBLE", "BIGINT") and column.name != "player_id"
    ]
    with copy_of(league.complete) as warehouse:
        points = {
            (game, player): float(str(scored))
            for game, player, scored in rows(warehouse, f"SELECT game_id, player_id, points FROM {BOX}")
        }
        lucky = luck(truth, points)
        stored = rows(warehouse, f"SELECT game_id, player_id, {', '.join(numbers)} FROM {FEATURES}")
    played = [row for row in stored if (row[0], row[1]) in lucky]
    noise = np.array([lucky[row[0], row[1]] for row in played])
    values = np.array([row[2:] for row in played], dtype=float)
    assert len(played) > 600
    leaked = (
        np.array([points[row[0], row[1]] for row in played]) + 4 * values[:, numbers.index("points_avg_last_5")]
    ) / 5
    for name, column in [*zip(numbers, values.T, strict=True), ("an average with the game in it", leaked)]:
        known = np.isfinite(column)
        if known.sum() < 200 or np.ptp(column[known]) == 0:
            continue
        strength = abs(np.corrcoef(column[known], noise[known])[0, 1]) * np.sqrt(known.sum())
        # About eighty features: by chance none of them comes to 4 standard errors, and a leak goes far beyond.
        assert (strength > 6) == (name == "an average with the game in it"), (name, strength)
        assert strength < 4 or name == "an average with the game in it", (name, strength)


def rewritten(name: str, *changes: tuple[str, str]) -> tuple[Node, ...]:
    """All models, one of them with other text."""
    text = next(model.table.text for model in sql_nodes() if model.name == name)
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    other = node_from_text(text, table(name).phase, name.split(".")[1])
    return tuple(other if model.name == name else model for model in sql_nodes())


def test_lesson_2_a_change_of_code_leaves_no_row_of_the_old_code_behind(league: League) -> None:
    mended = rewritten(FORM, ("ROWS BETWEEN 4 PRECEDING", "ROWS BETWEEN 3 PRECEDING"))
    with copy_of(league.complete) as warehouse:
        dates = resolve(warehouse.engine, Range())
        assert {partition.state for partition in plan(warehouse.engine, sql_nodes(), dates)} == {"done"}
        stale = {
            (partition.table, partition.date)
            for partition in plan(warehouse.engine, mended, dates)
            if partition.state == "stale"
        }
        # Form of a date's own games reaches the features of every later date.
        first = min(day.date for day in dates)
        assert {day for name, day in stale if name == FORM} == {day.date for day in dates}
        assert {day for name, day in stale if name == FEATURES} == {day.date for day in dates if day.date > first}
        names = tuple(model.name for model in mended)
        assert run(warehouse.engine, mended, Selection(names, dates)).exit_status == 0
        assert {partition.state for partition in plan(warehouse.engine, mended, dates)} == {"done"}
        once = differences(warehouse, league.complete, {FEATURES: ["points_avg_last_5", "recent_trend"]})
        assert once[FEATURES] > 100


@pytest.mark.parametrize("model", sql_nodes(), ids=lambda model: model.table.short)
def test_lesson_2_every_model_tells_another_number_by_another_version(model: Node) -> None:
    phase, stem = model.table.phase, model.name.split(".")[1]
    same = node_from_text(f"{model.table.text}\n-- a remark\n", phase, stem)
    other = node_from_text(f"{model.table.text}\nLIMIT 1000000\n", phase, stem)
    assert same.version == model.version
    assert other.version != model.version


def test_lesson_2_other_constants_are_a_change_of_code_and_are_filled_in_again(
    league: League, monkeypatch: pytest.MonkeyPatch
) -> None:
    recency = table("nba_analytics.player_recency")
    before = node_from_text(recency.text, recency.phase, "player_recency").version
    with copy_of(league.raw) as warehouse:
        others = schema._INSERT_WEIGHTS.replace("POWER(2.0", "POWER(3.0")  # noqa: SLF001
        monkeypatch.setattr(schema, "_INSERT_WEIGHTS", others)
        prepare(warehouse.engine)
        weight = "SELECT weight FROM nba_raw.recency_weight WHERE half_life = 8 AND games_ago = 8"
        assert rows(warehouse, weight) == [(333333,)]
    assert node_from_text(recency.text, recency.phase, "player_recency").version != before
    assert constants_fingerprint(BOX) == ""


def test_lesson_3_of_lines_seen_live_only_those_before_tip_off_count(tmp_path: Path) -> None:
    write_faulty(lay_faults(simulate((SEASON,), seed=3, size=TINY_LEAGUE), Faults(live_lines=1.0)), tmp_path)
    for closing in ("points_props", "game_lines"):
        (tmp_path / SEASON / f"{closing}.parquet").unlink()
    with new_warehouse() as warehouse:
        assert not warehouse.ingest(tmp_path).errors
        late = (
            f"{LINES} AS l INNER JOIN {SCHEDULE} AS s ON s.game_date = l.game_date"
            " WHERE l.captured_at_utc > s.tip_off_utc"
        )
        assert count(warehouse, late) > 100
        assert write_all(warehouse, "ppl") == 0
        counted = rows(
            warehouse,
            f"""SELECT p.captured_at_utc < s.tip_off_utc, p.points_line, p.opening_line,
                ARG_MAX(l.line, l.captured_at_utc), ARG_MIN(l.line, l.captured_at_utc)
            FROM nba_analytics.player_prop_line AS p
            INNER JOIN {SCHEDULE} AS s ON s.game_id = p.game_id
            INNER JOIN {LINES} AS l ON l.player_id = p.player_id AND l.game_date = p.game_date
                AND l.captured_at_utc < s.tip_off_utc
            GROUP BY p.game_id, p.player_id, p.captured_at_utc, s.tip_off_utc, p.points_line, p.opening_line""",
        )
        assert len(counted) == count(warehouse, "nba_analytics.player_prop_line") > 100
        assert all((timely, line, opening) == (True, last, first) for timely, line, opening, last, first in counted)


def test_lesson_3_a_line_that_calls_itself_closing_but_was_seen_after_tip_off_is_set_aside(tmp_path: Path) -> None:
    write(simulate((SEASON,), seed=3, size=TINY_LEAGUE), tmp_path)
    with new_warehouse() as warehouse:
        assert not warehouse.ingest(season_files(tmp_path)["schedule"]).errors
        ((game, day, home, away, tip_off),) = rows(
            warehouse,
            "SELECT game_id, game_date, home_team_abbr, away_team_abbr, tip_off_utc"
            f" FROM {SCHEDULE} ORDER BY game_id LIMIT 1",
        )
        assert isinstance(tip_off, datetime)
        late = {"line_kind": "closing", "captured_at_utc": tip_off + timedelta(hours=1)}
        where = {"game_id": game, "home_team": home, "away_team": away}
        paths = [
            write_csv(tmp_path / "props.csv", [prop(game_date=day, **late)]),
            write_csv(tmp_path / "lines.csv", [quote(game_date=day, **where, **late)]),
        ]
        report = ingest_files(warehouse.engine, *paths)
        assert (report.total("quarantined"), report.total("added")) == (2, 0)
        untimed = [
            write_csv(tmp_path / "props.csv", [prop(game_date=day, line_kind="closing", captured_at_utc="")]),
            write_csv(tmp_path / "lines.csv", [quote(game_date=day, **where, line_kind="closing", captured_at_utc="")]),
        ]
        assert ingest_files(warehouse.engine, *untimed).total("quarantined") == 0


def test_lesson_4_a_starter_is_who_started_and_only_earlier_starts_count(league: League) -> None:
    with copy_of(league.complete) as warehouse:
        told = rows(
            warehouse,
            "SELECT COUNT(*), SUM(CASE WHEN p.starter_flag <> (p.minutes > 20) THEN 1 ELSE 0 END),"
            " SUM(CASE WHEN p.starter_flag IS DISTINCT FROM s.starter_flag THEN 1 ELSE 0 END)"
            " FROM nba_analytics.player_game_summary AS p LEFT JOIN nba_raw.nbac_starter AS s"
            " ON s.game_id = p.game_id AND s.player_id = p.player_id",
        )
        assert told[0][2] == 0
        assert int(str(told[0][1])) > int(str(told[0][0])) // 20
        day = league.game_days(SEASON)[18]
        before = rows(warehouse, f"SELECT * FROM {FEATURES} WHERE game_date <= $day ORDER BY ALL", day=day)
        warehouse.engine.execute(
            "UPDATE nba_raw.nbac_starter SET starter_flag = NOT starter_flag WHERE game_date = $day", {"day": day}
        )
        assert write_features(warehouse) == 0
        assert rows(warehouse, f"SELECT * FROM {FEATURES} WHERE game_date <= $day ORDER BY ALL", day=day) == before
        assert differences(warehouse, league.complete, {FEATURES: ["past_starter_share"]})[FEATURES] > 10


def test_lesson_4_without_a_list_of_starters_nobody_is_guessed_to_be_one(league: League) -> None:
    with copy_of(league.raw) as warehouse:
        warehouse.engine.execute("DELETE FROM nba_raw.nbac_starter")
        assert write_all(warehouse, "ppl", "pgs", season=SEASON) == 0
        assert count(warehouse, "nba_analytics.player_game_summary") > 500
        assert count(warehouse, "nba_analytics.player_game_summary WHERE starter_flag IS NOT NULL") == 0


def test_lesson_5_the_population_is_the_same_before_and_after_it_is_known_who_played(league: League) -> None:
    tonight = league.game_days(SEASON)[16]
    with copy_of(league.complete) as warehouse:
        for name in (BOX, "nba_raw.nbac_team_boxscore", "nba_raw.nbac_shot", "nba_raw.nbac_starter"):
            warehouse.engine.execute(f"DELETE FROM {name} WHERE game_date >= $day", {"day": tonight})
        warehouse.engine.execute(
            f"UPDATE {SCHEDULE} SET game_status = 1, home_score = NULL, away_score = NULL WHERE game_date >= $day",
            {"day": tonight},
        )
        assert write_features(warehouse) == 0
        slate = f"SELECT * FROM {POPULATION} WHERE game_date = $day ORDER BY game_id, player_id"
        expected = rows(warehouse, slate, day=tonight)
        assert count(warehouse, f"{BOX} WHERE game_date >= $day", day=tonight) == 0
        assert len(expected) > 20
    with copy_of(league.complete) as warehouse:
        assert rows(warehouse, slate, day=tonight) == expected


def test_lesson_5_who_sat_out_is_in_the_population_and_who_came_from_nowhere_is_not(league: League) -> None:
    with copy_of(league.complete) as warehouse:
        played, sat_out = rows(
            warehouse,
            "SELECT COUNT(b.player_id), COUNT(*) - COUNT(b.player_id)"
            f" FROM {FEATURES} AS f LEFT JOIN {BOX} AS b ON b.game_id = f.game_id AND b.player_id = f.player_id"
            " WHERE f.season = $season AND f.season_stage = 'regular'",
            season=SEASON,
        )[0]
        assert 0.5 < float(str(played)) / (float(str(played)) + float(str(sat_out))) < 0.95
        debuts = (
            f"{BOX} AS b INNER JOIN {SCHEDULE} AS s ON s.game_id = b.game_id AND s.season_stage = 'regular'"
            " WHERE b.game_date > DATE '2021-10-20'"
            f" AND NOT EXISTS (SELECT 1 FROM {BOX} AS e WHERE e.player_id = b.player_id AND e.game_date < b.game_date)"
        )
        in_population = (
            f"AND EXISTS (SELECT 1 FROM {POPULATION} AS u WHERE u.game_id = b.game_id AND u.player_id = b.player_id"
        )
        assert count(warehouse, debuts) > 0
        assert count(warehouse, f"{debuts} {in_population} AND u.expected_reason NOT IN ('activated', 'quoted'))") == 0
