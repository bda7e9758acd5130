"""Rows of a file on their way into a raw table: checked, made one of each key, and merged."""

import time
from collections import Counter
from collections.abc import Collection
from datetime import date

from hoopcast.errors import SourceError
from hoopcast.ingest import waiting
from hoopcast.ingest.contracts import CLOSING_MOMENT, CONTRACTS, SCHEDULE, Check, Contract
from hoopcast.ingest.staging import Source, Staged
from hoopcast.ingest.values import KINDS, parse_texts, positions, typed_rows
from hoopcast.pipeline.ledger import append_raw
from hoopcast.warehouse.engine import Engine, Parameters
from hoopcast.warehouse.tables import Column, Table

# A row's fate is good, broken, unresolved (its name fits no player) or collapsed (another row counts for it).
_GAME_COLUMNS = ("season", "game_date", "tip_off_utc", "home_team_abbr", "away_team_abbr", "team_known")
# Tables whose rows carry the date of their game, and move with it.
_OF_GAMES = (
    "nba_raw.nbac_team_boxscore",
    "nba_raw.nbac_player_boxscore",
    "nba_raw.nbac_starter",
    "nba_raw.nbac_shot",
    "nba_raw.game_line",
)
# How many rows were deleted, and of which dates.
_Deletion = tuple[int, set[date]]


class WithoutSchedule(SourceError):  # noqa: N818 - what it is, as the errors of the package are called
    """A file of which no row is of a season that the schedule has."""


def _mapped_rows(contract: Contract, staged: Staged) -> str:
    """SQL: a SELECT of the inputs, the game's row of the schedule, and the table's columns."""
    inputs = {value.name for value in contract.inputs}
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
            f" LEFT JOIN {SCHEDULE.table_name} AS g ON g.game_id = t.in_game_id"
        )
    elif contract.on_game_dates:
        with_game = (
            "SELECT t.*, g.game_date IS NOT NULL AS game_known FROM typed AS t LEFT JOIN"
            f" (SELECT DISTINCT s.game_date FROM {SCHEDULE.table_name} AS s) AS g ON g.game_date = t.in_game_date"
        )
    else:
        with_game = "SELECT t.*, TRUE AS game_known FROM typed AS t"
    return (
        f"WITH typed AS ({typed_rows(contract, staged)}), with_game AS ({with_game}),"
        f" mapped AS (SELECT *, {', '.join(outputs)} FROM with_game)"
    )


def _checks(contract: Contract, staged: Staged) -> list[Check]:
    """Every rule of a contract: values that can be read, NOT NULL, the game, ranges, and the contract's own."""
    present = positions(contract, staged)
    checks = [
        Check(
            f"raw_{value.name} IS NOT NULL AND in_{value.name} IS NULL",
            f"'{value.name} ''' || LEFT(CAST(raw_{value.name} AS VARCHAR), 60) || ''' {KINDS[value.kind].fault}'",
        )
        for value in contract.inputs
        if value.name in present and not value.lenient and value.kind != "text"
    ]
    columns = [column for column in contract.table.columns if column.name != "source_id"]
    checks += [
        _absence_check(contract, column)
        for column in columns
        if column.not_null and not (contract.by_name and column.name == "player_id")
    ]
    if contract.in_schedule:
        reason = "'game ' || LEFT(in_game_id, 20) || ' is not in the schedule'"
        checks.append(Check("NOT game_known AND in_game_id IS NOT NULL", reason))
    if contract.on_game_dates:
        reason = "'the schedule has no game on ' || in_game_date"
        checks.append(Check("NOT game_known AND in_game_date IS NOT NULL", reason))
    checks += [
        Check(
            f"{column.name} NOT BETWEEN {column.low!r} AND {column.high!r}",
            f"'{column.name} ' || {column.name} || ' is outside {column.low:g} to {column.high:.0f}'",
        )
        for column in columns
        if column.low is not None and column.high is not None
    ]
    return [*checks, *contract.checks]


