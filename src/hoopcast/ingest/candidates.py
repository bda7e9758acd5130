"""Rows of a source as rows of their raw table, each with its fate: the temporary table `candidate`."""

from hoopcast.errors import SourceError
from hoopcast.ingest.contract import Check, Contract
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
