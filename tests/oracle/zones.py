"""Where players shoot from and what defences allow, as of a morning, by the documented formulas."""

from collections.abc import Iterable, Sequence
from datetime import date

from tests.oracle.form import Numbers, View
from tests.oracle.records import ZONES, Appearance, TeamGame, ratio, rounded

# The fitted constants of the tables, written again.
SHOOTING_K = {"paint": 60.0, "mid_range": 100.0, "three": 200.0}
DEFENCE_K = {
    "paint": (30.0, 0.6),
    "mid_range": (120.0, 0.4),
    "three": (60.0, 0.2),
    "rating": (15.0, 0.4),
    "pace": (4.0, 0.4),
}
VALUE = {"paint": 2, "mid_range": 2, "three": 3}
LEAGUE_GAMES = 60.0
DEFENCE_WINDOW = 15

# The league's number of a measure, and a defence's shrunk one.
_Estimates = tuple[float | None, float | None]
Row = dict[str, float | str | None]


def _shots(games: Iterable[Appearance], zone: str) -> tuple[int, int]:
    shots = [one.shots[zone] for one in games if one.shots is not None]
    return sum(tried for tried, _ in shots), sum(made for _, made in shots)


def shooting(view: View, player: int, day: date, league: dict[str, float | None]) -> Row:
    """His shots by zone on a morning; `league` is `league_shooting` of that day."""
    career = view.career(player, day)
    last_10, last_20 = career[-10:], career[-20:]
    tried = {zone: _shots(last_10, zone)[0] for zone in ZONES}
    zoned = sum(tried.values())
    values: Numbers = {}
    for zone in ZONES:
        values[f"{zone}_rate_last_10"] = ratio(tried[zone], zoned)
        values[f"{zone}_fg_pct_last_10"] = ratio(_shots(last_10, zone)[1], tried[zone])
        attempts_20, makes_20 = _shots(last_20, zone)
        values[f"{zone}_fg_pct_last_20"] = ratio(makes_20, attempts_20)
        attempts, makes = _shots(career, zone)
        mean = league[zone]
        k = SHOOTING_K[zone]
        values[f"{zone}_fg_pct_shrunk"] = None if mean is None else (makes + k * mean) / (attempts + k)
    made, helped = sum(one.fgm for one in last_10), sum(one.assisted or 0 for one in last_10)
    values["assisted_rate_last_10"] = ratio(helped, made)
    values["attempts_per_game_last_10"] = ratio(sum(one.fga for one in last_10), len(last_10))
    is_current = bool(career) and career[-1].season == view.season
    values["games_in_sample_10"] = min(len(view.this_season(player, day)), 10) if is_current else 0
    row: Row = {name: rounded(value) for name, value in values.items()}
    return row | {"primary_scoring_zone": _primary(tried, zoned)}


def _primary(tried: dict[str, int], zoned: int) -> str | None:
    if zoned == 0:
        return None
    for zone, share in (("paint", 0.40), ("three", 0.40), ("mid_range", 0.35)):
        if tried[zone] >= share * zoned:
            return zone
    return "balanced"


def league_shooting(view: View, day: date) -> dict[str, float | None]:
    """The league's share of makes by zone in all games before a day, this season and last."""
    return {
        zone: ratio(made, tried)
        for zone in ZONES
        for tried, made in [_shots((one for one in view.appearances if one.day < day), zone)]
    }


def _measured(game: TeamGame, measure: str) -> tuple[int, int] | None:
    """What a defence gave up of a measure, as tried and made: whole numbers, so that their sums are exact."""
    if measure == "rating":
        return round(1000 * game.possessions), 100_000 * game.opponent_points
    if measure == "pace":
        return 1_000_000, round(1e6 * game.pace)
    return None if game.allowed is None else game.allowed[measure]


def _sums(games: Sequence[TeamGame], measure: str) -> tuple[int, int, int]:
    found = [one for game in games if (one := _measured(game, measure)) is not None]
    return len(found), sum(tried for tried, _ in found), sum(made for _, made in found)


def defences(view: View, day: date, teams: Sequence[str]) -> dict[str, Row]:
    """Every team's defence on a morning."""
    last_15 = {team: view.team_before(team, day)[-DEFENCE_WINDOW:] for team in teams}
    values: dict[str, Numbers] = {team: {"games_in_sample": len(last_15[team])} for team in teams}
    against: dict[str, dict[str, float]] = {team: {} for team in teams}
    for measure, (k, carry) in DEFENCE_K.items():
        window = {team: _sums(last_15[team], measure) for team in teams}
        past = {team: _sums(view.by_team[team, view.last_season], measure) for team in teams}
        league_n = sum(n for n, _, _ in window.values())
        league = ratio(sum(made for _, _, made in window.values()), sum(tried for _, tried, _ in window.values()))
        league_past = ratio(sum(made for _, _, made in past.values()), sum(tried for _, tried, _ in past.values()))
        estimate = league
        if league_past is not None:
            estimate = (league_n * (league or 0.0) + LEAGUE_GAMES * league_past) / (league_n + LEAGUE_GAMES)
        for team in teams:
            n, tried, made = window[team]
            rate = ratio(made, tried)
            own_past = ratio(past[team][2], past[team][1])
            carried = 0.0 if own_past is None or league_past is None else own_past - league_past
            moved = 0.0 if rate is None or estimate is None else rate - estimate
            difference = (n * moved + k * carry * carried) / (n + k)
            shrunk = None if estimate is None else estimate + difference
            values[team] |= _columns(measure, window[team], league, (estimate, shrunk))
            if measure in ZONES and estimate is not None:
                against[team][measure] = VALUE[measure] * difference
    return {team: _row(values[team], against[team]) for team in teams}


def _row(values: Numbers, against: dict[str, float]) -> Row:
    row: Row = {name: rounded(value) for name, value in values.items()}
    ranked = sorted(against, key=lambda zone: (against[zone], zone))
    return row | {"strongest_zone": ranked[0] if ranked else None, "weakest_zone": ranked[-1] if ranked else None}


def _columns(measure: str, sums: tuple[int, int, int], league: float | None, numbers: _Estimates) -> Numbers:
    n, tried, made = sums
    rate = ratio(made, tried)
    estimate, shrunk = numbers
    if measure == "rating":
        return {"defensive_rating_last_15": rate, "defensive_rating_shrunk": shrunk}
    if measure == "pace":
        return {"opponent_pace_last_15": rate, "pace_shrunk": shrunk, "pace_league": estimate}
    return {
        f"{measure}_fg_pct_allowed_last_15": rate,
        f"{measure}_attempts_allowed_per_game": ratio(tried, n),
        f"{measure}_points_allowed_per_game": ratio(VALUE[measure] * made, n),
        f"{measure}_vs_league_pct_points": None if rate is None or league is None else 100 * (rate - league),
        f"{measure}_fg_pct_league": estimate,
        f"{measure}_fg_pct_allowed_shrunk": shrunk,
    }
