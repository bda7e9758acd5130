"""What `python -m benchmarks` measures, one piece of work a process: reads its arguments as JSON, prints what it took.

Everything is measured between opening and closing the warehouse, so that no time hides in a checkpoint at the end.
"""

import json
import re
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import hoopcast
from benchmarks import tools
from benchmarks.plain import run_plain
from benchmarks.tables import COMPUTED_BY_PANDAS, COMPUTED_BY_POLARS, INPUTS, LEARNED
from hoopcast.graph import ALL_SYSTEMS
from hoopcast.pipeline.node import sql_nodes
from hoopcast.pipeline.plan import Selection
from hoopcast.pipeline.ranges import SeasonDate
from hoopcast.pipeline.run import RunOptions, RunReport, run
from hoopcast.warehouse.engine import Parameters

THREADS = 2
FEATURES = ("analytics", "precompute", "features")
TRAINED = "nba_predictions.trained_model"
# Both sides are rounded to 6 decimals: no more than one step of the last.
_ONE_STEP = 1.5e-6
Figures = dict[str, float]
# Which statement of a run is what, the first that fits.
_PARTS = {
    "the models' SELECTs": r"TEMP TABLE hoopcast_stage",
    "expected rows": r"TEMP TABLE hoopcast_spine",
    "writing rows": r"^(INSERT INTO|DELETE FROM) nba_(analytics|precompute|predictions)",
    "ledger, plan and failures": r"nba_orchestration|hoopcast_partition|hoopcast_newest",
    "checks and fingerprints": r"hoopcast_stage|hoopcast_spine",
    "transactions": r"^(BEGIN|COMMIT)",
    "checkpoint": r"^CHECKPOINT",
}
_REST = "Python, preflight and the copy for readers"


def simulate(folder: str, seasons: list[str]) -> Figures:
    """Write simulated seasons as files."""
    from hoopcast.league import simulate as drawn  # noqa: PLC0415 - no other work draws
    from hoopcast.league import write  # noqa: PLC0415 - the same

    began = time.perf_counter()
    write(drawn(tuple(seasons), seed=1), folder)
    return {"seconds": time.perf_counter() - began}


def moves_of(league: str, seasons: list[str], output: str) -> Figures:
    """The injured-list moves of some seasons, from July to June, out of the file of all."""
    import duckdb  # noqa: PLC0415 - no other work is without Hoopcast

    first, last = (f"{year}-07-01" for year in (seasons[0][:4], int(seasons[-1][:4]) + 1))
    with duckdb.connect() as connection:
        moves = connection.read_parquet(f"{league}/injury_transactions.parquet")
        moves.filter(f"Date >= '{first}' AND Date < '{last}'").write_parquet(output)
    return {}


def ingest(warehouse: str, paths: list[str]) -> Figures:
    """Ingest files into a warehouse."""
    began = time.perf_counter()
    with hoopcast.open(warehouse, threads=THREADS) as opened:
        opened.ingest(*paths)
    return {"seconds": time.perf_counter() - began}


def prepare(warehouse: str, seasons: list[str]) -> Figures:
    """Write seasons with every stage of theirs, so that nothing before the next season is missing."""
    began = time.perf_counter()
    with hoopcast.open(warehouse, threads=THREADS) as opened:
        for season in seasons:
            opened.backfill(*FEATURES, season=season, stage="all", skip_preflight=True)
    return {"seconds": time.perf_counter() - began}


def backfill(warehouse: str, season: str | None = None, day: str | None = None) -> Figures:
    """Write the features of a season, of a date anew, or of all that is ingested, learning who will play aside."""
    began = time.perf_counter()
    with hoopcast.open(warehouse, threads=THREADS) as opened:
        dates = (date.fromisoformat(day),) if day else ()
        report = opened.backfill(*FEATURES, resume=not day, season=season, dates=dates)
    seconds = time.perf_counter() - began
    # Who will play is learned and foretold by no SQL: its cost stands beside those of forecasts.
    seconds -= learned(report)
    if report.exit_status:
        raise SystemExit("dates failed or are blocked; a benchmark of that says nothing")
    return {
        "seconds": seconds,
        "rows": sum(table.rows for table in report.tables),
        "computed by Polars": sum(table.seconds for table in report.tables if table.table in COMPUTED_BY_POLARS),
        "computed by pandas": sum(table.seconds for table in report.tables if table.table in COMPUTED_BY_PANDAS),
    }


