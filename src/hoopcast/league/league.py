"""A seeded league over several seasons, and its files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import duckdb

from hoopcast.calendar import season_name, season_start_year
from hoopcast.errors import UsageError
from hoopcast.league.draws import FULL_LEAGUE, LeagueSize
from hoopcast.league.season import PlayedSeason, play_season
from hoopcast.league.tables import INJURIES, LAYOUT, Columns, injury_table, season_tables, stacked


@dataclass(frozen=True, slots=True)
class League:
    """A simulated league.

    Attributes:
        seed: what it was drawn from.
        seasons: such as `("2020-21", "2021-22")`.
        size: teams, games and players.
        tables: by season and table, columns of the files. A column is a numpy array; texts are object arrays,
            NULL is NaN in a column of floats, a masked value in one of whole numbers, None in one of texts.
        injury_transactions: moves of the injured list of all seasons.
        played: by season, everything that was drawn of it.
    """

    seed: int
    seasons: tuple[str, ...]
    size: LeagueSize
    tables: Mapping[str, Mapping[str, Columns]]
    injury_transactions: Columns
    played: Mapping[str, PlayedSeason]


def _checked(seasons: Sequence[str]) -> tuple[str, ...]:
    years = [season_start_year(season) for season in seasons]
    if not years or years != list(range(years[0], years[0] + len(years))):
        raise UsageError(
            f"a league plays seasons in a row, not {', '.join(seasons) or 'none'}; name them in order without gaps"
        )
    return tuple(season_name(year) for year in years)


def simulate(seasons: Sequence[str] = ("2021-22",), seed: int = 1, size: LeagueSize = FULL_LEAGUE) -> League:
    """Draw a league: the same arguments give the same values to the last bit.

    Players carry over from season to season, so a league that begins earlier is another league.

    Args:
        seasons: seasons in a row, such as `("2020-21", "2021-22")`.
        seed: any whole number from 0.
        size: teams, games and players; `TINY_LEAGUE` draws in milliseconds.

    Returns:
        The league with its tables.

    Raises:
        UsageError: if a season is misspelt or the seasons are not in a row.
    """
    names = _checked(seasons)
    played: dict[str, PlayedSeason] = {}
    before = None
    for season in names:
        before = played[season] = play_season(seed, season, size, before)
    return League(
        seed=seed,
        seasons=names,
        size=size,
        tables=MappingProxyType({season: season_tables(drawn) for season, drawn in played.items()}),
        injury_transactions=stacked([injury_table(drawn) for drawn in played.values()]),
        played=MappingProxyType(played),
    )


def write_files(files: Mapping[Path, Columns], layout: Mapping[str, Mapping[str, str]]) -> list[Path]:
    """Write tables as Parquet files.

    Args:
        files: columns by path; a file bears the name of its table, and its folder is made where it does not exist.
        layout: type of each column of each table.

    Returns:
        Paths of the files.
    """
    view = "simulated"
    with duckdb.connect() as connection:
        # Two threads would write rows in an order of their own.
        connection.execute("SET preserve_insertion_order = true")
        for path, columns in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            connection.register(view, columns)
            casts = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in layout[path.stem].items())
            place = str(path).replace("'", "''")
            connection.execute(f"COPY (SELECT {casts} FROM {view}) TO '{place}' (FORMAT parquet, COMPRESSION zstd)")
            connection.unregister(view)
    return list(files)


def write(league: League, folder: Path | str) -> list[Path]:
    """Write a league as the archive's Parquet files, one folder a season.

    Args:
        league: what to write.
        folder: made where it does not exist; files of the same name in it are replaced.

    Returns:
        Paths of the files, the injured list before the seasons.
    """
    root = Path(folder)
    files = {root / f"{INJURIES}.parquet": league.injury_transactions}
    for season, tables in league.tables.items():
        files |= {root / season / f"{table}.parquet": columns for table, columns in tables.items()}
    return write_files(files, LAYOUT)
