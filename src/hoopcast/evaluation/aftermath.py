"""What the forecasts that one refit made scored, once their games were over."""

from dataclasses import dataclass, replace
from datetime import date
from typing import cast

import numpy as np

from hoopcast.evaluation.accuracy import FEWEST_ROWS, Accuracy, Slice, accuracy, slices
from hoopcast.evaluation.availability import Availability, availability
from hoopcast.evaluation.evaluate import phase_of
from hoopcast.evaluation.forecasts import forecasts, level_of
from hoopcast.evaluation.freshness import stale_forecasts, stale_probabilities
from hoopcast.evaluation.populations import Population, Scope, appearances
from hoopcast.evaluation.scores import LEVELS as INTERVALS
from hoopcast.evaluation.scores import coverage
from hoopcast.forecast import win_probability
from hoopcast.forecast.system import LEVELS
from hoopcast.graph import Graph
from hoopcast.pipeline.ranges import UnitDate
from hoopcast.warehouse.engine import Engine

_LAWS = """
SELECT p.game_date, COUNT(*), COUNT(a.game_id), COUNT(a.actual_points), COUNT(DISTINCT a.game_id)
FROM nba_predictions.player_prop_predictions AS p
LEFT JOIN nba_predictions.prediction_accuracy AS a ON a.market = p.market AND a.game_id = p.game_id
    AND a.player_id = p.player_id AND a.system_id = p.system_id
WHERE p.system_id = $system_id AND p.season = $season AND p.trained_until = $trained_until
    AND p.game_date >= $refit AND p.game_date < COALESCE($following, DATE '9999-12-31')
GROUP BY p.game_date ORDER BY p.game_date
"""
_PRESENCE = """
SELECT a.game_date, COUNT(*), COUNT(b.game_id), COUNT(g.player_id), COUNT(DISTINCT b.game_id)
FROM nba_precompute.availability AS a
INNER JOIN nba_analytics.upcoming_player_game_context AS u ON u.game_id = a.game_id AND u.player_id = a.player_id
    AND u.expected_level IN (SELECT UNNEST(CAST($known AS VARCHAR[])))
LEFT JOIN (SELECT DISTINCT game_id FROM nba_analytics.player_game_summary) AS b ON b.game_id = a.game_id
LEFT JOIN nba_analytics.player_game_summary AS g
    ON g.game_id = a.game_id AND g.player_id = a.player_id AND g.played_flag
WHERE 'availability_' || a.level = $system_id AND a.season = $season AND a.basis = 'model'
    AND a.game_date > $trained_until AND a.game_date >= $refit
    AND a.game_date < COALESCE($following, DATE '9999-12-31')
GROUP BY a.game_date ORDER BY a.game_date
"""
_OF_VALUE = "What its claims paid afterwards is in `hoopcast evaluate`: claimed and realised expected value."
_TOO_FEW = f"Fewer than {FEWEST_ROWS} forecasts are graded: too few to score."


@dataclass(frozen=True)
class Window:
    """Dates that a refit forecasts: from its own on, until the one that follows in the season."""

    system_id: str
    season: str
    refit: date
    following: date | None
    trained_until: date


@dataclass(frozen=True)
class Aftermath:
    """Forecasts that a refit made on dates, those of them that are graded, of whom `played`, and what they scored.

    `accuracy` is on the population ALL, PROP at the level `line`; `mae_ewma8` is the error of ewma8 on the same rows.
    `coverage` is the share of outcomes inside intervals of 50, 80 and 95 %. `availability` takes their place for a
    model of who will play. All of them are None, and `slices` empty, until there are 50 rows; `note` says why, or that
    what is scored is not up to date.
    """

    phase: str
    first_date: date | None = None
    last_date: date | None = None
    dates: int = 0
    forecasts: int = 0
    graded: int = 0
    played: int = 0
    games: int = 0
    accuracy: Accuracy | None = None
    mae_ewma8: float | None = None
    coverage: tuple[float, ...] = ()
    slices: tuple[Slice, ...] = ()
    availability: Availability | None = None
    note: str = ""
    command: str = ""


def aftermath(engine: Engine, graph: Graph, window: Window) -> Aftermath:
    """What the forecasts of a refit scored.

    Args:
        engine: the warehouse.
        graph: of the systems that run.
        window: the refit.
    """
    if window.system_id.startswith(f"{win_probability.PREFIX}_"):
        return Aftermath(phase_of(window.season), note=_OF_VALUE)
    of_presence = window.system_id.startswith("availability_")
    # As evaluations do, it counts whom the level expects.
    known = list(LEVELS[: LEVELS.index(level_of(window.system_id)) + 1])
    found = (
        engine.query(_PRESENCE, vars(window) | {"known": known}) if of_presence else engine.query(_LAWS, vars(window))
    )
    rows = found.rows
    phase = phase_of(window.season)
    if not rows:
        return Aftermath(phase, note="It has forecast nothing yet.")
    days = tuple(cast("date", row[0]) for row in rows)
    made, graded, played, games = (sum(int(str(row[place])) for row in rows) for place in range(1, 5))
    counts = Aftermath(phase, days[0], days[-1], len(days), made, graded, played, games)
    if not graded:
        return replace(counts, note="None of the games that it forecast is graded yet.")
    scope = Scope(phase, days, "all")
    return _presence(engine, window, scope, counts) if of_presence else _laws(engine, graph, window, scope, counts)


def _laws(engine: Engine, graph: Graph, window: Window, scope: Scope, counts: Aftermath) -> Aftermath:
    rows, level = appearances(engine, scope), level_of(window.system_id)
    population: Population = "PROP" if level == "line" else "ALL"
    found = forecasts(engine, window.system_id, rows, scope)
    scored = accuracy(scope.phase, population, rows, found, {})
    if scored is None:
        return replace(counts, note=_TOO_FEW)
    inside = rows.population(population) & np.isfinite(found.median)
    pit = found.pit[inside & np.isfinite(found.pit)]
    return replace(
        counts,
        accuracy=scored,
        mae_ewma8=float(np.abs(rows.points - rows.ewma8)[inside].mean()),
        coverage=tuple(coverage(pit, one) for one in INTERVALS),
        slices=tuple(slices(scope.phase, rows, found)),
        note=stale_forecasts(engine, graph, _units(window, scope), {window.system_id}, "all"),
        command=_command(scope, f" --system {window.system_id} --population {population}"),
    )


def _presence(engine: Engine, window: Window, scope: Scope, counts: Aftermath) -> Aftermath:
    graded = next((one for one in availability(engine, scope) if one.level == level_of(window.system_id)), None)
    if graded is None:
        return replace(counts, note=_TOO_FEW)
    note = stale_probabilities(engine, _units(window, scope), "all")
    return replace(counts, availability=graded, note=note, command=_command(scope, ""))


def _units(window: Window, scope: Scope) -> list[UnitDate]:
    return [UnitDate(window.season, day) for day in scope.dates]


def _command(scope: Scope, chosen: str) -> str:
    """What scores the same again."""
    return f"hoopcast evaluate --start-date {scope.dates[0]} --end-date {scope.dates[-1]} --stage all{chosen}"
