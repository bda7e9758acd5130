"""What is read is what a file holds: nothing of its folder's name, and no column that another one hides."""

import json
from pathlib import Path

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from hoopcast.ingest.files import open_file
from hoopcast.ingest.staging import stage, tables_of_file
from hoopcast.warehouse.duckdb import DuckDB
from tests.ingest.small_season import (
    SCHEDULE,
    Row,
    ingest_files,
    land,
    pack,
    player_line,
    values,
    write_csv,
    write_json,
    write_json_lines,
    write_parquet,
    write_result_sets,
)

BOX = "SELECT player_id, points, plus_minus FROM nba_raw.nbac_player_boxscore ORDER BY player_id"
LINES = [player_line(), player_line(PLAYER_ID=2), player_line(PLAYER_ID=3)]
WRITERS = {"csv": write_csv, "parquet": write_parquet, "json": write_json}


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("folder", ["dt=2021-11-01", "PLUS_MINUS=77", "c0=77", "row_number=1", "PTS=7/GAME_ID=9"])
@pytest.mark.parametrize("is_packed", [False, True], ids=["plain", "packed"])
def test_a_folder_that_is_called_as_a_column_brings_no_value(
    engine: DuckDB, tmp_path: Path, kind: str, folder: str, *, is_packed: bool
) -> None:
    (tmp_path / folder).mkdir(parents=True)
    path = WRITERS[kind](tmp_path / f"box.{kind}", LINES).rename(tmp_path / folder / f"box.{kind}")
    report = land(engine, pack(path) if is_packed else path)
    assert (report.read, report.added, report.quarantined) == (3, 3, 0)
    assert values(engine, BOX) == [(2, 22, -7.0), (3, 22, -7.0), (201142, 22, -7.0)]


