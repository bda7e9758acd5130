"""The record of commands that wrote to the warehouse."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hoopcast.pipeline.ledger import utc_now
from hoopcast.warehouse.engine import Engine

RUNS = "nba_orchestration.runs"
Ending = Literal["done", "failed", "blocked", "interrupted"]


@dataclass(frozen=True)
class Totals:
    """What a command wrote: units (a table and a date each) done and failed, and rows."""

    units_done: int = 0
    units_failed: int = 0
    rows: int = 0


NOTHING = Totals()


def new_run_id(moment: datetime) -> str:
    """An id that sorts by time: 20220115T083000123456-9f3c."""
    return f"{moment:%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}"


def start_run(engine: Engine, command: str) -> str:
    """Record that a command begins, and that whatever still counts as running was killed: there is one writer.

    Returns:
        Its run id.
    """
    now = utc_now()
    run_id = new_run_id(now)
    with engine.transaction():
        engine.execute(
            f"UPDATE {RUNS} SET status = 'interrupted', finished_at_utc = $now,"
            " message = 'its process ended without a word; what it had not finished is as it was before'"
            " WHERE status = 'running'",
            {"now": now},
        )
        engine.execute(
            f"INSERT INTO {RUNS} (run_id, command, status, started_at_utc) VALUES ($run_id, $command, 'running', $now)",
            {"run_id": run_id, "command": command, "now": now},
        )
    return run_id


def end_run(engine: Engine, run_id: str, ending: Ending, totals: Totals = NOTHING, message: str | None = None) -> None:
    """Record how a command ended, with its totals, and why where it is not done."""
    engine.execute(
        f"UPDATE {RUNS} SET status = $status, finished_at_utc = $now, units_done = $done, units_failed = $failed,"
        " rows = $rows, message = $message WHERE run_id = $run_id",
        {
            "status": ending,
            "now": utc_now(),
            "done": totals.units_done,
            "failed": totals.units_failed,
            "rows": totals.rows,
            "message": message,
            "run_id": run_id,
        },
    )
