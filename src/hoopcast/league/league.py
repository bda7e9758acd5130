"""The simulator's front door: a seeded league over several seasons, and its files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import duckdb

from hoopcast.calendar import season_name, season_start_year
from hoopcast.errors import UsageError
from hoopcast.league.columns import Columns, stacked
from hoopcast.league.faults import NO_FAULTS, Faults, faulty_injuries, faulty_season
from hoopcast.league.layout import INJURIES, LAYOUT
from hoopcast.league.played_season import PlayedSeason, play_season
from hoopcast.league.size import FULL_LEAGUE, LeagueSize
from hoopcast.league.tables import injury_table, season_tables
from hoopcast.league.truth import Truth, joined_truth, season_truth

CORRECTIONS_FOLDER = "corrections"


@dataclass(frozen=True, slots=True)
class League:
    """A simulated league.

    Attributes:
        seed: what it was drawn from.
        seasons: such as `("2020-21", "2021-22")`.
        size: teams, games and players.
        faults: what is wrong with its files.
        tables: by season and table, columns of the first files. A column is a numpy array; texts are object arrays,
            NULL is NaN in a column of floats, a masked value in one of whole numbers, None in one of texts.
        injury_transactions: moves of the injured list of all seasons.
        corrections: by season and table, rows of files that the sources publish later; empty without faults that
            heal. The first files and then these are, but for what was lost or broken for good, the faultless league.
        broken: one row a row that was broken on demand: `season`, `table`, `row` (from 0, in the first file), `reason`.
        truth: what is true of players, teams and lines.
    """

    seed: int
    seasons: tuple[str, ...]
    size: LeagueSize
    faults: Faults
    tables: Mapping[str, Mapping[str, Columns]]
    injury_transactions: Columns
    corrections: Mapping[str, Mapping[str, Columns]]
    broken: Columns
    truth: Truth


def _checked(seasons: Sequence[str]) -> tuple[str, ...]:
    years = [season_start_year(season) for season in seasons]
    if not years or years != list(range(years[0], years[0] + len(years))):
        message = (
            f"a league plays seasons in a row, not {', '.join(seasons) or 'none'}; name them in order without gaps"
        )
        raise UsageError(message)
    return tuple(season_name(year) for year in years)


def simulate(
    seasons: Sequence[str] = ("2021-22",),
    seed: int = 1,
    faults: Faults = NO_FAULTS,
    size: LeagueSize = FULL_LEAGUE,
) -> League:
    """Draw a league: the same arguments give the same values to the last bit.

    Players carry over from season to season, so a league that begins earlier is another league. Faults are laid over
    a league that is the same without them.

    Args:
        seasons: seasons in a row, such as `("2020-21", "2021-22")`.
        seed: any whole number from 0.
        faults: what shall be wrong with the files.
        size: teams, games and players; `TINY_LEAGUE` draws in milliseconds.

    Returns:
        The league with its tables and its truth.

    Raises:
        UsageError: if a season is misspelt or the seasons are not in a row.
    """
    names = _checked(seasons)
    tables, corrections, truths, injuries, broken = {}, {}, [], [], []
    played: PlayedSeason | None = None
    for season in names:
        played = play_season(seed, season, size, played)
        files = faulty_season(season_tables(played, seed, size), played, seed, faults)
        tables[season], corrections[season] = files.first, files.later
        broken.append(files.broken)
        injuries.append(faulty_injuries(injury_table(played), played, seed, faults))
        truths.append(season_truth(played))
    return League(
        seed=seed,
        seasons=names,
        size=size,
        faults=faults,
        tables=MappingProxyType(tables),
        injury_transactions=stacked(injuries),
        corrections=MappingProxyType({season: later for season, later in corrections.items() if later}),
        broken=stacked(broken),
        truth=joined_truth(truths),
    )


def _write_table(connection: duckdb.DuckDBPyConnection, table: str, columns: Columns, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    view = "simulated"
    connection.register(view, columns)
    casts = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in LAYOUT[table].items())
    place = str(path).replace("'", "''")
    connection.execute(f"COPY (SELECT {casts} FROM {view}) TO '{place}' (FORMAT parquet, COMPRESSION zstd)")
    connection.unregister(view)
    return path


def write(league: League, folder: Path | str) -> list[Path]:
    """Write a league as the archive's Parquet files, one folder a season.

    Later files of the sources go to the folder `corrections` with the same names within it.

    Args:
        league: what to write.
        folder: made where it does not exist; files of the same name in it are replaced.

    Returns:
        Paths of the files, the first ones before the corrections, the injured list before the seasons.
    """
    root = Path(folder)
    with duckdb.connect() as connection:
        # Two threads would write rows in an order of their own.
        connection.execute("SET preserve_insertion_order = true")
        paths = [_write_table(connection, INJURIES, league.injury_transactions, root / f"{INJURIES}.parquet")]
        for base, seasons in ((root, league.tables), (root / CORRECTIONS_FOLDER, league.corrections)):
            paths += [
                _write_table(connection, table, columns, base / season / f"{table}.parquet")
                for season, files in seasons.items()
                for table, columns in files.items()
            ]
    return paths
