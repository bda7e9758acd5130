"""Files on disk: which there are, of which format they are, and their rows in a table of the connection."""

import csv
import gzip
import hashlib
import io
import json
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

import duckdb

from hoopcast.errors import SourceError
from hoopcast.sources.documents import Extract, Json, extracts
from hoopcast.warehouse.engine import Engine

Format = Literal["parquet", "csv", "json"]
_ENDINGS = (".parquet", ".pq", ".csv", ".tsv", ".json", ".jsonl", ".ndjson")
_PARQUET, _GZIP = b"PAR1", b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"
_HEADER_BYTES = 1 << 16
_DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Found:
    """A file to ingest; `named` when the caller named it, not a folder around it."""

    path: Path
    named: bool

    @property
    def stem(self) -> str:
        """Name without folder and endings."""
        name = self.path.name
        return name.partition(".")[0] if name.partition(".")[0] else name


@dataclass(frozen=True)
class Content:
    """A file's bytes, unpacked, with the hash of what lies on disk."""

    path: Path
    format: Format
    data: bytes
    is_packed: bool
    sha256: str


@dataclass(frozen=True)
class Staged:
    """Rows of a source, in the temporary table `source_rows` as columns c0, c1, … and row_number.

    `is_text[i]` says whether column i is text; other columns keep the type that the file gives them.
    """

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: int
    rejected: int
    table_name: str | None = None


def find(paths: Iterable[str | Path]) -> Iterator[Found]:
    """Files under the given paths, folders recursively, each once; hidden files and folders aside.

    Raises:
        SourceError: if a path is not there.
    """
    seen: set[Path] = set()
    for path in map(Path, paths):
        if not path.exists():
            message = f"{path} does not exist"
            raise SourceError(message)
        for found in _below(path, seen) if path.is_dir() else (Found(path, named=True),):
            real = found.path.resolve()
            if real not in seen:
                seen.add(real)
                yield found


def _below(folder: Path, seen: set[Path]) -> Iterator[Found]:
    real = folder.resolve()
    if real in seen:
        return
    seen.add(real)
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _below(path, seen)
        else:
            yield Found(path, named=False)


def has_known_ending(path: Path) -> bool:
    """Whether a file found in a folder is worth opening."""
    return path.name.casefold().removesuffix(".gz").endswith(_ENDINGS)


def open_file(path: Path) -> Content:
    """Read and unpack a file, and tell its format by its first bytes.

    Raises:
        SourceError: if it can not be read, is empty, or is packed and damaged.
    """
    try:
        packed = path.read_bytes()
    except OSError as error:
        message = f"can not be read: {error.strerror or error}"
        raise SourceError(message) from error
    is_packed = packed.startswith(_GZIP)
    if path.name.casefold().endswith(".gz") and packed and not is_packed:
        message = "is named .gz and is not packed by gzip; rename it or pack it"
        raise SourceError(message)
    try:
        data = gzip.decompress(packed) if is_packed else packed
    except (OSError, EOFError, zlib.error) as error:
        message = f"is packed by gzip and damaged: {error}"
        raise SourceError(message) from error
    if not data.strip():
        message = "is empty"
        raise SourceError(message)
    return Content(path, _format(data), data, is_packed, hashlib.sha256(packed).hexdigest())


def _format(data: bytes) -> Format:
    if data.startswith(_PARQUET):
        return "parquet"
    if data.startswith(_UTF16):
        message = "is UTF-16; save it as UTF-8"
        raise SourceError(message)
    if data.startswith(b"\0") or b"\0" in data[:64]:
        message = "is neither Parquet nor CSV nor JSON"
        raise SourceError(message)
    return "json" if data.removeprefix(_BOM).lstrip()[:1] in (b"{", b"[") else "csv"


def stage(engine: Engine, content: Content) -> Iterator[Staged]:
    """Put each table of a file into `source_rows`, one after the other.

    Raises:
        SourceError: if its format is damaged, or it is JSON of no known shape.
    """
    try:
        if content.format == "parquet":
            yield _stage_parquet(engine, content)
        elif content.format == "csv":
            yield _stage_csv(engine, content)
        else:
            for extract in _merged(_read_json(content.data)):
                yield _stage_extract(engine, extract)
    except duckdb.Error as error:
        reason = " ".join(str(error).split())
        message = f"can not be read as {content.format.upper()}: {reason[:300]}"
        raise SourceError(message) from error


def _aliases(count: int) -> str:
    return ", ".join(f"c{index}" for index in range(count))


def _described(engine: Engine, columns: tuple[str, ...], rejected: int, table_name: str | None = None) -> Staged:
    types = engine.query("SELECT column_type FROM (DESCRIBE source_rows)").rows
    rows = int(str(engine.query("SELECT COUNT(*) FROM source_rows").rows[0][0]))
    return Staged(columns, tuple(str(row[0]) for row in types[: len(columns)]), rows, rejected, table_name)
