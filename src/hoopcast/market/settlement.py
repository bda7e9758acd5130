"""How recommended bets end, and what one unit staked on them wins or loses."""

import numpy as np

from hoopcast.arrays import BoolArray, FloatArray, TextArray


def bet_result(recommendation: TextArray, line: FloatArray, points: FloatArray, played: BoolArray) -> TextArray:
    """WIN, LOSS, PUSH (the line was hit exactly), VOID (he did not play) or NO_BET, (n,).

    Args:
        recommendation: (n,) OVER, UNDER, PASS or NO_LINE.
        line: (n,) points lines.
        points: (n,) points that were scored.
        played: (n,) whether he played.
    """
    is_over, is_under = recommendation == "OVER", recommendation == "UNDER"
    won = (is_over & (points > line)) | (is_under & (points < line))
    result = np.select([~(is_over | is_under), ~played, points == line, won], ["NO_BET", "VOID", "PUSH", "WIN"], "LOSS")
    return result.astype(np.object_)


def profit(result: TextArray, price: FloatArray) -> FloatArray:
    """Profit of one unit staked: the price less 1, -1, 0 for a push and a void, NaN for no bet.

    Args:
        result: (n,) WIN, LOSS, PUSH, VOID or NO_BET.
        price: (n,) decimal odds of the side that was bet on.
    """
    return np.select(
        [result == "WIN", result == "LOSS", (result == "PUSH") | (result == "VOID")],
        [price - 1, -np.ones(len(price)), np.zeros(len(price))],
        np.nan,
    )