def _absence_check(contract: Contract, column: Column) -> Check:
    """Rule: a column has a value, unless another rule says why it has none."""
    name = column.name
    conditions = [f"{name} IS NULL", *(f"raw_{name} IS NULL" for value in contract.inputs if value.name == name)]
    if contract.in_schedule and name in ("season", "game_date", "captured_at_utc"):
        conditions.append("game_known")
    if contract is SCHEDULE and name == "season":
        conditions.append("season_stage IS NOT NULL")
    return Check(" AND ".join(conditions), f"'{name} is missing'")


def build(engine: Engine, contract: Contract, source: Source) -> None:
    """Fill `candidate`: row_number, source_id, the table's columns, fate and fault.

    Raises:
        SourceError: if the schedule has no game of any season of the file.
    """
    parse_texts(engine, contract, source.staged)
    mapped = _mapped_rows(contract, source.staged)
    checks = _checks(contract, source.staged)
    columns = ", ".join(contract.table.content_columns)
    broken = " OR ".join(f"COALESCE({check.broken}, FALSE)" for check in checks)
    engine.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE candidate AS {mapped}
        SELECT row_number, CAST($source_id AS BIGINT) AS source_id, {columns}, game_known,
            CASE WHEN {broken} THEN 'broken' ELSE 'good' END AS fate, CAST(NULL AS VARCHAR) AS fault
        FROM mapped
        """,
        {"source_id": source.source_id},
    )
    if contract.in_schedule or contract.on_game_dates:
        _refuse_without_schedule(engine, contract)
    if _count_by(engine, "fate", "candidate")["broken"]:
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
        f"SELECT COUNT(*), COUNT(*) FILTER (WHERE {season} IN (SELECT {season} FROM {SCHEDULE.table_name}))"
        f" FROM candidate WHERE {legible}"
    ).rows
    with_season, of_known_season = (int(str(value)) for value in rows[0])
    if with_season and not of_known_season:
        raise WithoutSchedule("is of games of which the schedule has no season; ingest the schedule first, or with it")


def _count_by(engine: Engine, column: str, table_name: str) -> Counter[str]:
    rows = engine.query(f"SELECT {column}, COUNT(*) FROM {table_name} GROUP BY {column}").rows
    return Counter({str(value): int(str(count)) for value, count in rows})


def _settle_doubles(engine: Engine, contract: Contract) -> None:
    """Give rows of one file that share a key their fates.

    Rows with the same content are one row; of rows with different content the one counts that the contract prefers,
    and none where it prefers no single one.
    """
    columns = (*contract.table.grain, "source_id")
    key = ", ".join(columns)
    doubled = f"SELECT {key} FROM candidate WHERE fate = 'good' GROUP BY {key} HAVING COUNT(*) > 1"
    if not engine.query(f"SELECT 1 FROM ({doubled}) LIMIT 1").rows:
        return
    same_key = " AND ".join(f"c.{column} = d.{column}" for column in columns)
    content = engine.row_hash([f"c.{column}" for column in contract.table.content_columns])
    engine.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE doubles AS
        WITH d AS ({doubled}),
        h AS (
            SELECT c.*, {content} AS content, RANK() OVER (PARTITION BY {key} ORDER BY {contract.preference}) AS place
            FROM (SELECT c.* FROM candidate AS c JOIN d ON {same_key} WHERE c.fate = 'good') AS c
        )
        SELECT row_number, place, COUNT(*) OVER of_key AS rows_of_key,
            ROW_NUMBER() OVER (PARTITION BY {key}, content ORDER BY place, row_number) AS copy,
            MIN(content) FILTER (WHERE place = 1) OVER of_key <> MAX(content) FILTER (WHERE place = 1) OVER of_key
                AS is_conflict
        FROM h WINDOW of_key AS (PARTITION BY {key})
        """
    )
    key_text = contract.key_text("candidate.")
    engine.execute(
        f"""
        UPDATE candidate SET
            fate = CASE WHEN d.copy > 1 THEN 'collapsed' WHEN d.is_conflict THEN 'broken' WHEN d.place = 1 THEN 'good'
                WHEN $passed_over IS NULL THEN 'collapsed' ELSE 'broken' END,
            fault = CASE WHEN d.copy > 1 THEN NULL
                WHEN d.is_conflict THEN d.rows_of_key || ' rows of the file have the key ' || {key_text}
                    || ' with different content'
                WHEN d.place > 1 THEN $passed_over END
        FROM doubles AS d WHERE candidate.row_number = d.row_number
        """,
        {"passed_over": contract.passed_over},
    )


