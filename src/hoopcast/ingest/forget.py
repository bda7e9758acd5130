"""Forget: take back what was ingested, by file, season or dates."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from hoopcast.calendar import is_season, season_start_year
from hoopcast.errors import UsageError
from hoopcast.ingest.candidates import delete_rows, land
from hoopcast.ingest.contracts import CONTRACTS, SCHEDULE
from hoopcast.ingest.waiting import FILES, QUARANTINE, UNRESOLVED, has_unresolved, take_unresolved
from hoopcast.paths import user_path
from hoopcast.pipeline.ledger import append_raw
from hoopcast.warehouse.engine import Engine, Value
from hoopcast.warehouse.tables import Table, raw_tables

_SHA256 = re.compile(r"[0-9a-f]{8,64}")

Target = str | Path | int | Collection[date]
_Parameters = dict[str, Value | Sequence[Value]]


@dataclass(frozen=True)
class ForgetReport:
    """Rows deleted from each raw table, and the dates that became stale by it.

    `unscheduled` are those of the dates whose games went from the schedule too, so that nothing is expected of them.
    """

    rows: dict[str, int]
    dates: tuple[date, ...]
    unscheduled: tuple[date, ...] = ()

    @property
    def schedule_note(self) -> str:
        """One line that says so, empty where the schedule lost no game."""
        if not self.unscheduled:
            return ""
        games = self.rows[SCHEDULE.table_name]
        counted = "1 game" if games == 1 else f"{games:,} games"
        first, *others = self.unscheduled
        if not others:
            return f"{counted} of the schedule forgotten too: {first} is no longer expected"
        expected = f"{len(self.unscheduled)} dates from {first} to {others[-1]} are no longer expected"
        return f"{counted} of the schedule forgotten too: {expected}"


def forget(engine: Engine, target: Target, run_id: str) -> ForgetReport:
    """Delete what a file, a season or some dates brought into the raw tables, in one transaction.

    A row that a later file corrected belongs to the later one: forgetting that one does not bring the earlier
    contents back; ingest the earlier file again.

    Args:
        engine: the warehouse.
        target: a path, however it is written, the beginning of a file's sha256 (8 digits or more), a number of
            `nba_raw.ingested_file`, a season such as 2021-22, or dates.
        run_id: run that the ledger entries name.

    Returns:
        What was deleted.

    Raises:
        UsageError: if no such file or nothing of the season was ingested.
    """
    if isinstance(target, str) and is_season(target):
        _refuse_unknown_season(engine, target)
        return _forget(engine, "season = $season", {"season": target}, run_id)
    if isinstance(target, (str, Path, int)):
        condition = "source_id IN (SELECT UNNEST($source_ids))"
        return _forget(engine, condition, {"source_ids": _source_ids(engine, target)}, run_id)
    return _forget(engine, "{time} IN (SELECT UNNEST($dates))", {"dates": sorted(set(target))}, run_id)


def _refuse_unknown_season(engine: Engine, season: str) -> None:
    season_start_year(season)
    names = (QUARANTINE, *(table.name for table in _dated_tables()))
    rows = " UNION ".join(f"SELECT season FROM {name} WHERE season IS NOT NULL" for name in names)
    known = [str(row[0]) for row in engine.query(f"SELECT season FROM ({rows}) AS s ORDER BY season").rows]
    if season not in known:
        message = f"nothing of season {season} was ingested; the ingested seasons are: {', '.join(known) or 'none'}"
        raise UsageError(message)


def _source_ids(engine: Engine, target: str | Path | int) -> list[int]:
    """Numbers of the files that a target names."""
    files = engine.query(f"SELECT source_id, path, sha256 FROM {FILES}").rows
    wanted = None if isinstance(target, int) else user_path(target).resolve()
    source_ids = [
        int(str(source_id))
        for source_id, path, sha256 in files
        if source_id == target
        or str(path) == str(target)
        or (wanted is not None and Path(str(path)).resolve() == wanted)
        or (isinstance(target, str) and _SHA256.fullmatch(target) and str(sha256).startswith(target))
    ]
    if not source_ids:
        # Names alone: of a long path the folders would count for more than what it ends with.
        names = {str(path): Path(str(path)).name for _, path, _ in files}
        nearest = get_close_matches(Path(str(target)).name, names.values(), cutoff=0.4)
        near = ", ".join(path for path, name in names.items() if name in nearest)
        hint = (
            f"the nearest that were: {near}"
            if near
            else f"`hoopcast sql 'SELECT * FROM {FILES}'` lists those that were"
        )
        raise UsageError(f"no file '{target}' was ingested; {hint}")
    return source_ids


def _dated_tables() -> list[Table]:
    return [table for table in raw_tables() if table.time is not None and "source_id" in table.column_names]


def _forget(engine: Engine, condition: str, parameters: _Parameters, run_id: str) -> ForgetReport:
    """Delete rows of the raw tables; `{time}` in the condition stands for a table's time column."""
    rows: dict[str, int] = {}
    dates: set[date] = set()
    unscheduled: set[date] = set()
    with engine.transaction():
        for table in _dated_tables():
            count, touched = delete_rows(engine, table, condition.format(time=table.time), parameters)
            append_raw(engine, run_id, table.name, sorted(touched))
            rows |= {table.name: count} if count else {}
            dates |= touched
            if table.name == SCHEDULE.table_name:
                unscheduled = _without_games(engine, touched)
        engine.execute(f"DELETE FROM {QUARANTINE} WHERE {condition.format(time='game_date')}", parameters)
        if "source_ids" in parameters:
            for name in (UNRESOLVED, FILES):
                engine.execute(f"DELETE FROM {name} WHERE {condition}", parameters)
        else:
            _forget_unresolved(engine, condition, parameters, run_id)
    return ForgetReport(rows, tuple(sorted(dates)), tuple(sorted(unscheduled)))


def _forget_unresolved(engine: Engine, condition: str, parameters: _Parameters, run_id: str) -> None:
    for contract in CONTRACTS:
        if has_unresolved(engine, contract):
            take_unresolved(engine, contract)
            engine.execute(f"DELETE FROM candidate WHERE {condition.format(time=contract.time)}", parameters)
            land(engine, contract, run_id)


def _without_games(engine: Engine, dates: set[date]) -> set[date]:
    """Those of the dates on which the schedule has no game now."""
    rows = engine.query(
        f"SELECT DISTINCT game_date FROM {SCHEDULE.table_name}"
        " WHERE game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))",
        {"dates": sorted(dates)},
    ).rows
    return dates - {row[0] for row in rows}
