"""What was ingested can be taken back, by file, season or dates."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from hoopcast.errors import UsageError
from hoopcast.ingest.forget import Target, forget
from hoopcast.warehouse.duckdb import DuckDB
from tests.ingest.small_season import (
    DATE,
    NEXT_DATE,
    OTHER_GAME,
    game,
    ingest_files,
    land,
    move,
    player_line,
    values,
    write_csv,
)

LATE = player_line(GAME_ID=OTHER_GAME, GAME_DATE=NEXT_DATE, TEAM_ABBREVIATION="LAL", PLAYER_ID=2544)


@pytest.fixture
def box(engine: DuckDB, tmp_path: Path) -> Path:
    """A box score file with two dates, a broken row and, in another file, moves of a known and an unknown player."""
    path = write_csv(tmp_path / "box.csv", [player_line(), LATE, player_line(PTS=99, PLAYER_ID=2)])
    moves = [move(), move(Relinquished="Nobody Known"), move(Relinquished="Nobody Known", Date=NEXT_DATE)]
    report = ingest_files(engine, path, write_csv(tmp_path / "moves.csv", moves))
    assert (report.total("added"), report.total("quarantined"), report.total("unresolved")) == (3, 1, 2)
    return path


def counts(engine: DuckDB) -> dict[str, object]:
    """Rows of the tables that the files reach."""
    names = ("nbac_schedule", "nbac_player_boxscore", "injury_status", "quarantine", "unresolved_name", "ingested_file")
    return {name: values(engine, f"SELECT COUNT(*) FROM nba_raw.{name}")[0][0] for name in names}


@pytest.mark.parametrize("how", ["path", "relative", "sha256", "number"])
def test_a_file_is_forgotten_with_its_quarantine_and_its_dates_are_recorded_empty(
    engine: DuckDB, box: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.chdir(box.parent)
    sha256 = hashlib.sha256(box.read_bytes()).hexdigest()
    targets: dict[str, Target] = {"path": box, "relative": "./box.csv", "sha256": sha256[:12], "number": 2}
    report = forget(engine, targets[how], "a run")
    assert report.rows == {"nba_raw.nbac_player_boxscore": 2}
    assert report.dates == (date(2021, 10, 19), date(2021, 10, 20))
    assert report.schedule_note == ""
    assert counts(engine) == {
        "nbac_schedule": 3, "nbac_player_boxscore": 0, "injury_status": 1, "quarantine": 0, "unresolved_name": 1,
        "ingested_file": 2,
    }  # fmt: skip
    last = (
        "SELECT CAST(partition_date AS VARCHAR), rows, output_fingerprint FROM nba_orchestration.ledger ORDER BY entry"
    )
    assert values(engine, last)[-2:] == [(DATE, 0, 0), (NEXT_DATE, 0, 0)]


def test_a_forgotten_file_can_be_ingested_again(engine: DuckDB, box: Path) -> None:
    forget(engine, box, "a run")
    report = land(engine, box)
    assert (report.added, report.quarantined) == (2, 1)


def test_dates_are_forgotten_in_every_table(engine: DuckDB, box: Path) -> None:
    assert box.is_file()
    report = forget(engine, [date(2021, 10, 19)], "a run")
    assert report.rows == {
        "nba_raw.nbac_schedule": 1, "nba_raw.nbac_player_boxscore": 1, "nba_raw.injury_status": 1,
    }  # fmt: skip
    assert report.schedule_note == "1 game of the schedule forgotten too: 2021-10-19 is no longer expected"
    assert counts(engine) == {
        "nbac_schedule": 2, "nbac_player_boxscore": 1, "injury_status": 0, "quarantine": 0, "unresolved_name": 1,
        "ingested_file": 3,
    }  # fmt: skip
    waiting = "SELECT row_count, CAST(first_date AS VARCHAR), CAST(last_date AS VARCHAR) FROM nba_raw.unresolved_name"
    assert values(engine, waiting) == [(1, NEXT_DATE, NEXT_DATE)]


def test_a_season_is_forgotten_and_others_stay(engine: DuckDB, box: Path, tmp_path: Path) -> None:
    assert box.is_file()
    earlier = game(game_id="0022000001", game_date="2020-12-22")
    land(engine, write_csv(tmp_path / "earlier.csv", [earlier]))
    forget(engine, "2021-22", "a run")
    assert counts(engine) == {
        "nbac_schedule": 1, "nbac_player_boxscore": 0, "injury_status": 0, "quarantine": 0, "unresolved_name": 0,
        "ingested_file": 4,
    }  # fmt: skip


@pytest.mark.parametrize("target", ["absent.csv", "0123456789abcdef", 77])
def test_forgetting_what_was_never_ingested_is_refused(engine: DuckDB, target: str | int) -> None:
    with pytest.raises(UsageError, match="was ingested"):
        forget(engine, target, "a run")
