"""Files as users have them: packed or not, in folders."""

import gzip
import hashlib
import os
import re
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Literal

from hoopcast.errors import SourceError

Format = Literal["parquet", "csv", "json"]
_ENDINGS = (".parquet", ".pq", ".csv", ".tsv", ".json", ".jsonl", ".ndjson")
_PARQUET, _GZIP, _ZIP = b"PAR1", b"\x1f\x8b", b"PK\x03\x04"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"
_CHUNK, MEGABYTE = 1 << 20, 1_000_000
MAX_FILE_MB = 4000
# The engine reads lines of half a buffer, and leaves out longer ones without a word.
_LONGEST_LINE_MB = 16
# JSON is read as a whole, into up to twenty times the memory that it has on disk.
_SHARE = {"json": 20}
# What DuckDB takes for a pattern of names, or for a folder, and a file system for a part of a name.
_PATTERN = re.compile(r"[*?\[\\]")


@dataclass(frozen=True)
class SourceFile:
    """A file to ingest; `is_named` when the caller named it, not a folder around it."""

    path: Path
    is_named: bool

    @property
    def stem(self) -> str:
        """Name without folder and endings."""
        return self.path.name.partition(".")[0] or self.path.name

    @property
    def shown(self) -> str:
        """Its path as text that any terminal and file can take."""
        return shown_path(self.path)

    @property
    def has_known_ending(self) -> bool:
        """Whether it is to be opened where it lies in a folder."""
        return self.path.name.casefold().removesuffix(".gz").endswith(_ENDINGS)


def shown_path(path: Path) -> str:
    """A path as text that any terminal and file can take."""
    return str(path).encode("utf-8", "backslashreplace").decode()


@dataclass(frozen=True)
class Content:
    """A file that is open, unpacked.

    Attributes:
        path: of the file, as its user has it.
        format: told by its first bytes.
        head: its first bytes, unpacked, a megabyte of them.
        unpacked: where the bytes lie unpacked, under a name that names no other file.
        sha256: of what lies on disk.
        most: bytes that a file may have.
    """

    path: Path
    format: Format
    head: bytes
    unpacked: Path
    sha256: str
    most: int


def find(paths: Iterable[Path]) -> Iterator[SourceFile]:
    """Files under the given paths, folders recursively, each once; hidden files and folders aside."""
    seen: set[str] = set()
    for path in paths:
        for file in _below(path, seen) if path.is_dir() else (SourceFile(path, is_named=True),):
            real = os.path.realpath(file.path)
            if real not in seen:
                seen.add(real)
                yield file


def _below(folder: Path, seen: set[str]) -> Iterator[SourceFile]:
    real = os.path.realpath(folder)
    if real in seen:
        return
    seen.add(real)
    try:
        within = sorted(folder.iterdir())
    except OSError:
        yield SourceFile(folder, is_named=True)
        return
    for path in within:
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _below(path, seen)
        else:
            yield SourceFile(path, is_named=False)


@contextmanager
def open_file(path: Path, most: int) -> Iterator[Content]:
    """Unpack a file if need be, and tell its format by its first bytes; what is unpacked is gone at the end.

    Args:
        path: of the file.
        most: megabytes that it may have, unpacked.

    Raises:
        SourceError: if it can not be read, is empty or too large, or is packed and damaged.
    """
    if path.exists() and not path.is_file():
        raise SourceError("is no regular file")
    try:
        str(path).encode()
        source = path.open("rb")
    except UnicodeEncodeError as error:
        raise SourceError("has a name that is not UTF-8; rename it") from error
    except OSError as error:
        raise SourceError(f"can not be read: {error.strerror or error}") from error
    with source, tempfile.TemporaryDirectory() as folder:
        is_packed = source.peek(len(_GZIP)).startswith(_GZIP)
        if path.name.casefold().endswith(".gz") and source.peek(1) and not is_packed:
            raise SourceError("is named .gz and is not packed by gzip; rename it or pack it")
        unpacked = path.absolute()
        try:
            sha256 = hashlib.file_digest(source, "sha256").hexdigest()
            source.seek(0)
            if is_packed:
                unpacked = Path(folder) / "unpacked"
                with gzip.open(source) as packed, unpacked.open("wb") as target:
                    head = _copy(packed, target, most)
            else:
                head = _copy(source, None, most)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise SourceError(f"is packed by gzip and damaged: {error}") from error
        except OSError as error:
            raise SourceError(f"can not be read: {error.strerror or error}") from error
        if _PATTERN.search(str(unpacked)):
            unpacked = Path(folder) / "unpacked"
            unpacked.symlink_to(path.resolve())
        yield Content(path, _format(head), head, unpacked, sha256, most * MEGABYTE)


def _copy(source: BufferedReader | gzip.GzipFile, target: BinaryIO | None, most: int) -> bytes:
    """Copy a file, or look through it, chunk by chunk.

    Returns:
        The first chunk.

    Raises:
        SourceError: if it is empty, too large, or CSV with a line too long to read.
    """
    head = source.read(_CHUNK)
    file_format = _format(head) if head.strip() else "csv"
    most_bytes = most * MEGABYTE // _SHARE.get(file_format, 1)
    has_text, size, line = False, 0, 0
    for chunk in chain((head,), iter(lambda: source.read(_CHUNK), b"")):
        size += len(chunk)
        has_text = has_text or bool(chunk.strip())
        if size > most_bytes:
            raise too_large(f"more than {most_bytes / MEGABYTE:,g} MB of {file_format}")
        line = len(chunk) - chunk.rindex(b"\n") if b"\n" in chunk else line + len(chunk)
        if file_format == "csv" and line > _LONGEST_LINE_MB * MEGABYTE:
            raise SourceError(f"has a line of more than {_LONGEST_LINE_MB} MB, which is no row; take it out")
        if target is not None:
            target.write(chunk)
    if not has_text:
        raise SourceError("is empty")
    return head


def too_large(size: str) -> SourceError:
    """What is told of a file that has more in it than it may have."""
    return SourceError(f"has {size} in it, and so much is not read; split it, or raise `max_file_mb` in hoopcast.toml")


def _format(data: bytes) -> Format:
    if data.startswith(_PARQUET):
        return "parquet"
    if data.startswith(_UTF16):
        raise SourceError("is UTF-16; save it as UTF-8")
    if data.startswith(_ZIP):
        raise SourceError("is packed by zip; unpack it")
    if data.startswith(b"\0") or b"\0" in data[:64]:
        raise SourceError("is neither Parquet nor CSV nor JSON")
    return "json" if data.removeprefix(_BOM).lstrip()[:1] in (b"{", b"[") else "csv"
