"""Is what the warehouse says of itself true? Everything is computed anew from the tables, nothing is believed."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Literal

from hoopcast.pipeline.checks import breaches
from hoopcast.pipeline.clauses import Clause, listed
from hoopcast.pipeline.contents import matching
from hoopcast.pipeline.failures import FAILURES
from hoopcast.pipeline.feature_guard import dull_features
from hoopcast.pipeline.ledger import LEDGER
from hoopcast.pipeline.model import Model, node_name
from hoopcast.pipeline.plan import plan
from hoopcast.pipeline.ranges import UnitDate
from hoopcast.pipeline.reconcile import (
    POPULATION,
    boxes_without_game,
    dates_unlike_schedule,
    scores_unlike_schedule,
    teams_unlike_players,
    teams_without_players,
)
from hoopcast.pipeline.span import named_values, span_values
from hoopcast.pipeline.texts import span_texts
from hoopcast.warehouse.engine import Engine, Parameters
from hoopcast.warehouse.tables import Table, raw_tables

Result = Literal["holds", "failed", "information", "not applicable"]
_EXAMPLES = 3
_SPINE = "hoopcast_verify_spine"


@dataclass(frozen=True)
class Check:
    """One check of one table: how many units or rows it looked at, how many are wrong, and some of them.

    `is_problem` is false for a count that is for information only. A check that had nothing to look at is not
    applicable: it says neither that anything holds nor that it does not.
    """

    check: str
    table: str
    units: int
    problems: int
    examples: str = ""
    is_problem: bool = True

    @property
    def failed(self) -> bool:
        """Whether something is wrong."""
        return self.is_problem and self.problems > 0

    @property
    def result(self) -> Result:
        """Whether it holds, failed, informs, or had nothing to look at."""
        if self.failed:
            return "failed"
        if not self.units:
            return "not applicable"
        return "holds" if self.is_problem else "information"


@dataclass(frozen=True)
class Verification:
    """All checks of a range."""

    checks: tuple[Check, ...]

    @property
    def exit_status(self) -> int:
        """0 when nothing is wrong, else 1."""
        return 1 if any(check.failed for check in self.checks) else 0


def verify(
    engine: Engine, models: tuple[Model, ...], dates: Sequence[UnitDate], names: Collection[str] | None = None
) -> Verification:
    """Check tables of a range.

    Args:
        engine: the warehouse.
        models: every model, each after all that it reads.
        dates: dates of the range.
        names: models to check; all of them, and the raw tables, when None.
    """
    if not dates:
        return Verification(())
    first, last = min(day.date for day in dates), max(day.date for day in dates)
    chosen = tuple(model for model in models if names is None or model.name in names)
    raw = raw_tables() if names is None else ()
    derived = list(dict.fromkeys(model.table for model in chosen))
    nodes = [(table, "") for table in raw if table.time] + [(model.table, model.system_id) for model in chosen]
    checks = [
        *(check for check in _states(engine, models, dates) if check.table in {model.name for model in chosen}),
        *(check for table in (*raw, *derived) if table.time for check in _values(engine, table, first, last)),
        *(_ledger(engine, table, system_id, first, last) for table, system_id in nodes),
        *_expected(engine, chosen, dates),
        *_populations(engine, chosen, first, last),
        *(Check(*found) for found in dates_unlike_schedule(engine, derived, first, last)),
        *(Check(*found) for found in dull_features(engine, chosen, sorted({day.season for day in dates}))),
    ]
    if names is None:
        checks += [
            Check(*teams_unlike_players(engine, first, last)),
            Check(*scores_unlike_schedule(engine, first, last)),
            Check(*boxes_without_game(engine, first, last)),
            _quarantine(engine, first, last),
        ]
    return Verification(tuple(checks))


def _states(engine: Engine, models: tuple[Model, ...], dates: Sequence[UnitDate]) -> Iterator[Check]:
    for table, units in groupby(plan(engine, models, dates), key=lambda unit: unit.table):
        found = list(units)
        lacking = [unit for unit in found if unit.state == "not_available"]
        wrong = [unit for unit in found if unit.state not in ("done", "not_available")]
        examples = [f"{unit.date} {unit.state}: {unit.cause}" for unit in wrong[:_EXAMPLES]]
        if lacking:
            days = ", ".join(str(unit.date) for unit in lacking[:_EXAMPLES])
            rest = ", ..." if len(lacking) > _EXAMPLES else ""
            counted = "1 date has" if len(lacking) == 1 else f"{len(lacking)} dates have"
            examples.insert(0, f"{counted} no raw data: {days}{rest} ({lacking[0].cause})")
        yield Check("every date is done", table, len(found), len(wrong) + len(lacking), "; ".join(examples))


def _values(engine: Engine, table: Table, first: date, last: date) -> Iterator[Check]:
    source = f"(SELECT * FROM {table.name} WHERE {table.time} BETWEEN $first_day AND $last_day)"
    bounds: Parameters = {"first_day": first, "last_day": last}
    rows = int(str(engine.query(f"SELECT COUNT(*) FROM {source} AS checked", bounds).rows[0][0]))
    found = breaches(engine, table, source, bounds)
    yield Check(
        "keys, NULLs, ranges, finite numbers",
        table.name,
        rows,
        sum(breach.rows for breach in found),
        "; ".join(f"{breach.rule}: {breach.examples}" for breach in found[:_EXAMPLES]),
    )


def _ledger(engine: Engine, table: Table, system_id: str, first: date, last: date) -> Check:
    """Compare what the ledger last said of each date with what stands there; rows that it knows nothing of count."""
    of_system = "system_id = $system_id" if system_id else "$system_id = ''"
    rows = engine.query(
        f"""WITH content AS (
            SELECT {table.time} AS unit_date, COUNT(*) AS row_count,
                BIT_XOR({engine.row_hash(table.content_columns)}) AS fingerprint
            FROM {table.name} WHERE {table.time} BETWEEN $first_day AND $last_day AND {of_system} GROUP BY {table.time}
        ),
        newest AS (
            SELECT unit_date, ARG_MAX(rows, entry) AS row_count, ARG_MAX(output_fingerprint, entry) AS fingerprint
            FROM {LEDGER}
            WHERE table_name = $table_name AND system_id = $system_id AND unit_date BETWEEN $first_day AND $last_day
            GROUP BY unit_date
        )
        SELECT COALESCE(n.unit_date, c.unit_date) AS unit_date, COALESCE(n.row_count, 0), COALESCE(c.row_count, 0),
            COALESCE(n.row_count, 0) = COALESCE(c.row_count, 0)
            AND COALESCE(n.fingerprint, 0) = COALESCE(c.fingerprint, 0)
        FROM newest AS n
        FULL JOIN content AS c ON c.unit_date = n.unit_date
        ORDER BY 1""",
        {"table_name": table.name, "system_id": system_id, "first_day": first, "last_day": last},
    ).rows
    wrong = [
        f"{day}: {recorded} rows recorded, {actual} there" if recorded != actual else f"{day}: rows were changed"
        for day, recorded, actual, agrees in rows
        if not agrees
    ]
    return Check(
        "ledger and rows agree", node_name(table.name, system_id), len(rows), len(wrong), "; ".join(wrong[:_EXAMPLES])
    )


def _expected(engine: Engine, models: tuple[Model, ...], dates: Sequence[UnitDate]) -> Iterator[Check]:
    """Expected rows are rows and recorded failures, on each date that was written."""
    texts = span_texts(engine.dialect, models)
    by_season = [
        (season, [day.date for day in days]) for season, days in groupby(sorted(dates), key=lambda day: day.season)
    ]
    for model in models:
        units, wrong = 0, []
        for season, days in by_season:
            found = _unexplained(engine, model, texts[model.name].expected, season, days)
            units += len(found)
            wrong += [example for example in found if example]
        examples = "; ".join(wrong[:_EXAMPLES])
        yield Check("expected = rows + explained failures", model.name, units, len(wrong), examples)


def _unexplained(engine: Engine, model: Model, text: str, season: str, days: list[date]) -> list[str]:
    """For each written date of a season what is wrong with it, empty for nothing."""
    values = named_values(text, dict(model.values) | span_values(model, season, days[0], days[-1]))
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {_SPINE} AS SELECT * FROM ({text}) AS span_rows", values)
    clause: Clause = listed("wanted_date", {"unit_date": "DATE"}, [(day,) for day in days])
    rows = engine.query(
        f"""WITH {clause.text},
        written AS (
            SELECT unit_date FROM {LEDGER}
            WHERE table_name = $table_name AND system_id = $system_id
                AND unit_date IN (SELECT unit_date FROM wanted_date)
            GROUP BY unit_date HAVING ARG_MAX(status, entry) = 'done'
        ),
        content AS (
            SELECT {model.time} AS unit_date, COUNT(*) AS row_count FROM {model.table.name} WHERE {model.condition}
            GROUP BY {model.time}
        ),
        expected AS (
            SELECT s.unit_date, COUNT(*) AS expected, COUNT(t.{model.time}) AS present,
                COUNT(CASE WHEN t.{model.time} IS NULL AND s.category IS NULL THEN 1 END) AS unexplained
            FROM {_SPINE} AS s
            LEFT JOIN {model.table.name} AS t ON {matching(model)}
            GROUP BY s.unit_date
        ),
        failure AS (
            SELECT unit_date, COUNT(*) AS recorded FROM {FAILURES}
            WHERE table_name = $table_name AND system_id = $system_id GROUP BY unit_date
        )
        SELECT w.unit_date, COALESCE(e.expected, 0), COALESCE(c.row_count, 0), COALESCE(f.recorded, 0),
            COALESCE(e.unexplained, 0), COALESCE(e.present, 0)
        FROM written AS w
        LEFT JOIN expected AS e ON e.unit_date = w.unit_date
        LEFT JOIN content AS c ON c.unit_date = w.unit_date
        LEFT JOIN failure AS f ON f.unit_date = w.unit_date
        ORDER BY w.unit_date""",
        {**clause.parameters, "table_name": model.table.name, "system_id": model.system_id},
    ).rows
    found = []
    for day, expected, row_count, recorded, unexplained, present in rows:
        holds = (
            int(str(expected)) == int(str(row_count)) + int(str(recorded)) and not unexplained and present == row_count
        )
        wrong = f"{day}: {expected} expected, {row_count} rows, {recorded} failures, {unexplained} without a reason"
        found.append("" if holds else wrong)
    return found


def _populations(engine: Engine, models: tuple[Model, ...], first: date, last: date) -> Iterator[Check]:
    """Teams of final games for whom nobody was expected: a gap, but for a team whose first game on record it is."""
    if POPULATION not in {model.name for model in models}:
        return
    games, gaps, firsts = teams_without_players(engine, first, last)
    name = "each team of a final game has expected players"
    yield Check(name, POPULATION, games, len(gaps), "; ".join(gaps[:_EXAMPLES]))
    reason = "INSUFFICIENT_HISTORY: its first game on record, nobody was expected"
    yield Check(reason, POPULATION, games, len(firsts), "; ".join(firsts[:_EXAMPLES]), is_problem=False)


def _quarantine(engine: Engine, first: date, last: date) -> Check:
    count, reason = engine.query(
        "SELECT COUNT(*), MIN(reason) FROM nba_raw.quarantine"
        " WHERE game_date IS NULL OR game_date BETWEEN $first_day AND $last_day",
        {"first_day": first, "last_day": last},
    ).rows[0]
    rows = int(str(count))
    return Check("rows in quarantine", "nba_raw.quarantine", rows, rows, str(reason or ""), is_problem=False)
