"""Who is scored: appearances, the populations among them, and the forecasts of systems and baselines for them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache, partial
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np

from hoopcast.arrays import BoolArray, DateArray, FloatArray, IntArray, TextArray
from hoopcast.errors import UsageError
from hoopcast.forecast.calibrating import kept
from hoopcast.forecast.distribution import distribution, probability_over, scores
from hoopcast.forecast.recalibration import from_text
from hoopcast.forecast.seeded_noise import row_uniform
from hoopcast.forecast.system import LEVELS, Level
from hoopcast.market.odds import completed, decimal_odds, no_vig_probability_over
from hoopcast.pipeline.node import Asked
from hoopcast.warehouse.engine import ColumnsOf, Statements

if TYPE_CHECKING:
    from hoopcast.forecast.recalibration import Recalibration

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
            "line - 0.5": ("line", self.line - 0.5),
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


_NUMBERS = """p.forecast_mean AS mean, p.forecast_median AS median, p.nb_mean, p.nb_variance,
    p.probability_over AS over_probability,
    CASE p.better_side WHEN 'OVER' THEN p.win_probability ELSE 1e0 - p.win_probability END AS after_market"""
_GRADED = f"""
SELECT p.game_id, p.player_id, p.season, p.calibration_id, CAST(NULL AS VARCHAR) AS recalibration,
    {_NUMBERS}, a.crps, a.log_score, a.pit
FROM nba_predictions.player_prop_predictions AS p
INNER JOIN nba_predictions.prediction_accuracy AS a ON a.market = p.market AND a.game_id = p.game_id
    AND a.player_id = p.player_id AND a.system_id = p.system_id
WHERE p.system_id = $system_id AND p.market = 'points' AND p.game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))
    AND a.actual_points IS NOT NULL
"""
# The last that was published before tip-off; where its time is not known, before the day begins on the East coast.
# What was said of a game that was then put off was said of another night.
_ISSUED = f"""
SELECT p.game_id, p.player_id, p.season, p.calibration_id, p.recalibration, {_NUMBERS}
FROM nba_predictions.issued_forecast AS p
INNER JOIN nba_raw.nbac_schedule AS s ON s.game_id = p.game_id AND s.game_date = p.game_date
WHERE p.system_id = $system_id AND p.market = 'points' AND p.game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))
    AND p.issued_at_utc < COALESCE(s.tip_off_utc, CAST(p.game_date AS TIMESTAMP) + INTERVAL 4 HOUR)
