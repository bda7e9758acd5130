"""A drawn season as tables with the columns of the archive files."""

import unicodedata

import numpy as np

from hoopcast.league.columns import Array, Columns, Floats, Ints, Texts, chance, stacked
from hoopcast.league.layout import LAYOUT
from hoopcast.league.other_stages import other_games
from hoopcast.league.played_season import PlayedSeason, dates_as_text, team_texts
from hoopcast.league.size import LeagueSize
from hoopcast.nba.teams import TEAMS

CONSENSUS = "Consensus"
_TIP_OFFS = {
    "America/New_York": ("19:00:00", "19:30:00"), "America/Chicago": ("20:00:00", "19:00:00"),
    "America/Denver": ("21:00:00", "21:30:00"), "America/Phoenix": ("21:00:00", "22:00:00"),
    "America/Los_Angeles": ("22:00:00", "22:30:00"),
}  # fmt: skip
_AFTERNOON, _AFTERNOON_SHARE, _SUNDAY = "15:30:00", 0.3, 6
_ACTIONS = np.array([1, 5, 6, 41, 42, 44, 47, 58, 66, 72, 78, 79, 80, 97, 98, 101, 108])
_LETTERS = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "æ": "ae", "ı": "i", "ß": "ss"})


def plain_name(name: str) -> str:
    """A name in the letters of a typewriter, as lists of moves write it."""
    marks = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    return "".join(letter for letter in marks if not unicodedata.combining(letter))


def slug(name: str) -> str:
    """A name as bookmakers' addresses write it: `Gary Oldroyd Jr.` gives `garyoldroyd-jr`."""
    first, *rest = plain_name(name).lower().replace(".", "").replace("'", "").split()
    suffix = f"-{rest.pop()}" if rest and rest[-1] in {"jr", "ii", "iii", "iv"} else ""
    return f"{first}{''.join(rest)}{suffix}"


def _share(part: Ints, whole: Ints) -> Floats:
    """Share to three places, NaN (NULL in a file) of nothing."""
    share = np.full(len(whole), np.nan)
    np.divide(part, whole, out=share, where=whole > 0)
    return np.round(share, 3)


def _ordered(table: str, columns: Columns) -> Columns:
    return {name: columns[name] for name in LAYOUT[table]}


def _tip_offs(played: PlayedSeason, seed: int) -> Texts:
    rng = chance(seed, played.season, "tip-offs")
    local = np.array([_TIP_OFFS[team.time_zone] for team in TEAMS], dtype=object)
    evening = local[played.games.home, rng.integers(0, 2, len(played.games.day))]
    sunday = (played.games.opening.weekday() + played.games.day) % 7 == _SUNDAY
    return np.where(sunday & (rng.random(len(sunday)) < _AFTERNOON_SHARE), _AFTERNOON, evening)


def _schedule(played: PlayedSeason, seed: int, size: LeagueSize) -> Columns:
    games, abbr, ids = played.games, team_texts("abbr"), team_texts("team_id").astype(np.int64)
    points = played.box.points.sum(axis=1)
    regular: Columns = {
        "game_id": played.game_id, "game_date": played.date,
        "home_team": abbr[games.home], "away_team": abbr[games.away],
        "home_team_id": ids[games.home], "away_team_id": ids[games.away],
        "home_score": points[::2], "away_score": points[1::2],
        "season_type": np.full(len(games.day), "regular", dtype=object),
    }  # fmt: skip
    others = other_games(seed, played.season, games, size)
    table = stacked([others, regular])
    count = len(table["game_id"])
    places = {team.abbr: (f"{team.nickname} Arena", team.city) for team in TEAMS}
    place = np.array([places.get(home, ("Guest Hall", "Springfield")) for home in table["home_team"].tolist()], object)
    table |= {
        "game_code": np.array(
            [
                f"{date.replace('-', '')}/{away}{home}"
                for date, away, home in zip(table["game_date"], table["away_team"], table["home_team"], strict=True)
            ],
            dtype=object,
        ),
        "game_time_et": np.concatenate(
            [np.full(count - len(games.day), "19:30:00", dtype=object), _tip_offs(played, seed)]
        ),
        "series_text": np.full(count, "", dtype=object),
        "arena_name": place[:, 0],
        "arena_city": place[:, 1],
        "game_status": np.full(count, 3),
        "game_status_text": np.full(count, "Final", dtype=object),
        "season": np.full(count, played.season, dtype=object),
    }
    order = np.argsort(table["game_date"].astype(str), kind="stable")
    return _ordered("schedule", {name: values[order] for name, values in table.items()})


def _line_of_box(attempts: Ints, makes: Ints, counts: dict[str, Ints]) -> Columns:
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


