"""The command line takes back what is named, and nothing beyond it."""

from pathlib import Path

import pytest

import hoopcast
from tests.cli.conftest import Call

GAMES_OF_STAGES = (
    "SELECT season_stage, COUNT(*) FROM nba_raw.nbac_schedule WHERE season = '2021-22' AND season_stage <> 'preseason'"
    " GROUP BY 1 ORDER BY 1"
)


def games_of_stages(path: Path) -> dict[object, object]:
    with hoopcast.open(str(path), read_only=True) as warehouse:
        return {row[0]: row[1] for row in warehouse.engine.query(GAMES_OF_STAGES).rows}


@pytest.mark.parametrize("season", [["2021-22"], ["--season", "2021-22"]])
def test_a_stage_of_a_season_is_forgotten_and_the_others_stay(call: Call, warehouse: Path, season: list[str]) -> None:
    before = games_of_stages(warehouse)
    assert before["playoffs"]
    assert call("forget", *season, "--stage", "playoffs").exit_code == 0
    assert games_of_stages(warehouse) == {stage: games for stage, games in before.items() if stage != "playoffs"}


def test_a_season_without_a_stage_is_forgotten_as_a_whole(call: Call, warehouse: Path) -> None:
    assert call("forget", "2021-22").exit_code == 0
    assert games_of_stages(warehouse) == {}


def test_a_season_with_a_line_break_after_it_is_none(call: Call, warehouse: Path) -> None:
    assert warehouse.is_file()
    done = call("backfill", "--season", "2021-22\n")
    assert done.exit_code == 2
    assert "is not a season" in done.stderr


def test_a_file_is_forgotten_by_any_spelling_of_its_path(
    call: Call, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, folder = warehouse.parent, warehouse.parent / "in"
    monkeypatch.setenv("HOME", str(home))
    with hoopcast.open(str(warehouse), read_only=True) as opened:
        game, player = opened.engine.query("SELECT game_id, player_id FROM nba_raw.nbac_starter LIMIT 1").rows[0]
    folder.mkdir()
    (folder / "box.csv").write_text(f"game_id,player_id,starter\n{game},{player},false\n", "utf-8")
    for spelling in ("box.csv", "../in/box.csv", "~/in/box.csv", f"{folder}/box.csv"):
        monkeypatch.chdir(home)
        assert call("ingest", "in/box.csv", "--table", "nbac_starter").exit_code == 0
        monkeypatch.chdir(folder)
        wrong = call("--warehouse", warehouse, "forget", "boxes.csv")
        nearest = f"the nearest that were: {folder}/box.csv"
        assert (wrong.exit_code, wrong.stderr) == (2, f"error: no file 'boxes.csv' was ingested; {nearest}\n")
        assert call("--warehouse", warehouse, "forget", spelling).exit_code == 0
