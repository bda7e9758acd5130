"""Ingest: files to rows of the raw tables, in one transaction for each table of a file."""

import dataclasses
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hoopcast.calendar import season_start_year, utc_now
from hoopcast.errors import SourceError, UsageError
from hoopcast.ingest.candidates import WithoutSchedule, build, land, land_waiting
from hoopcast.ingest.contracts import CONTRACTS, SCHEDULE, Contract, contract_of, recognise
from hoopcast.ingest.documents import Extract
from hoopcast.ingest.files import MAX_FILE_MB, Content, SourceFile, find, open_file, shown_path
from hoopcast.ingest.staging import Source, drop_staged, stage, tables_of_file
from hoopcast.ingest.waiting import FILES
from hoopcast.paths import COMPANIONS, user_path
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.engine import Engine

# Seasons that a message names.
_SHOWN = 3
# What reading odd contents can end in though nobody thought of it. A full disk or a signal is none: those end all.
_UNFORESEEN = (ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError)
_NAMES_PLAYERS = ("nba_raw.nbac_player_boxscore", "nba_raw.roster", "nba_raw.points_prop_line")


@dataclass(frozen=True)
class FileReport:
    """One table of one file: rows read, and what became of each.

    `read` is always `added + changed + unchanged + quarantined + unresolved + collapsed`; `deleted` rows are those
    that a replacement took away. `note` says why a file brought nothing, `error` why it could not be read, and
    `cause` is the exception behind an error that nobody foresaw.
    """

    path: str
    table: str | None = None
    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0
    unresolved: int = 0
    collapsed: int = 0
    deleted: int = 0
    seconds: float = 0.0
    note: str | None = None
    error: str | None = None
    cause: Exception | None = None


@dataclass(frozen=True)
class IngestReport:
    """What became of each file, in the order of loading, and of names that earlier files left unresolved."""

    files: tuple[FileReport, ...]
    resolved_later: int = 0

    @property
    def exit_status(self) -> int:
        """0 when every file could be read, 1 when all rows of one went to quarantine, 2 when one could not be read."""
        if self.errors:
            return 2
        return 1 if any(file.read and file.read == file.quarantined for file in self.files) else 0

    @property
    def errors(self) -> tuple[str, ...]:
        """One line for each file that could not be read."""
        return tuple(f"{file.path} {file.error}" for file in self.files if file.error)

    @property
    def notes(self) -> tuple[str, ...]:
        """One line for each file that brought nothing, though it could be read."""
        return tuple(f"{file.path} {file.note}" for file in self.files if file.note)

    def __str__(self) -> str:
        counts = ("read", "added", "changed", "unchanged", "quarantined", "unresolved", "collapsed", "deleted")
        rows = ", ".join(f"{self.total(count):,} {count}" for count in counts if self.total(count) or count == "read")
        return "\n".join((f"{len(self.files):,} files: rows {rows}", *self.errors))

    def total(self, count: str) -> int:
        """Sum of one count, such as `quarantined`, over all files."""
        return sum(int(getattr(file, count)) for file in self.files)


class _OtherSeason(SourceError):  # noqa: N818 - as that of candidates
    """A file of which no row is of the season that was asked for."""


class _Unknown(SourceError):  # noqa: N818 - as that of candidates
    """A file that is of no table."""


@dataclass(frozen=True)
class _Options:
    season: str | None
    contract: Contract | None
    replace: bool
    run_id: str
    most: int


