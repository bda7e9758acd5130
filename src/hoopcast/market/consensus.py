"""The books' consensus on a player's game: the line in the middle, and what the books that quote it say of the over."""

from dataclasses import dataclass

import numpy as np

from hoopcast.arrays import FloatArray, IntArray, TextArray
from hoopcast.market.odds import NoVig, no_vig_probability_over


@dataclass(frozen=True)
class Consensus:
    """One row a player and game, ordered by them.

    `line` is in points; `probability_over` is the mean of the books that quote that line with both prices, margin
    removed, NaN if there are none; `books` says how many they are.
    """

    game_id: TextArray
    player_id: IntArray
    line: FloatArray
    probability_over: FloatArray
    books: IntArray


def consensus(  # noqa: PLR0913, PLR0917 - columns of one table, side by side
    game_id: TextArray,
    player_id: IntArray,
    line: FloatArray,
    over: FloatArray,
    under: FloatArray,
    method: NoVig = "power",
) -> Consensus:
    """Consensus over bookmakers, whose lines come in any order.

    The line is the median, of an even number the lower of the two in the middle: so it is a line that a book quotes.

    Args:
        game_id: (n,) NBA.com game ids.
        player_id: (n,) NBA.com player ids.
        line: (n,) points line of one bookmaker; rows with NaN are left out.
        over: (n,) its decimal odds of the over, NaN where not offered.
        under: (n,) its decimal odds of the under, NaN where not offered.
        method: how margins are removed.
    """
    quoted = np.flatnonzero(np.isfinite(line))
    games, game_number = np.unique(np.asarray(game_id)[quoted], return_inverse=True)
    order = np.lexsort((line[quoted], player_id[quoted], game_number))
    rows, game_number = quoted[order], game_number[order]
    players, lines = player_id[rows], line[rows]
    is_first = np.ones(len(rows), dtype=np.bool_)
    is_first[1:] = (game_number[1:] != game_number[:-1]) | (players[1:] != players[:-1])
    first = np.flatnonzero(is_first)
    size = np.diff(first, append=len(rows))
    middle = lines[first + (size - 1) // 2]

    group = np.cumsum(is_first) - 1
    probability = no_vig_probability_over(over[rows], under[rows], method)
    counts = np.isfinite(probability) & (lines == middle[group])
    books = np.bincount(group[counts], minlength=len(first))
    total = np.bincount(group[counts], weights=probability[counts], minlength=len(first))
    mean = np.divide(total, books, out=np.full(len(first), np.nan), where=books > 0)
    return Consensus(games[game_number[first]], players[first], middle, mean, books)
