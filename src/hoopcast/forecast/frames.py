"""Frames from the tables: the feature store and what stands beside it, by name of the column."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.errors import ModelError
from hoopcast.forecast.frame import Distributions, Frame, Outcome
from hoopcast.forecast.system import LEVELS, Level, System
from hoopcast.forecast.training_window import first_season
from hoopcast.pipeline.node import Asked, Input
from hoopcast.pipeline.time_constraint import TimeConstraint
from hoopcast.warehouse.engine import ColumnsOf, Parameters, Statements
from hoopcast.warehouse.tables import table

DISTRIBUTIONS = "nba_predictions.forecast_distribution"
APPEARANCES = "nba_analytics.player_game_summary"
POPULATION = "nba_analytics.upcoming_player_game_context"
STORE = "nba_predictions.ml_feature_store"


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


def training_frame(statements: Statements, system: System, level: Level, asked: Asked) -> tuple[Frame, Outcome]:
    """Appearances before the last of the dates, of the seasons that it learns from, and what happened in them."""
    found = statements.columns(
        _select(system, level, "{time} < $before AND season >= $first_season", with_outcome=True),
        _parameters(system, level, before=asked.dates[-1], first_season=first_season(asked.season)),
    )
    outcome = Outcome(_number(found, "outcome_points"), _number(found, "outcome_minutes"))
    return _frame(system, level, found), outcome


def forecast_frame(statements: Statements, system: System, level: Level, dates: Sequence[date]) -> Frame:
    """Rows of dates that the system may know of and has enough history for."""
    of_dates = "{time} IN (SELECT UNNEST(CAST($dates AS DATE[])))"
    found = statements.columns(
        _select(system, level, of_dates, with_outcome=False), _parameters(system, level, dates=list(dates))
    )
    return _frame(system, level, found)


def _parameters(system: System, level: Level, **asked: str | date | list[date]) -> Parameters:
    members = {f"member_{place}": member for place, member in enumerate(system.members(level))}
    return {"level_rank": LEVELS.index(level), **members, **asked}


def _select(system: System, level: Level, when: str, *, with_outcome: bool) -> str:
    """The SELECT of a frame where `{time} < $before`, say: of each table these dates alone, or all of it is read."""
    columns, joins = ["f.game_id", "f.player_id", "f.game_date"], {}
    for column in system.columns(level):
        source, name = source_of(column)
        columns.append(f"{source.alias}.{name} AS {column}")
        if source.join:
            joins[source.alias] = f"LEFT JOIN {_of(source.table, when)} AS {source.alias} ON {source.join}"
    for place in range(len(system.members(level))):
        alias = f"m{place}"
        columns += [f"{alias}.nb_mean AS mean_{place}", f"{alias}.nb_variance AS variance_{place}"]
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
    if level == "line":
        joins["ql"] = (
            f"INNER JOIN {_of('nba_analytics.player_prop_line', when)} AS ql ON ql.game_id = f.game_id"
            " AND ql.player_id = f.player_id AND ql.market = 'points'"
        )
    return (
        f"SELECT {', '.join(columns)} FROM {_of(STORE, when)} AS f"
        f" INNER JOIN {_of(POPULATION, when)} AS u ON u.game_id = f.game_id AND u.player_id = f.player_id"
        f" {' '.join(joins.values())}"
        " WHERE f.points_avg_season IS NOT NULL AND NOT (u.ruled_out_flag AND $level_rank >= 1)"
        " AND CASE f.expected_level WHEN 'history' THEN 0 WHEN 'news' THEN 1 WHEN 'market' THEN 2 ELSE 3 END"
        " <= $level_rank ORDER BY f.game_date, f.game_id, f.player_id"
    )


def _of(name: str, when: str) -> str:
    return f"(SELECT * FROM {name} WHERE {when.format(time=table(name).time)})"


def _frame(system: System, level: Level, found: ColumnsOf) -> Frame:
    unsaid = np.full(len(found["player_id"]), "", dtype=object)
    return Frame(
        found["game_id"],
        found["player_id"].astype(np.int64),
        found["game_date"],
        {name: _number(found, name) for name in system.columns(level)},
        {
            member: Distributions(_number(found, f"mean_{place}"), _number(found, f"variance_{place}"), unsaid)
            for place, member in enumerate(system.members(level))
        },
    )


def _number(found: ColumnsOf, name: str) -> FloatArray:
    # Most are numbers of this kind already: a copy of each would double what a frame takes.
    return found[name].astype(np.float64, copy=False)
