"""A seeded league over several seasons, as tables with the columns and types of the archive files, and as files."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from hoopcast.arrays import FloatArray, IntArray, TextArray
from hoopcast.calendar import STAGE_OF_PREFIX, season_name, season_start_year
from hoopcast.errors import UsageError
from hoopcast.league.draws import FULL_LEAGUE, Columns, LeagueSize, random_stream
from hoopcast.league.schedule import GUESTS, other_games, other_side
from hoopcast.league.season import PlayedSeason, play_season
from hoopcast.nba.names import without_marks
from hoopcast.nba.teams import TEAMS

_PLAYER_LINE = (
    "FGM BIGINT, FGA BIGINT, FG_PCT DOUBLE, FG3M BIGINT, FG3A BIGINT, FG3_PCT DOUBLE, FTM BIGINT, FTA BIGINT, "
    "FT_PCT DOUBLE, OREB BIGINT, DREB BIGINT, REB BIGINT, AST BIGINT, STL BIGINT, BLK BIGINT, TOV BIGINT, PF BIGINT"
)
_COLUMNS = {
    "schedule": (
        "game_id VARCHAR, game_code VARCHAR, game_date VARCHAR, game_time_et VARCHAR, series_text VARCHAR, "
        "arena_name VARCHAR, arena_city VARCHAR, game_status BIGINT, game_status_text VARCHAR, home_team_id BIGINT, "
        "away_team_id BIGINT, home_team VARCHAR, away_team VARCHAR, home_score BIGINT, away_score BIGINT, "
        "season VARCHAR, season_type VARCHAR"
    ),
    "player_box": (
        "SEASON_ID BIGINT, PLAYER_ID BIGINT, PLAYER_NAME VARCHAR, TEAM_ID BIGINT, TEAM_ABBREVIATION VARCHAR, "
        "TEAM_NAME VARCHAR, GAME_ID VARCHAR, GAME_DATE VARCHAR, MATCHUP VARCHAR, WL VARCHAR, MIN BIGINT, "
        f"{_PLAYER_LINE}, PTS BIGINT, PLUS_MINUS BIGINT"
    ),
    "team_box": (
        "SEASON_ID BIGINT, TEAM_ID BIGINT, TEAM_ABBREVIATION VARCHAR, TEAM_NAME VARCHAR, GAME_ID VARCHAR, "
        f"GAME_DATE VARCHAR, MATCHUP VARCHAR, WL VARCHAR, MIN BIGINT, PTS BIGINT, {_PLAYER_LINE}, PLUS_MINUS DOUBLE"
    ),
    "starters": "game_id VARCHAR, player_id BIGINT, player_name VARCHAR, starter BOOLEAN",
    "shots": (
        "GAME_ID VARCHAR, EVENTNUM INTEGER, PERIOD TINYINT, PCTIMESTRING VARCHAR, PLAYER_ID BIGINT, "
        "PLAYER_NAME VARCHAR, TEAM_ID BIGINT, TEAM_ABBREVIATION VARCHAR, MADE BOOLEAN, IS_3PT BOOLEAN, "
        "DISTANCE_FT SMALLINT, HAS_DISTANCE BOOLEAN, ACTION_TYPE_CODE SMALLINT, ASSIST_PLAYER_ID BIGINT, "
        "BLOCK_PLAYER_ID BIGINT"
    ),
    "game_lines": (
        "game_id VARCHAR, game_date VARCHAR, home_team VARCHAR, away_team VARCHAR, home_spread DOUBLE, "
        "total_line DOUBLE, home_moneyline BIGINT, away_moneyline DOUBLE, suspect_line BOOLEAN"
    ),
    "points_props": (
        "game_date VARCHAR, player_slug VARCHAR, player_name VARCHAR, player_id BIGINT, market VARCHAR, "
        "bookmaker VARCHAR, line DOUBLE, over_odds BIGINT, under_odds BIGINT"
    ),
    "injury_transactions": (
        "Date VARCHAR, Team VARCHAR, Acquired VARCHAR, Relinquished VARCHAR, Notes VARCHAR"
    ),
}  # fmt: skip

# Type of each column of each file, in the files' order.
LAYOUT = MappingProxyType(
    {
        table: MappingProxyType(dict(column.split(" ") for column in columns.split(", ")))
        for table, columns in _COLUMNS.items()
    }
)
INJURIES = "injury_transactions"
_CONSENSUS = "Consensus"
_TIP_OFFS = {
    "America/New_York": ("19:00:00", "19:30:00"), "America/Chicago": ("20:00:00", "19:00:00"),
    "America/Denver": ("21:00:00", "21:30:00"), "America/Phoenix": ("21:00:00", "22:00:00"),
    "America/Los_Angeles": ("22:00:00", "22:30:00"),
}  # fmt: skip
_AFTERNOON, _AFTERNOON_SHARE, _SUNDAY = "15:30:00", 0.3, 6
_ACTIONS = np.array([1, 5, 6, 41, 42, 44, 47, 58, 66, 72, 78, 79, 80, 97, 98, 101, 108])


def _slug(name: str) -> str:
    """A name as bookmakers' addresses write it: `Gary Oldroyd Jr.` gives `garyoldroyd-jr`."""
    first, *rest = without_marks(name).lower().replace(".", "").replace("'", "").split()
    suffix = f"-{rest.pop()}" if rest and rest[-1] in {"jr", "ii", "iii", "iv"} else ""
    return f"{first}{''.join(rest)}{suffix}"


