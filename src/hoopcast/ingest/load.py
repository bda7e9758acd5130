"""Ingest: files to rows of the raw tables, in one transaction for each table of a file."""

import dataclasses
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hoopcast.calendar import season_start_year
from hoopcast.errors import SourceError, UsageError
from hoopcast.ingest import candidates, quarantine, unresolved
from hoopcast.ingest.candidates import merge
from hoopcast.ingest.contract import Contract
from hoopcast.ingest.contracts import CONTRACTS, contract_of, recognise, refuse_missing, refuse_repeated
from hoopcast.ingest.files import Content, Found, find, has_known_ending, open_file
from hoopcast.ingest.report import FileReport, IngestReport
from hoopcast.ingest.staging import Staged, drop_staged, shapes, stage
from hoopcast.ingest.unresolved import resolve_waiting
from hoopcast.paths import user_path
from hoopcast.pipeline.ledger import append_raw, utc_now
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.engine import Engine
from hoopcast.warehouse.targets import COMPANIONS

FILES = "nba_raw.ingested_file"
# What reading odd contents can end in though nobody thought of it. A full disk or a signal is none: those end all.
# Seasons that a message names.
_SHOWN = 3
_UNFORESEEN = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_NAMES_PLAYERS = ("nba_raw.nbac_player_boxscore", "nba_raw.roster", "nba_raw.points_prop_line")


class _OtherSeason(SourceError):  # noqa: N818 - as that of candidates
    """A file of which no row is of the season that was asked for."""


@dataclass(frozen=True)
class _Options:
    season: str | None
    contract: Contract | None
    replace: bool
    run_id: str


def ingest(  # noqa: PLR0913 - the options of one command
    engine: DuckDB,
    paths: Sequence[str | Path],
    *,
    season: str | None = None,
    table: str | None = None,
    replace: bool = False,
    run_id: str,
) -> IngestReport:
    """Read files into the raw tables.

    Files are loaded in the order of what depends on what, the schedule first. Each table of a file is one transaction
    with its rows, quarantine and ledger entries. A file that can not be read leaves the others landed.

    Args:
        engine: the warehouse, prepared.
        paths: files and folders; folders are searched through, and what is unknown in them is left with a note.
        season: the season that every row must be of, such as 2021-22.
        table: raw table that the files hold; by default their columns tell.
        replace: for the dates of a file, delete rows of its table that the file lacks.
        run_id: run that the ledger entries name.

    Returns:
        What became of each row of each file.

    Raises:
        UsageError: if season or table is none, or a path is in the home of nobody.
    """
    if engine.dialect != "duckdb":
        message = f"files are ingested into a DuckDB warehouse, not into {engine.url}"
        raise UsageError(message)
    if season is not None:
        season_start_year(season)
    named = [user_path(path) for path in paths]
    options = _Options(season, None if table is None else contract_of(table), replace, run_id)
    reports: list[FileReport] = []
    ready: list[tuple[int, Found]] = []
    # Beside a warehouse lies what belongs to it, and is nothing to ingest.
    own = {os.path.realpath(f"{engine.path}{ending}") for ending in ("", *COMPANIONS)}
    for found in find(named):
        if not found.named and os.path.realpath(found.path) in own:
            continue
        rank = _rank(engine, found, options)
        if isinstance(rank, FileReport):
            reports.append(rank)
        else:
            ready.append((rank, found))
    for _, found in sorted(ready, key=lambda file: file[0]):
        reports.extend(_load(engine, found, options))
    if not any(file.table or file.error for file in reports):
        shown, of_season = ", ".join(map(_shown, named)), f" with rows of {season}" if season else ""
        nothing = f"holds no Parquet, CSV or JSON of a table{of_season}, so nothing was ingested"
        reports.append(FileReport(shown, error=nothing))
    brings_names = any(file.table in _NAMES_PLAYERS and file.added + file.changed for file in reports)
    report = IngestReport(tuple(reports), resolve_waiting(engine, run_id) if brings_names else 0)
    drop_staged(engine)
    return report


