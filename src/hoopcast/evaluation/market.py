"""Against the market: log loss at the line, bets at their prices, and claimed beside realised expected value."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from scipy.special import expit

from hoopcast.arrays import BoolArray, DateArray, FloatArray, TextArray
from hoopcast.evaluation.accuracy import FEWEST_ROWS
from hoopcast.evaluation.populations import Appearances, Forecasts, Scope, level_of
from hoopcast.evaluation.scores import difference, log_losses, log_odds, mean_interval, mean_or_nan
from hoopcast.forecast.system import Level
from hoopcast.market.after_market import FEWEST_LINES, logistic_weights
from hoopcast.market.bets import BEYOND_CREDIBLE
from hoopcast.market.claims import LARGEST_CREDIBLE, Band, ClaimRecord, claim_record, mean_return
from hoopcast.market.odds import bets_needed, decimal_odds, no_vig_probability_over
from hoopcast.warehouse.engine import Statements

_BETS = """
SELECT p.game_date, p.recommendation, p.line, CAST(p.over_price AS DOUBLE) AS over_price,
    CAST(p.under_price AS DOUBLE) AS under_price, CAST(a.actual_points AS DOUBLE) AS points
FROM nba_predictions.player_prop_predictions AS p
INNER JOIN nba_predictions.prediction_accuracy AS a ON a.market = p.market AND a.game_id = p.game_id
    AND a.player_id = p.player_id AND a.system_id = p.system_id
INNER JOIN nba_raw.nbac_schedule AS s ON s.game_id = p.game_id
WHERE p.system_id = $system_id AND p.market = 'points' AND p.recommendation IN ('OVER', 'UNDER')
    AND p.game_date IN (SELECT UNNEST(CAST($dates AS DATE[]))) AND ($stage = 'all' OR s.season_stage = $stage)
