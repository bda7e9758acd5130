"""How bets end."""

import numpy as np
import pytest

from hoopcast.market.bets import bet_result, profit

NAN = float("nan")


@pytest.mark.parametrize(("case", "result", "won"), [
    (("OVER", 20.5, 21, True), "WIN", 0.9), (("OVER", 20.5, 20, True), "LOSS", -1),
    (("UNDER", 20.5, 20, True), "WIN", 0.9), (("UNDER", 20.5, 21, True), "LOSS", -1),
    (("OVER", 20, 20, True), "PUSH", 0), (("UNDER", 20, 20, True), "PUSH", 0),
    (("OVER", 20.5, NAN, False), "VOID", 0), (("UNDER", 0, 0, False), "VOID", 0),
    (("PASS", 20.5, 21, True), "NO_BET", NAN), (("NO_LINE", NAN, 21, True), "NO_BET", NAN),
    (("PASS", 20.5, NAN, False), "NO_BET", NAN),
])  # fmt: skip
def test_a_bet_ends_as_its_side_and_the_points_say(
    case: tuple[str, float, float, bool], result: str, won: float
) -> None:
    recommendation, line, points, played = case
    ended = bet_result(np.array([recommendation], np.object_), np.array([line]), np.array([points]), np.array([played]))
    assert ended.tolist() == [result]
    assert profit(ended, np.array([1.9])) == pytest.approx([won], nan_ok=True)
