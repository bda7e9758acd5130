"""The weight of a system's P(over) beside the market's: learned at each refit on its own graded lines before it.

A document holds the weights after the market, and the record of what such weights claimed, each month by what was known
before it, beside what the bets returned. Where a claim of the latest season with a record is not what was returned,
`broken` says so, and the system's picks are withheld until a later refit finds the record in order.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from hoopcast.arrays import BoolArray, FloatArray, TextArray
from hoopcast.forecast.calibrating import read_calibrations
from hoopcast.forecast.card import About
from hoopcast.forecast.distribution import distribution, probability_over, probability_push
from hoopcast.forecast.forecasting import learned_for, refit_of
from hoopcast.forecast.frame import Document, Frame
from hoopcast.forecast.regression import rounded
from hoopcast.forecast.system import Summary
from hoopcast.forecast.training import Learning, as_rows, learned
from hoopcast.forecast.training_window import first_season
from hoopcast.market.after_market import FEWEST_LINES, AfterMarket, fit_after_market, walk_forward
from hoopcast.market.bets import Prices, better_sides, is_far_line
from hoopcast.market.claims import LARGEST_CREDIBLE, ClaimRecord, claim_record
from hoopcast.market.odds import completed, decimal_odds, no_vig_probability_over
from hoopcast.pipeline.node import Asked
from hoopcast.warehouse.engine import ColumnsOf, Statements

PREFIX = "win_probability"
COLUMNS = ("probability_over", "no_vig_probability_over")
_PAST = """
SELECT l.game_id, l.player_id, l.season, l.game_date, l.nb_mean, l.nb_variance, q.points_line AS line, q.over_price,
    q.under_price, f.points_avg_last_10, f.points_avg_season, g.points
FROM nba_predictions.forecast_distribution AS l
INNER JOIN nba_predictions.ml_feature_store AS f ON f.game_id = l.game_id AND f.player_id = l.player_id
INNER JOIN nba_analytics.player_prop_line AS q
    ON q.game_id = l.game_id AND q.player_id = l.player_id AND q.market = l.market
INNER JOIN nba_analytics.player_game_summary AS g
    ON g.game_id = l.game_id AND g.player_id = l.player_id AND g.played_flag
WHERE l.system_id = $system_id AND l.market = 'points' AND l.game_date < $before AND l.season >= $first_season
    AND (q.over_price IS NOT NULL OR q.under_price IS NOT NULL)
ORDER BY l.game_date, l.game_id, l.player_id
"""
_BLOCK = 2_000
LIMITS = (
    "It hears the price that is stored: an archive's closing price carries no hour, and may not have been to be had.",
    f"A system without {FEWEST_LINES:,} graded lines has no record, and no pick.",
    "A line with one price is completed to the usual overround: it teaches a line's bias, and little about prices.",
)


@dataclass(frozen=True)
class AfterMarketOfDates:
    """What holds for rows, (n,) each: P(over) after the market, intercept and weights, and why picks are withheld."""

    probability_over: FloatArray
    intercept: FloatArray
    market_weight: FloatArray
    system_weight: FloatArray
    withheld: TextArray


@dataclass(frozen=True)
class _Lines:
    """Graded lines of a system, (n,) each; `went_over` is NaN for a push."""

    frame: Frame
    season: TextArray
    prices: Prices
    push: FloatArray
    points: FloatArray
    line: FloatArray

    @property
    def went_over(self) -> FloatArray:
        over = (self.points > self.line).astype(np.float64)
        return np.where(self.points == self.line, np.nan, over)


def system_id(of: str) -> str:
    """Under which name what is learned about a system's P(over) is stored: `win_probability_linear_news`."""
    return f"{PREFIX}_{of}"


