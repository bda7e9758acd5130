"""Boosted trees: trained, kept as text, and read leaf by leaf, so that each forecast says what moved it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.forecast.cancellation import heed
from hoopcast.forecast.training_window import first_rows, known_from

if TYPE_CHECKING:
    import lightgbm

# Two fifths of 200 trees at .03, with steps of twice the size and more, cost .001 of MAE; 60 at .1 cost .002.
TREES = 80
MOST_ROWS_A_LEAF = 400
_FEWEST_ROWS_A_LEAF = 5
# Threads that wait for each other on a busy machine take seven times as long as one alone, which gives the same trees.
_THREADS = 1
# Both forests of every month of a season are read once, not for the check of a load and the forecasts after it.
_KEPT = 24
# Rows, evenly drawn, that say where features are cut into so many bins.
_SAMPLED = 16_000
# No feature is left out beforehand: how few rows a leaf may have is known when a forest grows.
_BINNED = {"max_bin": 63, "feature_pre_filter": False, "num_threads": _THREADS, "verbosity": -1}
_SETTINGS = _BINNED | {
    "learning_rate": 0.07,
    "num_leaves": 12,
    "feature_fraction": 0.4,
    "seed": 1,
    "deterministic": True,
    # On one thread faster than by rows, with the same trees: .4 of the features are looked at.
    "force_col_wise": True,
}


@dataclass(frozen=True)
class Forest:
    """Trees whose sum is a forecast.

    Args:
        booster: the trees.
        contributions: (leaves of all trees, features) by how much the way to a leaf moved the sum, split by split:
            the difference of the values of neighbouring nodes belongs to the feature that was asked (Saabas 2014).
        values: (leaves of all trees,) what each adds to the sum.
        offsets: (trees,) where the leaves of a tree begin.
    """

    booster: "lightgbm.Booster"
    contributions: FloatArray
    values: FloatArray
    offsets: FloatArray

    def at(self, matrix: FloatArray, themes: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Sums at (n, features), and what each theme contributed, (n, themes), by a (features, themes) matrix."""
        from scipy.sparse import csr_array  # noqa: PLC0415 - as lightgbm

        leaves = np.asarray(self.booster.predict(matrix, pred_leaf=True, num_threads=_THREADS), dtype=np.int64)
        leaves = leaves.reshape(len(matrix), len(self.offsets)) + self.offsets.astype(np.int64)
        ends = np.arange(len(matrix) + 1) * leaves.shape[1]
        reached = csr_array((np.ones(leaves.size), leaves.ravel(), ends), shape=(len(matrix), len(self.values)))
        return reached @ self.values, reached @ (self.contributions @ themes)


class Bins:
    """Features in bins, (n, k) with NaN for NULL, for forests of the first rows, for any number of them.

    The first rows decide where features are cut (`first_rows`), no forest knows the range of what came later, and the
    work is done once for most refits of a season.
    """

    _kept: "dict[int, lightgbm.Dataset]"

    def __init__(self, matrix: FloatArray, names: tuple[str, ...]) -> None:
        self._matrix, self._names, self._since = matrix, names, known_from(matrix)
        self._kept = {}
        self._lock = Lock()

    def of(self, rows: int, target: FloatArray, weight: FloatArray | None) -> "lightgbm.Dataset":
        """The first rows with a target and weights, (rows,) each; None for equal weights."""
        import lightgbm  # noqa: PLC0415 - takes half a second, and most commands have no use for it

        first = first_rows(rows, self._since)
        with self._lock:
            if first not in self._kept:
                self._kept.clear()
                sample = self._matrix[: first : max(first // _SAMPLED, 1)]
                edges = lightgbm.Dataset(sample, np.zeros(len(sample)), feature_name=list(self._names), params=_BINNED)
                self._kept[first] = lightgbm.Dataset(
                    self._matrix, np.zeros(len(self._matrix)), reference=edges, params=_BINNED
                ).construct()
            data = self._kept[first].subset(list(range(rows)), _BINNED).construct()
        data.set_label(target)
        if weight is not None:
            data.set_weight(weight)
        return data


def grow_regression(data: "lightgbm.Dataset", objective: Literal["l1", "l2"]) -> str:
    """Text of trees that give the mean (l2) or the median (l1) of the target of rows in `Bins`."""
    leaf = max(min(MOST_ROWS_A_LEAF, data.num_data() // 40), _FEWEST_ROWS_A_LEAF)
    return grow(_SETTINGS | {"objective": objective, "min_data_in_leaf": leaf}, data, TREES)


def grow(settings: dict[str, Any], data: "lightgbm.Dataset", trees: int) -> str:
    """Text of trees that are trained one after the other, and no further once the run is stopped.

    Raises:
        ValueError: if LightGBM refuses settings or data.
    """
    import lightgbm  # noqa: PLC0415 - as above

    with _refusals():
        return lightgbm.train(settings, data, trees, callbacks=[lambda _: heed()]).model_to_string()


def booster(text: str) -> "lightgbm.Booster":
    """Trees from their text.

    Raises:
        ValueError: if it is none of theirs.
    """
    import lightgbm  # noqa: PLC0415 - as above

    with _refusals():
        return lightgbm.Booster(model_str=text)


@contextmanager
def _refusals() -> Iterator[None]:
    """What LightGBM refuses, as Python would: its own error is a kind of no other."""
    from lightgbm.basic import LightGBMError  # noqa: PLC0415 - as above

    try:
        yield
    except LightGBMError as error:
        raise ValueError(f"LightGBM: {error}") from error


@lru_cache(maxsize=_KEPT)
def forest(text: str) -> Forest:
    """Trees from their text, with what each leaf contributes; the last few are kept."""
    trees = booster(text)
    parts = [_leaves(tree, trees.num_feature()) for tree in text.partition("\nend of trees")[0].split("\nTree=")[1:]]
    offsets = np.cumsum([0, *(len(values) for values, _ in parts)])[:-1]
    values, contributions = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return Forest(trees, contributions, values, offsets.astype(np.float64))


def gains(text: str) -> dict[str, float]:
    """What each feature gained in the splits of the trees, as a share of all; nothing of one that is never asked."""
    trees = booster(text)
    gained = trees.feature_importance("gain")
    shares = gained / max(float(gained.sum()), 1e-12)
    return {name: float(f"{share:.4g}") for name, share in zip(trees.feature_name(), shares, strict=True) if share > 0}


def _leaves(tree: str, features: int) -> tuple[FloatArray, FloatArray]:
    """Values of a tree's leaves, (leaves,), and what each feature contributed on the way there, (leaves, features).

    A step from a node to its child contributes the difference of their values to the feature that the node asks for.
    """
    lines = dict(line.split("=", 1) for line in tree.splitlines() if "=" in line)
    leaves = np.array(lines["leaf_value"].split(), dtype=np.float64)
    if len(leaves) == 1:
        return leaves, np.zeros((1, features))
    asked, left, right = (
        np.array(lines[name].split(), dtype=np.intp) for name in ("split_feature", "left_child", "right_child")
    )
    value = np.concatenate([np.array(lines["internal_value"].split(), dtype=np.float64), leaves])
    nodes = len(asked)
    contributed = np.zeros((nodes + len(leaves), features))
    # A node stands before its children; a leaf is the complement of its number.
    for node in range(nodes):
        for child in (left[node], right[node]):
            place = child if child >= 0 else nodes + ~child
            contributed[place] = contributed[node]
            contributed[place, asked[node]] += value[place] - value[node]
    return leaves, contributed[nodes:]
