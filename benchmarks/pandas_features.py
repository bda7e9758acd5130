"""Half of the 25 features in pandas, as an analyst writes them: groupby, rolling, merge_asof; to compare with.

From what Hoopcast has before it (game summaries, team contexts, expected players, as Parquet) it computes form of
players and teams, shares of shots by zone and the daily cache, early-season blending included, season by season.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pandas as pd

from benchmarks.polars_features import K_GAMES, K_PACE, K_TEAM, M_GAMES
from benchmarks.polars_form import DECIMALS, LAST_5, LAST_10

INPUTS = ("games", "offense", "team_context", "expected")
ZONES = ("paint", "mid_range", "three")
_PLAYER, _TEAM = ["player_id", "season"], ["team_abbr", "season"]


def features_of_seasons(folder: Path, seasons: Sequence[str]) -> pd.DataFrame:
    """Thirteen of the features, of seasons in a row, each on what was before it.

    Args:
        folder: a Parquet file for each of `INPUTS`.
        seasons: in their order.
    """
    every = {name: pd.read_parquet(folder / f"{name}.parquet") for name in INPUTS}
    first = int(seasons[0][:4])
    names = [f"{year}-{(year + 1) % 100:02d}" for year in range(first - 1, first + len(seasons))]
    stores = []
    for pair in pairwise(names):
        tables = {name: table[table["season"].isin(pair)] for name, table in every.items()}
        stores.append(features(tables, pair[1]))
    return pd.concat(stores, ignore_index=True)


def features(tables: dict[str, pd.DataFrame], season: str) -> pd.DataFrame:
    """Thirteen features of every expected player of a season.

    Args:
        tables: a table for each of `INPUTS`, of this season and the one before.
        season: season of the features, such as 2021-22.
    """
    for table in tables.values():
        table["game_date"] = pd.to_datetime(table["game_date"])
    games = tables["games"]
    played = games[games["played_flag"]].sort_values(["player_id", "game_date", "game_id"], ignore_index=True)
    expected = tables["expected"]
    context = expected[(expected["season"] == season) & ~expected["ruled_out_flag"]]
    context = context.merge(tables["team_context"][["game_id", "team_abbr"]], on=["game_id", "team_abbr"])
    context = context[["game_id", "player_id", "team_abbr", "game_date"]]
    cached = daily_cache(context, player_form(played), team_form(tables["offense"]), roles(played), season)
    store = rounded(as_of(cached, shot_zones(played), "player_id"))
    store["recent_trend"] = store["points_avg_last_5"] - store["points_avg_last_10"]
    store["minutes_change"] = store["minutes_avg_last_5"] - store["minutes_avg_season"]
    store["pct_free_throw"] = store["free_throw_share_last_10"]
    names = [
        "points_avg_last_5", "points_avg_last_10", "points_avg_season", "points_std_last_10", "recent_trend",
        "minutes_change", *(f"pct_{zone}" for zone in ZONES), "pct_free_throw", "team_pace", "team_off_rating",
        "team_win_pct",
    ]  # fmt: skip
    return rounded(store[["game_id", "player_id", *names]])


def rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Floats rounded as Hoopcast rounds what it writes."""
    floats = frame.select_dtypes("float").columns
    return frame.assign(**{name: frame[name].round(DECIMALS) for name in floats})


def as_of(left: pd.DataFrame, right: pd.DataFrame, by: str, suffix: str = "_latest") -> pd.DataFrame:
    """Each row with the newest row of `right` before its own date."""
    return pd.merge_asof(
        left.sort_values("game_date"), right.sort_values("game_date"), on="game_date", by=by,
        allow_exact_matches=False, suffixes=("", suffix),
    )  # fmt: skip


def over_last(rows: pd.DataFrame, by: list[str], column: str, games: int, how: str) -> pd.Series:
    """A statistic of a column over the last games of each group, in the order and by the index of the rows."""
    windows = rows.groupby(by, sort=False)[column].rolling(games, min_periods=1).agg(how)
    return windows.reset_index(level=list(range(len(by))), drop=True)


def player_form(played: pd.DataFrame) -> pd.DataFrame:
    """Form of each player after each game of his season."""
    rows = played.assign(
        shooting=played["fga"] + 0.44 * played["fta"],
        started=played["starter_flag"].astype(float),
        usage_minutes=played["usage_rate"] * played["minutes"],
    )
    form = rows[["player_id", "season", "game_date"]].copy()
    season = rows.groupby(_PLAYER, sort=False)
    form["games_played"] = season.cumcount() + 1
    for unit in ("points", "minutes"):
        for games in (LAST_5, LAST_10):
            form[f"{unit}_avg_last_{games}"] = over_last(rows, _PLAYER, unit, games, "mean")
        form[f"{unit}_avg_season"] = season[unit].cumsum() / form["games_played"]
    form["points_std_last_10"] = over_last(rows, _PLAYER, "points", LAST_10, "std")
    total = {
        name: over_last(rows, _PLAYER, name, LAST_10, "sum")
        for name in ("points", "minutes", "ftm", "shooting", "usage_minutes")
    }
    form["free_throw_share_last_10"] = total["ftm"] / total["points"].where(total["points"] != 0)
    form["ts_pct_last_10"] = total["points"] / (2 * total["shooting"].where(total["shooting"] != 0))
    form["usage_rate_last_10"] = total["usage_minutes"] / total["minutes"].where(total["minutes"] != 0)
    form["start_rate_last_10"] = over_last(rows, _PLAYER, "started", LAST_10, "mean")
    return rounded(form)