def refits(statements: Statements, asked: Asked, of: str) -> ColumnsOf:
    """Rows of `nba_predictions.trained_model` about the P(over) of a system: one a refit date with a record before it.

    Args:
        statements: the warehouse.
        asked: refit dates of a season.
        of: system_id of the system.
    """
    lines = _graded_lines(statements, asked, of)
    claims = _claims(lines)
    teaches = np.isfinite(lines.went_over)
    frame, went_over = lines.frame.rows(teaches), lines.went_over[teaches]

    def learn(rows: int) -> Document:
        own, market = (frame.columns[name][:rows] for name in COLUMNS)
        fitted = fit_after_market(market, own, went_over[:rows])
        # `rows` are lines that were no push; the record counts pushes as well, up to the same date.
        last = frame.game_date[rows - 1]
        record = _latest_record(lines, claims, lines.frame.game_date <= last)
        document: Document = {**asdict(fitted), "lines": rows, "broken": "", "record": None}
        if record is not None:
            document |= {"broken": record[1].broken, "record": _plain(*record)}
        return document

    learning = Learning(
        system_id(of),
        frame,
        learn,
        _outputs,
        About(
            "lines of players who played, pushes aside, each with the system's final P(over) and whether the over won",
            COLUMNS,
            (of,),
            LIMITS,
            _summary,
        ),
        least_rows=FEWEST_LINES,
    )
    return as_rows(learned(statements, asked, learning))


def after_market(  # noqa: PLR0913, PLR0917 - columns of one table, side by side
    statements: Statements,
    asked: Asked,
    of: str,
    day: "np.typing.NDArray[np.datetime64]",
    own: FloatArray,
    market: FloatArray,
) -> AfterMarketOfDates:
    """What a system's P(over) comes to after the market, by what had been learned before each date.

    Args:
        statements: the warehouse.
        asked: dates of a season.
        of: system_id of the system.
        day: (n,) dates of the games.
        own: (n,) P(over) of the system, given no push; NaN without a line.
        market: (n,) no-vig probability of the over; NaN without a price.
    """
    refits_of_dates = learned_for(statements, asked, system_id(of), _outputs)
    place = refit_of(refits_of_dates, day)
    probability, intercept, at_market, at_system = (np.full(len(day), np.nan) for _ in range(4))
    withheld: TextArray = np.full(len(day), "", dtype=object)
    for number, refit in enumerate(refits_of_dates):
        of_refit, document = place == number, refit.document
        fitted = _after_market_of(document)
        probability[of_refit] = fitted.probability_over(market[of_refit], own[of_refit])
        intercept[of_refit] = fitted.intercept
        at_market[of_refit], at_system[of_refit] = fitted.market_weight, fitted.system_weight
        withheld[of_refit] = f"withheld: {document['broken']}" if document["broken"] else ""
    return AfterMarketOfDates(probability, intercept, at_market, at_system, withheld)


def _graded_lines(statements: Statements, asked: Asked, of: str) -> _Lines:
    """Lines of players who played, with the final P(over) that the system had for each."""
    past = statements.columns(
        _PAST, {"system_id": of, "before": asked.dates[-1], "first_season": first_season(asked.season)}
    )
    line = past["line"].astype(np.float64)
    over, under = (decimal_odds(past[name].astype(np.float64)) for name in ("over_price", "under_price"))
    market = no_vig_probability_over(*completed(over, under))
    own, push = _own_probabilities(statements, of, past, line)
    frame = Frame(
        past["game_id"],
        past["player_id"].astype(np.int64),
        past["game_date"],
        {"probability_over": own, "no_vig_probability_over": market},
    )
    usable = np.isfinite(own) & np.isfinite(market)
    last_10, season = (past[name].astype(np.float64) for name in ("points_avg_last_10", "points_avg_season"))
    prices = Prices(over[usable], under[usable], market[usable], is_far_line(line, last_10, season)[usable])
    return _Lines(
        frame.rows(usable),
        past["season"][usable],
        prices,
        push[usable],
        past["points"].astype(np.float64)[usable],
        line[usable],
    )


