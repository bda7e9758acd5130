"""Schemas and tables of a warehouse, its format version and upgrades."""

import hashlib
import re
import warnings
from typing import Literal

from hoopcast.calendar import utc_now
from hoopcast.errors import RepairWarning, WarehouseError
from hoopcast.nba.teams import TEAMS
from hoopcast.warehouse.engine import Engine, Value
from hoopcast.warehouse.tables import Table, all_tables

FORMAT_VERSION = 1
_LAYOUT_TABLE, _LEDGER = "nba_orchestration.warehouse_format", "nba_orchestration.ledger"
_RESTORE = "put a backup in its place, or ingest and backfill into a new warehouse"
# Columns of tables that can not be made anew, by what they were once called.
_RENAMED = {
    "nba_orchestration.ledger": {"unit_date": "partition_date"},
    "nba_orchestration.failures": {"unit_date": "partition_date"},
    "nba_orchestration.runs": {"units_done": "partitions_done", "units_failed": "partitions_failed"},
}
# Derived tables by names that they no longer have.
_DROPPED = ("nba_predictions.forecast_law",)
_MAX_HALF_LIFE = 60
_MAX_GAMES_AGO = 120
_SCALE = 1_000_000
_INSERT_WEIGHTS = (
    "INSERT INTO nba_raw.recency_weight (half_life, games_ago, weight)"
    " SELECT h.half_life, a.games_ago,"
    " CAST(GREATEST(1, ROUND($scale * POWER(2.0, -a.games_ago / CAST(h.half_life AS DOUBLE)))) AS BIGINT)"
    " FROM (SELECT UNNEST(GENERATE_SERIES(1, $half_lives)) AS half_life) AS h,"
    " (SELECT UNNEST(GENERATE_SERIES(0, $games)) AS games_ago) AS a"
)


def constants_fingerprint(table_name: str) -> str:
    """Hash of what fills a table that no file fills; empty for any other table."""
    filled: dict[str, object] = {
        "nba_raw.recency_weight": (_INSERT_WEIGHTS, _SCALE, _MAX_HALF_LIFE, _MAX_GAMES_AGO),
        "nba_raw.team": [(team.abbr, team.team_id, team.city, team.nickname) for team in TEAMS],
    }
    return hashlib.sha256(repr(filled[table_name]).encode()).hexdigest()[:16] if table_name in filled else ""


def layout_fingerprint() -> str:
    """Hash of every table's columns and types, and of what fills the constant ones."""
    layout = "\n".join(
        f"{table.name}({_columns(table)}){constants_fingerprint(table.name)}{_view_text(table)}"
        for table in all_tables()
    )
    return hashlib.sha256(layout.encode()).hexdigest()[:16]


def prepare(engine: Engine) -> None:
    """Create what is absent and upgrade what is of an older layout, in one transaction.

    Raises:
        WarehouseError: if the warehouse was made by a newer format, or holds tables of another program.
    """
    state = layout_state(engine)
    if state == "current":
        return
    if state == "absent" and engine.query("SELECT 1 FROM information_schema.tables").rows:
        raise WarehouseError(f"{engine.url} holds tables of another program; name another file with --warehouse")
    present = _present_columns(engine)
    lost = _lost(present) if state == "damaged" else {}
    _refuse_loss(engine, lost)
    version = _recorded(engine)[0] if _LAYOUT_TABLE in present else FORMAT_VERSION
    if version > FORMAT_VERSION:
        message = f"{engine.url} has format {version}, this Hoopcast reads up to {FORMAT_VERSION}; upgrade Hoopcast"
        raise WarehouseError(message)
    with engine.transaction():
        for table in lost:
            _clear(engine, table)
            present.pop(table.stored.name, None)
        for table in all_tables():
            _bring_up_to_date(engine, table.stored, _taken_over(engine, table, present))
        for table in all_tables():
            if table.is_view:
                engine.execute(_view_text(table))
        for name in _DROPPED:
            engine.execute(f"DROP TABLE IF EXISTS {name}")
            engine.execute("DELETE FROM nba_orchestration.failures WHERE table_name = $name", {"name": name})
        _fill_recency_weights(engine)
        _fill_teams(engine)
        _record(engine)
    for what in lost.values():
        message = f"{engine.url}: {what}, so it is made anew and empty; `hoopcast backfill` fills it"
        warnings.warn(message, RepairWarning, stacklevel=2)


def layout_state(engine: Engine) -> Literal["current", "outdated", "damaged", "absent"]:
    """Whether the tables are those of this Hoopcast, of another, changed from outside, or no warehouse at all.

    Raises:
        WarehouseError: if what tells it was taken away.
    """
    present = _present_columns(engine)
    tables = {table.stored.name: table.stored for table in all_tables()}
    if what := _difference(tables[_LAYOUT_TABLE], present):
        if present.keys() & tables.keys():
            raise WarehouseError(f"{engine.url}: {what}; {_RESTORE}")
        return "absent"
    version, layout = _recorded(engine)
    if version > FORMAT_VERSION or layout != layout_fingerprint():
        return "outdated"
    return "damaged" if _lost(present) or any(table.name not in present for table in all_tables()) else "current"