QUALIFY ROW_NUMBER() OVER (PARTITION BY p.game_id, p.player_id ORDER BY p.issued_at_utc DESC) = 1
"""
_SYSTEMS = """
SELECT DISTINCT system_id FROM nba_predictions.{table}
WHERE market = 'points' AND game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))
"""
_BLOCK = 2_000


@dataclass(frozen=True)
class Forecasts:
    """Forecasts of a system, a row for each appearance; every column is (n,) and NaN where the system gave none.

    `level` is the information level; `mean` and `median` are in points, `over_probability` is that of the over at the
    line given no push and `after_market` that after the market, `own_average_probability` that of the over at
    `Appearances.own_average_line`. CRPS (points), log score and randomised PIT are those of the final distribution.
    `is_baseline` tells a simple rule from a system.
    """

    system_id: str
    level: Level
    mean: FloatArray
    median: FloatArray
    over_probability: FloatArray
    after_market: FloatArray
    own_average_probability: FloatArray
    crps: FloatArray
    log_score: FloatArray
    pit: FloatArray
    is_baseline: bool = False


def baseline(name: str, level: Level, points: FloatArray) -> Forecasts:
    """A simple rule as if it were a system: one number a row, and no distribution."""
    nothing = np.full(len(points), np.nan)
    return Forecasts(name, level, points, points, *(nothing,) * 6, is_baseline=True)


def level_of(system_id: str) -> Level:
    """The information level that a system_id ends in.

    Raises:
        UsageError: if it ends in none.
    """
    for level in LEVELS:
        if system_id.endswith(f"_{level}"):
            return level
    raise UsageError(f"'{system_id}' is no system at a level; write such as linear_history")


def system_ids(statements: Statements, dates: tuple[date, ...], *, issued: bool = False) -> tuple[str, ...]:
    """Systems with forecasts on some dates, by level and then by name."""
    table = "issued_forecast" if issued else "player_prop_predictions"
    found = [str(row[0]) for row in statements.query(_SYSTEMS.format(table=table), {"dates": list(dates)}).rows]
    return tuple(sorted(found, key=lambda name: (LEVELS.index(level_of(name)), name)))


def forecasts(
    statements: Statements, system_id: str, rows: Appearances, scope: Scope, *, issued: bool = False
) -> Forecasts:
    """Forecasts of a system for appearances.

    Args:
        statements: the warehouse.
        system_id: whose.
        rows: appearances of the dates.
        scope: their dates.
        issued: those that were published before tip-off, in place of what today's code says.
    """
    found = statements.columns(_ISSUED if issued else _GRADED, {"system_id": system_id, "dates": list(scope.dates)})
    place = rows.places(found["game_id"], found["player_id"].astype(np.int64))
    has_appeared = place >= 0
    found = {name: values[has_appeared] for name, values in found.items()}
    place = place[has_appeared]
    columns: dict[str, FloatArray] = {
        name: found[name].astype(np.float64)
        for name in ("mean", "median", "over_probability", "after_market", "crps", "log_score", "pit")
        if name in found
    }
    columns |= _of_distributions(statements, system_id, found, scope.dates, rows.rows(place), scored=issued)
    spread = {name: _spread(values, place, len(rows)) for name, values in columns.items()}
    return Forecasts(
        system_id,
        level_of(system_id),
        spread["mean"],
        spread["median"],
        spread["over_probability"],
        spread["after_market"],
        spread["own_average_probability"],
        spread["crps"],
        spread["log_score"],
        spread["pit"],
    )


def _of_distributions(  # noqa: PLR0913 - what a distribution is made of, and what it is asked
    statements: Statements,
    system_id: str,
    found: ColumnsOf,
    dates: tuple[date, ...],
    rows: Appearances,
    *,
    scored: bool,
) -> dict[str, FloatArray]:
    """What only final distributions say: P(over) at the own-average lines and, for what is not graded, scores."""
    mean, variance = found["nb_mean"].astype(np.float64), found["nb_variance"].astype(np.float64)
    uniform = row_uniform(rows.game_id, rows.player_id, system_id)
    names = ("own_average_probability", "crps", "log_score", "pit") if scored else ("own_average_probability",)
    columns = {name: np.full(len(mean), np.nan) for name in names}
    for of_map, recalibration in _by_recalibration(statements, system_id, found, dates):
        for part in np.array_split(of_map, len(of_map) // _BLOCK + 1):
            distributions = distribution(mean[part], variance[part], recalibration)
            columns["own_average_probability"][part] = probability_over(distributions, rows.own_average_line()[part])
        if scored:
            graded = scores(mean[of_map], variance[of_map], recalibration, rows.points[of_map], uniform[of_map])
            columns["crps"][of_map], columns["log_score"][of_map] = graded.crps, graded.log_score
            columns["pit"][of_map] = graded.pit
    return columns


def _by_recalibration(
    statements: Statements, system_id: str, found: ColumnsOf, dates: tuple[date, ...]
) -> "list[tuple[IntArray, Recalibration | None]]":
    """Rows of each recalibration of the forecasts, and that recalibration.

    It is the one that they were issued with; of what was not issued, or without it, the one that they name.
    """
    parts = []
    texts = found["recalibration"]
    for season in np.unique(found["season"].astype(str)):
        in_season = found["season"] == season
        # Needed by what was issued only where it lacks its own.
        standing = cache(partial(kept, statements, Asked(str(season), dates), system_id))
        for name in np.unique(found["calibration_id"][in_season].astype(str)):
            of_name = in_season & (found["calibration_id"] == name)
            for text in dict.fromkeys(texts[of_name].tolist()):
                of_map = np.flatnonzero(of_name & (texts == text)).astype(np.int64)
                parts.append((of_map, standing().named(str(name)) if text is None else from_text(text)))
    return parts


def _spread(values: FloatArray, place: IntArray, rows: int) -> FloatArray:
    """Values at their rows, NaN elsewhere."""
    spread = np.full(rows, np.nan)
    spread[place] = values
    return spread
