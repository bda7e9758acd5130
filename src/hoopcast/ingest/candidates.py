"""Rows of a file on their way into a raw table: checked, made one of each key, and merged."""

from dataclasses import dataclass
from datetime import date

from hoopcast.errors import SourceError
from hoopcast.ingest.contract import Check, Contract
from hoopcast.ingest.contracts import CLOSING_MOMENT
from hoopcast.ingest.reading import FAULT, positions, translate, typed_rows
from hoopcast.ingest.staging import Staged
from hoopcast.warehouse.engine import Engine
from hoopcast.warehouse.tables import Column

# Fates: good, broken, unresolved, collapsed.
_GAME_COLUMNS = ("season", "game_date", "tip_off_utc", "home_team_abbr", "away_team_abbr", "team_known")
_KEY_SEPARATOR = "|"


class WithoutSchedule(SourceError):  # noqa: N818 - what it is, as the errors of the package are called
    """A file of which no row is of a season that the schedule has."""


def _mapped_rows(contract: Contract, staged: Staged) -> str:
    """SQL: a SELECT of the inputs, the game's row of the schedule, and the table's columns."""
    inputs = {wanted.name for wanted in contract.inputs}
    outputs = []
    for column in contract.table.columns:
        if column.name == "source_id":
            continue
        default = f"in_{column.name}" if column.name in inputs else "NULL"
        outputs.append(f"CAST({contract.outputs.get(column.name, default)} AS {column.type}) AS {column.name}")
    if contract.in_schedule:
        game = ", ".join(f"g.{name} AS game_{name}" for name in _GAME_COLUMNS)
        with_game = (
            f"SELECT t.*, g.game_id IS NOT NULL AS game_known, {game} FROM typed AS t"
            " LEFT JOIN nba_raw.nbac_schedule AS g ON g.game_id = t.in_game_id"
        )
    elif contract.on_game_dates:
        with_game = (
            "SELECT t.*, g.game_date IS NOT NULL AS game_known FROM typed AS t LEFT JOIN"
            " (SELECT DISTINCT s.game_date FROM nba_raw.nbac_schedule AS s) AS g ON g.game_date = t.in_game_date"
        )
    else:
        with_game = "SELECT t.*, TRUE AS game_known FROM typed AS t"
    return (
        f"WITH typed AS ({typed_rows(contract, staged)}), with_game AS ({with_game}),"
        f" mapped AS (SELECT *, {', '.join(outputs)} FROM with_game)"
    )


def _range_check(column: Column) -> list[Check]:
    if column.low is None or column.high is None:
        return []
    bounds = f"{column.low:g} to {column.high:.0f}"
    return [
        Check(
            f"{column.name} NOT BETWEEN {column.low!r} AND {column.high!r}",
            f"'{column.name} ' || {column.name} || ' is outside {bounds}'",
        )
    ]


def _checks(contract: Contract, staged: Staged) -> list[Check]:
    """Every rule of a contract: values that can be read, NOT NULL, the game, ranges, and the contract's own."""
    present = positions(contract, staged)
    unreadable = [
        Check(
            f"raw_{wanted.name} IS NOT NULL AND in_{wanted.name} IS NULL",
            f"'{wanted.name} ''' || LEFT(CAST(raw_{wanted.name} AS VARCHAR), 60) || ''' {FAULT[wanted.kind]}'",
        )
        for wanted in contract.inputs
        if wanted.name in present and not wanted.lenient and wanted.kind != "text"
    ]
    absent = []
    for column in contract.table.columns:
        from_game = contract.in_schedule and column.name in ("season", "game_date", "captured_at_utc", "game_id")
        if not column.not_null or column.name == "source_id" or (contract.by_name and column.name == "player_id"):
            continue
        silent = " AND ".join(
            [f"{column.name} IS NULL"]
            + [f"raw_{wanted.name} IS NULL" for wanted in contract.inputs if column.name == wanted.name]
            # What the schedule gives is absent with the game; that reason alone is told.
            + (["game_known"] if from_game and column.name != "game_id" else [])
            + (
                ["season_stage IS NOT NULL"]
                if column.name == "season" and not contract.in_schedule and "season_stage" in contract.outputs
                else []
            )
        )
        absent.append(Check(silent, f"'{column.name} is missing'"))
    game = []
    if contract.in_schedule:
        reason = "'game ' || LEFT(in_game_id, 20) || ' is not in the schedule'"
        game.append(Check("NOT game_known AND in_game_id IS NOT NULL", reason))
    if contract.on_game_dates:
        reason = "'the schedule has no game on ' || in_game_date"
        game.append(Check("NOT game_known AND in_game_date IS NOT NULL", reason))
    ranges = [check for column in contract.table.columns for check in _range_check(column)]
    return [*unreadable, *absent, *game, *ranges, *contract.checks]


def key_text(contract: Contract, prefix: str = "") -> str:
    """SQL: a row's key as one text, NULL where a part of it is."""
    parts = [f"CAST({prefix}{column} AS VARCHAR)" for column in contract.table.grain]
    return f" || '{_KEY_SEPARATOR}' || ".join(parts)


