"""The real seasons: every row lands, and the facts known about them hold."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hoopcast.ingest.load import IngestReport, ingest
from hoopcast.warehouse.duckdb import DuckDB
from tests.ingest.small_season import empty_warehouse, values

SEASONS = ("2018-19", "2019-20", "2020-21", "2021-22")
Loaded = tuple[DuckDB, IngestReport]


@pytest.fixture(scope="module")
def loaded(real_data: Path) -> Iterator[Loaded]:
    """All real seasons in one warehouse."""
    engine = empty_warehouse()
    report = ingest(engine, [real_data / "injury_transactions.parquet", real_data], run_id="a run")
    yield engine, report
    engine.close()


def test_every_file_of_the_real_seasons_is_read(loaded: Loaded) -> None:
    _, report = loaded
    assert report.errors == ()
    assert [note.rsplit("/", 1)[-1] for note in report.notes] == [
        "README.md is left: no Parquet, CSV or JSON by its name"
    ]
    assert len({file.path for file in report.files if file.table}) == 27


def test_every_row_lands_but_ten_prices_and_a_move_of_nobody(loaded: Loaded) -> None:
    engine, report = loaded
    quarantined = {(file.table, file.quarantined) for file in report.files if file.quarantined}
    assert quarantined == {
        ("nba_raw.points_prop_line", 9), ("nba_raw.points_prop_line", 1), ("nba_raw.injury_status", 1),
    }  # fmt: skip
    landed = report.total("added")
    others = report.total("quarantined") + report.total("unresolved") + report.total("collapsed")
    assert report.total("read") == landed + others
    tables = {str(file.table) for file in report.files if file.table}
    assert landed == sum(int(str(values(engine, f"SELECT COUNT(*) FROM {name}")[0][0])) for name in tables)


@pytest.mark.parametrize(("season", "games", "lines"), [
    ("2018-19", 1230, 26_101), ("2019-20", 1059, 22_393), ("2020-21", 1080, 23_054), ("2021-22", 1230, 26_039),
])  # fmt: skip
def test_a_season_has_its_games_and_box_scores(loaded: Loaded, season: str, games: int, lines: int) -> None:
    engine, _ = loaded
    found = values(
        engine,
        f"SELECT COUNT(*) FROM nba_raw.nbac_schedule WHERE season = '{season}' AND season_stage = 'regular'"
        f" UNION ALL SELECT COUNT(*) FROM nba_raw.nbac_player_boxscore WHERE season = '{season}'"
        f" UNION ALL SELECT COUNT(DISTINCT game_id) FROM nba_raw.nbac_team_boxscore WHERE season = '{season}'",
    )
    assert found == [(games,), (lines,), (games,)]


def test_2021_22_has_165_dates_of_regular_games(loaded: Loaded) -> None:
    engine, _ = loaded
    found = values(
        engine,
        "SELECT COUNT(DISTINCT game_date) FROM nba_raw.nbac_schedule"
        " WHERE season = '2021-22' AND season_stage = 'regular'",
    )
    assert found == [(165,)]


@pytest.mark.parametrize(("lookup", "day", "points"), [
    ("kevindurant", "2021-10-19", 32), ("giannisantetokounmpo", "2021-10-19", 32),
    ("karlanthonytowns", "2022-03-14", 60), ("kyrieirving", "2022-03-15", 60), ("lebronjames", "2022-03-05", 56),
])  # fmt: skip
def test_known_games_are_as_everyone_remembers_them(loaded: Loaded, lookup: str, day: str, points: int) -> None:
    engine, _ = loaded
    found = values(
        engine,
        "SELECT points FROM nba_raw.nbac_player_boxscore"
        f" WHERE player_lookup = '{lookup}' AND game_date = DATE '{day}'",
    )
    assert found == [(points,)]


def test_the_season_of_every_row_is_the_season_of_its_date(loaded: Loaded) -> None:
    engine, _ = loaded
    ledger = values(engine, "SELECT DISTINCT table_name, season, partition_date FROM nba_orchestration.ledger")
    for name in ("nbac_schedule", "nbac_shot", "injury_status", "points_prop_line"):
        time = "report_date" if name == "injury_status" else "game_date"
        dates = set(values(engine, f"SELECT DISTINCT 'nba_raw.{name}', season, {time} FROM nba_raw.{name}"))
        assert dates == {row for row in ledger if row[0] == f"nba_raw.{name}"}


def test_more_than_99_in_a_hundred_moves_find_their_player(loaded: Loaded) -> None:
    engine, report = loaded
    moves = next(file for file in report.files if file.table == "nba_raw.injury_status")
    waiting = values(engine, "SELECT player_name FROM nba_raw.unresolved_name ORDER BY 1")
    waiting_rows = int(str(values(engine, "SELECT COALESCE(SUM(row_count), 0) FROM nba_raw.unresolved_name")[0][0]))
    assert waiting_rows / moves.read < 0.0025
    # Words in the place of a name, and players without a minute in these seasons.
    words = ("placed on IL", "injury", "protocols", "76ers")
    nobody = {"C.J. Wilcox", "Daulton Hommes", "Jason Preston", "Luca Vildoza", "Malik Ellison"}
    assert {str(name) for (name,) in waiting if not any(word in str(name) for word in words)} == nobody


@pytest.mark.parametrize(("name", "player_id"), [
    ("Dennis Schr?der", 203471), ("Maximilian Kleber / Maxi Kleber", 1628467), ("(William) Tony Parker", 2225),
    ("Ogugua Anunoby / O.G. Anunoby", 1628384), ("Enes Kanter / Enes Freedom", 202683), ("Marcus Morris", 202694),
    ("Nah'Shon Hyland / Bones Hyland", 1630538), ("Brandon Boston Jr. / B.J. Boston Jr.", 1630527),
    ("P.J. Dozier", 1628408), ("D.J. Augustine", 201571), ("Jimmy Butler", 202710),
    ("Herbert Jones / Herb Jones (Keyshawn)", 1630529),
])  # fmt: skip
def test_known_ways_of_writing_a_name_find_the_player(loaded: Loaded, name: str, player_id: int) -> None:
    engine, _ = loaded
    found = engine.query("SELECT DISTINCT player_id FROM nba_raw.injury_status WHERE player_name = $n", {"n": name})
    assert found.rows == [(player_id,)]


def test_the_seasons_give_the_same_rows_in_any_order(loaded: Loaded, real_data: Path) -> None:
    engine, _ = loaded
    other = empty_warehouse()
    for path in ("2021-22", "injury_transactions.parquet", "2020-21", "2019-20", "2018-19"):
        assert ingest(other, [real_data / path], run_id="a run").errors == ()
    partitions = (
        "SELECT table_name, partition_date, ARG_MAX(output_fingerprint, entry), ARG_MAX(rows, entry)"
        " FROM nba_orchestration.ledger GROUP BY ALL ORDER BY ALL"
    )
    assert values(other, partitions) == values(engine, partitions)
    other.close()
