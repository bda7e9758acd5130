"""Beside the odds that were taken, the closing line: what a pick that was published gained or lost until the close."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
import pytest
from scipy.stats import nbinom

import hoopcast
from hoopcast.forecast.predictions import predictions
from hoopcast.pipeline.node import Asked
from hoopcast.warehouse.engine import Engine
from tests.forecast.lines_by_hand import SYSTEM, put

DAY = date(2021, 12, 5)
MEAN, VARIANCE = 21.0, 60.0
MORNING, NOON, EVENING = (datetime(2021, 12, 5, hour) for hour in (8, 12, 20))  # noqa: DTZ001 - UTC, as stored
EVEN = -110.0
PLAYER = 7


@dataclass(frozen=True)
class Offer:
    """A line with American odds of both sides."""

    line: float
    over: float = EVEN
    under: float = EVEN


@dataclass(frozen=True)
class Issue:
    """What was published of an offer."""

    side: str
    offer: Offer
    moment: datetime = MORNING
    system: str = SYSTEM


TAKEN = Offer(20.5)


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An empty warehouse in memory."""
    with hoopcast.open(":memory:") as warehouse:
        yield warehouse.engine


def play(engine: Engine, close: Offer | None, *issues: Issue, player: int = PLAYER) -> None:
    """Put one player's night into the tables: distribution, line as it stands last, and what was published before."""

    def of_player(**columns: object) -> dict[str, "np.typing.NDArray[np.generic]"]:
        keys = {
            "game_id": "0022100350", "player_id": player, "game_date": np.datetime64(DAY), "season": "2021-22",
            "market": "points",
        }  # fmt: skip
        return {
            name: np.array([value], dtype=object if isinstance(value, str) else None)
            for name, value in {**keys, **columns}.items()
        }

    distribution = {
        "nb_mean": MEAN,
        "nb_variance": VARIANCE,
        "trained_until": np.datetime64("2021-12-04"),
    }
    put(engine, "distributions", of_player(system_id=SYSTEM, **distribution))
    put(engine, "upgc", of_player(player_lookup="somebody", team_abbr="BOS", opponent_team_abbr="NYK"))
    put(engine, "mlfs", of_player(play_probability_news=0.9))
    if close is not None:
        prices = {"points_line": close.line, "over_price": close.over, "under_price": close.under}
        put(engine, "ppl", of_player(bookmaker="a book", **prices))
    for issue in issues:
        offer = {"line": issue.offer.line, "over_price": issue.offer.over, "under_price": issue.offer.under}
        said = {"system_id": issue.system, "recommendation": issue.side, "issued_at_utc": np.datetime64(issue.moment)}
        put(engine, "issued", of_player(**offer, **said))


def values(engine: Engine) -> dict[int, float]:
    """Closing line value by player; NaN for none."""
    found = predictions(engine, Asked("2021-22", (DAY,)), SYSTEM, ("1", "1"))
    return dict(zip(found["player_id"].tolist(), found["clv"].tolist(), strict=True))


def value(engine: Engine, close: Offer | None, *issues: Issue) -> float:
    """Closing line value of one player's night."""
    play(engine, close, *issues)
    return values(engine)[PLAYER]


def no_vig(over: float, under: float) -> float:
    """P(over) of a pair of American odds by the power method, by bisection."""
    implied = [100 / (100 + odds) if odds > 0 else -odds / (100 - odds) for odds in (over, under)]
    low, high = 0.5, 2.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(p**middle for p in implied) > 1 else (low, middle)
    return float(implied[0] ** low)


def own(line: float) -> float:
    """P(over) of the distribution at a line, given no push."""
    successes, chance = MEAN**2 / (VARIANCE - MEAN), MEAN / VARIANCE
    upto, below = (nbinom.cdf(k, successes, chance) for k in (math.floor(line), math.ceil(line) - 1))
    return float((1 - upto) / (1 - upto + below))


def odds(probability: float) -> float:
    """Odds for."""
    return probability / (1 - probability)


@pytest.mark.parametrize(("side", "sign"), [("OVER", 1), ("UNDER", -1)])
@pytest.mark.parametrize("close", [Offer(20.5, -130, 110), Offer(20.5, 115, -135), Offer(20.5, -115, -105)])
def test_a_price_that_moved_to_the_side_of_a_pick_is_worth_the_difference(
    engine: Engine, side: str, sign: int, close: Offer
) -> None:
    gained = no_vig(close.over, close.under) - 0.5
    assert value(engine, close, Issue(side, TAKEN)) == pytest.approx(sign * gained, abs=1e-9)


