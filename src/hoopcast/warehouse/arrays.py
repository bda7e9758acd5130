"""Columns on their way between an engine and numpy: one form for NULLs, numbers, dates and texts."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def plain_column(values: NDArray[Any]) -> NDArray[Any]:
    """A fetched column without a mask: NaN or None for NULL, dates as datetime64[D], booleans as 0 and 1."""
    kind = values.dtype.kind
    if kind == "M":
        return np.ma.filled(values.astype("datetime64[D]"), np.datetime64("NaT"))
    if kind == "O":
        texts: NDArray[Any] = np.ma.getdata(values).copy()
        texts[np.ma.getmaskarray(values)] = None
        return texts
    if np.ma.isMaskedArray(values):
        return np.ma.filled(values.astype(np.float64), np.nan)
    return values.astype(np.float64) if kind == "f" else values.astype(np.int64)


def handed_in(values: NDArray[Any]) -> NDArray[Any]:
    """A column in a form that an engine takes in: dates as moments."""
    return values.astype("datetime64[us]") if values.dtype.kind == "M" else values
