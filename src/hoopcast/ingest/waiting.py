"""Rows that can not land yet: quarantined until a right row of their key comes, or until a name fits a player.

They come from the temporary table `candidate`; nothing of a file is dropped in silence.
"""

from datetime import date

from hoopcast.ingest.contracts import Contract
from hoopcast.ingest.staging import Source
from hoopcast.nba.names import is_cut_from, player_lookup
from hoopcast.players import Mention, known_players, resolve
from hoopcast.warehouse.engine import Engine, Value

QUARANTINE = "nba_raw.quarantine"
UNRESOLVED = "nba_raw.unresolved_name"
FILES = "nba_raw.ingested_file"
_NAMELESS = "c.fate = 'good' AND c.player_id IS NULL"


def _content(contract: Contract, *, without: str = "") -> str:
    """SQL: the content of a row of `candidate` as a struct."""
    fields = ", ".join(f"'{name}': c.{name}" for name in contract.table.content_columns if name != without)
    return f"{{{fields}}}"


def _optional(contract: Contract, column: str, sql_type: str = "VARCHAR") -> str:
    return f"c.{column}" if column in contract.table.content_columns else f"CAST(NULL AS {sql_type})"


def quarantine(engine: Engine, contract: Contract, source: Source | None) -> None:
    """Put the broken rows of `candidate` and the rejected lines of a file into quarantine, each once.

    They replace entries with the same contents.

    Args:
        engine: the warehouse, in a transaction, with `candidate`, and `source_rows` and `rejected_rows` of a file.
        contract: of the raw table that they were meant for.
        source: the file; None where the rows come from no file at hand, and are kept as the table has them.
    """
    raw_row, file_rows, lines = f"TO_JSON({_content(contract)})", "", ""
    parameters: dict[str, Value] = {}
    if source is not None:
        columns = source.staged.columns
        parameters = {"source_id": source.source_id} | {f"name{index}": name for index, name in enumerate(columns)}
        pairs = ", ".join(f"CAST($name{index} AS VARCHAR), f.c{index}" for index in range(len(columns)))
        raw_row, file_rows = f"JSON_OBJECT({pairs})", "JOIN source_rows AS f ON f.row_number = c.row_number"
        lines = (
            "UNION ALL SELECT row_number, $source_id, reason, NULL, NULL, NULL, NULL, NULL,"
            " CAST(JSON_OBJECT('line', line) AS VARCHAR) FROM rejected_rows"
        )
    engine.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE broken_rows AS
        SELECT c.row_number, c.source_id, c.fault AS reason, {_optional(contract, "season")} AS season,
            c.{contract.time} AS game_date, {_optional(contract, "game_id")} AS game_id,
            {_optional(contract, "player_id", "BIGINT")} AS player_id, {contract.key_text("c.")} AS row_key,
            CAST({raw_row} AS VARCHAR) AS raw_row
        FROM candidate AS c {file_rows} WHERE c.fate = 'broken' {lines}
        """,
        parameters,
    )
    engine.execute(
        f"DELETE FROM {QUARANTINE} WHERE table_name = $table_name AND raw_row IN (SELECT raw_row FROM broken_rows)",
        {"table_name": contract.table_name},
    )
    engine.execute(
        f"""
        INSERT INTO {QUARANTINE} (quarantine_id, source_id, table_name, row_number, reason, season, game_date, game_id,
            player_id, row_key, raw_row, quarantined_at_utc)
        SELECT (SELECT COALESCE(MAX(quarantine_id), 0) FROM {QUARANTINE}) + ROW_NUMBER() OVER (ORDER BY row_number),
            source_id, $table_name, row_number, reason, season, game_date, game_id, player_id, row_key, raw_row,
            CAST(NOW() AT TIME ZONE 'UTC' AS TIMESTAMP)
        FROM broken_rows
        """,
        {"table_name": contract.table_name},
    )


def _has_rows(engine: Engine, name: str, contract: Contract) -> bool:
    parameters = {"table_name": contract.table_name}
    return bool(engine.query(f"SELECT 1 FROM {name} WHERE table_name = $table_name LIMIT 1", parameters).rows)


def release(engine: Engine, contract: Contract, source: Source) -> None:
    """Drop what an earlier reading of the same file left waiting, and quarantined rows that good ones mend."""
    earlier = f"source_id IN (SELECT source_id FROM {FILES} WHERE path = $path AND table_name = $table_name)"
    mended = f"row_key IN (SELECT {contract.key_text('c.')} FROM candidate AS c WHERE c.fate = 'good')"
    for name, condition in ((QUARANTINE, f"({earlier} OR {mended})"), (UNRESOLVED, earlier)):
        if _has_rows(engine, name, contract):
            engine.execute(
                f"DELETE FROM {name} WHERE table_name = $table_name AND {condition}",
                {"table_name": contract.table_name, "path": source.path},
            )


def keep_full_names(engine: Engine, contract: Contract) -> None:
    """Give rows of `candidate` whose name is cut, such as `J. Jackson`, the full name that their player is known by."""
    rows = engine.query(
        "SELECT DISTINCT c.player_id, c.player_name, o.player_name FROM candidate AS c JOIN (SELECT player_id,"
        " player_name FROM nba_raw.nbac_player_boxscore UNION SELECT player_id, player_name FROM nba_raw.roster) AS o"
        " ON o.player_id = c.player_id AND o.player_name <> c.player_name ORDER BY ALL"
    ).rows
    full_names = {(player, name): str(full) for player, name, full in rows if is_cut_from(str(name), str(full))}
    if not full_names:
        return
    lookup = ", player_lookup = f.player_lookup" if "player_lookup" in contract.table.column_names else ""
    engine.execute(
        f"""
        UPDATE candidate AS c SET player_name = f.full_name{lookup} FROM (
            SELECT UNNEST($players) AS player_id, UNNEST($names) AS player_name, UNNEST($full_names) AS full_name,
                UNNEST($lookups) AS player_lookup
        ) AS f WHERE f.player_id = c.player_id AND f.player_name = c.player_name
        """,
        {
            "players": [player for player, _ in full_names],
            "names": [name for _, name in full_names],
            "full_names": list(full_names.values()),
            "lookups": [player_lookup(full) for full in full_names.values()],
        },
    )


def name_players(engine: Engine, contract: Contract) -> None:
    """Give rows of `candidate` without a player his id by name; what no known player fits gets the fate unresolved."""
    team = _optional(contract, "team_abbr")
    rows = engine.query(f"SELECT DISTINCT c.player_name, {team}, c.season FROM candidate AS c WHERE {_NAMELESS}").rows
    mentions = [Mention(str(name), _text(team_abbr), _text(season)) for name, team_abbr, season in rows]
    resolutions = resolve(mentions, known_players(engine)) if mentions else {}
    engine.execute(
        """
        CREATE OR REPLACE TEMP TABLE resolved_names AS
        SELECT UNNEST($names) AS player_name, UNNEST($teams) AS team_abbr, UNNEST($seasons) AS season,
            UNNEST(CAST($players AS BIGINT[])) AS player_id, UNNEST($candidates) AS candidates
        """,
        {
            "names": [mention.name for mention in resolutions],
            "teams": [mention.team_abbr for mention in resolutions],
            "seasons": [mention.season for mention in resolutions],
            "players": [resolution.player_id for resolution in resolutions.values()],
            "candidates": [resolution.candidates for resolution in resolutions.values()],
        },
    )
    engine.execute(
        f"""
        UPDATE candidate AS c
        SET player_id = r.player_id, fate = CASE WHEN r.player_id IS NULL THEN 'unresolved' ELSE c.fate END
        FROM resolved_names AS r WHERE {_NAMELESS} AND {_same_mention(contract)}
        """
    )


def _text(value: Value) -> str | None:
    return None if value is None else str(value)


def _same_mention(contract: Contract) -> str:
    return (
        "r.player_name = c.player_name AND r.season IS NOT DISTINCT FROM c.season"
        f" AND r.team_abbr IS NOT DISTINCT FROM {_optional(contract, 'team_abbr')}"
    )


def keep_unresolved(engine: Engine, contract: Contract) -> None:
    """Keep the unresolved rows of `candidate`, one entry for each file, name and team."""
    team, time = _optional(contract, "team_abbr"), contract.time
    engine.execute(
        f"""
        INSERT INTO {UNRESOLVED} (unresolved_id, source_id, table_name, player_name, team_abbr, row_count, first_date,
            last_date, candidates, raw_rows)
        SELECT (SELECT COALESCE(MAX(unresolved_id), 0) FROM {UNRESOLVED})
                + ROW_NUMBER() OVER (ORDER BY MIN(c.row_number)),
            c.source_id, $table_name, c.player_name, {team}, COUNT(*), MIN(c.{time}), MAX(c.{time}), MAX(r.candidates),
            CAST(TO_JSON(LIST({_content(contract, without="player_id")} ORDER BY c.row_number)) AS VARCHAR)
        FROM candidate AS c JOIN resolved_names AS r ON {_same_mention(contract)}
        WHERE c.fate = 'unresolved' GROUP BY c.source_id, c.player_name, {team}
        """,
        {"table_name": contract.table_name},
    )


def has_unresolved(engine: Engine, contract: Contract) -> bool:
    """Whether rows of a table wait for a name."""
    return contract.by_name and _has_rows(engine, UNRESOLVED, contract)


def take_unresolved(engine: Engine, contract: Contract) -> None:
    """Make `candidate` of the unresolved rows of a table, and remove their entries."""
    columns = [name for name in contract.table.content_columns if name != "player_id"]
    shape = ", ".join(f'"{name}": "{contract.table.column(name).type}"' for name in columns)
    _make_candidate(
        engine,
        contract,
        f"SELECT source_id, CAST(NULL AS BIGINT) AS former_id, UNNEST(JSON_TRANSFORM(raw_rows, '[{{{shape}}}]'),"
        f" recursive := true) FROM (FROM {UNRESOLVED} WHERE table_name = $table_name ORDER BY unresolved_id)",
        {"table_name": contract.table_name},
    )
    engine.execute(f"DELETE FROM {UNRESOLVED} WHERE table_name = $table_name", {"table_name": contract.table_name})


def take_doubtful(engine: Engine, contract: Contract) -> set[date]:
    """Make `candidate` of rows whose name now fits somebody else, or more than one, and remove them; their dates.

    Whom a name fits best is known better once more players are, in whatever order files come. Only for a table whose
    players are all given by name.
    """
    rows = f"SELECT *, player_id AS former_id FROM {contract.table_name} ORDER BY source_id"
    _make_candidate(engine, contract, rows, {})
    name_players(engine, contract)
    engine.execute("DELETE FROM candidate WHERE player_id IS NOT DISTINCT FROM former_id")
    dates = {row[0] for row in engine.query(f"SELECT DISTINCT {contract.time} FROM candidate").rows}
    keys = "".join(f" AND o.{column} = c.{column}" for column in contract.table.grain if column != "player_id")
    engine.execute(f"DELETE FROM {contract.table_name} AS o USING candidate AS c WHERE o.player_id = c.former_id{keys}")
    engine.execute("UPDATE candidate SET player_id = NULL, fate = 'good'")
    return {day for day in dates if isinstance(day, date)}


def _make_candidate(engine: Engine, contract: Contract, rows: str, parameters: dict[str, Value]) -> None:
    """Make `candidate` of rows without their players, in the order in which they came."""
    columns = ", ".join(
        "CAST(NULL AS BIGINT) AS player_id" if name == "player_id" else f"r.{name}"
        for name in contract.table.content_columns
    )
    engine.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE candidate AS
        SELECT ROW_NUMBER() OVER () AS row_number, r.source_id, {columns}, TRUE AS game_known, 'good' AS fate,
            CAST(NULL AS VARCHAR) AS fault, r.former_id
        FROM ({rows}) AS r
        """,
        parameters,
    )
