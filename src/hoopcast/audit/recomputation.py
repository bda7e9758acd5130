"""The proof by recounting: features of drawn rows, added up in plain Python from raw rows, without the models' code.

What early in a season is blended with the season before is compared from the tenth game on.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import isclose, sqrt
from statistics import fmean, stdev
from typing import cast

from hoopcast.audit.checks import AuditCheck
from hoopcast.warehouse.engine import Statements, Value

STORE = "nba_predictions.ml_feature_store"
# Numbers are stored to six decimals, and some are made of others that were; larger ones to as many digits.
TOLERANCE = 1e-5
CHECK = "features are those of an independent recomputation"
_FULL_SAMPLE = 10
_PAINT_FEET = 8
_MOST_REST = 2
_WEEK = 7
_STAGES = "('regular', 'playin', 'playoffs')"
_GAMES = f"""
SELECT game_id, season, game_date, home_team_abbr, away_team_abbr, home_score > away_score
FROM nba_raw.nbac_schedule WHERE team_known AND game_status = 3 AND season_stage IN {_STAGES} AND game_date <= $last
ORDER BY game_date, game_id
"""
_BOXES = """
SELECT b.game_id, b.player_id, b.team_abbr, b.points, b.minutes, b.fga, b.fta, b.ftm, b.tov, s.starter_flag,
    t.minutes, t.fga, t.fta, t.tov
FROM nba_raw.nbac_player_boxscore AS b
LEFT JOIN nba_raw.nbac_starter AS s ON s.game_id = b.game_id AND s.player_id = b.player_id
LEFT JOIN nba_raw.nbac_team_boxscore AS t ON t.game_id = b.game_id AND t.team_abbr = b.team_abbr
WHERE b.played_flag AND b.player_id IN (SELECT UNNEST(CAST($players AS BIGINT[])))
"""
_SHOTS = """
SELECT game_id, player_id, three_pointer_flag, distance_ft FROM nba_raw.nbac_shot
WHERE player_id IN (SELECT UNNEST(CAST($players AS BIGINT[])))
"""
_DRAWN = f"""
SELECT * FROM {STORE} WHERE game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))
ORDER BY hash(game_id, player_id, $seed), game_id, player_id LIMIT $most
"""


@dataclass(frozen=True)
class _Game:
    game_id: str
    season: str
    day: date
    sides: tuple[str, str]
    home_won: bool


@dataclass(frozen=True)
class _Line:
    """A player's box score, with his shots by zone where the game is charted."""

    game: _Game
    team: str
    points: int
    minutes: float
    fga: int
    fta: int
    ftm: int
    usage: float | None
    started: bool | None
    zones: Mapping[str, int] | None

    @property
    def opponent(self) -> str:
        return next(side for side in self.game.sides if side != self.team)


@dataclass
class _Past:
    """Box scores of each player and games of each team, in order."""

    careers: dict[int, list[_Line]] = field(default_factory=lambda: defaultdict(list))
    teams: dict[tuple[str, str], list[_Game]] = field(default_factory=lambda: defaultdict(list))


def recompute(statements: Statements, dates: Sequence[date], rows: int, seed: int) -> Iterator[AuditCheck]:
    """Draw rows of the feature store, and count their features anew.

    Args:
        statements: the warehouse.
        dates: dates to draw from.
        rows: how many rows.
        seed: what they are drawn from.
    """
    drawn = statements.query(_DRAWN, {"dates": list(dates), "seed": seed, "most": rows}).dictionaries()
    past = _read(statements, [int(str(row["player_id"])) for row in drawn], max(dates))
    checked: defaultdict[str, int] = defaultdict(int)
    wrong: defaultdict[str, list[str]] = defaultdict(list)
    for row in drawn:
        for name, value in _recompute(row, past).items():
            checked[name] += 1
            if not _agree(row[name], value):
                where = f"player {row['player_id']} on {row['game_date']}"
                wrong[name].append(f"{where}: {row[name]} as stored, {value} as recomputed")
    for name, count in checked.items():
        detail = wrong[name][0] if wrong[name] else ""
        yield AuditCheck("recomputation", CHECK, name, count, len(wrong[name]), detail)


