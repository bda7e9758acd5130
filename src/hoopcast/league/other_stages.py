"""Games that the schedule has and no box score follows: preseason, all-star, play-in, playoffs."""

from datetime import date, timedelta

import numpy as np

from hoopcast.league.columns import Columns, chance
from hoopcast.league.schedule import Games
from hoopcast.league.size import LeagueSize
from hoopcast.nba.teams import TEAMS

# Teams that are not of the league: two of the all-star game, two of the rising stars' and a touring club.
_GUESTS = {
    "DRT": 1610616833, "LBN": 1610616834, "BAR": 1610616847, "PAY": 1610616848, "MLB": 15016,
}  # fmt: skip
_PRESEASON_ROUNDS, _PLAYOFF_ROUND_GAMES = 4, 5
_ALL_STAR_DAY = 2


def _fixtures(rng: np.random.Generator, games: Games, size: LeagueSize) -> list[tuple[str, str, date, str, str]]:
    """Stage, id digits, date, home and visiting team of each game."""
    teams = [team.abbr for team in TEAMS[: size.teams]]
    last = games.opening + timedelta(days=games.last_day)
    fixtures = []
    rounds = _PRESEASON_ROUNDS if size.is_long else 1
    for number in range(rounds):
        order = rng.permutation(teams)
        for at, (home, away) in enumerate(zip(order[::2], order[1::2], strict=True)):
            day = games.opening - timedelta(days=4 * (rounds - number) + (at % 3))
            fixtures.append(("preseason", f"1{number:02d}{at:02d}", day, str(home), str(away)))
    fixtures.append(("preseason", "10099", games.opening - timedelta(days=7), teams[0], "MLB"))
    sunday = games.break_date + timedelta(days=_ALL_STAR_DAY if size.is_long else 1)
    fixtures.append(("allstar", "30001", sunday, "LBN", "DRT"))
    if size.is_long:
        fixtures.append(("allstar", "30004", games.break_date, "PAY", "BAR"))
    best = rng.permutation(teams)
    play_in = [(2, 3), (4, 5), (2, 4)] if len(best) > 5 else []  # noqa: PLR2004 - too few teams for a play-in
    for at, (home, away) in enumerate(play_in):
        day = last + timedelta(days=2 + at)
        fixtures.append(("playin", f"5{at:02d}01", day, str(best[home]), str(best[away])))
    for at in range(_PLAYOFF_ROUND_GAMES):
        home, away = (best[0], best[1]) if at % 2 == 0 else (best[1], best[0])
        fixtures.append(("playoffs", f"40010{at + 1}", last + timedelta(days=6 + 2 * at), str(home), str(away)))
    return fixtures


def other_games(seed: int, season: str, games: Games, size: LeagueSize) -> Columns:
    """Schedule rows of the stages without box scores.

    Args:
        seed: seed of the league.
        season: such as `2021-22`.
        games: regular season.
        size: number of teams.

    Returns:
        Rows with game_id, game_date, team tricodes and ids, scores and season_type.
    """
    rng = chance(seed, season, "other stages")
    fixtures = _fixtures(rng, games, size)
    ids = {team.abbr: team.team_id for team in TEAMS} | _GUESTS
    scores = rng.integers(90, 130, (len(fixtures), 2))
    scores[:, 1] += scores[:, 0] == scores[:, 1]
    year = season[2:4]
    return {
        "game_id": np.array([f"00{number[0]}{year}{int(number[1:]):05d}" for _, number, _, _, _ in fixtures], object),
        "game_date": np.array([str(day) for _, _, day, _, _ in fixtures], object),
        "home_team": np.array([home for _, _, _, home, _ in fixtures], object),
        "away_team": np.array([away for _, _, _, _, away in fixtures], object),
        "home_team_id": np.array([ids[home] for _, _, _, home, _ in fixtures]),
        "away_team_id": np.array([ids[away] for _, _, _, _, away in fixtures]),
        "home_score": scores[:, 0],
        "away_score": scores[:, 1],
        "season_type": np.array([stage for stage, _, _, _, _ in fixtures], object),
    }
