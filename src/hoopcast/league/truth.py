"""What is true of a simulated league, so that estimates can be checked against it."""

from dataclasses import dataclass

import numpy as np

from hoopcast.league.columns import Columns, Floats, Texts, stacked
from hoopcast.league.play import AWAY, BACK_TO_BACK, HOME
from hoopcast.league.played_season import PlayedSeason, team_texts
from hoopcast.league.players import ZONES


@dataclass(frozen=True, slots=True)
class Truth:
    """True rates, as tables whose rows carry the ids of the files.

    Attributes:
        player_season: one row a player and season: `season`, `player_id`, `player_name`, `minutes` (expected per game
            played), `points_per_minute` (expected points by expected minutes over the games that he was fit for),
            `points` (expected per game played), `play_rate` (probability to play, over the games of his contracts,
            absences as they came), `accuracy_<zone>` (made share of attempts against an average defence on neutral
            ground, rested), `share_<zone>` (of his attempts), `free_throw_accuracy`. Minutes and points of a man who
            was never fit are NaN.
        player_game: one row a player under contract and game: `season`, `game_id`, `player_id`, `team_abbr`, `absent`
            (known before), `play_probability` (given who is fit), `expected_minutes` and `expected_points` (if he
            plays), `played`.
        team_season: one row a team and season: `season`, `team_abbr`, `pace` (possessions relative to the league's),
            `defence_<zone>` (multiplier of opponents' accuracy; above 1 = weaker defence).
        game: one row a game: `season`, `game_id`, `expected_margin` (home less visitors), `expected_total`.
        points_line: one row a row of `points_props`: `season`, `game_date`, `player_id`, `line`, `expected_points`,
            `probability_over` (the market's before its margin), `margin` (implied probabilities less 1).
        injury_move: one row a row of `injury_transactions`: `player_id`.
        home_accuracy: multiplier of accuracy at home.
        away_accuracy: multiplier of accuracy away.
        back_to_back_accuracy: multiplier of accuracy on the day after a game.
    """

    player_season: Columns
    player_game: Columns
    team_season: Columns
    game: Columns
    points_line: Columns
    injury_move: Columns
    home_accuracy: float = HOME
    away_accuracy: float = AWAY
    back_to_back_accuracy: float = BACK_TO_BACK


def _same(text: str, count: int) -> Texts:
    return np.full(count, text, dtype=object)


def _ratio(part: Floats, whole: Floats) -> Floats:
    ratio = np.full(len(part), np.nan)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio


def _player_season(played: PlayedSeason) -> Columns:
    dressed, appearances, expected = played.dressed, played.appearances, played.expected
    side, place = np.nonzero(dressed.listed)
    player = dressed.player[side, place]
    count = len(played.players)
    plays = appearances.play_probability[side, place]

    def per_player(weight: Floats) -> Floats:
        return np.bincount(player, weight, count).astype(np.float64)

    minutes = per_player(plays * expected.minutes[side, place])
    points = per_player(plays * expected.points[side, place])
    games = per_player(plays)
    listed = np.bincount(player, minlength=count)
    seen = np.flatnonzero(listed)
    cell = np.zeros(count, dtype=np.int64)
    cell[player] = np.arange(len(player))
    at = side[cell[seen]], place[cell[seen]]
    shots = played.rates.kinds[at][:, : len(ZONES)]
    shares = shots / shots.sum(axis=1, keepdims=True)
    table: Columns = {
        "season": _same(played.season, len(seen)),
        "player_id": played.players.player_id[seen],
        "player_name": played.players.name[seen],
        "minutes": _ratio(minutes, games)[seen],
        "points": _ratio(points, games)[seen],
        "points_per_minute": _ratio(points, minutes)[seen],
        "play_rate": games[seen] / listed[seen],
        "free_throw_accuracy": played.players.free_throw_accuracy[seen],
    }
    for number, zone in enumerate(ZONES):
        table[f"accuracy_{zone}"] = played.rates.neutral_accuracy[at][:, number]
        table[f"share_{zone}"] = shares[:, number]
    return table


def _player_game(played: PlayedSeason) -> Columns:
    side, place = np.nonzero(played.dressed.listed)
    return {
        "season": _same(played.season, len(side)),
        "game_id": played.game_id[side // 2],
        "player_id": played.players.player_id[played.dressed.player[side, place]],
        "team_abbr": team_texts("abbr")[played.team[side]],
        "absent": played.appearances.absent[side, place],
        "play_probability": played.appearances.play_probability[side, place],
        "expected_minutes": played.expected.minutes[side, place],
        "expected_points": played.expected.points[side, place],
        "played": played.appearances.played[side, place],
    }


def _team_season(played: PlayedSeason) -> Columns:
    count = len(played.styles.pace)
    table: Columns = {
        "season": _same(played.season, count),
        "team_abbr": team_texts("abbr")[:count],
        "pace": played.styles.pace,
    }
    return table | {f"defence_{zone}": played.styles.defence[:, number] for number, zone in enumerate(ZONES)}


def season_truth(played: PlayedSeason) -> dict[str, Columns]:
    """The tables of `Truth` for one season.

    Args:
        played: the season.

    Returns:
        Tables by attribute of `Truth`.
    """
    games, lines, props = played.games, played.game_lines, played.points_lines
    player = played.dressed.player[props.side, props.place]
    return {
        "player_season": _player_season(played),
        "player_game": _player_game(played),
        "team_season": _team_season(played),
        "game": {
            "season": _same(played.season, len(games.day)),
            "game_id": played.game_id,
            "expected_margin": lines.expected_margin,
            "expected_total": lines.expected_total,
        },
        "points_line": {
            "season": _same(played.season, len(player)),
            "game_date": np.repeat(played.date, 2)[props.side],
            "player_id": played.players.player_id[player],
            "line": props.line,
            "expected_points": props.expected_points,
            "probability_over": props.probability_over,
            "margin": props.margin,
        },
        "injury_move": {"player_id": played.players.player_id[played.moves.player]},
    }


def joined_truth(seasons: list[dict[str, Columns]]) -> Truth:
    """Truth of a league from those of its seasons.

    Args:
        seasons: tables of `season_truth`, one set a season.

    Returns:
        The tables one below the other.
    """
    joined = {name: stacked([season[name] for season in seasons]) for name in seasons[0]}
    return Truth(
        player_season=joined["player_season"],
        player_game=joined["player_game"],
        team_season=joined["team_season"],
        game=joined["game"],
        points_line=joined["points_line"],
        injury_move=joined["injury_move"],
    )
