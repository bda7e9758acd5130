"""What an ingest did."""

from dataclasses import dataclass


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
        told = ", ".join(f"{self.total(count):,} {count}" for count in counts if self.total(count) or count == "read")
        return "\n".join((f"{len(self.files):,} files: rows {told}", *self.errors))

    def total(self, count: str) -> int:
        """Sum of one count, such as `quarantined`, over all files."""
        return sum(int(getattr(file, count)) for file in self.files)
