"""One player before one game: his law, what the line is worth, what each system says, and what then happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from hoopcast.explain import Player
from hoopcast.forecast.calibrating import kept
from hoopcast.forecast.law import law
from hoopcast.forecast.naming import BEST, Named, every_system
from hoopcast.market.odds import american_odds, decimal_odds
from hoopcast.market.value import kelly_stake
from hoopcast.pipeline.absence import absence
from hoopcast.pipeline.failures import FAILURES
from hoopcast.pipeline.model import Asked
from hoopcast.pipeline.nodes import one_node
from hoopcast.warehouse.engine import Engine
from hoopcast.warehouse.result import Table

if TYPE_CHECKING:
    from hoopcast.forecast.outlook import Question

# Systems learn from the same games, so they agree more than they know: P(over) is never surer than this.
LEAST_STANDARD_ERROR = 0.03
_RAREST = 1e-9
_SAYS = """
SELECT system_id, forecast_mean, forecast_median, p10, p90, probability_over, trained_until, reasons
FROM nba_predictions.player_prop_predictions
WHERE player_id = $player_id AND game_date = $day AND market = 'points'
"""
_GRADE = """
SELECT actual_points, actual_minutes, error, absolute_error, crps, log_score, pit, result, price, profit, void_reason
FROM nba_predictions.prediction_accuracy
WHERE player_id = $player_id AND game_date = $day AND market = 'points' AND system_id = $system_id
"""
_ABSENT = f"""
SELECT system_id, category, reason FROM {FAILURES}
WHERE table_name = 'nba_predictions.player_prop_predictions' AND unit_date = $day
    AND (entity = '' OR ' ' || entity || ' ' LIKE '% ' || CAST($player_id AS VARCHAR) || ' %')
