"""Fits the constants that stand in the SQL models, on the TUNING seasons 2018-19 to 2020-21 alone.

    python -m benchmarks.fit_constants --warehouse duckdb:///hoopcast.duckdb --page docs/constants.md

The warehouse holds those seasons, backfilled. Every constant is the one with the least mean squared error of the next
game (of the next game's makes, for shot shares), scored on 2019-20 and 2020-21 so that a season before is always known.
"""

import argparse
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.engine import Engine

Array = NDArray[np.float64]
SCORED = ("2019-20", "2020-21")
TUNING = ("2018-19", *SCORED)
MAX_GAMES_AGO = 80
PAGE = """# Fitted constants

Constants that stand in the SQL models, fitted on the TUNING seasons 2018-19 to 2020-21 and on no later one. Each row
names the setting of least mean squared error of the next game (for shares of shots, of least negative log-likelihood),
its error, the error of the worst setting tried, and how many were tried. The last five rows are a least-squares fit of
what a player scored above his exponential average, with 95 % intervals. There 1.0 says that a factor is worth what it
says, and an interval around 0 that nothing of it was seen: so it is with fatigue.

```text
{table}
```

Made by `python -m benchmarks.fit_constants --page docs/constants.md` from a warehouse with those seasons.
"""


@dataclass(frozen=True)
class Games:
    """Appearances in order of player and date, as columns of equal length."""

    player: NDArray[np.int64]
    season: NDArray[np.int64]
    starter: Array
    points: Array
    minutes: Array

    @property
    def scored(self) -> NDArray[np.bool_]:
        """Rows of the scored seasons that have an earlier game this season or last."""
        return (self.season > 0) & (self.lag(1)[1] > 0)

    def lag(self, games: int) -> tuple[NDArray[np.int64], Array]:
        """Row so many games earlier, and 1 where it is of the player's this season, 2 of his last, 0 of neither."""
        rows = np.maximum(np.arange(len(self.player)) - games, 0)
        valid = (np.arange(len(self.player)) >= games) & (self.player[rows] == self.player)
        ago = self.season - self.season[rows]
        return rows, np.where(valid & (ago == 0), 1.0, np.where(valid & (ago == 1), 2.0, 0.0))


def columns(engine: Engine, sql: str) -> list[Array]:
    """Columns of a query as arrays."""
    rows = engine.query(sql).rows
    return [np.array(column, dtype=np.float64) for column in zip(*rows, strict=True)]


def games_of(engine: Engine) -> Games:
    """Appearances of the TUNING seasons."""
    player, season, starter, points, minutes = columns(
        engine,
        "SELECT player_id, CAST(SUBSTR(season, 1, 4) AS BIGINT) - 2018, COALESCE(CAST(starter_flag AS BIGINT), 0),"
        f" points, minutes FROM nba_analytics.player_game_summary WHERE played_flag AND season IN {TUNING}"
        " ORDER BY player_id, game_date, game_id",
    )
    return Games(player.astype(np.int64), season.astype(np.int64), starter, points, minutes)


def weighted_sums(games: Games, values: Sequence[Array], half_life: float, carry: float) -> list[Array]:
    """Exponentially weighted sums over the earlier games of each row; last season's games count `carry` times."""
    sums = [np.zeros(len(games.player)) for _ in values]
    for ago in range(MAX_GAMES_AGO + 1):
        rows, kind = games.lag(ago + 1)
        weight = np.where(kind == 1, 1.0, np.where(kind == 2, carry, 0.0)) * 2.0 ** (-ago / half_life)  # noqa: PLR2004
        sums = [total + weight * value[rows] for total, value in zip(sums, values, strict=True)]
    return sums


def best(name: str, grid: Iterable[tuple[float, ...]], error: Callable[..., float]) -> tuple[float, ...]:
    """The setting of least error; prints it beside the worst and how many were tried."""
    errors = {setting: error(*setting) for setting in grid}
    least = min(errors, key=lambda setting: errors[setting])
    print(
        f"{name:44s} {', '.join(f'{value:g}' for value in least):18s} error {errors[least]:.5f}"
        f"  worst {max(errors.values()):.5f}  of {len(errors)} settings"
    )
    return least


def fit_recency(games: Games) -> None:
    """Half-lives and summer carry of points, minutes and the scoring rate."""
    ones, rows = np.ones(len(games.player)), games.scored
    carries = (0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0)

    def error_of(value: Array) -> Callable[..., float]:
        def error(half_life: float, carry: float) -> float:
            total, weight = weighted_sums(games, (value, ones), half_life, carry)
            return float(np.mean((value[rows] - total[rows] / weight[rows]) ** 2))

        return error

    best("points half-life, carry", product((4, 6, 8, 10, 12, 16), carries), error_of(games.points))
    best("minutes half-life, carry", product((2, 3, 4, 5, 6, 8), carries), error_of(games.minutes))
    league = games.points.sum() / games.minutes.sum()

    def rate_error(half_life: float, carry: float, k: float) -> float:
        points, minutes = weighted_sums(games, (games.points, games.minutes), half_life, carry)
        rate = (points + k * league) / (minutes + k)
        return float(np.mean((games.points - rate * games.minutes)[rows] ** 2))

    best(
        "rate half-life, carry, k minutes",
        product((10, 15, 20, 30, 40, 60), (0.4, 0.6, 0.8, 1.0), (10, 20, 40, 80, 120)),
        rate_error,
    )


