"""Simulated leagues with lines of a market that knows all there is, or that draws everyone to the average."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np
from scipy.special import expit

from hoopcast.arrays import FloatArray
from hoopcast.league import League
from hoopcast.league.lines import american_odds
from hoopcast.market.after_market import logistic_weights
from tests.league.truth import truth_of

MARGIN = 0.062
_LEAST_LINE = 0.5
# Variance of points given their expectation, as the simulator's own market has it.
_VARIANCE = (1.55, 0.065)


def with_market(league: League, ignored: float) -> League:
    """The league with other points lines: of a market that is right on average, with the usual margin.

    Args:
        league: any.
        ignored: how much of what sets a player apart from the average of those with a line a line leaves out, from 0, a
            market that knows all there is to know before a game, to 1, one that gives everyone the same line.
    """
    tables = {}
    for season, files in league.tables.items():
        expected, points = _lines_of(league, season)
        believed = expected * (expected.mean() / expected) ** ignored
        line = np.maximum(np.floor(believed - 0.1) + 0.5, _LEAST_LINE)
        distance = (believed - line) / np.sqrt(_VARIANCE[0] * believed + _VARIANCE[1] * believed**2)
        # What a distance from the line comes to is learned from all that then happened: no other bias is left.
        design = np.column_stack([np.ones(len(line)), distance])
        decided = np.isfinite(points)
        went_over = (points > line)[decided].astype(np.float64)
        over = expit(design @ logistic_weights(design[decided], went_over))
        prices = {
            side: american_odds(probability * (1 + MARGIN))
            for side, probability in (("over_odds", over), ("under_odds", 1 - over))
        }
        props = {**files["points_props"], "line": line, **prices}
        tables[season] = MappingProxyType({**files, "points_props": props})
    return replace(league, tables=MappingProxyType(tables))


def _lines_of(league: League, season: str) -> tuple[FloatArray, FloatArray]:
    """For each line of a season: true expected points of the game, and points scored, NaN for an absence."""
    truth = truth_of(league).points_line
    of_season = truth["season"] == season
    box = league.tables[season]["player_box"]
    scored = {
        (int(player), str(day)): float(points)
        for player, day, points in zip(box["PLAYER_ID"], box["GAME_DATE"], box["PTS"], strict=True)
    }
    keys = zip(truth["player_id"][of_season], truth["game_date"][of_season], strict=True)
    points = np.array([scored.get((int(player), str(day)), np.nan) for player, day in keys])
    return truth["expected_points"][of_season].astype(np.float64), points
