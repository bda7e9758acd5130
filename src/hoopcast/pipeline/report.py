"""What a run did."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TableReport:
    """What a run did to one table, in dates: written, failed, blocked by what failed upstream, and already done.

    `rows` and `expected` are of the dates that were written; what is expected and absent has its reason.
    """

    table: str
    dates: int = 0
    rows: int = 0
    expected: int = 0
    failed: int = 0
    blocked: int = 0
    unchanged: int = 0
    not_available: int = 0
    seconds: float = 0.0

    @property
    def success_pct(self) -> float | None:
        """Share of the expected rows that were written, in percent; None where none is expected."""
        return 100.0 * self.rows / self.expected if self.expected else None


@dataclass(frozen=True)
class RunReport:
    """What a run did; `run_id` is empty when there was nothing to do."""

    run_id: str
    tables: tuple[TableReport, ...]
    seconds: float
    warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        counts = {
            "dates written": sum(table.dates for table in self.tables),
            "rows": sum(table.rows for table in self.tables),
            "dates failed": sum(table.failed for table in self.tables),
            "dates blocked": sum(table.blocked for table in self.tables),
            "dates unchanged": sum(table.unchanged for table in self.tables),
        }
        told = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
        return f"{len(self.tables):,} tables: {told or 'nothing to do'}; {self.seconds:.2f} s"

    @property
    def exit_status(self) -> int:
        """0 when all is done, 1 when dates failed or are blocked."""
        return 1 if any(table.failed or table.blocked for table in self.tables) else 0
