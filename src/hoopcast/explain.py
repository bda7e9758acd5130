"""One player on one morning: his features, the box scores that they came from, and what the systems made of them."""

from dataclasses import dataclass
from datetime import date

from hoopcast.errors import UsageError
from hoopcast.graph import Graph
from hoopcast.outlook import Says, systems_say
from hoopcast.players import Player
from hoopcast.warehouse.engine import Engine
from hoopcast.warehouse.result import Table
from hoopcast.warehouse.tables import table

FIRST_FEATURE, LAST_FEATURE = "points_avg_last_5", "team_win_pct"
_GAMES = """
SELECT
    game_date, team_abbr || CASE WHEN home_flag THEN ' vs. ' ELSE ' @ ' END || opponent_team_abbr AS game, minutes,
    points, fgm || '-' || fga AS fg, fg3m || '-' || fg3a AS fg3, ftm || '-' || fta AS ft, paint_fga, mid_range_fga,
    three_fga, ROUND(ts_pct, 3) AS ts_pct, ROUND(usage_rate, 3) AS usage_rate
FROM nba_analytics.player_game_summary
WHERE player_id = $player_id AND game_date < $day AND played_flag
ORDER BY game_date DESC, game_id DESC
LIMIT 10
"""


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


def explain(engine: Engine, graph: Graph, player: Player, day: date) -> Explanation:
    """His features of that morning, the box scores before it, and what each system says.

    Raises:
        UsageError: if he has no row on that date.
    """
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
        forecasts=Table.of(Says, systems_say(engine, graph, player.player_id, day)),
    )
