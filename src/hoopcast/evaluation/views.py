"""An evaluation as tables that a person reads, in the terminal and on the page."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from hoopcast.evaluation.evaluate import Evaluation
from hoopcast.evaluation.market import ALL, EVERY_LINE, RECOMMENDED, AfterMarketLoss, AgainstMarket
from hoopcast.evaluation.populations import DIMENSIONS
from hoopcast.forecast.system import LEVELS
from hoopcast.market.claims import EDGES, LARGEST_CREDIBLE
from hoopcast.market.odds import STANDARD_OVERROUND, bets_needed

ADVICE = "Forecasts, not betting advice."
_STANDARD_PRICE = 2 / STANDARD_OVERROUND
_MOST_BETS = 100_000
_TRUE_RATES = (0.55, 0.54, 0.53)
_BETS = {
    EVERY_LINE: "PROP: bets on the likelier side of every line",
    RECOMMENDED: "PROP: bets on what was recommended, for its expected value",
}


_ACCURACY_NOTES = (
    "coverage: percent forecast. fallback: MAE with ewma8 for the rest; systems are ranked by it within a level.",
    "t: of the absolute error against ewma8, moving_average_history (avg) and market_line (mkt), where they forecast.",
)


@dataclass(frozen=True)
class View:
    """A table: the first `texts` columns are text, the others numbers. `notes` stand below it."""

    phase: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: int = 2
    notes: tuple[str, ...] = ()


def views(evaluation: Evaluation) -> Iterator[View]:
    """Every table of an evaluation, phase by phase, without tables that have no rows and columns that say nothing."""
    for phase in evaluation.phases:
        made = (
            *_accuracy(evaluation, phase),
            _calibration(evaluation, phase),
            *_slices(evaluation, phase),
            _claims(evaluation, phase),
            _claim_summaries(evaluation, phase),
            _picks(evaluation, phase),
            _after_market(evaluation, phase),
            _market(evaluation, phase),
            *_betting(evaluation, phase),
            _availability(evaluation, phase),
        )
        yield from (_told(view) for view in made if view.rows)
    weights = _weights(evaluation)
    if weights.rows:
        yield weights


def _told(view: View) -> View:
    """A table without columns that no row fills, such as a comparison with a system that did not run, and their notes.

    A note is of a column if it begins with its name.
    """
    kept = [place for place in range(len(view.columns)) if any(row[place] for row in view.rows)]
    silent = set(view.columns) - {view.columns[place] for place in kept}
    of_silent = tuple(f"{name}{mark}" for name in silent for mark in (":", " at "))
    return replace(
        view,
        notes=tuple(note for note in view.notes if not note.startswith(of_silent)),
        columns=tuple(view.columns[place] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in view.rows),
        texts=sum(place < view.texts for place in kept),
    )


def _accuracy(evaluation: Evaluation, phase: str) -> Iterator[View]:
    columns = (
        "level", "system", "coverage", "MAE", "95 %", "fallback", "bias", "CRPS", "95 %",
        "t ewma8", "t avg", "t mkt",
    )  # fmt: skip
    for size in evaluation.populations:
        rows = tuple(
            (
                score.level,
                score.system,
                _percent(score.covered),
                _number(score.mae),
                _interval(score.mae_low, score.mae_high),
                _number(score.mae_filled),
                _number(score.bias, 2),
                _number(score.crps),
                _interval(score.crps_low, score.crps_high),
                _number(score.t_ewma8, 1),
                _number(score.t_moving_average, 1),
                _number(score.t_market, 1),
            )
            for score in evaluation.accuracy
            if (score.phase, score.population) == (phase, size.population)
        )
        if size.phase == phase:
            title = f"{size.population}: {size.meaning}; {size.appearances:,} appearances"
            yield View(phase, title, columns, rows, notes=_ACCURACY_NOTES)


def _calibration(evaluation: Evaluation, phase: str) -> View:
    columns = (
        "on", "level", "system", "50 %", "80 %", "95 %", "PIT", "limit", "error", "limit",
        "slope 95 %", "intercept 95 %",
    )  # fmt: skip
    rows = tuple(
        (
            one.population,
            one.level,
            one.system,
            _percent(one.coverage_50),
            _percent(one.coverage_80),
            _percent(one.coverage_95),
            _number(one.pit_distance),
            _number(one.pit_distance_limit),
            _number(one.calibration_error),
            _number(one.calibration_error_limit),
            _interval(one.slope_low, one.slope_high),
            _interval(one.intercept_low, one.intercept_high),
        )
        for one in evaluation.calibration
        if one.phase == phase
    )
    notes = (
        "50, 80, 95 %: outcomes inside these intervals. PIT: distance of its histogram from flat.",
        "error: of P(over), on PROP at the line, elsewhere at the half point beside his own average.",
        "Calibrated forecasts stay below the limits in 95 of 100 samples of this size, with slope 1 and intercept 0.",
    )
    return View(phase, "Calibration", columns, rows, texts=3, notes=notes)


def _uneven(counts: Iterable[int]) -> tuple[str, ...]:
    """A note where rows of a table are of different numbers of games."""
    return ("Rows of different counts are of different games: compare those with the same count.",) * (
        len(set(counts)) > 1
    )


def _slices(evaluation: Evaluation, phase: str) -> Iterator[View]:
    for dimension, order in DIMENSIONS.items():
        found = [one for one in evaluation.slices if (one.phase, one.dimension) == (phase, dimension)]
        present = {one.value for one in found}
        values = [value for value in order or sorted(present) if value in present]
        cells = {(one.level, one.system, one.value): _number(one.mae) for one in found}
        systems = sorted(dict.fromkeys((one.level, one.system) for one in found), key=lambda one: LEVELS.index(one[0]))
        rows = tuple((*system, *(cells.get((*system, value), "") for value in values)) for system in systems)
        counts = {(one.level, one.system): 0 for one in found}
        for one in found:
            counts[one.level, one.system] += one.rows
        note = ("Systems have different rows here: those that read the line have fewer and others than the rest.",)
        uneven = note if len(set(counts.values())) > 1 else ()
        yield View(
            phase, f"ALL: MAE by {_WORDS.get(dimension, dimension)}", ("level", "system", *values), rows, notes=uneven
        )


_WORDS = {"season": "part of his season"}


def _claims(evaluation: Evaluation, phase: str) -> View:
    columns = (
        "system", "season", "prices", "band %", "verdict", "lines", "picks", "withheld", "EV %", "ROI %",
        "95 %",
    )  # fmt: skip
    rows = tuple(
        (
            one.system,
            one.season,
            one.prices.partition(" ")[0],
            _band(one.low, one.high),
            one.verdict,
            f"{one.lines:,}",
            f"{one.picks:,}" if one.picks else "",
            f"{one.withheld:,}" if one.withheld else "",
            f"{100 * one.claimed:+.1f}",
            f"{100 * one.returned:+.1f}",
            _interval(100 * one.returned_low, 100 * one.returned_high, 1),
        )
        for one in evaluation.claims
        if one.phase == phase
    )
    notes = (
        "EV: mean claim for one unit on the better side after the market, by band. 6 and more is not bet on.",
        "ROI: mean profit of one unit on each, pushes 0. Every claim is learned on lines of earlier months alone.",
        "95 %: days taken as a whole (sandwich estimator). outside: the claim is not in it. too few: below 50 lines.",
        "Lines of one price, prices far from a market's and lines far from what he scores are left out, not bet on.",
        ADVICE,
    )
    return View(phase, "PROP: Claimed and realised expected value", columns, rows, texts=5, notes=notes)


def _band(low: float, high: float) -> str:
    """A band of claims in percent of a stake."""
    if low <= EDGES[0]:
        return f"below {100 * high:.0f}"
    return f"{100 * low:.0f} and more" if low >= LARGEST_CREDIBLE else f"{100 * low:.0f} to {100 * high:.0f}"


def _claim_summaries(evaluation: Evaluation, phase: str) -> View:
    rows = tuple(
        (
            one.system,
            one.season,
            one.prices.partition(" ")[0],
            f"{one.lines:,}",
            _number(one.slope, 2),
            _interval(one.slope_low, one.slope_high),
            "withheld" if one.status.startswith("withheld") else one.status.partition(":")[0],
        )
        for one in evaluation.claim_summaries
        if one.phase == phase
    )
    reasons = tuple(
        f"{one.system}, {one.season}: {one.status.partition(': ')[2]}."
        for one in evaluation.claim_summaries
        if one.phase == phase and one.status.startswith("withheld")
    )
    columns = ("system", "season", "prices", "lines", "slope", "95 %", "status")
    notes = (
        "not contradicted: no band, nor the slope, is refuted. That is no proof that it is true.",
        "slope: by how much the return rises where the claim rises by 1; 1 where claims are true.",
        *(("Withheld from the next refit on, as they do not pay what they claim:",) if reasons else ()),
        *reasons,
    )
    return View(phase, "PROP: Slope of realised on claimed, and what follows", columns, rows, texts=3, notes=notes)


def _picks(evaluation: Evaluation, phase: str) -> View:
    rows = tuple(
        (
            one.system,
            one.season,
            f"{one.picks:,}",
            f"{one.overs:,}",
            _signed(one.pick_claimed),
            _signed(one.pick_returned),
            _interval(100 * one.pick_low, 100 * one.pick_high, 1),
        )
        for one in evaluation.claim_summaries
        if one.phase == phase and one.picks
    )
    columns = ("system", "season", "picks", "overs", "EV %", "ROI %", "95 %")
    notes = (
        "overs: picks of the over. ROI: mean profit of one unit on each; its 95 % interval takes days as a whole.",
        ADVICE,
    )
    return View(phase, "PROP: Picks, and what they paid", columns, rows, notes=notes)


def _beside_market(one: AfterMarketLoss | AgainstMarket) -> tuple[str, ...]:
    """Log loss of the market and of the recalibrated market on the same lines, each with its t."""
    return (
        _number(one.log_loss_market, 4),
        _number(one.t_market, 1),
        _number(one.log_loss_recalibrated, 4),
        _number(one.t_recalibrated, 1),
    )


def _after_market(evaluation: Evaluation, phase: str) -> View:
    columns = ("level", "system", "lines", "after", "own", "market", "t", "recalibrated", "t")
    rows = tuple(
        (
            one.level,
            one.system,
            f"{one.rows:,}",
            _number(one.log_loss, 4),
            _number(one.log_loss_own, 4),
            *_beside_market(one),
        )
        for one in evaluation.after_market
        if one.phase == phase
    )
    notes = (
        "after: log loss of P(over) after the market, by what was learned before. own: of the system's own P(over).",
    )
    return View(phase, "PROP: P(over) after the market beside the market's", columns, rows, texts=2, notes=notes)


def _market(evaluation: Evaluation, phase: str) -> View:
    columns = ("level", "system", "range", "lines", "log loss", "95 %", "market", "t", "recalibrated", "t")
    rows = tuple(
        (
            one.level,
            one.system,
            one.window,
            f"{one.rows:,}",
            _number(one.log_loss, 4),
            _interval(one.log_loss_low, one.log_loss_high, 4),
            *_beside_market(one),
        )
        for one in evaluation.market
        if one.phase == phase
    )
    notes = (
        "market: its prices without margin, on the same lines.",
        "recalibrated: these by slope and intercept of earlier months, where they have 1,000 lines or more.",
        *_uneven(one.rows for one in evaluation.market if (one.phase, one.window) == (phase, ALL)),
    )
    return View(phase, "PROP: P(over) at the line beside the market's", columns, rows, texts=3, notes=notes)


def _betting(evaluation: Evaluation, phase: str) -> Iterator[View]:
    columns = (
        "level", "system", "bets", "void", "hit %", "95 %", "break-even", "under", "ROI %", "95 %", "under", "needed",
    )  # fmt: skip
    needed = ", ".join(f"{bets_needed(rate, _STANDARD_PRICE):,} for a true {rate:.0%}" for rate in _TRUE_RATES)
    notes = (
        "void: and pushes. break-even: hit rate that the prices ask for. under: the under of the same lines.",
        "needed: bets that tell this hit rate from break-even (one-sided 5 %, 80 % power); none if it is no higher.",
        f"needed at -110: {needed}.",
        ADVICE,
    )
    for kind, title in _BETS.items():
        rows = tuple(
            (
                one.level,
                one.system,
                f"{one.wins + one.losses:,}",
                f"{one.pushes + one.voids:,}",
                _percent(one.hit_rate),
                _interval(100 * one.hit_rate_low, 100 * one.hit_rate_high, 1),
                _percent(one.break_even),
                _percent(one.under_hit_rate),
                _percent(one.return_rate),
                _interval(100 * one.return_low, 100 * one.return_high, 1),
                _percent(one.under_return),
                _needed(one.bets_needed),
            )
            for one in evaluation.betting
            if (one.phase, one.bets) == (phase, kind)
        )
        counts = (one.wins + one.losses for one in evaluation.betting if (one.phase, one.bets) == (phase, kind))
        yield View(phase, title, columns, rows, notes=(*notes, *_uneven(counts)))


def _availability(evaluation: Evaluation, phase: str) -> View:
    columns = ("level", "rows", "played %", "Brier", "95 %", "of the share", "error", "limit", "unexpected")
    rows = tuple(
        (
            one.level,
            f"{one.rows:,}",
            _percent(one.played_share),
            _number(one.brier, 4),
            _interval(one.brier_low, one.brier_high, 4),
            _number(one.brier_of_share, 4),
            _number(one.calibration_error, 4),
            _number(one.calibration_error_limit, 4),
            f"{one.unexpected:,}",
        )
        for one in evaluation.availability
        if one.phase == phase
    )
    notes = (
        "of the share: Brier score of saying the overall share to everyone.",
        "unexpected: appearances of players whom nothing named before, such as debuts; of these nothing is said.",
    )
    return View(phase, "Play probability, on every expected row", columns, rows, texts=1, notes=notes)


def _weights(evaluation: Evaluation) -> View:
    dates = sorted({one.refit_date for one in evaluation.weights})
    shown = dates if len(dates) <= _MOST_REFITS else [dates[0], dates[len(dates) // 2], dates[-1]]
    cells = {(one.system, one.member, one.refit_date): _number(one.weight, 2) for one in evaluation.weights}
    pairs = dict.fromkeys((one.system, one.member) for one in evaluation.weights)
    rows = tuple((*pair, *(cells.get((*pair, day), "") for day in shown)) for pair in pairs)
    notes = ("Learned before each refit date, on out-of-sample forecasts of earlier games.",)
    return View("", "What the ensembles weigh", ("system", "member", *map(str, shown)), rows, notes=notes)


_MOST_REFITS = 6


def _number(value: float, digits: int = 3) -> str:
    return "" if math.isnan(value) else f"{value:.{digits}f}"


def _needed(bets: int | None) -> str:
    if bets is None:
        return ""
    return f"{bets:,}" if bets <= _MOST_BETS else f"over {_MOST_BETS:,}"


def _signed(share: float) -> str:
    return "" if math.isnan(share) else f"{100 * share:+.1f}"


def _percent(value: float) -> str:
    return "" if math.isnan(value) else f"{100 * value:.1f}"


def _interval(low: float, high: float, digits: int = 2) -> str:
    return "" if math.isnan(low) else f"{low:.{digits}f}..{high:.{digits}f}"


def phase_title(evaluation: Evaluation, phase: str) -> str:
    """A phase with its seasons, such as TEST 2021-22."""
    return f"{phase} {_listed(evaluation.phases[phase])}"


def _listed(seasons: Sequence[str]) -> str:
    return seasons[0] if len(seasons) == 1 else f"{', '.join(seasons[:-1])} and {seasons[-1]}"
