"""A small league to try the lessons on, and short ways to ask it."""

from collections.abc import Sequence
from pathlib import Path

from hoopcast import Hoopcast
from hoopcast.settings import Settings
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.engine import Parameters, Rows, Value
from hoopcast.warehouse.schema import prepare

FEATURES = "nba_predictions.ml_feature_store"
POPULATION = "nba_analytics.upcoming_player_game_context"
BOX = "nba_raw.nbac_player_boxscore"
SHOTS = "nba_raw.nbac_shot"
LINES = "nba_raw.points_prop_line"
SCHEDULE = "nba_raw.nbac_schedule"
SEASON = "2021-22"


class Counted(DuckDB):
    """A warehouse that counts its statements."""

    statements = 0

    def execute(self, sql: str, parameters: Parameters | None = None) -> None:
        """Run a statement, and count it."""
        self.statements += 1
        super().execute(sql, parameters)

    def query(self, sql: str, parameters: Parameters | None = None) -> Rows:
        """Run a query, and count it."""
        self.statements += 1
        return super().query(sql, parameters)


def new_warehouse(engine: DuckDB | None = None) -> Hoopcast:
    """A warehouse in memory without a row."""
    made = engine or DuckDB("duckdb://:memory:", threads=1)
    prepare(made)
    return Hoopcast(made, Settings(), "hoopcast backfill")


def rows(warehouse: Hoopcast, sql: str, **values: Value | Sequence[Value]) -> list[tuple[Value, ...]]:
    """Rows of a query."""
    return warehouse.engine.query(sql, values or None).rows


def count(warehouse: Hoopcast, source: str, **values: Value | Sequence[Value]) -> int:
    """Number of rows of a table, with or without a condition."""
    return int(str(rows(warehouse, f"SELECT COUNT(*) FROM {source}", **values)[0][0]))


def write_all(warehouse: Hoopcast, *tables: str, season: str | None = None) -> int:
    """Write tables anew, whatever the plan thinks of them; the exit status."""
    dates = {} if season is None else {"season": season}
    report = warehouse.backfill(
        *tables,
        resume=False,
        skip_preflight=True,
        stage="all",
        **dates,  # type: ignore[arg-type]
    )
    return report.exit_status


def write_features(warehouse: Hoopcast) -> int:
    """Write the features of `SEASON` and all that they are made of anew; the exit status."""
    phases = ("analytics", "precompute", "features")
    nodes = [node.name for node in warehouse.graph.nodes if node.table.phase in phases]
    return write_all(warehouse, *nodes, season=SEASON)


def season_files(files: Path, season: str = SEASON) -> dict[str, Path]:
    """Files of a season by table."""
    return {path.stem: path for path in sorted((files / season).iterdir())}
