"""The audit of a range: every part of it, one after the other."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version

from hoopcast.audit.checks import AuditCheck, CheckLine, check_lines
from hoopcast.audit.metadata import metadata_checks
from hoopcast.audit.paths import lineage_checks
from hoopcast.audit.rebuild import copies, rebuild_checks, window_of
from hoopcast.audit.recomputation import recompute
from hoopcast.errors import UsageError, WarehouseError
from hoopcast.evaluation.alarms import LEAK, is_leak
from hoopcast.evaluation.evaluate import Choice, evaluate
from hoopcast.pipeline.node import Node
from hoopcast.pipeline.plan import plan
from hoopcast.pipeline.ranges import Range, SeasonDate, resolve
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.engine import Engine

_REAL_MINUTES = "no system beats one that knows the real minutes"
_ALARMS = "no score is below the alarm of a leak"
# Fewer appearances tell luck from nothing.
_FEWEST = 200
_AGAINST_MINUTES = """
SELECT p.system_id, COUNT(*), AVG(ABS(g.points - p.forecast_median)),
    AVG(ABS(g.points - g.minutes * f.points_per_minute_ewma))
FROM nba_predictions.player_prop_predictions AS p
INNER JOIN nba_analytics.player_game_summary AS g
    ON g.game_id = p.game_id AND g.player_id = p.player_id AND g.played_flag
INNER JOIN nba_predictions.ml_feature_store AS f ON f.game_id = p.game_id AND f.player_id = p.player_id
WHERE p.market = 'points' AND p.game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))
    AND f.points_per_minute_ewma IS NOT NULL
