"""Frames from the tables: the feature store and what stands beside it, by name of the column."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from weakref import WeakKeyDictionary

import numpy as np

from hoopcast.arrays import BoolArray, FloatArray
from hoopcast.errors import ModelError
from hoopcast.forecast.frame import Distributions, Frame, Outcome, no_reasons
from hoopcast.forecast.system import LEVELS, Level, System
from hoopcast.forecast.training_window import first_season
from hoopcast.pipeline.ledger import LEDGER
from hoopcast.pipeline.node import Asked, Input
from hoopcast.pipeline.time_constraint import TimeConstraint
from hoopcast.warehouse.engine import ColumnsOf, Parameters, Statements
from hoopcast.warehouse.tables import table

DISTRIBUTIONS = "nba_predictions.forecast_distribution"
APPEARANCES = "nba_analytics.player_game_summary"
POPULATION = "nba_analytics.upcoming_player_game_context"
STORE = "nba_predictions.ml_feature_store"
# Columns of appearances that no feature is among, or how their names begin.
_OF_ROWS = ("game_id", "player_id", "game_date", "expected_level", "ruled_out_flag", "points_line", "outcome_")


@dataclass(frozen=True)
class Source:
    """A table with features: its alias, how a row of the feature store `f` finds its own, and a prefix of columns."""

    table: str
    alias: str
    join: str
    prefix: str = ""


SOURCES = (
    Source(STORE, "f", ""),
    Source(
        "nba_precompute.player_weighted_form",
        "w",
        "w.player_id = f.player_id AND w.analysis_date = f.game_date",
    ),
    Source("nba_precompute.player_vacancy", "v", "v.game_id = f.game_id AND v.player_id = f.player_id"),
    Source(
        "nba_precompute.player_shot_zone_analysis",
        "z",
        "z.player_id = f.player_id AND z.analysis_date = f.game_date",
    ),
    Source(
        "nba_precompute.team_defense_zone_analysis",
        "d",
        "d.team_abbr = f.opponent_team_abbr AND d.analysis_date = f.game_date",
        prefix="opponent_",
    ),
    Source(
        "nba_analytics.player_prop_line",
        "q",
        "q.game_id = f.game_id AND q.player_id = f.player_id AND q.market = 'points'",
    ),
)


_SOURCES = (POPULATION, *(source.table for source in SOURCES))


def source_of(column: str) -> tuple[Source, str]:
    """The first table that has a column of a frame, and its name there.

    Raises:
        ModelError: if none has it.
    """
    for source in SOURCES:
        name = column.removeprefix(source.prefix)
        if column.startswith(source.prefix) and name in table(source.table).column_names:
            return source, name
    raise ModelError(f"no feature '{column}'; `hoopcast models mlfs` lists the feature store")


def check_reads(system: System, level: Level) -> None:
    """See to it that a system reads nothing above its information level, and no other system that does.

    Raises:
        ModelError: if it does.
    """
    for name in system.columns(level):
        source, own_name = source_of(name)
        column = table(source.table).column(own_name)
        if column.level is None or LEVELS.index(column.level) > LEVELS.index(level):
            known = column.level or column.availability
            raise ModelError(f"{system.system_id(level)} reads {source.table}.{own_name}, which is {known}")
    for member in system.members(level):
        if LEVELS.index(cast("Level", member.rpartition("_")[2])) > LEVELS.index(level):
            raise ModelError(f"{system.system_id(level)} reads the forecasts of {member}, of a higher level")


def inputs_of(system: System, level: Level, time_constraint: TimeConstraint) -> tuple[Input, ...]:
    """Tables that a system's frame is read from, as far as `time_constraint` goes.

    Raises:
        ModelError: if it reads what its level does not know.
    """
    check_reads(system, level)
    names = {STORE, POPULATION, *(source_of(column)[0].table for column in system.columns(level))}
    if level == "line":
        names.add("nba_analytics.player_prop_line")
    distributions = [Input(table(DISTRIBUTIONS), time_constraint, member) for member in system.members(level)]
    return (*(Input(table(name), time_constraint) for name in sorted(names)), *distributions)


def eligible(read: ColumnsOf, level: Level) -> BoolArray:
    """Who may be forecast at a level, and learned from, of players who are expected, (n,).

    He is expected at that level or below it, no report that it knows of rules him out, and at `line` he has a line.

    Args:
        read: `expected_level`, above `history` also `ruled_out_flag`, at `line` also `points_line`.
        level: the information level.
    """
    known: BoolArray = np.isin(read["expected_level"].astype(np.str_), LEVELS[: LEVELS.index(level) + 1])
    if level != "history":
        known &= read["ruled_out_flag"].astype(np.float64) != 1
    if level == "line":
        known &= np.isfinite(read["points_line"].astype(np.float64))
    return known


def training_frame(statements: Statements, system: System, level: Level, asked: Asked) -> tuple[Frame, Outcome]:
    """Appearances before the last of the dates, of the seasons that it learns from, and what happened in them.

    What systems and levels of a run have in common is read once; the same columns at the same level are the same frame.
    """
    first, before = first_season(asked.season), asked.dates[-1]
    state = _state(statements, (APPEARANCES, *_SOURCES))
    appearances = _appearances.get(statements)
    if appearances is None or not appearances.hold(first, before, state):
        appearances = _appearances[statements] = _Appearances(first, before, state)
    return appearances.frame(statements, system, level, before)


def forecast_frame(statements: Statements, system: System, level: Level, dates: Sequence[date]) -> Frame:
    """Rows of dates that the system may know of and has enough history for.

    What systems and levels have in common is read once.
    """
    features, members = _read_at(system, level), system.members(level)
    asked = (tuple(dates), _state(statements, _SOURCES))
    if statements not in _due or _due[statements][0] != asked:
        _due[statements] = asked, _Read("{time} IN (SELECT UNNEST(CAST($dates AS DATE[])))", {"dates": list(dates)})
    read = _due[statements][1]
    if members:
        # They forecast last, from forecasts alone; those of another run of systems may be others by then.
        read.keep(())
    read.add(statements, features, members)
    return _frame(system, level, read.columns, eligible(read.columns, level))


class _Read:
    """Columns of some rows of the feature store, added as systems ask for them.

    Args:
        when: condition of `_select`.
        values: what it binds.
        with_outcome: whether what happened is among the columns.
    """

    columns: dict[str, np.ndarray[Any, Any]]

    def __init__(self, when: str, values: Parameters, *, with_outcome: bool = False) -> None:
        self._when, self._values, self._with_outcome = when, values, with_outcome
        self.columns = {}

    def add(self, statements: Statements, features: Sequence[str], members: Sequence[str]) -> None:
        """Read the columns that are not there yet."""
        features = [name for name in features if name not in self.columns]
        members = [name for name in members if f"mean_{name}" not in self.columns]
        if features or members or not self.columns:
            select = _select(features, members, self._when, with_outcome=self._with_outcome)
            self.columns |= statements.columns(select, {**_member_values(members), **self._values})

    def keep(self, beginnings: tuple[str, ...]) -> None:
        """Drop features, and other columns whose names do not begin so."""
        self.columns = {
            name: values for name, values in self.columns.items() if name.startswith((*_OF_ROWS, *beginnings))
        }


class _Appearances:
    """Appearances of some seasons before a date, with columns that are added as systems ask for them.

    Args:
        first: the first season.
        before: dates before it.
        state: of the tables that they come from.
    """

    _newest: tuple[tuple[object, ...], Frame, Outcome] | None

    def __init__(self, first: str, before: date, state: str) -> None:
        self._first, self._before, self._state = first, before, state
        when = "{time} < $before AND season >= $first_season"
        self._read = _Read(when, {"before": before, "first_season": first}, with_outcome=True)
        self._newest = None
        self._members_state = ""

    def hold(self, first: str, before: date, state: str) -> bool:
        """Whether they are what a refit asks for."""
        return (self._first, self._state) == (first, state) and before <= self._before

    def frame(self, statements: Statements, system: System, level: Level, before: date) -> tuple[Frame, Outcome]:
        """Those before a date that a system may learn from, and what happened in them."""
        features, members = _read_at(system, level), system.members(level)
        if members:
            # They learn last, from forecasts alone, when nobody asks for what the others learned from.
            self._newest = None
            self._keep_members(_state(statements, (DISTRIBUTIONS,)))
        asked = (level, features, before)
        if self._newest is None or self._newest[0] != asked or members:
            self._newest = None
            self._read.add(statements, features, members)
            columns = self._read.columns
            of_level = eligible(columns, level) & (columns["game_date"] < np.datetime64(before))
            points, minutes = (_number(columns, f"outcome_{name}")[of_level] for name in ("points", "minutes"))
            self._newest = asked, _frame(system, level, columns, of_level), Outcome(points, minutes)
        return self._newest[1:]

    def _keep_members(self, state: str) -> None:
        """Drop features, and forecasts of members where these are others by now."""
        is_same, self._members_state = self._members_state == state, state
        self._read.keep(("mean_", "variance_") if is_same else ())


# Of each run; with its statements they go.
_appearances: "WeakKeyDictionary[Statements, _Appearances]" = WeakKeyDictionary()
_due: "WeakKeyDictionary[Statements, tuple[object, _Read]]" = WeakKeyDictionary()


def _state(statements: Statements, tables: Sequence[str]) -> str:
    """What the ledger has last of tables."""
    rows = statements.query(
        f"SELECT MAX(entry) FROM {LEDGER} WHERE table_name IN (SELECT UNNEST(CAST($tables AS VARCHAR[])))",
        {"tables": list(tables)},
    ).rows
    return str(rows[0][0])


def _read_at(system: System, level: Level) -> tuple[str, ...]:
    """Columns that a system reads, with what says who has a line where only those are forecast."""
    columns = system.columns(level)
    return columns if level != "line" or "points_line" in columns else (*columns, "points_line")


def _member_values(members: Sequence[str]) -> dict[str, str]:
    return {f"member_{place}": member for place, member in enumerate(members)}


def _select(features: Sequence[str], members: Sequence[str], when: str, *, with_outcome: bool) -> str:
    """The SELECT of a frame where `{time} < $before`, say: of each table these dates alone, or all of it is read."""
    columns = ["f.game_id", "f.player_id", "f.game_date", "f.expected_level", "u.ruled_out_flag"]
    joins: dict[str, str] = {}
    for column in features:
        source, name = source_of(column)
        columns.append(f"{source.alias}.{name} AS {column}")
        if source.join:
            joins[source.alias] = f"LEFT JOIN {_of(source.table, when)} AS {source.alias} ON {source.join}"
    for place, member in enumerate(members):
        alias = f"m{place}"
        columns += [f"{alias}.nb_mean AS mean_{member}", f"{alias}.nb_variance AS variance_{member}"]
        joins[alias] = (
            f"LEFT JOIN {_of(DISTRIBUTIONS, when)} AS {alias} ON {alias}.game_id = f.game_id"
            f" AND {alias}.player_id = f.player_id AND {alias}.market = 'points'"
            f" AND {alias}.system_id = $member_{place}"
        )
    if with_outcome:
        columns += ["g.points AS outcome_points", "g.minutes AS outcome_minutes"]
        joins["g"] = (
            f"INNER JOIN {_of(APPEARANCES, when)} AS g ON g.game_id = f.game_id AND g.player_id = f.player_id"
            " AND g.played_flag"
        )
    return (
        f"SELECT {', '.join(columns)} FROM {_of(STORE, when)} AS f"
        f" INNER JOIN {_of(POPULATION, when)} AS u ON u.game_id = f.game_id AND u.player_id = f.player_id"
        f" {' '.join(joins.values())}"
        " WHERE f.points_avg_season IS NOT NULL ORDER BY f.game_date, f.game_id, f.player_id"
    )


def _of(name: str, when: str) -> str:
    return f"(SELECT * FROM {name} WHERE {when.format(time=table(name).time)})"


def _frame(system: System, level: Level, read: ColumnsOf, which: BoolArray) -> Frame:
    """The frame of a system of some of the rows that were read."""
    reasons = no_reasons(int(which.sum()))
    return Frame(
        read["game_id"][which],
        read["player_id"][which].astype(np.int64),
        read["game_date"][which],
        {name: _number(read, name)[which] for name in system.columns(level)},
        {
            member: Distributions(
                _number(read, f"mean_{member}")[which], _number(read, f"variance_{member}")[which], reasons
            )
            for member in system.members(level)
        },
    )


def _number(read: ColumnsOf, name: str) -> FloatArray:
    # Most are numbers of this kind already: a copy of each would double what a frame takes.
    return read[name].astype(np.float64, copy=False)
