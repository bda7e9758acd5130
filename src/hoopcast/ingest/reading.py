"""Values of files as raw tables hold them, and the SQL that reads them."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time

from hoopcast.calendar import season_of
from hoopcast.ingest.contract import Contract, Input, Kind, fold
from hoopcast.ingest.staging import Staged
from hoopcast.nba.names import player_lookup
from hoopcast.nba.teams import normalise_team
from hoopcast.warehouse.engine import Engine

_DAY_FORMATS = ("%Y%m%d", "%m/%d/%Y", "%b %d, %Y", "%B %d, %Y")
_MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?(Z|[+-]00:?00)?$")
_CLOCK = re.compile(r"(\d{1,3})(?:\.0+)?:([0-5]\d(?:\.\d+)?)")
_ISO_DURATION = re.compile(r"PT(\d{1,3})M([0-5]?\d(?:\.\d+)?)S")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.0+)?)?Z?")
_TWELVE_HOURS = re.compile(r"(1[0-2]|0?[1-9]):([0-5]\d) ?([ap])\.?m\.?( ET)?", re.IGNORECASE)
_NOON = 12


def parse_day(text: str) -> date | None:
    """Date in any form that the league's sources use; numbers with slashes are month, day, year.

    Args:
        text: such as `2021-10-19`, `2021-10-19T00:00:00`, `20211019`, `10/19/2021` or `OCT 19, 2021`.

    Returns:
        The date, or None where the text is none or carries an hour of the day.
    """
    day = _MIDNIGHT.sub("", text.strip())
    try:
        return date.fromisoformat(day)
    except ValueError:
        pass
    for form in _DAY_FORMATS:
        try:
            return datetime.strptime(day, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    return None


def parse_season_of_day(text: str) -> str | None:
    """Season of a date, None where the text is no date."""
    day = parse_day(text)
    return None if day is None else season_of(day)


def parse_moment(text: str) -> datetime | None:
    """Moment as naive UTC; a text without a zone is UTC already.

    Args:
        text: ISO 8601, such as `2024-01-25T03:55:40Z`.

    Returns:
        The moment, or None where the text is none.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        # In UTC, the first and last hours of the calendar can be of a year that it does not have.
        return None


def parse_time_of_day(text: str) -> time | None:
    """Time of day: `19:30`, `19:30:00` or `7:30 pm ET`; None where the text is none."""
    plain = text.strip()
    match = _TIME.fullmatch(plain)
    if match is not None:
        return time(int(match[1]), int(match[2]), int(match[3] or 0))
    match = _TWELVE_HOURS.fullmatch(plain)
    if match is not None:
        afternoon = _NOON if match[3].lower() == "p" else 0
        return time(int(match[1]) % _NOON + afternoon, int(match[2]))
    return None


def parse_minutes(text: str) -> float | None:
    """Minutes played.

    Args:
        text: whole or decimal minutes, `MM:SS`, or `PT34M12.00S`.

    Returns:
        Minutes, rounded to 6 decimals, or None where the text is none.
    """
    plain = text.strip()
    match = _CLOCK.fullmatch(plain) or _ISO_DURATION.fullmatch(plain)
    if match is not None:
        return round(int(match[1]) + float(match[2]) / 60, 6)
    try:
        minutes = float(plain)
    except ValueError:
        return None
    return round(minutes, 6) if math.isfinite(minutes) and "_" not in plain else None


_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_FLOATING = ("FLOAT", "DOUBLE")
# What spreadsheets and data frames write for a value that is not there.
_ABSENT = ("", "nan", "none", "null", "na", "n/a", "<na>", "nat", "\\n")
_ABSENT_SQL = ", ".join(f"'{text}'" for text in _ABSENT)
# A whole number beyond this is not exact as a DOUBLE, and no id or count comes near it.
_LARGEST = 1_000_000_000_000_000
_GAME_ID_LENGTH = 10
_LOST_ZEROS = 2


def parse_game_id(text: str) -> str:
    """A game id; one that was read as a number has lost its two zeros."""
    return f"00{text}" if len(text) == _GAME_ID_LENGTH - _LOST_ZEROS and text.isdigit() else text


