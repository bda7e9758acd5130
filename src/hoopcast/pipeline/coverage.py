"""Coverage: how far each table goes, and what is not done with the command that mends it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hoopcast.pipeline.node import Node, node_name
from hoopcast.pipeline.plan import Plan, make_plan
from hoopcast.pipeline.ranges import SeasonDate, StageFilter
from hoopcast.pipeline.state import DONE, MISSING, NO_PARTITION, STATES, State, of_other_stage
from hoopcast.pipeline.time_constraint import Ints
from hoopcast.warehouse.engine import Engine

By = Literal["table", "month", "date"]
_PERIODS: dict[By, str] = {
    "table": "''",
    "month": "SUBSTR(CAST({day} AS VARCHAR), 1, 7)",
    "date": "CAST({day} AS VARCHAR)",
}
_APPEARANCES = "nba_analytics.player_game_summary"
# Tables with one row per expected player and game.
_POPULATIONS = ("nba_analytics.upcoming_player_game_context", "nba_predictions.ml_feature_store")


@dataclass(frozen=True)
class Coverage:
    """How far one table goes in one period (all of the range, a month, or a date).

    `earliest` and `latest` are the first and last date with rows. `due` dates fall into `done` to `not_available`.
    `success_pct` is rows in percent of expected rows, and none while a due date is not done: what it should hold is not
    known then. For tables of expected players, `appearances` counts the players who then played, and the other two the
    share of them, in percent, who had a row that morning: known by history alone, and with those whom a bookmaker
    quoted.
    """

    table: str
    period: str
    game_dates: int
    games: int
    earliest: date | None
    latest: date | None
    due: int
    done: int
    missing: int
    stale: int
    failed: int
    blocked: int
    not_available: int
    rows: int
    expected: int
    success_pct: float | None
    appearances: int | None = None
    covered_history_pct: float | None = None
    covered_market_pct: float | None = None


def coverage(
    engine: Engine, nodes: tuple[Node, ...], dates: Sequence[SeasonDate], by: By = "table"
) -> tuple[Coverage, ...]:
    """How far each table goes, in the order of nodes, then of periods.

    Args:
        engine: the warehouse.
        nodes: every node, each after all that it reads.
        dates: dates of the range.
        by: one line a table, or one for each of its months or dates.
    """
    made = make_plan(engine, nodes, dates)
    if made is None:
        return ()
    foreseen = _foreseen(engine, nodes, dates, by)
    wanted = np.flatnonzero(made.states.wanted(day.date for day in dates))
    labels, periods = np.unique(_labels(made.states.timeline.dates[wanted], by), return_inverse=True)
    of_dates = labels.tolist(), periods
    return tuple(line for place in range(len(nodes)) for line in _lines(made, place, wanted, of_dates, foreseen))


def _labels(dates: NDArray[np.datetime64], by: By) -> NDArray[Any]:
    """Name of the period of each date."""
    if by == "table":
        return np.full(len(dates), "")
    return np.datetime_as_string(dates, unit="M" if by == "month" else "D")


def _lines(
    made: Plan,
    place: int,
    wanted: Ints,
    periods: tuple[list[str], Ints],
    foreseen: dict[tuple[str, str], tuple[int, int, int]],
) -> Iterator[Coverage]:
    """The lines of a node, one for each period in which it has a partition."""
    labels, of_date = periods
    states, codes = made.states, made.codes[place, wanted]
    days, games = states.timeline.dates[wanted].tolist(), states.game_days.games[wanted]
    is_there = codes != NO_PARTITION
    rows, expected = (
        np.where(is_there, counts[place, wanted], 0) for counts in (states.entries.rows, states.entries.expected)
    )

    def per_period(weights: NDArray[Any]) -> list[int]:
        sums: list[int] = np.bincount(of_date, weights, minlength=len(labels)).astype(np.int64).tolist()
        return sums

    due, game_dates, games_played = per_period(is_there), per_period(games > 0), per_period(games)
    row_counts, expected_counts = per_period(rows), per_period(expected)
    by_state = {state: per_period(codes == code) for code, state in enumerate(STATES)}
    with_rows = np.flatnonzero(rows)
    latest = dict(zip(of_date[with_rows].tolist(), with_rows.tolist(), strict=True))
    earliest = dict(zip(of_date[with_rows][::-1].tolist(), with_rows[::-1].tolist(), strict=True))
    for number, label in enumerate(labels):
        if not due[number]:
            continue
        name = states.nodes[place].name
        appearances, by_history, by_market = foreseen.get((name, label), (0, 0, 0))
        is_done = by_state["done"][number] == due[number]
        yield Coverage(
            table=name,
            period=label,
            game_dates=game_dates[number],
            games=games_played[number],
            earliest=days[earliest[number]] if number in earliest else None,
            latest=days[latest[number]] if number in latest else None,
            due=due[number],
            **{state: counts[number] for state, counts in by_state.items()},
            rows=row_counts[number],
            expected=expected_counts[number],
            success_pct=_share(row_counts[number], expected_counts[number]) if is_done else None,
            appearances=appearances if (name, label) in foreseen else None,
            covered_history_pct=_share(by_history, appearances),
            covered_market_pct=_share(by_market, appearances),
        )


def _share(part: int, whole: int) -> float | None:
    return 100.0 * part / whole if whole else None


def _foreseen(
    engine: Engine, nodes: tuple[Node, ...], dates: Sequence[SeasonDate], by: By
) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Appearances, and how many of them had a row by history and with quoted players, by table and period."""
    names = {node.name for node in nodes}
    counts_of = {}
    for table in _POPULATIONS:
        if not {table, _APPEARANCES} <= names:
            continue
        rows = engine.query(
            f"""SELECT {_PERIODS[by].format(day="a.game_date")}, COUNT(*),
                COUNT(CASE WHEN p.expected_level = 'history' THEN 1 END), COUNT(p.player_id)
            FROM {_APPEARANCES} AS a
            LEFT JOIN {table} AS p ON p.game_id = a.game_id AND p.player_id = a.player_id
            WHERE a.played_flag AND a.game_date IN (SELECT UNNEST($dates))
            GROUP BY 1""",
            {"dates": [day.date for day in dates]},
        ).rows
        for label, *counts in rows:
            appearances, by_history, by_market = (int(str(count)) for count in counts)
            counts_of[table, str(label)] = (appearances, by_history, by_market)
    return counts_of


