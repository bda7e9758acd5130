"""Tables of queries and reports."""

import sys
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import duckdb
import pytest

import hoopcast
from hoopcast.errors import StatementError, UsageError
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.result import FILE_FORMATS, FileFormat, Table


@dataclass(frozen=True)
class Line:
    """One of each kind of value."""

    player: str
    points: int
    share: float | None
    day: date
    seen: datetime | None
    played: bool


LINES = [
    Line("Nikola Jokić", 46, 0.5, date(2022, 3, 6), datetime(2022, 3, 6, 1, 2, 3), played=True),  # noqa: DTZ001
    Line("it's", 0, None, date(2022, 3, 7), None, played=False),
]
TYPES = ("VARCHAR", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP", "BOOLEAN")


def read(path: Path, columns: str = "*") -> list[tuple[object, ...]]:
    return duckdb.connect().execute(f"SELECT {columns} FROM '{path}'").fetchall()


def test_a_report_has_the_types_of_its_data_class() -> None:
    table = Table.of(Line, LINES)
    assert table.columns == ("player", "points", "share", "day", "seen", "played")
    assert table.types == TYPES
    assert [row["points"] for row in table] == [46, 0]
    assert Table.of(Line, []).types == TYPES


@pytest.mark.parametrize("lines", [LINES, []], ids=["full", "empty"])
def test_every_shape_has_every_row(lines: list[Line]) -> None:
    table = Table.of(Line, lines)
    assert [tuple(row.values()) for row in table.arrow().to_pylist()] == table.rows
    assert table.polars().rows() == table.rows
    assert len(table.pandas()) == len(lines)


@pytest.mark.parametrize("file_format", FILE_FORMATS)
def test_a_file_has_every_row(tmp_path: Path, file_format: FileFormat) -> None:
    path = tmp_path / f"it's.{file_format}"
    assert Table.of(Line, LINES).write(path) == 2
    quoted = Path(str(path).replace("'", "''"))
    assert read(quoted, "player, points, share, day, played") == [
        (line.player, line.points, line.share, line.day, line.played) for line in LINES
    ]
    assert [left.name for left in tmp_path.iterdir()] == [path.name]


def test_a_table_is_as_long_as_it_has_rows_and_true_if_it_has_any(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = DuckDB("duckdb://:memory:")
    engine.execute("CREATE TABLE line AS SELECT range AS points FROM range(12)")
    query, none = engine.select("FROM line"), engine.select("FROM line WHERE points > 99")
    assert (len(query), len(none), len(Table.of(Line, LINES)), len(Table.of(Line, []))) == (12, 0, 2, 0)
    assert (len(engine.select("DESCRIBE line")), len(engine.select("SELECT $a AS a", {"a": 1}))) == (1, 1)
    assert [bool(table) for table in (query, engine.select("FROM line"), Table.of(Line, LINES))] == [True] * 3
    assert [bool(table) for table in (none, engine.select("SELECT 1 LIMIT 0"), Table.of(Line, []))] == [False] * 3
    fresh = engine.select("FROM line")
    with monkeypatch.context() as patch:
        patch.setattr(duckdb.DuckDBPyRelation, "aggregate", None)
        assert len(list(fresh)) == len(fresh) == 12
    engine.execute("DELETE FROM line WHERE points > 4")
    assert len(list(fresh)) == len(fresh) == 5


def test_a_stream_gets_what_a_file_would(tmp_path: Path) -> None:
    for file_format in FILE_FORMATS:
        path, stream = tmp_path / f"lines.{file_format}", BytesIO()
        assert Table.of(Line, LINES).write(path) == Table.of(Line, LINES).write(stream, file_format) == 2
        assert stream.getvalue() == path.read_bytes()
    stream = BytesIO()
    Table.of(Line, LINES).write(stream)
    assert stream.getvalue() == (tmp_path / "lines.csv").read_bytes()


def test_a_file_that_fails_on_the_way_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text("before\n", "utf-8")
    query = "SELECT CAST(CASE WHEN range < 5000 THEN '1' ELSE 'x' END AS BIGINT) AS points FROM range(5001)"
    with pytest.raises(StatementError, match="Could not convert"):
        DuckDB("duckdb://:memory:").select(query).write(path)
    assert path.read_text("utf-8") == "before\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["points", "points.xlsx", "points.csv.gz"])
def test_an_ending_of_no_known_format_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"does not end in \.parquet, \.csv or \.json"):
        Table.of(Line, LINES).write(tmp_path / name)


def test_a_shape_whose_library_is_absent_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("pyarrow", "polars"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError, match=r"this needs pyarrow: .*, else `pip install 'hoopcast\[arrow\]'`"):
        Table.of(Line, LINES).arrow()
    with pytest.raises(UsageError, match=r"this needs polars: .*'hoopcast\[polars\]'"):
        Table.of(Line, LINES).polars()


def test_a_table_shows_its_first_rows_and_must_be_read_before_it_is_closed(tmp_path: Path) -> None:
    with hoopcast.open(str(tmp_path / "new.duckdb")) as warehouse:
        table = warehouse.query("SELECT range AS points FROM range(12)")
        assert repr(table).splitlines() == ["points", *map(str, range(10)), "... and more rows"]
        assert "<td>9</td></tr></tbody>" in table._repr_html_()
    with pytest.raises(hoopcast.HoopcastError, match="read the table before the warehouse is closed"):
        list(table)
