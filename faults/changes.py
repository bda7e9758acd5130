"""What the league and its sources do: order, schedules, trades, names, rows that come twice."""

import shutil
from pathlib import Path
from random import Random

from faults.scene import PLAYED, SEASONS, Scene, alike, ask, need, not_yet_played, rewrite, signature


def own_league(scene: Scene) -> Path:
    """A copy of the league's files, to change."""
    return Path(shutil.copytree(scene.base.league, scene.folder / "league"))


def otherwise_first(scene: Scene, league: Path) -> None:
    """All is done with another league first, and then with the base's."""
    scene.must("ingest", str(league))
    scene.must("backfill")
    scene.mended("ingest", str(scene.base.league))


def order(scene: Scene, chance: Random) -> str:
    """Files come one by one in any order, schedules first, with a backfill now and then."""
    files = sorted(scene.base.league.rglob("*.parquet"))
    chance.shuffle(files)
    # Schedules say of which season a game is, so they come before the rest, in any order among themselves.
    files.sort(key=lambda path: path.name != "schedule.parquet")
    between = set(chance.sample(range(len(files)), 2))
    for number, path in enumerate(files):
        scene.must("ingest", str(path))
        if number in between:
            # Much is still missing, and some dates fail for that.
            done = scene.call("backfill", "--skip-preflight")
            need(done.status in {0, 1} and "Traceback" not in done.err, done.err[-600:])
    scene.mended("backfill")
    return "in any order the same tables"


def a_game(scene: Scene, chance: Random) -> tuple[str, str]:
    """A regular game of the last season, and its date."""
    rows = ask(
        f"SELECT game_id, CAST(game_date AS VARCHAR) FROM '{scene.base.league / SEASONS[-1] / 'schedule.parquet'}'"
        " WHERE season_type = 'regular' ORDER BY ALL"
    )
    game, day = chance.choice(rows)
    return str(game), str(day)


def postponed(scene: Scene, chance: Random) -> str:
    """A game was to be some days earlier and had not been played when it was first heard of."""
    league = own_league(scene)
    game, _ = a_game(scene, chance)
    earlier = chance.randint(1, 12)
    season = league / SEASONS[-1]
    for name in PLAYED:
        rewrite(season / f"{name}.parquet", f"SELECT * FROM rows WHERE game_id <> '{game}'")
    rewrite(
        season / "schedule.parquet",
        f"""SELECT * EXCLUDE (moved) REPLACE (
            IF(moved, strftime(CAST(game_date AS DATE) - {earlier}, '%Y-%m-%d'), game_date) AS game_date,
            IF(moved, 1, game_status) AS game_status, IF(moved, 'PPD', game_status_text) AS game_status_text,
            IF(moved, NULL, home_score) AS home_score, IF(moved, NULL, away_score) AS away_score
        ) FROM (SELECT *, game_id = '{game}' AS moved FROM rows)""",
    )
    otherwise_first(scene, league)
    return "the game counts on its new date alone"


def tip_off(scene: Scene, chance: Random) -> str:
    """A game was to begin at another hour."""
    league = own_league(scene)
    game, _ = a_game(scene, chance)
    rewrite(
        league / SEASONS[-1] / "schedule.parquet",
        f"SELECT * REPLACE (IF(game_id = '{game}', '{chance.randint(12, 22)}:15:00', game_time_et) AS game_time_et)"
        " FROM rows",
    )
    otherwise_first(scene, league)
    return "the new hour reached every table"


def day_by_day(scene: Scene, chance: Random) -> str:
    """The last season comes in two parts, forecasts of the first made before the second is known."""
    league = own_league(scene)
    _, day = a_game(scene, chance)
    not_yet_played(league, day)
    otherwise_first(scene, league)
    return "results that come later leave what one whole ingest leaves"


