"""Are the forecasts that are scored those that would be made today?"""

from collections.abc import Collection, Iterable, Sequence

from hoopcast.evaluation.forecasts import level_of
from hoopcast.graph import Graph, nodes_of
from hoopcast.pipeline.lineage import closure
from hoopcast.pipeline.model import node_name
from hoopcast.pipeline.plan import Unit, plan
from hoopcast.pipeline.ranges import StageFilter, UnitDate
from hoopcast.warehouse.engine import Engine

GRADES = "nba_predictions.prediction_accuracy"
PROBABILITIES = "nba_precompute.availability"


def stale_forecasts(
    engine: Engine, graph: Graph, days: Iterable[UnitDate], systems: Collection[str], stage: StageFilter
) -> str:
    """One line that names the dates whose forecasts or grades are not up to date, and what mends them; else empty.

    Args:
        engine: the warehouse.
        graph: of the systems that run.
        days: dates of the range.
        systems: system_ids that are scored.
        stage: stage of the range.
    """
    stale = _stale(engine, days, {node_name(GRADES, system_id) for system_id in systems})
    if not stale:
        return ""
    found = sorted({unit.table.partition("/")[2] for unit in stale})
    run = {node.system_id for node in graph.nodes}
    left_out = () if run.issuperset(found) else sorted({name.removesuffix(f"_{level_of(name)}") for name in found})
    chosen = f"HOOPCAST_SYSTEMS={','.join(left_out)} " if left_out else ""
    return _told(f"forecasts or grades of {', '.join(found)}", stale, f"{chosen}hoopcast backfill grades", stage)


def stale_probabilities(engine: Engine, days: Iterable[UnitDate], stage: StageFilter) -> str:
    """One line that names the dates whose play probabilities are not up to date, and what mends them; else empty.

    Args:
        engine: the warehouse.
        days: dates of the range.
        stage: stage of the range.
    """
    stale = _stale(engine, days, {PROBABILITIES})
    return _told("play probabilities", stale, "hoopcast backfill availability", stage) if stale else ""


def _stale(engine: Engine, days: Iterable[UnitDate], wanted: Collection[str]) -> list[Unit]:
    """Units of some nodes that have rows and are not done."""
    every = nodes_of(None)
    read = {*wanted, *(edge.upstream for edge in closure(every) if edge.table in wanted)}
    units = plan(engine, tuple(node for node in every if node.name in read), list(days))
    return [unit for unit in units if unit.table in wanted and unit.rows and unit.state != "done"]


def _told(what: str, stale: Sequence[Unit], command: str, stage: StageFilter) -> str:
    dates = sorted({unit.date for unit in stale})
    counted = "1 date" if len(dates) == 1 else f"{len(dates)} dates"
    when = f"--dates {dates[0]}" if len(dates) == 1 else f"--start-date {dates[0]} --end-date {dates[-1]}"
    of_stage = "" if stage == "regular" else f" --stage {stage}"
    mended = f"`{command} {when}{of_stage}` makes them anew"
    return f"{what} on {counted} are not up to date, and scored as they stand; {mended}"