def _lost(present: dict[str, dict[str, Value]]) -> dict[Table, str]:
    """What is not as it was made of each stored table of which something is not."""
    found = {table: _difference(table.stored, present) for table in all_tables()}
    return {table: what for table, what in found.items() if what}


def _refuse_loss(engine: Engine, lost: dict[Table, str]) -> None:
    for table, what in lost.items():
        if not _is_derived(table):
            raise WarehouseError(f"{engine.url}: {what}; {_RESTORE}")


def _clear(engine: Engine, table: Table) -> None:
    """Take a derived table away, and all that says that it was written."""
    engine.execute(f"DROP TABLE IF EXISTS {table.stored.name}")
    engine.execute(f"DELETE FROM {_LEDGER} WHERE table_name = $name", {"name": table.name})


def _difference(table: Table, present: dict[str, dict[str, Value]]) -> str:
    """What a stored table lacks; empty for nothing."""
    if table.name not in present:
        return f"the table {table.name} is gone"
    columns = present[table.name]
    lacking = next((column for column in table.columns if columns.get(column.name) != column.type), None)
    if lacking is None:
        return ""
    return f"{table.name} has lost its column {lacking.name} {lacking.type}"


def _columns(table: Table) -> str:
    return ", ".join(f"{column.name} {column.type}" for column in table.columns)


def _view_text(table: Table) -> str:
    """What creates the view of a table, comments aside; empty for one without."""
    return re.sub(r"--[^\n]*", "", table.text).replace("CREATE", "CREATE OR REPLACE", 1) if table.is_view else ""


def _taken_over(engine: Engine, table: Table, present: dict[str, dict[str, Value]]) -> dict[str, Value] | None:
    """Columns that the stored table has; one that was a table before it was a view gives it its rows."""
    if table.is_view and table.stored.name not in present and table.name in present:
        engine.execute(f"ALTER TABLE {table.name} RENAME TO {table.stored.name.split('.')[1]}")
        return present[table.name]
    return present.get(table.stored.name)


def _present_columns(engine: Engine) -> dict[str, dict[str, Value]]:
    rows = engine.query(
        "SELECT table_schema || '.' || table_name, column_name, data_type FROM information_schema.columns"
        " WHERE table_schema LIKE 'nba%'"
    ).rows
    present: dict[str, dict[str, Value]] = {}
    for name, column, data_type in rows:
        present.setdefault(str(name), {})[str(column)] = data_type
    return present


def _recorded(engine: Engine) -> tuple[int, str]:
    rows = engine.query(
        f"SELECT MAX(format_version) OVER (), layout FROM {_LAYOUT_TABLE} ORDER BY applied_at_utc DESC LIMIT 1"
    ).rows
    return (int(str(rows[0][0])), str(rows[0][1])) if rows else (FORMAT_VERSION, "")


def _is_derived(table: Table) -> bool:
    """Whether its rows can be made anew."""
    return table.phase not in ("raw", "orchestration") and "append-only" not in table.headers


def _bring_up_to_date(engine: Engine, table: Table, present: dict[str, Value] | None) -> None:
    """Add columns that the definition gained; a derived table whose column changed its type is made anew."""
    if present is None:
        engine.create(table)
        return
    wanted = {column.name: column.type for column in table.columns}
    for old, new in _RENAMED.get(table.name, {}).items():
        if old in present and new not in present:
            engine.execute(f"ALTER TABLE {table.name} RENAME COLUMN {old} TO {new}")
            present = {new if name == old else name: data_type for name, data_type in present.items()}
    changed = [name for name, data_type in present.items() if wanted.get(name, data_type) != data_type]
    if changed and not _is_derived(table):
        name = changed[0]
        message = f"{table.name}.{name} has type {present[name]}, not {wanted[name]}; restore a backup"
        raise WarehouseError(message)
    if changed:
        engine.execute(f"DROP TABLE {table.name}")
        engine.create(table)
        return
    for name in wanted.keys() - present.keys():
        engine.execute(f"ALTER TABLE {table.name} ADD COLUMN {name} {wanted[name]}")
    if _is_derived(table):
        for name in present.keys() - wanted.keys():
            engine.execute(f"ALTER TABLE {table.name} DROP COLUMN {name}")


def _fill_recency_weights(engine: Engine) -> None:
    engine.execute("DELETE FROM nba_raw.recency_weight")
    engine.execute(_INSERT_WEIGHTS, {"scale": _SCALE, "half_lives": _MAX_HALF_LIFE, "games": _MAX_GAMES_AGO})


def _fill_teams(engine: Engine) -> None:
    engine.execute("DELETE FROM nba_raw.team")
    for team in TEAMS:
        engine.execute(
            "INSERT INTO nba_raw.team (team_abbr, team_id, city, nickname) VALUES ($abbr, $team_id, $city, $nickname)",
            {"abbr": team.abbr, "team_id": team.team_id, "city": team.city, "nickname": team.nickname},
        )


def _record(engine: Engine) -> None:
    engine.execute(
        f"INSERT INTO {_LAYOUT_TABLE} (format_version, layout, applied_at_utc) VALUES ($version, $layout, $now)",
        {"version": FORMAT_VERSION, "layout": layout_fingerprint(), "now": utc_now()},
    )