def ingest(  # noqa: PLR0913 - the options of one command
    engine: DuckDB,
    paths: Sequence[str | Path],
    *,
    season: str | None = None,
    table: str | None = None,
    replace: bool = False,
    run_id: str,
    max_file_mb: int = MAX_FILE_MB,
    progress: Callable[[str], None] | None = None,
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
        max_file_mb: megabytes that a file may have, unpacked.
        progress: told of each file that is read.

    Returns:
        What became of each row of each file.

    Raises:
        UsageError: if season or table is none, or a path is in the home of nobody.
    """
    if engine.dialect != "duckdb":
        raise UsageError(f"files are ingested into a DuckDB warehouse, not into {engine.url}")
    if season is not None:
        season_start_year(season)
    named = [user_path(path) for path in paths]
    options = _Options(season, None if table is None else contract_of(table), replace, run_id, max_file_mb)
    reports: list[FileReport] = []
    ready: list[tuple[int, SourceFile]] = []
    # Beside a warehouse lies what belongs to it, and is nothing to ingest.
    own = {os.path.realpath(f"{engine.path}{ending}") for ending in ("", *COMPANIONS)}
    for file in find(named):
        if not file.is_named and os.path.realpath(file.path) in own:
            continue
        rank = _rank(engine, file, options)
        if isinstance(rank, FileReport):
            reports.append(rank)
        else:
            ready.append((rank, file))
    for number, (_, file) in enumerate(sorted(ready, key=lambda ranked: ranked[0]), start=1):
        if progress is not None:
            progress(f"reading {file.shown}, {number:,} of {len(ready):,} files")
        reports.extend(_load(engine, file, options))
    if not any(report.table or report.error for report in reports):
        shown, of_season = ", ".join(map(shown_path, named)), f" with rows of {season}" if season else ""
        nothing = f"holds no Parquet, CSV or JSON of a table{of_season}, so nothing was ingested"
        reports.append(FileReport(shown, error=nothing))
    brings_names = any(report.table in _NAMES_PLAYERS and report.added + report.changed for report in reports)
    resolved_later = land_waiting(engine, run_id) if brings_names else 0
    drop_staged(engine)
    return IngestReport(tuple(reports), resolved_later)


def _tables(engine: Engine, file: SourceFile, content: Content, options: _Options) -> list[tuple[Extract, Contract]]:
    """Tables of a file that are ingested, each with its contract.

    Raises:
        SourceError: if none is known by its columns though the file was named, or one lacks columns or has one twice.
    """
    tables = tables_of_file(engine, content)
    contracts = []
    for table in tables:
        if table.table_name is None:
            contracts.append(recognise(table.columns, file.stem, options.contract))
        else:
            contract = contract_of(table.table_name)
            contracts.append(contract if options.contract in (None, contract) else None)
    if not any(contracts):
        columns = ", ".join(column for table in tables for column in table.columns)[:200] or "none"
        raise _Unknown(f"fits no table by its columns; it has: {columns}")
    return [(table, contract) for table, contract in zip(tables, contracts, strict=True) if contract is not None]


def _rank(engine: Engine, file: SourceFile, options: _Options) -> int | FileReport:
    """Place of a file in the order of loading, or why it is not loaded."""
    if not file.is_named and not file.has_known_ending:
        return FileReport(file.shown, note="is left: no Parquet, CSV or JSON by its name")
    try:
        with open_file(file.path, options.most) as content:
            tables = _tables(engine, file, content, options)
    except _Unknown as error:
        return _failure(file, error) if file.is_named else FileReport(file.shown, note=str(error))
    except (SourceError, *_UNFORESEEN) as error:
        return _failure(file, error)
    return min(CONTRACTS.index(contract) for _, contract in tables)


def _load(engine: Engine, file: SourceFile, options: _Options) -> Iterator[FileReport]:
    """Load each table of a file; what can not be read ends in a report with an error."""
    try:
        with open_file(file.path, options.most) as content:
            for table, contract in _tables(engine, file, content, options):
                yield _land(engine, contract, content, table, options)
    except (_OtherSeason, WithoutSchedule) as error:
        # Of a folder the files of the season are asked for; one that was named is of another by mistake.
        is_other = isinstance(error, _OtherSeason) or _has_schedule(engine, options.season)
        left = f"is left: it has no row of {options.season}"
        yield _failure(file, error) if file.is_named or not is_other else FileReport(file.shown, note=left)
    except (SourceError, *_UNFORESEEN) as error:
        yield _failure(file, error)


def _failure(file: SourceFile, error: Exception) -> FileReport:
    if isinstance(error, SourceError):
        return FileReport(file.shown, error=str(error))
    if isinstance(error, MemoryError):
        return FileReport(file.shown, error="can not be read: memory ran out; split it, or give it more memory")
    reason = f"{type(error).__name__}: {error}".encode("utf-8", "backslashreplace").decode()
    return FileReport(file.shown, error=f"can not be read: {' '.join(reason.split())[:200]}", cause=error)


def _land(engine: Engine, contract: Contract, content: Content, table: Extract, options: _Options) -> FileReport:
    """Rows of a table of a file into its raw table, in one transaction with all that speaks of them."""
    staged = stage(engine, content, table)
    began = time.perf_counter()
    with engine.transaction():
        path = shown_path(content.path.absolute())
        source_id, is_new = _source_id(engine, contract, content, path)
        source = Source(source_id, path, content.sha256, staged, options.replace, began)
        build(engine, contract, source)
        if options.season is not None:
            _refuse_other_seasons(engine, options.season)
        counts: dict[str, Any] = land(engine, contract, options.run_id, source)
        report = FileReport(shown_path(content.path), contract.table_name, staged.rows + staged.rejected, **counts)
        report = dataclasses.replace(report, note=_nothing_landed(engine, report))
        if is_new or report.added or report.changed:
            _record(engine, report, source)
    return dataclasses.replace(report, seconds=time.perf_counter() - began)


def _nothing_landed(engine: Engine, report: FileReport) -> str | None:
    """Why a file brought nothing at all: it has no rows, or all of them are in quarantine; None where it did."""
    if not report.read:
        return "has no rows"
    if report.quarantined < report.read:
        return None
    reason = engine.query("SELECT reason FROM broken_rows ORDER BY row_number LIMIT 1").rows[0][0]
    rows = "its only row is" if report.read == 1 else f"all {report.read:,} rows are"
    return f"brought nothing: {rows} in quarantine, {reason}"


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
    seasons = [str(row[0]) for row in rows]
    others = [name for name in seasons if name != season]
    if others:
        shown = ", ".join(others[:_SHOWN])
        message = f"has rows of {shown}, not of {season} alone; leave the season out, or name the right one"
        raise (SourceError if season in seasons else _OtherSeason)(message)


def _has_schedule(engine: Engine, season: str | None) -> bool:
    clause = f"SELECT 1 FROM {SCHEDULE.table_name} WHERE season = $season LIMIT 1"
    return bool(engine.query(clause, {"season": season}).rows)


def _record(engine: Engine, report: FileReport, source: Source) -> None:
    counts = ("read", "added", "changed", "unchanged", "quarantined", "unresolved")
    row = {
        "source_id": source.source_id, "path": source.path, "sha256": source.sha256, "table_name": report.table,
        "ingested_at_utc": utc_now(), **{f"rows_{count}": getattr(report, count) for count in counts},
    }  # fmt: skip
    engine.execute(f"DELETE FROM {FILES} WHERE source_id = $source_id", {"source_id": source.source_id})
    engine.execute(f"INSERT INTO {FILES} ({', '.join(row)}) VALUES ({', '.join(f'${name}' for name in row)})", row)
