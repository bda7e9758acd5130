"""Faults that stay: duplicates, mangled names, one-sided prices, typing errors and rows that contradict themselves."""

from collections.abc import Callable

import numpy as np

from hoopcast.league.columns import Columns, Texts, picked, stacked
from hoopcast.league.played_season import PlayedSeason

_UNKNOWN_TEAM, _UNKNOWN_GAME = "ZZZ", "0029999999"
_MIDDLE_NAMES = ("Everett", "James", "Lamont", "Oduya", "Wendell")


def duplicated(rng: np.random.Generator, table: Columns, share: float) -> Columns:
    """A table with a share of its rows repeated at its end."""
    count = len(next(iter(table.values())))
    again = np.sort(rng.permutation(count)[: round(share * count)])
    return stacked([table, picked(table, again)])


def without_under(rng: np.random.Generator, table: Columns, share: float) -> Columns:
    """Points lines of which a share has no price of the under."""
    if not share:
        return table
    under = table["under_odds"]
    return table | {"under_odds": np.ma.masked_array(under, mask=rng.random(len(under)) < share)}


def with_typing_errors(rng: np.random.Generator, table: Columns, count: int) -> Columns:
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


def mangled(rng: np.random.Generator, table: Columns, played: PlayedSeason, share: float) -> Columns:
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


def break_rows(rng: np.random.Generator, tables: dict[str, Columns], season: str, count: int) -> Columns:
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

    def column(values: list[str]) -> Texts:
        return np.array(values, dtype=object)

    return {
        "season": column([season] * count),
        "table": column([table for _, table, _ in kinds]),
        "row": np.array(rows, dtype=np.int64),
        "reason": column([reason for reason, _, _ in kinds]),
    }
