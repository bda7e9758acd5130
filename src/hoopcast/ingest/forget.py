"""Forget: take back what was ingested, by file, season or dates."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hoopcast.calendar import is_season, season_start_year
from hoopcast.errors import UsageError
from hoopcast.ingest import unresolved
from hoopcast.ingest.contracts import CONTRACTS
from hoopcast.ingest.quarantine import QUARANTINE
from hoopcast.ingest.unresolved import settle
from hoopcast.paths import user_path
from hoopcast.pipeline.ledger import append_raw
from hoopcast.warehouse.engine import Engine, Value
from hoopcast.warehouse.tables import Table, raw_tables

FILES = "nba_raw.ingested_file"
SCHEDULE = "nba_raw.nbac_schedule"
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
        games = self.rows[SCHEDULE]
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
        target: a path as it was ingested, the beginning of a file's sha256 (8 digits or more), a number of
            `nba_raw.ingested_file`, a season such as 2021-22, or dates.
        run_id: run that the ledger entries name.

    Returns:
        What was deleted.

    Raises:
        UsageError: if no such file or nothing of the season was ingested.
    """
    if isinstance(target, str) and is_season(target):
        _refuse_unknown_season(engine, target)
        return _forget_rows(engine, "season = $season", {"season": target}, run_id)
    if isinstance(target, (str, Path, int)):
        return _forget_files(engine, _source_ids(engine, target), run_id)
    return _forget_rows(engine, "{time} IN (SELECT UNNEST($dates))", {"dates": sorted(set(target))}, run_id)


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
    found = [
        int(str(source_id))
        for source_id, path, sha256 in files
        if source_id == target
        or str(path) == str(target)
        or (wanted is not None and Path(str(path)).resolve() == wanted)
        or (isinstance(target, str) and _SHA256.fullmatch(target) and str(sha256).startswith(target))
    ]
    if not found:
        message = f"no file '{target}' was ingested; `hoopcast sql 'SELECT * FROM {FILES}'` lists those that were"
        raise UsageError(message)
    return found


def _dated_tables() -> list[Table]:
    return [table for table in raw_tables() if table.time is not None and "source_id" in table.column_names]


def _delete(
    engine: Engine, table: Table, condition: str, parameters: _Parameters, run_id: str
) -> tuple[int, set[date]]:
    found = engine.query(
        f"SELECT {table.time}, COUNT(*) FROM {table.name} WHERE {condition} GROUP BY 1", parameters
    ).rows
    if not found:
        return 0, set()
    engine.execute(f"DELETE FROM {table.name} WHERE {condition}", parameters)
    dates = {row[0] for row in found if isinstance(row[0], date)}
    append_raw(engine, run_id, table.name, sorted(dates))
    return sum(int(str(row[1])) for row in found), dates


def _without_games(engine: Engine, dates: set[date]) -> set[date]:
    """Those of the dates on which the schedule has no game now."""
    rows = engine.query(
        f"SELECT DISTINCT game_date FROM {SCHEDULE} WHERE game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))",
        {"dates": sorted(dates)},
    ).rows
    return dates - {row[0] for row in rows}


def _forget_files(engine: Engine, source_ids: list[int], run_id: str) -> ForgetReport:
    condition, parameters = "source_id IN (SELECT UNNEST($source_ids))", _Parameters(source_ids=source_ids)
    rows: dict[str, int] = {}
    dates: set[date] = set()
    unscheduled: set[date] = set()
    with engine.transaction():
        for table in _dated_tables():
            rows[table.name], touched = _delete(engine, table, condition, parameters, run_id)
            dates |= touched
            unscheduled |= _without_games(engine, touched) if table.name == SCHEDULE else set()
        for name in (QUARANTINE, unresolved.UNRESOLVED, FILES):
            engine.execute(f"DELETE FROM {name} WHERE {condition}", parameters)
    left = {name: count for name, count in rows.items() if count}
    return ForgetReport(left, tuple(sorted(dates)), tuple(sorted(unscheduled)))


def _forget_rows(engine: Engine, condition: str, parameters: _Parameters, run_id: str) -> ForgetReport:
    """Delete rows of a season or of dates; `{time}` in the condition stands for a table's time column."""
    rows: dict[str, int] = {}
    dates: set[date] = set()
    unscheduled: set[date] = set()
    with engine.transaction():
        for table in _dated_tables():
            of_table = condition.format(time=table.time)
            rows[table.name], touched = _delete(engine, table, of_table, parameters, run_id)
            dates |= touched
            unscheduled |= _without_games(engine, touched) if table.name == SCHEDULE else set()
        engine.execute(f"DELETE FROM {QUARANTINE} WHERE {condition.format(time='game_date')}", parameters)
        for contract in CONTRACTS:
            if contract.by_name and unresolved.waiting(engine, contract):
                unresolved.take_up(engine, contract)
                engine.execute(f"DELETE FROM candidate WHERE {condition.format(time=contract.time)}", parameters)
                settle(engine, contract, run_id)
    left = {name: count for name, count in rows.items() if count}
    return ForgetReport(left, tuple(sorted(dates)), tuple(sorted(unscheduled)))
