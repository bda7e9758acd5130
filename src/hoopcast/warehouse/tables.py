"""Table definitions, read from the SQL files under `models`: the one place for types, keys, ranges and meanings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from operator import attrgetter
from typing import Literal, cast

from hoopcast.errors import ModelError, UsageError

Type = Literal["BIGINT", "DOUBLE", "VARCHAR", "BOOLEAN", "DATE", "TIMESTAMP"]
Availability = Literal["pre-game", "post-game"]
Level = Literal["history", "news", "market", "line"]

LEVELS: tuple[Level, ...] = ("history", "news", "market", "line")
SCHEMAS = {
    "raw": "nba_raw",
    "analytics": "nba_analytics",
    "precompute": "nba_precompute",
    "features": "nba_predictions",
    "predictions": "nba_predictions",
    "grading": "nba_predictions",
    "orchestration": "nba_orchestration",
}
_NUMBER = r"-?\d+(?:\.\d+)?"
_COMMENT = re.compile(
    rf"^(?P<type>BIGINT|DOUBLE|VARCHAR|BOOLEAN|DATE|TIMESTAMP)?\s*(?P<not_null>!)?\s*"
    rf"(?:(?P<low>{_NUMBER})\.\.(?P<high>{_NUMBER})\s+)?(?P<meaning>.+?)\s+"
    r"\[(?P<availability>pre-game|post-game)(?: (?P<level>history|news|market|line))?\]$"
)
_SELECT_COLUMN = re.compile(r"(?:^|[\s.])(?P<name>[a-z][a-z0-9_]*)\s*,?\s*$")
# A column that a view takes from the table that holds its rows as it is.
_STORED_COLUMN = re.compile(r"^\s+p\.(?P<name>[a-z][a-z0-9_]*),?\s*(?:--|$)", re.MULTILINE)
_TABLE_COLUMN = re.compile(r"^\s+(?P<name>[a-z][a-z0-9_]*) (?P<type>[A-Z]+),?\s*$")


@dataclass(frozen=True)
class Column:
    """One column: its SQL type, what it means, what it may hold and when it is known.

    `availability` says whether it is known before the game; `level` is the lowest information level
    that may read it (None after the game).
    """

    name: str
    type: Type
    meaning: str
    not_null: bool
    low: float | None
    high: float | None
    availability: Availability
    level: Level | None


@dataclass(frozen=True)
class Table:
    """One table: its full name, phase, key, time column and columns in order, other headers.

    One with the header `stored` is read through a view; `stored` is the table that holds what is its own.
    """

    name: str
    phase: str
    title: str
    grain: tuple[str, ...]
    time: str | None
    columns: tuple[Column, ...]
    headers: dict[str, str] = field(hash=False)
    text: str

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns in their order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def content_columns(self) -> tuple[str, ...]:
        """Columns that make up the content of a stored row: all but where it came from and when it was written."""
        return tuple(name for name in self.stored.column_names if name not in ("source_id", "created_at_utc"))

    @property
    def is_view(self) -> bool:
        """Whether it is read through a view of what is stored and of other tables."""
        return "stored" in self.headers

    @cached_property
    def stored(self) -> "Table":
        """The table that its rows are written to: itself, or of a view the one that it reads as `p`."""
        if not self.is_view:
            return self
        names = set(_STORED_COLUMN.findall(self.text))
        headers = {key: value for key, value in self.headers.items() if key not in ("stored", "check")}
        columns = tuple(column for column in self.columns if column.name in names)
        return replace(self, name=self.headers["stored"], columns=columns, headers=headers)

    @property
    def file(self) -> str:
        """The file of the package that defines it."""
        return f"models/{self.phase}/{self.name.split('.')[1]}.sql"

    @property
    def short(self) -> str:
        """Short name that the command line takes, such as pdc."""
        return self.headers.get("short", self.name.split(".")[1])

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)


def read_headers(text: str) -> tuple[str, dict[str, str]]:
    """Title and `key: value` headers from the comment lines at the top of a definition."""
    title: list[str] = []
    headers: dict[str, str] = {}
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        body = line.removeprefix("--").strip()
        key, separator, value = body.partition(": ")
        if separator and re.fullmatch(r"[a-z][a-z-]*", key):
            headers[key] = value.strip()
        elif headers:
            last = next(reversed(headers))
            headers[last] = f"{headers[last]} {body}"
        else:
            title.append(body)
    return " ".join(title), headers


def _commented_lines(text: str) -> Iterator[tuple[int, str, str]]:
    """Number, code and comment of each line that has both; lines of comment alone complete a column's comment."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        code, separator, comment = line.partition("-- ")
        if not (separator and code.strip()):
            continue
        comment = comment.strip()
        for following in map(str.strip, lines[number:]):
            if _COMMENT.match(comment) or not following.startswith("-- "):
                break
            comment = f"{comment} {following.removeprefix('-- ').strip()}"
        yield number, code, comment


