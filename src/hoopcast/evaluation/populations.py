"""Who is scored: each appearance of a range, and the populations it is in by what was known before the game."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Literal, TypeAlias, get_args

import numpy as np

from hoopcast.arrays import BoolArray, DateArray, FloatArray, IntArray, TextArray
from hoopcast.forecast.system import Level
from hoopcast.market.odds import completed, decimal_odds, no_vig_probability_over
from hoopcast.warehouse.engine import Statements

Population: TypeAlias = Literal["ALL", "GP10", "MIN20", "PTS20", "PROP"]
POPULATIONS: tuple[Population, ...] = get_args(Population)
MEANINGS: Mapping[Population, str] = {
    "ALL": "at least one earlier game this season or last",
    "GP10": "ten or more games this season",
    "MIN20": "GP10, and 20 or more minutes on average over his last 10 games",
    "PTS20": "GP10, and 20 or more points on average over his last 10 games",
    "PROP": "ALL, and a points line",
}
# By what a game is looked at beside populations, and the values in the order in which they are shown.
DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "month": (),
    "role": ("starter", "rotation", "bench"),
    "rest": ("back-to-back", "1 day", "2 days", "3+ days", "first of season"),
    "venue": ("home", "away"),
    "season": ("first 10 games", "later"),
}
_ROWS = """
WITH played AS (
    SELECT
        game_id, player_id, season, CAST(SUBSTR(season, 1, 4) AS INTEGER) AS year, season_stage, game_date,
        CAST(points AS DOUBLE) AS points, minutes, home_flag,
        CASE WHEN starter_flag THEN 1e0 WHEN NOT starter_flag THEN 0e0 END AS started,
        ROW_NUMBER() OVER (PARTITION BY player_id ORDER BY game_date, game_id) AS k
    FROM nba_analytics.player_game_summary
    WHERE played_flag AND game_date <= $last
),
past AS (
    SELECT
        *, AVG(points) OVER last_5 AS last_5, AVG(points) OVER last_10 AS last_10,
        AVG(minutes) OVER last_10 AS minutes_10, AVG(started) OVER last_10 AS starter_share,
        SUM(points * POW(2, k / 8e0)) OVER career / SUM(POW(2, k / 8e0)) OVER career AS ewma8,
        COUNT(*) OVER so_far AS games, AVG(points) OVER so_far AS season_average,
        DATE_DIFF('day', MAX(game_date) OVER so_far, game_date) AS days
    FROM played
    WINDOW
        last_5 AS (PARTITION BY player_id ORDER BY k ROWS BETWEEN 5 PRECEDING AND 1 PRECEDING),
        last_10 AS (PARTITION BY player_id ORDER BY k ROWS BETWEEN 10 PRECEDING AND 1 PRECEDING),
        career AS (PARTITION BY player_id ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
        so_far AS (PARTITION BY player_id, season ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
last_season AS (SELECT player_id, year, AVG(points) AS average FROM played GROUP BY player_id, year)
SELECT
    p.game_id, p.player_id, p.season, p.game_date, p.points, p.minutes, p.last_5, p.last_10, p.ewma8,
    COALESCE(p.season_average, b.average) AS season_average,
    q.points_line AS line, CAST(q.over_price AS DOUBLE) AS over_price, CAST(q.under_price AS DOUBLE) AS under_price,
    CASE WHEN p.games >= 10 THEN 1 ELSE 0 END AS gp10,
    CASE WHEN p.games >= 10 AND p.minutes_10 >= 20e0 THEN 1 ELSE 0 END AS min20,
    CASE WHEN p.games >= 10 AND p.last_10 >= 20e0 THEN 1 ELSE 0 END AS pts20,
    SUBSTR(CAST(p.game_date AS VARCHAR), 1, 7) AS "month",
    CASE WHEN p.starter_share >= 5e-1 THEN 'starter' WHEN p.minutes_10 >= 15e0 THEN 'rotation' ELSE 'bench' END
        AS "role",
    CASE WHEN p.days IS NULL THEN 'first of season' WHEN p.days <= 1 THEN 'back-to-back' WHEN p.days = 2 THEN '1 day'
        WHEN p.days = 3 THEN '2 days' ELSE '3+ days' END AS rest,
    CASE WHEN p.home_flag THEN 'home' ELSE 'away' END AS venue,
    CASE WHEN p.games < 10 THEN 'first 10 games' ELSE 'later' END AS part
FROM past AS p
LEFT JOIN last_season AS b ON b.player_id = p.player_id AND b.year = p.year - 1
LEFT JOIN nba_analytics.player_prop_line AS q
    ON q.game_id = p.game_id AND q.player_id = p.player_id AND q.market = 'points'
WHERE p.game_date IN (SELECT UNNEST(CAST($dates AS DATE[]))) AND ($stage = 'all' OR p.season_stage = $stage)
    AND (p.games > 0 OR b.average IS NOT NULL)
ORDER BY p.game_date, p.game_id, p.player_id
"""
# Columns that are no float64.
_KINDS: Mapping[str, str] = {
    "player_id": "int64",
    "game_date": "datetime64[D]",
    **dict.fromkeys(("gp10", "min20", "pts20"), "bool"),
    **dict.fromkeys(("game_id", "season", "month", "role", "rest", "venue", "part"), "object"),
}


@dataclass(frozen=True)
class Scope:
    """Games that are scored together: dates, at least one, of a stage (regular, playin, playoffs, or all).

    `phase` is TUNING, TEST or live: whether settings were chosen on these games, were not, or could not have been.
    """

    phase: str
    dates: tuple[date, ...]
    stage: str = "regular"


@dataclass(frozen=True)
class Appearances:
    """Appearances of the population ALL, in the order of game_date, game_id, player_id; every column is (n,).

    `points` and `minutes` are what happened. All else was known before: the averages of points over his last 5 and 10
    games and this season (last season's before it starts), `ewma8` over all earlier games with a half-life of 8 games,
    the line with American prices and `market_probability`, the market's probability of the over without its margin,
    NaN where there is none. `gp10`, `min20` and `pts20` are populations. `month`, `role` (most of his last 10 games
    started; 15 minutes a game over them), `rest` (days off since his last game), `venue` and `part` of the season are
    the values of `DIMENSIONS`.
    """

    game_id: TextArray
    player_id: IntArray
    season: TextArray
    game_date: DateArray
    points: FloatArray
    minutes: FloatArray
    last_5: FloatArray
    last_10: FloatArray
    season_average: FloatArray
    ewma8: FloatArray
    line: FloatArray
    over_price: FloatArray
    under_price: FloatArray
    market_probability: FloatArray
    gp10: BoolArray
    min20: BoolArray
    pts20: BoolArray
    month: TextArray
    role: TextArray
    rest: TextArray
    venue: TextArray
    part: TextArray

    def __len__(self) -> int:
        return len(self.player_id)

    def population(self, name: Population) -> BoolArray:
        """Which rows a population holds, (n,)."""
        match name:
            case "ALL":
                return np.ones(len(self), dtype=np.bool_)
            case "GP10":
                return self.gp10
            case "MIN20":
                return self.min20
            case "PTS20":
                return self.pts20
            case "PROP":
                return np.isfinite(self.line)

    def dimension(self, name: str) -> TextArray:
        """Value of each row in one of `DIMENSIONS`, (n,)."""
        column: TextArray = getattr(self, "part" if name == "season" else name)
        return column

    def own_average_line(self) -> FloatArray:
        """A line that never pushes beside his own average: floor(ewma8) + 1/2, (n,)."""
        return np.floor(self.ewma8) + 0.5

    def baselines(self) -> Mapping[str, tuple[Level, FloatArray]]:
        """Points that simple rules say, (n,), by name with the information level that they need."""
        return {
            "last 5": ("history", self.last_5),
            "last 10": ("history", self.last_10),
            "season": ("history", self.season_average),
            "ewma8": ("history", self.ewma8),
            "the line": ("line", self.line),
            "the line less 1/2": ("line", self.line - 0.5),
        }

    def rows(self, which: BoolArray | IntArray) -> "Appearances":
        """Some of the rows, by mask or by places."""
        return replace(self, **{field.name: getattr(self, field.name)[which] for field in fields(self)})

    def places(self, game_id: TextArray, player_id: IntArray) -> IntArray:
        """Row of each of (m,) games and players, -1 for none."""
        if not len(self):
            return np.full(len(player_id), -1, dtype=np.int64)
        own = _key(self.game_id, self.player_id)
        order = np.argsort(own)
        wanted = _key(game_id, player_id)
        at = np.minimum(np.searchsorted(own[order], wanted), len(own) - 1)
        return np.where(own[order][at] == wanted, order[at], -1).astype(np.int64)


def appearances(statements: Statements, scope: Scope) -> Appearances:
    """Appearances of some games with what was known before each."""
    found = statements.columns(_ROWS, {"dates": list(scope.dates), "last": max(scope.dates), "stage": scope.stage})
    over, under = (decimal_odds(found[side].astype(np.float64)) for side in ("over_price", "under_price"))
    columns = {name: values.astype(_KINDS.get(name, np.float64)) for name, values in found.items()}
    return Appearances(**columns, market_probability=no_vig_probability_over(*completed(over, under)))


def _key(game_id: TextArray, player_id: IntArray) -> IntArray:
    """One number for game and player: game ids are ten digits that begin with 00, player ids below ten millions."""
    return np.asarray(game_id, dtype=np.str_).astype(np.int64) * 10_000_000 + player_id
