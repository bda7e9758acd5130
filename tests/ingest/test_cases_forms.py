"""Values and tables in the forms that people have them in: each is read for what it means, or says what it is."""

from pathlib import Path

import pytest

from hoopcast.ingest.load import IngestReport
from hoopcast.ingest.values import parse_game_id, parse_line, parse_number, parse_price
from hoopcast.warehouse.duckdb import DuckDB
from tests.ingest.small_season import game_line, ingest_files, land, player_line, prop, team_line, values, write_csv

PRICES = "SELECT player_name, over_price, under_price FROM nba_raw.points_prop_line ORDER BY 1"


@pytest.mark.parametrize(("text", "price"), [
    ("-110", -110), ("+105", 105), ("-110.0", -110), ("\u2212110", -110), ("\u2013105", -105), ("1,200", 1200),
    ("EVEN", 100), ("Ev", 100), ("evs", 100), ("1.91", -110), ("1,91", -110), ("2", 100), ("2.00", 100), ("1.8", -125),
    ("10/11", -110), ("4/5", -125), ("5/2", 250), ("101.0", 101), ("-50", -50),
    ("PK", None), ("-110.5", None), ("1/0", None), ("soon", None),
])  # fmt: skip
def test_odds_are_read_in_every_form_that_books_print(text: str, price: int | None) -> None:
    assert parse_price(text) == price


@pytest.mark.parametrize(("text", "line"), [
    ("-3.5", -3.5), ("-3\u00bd", -3.5), ("230\u00bd", 230.5), ("\u00bd", 0.5), ("-\u00bd", -0.5), ("24\u00be", 24.75),
    ("\u22124.5", -4.5), ("4,5", 4.5), ("PK", 0.0), ("pick'em", 0.0), ("-0.0", 0.0),
    ("\u00bd\u00bd", None), ("x", None),
])  # fmt: skip
def test_lines_are_read_in_every_form_that_books_print(text: str, line: float | None) -> None:
    assert parse_line(text) == line
    assert str(parse_line(text)) != "-0.0"


@pytest.mark.parametrize(("text", "number"), [("1,234", 1234.0), ("12,5", 12.5), ("1,2,3", None), ("1_0", None)])
def test_a_comma_is_decimal_unless_three_digits_follow(text: str, number: float | None) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize(("text", "game_id"), [
    ("0022100001", "0022100001"), ("22100001", "0022100001"), ("22100001.0", "0022100001"), ("2.21E+07", None),
    ("2,21e7", None), ("0022100001.5", "0022100001.5"), ("a game", "a game"),
])  # fmt: skip
def test_a_game_id_that_was_a_number_is_read_and_a_rounded_one_is_none(text: str, game_id: str | None) -> None:
    assert parse_game_id(text) == game_id


@pytest.mark.parametrize(("over", "under"), [("101.0", "1.91"), ("50", "-120"), ("-110", "1.91")])
def test_american_and_decimal_odds_in_one_row_are_a_slip(engine: DuckDB, tmp_path: Path, over: str, under: str) -> None:
    report = land(engine, write_csv(tmp_path / "props.csv", [prop(over_odds=over, under_odds=under)]))
    assert report.quarantined == 1
    assert "American and decimal odds in one row" in str(report.note)


def test_a_dash_is_a_price_that_is_not_offered(engine: DuckDB, tmp_path: Path) -> None:
    line = game_line(home_spread="-3\u00bd", total_line="NL", home_moneyline="-", away_moneyline="\u2014")
    assert land(engine, write_csv(tmp_path / "game_lines.csv", [line])).added == 1
    found = values(engine, "SELECT home_spread, total_line, home_moneyline, away_moneyline FROM nba_raw.game_line")
    assert found == [(-3.5, None, None, None)]


def test_a_cell_that_a_spreadsheet_keeps_as_text_is_its_text(engine: DuckDB, tmp_path: Path) -> None:
    line = player_line(GAME_ID='="0022100001"', PLAYER_ID='="201142"', MIN='="30"', PLUS_MINUS="\u22127")
    assert land(engine, write_csv(tmp_path / "player_box.csv", [line])).added == 1
    assert values(engine, "SELECT player_id, minutes, plus_minus FROM nba_raw.nbac_player_boxscore") == [
        (201142, 30.0, -7.0)
    ]


@pytest.mark.parametrize("before", ["sep=,\n", "\n\n", "# exported, by hand\n", "\n# one\n#two\nSEP=,\n"])
def test_what_stands_before_the_column_names_is_none_of_the_rows(engine: DuckDB, tmp_path: Path, before: str) -> None:
    path = write_csv(tmp_path / "player_box.csv", [player_line(), player_line(PLAYER_ID=1, PTS="x")])
    path.write_text(before + path.read_text("utf-8") + "1,2\n", "utf-8")
    report = land(engine, path)
    assert (report.read, report.added, report.quarantined) == (3, 1, 2)
    assert values(engine, "SELECT row_number FROM nba_raw.quarantine ORDER BY 1") == [(2,), (3,)]