@pytest.mark.parametrize(("side", "sign"), [("OVER", 1), ("UNDER", -1)])
@pytest.mark.parametrize("line", [18.5, 20.0, 21.0, 22.5])
def test_a_line_that_moved_is_brought_to_the_number_that_was_taken(
    engine: Engine, side: str, sign: int, line: float
) -> None:
    found = value(engine, Offer(line, -120, 100), Issue(side, TAKEN))
    at_close = odds(no_vig(-120, 100)) * odds(own(20.5)) / odds(own(line))
    assert found == pytest.approx(sign * (at_close / (1 + at_close) - 0.5), abs=1e-6)
    if abs(line - 20.5) > 1:
        assert np.sign(found) == sign * np.sign(line - 20.5), "a higher line is what whoever has the over wants to see"


def test_the_close_is_compared_with_the_price_that_was_taken_and_not_with_an_even_one(engine: Engine) -> None:
    found = value(engine, Offer(20.5, -130, 110), Issue("OVER", Offer(20.5, -150, 125)))
    assert found == pytest.approx(no_vig(-130, 110) - no_vig(-150, 125))
    assert found < 0


def test_what_did_not_move_has_no_closing_line_value(engine: Engine) -> None:
    assert math.isnan(value(engine, TAKEN, Issue("OVER", TAKEN)))


@pytest.mark.parametrize(
    "issues",
    [
        (),
        (Issue("PASS", TAKEN),),
        (Issue("NO_LINE", TAKEN),),
        (Issue("OVER", TAKEN, system="linear_history"),),
    ],
)
def test_what_was_not_picked_has_no_closing_line_value(engine: Engine, issues: tuple[Issue, ...]) -> None:
    assert math.isnan(value(engine, Offer(22.5, -130, 110), *issues))


def test_a_line_that_was_taken_down_has_no_closing_line_value(engine: Engine) -> None:
    assert math.isnan(value(engine, None, Issue("OVER", TAKEN)))


def test_the_pick_is_the_first_that_was_published(engine: Engine) -> None:
    passed = Issue("PASS", Offer(20.5, 100, -120), MORNING)
    first = Issue("OVER", TAKEN, NOON)
    later = Issue("UNDER", Offer(23.5, -115, -105), EVENING)
    found = value(engine, Offer(20.5, -130, 110), later, first, passed)
    assert found == pytest.approx(no_vig(-130, 110) - 0.5)


def test_a_pick_at_the_price_of_one_side_is_not_given_the_other_of_a_later_issue(engine: Engine) -> None:
    first = Issue("OVER", Offer(20.5, EVEN, math.nan), MORNING)
    later = Issue("OVER", Offer(20.5, -125, 105), NOON)
    found = value(engine, Offer(20.5, -130, 110), first, later)
    assert found == pytest.approx(no_vig(-130, 110) - 0.5)


def test_a_pick_keeps_its_value_when_the_system_no_longer_makes_it(engine: Engine) -> None:
    # Nothing is picked without a record, and yet the pick that was published counts.
    play(engine, Offer(20.5, -130, 110), Issue("OVER", TAKEN))
    found = predictions(engine, Asked("2021-22", (DAY,)), SYSTEM, ("1", "1"))
    assert found["recommendation"].tolist() == ["PASS"]
    assert found["clv"][0] > 0


def test_a_close_of_one_side_is_taken_with_the_usual_price_of_the_other(engine: Engine) -> None:
    usual = 2 * 110 / 210
    found = value(engine, Offer(20.5, -130, math.nan), Issue("OVER", TAKEN))
    implied = usual - 130 / 230
    assert found == pytest.approx(no_vig(-130, 100 * (1 / implied - 1)) - 0.5)


def test_each_player_has_the_value_of_his_own_pick(engine: Engine) -> None:
    closes = {3: Offer(20.5, -130, 110), 5: TAKEN, 4: Offer(20.5, 110, -130), 9: Offer(22.5)}
    for player, close in closes.items():
        issues = () if player == 9 else (Issue("OVER", TAKEN),)
        play(engine, close, *issues, player=player)
    found = values(engine)
    assert list(found) == sorted(closes)
    assert found[3] == pytest.approx(no_vig(-130, 110) - 0.5) == -found[4]
    assert math.isnan(found[5])
    assert math.isnan(found[9])


def test_issues_of_other_dates_are_of_other_picks(engine: Engine) -> None:
    issue = Issue("OVER", TAKEN)
    play(engine, Offer(20.5, -130, 110), issue, replace(issue, side="UNDER", moment=NOON))
    assert values(engine)[PLAYER] > 0
    engine.execute("UPDATE nba_predictions.issued_forecast SET game_date = game_date - 1")
    assert math.isnan(values(engine)[PLAYER])
