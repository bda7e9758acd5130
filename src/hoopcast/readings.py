"""What can be asked of an open warehouse without writing to it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self, Unpack

from hoopcast.calendar import parse_date
from hoopcast.dates import RangeArguments, range_of
from hoopcast.definitions.invented import FIRST_INVENTED_ID
from hoopcast.errors import UsageError
from hoopcast.pipeline.nodes import all_nodes, one_node, select_nodes
from hoopcast.pipeline.plan import Selection
from hoopcast.pipeline.ranges import UnitDate, resolve
from hoopcast.pipeline.runs import RUNS
from hoopcast.query import Dialect, statements
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.engine import Parameters
from hoopcast.warehouse.result import FileFormat, Table
from hoopcast.warehouse.tables import table as table_definition

if TYPE_CHECKING:
    from hoopcast.audit.audit import Audit
    from hoopcast.evaluation.cards import ModelCard
    from hoopcast.evaluation.evaluate import Evaluation
    from hoopcast.explain import Explanation
    from hoopcast.pipeline.coverage import By
    from hoopcast.pipeline.heartbeat import Beat
    from hoopcast.pipeline.report import PlannedSpan
    from hoopcast.pipeline.verify import Verification

SIMULATED = "a simulated league of invented players: no figure says anything about real games"
_TRAINED = ("trained", "trained_model", "nba_predictions.trained_model")


class Readings:
    """An open warehouse as a reader sees it; a context manager.

    `snapshot_taken_utc` is None, or when the snapshot that is being read was taken.
    """

    def __init__(self, engine: DuckDB, command: str, *, snapshot_taken_utc: datetime | None = None) -> None:
        self.engine = engine
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

    @property
    def is_simulated(self) -> bool:
        """Whether players of the simulator are among those in the box scores."""
        found = self.engine.query(
            "SELECT 1 FROM nba_raw.nbac_player_boxscore WHERE player_id >= $first LIMIT 1", {"first": FIRST_INVENTED_ID}
        )
        return bool(found.rows)

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

    def explain(self, player: int | str, day: date | str) -> "Explanation":
        """A player's features on the morning of a date, the box scores that they came from, and his forecasts.

        Args:
            player: his id or name; marks, case and suffix do not matter, and a part of a name may do.
            day: a date on which his team plays.

        Raises:
            UsageError: if nobody or more than one player is meant, or he has no features on that date.
        """
        from hoopcast.explain import explain, find_player  # noqa: PLC0415 - resolves names

        on = parse_date(day) if isinstance(day, str) else day
        return explain(self.engine, find_player(self.engine, str(player), on), on)

    def coverage(self, *tables: str, by: "By" = "table", **dates: Unpack[RangeArguments]) -> Table:
        """How far each table goes: dates by state, rows of expected rows, and success in percent.

        Args:
            tables: tables, short names or phases; all for none.
            by: one row a table, or one for each of its months or dates.
            dates: the range.
        """
        from hoopcast.pipeline.coverage import Coverage, coverage  # noqa: PLC0415 - only reports need it

        names = {model.name for model in select_nodes(tables, tables_first=True)}
        lines = coverage(self.engine, all_nodes(), self._resolve(dates), by)
        return Table.of(Coverage, [line for line in lines if line.table in names])

    def gaps(self, *tables: str, **dates: Unpack[RangeArguments]) -> Table:
        """What is not done: neighbouring dates of a table, why, and the command that mends them."""
        from hoopcast.pipeline.gaps import Gap, gaps  # noqa: PLC0415 - only reports need it

        names = {model.name for model in select_nodes(tables, tables_first=True)}
        found = gaps(self.engine, all_nodes(), self._resolve(dates), dates.get("stage", "regular"))
        return Table.of(Gap, [gap for gap in found if gap.table in names])

    def evaluate(
        self, *systems: str, populations: Sequence[str] = (), issued: bool = False, **dates: Unpack[RangeArguments]
    ) -> "Evaluation":
        """How good the forecasts of a range were, by system and population.

        Args:
            systems: systems, or systems at a level such as linear_news; all for none.
            populations: of ALL, GP10, MIN20, PTS20 and PROP; all for none.
            issued: what was published before tip-off, in place of what today's code says.
            dates: the range.

        Raises:
            UsageError: if a name or the range does not exist, or nothing of it can be scored.
        """
        from hoopcast.evaluation.evaluate import Choice, evaluate  # noqa: PLC0415 - brings scipy
        from hoopcast.evaluation.freshness import stale_forecasts  # noqa: PLC0415 - the same

        stage = dates.get("stage", "regular")
        choice = Choice(stage, systems, tuple(populations), issued)
        days = self._resolve(dates)
        found = evaluate(self.engine, days, choice)
        # What was issued stays as it was, whatever has changed since.
        scored = set() if issued else {one.system for one in found.accuracy if not one.is_baseline}
        stale = stale_forecasts(self.engine, days, scored, stage)
        simulated = f"SIMULATED: {SIMULATED}" if self.is_simulated else ""
        return replace(found, warnings=(*filter(None, (simulated, stale)), *found.warnings))

    def failures(self, *tables: str, **dates: Unpack[RangeArguments]) -> Table:
        """Absent rows and failed dates by table, category and month, with one reason of each."""
        from hoopcast.pipeline.failures import FailureCount, failure_counts  # noqa: PLC0415 - only reports need it

        names = [model.name for model in select_nodes(tables, tables_first=True)]
        return Table.of(FailureCount, failure_counts(self.engine, self._resolve(dates), names))

    def verify(self, *tables: str, **dates: Unpack[RangeArguments]) -> "Verification":
        """Check a range anew: states, keys, ranges, the ledger, and a reason for each row that is absent.

        Args:
            tables: tables, short names or phases; all of them and the raw tables for none.
            dates: the range.
        """
        from hoopcast.pipeline.verify import verify  # noqa: PLC0415 - only reports need it

        names = {model.name for model in select_nodes(tables, tables_first=True)} if tables else None
        return verify(self.engine, all_nodes(), self._resolve(dates), names)

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
        """Look for leaks: by lineage, by rebuilding on other results, by a plain count, by what rows say, by scores.

        Args:
            dates_sampled: dates of the range that are rebuilt.
            rows_sampled: rows of the feature store that are counted anew.
            seed: what both are drawn from.
            from_scratch: rebuild every date from raw tables, not those of each date's month.
            progress: told what is being looked at.
            dates: the range.

        Raises:
            WarehouseError: if tables of the range are not up to date.
        """
        from hoopcast.audit.audit import Asked, audit  # noqa: PLC0415 - brings the compiler and the forecasts

        asked = Asked(dates_sampled, rows_sampled, seed, from_scratch, dates.get("stage", "regular"))
        return audit(self.engine, all_nodes(), self._resolve(dates), asked, progress or (lambda _: None))

    def why(self, table: str, day: date | str, player: int | str | None = None) -> Table:
        """The chain of units, inputs and versions behind the state of a table on a date, or a player's absence.

        Raises:
            UsageError: if there is no such table, no game on that date, or no one player of that name.
        """
        from hoopcast.explain import find_player  # noqa: PLC0415 - resolves names
        from hoopcast.pipeline.why import Link, why  # noqa: PLC0415 - only reports need it

        on = parse_date(day) if isinstance(day, str) else day
        player_id = None if player is None else find_player(self.engine, str(player), on).player_id
        return Table.of(Link, why(self.engine, all_nodes(), one_node(table).name, on, player_id))

    def status(self) -> "Beat | None":
        """What is being written to the warehouse now, by whichever process; None for nothing."""
        from hoopcast.pipeline.heartbeat import heartbeat_path, read_heartbeat  # noqa: PLC0415 - seldom asked

        path = heartbeat_path(self.engine.url)
        return None if path is None else read_heartbeat(path)

    def models(self, *names: str) -> Table:
        """The models: what each is, how far it looks back, and the version of its code."""
        from hoopcast import catalogue  # noqa: PLC0415 - seldom asked

        return catalogue.models(*names)

    def card(self, system: str, day: date | str | None = None) -> "ModelCard":
        """The model card of a refit: data, period, inputs, importance, limits, and what its forecasts scored.

        Args:
            system: a system at a level that learns, such as linear_news or availability_news.
            day: a date that it forecast, for the refit behind that; the newest refit for None.

        Raises:
            UsageError: if there is no such system, it learns nothing, or has learned nothing by that date.
        """
        from hoopcast.evaluation.cards import card  # noqa: PLC0415 - brings scipy

        found = card(self.engine, system, parse_date(day) if isinstance(day, str) else day)
        return replace(found, warnings=(SIMULATED, *found.warnings)) if self.is_simulated else found

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
        **dates: Unpack[RangeArguments],
    ) -> int:
        """Write the rows of a table of a range to a Parquet, CSV or JSON file, or to a stream of bytes (csv).

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
        return self.engine.select(sql, {"days": days}).write(path, file_format)

    def _resolve(self, dates: RangeArguments) -> tuple[UnitDate, ...]:
        return resolve(self.engine, range_of(dates))

    def rehearse(
        self,
        *tables: str,
        resume: bool = True,
        skip_preflight: bool = False,
        retry_failed: bool = False,
        **dates: Unpack[RangeArguments],
    ) -> "tuple[PlannedSpan, ...]":
        """What `backfill` with the same arguments would write; nothing is written."""
        from hoopcast.pipeline.run import rehearse  # noqa: PLC0415 - brings the compiler

        selection = self._selection(tables, dates, again=not resume, only_failed=retry_failed, alone=skip_preflight)
        return rehearse(self.engine, all_nodes(), selection)

    def _selection(
        self, tables: Sequence[str], dates: RangeArguments, *, again: bool, only_failed: bool, alone: bool
    ) -> Selection:
        if again and only_failed:
            raise UsageError("--no-resume takes what is done, --retry-failed what failed; give one of them")
        chosen = select_nodes(tuple(tables))
        names = tuple(model.name for model in chosen)
        # What was trained takes minutes, so it is trained again only where a name says just that.
        may_train = any(name.lower().partition("/")[0] in _TRAINED for name in tables)
        redone = tuple(model.name for model in chosen if may_train or model.table.short != "trained") if again else ()
        return Selection(names, self._resolve(dates), redone, only_failed, "along" if alone else "all")