ORDER BY p.game_date, p.game_id, p.player_id
"""
ALWAYS_UNDER = "always under"
EVERY_LINE, RECOMMENDED = "every line", "recommended"


@dataclass(frozen=True)
class Betting:
    """One unit on each of a system's bets; pushes and voids are counted, and in no rate.

    `bets` is `recommended` (enough expected value) or `every line` (the likelier side of each). `hit_rate` is of wins
    and losses; `return_rate` is profit over stakes of those that had a price (`priced`), both with 95 % intervals from
    resampling whole days. `under_*` is what betting the under of the same lines did. `break_even` is the hit rate that
    the prices paid ask for. `bets_needed` is how many bets tell this hit rate from the break-even (one-sided 5 %, 80 %
    power), None if it is no higher.
    """

    phase: str
    level: Level
    system: str
    bets: str
    wins: int
    losses: int
    pushes: int
    voids: int
    hit_rate: float
    hit_rate_low: float
    hit_rate_high: float
    priced: int
    return_rate: float
    return_low: float
    return_high: float
    break_even: float
    under_hit_rate: float
    under_return: float
    bets_needed: int | None


@dataclass(frozen=True)
class _Bets:
    """Bets with what happened; `points` is NaN for an absence. Every column is (n,)."""

    day: DateArray
    on_over: BoolArray
    line: FloatArray
    over_price: FloatArray
    under_price: FloatArray
    points: FloatArray


def recommended_bets(statements: Statements, scope: Scope, system_id: str) -> Betting | None:
    """The bets that a system recommended, at the prices of the forecast, or None for too few."""
    rows = statements.columns(_BETS, {"system_id": system_id, "dates": list(scope.dates), "stage": scope.stage})
    numbers = {name: rows[name].astype(np.float64) for name in ("line", "over_price", "under_price", "points")}
    bets = _Bets(day=rows["game_date"], on_over=(rows["recommendation"] == "OVER").astype(np.bool_), **numbers)
    return _settle(scope.phase, level_of(system_id), system_id, RECOMMENDED, bets)


def every_line(phase: str, rows: Appearances, forecasts: Forecasts) -> Betting | None:
    """The likelier side of every line: by P(over), or by the point forecast of a rule that gives none."""
    side = np.where(
        np.isfinite(forecasts.over_probability), forecasts.over_probability - 0.5, forecasts.median - rows.line
    )
    return _bet_on_lines(phase, forecasts.level, forecasts.system_id, rows, side)


def always_under(phase: str, rows: Appearances) -> Betting | None:
    """The under of every line."""
    return _bet_on_lines(phase, "market", ALWAYS_UNDER, rows, np.where(np.isfinite(rows.line), -1.0, np.nan))


def _bet_on_lines(phase: str, level: Level, name: str, rows: Appearances, side: FloatArray) -> Betting | None:
    """Bets on the over of lines where `side` is positive, on the under where it is negative."""
    chosen = np.isfinite(rows.line) & np.isfinite(side) & (side != 0)
    columns = (rows.game_date, side > 0, rows.line, rows.over_price, rows.under_price, rows.points)
    return _settle(phase, level, name, EVERY_LINE, _Bets(*(column[chosen] for column in columns)))


def _settle(phase: str, level: Level, name: str, kind: str, bets: _Bets) -> Betting | None:
    played = np.isfinite(bets.points)
    push = bets.points == bets.line
    decided = played & ~push
    if decided.sum() < FEWEST_ROWS:
        return None
    is_over = bets.points > bets.line
    won = (is_over == bets.on_over)[decided].astype(np.float64)
    price = decimal_odds(np.where(bets.on_over, bets.over_price, bets.under_price))[decided]
    under_price = decimal_odds(bets.under_price)[decided]
    day, under_won = bets.day[decided], (~is_over)[decided].astype(np.float64)
    priced, under_priced = np.isfinite(price), np.isfinite(under_price)
    profit, under_profit = won * price - 1, under_won * under_price - 1
    hit_rate, mean_price = float(won.mean()), mean_or_nan(price[priced])
    return Betting(
        phase,
        level,
        name,
        kind,
        wins=int(won.sum()),
        losses=int(len(won) - won.sum()),
        pushes=int(push.sum()),
        voids=int((~played).sum()),
        hit_rate=hit_rate,
        **mean_interval(won, day).ends("hit_rate"),
        priced=int(priced.sum()),
        return_rate=mean_or_nan(profit[priced]),
        **mean_interval(profit[priced], day[priced]).ends("return"),
        break_even=1 / mean_price,
        under_hit_rate=float(under_won.mean()),
        under_return=mean_or_nan(under_profit[under_priced]),
        bets_needed=bets_needed(hit_rate, mean_price) if 1 / mean_price < hit_rate < 1 else None,
    )


PriceKind: TypeAlias = Literal["both sides", "one side"]
Verdict: TypeAlias = Literal["inside", "outside", "too few", "not bet on"]
_CLAIMS = """
SELECT p.season, p.game_date, p.expected_value, p.better_side = 'OVER' AS on_over, p.line,
    CAST(p.over_price AS DOUBLE) AS over_price, CAST(p.under_price AS DOUBLE) AS under_price, p.suspect_price,
    p.pass_reason, COALESCE(p.pass_reason, '') LIKE 'withheld%' AS is_withheld,
    p.recommendation IN ('OVER', 'UNDER') AS is_pick, CAST(a.actual_points AS DOUBLE) AS points
FROM nba_predictions.player_prop_predictions AS p
INNER JOIN nba_predictions.prediction_accuracy AS a ON a.market = p.market AND a.game_id = p.game_id
    AND a.player_id = p.player_id AND a.system_id = p.system_id
INNER JOIN nba_raw.nbac_schedule AS s ON s.game_id = p.game_id
WHERE p.system_id = $system_id AND p.market = 'points' AND p.expected_value IS NOT NULL AND a.actual_points IS NOT NULL
    AND p.game_date IN (SELECT UNNEST(CAST($dates AS DATE[]))) AND ($stage = 'all' OR s.season_stage = $stage)
