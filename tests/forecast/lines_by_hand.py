"""Graded lines of one system in a warehouse in memory, made by hand: distributions, prices and points alone."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import nbinom

from hoopcast.arrays import BoolArray, DateArray, FloatArray
from hoopcast.warehouse.engine import ColumnsOf, Statements
from hoopcast.warehouse.tables import table

SYSTEM = "linear_news"
FIRST_NIGHT = np.datetime64("2021-10-19")
A_NIGHT = 30
TABLES = ("distributions", "mlfs", "ppl", "pgs")


@dataclass(frozen=True)
class Lines:
    """Lines of a system, (n,) each: American odds of both sides, NaN where not offered, and the points scored."""

    day: DateArray
    mean: FloatArray
    line: FloatArray
    over_price: FloatArray
    under_price: FloatArray
    points: FloatArray

    def __len__(self) -> int:
        return len(self.day)

    @property
    def variance(self) -> FloatArray:
        """Of the distributions, points squared."""
        return 3.2 * self.mean

    @property
    def went_over(self) -> FloatArray:
        """1 for an over, 0 for an under, NaN for a push."""
        over = (self.points > self.line).astype(np.float64)
        return np.where(self.points == self.line, np.nan, over)

    @property
    def returned(self) -> tuple[FloatArray, FloatArray]:
        """What one unit on the over and on the under came to."""
        is_push, is_over = self.points == self.line, self.points > self.line
        over, under = decimal(self.over_price), decimal(self.under_price)
        return (
            np.where(is_push, 0.0, np.where(is_over, over - 1, -1.0)),
            np.where(is_push, 0.0, np.where(is_over, -1.0, under - 1)),
        )


def made_lines(nights: int, seed: int, first: np.datetime64 = FIRST_NIGHT, system_weight: float = 0.5) -> Lines:
    """Lines of a market that is right but for a part of what the system says."""
    draw = np.random.default_rng(seed)
    count = nights * A_NIGHT
    mean = draw.uniform(6, 28, count)
    line = np.floor(mean + draw.normal(0, 1.5, count)) + np.where(draw.random(count) < 0.2, 0.0, 0.5)
    line = np.maximum(line, 0.5)
    believed = expit(draw.normal(0, 0.2, count))
    over_price, under_price = (american(1 / (1.05 * side)) for side in (believed, 1 - believed))
    lines = Lines(first + np.repeat(np.arange(nights), A_NIGHT), mean, line, over_price, under_price, np.zeros(count))
    own, push = own_probabilities(lines)
    over = draw.random(count) < expit(logit(believed) + system_weight * logit(np.clip(own, 0.05, 0.95)))
    away = draw.integers(1, 4, count)
    points = np.maximum(np.where(over, np.floor(line) + away, np.ceil(line) - away), np.where(over, 1, 0))
    return replace(lines, points=np.where(draw.random(count) < push, line, points))


def decimal(odds: FloatArray) -> FloatArray:
    """Decimal odds of American ones."""
    return 1 + np.where(odds > 0, odds / 100, 100 / np.abs(odds))


def american(odds: FloatArray) -> FloatArray:
    """American odds of decimal ones, whole."""
    found: FloatArray = np.where(odds >= 2, 100 * (odds - 1), -100 / (odds - 1)).round()
    return found


def own_probabilities(lines: Lines) -> tuple[FloatArray, FloatArray]:
    """P(over) given no push, and P(push), by the negative binomials of another library."""
    successes, chance = lines.mean**2 / (lines.variance - lines.mean), lines.mean / lines.variance
    whole = nbinom.cdf(99, successes, chance)
    upto = nbinom.cdf(np.floor(lines.line), successes, chance) / whole
    below = nbinom.cdf(np.ceil(lines.line) - 1, successes, chance) / whole
    push: FloatArray = np.asarray(upto - below)
    return np.asarray((1 - upto) / (1 - upto + below)), push


def market_probability(lines: Lines) -> FloatArray:
    """No-vig P(over) by the power method, by a general root finder, for lines with both prices."""
    implied = zip(1 / decimal(lines.over_price), 1 / decimal(lines.under_price), strict=True)

    def power(a: float, b: float) -> float:
        exponent: float = brentq(lambda k: a**k + b**k - 1, 0.2, 5)
        return float(a**exponent)

    return np.array([power(a, b) for a, b in implied])


def store(statements: Statements, lines: Lines, system: str = SYSTEM, *, played: bool = True) -> None:
    """Put lines into the tables, each of a player of his own."""
    place = statements.query("SELECT COUNT(*) FROM nba_analytics.player_prop_line").rows[0][0]
    player = int(str(place)) + np.arange(len(lines))
    start = np.where(lines.day.astype("datetime64[M]") >= np.datetime64("2021-09"), 21, 20)
    game = np.array(
        [f"002{year}{night % 100_000:05d}" for year, night in zip(start, player, strict=True)], dtype=object
    )
    count = len(lines)
    keys: dict[str, np.typing.NDArray[np.generic]] = {
        "game_id": game,
        "player_id": player,
        "game_date": lines.day,
        "season": np.array([f"20{year}-{year + 1}" for year in start], dtype=object),
    }
    texts = {"market": "points", "system_id": system, "bookmaker": "a book", "line_kind": "closing"}
    columns: ColumnsOf = {
        **keys,
        **{name: np.full(count, text, dtype=object) for name, text in texts.items()},
        "nb_mean": lines.mean,
        "nb_variance": lines.variance,
        "trained_until": lines.day - np.timedelta64(1, "D"),
        "points_avg_last_10": lines.mean,
        "points_avg_season": lines.mean,
        "points_line": lines.line,
        "over_price": lines.over_price,
        "under_price": lines.under_price,
        "points": lines.points,
        "played_flag": np.full(count, played),
    }
    for short in TABLES:
        put(statements, short, columns)


def put(statements: Statements, short: str, columns: ColumnsOf) -> None:
    """Add rows to a table, NULL in every column that is not given."""
    definition = table(short)
    nothing = np.full(len(columns["game_id"]), None, dtype=object)
    statements.append(
        definition.name, definition, {column.name: columns.get(column.name, nothing) for column in definition.columns}
    )


def rows(lines: Lines, which: BoolArray) -> Lines:
    """Some of the lines."""
    return Lines(*(column[which] for column in vars(lines).values()))
