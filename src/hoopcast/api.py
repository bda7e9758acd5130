"""The public interface: `open` a warehouse; what it can do is in `Hoopcast`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self, Unpack

from hoopcast.calendar import parse_date
from hoopcast.errors import UsageError
from hoopcast.nba.names import FIRST_INVENTED_ID
from hoopcast.paths import warehouse_path
from hoopcast.pipeline.ledger import RUNS, Totals
from hoopcast.pipeline.plan import Selection
from hoopcast.pipeline.ranges import RangeArguments, SeasonDate, range_of, require_range, resolve
from hoopcast.query import Dialect, statements
from hoopcast.run_record import Snapshots, leave_snapshot, recorded
from hoopcast.settings import Settings, load
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.engine import Parameters
from hoopcast.warehouse.lock import Beat, read_beat
from hoopcast.warehouse.opening import copy_to, open_to_read, open_to_write
from hoopcast.warehouse.result import FileFormat, Table
from hoopcast.warehouse.tables import table as table_definition

if TYPE_CHECKING:
    from hoopcast.audit.audit import Audit
    from hoopcast.evaluation.cards import ModelCard
    from hoopcast.evaluation.evaluate import Evaluation
    from hoopcast.explain import Explanation
    from hoopcast.forecast.publishing import PublishReport
    from hoopcast.graph import Graph
    from hoopcast.ingest.forget import ForgetReport
    from hoopcast.ingest.load import IngestReport
    from hoopcast.outlook import GradeReport, Outlook
    from hoopcast.pipeline.coverage import By
    from hoopcast.pipeline.plan import PlannedBatch
    from hoopcast.pipeline.run import Progress, RunReport
    from hoopcast.pipeline.verify import Verification

SIMULATED = "a simulated league of invented players: no figure says anything about real games"
_LEARNED = """
WITH spans AS (
    SELECT season, MIN(game_date) AS first_date,
        MAX(CASE WHEN game_date IN (SELECT UNNEST(CAST($days AS DATE[]))) THEN game_date END) AS last_date
    FROM nba_raw.nbac_schedule GROUP BY season
)
SELECT DISTINCT l.system_id FROM nba_orchestration.ledger AS l
INNER JOIN spans AS s ON l.partition_date BETWEEN s.first_date AND s.last_date
WHERE l.table_name = 'nba_predictions.trained_model' AND l.status = 'done'
"""
_TRAINED = ("trained", "trained_model", "nba_predictions.trained_model")


def open(  # noqa: A001, PLR0913 - `hoopcast.open` reads as what it does, and each argument is a choice of its own
    url: str | None = None,
    *,
    wait: float | None = None,
    threads: int | None = None,
    create: bool = True,
    read_only: bool = False,
    snapshot: bool = True,
    command: str = "Python",
) -> "Hoopcast":
    """Open a warehouse.

    Args:
        url: `duckdb:///file.duckdb`, a path, or `duckdb://:memory:`; by default what `HOOPCAST_WAREHOUSE` or
            hoopcast.toml say, else hoopcast.duckdb in the current folder.
        wait: seconds to wait for another process that writes.
        threads: worker threads, all cores by default.
        create: make a warehouse that is absent.
        read_only: share the file with other readers; while another process writes, read the snapshot that the last
            writer left, and say so in `snapshot_taken_utc`.
        snapshot: whether a reader takes a snapshot; otherwise it waits for the writer.
        command: what the record of runs calls this session.

    Raises:
        WarehouseInUse: if another process holds the warehouse for longer than `wait`.
        WarehouseError: if it is absent and not to be made, is damaged or of a newer format.
    """
    chosen = load({"warehouse": url, "wait": wait, "threads": threads})
    if read_only:
        engine, taken = open_to_read(
            chosen.warehouse, wait_seconds=chosen.wait, threads=chosen.threads, snapshot=snapshot
        )
    else:
        taken = None
        engine = open_to_write(
            chosen.warehouse, wait_seconds=chosen.wait, threads=chosen.threads, must_exist=not create, command=command
        )
    if chosen.memory_mb is not None:
        engine.execute(f"SET memory_limit = '{chosen.memory_mb}MB'")
    return Hoopcast(engine, chosen, command, snapshot_taken_utc=taken)


class Hoopcast:
    """An open warehouse, and all that can be done with it; a context manager. `hoopcast.open` makes one.

    `settings` are those that hold for it, and `snapshot_taken_utc` is None, or when the snapshot that is being read was
    taken.
    """

    def __init__(
        self, engine: DuckDB, settings: Settings, command: str, *, snapshot_taken_utc: datetime | None = None
    ) -> None:
        self.engine = engine
        self.settings = settings
        self.command = command
        self.snapshot_taken_utc = snapshot_taken_utc

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the warehouse."""
        self.engine.close()

    @cached_property
    def graph(self) -> "Graph":
        """Every node of the pipeline, of the systems that the settings choose."""
        from hoopcast.graph import Graph  # noqa: PLC0415 - systems bring numerical libraries

        return Graph(self.settings.systems, self.settings.systems_chosen_by)

    @property
    def is_simulated(self) -> bool:
        """Whether players of the simulator are among those in the box scores."""
        players = self.engine.query(
            "SELECT 1 FROM nba_raw.nbac_player_boxscore WHERE player_id >= $first LIMIT 1", {"first": FIRST_INVENTED_ID}
        )
        return bool(players.rows)

    def query(self, sql: str, parameters: Parameters | None = None, dialect: Dialect = "duckdb") -> Table:
        """The table of one SELECT, in DuckDB's SQL, BigQuery's or Spark's; named parameters are written `$name`.

        Raises:
            UsageError: if it is not one SELECT.
            WarehouseError: if it names what does not exist.
        """
        asked = statements(sql, dialect)
        if len(asked) > 1:
            raise UsageError("these are several statements; ask them one by one, or with `queries`")
        return self.engine.select(asked[0], parameters)

    def queries(self, sql: str, dialect: Dialect = "duckdb") -> Iterator[Table]:
        """The tables of several SELECTs with `;` between them, each asked when its turn comes."""
        asked = statements(sql, dialect)
        return (self.engine.select(statement) for statement in asked)

    def ingest(
        self,
        *paths: str | Path,
        season: str | None = None,
        table: str | None = None,
        replace: bool = False,
        progress: Callable[[str], None] | None = None,
    ) -> "IngestReport":
        """Read files and folders of Parquet, CSV or JSON, packed or not, into the raw tables.

        Args:
            paths: files and folders.
            season: the season that every row must be of.
            table: raw table that the files hold; by default their columns tell.
            replace: for the dates of a file, delete rows of its table that the file lacks.
            progress: told of each file that is read.

        Returns:
            What became of each row of each file; a file that can not be read is among its `errors`.

        Raises:
            UsageError: if season or table is none.
        """
        from hoopcast.ingest.load import ingest  # noqa: PLC0415 - only those who ingest wait for it

        with recorded(self.engine, self.command) as record:
            report = ingest(
                self.engine,
                paths,
                season=season,
                table=table,
                replace=replace,
                run_id=record.run_id,
                max_file_mb=self.settings.max_file_mb,
                progress=progress,
            )
            record.totals = Totals(rows=report.total("added") + report.total("changed"))
            if report.errors:
                record.ending, record.message = "failed", report.errors[0]
        return report

    def forget(self, target: str | Path | Sequence[date]) -> "ForgetReport":
        """Take back what was ingested; what it reached becomes stale.

        Args:
            target: a file as it was ingested, a season, or dates.

        Raises:
            UsageError: if nothing of the kind was ingested.
        """
        from hoopcast.ingest.forget import forget  # noqa: PLC0415 - only those who forget wait for it

        with recorded(self.engine, self.command) as record:
            report = forget(self.engine, target, record.run_id)
            record.totals = Totals(rows=sum(report.rows.values()))
        return report

    def forget_dates(self, **dates: Unpack[RangeArguments]) -> "ForgetReport":
        """Take back what was ingested for a range."""
        return self.forget([day.date for day in self._resolve(require_range(dates))])

    def backfill(
        self,
        *tables: str,
        resume: bool = True,
        skip_preflight: bool = False,
        retry_failed: bool = False,
        timeout: float = 600.0,
        progress: "Progress | None" = None,
        **dates: Unpack[RangeArguments],
    ) -> "RunReport":
        """Bring tables up to date, and whatever they read that is not.

        Args:
            tables: tables, short names or phases; all for none.
            resume: leave what is done; otherwise the dates of the tables named are written again, trained models aside
                unless `trained` is named.
            skip_preflight: write from what is there, with helper tables and what their own phase lacks before them.
            retry_failed: nothing but what failed before.
            timeout: seconds that one batch may take.
            progress: a listener to tables and batches.
            dates: the range.

        Returns:
            What was done to each table.

        Raises:
            UsageError: if a table or the range does not exist.
            PreflightError: if raw input of final games is missing.
            Interrupted: if a signal ended the run.
            RunError: if the fault is in no single date.
        """
        from hoopcast.pipeline.run import RunOptions, run  # noqa: PLC0415 - brings the compiler

        selection = self._selection(tables, dates, again=not resume, only_failed=retry_failed, alone=skip_preflight)
        report = run(
            self.engine,
            self.graph.nodes,
            selection,
            RunOptions(self.command, timeout),
            Snapshots(self.engine, progress),
        )
        if report.run_id:
            leave_snapshot(self.engine, report.seconds)
        return report

    def predict(
        self,
        player: int | str | None = None,
        team: str | None = None,
        system: str | None = None,
        *,
        update: bool = True,
        progress: "Progress | None" = None,
        **dates: Unpack[RangeArguments],
    ) -> "Outlook":
        """Forecasts of a range, brought up to date first.

        Args:
            player: his id or name, or a part of it; on one date he comes in detail.
            team: its tricode; every team for none.
            system: a system, or one at a level such as linear_news; by default the best that has the player.
            update: whether to bring forecasts up to date; otherwise they are read as they stand.
            progress: a listener to tables and batches.
            dates: the range.

        Raises:
            UsageError: if a player, team, system or range does not exist.
            PreflightError: if raw input of final games is missing.
        """
        from hoopcast.outlook import outlook, question  # noqa: PLC0415 - brings the forecasts

        asked = question(self.engine, self.graph, [day.date for day in self._resolve(dates)], player, team, system)
        nodes = [f"predictions/{chosen.system_id}" for chosen in asked.systems]
        run = self.backfill(*nodes, progress=progress, **dates) if update else None
        return outlook(self.engine, self.graph, asked, run)

    def unlearned(self, system: str | None = None, **dates: Unpack[RangeArguments]) -> tuple[str, ...]:
        """Names of systems that have to learn before they can forecast a range, which may take minutes.

        Args:
            system: a system, or one at a level; all of them for none.
            dates: the range.

        Raises:
            UsageError: if the system or the range does not exist.
        """
        days = [day.date for day in self._resolve(dates)]
        rows = self.engine.query(_LEARNED, {"days": days}).rows
        learned = {str(row[0]) for row in rows}
        trained = {node.system_id for node in self.graph.nodes if node.table.short == "trained"}
        systems = self.graph.systems if system is None else self.graph.named_systems(system)
        return tuple(dict.fromkeys(each.name for each in systems if each.system_id in trained - learned))

    def publish(self, system: str | None = None, **dates: Unpack[RangeArguments]) -> "PublishReport":
        """Put forecasts of games that have not tipped off yet on record for good, as they stand.

        Args:
            system: a system, or one at a level; all of them for none.
            dates: the range.

        Raises:
            UsageError: if the system or the range does not exist.
        """
        from hoopcast.forecast.publishing import publish  # noqa: PLC0415 - brings the forecasts

        systems = self.graph.systems if system is None else self.graph.named_systems(system)
        days = [day.date for day in self._resolve(dates)]
        with recorded(self.engine, self.command) as record:
            report = publish(self.engine, days, [chosen.system_id for chosen in systems])
            record.totals = Totals(rows=report.published)
        return report

    def grade(self, *, progress: "Progress | None" = None, **dates: Unpack[RangeArguments]) -> "GradeReport":
        """Grade the forecasts of a range whose games are final.

        Args:
            progress: a listener to tables and batches.
            dates: the range.

        Raises:
            UsageError: if the range does not exist.
            PreflightError: if raw input of final games is missing.
        """
        from hoopcast.outlook import GradeReport, grades_by_system  # noqa: PLC0415 - brings the forecasts

        run = self.backfill("grading", progress=progress, **dates)
        days = [day.date for day in self._resolve(dates)]
        return GradeReport(
            grades_by_system(self.engine, days, [chosen.system_id for chosen in self.graph.systems]), run
        )

    def backup(self, path: str | Path) -> None:
        """Copy the whole warehouse, consistent in itself, to a new file.

        Raises:
            UsageError: if the file exists already or can not be written.
        """
        copy_to(self.engine, Path(path))

    def explain(self, player: int | str, day: date | str) -> "Explanation":
        """A player's features on the morning of a date, the box scores that they came from, and his forecasts.

        Args:
            player: his id or name; marks, case and suffix do not matter, and a part of a name may do.
            day: a date on which his team plays.

        Raises:
            UsageError: if nobody or more than one player is meant, or he has no features on that date.
        """
        from hoopcast.explain import explain  # noqa: PLC0415 - brings the forecasts
        from hoopcast.players import find_player  # noqa: PLC0415 - resolves names

        on = parse_date(day) if isinstance(day, str) else day
        return explain(self.engine, self.graph, find_player(self.engine, str(player), on), on)

    def coverage(self, *tables: str, by: "By" = "table", **dates: Unpack[RangeArguments]) -> Table:
        """How far each table goes: dates by state, rows of expected rows, and success in percent.

        Args:
            tables: tables, short names or phases; all for none.
            by: one row a table, or one for each of its months or dates.
            dates: the range.
        """
        from hoopcast.pipeline.coverage import Coverage, coverage  # noqa: PLC0415 - only reports need it

        names = {model.name for model in self.graph.select(tables, tables_first=True)}
        lines = coverage(self.engine, self.graph.nodes, self._resolve(dates), by)
        return Table.of(Coverage, [line for line in lines if line.table in names])

    def gaps(self, *tables: str, **dates: Unpack[RangeArguments]) -> Table:
        """What is not done: neighbouring dates of a table, why, and the command that mends them."""
        from hoopcast.pipeline.coverage import Gap, gaps  # noqa: PLC0415 - only reports need it

        names = {model.name for model in self.graph.select(tables, tables_first=True)}
        every = gaps(self.engine, self.graph.nodes, self._resolve(dates), dates.get("stage", "regular"))
        return Table.of(Gap, [gap for gap in every if gap.table in names])

    def evaluate(
        self,
        *systems: str,
        populations: Sequence[str] = (),
        published: bool = False,
        progress: Callable[[str], None] = lambda _: None,
        **dates: Unpack[RangeArguments],
    ) -> "Evaluation":
        """How good the forecasts of a range were, by system and population.

        Args:
            systems: systems, or systems at a level such as linear_news; all for none.
            populations: of ALL, GP10, MIN20, PTS20 and PROP; all for none.
            published: what was published before tip-off, in place of the backtest.
            progress: called with a line for each system before it is scored.
            dates: the range.

        Raises:
            UsageError: if a name or the range does not exist, or nothing of it can be scored.
        """
        from hoopcast.evaluation.alarms import stale_forecasts  # noqa: PLC0415 - brings scipy
        from hoopcast.evaluation.evaluate import Choice, evaluate  # noqa: PLC0415 - the same

        stage = dates.get("stage", "regular")
        choice = Choice(stage, systems, tuple(populations), published)
        days = self._resolve(dates)
        evaluation = evaluate(self.engine, days, choice, self.graph, progress)
        # What was published stays as it was, whatever has changed since.
        scored = set() if published else {score.system for score in evaluation.accuracy if not score.is_baseline}
        stale = stale_forecasts(self.engine, self.graph, days, scored, stage)
        simulated = f"SIMULATED: {SIMULATED}" if self.is_simulated else ""
        return replace(evaluation, warnings=(*filter(None, (simulated, stale)), *evaluation.warnings))

    def failures(self, *tables: str, **dates: Unpack[RangeArguments]) -> Table:
        """Absent rows and failed dates by table, category and month, with one reason of each."""
        from hoopcast.pipeline.failures import FailureCount, failure_counts  # noqa: PLC0415 - only reports need it

        names = [model.name for model in self.graph.select(tables, tables_first=True)]
        return Table.of(FailureCount, failure_counts(self.engine, self._resolve(dates), names))

    def verify(
        self, *tables: str, progress: Callable[[str], None] | None = None, **dates: Unpack[RangeArguments]
    ) -> "Verification":
        """Check a range anew: states, keys, ranges, the ledger, and a reason for each row that is absent.

        Args:
            tables: tables, short names or phases; all of them and the raw tables for none.
            progress: told of each table that is checked.
            dates: the range.
        """
        from hoopcast.pipeline.verify import verify  # noqa: PLC0415 - only reports need it

        names = {model.name for model in self.graph.select(tables, tables_first=True)} if tables else None
        return verify(self.engine, self.graph.nodes, self._resolve(dates), names, progress)

    def audit(
        self,
        *,
        dates_sampled: int = 3,
        rows_sampled: int = 500,
        seed: int = 0,
        from_scratch: bool = False,
        progress: Callable[[str], None] | None = None,
        **dates: Unpack[RangeArguments],
    ) -> "Audit":
        """Look for leaks: by lineage, by rebuilding on other results, by recomputing features, by metadata, by scores.

        Args:
            dates_sampled: dates of the range that are rebuilt.
            rows_sampled: rows of the feature store whose features are recomputed.
            seed: what both are drawn from.
            from_scratch: rebuild every date from raw tables, not those of each date's month.
            progress: called with a line for each part before it is checked.
            dates: the range.

        Raises:
            WarehouseError: if tables of the range are not up to date.
        """
        from hoopcast.audit.audit import Asked, audit  # noqa: PLC0415 - brings the compiler and the forecasts

        asked = Asked(dates_sampled, rows_sampled, seed, from_scratch, dates.get("stage", "regular"))
        return audit(self.engine, self.graph.nodes, self._resolve(dates), asked, progress or (lambda _: None))

    def why(self, table: str, day: date | str, player: int | str | None = None) -> Table:
        """The chain of partitions, inputs and versions behind the state of a table on a date, or a player's absence.

        Raises:
            UsageError: if there is no such table, no game on that date, or no one player of that name.
        """
        from hoopcast.pipeline.why import Link, why  # noqa: PLC0415 - only reports need it
        from hoopcast.players import find_player  # noqa: PLC0415 - resolves names

        on = parse_date(day) if isinstance(day, str) else day
        player_id = None if player is None else find_player(self.engine, str(player), on).player_id
        return Table.of(Link, why(self.engine, self.graph.nodes, self.graph.node(table).name, on, player_id))

    def status(self) -> Beat | None:
        """What is being written to the warehouse now, by whichever process; None for nothing."""
        beat = read_beat(warehouse_path(self.settings.warehouse))
        return None if beat is None or (beat.is_alive and not beat.run_id) else beat

    def models(self, *names: str) -> Table:
        """The models: what each is, how far it looks back, and the version of its code."""
        from hoopcast import catalogue  # noqa: PLC0415 - seldom asked

        return catalogue.models(self.graph, *names)

    def card(self, system: str, day: date | str | None = None) -> "ModelCard":
        """The model card of a refit: data, period, inputs, importance, limits, and what its forecasts scored.

        Args:
            system: a system at a level that learns, such as linear_news or availability_news.
            day: a date that it forecast, for the refit behind that; the newest refit for None.

        Raises:
            UsageError: if there is no such system, it learns nothing, or has learned nothing by that date.
        """
        from hoopcast.evaluation.cards import card  # noqa: PLC0415 - brings scipy

        model_card = card(self.engine, self.graph, system, parse_date(day) if isinstance(day, str) else day)
        return replace(model_card, warnings=(SIMULATED, *model_card.warnings)) if self.is_simulated else model_card

    def runs(self, limit: int = 20) -> Table:
        """The newest commands that wrote to the warehouse, newest first."""
        # Whoever can open the warehouse itself knows that nobody writes it: what is `running` there was killed.
        running = "running" if self.snapshot_taken_utc else "killed"
        return self.engine.select(
            f"SELECT * REPLACE (CASE status WHEN 'running' THEN $running ELSE status END AS status) FROM {RUNS}"
            " ORDER BY run_id DESC LIMIT $most",
            {"most": limit, "running": running},
        )

    def export(
        self,
        table: str,
        path: str | Path | BinaryIO,
        file_format: FileFormat | None = None,
        *,
        formulas: bool = True,
        **dates: Unpack[RangeArguments],
    ) -> int:
        """Write the rows of a table of a range to a Parquet, CSV or JSON file, or to a stream of bytes (csv).

        Args:
            table: a table with dates.
            path: file to write, or a stream.
            file_format: by default as the path ends.
            formulas: whether text in CSV stays as it is, though a spreadsheet would run it.
            dates: the range.

        Returns:
            Number of rows.

        Raises:
            UsageError: if the table or the range does not exist, or the path can not be written.
        """
        definition = table_definition(table)
        if definition.time is None:
            raise UsageError(f"{definition.name} has no dates; write it with `hoopcast sql --output`")
        days = [day.date for day in self._resolve(dates)]
        condition = f"{definition.time} IN (SELECT UNNEST(CAST($days AS DATE[])))"
        order = ", ".join(dict.fromkeys((definition.time, *definition.grain)))
        sql = f"SELECT * FROM {definition.name} WHERE {condition} ORDER BY {order}"
        return self.engine.select(sql, {"days": days}).write(path, file_format, formulas=formulas)

    def _resolve(self, dates: RangeArguments) -> tuple[SeasonDate, ...]:
        return resolve(self.engine, range_of(dates))

    def rehearse(
        self,
        *tables: str,
        resume: bool = True,
        skip_preflight: bool = False,
        retry_failed: bool = False,
        **dates: Unpack[RangeArguments],
    ) -> "tuple[PlannedBatch, ...]":
        """What `backfill` with the same arguments would write; nothing is written."""
        from hoopcast.pipeline.run import rehearse  # noqa: PLC0415 - brings the compiler

        selection = self._selection(tables, dates, again=not resume, only_failed=retry_failed, alone=skip_preflight)
        return rehearse(self.engine, self.graph.nodes, selection)

    def _selection(
        self, tables: Sequence[str], dates: RangeArguments, *, again: bool, only_failed: bool, alone: bool
    ) -> Selection:
        if again and only_failed:
            raise UsageError("--no-resume takes what is done, --retry-failed what failed; give one of them")
        chosen = self.graph.select(tuple(tables))
        names = tuple(model.name for model in chosen)
        # What was trained takes minutes, so it is trained again only where a name says just that.
        may_train = any(name.lower().partition("/")[0] in _TRAINED for name in tables)
        redone = tuple(model.name for model in chosen if may_train or model.table.short != "trained") if again else ()
        return Selection(names, self._resolve(dates), redone, only_failed, "along" if alone else "all")
