"""What goes wrong with real files, laid over a simulated league on demand.

Some faults heal: games that are postponed, box scores that are corrected. Others stay: duplicates, mangled names,
one-sided prices, typing errors and rows that contradict themselves. Lines seen live are no fault but come with them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType

import numpy as np

from hoopcast.arrays import BoolArray, DateArray, FloatArray, IntArray, TextArray
from hoopcast.errors import UsageError
from hoopcast.league import Columns, League
from hoopcast.league.draws import random_stream
from hoopcast.league.league import INJURIES, LAYOUT, injury_table, stack, write_files
from hoopcast.league.season import PlayedSeason

CORRECTIONS_FOLDER = "corrections"
LIVE_LINES = "points_props_live"
_LAYOUT = {**LAYOUT, LIVE_LINES: {**LAYOUT["points_props"], "captured_at_utc": "TIMESTAMP"}}
_UNKNOWN_TEAM, _UNKNOWN_GAME = "ZZZ", "0029999999"
_MIDDLE_NAMES = ("Everett", "James", "Lamont", "Oduya", "Wendell")
_LIVE_BOOKMAKERS = ("Courtside", "Backboard")
_POSTPONED = "PPD"
_SCHEDULED = 1
_SUNDAY = 6
_HOURS_BEHIND, _SUMMER_HOURS_BEHIND = 5, 4
# Minutes from tip-off at which a line was seen, and how much of the final result it knew by then.
_CAPTURES = ((-480, 0.0), (-60, 0.0), (65, 0.6))


@dataclass(frozen=True, slots=True)
class Faults:
    """What shall be wrong with the files of each season; counts are per season, shares are 0 to 1.

    Accents, suffixes, initials and two players of one name are no faults: every league has them.

    Attributes:
        duplicate_rows: share of the rows of each file that stand in it twice.
        late_corrections: games whose box scores have wrong players at first and are corrected later.
        postponed_games: games that the first schedule has, without result, on an earlier date; their box scores,
            shots and lines come with the later files.
        games_without_shots: games whose shots are lost for good.
        live_lines: share of points lines that were also seen live: eight hours and one hour before tip-off, and once
            during the game, when the line already follows what happens. They are a file `points_props_live` with
            `captured_at_utc`.
        one_sided_prices: share of points lines without a price of the under.
        suspect_lines: game lines with a typing error, which the source marks.
        mangled_names: share of the moves of the injured list whose names are written as nobody else does.
        broken_rows: rows that contradict themselves, in place of sound ones, of each kind in turn.

    Raises:
        UsageError: if a share is not between 0 and 1 or a count is below 0.
    """

    duplicate_rows: float = 0.0
    late_corrections: int = 0
    postponed_games: int = 0
    games_without_shots: int = 0
    live_lines: float = 0.0
    one_sided_prices: float = 0.0
    suspect_lines: int = 0
    mangled_names: float = 0.0
    broken_rows: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value < 0 or (isinstance(value, float) and value > 1):
                raise UsageError(f"faults: {field.name} is {value}; counts are 0 or more, shares are 0 to 1")


NO_FAULTS = Faults()
SOME_FAULTS = Faults(
    duplicate_rows=0.01,
    late_corrections=4,
    postponed_games=3,
    games_without_shots=2,
    live_lines=0.2,
    one_sided_prices=0.1,
    suspect_lines=2,
    mangled_names=0.05,
    broken_rows=12,
)


@dataclass(frozen=True, slots=True)
class FaultyLeague:
    """A league whose files have faults.

    Attributes:
        tables: by season and table, columns of the first files.
        injury_transactions: moves of the injured list of all seasons, in the order of the faultless league.
        corrections: by season and table, rows of files that the sources publish later; empty without faults that
            heal. The first files and then these are, but for what was lost or broken for good, the faultless league.
        broken: one row a row that was broken on demand: `season`, `table`, `row` (from 0, in the first file), `reason`.
    """

    tables: Mapping[str, Mapping[str, Columns]]
    injury_transactions: Columns
    corrections: Mapping[str, Mapping[str, Columns]]
    broken: Columns


def lay_faults(league: League, faults: Faults) -> FaultyLeague:
    """Lay faults over a league; the same league and faults give the same files.

    Raises:
        UsageError: if more games of a season shall be unlucky than there are.
    """
    tables, corrections, broken, injuries = {}, {}, [], []
    for season, played in league.played.items():
        files = _faulty_season(league.tables[season], played, faults)
        tables[season], corrections[season] = files.first, files.later
        broken.append(files.broken)
        rng = random_stream(league.seed, season, "injury faults")
        injuries.append(_mangled(rng, injury_table(played), played, faults.mangled_names))
    return FaultyLeague(
        tables=MappingProxyType(tables),
        injury_transactions=stack(injuries),
        corrections=MappingProxyType({season: later for season, later in corrections.items() if later}),
        broken=stack(broken),
    )


def write_faulty(league: FaultyLeague, folder: Path) -> list[Path]:
    """Write the first files as `write` does, and the later ones with the same names to the folder `corrections` in it.

    Returns:
        Paths of the files, the first ones before the corrections, the injured list before the seasons.
    """
    files = {folder / f"{INJURIES}.parquet": league.injury_transactions}
    for base, seasons in ((folder, league.tables), (folder / CORRECTIONS_FOLDER, league.corrections)):
        for season, tables in seasons.items():
            files |= {base / season / f"{table}.parquet": columns for table, columns in tables.items()}
    return write_files(files, _LAYOUT)


@dataclass(frozen=True, slots=True)
class _Files:
    """Files of a season with their faults.

    Attributes:
        first: tables as first published.
        later: rows that are published later, by table; empty where nothing heals.
        broken: one row a broken row of `first`: `season`, `table`, `row` (from 0), `reason`.
    """

    first: dict[str, Columns]
    later: dict[str, Columns]
    broken: Columns


def _unlucky_games(played: PlayedSeason, faults: Faults) -> tuple[IntArray, IntArray, IntArray]:
    """Different games for each fault that befalls a game: postponed, corrected, without shots."""
    counts = (faults.postponed_games, faults.late_corrections, faults.games_without_shots)
    games = len(played.games.day)
    order = random_stream(played.seed, played.season, "unlucky games").permutation(games)
    # A postponed game needs dates before it.
    order = order[np.argsort(played.games.day[order] < played.games.last_day // 3, kind="stable")]
    if sum(counts) > games:
        raise UsageError(f"faults: {sum(counts)} unlucky games are more than the {games} of {played.season}")
    edges = np.cumsum(counts)
    return order[: edges[0]], order[edges[0] : edges[1]], order[edges[1] : edges[2]]


def _faulty_season(tables: Mapping[str, Columns], played: PlayedSeason, faults: Faults) -> _Files:
    """Lay faults over a season's tables.

    Args:
        tables: sound tables of the season.
        played: the season.
        faults: what shall be wrong.

    Returns:
        The first files, the later ones and what is broken for good.

    Raises:
        UsageError: if more games shall be unlucky than there are.
    """
    postponed, corrected, shotless = _unlucky_games(played, faults)
    rng = random_stream(played.seed, played.season, "faults")
    first = dict(tables)
    if faults.live_lines:
        first[LIVE_LINES] = _live_points_lines(rng, first, played, faults.live_lines)
    first["points_props"] = _without_under(rng, first["points_props"], faults.one_sided_prices)
    first["game_lines"] = _with_typing_errors(rng, first["game_lines"], faults.suspect_lines)
    lost = np.isin(first["shots"]["GAME_ID"].astype(str), played.game_id[shotless].astype(str))
    first["shots"] = _picked(first["shots"], ~lost)
    later: dict[str, list[Columns]] = {}
    first["player_box"], corrections = _wrong_at_first(first["player_box"], played, corrected)
    if len(corrected):
        later["player_box"] = [corrections]
    for table, rows in _hold_back(rng, first, played, postponed).items():
        later.setdefault(table, []).append(rows)
    broken = _break_rows(rng, first, played.season, faults.broken_rows)
    if faults.duplicate_rows:
        first = {table: _duplicated(rng, columns, faults.duplicate_rows) for table, columns in first.items()}
    return _Files(first=first, later={table: stack(rows) for table, rows in later.items()}, broken=broken)


def _game_rows(table: Columns, played: PlayedSeason, games: IntArray) -> BoolArray:
    """Mask of the rows of some games."""
    column = "GAME_ID" if "GAME_ID" in table else "game_id"
    return np.isin(table[column].astype(str), played.game_id[games].astype(str))


def _line_rows(table: Columns, played: PlayedSeason, games: IntArray) -> BoolArray:
    """Mask of the points lines (which name date and player alone) of players listed for some games."""
    side, place = np.nonzero(played.rosters.listed & np.isin(np.arange(len(played.games.team)) // 2, games)[:, None])
    keys = played.players.player_id[played.rosters.player[side, place]] * 10_000 + played.games.day[side // 2]
    days = (table["game_date"].astype("datetime64[D]") - np.datetime64(played.games.opening)).astype(np.int64)
    return np.isin(table["player_id"] * 10_000 + days, keys)


def _hold_back(
    rng: np.random.Generator, tables: dict[str, Columns], played: PlayedSeason, games: IntArray
) -> dict[str, Columns]:
    """Postpone games: at first they stand on an earlier date without result, and all else of them is missing.

    Args:
        rng: source of chance.
        tables: tables of the season, which are changed in place of the dictionary.
        played: the season.
        games: positions of the games.

    Returns:
        Rows that come later, by table.
    """
    if not len(games):
        return {}
    later: dict[str, Columns] = {}
    for name, table in list(tables.items()):
        lines = name.startswith("points_props")
        rows = _line_rows(table, played, games) if lines else _game_rows(table, played, games)
        later[name] = _picked(table, rows)
        if name != "schedule":
            tables[name] = _picked(table, ~rows)
    day = played.games.day[games]
    first_day = np.maximum(day - rng.integers(3, 30, len(games)), 0)
    schedule = {column: values.copy() for column, values in tables["schedule"].items()}
    at = np.flatnonzero(_game_rows(schedule, played, games))
    order = np.argsort(played.game_id[games].astype(str))
    at = at[np.argsort(schedule["game_id"][at].astype(str))]
    dates = played.games.dates(first_day[order])
    schedule["game_date"][at] = dates
    code = np.char.partition(schedule["game_code"][at].astype(str), "/")[:, 2]
    schedule["game_code"][at] = np.char.add(np.char.add(np.char.replace(dates.astype(str), "-", ""), "/"), code)
    schedule["game_status"][at] = _SCHEDULED
    schedule["game_status_text"][at] = _POSTPONED
    for column in ("home_score", "away_score"):
        scores = np.ma.masked_array(schedule[column])
        scores[at] = np.ma.masked
        schedule[column] = scores
    tables["schedule"] = schedule
    return later


def _wrong_at_first(player_box: Columns, played: PlayedSeason, games: IntArray) -> tuple[Columns, Columns]:
    """Book a made free throw and an assist of the home side to the wrong man at first.

    Args:
        player_box: sound box scores.
        played: the season.
        games: positions of the games.

    Returns:
        The box scores as first published, and the sound rows that correct them. Team totals are right in both.
    """
    if not len(games):
        return player_box, player_box
    first = {column: values.copy() for column, values in player_box.items()}
    home = np.char.find(player_box["MATCHUP"].astype(str), "vs.") >= 0
    changed = []
    for game in games.tolist():
        rows = np.flatnonzero(home & (player_box["GAME_ID"] == played.game_id[game]))
        shooter = rows[np.argmax(player_box["FTM"][rows])]
        others = rows[rows != shooter]
        other = others[np.argmax(player_box["MIN"][others])]
        passer = rows[np.argmax(player_box["AST"][rows])]
        receiver = rows[rows != passer][0]
        moved = int(player_box["FTM"][shooter] > 0)
        for column in ("FTM", "FTA", "PTS"):
            first[column][shooter] -= moved
            first[column][other] += moved
        first["AST"][passer] -= int(player_box["AST"][passer] > 0)
        first["AST"][receiver] += int(player_box["AST"][passer] > 0)
        changed += [shooter, other, passer, receiver]
    rows = np.unique(changed)
    share = np.full(len(rows), np.nan)
    np.divide(first["FTM"][rows], first["FTA"][rows], out=share, where=first["FTA"][rows] > 0)
    first["FT_PCT"][rows] = np.round(share, 3)
    return first, _picked(player_box, rows)


def _nth_sunday(year: int, month: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(_SUNDAY - first.weekday()) % 7 + 7 * (nth - 1))


def _eastern_to_utc(moments: DateArray) -> DateArray:
    """UTC of US Eastern moments (datetime64), by the rule of summer time since 2007."""
    utc = moments + np.timedelta64(_HOURS_BEHIND, "h")
    for year in np.unique(moments.astype("datetime64[Y]")).astype(int) + 1970:
        begin = np.datetime64(_nth_sunday(year, 3, 2)) + np.timedelta64(2, "h")
        end = np.datetime64(_nth_sunday(year, 11, 1)) + np.timedelta64(2, "h")
        summer = (begin <= moments) & (moments < end)
        utc = np.where(summer, moments + np.timedelta64(_SUMMER_HOURS_BEHIND, "h"), utc)
    return utc


def _live_points_lines(
    rng: np.random.Generator, tables: dict[str, Columns], played: PlayedSeason, share: float
) -> Columns:
    """Points lines seen live, before tip-off and after it.

    Args:
        rng: source of chance.
        tables: sound tables of the season.
        played: the season.
        share: share of the closing lines that were also seen live.

    Returns:
        Columns of `points_props` and `captured_at_utc`; the last capture of each line was made after tip-off.
    """
    props, schedule = tables["points_props"], tables["schedule"]
    chosen = np.flatnonzero(rng.random(len(props["line"])) < share)
    side, place = played.points_lines.side[chosen], played.points_lines.place[chosen]
    order = np.argsort(schedule["game_id"].astype(str))
    found = np.searchsorted(schedule["game_id"][order].astype(str), played.game_id[side // 2].astype(str))
    times = schedule["game_time_et"][order][found].astype(str)
    dates = schedule["game_date"][order][found].astype(str)
    tip_off = _eastern_to_utc(np.char.add(np.char.add(dates, "T"), times).astype("datetime64[s]"))
    points = played.box.points[side, place].astype(np.float64)
    copies = len(_CAPTURES)
    live = _picked(props, np.repeat(chosen, copies))
    minutes = np.tile([offset for offset, _ in _CAPTURES], len(chosen))
    known = np.tile([part for _, part in _CAPTURES], len(chosen))
    minutes = minutes + rng.integers(-20, 20, len(minutes))
    closing: FloatArray = live["line"]
    line = closing + known * (np.repeat(points, copies) - closing) + rng.integers(-1, 2, len(minutes)) * (known == 0)
    return live | {
        "line": np.maximum(np.floor(line) + 0.5, 0.5),
        "bookmaker": np.array(_LIVE_BOOKMAKERS, dtype=object)[rng.integers(0, len(_LIVE_BOOKMAKERS), len(minutes))],
        "captured_at_utc": np.repeat(tip_off, copies) + minutes.astype("timedelta64[m]"),
    }


def _picked(columns: Columns, rows: BoolArray | IntArray) -> Columns:
    """The given rows (a mask or positions) of a table."""
    return {name: values[rows] for name, values in columns.items()}


def _duplicated(rng: np.random.Generator, table: Columns, share: float) -> Columns:
    """A table with a share of its rows repeated at its end."""
    count = len(next(iter(table.values())))
    again = np.sort(rng.permutation(count)[: round(share * count)])
    return stack([table, _picked(table, again)])


def _without_under(rng: np.random.Generator, table: Columns, share: float) -> Columns:
    """Points lines of which a share has no price of the under."""
    if not share:
        return table
    under = table["under_odds"]
    return table | {"under_odds": np.ma.masked_array(under, mask=rng.random(len(under)) < share)}


def _with_typing_errors(rng: np.random.Generator, table: Columns, count: int) -> Columns:
    """Game lines of which some have the sign of the spread wrong, and are marked."""
    rows = rng.permutation(len(table["home_spread"]))[:count]
    spread, suspect = table["home_spread"].copy(), table["suspect_line"].copy()
    spread[rows] = -spread[rows] - 10
    suspect[rows] = True
    return table | {"home_spread": spread, "suspect_line": suspect}


def _mangled_name(written: str, published: str, manner: int, middle: str) -> str:
    """One of the ways in which lists of moves write names."""
    first, _, rest = written.partition(" ")
    letters = "".join("?" if not letter.isascii() else letter for letter in published)
    manners = (
        letters if letters != published else f"{rest}, {first}",
        f"{first}{middle.lower()} {rest} / {written}",
        f"{written} ({middle})",
        f"({middle}) {written}",
    )
    return manners[manner]


def _mangled(rng: np.random.Generator, table: Columns, played: PlayedSeason, share: float) -> Columns:
    """Moves of the injured list of which a share has mangled names."""
    count = len(table["Date"])
    rows = np.flatnonzero(rng.random(count) < share)
    manner, middle = rng.integers(0, 4, len(rows)), rng.integers(0, len(_MIDDLE_NAMES), len(rows))
    names = {column: table[column].copy() for column in ("Acquired", "Relinquished")}
    published = played.players.name[played.moves.player]
    for row, how, which in zip(rows.tolist(), manner.tolist(), middle.tolist(), strict=True):
        column = "Acquired" if names["Acquired"][row] is not None else "Relinquished"
        names[column][row] = _mangled_name(names[column][row], published[row], how, _MIDDLE_NAMES[which])
    return table | names


def _set(column: str, value: object) -> Callable[[Columns, int], None]:
    def change(table: Columns, row: int) -> None:
        table[column][row] = value

    return change


def _points_beyond_the_shots(table: Columns, row: int) -> None:
    table["PTS"][row] += 7


def _more_makes_than_attempts(table: Columns, row: int) -> None:
    extra = table["FGA"][row] + 3 - table["FGM"][row]
    table["FGM"][row] += extra
    table["PTS"][row] += 2 * extra


def _nobody(column: str) -> Callable[[Columns, int], None]:
    def change(table: Columns, row: int) -> None:
        values = np.ma.masked_array(table[column])
        values[row] = np.ma.masked
        table[column] = values

    return change


# What is wrong, in which table, and how it came about.
_KINDS: tuple[tuple[str, str, Callable[[Columns, int], None]], ...] = (
    ("points do not add up", "player_box", _points_beyond_the_shots),
    ("negative minutes", "player_box", _set("MIN", -5)),
    ("unknown team", "player_box", _set("TEAM_ABBREVIATION", _UNKNOWN_TEAM)),
    ("more makes than attempts", "player_box", _more_makes_than_attempts),
    ("no player", "player_box", _nobody("PLAYER_ID")),
    ("unknown game", "shots", _set("GAME_ID", _UNKNOWN_GAME)),
    ("no shooter", "shots", _nobody("PLAYER_ID")),
    ("impossible total", "game_lines", _set("total_line", 2215.0)),
    ("negative line", "points_props", _set("line", -4.5)),
    ("impossible price", "points_props", _set("over_odds", 12)),
)


def _break_rows(rng: np.random.Generator, tables: dict[str, Columns], season: str, count: int) -> Columns:
    """Break rows of tables in place of sound ones.

    Args:
        rng: source of chance.
        tables: tables of a season; those with broken rows are replaced by changed copies.
        season: such as `2021-22`.
        count: number of broken rows; kinds take turns.

    Returns:
        One row a broken row: `season`, `table`, `row` (from 0) and `reason`.
    """
    kinds = [_KINDS[turn % len(_KINDS)] for turn in range(count)]
    order = {table: rng.permutation(len(next(iter(tables[table].values())))) for _, table, _ in _KINDS}
    for table in sorted({table for _, table, _ in kinds}):
        tables[table] = {name: values.copy() for name, values in tables[table].items()}
    rows = []
    for turn, (_, table, change) in enumerate(kinds):
        row = int(order[table][turn])
        change(tables[table], row)
        rows.append(row)

    def column(values: list[str]) -> TextArray:
        return np.array(values, dtype=object)

    return {
        "season": column([season] * count),
        "table": column([table for _, table, _ in kinds]),
        "row": np.array(rows, dtype=np.int64),
        "reason": column([reason for reason, _, _ in kinds]),
    }