def _shown(path: Path) -> str:
    """A path as text that any terminal and file can take."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def _rank(engine: Engine, found: Found, options: _Options) -> int | FileReport:
    """Place of a file in the order of loading, or why it is not loaded."""
    path = _shown(found.path)
    if not found.named and not has_known_ending(found.path):
        return FileReport(path, note="is left: no Parquet, CSV or JSON by its name")
    try:
        tables = shapes(engine, open_file(found.path))
        contracts = [_contract(columns, table_name, found, options) for columns, table_name in tables]
    except SourceError as error:
        return FileReport(path, error=str(error))
    except _UNFORESEEN as error:
        return _unforeseen(path, error)
    ranks = [CONTRACTS.index(contract) for contract in contracts if contract is not None]
    if ranks:
        return min(ranks)
    columns = ", ".join(column for columns, _ in tables for column in columns)[:200] or "none"
    unknown = f"fits no table by its columns; it has: {columns}"
    return FileReport(path, error=unknown) if found.named else FileReport(path, note=unknown)


def _contract(columns: tuple[str, ...], table_name: str | None, found: Found, options: _Options) -> Contract | None:
    """The contract of a table of a file.

    Raises:
        SourceError: if it lacks columns of the table that it should be of, or has one twice.
    """
    if table_name is not None:
        contract = contract_of(table_name)
        return contract if options.contract in (None, contract) else None
    if options.contract is not None:
        refuse_missing(options.contract, columns)
    chosen = options.contract or recognise(columns, found.stem)
    if chosen is not None:
        refuse_repeated(chosen, columns)
    return chosen


def _load(engine: Engine, found: Found, options: _Options) -> Iterator[FileReport]:
    """Load each table of a file; what can not be read ends in a report with an error."""
    path = _shown(found.path)
    try:
        content = open_file(found.path)
        for staged in stage(engine, content):
            contract = _contract(staged.columns, staged.table_name, found, options)
            if contract is not None:
                yield _land(engine, contract, content, staged, options)
    except (_OtherSeason, candidates.WithoutSchedule) as error:
        # Of a folder the files of the season are asked for; one that was named is of another by mistake.
        is_other = isinstance(error, _OtherSeason) or _has_schedule(engine, options.season)
        left = f"is left: it has no row of {options.season}"
        yield FileReport(path, error=str(error)) if found.named or not is_other else FileReport(path, note=left)
    except SourceError as error:
        yield FileReport(path, error=str(error))
    except _UNFORESEEN as error:
        yield _unforeseen(path, error)


def _unforeseen(path: str, error: Exception) -> FileReport:
    reason = f"{type(error).__name__}: {error}".encode("utf-8", "backslashreplace").decode()
    return FileReport(path, error=f"can not be read: {' '.join(reason.split())[:200]}", cause=error)


def _land(engine: Engine, contract: Contract, content: Content, staged: Staged, options: _Options) -> FileReport:
    """Rows of `source_rows` into their raw table, in one transaction with all that speaks of them."""
    started = time.perf_counter()
    path = _shown(content.path)
    with engine.transaction():
        source_id, is_new = _source_id(engine, contract, content, path)
        candidates.build(engine, contract, staged, source_id)
        if options.season is not None:
            _refuse_other_seasons(engine, options.season)
        if contract.by_name:
            unresolved.name_players(engine, contract)
        candidates.settle_doubles(engine, contract)
        quarantine.release(engine, contract, path)
        merged = merge(engine, contract, replace=options.replace)
        fates = candidates.counts(engine)
        if fates["broken"] or staged.rejected:
            quarantine.set_aside(engine, contract, staged, source_id)
        if contract.by_name:
            unresolved.forget_earlier(engine, contract, path)
            unresolved.keep_unresolved(engine, contract)
        for table_name, dates in merged.dates.items():
            append_raw(engine, options.run_id, table_name, sorted(dates), time.perf_counter() - started)
        report = FileReport(
            path=path,
            table=contract.table_name,
            read=staged.rows + staged.rejected,
            added=merged.added,
            changed=merged.changed,
            unchanged=merged.unchanged,
            quarantined=fates["broken"] + staged.rejected,
            unresolved=fates["unresolved"],
            collapsed=fates["collapsed"],
            deleted=merged.deleted,
            note=_nothing_landed(engine, staged, fates["broken"]),
        )
        if is_new or merged.added or merged.changed:
            _record(engine, report, source_id, content.sha256)
    return dataclasses.replace(report, seconds=time.perf_counter() - started)


def _nothing_landed(engine: Engine, staged: Staged, broken: int) -> str | None:
    """Why a file brought nothing at all: it has no rows, or all of them are in quarantine; None where it did."""
    read = staged.rows + staged.rejected
    if not read:
        return "has no rows"
    if broken + staged.rejected < read:
        return None
    reason = engine.query("SELECT reason FROM broken_rows ORDER BY row_number LIMIT 1").rows[0][0]
    return f"brought nothing: {'its only row is' if read == 1 else f'all {read:,} rows are'} in quarantine, {reason}"


def _source_id(engine: Engine, contract: Contract, content: Content, path: str) -> tuple[int, bool]:
    """Number of a file and whether it is new; the same contents at the same path keep their number."""
    same = engine.query(
        f"SELECT MAX(source_id) FROM {FILES} WHERE path = $path AND sha256 = $sha256 AND table_name = $table_name",
        {"path": path, "sha256": content.sha256, "table_name": contract.table_name},
    ).rows[0][0]
    if same is not None:
        return int(str(same)), False
    return int(str(engine.query(f"SELECT COALESCE(MAX(source_id), 0) + 1 FROM {FILES}").rows[0][0])), True


def _refuse_other_seasons(engine: Engine, season: str) -> None:
    rows = engine.query("SELECT DISTINCT season FROM candidate WHERE season IS NOT NULL ORDER BY season").rows
    found = [str(row[0]) for row in rows]
    others = [name for name in found if name != season]
    if others:
        message = (
            f"has rows of {', '.join(others[:_SHOWN])}, not of {season} alone; leave the season out, or name the right"
            " one"
        )
        raise (SourceError if season in found else _OtherSeason)(message)


def _has_schedule(engine: Engine, season: str | None) -> bool:
    clause = "SELECT 1 FROM nba_raw.nbac_schedule WHERE season = $season LIMIT 1"
    return bool(engine.query(clause, {"season": season}).rows)


def _record(engine: Engine, report: FileReport, source_id: int, sha256: str) -> None:
    engine.execute(f"DELETE FROM {FILES} WHERE source_id = $source_id", {"source_id": source_id})
    engine.execute(
        f"""
        INSERT INTO {FILES} (source_id, path, sha256, table_name, rows_read, rows_added, rows_changed, rows_unchanged,
            rows_quarantined, rows_unresolved, ingested_at_utc)
        VALUES ($source_id, $path, $sha256, $table_name, $read, $added, $changed, $unchanged, $quarantined, $unresolved,
            $now)
        """,
        {
            "source_id": source_id,
            "path": report.path,
            "sha256": sha256,
            "table_name": report.table,
            "read": report.read,
            "added": report.added,
            "changed": report.changed,
            "unchanged": report.unchanged,
            "quarantined": report.quarantined,
            "unresolved": report.unresolved,
            "now": utc_now(),
        },
    )
