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
