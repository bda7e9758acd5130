"""Files on disk: which there are, and of which format their bytes are."""

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
class Found:
    """A file to ingest; `named` when the caller named it, not a folder around it."""

    path: Path
    named: bool

    @property
    def stem(self) -> str:
        """Name without folder and endings."""
        return self.path.name.partition(".")[0] or self.path.name


@dataclass(frozen=True)
class Content:
    """A file's bytes, unpacked, with the hash of what lies on disk."""

    path: Path
    format: Format
    data: bytes
    is_packed: bool
    sha256: str


def find(paths: Iterable[str | Path]) -> Iterator[Found]:
    """Files under the given paths, folders recursively, each once; hidden files and folders aside."""
    seen: set[str] = set()
    for path in map(Path, paths):
        for found in _below(path, seen) if path.is_dir() else (Found(path, named=True),):
            real = os.path.realpath(found.path)
            if real not in seen:
                seen.add(real)
                yield found


def _below(folder: Path, seen: set[str]) -> Iterator[Found]:
    real = os.path.realpath(folder)
    if real in seen:
        return
    seen.add(real)
    try:
        within = sorted(folder.iterdir())
    except OSError:
        yield Found(folder, named=True)
        return
    for path in within:
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
    if path.exists() and not path.is_file():
        message = "is no regular file"
        raise SourceError(message)
    try:
        str(path).encode()
        packed = path.read_bytes()
    except UnicodeEncodeError as error:
        message = "has a name that is not UTF-8; rename it"
        raise SourceError(message) from error
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