ORDER BY p.game_date, p.game_id, p.player_id
"""


@dataclass(frozen=True)
class Claim:
    """Lines of one band of claimed expected value: what was claimed for the better side and what it returned.

    Shares of one unit; `returned_low` and `returned_high` are a 95 % interval clustered by day. Lines with prices of
    `one side` are never bet on. `picks` of the `lines` were recommended, and `withheld` of them had their picks
    withheld. The verdict is `outside` where the claim is outside its interval, and `not bet on` for claims too large to
    be believed, which stand outside the record.
    """

    phase: str
    season: str
    level: Level
    system: str
    prices: PriceKind
    low: float
    high: float
    lines: int
    picks: int
    withheld: int
    claimed: float
    returned: float
    returned_low: float
    returned_high: float
    verdict: Verdict


@dataclass(frozen=True)
class ClaimSummary:
    """All bands of a system and season: the slope of returns on claims, with its 95 % interval, and what follows.

    `status` is `not contradicted`, or says why no picks are made: withheld from the next refit on, too few lines, or
    one price. The `picks`, of them `overs`, were claimed to pay `pick_claimed` and returned `pick_returned`, with a
    95 % interval clustered by day.
    """

    phase: str
    season: str
    level: Level
    system: str
    prices: PriceKind
    lines: int
    picks: int
    overs: int
    pick_claimed: float
    pick_returned: float
    pick_low: float
    pick_high: float
    slope: float
    slope_low: float
    slope_high: float
    status: str


@dataclass(frozen=True)
class _Lines:
    """Graded lines of one system with a claim, (n,) each."""

    season: TextArray
    day: DateArray
    claimed: FloatArray
    returned: FloatArray
    is_single: BoolArray
    is_bet_on: BoolArray
    is_beyond: BoolArray
    is_pick: BoolArray
    is_withheld: BoolArray
    on_over: BoolArray

    def rows(self, which: BoolArray) -> "_Lines":
        return _Lines(*(column[which] for column in vars(self).values()))


def claims(statements: Statements, scope: Scope, system_id: str) -> Iterator[tuple[ClaimSummary, tuple[Claim, ...]]]:
    """Claimed and realised expected value of a system, for each season and kind of prices that has claims."""
    lines = _read_lines(statements, scope, system_id)
    for season in dict.fromkeys(lines.season.tolist()):
        of_season = lines.rows(lines.season == season)
        kinds: tuple[tuple[PriceKind, BoolArray], ...] = (
            ("both sides", of_season.is_bet_on),
            ("one side", of_season.is_single & (of_season.claimed < LARGEST_CREDIBLE)),
        )
        for prices, inside in kinds:
            if not inside.any():
                continue
            part = of_season.rows(inside)
            picks = part.rows(part.is_pick)
            record = claim_record(part.claimed, part.returned, part.day)
            key = (scope.phase, season, level_of(system_id), system_id, prices)
            pick_returned, pick_low, pick_high = mean_return(picks.returned, picks.day)
            summary = ClaimSummary(
                *key,
                lines=len(part.claimed),
                picks=len(picks.claimed),
                overs=int(picks.on_over.sum()),
                pick_claimed=mean_or_nan(picks.claimed),
                pick_returned=pick_returned,
                pick_low=pick_low,
                pick_high=pick_high,
                slope=record.slope.slope,
                slope_low=record.slope.low,
                slope_high=record.slope.high,
                status=_status(prices, record, len(part.claimed)),
            )
            bands = [_claim(key, band, part) for band in record.bands if band.claims]
            beyond = of_season.rows(of_season.is_beyond) if prices == "both sides" else part.rows(part.is_beyond)
            if len(beyond.claimed):
                mean, low, high = mean_return(beyond.returned, beyond.day)
                counts = (len(beyond.claimed), 0, 0, float(beyond.claimed.mean()))
                bands.append(Claim(*key, LARGEST_CREDIBLE, 1.0, *counts, mean, low, high, "not bet on"))
            yield summary, tuple(bands)


def _claim(key: tuple[str, str, Level, str, PriceKind], band: Band, lines: _Lines) -> Claim:
    inside = (lines.claimed >= band.low) & (lines.claimed < band.high)
    return Claim(
        *key,
        band.low,
        band.high,
        lines=band.claims,
        picks=int(lines.is_pick[inside].sum()),
        withheld=int(lines.is_withheld[inside].sum()),
        claimed=band.claimed,
        returned=band.returned,
        returned_low=band.returned_low,
        returned_high=band.returned_high,
        verdict="too few" if not band.is_judged else "inside" if band.holds else "outside",
    )


def _status(prices: PriceKind, record: ClaimRecord, lines: int) -> str:
    if prices == "one side":
        return "no picks: one side alone is priced"
    if lines < FEWEST_LINES:
        return f"not judged: {lines:,} of {FEWEST_LINES:,} lines"
    return f"withheld from the next refit on: {record.broken}" if record.broken else "not contradicted"


def _read_lines(statements: Statements, scope: Scope, system_id: str) -> _Lines:
    rows = statements.columns(_CLAIMS, {"system_id": system_id, "dates": list(scope.dates), "stage": scope.stage})
    over, under = (decimal_odds(rows[name].astype(np.float64)) for name in ("over_price", "under_price"))
    on_over = rows["on_over"].astype(np.bool_)
    points, line = rows["points"].astype(np.float64), rows["line"].astype(np.float64)
    price = np.where(on_over, over, under)
    won = np.where(on_over, points > line, points < line)
    return _Lines(
        season=rows["season"],
        day=rows["game_date"],
        claimed=rows["expected_value"].astype(np.float64),
        returned=np.where(points == line, 0.0, np.where(won, price - 1, -1.0)),
        is_single=np.isnan(over) | np.isnan(under),
        is_bet_on=~rows["suspect_price"].astype(np.bool_),
        is_beyond=(rows["pass_reason"] == BEYOND_CREDIBLE).astype(np.bool_),
        is_pick=rows["is_pick"].astype(np.bool_),
        is_withheld=rows["is_withheld"].astype(np.bool_),
        on_over=on_over,
    )


# Prices of one side say what the book's margin is only with the other side's.
_PRICED = """
SELECT p.game_date, CAST(p.points AS DOUBLE) AS points, q.points_line AS line,
    CAST(q.over_price AS DOUBLE) AS over_price, CAST(q.under_price AS DOUBLE) AS under_price
