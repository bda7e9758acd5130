"""Who is scored: appearances, the populations among them, and the forecasts of systems and baselines for them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache, partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np

from hoopcast.arrays import BoolArray, DateArray, FloatArray, IntArray, TextArray
from hoopcast.calendar import season_of
from hoopcast.errors import UsageError
from hoopcast.forecast.calibrating import read_calibrations
from hoopcast.forecast.distribution import distribution, probability_over, scores
from hoopcast.forecast.recalibration import from_text
from hoopcast.forecast.seeded_noise import row_uniform
from hoopcast.forecast.system import LEVELS, Level
from hoopcast.market.odds import completed, decimal_odds, no_vig_probability_over
from hoopcast.pipeline.compiled import batch_texts
from hoopcast.pipeline.node import Asked, performance_nodes
from hoopcast.pipeline.time_constraint import batch_values
from hoopcast.warehouse.engine import ColumnsOf, Parameters, Statements

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
# Groups that scores are shown by beside populations, with their values in the order in which they are shown.
DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "month": (),
    "role": ("starter", "rotation", "bench"),
    "rest": ("back-to-back", "1 day", "2 days", "3+ days", "first of season"),
    "venue": ("home", "away"),
    "season part": ("first 10 games", "later"),
}
# Populations have one definition, the SELECT of this model: it is run here, as forecasts may be scored before its table
# is written.
_MODEL = "nba_predictions.appearance"
_ROWS = """
WITH appearance AS (
{model}
)
SELECT
    a.game_id, a.player_id, a.season, a.game_date, a.points, a.last_5, a.last_10, a.season_average, a.ewma8,
    q.points_line AS line, CAST(q.over_price AS DOUBLE) AS over_price, CAST(q.under_price AS DOUBLE) AS under_price,
    a.in_gp10, a.in_min20, a.in_pts20, a.player_role AS "role", a.rest, a.venue, a.season_part
FROM appearance AS a
LEFT JOIN nba_analytics.player_prop_line AS q
    ON q.game_id = a.game_id AND q.player_id = a.player_id AND q.market = 'points'
WHERE a.in_all AND a.game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))
    AND ($stage = 'all' OR a.season_stage = $stage)
ORDER BY a.game_date, a.game_id, a.player_id
"""
_PRICES = ("over_price", "under_price")


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

    Their columns are those of `nba_predictions.appearance`, which says what each is, with the line, its American
    prices and `market_probability`, the no-vig probability of the over, NaN where there is none. `points` are what
    happened; all else was known before.
    """

    game_id: TextArray
    player_id: IntArray
    season: TextArray
    game_date: DateArray
    points: FloatArray
    last_5: FloatArray
    last_10: FloatArray
    season_average: FloatArray
    ewma8: FloatArray
    line: FloatArray
    over_price: FloatArray
    under_price: FloatArray
    market_probability: FloatArray
    in_gp10: BoolArray
    in_min20: BoolArray
    in_pts20: BoolArray
    role: TextArray
    rest: TextArray
    venue: TextArray
    season_part: TextArray

    def __len__(self) -> int:
        return len(self.player_id)

    @property
    def month(self) -> TextArray:
        """Month of each game, such as 2022-01, (n,)."""
        return np.datetime_as_string(self.game_date.astype("datetime64[M]")).astype(np.object_)

    def population(self, name: Population) -> BoolArray:
        """Which rows a population holds, (n,)."""
        if name == "ALL":
            return np.ones(len(self), dtype=np.bool_)
        if name == "PROP":
            return np.isfinite(self.line)
        members: BoolArray = getattr(self, f"in_{name.lower()}")
        return members

    def dimension(self, name: str) -> TextArray:
        """Value of each row in one of `DIMENSIONS`, (n,)."""
        column: TextArray = getattr(self, name.replace(" ", "_"))
        return column

    def own_average_line(self) -> FloatArray:
        """A line that never pushes beside his own average: floor(ewma8) + 1/2, (n,)."""
        return np.floor(self.ewma8) + 0.5

    def baselines(self) -> Mapping[str, tuple[Level, FloatArray]]:
        """Point forecasts of simple rules, (n,), by name with the information level that they need."""
        return {
            "last 5": ("history", self.last_5),
            "last 10": ("history", self.last_10),
            "season": ("history", self.season_average),
            "ewma8": ("history", self.ewma8),
            "the line": ("line", self.line),
            "line - 0.5": ("line", self.line - 0.5),
        }

    def rows(self, which: BoolArray | IntArray) -> "Appearances":
        """Some of the rows, by mask or by row number."""
        return replace(self, **{field.name: getattr(self, field.name)[which] for field in fields(self)})

    def row_numbers(self, game_id: TextArray, player_id: IntArray) -> IntArray:
        """Row of each of (m,) games and players, -1 for none."""
        if not len(self):
            return np.full(len(player_id), -1, dtype=np.int64)
        own = _key(self.game_id, self.player_id)
        order = np.argsort(own)
        wanted = _key(game_id, player_id)
        nearest = order[np.minimum(np.searchsorted(own[order], wanted), len(own) - 1)]
        return np.where(own[nearest] == wanted, nearest, -1).astype(np.int64)