def test_partitions_of_a_table_are_its_files(engine: DuckDB, tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        rows = write_json_lines(tmp_path / "rows.jsonl", LINES)
        connection.execute(
            f"COPY (SELECT * FROM read_json('{rows}')) TO '{tmp_path / 'box'}' (FORMAT parquet, PARTITION_BY PLAYER_ID,"
            " WRITE_PARTITION_COLUMNS)"
        )
    assert ingest_files(engine, tmp_path / "box").total("added") == 3
    assert [row[0] for row in values(engine, BOX)] == [2, 3, 201142]


def test_a_row_number_that_stands_twice_refuses_its_file(
    engine: DuckDB, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_parquet(tmp_path / "box.parquet", LINES)
    usual = engine.execute

    def square(sql: str, parameters: dict[str, object] | None = None) -> None:
        usual(sql.replace("row_number + 1 AS row_number", "1 AS row_number"), parameters)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "execute", square)
    report = land(engine, path)
    assert report.error == "can not be read: two of its rows have one number; save it anew"
    assert values(engine, BOX) == []


def header_twice(path: Path, kind: str, name: str, cell: object) -> Path:
    """A file of one line of box scores with one more column at its end."""
    names, cells = [*player_line(), name], [*player_line().values(), cell]
    if kind == "csv":
        path.write_text("\n".join(",".join(map(str, line)) for line in (names, cells)), "utf-8")
    elif kind == "result sets":
        path.write_text(json.dumps({"resultSets": [{"headers": names, "rowSet": [cells]}]}), "utf-8")
    else:
        pq.write_table(pa.table([[value] for value in cells], names=names), path)
    return path


@pytest.mark.parametrize("kind", ["csv", "result sets", "parquet"])
@pytest.mark.parametrize(("name", "says"), [
    ("PTS", "has two columns named 'PTS'"),
    ("Pts", "has two columns of one name, 'PTS' and 'Pts'"),
    ("PlusMinus", "has two columns of one name, 'PLUS_MINUS' and 'PlusMinus'"),
    ("matchup", "has two columns of one name, 'MATCHUP' and 'matchup'"),
])  # fmt: skip
def test_a_column_that_stands_twice_refuses_its_file(
    engine: DuckDB, tmp_path: Path, kind: str, name: str, says: str
) -> None:
    report = land(engine, header_twice(tmp_path / "box", kind, name, 77))
    assert report.error == f"{says}; leave one of them"
    assert values(engine, BOX) == []


@pytest.mark.parametrize("kind", ["csv", "result sets", "parquet"])
def test_another_column_with_the_meaning_of_one_that_is_not_read_is_no_fault(
    engine: DuckDB, tmp_path: Path, kind: str
) -> None:
    report = land(engine, header_twice(tmp_path / "box", kind, "match_up", "another"))
    assert (report.error, report.added) == (None, 1)


def test_columns_without_a_name_are_no_fault(engine: DuckDB, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "box.csv", LINES)
    path.write_text("".join(f"{line},,\n" for line in path.read_text("utf-8").splitlines()), "utf-8")
    assert land(engine, path).added == 3


@pytest.mark.parametrize(("other", "says"), [
    ("pts", "has two columns of one name, 'PTS' and 'pts'; leave one of them"),
    (" PTS ", "has two columns of one name, 'PTS' and ' PTS '; leave one of them"),
])  # fmt: skip
@pytest.mark.parametrize("writer", [write_json, write_json_lines])
def test_records_that_spell_a_column_in_two_ways_refuse_their_file(
    engine: DuckDB, tmp_path: Path, writer: type, other: str, says: str
) -> None:
    respelled: Row = {other if name == "PTS" else name: value for name, value in player_line(PLAYER_ID=2).items()}
    report = land(engine, writer(tmp_path / "box.json", [player_line(), respelled]))
    assert report.error == says


@pytest.mark.parametrize("text", ["[{}]", "{}", "{}\n{}"])
def test_a_record_that_has_a_key_twice_refuses_its_file(engine: DuckDB, tmp_path: Path, text: str) -> None:
    record = json.dumps(player_line()).removesuffix("}") + ', "PTS": 77}'
    path = tmp_path / "box.json"
    path.write_text(text.replace("{}", record), "utf-8")
    assert land(engine, path).error == "is JSON with an object that has 'PTS' twice; leave one of them"


def test_a_header_repeated_in_an_answer_that_no_table_reads_is_no_fault(engine: DuckDB, tmp_path: Path) -> None:
    path = write_result_sets(tmp_path / "answer.json", [player_line()])
    document = json.loads(path.read_text("utf-8"))
    document["resultSets"].append({"headers": ["SPOT", "SPOT"], "rowSet": [[1, 2]]})
    path.write_text(json.dumps(document), "utf-8")
    assert land(engine, path).added == 1


def test_a_nested_column_of_parquet_counts_as_one(engine: DuckDB, tmp_path: Path) -> None:
    rows = write_json_lines(tmp_path / "rows.jsonl", LINES)
    path = tmp_path / "box.parquet"
    nested = "{'PTS': 1, 'of': [{'PTS': 2}]} AS a, * EXCLUDE (PTS), MAP {'PTS': 3} AS b, PTS, [4] AS c"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT {nested} FROM read_json('{rows}')) TO '{path}' (FORMAT parquet)")
    with open_file(path, 1) as content:
        (table,) = tables_of_file(engine, content)
        staged = stage(engine, content, table)
    assert staged.columns == ("a", *(name for name in player_line() if name != "PTS"), "b", "PTS", "c")
    assert land(engine, path).added == 3
    assert values(engine, BOX)[0] == (2, 22, -7.0)


@pytest.mark.parametrize("writer", [write_csv, write_parquet])
@pytest.mark.parametrize("name", ["~", "~x", "~/x", "s3:/x"])
def test_a_file_within_a_folder_is_itself_whatever_its_name_begins_with(
    bare: DuckDB, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writer: type, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    path = Path(f"{name}.csv")
    path.parent.mkdir(parents=True, exist_ok=True)
    writer(tmp_path / path, SCHEDULE)
    assert ingest_files(bare, Path()).total("added") == 3