def learned(report: RunReport) -> float:
    """Seconds of learning who will play and of foretelling it, which is done by no SQL."""
    return sum(table.seconds for table in report.tables if table.table == LEARNED or "/" in table.table)


def grown(warehouse: str, paths: list[str]) -> Figures:
    """Ingest files and bring all up to date, learning included, with the systems that the environment names."""
    began = time.perf_counter()
    with hoopcast.open(warehouse, threads=THREADS) as opened:
        opened.ingest(*paths)
        ingested = time.perf_counter() - began
        report = opened.backfill()
    if report.exit_status:
        raise SystemExit("dates failed or are blocked; a benchmark of that says nothing")
    seconds = time.perf_counter() - began
    taught = sum(table.seconds for table in report.tables if table.table.startswith(TRAINED))
    return {"seconds": seconds, "ingested": ingested, "learned": taught, "grown": seconds - taught}


def read_input(paths: list[str]) -> Figures:
    """Read every cell of files with nothing but DuckDB: what no pipeline can be faster than."""
    import duckdb  # noqa: PLC0415 - no other work is without Hoopcast

    files = [file for path in paths for file in ([path] if path.endswith(".parquet") else Path(path).glob("*.parquet"))]
    began = time.perf_counter()
    with duckdb.connect(config={"threads": THREADS}) as connection:
        rows = 0
        for file in files:
            row = connection.execute(f"SELECT COUNT(*), BIT_XOR(hash(one)) FROM '{file}' AS one").fetchone()
            rows += int(row[0]) if row else 0
    return {"seconds": time.perf_counter() - began, "rows": rows}


def parts(warehouse: str, season: str) -> Figures:
    """Seconds of a season by what they are spent on."""
    spent: dict[str, float] = defaultdict(float)
    with hoopcast.open(warehouse, threads=THREADS) as opened:
        engine = opened.engine

        def timed(statement: Callable[[str, Parameters | None], Any]) -> Callable[..., Any]:
            def measured(sql: str, parameters: Parameters | None = None) -> Any:  # noqa: ANN401 - as the engine has it
                began = time.perf_counter()
                try:
                    return statement(sql, parameters)
                finally:
                    part = next((name for name, pattern in _PARTS.items() if re.search(pattern, sql.strip())), _REST)
                    spent[part] += time.perf_counter() - began

            return measured

        engine.execute, engine.query = timed(engine.execute), timed(engine.query)  # type: ignore[method-assign]
        began = time.perf_counter()
        report = opened.backfill(*FEATURES, season=season)
    spent[_REST] += time.perf_counter() - began - sum(spent.values()) - learned(report)
    return {name: spent[name] for name in (*_PARTS, _REST)}


def plain(warehouse: str, like: str, season: str | None = None, day: str | None = None) -> Figures:
    """Write the same rows by the same compiled SQL with nothing but DuckDB."""
    return run_plain(warehouse, like, season, day, THREADS)


def tool_project(tool: str, like: str, season: str, folder: str) -> Figures:
    """Write the project of dbt or SQLMesh, and a warehouse for it."""
    tools.prepared(tools.TOOLS[tool], like, season, Path(folder), THREADS)
    return {}


def tool_rows(tool: str, like: str, folder: str) -> Figures:
    """Need each table of a tool to have as many rows as Hoopcast's."""
    if other := tools.differing(like, str(tools.database_of(Path(folder)))):
        raise SystemExit(f"{tool}: {'; '.join(other)}")
    return {}


