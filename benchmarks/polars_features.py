"""The feature tables in Polars: an idiomatic second implementation, to compare speed and values with.

From what Hoopcast has before it (game summaries, team contexts, the expected players and who of them will play, as
Parquet) it computes form and recency of players and teams, rest and workload, the daily cache, shot zones, team defence
by zone, composite factors and the 25 features, season by season, reaching into the season before.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import polars as pl

from benchmarks.polars_factors import composite_factors, player_shot_zones, team_defense
from benchmarks.polars_form import LAST_5, LAST_10, appearances, player_form, player_recency, rounded, team_form
from benchmarks.tables import INPUTS

FRESH_CAP = 7
K_GAMES, M_GAMES, K_RATE, K_PACE, K_TEAM = 2.0, 4.0, 40.0, 2.0, 20.0


def features(tables: dict[str, pl.DataFrame], season: str) -> pl.DataFrame:
    """The 25 features of every expected player of a season.

    Args:
        tables: a table for each of `INPUTS`, of this season and the one before.
        season: season of the features, such as 2021-22.
    """
    played = appearances(tables["games"])
    expected = tables["expected"].filter(pl.col("season") == season)
    context = player_context(expected, tables["team_context"], played)
    cache = daily_cache(context, tables, played, season)
    zones = player_shot_zones(context, played)
    defense = team_defense(context, tables["defense"], tables["team"], season)
    present = tables["present"].filter(pl.col("level") == "history").select("game_id", "player_id", "play_probability")
    factors = composite_factors(context, cache, zones, defense, present)
    return feature_store(context, cache, zones, defense, factors)


def features_of_seasons(folder: Path, seasons: Sequence[str]) -> pl.DataFrame:
    """The 25 features of seasons in a row, each on what was before it.

    Args:
        folder: a Parquet file for each of `INPUTS`.
        seasons: in their order.
    """
    every = {name: pl.read_parquet(folder / f"{name}.parquet") for name in INPUTS}
    first = int(seasons[0][:4])
    names = [f"{year}-{(year + 1) % 100:02d}" for year in range(first - 1, first + len(seasons))]
    stores = []
    for pair in pairwise(names):
        tables = {
            name: table.filter(pl.col("season").is_in(pair)) if "season" in table.columns else table
            for name, table in every.items()
        }
        stores.append(features(tables, pair[1]))
    return pl.concat(stores)


def latest(left: pl.DataFrame, right: pl.DataFrame, on: str, by: list[str], suffix: str = "_latest") -> pl.DataFrame:
    """Each row with the newest row of `right` before its own date."""
    return left.sort(on).join_asof(
        right.sort(on), on=on, by=by, strategy="backward", allow_exact_matches=False, suffix=suffix,
        check_sortedness=False,
    )  # fmt: skip


def player_context(expected: pl.DataFrame, teams: pl.DataFrame, played: pl.DataFrame) -> pl.DataFrame:
    """Each expected player of each game, with rest, workload and injury risk."""
    team = teams.select(
        "game_id", "team_abbr", "season_stage", "opponent_team_abbr", "home_game", "games_played", "rest_advantage",
        "is_back_to_back",
    )  # fmt: skip
    games = played.join(team.select("game_id", "team_abbr", "games_played"), on=["game_id", "team_abbr"]).select(
        "player_id", "game_date", "minutes", last_game_date="game_date", last_season="season", last_team="team_abbr",
        last_team_games="games_played", previous_date=pl.col("game_date").shift().over("player_id"),
    )  # fmt: skip
    player = expected.filter(~pl.col("ruled_out_flag")).join(team, on=["game_id", "team_abbr"])
    ago = (pl.col("game_date") - pl.col("last_game_date")).dt.total_days()
    workload = (
        player.lazy()
        .select("game_id", "player_id", "season", "game_date")
        .join(games.lazy().drop("game_date"), left_on=["player_id", "season"], right_on=["player_id", "last_season"])
        .filter(ago.is_between(1, 14))
        .group_by("game_id", "player_id")
        .agg(
            games_in_last_7_days=(ago <= FRESH_CAP).sum(),
            minutes_in_last_7_days=pl.col("minutes").filter(ago <= FRESH_CAP).sum(),
            back_to_backs_in_last_14_days=(
                (pl.col("last_game_date") - pl.col("previous_date")).dt.total_days() == 1
            ).sum(),
        )
        .collect()
    )
    counts = ("games_in_last_7_days", "minutes_in_last_7_days", "back_to_backs_in_last_14_days")
    known = latest(player, games.drop("minutes", "previous_date"), "game_date", ["player_id"])
    this_season = pl.col("last_season") == pl.col("season")
    placed = pl.col("injury_status_history") == "placed"
    not_since = pl.col("last_game_date").fill_null(pl.date(1900, 1, 1)) <= pl.col("injury_move_date_history")
    moved_ago = (pl.col("game_date") - pl.col("injury_move_date_history")).dt.total_days()
    return known.join(workload, on=["game_id", "player_id"], how="left").with_columns(
        pl.col(counts).fill_null(0).cast(pl.Float64),
        days_rest=pl.when(this_season).then(pl.min_horizontal(ago, pl.lit(FRESH_CAP))),
        games_missed_streak=pl.when(pl.col("last_team") != pl.col("team_abbr"))
        .then(None)
        .when(this_season)
        .then(pl.col("games_played") - pl.col("last_team_games") - 1)
        .otherwise(pl.col("games_played")),
        injury_risk=pl.when(placed & not_since).then(3).when(placed | (moved_ago <= FRESH_CAP)).then(1).otherwise(0),
    )  # fmt: skip


def roles(dates: pl.DataFrame, played: pl.DataFrame) -> pl.DataFrame:
    """Means of starters and of the bench over all games before each date."""
    sums = pl.col("games", "points", "minutes").cum_sum().over("starter")
    daily = (
        played.with_columns(starter=pl.col("starter_flag").fill_null(value=False))
        .group_by("game_date", "starter")
        .agg(pl.len().alias("games"), pl.col("points", "minutes").sum())
        .sort("game_date")
        .with_columns(sums)
        .select(
            "game_date",
            "starter",
            role_points=pl.col("points") / pl.col("games"),
            role_minutes=pl.col("minutes") / pl.col("games"),
            role_rate=pl.col("points") / pl.col("minutes"),
        )
    )
    sides = dates.join(pl.DataFrame({"starter": [True, False]}), how="cross")
    return latest(sides, daily, "game_date", ["starter"])


def daily_cache(
    context: pl.DataFrame, recent: dict[str, pl.DataFrame], played: pl.DataFrame, season: str
) -> pl.DataFrame:
    """Form of each expected player as of the morning, blended early in a season with last season and his role."""
    recency = player_recency(played, recent["weights"], season)
    form = player_form(played)
    this = form.filter(pl.col("season") == season).join(recency, on=["game_id", "player_id"]).drop("season", "game_id")
    last = form.filter(pl.col("season") < season).sort("game_date").unique("player_id", keep="last")
    teams = team_form(recent["offense"])
    team_now = teams.filter(pl.col("season") == season).drop("season")
    team_last = teams.filter(pl.col("season") < season).sort("game_date").unique("team_abbr", keep="last")
    players = latest(context.select("player_id", "game_date", "team_abbr"), this, "game_date", ["player_id"])
    players = players.join(last.drop("season", "game_date", "game_id"), on="player_id", how="left", suffix="_last")
    start_rate = pl.coalesce("start_rate_last_10", "start_rate_last_10_last", pl.lit(0.0))
    players = players.with_columns(starter=start_rate >= 1 / 2).join(
        roles(context.select("game_date").unique(), played), on=["game_date", "starter"], how="left"
    )
    players = latest(players, team_now, "game_date", ["team_abbr"], suffix="_team")
    players = players.join(team_last.drop("season", "game_date"), on="team_abbr", how="left", suffix="_team_last")
    return rounded(players.select("player_id", "game_date", *_cached()))


def _cached() -> list[pl.Expr]:
    """Columns of the daily cache."""
    n, last = pl.col("games_played"), pl.col("games_played_last").fill_null(0)
    prior = {
        partition: (last * pl.col(f"{partition}_avg_season_last").fill_null(0) + M_GAMES * pl.col(f"role_{partition}"))
        / (last + M_GAMES)
        for partition in ("points", "minutes")
    }
    weight = {games: pl.when(n >= games).then(1.0).otherwise(n / (n + K_GAMES)) for games in (LAST_5, LAST_10)}

    def blended(name: str, games: int, before: pl.Expr) -> pl.Expr:
        own = weight[games] * pl.col(name) + (1 - weight[games]) * before
        return pl.coalesce(own, pl.col(name), before).alias(name)

    def team(name: str, before: str, k: float) -> pl.Expr:
        games = pl.col("games_played_team")
        mixed = (games.fill_null(0) * pl.col(name).fill_null(0) + k * pl.col(before)) / (games.fill_null(0) + k)
        alone = (games >= LAST_10).fill_null(value=False) | pl.col(before).is_null()
        return pl.when(alone).then(pl.col(name)).otherwise(mixed).alias(f"team_{name}")

    of_prior = {"points": ("last_5", "last_10", "season"), "minutes": ("last_5", "last_10", "season")}
    of_last = ("points_std", "usage_rate", "ts_pct", "free_throw_share", "start_rate")
    return [
        *(
            blended(f"{partition}_avg_{window}", LAST_5 if window == "last_5" else LAST_10, prior[partition])
            for partition, windows in of_prior.items()
            for window in windows
        ),
        *(blended(f"{name}_last_10", LAST_10, pl.col(f"{name}_last_10_last")) for name in of_last),
        pl.col("points_ewma"),
        team("pace_last_10", "pace_season_team_last", K_PACE),
        team("offensive_rating_last_10", "offensive_rating_season_team_last", K_TEAM),
        team("win_pct", "win_pct_team_last", K_TEAM),
    ]


def feature_store(
    context: pl.DataFrame, cache: pl.DataFrame, zones: pl.DataFrame, defense: pl.DataFrame, factors: pl.DataFrame
) -> pl.DataFrame:
    """The 25 features in their order."""
    opponent = defense.select(
        "game_date", opponent_team_abbr="team_abbr", opponent_def_rating="rating_shrunk", opponent_pace="pace_shrunk"
    )
    store = (
        context.join(cache, on=["player_id", "game_date"])
        .join(zones, on=["player_id", "game_date"], how="left")
        .join(factors, on=["game_id", "player_id"], how="left")
        .join(opponent, on=["opponent_team_abbr", "game_date"], how="left")
    )
    return rounded(
        store.select(
            "game_id", "player_id", "points_avg_last_5", "points_avg_last_10", "points_avg_season",
            "points_std_last_10",
            "games_in_last_7_days", "fatigue_score", "shot_zone_mismatch_score", "pace_score", "usage_spike_score",
            "rest_advantage", "injury_risk", recent_trend=pl.col("points_avg_last_5") - pl.col("points_avg_last_10"),
            minutes_change=pl.col("minutes_avg_last_5") - pl.col("minutes_avg_season"),
            opponent_def_rating="opponent_def_rating", opponent_pace="opponent_pace", home_away="home_game",
            back_to_back="is_back_to_back",
            playoff_game=pl.col("season_stage").is_in(["playin", "playoffs"]).cast(pl.Int64),
            pct_paint="paint_rate", pct_mid_range="mid_range_rate", pct_three="three_rate",
            pct_free_throw="free_throw_share_last_10", team_pace="team_pace_last_10",
            team_off_rating="team_offensive_rating_last_10", team_win_pct="team_win_pct",
        )
    )  # fmt: skip
