"""One player on one morning: his features, the box scores that they came from, and what the systems made of them."""

from dataclasses import dataclass
from datetime import date

from hoopcast.calendar import season_of
from hoopcast.errors import UsageError
from hoopcast.identity.names import player_lookup
from hoopcast.identity.players import KnownPlayers, Mention, known_players, resolve
from hoopcast.warehouse.engine import Engine
from hoopcast.warehouse.result import Table
from hoopcast.warehouse.tables import table

FIRST_FEATURE, LAST_FEATURE = "points_avg_last_5", "team_win_pct"
_NAMED = 8
_SHORTEST_PART = 3
_GAMES = """
SELECT
    game_date, team_abbr || CASE WHEN home_flag THEN ' v ' ELSE ' @ ' END || opponent_team_abbr AS game, minutes,
    points, fgm || '-' || fga AS fg, fg3m || '-' || fg3a AS fg3, ftm || '-' || fta AS ft, paint_fga, mid_range_fga,
    three_fga, ROUND(ts_pct, 3) AS ts_pct, ROUND(usage_rate, 3) AS usage_rate
FROM nba_analytics.player_game_summary
WHERE player_id = $player_id AND game_date < $day AND played_flag
ORDER BY game_date DESC, game_id DESC
LIMIT 10
"""


@dataclass(frozen=True)
class Player:
    """A player with his id and the name that he is known by."""

    player_id: int
    name: str


@dataclass(frozen=True)
class Feature:
    """One of the 25 features: its place, value and meaning."""

    number: int
    feature: str
    value: float | None
    meaning: str


@dataclass(frozen=True)
class Explanation:
    """A player's morning: the game, its features, his last ten games before it, newest first, and his forecasts.

    `forecasts` has a row for each system that has one, with its reasons; none where none is written.
    """

    player: Player
    date: date
    team: str
    opponent: str
    is_home: bool
    quality: float
    features: Table
    games: Table
    forecasts: Table


def feature_names() -> tuple[str, ...]:
    """The 25 features in their order."""
    names = table("mlfs").column_names
    return names[names.index(FIRST_FEATURE) : names.index(LAST_FEATURE) + 1]


def find_player(engine: Engine, text: str, day: date) -> Player:
    """The player that an id or a name means; marks, case and suffix do not matter, and a part of a name may do.

    Args:
        engine: the warehouse.
        text: such as 203999, Nikola Jokic or Jokic.
        day: decides between players of one name by season.

    Raises:
        UsageError: if nobody is meant, or more than one; it lists the candidates.
    """
    known = known_players(engine)
    if text.isdecimal():
        if int(text) not in known.names:
            raise UsageError(f"no player has the id {text}; give his name")
        return Player(int(text), known.names[int(text)])
    mention = Mention(text, None, season_of(day))
    found = resolve([mention], known)[mention]
    if found.player_id is not None:
        return Player(found.player_id, known.names[found.player_id])
    parts = _by_part(text, day, known)
    if len(parts) == 1:
        return parts[0]
    if parts:
        candidates = ", ".join(f"{player.name} ({player.player_id})" for player in parts[:_NAMED])
        more = f" and {len(parts) - _NAMED} more" if len(parts) > _NAMED else ""
        raise UsageError(f"'{text}' may be {candidates}{more}; give the id, or more of the name")
    if found.candidates:
        raise UsageError(f"'{text}' is no one player; near it: {found.candidates}")
    raise UsageError(f"no player is called '{text}'; names are those of the box scores")


def explain(engine: Engine, player: Player, day: date) -> Explanation:
    """His features of that morning, the box scores before it, and what each system says.

    Raises:
        UsageError: if he has no row on that date.
    """
    from hoopcast.forecast.player_outlook import Says, systems_say  # noqa: PLC0415 - brings the forecasts

    names = feature_names()
    rows = engine.query(
        f"SELECT team_abbr, opponent_team_abbr, home_away AS is_home, feature_quality_score, {', '.join(names)}"
        " FROM nba_predictions.ml_feature_store WHERE player_id = $player_id AND game_date = $day",
        {"player_id": player.player_id, "day": day},
    ).rows
    if not rows:
        raise UsageError(
            f"{player.name} has no features on {day}: `hoopcast why mlfs {day} {player.player_id}` says why"
        )
    team, opponent, home, quality, *values = rows[0]
    meanings = [table("mlfs").column(name).meaning for name in names]
    features = [
        Feature(number, name, None if value is None else float(str(value)), meaning)
        for number, (name, value, meaning) in enumerate(zip(names, values, meanings, strict=True))
    ]
    games = engine.query(_GAMES, {"player_id": player.player_id, "day": day})
    kinds = ("DATE", "VARCHAR", "DOUBLE", "BIGINT", "VARCHAR", "VARCHAR", "VARCHAR", *["DOUBLE"] * 5)
    return Explanation(
        player=player,
        date=day,
        team=str(team),
        opponent=str(opponent),
        is_home=bool(home),
        quality=float(str(quality)),
        features=Table.of(Feature, features),
        games=Table.of_rows(games.columns, kinds, games.rows),
        forecasts=Table.of(Says, systems_say(engine, player.player_id, day)),
    )


def _by_part(text: str, day: date, known: KnownPlayers) -> list[Player]:
    """Players of whose name this is a part, those of the season if there are any."""
    part = player_lookup(text)
    if len(part) < _SHORTEST_PART:
        return []
    fitting = {player for key, players in known.by_lookup.items() if part in key for player in players}
    season = season_of(day)
    of_season = {player for player in fitting if any(season == other for _, other in known.seen[player])}
    return [Player(player, known.names[player]) for player in sorted(of_season or fitting)]