def dates_alone(warehouse: str, days: list[str], season: str) -> Figures:
    """Write dates one at a time by the same runner, without opening the warehouse for each: their mean."""
    nodes = ALL_SYSTEMS.nodes
    names = tuple(model.name for model in sql_nodes())
    took = []
    with hoopcast.open(warehouse, threads=THREADS) as opened:
        for day in days:
            dates = (SeasonDate(season, date.fromisoformat(day)),)
            selection = Selection(names, dates, again=names, upstream="none")
            began = time.perf_counter()
            run(opened.engine, nodes, selection, RunOptions("one date at a time"))
            took.append(time.perf_counter() - began)
    return {"seconds": sum(took) / len(took), "least": min(took), "most": max(took)}


def export(warehouse: str, folder: str) -> Figures:
    """Write what Polars begins with."""
    began = time.perf_counter()
    with hoopcast.open(warehouse, threads=THREADS) as opened:
        for name, table in INPUTS.items():
            opened.query(f"SELECT * FROM {table}").write(Path(folder) / f"{name}.parquet", "parquet")
    return {"seconds": time.perf_counter() - began}


def polars(folder: str, seasons: list[str], output: str) -> Figures:
    """Compute the features in Polars and write them to a Parquet file."""
    from benchmarks.polars_features import features_of_seasons  # noqa: PLC0415 - no other work imports Polars

    began = time.perf_counter()
    features = features_of_seasons(Path(folder), seasons)
    features.write_parquet(output)
    return {"seconds": time.perf_counter() - began, "rows": len(features)}


def pandas(folder: str, seasons: list[str], output: str) -> Figures:
    """Compute half of the features in pandas and write them to a Parquet file."""
    from benchmarks import pandas_features  # noqa: PLC0415 - no other work imports pandas

    began = time.perf_counter()
    features = pandas_features.features_of_seasons(Path(folder), seasons)
    features.to_parquet(output)
    return {"seconds": time.perf_counter() - began, "rows": len(features)}


def compare(warehouse: str, output: str, seasons: list[str]) -> Figures:
    """Largest difference from the feature store, and how many features differ by over 1e-6 somewhere."""
    import polars as pl  # noqa: PLC0415 - the name is a function's here

    theirs = pl.read_parquet(output)
    with hoopcast.open(warehouse, threads=THREADS) as opened:
        ours = opened.query("SELECT * FROM nba_predictions.ml_feature_store").polars()
    ours = ours.filter(pl.col("season").is_in(seasons))
    both = ours.join(theirs, on=["game_id", "player_id"], suffix="_theirs")
    # They compute games of the playoffs as well, of which Hoopcast writes what the next season needs.
    if len(ours) != len(both):
        raise SystemExit(f"the feature store has {len(ours)} rows, of which they have {len(both)}")
    columns = [name for name in theirs.columns if name not in ("game_id", "player_id")]
    pairs = {name: (pl.col(name).cast(pl.Float64), pl.col(f"{name}_theirs").cast(pl.Float64)) for name in columns}
    absent = both.select((a.is_null() != b.is_null()).sum().alias(name) for name, (a, b) in pairs.items()).row(0)
    if any(absent):
        differing = ", ".join(f"{name} in {rows} rows" for name, rows in zip(pairs, absent, strict=True) if rows)
        raise SystemExit(f"NULL in one of both feature stores, and not in the other: {differing}")
    most = both.select((a - b).abs().max().alias(name) for name, (a, b) in pairs.items()).row(0)
    beyond = both.select(((a - b).abs() > _ONE_STEP).any().alias(name) for name, (a, b) in pairs.items()).row(0)
    return {"features": len(columns), "beyond": sum(beyond), "most": max(value or 0.0 for value in most)}


_WORK: dict[str, Callable[..., Figures]] = {
    work.__name__: work
    for work in (
        simulate, moves_of, ingest, prepare, backfill, grown, read_input, parts, plain, dates_alone, export, polars,
        pandas, compare, tool_project, tool_rows,
    )
}  # fmt: skip


def main(arguments: Sequence[str]) -> None:
    """Do one piece of work and print its figures."""
    name, given = arguments[0], json.loads(arguments[1])
    if source := given.pop("copy_of", None):
        Path(f"{given['warehouse']}.wal").unlink(missing_ok=True)
        shutil.copy(source, given["warehouse"])
    print(json.dumps(_WORK[name](**given)))


if __name__ == "__main__":
    main(sys.argv[1:])