def team_form(games: pd.DataFrame) -> pd.DataFrame:
    """Form of each team after each game of its season."""
    rows = games.sort_values(["team_abbr", "game_date", "game_id"], ignore_index=True)
    rows["win"] = rows["win_flag"].astype(float)
    form = rows[["team_abbr", "season", "game_date"]].copy()
    season = rows.groupby(_TEAM, sort=False)
    form["team_games"] = season.cumcount() + 1
    form["win_pct"] = season["win"].cumsum() / form["team_games"]
    form["pace"] = over_last(rows, _TEAM, "pace", LAST_10, "mean")
    form["pace_season"] = season["pace"].cumsum() / form["team_games"]
    points, possessions = (over_last(rows, _TEAM, name, LAST_10, "sum") for name in ("points", "possessions"))
    form["off_rating"] = 100 * points / possessions
    form["off_rating_season"] = 100 * season["points"].cumsum() / season["possessions"].cumsum()
    return rounded(form)


def shot_zones(played: pd.DataFrame) -> pd.DataFrame:
    """Shares of each player's attempts by zone over his last 10 games, last season's included."""
    made = {zone: over_last(played, ["player_id"], f"{zone}_fga", LAST_10, "sum") for zone in ZONES}
    zoned = sum(made.values(), start=pd.Series(0.0, index=played.index))
    shares = {f"pct_{zone}": made[zone] / zoned.where(zoned != 0) for zone in ZONES}
    return rounded(played[["player_id", "game_date"]].assign(**shares))


def roles(played: pd.DataFrame) -> pd.DataFrame:
    """Means of starters and of the bench over all games up to each date."""
    rows = played.assign(starter=played["starter_flag"].eq(other=True), games=1)
    daily = rows.groupby(["starter", "game_date"])[["games", "points", "minutes"]].sum()
    so_far = daily.groupby(level="starter").cumsum()
    so_far["role_points"] = so_far["points"] / so_far["games"]
    so_far["role_minutes"] = so_far["minutes"] / so_far["games"]
    return so_far[["role_points", "role_minutes"]].reset_index()


def daily_cache(
    context: pd.DataFrame, form: pd.DataFrame, teams: pd.DataFrame, role: pd.DataFrame, season: str
) -> pd.DataFrame:
    """Form of each expected player as of the morning, blended early in a season with last season and his role."""
    now = form["season"] == season
    rows = as_of(context, form[now], "player_id")
    last = form[~now].drop_duplicates("player_id", keep="last")
    rows = rows.merge(last, on="player_id", how="left", suffixes=("", "_last"))
    rows["starter"] = rows["start_rate_last_10"].fillna(rows["start_rate_last_10_last"]).fillna(0) >= 1 / 2
    rows = as_of(rows, role, "starter")
    n, before = rows["games_played"], rows["games_played_last"].fillna(0)
    for unit in ("points", "minutes"):
        sums = before * rows[f"{unit}_avg_season_last"].fillna(0) + M_GAMES * rows[f"role_{unit}"]
        for window, games in (("last_5", LAST_5), ("last_10", LAST_10), ("season", LAST_10)):
            name = f"{unit}_avg_{window}"
            rows[name] = blended(rows[name], n, games, sums / (before + M_GAMES))
    for name in ("points_std_last_10", "free_throw_share_last_10", "ts_pct_last_10", "usage_rate_last_10"):
        rows[name] = blended(rows[name], n, LAST_10, rows[f"{name}_last"])
    return team_cache(rows, teams, season)


def blended(own: pd.Series, n: pd.Series, games: int, before: pd.Series) -> pd.Series:
    """This season's value, and of what was before the less the more games there are."""
    weight = (n / (n + K_GAMES)).where(n < games, 1.0)
    return (weight * own + (1 - weight) * before).fillna(own).fillna(before)


def team_cache(rows: pd.DataFrame, teams: pd.DataFrame, season: str) -> pd.DataFrame:
    """The same with pace, rating and wins of the team, blended with its last season."""
    now = teams["season"] == season
    last = teams[~now].drop_duplicates("team_abbr", keep="last").set_index("team_abbr")
    rows = as_of(rows, teams[now], "team_abbr", suffix="_team")
    games = rows["team_games"].fillna(0)
    for name, of_last, k in (
        ("pace", "pace_season", K_PACE),
        ("off_rating", "off_rating_season", K_TEAM),
        ("win_pct", "win_pct", K_TEAM),
    ):
        before = rows["team_abbr"].map(last[of_last])
        mixed = (games * rows[name].fillna(0) + k * before) / (games + k)
        rows[f"team_{name}"] = mixed.where((games < LAST_10) & before.notna(), rows[name])
    return rows.drop(columns=["starter"])
