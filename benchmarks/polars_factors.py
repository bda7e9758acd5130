"""Zones, defence and composite factors in Polars, for `benchmarks.polars_features`."""

import polars as pl

from benchmarks.polars_form import LAST_10, ratio, rounded, total

ZONES = {"paint": 2, "mid_range": 2, "three": 3}
# Games of k and carry of last season, as in team_defense_zone_analysis.sql.
SHRUNK = {"paint": (30, 0.6), "mid_range": (120, 0.4), "three": (60, 0.2), "rating": (15, 0.4), "pace": (4, 0.4)}
LEAGUE_GAMES, FATIGUE_SHARE, VACANCY_SHARE = 60, 0.004, 0.062
LAST_15 = 15


def before(left: pl.DataFrame, right: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Each row with the newest row of `right` before its own date."""
    return left.sort("game_date").join_asof(
        right.sort("game_date"), on="game_date", by=by, strategy="backward", allow_exact_matches=False,
        check_sortedness=False,
    )  # fmt: skip


def player_shot_zones(context: pl.DataFrame, played: pl.DataFrame) -> pl.DataFrame:
    """Share of each expected player's attempts by zone, and attempts a game, over his last 10 games."""
    made = [total(f"{zone}_fga", LAST_10, "player_id").alias(zone) for zone in ZONES]
    games = pl.min_horizontal(pl.col("career_game") + 1, pl.lit(LAST_10))
    form = played.select(
        "player_id", "game_date", *made, attempts=total("fga", LAST_10, "player_id") / games
    ).with_columns(zoned=pl.sum_horizontal(*ZONES, ignore_nulls=False))
    form = form.select(
        "player_id",
        "game_date",
        "attempts",
        *(ratio(pl.col(zone), pl.col("zoned")).alias(f"{zone}_rate") for zone in ZONES),
    )
    return rounded(before(context.select("player_id", "game_date"), form, ["player_id"]))


def team_defense(context: pl.DataFrame, games: pl.DataFrame, teams: pl.DataFrame, season: str) -> pl.DataFrame:
    """What each team's defence allows on each date: league averages and shrunk estimates by zone, rating and pace."""
    made = {zone: pl.col(f"{zone}_fgm_allowed") for zone in ZONES} | {
        "rating": 100_000 * pl.col("points_allowed"),
        "pace": (1e6 * pl.col("opponent_pace")).round().cast(pl.Int64),
    }
    tried = {zone: pl.col(f"{zone}_fga_allowed") for zone in ZONES} | {
        "rating": (1e3 * pl.col("possessions")).round().cast(pl.Int64),
        "pace": pl.lit(1_000_000, pl.Int64),
    }
    long = pl.concat(
        games.select(
            "season", "team_abbr", "game_date", "game_id", measure=pl.lit(name), made=made[name], tried=tried[name]
        )
        for name in SHRUNK
    ).sort("team_abbr", "game_date", "game_id")
    over = ("team_abbr", "measure")
    form = long.filter(pl.col("season") == season).select(
        "team_abbr", "measure", "game_date", n=pl.min_horizontal(pl.int_range(1, pl.len() + 1).over(*over), LAST_15),
        made=total("made", LAST_15, *over), tried=total("tried", LAST_15, *over),
    )  # fmt: skip
    last = (
        long.filter(pl.col("season") < season)
        .group_by("team_abbr", "measure")
        .agg(pl.col("made", "tried").sum())
        .select(
            "team_abbr",
            "measure",
            last=pl.col("made") / pl.col("tried"),
            league_last=pl.col("made").sum().over("measure") / pl.col("tried").sum().over("measure"),
        )
    )
    constants = pl.DataFrame(
        {"measure": list(SHRUNK), "k": [float(k) for k, _ in SHRUNK.values()], "carry": [c for _, c in SHRUNK.values()]}
    )
    grid = (
        context.select("game_date").unique().join(teams.select("team_abbr"), how="cross").join(constants, how="cross")
    )
    league = ("game_date", "measure")
    rates = before(grid, form, ["team_abbr", "measure"]).join(last, on=["team_abbr", "measure"], how="left")
    rates = rates.with_columns(
        pl.col("n").fill_null(0), rate=ratio(pl.col("made"), pl.col("tried")),
        league_n=pl.col("n").sum().over(*league),
        league_rate=ratio(pl.col("made").sum().over(*league), pl.col("tried").sum().over(*league)),
    ).with_columns(
        league=pl.coalesce(
            (pl.col("league_n") * pl.col("league_rate").fill_null(0) + LEAGUE_GAMES * pl.col("league_last"))
            / (pl.col("league_n") + LEAGUE_GAMES),
            "league_rate",
        )
    )  # fmt: skip
    own = pl.col("n") * (pl.col("rate") - pl.col("league")).fill_null(0)
    carried = pl.col("k") * pl.col("carry") * (pl.col("last") - pl.col("league_last")).fill_null(0)
    shrunk = rates.with_columns(shrunk=pl.col("league") + (own + carried) / (pl.col("n") + pl.col("k")))
    wide = shrunk.pivot("measure", index=["team_abbr", "game_date"], values=["league", "shrunk"])
    return rounded(
        wide.rename({f"{kind}_{name}": f"{name}_{kind}" for kind in ("league", "shrunk") for name in SHRUNK})
    )


def composite_factors(
    context: pl.DataFrame, cache: pl.DataFrame, zones: pl.DataFrame, defense: pl.DataFrame, present: pl.DataFrame
) -> pl.DataFrame:
    """Fatigue, zone mismatch, pace and the points of absent team-mates, for each expected player of each game."""
    rest = pl.when(pl.col("days_rest") == 1).then(20.0).otherwise(0.0)
    games, minutes = pl.col("games_in_last_7_days"), pl.col("minutes_in_last_7_days")
    tired = (
        rest + 4 * pl.col("back_to_backs_in_last_14_days")
        + 8 * (games - 2).clip(lower_bound=0) + 0.2 * (minutes - 80).clip(lower_bound=0)
    )  # fmt: skip
    usage = pl.col("usage_rate_last_10") * pl.col("minutes_avg_last_10") / 48
    known = pl.col("expected_level") == "history"
    absent = 1 - pl.col("play_probability")
    team = ["game_id", "team_abbr"]
    players = (
        context.join(cache, on=["player_id", "game_date"])
        .join(present, on=["game_id", "player_id"])
        .with_columns(
            fatigue_score=(100 - tired).clip(lower_bound=0), usage=usage.fill_null(0), known=known.cast(pl.Float64)
        )
        .with_columns(
            vacant=pl.col("known") * pl.col("points_avg_last_10") * absent,
            here=pl.col("known") * (pl.col("usage") - pl.col("usage") * absent),
        )
        .with_columns(team_vacant=pl.col("vacant").sum().over(team), team_here=pl.col("here").sum().over(team))
        .join(zones, on=["player_id", "game_date"], how="left")
        .join(defense, left_on=["opponent_team_abbr", "game_date"], right_on=["team_abbr", "game_date"], how="left")
        .join(
            defense.select("team_abbr", "game_date", own_pace="pace_shrunk"), on=["team_abbr", "game_date"], how="left"
        )
    )
    against = [
        value * pl.col(f"{zone}_rate") * (pl.col(f"{zone}_shrunk") - pl.col(f"{zone}_league"))
        for zone, value in ZONES.items()
    ]
    pace = (pl.col("own_pace") + pl.col("pace_shrunk") - pl.col("pace_league")) / pl.col("team_pace_last_10")
    share = ratio(pl.col("usage"), pl.col("usage") + pl.col("team_here") - pl.col("here"))
    return rounded(
        players.select(
            "game_id", "player_id", "fatigue_score",
            shot_zone_mismatch_score=pl.col("attempts") * pl.sum_horizontal(against, ignore_nulls=False),
            pace_score=pl.col("points_avg_last_10") * (pace - 1),
            usage_spike_score=VACANCY_SHARE * (pl.col("team_vacant") - pl.col("vacant")) * share,
        )
    )  # fmt: skip