def _agree(stored: Value, counted: float | None) -> bool:
    if stored is None or counted is None:
        return stored is None and counted is None
    return isclose(float(str(stored)), counted, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _read(statements: Statements, players: list[int], last: date) -> _Past:
    past, games = _Past(), dict[str, _Game]()
    for game_id, season, day, home, away, won in statements.query(_GAMES, {"last": last}).rows:
        game = _Game(str(game_id), str(season), cast("date", day), (str(home), str(away)), bool(won))
        games[game.game_id] = game
        for side in game.sides:
            past.teams[side, game.season].append(game)
    charted = {str(row[0]) for row in statements.query("SELECT DISTINCT game_id FROM nba_raw.nbac_shot").rows}
    zones: dict[tuple[str, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for game_id, player, three, feet in statements.query(_SHOTS, {"players": players}).rows:
        zones[str(game_id), int(str(player))][_zone(bool(three), feet)] += 1
    for row in statements.query(_BOXES, {"players": players}).rows:
        if str(row[0]) in games:
            key = (str(row[0]), int(str(row[1])))
            past.careers[key[1]].append(_line(games[key[0]], row, zones[key] if key[0] in charted else None))
    for career in past.careers.values():
        career.sort(key=lambda line: (line.game.day, line.game.game_id))
    return past


def _zone(three: bool, feet: Value) -> str:  # noqa: FBT001 - a column of the row
    if three:
        return "three"
    if feet is None:
        return "unknown"
    return "paint" if int(str(feet)) <= _PAINT_FEET else "mid_range"


def _line(game: _Game, row: tuple[Value, ...], zones: Mapping[str, int] | None) -> _Line:
    points, minutes, fga, fta, ftm = (float(str(value)) for value in row[3:8])
    usage = None
    if row[10] is not None and minutes > 0:
        turnovers = float(str(row[8] or 0))
        team_minutes, team_fga, team_fta, team_tov = (float(str(value)) for value in row[10:14])
        regulation = 240 + 25 * round((team_minutes - 240) / 25)
        used, plays = fga + 0.44 * fta + turnovers, team_fga + 0.44 * team_fta + team_tov
        usage = round(used * regulation / 5 / (minutes * plays), 6)
    started = None if row[9] is None else bool(row[9])
    return _Line(game, str(row[2]), int(points), minutes, int(fga), int(fta), int(ftm), usage, started, zones)


def _recompute(row: Mapping[str, Value], past: _Past) -> dict[str, float | None]:
    """Features of a row by an independent recomputation."""
    day, season = cast("date", row["game_date"]), str(row["season"])
    team, opponent = str(row["team_abbr"]), str(row["opponent_team_abbr"])
    seasons = {season, _season_before(season)}
    career = [
        line
        for line in past.careers.get(int(str(row["player_id"])), [])
        if line.game.day < day and line.game.season in seasons
    ]
    played = [line for line in career if line.game.season == season]
    ours = [game for game in past.teams[team, season] if game.day < day]
    theirs = [game for game in past.teams[opponent, season] if game.day < day]
    met = [line.points for line in career if line.opponent == opponent]
    rest, other_rest = (None if not games else (day - games[-1].day).days for games in (ours, theirs))
    features: dict[str, float | None] = {
        "games_played_season": len(played),
        "games_in_last_7_days": sum(1 for line in played if (day - line.game.day).days <= _WEEK),
        "days_rest": min(_WEEK, (day - played[-1].game.day).days) if played else None,
        "back_to_back": int(rest == 1),
        "rest_advantage": None
        if rest is None or other_rest is None
        else max(-_MOST_REST, min(_MOST_REST, rest - other_rest)),
        "games_vs_opponent": len(met),
        "points_avg_vs_opponent": fmean(met) if met else None,
        "games_missed_streak": _missed_games(career, (team, season), past, day),
    }
    features |= _shares(career[-10:])
    if len(ours) >= _FULL_SAMPLE:
        features["team_win_pct"] = fmean(game.home_won == (game.sides[0] == team) for game in ours)
    return features | (_form(played) if len(played) >= _FULL_SAMPLE else {})


def _missed_games(career: list[_Line], where: tuple[str, str], past: _Past, day: date) -> int | None:
    """Games of his team this season that he missed since his last one; None where his last team was another."""
    if career and career[-1].team != where[0]:
        return None
    last = career[-1].game.day if career else date.min
    return sum(1 for game in past.teams[where] if last < game.day < day)


def _shares(last: list[_Line]) -> dict[str, float | None]:
    charted = [line.zones for line in last if line.zones is not None]
    sums = {zone: sum(zones.get(zone, 0) for zones in charted) for zone in ("paint", "mid_range", "three")}
    every = sum(sums.values())
    return {f"pct_{zone}": count / every if every else None for zone, count in sums.items()}


def _form(played: list[_Line]) -> dict[str, float | None]:
    """Averages of the season and of its last games, none of them blended any more."""
    last_5, last_10 = played[-5:], played[-10:]
    points = [line.points for line in last_10]
    minutes = [line.minutes for line in last_10]
    scored, shot = sum(points), sum(line.fga + 0.44 * line.fta for line in last_10)
    used = [(line.usage, line.minutes) for line in last_10 if line.usage is not None]
    starts = [float(line.started) for line in last_10 if line.started is not None]
    average_5, average_10 = fmean(line.points for line in last_5), fmean(points)
    features: dict[str, float | None] = {
        "points_avg_last_5": average_5,
        "points_avg_last_10": average_10,
        "points_avg_season": fmean(line.points for line in played),
        "points_std_last_10": stdev(points),
        "recent_trend": average_5 - average_10,
        "minutes_avg_last_5": fmean(line.minutes for line in last_5),
        "minutes_avg_last_10": fmean(minutes),
        "minutes_change": fmean(line.minutes for line in last_5) - fmean(line.minutes for line in played),
        "minutes_volatility": max(minutes) - min(minutes),
        "ppm_avg_last_10": scored / sum(minutes) if sum(minutes) else None,
        "scoring_slope": _slope(points),
    }
    # What has no data in these games falls back on the season before.
    features |= {"ts_pct_last_10": scored / (2 * shot)} if shot else {}
    features |= {"pct_free_throw": sum(line.ftm for line in last_10) / scored} if scored else {}
    features |= {"past_starter_share": fmean(starts)} if starts else {}
    if used and sum(minutes):
        features["usage_rate_last_10"] = sum(usage * time for usage, time in used) / sum(minutes)
    return features


def _slope(points: list[int]) -> float:
    places = range(len(points))
    middle, mean = fmean(places), fmean(points)
    spread = sqrt(sum((place - middle) ** 2 for place in places))
    return sum((place - middle) * (value - mean) for place, value in zip(places, points, strict=True)) / spread**2


def _season_before(season: str) -> str:
    year = int(season[:4])
    return f"{year - 1}-{season[2:4]}"
