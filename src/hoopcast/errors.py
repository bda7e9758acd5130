"""Everything that Hoopcast raises on purpose.

    HoopcastError
    ├── UsageError            wrong flags, dates, names                 exit 2
    ├── SourceError           a file that can not be read               exit 2
    ├── PreflightError        raw input of final games is missing       exit 3
    ├── WarehouseError        the warehouse can not be used             exit 1
    │   ├── WarehouseInUse    another process holds it                  exit 4
    │   ├── WriteRefused      rows break their table's definition       exit 1
    │   ├── StatementError    a statement failed on the data it met     exit 1
    │   ├── StatementStopped  a statement was cancelled                 exit 1
    │   └── EngineError       no statement can go on: disk, memory, SQL exit 1
    │       ├── WarehouseDamaged  its file is not what was written      exit 1
    │       └── WarehouseMoved    its file was replaced meanwhile       exit 1
    ├── RunError              a run ended before its time               exit 1
    ├── ModelError            a model file is not well formed           exit 1
    └── Interrupted           SIGINT or SIGTERM, rolled back            exit 130, 143

and what it warns of, all being done that was asked for:

    SnapshotWarning           readers have no newer snapshot            exit 0
    RepairWarning             a table was lost and is empty again       exit 0

Every message is one line: what is wrong, where, and what to do.
"""


class HoopcastError(Exception):
    """Root of the errors that a user can cause or mend."""

    exit_status = 1


class UsageError(HoopcastError):
    """A flag, date, table or name that does not exist or does not fit."""

    exit_status = 2


class SourceError(HoopcastError):
    """A file that is absent, unreadable or of no known kind."""

    exit_status = 2


class PreflightError(HoopcastError):
    """Raw input of final games in the range is missing."""

    exit_status = 3


class WarehouseError(HoopcastError):
    """The warehouse is absent, of another format, or damaged."""


class WarehouseInUse(WarehouseError):
    """Another process holds the warehouse."""

    exit_status = 4


class WriteRefused(WarehouseError):
    """Rows that break their table's definition; nothing of them was written."""


class StatementError(WarehouseError):
    """A statement failed on the data that it met; others may succeed."""


class ForecastError(StatementError):
    """A forecast system failed on the data that it met, or what it had learned is missing or was changed."""


class StatementStopped(WarehouseError):
    """A statement was cancelled, by a signal or because its time was up."""


class EngineError(WarehouseError):
    """Nothing like it can succeed: the disk is full, memory is short, or SQL and tables do not fit."""


class WarehouseDamaged(EngineError):
    """The file of the warehouse is not what was written."""


class WarehouseMoved(EngineError):
    """The file of the warehouse was replaced, moved or deleted while it was written."""


class RunError(HoopcastError):
    """A run ended before its time; what it had finished stays, the rest is as it was."""


class ModelError(HoopcastError):
    """A model or table definition that is not well formed."""


class Interrupted(HoopcastError):
    """The run was stopped by a signal; the batch in progress was rolled back."""

    def __init__(self, message: str, signal_number: int) -> None:
        super().__init__(message)
        self.exit_status = 128 + signal_number


class SnapshotWarning(UserWarning):
    """All is written, but not the copy that readers open while the next writer holds the warehouse."""


class RepairWarning(UserWarning):
    """A table that can be made anew was changed from outside, and is empty until it is."""
