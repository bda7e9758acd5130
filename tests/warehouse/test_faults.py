"""What DuckDB says, as this product says it."""

import subprocess
import sys
from pathlib import Path

WRITER = """
import resource, signal, sys
from hoopcast.errors import WarehouseError
from hoopcast.warehouse.duckdb import DuckDB

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
engine = DuckDB(sys.argv[1])
engine.execute("CREATE TABLE t AS SELECT hash(range) AS a FROM range(1000000)")
resource.setrlimit(resource.RLIMIT_FSIZE, (1000000, resource.RLIM_INFINITY))
for statement in ("CHECKPOINT", "SELECT 1"):
    try:
        engine.execute(statement)
    except WarehouseError as error:
        print(error)
"""


def test_what_made_a_file_unusable_is_told_by_its_first_cause(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WRITER, str(tmp_path / "nba.duckdb")], capture_output=True, text=True, check=False
    )
    first, later = done.stdout.splitlines()
    assert "File too large" in first
    for line in (first, later):
        assert "invalidated" not in line
        assert line.endswith("File too large")
