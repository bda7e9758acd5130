"""Expected values that systems claimed beside what bets of them returned, by band, system and season."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from hoopcast.arrays import BoolArray, DateArray, FloatArray, TextArray
from hoopcast.evaluation.forecasts import level_of
from hoopcast.evaluation.populations import Scope
from hoopcast.forecast.system import Level
from hoopcast.market.after_market import FEWEST_LINES
from hoopcast.market.claims import LARGEST_CREDIBLE, Band, ClaimRecord, claim_record, mean_return
from hoopcast.market.odds import decimal_odds
from hoopcast.market.value import BEYOND_CREDIBLE
from hoopcast.warehouse.engine import Statements

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
    """What a system claimed and what came of it, for each season and kind of prices that has claims."""
    lines = _lines(statements, scope, system_id)
    for season in dict.fromkeys(lines.season.tolist()):
        of_season = lines.rows(lines.season == season)
        kinds: tuple[tuple[PriceKind, BoolArray], ...] = (
            ("both sides", of_season.is_bet_on),
            ("one side", of_season.is_single & (of_season.claimed < LARGEST_CREDIBLE)),
        )
        for prices, inside in kinds:
            if inside.any():
                part = of_season.rows(inside)
                record = claim_record(part.claimed, part.returned, part.day)
                about = (scope.phase, season, level_of(system_id), system_id, prices)
                summary = ClaimSummary(
                    *about,
                    len(part.claimed),
                    int(part.is_pick.sum()),
                    int((part.is_pick & part.on_over).sum()),
                    float(part.claimed[part.is_pick].mean()) if part.is_pick.any() else float("nan"),
                    *mean_return(part.returned[part.is_pick], part.day[part.is_pick]),
                    record.slope.slope,
                    record.slope.low,
                    record.slope.high,
                    _status(prices, record, len(part.claimed)),
                )
                shown = [_claim(about, band, part) for band in record.bands if band.claims]
                beyond = of_season.rows(of_season.is_beyond) if prices == "both sides" else part.rows(part.is_beyond)
                yield summary, (*shown, *([_beyond(about, beyond)] if len(beyond.claimed) else []))


def _claim(about: tuple[str, str, Level, str, PriceKind], band: Band, lines: _Lines) -> Claim:
    inside = (lines.claimed >= band.low) & (lines.claimed < band.high)
    return Claim(
        *about,
        band.low,
        band.high,
        band.claims,
        int(lines.is_pick[inside].sum()),
        int(lines.is_withheld[inside].sum()),
        band.claimed,
        band.returned,
        band.returned_low,
        band.returned_high,
        "too few" if not band.is_judged else "inside" if band.holds else "outside",
    )


def _beyond(about: tuple[str, str, Level, str, PriceKind], lines: _Lines) -> Claim:
    """What claims too large to be believed would have paid."""
    mean, low, high = mean_return(lines.returned, lines.day)
    count, claimed = len(lines.claimed), float(lines.claimed.mean())
    return Claim(*about, LARGEST_CREDIBLE, 1.0, count, 0, 0, claimed, mean, low, high, "not bet on")


def _status(prices: PriceKind, record: ClaimRecord, lines: int) -> str:
    if prices == "one side":
        return "no picks: one side alone is priced"
    if lines < FEWEST_LINES:
        return f"not judged: {lines:,} of {FEWEST_LINES:,} lines"
    return f"withheld from the next refit on: {record.broken}" if record.broken else "not contradicted"


def _lines(statements: Statements, scope: Scope, system_id: str) -> _Lines:
    found = statements.columns(_CLAIMS, {"system_id": system_id, "dates": list(scope.dates), "stage": scope.stage})
    over, under = (decimal_odds(found[name].astype(np.float64)) for name in ("over_price", "under_price"))
    on_over = found["on_over"].astype(np.bool_)
    points, line = found["points"].astype(np.float64), found["line"].astype(np.float64)
    price = np.where(on_over, over, under)
    won = np.where(on_over, points > line, points < line)
    is_single = np.isnan(over) | np.isnan(under)
    claimed = found["expected_value"].astype(np.float64)
    is_beyond: BoolArray = found["pass_reason"] == BEYOND_CREDIBLE
    return _Lines(
        found["season"],
        found["game_date"],
        claimed,
        np.where(points == line, 0.0, np.where(won, price - 1, -1.0)),
        is_single,
        ~found["suspect_price"].astype(np.bool_),
        is_beyond,
        found["is_pick"].astype(np.bool_),
        found["is_withheld"].astype(np.bool_),
        on_over,
    )
