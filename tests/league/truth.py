"""What is true of a simulated league, so that estimates can be checked against it."""

from dataclasses import dataclass

import numpy as np

from hoopcast.arrays import FloatArray, TextArray
from hoopcast.league import Columns, League
from hoopcast.league.league import stack, team_texts
from hoopcast.league.players import ZONES
from hoopcast.league.season import PlayedSeason


@dataclass(frozen=True, slots=True)
class Truth:
    """True rates, as tables whose rows carry the ids of the files.

    Attributes:
        player_season: one row a player and season: `season`, `player_id`, `minutes` (expected per game played) and
            `points_per_minute` (expected points by expected minutes over the games that he was fit for), NaN for a
            player who was never fit.
        player_game: one row a player under contract and game: `season`, `game_id`, `player_id`, `absent` (known
            before), `play_probability` (given who is fit), `expected_minutes` and `expected_points` (if he plays),
            `played`.
        team_season: one row a team and season: `season`, `team_abbr`, `defence_<zone>` (multiplier of opponents'
            accuracy; above 1 = weaker defence).
        points_line: one row a row of `points_props`: `season`, `game_date`, `player_id`, `line`, `expected_points`,
            `probability_over` (the market's before its margin), `margin` (implied probabilities less 1).
        injury_move: one row a row of `injury_transactions`: `player_id`.
    """

    player_season: Columns
    player_game: Columns
    team_season: Columns
    points_line: Columns
    injury_move: Columns


def truth_of(league: League) -> Truth:
    """What is true of a league, its seasons one below the other."""
    seasons = list(league.played.values())
    return Truth(
        player_season=stack([_player_season(played) for played in seasons]),
        player_game=stack([_player_game(played) for played in seasons]),
        team_season=stack([_team_season(played) for played in seasons]),
        points_line=stack([_points_line(played) for played in seasons]),
        injury_move=stack([{"player_id": played.players.player_id[played.moves.player]} for played in seasons]),
    )


def _same(text: str, count: int) -> TextArray:
    return np.full(count, text, dtype=object)


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    ratio = np.full(len(part), np.nan)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio


def _player_season(played: PlayedSeason) -> Columns:
    rosters, expected = played.rosters, played.expected
    side, place = np.nonzero(rosters.listed)
    player = rosters.player[side, place]
    count = len(played.players)
    plays = played.appearances.play_probability[side, place]

    def per_player(weight: FloatArray) -> FloatArray:
        return np.bincount(player, weight, count).astype(np.float64)

    minutes = per_player(plays * expected.minutes[side, place])
    points = per_player(plays * expected.points[side, place])
    games = per_player(plays)
    seen = np.unique(player)
    return {
        "season": _same(played.season, len(seen)),
        "player_id": played.players.player_id[seen],
        "minutes": _ratio(minutes, games)[seen],
        "points_per_minute": _ratio(points, minutes)[seen],
    }


def _player_game(played: PlayedSeason) -> Columns:
    side, place = np.nonzero(played.rosters.listed)
    return {
        "season": _same(played.season, len(side)),
        "game_id": played.game_id[side // 2],
        "player_id": played.players.player_id[played.rosters.player[side, place]],
        "absent": played.appearances.absent[side, place],
        "play_probability": played.appearances.play_probability[side, place],
        "expected_minutes": played.expected.minutes[side, place],
        "expected_points": played.expected.points[side, place],
        "played": played.appearances.played[side, place],
    }


def _team_season(played: PlayedSeason) -> Columns:
    count = len(played.styles.pace)
    table: Columns = {"season": _same(played.season, count), "team_abbr": team_texts("abbr")[:count]}
    return table | {f"defence_{zone}": played.styles.defence[:, number] for number, zone in enumerate(ZONES)}


def _points_line(played: PlayedSeason) -> Columns:
    lines = played.points_lines
    player = played.rosters.player[lines.side, lines.place]
    return {
        "season": _same(played.season, len(player)),
        "game_date": np.repeat(played.date, 2)[lines.side],
        "player_id": played.players.player_id[player],
        "line": lines.line,
        "expected_points": played.expected.points[lines.side, lines.place],
        "probability_over": lines.probability_over,
        "margin": lines.margin,
    }
