"""Why a unit is in its state, or a player absent from it: the chain of units, inputs and versions behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from hoopcast.pipeline.absence import absence
from hoopcast.pipeline.ledger import LEDGER
from hoopcast.pipeline.lineage import Edge, closure, edges
from hoopcast.pipeline.model import Model
from hoopcast.pipeline.plan import Unit, plan
from hoopcast.pipeline.ranges import Range, UnitDate, resolve
from hoopcast.pipeline.runs import RUNS
from hoopcast.warehouse.engine import Engine, Value

_NAMED_CHANGES = 5
# Dates of an input that a unit can read, by reach; those of the same date have no look-back.
_IN_REACH = {
    "same": "l.unit_date = $day",
    "before": "l.unit_date < $day AND l.season BETWEEN $first_season AND $season",
    "until": "l.unit_date <= $day AND l.season BETWEEN $first_season AND $season",
}


@dataclass(frozen=True)
class Link:
    """One link of the chain: how far from the unit that was asked for, the unit that it speaks of, and what it says."""

    depth: int
    table: str
    date: date
    text: str


def why(
    engine: Engine, models: tuple[Model, ...], table: str, day: date, player_id: int | None = None
) -> tuple[Link, ...]:
    """The chain behind the state of a unit, and behind a player's absence from it.

    Args:
        engine: the warehouse.
        models: every model, each after all that it reads.
        table: full name of a model's table.
        day: date of the unit.
        player_id: player who is looked for among its rows.

    Raises:
        UsageError: if no game is played on that date.
    """
    model = next(one for one in models if one.name == table)
    dates = resolve(engine, Range(dates=(day,), stage="all"))
    links = list(_unit(engine, models, model, dates[0], 0))
    if player_id is not None:
        links.append(Link(0, table, day, absence(engine, model, day, player_id)))
    return tuple(links)


def _unit(engine: Engine, models: tuple[Model, ...], model: Model, day: UnitDate, depth: int) -> Iterator[Link]:
    unit = next((one for one in plan(engine, models, [day]) if one.table == model.name), None)
    if unit is None:
        yield Link(depth, model.name, day.date, "not due: no game of the date is final, and it is not the next slate")
        return
    cause = f": {unit.cause}" if unit.cause else ""
    yield Link(depth, model.name, day.date, f"{unit.state}{cause}")
    written = _newest_entry(engine, unit)
    if written is not None:
        yield Link(depth, model.name, day.date, _told(written, model))
    if unit.state in ("stale", "failed", "blocked", "missing"):
        changes = _changes(engine, model, day, int(str(written["entry"])) if written else None)
        yield from (Link(depth + 1, name, changed, text) for name, changed, text in changes)
    if unit.state in ("stale", "blocked"):
        yield from _upstream(engine, models, model, day, depth)
    if unit.state == "done":
        yield from (Link(depth + 1, edge.upstream, day.date, _read(engine, model, edge, day)) for edge in edges(model))


def _newest_entry(engine: Engine, unit: Unit) -> dict[str, Value] | None:
    rows = engine.query(
        f"""SELECT l.entry, l.status, l.version, l.rows, l.expected, l.error, l.finished_at_utc, l.run_id, r.command
        FROM {LEDGER} AS l
        LEFT JOIN {RUNS} AS r ON r.run_id = l.run_id
        WHERE l.table_name = $table_name AND l.unit_date = $day AND l.system_id = ''
        ORDER BY l.entry DESC LIMIT 1""",
        {"table_name": unit.table, "day": unit.date},
    ).dictionaries()
    return rows[0] if rows else None


def _told(written: dict[str, Value], model: Model) -> str:
    by = f"by run {written['run_id']} ({written['command']}) at {written['finished_at_utc']:%Y-%m-%d %H:%M:%S} UTC"
    code = "" if written["version"] == model.version else f"; its code was {written['version']}, now {model.version}"
    if written["status"] == "failed":
        return f"failed {by}: {written['error']}{code}"
    return f"written {by}: {written['rows']} rows of {written['expected']} expected{code}"


def _changes(engine: Engine, model: Model, day: UnitDate, since: int | None) -> Iterator[tuple[str, date, str]]:
    """Contents of direct inputs that were written after the unit."""
    if since is None:
        return
    for edge in edges(model):
        condition = _IN_REACH[edge.reach]
        rows = engine.query(
            f"""SELECT l.unit_date, l.run_id, r.command, l.rows, COUNT(*) OVER () AS changes
            FROM {LEDGER} AS l
            LEFT JOIN {RUNS} AS r ON r.run_id = l.run_id
            WHERE l.table_name = $table_name AND l.entry > $since AND {condition}
            ORDER BY l.unit_date LIMIT {_NAMED_CHANGES}""",
            {"table_name": edge.upstream, "since": since, **_bounds(edge, day)},
        ).rows
        for changed, run_id, command, row_count, changes in rows:
            more = f"; {changes} such dates in all" if int(str(changes)) > _NAMED_CHANGES else ""
            if isinstance(changed, date):
                yield edge.upstream, changed, f"written since by run {run_id} ({command}): {row_count} rows{more}"


def _upstream(engine: Engine, models: tuple[Model, ...], model: Model, day: UnitDate, depth: int) -> Iterator[Link]:
    """The first open unit upstream that nothing open stands behind, and its own chain."""
    depends = [edge for edge in closure(models) if edge.table == model.name]
    names = {edge.upstream for edge in depends}
    for upstream in (one for one in models if one.name in names):
        for edge in (edge for edge in depends if edge.upstream == upstream.name):
            first = _first_open(engine, models, edge, day)
            if first is not None:
                yield from _unit(engine, models, upstream, first, depth + 1)
                return


def _first_open(engine: Engine, models: tuple[Model, ...], edge: Edge, day: UnitDate) -> UnitDate | None:
    condition = _IN_REACH[edge.reach].replace("l.unit_date", "game_date").replace("l.season", "season")
    rows = engine.query(
        "SELECT DISTINCT season, game_date FROM nba_raw.nbac_schedule"
        f" WHERE team_known AND {condition} ORDER BY season, game_date",
        _bounds(edge, day),
    ).rows
    dates = [UnitDate(str(season), found) for season, found in rows if isinstance(found, date)]
    units = (unit for unit in plan(engine, models, dates) if unit.table == edge.upstream)
    return next(
        (UnitDate(unit.season, unit.date) for unit in units if unit.state not in ("done", "not_available")), None
    )


def _read(engine: Engine, model: Model, edge: Edge, day: UnitDate) -> str:
    rows = engine.query(
        f"""SELECT COUNT(DISTINCT l.unit_date), MAX(l.unit_date), MAX(l.run_id)
        FROM {LEDGER} AS l
        WHERE l.table_name = $table_name AND {_IN_REACH[edge.reach]}""",
        {"table_name": edge.upstream, **_bounds(edge, day)},
    ).rows
    dates, last, run_id = rows[0]
    look_back = f" of {model.look_back + 1} seasons" if edge.look_back else ""
    if not dates:
        return f"read {edge.reach}{look_back}: nothing there"
    return f"read {edge.reach}{look_back}: {dates} dates, the last {last}, last written by run {run_id}"


def _bounds(edge: Edge, day: UnitDate) -> dict[str, Value]:
    if edge.reach == "same":
        return {"day": day.date}
    first = int(day.season[:4]) - edge.look_back
    return {"day": day.date, "season": day.season, "first_season": f"{first}-{(first + 1) % 100:02d}"}
