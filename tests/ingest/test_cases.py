"""Files as people have them: what is read of them, and what is refused with which reason."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest

import hoopcast
from hoopcast.players import known_players
from hoopcast.warehouse.duckdb import DuckDB
from tests.ingest.small_season import (
    DATE,
    GAME,
    OTHER,
    Row,
    game,
    ingest_files,
    land,
    player_line,
    team_line,
    values,
    write_csv,
)


def reasons(engine: DuckDB) -> list[str]:
    """Why rows are in quarantine, in the order in which they came there."""
    return [str(row[0]) for row in values(engine, "SELECT reason FROM nba_raw.quarantine ORDER BY quarantine_id")]


NAMES = "SELECT DISTINCT player_id, player_name, player_lookup FROM nba_raw.nbac_player_boxscore ORDER BY ALL"


@pytest.mark.parametrize("worse", ["player_box_mojibake.csv", "player_box_initials.csv"])
def test_case_07_a_worse_name_never_replaces_a_better_one_and_full_names_resolve(
    cases: Path, bare: DuckDB, worse: str
) -> None:
    folder = cases / "07-names"
    ingest_files(bare, folder / "schedule.csv", folder / "player_box.csv")
    names = values(bare, NAMES)
    report = ingest_files(bare, folder / worse)
    assert (report.total("unchanged"), report.total("read"), values(bare, NAMES)) == (72, 72, names)
    report = ingest_files(bare, folder / "props_later.csv")
    assert (report.total("added"), report.total("unresolved")) == (3, 0)


def test_case_07_mojibake_alone_is_mended(cases: Path, bare: DuckDB) -> None:
    folder = cases / "07-names"
    ingest_files(bare, folder / "schedule.csv", folder / "player_box_mojibake.csv")
    mended = values(bare, NAMES)
    ingest_files(bare, folder / "player_box.csv")
    assert values(bare, NAMES) == mended
    assert (9100501, "Nikola Ješić", "nikolajesic") in mended


def test_case_07_of_28_spellings_those_that_say_who_it_is_resolve(cases: Path, bare: DuckDB) -> None:
    folder = cases / "07-names"
    ingest_files(bare, folder / "schedule.csv", folder / "player_box.csv", folder / "props.csv")
    left = values(bare, "SELECT player_name FROM nba_raw.unresolved_name ORDER BY 1")
    # An initial, a surname before the first name and another alphabet's spelling are guesses.
    assert left == [("Dennis Schroender",), ("J. Janson Jr.",), ("Ješić Nikola",)]
    # Each player has a line of his own.
    assert values(bare, "SELECT COUNT(DISTINCT (player_id, line)) FROM nba_raw.points_prop_line") == [(10,)]
    assert values(bare, "SELECT COUNT(DISTINCT player_id) FROM nba_raw.points_prop_line") == [(10,)]


@pytest.mark.parametrize("later", ["L. Doncar", "Doncar", "Luka D?ncar"])
def test_case_07_who_was_called_by_a_cut_name_first_is_called_by_his_full_one(
    engine: DuckDB, tmp_path: Path, later: str
) -> None:
    rows = [
        player_line(PLAYER_NAME="Luka Doncar"),
        player_line(PLAYER_NAME=later, GAME_ID=OTHER["game_id"], GAME_DATE=OTHER["game_date"], TEAM_ABBREVIATION="GSW"),
    ]
    ingest_files(engine, write_csv(tmp_path / "player_box.csv", rows))
    assert known_players(engine).names[201142] == "Luka Doncar"
    ingest_files(engine, tmp_path / "player_box.csv")
    assert [name for _, name, _ in values(engine, NAMES)] == ["Luka Doncar"]


def test_case_11_the_cup_final_is_a_stage_of_its_own_that_counts_for_nothing(cases: Path, tmp_path: Path) -> None:
    folder = cases / "11-cup-final"
    with hoopcast.open(str(tmp_path / "cup.duckdb")) as warehouse:
        for files in ((*folder.glob("*.csv"),), (*folder.glob("*.csv"), folder / "ist")):
            assert not warehouse.ingest(*files).errors
            # Without the final's box scores nothing is lacking, and with them nothing is added.
            assert warehouse.backfill().exit_status == 0
            assert warehouse.verify().exit_status == 0
            games = "SELECT DISTINCT game_id, games_played FROM nba_analytics.player_form WHERE team_abbr = 'LAL'"
            assert values(warehouse.engine, games) == [("0022300300", 1)]
        stages = "SELECT game_id FROM nba_raw.nbac_schedule WHERE season_stage = 'cup_final'"
        assert values(warehouse.engine, stages) == [("0062300001",)]


def test_case_12_a_final_game_beats_its_postponed_listing(cases: Path, bare: DuckDB) -> None:
    report = ingest_files(bare, cases / "12-postponed-listed-twice")
    assert (report.total("quarantined"), report.total("collapsed"), report.exit_status) == (0, 1, 0)
    [(day, status, box_rows)] = values(
        bare,
        "SELECT s.game_date, s.game_status, COUNT(*) FROM nba_raw.nbac_schedule AS s"
        " JOIN nba_raw.nbac_player_boxscore AS b ON b.game_id = s.game_id WHERE s.game_id = '0022100480' GROUP BY ALL",
    )
    assert (day, status, box_rows) == (date(2022, 1, 24), 3, 18)


_OPEN = {"home_score": None, "away_score": None}
_PUT_OFF = game(game_date="2021-10-18", game_status=1, game_status_text="PPD", **_OPEN)
_PLANNED = game(game_status=1, game_status_text="7:30 pm ET", **_OPEN)


@pytest.mark.parametrize("better", [game(), _PLANNED], ids=["played", "planned"])
@pytest.mark.parametrize("turned", [False, True], ids=["first", "last"])
def test_case_12_a_postponed_listing_counts_after_any_other(
    bare: DuckDB, tmp_path: Path, better: Row, *, turned: bool
) -> None:
    rows = [_PUT_OFF, better]
    report = land(bare, write_csv(tmp_path / "schedule.csv", rows[::-1] if turned else rows))
    assert (report.added, report.collapsed, report.quarantined) == (1, 1, 0)
    assert values(bare, "SELECT game_date FROM nba_raw.nbac_schedule") == [(date.fromisoformat(DATE),)]


def test_case_12_of_two_final_scores_none_counts(bare: DuckDB, tmp_path: Path) -> None:
    rows = [_PUT_OFF, game(), game(home_score=126)]
    report = land(bare, write_csv(tmp_path / "schedule.csv", rows))
    assert (report.added, report.quarantined) == (0, 3)
    assert set(reasons(bare)) == {f"3 rows of the file have the key {GAME} with different content"}


@pytest.mark.parametrize("name", ["a_schedule_utc_date.csv", "b_schedule_utc_moment.csv"])
def test_case_13_a_date_of_utc_becomes_the_eastern_one_and_right_box_scores_land(
    cases: Path, bare: DuckDB, name: str
) -> None:
    folder = cases / "13-utc-dates"
    report = ingest_files(bare, folder / name, folder / "right" / "player_box_utc_date.csv")
    assert (report.total("quarantined"), report.exit_status) == (0, 0)
    dates = values(bare, "SELECT DISTINCT game_date FROM nba_raw.nbac_player_boxscore ORDER BY 1")
    assert [str(day) for (day,) in dates] == ["2021-10-19", "2021-10-22", "2021-10-23"]


@pytest.mark.parametrize(
    ("written", "tip_off", "day"),
    [
        ("2022-01-10", "2022-01-11T00:00:00Z", "2022-01-10"),
        ("2022-01-11", "2022-01-11T00:00:00Z", "2022-01-10"),
        ("2022-01-11T00:00:00Z", "2022-01-11T00:00:00Z", "2022-01-10"),
        ("2022-01-11T03:30:00+00:00", None, "2022-01-10"),
        ("2022-01-10T22:30:00-05:00", None, "2022-01-10"),
        ("2022-01-10T00:00:00Z", None, "2022-01-10"),
        ("2022-01-09", "2022-01-11T00:00:00Z", None),
        ("2022-01-12", "2022-01-11T00:00:00Z", None),
        ("2022-01-10T19:00:00", None, None),
    ],
)
def test_case_13_the_moment_decides_a_date_or_it_is_refused(
    bare: DuckDB, tmp_path: Path, written: str, tip_off: str | None, day: str | None
) -> None:
    report = land(bare, write_csv(tmp_path / "schedule.csv", [game(game_date=written, tip_off_utc=tip_off)]))
    assert report.quarantined == (day is None)
    assert values(bare, "SELECT CAST(game_date AS VARCHAR) FROM nba_raw.nbac_schedule") == ([(day,)] if day else [])
    if day is None and tip_off is not None:
        assert reasons(bare) == [
            f"game_date {written} is not 2022-01-10, the Eastern date of its tip-off at 2022-01-11 00:00:00 UTC"
        ]


def test_case_13_beside_other_hours_midnight_is_an_hour_too(bare: DuckDB, tmp_path: Path) -> None:
    rows = [game(game_date="2022-01-11T00:00:00Z"), {**OTHER, "game_date": "2022-01-11T03:00:00Z"}]
    land(bare, write_csv(tmp_path / "schedule.csv", rows))
    assert values(bare, "SELECT DISTINCT game_date FROM nba_raw.nbac_schedule") == [(date(2022, 1, 10),)]


def test_case_13_a_box_score_two_days_off_is_still_refused(engine: DuckDB, tmp_path: Path) -> None:
    report = land(engine, write_csv(tmp_path / "player_box.csv", [player_line(GAME_DATE="2021-10-21")]))
    assert (report.quarantined, reasons(engine)) == (
        1, ["game_date 2021-10-21 is not 2021-10-19, the date in the schedule"],
    )  # fmt: skip


@pytest.mark.parametrize("folder", ["17-old-franchises", "17-old-franchises/ids"])
def test_case_17_old_franchises_are_read_as_what_they_are_now(cases: Path, bare: DuckDB, folder: str) -> None:
    report = ingest_files(bare, *sorted((cases / folder).glob("*.csv")))
    assert (report.total("added"), report.total("quarantined"), report.exit_status) == (19, 0, 0)
    teams = values(bare, "SELECT DISTINCT team_abbr FROM nba_raw.nbac_player_boxscore ORDER BY 1")
    assert teams == [("BKN",), ("OKC",)]


@pytest.mark.parametrize("code", ["NJN", "XYZ", "MIL", "", "Nets"])
def test_case_17_the_id_of_a_team_decides_whatever_its_code(engine: DuckDB, tmp_path: Path, code: str) -> None:
    for name, line in (("player_box", player_line), ("team_box", team_line)):
        report = land(engine, write_csv(tmp_path / f"{name}.csv", [line(TEAM_ABBREVIATION=code, TEAM_ID=1610612751)]))
        assert (report.added, report.quarantined) == (1, 0)
    sql = (
        "SELECT team_abbr FROM nba_raw.nbac_player_boxscore UNION ALL SELECT team_abbr FROM nba_raw.nbac_team_boxscore"
    )
    assert values(engine, sql) == [("BKN",)] * 2


def test_case_17_the_ids_of_the_schedule_decide_too(bare: DuckDB, tmp_path: Path) -> None:
    land(bare, write_csv(tmp_path / "schedule.csv", [{**game(), "home_team": "XYZ", "away_team": "NJN"}]))
    assert values(bare, "SELECT home_team_abbr, away_team_abbr, team_known FROM nba_raw.nbac_schedule") == [
        ("MIL", "BKN", True)
    ]


@pytest.mark.parametrize(("name", "minutes"), [("regulation", 240.0), ("overtime", 290.0)])
def test_case_21_starters_and_bench_are_no_team(cases: Path, bare: DuckDB, name: str, minutes: float) -> None:
    report = ingest_files(bare, cases / "21-v2-starters-bench" / name)
    assert (report.total("quarantined"), report.total("changed"), report.exit_status) == (0, 0, 0)
    rows = values(bare, "SELECT team_abbr, points, minutes FROM nba_raw.nbac_team_boxscore ORDER BY 1")
    assert rows == [("GSW", 178, minutes), ("LAL", 100, minutes)]


_PARTS: Sequence[tuple[Mapping[str, object], str]] = (
    ({"STARTERS_BENCH": "Bench"}, "is of Bench, not of a whole team"),
    ({"PLAYER_ID": 201142}, "is of player 201142, not of a whole team"),
)


@pytest.mark.parametrize(("part", "reason"), _PARTS)
def test_case_21_a_part_that_is_called_a_team_box_score_is_refused(
    engine: DuckDB, tmp_path: Path, part: Mapping[str, object], reason: str
) -> None:
    report = land(engine, write_csv(tmp_path / "team_box.csv", [team_line(**part)]), table="nbac_team_boxscore")
    assert (report.added, reasons(engine)) == (0, [reason])