GROUP BY p.system_id ORDER BY p.system_id
"""


def alarms(engine: Engine, days: Sequence[SeasonDate], stage: str) -> Iterator[AuditCheck]:
    """Compare the mean absolute error of every system with what only a leak reaches.

    Args:
        engine: the warehouse.
        days: dates of the range.
        stage: of which games.
    """
    dates = [day.date for day in days]
    for system, rows, error, knowing in engine.query(_AGAINST_MINUTES, {"dates": dates}).rows:
        count, own, other = int(str(rows)), float(str(error)), float(str(knowing))
        is_alarm = count >= _FEWEST and own < other
        detail = f"mean error {own:.3f}, of real minutes times his rate {other:.3f}"
        yield AuditCheck("accuracy", _REAL_MINUTES, str(system), count, int(is_alarm), detail)
    try:
        evaluation = evaluate(engine, days, Choice(stage=stage, populations=("ALL",)))
    except UsageError as error:
        yield AuditCheck("accuracy", _ALARMS, "none", 0, 0, str(error))
        return
    for score in evaluation.accuracy:
        if not score.is_baseline:
            detail = f"mean error {score.mae:.3f} on {score.population}; below {LEAK:.2f} it knows the game"
            yield AuditCheck(
                "accuracy", _ALARMS, f"{score.system} {score.phase}", score.rows, int(is_leak(score)), detail
            )


DATES_SAMPLED, ROWS_SAMPLED = 3, 500


@dataclass(frozen=True)
class Asked:
    """How much is audited: dates that are rebuilt, rows that are recomputed, and the seed of both.

    `from_scratch` rebuilds all dates from raw tables alone, not those of the sampled date's month.
    """

    dates_sampled: int = DATES_SAMPLED
    rows_sampled: int = ROWS_SAMPLED
    seed: int = 0
    from_scratch: bool = False
    stage: str = "regular"


@dataclass(frozen=True)
class Audit:
    """Checks of an audit, of which dates, by which version."""

    first_date: date
    last_date: date
    sampled: tuple[date, ...]
    asked: Asked
    version: str
    made_at_utc: datetime
    checks: tuple[AuditCheck, ...]

    @property
    def lines(self) -> tuple[CheckLine, ...]:
        """A line for each check."""
        return check_lines(self.checks)

    @property
    def findings(self) -> tuple[AuditCheck, ...]:
        """Checks with findings."""
        return tuple(check for check in self.checks if check.findings)

    @property
    def exit_status(self) -> int:
        """0 when nothing was found, else 1."""
        return 1 if self.findings else 0


def audit(
    engine: DuckDB,
    nodes: tuple[Node, ...],
    days: Sequence[SeasonDate],
    asked: Asked,
    progress: Callable[[str], None] = lambda _: None,
) -> Audit:
    """Audit a range.

    Args:
        engine: the warehouse, to read.
        nodes: every node, each after all that it reads.
        days: dates of the range.
        asked: how much of it.
        progress: called with a line for each part before it is checked.

    Raises:
        WarehouseError: if tables of the range are not up to date: what other code wrote can not be rebuilt.
    """
    last = max(day.date for day in days)
    every = resolve(engine, Range(stage="all"))
    # What is written anew is compared with what stands, and has to stand as a whole.
    _refuse_what_is_not_done(engine, nodes, [day for day in every if day.date <= last] if asked.from_scratch else days)
    sampled = sample(days, asked.dates_sampled, asked.seed)
    checks = tuple(_checks(engine, nodes, (tuple(days), sampled), asked, progress))
    made = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    return Audit(
        min(day.date for day in days),
        last,
        tuple(day.date for day in sampled),
        asked,
        version("hoopcast"),
        made,
        checks,
    )


def _refuse_what_is_not_done(engine: DuckDB, nodes: tuple[Node, ...], days: Sequence[SeasonDate]) -> None:
    open_partitions = [
        partition for partition in plan(engine, nodes, days) if partition.state not in ("done", "not_available")
    ]
    if open_partitions:
        first = open_partitions[0]
        raise WarehouseError(
            f"{len(open_partitions):,} dates of tables are not up to date, such as {first.table} on {first.date}"
            f" ({first.state}: {first.cause}); bring them up to date with `hoopcast backfill` of the same range and"
            " --stage, or of all with `--stage all`, then audit what stands"
        )


def sample(days: Sequence[SeasonDate], count: int, seed: int) -> tuple[SeasonDate, ...]:
    """Draw dates, the first game dates of a month before others for the first of every two.

    On such a date systems learn anew, so that one day too much of the past shows there alone.
    """
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    firsts = [day for place, day in enumerate(days) if place == 0 or _month(days[place - 1]) != _month(day)]
    others = [day for day in days if day not in firsts]
    wanted = min(count, len(days))
    of_firsts = min(len(firsts), max(wanted - len(others), (wanted + 1) // 2))
    return tuple(sorted((*chance.sample(firsts, of_firsts), *chance.sample(others, wanted - of_firsts))))


def _month(day: SeasonDate) -> tuple[str, int]:
    return (day.season, day.date.month)


def _checks(
    engine: DuckDB,
    nodes: tuple[Node, ...],
    days: tuple[tuple[SeasonDate, ...], tuple[SeasonDate, ...]],
    asked: Asked,
    progress: Callable[[str], None],
) -> Iterator[AuditCheck]:
    of_range, sampled = days
    dates = [day.date for day in of_range]
    progress("lineage: every way from raw columns to features and forecasts")
    yield from lineage_checks(nodes)
    progress(f"recomputation: features of {asked.rows_sampled} rows, recomputed")
    yield from recompute(engine, dates, asked.rows_sampled, asked.seed)
    progress("metadata: cut-offs of what was learned, capture times of lines, reasons of absent rows")
    yield from metadata_checks(engine, nodes, of_range)
    progress("accuracy: scores against what only a leak reaches")
    yield from alarms(engine, of_range, asked.stage)
    if not sampled:
        return
    every = resolve(engine, Range(stage="all"))
    with copies(engine) as made:
        for place, day in enumerate(sampled, 1):
            progress(f"rebuild: {day.date}, {place} of {len(sampled)} dates")
            window = window_of(day, every, from_scratch=asked.from_scratch)
            yield from rebuild_checks(made, nodes, window, asked.seed, from_scratch=asked.from_scratch)