def test_column_names_that_are_repeated_among_the_rows_are_none_of_them(engine: DuckDB, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "player_box.csv", [player_line(), player_line(PLAYER_ID=1)])
    header, *rows = path.read_text("utf-8").splitlines()
    path.write_text("\n".join((header, rows[0], header, rows[1])), "utf-8")
    assert (land(engine, path).added, values(engine, "SELECT row_number, reason FROM nba_raw.quarantine")) == (
        2, [(2, "the line repeats the column names")],
    )  # fmt: skip


@pytest.mark.parametrize(("minutes", "of_players"), [(48, 240), ("53.0", 265), ("58:00", 290), (240, 240), (241, 241)])
def test_minutes_of_a_team_are_those_of_its_five_players(
    engine: DuckDB, tmp_path: Path, minutes: object, of_players: int
) -> None:
    assert land(engine, write_csv(tmp_path / "team_box.csv", [team_line(MIN=minutes)])).added == 1
    assert values(engine, "SELECT minutes FROM nba_raw.nbac_team_boxscore") == [(of_players,)]


def test_half_a_game_of_a_team_is_no_game(engine: DuckDB, tmp_path: Path) -> None:
    assert land(engine, write_csv(tmp_path / "team_box.csv", [team_line(MIN=24)])).quarantined == 1


def ingested(engine: DuckDB, folder: Path, *first: str) -> IngestReport:
    """The schedule and the box scores of a folder, then the rest of it, as a user would name them."""
    ingest_files(engine, *(folder / name for name in ("schedule.csv", *first)))
    return ingest_files(engine, folder)


def test_odds_in_files_as_people_have_them(bare: DuckDB, cases: Path) -> None:
    report = ingested(bare, cases / "14-odds-forms", "player_box.csv")
    assert report.exit_status == 0
    columns = "home_spread, total_line, home_moneyline, away_moneyline"
    lines = values(bare, f"SELECT {columns} FROM nba_raw.game_line ORDER BY game_id")
    assert lines == [
        (0.0, 221.0, -110, -110), (-3.5, 230.5, None, None), (-2.5, 218.5, -141, 120), (4.5, None, 100, -120),
    ]  # fmt: skip
    reasons = values(bare, "SELECT reason FROM nba_raw.quarantine")
    assert reasons == [("over_price 'PK' is no odds",)]


@pytest.mark.parametrize(("name", "expected"), [
    ("c_unicode_minus.csv", [("Aldo Vestrin", -110, -120), ("Bram Wolcott", -105, 100)]),
    ("d_decimal.csv", [("Aldo Vestrin", -110, -110), ("Bram Wolcott", 100, -125), ("Cyril Xandri", 110, -135),
                       ("Dario Yarrow", -115, -105), ("Emil Zelnik", 100, -125)]),
    ("e_fractional.csv", [("Aldo Vestrin", -110, -110), ("Bram Wolcott", 100, -125)]),
    ("f_dash_missing.csv", [("Aldo Vestrin", -110, None), ("Bram Wolcott", None, -110), ("Cyril Xandri", None, None),
                            ("Dario Yarrow", -110, None)]),
])  # fmt: skip
def test_each_form_of_odds_is_the_price_that_it_means(
    bare: DuckDB, cases: Path, name: str, expected: list[tuple[str, int | None, int | None]]
) -> None:
    folder = cases / "14-odds-forms"
    ingest_files(bare, folder / "schedule.csv", folder / "player_box.csv", folder / name)
    assert values(bare, PRICES) == expected


def test_ids_that_were_numbers_name_their_games_and_rounded_ones_say_so(bare: DuckDB, cases: Path) -> None:
    report = ingested(bare, cases / "05-ids-as-floats")
    lost = {Path(file.path).name: file.note for file in report.files if file.quarantined}
    assert list(lost) == ["h_scientific.csv"]
    assert "is rounded" in str(lost["h_scientific.csv"])
    assert values(bare, "SELECT COUNT(*), COUNT(DISTINCT game_id) FROM nba_raw.nbac_player_boxscore") == [(72, 4)]


def test_tables_from_pages_give_their_rows(bare: DuckDB, cases: Path) -> None:
    report = ingested(bare, cases / "06-scraped-table")
    assert report.exit_status == 0
    assert values(bare, "SELECT COUNT(*), COUNT(DISTINCT game_id) FROM nba_raw.nbac_player_boxscore") == [(72, 4)]
    reasons = [str(row[0]) for row in values(bare, "SELECT reason FROM nba_raw.quarantine ORDER BY row_number")]
    assert reasons[0] == "the line repeats the column names"
    assert len(reasons) == 2


def test_who_did_not_play_is_told_by_the_comment_of_a_box_score(bare: DuckDB, cases: Path) -> None:
    assert ingested(bare, cases / "01-v2-boxscore-dnp").total("quarantined") == 0
    assert values(bare, "SELECT not_playing_reason, minutes, points FROM nba_raw.nbac_player_boxscore"
                        " WHERE NOT played_flag ORDER BY player_id") == [
        ("DNP - Coach's Decision", 0.0, 0), ("DND - Injury/Illness", 0.0, 0), ("NWT - Not With Team", 0.0, 0),
    ]  # fmt: skip


def test_game_logs_of_teams_count_five_players(bare: DuckDB, cases: Path) -> None:
    assert ingested(bare, cases / "03-teamgamelogs-min48").exit_status == 0
    assert values(bare, "SELECT DISTINCT minutes FROM nba_raw.nbac_team_boxscore") == [(240.0,)]