# Kinds whose texts repeat: each distinct text is read once, in Python, and joined back.
TRANSLATED: Mapping[Kind, tuple[Callable[[str], object | None], str]] = {
    "text": (str, "VARCHAR"),
    "game_id": (parse_game_id, "VARCHAR"),
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


def _is_translated(wanted: Input, position: int, staged: Staged) -> bool:
    is_number = staged.types[position] in (*_WHOLE, *_FLOATING)
    return wanted.kind in TRANSLATED and not (wanted.kind == "minutes" and is_number)


def translate(engine: Engine, contract: Contract, staged: Staged) -> None:
    """Read each distinct text of a column once, for every kind that the contract reads it as.

    Column c3 gives the temporary table `meanings_3`: `text` as it stands, `plain` without blanks around it and NULL
    where it stands for no value, and a column for each kind.
    """
    kinds: dict[int, list[Kind]] = {}
    found = positions(contract, staged)
    for wanted in contract.inputs:
        position = found.get(wanted.name)
        if position is not None and _is_translated(wanted, position, staged):
            kinds.setdefault(position, []).append(wanted.kind)
    for position, wanted_kinds in kinds.items():
        rows = engine.query(f"SELECT DISTINCT CAST(c{position} AS VARCHAR) FROM source_rows").rows
        texts = [str(row[0]) for row in rows if row[0] is not None]
        plain = [None if text.strip().casefold() in _ABSENT else text.strip() for text in texts]
        columns = ["UNNEST(CAST($texts AS VARCHAR[])) AS text", "UNNEST(CAST($plain AS VARCHAR[])) AS plain"]
        parameters: dict[str, Sequence[str | None]] = {"texts": texts, "plain": plain}
        for kind in dict.fromkeys(wanted_kinds):
            read, sql_type = TRANSLATED[kind]
            meanings = [None if text is None else read(text) for text in plain]
            parameters[kind] = [None if meaning is None else str(meaning) for meaning in meanings]
            columns.append(f"CAST(UNNEST(CAST(${kind} AS VARCHAR[])) AS {sql_type}) AS as_{kind}")
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE meanings_{position} AS SELECT {', '.join(columns)}",
            parameters,
        )


def _raw(position: int, sql_type: str) -> str:
    """SQL: a value that needs no translation as the source has it, NULL where it stands for none."""
    column = f"f.c{position}"
    if sql_type in _WHOLE or sql_type == "BOOLEAN":
        return column
    if sql_type in _FLOATING:
        return f"CASE WHEN NOT ISNAN({column}) THEN {column} END"
    text = f"TRIM(CAST({column} AS VARCHAR))"
    # A list, because the planner makes a join of each long IN.
    return f"CASE WHEN NOT LIST_CONTAINS([{_ABSENT_SQL}], LOWER({text})) THEN {text} END"


def _cast(wanted: Input, sql_type: str) -> str:
    """SQL: a value that needs no translation, from `raw_` and, where it is no whole number, `number_`; else NULL."""
    raw, number = f"raw_{wanted.name}", f"number_{wanted.name}"
    if wanted.kind == "integer":
        exact = f"CASE WHEN {number} = FLOOR({number}) AND ABS({number}) < {_LARGEST} THEN CAST({number} AS BIGINT) END"
        return f"CAST({raw} AS BIGINT)" if sql_type in _WHOLE else exact
    if wanted.kind in ("number", "minutes"):
        # Adding zero turns -0.0 into 0.0, which is the same line.
        return f"CASE WHEN ISFINITE({number}) THEN {number} + 0e0 END"
    if sql_type == "BOOLEAN":
        return raw
    return f"CASE {number} WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE TRY_CAST(CAST({raw} AS VARCHAR) AS BOOLEAN) END"


def typed_rows(contract: Contract, staged: Staged) -> str:
    """SQL: a SELECT of row_number and, for each input, `in_`, `raw_` and `has_` followed by its name.

    Three SELECTs within one another, each with small expressions: one expression in all planned for seconds.
    """
    found = positions(contract, staged)
    raws, numbers, typed, joins = ["f.row_number"], ["*"], ["*"], {}
    for wanted in contract.inputs:
        name, position = wanted.name, found.get(wanted.name)
        raws.append(f"{'TRUE' if position is not None else 'FALSE'} AS has_{name}")
        if position is None:
            raws += [f"CAST(NULL AS {SQL_TYPE[wanted.kind]}) AS in_{name}", f"CAST(NULL AS VARCHAR) AS raw_{name}"]
        elif _is_translated(wanted, position, staged):
            text = f"f.c{position}" if staged.types[position] == "VARCHAR" else f"CAST(f.c{position} AS VARCHAR)"
            joins[position] = f"LEFT JOIN meanings_{position} AS m{position} ON m{position}.text = {text}"
            raws += [f"m{position}.as_{wanted.kind} AS in_{name}", f"m{position}.plain AS raw_{name}"]
        else:
            sql_type = staged.types[position]
            raws.append(f"{_raw(position, sql_type)} AS raw_{name}")
            if sql_type not in _WHOLE or wanted.kind != "integer":
                numbers.append(f"TRY_CAST(raw_{name} AS DOUBLE) AS number_{name}")
            typed.append(f"{_cast(wanted, sql_type)} AS in_{name}")
    source = f"SELECT {', '.join(raws)} FROM source_rows AS f {' '.join(joins.values())}"
    return f"SELECT {', '.join(typed)} FROM (SELECT {', '.join(numbers)} FROM ({source}) AS raws) AS numbers"
