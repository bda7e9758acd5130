"""The 25 features of an expected player, recomputed from box scores alone, by the documented formulas."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache

from tests.oracle.form import Numbers, daily_cache
from tests.oracle.population import Expected, Move, Season
from tests.oracle.records import Records, rounded
from tests.oracle.zones import Row, defences, league_shooting, shooting

# The fitted constants of the tables, written again.
FATIGUE_SHARE = 0.004
VACANCY_SHARE = 0.062


class Oracle:
    """Features of one season, counted from its records and those of the two seasons before.

    Who will play is learned, not counted: `play` holds those probabilities by game and player.
    """

    def __init__(
        self,
        records: Records,
        season: str,
        moves: Iterable[Move],
        teams: Sequence[str],
        play: Mapping[tuple[str, int], float],
    ) -> None:
        held = list(moves)
        year = int(season[:4])
        self.season = Season(records, season, held)
        self.last_season = Season(records, f"{year - 1}-{year % 100:02d}", held)
        self.play = play
        # Many rows of a day ask for the same.
        self.expected = cache(self.season.expected)
        self.cache = cache(self._cache)
        self.defences = cache(lambda day: defences(self.season.view, day, teams))
        self.league_shooting = cache(lambda day: league_shooting(self.season.view, day))

    def _of(self, day: date) -> Season:
        return self.season if day in self.season.games else self.last_season

    def _cache(self, player: int, team: str, day: date) -> Numbers:
        return daily_cache(self._of(day).view, player, team, day)

    def features(self, player: int, day: date) -> Row:
        """The 25 features of a player on a morning."""
        population = self.expected(day)
        row = next(one for one in population if one.player_id == player)
        own = self.cache(player, row.team, day)
        view = self.season.view
        zones = shooting(view, player, day, self.league_shooting(day))
        defence = self.defences(day)
        theirs = defence[row.opponent]
        fatigue = rounded(fatigue_score(row))
        points_5, points_10 = _number(own["points_avg_last_5"]), _number(own["points_avg_last_10"])
        rests = (self.season.days_since_last_game(team, day) for team in (row.team, row.opponent))
        own_rest, other_rest = rests
        return {
            "points_avg_last_5": points_5,
            "points_avg_last_10": points_10,
            "points_avg_season": own["points_avg_season"],
            "points_std_last_10": own["points_std_last_10"],
            "games_in_last_7_days": row.games_in_7,
            "fatigue_score": fatigue,
            "shot_zone_mismatch_score": rounded(_mismatch(zones, theirs)),
            "pace_score": rounded(_pace(own, defence[row.team], theirs)),
            "usage_spike_score": rounded(self._usage_spike(row, population)),
            "rest_advantage": None
            if own_rest is None or other_rest is None
            else max(-2, min(2, own_rest - other_rest)),
            "injury_risk": row.injury_risk,
            "recent_trend": rounded(points_5 - points_10),
            "minutes_change": rounded(_number(own["minutes_avg_last_5"]) - _number(own["minutes_avg_season"])),
            "opponent_def_rating": theirs["defensive_rating_shrunk"],
            "opponent_pace": theirs["pace_shrunk"],
            "home_away": int(row.team == row.game.home),
            "back_to_back": int(own_rest == 1),
            "playoff_game": int(not row.game.game_id.startswith("002")),
            "pct_paint": zones["paint_rate_last_10"],
            "pct_mid_range": zones["mid_range_rate_last_10"],
            "pct_three": zones["three_rate_last_10"],
            "pct_free_throw": own["free_throw_share_last_10"],
            "team_pace": own["team_pace_last_10"],
            "team_off_rating": own["team_offensive_rating_last_10"],
            "team_win_pct": own["team_win_pct"],
        }

    def _usage_spike(self, row: Expected, population: Sequence[Expected]) -> float | None:
        """Points of absent team-mates that fall to a player, by his share of the plays of those who are there."""
        vacant, present = 0.0, 0.0
        for mate in population:
            if mate.team == row.team and mate.player_id != row.player_id and mate.by_history:
                away = 1 - self.play[mate.game.game_id, mate.player_id]
                numbers = self.cache(mate.player_id, mate.team, mate.game.day)
                vacant += _number(numbers["points_avg_last_10"]) * away
                present += _plays(numbers) * (1 - away)
        own = _plays(self.cache(row.player_id, row.team, row.game.day))
        return None if own + present == 0 else VACANCY_SHARE * vacant * own / (own + present)


def fatigue_score(row: Expected) -> float:
    """100 = fresh."""
    score = 100.0
    score -= 20 if row.days_rest == 1 else 0
    score -= 4 * row.back_to_backs_in_14
    score -= 8 * max(0, row.games_in_7 - 2)
    score -= 0.2 * max(0.0, row.minutes_in_7 - 80)
    return max(0.0, score)


def _plays(numbers: Numbers) -> float:
    usage, minutes = numbers["usage_rate_last_10"], numbers["minutes_avg_last_10"]
    return 0.0 if usage is None or minutes is None else usage * minutes / 48


def _mismatch(zones: Row, defence: Row) -> float | None:
    if zones["paint_rate_last_10"] is None:
        return None
    return _number(zones["attempts_per_game_last_10"]) * sum(
        value
        * _number(zones[f"{zone}_rate_last_10"])
        * (_number(defence[f"{zone}_fg_pct_allowed_shrunk"]) - _number(defence[f"{zone}_fg_pct_league"]))
        for zone, value in (("paint", 2), ("mid_range", 2), ("three", 3))
    )


def _pace(own: Numbers, ours: Row, theirs: Row) -> float:
    expected = _number(ours["pace_shrunk"]) + _number(theirs["pace_shrunk"]) - _number(theirs["pace_league"])
    return _number(own["points_avg_last_10"]) * (expected / _number(own["team_pace_last_10"]) - 1)


def _number(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)