def _columns(text: str, name: str, *, is_select: bool) -> Iterator[Column]:
    """Columns of a definition, from the lines whose comment follows the grammar."""
    for number, code, comment in _commented_lines(text):
        described = _COMMENT.match(comment)
        if described is None:
            continue
        found = (_SELECT_COLUMN if is_select else _TABLE_COLUMN).search(code.rstrip())
        sql_type = described["type"] if is_select else found and found["type"]
        if found is None or sql_type is None:
            message = (
                f"{name}, line {number}: no column name and type; write `expression AS name, -- TYPE meaning [..]`"
            )
            raise ModelError(message)
        yield Column(
            name=found["name"],
            type=cast("Type", sql_type),
            meaning=described["meaning"],
            not_null=described["not_null"] is not None,
            low=float(described["low"]) if described["low"] else None,
            high=float(described["high"]) if described["high"] else None,
            availability=cast("Availability", described["availability"]),
            level=cast("Level | None", described["level"]),
        )


def parse_table(text: str, schema: str, phase: str, file_stem: str) -> Table:
    """Read one definition: a CREATE TABLE or a model's SELECT.

    Raises:
        ModelError: if headers, columns or key are not well formed.
    """
    name = f"{schema}.{file_stem}"
    title, headers = read_headers(text)
    columns = tuple(_columns(text, name, is_select="CREATE TABLE" not in text))
    grain = tuple(part.strip() for part in headers.get("grain", "").split(",") if part.strip())
    names = [column.name for column in columns]
    if not grain or not columns or not set(grain) <= set(names) or len(set(names)) != len(names):
        message = f"{name}: needs a header `-- grain: ...` of its own columns, each described once"
        raise ModelError(message)
    return Table(name, phase, title, grain, headers.get("time"), columns, headers, text)


def _folder(phase: str) -> Traversable:
    return resources.files("hoopcast") / "models" / phase


@cache
def tables_of(phase: str) -> tuple[Table, ...]:
    """Definitions of one phase: raw, analytics, precompute, features, predictions or orchestration."""
    files = sorted((file for file in _folder(phase).iterdir() if file.name.endswith(".sql")), key=attrgetter("name"))
    schema = SCHEMAS[phase]
    return tuple(parse_table(file.read_text("utf-8"), schema, phase, file.name.removesuffix(".sql")) for file in files)


def raw_tables() -> tuple[Table, ...]:
    """Definitions of `nba_raw`."""
    return tables_of("raw")


def all_tables() -> tuple[Table, ...]:
    """Definitions of every table of the warehouse."""
    return tuple(table for phase in SCHEMAS for table in tables_of(phase))


@cache
def table(name: str) -> Table:
    """Definition of a table by its full name, its name without schema, or its short name.

    Raises:
        UsageError: if there is none.
    """
    wanted = name.lower()
    for candidate in all_tables():
        if wanted in (candidate.name, candidate.name.split(".")[1], candidate.short):
            return candidate
    message = f"no table '{name}'; `hoopcast models` lists them"
    raise UsageError(message)
