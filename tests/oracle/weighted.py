"""Averages by half-lives of games played, after a game and as of a morning, by the documented formulas."""

from collections.abc import Sequence
from datetime import date
from math import floor, sqrt

from tests.oracle.form import Numbers, View
from tests.oracle.records import Appearance, ratio, rounded

# The constants of the tables, written again.
HALF_LIVES = (2, 4, 8, 16, 40)
RATE_HALF_LIVES = (8, 16, 40)
SUMMER = 0.6
LONGEST_MEMORY = 120
PRODUCTS = ((2, 40), (4, 16), (4, 40), (8, 40), (16, 40))


def _mean(pairs: Sequence[tuple[float, float]]) -> float:
    return sum(weight * value for weight, value in pairs) / sum(weight for weight, _ in pairs)


def weighted_sums(career: Sequence[Appearance]) -> Numbers:
    """Averages after the last game of a career of this season and last."""
    games = list(reversed(career[-LONGEST_MEMORY - 1 :]))
    values: Numbers = {}
    for half_life in HALF_LIVES:
        weights = [
            max(1, floor(1e6 * 2 ** (-ago / half_life) + 0.5)) * (1 if one.season == games[0].season else SUMMER)
            for ago, one in enumerate(games)
        ]
        weighed = list(zip(weights, games, strict=True))
        minutes = sum(weight * one.minutes for weight, one in weighed)
        totals = {
            "points": sum(weight * one.points for weight, one in weighed),
            "shots": sum(weight * (one.fga + 0.44 * one.fta) for weight, one in weighed),
            "threes": sum(weight * one.fg3a for weight, one in weighed),
            "free_throws": sum(weight * one.fta for weight, one in weighed),
        }
        starts = [(weight, float(one.started)) for weight, one in weighed if one.started is not None]
        used = [(weight, one) for weight, one in weighed if one.usage is not None]
        values[f"points_weighted_{half_life}"] = totals["points"] / sum(weights)
        values[f"minutes_weighted_{half_life}"] = minutes / sum(weights)
        values[f"shots_weighted_{half_life}"] = totals["shots"] / sum(weights)
        values[f"starts_weighted_{half_life}"] = _mean(starts) if starts else None
        values[f"usage_weighted_{half_life}"] = ratio(
            sum(weight * (one.usage or 0.0) * one.minutes for weight, one in used),
            sum(weight * one.minutes for weight, one in used),
        )
        if half_life in RATE_HALF_LIVES:
            for name, total in totals.items():
                values[f"{name}_per_minute_weighted_{half_life}"] = ratio(total, minutes)
        if half_life == 16:
            values["points_deviation_16"] = _deviation([(weight, one.points) for weight, one in weighed])
            values["minutes_deviation_16"] = _deviation([(weight, one.minutes) for weight, one in weighed])
        if half_life == 40:
            values["games_weighted_40"] = sum(weights) / 1e6
    return {name: rounded(value) for name, value in values.items()}


def _deviation(pairs: Sequence[tuple[float, float]]) -> float:
    mean = _mean(pairs)
    return sqrt(_mean([(weight, (value - mean) ** 2) for weight, value in pairs]))


def weighted_form(view: View, player: int, day: date) -> Numbers:
    """What is kept of a player on a morning; nothing of one who played neither this season nor last."""
    games = view.this_season(player, day)
    career = view.career(player, day) if games else view.previous.careers.get(player, [])
    career = career if games else [one for one in career if one.season == view.last_season]
    if not career:
        return {"first_of_season": None, "days_since_last_game": None, "points_weighted_8": None}
    known = _after(view, career, this_season=bool(games))
    for of_minutes, of_rate in PRODUCTS:
        minutes, rate = known[f"minutes_weighted_{of_minutes}"], known[f"points_per_minute_weighted_{of_rate}"]
        known[f"points_by_minutes_{of_minutes}_{of_rate}"] = (
            None if minutes is None or rate is None else rounded(minutes * rate)
        )
    known["first_of_season"] = 0 if games else 1
    known["days_since_last_game"] = (day - career[-1].day).days
    return known


def _after(view: View, career: Sequence[Appearance], *, this_season: bool) -> Numbers:
    """The averages after his last game; those of last season's last game looked at the season before it as well."""
    return weighted_sums(career if this_season else view.previous.careers[career[-1].player_id])
