"""Settings: from flags, then the environment, then hoopcast.toml, then what is usual.

hoopcast.toml is that of the current folder, and for what that does not say, that of the folder in which the warehouse
lies: so a warehouse is the same to the command line and to Python, wherever they are called from.
"""

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hoopcast.errors import UsageError
from hoopcast.forecast.aliases import current_name, system_names
from hoopcast.ingest.files import MAX_FILE_MB
from hoopcast.paths import IN_MEMORY, warehouse_path

FILE = "hoopcast.toml"
USUAL_WAREHOUSE = "duckdb:///hoopcast.duckdb"
_BY_FILE = f"`systems` in {FILE}"
PREFIX = "HOOPCAST_"
_MOST_THREADS = 256
_MOST_MEGABYTES = 10_000_000
_SHOWN = 40
_LONGEST_FILE = 1 << 16


@dataclass(frozen=True, slots=True)
class Settings:
    """What may be set.

    Attributes:
        warehouse: URL of the warehouse, such as `duckdb:///nba.duckdb`.
        threads: worker threads of the engine, all cores when None.
        wait: seconds to wait for another process that holds the warehouse.
        timeout: seconds that one batch of a run may take.
        memory_mb: megabytes that the engine may take before it puts work on disk; what it chooses when None.
        max_file_mb: megabytes that a file to ingest may have, unpacked; a twentieth of them if it is JSON.
        sql_files: whether `hoopcast sql` may read files beside the warehouse.
        systems: names of the forecast systems to run, to which members of ensembles are added; all of them when None.
        systems_chosen_by: what says which systems run, in words for a message.
    """

    warehouse: str = USUAL_WAREHOUSE
    threads: int | None = None
    wait: float = 60.0
    timeout: float = 600.0
    memory_mb: int | None = None
    max_file_mb: int = MAX_FILE_MB
    sql_files: bool = True
    systems: tuple[str, ...] | None = None
    systems_chosen_by: str = _BY_FILE


def load(flags: Mapping[str, object], environment: Mapping[str, str] = os.environ, file: Path = Path(FILE)) -> Settings:
    """Settings as flags, environment and files together say; a flag that is None was not given.

    Args:
        flags: settings by name.
        environment: variables, of which those count that begin with HOOPCAST_.
        file: of the current folder; that beside the warehouse, which the others name, counts less.

    Raises:
        UsageError: if a value is none for its setting, empty text included, or a file has an unknown key or is not
            TOML.
    """
    in_folder = _of_file(file)
    chosen: dict[str, object] = {}
    by = _BY_FILE
    for key, read in _READERS.items():
        variable = f"{PREFIX}{key.upper()}"
        if variable in environment:
            chosen[key] = read(environment[variable], variable)
            by = variable if key == "systems" else by
        if flags.get(key) is not None:
            chosen[key] = read(flags[key], f"--{key}")
    named = {"warehouse": USUAL_WAREHOUSE} | in_folder | chosen
    beside = _beside(str(named["warehouse"]), file)
    below = {} if beside is None else _of_file(beside)
    return Settings(**(below | named), systems_chosen_by=by)  # type: ignore[arg-type]


def _beside(warehouse: str, file: Path) -> Path | None:
    """The file of settings in the folder of a warehouse; None where that is the other file, or there is no folder."""
    path = warehouse_path(warehouse)
    if path == IN_MEMORY:
        return None
    folder = Path(path).absolute().parent
    return None if folder == file.absolute().parent else folder / FILE


def _of_file(file: Path) -> dict[str, object]:
    """Settings of one file."""
    settings: dict[str, object] = {}
    for key, value in _read(file).items():
        if key not in _READERS:
            raise UsageError(f"{file}: no setting '{key}'; there are {', '.join(_READERS)}")
        settings[key] = _READERS[key](value, f"{file}: {key}")
    return settings


def _read(file: Path) -> dict[str, object]:
    if not os.path.lexists(file):
        return {}
    import tomllib  # noqa: PLC0415 - costs time that most commands have no use for

    try:
        # What is no file, such as a pipe, would be waited for without end.
        if not stat.S_ISREG(file.stat().st_mode):
            raise UsageError(f"{file} can not be read: it is no regular file; move it away, or write settings into it")
        with file.open("rb") as settings:
            text = settings.read(_LONGEST_FILE + 1).decode()
        if len(text) > _LONGEST_FILE:
            raise UsageError(
                f"{file} can not be read: it has more than {_LONGEST_FILE:,} bytes, which no settings have"
            )
        return tomllib.loads(text)
    except OSError as error:
        raise UsageError(f"{file} can not be read: {error.strerror}; see to it, or move it away") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{file} can not be read: {error}") from error


def _url(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{where} is no warehouse URL; write duckdb:///file.duckdb")
    try:
        warehouse_path(value)
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from None
    return value


def _whole(most: int, value: object, where: str) -> int:
    # Python turns no text of thousands of digits into a number, so its length is looked at first.
    is_text = isinstance(value, str) and value.strip().isdecimal() and len(value) <= _SHOWN
    is_number = isinstance(value, int) and not isinstance(value, bool)
    number = int(value) if is_text or is_number else 0  # type: ignore[call-overload]
    if not 1 <= number <= most:
        shown = repr(value) if len(str(value)) <= _SHOWN else f"{str(value)[:_SHOWN]}..."
        raise UsageError(f"{where} is {shown}; write a whole number from 1 to {most:,}")
    return int(number)


def _yes(value: object, where: str) -> bool:
    chosen = {"true": True, "false": False}.get(str(value).strip().lower())
    if chosen is None:
        raise UsageError(f"{where} is {value!r}; write true or false")
    return chosen


def _seconds(value: object, where: str) -> float:
    try:
        seconds = float("nan" if isinstance(value, bool) else str(value))
    except ValueError:
        seconds = float("nan")
    if not 0 <= seconds < float("inf"):
        raise UsageError(f"{where} is {value!r}; write a number of seconds, such as 60")
    return seconds


def _some_seconds(value: object, where: str) -> float:
    if not (seconds := _seconds(value, where)):
        raise UsageError(f"{where} is {value!r}, in which nothing can be done; write a number of seconds, such as 600")
    return seconds


def _systems(value: object, where: str) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list) or not parts or not all(isinstance(part, str) and part.strip() for part in parts):
        raise UsageError(
            f"{where} is {value!r}; write names of systems, such as moving_average,linear, or leave it out for all"
        )
    names = tuple(current_name(part) for part in parts)
    if unknown := [part for part, name in zip(parts, names, strict=True) if name not in system_names()]:
        raise UsageError(f"{where}: no system '{unknown[0].strip()}'; choose from {', '.join(system_names())}")
    return names


_READERS: dict[str, Callable[[object, str], object]] = {
    "warehouse": _url,
    "threads": partial(_whole, _MOST_THREADS),
    "wait": _seconds,
    "timeout": _some_seconds,
    "memory_mb": partial(_whole, _MOST_MEGABYTES),
    "max_file_mb": partial(_whole, _MOST_MEGABYTES),
    "sql_files": _yes,
    "systems": _systems,
}