def _own_probabilities(
    statements: Statements, of: str, past: ColumnsOf, line: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """P(over) given no push and P(push) of the final distributions, by the recalibration of each date."""
    mean, variance = past["nb_mean"].astype(np.float64), past["nb_variance"].astype(np.float64)
    over, push = np.full(len(line), np.nan), np.full(len(line), np.nan)
    for season in dict.fromkeys(past["season"].tolist()):
        of_season = np.flatnonzero(past["season"] == season)
        days = past["game_date"][of_season]
        calibrations = read_calibrations(statements, Asked(str(season), (days[0].item(), days[-1].item())), of)
        for part, _, recalibration in calibrations.parts(days):
            rows = of_season[part]
            for some in np.array_split(rows, len(rows) // _BLOCK + 1):
                final = distribution(mean[some], variance[some], recalibration)
                over[some], push[some] = probability_over(final, line[some]), probability_push(final, line[some])
    return over, push


def _claims(lines: _Lines) -> tuple[FloatArray, FloatArray]:
    """Expected value that each line's better side was given by what was known before its month, and what it returned.

    NaN where there was no record, and where the price is one that is not bet on.
    """
    own, market = (lines.frame.columns[name] for name in COLUMNS)
    month = lines.frame.game_date.astype("datetime64[M]").astype(np.float64)
    probability = walk_forward(market, own, lines.went_over, month)
    is_over, value = better_sides(probability, lines.push, lines.prices)
    suspect = lines.prices.is_single | lines.prices.is_extreme | lines.prices.is_far
    is_bet_on = ~suspect & (value < LARGEST_CREDIBLE)
    price = np.where(is_over, lines.prices.over, lines.prices.under)
    won = np.where(is_over, lines.points > lines.line, lines.points < lines.line)
    returned = np.where(lines.points == lines.line, 0.0, np.where(won, price - 1, -1.0))
    return np.where(is_bet_on, value, np.nan), returned


def _latest_record(
    lines: _Lines, claims: tuple[FloatArray, FloatArray], known: BoolArray
) -> tuple[str, ClaimRecord] | None:
    """The record of the latest season that has claims enough, as far as it is known; None where none has."""
    claimed, returned = claims
    counts = known & np.isfinite(claimed)
    for season in sorted(set(lines.season[counts].tolist()), reverse=True):
        inside = counts & (lines.season == season)
        if inside.sum() >= FEWEST_LINES:
            return season, claim_record(claimed[inside], returned[inside], lines.frame.game_date[inside])
    return None


def _plain(season: str, record: ClaimRecord) -> Document:
    """A record as JSON holds it."""

    def number(value: float) -> float | None:
        if isinstance(value, int):
            return value
        return rounded(value) if np.isfinite(value) else None

    return {
        "season": season,
        "bands": [{name: number(value) for name, value in asdict(band).items()} for band in record.bands],
        "slope": {name: number(value) for name, value in asdict(record.slope).items()},
    }


def _after_market_of(document: Document) -> AfterMarket:
    return AfterMarket(*(float(document[name]) for name in ("intercept", "market_weight", "system_weight")))


def _outputs(rows: Frame, document: Document) -> Mapping[str, FloatArray]:
    own, market = (rows.columns[name] for name in COLUMNS)
    return {"win_probability_over": _after_market_of(document).probability_over(market, own)}


def _summary(document: Document) -> Summary:
    """Weights and intercept, and the record of claims: made month by month on lines that came later."""
    weights = {
        "the market": document["market_weight"],
        "the system": document["system_weight"],
        "the over, whatever both say (intercept)": document["intercept"],
    }
    scores: dict[str, float] = {}
    record = document["record"]
    for band in record["bands"] if record else ():
        if band["returned_low"] is not None:
            name = f"{record['season']}, claims of {100 * band['low']:.0f} to {100 * band['high']:.0f} %"
            scores |= {f"{name}: claimed": band["claimed"], f"{name}: returned": band["returned"]}
    if record and record["slope"]["low"] is not None:
        scores[f"{record['season']}: slope of returns on claims"] = record["slope"]["slope"]
    return Summary("weight in the log odds of the over", weights, scores)