def _leave_older(engine: Engine, contract: Contract) -> None:
    """Collapse rows that waited where a file that came later has their key: it would have changed them."""
    same_key = " AND ".join(f"n.{column} = c.{column}" for column in contract.table.grain)
    engine.execute(
        f"""
        UPDATE candidate AS c SET fate = 'collapsed'
        WHERE c.fate = 'good' AND (
            EXISTS (SELECT 1 FROM candidate AS n WHERE n.fate = 'good' AND n.row_number > c.row_number AND {same_key})
            OR EXISTS (SELECT 1 FROM {contract.table_name} AS n WHERE n.source_id > c.source_id AND {same_key})
        )
        """
    )


def land(
    engine: Engine,
    contract: Contract,
    run_id: str,
    source: Source | None = None,
    touched: Collection[date] = (),
) -> Counter[str]:
    """Bring each row of `candidate` where it belongs: into its table, into quarantine, or among the unresolved.

    Args:
        engine: the warehouse, in a transaction, with `candidate` built.
        contract: of the raw table.
        run_id: run that the ledger entries name.
        source: the file that the rows come from; None where they waited in the warehouse.
        touched: dates of the table from which rows were taken before.

    Returns:
        Rows added, changed, unchanged, quarantined, unresolved and collapsed, and rows of the table deleted.
    """
    began = source.began if source else time.perf_counter()
    if contract.by_name:
        waiting.name_players(engine, contract)
    elif "player_name" in contract.table.column_names:
        waiting.keep_full_names(engine, contract)
    _settle_doubles(engine, contract)
    if source:
        waiting.release(engine, contract, source)
    else:
        _leave_older(engine, contract)
    counts, dates = _merge(engine, contract, replace=source is not None and source.replace)
    dates[contract.table_name].update(touched)
    fates = _count_by(engine, "fate", "candidate")
    rejected = source.staged.rejected if source else 0
    if fates["broken"] or rejected:
        waiting.quarantine(engine, contract, source)
    if contract.by_name:
        waiting.keep_unresolved(engine, contract)
    for table_name, dates_of_table in dates.items():
        append_raw(engine, run_id, table_name, sorted(dates_of_table), time.perf_counter() - began)
    return counts + Counter(
        quarantined=fates["broken"] + rejected, unresolved=fates["unresolved"], collapsed=fates["collapsed"]
    )


def land_waiting(engine: Engine, run_id: str) -> int:
    """Resolve names that earlier files left or gave to a namesake, with the players known now, and land their rows.

    Each table is one transaction.

    Args:
        engine: the warehouse.
        run_id: run that the ledger entries name.

    Returns:
        Rows that waited and were resolved.
    """
    resolved = 0
    for contract in CONTRACTS:
        if contract.is_by_name_alone:
            with engine.transaction():
                dates = waiting.take_doubtful(engine, contract)
                if dates:
                    land(engine, contract, run_id, touched=dates)
        if waiting.has_unresolved(engine, contract):
            with engine.transaction():
                waiting.take_unresolved(engine, contract)
                counts = land(engine, contract, run_id)
                resolved += counts.total() - counts["unresolved"]
    return resolved


def _dates(engine: Engine, sql: str) -> set[date]:
    """Dates of the first column of a query."""
    return {row[0] for row in engine.query(sql).rows if isinstance(row[0], date)}