def appearances(statements: Statements, scope: Scope) -> Appearances:
    """Appearances of some games with what was known before each."""
    model = next(node for node in performance_nodes() if node.name == _MODEL)
    sql = _ROWS.format(model=batch_texts("duckdb", (model,))[_MODEL].rows)
    seasons = [(season, list(days)) for season, days in groupby(sorted(scope.dates), season_of)]
    parts = [
        statements.columns(
            sql, {**batch_values(model.look_back, season, days[0], days[-1]), "dates": days, "stage": scope.stage}
        )
        for season, days in seasons
    ]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    columns |= {name: columns[name].astype(np.float64) for name in ("line", *_PRICES)}
    columns |= {name: column.astype(np.bool_) for name, column in columns.items() if name.startswith("in_")}
    over, under = (decimal_odds(columns[name]) for name in _PRICES)
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
# A forecast of a game that was then put off was of another night.
_PUBLISHED = f"""
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


_COLUMNS = tuple(field.name for field in fields(Forecasts))[2:-1]


def baseline(name: str, level: Level, points: FloatArray) -> Forecasts:
    """A simple rule as if it were a system: one number a row, and no distribution."""
    nothing = dict.fromkeys(_COLUMNS, np.full(len(points), np.nan))
    return Forecasts(name, level, **(nothing | {"mean": points, "median": points}), is_baseline=True)


def level_of(system_id: str) -> Level:
    """The information level that a system_id ends in.

    Raises:
        UsageError: if it ends in none.
    """
    for level in LEVELS:
        if system_id.endswith(f"_{level}"):
            return level
    raise UsageError(f"'{system_id}' is no system at a level; write such as linear_history")


def system_ids(statements: Statements, dates: tuple[date, ...], *, published: bool = False) -> tuple[str, ...]:
    """Systems with forecasts on some dates, by level and then by name."""
    table = "issued_forecast" if published else "player_prop_predictions"
    rows = statements.query(_SYSTEMS.format(table=table), {"dates": list(dates)}).rows
    return tuple(sorted((str(row[0]) for row in rows), key=lambda name: (LEVELS.index(level_of(name)), name)))


def forecasts(
    statements: Statements, system_id: str, rows: Appearances, scope: Scope, *, published: bool = False
) -> Forecasts:
    """Forecasts of a system for appearances.

    Args:
        statements: the warehouse.
        system_id: whose.
        rows: appearances of the dates.
        scope: their dates.
        published: those that were published before tip-off, in place of the backtest.
    """
    values: Parameters = {"system_id": system_id, "dates": list(scope.dates)}
    stored = statements.columns(_PUBLISHED if published else _GRADED, values)
    numbers = rows.row_numbers(stored["game_id"], stored["player_id"].astype(np.int64))
    stored = {name: column[numbers >= 0] for name, column in stored.items()}
    numbers = numbers[numbers >= 0]
    columns: dict[str, Any] = {name: stored[name] for name in _COLUMNS if name in stored}
    columns |= _read_distributions(statements, system_id, stored, scope.dates, rows.rows(numbers), scored=published)
    spread: dict[str, Any] = {name: np.full(len(rows), np.nan) for name in columns}
    for name, column in columns.items():
        spread[name][numbers] = column
    return Forecasts(system_id, level_of(system_id), **spread)


def _read_distributions(  # noqa: PLR0913 - what a distribution is made of, and what it is asked
    statements: Statements,
    system_id: str,
    stored: ColumnsOf,
    dates: tuple[date, ...],
    rows: Appearances,
    *,
    scored: bool,
) -> dict[str, FloatArray]:
    """What only final distributions tell: P(over) at the own-average lines and, for what is not graded, scores."""
    mean, variance = stored["nb_mean"].astype(np.float64), stored["nb_variance"].astype(np.float64)
    uniform = row_uniform(rows.game_id, rows.player_id, system_id)
    names = ("own_average_probability", "crps", "log_score", "pit") if scored else ("own_average_probability",)
    columns = {name: np.full(len(mean), np.nan) for name in names}
    for numbers, recalibration in _by_recalibration(statements, system_id, stored, dates):
        for block in np.array_split(numbers, len(numbers) // _BLOCK + 1):
            distributions = distribution(mean[block], variance[block], recalibration)
            columns["own_average_probability"][block] = probability_over(distributions, rows.own_average_line()[block])
        if scored:
            grades = scores(mean[numbers], variance[numbers], recalibration, rows.points[numbers], uniform[numbers])
            for name in names[1:]:
                columns[name][numbers] = getattr(grades, name)
    return columns


def _by_recalibration(
    statements: Statements, system_id: str, stored: ColumnsOf, dates: tuple[date, ...]
) -> "Iterator[tuple[IntArray, Recalibration | None]]":
    """Row numbers of the forecasts of each recalibration, with that recalibration.

    It is the one that they were published with; of what was not published, or without it, the one that they name.
    """
    texts = stored["recalibration"]
    for season in np.unique(stored["season"].astype(str)):
        in_season = stored["season"] == season
        # What was published needs it only where it lacks its own.
        calibrations = cache(partial(read_calibrations, statements, Asked(str(season), dates), system_id))
        for name in np.unique(stored["calibration_id"][in_season].astype(str)):
            of_name = in_season & (stored["calibration_id"] == name)
            for text in dict.fromkeys(texts[of_name].tolist()):
                numbers = np.flatnonzero(of_name & (texts == text)).astype(np.int64)
                yield numbers, calibrations().named(str(name)) if text is None else from_text(text)