def _share(part: IntArray, whole: IntArray) -> FloatArray:
    """Share to three places, NaN (NULL in a file) of nothing."""
    share = np.full(len(whole), np.nan)
    np.divide(part, whole, out=share, where=whole > 0)
    return np.round(share, 3)


def team_texts(attribute: str) -> TextArray:
    """An attribute of all 30 teams by position."""
    return _texts(getattr(team, attribute) for team in TEAMS)


def _team_ids() -> IntArray:
    return np.array([team.team_id for team in TEAMS])


def _texts(texts: Iterable[str]) -> TextArray:
    return np.array(list(texts), dtype=np.object_)


def _repeat(text: str, count: int) -> TextArray:
    return np.full(count, text, dtype=np.object_)


def _tip_offs(played: PlayedSeason) -> TextArray:
    rng = random_stream(played.seed, played.season, "tip-offs")
    local = np.array([_TIP_OFFS[team.time_zone] for team in TEAMS], dtype=object)
    evening = local[played.games.home, rng.integers(0, 2, len(played.games.day))]
    sunday = (played.games.opening.weekday() + played.games.day) % 7 == _SUNDAY
    return np.where(sunday & (rng.random(len(sunday)) < _AFTERNOON_SHARE), _AFTERNOON, evening)


def _regular_games(played: PlayedSeason) -> Columns:
    games, abbr, ids = played.games, team_texts("abbr"), _team_ids()
    points = played.box.points.sum(axis=1)
    return {
        "game_id": played.game_id,
        "game_date": played.date,
        "game_time_et": _tip_offs(played),
        "home_team": abbr[games.home],
        "away_team": abbr[games.away],
        "home_team_id": ids[games.home],
        "away_team_id": ids[games.away],
        "home_score": points[::2],
        "away_score": points[1::2],
        "season_type": _repeat("regular", len(games.day)),
    }


def _games_of_other_stages(played: PlayedSeason) -> Columns:
    rng = random_stream(played.seed, played.season, "other stages")
    games = other_games(rng, played.games, played.size)
    ids = {team.abbr: team.team_id for team in TEAMS} | GUESTS
    scores = rng.integers(90, 130, (len(games), 2))
    scores[:, 1] += scores[:, 0] == scores[:, 1]
    year = played.season[2:4]
    numbers, dates, home, away = zip(*games, strict=True)
    return {
        "game_id": _texts(f"00{number[0]}{year}{int(number[1:]):05d}" for number in numbers),
        "game_date": _texts(map(str, dates)),
        "game_time_et": _repeat("19:30:00", len(games)),
        "home_team": _texts(home),
        "away_team": _texts(away),
        "home_team_id": np.array([ids[abbr] for abbr in home]),
        "away_team_id": np.array([ids[abbr] for abbr in away]),
        "home_score": scores[:, 0],
        "away_score": scores[:, 1],
        "season_type": _texts(STAGE_OF_PREFIX[f"00{number[0]}"] for number in numbers),
    }


