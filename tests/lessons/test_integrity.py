"""Integrity: rows that stand twice, are lost half-way, meet nobody, or never hear of a correction."""

from importlib import resources
from pathlib import Path

from hoopcast import Hoopcast
from hoopcast.errors import StatementError
from hoopcast.league import TINY_LEAGUE, simulate
from hoopcast.pipeline.node import sql_nodes
from hoopcast.settings import Settings
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.engine import Parameters
from hoopcast.warehouse.tables import raw_tables
from tests.ingest.small_season import shot, write_csv
from tests.league.faulty import CORRECTIONS_FOLDER, Faults, lay_faults, write_faulty
from tests.lessons.leagues import (
    BOX,
    FEATURES,
    LINES,
    SCHEDULE,
    SEASON,
    SHOTS,
    count,
    new_warehouse,
    rows,
    season_files,
    write_all,
)
from tests.properties.changes import record_changes
from tests.properties.warehouses import SEASONS, League, copy_of, differences, fingerprints, last_entry

ZONE_FEATURES = ("shot_zone_mismatch_score", "pct_paint", "pct_mid_range", "pct_three")


def test_lesson_18_rows_that_come_twice_stand_once_and_every_key_is_whole(league: League, tmp_path: Path) -> None:
    write_faulty(lay_faults(simulate(SEASONS, seed=1, size=TINY_LEAGUE), Faults(duplicate_rows=0.5)), tmp_path)
    with new_warehouse() as warehouse:
        assert warehouse.ingest(tmp_path).total("collapsed") > 3000
        before = last_entry(warehouse)
        warehouse.ingest(league.files)
        assert last_entry(warehouse) == before
        raw = {one.name: one.content_columns for one in raw_tables() if "source_id" in one.column_names and one.time}
        assert len(raw) >= 8
        assert differences(warehouse, league.raw, raw) == {}
    with copy_of(league.complete) as warehouse:
        for table in (*raw_tables(), *(model.table for model in sql_nodes())):
            key = ", ".join(table.grain)
            no_key = " OR ".join(f"{name} IS NULL" for name in table.grain)
            assert count(warehouse, f"(SELECT {key} FROM {table.name} GROUP BY {key} HAVING COUNT(*) > 1)") == 0
            assert count(warehouse, f"{table.name} WHERE {no_key}") == 0


class HalfWay(DuckDB):
    """A warehouse that loses a table's new rows once the old ones are deleted."""

    is_broken = False

    def execute(self, sql: str, parameters: Parameters | None = None) -> None:
        """Run a statement, unless it is the second half of a replacement."""
        if self.is_broken and sql.startswith(f"INSERT INTO {FEATURES}"):
            raise StatementError("the rows did not arrive")
        super().execute(sql, parameters)


def test_lesson_19_an_error_between_delete_and_insert_leaves_the_old_rows_and_is_no_success(league: League) -> None:
    with copy_of(league.complete) as copied:
        copied.close()
        broken = HalfWay(copied.engine.url, threads=1)
        broken.is_broken = True
        with Hoopcast(broken, Settings(), "hoopcast backfill") as warehouse:
            day = league.game_days(SEASON)[8]
            report = warehouse.backfill("mlfs", dates=[day], resume=False)
            assert report.exit_status == 1
            assert differences(warehouse, league.complete) == {}
            assert rows(warehouse, "SELECT reason, partition_date FROM nba_orchestration.failures WHERE can_retry") == [
                ("the rows did not arrive", day)
            ]
            assert warehouse.verify(dates=[day]).exit_status == 1
            broken.is_broken = False
            assert warehouse.backfill("mlfs", dates=[day]).exit_status == 0
            assert count(warehouse, "nba_orchestration.failures WHERE can_retry") == 0


def test_lesson_20_whoever_has_a_suffix_or_an_accent_meets_his_line_by_name_alone(
    league: League, tmp_path: Path
) -> None:
    with new_warehouse() as warehouse:
        for season in SEASONS:
            files = season_files(league.files, season)
            nameless = tmp_path / f"{season}.parquet"
            warehouse.engine.execute(
                f"COPY (SELECT * EXCLUDE (player_id, player_slug) FROM '{files.pop('points_props')}')"
                f" TO '{nameless}' (FORMAT parquet)"
            )
            report = warehouse.ingest(*files.values(), nameless)
            assert not report.errors
        unresolved = rows(warehouse, "SELECT player_name, candidates FROM nba_raw.unresolved_name")
        # Two men of one name in one team are nobody's to tell apart; all others are found.
        assert all(";" in str(candidates) or "," in str(candidates) for _, candidates in unresolved), unresolved
        waiting = count(warehouse, "nba_raw.unresolved_name")
        marked = "(player_name <> STRIP_ACCENTS(player_name) OR player_name LIKE '% Jr.' OR player_name LIKE '% II%')"
        found = {name for (name,) in rows(warehouse, f"SELECT DISTINCT player_name FROM {LINES} WHERE {marked}")}
        met = f"SELECT game_date, player_id, line FROM {LINES} ORDER BY ALL"
        by_name = rows(warehouse, met)
    assert len(found) >= 3
    with copy_of(league.raw) as whole:
        by_id = rows(whole, met)
    assert set(by_name) <= set(by_id)
    assert len(by_name) == len(by_id) or waiting > 0


def test_lesson_20_names_are_normalised_in_one_place() -> None:
    package = resources.files("hoopcast")
    folders = [package / folder for folder in ("nba", "ingest", "warehouse", "pipeline", "cli")]
    modules = [file for folder in (package, *folders) for file in folder.iterdir() if file.name.endswith(".py")]
    normalising = sorted(file.name for file in modules if "unicodedata" in file.read_text("utf-8"))
    assert normalising == ["names.py"]