FROM nba_analytics.player_prop_line AS q
INNER JOIN nba_analytics.player_game_summary AS p
    ON p.game_id = q.game_id AND p.player_id = q.player_id AND p.played_flag
WHERE q.market = 'points' AND q.over_price IS NOT NULL AND q.under_price IS NOT NULL AND p.points <> q.points_line
    AND q.game_date < $before
ORDER BY p.game_date, p.game_id, p.player_id
"""
FEWEST_PRICED = 1000
ALL, FROM_DECEMBER = "all", "from December"
_DECEMBER = 12


@dataclass(frozen=True)
class AgainstMarket:
    """Logarithmic loss of P(over) at the line, nats, beside the market's on the same rows; pushes are outside.

    The market is its prices without margin (power method), and these recalibrated at each month on the lines of
    earlier months that had both prices. The t are day-clustered; below -2 the system is better beyond chance. `window`
    is all of the range, or what is left of it without October and November, when there is little to recalibrate on.
    """

    phase: str
    window: str
    level: Level
    system: str
    rows: int
    log_loss: float
    log_loss_low: float
    log_loss_high: float
    log_loss_market: float
    t_market: float
    recalibrated_rows: int
    log_loss_recalibrated: float
    t_recalibrated: float


def against_market(
    phase: str, rows: Appearances, forecasts: Forecasts, recalibrated: FloatArray
) -> tuple[AgainstMarket, ...]:
    """Log loss at the line by window, as far as there are rows enough.

    Args:
        phase: TUNING, TEST or live.
        rows: appearances.
        forecasts: of the same rows.
        recalibrated: (n,) the market's P(over), recalibrated; NaN where unknown.
    """
    decided = _decided_lines(rows, forecasts.over_probability)
    records: list[AgainstMarket] = []
    for window in (ALL, FROM_DECEMBER):
        inside = decided & from_december(rows) if window == FROM_DECEMBER else decided
        if inside.sum() < FEWEST_ROWS or (records and inside.sum() == records[0].rows):
            continue
        part, own = rows.rows(inside), forecasts.over_probability[inside]
        losses = log_losses(own, (part.points > part.line).astype(np.float64))
        interval = mean_interval(losses, part.game_date)
        records.append(
            AgainstMarket(
                phase,
                window,
                forecasts.level,
                forecasts.system_id,
                rows=len(part),
                log_loss=float(losses.mean()),
                log_loss_low=interval.low,
                log_loss_high=interval.high,
                **_beside_market(part, losses, recalibrated[inside]),
            )
        )
    return tuple(records)


def _decided_lines(rows: Appearances, probability: FloatArray) -> BoolArray:
    """Lines that were not hit exactly, with a probability and the market's, (n,)."""
    decided: BoolArray = np.isfinite(rows.market_probability) & np.isfinite(probability) & (rows.points != rows.line)
    return decided


