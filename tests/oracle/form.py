"""Form of players and teams as of a morning, blended with last season, by the documented formulas."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from statistics import fmean, stdev

from tests.oracle.records import Appearance, Records, TeamGame, before, ratio, rounded

# The fitted constants of the tables, written again.
WINDOW_K = 2.0
ROLE_GAMES = 4.0
RATE_K = 40.0
TEAM_PACE_K = 2.0
TEAM_K = 20.0
RECENCY = {"points": (8, 3), "minutes": (3, 2), "rate": (15, 6)}
_LONGEST_MEMORY = 80

Numbers = dict[str, float | None]


class View:
    """What the tables of a season may look at: that season and the one before."""

    def __init__(self, records: Records, season: str) -> None:
        year = int(season[:4])
        self.season = season
        self.records = records
        self.last_season = f"{year - 1}-{year % 100:02d}"
        held = {season, self.last_season}
        self.appearances = [one for one in records.appearances if one.season in held]
        self.team_games = [one for one in records.team_games if one.season in held]
        self.games = [one for one in records.games if one.season in held]
        self.lines = records.lines
        self.careers: dict[int, list[Appearance]] = defaultdict(list)
        for one in self.appearances:
            self.careers[one.player_id].append(one)
        self.career_days = {player: [one.day for one in career] for player, career in self.careers.items()}
        self.by_team: dict[tuple[str, str], list[TeamGame]] = defaultdict(list)
        for game in self.team_games:
            self.by_team[game.team, game.season].append(game)
        self._past = {
            player: [one for one in career if one.season == self.last_season] for player, career in self.careers.items()
        }
        self._roles = _running_roles(self.appearances)

    def career(self, player: int, day: date) -> list[Appearance]:
        """Games that he played before a day, this season and last."""
        return self.careers[player][: before(self.career_days[player], day)] if player in self.careers else []

    def this_season(self, player: int, day: date) -> list[Appearance]:
        """Games that he played this season before a day."""
        career = self.career(player, day)
        return career[len(self.of_last_season(player)) :]

    def of_last_season(self, player: int) -> list[Appearance]:
        """Games that he played last season."""
        return self._past.get(player, [])

    def team_before(self, team: str, day: date) -> list[TeamGame]:
        """Games of a team this season before a day."""
        return [game for game in self.by_team[team, self.season] if game.day < day]

    @cached_property
    def previous(self) -> "View":
        """What the tables of last season may look at."""
        return View(self.records, self.last_season)

    def role(self, day: date, *, starter: bool) -> tuple[float, float, float] | None:
        """Points a game, minutes a game and points a minute of starters or others in all games before a day."""
        days, sums = self._roles[starter]
        count = before(days, day)
        if count == 0:
            return None
        games, points, minutes = sums[count - 1]
        return points / games, minutes / games, points / minutes


def _running_roles(
    appearances: Sequence[Appearance],
) -> dict[bool, tuple[list[date], list[tuple[int, int, float]]]]:
    roles: dict[bool, tuple[list[date], list[tuple[int, int, float]]]] = {True: ([], []), False: ([], [])}
    for one in appearances:
        days, sums = roles[bool(one.started)]
        games, points, minutes = sums[-1] if sums else (0, 0, 0.0)
        days.append(one.day)
        sums.append((games + 1, points + one.points, minutes + one.minutes))
    return roles


def slope(values: Sequence[float]) -> float | None:
    """Least-squares slope of values over their places."""
    if len(values) < 2:
        return None
    places = range(len(values))
    middle, mean = fmean(places), fmean(values)
    above = sum((place - middle) * (value - mean) for place, value in zip(places, values, strict=True))
    return above / sum((place - middle) ** 2 for place in places)


def player_form(season_games: Sequence[Appearance]) -> Numbers:
    """Form after the last of some games of one season."""
    last_5, last_10 = season_games[-5:], season_games[-10:]
    points, minutes = [one.points for one in last_10], [one.minutes for one in last_10]
    used = [one.usage * one.minutes for one in last_10 if one.usage is not None]
    values: Numbers = {
        "games_played": len(season_games),
        "points_avg_last_5": fmean(one.points for one in last_5),
        "points_avg_last_10": fmean(points),
        "points_avg_season": fmean(one.points for one in season_games),
        "points_std_last_10": stdev(points) if len(season_games) > 1 else None,
        "scoring_slope_last_10": slope(points),
        "minutes_avg_last_5": fmean(one.minutes for one in last_5),
        "minutes_avg_last_10": fmean(minutes),
        "minutes_avg_season": fmean(one.minutes for one in season_games),
        "minutes_range_last_10": max(minutes) - min(minutes),
        "points_per_minute_last_10": ratio(sum(points), sum(minutes)),
        "usage_rate_last_10": ratio(sum(used), sum(minutes)) if used else None,
        "ts_pct_last_10": ratio(sum(points), 2 * sum(one.fga + 0.44 * one.fta for one in last_10)),
        "free_throw_share_last_10": ratio(sum(one.ftm for one in last_10), sum(points)),
        "start_rate_last_10": _start_rate(last_10),
    }
    return {name: rounded(value) for name, value in values.items()}


def _weighted(career: Sequence[Appearance], of: str) -> tuple[float, float, float]:
    """Sums of weights, weighted points and weighted minutes; a game of last season counts tenths of its weight."""
    half_life, tenths = RECENCY[of]
    weights = points = minutes = 0.0
    for ago, one in enumerate(reversed(career[-_LONGEST_MEMORY - 1 :])):
        weight = max(1, round(1e6 * 2 ** (-ago / half_life))) * (10 if one.season == career[-1].season else tenths)
        weights += weight
        points += weight * one.points
        minutes += weight * one.minutes
    return weights, points, minutes


def player_recency(career: Sequence[Appearance]) -> Numbers:
    """Exponentially weighted form after the last game of a career of this season and last."""
    weights, points, _ = _weighted(career, "points")
    minute_weights, _, minutes = _weighted(career, "minutes")
    _, rate_points, rate_minutes = _weighted(career, "rate")
    return {
        "points_ewma": rounded(points / weights),
        "minutes_ewma": rounded(minutes / minute_weights),
        "rate_points": rounded(rate_points / 1e7),
        "rate_minutes": rounded(rate_minutes / 1e7),
    }


def team_form(season_games: Sequence[TeamGame]) -> Numbers:
    """Form of a team after the last of some games of one season."""
    last_10 = season_games[-10:]
    values: Numbers = {
        "games_played": len(season_games),
        "win_pct": fmean(float(game.points > game.opponent_points) for game in season_games),
        "pace_last_10": fmean(game.pace for game in last_10),
        "pace_season": fmean(game.pace for game in season_games),
        "offensive_rating_last_10": 100 * sum(game.points for game in last_10) / sum(g.possessions for g in last_10),
        "offensive_rating_season": 100
        * sum(game.points for game in season_games)
        / sum(game.possessions for game in season_games),
    }
    return {name: rounded(value) for name, value in values.items()}


def _blended(weight: float, own: float | None, prior: float | None) -> float | None:
    if own is None or prior is None:
        return prior if own is None else own
    return weight * own + (1 - weight) * prior


def _team_blend(games: int, own: float | None, last: float | None, k: float) -> float | None:
    if games >= 10 or last is None:
        return own
    return (games * (own or 0.0) + k * last) / (games + k)


def _role(view: View, day: date, own: float | None, last: float | None) -> tuple[float, float, float] | None:
    """The means of his role: of starters if he started half of his last ten games, this season's before last's."""
    rate = last if own is None else own
    return view.role(day, starter=(rate or 0.0) >= 0.5)


def _start_rate(games: Sequence[Appearance]) -> float | None:
    started = [float(one.started) for one in games[-10:] if one.started is not None]
    return rounded(fmean(started)) if started else None


def usual_minutes(view: View, player: int, day: date) -> float | None:
    """`minutes_avg_last_10` of `daily_cache` alone."""
    games, past = view.this_season(player, day), view.of_last_season(player)
    own = rounded(fmean(one.minutes for one in games[-10:])) if games else None
    if len(games) >= 10:
        return own
    role = _role(view, day, _start_rate(games), _start_rate(past))
    prior = None
    if role is not None:
        prior = (sum(one.minutes for one in past) + ROLE_GAMES * role[1]) / (len(past) + ROLE_GAMES)
    return rounded(_blended(len(games) / (len(games) + WINDOW_K), own, prior))


def daily_cache(view: View, player: int, team: str, day: date) -> Numbers:
    """All that is kept of a player on a morning."""
    games, past = view.this_season(player, day), view.of_last_season(player)
    form: Numbers = player_form(games) if games else {}
    last: Numbers = player_form(past) if past else {}
    n, last_games = len(games), len(past)
    role = _role(view, day, form.get("start_rate_last_10"), last.get("start_rate_last_10"))
    priors: Numbers = {"points": None, "minutes": None}
    if role is not None:
        for name, mean in (("points", role[0]), ("minutes", role[1])):
            of_last = last_games * (last.get(f"{name}_avg_season") or 0.0)
            priors[name] = (of_last + ROLE_GAMES * mean) / (last_games + ROLE_GAMES)
    weight_5 = 1.0 if n >= 5 else n / (n + WINDOW_K)
    weight_10 = 1.0 if n >= 10 else n / (n + WINDOW_K)
    values: Numbers = {
        "games_played": n,
        "games_in_sample": min(n, 10),
        "games_played_last_season": last_games,
        "points_prior": priors["points"],
    }
    for name in ("points", "minutes"):
        values[f"{name}_avg_last_5"] = _blended(weight_5, form.get(f"{name}_avg_last_5"), priors[name])
        values[f"{name}_avg_last_10"] = _blended(weight_10, form.get(f"{name}_avg_last_10"), priors[name])
        values[f"{name}_avg_season"] = _blended(weight_10, form.get(f"{name}_avg_season"), priors[name])
    for name in ("points_std", "usage_rate", "ts_pct", "free_throw_share", "start_rate"):
        column = f"{name}_last_10"
        values[column] = _blended(weight_10, form.get(column), last.get(column))
    career = view.career(player, day) if games else view.previous.careers.get(player, []) if past else []
    recency: Numbers = player_recency(career) if career else {}
    for name in ("points", "minutes"):
        values[f"{name}_ewma"] = recency.get(f"{name}_ewma", priors[name])
    if role is not None:
        values["points_per_minute_ewma"] = ((recency.get("rate_points") or 0.0) + RATE_K * role[2]) / (
            (recency.get("rate_minutes") or 0.0) + RATE_K
        )
    for name in ("points_per_minute_last_10", "scoring_slope_last_10", "minutes_range_last_10"):
        values[name] = form.get(name)
    return {name: rounded(value) for name, value in (values | _team(view, team, day)).items()}


def _team(view: View, team: str, day: date) -> Numbers:
    games, past = view.team_before(team, day), view.by_team[team, view.last_season]
    own: Numbers = team_form(games) if games else {}
    last: Numbers = team_form(past) if past else {}
    n = len(games)
    rating = "offensive_rating"
    return {
        "team_games_played": n,
        "team_pace_last_10": _team_blend(n, own.get("pace_last_10"), last.get("pace_season"), TEAM_PACE_K),
        "team_offensive_rating_last_10": _team_blend(
            n, own.get(f"{rating}_last_10"), last.get(f"{rating}_season"), TEAM_K
        ),
        "team_win_pct": _team_blend(n, own.get("win_pct"), last.get("win_pct"), TEAM_K),
    }
