"""Good rows of `candidate` into their raw table: new keys, corrections, and what a replacement takes away."""

from dataclasses import dataclass
from datetime import date

from hoopcast.ingest.contract import Contract
from hoopcast.ingest.contracts.game_line import CLOSING_MOMENT
from hoopcast.warehouse.engine import Engine

SCHEDULE = "nba_raw.nbac_schedule"
# Tables whose rows carry the date of their game, and move with it.
_OF_GAMES = (
    "nba_raw.nbac_team_boxscore",
    "nba_raw.nbac_player_boxscore",
    "nba_raw.nbac_starter",
    "nba_raw.nbac_shot",
    "nba_raw.game_line",
)


@dataclass(frozen=True)
class Merged:
    """Rows by what became of them, and the dates touched in each table."""

    added: int
    changed: int
    unchanged: int
    deleted: int
    dates: dict[str, set[date]]


def dates_of(engine: Engine, sql: str) -> set[date]:
    """Dates of the first column of a query."""
    return {row[0] for row in engine.query(sql).rows if isinstance(row[0], date)}


def merge(engine: Engine, contract: Contract, *, replace: bool) -> Merged:
    """Bring the raw table to what the good rows say; rows with the same content stay as they are.

    Args:
        engine: the warehouse, in a transaction, with `candidate` built.
        contract: of the raw table.
        replace: delete rows of the candidate's dates whose key it lacks.
    """
    table_name, time = contract.table_name, contract.time
    same_key = " AND ".join(f"o.{column} = n.{column}" for column in contract.table.grain)
    differs = " OR ".join(f"n.{column} IS DISTINCT FROM o.{column}" for column in contract.table.content_columns)
    engine.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE delta AS
        SELECT n.row_number, o.{time} AS former_date,
            CASE WHEN o.{contract.table.grain[0]} IS NULL THEN 'added'
                WHEN {differs} THEN 'changed' ELSE 'unchanged' END AS change
        FROM candidate AS n LEFT JOIN {table_name} AS o ON {same_key} WHERE n.fate = 'good'
        """
    )
    counted = engine.query("SELECT change, COUNT(*) FROM delta GROUP BY change").rows
    changes = {str(change): int(str(count)) for change, count in counted}
    dates: dict[str, set[date]] = {table_name: set()}
    deleted = _delete_lacking(engine, contract, dates[table_name]) if replace else 0
    if changes.get("changed"):
        dates[table_name] |= dates_of(engine, "SELECT DISTINCT former_date FROM delta WHERE change = 'changed'")
        engine.execute(
            f"DELETE FROM {table_name} AS o USING (SELECT c.* FROM candidate AS c JOIN delta AS d"
            f" ON d.row_number = c.row_number WHERE d.change = 'changed') AS n WHERE {same_key}"
        )
    if changes.get("changed") or changes.get("added"):
        columns = ", ".join(contract.table.column_names)
        landing = "FROM candidate AS c JOIN delta AS d ON d.row_number = c.row_number WHERE d.change <> 'unchanged'"
        engine.execute(
            f"INSERT INTO {table_name} ({columns})"
            f" SELECT {', '.join(f'c.{name}' for name in contract.table.column_names)} {landing}"
        )
        dates[table_name] |= dates_of(engine, f"SELECT DISTINCT c.{time} {landing}")
    if table_name == SCHEDULE and dates[table_name]:
        for moved, moved_dates in _move_games(engine).items():
            dates.setdefault(moved, set()).update(moved_dates)
    return Merged(changes.get("added", 0), changes.get("changed", 0), changes.get("unchanged", 0), deleted, dates)


def _delete_lacking(engine: Engine, contract: Contract, dates: set[date]) -> int:
    """Delete rows of the source's dates whose key it lacks; a key that it has in a broken row is not lacking."""
    table_name, time = contract.table_name, contract.time
    same_key = " AND ".join(f"n.{column} = o.{column}" for column in contract.table.grain)
    scope = "".join(
        f" AND o.{column} IN (SELECT n.{column} FROM candidate AS n)" for column in contract.replaced_within
    )
    lacking = (
        f"o.{time} IN (SELECT n.{time} FROM candidate AS n){scope}"
        f" AND NOT EXISTS (SELECT 1 FROM candidate AS n WHERE {same_key})"
    )
    found = engine.query(f"SELECT o.{time}, COUNT(*) FROM {table_name} AS o WHERE {lacking} GROUP BY 1").rows
    if found:
        engine.execute(f"DELETE FROM {table_name} AS o WHERE {lacking}")
    dates |= {row[0] for row in found if isinstance(row[0], date)}
    return sum(int(str(row[1])) for row in found)


def _move_games(engine: Engine) -> dict[str, set[date]]:
    """Give rows of games that the schedule moved the new date; an untimed closing line moves to the new tip-off."""
    moved: dict[str, set[date]] = {}
    for table_name in _OF_GAMES:
        elsewhere = (
            f"FROM {table_name} AS r JOIN {SCHEDULE} AS s ON s.game_id = r.game_id WHERE r.game_date <> s.game_date"
        )
        dates = dates_of(engine, f"SELECT r.game_date {elsewhere} UNION SELECT s.game_date {elsewhere}")
        if dates:
            engine.execute(
                f"UPDATE {table_name} AS r SET game_date = s.game_date FROM {SCHEDULE} AS s"
                " WHERE s.game_id = r.game_id AND r.game_date <> s.game_date"
            )
            moved[table_name] = dates
    game = f"(SELECT game_id, tip_off_utc AS game_tip_off_utc, game_date AS game_game_date FROM {SCHEDULE}) AS s"
    stale = f"s.game_id = r.game_id AND r.line_kind = 'closing' AND r.captured_at_utc <> {CLOSING_MOMENT}"
    dates = dates_of(engine, f"SELECT DISTINCT r.game_date FROM nba_raw.game_line AS r JOIN {game} ON {stale}")
    if dates:
        engine.execute(
            f"UPDATE nba_raw.game_line AS r SET captured_at_utc = {CLOSING_MOMENT} FROM {game} WHERE {stale}"
        )
        moved.setdefault("nba_raw.game_line", set()).update(dates)
    return moved
