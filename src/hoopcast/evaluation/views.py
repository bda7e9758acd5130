"""An evaluation as tables that a person reads, in the terminal and on the page."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from hoopcast.evaluation.evaluate import Evaluation
from hoopcast.evaluation.market import ALL, EVERY_LINE, RECOMMENDED, Claim, ClaimSummary
from hoopcast.evaluation.populations import DIMENSIONS
from hoopcast.forecast.system import LEVELS
from hoopcast.market.claims import EDGES, LARGEST_CREDIBLE
from hoopcast.market.odds import STANDARD_OVERROUND, bets_needed

ADVICE = "Forecasts, not betting advice."
_STANDARD_PRICE = 2 / STANDARD_OVERROUND
_MOST_BETS = 100_000
_MOST_REFITS = 6
_TRUE_RATES = (0.55, 0.54, 0.53)
# A cell of a record, as text.
Cell = Callable[[Any], str]
# Headings with what stands below them.
Columns = Sequence[tuple[str, Cell]]


@dataclass(frozen=True)
class View:
    """A table: the first `texts` columns are text, the others numbers. `notes` stand below it."""

    phase: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: int = 2
    notes: tuple[str, ...] = ()

    @classmethod
    def of(  # noqa: PLR0913 - a table has these parts
        cls, phase: str, title: str, columns: Columns, records: Iterable[Any], *, texts: int, notes: Sequence[str] = ()
    ) -> "View":
        """A table with a row for each record."""
        rows = tuple(tuple(cell(record) for _, cell in columns) for record in records)
        return cls(phase, title, tuple(name for name, _ in columns), rows, texts, tuple(notes))


def format_number(value: float, digits: int = 3, sign: str = "") -> str:
    """A number with that many decimals, nothing for NaN."""
    return "" if math.isnan(value) else f"{value:{sign}.{digits}f}"


def text(name: str) -> Cell:
    """The field itself."""
    return attrgetter(name)


def count(name: str) -> Cell:
    """A whole number."""
    return lambda record: f"{getattr(record, name):,}"


def number(name: str, digits: int = 3, sign: str = "") -> Cell:
    """A number with that many decimals, with its sign for `+`."""
    return lambda record: format_number(getattr(record, name), digits, sign)


def percent(name: str, sign: str = "") -> Cell:
    """A share in percent, with its sign for `+`."""
    return lambda record: "" if math.isnan(share := getattr(record, name)) else f"{100 * share:{sign}.1f}"


def interval(name: str, digits: int = 2, scale: float = 1, to: str = "..") -> Cell:
    """Both ends of an interval, the fields `name_low` and `name_high`."""

    def cell(record: object) -> str:
        ends = [scale * getattr(record, f"{name}_{end}") for end in ("low", "high")]
        return "" if math.isnan(ends[0]) else to.join(f"{end:.{digits}f}" for end in ends)

    return cell


def views(evaluation: Evaluation) -> Iterator[View]:
    """Every table of an evaluation, phase by phase, without tables that have no rows and columns that say nothing."""
    for phase in evaluation.phases:
        tables = (
            *_accuracy(evaluation, phase),
            _calibration(evaluation, phase),
            *_slices(evaluation, phase),
            *_claims(evaluation, phase),
            *_market(evaluation, phase),
            *_betting(evaluation, phase),
            _availability(evaluation, phase),
        )
        yield from (_drop_empty_columns(view) for view in tables if view.rows)
    weights = _weights(evaluation)
    if weights.rows:
        yield weights


def _drop_empty_columns(view: View) -> View:
    """A table without columns that no row fills, such as a comparison with a system that did not run, and their notes.

    A note is of a column if it begins with its name.
    """
    filled = [place for place in range(len(view.columns)) if any(row[place] for row in view.rows)]
    empty = set(view.columns) - {view.columns[place] for place in filled}
    of_empty = tuple(f"{name}{mark}" for name in empty for mark in (":", " at "))
    return replace(
        view,
        notes=tuple(note for note in view.notes if not note.startswith(of_empty)),
        columns=tuple(view.columns[place] for place in filled),
        rows=tuple(tuple(row[place] for place in filled) for row in view.rows),
        texts=sum(place < view.texts for place in filled),
    )


def _of_phase(records: Iterable[Any], phase: str) -> list[Any]:
    return [record for record in records if record.phase == phase]


def _uneven(counts: Iterable[int], note: str = "") -> tuple[str, ...]:
    """A note where rows of a table are of different numbers of games."""
    usual = "Rows of different counts are of different games: compare those with the same count."
    return (note or usual,) * (len(set(counts)) > 1)


_ACCURACY: Columns = (
    ("level", text("level")),
    ("system", text("system")),
    ("coverage", percent("covered")),
    ("MAE", number("mae")),
    ("95 %", interval("mae")),
    ("fallback", number("mae_filled")),
    ("bias", number("bias", 2)),
    ("CRPS", number("crps")),
    ("95 %", interval("crps")),
    ("t ewma8", number("t_ewma8", 1)),
    ("t avg", number("t_moving_average", 1)),
    ("t mkt", number("t_market", 1)),
)


def _accuracy(evaluation: Evaluation, phase: str) -> Iterator[View]:
    notes = (
        "coverage: percent forecast. fallback: MAE with ewma8 for the rest; systems are ranked by it within a level.",
        "t: of the absolute error against ewma8, moving_average_history (avg), market_line (mkt), where they forecast.",
    )
    for size in _of_phase(evaluation.populations, phase):
        scores = [score for score in _of_phase(evaluation.accuracy, phase) if score.population == size.population]
        title = f"{size.population}: {size.meaning}; {size.appearances:,} appearances"
        yield View.of(phase, title, _ACCURACY, scores, texts=2, notes=notes)


_CALIBRATION: Columns = (
    ("on", text("population")),
    ("level", text("level")),
    ("system", text("system")),
    ("50 %", percent("coverage_50")),
    ("80 %", percent("coverage_80")),
    ("95 %", percent("coverage_95")),
    ("PIT", number("pit_distance")),
    ("limit", number("pit_distance_limit")),
    ("error", number("calibration_error")),
    ("limit", number("calibration_error_limit")),
    ("slope 95 %", interval("slope")),
    ("intercept 95 %", interval("intercept")),
)


def _calibration(evaluation: Evaluation, phase: str) -> View:
    notes = (
        "50, 80, 95 %: outcomes inside these intervals. PIT: distance of its histogram from flat.",
        "error: of P(over), on PROP at the line, elsewhere at the half point beside his own average.",
        "Calibrated forecasts stay below the limits in 95 of 100 samples of this size, with slope 1 and intercept 0.",
    )
    records = _of_phase(evaluation.calibration, phase)
    return View.of(phase, "Calibration", _CALIBRATION, records, texts=3, notes=notes)


def _slices(evaluation: Evaluation, phase: str) -> Iterator[View]:
    for dimension, order in DIMENSIONS.items():
        slices = [part for part in _of_phase(evaluation.slices, phase) if part.dimension == dimension]
        present = {part.value for part in slices}
        values = [value for value in order or sorted(present) if value in present]
        cells = {(part.level, part.system, part.value): format_number(part.mae) for part in slices}
        systems = sorted(
            dict.fromkeys((part.level, part.system) for part in slices), key=lambda system: LEVELS.index(system[0])
        )
        rows = tuple((*system, *(cells.get((*system, value), "") for value in values)) for system in systems)
        counts = dict.fromkeys(systems, 0)
        for part in slices:
            counts[part.level, part.system] += part.rows
        note = "Systems have different rows here: those that read the line have fewer and others than the rest."
        notes = _uneven(counts.values(), note)
        yield View(phase, f"ALL: MAE by {dimension}", ("level", "system", *values), rows, notes=notes)


_CLAIMS: Columns = (
    ("system", text("system")),
    ("season", text("season")),
    ("prices", lambda claim: claim.prices.partition(" ")[0]),
    ("band %", lambda claim: _band(claim.low, claim.high)),
    ("verdict", text("verdict")),
    ("lines", count("lines")),
    ("picks", lambda claim: f"{claim.picks:,}" if claim.picks else ""),
    ("withheld", lambda claim: f"{claim.withheld:,}" if claim.withheld else ""),
    ("EV %", percent("claimed", "+")),
    ("ROI %", percent("returned", "+")),
    ("95 %", interval("returned", 1, 100)),
)
_SLOPES: Columns = (
    ("system", text("system")),
    ("season", text("season")),
    ("prices", lambda summary: summary.prices.partition(" ")[0]),
    ("lines", count("lines")),
    ("slope", number("slope", 2)),
    ("95 %", interval("slope")),
    ("status", lambda summary: "withheld" if _is_withheld(summary) else summary.status.partition(":")[0]),
)
_PICKS: Columns = (
    ("system", text("system")),
    ("season", text("season")),
    ("picks", count("picks")),
    ("overs", count("overs")),
    ("EV %", percent("pick_claimed", "+")),
    ("ROI %", percent("pick_returned", "+")),
    ("95 %", interval("pick", 1, 100)),
)


def _claims(evaluation: Evaluation, phase: str) -> Iterator[View]:
    claims: list[Claim] = _of_phase(evaluation.claims, phase)
    summaries: list[ClaimSummary] = _of_phase(evaluation.claim_summaries, phase)
    notes: tuple[str, ...] = (
        "EV: mean claim for one unit on the better side after the market, by band. 6 and more is not bet on.",
        "ROI: mean profit of one unit on each, pushes 0. Every claim is learned on lines of earlier months alone.",
        "95 %: days taken as a whole (sandwich estimator). outside: the claim is not in it. too few: below 50 lines.",
        "Lines of one price, prices far from a market's and lines far from what he scores are left out, not bet on.",
        ADVICE,
    )
    yield View.of(phase, "PROP: Claimed and realised expected value", _CLAIMS, claims, texts=5, notes=notes)
    reasons = [
        f"{summary.system}, {summary.season}: {summary.status.partition(': ')[2]}."
        for summary in summaries
        if _is_withheld(summary)
    ]
    notes = (
        "not contradicted: no band, nor the slope, is refuted. That is no proof that it is true.",
        "slope: by how much the return rises where the claim rises by 1; 1 where claims are true.",
        *(("Withheld from the next refit on, as they do not pay what they claim:",) if reasons else ()),
        *reasons,
    )
    title = "PROP: Slope of realised on claimed, and what follows"
    yield View.of(phase, title, _SLOPES, summaries, texts=3, notes=notes)
    notes = (
        "overs: picks of the over. ROI: mean profit of one unit on each; its 95 % interval takes days as a whole.",
        ADVICE,
    )
    with_picks = [summary for summary in summaries if summary.picks]
    yield View.of(phase, "PROP: Picks, and what they paid", _PICKS, with_picks, texts=2, notes=notes)


def _is_withheld(summary: ClaimSummary) -> bool:
    return summary.status.startswith("withheld")


def _band(low: float, high: float) -> str:
    """A band of claims in percent of a stake."""
    if low <= EDGES[0]:
        return f"below {100 * high:.0f}"
    return f"{100 * low:.0f} and more" if low >= LARGEST_CREDIBLE else f"{100 * low:.0f} to {100 * high:.0f}"


_BESIDE_MARKET: Columns = (
    ("market", number("log_loss_market", 4)),
    ("t", number("t_market", 1)),
    ("recalibrated", number("log_loss_recalibrated", 4)),
    ("t", number("t_recalibrated", 1)),
)
_AFTER_MARKET: Columns = (
    ("level", text("level")),
    ("system", text("system")),
    ("lines", count("rows")),
    ("after", number("log_loss", 4)),
    ("own", number("log_loss_own", 4)),
    *_BESIDE_MARKET,
)
_AT_THE_LINE: Columns = (
    ("level", text("level")),
    ("system", text("system")),
    ("range", text("window")),
    ("lines", count("rows")),
    ("log loss", number("log_loss", 4)),
    ("95 %", interval("log_loss", 4)),
    *_BESIDE_MARKET,
)


def _market(evaluation: Evaluation, phase: str) -> Iterator[View]:
    notes: tuple[str, ...] = (
        "after: log loss of P(over) after the market, by what was learned before. own: of the system's own P(over).",
    )
    losses = _of_phase(evaluation.after_market, phase)
    title = "PROP: P(over) after the market beside the market's"
    yield View.of(phase, title, _AFTER_MARKET, losses, texts=2, notes=notes)
    at_the_line = _of_phase(evaluation.market, phase)
    notes = (
        "market: its prices without margin, on the same lines.",
        "recalibrated: these by slope and intercept of earlier months, where they have 1,000 lines or more.",
        *_uneven(loss.rows for loss in at_the_line if loss.window == ALL),
    )
    title = "PROP: P(over) at the line beside the market's"
    yield View.of(phase, title, _AT_THE_LINE, at_the_line, texts=3, notes=notes)


_BETTING: Columns = (
    ("level", text("level")),
    ("system", text("system")),
    ("bets", lambda bets: f"{bets.wins + bets.losses:,}"),
    ("void", lambda bets: f"{bets.pushes + bets.voids:,}"),
    ("hit %", percent("hit_rate")),
    ("95 %", interval("hit_rate", 1, 100)),
    ("break-even", percent("break_even")),
    ("under", percent("under_hit_rate")),
    ("ROI %", percent("return_rate")),
    ("95 %", interval("return", 1, 100)),
    ("under", percent("under_return")),
    ("needed", lambda bets: _needed(bets.bets_needed)),
)


def _betting(evaluation: Evaluation, phase: str) -> Iterator[View]:
    needed = ", ".join(f"{bets_needed(rate, _STANDARD_PRICE):,} for a true {rate:.0%}" for rate in _TRUE_RATES)
    notes = (
        "void: and pushes. break-even: hit rate that the prices ask for. under: the under of the same lines.",
        "needed: bets that tell this hit rate from break-even (one-sided 5 %, 80 % power); none if it is no higher.",
        f"needed at -110: {needed}.",
        ADVICE,
    )
    for kind, title in (
        (EVERY_LINE, "PROP: bets on the likelier side of every line"),
        (RECOMMENDED, "PROP: bets on what was recommended, for its expected value"),
    ):
        records = [bets for bets in _of_phase(evaluation.betting, phase) if bets.bets == kind]
        uneven = _uneven(bets.wins + bets.losses for bets in records)
        yield View.of(phase, title, _BETTING, records, texts=2, notes=(*notes, *uneven))


def _needed(bets: int | None) -> str:
    if bets is None:
        return ""
    return f"{bets:,}" if bets <= _MOST_BETS else f"over {_MOST_BETS:,}"


_AVAILABILITY: Columns = (
    ("level", text("level")),
    ("rows", count("rows")),
    ("played %", percent("played_share")),
    ("Brier", number("brier", 4)),
    ("95 %", interval("brier", 4)),
    ("of the share", number("brier_of_share", 4)),
    ("error", number("calibration_error", 4)),
    ("limit", number("calibration_error_limit", 4)),
    ("unexpected", count("unexpected")),
)


def _availability(evaluation: Evaluation, phase: str) -> View:
    notes = (
        "of the share: Brier score of the overall share as everyone's probability.",
        "unexpected: appearances of players whom nothing named before, such as debuts; they have no probability.",
    )
    records = _of_phase(evaluation.availability, phase)
    title = "Play probability, on every expected row"
    return View.of(phase, title, _AVAILABILITY, records, texts=1, notes=notes)


def _weights(evaluation: Evaluation) -> View:
    dates = sorted({weight.refit_date for weight in evaluation.weights})
    shown = dates if len(dates) <= _MOST_REFITS else [dates[0], dates[len(dates) // 2], dates[-1]]
    cells = {
        (weight.system, weight.member, weight.refit_date): format_number(weight.weight, 2)
        for weight in evaluation.weights
    }
    pairs = dict.fromkeys((weight.system, weight.member) for weight in evaluation.weights)
    rows = tuple((*pair, *(cells.get((*pair, day), "") for day in shown)) for pair in pairs)
    notes = ("Learned before each refit date, on out-of-sample forecasts of earlier games.",)
    return View("", "Weights of the ensembles' members", ("system", "member", *map(str, shown)), rows, notes=notes)


def phase_title(evaluation: Evaluation, phase: str) -> str:
    """A phase with its seasons, such as TEST 2021-22."""
    *others, last = evaluation.phases[phase]
    before = f"{', '.join(others)} and " if others else ""
    return f"{phase} {before}{last}"
