"""Form of players and teams after each game in Polars, for `benchmarks.polars_features`."""

import polars as pl
from polars import selectors

DECIMALS = 6
LAST_5, LAST_10, LAST_20 = 5, 10, 20
MAX_GAMES_AGO = 80
# Half-life in games, and tenths that a game of last season counts, as in player_recency.sql.
RECENCY = {"points": (8, 3), "minutes": (3, 2), "rate": (15, 6)}


def rounded(frame: pl.DataFrame) -> pl.DataFrame:
    """Floats rounded as Hoopcast rounds what it writes."""
    return frame.with_columns(selectors.float().round(DECIMALS))


def ratio(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """A quotient that is NULL where the denominator is 0."""
    return pl.when(denominator != 0).then(numerator / denominator)


def total(name: str, games: int, *over: str) -> pl.Expr:
    """Sum of a column over the last games of each partition."""
    return pl.col(name).rolling_sum(games, min_samples=1).over(*over)


def mean(name: str, games: int, *over: str) -> pl.Expr:
    """Mean of a column over the last games of each partition."""
    return pl.col(name).rolling_mean(games, min_samples=1).over(*over)


def appearances(games: pl.DataFrame) -> pl.DataFrame:
    """Games that players played, in order, numbered within season and career."""
    return (
        games.filter("played_flag")
        .sort("player_id", "game_date", "game_id")
        .with_columns(
            career_game=pl.int_range(pl.len()).over("player_id"),
            season_game=pl.int_range(1, pl.len() + 1).over("player_id", "season"),
            started=pl.col("starter_flag").cast(pl.Float64),
            usage_minutes=pl.col("usage_rate") * pl.col("minutes"),
            shooting=pl.col("fga") + 0.44 * pl.col("fta"),
            squares=pl.col("points") ** 2,
        )
    )


def player_form(played: pl.DataFrame) -> pl.DataFrame:
    """Form of each player after each game of his season."""
    over = ("player_id", "season")
    n = pl.min_horizontal("season_game", pl.lit(LAST_10))
    points, squares = total("points", LAST_10, *over), total("squares", LAST_10, *over)
    return rounded(
        played.select(
            "game_id",
            "player_id",
            "season",
            "game_date",
            pl.col("season_game").alias("games_played"),
            mean("points", LAST_5, *over).alias("points_avg_last_5"),
            mean("points", LAST_10, *over).alias("points_avg_last_10"),
            (pl.col("points").cum_sum().over(*over) / pl.col("season_game")).alias("points_avg_season"),
            pl.when(n > 1).then(((squares * n - points**2) / (n * (n - 1))).sqrt()).alias("points_std_last_10"),
            mean("minutes", LAST_5, *over).alias("minutes_avg_last_5"),
            mean("minutes", LAST_10, *over).alias("minutes_avg_last_10"),
            (pl.col("minutes").cum_sum().over(*over) / pl.col("season_game")).alias("minutes_avg_season"),
            ratio(total("usage_minutes", LAST_10, *over), total("minutes", LAST_10, *over)).alias("usage_rate_last_10"),
            ratio(points, 2 * total("shooting", LAST_10, *over)).alias("ts_pct_last_10"),
            ratio(total("ftm", LAST_10, *over), points).alias("free_throw_share_last_10"),
            mean("started", LAST_10, *over).alias("start_rate_last_10"),
        )
    )


def player_recency(played: pl.DataFrame, weights: pl.DataFrame, season: str) -> pl.DataFrame:
    """Exponentially weighted form of each player after each game of a season, reaching into the season before."""
    game = played.select("player_id", "game_id", "season", "career_game", "points", "minutes")
    pairs = (
        game.lazy()
        .filter(pl.col("season") == season)
        .select("player_id", "game_id", "career_game")
        .join(game.lazy().drop("game_id"), on="player_id", suffix="_past")
        .with_columns(games_ago=pl.col("career_game") - pl.col("career_game_past"))
        .filter(pl.col("games_ago").is_between(0, MAX_GAMES_AGO))
    )
    for name, (half_life, tenths) in RECENCY.items():
        halved = (
            weights.lazy().filter(pl.col("half_life") == half_life).select("games_ago", pl.col("weight").alias(name))
        )
        carried = pl.when(pl.col("season") == season).then(10).otherwise(tenths)
        pairs = pairs.join(halved.rename({name: f"for_{name}"}), on="games_ago").with_columns(
            (pl.col(f"for_{name}") * carried).alias(f"for_{name}")
        )
    points, minutes, rate = (pl.col(f"for_{name}") for name in RECENCY)
    summed = pairs.group_by("game_id", "player_id").agg(
        points_ewma=(points * pl.col("points")).sum() / points.sum(),
        minutes_ewma=(minutes * pl.col("minutes")).sum() / minutes.sum(),
        rate_points=(rate * pl.col("points")).sum() / 1e7,
        rate_minutes=(rate * pl.col("minutes")).sum() / 1e7,
    )
    return rounded(summed.collect())


def team_form(games: pl.DataFrame) -> pl.DataFrame:
    """Form of each team after each game of its season."""
    over = ("team_abbr", "season")
    ordered = games.sort("team_abbr", "game_date", "game_id").with_columns(
        games_played=pl.int_range(1, pl.len() + 1).over(*over), win=pl.col("win_flag").cast(pl.Float64)
    )
    return rounded(
        ordered.select(
            "team_abbr",
            "season",
            "game_date",
            "games_played",
            (pl.col("win").cum_sum().over(*over) / pl.col("games_played")).alias("win_pct"),
            mean("pace", LAST_10, *over).alias("pace_last_10"),
            (pl.col("pace").cum_sum().over(*over) / pl.col("games_played")).alias("pace_season"),
            (100 * total("points", LAST_10, *over) / total("possessions", LAST_10, *over)).alias(
                "offensive_rating_last_10"
            ),
            (100 * pl.col("points").cum_sum().over(*over) / pl.col("possessions").cum_sum().over(*over)).alias(
                "offensive_rating_season"
            ),
        )
    )
