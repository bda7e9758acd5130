"""Values of files as raw tables hold them, and the SQL that reads them."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from hoopcast.calendar import season_of
from hoopcast.ingest.contracts import Contract, Input, Kind, fold
from hoopcast.ingest.staging import Staged
from hoopcast.nba.names import mended, player_lookup
from hoopcast.nba.teams import normalise_team
from hoopcast.warehouse.engine import Engine

_DAY_FORMATS = ("%Y%m%d", "%m/%d/%Y", "%b %d, %Y", "%B %d, %Y")
_MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?(Z|[+-]00(:?00)?)?$")
_ZONED = re.compile(r"\d:\d\d.*(Z|[+-]\d\d(:?\d\d)?)$")
_CLOCK = re.compile(r"(\d{1,3})(?:\.0+)?:([0-5]\d(?:\.\d+)?)")
_ISO_DURATION = re.compile(r"PT(\d{1,3})M([0-5]?\d(?:\.\d+)?)S")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.0+)?)?Z?")
_TWELVE_HOURS = re.compile(r"(1[0-2]|0?[1-9]):([0-5]\d) ?([ap])\.?m\.?( ET)?", re.IGNORECASE)
_NOON = 12
# The signs that books and spreadsheets print for a minus.
_MINUS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d", "-"))
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(\D|$))")
_DECIMAL_COMMA = re.compile(r"(\d),(\d{1,2})$")
_PARTS = {"\u00bd": ".5", "\u00bc": ".25", "\u00be": ".75"}
_PICK = ("pk", "pick", "pick'em", "pickem")
_EVEN = ("even", "ev", "evs", "evens")
_FRACTION = re.compile(r"(\d{1,4})/([1-9]\d{0,3})")
_STAKE, _EVEN_DECIMAL = 100, 2
# A spreadsheet's way to keep a text a text.
_WRAPPED = re.compile(r'="(.*)"')


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
    minutes = parse_number(plain)
    return None if minutes is None else round(minutes, 6)


def parse_number(text: str) -> float | None:
    """A finite number, None where the text is none.

    Args:
        text: with any alphabet's minus, a decimal comma, or a last half or quarter as one sign: `-3.5`, `-3,5`, `-3½`.
    """
    plain = _THOUSANDS.sub("", text.strip().translate(_MINUS))
    plain = _DECIMAL_COMMA.sub(r"\1.\2", plain)
    part = _PARTS.get(plain[-1:])
    if part is not None:
        plain = f"{plain[:-1] if plain[-2:-1].isdigit() else f'{plain[:-1]}0'}{part}"
    try:
        number = float(plain)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in plain else None


def parse_line(text: str) -> float | None:
    """A bookmaker's line in points; a pick'em is a spread of 0."""
    number = 0.0 if text.strip().casefold() in _PICK else parse_number(text)
    # Adding zero turns -0.0 into 0.0, which is the same line.
    return None if number is None else number + 0.0


def parse_price(text: str) -> int | None:
    """American odds, rounded to whole numbers; None where the text is no odds.

    Args:
        text: American (`-110`, `+105`, `EVEN`), decimal (`1.91`, above 1 and below 100) or fractional (`10/11`) odds.
    """
    plain = text.strip().casefold()
    fraction = _FRACTION.fullmatch(plain)
    if plain in _EVEN:
        return _STAKE
    number = int(fraction[1]) / int(fraction[2]) + 1 if fraction else parse_number(plain)
    if number is None:
        return None
    if fraction or (1 < number < _STAKE and not plain.startswith("+")):
        return round((number - 1) * _STAKE) if number >= _EVEN_DECIMAL else round(-_STAKE / (number - 1))
    return int(number) if number == math.floor(number) else None


_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_FLOATING = ("FLOAT", "DOUBLE")
# What spreadsheets and data frames write for a value that is not there, and books for a line that is not offered.
_ABSENT = ("", "nan", "none", "null", "na", "n/a", "<na>", "nat", "\\n", "-", "--", "\u2013", "\u2014", "nl", "off")
_ABSENT_SQL = ", ".join(f"'{text}'" for text in _ABSENT)
# A whole number beyond this is not exact as a DOUBLE, and no id or count comes near it.
_LARGEST = 1_000_000_000_000_000
_GAME_ID_LENGTH = 10
_LOST_ZEROS = 2
_NO_FRACTION = re.compile(r"(?<=\d)\.0+$")
_EXPONENT = re.compile(r"\d+([.,]\d+)?E\+?\d+", re.IGNORECASE)


def parse_game_id(text: str) -> str | None:
    """A game id; one that was read as a number has lost its two zeros, and to an exponent most of its digits."""
    if _EXPONENT.fullmatch(text):
        return None
    digits = _NO_FRACTION.sub("", text)
    return f"00{digits}" if len(digits) == _GAME_ID_LENGTH - _LOST_ZEROS and digits.isdigit() else digits


@dataclass(frozen=True)
class _Format:
    """How values of a kind are read: the SQL type that they get, and what is said of a text that is none.

    Texts of a kind with `parse` repeat: each distinct text is read once, in Python, and joined back.
    """

    sql_type: str
    fault: str
    parse: Callable[[str], object | None] | None = None


KINDS: Mapping[Kind, _Format] = {
    "integer": _Format("BIGINT", "is no whole number"),
    "number": _Format("DOUBLE", "is no number"),
    "flag": _Format("BOOLEAN", "is neither true nor false"),
    "text": _Format("VARCHAR", "is no text", str),
    "game_id": _Format("VARCHAR", "is rounded and names no game any more: save the ids as text", parse_game_id),
    "team": _Format("VARCHAR", "is none of the league''s 30 teams", normalise_team),
    "name": _Format("VARCHAR", "is no name", lambda text: mended(text) or None),
    "lookup": _Format("VARCHAR", "is no name", lambda text: player_lookup(mended(text)) or None),
    "day": _Format("DATE", "is no date", parse_day),
    "season": _Format("VARCHAR", "is no date", parse_season_of_day),
    "moment": _Format("TIMESTAMP", "is no moment in time", parse_moment),
    "time": _Format("TIME", "is no time of day", parse_time_of_day),
    "minutes": _Format("DOUBLE", "are no minutes", parse_minutes),
    "line": _Format("DOUBLE", "is no line", parse_line),
    "price": _Format("BIGINT", "is no odds", parse_price),
}


def positions(contract: Contract, staged: Staged) -> dict[str, int]:
    """Where the inputs that a source has stand among its columns."""
    folded = tuple(fold(column) for column in staged.columns)
    places = {value.name: value.position(folded) for value in contract.inputs}
    return {name: place for name, place in places.items() if place is not None}


def _is_parsed(value: Input, sql_type: str) -> bool:
    """Whether a value is read in Python, not by a cast."""
    is_number = sql_type in (*_WHOLE, *_FLOATING)
    return KINDS[value.kind].parse is not None and not (value.kind == "minutes" and is_number)


def parse_texts(engine: Engine, contract: Contract, staged: Staged) -> None:
    """Read each distinct text of a column once, for every kind that the contract reads it as.

    Column c3 gives the temporary table `meanings_3`: `text` as it stands, `plain` without blanks around it and NULL
    where it stands for no value, and a column for each kind.
    """
    kinds: dict[int, list[Kind]] = {}
    places = positions(contract, staged)
    for value in contract.inputs:
        place = places.get(value.name)
        if place is not None and _is_parsed(value, staged.types[place]):
            kinds.setdefault(place, []).append(value.kind)
    for place, kinds_of_column in kinds.items():
        rows = engine.query(f"SELECT DISTINCT CAST(c{place} AS VARCHAR) FROM source_rows").rows
        texts = [str(row[0]) for row in rows if row[0] is not None]
        stripped = [_WRAPPED.sub(r"\1", text.strip()).strip() for text in texts]
        plain = [None if text.casefold() in _ABSENT else text for text in stripped]
        columns = ["UNNEST(CAST($texts AS VARCHAR[])) AS text", "UNNEST(CAST($plain AS VARCHAR[])) AS plain"]
        parameters: dict[str, Sequence[str | None]] = {"texts": texts, "plain": plain}
        for kind in dict.fromkeys(kinds_of_column):
            form = KINDS[kind]
            parse = form.parse or str
            read = _eastern_days(engine, plain) if kind in ("day", "season") else plain
            meanings = [None if text is None else parse(text) for text in read]
            parameters[kind] = [None if meaning is None else str(meaning) for meaning in meanings]
            columns.append(f"CAST(UNNEST(CAST(${kind} AS VARCHAR[])) AS {form.sql_type}) AS as_{kind}")
        engine.execute(f"CREATE OR REPLACE TEMP TABLE meanings_{place} AS SELECT {', '.join(columns)}", parameters)


def _eastern_days(engine: Engine, texts: list[str | None]) -> list[str | None]:
    """Texts of a column of dates, with the Eastern date in place of each moment that has a zone.

    Midnights alone are dates. Beside another hour they are hours too: 7 p.m. in the East in winter.
    """
    moments = {text: moment for text in texts if text and _ZONED.search(text) and (moment := parse_moment(text))}
    if all(_MIDNIGHT.search(text) for text in moments):
        return texts
    rows = engine.query(
        "SELECT text, CAST(CAST(TIMEZONE('America/New_York', TIMEZONE('UTC', moment)) AS DATE) AS VARCHAR) FROM"
        " (SELECT UNNEST($texts) AS text, UNNEST(CAST($moments AS TIMESTAMP[])) AS moment)",
        {"texts": list(moments), "moments": [str(moment) for moment in moments.values()]},
    ).rows
    days = {str(text): str(day) for text, day in rows}
    return [text if text is None else days.get(text, text) for text in texts]


def _raw(place: int, sql_type: str) -> str:
    """SQL: a value that is cast, as the source has it, NULL where it stands for none."""
    column = f"f.c{place}"
    if sql_type in _WHOLE or sql_type == "BOOLEAN":
        return column
    if sql_type in _FLOATING:
        return f"CASE WHEN NOT ISNAN({column}) THEN {column} END"
    # A spreadsheet's ="30" is 30.
    text = f"TRIM(TRANSLATE(CAST({column} AS VARCHAR), '\u2212\u2013', '--'), ' =\"')"
    # A list, because the planner makes a join of each long IN.
    return f"CASE WHEN NOT LIST_CONTAINS([{_ABSENT_SQL}], LOWER({text})) THEN {text} END"


def _cast(value: Input, sql_type: str) -> str:
    """SQL: a value from `raw_` and, where it is no whole number, `number_`; NULL where it can not be read."""
    raw, number = f"raw_{value.name}", f"number_{value.name}"
    if value.kind == "integer":
        exact = f"CASE WHEN {number} = FLOOR({number}) AND ABS({number}) < {_LARGEST} THEN CAST({number} AS BIGINT) END"
        return f"CAST({raw} AS BIGINT)" if sql_type in _WHOLE else exact
    if value.kind in ("number", "minutes"):
        return f"CASE WHEN ISFINITE({number}) THEN {number} + 0e0 END"
    if sql_type == "BOOLEAN":
        return raw
    return f"CASE {number} WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE TRY_CAST(CAST({raw} AS VARCHAR) AS BOOLEAN) END"


def typed_rows(contract: Contract, staged: Staged) -> str:
    """SQL: a SELECT of row_number and, for each input, `in_`, `raw_` and `has_` followed by its name.

    Three SELECTs within one another, each with small expressions: one expression in all planned for seconds.
    """
    places = positions(contract, staged)
    raws, numbers, typed, joins = ["f.row_number"], ["*"], ["*"], {}
    for value in contract.inputs:
        name, place = value.name, places.get(value.name)
        raws.append(f"{'TRUE' if place is not None else 'FALSE'} AS has_{name}")
        if place is None:
            raws += [f"CAST(NULL AS {KINDS[value.kind].sql_type}) AS in_{name}", f"CAST(NULL AS VARCHAR) AS raw_{name}"]
            continue
        sql_type = staged.types[place]
        if _is_parsed(value, sql_type):
            text = f"f.c{place}" if sql_type == "VARCHAR" else f"CAST(f.c{place} AS VARCHAR)"
            joins[place] = f"LEFT JOIN meanings_{place} AS m{place} ON m{place}.text = {text}"
            raws += [f"m{place}.as_{value.kind} AS in_{name}", f"m{place}.plain AS raw_{name}"]
        else:
            raws.append(f"{_raw(place, sql_type)} AS raw_{name}")
            if sql_type not in _WHOLE or value.kind != "integer":
                numbers.append(f"TRY_CAST(raw_{name} AS DOUBLE) AS number_{name}")
            typed.append(f"{_cast(value, sql_type)} AS in_{name}")
    source = f"SELECT {', '.join(raws)} FROM source_rows AS f {' '.join(joins.values())}"
    return f"SELECT {', '.join(typed)} FROM (SELECT {', '.join(numbers)} FROM ({source}) AS raws) AS numbers"