def fit_blend(games: Games) -> None:
    """K and m of the early-season blend of the season's mean with last season and role."""
    count = {1: np.zeros(len(games.player)), 2: np.zeros(len(games.player))}
    total = {1: np.zeros(len(games.player)), 2: np.zeros(len(games.player))}
    for ago in range(1, 2 * MAX_GAMES_AGO + 10):
        rows, kind = games.lag(ago)
        for which in (1, 2):
            count[which] += kind == which
            total[which] += (kind == which) * games.points[rows]
    rows, kind = games.lag(1)
    started = np.where(kind > 0, games.starter[rows], 0.0)
    role = np.where(started > 0, games.points[games.starter == 1].mean(), games.points[games.starter == 0].mean())
    early = games.scored & (count[1] < 10)  # noqa: PLR2004 - the window is ten games

    def error(k: float, m: float) -> float:
        prior = (total[2] + m * role) / (count[2] + m)
        return float(np.mean((games.points - (total[1] + k * prior) / (count[1] + k))[early] ** 2))

    best("early season k games, m games", product((1, 2, 3, 4, 6, 8), (1, 2, 4, 6, 10, 15, 20)), error)


def _shot_error(
    made: Array, tried: Array, made_before: Array, tried_before: Array, league: Array
) -> Callable[..., float]:
    def error(k: float) -> float:
        share = (made_before + k * league) / (tried_before + k)
        return float(-np.sum(made * np.log(share) + (tried - made) * np.log(1 - share)) / tried.sum())

    return error


def _defence_error(own: Array, n: Array, last: Array, actual: Array, weight: Array) -> Callable[..., float]:
    def error(k: float, carry: float) -> float:
        estimate = (n * own + k * carry * last) / (n + k)
        return float(np.average((actual - estimate) ** 2, weights=weight))

    return error


def fit_shots(engine: Engine) -> None:
    """K attempts of the shrunk share of each zone, by log-likelihood of the next game's makes."""
    for zone in ("paint", "mid_range", "three"):
        made, tried, made_before, tried_before, league = columns(
            engine,
            f"WITH g AS (SELECT *, SUM({zone}_fgm) OVER w AS made_before, SUM({zone}_fga) OVER w AS tried_before"
            " FROM nba_analytics.player_game_summary WHERE played_flag AND zones_complete_flag"
            f" AND season IN {TUNING} WINDOW w AS (PARTITION BY player_id ORDER BY game_date, game_id"
            " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))"
            f" SELECT {zone}_fgm, {zone}_fga, COALESCE(made_before, 0), COALESCE(tried_before, 0),"
            f" SUM({zone}_fgm) OVER () / SUM({zone}_fga) OVER () FROM g WHERE season IN {SCORED} AND {zone}_fga > 0",
        )

        error = _shot_error(made, tried, made_before, tried_before, league)
        best(f"{zone} share, k attempts", ((float(k),) for k in (20, 40, 60, 100, 150, 200, 300, 500, 800)), error)


def fit_defence(engine: Engine) -> None:
    """K games and summer carry of each measure of a team's defence."""
    measures = {
        "paint": ("paint_fgm_allowed", "paint_fga_allowed"),
        "mid_range": ("mid_range_fgm_allowed", "mid_range_fga_allowed"),
        "three": ("three_fgm_allowed", "three_fga_allowed"),
        "rating": ("100.0 * points_allowed", "possessions"),
        "pace": ("opponent_pace", "1.0"),
    }
    for name, (made_sql, tried_sql) in measures.items():
        made, tried, made_15, tried_15, n, last, league_last = columns(
            engine,
            f"WITH g AS (SELECT team_abbr, season, game_date, game_id, {made_sql} AS made, {tried_sql} AS tried"
            f" FROM nba_analytics.team_defense_game_summary WHERE season IN {TUNING}),"
            " s AS (SELECT season, team_abbr, SUM(made) / SUM(tried) AS rate FROM g GROUP BY ALL),"
            " l AS (SELECT season, SUM(made) / SUM(tried) AS rate FROM g GROUP BY ALL)"
            " SELECT g.made, g.tried, COALESCE(SUM(g.made) OVER w, 0), COALESCE(SUM(g.tried) OVER w, 0),"
            " COUNT(*) OVER w, s.rate, l.rate FROM g LEFT JOIN s ON s.team_abbr = g.team_abbr"
            " AND CAST(SUBSTR(s.season, 1, 4) AS INT) + 1 = CAST(SUBSTR(g.season, 1, 4) AS INT)"
            " LEFT JOIN l ON l.season = s.season"
            f" WHERE g.season IN {SCORED} AND g.tried > 0"
            " WINDOW w AS ("
            "PARTITION BY g.team_abbr, g.season ORDER BY g.game_date, g.game_id"
            " ROWS BETWEEN 15 PRECEDING AND 1 PRECEDING)",
        )
        league = made.sum() / tried.sum()
        own = np.where(n > 0, made_15 / np.maximum(tried_15, 1e-9) - league, 0.0)

        error = _defence_error(own, n, last - league_last, made / tried - league, tried)
        best(
            f"defence {name}, k games, carry",
            product((2, 3, 4, 6, 8, 15, 30, 60, 120), (0.0, 0.2, 0.4, 0.6, 0.8)),
            error,
        )


