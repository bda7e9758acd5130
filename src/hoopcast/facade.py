"""An open warehouse, and all that can be done with it."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from hoopcast.dates import RangeArguments, named
from hoopcast.pipeline.nodes import all_nodes
from hoopcast.pipeline.runs import Totals
from hoopcast.readings import Readings
from hoopcast.recorded import Snapshots, leave_snapshot, recorded
from hoopcast.warehouse.snapshot import copy_to

if TYPE_CHECKING:
    from hoopcast.forecast.graded import GradeReport
    from hoopcast.forecast.issuing import IssueReport
    from hoopcast.forecast.outlook import Outlook
    from hoopcast.pipeline.report import RunReport
    from hoopcast.pipeline.run import Progress
    from hoopcast.sources.forget import ForgetReport
    from hoopcast.sources.report import IngestReport


class Hoopcast(Readings):
    """An open warehouse; a context manager. `hoopcast.open` makes one."""

    def ingest(
        self, *paths: str | Path, season: str | None = None, table: str | None = None, replace: bool = False
    ) -> "IngestReport":
        """Read files and folders of Parquet, CSV or JSON, packed or not, into the raw tables.

        Args:
            paths: files and folders.
            season: the season that every row must be of.
            table: raw table that the files hold; by default their columns tell.
            replace: for the dates of a file, delete rows of its table that the file lacks.

        Returns:
            What became of each row of each file; a file that can not be read is among its `errors`.

        Raises:
            UsageError: if season or table is none.
        """
        from hoopcast.sources.load import ingest  # noqa: PLC0415 - only those who ingest wait for it

        with recorded(self.engine, self.command) as record:
            report = ingest(self.engine, paths, season=season, table=table, replace=replace, run_id=record.run_id)
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
        from hoopcast.sources.forget import forget  # noqa: PLC0415 - only those who forget wait for it

        with recorded(self.engine, self.command) as record:
            report = forget(self.engine, target, record.run_id)
            record.totals = Totals(rows=sum(report.rows.values()))
        return report

    def forget_dates(self, **dates: Unpack[RangeArguments]) -> "ForgetReport":
        """Take back what was ingested for a range."""
        return self.forget([day.date for day in self._resolve(named(dates))])

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
            timeout: seconds that one span may take.
            progress: told of tables and spans.
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
            self.engine, all_nodes(), selection, RunOptions(self.command, timeout), Snapshots(self.engine, progress)
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
            progress: told of tables and spans.
            dates: the range.

        Raises:
            UsageError: if a player, team, system or range does not exist.
            PreflightError: if raw input of final games is missing.
        """
        from hoopcast.forecast.outlook import outlook, question  # noqa: PLC0415 - brings the forecasts

        asked = question(self.engine, [day.date for day in self._resolve(dates)], player, team, system)
        nodes = [f"predictions/{one.system_id}" for one in asked.systems]
        run = self.backfill(*nodes, progress=progress, **dates) if update else None
        return outlook(self.engine, asked, run)

    def issue(self, system: str | None = None, **dates: Unpack[RangeArguments]) -> "IssueReport":
        """Put forecasts of games that have not tipped off yet on record for good, as they stand.

        Args:
            system: a system, or one at a level; all of them for none.
            dates: the range.

        Raises:
            UsageError: if the system or the range does not exist.
        """
        from hoopcast.forecast.issuing import issue  # noqa: PLC0415 - brings the forecasts
        from hoopcast.forecast.naming import every_system, named_systems  # noqa: PLC0415 - the same

        systems = every_system() if system is None else named_systems(system)
        days = [day.date for day in self._resolve(dates)]
        with recorded(self.engine, self.command) as record:
            report = issue(self.engine, days, [one.system_id for one in systems])
            record.totals = Totals(rows=report.issued)
        return report

    def grade(self, *, progress: "Progress | None" = None, **dates: Unpack[RangeArguments]) -> "GradeReport":
        """Grade the forecasts of a range whose games are final.

        Args:
            progress: told of tables and spans.
            dates: the range.

        Raises:
            UsageError: if the range does not exist.
            PreflightError: if raw input of final games is missing.
        """
        from hoopcast.forecast.graded import GradeReport, grades_by_system  # noqa: PLC0415 - brings the forecasts
        from hoopcast.forecast.naming import every_system  # noqa: PLC0415 - the same

        run = self.backfill("grading", progress=progress, **dates)
        days = [day.date for day in self._resolve(dates)]
        return GradeReport(grades_by_system(self.engine, days, [one.system_id for one in every_system()]), run)

    def backup(self, path: str | Path) -> None:
        """Copy the whole warehouse, consistent in itself, to a new file.

        Raises:
            UsageError: if the file exists already or can not be written.
        """
        copy_to(self.engine, Path(path))
