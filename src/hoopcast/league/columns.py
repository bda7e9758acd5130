"""Types of the simulator's tables, and its sources of chance."""

from typing import Any, TypeAlias
from zlib import crc32

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Texts: TypeAlias = npt.NDArray[np.object_]
Columns: TypeAlias = dict[str, Array]


def chance(seed: int, season: str, purpose: str) -> np.random.Generator:
    """The one source of chance of a purpose in a season.

    A purpose has a stream of its own, so that a further draw for one changes no other.

    Args:
        seed: seed of the league.
        season: such as `2021-22`; empty for what belongs to no season.
        purpose: what is drawn, such as `schedule`.

    Returns:
        Generator whose stream depends on these three alone.
    """
    return np.random.default_rng([seed, crc32(season.encode()), crc32(purpose.encode())])


def texts(values: list[str] | tuple[str, ...]) -> Texts:
    """Object array of strings, which DuckDB reads as VARCHAR."""
    return np.array(values, dtype=np.object_)


def whole_parts(amounts: Floats) -> Ints:
    """Amounts rounded to whole numbers so that each row keeps its sum.

    Args:
        amounts: matrix whose rows sum to whole numbers.

    Returns:
        Whole numbers, each less than 1 from its amount; an amount of 0 stays 0.
    """
    steps = np.rint(np.cumsum(amounts, axis=-1)).astype(np.int64)
    return np.diff(steps, axis=-1, prepend=0)


def _joined(parts: list[Array]) -> Array:
    whole = np.concatenate([np.ma.getdata(part) for part in parts])
    if not any(isinstance(part, np.ma.MaskedArray) for part in parts):
        return whole
    return np.ma.masked_array(whole, mask=np.concatenate([np.ma.getmaskarray(part) for part in parts]))


def stacked(tables: list[Columns]) -> Columns:
    """Tables of the same columns, one below the other."""
    return {name: _joined([table[name] for table in tables]) for name in tables[0]}