def _of_side(played: PlayedSeason, side: Ints) -> Columns:
    """Columns that name team, game and result."""
    team, points = played.team, played.box.points.sum(axis=1)
    margin = points - points.reshape(-1, 2)[:, ::-1].ravel()
    abbr = team_texts("abbr")
    home = np.arange(len(team)) % 2 == 0
    rival = team.reshape(-1, 2)[:, ::-1].ravel()
    matchup = abbr[team] + np.where(home, " vs. ", " @ ").astype(object) + abbr[rival]
    return {
        "SEASON_ID": np.full(len(side), int(f"2{played.season[:4]}")),
        "TEAM_ID": team_texts("team_id").astype(np.int64)[team][side],
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
    player = played.dressed.player[side, place]
    counts = {column: getattr(box, name)[side, place] for column, name in _COUNTED.items()}
    men = _of_side(played, side) | _line_of_box(box.attempts[side, place], box.makes[side, place], counts)
    men |= {"PLAYER_ID": played.players.player_id[player], "PLAYER_NAME": played.players.name[player]}
    starters: Columns = {
        "game_id": men["GAME_ID"], "player_id": men["PLAYER_ID"], "player_name": men["PLAYER_NAME"],
        "starter": played.appearances.starter[side, place],
    }  # fmt: skip
    sums = {column: getattr(box, name).sum(axis=1) for column, name in _COUNTED.items()}
    sums["PLUS_MINUS"] = sums["PLUS_MINUS"] / 5
    teams = _of_side(played, np.arange(len(played.team)))
    teams |= _line_of_box(box.attempts.sum(axis=1), box.makes.sum(axis=1), sums)
    return _ordered("player_box", men), _ordered("team_box", teams), starters


def _shots(played: PlayedSeason, seed: int) -> Columns:
    shots, who = played.shots, played.dressed.player
    player_id, team = played.players.player_id, played.team[shots.side]
    shooter = who[shots.side, shots.place]
    clock = np.array([f"{seconds // 60}:{seconds % 60:02d}" for seconds in range(721)], dtype=object)
    actions = chance(seed, played.season, "actions").integers(0, len(_ACTIONS), len(team))
    helper, blocker = who[shots.side, shots.assist], who[shots.side ^ 1, shots.block]
    return {
        "GAME_ID": played.game_id[shots.side // 2],
        "EVENTNUM": shots.number.astype(np.int32),
        "PERIOD": shots.period.astype(np.int8),
        "PCTIMESTRING": clock[shots.clock],
        "PLAYER_ID": player_id[shooter],
        "PLAYER_NAME": played.players.name[shooter],
        "TEAM_ID": team_texts("team_id").astype(np.int64)[team],
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
    games, lines, props = played.games, played.game_lines, played.points_lines
    abbr = team_texts("abbr")
    game_lines: Columns = {
        "game_id": played.game_id, "game_date": played.date,
        "home_team": abbr[games.home], "away_team": abbr[games.away],
        "home_spread": lines.home_spread, "total_line": lines.total_line,
        "home_moneyline": lines.home_moneyline, "away_moneyline": lines.away_moneyline.astype(np.float64),
        "suspect_line": np.zeros(len(games.day), dtype=bool),
    }  # fmt: skip
    player = played.dressed.player[props.side, props.place]
    slugs = np.array([slug(name) for name in played.players.name.tolist()], dtype=object)
    points_props: Columns = {
        "game_date": np.repeat(played.date, 2)[props.side],
        "player_slug": slugs[player], "player_name": played.players.name[player],
        "player_id": played.players.player_id[player],
        "market": np.full(len(player), "player_points", dtype=object),
        "bookmaker": np.full(len(player), CONSENSUS, dtype=object),
        "line": props.line, "over_odds": props.over_odds, "under_odds": props.under_odds,
    }  # fmt: skip
    return game_lines, points_props


def season_tables(played: PlayedSeason, seed: int, size: LeagueSize) -> dict[str, Columns]:
    """Tables of a season's files, by file name without its ending.

    Args:
        played: the season.
        seed: seed of the league.
        size: number of teams.

    Returns:
        `schedule`, `player_box`, `team_box`, `starters`, `shots`, `game_lines` and `points_props`.
    """
    player_box, team_box, starters = _boxes(played)
    game_lines, points_props = _lines(played)
    return {
        "schedule": _schedule(played, seed, size), "player_box": player_box, "team_box": team_box,
        "starters": starters, "shots": _shots(played, seed), "game_lines": game_lines, "points_props": points_props,
    }  # fmt: skip


def injury_table(played: PlayedSeason) -> Columns:
    """The season's moves of the injured list, by names alone."""
    moves = played.moves
    name = np.array([plain_name(text) for text in played.players.name.tolist()], dtype=object)[moves.player]
    nobody: Array = np.full(len(name), None, dtype=object)
    return {
        "Date": dates_as_text(played.games, moves.day),
        "Team": team_texts("nickname")[moves.team],
        "Acquired": np.where(moves.activated, name, nobody),
        "Relinquished": np.where(moves.activated, nobody, name),
        "Notes": moves.note,
    }