@dataclass(frozen=True)
class Gap:
    """Neighbouring dates of one table that are not done, why, and the command that mends them."""

    table: str
    first_date: date
    last_date: date
    dates: int
    state: State
    cause: str
    command: str


def gaps(
    engine: Engine, nodes: tuple[Node, ...], dates: Sequence[SeasonDate], stage: StageFilter = "regular"
) -> tuple[Gap, ...]:
    """What is not done, in the order of nodes and dates.

    Args:
        engine: the warehouse.
        nodes: every node, each after all that it reads.
        dates: dates of the range.
        stage: stage of the range, for the commands.
    """
    made = make_plan(engine, nodes, dates)
    if made is None:
        return ()
    is_wanted = made.states.wanted(day.date for day in dates)
    return tuple(
        gap
        for place in np.flatnonzero((made.codes[:, is_wanted] > DONE).any(axis=1)).tolist()
        for gap in _gaps(made, place, np.flatnonzero(is_wanted & (made.codes[place] != NO_PARTITION)), stage)
    )


def _gaps(made: Plan, place: int, wanted: Ints, stage: StageFilter) -> Iterator[Gap]:
    """Those of a node: dates are neighbours when no other date of the table lies between them."""
    node, days = made.states.nodes[place], made.states.timeline.dates.tolist()
    short = node_name(node.table.short, node.system_id)
    codes, stages = made.codes[place].tolist(), made.states.game_days.stage.tolist()
    causes = [
        cause + of_other_stage(of_day) if code == MISSING else cause
        for code, cause, of_day in zip(codes, made.causes[place].tolist(), stages, strict=True)
    ]
    for (code, cause), neighbours in groupby(wanted.tolist(), key=lambda day: (codes[day], causes[day])):
        of_gap = [days[day] for day in neighbours]
        if code != DONE:
            command = _command(short, (of_gap[0], of_gap[-1]), STATES[code], stage)
            yield Gap(node.name, of_gap[0], of_gap[-1], len(of_gap), STATES[code], cause, command)


def _command(short: str, days: tuple[date, date], state: State, stage: StageFilter) -> str:
    if state == "not_available":
        return "hoopcast ingest PATH"
    of_stage = "" if stage == "regular" else f" --stage {stage}"
    first, last = days
    if first == last:
        return f"hoopcast backfill {short} --dates {first}{of_stage}"
    return f"hoopcast backfill {short} --start-date {first} --end-date {last}{of_stage}"
