"""Where files for the user may be written, and what stands there afterwards."""

import os
import resource
import subprocess
import sys
from pathlib import Path
from threading import Thread

import duckdb
import pytest

from hoopcast.errors import UsageError
from hoopcast.paths import COMPANIONS
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.targets import replacing


def write(path: Path, text: str = "after") -> None:
    with replacing(path) as partial:
        partial.write_text(text, "utf-8")


@pytest.mark.parametrize("ending", ["", *COMPANIONS])
@pytest.mark.parametrize("is_open", [True, False])
def test_no_file_of_a_warehouse_is_replaced(tmp_path: Path, ending: str, is_open: bool) -> None:  # noqa: FBT001
    rows = DuckDB("duckdb://:memory:").select("SELECT 1 AS points")
    engine = DuckDB(str(tmp_path / "nba.duckdb"))
    if not is_open:
        engine.close()
    target = tmp_path / f"nba.duckdb{ending}"
    link, second = tmp_path / "link.csv", tmp_path / "second.csv"
    link.symlink_to(target)
    if not ending:
        os.link(target, second)
    before = target.read_bytes() if target.exists() and not is_open else None
    for path in (target, link, second) if not ending else (target, link):
        with pytest.raises(UsageError, match="belongs to a warehouse; name another file"):
            write(path)
        with pytest.raises(UsageError, match="belongs to a warehouse"):
            rows.write(path, "parquet")
    engine.close()
    if before is not None:
        assert target.read_bytes() == before


def test_the_refusal_leaves_the_warehouse_held(tmp_path: Path) -> None:
    path = tmp_path / "nba.duckdb"
    engine = DuckDB(str(path))
    with pytest.raises(UsageError):
        write(path)
    code = f"import duckdb; duckdb.connect({str(path)!r})"
    tried = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "Conflicting lock" in tried.stderr
    engine.close()
    duckdb.connect(str(path)).close()


def test_a_symbolic_link_stays_and_the_file_that_it_names_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "points.csv", tmp_path / "points.csv"
    real.write_text("before", "utf-8")
    real.chmod(0o600)
    link.symlink_to(real)
    write(link)
    assert link.is_symlink()
    assert real.read_text("utf-8") == "after"
    assert real.stat().st_mode & 0o777 == 0o600


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = Thread(target=lambda: read.append(pipe.read_text("utf-8")))
    reader.start()
    write(pipe)
    reader.join(10)
    assert read == ["after"]
    assert pipe.is_fifo()
    write(Path(os.devnull))
    assert not Path(os.devnull).is_file()


def test_what_killed_processes_left_is_swept_and_what_living_ones_write_is_not(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from hoopcast.warehouse.targets import partial_of\n"
        "with partial_of(Path(sys.argv[1])) as partial:\n"
        " partial.write_text('half'); print('written', flush=True); time.sleep(60)"
    )
    target = tmp_path / "points.csv"
    with subprocess.Popen([sys.executable, "-c", code, str(target)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "written\n"
        write(target)
        assert len(list(tmp_path.glob(".points.csv.*.hoopcast/points.csv"))) == 1
        other.kill()
    write(target)
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_of_a_like_name_that_a_user_made_stays(tmp_path: Path) -> None:
    (tmp_path / ".notes.hoopcast").mkdir()
    (tmp_path / ".notes.hoopcast" / "mine.txt").touch()
    write(tmp_path / "points.csv")
    assert (tmp_path / ".notes.hoopcast" / "mine.txt").exists()


def test_where_no_more_files_can_be_opened_a_file_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(list(Path("/proc/self/fd").iterdir())) - 1, most[1]))
    try:
        with pytest.raises(UsageError, match=r"points\.csv can not be written: Too many open files"):
            write(tmp_path / "points.csv")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, most)
    assert list(tmp_path.iterdir()) == []
