"""The books' consensus, against the same by hand."""

import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoopcast.market.consensus import consensus
from hoopcast.market.odds import no_vig_probability_over

BOOK = st.tuples(
    st.sampled_from(["0022100001", "0022100002"]),
    st.sampled_from([201939, 2544]),
    st.sampled_from([10.0, 10.5, 11.5, np.nan]),
    st.sampled_from([1.8, 1.9, 2.1, np.nan]),
    st.sampled_from([1.8, 1.9, 2.1, np.nan]),
)


@given(st.lists(BOOK, max_size=12))
def test_the_consensus_is_the_middle_line_and_its_books_mean_probability(
    books: list[tuple[str, int, float, float, float]],
) -> None:
    columns = [np.array(column) for column in zip(*books, strict=True)] or [np.array([])] * 5
    games = columns[0].astype(np.object_)
    found = consensus(games, columns[1].astype(np.int64), columns[2], columns[3], columns[4])
    keys = sorted({(game, player) for game, player, line, *_ in books if not np.isnan(line)})
    assert list(zip(found.game_id.tolist(), found.player_id.tolist(), strict=True)) == keys
    for row, key in enumerate(keys):
        mine = [book for book in books if book[:2] == key and not np.isnan(book[2])]
        assert found.line[row] == statistics.median_low([book[2] for book in mine])
        priced = [book[3:] for book in mine if book[2] == found.line[row] and not np.isnan(book[3:]).any()]
        assert found.books[row] == len(priced)
        if priced:
            over, under = np.array(priced).T
            assert found.probability_over[row] == pytest.approx(no_vig_probability_over(over, under).mean())
        else:
            assert np.isnan(found.probability_over[row])