def build(engine: Engine, contract: Contract, staged: Staged, source_id: int) -> None:
    """Fill `candidate`: row_number, source_id, the table's columns, fate and fault.

    Raises:
        SourceError: if the schedule has no game of any season of the file.
    """
    translate(engine, contract, staged)
    mapped = _mapped_rows(contract, staged)
    checks = _checks(contract, staged)
    columns = ", ".join(contract.table.content_columns)
    broken = " OR ".join(f"COALESCE({check.broken}, FALSE)" for check in checks)
    engine.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE candidate AS {mapped}
        SELECT row_number, CAST($source_id AS BIGINT) AS source_id, {columns}, game_known,
            CASE WHEN {broken} THEN 'broken' ELSE 'good' END AS fate, CAST(NULL AS VARCHAR) AS fault
        FROM mapped
        """,
        {"source_id": source_id},
    )
    if contract.in_schedule or contract.on_game_dates:
        _refuse_without_schedule(engine, contract)
    if counts(engine)["broken"]:
        reasons = ", ".join(f"CASE WHEN {check.broken} THEN {check.reason} END" for check in checks)
        engine.execute(
            f"""
            UPDATE candidate SET fault = b.fault FROM (
                {mapped} SELECT row_number, CONCAT_WS('; ', {reasons}) AS fault FROM mapped
                WHERE row_number IN (SELECT c.row_number FROM candidate AS c WHERE c.fate = 'broken')
            ) AS b WHERE candidate.row_number = b.row_number
            """
        )


def _refuse_without_schedule(engine: Engine, contract: Contract) -> None:
    if engine.query("SELECT 1 FROM candidate WHERE game_known LIMIT 1").rows:
        return
    # Two digits of a game id tell its season where the game itself is not known.
    season = "SUBSTR(game_id, 4, 2)" if contract.in_schedule else "season"
    legible = "REGEXP_FULL_MATCH(game_id, '[0-9]{10}')" if contract.in_schedule else "season IS NOT NULL"
    rows = engine.query(
        f"SELECT COUNT(*), COUNT(*) FILTER (WHERE {season} IN (SELECT {season} FROM nba_raw.nbac_schedule))"
        f" FROM candidate WHERE {legible}"
    ).rows
    with_season, of_known_season = (int(str(value)) for value in rows[0])
    if with_season and not of_known_season:
        message = "is of games of which the schedule has no season; ingest the schedule first, or with it"
        raise WithoutSchedule(message)


def counts(engine: Engine) -> dict[str, int]:
    """Rows of `candidate` by fate."""
    rows = engine.query("SELECT fate, COUNT(*) FROM candidate GROUP BY fate").rows
    return {"good": 0, "broken": 0, "unresolved": 0, "collapsed": 0} | {str(fate): int(str(n)) for fate, n in rows}


def settle_doubles(engine: Engine, contract: Contract) -> None:
    """Give rows that share a key their fates.

    Rows with the same content are one row; of rows with different content the contract's preferred one counts, and
    without a preference none does.
    """
    key = ", ".join(contract.table.grain)
    doubled = f"SELECT {key} FROM candidate WHERE fate = 'good' GROUP BY {key} HAVING COUNT(*) > 1"
    if not engine.query(f"SELECT 1 FROM ({doubled}) LIMIT 1").rows:
        return
    same_key = " AND ".join(f"c.{column} = d.{column}" for column in contract.table.grain)
    content = engine.row_hash([f"c.{column}" for column in contract.table.content_columns])
    preference = contract.preference or "row_number"
    engine.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE doubles AS
        WITH d AS ({doubled}),
        h AS (SELECT c.*, {content} AS content FROM candidate AS c JOIN d ON {same_key} WHERE c.fate = 'good')
        SELECT row_number, ROW_NUMBER() OVER preferred AS place,
            ROW_NUMBER() OVER (PARTITION BY {key}, content ORDER BY row_number) AS copy,
            content <> FIRST_VALUE(content) OVER preferred AS differs,
            MIN(content) OVER (PARTITION BY {key}) <> MAX(content) OVER (PARTITION BY {key}) AS is_conflict,
            COUNT(*) OVER (PARTITION BY {key}) AS rows_of_key
        FROM h WINDOW preferred AS (PARTITION BY {key} ORDER BY {preference})
        """
    )
    if contract.keeps_first:
        fate, fault = "CASE WHEN d.place > 1 THEN 'collapsed' ELSE 'good' END", "NULL"
    elif contract.preference:
        fate = "CASE WHEN d.copy > 1 THEN 'collapsed' WHEN d.differs THEN 'broken' ELSE 'good' END"
        fault = "CASE WHEN d.copy = 1 AND d.differs THEN 'another row of the same key has prices nearer to even' END"
    else:
        fate = "CASE WHEN d.copy > 1 THEN 'collapsed' WHEN d.is_conflict THEN 'broken' ELSE 'good' END"
        fault = (
            "CASE WHEN d.copy = 1 AND d.is_conflict THEN d.rows_of_key || ' rows of the file have the key '"
            f" || {key_text(contract, 'candidate.')} || ' with different content' END"
        )
    engine.execute(
        f"UPDATE candidate SET fate = {fate}, fault = {fault} FROM doubles AS d"
        " WHERE candidate.row_number = d.row_number"
    )


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