def test_lesson_21_rows_of_other_game_ids_are_set_aside_and_counted(league: League, tmp_path: Path) -> None:
    with copy_of(league.raw) as warehouse:
        day = league.game_days(SEASON)[4]
        ((game, games, team, player),) = rows(
            warehouse,
            "SELECT MIN(s.game_id), COUNT(DISTINCT s.game_id), ARG_MIN(b.team_abbr, b.game_id),"
            " ARG_MIN(b.player_id, b.game_id)"
            f" FROM {SCHEDULE} AS s INNER JOIN {BOX} AS b ON b.game_id = s.game_id WHERE s.game_date = $day",
            day=day,
        )
        warehouse.engine.execute(f"DELETE FROM {SHOTS} WHERE game_date = $day", {"day": day})
        other = shot(GAME_ID="20211024BOS", PLAYER_ID=player, TEAM_ABBREVIATION=team, ASSIST_PLAYER_ID=None)
        same = dict(other) | {"GAME_ID": str(game).removeprefix("00"), "EVENTNUM": 30}
        report = warehouse.ingest(write_csv(tmp_path / "shots.csv", [other]))
        assert (report.total("added"), report.total("quarantined")) == (0, 1)
        told = warehouse.backfill("pgs", dates=[day]).warnings
        assert told == (f"{SHOTS} lacks {games} final games, on {day}",)
        # A game id that was read as a number has lost its zeros and is the same game.
        assert warehouse.ingest(write_csv(tmp_path / "more.csv", [same])).total("added") == 1


def test_lesson_21_every_source_meets_its_games(league: League) -> None:
    with copy_of(league.complete) as warehouse:
        for name in ("nbac_player_boxscore", "nbac_team_boxscore", "nbac_shot", "nbac_starter", "game_line"):
            met, there = rows(
                warehouse,
                f"SELECT COUNT(s.game_id), COUNT(*) FROM nba_raw.{name} AS r LEFT JOIN {SCHEDULE} AS s"
                " ON s.game_id = r.game_id AND s.game_date = r.game_date",
            )[0]
            assert met == there
        lines = warehouse.coverage("ppl", stage="all").rows
        quoted = warehouse.query(f"SELECT COUNT(DISTINCT (player_id, game_date)) FROM {LINES}").rows[0][0]
        used = count(warehouse, "nba_analytics.player_prop_line")
        explained = count(
            warehouse, "nba_orchestration.failures WHERE table_name = 'nba_analytics.player_prop_line' AND reason <> ''"
        )
        assert len(lines) == 1
        assert used + explained == quoted


def test_lesson_22_without_shots_every_feature_of_zones_is_null_counted_and_told(league: League) -> None:
    with copy_of(league.raw) as warehouse:
        warehouse.engine.execute(f"DELETE FROM {SHOTS}")
        record_changes(warehouse.engine, (SHOTS,))
        report = warehouse.backfill(season=SEASON)
        assert any(warning.startswith(f"{SHOTS} lacks") for warning in report.warnings)
        total = count(warehouse, FEATURES)
        assert total > 500
        for name in ZONE_FEATURES:
            assert count(warehouse, f"{FEATURES} WHERE {name} IS NOT NULL") == 0
        assert count(warehouse, f"{FEATURES} WHERE features_missing < {len(ZONE_FEATURES)}") == 0
        most = rows(warehouse, f"SELECT MAX(feature_quality_score) FROM {FEATURES}")[0][0]
        assert float(str(most)) <= 100 - 4 * len(ZONE_FEATURES)


def test_lesson_22_shots_without_places_and_assists_do_not_verify_and_are_no_zeros(league: League) -> None:
    with copy_of(league.complete) as warehouse:
        warehouse.engine.execute(f"UPDATE {SHOTS} SET distance_ft = NULL, assist_player_id = NULL")
        record_changes(warehouse.engine, (SHOTS,))
        assert write_all(warehouse) == 0
        failed = [check for check in warehouse.verify(season=SEASON).checks if check.failed]
        assert [check.check for check in failed] == ["features vary"]
        assert {"pct_paint", "pct_mid_range"} <= set(failed[0].examples.replace(",", "").split())
        assert count(warehouse, "nba_analytics.player_game_summary WHERE assisted_fgm IS NOT NULL") == 0
        assert count(warehouse, "nba_precompute.player_shot_zone_analysis WHERE assisted_rate_last_10 IS NOT NULL") == 0


def test_lesson_23_a_correction_reaches_everything_that_was_made_from_it(league: League, tmp_path: Path) -> None:
    write_faulty(lay_faults(simulate(SEASONS, seed=1, size=TINY_LEAGUE), Faults(late_corrections=3)), tmp_path)
    with copy_of(league.complete) as warehouse:
        warehouse.ingest(season_files(tmp_path)["player_box"])
        assert warehouse.backfill(season=SEASON, stage="all", skip_preflight=True).exit_status == 0
        assert FEATURES in differences(warehouse, league.complete, {FEATURES: ["*"]})
        before = fingerprints(warehouse)
        corrected = warehouse.ingest(tmp_path / CORRECTIONS_FOLDER / SEASON / "player_box.parquet")
        assert corrected.total("changed") > 0
        report = warehouse.backfill(season=SEASON, stage="all", skip_preflight=True)
        assert report.exit_status == 0
        assert differences(warehouse, league.complete) == {}
        first = min(day for (name, day), content in fingerprints(warehouse).items() if before[name, day] != content)
        written = rows(
            warehouse,
            "SELECT MIN(partition_date) FROM nba_orchestration.ledger WHERE run_id = $run_id",
            run_id=report.run_id,
        )
        assert written == [(first,)]
        assert warehouse.backfill(stage="all", skip_preflight=True).run_id == ""
