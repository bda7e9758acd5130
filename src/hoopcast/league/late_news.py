"""Faults that heal, and lines seen live: postponed games, corrected box scores, captures around tip-off."""

from datetime import date, timedelta

import numpy as np

from hoopcast.league.columns import Array, Columns, Floats, Ints, picked
from hoopcast.league.played_season import PlayedSeason, dates_as_text

LIVE_BOOKMAKERS = ("Courtside", "Backboard")
_POSTPONED = "PPD"
_SCHEDULED = 1
_SUNDAY = 6
_HOURS_BEHIND, _SUMMER_HOURS_BEHIND = 5, 4
# Minutes from tip-off at which a line was seen, and how much of the final result it knew by then.
_CAPTURES = ((-480, 0.0), (-60, 0.0), (65, 0.6))


def _game_rows(table: Columns, played: PlayedSeason, games: Ints) -> Array:
    """Mask of the rows of some games."""
    column = "GAME_ID" if "GAME_ID" in table else "game_id"
    return np.isin(table[column].astype(str), played.game_id[games].astype(str))


def _line_rows(table: Columns, played: PlayedSeason, games: Ints) -> Array:
    """Mask of the points lines (which name date and player alone) of men listed for some games."""
    side, place = np.nonzero(played.dressed.listed & np.isin(np.arange(len(played.team)) // 2, games)[:, None])
    keys = played.players.player_id[played.dressed.player[side, place]] * 10_000 + played.games.day[side // 2]
    days = (table["game_date"].astype("datetime64[D]") - np.datetime64(played.games.opening)).astype(np.int64)
    return np.isin(table["player_id"] * 10_000 + days, keys)


def hold_back(
    rng: np.random.Generator, tables: dict[str, Columns], played: PlayedSeason, games: Ints
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
        later[name] = picked(table, rows)
        if name != "schedule":
            tables[name] = picked(table, ~rows)
    day = played.games.day[games]
    first_day = np.maximum(day - rng.integers(3, 30, len(games)), 0)
    schedule = {column: values.copy() for column, values in tables["schedule"].items()}
    at = np.flatnonzero(_game_rows(schedule, played, games))
    order = np.argsort(played.game_id[games].astype(str))
    at = at[np.argsort(schedule["game_id"][at].astype(str))]
    dates = dates_as_text(played.games, first_day[order])
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


def wrong_at_first(player_box: Columns, played: PlayedSeason, games: Ints) -> tuple[Columns, Columns]:
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
    return first, picked(player_box, rows)


def _nth_sunday(year: int, month: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(_SUNDAY - first.weekday()) % 7 + 7 * (nth - 1))


def eastern_to_utc(moments: Array) -> Array:
    """UTC of US Eastern moments (datetime64), by the rule of summer time since 2007."""
    utc = moments + np.timedelta64(_HOURS_BEHIND, "h")
    for year in np.unique(moments.astype("datetime64[Y]")).astype(int) + 1970:
        begin = np.datetime64(_nth_sunday(year, 3, 2)) + np.timedelta64(2, "h")
        end = np.datetime64(_nth_sunday(year, 11, 1)) + np.timedelta64(2, "h")
        summer = (begin <= moments) & (moments < end)
        utc = np.where(summer, moments + np.timedelta64(_SUMMER_HOURS_BEHIND, "h"), utc)
    return utc


def live_points_lines(
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
    tip_off = eastern_to_utc(np.char.add(np.char.add(dates, "T"), times).astype("datetime64[s]"))
    points = played.box.points[side, place].astype(np.float64)
    copies = len(_CAPTURES)
    live = picked(props, np.repeat(chosen, copies))
    minutes = np.tile([offset for offset, _ in _CAPTURES], len(chosen))
    known = np.tile([part for _, part in _CAPTURES], len(chosen))
    minutes = minutes + rng.integers(-20, 20, len(minutes))
    closing: Floats = live["line"]
    line = closing + known * (np.repeat(points, copies) - closing) + rng.integers(-1, 2, len(minutes)) * (known == 0)
    return live | {
        "line": np.maximum(np.floor(line) + 0.5, 0.5),
        "bookmaker": np.array(LIVE_BOOKMAKERS, dtype=object)[rng.integers(0, len(LIVE_BOOKMAKERS), len(minutes))],
        "captured_at_utc": np.repeat(tip_off, copies) + minutes.astype("timedelta64[m]"),
    }
