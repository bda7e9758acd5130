"""SQL that reads the typed inputs of a contract from `source_rows`."""

from collections.abc import Callable, Mapping

from hoopcast.definitions.teams import normalise_team
from hoopcast.identity.names import player_lookup
from hoopcast.sources.contract import Contract, Input, Kind, fold
from hoopcast.sources.staging import Staged
from hoopcast.sources.values import parse_day, parse_minutes, parse_moment, parse_season_of_day, parse_time_of_day
from hoopcast.warehouse.engine import Engine

_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_FLOATING = ("FLOAT", "DOUBLE")
# What spreadsheets and data frames write for a value that is not there.
_ABSENT = "('', 'nan', 'none', 'null', 'na', 'n/a', '<na>', 'nat', '\\n')"
# A whole number beyond this is not exact as a DOUBLE, and no id or count comes near it.
_LARGEST = 1_000_000_000_000_000

# Kinds whose texts repeat: each distinct text is read once, in Python, and joined back.
TRANSLATED: Mapping[Kind, tuple[Callable[[str], object | None], str]] = {
    "team": (normalise_team, "VARCHAR"),
    "lookup": (lambda text: player_lookup(text) or None, "VARCHAR"),
    "day": (parse_day, "DATE"),
    "season": (parse_season_of_day, "VARCHAR"),
    "moment": (parse_moment, "TIMESTAMP"),
    "time": (parse_time_of_day, "TIME"),
    "minutes": (parse_minutes, "DOUBLE"),
}
SQL_TYPE: Mapping[Kind, str] = {
    **{kind: sql_type for kind, (_, sql_type) in TRANSLATED.items()},
    "integer": "BIGINT",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
    "text": "VARCHAR",
    "game_id": "VARCHAR",
}
FAULT: Mapping[Kind, str] = {
    "integer": "is no whole number",
    "number": "is no number",
    "flag": "is neither true nor false",
    "text": "is no text",
    "game_id": "is no game id",
    "team": "is none of the league''s 30 teams",
    "lookup": "is no name",
    "day": "is no date",
    "season": "is no date",
    "moment": "is no moment in time",
    "time": "is no time of day",
    "minutes": "are no minutes",
}


def positions(contract: Contract, staged: Staged) -> dict[str, int]:
    """Where the inputs that a source has stand among its columns."""
    folded = tuple(fold(column) for column in staged.columns)
    found = {wanted.name: wanted.position(folded) for wanted in contract.inputs}
    return {name: position for name, position in found.items() if position is not None}


def raw_text(position: int, staged: Staged) -> str:
    """SQL: the value as the source has it, NULL where it stands for none."""
    column, sql_type = f"f.c{position}", staged.types[position]
    if sql_type in _WHOLE or sql_type in ("BOOLEAN", "DATE"):
        return column
    if sql_type in _FLOATING:
        return f"CASE WHEN NOT ISNAN({column}) THEN {column} END"
    text = f"TRIM(CAST({column} AS VARCHAR))"
    return f"CASE WHEN LOWER({text}) NOT IN {_ABSENT} THEN {text} END"


def _is_translated(wanted: Input, position: int, staged: Staged) -> bool:
    numeric = staged.types[position] in (*_WHOLE, *_FLOATING)
    return wanted.kind in TRANSLATED and not (wanted.kind == "minutes" and numeric)


def translate(engine: Engine, contract: Contract, staged: Staged) -> None:
    """Fill the temporary table `meanings` (position, kind, text, meaning) with each distinct text that needs reading."""
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE meanings (position BIGINT, kind VARCHAR, text VARCHAR, meaning VARCHAR)"
    )
    found = positions(contract, staged)
    for wanted in contract.inputs:
        position = found.get(wanted.name)
        if position is None or not _is_translated(wanted, position, staged):
            continue
        read, _ = TRANSLATED[wanted.kind]
        distinct = engine.query(f"SELECT DISTINCT CAST({raw_text(position, staged)} AS VARCHAR) FROM source_rows AS f")
        texts = [str(row[0]) for row in distinct.rows if row[0] is not None]
        meanings = [read(text) for text in texts]
        engine.execute(
            "INSERT INTO meanings SELECT $position, $kind, t.text, t.meaning"
            " FROM (SELECT UNNEST($texts) AS text, UNNEST($meanings) AS meaning) AS t",
            {
                "position": position,
                "kind": wanted.kind,
                "texts": texts,
                "meanings": [None if meaning is None else str(meaning) for meaning in meanings],
            },
        )


def _integer(raw: str, sql_type: str) -> str:
    if sql_type in _WHOLE:
        return f"CAST({raw} AS BIGINT)"
    number = f"TRY_CAST({raw} AS DOUBLE)"
    return f"CASE WHEN {number} = FLOOR({number}) AND ABS({number}) < {_LARGEST} THEN CAST({number} AS BIGINT) END"


def _cast(wanted: Input, raw: str, sql_type: str) -> str:
    """SQL: a value that needs no translation, NULL where it can not be read."""
    if wanted.kind == "integer":
        return _integer(raw, sql_type)
    if wanted.kind in ("number", "minutes"):
        number = f"TRY_CAST({raw} AS DOUBLE)"
        # Adding zero turns -0.0 into 0.0, which is the same line.
        return f"CASE WHEN ISFINITE({number}) THEN {number} + 0e0 END"
    if wanted.kind == "flag":
        number = f"TRY_CAST({raw} AS DOUBLE)"
        return f"CASE {number} WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE TRY_CAST(CAST({raw} AS VARCHAR) AS BOOLEAN) END"
    if wanted.kind == "game_id":
        text = f"CAST({raw} AS VARCHAR)"
        # A game id read as a number has lost its two zeros.
        return f"CASE LENGTH({text}) WHEN 8 THEN '00' || {text} ELSE {text} END"
    return f"CAST({raw} AS VARCHAR)"


def typed_rows(contract: Contract, staged: Staged) -> str:
    """SQL: a SELECT of row_number and, for each input, `in_`, `raw_` and `has_` followed by its name."""
    found = positions(contract, staged)
    columns, joins = ["f.row_number"], []
    for wanted in contract.inputs:
        name, position = wanted.name, found.get(wanted.name)
        columns.append(f"{'TRUE' if position is not None else 'FALSE'} AS has_{name}")
        if position is None:
            columns += [f"CAST(NULL AS {SQL_TYPE[wanted.kind]}) AS in_{name}", f"CAST(NULL AS VARCHAR) AS raw_{name}"]
            continue
        raw = raw_text(position, staged)
        columns.append(f"{raw} AS raw_{name}")
        if _is_translated(wanted, position, staged):
            joins.append(
                f"LEFT JOIN meanings AS m_{name} ON m_{name}.position = {position} AND m_{name}.kind = '{wanted.kind}'"
                f" AND m_{name}.text = CAST({raw} AS VARCHAR)"
            )
            columns.append(f"CAST(m_{name}.meaning AS {SQL_TYPE[wanted.kind]}) AS in_{name}")
        else:
            columns.append(f"{_cast(wanted, raw, staged.types[position])} AS in_{name}")
    return f"SELECT {', '.join(columns)} FROM source_rows AS f {' '.join(joins)}"
