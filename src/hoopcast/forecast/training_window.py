"""Which of the rows on record a refit learns from, and which of them decide what it shares with other refits.

Everything here depends on the rows before the refit alone, so that a refit gives the same whatever stands after them.
"""

import numpy as np

from hoopcast.arrays import DateArray, FloatArray, IntArray
from hoopcast.calendar import season_name, season_start_year

# A refit learns from its own season and so many whole ones before it, so that it costs the same in every year.
SEASONS_BEFORE = 3
# Values of a feature without which nothing can be said of where to cut it.
FEWEST_KNOWN = 200
# Share by which rows have grown before trees are grown anew. Every second month of a full window: .001 of mean error
# for half the time.
GROWTH = 0.1
# Days without games at the end of a month, after which trees are grown anew in any case: a season is over, or halts.
BREAK = np.timedelta64(7, "D")


def first_season(season: str) -> str:
    """The first season that refits of a season learn from, such as '2018-19' for '2021-22'."""
    return season_name(season_start_year(season) - SEASONS_BEFORE)


def known_from(features: FloatArray) -> IntArray:
    """At which of n rows each of (n, k) features has been known `FEWEST_KNOWN` times, (k,); n for never."""
    since = np.full(features.shape[1], len(features), dtype=np.int64)
    for place in range(features.shape[1]):
        known = np.flatnonzero(~np.isnan(features[:, place]))
        if len(known) >= FEWEST_KNOWN:
            since[place] = known[FEWEST_KNOWN - 1]
    return since


def first_rows(rows: int, since: IntArray) -> int:
    """How many of the first rows say where features are cut, so that it need not be redone at every refit.

    The largest power of two that is not above their number; all where a feature became known in between.

    Args:
        rows: there are.
        since: from which on each feature is known, as `known_from` gives it.
    """
    first = 1 << rows.bit_length() >> 1
    return rows if ((since >= first) & (since < rows)).any() else first


def month_ends(game_date: DateArray) -> list[int]:
    """How many rows there are up to the end of each month of (n,) dates in order; the last one is n."""
    month = game_date.astype("datetime64[M]")
    return [*(np.flatnonzero(month[1:] != month[:-1]) + 1).tolist(), len(month)]


def grown_rows(game_date: DateArray) -> int:
    """How many of (n,) rows, by their dates in order, trees learn from: those up to the end of some month.

    It is the last end of a month by which there were a tenth more rows than at the one before that counted, or on whose
    last days there were no games.
    """
    grown = 0
    for end in month_ends(game_date):
        last = game_date[end - 1 : end]
        pauses = (last.astype("datetime64[M]") + 1).astype("datetime64[D]") - last > BREAK
        if end >= (1 + GROWTH) * grown or pauses.any():
            grown = end
    return grown
