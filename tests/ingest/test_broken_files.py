"""A file that can not be read is reported in one line, and the others land."""

import gzip
import json
from pathlib import Path

import pytest

from hoopcast.errors import UsageError
from hoopcast.warehouse.duckdb import DuckDB
from tests.ingest.small_season import (
    SCHEDULE,
    game,
    ingest_files,
    land,
    pack,
    player_line,
    prop,
    shot,
    values,
    write_csv,
    write_json,
    write_json_lines,
    write_parquet,
    write_result_sets,
)

BOX = json.dumps([player_line()]).encode()
BROKEN: list[tuple[str, bytes, str]] = [
    ("nothing.csv", b"", "is empty"),
    ("blanks.json", b" \n\n ", "is empty"),
    ("nothing.parquet", b"", "is empty"),
    ("nothing.csv.gz", gzip.compress(b""), "is empty"),
    ("no_gzip.csv.gz", b"game_id,player_id,starter\n", "is named .gz and is not packed by gzip"),
    ("cut.json.gz", gzip.compress(BOX * 50)[:40], "is packed by gzip and damaged"),
    ("cut.parquet", b"PAR1" + bytes(200), "can not be read as parquet"),
    ("bytes.csv", bytes(range(32)) * 4, "is neither Parquet nor CSV nor JSON"),
    ("utf16.csv", "game_id,player_id,starter\n".encode("utf-16"), "is UTF-16; save it as UTF-8"),
    ("latin1.csv", "game_id,player_id,starter,pr\u00e9nom\n".encode("latin-1"), "column names that are not UTF-8"),
    ("latin1.json", '[{"n": "Doncić"}]'.encode("iso8859-2"), "is JSON that is not UTF-8"),
    ("cut.json", BOX[:-20], "is damaged JSON (line 1"),
    ("number.json", b"[1, 2", "is damaged JSON"),
    ("numbers.json", b"[1, 2]", "fits no table by its columns; it has: not_a_record"),
    ("list.json", b"[]", "fits no table by its columns; it has: none"),
    ("answer.json", b'{"Message": "An error has occurred."}', "fits no table by its columns; it has: Message"),
    ("renamed.json", b'{"resultSet2": [], "resource": "x"}', "has none of the known keys"),
    ("object.json", b"{}", "has none of the known keys"),
    ("unnamed_sets.json", b'{"resultSets": [{"name": "x", "rowSet": []}]}', "lacks the key 'headers'"),
    (
        "ragged_sets.json",
        b'{"resultSets": [{"headers": ["a", "b"], "rowSet": [[1]]}]}',
        "without exactly its 2 columns",
    ),
    ("schedule_v3.json", b'{"leagueSchedule": {"days": []}}', "'leagueSchedule' lacks the key 'gameDates'"),
    ("box_v4.json", b'{"boxScoreTraditional": {"gameId": "0022100001", "home": {}}}', "lacks the key 'homeTeam'"),
    ("pbp_v4.json", b'{"game": {"gameId": "0022100001", "events": []}}', "'game' lacks the key 'actions'"),
    ("deep.json", b"[" * 100_000, "is JSON nested too deep"),
    ("notes.csv", b"a,b\n1,2\n", "fits no table by its columns; it has: a, b"),
    ("player_box.csv", b"GAME_ID,PLAYER_ID,PTS\n1,2,3\n", "lacks PLAYER_NAME"),
    ("twice.csv", b"game_id,player_id,starter,starter\n1,2,1,1\n", "has two columns named 'starter'"),
]


@pytest.mark.parametrize(("name", "content", "error"), BROKEN, ids=[name for name, _, _ in BROKEN])
def test_a_broken_file_is_one_line_and_the_others_land(
    bare: DuckDB, tmp_path: Path, name: str, content: bytes, error: str
) -> None:
    good = write_csv(tmp_path / "schedule.csv", SCHEDULE)
    broken = tmp_path / name
    broken.write_bytes(content)
    report = ingest_files(bare, broken, good)
    (line,) = report.errors
    assert line.startswith(f"{broken} ")
    assert error in line
    assert "\n" not in line
    assert report.total("added") == 3