def traded(scene: Scene, chance: Random) -> str:
    """A player changes teams on a day; what came up to it was ingested, and forecast, the evening before."""
    league = own_league(scene)
    season = league / SEASONS[-1]
    _, day = a_game(scene, chance)
    teams = ask(
        f"""SELECT PLAYER_ID, MIN(TEAM_ID), MIN(PLAYER_NAME) FROM '{season / "player_box.parquet"}'
        GROUP BY PLAYER_ID HAVING COUNT(DISTINCT TEAM_ID) = 1 ORDER BY hash(PLAYER_ID, {chance.randint(0, 99)})"""
    )
    # From that day on he plays what another man of the other team played, and no game for his old one.
    gone, team, name = teams[0]
    other = next(player for player, plays_for, _ in teams if plays_for != team)
    games = f"(SELECT GAME_ID FROM '{season / 'schedule.parquet'}' WHERE CAST(game_date AS DATE) >= '{day}')"
    called = str(name).replace("'", "''")
    for file in ("player_box", "shots", "starters"):
        his = f"PLAYER_ID = {other} AND GAME_ID IN {games}"
        rewrite(
            season / f"{file}.parquet",
            f"""SELECT * REPLACE (
                IF({his}, {gone}, PLAYER_ID) AS PLAYER_ID, IF({his}, '{called}', PLAYER_NAME) AS PLAYER_NAME
            ) FROM rows WHERE NOT (PLAYER_ID = {gone} AND GAME_ID IN {games})""",
        )
    first = Path(shutil.copytree(league, scene.folder / "first"))
    not_yet_played(first, day)
    scene.must("ingest", str(first))
    scene.must("backfill")
    scene.must("ingest", str(league))
    scene.must("backfill")
    stepwise = signature(scene.warehouse)
    scene.warehouse.unlink()
    scene.must("ingest", str(league))
    scene.must("backfill")
    alike(stepwise, signature(scene.warehouse))
    return "both ways the same tables"


def same_name(scene: Scene, chance: Random) -> str:
    """Two players have the same name in every file; each keeps his games, and no line is given to either by guess."""
    league = own_league(scene)
    box = league / SEASONS[-1] / "player_box.parquet"
    players = ask(f"SELECT DISTINCT PLAYER_ID, PLAYER_NAME FROM '{box}' ORDER BY ALL")
    (one, name), (two, _) = chance.sample(players, 2)
    quoted = str(name).replace("'", "''")
    for path in sorted(league.rglob("*.parquet")):
        columns = {column.lower(): column for column in (str(row[0]) for row in ask(f"DESCRIBE FROM '{path}'"))}
        if {"player_id", "player_name"} <= columns.keys():
            as_named, by = columns["player_name"], columns["player_id"]
            slug = ", NULL AS player_slug, NULL AS player_id" if "player_slug" in columns else ""
            rewrite(path, f"SELECT * REPLACE (IF({by} = {two}, '{quoted}', {as_named}) AS {as_named}{slug}) FROM rows")
    scene.must("ingest", str(league))
    scene.must("backfill")
    games = (
        "SELECT player_id, game_id, points FROM nba_analytics.player_game_summary"
        f" WHERE player_id IN ({one}, {two}) ORDER BY ALL"
    )
    need(ask(games, scene.warehouse) == ask(games, scene.base.folder / "whole.duckdb"), "games went to another")
    lines = ask(
        f"SELECT * FROM nba_raw.points_prop_line WHERE player_id IN ({one}, {two}) AND season = '{SEASONS[-1]}'",
        scene.warehouse,
    )
    need(not lines, f"{len(lines)} lines were given to one of them by guess")
    return "each has his games; lines by name alone wait as unresolved"


def doubles(scene: Scene, chance: Random) -> str:
    """Rows stand twice in a file, a file comes under two names, or all of it comes twice."""
    league = own_league(scene)
    path = chance.choice(sorted(league.rglob("*.parquet")))
    what = chance.choice(["rows", "file", "folder"])
    if what == "rows":
        rewrite(
            path, f"SELECT * FROM rows UNION ALL (SELECT * FROM rows USING SAMPLE {chance.randint(5, 100)} PERCENT)"
        )
    elif what == "file":
        shutil.copy(path, path.with_name(f"{path.stem}_again.parquet"))
    scene.must("ingest", str(league), *([str(scene.base.league)] if what == "folder" else []))
    scene.mended("backfill")
    return f"{what} twice: stands once"