"""


@dataclass(frozen=True)
class Says:
    """What one system says of a player: mean, median and 80 % range in points, and P(over) of the line, if any."""

    system: str
    mean: float
    median: float
    p10: float
    p90: float
    probability_over: float | None
    trained_until: date
    reasons: str | None


@dataclass(frozen=True)
class Wager:
    """What a bet on the line comes to after the market: fair American odds of the system's own P(over), and the rest.

    Fair odds are None for what is certain.
    `side` is the better of the sides that are offered, over or under, `expected_value` the expected profit of one unit
    on it and `win_probability` its chance, None without a record. `stake` is the share of a bankroll by a quarter of
    Kelly's rule, shrunk by `standard_error`, that of the win probability: the standard deviation of P(over) over the
    systems, each at the highest level that has the player and ensembles left out, times the weight of the system after
    the market, but at least .03; None where nothing is recommended.
    `pass_reason` says why.
    """

    fair_over: float | None
    fair_under: float | None
    side: str | None
    win_probability: float | None
    expected_value: float | None
    intercept: float | None
    market_weight: float | None
    system_weight: float | None
    stake: float | None
    standard_error: float
    pass_reason: str | None


@dataclass(frozen=True)
class PlayerOutlook:
    """One player on one date.

    Args:
        player: who.
        date: of his game.
        forecast: his row of the forecasts, by column; None where there is none.
        probabilities: of scoring 0 to 99 points if he plays; empty without a forecast.
        wager: what his line is worth; None without a line.
        systems: what each system says.
        absences: why systems say nothing, a line for each reason.
        grade: what then happened, by column of the grades; None where it is not graded.
    """

    player: Player
    date: date
    forecast: dict[str, Any] | None
    probabilities: tuple[float, ...]
    wager: Wager | None
    systems: Table
    absences: tuple[str, ...]
    grade: dict[str, Any] | None


def player_outlook(engine: Engine, asked: "Question", forecasts: Table) -> PlayerOutlook:
    """The player and the date that are asked for, from the best forecast of his that is among the forecasts.

    Args:
        engine: the warehouse.
        asked: one player and one date.
        forecasts: his.
    """
    if asked.player is None:
        raise ValueError("no player is asked for")
    player, day = asked.player, asked.dates[0]
    forecast = next(iter(forecasts), None)
    says = systems_say(engine, player.player_id, day)
    absences = _absences(engine, player, day, asked.systems)
    if forecast is None:
        said = absences or (_outside(engine, player, day),)
        return PlayerOutlook(player, day, None, (), None, Table.of(Says, says), said, None)
    graded = engine.query(
        _GRADE, {"player_id": player.player_id, "day": day, "system_id": forecast["system_id"]}
    ).dictionaries()
    return PlayerOutlook(
        player,
        day,
        forecast,
        _probabilities(engine, forecast),
        None if forecast["line"] is None else _wager(forecast, says),
        Table.of(Says, says),
        absences,
        dict(graded[0]) if graded else None,
    )


def systems_say(engine: Engine, player_id: int, day: date) -> list[Says]:
    """What each system says of a player on a date, the best first; nothing where nothing is written."""
    place = {one.system_id: number for number, one in enumerate(every_system())}
    rows: list[tuple[Any, ...]] = [*engine.query(_SAYS, {"player_id": player_id, "day": day}).rows]
    return [Says(*row) for row in sorted(rows, key=lambda row: place.get(row[0], len(place)))]


def _probabilities(engine: Engine, forecast: dict[str, Any]) -> tuple[float, ...]:
    asked = Asked(forecast["season"], (forecast["game_date"],))
    recalibration = kept(engine, asked, forecast["system_id"]).named(forecast["calibration_id"])
    found = law(np.array([forecast["nb_mean"]]), np.array([forecast["nb_variance"]]), recalibration)
    return tuple(found.pmf[0].tolist())


def _wager(forecast: dict[str, Any], says: Sequence[Says]) -> Wager:
    over = np.array([forecast["probability_over"]], dtype=np.float64)
    either = np.concatenate([over, 1 - over])
    fair = [
        float(odds) if 0 < chance < 1 else None
        for chance, odds in zip(either.tolist(), american_odds(1 / np.clip(either, _RAREST, 1)).tolist(), strict=True)
    ]
    error, stake = _standard_error(says, forecast["system_weight"]), None
    if forecast["recommendation"] in ("OVER", "UNDER"):
        price = decimal_odds(np.array([forecast[f"{forecast['recommendation'].lower()}_price"]], dtype=np.float64))
        win = np.array([forecast["win_probability"]], dtype=np.float64)
        stake = float(kelly_stake(win, price, np.full(1, error))[0])
    side = forecast["better_side"]
    return Wager(
        fair[0],
        fair[1],
        None if side is None else side.lower(),
        forecast["win_probability"],
        forecast["expected_value"],
        forecast["market_intercept"],
        forecast["market_weight"],
        forecast["system_weight"],
        stake,
        error,
        forecast["pass_reason"],
    )


def _standard_error(says: Sequence[Says], weight: float | None) -> float:
    """How far systems are apart on P(over), each by the highest level that has the player, times what one is given."""
    said: dict[str, float] = {}
    for one in says:
        name = Named(one.system).name
        if name != BEST and one.probability_over is not None:
            said.setdefault(name, one.probability_over)
    spread = float(np.std(list(said.values()), ddof=1)) if len(said) > 1 else 0.0
    return max(spread * abs(weight or 0.0), LEAST_STANDARD_ERROR)


def _absences(engine: Engine, player: Player, day: date, systems: Sequence[Named]) -> tuple[str, ...]:
    """One line for each reason why systems that are asked for have no forecast of him."""
    rows = engine.query(_ABSENT, {"player_id": player.player_id, "day": day}).rows
    by_reason: dict[str, list[str]] = {}
    asked = {one.system_id for one in systems}
    for system_id, category, reason in sorted((str(a), str(b), str(c)) for a, b, c in rows):
        if system_id in asked:
            by_reason.setdefault(f"{category}, {reason}", []).append(system_id)
    return tuple(f"{reason}: {', '.join(names)}" for reason, names in by_reason.items())


def _outside(engine: Engine, player: Player, day: date) -> str:
    """Why nobody expected him, or that nothing is written of the date."""
    written = engine.query(
        "SELECT COUNT(*) FROM nba_predictions.player_prop_predictions WHERE game_date = $day", {"day": day}
    ).rows[0][0]
    if not written:
        return f"no forecasts are written of {day}: `hoopcast why predictions/{every_system()[0].system_id} {day}`"
    return absence(engine, one_node("upgc"), day, player.player_id)
