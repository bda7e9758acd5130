"""Units that failed and rows that are absent, each with its category and reason; one closes when its unit succeeds."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from hoopcast.pipeline.ledger import utc_now
from hoopcast.pipeline.model import Model
from hoopcast.warehouse.engine import Statements

FAILURES = "nba_orchestration.failures"
CATEGORIES = (
    "INSUFFICIENT_HISTORY",
    "MISSING_UPSTREAM",
    "NOT_EXPECTED_TO_PLAY",
    "NO_LINE",
    "INFORMATION_SET",
    "DATA_QUARANTINED",
    "TIMEOUT",
    "PROCESSING_ERROR",
)
_COLUMNS = "table_name, system_id, season, unit_date, entity, category, reason, can_retry, run_id, recorded_at_utc"


def close_failures(engine: Statements, table_name: str, dates: Sequence[date]) -> None:
    """Forget the failures of units that are written anew."""
    engine.execute(
        f"DELETE FROM {FAILURES} WHERE table_name = $table_name AND system_id = ''"
        " AND unit_date IN (SELECT UNNEST(CAST($dates AS DATE[])))",
        {"table_name": table_name, "dates": dates},
    )


def record_absences(engine: Statements, run_id: str, model: Model, stage: str, spine: str) -> None:
    """Record the rows that the spine expects and explains, and the stage lacks."""
    entity = " || ' ' || ".join(f"COALESCE(CAST(s.{name} AS VARCHAR), '-')" for name in model.spine.key)
    same_key = " AND ".join(f"t.{name} = s.{name}" for name in model.spine.key)
    engine.execute(
        f"""INSERT INTO {FAILURES} ({_COLUMNS})
        SELECT $table_name, '', s.season, s.unit_date, {entity}, s.category, COALESCE(s.reason, s.category), FALSE,
            $run_id, $now
        FROM {spine} AS s
        LEFT JOIN {stage} AS t ON {same_key} AND t.{model.time} = s.unit_date
        WHERE t.{model.time} IS NULL""",
        {"table_name": model.name, "run_id": run_id, "now": utc_now()},
    )


def record_failed_unit(
    engine: Statements,
    run_id: str,
    model: Model,
    unit: tuple[str, date],
    failure: tuple[Literal["TIMEOUT", "PROCESSING_ERROR"], str],
) -> None:
    """Record that a unit (season and date) failed, with category and message."""
    engine.execute(
        f"INSERT INTO {FAILURES} ({_COLUMNS})"
        " VALUES ($table_name, '', $season, $unit_date, '', $category, $reason, TRUE, $run_id, $now)",
        {
            "table_name": model.name,
            "season": unit[0],
            "unit_date": unit[1],
            "category": failure[0],
            "reason": failure[1],
            "run_id": run_id,
            "now": utc_now(),
        },
    )
