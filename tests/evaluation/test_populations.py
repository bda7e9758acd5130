"""Populations and simple rules against a career walked through game by game."""

import math
from collections import defaultdict
from dataclasses import fields, replace
from datetime import date

import numpy as np
import pytest

from hoopcast.api import Hoopcast
from hoopcast.evaluation.populations import DIMENSIONS, POPULATIONS, Appearances, Scope, appearances

SEASON = "2021-22"
_GAMES = """
SELECT game_id, player_id, season, game_date, points, minutes, starter_flag, home_flag
FROM nba_analytics.player_game_summary WHERE played_flag ORDER BY player_id, game_date, game_id
"""


@pytest.fixture
def rows(forecasts: Hoopcast) -> Appearances:
    """Appearances of 2021-22."""
    return appearances(forecasts.engine, Scope("TEST", days(forecasts)))


def days(warehouse: Hoopcast) -> tuple[date, ...]:
    """Game dates of the season."""
    sql = "SELECT DISTINCT game_date FROM nba_raw.nbac_schedule WHERE season = $season AND season_stage = 'regular'"
    return tuple(row[0] for row in warehouse.query(sql, {"season": SEASON}).rows)


def career(warehouse: Hoopcast) -> dict[tuple[str, int], dict[str, object]]:
    """What is to be known before each appearance of the season, found by walking through each career."""
    games = defaultdict(list)
    for game in warehouse.query(_GAMES):
        games[game["player_id"]].append(game)
    found = {}
    for player, played in games.items():
        for place, game in enumerate(played):
            before = played[:place]
            season = [one for one in before if one["season"] == SEASON]
            last_season = [one["points"] for one in before if one["season"] == "2020-21"]
            if game["season"] != SEASON or not (season or last_season):
                continue
            points = [one["points"] for one in before]
            weights = [0.5 ** (age / 8) for age in reversed(range(len(before)))]
            ten, own = before[-10:], [one["points"] for one in season]
            minutes = float(np.mean([one["minutes"] for one in ten]))
            starts = np.mean([one["starter_flag"] for one in ten])
            found[game["game_id"], player] = {
                "ewma8": float(np.average(points, weights=weights)),
                "last_5": float(np.mean(points[-5:])),
                "last_10": float(np.mean(points[-10:])),
                "season_average": float(np.mean(own or last_season)),
                "in_gp10": len(season) >= 10,
                "in_min20": len(season) >= 10 and minutes >= 20,
                "in_pts20": len(season) >= 10 and np.mean(points[-10:]) >= 20,
                "role": "starter" if starts >= 0.5 else "rotation" if minutes >= 15 else "bench",
                "venue": "home" if game["home_flag"] else "away",
                "season_part": "later" if len(season) >= 10 else "first 10 games",
                "rest": _rest((game["game_date"] - season[-1]["game_date"]).days if season else None),
            }
    return found


def _rest(apart: int | None) -> str:
    return {None: "first of season", 1: "back-to-back", 2: "1 day", 3: "2 days"}.get(apart, "3+ days")


def test_what_was_known_before_each_game_is_that_of_a_career_walked_through(
    forecasts: Hoopcast, rows: Appearances
) -> None:
    expected = career(forecasts)
    assert set(zip(rows.game_id, rows.player_id.tolist(), strict=True)) == set(expected)
    for name in next(iter(expected.values())):
        found = getattr(rows, name).tolist()
        wanted = [expected[key][name] for key in zip(rows.game_id, rows.player_id.tolist(), strict=True)]
        assert found == (pytest.approx(wanted, abs=1e-6) if isinstance(wanted[0], float) else wanted), name


def test_what_happens_in_a_game_moves_nobody_in_or_out_of_a_population_up_to_that_day(
    forecasts: Hoopcast, rows: Appearances
) -> None:
    changed = sorted(days(forecasts))[6]
    earlier = tuple(day for day in days(forecasts) if day <= changed)
    engine = forecasts.engine
    engine.execute("BEGIN TRANSACTION")
    engine.execute(
        "UPDATE nba_analytics.player_game_summary SET points = points + 30, minutes = 1 WHERE game_date >= $day",
        {"day": changed},
    )
    after = appearances(engine, Scope("TEST", earlier))
    engine.execute("ROLLBACK")
    before = rows.rows(rows.game_date <= np.datetime64(changed))
    same = replace(after, points=before.points)
    for field in fields(Appearances):
        np.testing.assert_array_equal(getattr(same, field.name), getattr(before, field.name))


def test_populations_lie_within_all_and_prop_has_a_line(rows: Appearances) -> None:
    sizes = {name: int(rows.population(name).sum()) for name in POPULATIONS}
    assert sizes["ALL"] == len(rows) > sizes["GP10"] >= sizes["MIN20"] >= sizes["PTS20"]
    assert sizes["PROP"] == int((~np.isnan(rows.line)).sum())


def test_every_value_of_a_dimension_is_one_that_is_shown(rows: Appearances) -> None:
    for name, values in DIMENSIONS.items():
        assert not values or set(rows.dimension(name)) <= set(values)


def test_rows_are_found_again_by_game_and_player(rows: Appearances) -> None:
    order = np.random.default_rng(1).permutation(len(rows))
    np.testing.assert_array_equal(rows.row_numbers(rows.game_id[order], rows.player_id[order]), order)
    assert rows.row_numbers(rows.game_id[:1], np.array([99])).tolist() == [-1]


def test_the_market_says_one_half_where_both_prices_are_alike(rows: Appearances) -> None:
    alike = rows.over_price == rows.under_price
    assert alike.any()
    assert rows.market_probability[alike] == pytest.approx(0.5)
    assert all(math.isnan(value) for value in rows.market_probability[np.isnan(rows.line)])