def _merge(engine: Engine, contract: Contract, *, replace: bool) -> tuple[Counter[str], dict[str, set[date]]]:
    """Bring the raw table to what the good rows say; rows with the same content stay as they are.

    Returns:
        Rows by what became of them, and the dates touched in each table.
    """
    table_name, time, names = contract.table_name, contract.time, contract.table.column_names
    same_key = " AND ".join(f"o.{column} = n.{column}" for column in contract.table.grain)
    differs = " OR ".join(f"n.{column} IS DISTINCT FROM o.{column}" for column in contract.table.content_columns)
    changes = engine.query(
        f"""
        SELECT CASE WHEN o.{contract.table.grain[0]} IS NULL THEN 'added'
                WHEN {differs} THEN 'changed' ELSE 'unchanged' END AS change,
            n.{time} AS new_date, o.{time} AS former_date, COUNT(*)
        FROM candidate AS n LEFT JOIN {table_name} AS o ON {same_key} WHERE n.fate = 'good' GROUP BY ALL
        """
    ).rows
    counts: Counter[str] = Counter()
    dates: dict[str, set[date]] = {table_name: set()}
    for change, new_date, former_date, count in changes:
        counts[str(change)] += int(str(count))
        if change != "unchanged":
            dates[table_name] |= {day for day in (new_date, former_date) if isinstance(day, date)}
    if replace:
        counts["deleted"], deleted_dates = _delete_lacking(engine, contract)
        dates[table_name] |= deleted_dates
    if counts["added"] or counts["changed"]:
        engine.execute(
            f"""
            MERGE INTO {table_name} AS o USING (SELECT * FROM candidate WHERE fate = 'good') AS n ON {same_key}
            WHEN MATCHED AND ({differs}) THEN UPDATE SET {", ".join(f"{name} = n.{name}" for name in names)}
            WHEN NOT MATCHED THEN INSERT ({", ".join(names)}) VALUES ({", ".join(f"n.{name}" for name in names)})
            """
        )
    if contract is SCHEDULE and dates[table_name]:
        _move_games(engine, dates)
    return counts, dates


def delete_rows(engine: Engine, table: Table, condition: str, parameters: Parameters | None = None) -> _Deletion:
    """Delete rows of a raw table, `o` in the condition; how many there were, and their dates."""
    rows = f"FROM {table.name} AS o WHERE {condition}"
    counts = engine.query(f"SELECT o.{table.time}, COUNT(*) {rows} GROUP BY ALL", parameters).rows
    if counts:
        engine.execute(f"DELETE {rows}", parameters)
    return sum(int(str(count)) for _, count in counts), {day for day, _ in counts if isinstance(day, date)}


def _delete_lacking(engine: Engine, contract: Contract) -> _Deletion:
    """Delete rows of the source's dates whose key it lacks; a key that it has in a broken row is not lacking."""
    time = contract.time
    same_key = " AND ".join(f"n.{column} = o.{column}" for column in contract.table.grain)
    scope = "".join(
        f" AND o.{column} IN (SELECT n.{column} FROM candidate AS n)" for column in contract.replaced_within
    )
    lacking = (
        f"o.{time} IN (SELECT n.{time} FROM candidate AS n){scope}"
        f" AND NOT EXISTS (SELECT 1 FROM candidate AS n WHERE {same_key})"
    )
    return delete_rows(engine, contract.table, lacking)


def _move_games(engine: Engine, dates: dict[str, set[date]]) -> None:
    """Give rows of games that the schedule moved the new date; an untimed closing line moves to the new tip-off."""
    schedule = SCHEDULE.table_name
    for table_name in _OF_GAMES:
        elsewhere = (
            f"FROM {table_name} AS r JOIN {schedule} AS s ON s.game_id = r.game_id WHERE r.game_date <> s.game_date"
        )
        moved = _dates(engine, f"SELECT r.game_date {elsewhere} UNION SELECT s.game_date {elsewhere}")
        if moved:
            engine.execute(
                f"UPDATE {table_name} AS r SET game_date = s.game_date FROM {schedule} AS s"
                " WHERE s.game_id = r.game_id AND r.game_date <> s.game_date"
            )
            dates.setdefault(table_name, set()).update(moved)
    game = f"(SELECT game_id, tip_off_utc AS game_tip_off_utc, game_date AS game_game_date FROM {schedule}) AS s"
    stale = f"s.game_id = r.game_id AND r.line_kind = 'closing' AND r.captured_at_utc <> {CLOSING_MOMENT}"
    moved = _dates(engine, f"SELECT DISTINCT r.game_date FROM nba_raw.game_line AS r JOIN {game} ON {stale}")
    if moved:
        engine.execute(
            f"UPDATE nba_raw.game_line AS r SET captured_at_utc = {CLOSING_MOMENT} FROM {game} WHERE {stale}"
        )
        dates.setdefault("nba_raw.game_line", set()).update(moved)
