"""Odd names and odd contents of a file reach neither another file nor the rest of the ingest."""

import json
from pathlib import Path

import pytest

from hoopcast.ingest import load as loading
from hoopcast.ingest.files import Content
from hoopcast.warehouse.duckdb import DuckDB
from tests.ingest.small_season import (
    SCHEDULE,
    game,
    ingest_files,
    land,
    player_line,
    values,
    write_csv,
    write_json_lines,
    write_parquet,
)

ARENAS = "SELECT arena_name FROM nba_raw.nbac_schedule"


@pytest.mark.parametrize("writer", [write_csv, write_parquet], ids=["csv", "parquet"])
@pytest.mark.parametrize(("name", "neighbour"), [
    ("x[1]", "x1"), ("x*", "xy"), ("x?", "xy"), ("x[", "y"), ("x]", "y"), ("x\\[1]", "x1"), ("{a,b}", "a"),
])  # fmt: skip
def test_a_file_whose_name_looks_like_a_pattern_is_read_itself(
    bare: DuckDB, tmp_path: Path, writer: type, name: str, neighbour: str
) -> None:
    ending = writer.__name__.removeprefix("write_")
    writer(tmp_path / f"{neighbour}.{ending}", [game(arena_name="Another")])
    path = writer(tmp_path / f"{name}.{ending}", [game(arena_name="This one")])
    assert land(bare, path).added == 1
    assert values(bare, ARENAS) == [("This one",)]


def test_a_folder_whose_name_looks_like_a_pattern_is_read_itself(bare: DuckDB, tmp_path: Path) -> None:
    for name, arena in (("s1", "Another"), ("s[1]", "This one")):
        (tmp_path / name).mkdir()
        write_csv(tmp_path / name / "x.csv", [game(arena_name=arena)])
    assert land(bare, tmp_path / "s[1]" / "x.csv").added == 1
    assert values(bare, ARENAS) == [("This one",)]


@pytest.mark.parametrize("text", [
    f'[{{"a": {"1" * 5000}}}]', f'{{"a": {"1" * 5000}}}\n{{"a": 2}}\n',
])  # fmt: skip
def test_a_number_too_long_to_read_is_an_error_of_its_file(bare: DuckDB, tmp_path: Path, text: str) -> None:
    path = tmp_path / "long.json"
    path.write_text(text, "utf-8")
    report = ingest_files(bare, path, write_csv(tmp_path / "schedule.csv", SCHEDULE))
    assert "is JSON with a number too long to read" in report.errors[0]
    assert report.total("added") == 3


def test_a_line_with_a_number_too_long_to_read_is_quarantined(engine: DuckDB, tmp_path: Path) -> None:
    path = write_json_lines(tmp_path / "box.jsonl", [player_line(), player_line(PLAYER_ID=2)])
    path.write_text(path.read_text("utf-8") + f'{{"PTS": {"1" * 5000}}}\n', "utf-8")
    report = land(engine, path)
    assert (report.added, report.quarantined) == (2, 1)


def test_an_action_whose_number_is_a_list_is_quarantined(engine: DuckDB, tmp_path: Path) -> None:
    action = {
        "actionNumber": [1], "period": 1, "personId": 2544, "teamTricode": "LAL", "isFieldGoal": 1,
        "shotResult": "Made", "shotValue": 2, "shotDistance": 3, "description": "",
    }  # fmt: skip
    path = tmp_path / "play_by_play.json"
    path.write_text(json.dumps({"game": {"gameId": "0022100001", "actions": [action]}}), "utf-8")
    report = land(engine, path)
    assert (report.error, report.added, report.quarantined) == (None, 0, 1)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:00-05:00"])
def test_a_moment_beyond_the_calendar_is_quarantined(bare: DuckDB, tmp_path: Path, moment: str) -> None:
    usual = game(tip_off_utc="2021-10-19T23:30:00Z")
    odd = game(game_id="0022100002", tip_off_utc=moment)
    report = land(bare, write_csv(tmp_path / "schedule.csv", [usual, odd]))
    assert (report.added, report.quarantined) == (1, 1)


@pytest.mark.parametrize("step", ["tables_of_file", "stage"])
def test_what_nobody_thought_of_is_an_error_of_its_file_and_the_others_land(
    bare: DuckDB, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    odd = write_csv(tmp_path / "odd.csv", SCHEDULE)
    usual = getattr(loading, step)

    def fail(engine: DuckDB, content: Content, *rest: object) -> object:
        if content.path == odd:
            raise ZeroDivisionError("what nobody\nthought of")
        return usual(engine, content, *rest)

    monkeypatch.setattr(loading, step, fail)
    report = ingest_files(bare, odd, write_csv(tmp_path / "schedule.csv", SCHEDULE))
    assert report.errors == (f"{odd} can not be read: ZeroDivisionError: what nobody thought of",)
    assert report.total("added") == 3


def test_an_interruption_ends_the_ingest(bare: DuckDB, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(loading, "stage", stop)
    with pytest.raises(KeyboardInterrupt):
        ingest_files(bare, write_csv(tmp_path / "schedule.csv", SCHEDULE))