def _schedule(played: PlayedSeason) -> Columns:
    table = stack([_games_of_other_stages(played), _regular_games(played)])
    count = len(table["game_id"])
    places = {team.abbr: (f"{team.nickname} Arena", team.city) for team in TEAMS}
    place = np.array([places.get(home, ("Guest Hall", "Springfield")) for home in table["home_team"].tolist()], object)
    table |= {
        "game_code": _texts(
            f"{date.replace('-', '')}/{away}{home}"
            for date, away, home in zip(table["game_date"], table["away_team"], table["home_team"], strict=True)
        ),
        "series_text": _repeat("", count),
        "arena_name": place[:, 0],
        "arena_city": place[:, 1],
        "game_status": np.full(count, 3),
        "game_status_text": _repeat("Final", count),
        "season": _repeat(played.season, count),
    }
    order = np.argsort(table["game_date"].astype(str), kind="stable")
    return {name: values[order] for name, values in table.items()}


def _line_of_box(attempts: IntArray, makes: IntArray, counts: dict[str, IntArray]) -> Columns:
    """Box-score columns that players and teams share; zones are the last axis."""
    line: Columns = {
        "FGM": makes.sum(axis=-1), "FGA": attempts.sum(axis=-1), "FG3M": makes[..., 0], "FG3A": attempts[..., 0],
        **counts,
    }  # fmt: skip
    return line | {
        "FG_PCT": _share(line["FGM"], line["FGA"]),
        "FG3_PCT": _share(line["FG3M"], line["FG3A"]),
        "FT_PCT": _share(line["FTM"], line["FTA"]),
        "REB": line["OREB"] + line["DREB"],
        "PTS": 2 * line["FGM"] + line["FG3M"] + line["FTM"],
    }


def _of_side(played: PlayedSeason, side: IntArray) -> Columns:
    """Columns that name team, game and result."""
    team, points = played.games.team, played.box.points.sum(axis=1)
    margin = points - other_side(points)
    abbr = team_texts("abbr")
    home = np.arange(len(team)) % 2 == 0
    matchup = abbr[team] + np.where(home, " vs. ", " @ ").astype(object) + abbr[other_side(team)]
    return {
        "SEASON_ID": np.full(len(side), int(f"2{played.season[:4]}")),
        "TEAM_ID": _team_ids()[team][side],
        "TEAM_ABBREVIATION": abbr[team][side],
        "TEAM_NAME": team_texts("name")[team][side],
        "GAME_ID": np.repeat(played.game_id, 2)[side],
        "GAME_DATE": np.repeat(played.date, 2)[side],
        "MATCHUP": matchup[side],
        "WL": np.where(margin > 0, "W", "L").astype(object)[side],
    }


_COUNTED = {
    "MIN": "minutes", "FTM": "ftm", "FTA": "fta", "OREB": "oreb", "DREB": "dreb", "AST": "ast", "STL": "stl",
    "BLK": "blk", "TOV": "tov", "PF": "pf", "PLUS_MINUS": "plus_minus",
}  # fmt: skip


def _boxes(played: PlayedSeason) -> tuple[Columns, Columns, Columns]:
    box = played.box
    side, place = np.nonzero(played.appearances.played)
    player = played.rosters.player[side, place]
    counts = {column: getattr(box, name)[side, place] for column, name in _COUNTED.items()}
    players = _of_side(played, side) | _line_of_box(box.attempts[side, place], box.makes[side, place], counts)
    players |= {"PLAYER_ID": played.players.player_id[player], "PLAYER_NAME": played.players.name[player]}
    starters: Columns = {
        "game_id": players["GAME_ID"], "player_id": players["PLAYER_ID"], "player_name": players["PLAYER_NAME"],
        "starter": played.appearances.starter[side, place],
    }  # fmt: skip
    sums = {column: getattr(box, name).sum(axis=1) for column, name in _COUNTED.items()}
    sums["PLUS_MINUS"] = sums["PLUS_MINUS"] / 5
    teams = _of_side(played, np.arange(len(played.games.team)))
    teams |= _line_of_box(box.attempts.sum(axis=1), box.makes.sum(axis=1), sums)
    return players, teams, starters