def _beside_market(rows: Appearances, losses: FloatArray, recalibrated: FloatArray) -> dict[str, Any]:
    """Log loss of the market and of the recalibrated market on the same lines, with the t of (n,) losses."""
    over, day = (rows.points > rows.line).astype(np.float64), rows.game_date
    market, later = log_losses(rows.market_probability, over), log_losses(recalibrated, over)
    known = np.isfinite(later)
    return {
        "log_loss_market": float(market.mean()),
        "t_market": difference(losses, market, day).t,
        "recalibrated_rows": int(known.sum()),
        "log_loss_recalibrated": mean_or_nan(later[known]),
        "t_recalibrated": difference(losses, later, day).t,
    }


@dataclass(frozen=True)
class AfterMarketLoss:
    """Logarithmic loss of P(over) after the market, nats, beside the market's on the same lines; pushes are outside.

    The other columns are those of `AgainstMarket`.
    """

    phase: str
    level: Level
    system: str
    rows: int
    log_loss: float
    log_loss_own: float
    log_loss_market: float
    t_market: float
    recalibrated_rows: int
    log_loss_recalibrated: float
    t_recalibrated: float


def after_market_loss(
    phase: str, rows: Appearances, forecasts: Forecasts, recalibrated: FloatArray
) -> AfterMarketLoss | None:
    """Log loss after the market, None where there is no record of it.

    Args:
        phase: TUNING, TEST or live.
        rows: appearances.
        forecasts: of the same rows.
        recalibrated: (n,) the market's P(over), recalibrated; NaN where unknown.
    """
    inside = _decided_lines(rows, forecasts.after_market)
    if inside.sum() < FEWEST_ROWS:
        return None
    part = rows.rows(inside)
    over = (part.points > part.line).astype(np.float64)
    after, own = (log_losses(column[inside], over) for column in (forecasts.after_market, forecasts.over_probability))
    return AfterMarketLoss(
        phase,
        forecasts.level,
        forecasts.system_id,
        rows=len(part),
        log_loss=float(after.mean()),
        log_loss_own=float(own.mean()),
        **_beside_market(part, after, recalibrated[inside]),
    )


def from_december(rows: Appearances) -> BoolArray:
    """Rows from 1 December of their season on, (n,)."""
    start = np.array([f"{str(season)[:4]}-{_DECEMBER}-01" for season in rows.season], dtype="datetime64[D]")
    late: BoolArray = rows.game_date >= start
    return late


def recalibrated_market(statements: Statements, rows: Appearances) -> FloatArray:
    """The market's P(over) with slope and intercept learned before each month of the rows, (n,).

    NaN where fewer than 1,000 earlier lines had both prices, and where a row's own does not.
    """
    recalibrated = np.full(len(rows), np.nan)
    priced = np.isfinite(rows.over_price) & np.isfinite(rows.under_price)
    if not priced.any():
        return recalibrated
    past = statements.columns(_PRICED, {"before": rows.game_date[priced].max().item()})
    over_odds, under_odds = (decimal_odds(past[side].astype(np.float64)) for side in ("over_price", "under_price"))
    market = log_odds(no_vig_probability_over(over_odds, under_odds))
    over = (past["points"] > past["line"]).astype(np.float64)
    design = np.column_stack([np.ones(len(market)), market])
    months = rows.month
    for month in np.unique(months[priced].astype(str)):
        earlier = past["game_date"] < np.datetime64(f"{month}-01")
        if earlier.sum() < FEWEST_PRICED:
            continue
        intercept, slope = logistic_weights(design[earlier], over[earlier])
        inside = priced & (months == month)
        recalibrated[inside] = expit(intercept + slope * log_odds(rows.market_probability[inside]))
    return recalibrated
