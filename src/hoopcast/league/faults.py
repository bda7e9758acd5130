"""What goes wrong with real files, on demand."""

from dataclasses import dataclass, fields

import numpy as np

from hoopcast.errors import UsageError
from hoopcast.league.breakage import break_rows, duplicated, mangled, with_typing_errors, without_under
from hoopcast.league.columns import Columns, Ints, chance, picked, stacked
from hoopcast.league.late_news import hold_back, live_points_lines, wrong_at_first
from hoopcast.league.played_season import PlayedSeason


@dataclass(frozen=True, slots=True)
class Faults:
    """What shall be wrong with the files of each season; counts are per season, shares are 0 to 1.

    Accents, suffixes, initials and two players of one name are no faults: every league has them.

    Attributes:
        duplicate_rows: share of the rows of each file that stand in it twice.
        late_corrections: games whose box scores have two wrong men at first and are corrected later.
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
class FaultyFiles:
    """Files of a season with their faults.

    Attributes:
        first: tables as first published.
        later: rows that are published later, by table; empty where nothing heals.
        broken: one row a broken row of `first`: `season`, `table`, `row` (from 0), `reason`.
    """

    first: dict[str, Columns]
    later: dict[str, Columns]
    broken: Columns


def _unlucky_games(played: PlayedSeason, seed: int, faults: Faults) -> tuple[Ints, Ints, Ints]:
    """Different games for each fault that befalls a game: postponed, corrected, without shots."""
    counts = (faults.postponed_games, faults.late_corrections, faults.games_without_shots)
    games = len(played.games.day)
    order = chance(seed, played.season, "unlucky games").permutation(games)
    # A postponed game needs dates before it.
    order = order[np.argsort(played.games.day[order] < played.games.last_day // 3, kind="stable")]
    if sum(counts) > games:
        raise UsageError(f"faults: {sum(counts)} unlucky games are more than the {games} of {played.season}")
    edges = np.cumsum(counts)
    return order[: edges[0]], order[edges[0] : edges[1]], order[edges[1] : edges[2]]


def faulty_season(tables: dict[str, Columns], played: PlayedSeason, seed: int, faults: Faults) -> FaultyFiles:
    """Lay faults over a season's tables.

    Args:
        tables: sound tables of the season.
        played: the season.
        seed: seed of the league.
        faults: what shall be wrong.

    Returns:
        The first files, the later ones and what is broken for good.

    Raises:
        UsageError: if more games shall be unlucky than there are.
    """
    postponed, corrected, shotless = _unlucky_games(played, seed, faults)
    rng = chance(seed, played.season, "faults")
    first = dict(tables)
    if faults.live_lines:
        first["points_props_live"] = live_points_lines(rng, first, played, faults.live_lines)
    first["points_props"] = without_under(rng, first["points_props"], faults.one_sided_prices)
    first["game_lines"] = with_typing_errors(rng, first["game_lines"], faults.suspect_lines)
    lost = np.isin(first["shots"]["GAME_ID"].astype(str), played.game_id[shotless].astype(str))
    first["shots"] = picked(first["shots"], ~lost)
    later: dict[str, list[Columns]] = {}
    first["player_box"], corrections = wrong_at_first(first["player_box"], played, corrected)
    if len(corrected):
        later["player_box"] = [corrections]
    for table, rows in hold_back(rng, first, played, postponed).items():
        later.setdefault(table, []).append(rows)
    broken = break_rows(rng, first, played.season, faults.broken_rows)
    if faults.duplicate_rows:
        first = {table: duplicated(rng, columns, faults.duplicate_rows) for table, columns in first.items()}
    return FaultyFiles(first=first, later={table: stacked(rows) for table, rows in later.items()}, broken=broken)


def faulty_injuries(table: Columns, played: PlayedSeason, seed: int, faults: Faults) -> Columns:
    """Lay faults over a season's moves of the injured list.

    Args:
        table: sound moves.
        played: the season.
        seed: seed of the league.
        faults: what shall be wrong.

    Returns:
        The moves in the same order, so that `Truth.injury_move` fits them.
    """
    return mangled(chance(seed, played.season, "injury faults"), table, played, faults.mangled_names)