def fit_team_form(engine: Engine) -> None:
    """K games of the early-season blend of a team's form with its last season."""
    for name, sql in {
        "pace": "pace",
        "offensive rating": "offensive_rating",
        "wins": "CAST(win_flag AS DOUBLE)",
    }.items():
        value, mean, n, last = columns(
            engine,
            f"WITH g AS (SELECT team_abbr, season, game_date, game_id, {sql} AS value"
            f" FROM nba_analytics.team_offense_game_summary WHERE season IN {TUNING}),"
            " s AS (SELECT season, team_abbr, AVG(value) AS last FROM g GROUP BY ALL),"
            " r AS (SELECT *, COALESCE(AVG(value) OVER w, 0) AS mean, COUNT(*) OVER w AS n FROM g"
            " WINDOW w AS ("
            "PARTITION BY team_abbr, season ORDER BY game_date, game_id"
            " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))"
            " SELECT r.value, r.mean, r.n, s.last FROM r INNER JOIN s ON s.team_abbr = r.team_abbr"
            " AND CAST(SUBSTR(s.season, 1, 4) AS INT) + 1 = CAST(SUBSTR(r.season, 1, 4) AS INT) WHERE r.n < 10",
        )

        def error(k: float, value: Array = value, mean: Array = mean, n: Array = n, last: Array = last) -> float:
            return float(np.mean((value - (n * mean + k * last) / (n + k)) ** 2))

        best(f"team {name}, early season, k games", ((float(k),) for k in (1, 2, 3, 4, 6, 8, 12, 20)), error)


def fit_factors(engine: Engine) -> None:
    """Coefficients of fatigue and of absent team-mates: least squares of points about their exponential average."""
    residual, fatigue, vacancy, pace, mismatch = columns(
        engine,
        "SELECT p.points - f.points_ewma, (100 - f.fatigue_score) / 100 * f.points_avg_last_10, f.usage_spike_score,"
        " f.pace_score, f.shot_zone_mismatch_score FROM nba_predictions.ml_feature_store AS f"
        " INNER JOIN nba_analytics.player_game_summary AS p ON p.game_id = f.game_id AND p.player_id = f.player_id"
        f" WHERE f.season IN {SCORED} AND p.played_flag AND f.shot_zone_mismatch_score IS NOT NULL"
        " AND f.usage_spike_score IS NOT NULL",
    )
    design = np.column_stack([np.ones(len(residual)), fatigue, vacancy - vacancy.mean(), pace, mismatch])
    coefficients, *_ = np.linalg.lstsq(design, residual, rcond=None)
    spread = np.sqrt(np.mean((residual - design @ coefficients) ** 2) * np.diag(np.linalg.inv(design.T @ design)))
    names = (
        "constant",
        "fatigue, of points at score 0",
        "usage spike, per point",
        "pace, per point",
        "zones, per point",
    )
    for name, value, error in zip(names, coefficients, spread, strict=True):
        print(f"{name:44s} {value:+.3f} ± {1.96 * error:.3f}")


def main() -> None:
    """Fit all constants and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--warehouse", default="duckdb:///hoopcast.duckdb")
    parser.add_argument("--page", type=Path, help="page of the docs to write")
    options = parser.parse_args()
    engine = DuckDB(options.warehouse, must_exist=True)
    games = games_of(engine)
    printed = StringIO()
    with redirect_stdout(printed):
        fit_recency(games)
        fit_blend(games)
        fit_shots(engine)
        fit_defence(engine)
        fit_team_form(engine)
        fit_factors(engine)
    print(printed.getvalue(), end="")
    if options.page is not None:
        options.page.write_text(PAGE.format(table=printed.getvalue().rstrip()), "utf-8")


if __name__ == "__main__":
    main()
