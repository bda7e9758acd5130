"""What to beware of: scores too good to be true, rows left out, forecasts that are not up to date."""

from collections.abc import Collection, Iterable, Sequence

from hoopcast.evaluation.accuracy import Accuracy
from hoopcast.evaluation.populations import level_of
from hoopcast.graph import Graph, nodes_of
from hoopcast.pipeline.lineage import with_upstream
from hoopcast.pipeline.node import node_name
from hoopcast.pipeline.plan import Partition, plan
from hoopcast.pipeline.ranges import SeasonDate, StageFilter
from hoopcast.warehouse.engine import Engine

GRADES = "nba_predictions.prediction_accuracy"
PROBABILITIES = "nba_precompute.availability"


def stale_forecasts(
    engine: Engine, graph: Graph, days: Iterable[SeasonDate], systems: Collection[str], stage: StageFilter
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
    names = sorted({partition.table.partition("/")[2] for partition in stale})
    run = {node.system_id for node in graph.nodes}
    left_out = () if run.issuperset(names) else sorted({name.removesuffix(f"_{level_of(name)}") for name in names})
    chosen = f"HOOPCAST_SYSTEMS={','.join(left_out)} " if left_out else ""
    return _warning(f"forecasts or grades of {', '.join(names)}", stale, f"{chosen}hoopcast backfill grades", stage)


def stale_probabilities(engine: Engine, days: Iterable[SeasonDate], stage: StageFilter) -> str:
    """One line that names the dates whose play probabilities are not up to date, and what mends them; else empty.

    Args:
        engine: the warehouse.
        days: dates of the range.
        stage: stage of the range.
    """
    stale = _stale(engine, days, {PROBABILITIES})
    return _warning("play probabilities", stale, "hoopcast backfill availability", stage) if stale else ""


def _stale(engine: Engine, days: Iterable[SeasonDate], names: Collection[str]) -> list[Partition]:
    """Partitions of some nodes that have rows and are not done."""
    partitions = plan(engine, with_upstream(nodes_of(None), names), list(days))
    return [
        partition
        for partition in partitions
        if partition.table in names and partition.rows and partition.state != "done"
    ]


def _warning(what: str, stale: Sequence[Partition], command: str, stage: StageFilter) -> str:
    dates = sorted({partition.date for partition in stale})
    counted = "1 date" if len(dates) == 1 else f"{len(dates)} dates"
    when = f"--dates {dates[0]}" if len(dates) == 1 else f"--start-date {dates[0]} --end-date {dates[-1]}"
    of_stage = "" if stage == "regular" else f" --stage {stage}"
    mending = f"`{command} {when}{of_stage}` makes them anew"
    return f"{what} on {counted} are not up to date, and scored as they stand; {mending}"


# Mean absolute errors on ALL. Real minutes known beforehand give 3.63, the game itself in an average of 5 gives 3.87.
NEEDS_EXPLANATION, LEAK = 4.30, 3.75
# The thresholds are of all appearances: of a part of them, such as the bench, a small error is no wonder.
_MOST_OF_THEM = 0.9
EXPECTED_COVERAGE = 0.98
NOTES = (
    "Scores are of players who played; play probability is scored on all expected rows.",
    "Results of different information levels are not comparable: each row names its level.",
    "The news level reads list moves that carry no hour: it is an upper bound of what was known before tip-off.",
    "Intervals are of 95 %, from resampling whole days; t are clustered by day, negative is better.",
)


def is_leak(score: Accuracy) -> bool:
    """Whether a system's score on all appearances is one that only knowledge of the game reaches."""
    return _is_of_all(score) and score.mae < LEAK


def _is_of_all(score: Accuracy) -> bool:
    return score.population == "ALL" and not score.is_baseline and score.covered >= _MOST_OF_THEM


def warnings(phases: Sequence[str], scores: Iterable[Accuracy]) -> tuple[str, ...]:
    """Lines of warning.

    Args:
        phases: of the range.
        scores: accuracy of every system and rule.
    """
    lines = []
    if "TUNING" in phases:
        lines.append("TUNING: settings were chosen on these seasons; their scores are better than new seasons' will be")
    if len(phases) > 1:
        lines.append(f"{' and '.join(phases)} seasons are scored apart; none of their scores may be averaged")
    of_systems = [score for score in scores if score.population == "ALL" and not score.is_baseline]
    for score in of_systems:
        if is_leak(score):
            lines.append(
                f"LEAK: {score.system} has a mean error of {score.mae:.3f} on ALL ({score.phase}); below {LEAK:.2f} it "
                "knows the game's own result"
            )
        elif _is_of_all(score) and score.mae < NEEDS_EXPLANATION:
            lines.append(
                f"{score.system} has a mean error of {score.mae:.3f} on ALL ({score.phase}); below "
                f"{NEEDS_EXPLANATION:.2f} it needs an explanation"
            )
        if score.covered < EXPECTED_COVERAGE:
            lines.append(
                f"{score.system} forecast {score.covered:.1%} of ALL ({score.phase}); the rest counts as ewma8 in "
                "the filled error"
            )
    return tuple(lines)