def _shots(played: PlayedSeason) -> Columns:
    shots, who = played.shots, played.rosters.player
    player_id, team = played.players.player_id, played.games.team[shots.side]
    shooter = who[shots.side, shots.place]
    clock = _texts(f"{seconds // 60}:{seconds % 60:02d}" for seconds in range(721))
    actions = random_stream(played.seed, played.season, "actions").integers(0, len(_ACTIONS), len(team))
    helper, blocker = who[shots.side, shots.assist], who[shots.side ^ 1, shots.block]
    return {
        "GAME_ID": played.game_id[shots.side // 2],
        "EVENTNUM": shots.number.astype(np.int32),
        "PERIOD": shots.period.astype(np.int8),
        "PCTIMESTRING": clock[shots.clock],
        "PLAYER_ID": player_id[shooter],
        "PLAYER_NAME": played.players.name[shooter],
        "TEAM_ID": _team_ids()[team],
        "TEAM_ABBREVIATION": team_texts("abbr")[team],
        "MADE": shots.made,
        "IS_3PT": shots.zone == 0,
        "DISTANCE_FT": shots.distance.astype(np.int16),
        "HAS_DISTANCE": shots.has_distance,
        "ACTION_TYPE_CODE": _ACTIONS[actions].astype(np.int16),
        "ASSIST_PLAYER_ID": np.ma.masked_array(player_id[helper], mask=shots.assist < 0),
        "BLOCK_PLAYER_ID": np.ma.masked_array(player_id[blocker], mask=shots.block < 0),
    }


def _lines(played: PlayedSeason) -> tuple[Columns, Columns]:
    games, props = played.games, played.points_lines
    abbr = team_texts("abbr")
    game_lines = played.game_lines | {
        "game_id": played.game_id,
        "game_date": played.date,
        "home_team": abbr[games.home],
        "away_team": abbr[games.away],
        "suspect_line": np.zeros(len(games.day), dtype=bool),
    }
    player = played.rosters.player[props.side, props.place]
    slugs = _texts(map(_slug, played.players.name))
    points_props: Columns = {
        "game_date": np.repeat(played.date, 2)[props.side],
        "player_slug": slugs[player], "player_name": played.players.name[player],
        "player_id": played.players.player_id[player],
        "market": _repeat("player_points", len(player)),
        "bookmaker": _repeat(_CONSENSUS, len(player)),
        "line": props.line, "over_odds": props.over_odds, "under_odds": props.under_odds,
    }  # fmt: skip
    return game_lines, points_props


def season_tables(played: PlayedSeason) -> dict[str, Columns]:
    """Tables of a season's files, by file name without its ending.

    Returns:
        `schedule`, `player_box`, `team_box`, `starters`, `shots`, `game_lines` and `points_props`.
    """
    player_box, team_box, starters = _boxes(played)
    game_lines, points_props = _lines(played)
    tables = {
        "schedule": _schedule(played), "player_box": player_box, "team_box": team_box,
        "starters": starters, "shots": _shots(played), "game_lines": game_lines, "points_props": points_props,
    }  # fmt: skip
    return {table: {name: columns[name] for name in LAYOUT[table]} for table, columns in tables.items()}


def injury_table(played: PlayedSeason) -> Columns:
    """The season's moves of the injured list, by names alone."""
    moves = played.moves
    name = _texts(map(without_marks, played.players.name))[moves.player]
    nobody: TextArray = np.full(len(name), None, dtype=object)
    return {
        "Date": played.games.dates(moves.day),
        "Team": team_texts("nickname")[moves.team],
        "Acquired": np.where(moves.activated, name, nobody),
        "Relinquished": np.where(moves.activated, nobody, name),
        "Notes": moves.note,
    }


def _concatenate(parts: list[NDArray[Any]]) -> NDArray[Any]:
    whole = np.concatenate([np.ma.getdata(part) for part in parts])
    if not any(isinstance(part, np.ma.MaskedArray) for part in parts):
        return whole
    return np.ma.masked_array(whole, mask=np.concatenate([np.ma.getmaskarray(part) for part in parts]))


def stack(tables: list[Columns]) -> Columns:
    """Tables of the same columns, one below the other."""
    return {name: _concatenate([table[name] for table in tables]) for name in tables[0]}


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


def _season_names(seasons: Sequence[str]) -> tuple[str, ...]:
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
    names = _season_names(seasons)
    played: dict[str, PlayedSeason] = {}
    before = None
    for season in names:
        before = played[season] = play_season(seed, season, size, before)
    return League(
        seed=seed,
        seasons=names,
        size=size,
        tables=MappingProxyType({season: season_tables(drawn) for season, drawn in played.items()}),
        injury_transactions=stack([injury_table(drawn) for drawn in played.values()]),
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