def test_a_path_that_does_not_exist_is_an_error_and_the_others_land(bare: DuckDB, tmp_path: Path) -> None:
    report = ingest_files(bare, tmp_path / "absent.csv", write_csv(tmp_path / "schedule.csv", SCHEDULE))
    assert report.errors == (f"{tmp_path / 'absent.csv'} can not be read: No such file or directory",)
    assert report.total("added") == 3


def test_a_truncated_parquet_file_is_an_error(bare: DuckDB, tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "schedule.parquet", SCHEDULE)
    path.write_bytes(path.read_bytes()[:-30])
    assert "can not be read as parquet" in ingest_files(bare, path).errors[0]


def test_parquet_with_columns_of_no_table_is_an_error(bare: DuckDB, tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "x.parquet", [{"a": 1}])
    assert ingest_files(bare, path).errors == (f"{path} fits no table by its columns; it has: a",)


@pytest.mark.parametrize("name", ["schedule.csv", "schedule.json", "schedule.parquet"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_file_without_rows_is_noted(bare: DuckDB, tmp_path: Path, name: str, *, packed: bool) -> None:
    path = tmp_path / name
    if path.suffix == ".csv":
        path.write_text(",".join(game()) + "\n", "utf-8")
    elif path.suffix == ".json":
        path.write_text(json.dumps({"resultSets": [{"headers": list(game()), "rowSet": []}]}), "utf-8")
    else:
        bare.execute(f"COPY (SELECT '' AS {', 0 AS '.join(game())} LIMIT 0) TO '{path}' (FORMAT parquet)")
    report = land(bare, pack(path) if packed else path)
    assert (report.error, report.note, report.read, report.table) == (None, "has no rows", 0, "nba_raw.nbac_schedule")


def test_what_a_folder_holds_beside_data_is_left_with_a_note(bare: DuckDB, tmp_path: Path) -> None:
    write_csv(tmp_path / "schedule.csv", SCHEDULE)
    for index in range(300):
        (tmp_path / f"picture_{index}.png").write_bytes(b"\x89PNG")
    (tmp_path / "prices.csv").write_text("fruit,price\napple,1\n", "utf-8")
    (tmp_path / ".hidden.csv").write_text("nobody,reads\n", "utf-8")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "index.csv").write_text("nobody,reads\n", "utf-8")
    report = ingest_files(bare, tmp_path)
    assert report.errors == ()
    assert len(report.notes) == 301
    assert f"{tmp_path / 'prices.csv'} fits no table by its columns; it has: fruit, price" in report.notes
    assert report.total("added") == 3


def test_json_of_no_known_shape_is_an_error_even_within_a_folder(bare: DuckDB, tmp_path: Path) -> None:
    (tmp_path / "pbp.json").write_text('{"play_by_play": {"actions": []}}', "utf-8")
    assert "has none of the known keys" in ingest_files(bare, tmp_path).errors[0]


def test_links_in_a_circle_end_and_a_file_reached_twice_is_read_once(bare: DuckDB, tmp_path: Path) -> None:
    folder = tmp_path / "saison 2021-22 ÄÖ 🏀"
    folder.mkdir()
    write_csv(folder / "plan [1]*.csv", SCHEDULE)
    (folder / "again").symlink_to(folder)
    (folder / "twin.csv").symlink_to(folder / "plan [1]*.csv")
    (folder / "self").symlink_to(folder / "self")
    report = ingest_files(bare, folder, folder / "again")
    assert report.errors == ()
    assert report.total("read") == 3


def test_a_name_that_is_no_utf8_is_an_error(bare: DuckDB, tmp_path: Path) -> None:
    path = Path(str(tmp_path).encode().decode() + "/schedule\udcff.csv")
    path.write_text("game_id\n", "utf-8")
    (line,) = ingest_files(bare, path).errors
    assert line.endswith("schedule\\udcff.csv has a name that is not UTF-8; rename it")


@pytest.mark.parametrize(
    ("text", "landed", "reasons"),
    [
        ("{header}\n{row},1\n{row}\n", 1, ["expected number of columns: 4 found: 5"]),
        ("{header}\n0022100001,201142\n{row}\n", 1, ["expected number of columns: 4 found: 2"]),
        ('{header}\n{row}\n0022100001,2544,"LeBron,1\n', 1, ["unterminated quote"]),
        ("\ufeff{header}\r\n{row}\r\n", 1, []),
        ("{header}\n\n{row}\n\n\n", 1, []),
        ("{header}\n{row}", 1, []),
    ],
)  # fmt: skip
def test_lines_that_can_not_be_split_are_quarantined(
    engine: DuckDB, tmp_path: Path, text: str, landed: int, reasons: list[str]
) -> None:
    path = tmp_path / "starters.csv"
    header, row = "game_id,player_id,player_name,starter", "0022100001,201142,Kevin Durant,True"
    path.write_text(text.format(header=header, row=row), "utf-8", newline="")
    report = land(engine, path)
    assert (report.added, report.quarantined) == (landed, len(reasons))
    found = values(engine, "SELECT reason FROM nba_raw.quarantine")
    assert all(reason in str(line) for reason, (line,) in zip(reasons, found, strict=True))


def test_a_row_after_a_rejected_line_keeps_its_place(engine: DuckDB, tmp_path: Path) -> None:
    lines = ["game_id,player_id,starter", "0022100001,1,True", "a,b", "0022100001,2,True", "x,y", "0022100001,3,maybe"]
    (tmp_path / "starters.csv").write_text("\n".join(lines), "utf-8")
    report = land(engine, tmp_path / "starters.csv")
    assert (report.read, report.added, report.quarantined) == (5, 2, 3)
    assert values(engine, "SELECT row_number FROM nba_raw.quarantine ORDER BY 1") == [(2,), (4,), (5,)]


def test_a_byte_that_is_no_utf8_breaks_its_row_alone(engine: DuckDB, tmp_path: Path) -> None:
    path = tmp_path / "starters.csv"
    path.write_bytes(b"game_id,player_id,player_name,starter\n0022100001,1,Jos\xe9,1\n0022100001,2,X,1\n")
    assert (land(engine, path).added, land(engine, path).quarantined) == (1, 1)


def test_a_line_of_json_that_is_cut_is_quarantined(engine: DuckDB, tmp_path: Path) -> None:
    path = write_json_lines(tmp_path / "player_box.jsonl", [player_line(), player_line(PLAYER_ID=2544)])
    path.write_text(path.read_text("utf-8") + '{"GAME_ID": "00221', "utf-8")
    report = land(engine, path)
    assert (report.read, report.added, report.quarantined) == (3, 2, 1)


def test_a_failed_transaction_leaves_nothing_of_its_file(engine: DuckDB, tmp_path: Path) -> None:
    rows = [player_line(), player_line(GAME_ID="0022100002", GAME_DATE="2021-10-20", TEAM_ABBREVIATION="LAL")]
    report = ingest_files(engine, write_csv(tmp_path / "box.csv", rows), season="2020-21")
    assert report.errors[0].endswith(
        "has rows of 2021-22, not of 2020-21 alone; leave the season out, or name the right one"
    )
    for name in ("nbac_player_boxscore", "quarantine"):
        assert values(engine, f"SELECT COUNT(*) FROM nba_raw.{name}") == [(0,)]


@pytest.mark.parametrize(("options", "error"), [
    ({"season": "2021"}, "is not a season"), ({"table": "nbac_scores"}, "no table 'nbac_scores'"),
    ({"table": "ingested_file"}, "is no table that a file can be ingested into"),
])  # fmt: skip
def test_options_that_name_nothing_are_refused(
    bare: DuckDB, tmp_path: Path, options: dict[str, str], error: str
) -> None:
    with pytest.raises(UsageError, match=error):
        ingest_files(bare, tmp_path, **options)


def test_a_named_table_is_asked_for_its_columns(engine: DuckDB, tmp_path: Path) -> None:
    report = ingest_files(engine, write_csv(tmp_path / "x.csv", [shot()]), table="nbac_player_boxscore")
    assert "lacks PLAYER_NAME, MIN, FGM" in report.errors[0]


def test_files_are_recognised_by_contents_whatever_their_name(engine: DuckDB, tmp_path: Path) -> None:
    named_wrong = write_json(tmp_path / "schedule.csv", [player_line()])
    props = write_result_sets(tmp_path / "shots.txt", [prop()])
    report = ingest_files(engine, named_wrong, props)
    assert [file.table for file in report.files] == ["nba_raw.nbac_player_boxscore", "nba_raw.points_prop_line"]
    assert report.total("added") == 2
