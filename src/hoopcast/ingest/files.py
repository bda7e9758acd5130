"""Files as users have them: packed or not, in folders."""

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hoopcast.errors import SourceError

Format = Literal["parquet", "csv", "json"]
_ENDINGS = (".parquet", ".pq", ".csv", ".tsv", ".json", ".jsonl", ".ndjson")
_PARQUET, _GZIP = b"PAR1", b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"


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
    """A file's bytes, unpacked, with the hash of what lies on disk."""

    path: Path
    format: Format
    data: bytes
    is_packed: bool
    sha256: str


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


def open_file(path: Path) -> Content:
    """Read and unpack a file, and tell its format by its first bytes.

    Raises:
        SourceError: if it can not be read, is empty, or is packed and damaged.
    """
    if path.exists() and not path.is_file():
        raise SourceError("is no regular file")
    try:
        str(path).encode()
        packed = path.read_bytes()
    except UnicodeEncodeError as error:
        raise SourceError("has a name that is not UTF-8; rename it") from error
    except OSError as error:
        raise SourceError(f"can not be read: {error.strerror or error}") from error
    is_packed = packed.startswith(_GZIP)
    if path.name.casefold().endswith(".gz") and packed and not is_packed:
        raise SourceError("is named .gz and is not packed by gzip; rename it or pack it")
    try:
        data = gzip.decompress(packed) if is_packed else packed
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"is packed by gzip and damaged: {error}") from error
    if not data.strip():
        raise SourceError("is empty")
    return Content(path, _format(data), data, is_packed, hashlib.sha256(packed).hexdigest())


def _format(data: bytes) -> Format:
    if data.startswith(_PARQUET):
        return "parquet"
    if data.startswith(_UTF16):
        raise SourceError("is UTF-16; save it as UTF-8")
    if data.startswith(b"\0") or b"\0" in data[:64]:
        raise SourceError("is neither Parquet nor CSV nor JSON")
    return "json" if data.removeprefix(_BOM).lstrip()[:1] in (b"{", b"[") else "csv"
