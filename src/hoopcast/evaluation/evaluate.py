"""The evaluation of a range: every system on every population, its calibration, the market, and what to beware of."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from typing import Any

from hoopcast.errors import UsageError
from hoopcast.evaluation.accuracy import MARKET, MOVING_AVERAGE, Accuracy, Slice, accuracy, slices
from hoopcast.evaluation.alarms import NOTES, warnings
from hoopcast.evaluation.availability import Availability, availability
from hoopcast.evaluation.calibration import Calibration, calibration
from hoopcast.evaluation.market import (
    AfterMarketLoss,
    AgainstMarket,
    Betting,
    Claim,
    ClaimSummary,
    after_market_loss,
    against_market,
    always_under,
    claims,
    every_line,
    recalibrated_market,
    recommended_bets,
)
from hoopcast.evaluation.populations import (
    MEANINGS,
    POPULATIONS,
    Appearances,
    Forecasts,
    Population,
    Scope,
    appearances,
    baseline,
    forecasts,
    level_of,
    system_ids,
)
from hoopcast.forecast.aliases import current_name
from hoopcast.forecast.documents import from_text
from hoopcast.forecast.system import LEVELS
from hoopcast.graph import ALL_SYSTEMS, Graph
from hoopcast.pipeline.ranges import SeasonDate
from hoopcast.plain import json_value
from hoopcast.warehouse.engine import Statements

LAST_TUNING, LAST_TEST = "2020-21", "2021-22"
TUNING, TEST, LIVE = "TUNING", "TEST", "live"
_WEIGHTS = """
SELECT system_id, refit_date, document FROM nba_predictions.trained_model
WHERE system_id LIKE 'ensemble%' AND season IN (SELECT UNNEST(CAST($seasons AS VARCHAR[]))) AND refit_date <= $last
ORDER BY system_id, refit_date
"""


@dataclass(frozen=True)
class PopulationSize:
    """Appearances of a population."""

    phase: str
    population: Population
    meaning: str
    appearances: int


@dataclass(frozen=True)
class Weight:
    """The weight of a member in an ensemble from a refit date on."""

    system: str
    refit_date: date
    member: str
    weight: float


@dataclass(frozen=True)
class Evaluation:
    """How good the forecasts of a range were.

    Records of different phases stand apart: TUNING seasons are those on which settings were chosen, TEST is the season
    held back, live is what came after. Within a phase, records are in the order of population, then information level.
    """

    first_date: date
    last_date: date
    stage: str
    published: bool
    phases: Mapping[str, tuple[str, ...]]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    populations: tuple[PopulationSize, ...] = ()
    accuracy: tuple[Accuracy, ...] = ()
    calibration: tuple[Calibration, ...] = ()
    slices: tuple[Slice, ...] = ()
    claims: tuple[Claim, ...] = ()
    claim_summaries: tuple[ClaimSummary, ...] = ()
    after_market: tuple[AfterMarketLoss, ...] = ()
    market: tuple[AgainstMarket, ...] = ()
    betting: tuple[Betting, ...] = ()
    availability: tuple[Availability, ...] = ()
    weights: tuple[Weight, ...] = ()

    def document(self) -> dict[str, Any]:
        """All of it as JSON holds it: dates as text, None for what is not known."""
        document: dict[str, Any] = json_value(asdict(self))
        return document


@dataclass(frozen=True)
class Choice:
    """What is scored: games of a stage, systems (or systems at a level) and populations, all of them for none.

    `published` takes what was published before tip-off in place of the backtest.
    """

    stage: str = "regular"
    systems: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()
    published: bool = False


EVERYTHING = Choice()
# Records by the field of `Evaluation` that they are of.
_Records = dict[str, list[Any]]


def evaluate(
    statements: Statements,
    days: Iterable[SeasonDate],
    choice: Choice = EVERYTHING,
    graph: Graph = ALL_SYSTEMS,
    progress: Callable[[str], None] = lambda _: None,
) -> Evaluation:
    """Score the forecasts of a range.

    Args:
        statements: the warehouse.
        days: dates of the range with their seasons.
        choice: what is scored.
        graph: of the systems that run, which a message names.
        progress: called with each system before it is scored.

    Raises:
        UsageError: if a system or population has no such name, or nothing of the range can be scored.
    """
    unknown = [name for name in choice.populations if name not in POPULATIONS]
    if unknown:
        raise UsageError(f"no population '{unknown[0]}'; choose from {', '.join(POPULATIONS)}")
    populations = tuple(name for name in POPULATIONS if not choice.populations or name in choice.populations)
    ordered = sorted(days)
    dates = tuple(day.date for day in ordered)
    present = system_ids(statements, dates, published=choice.published)
    scored = _Scored(present, _choose_systems(choice, present, graph), populations, choice.published, progress)
    records, phases = defaultdict[str, list[Any]](list), dict[str, tuple[str, ...]]()
    for phase, of_phase in groupby(ordered, key=lambda day: phase_of(day.season)):
        phase_days = tuple(of_phase)
        phases[phase] = tuple(dict.fromkeys(day.season for day in phase_days))
        scope = Scope(phase, tuple(day.date for day in phase_days), choice.stage)
        rows = appearances(statements, scope)
        if len(rows):
            _score(statements, scope, rows, scored, records)
    if not records["accuracy"]:
        raise UsageError(
            "no forecast of this range can be scored: its games are not final or not graded, or fewer than 50 are;"
            " `hoopcast grade` with this range grades what is final"
        )
    _sort(records)
    return Evaluation(
        dates[0],
        dates[-1],
        choice.stage,
        choice.published,
        phases,
        warnings(tuple(phases), records["accuracy"]),
        NOTES,
        weights=_read_weights(
            statements, tuple(season for part in phases.values() for season in part), dates[-1], scored.systems
        ),
        **{name: tuple(rows) for name, rows in records.items()},
    )


def phase_of(season: str) -> str:
    """TUNING, TEST or live: whether settings were chosen on a season, were not, or could not have been."""
    if season <= LAST_TUNING:
        return TUNING
    return TEST if season <= LAST_TEST else LIVE


@dataclass(frozen=True)
class _Scored:
    """What is scored: of the systems that are present, `systems` are shown and the others are compared with."""

    present: tuple[str, ...]
    systems: tuple[str, ...]
    populations: tuple[Population, ...]
    published: bool
    progress: Callable[[str], None]


def _score(statements: Statements, scope: Scope, rows: Appearances, scored: _Scored, records: _Records) -> None:
    """Add the records of a phase."""

    def read(system_id: str) -> Forecasts:
        return forecasts(statements, system_id, rows, scope, published=scored.published)

    def add(name: str, *of_name: object) -> None:
        records[name] += [record for record in of_name if record]

    others = {name: read(name) for name in (MOVING_AVERAGE, MARKET) if name in scored.present}
    recalibrated = recalibrated_market(statements, rows)

    def add_accuracy(system: Forecasts) -> tuple[Population, ...]:
        # What reads the line covers the rows that have one, and is compared there.
        shown = tuple(name for name in scored.populations if system.level != "line" or name == "PROP")
        add("accuracy", *(accuracy(scope.phase, name, rows, system, others) for name in shown))
        add("slices", *slices(scope.phase, rows, system))
        return shown

    for name, (level, points) in rows.baselines().items():
        add_accuracy(baseline(name, level, points))
    for number, system_id in enumerate(scored.systems, 1):
        scored.progress(f"scoring {system_id} on {len(rows):,} appearances, {number} of {len(scored.systems)} systems")
        system = others.get(system_id) or read(system_id)
        shown = add_accuracy(system)
        add("calibration", *(calibration(scope.phase, name, rows, system) for name in shown))
        if not scored.published:
            for summary, of_bands in claims(statements, scope, system_id):
                add("claim_summaries", summary)
                add("claims", *of_bands)
        add("after_market", after_market_loss(scope.phase, rows, system, recalibrated))
        add("market", *against_market(scope.phase, rows, system, recalibrated))
        recommended = None if scored.published else recommended_bets(statements, scope, system_id)
        add("betting", every_line(scope.phase, rows, system), recommended)
    add("betting", always_under(scope.phase, rows))
    add("availability", *availability(statements, scope))
    for name in scored.populations:
        add("populations", PopulationSize(scope.phase, name, MEANINGS[name], int(rows.population(name).sum())))


def _sort(records: _Records) -> None:
    """Phases in the order of their names, populations in theirs, then levels, then the most accurate first."""
    orders: Mapping[str, Callable[[Any], Any]] = {
        "accuracy": lambda score: (
            POPULATIONS.index(score.population), LEVELS.index(score.level), score.mae_filled,
        ),
        "calibration": lambda score: POPULATIONS.index(score.population),
        "market": lambda score: (score.window, LEVELS.index(score.level)),
        "betting": lambda score: (score.bets, LEVELS.index(score.level)),
    }  # fmt: skip
    for name, order in orders.items():
        records[name].sort(key=order)
        records[name].sort(key=lambda score: score.phase)


def _choose_systems(choice: Choice, present: tuple[str, ...], graph: Graph) -> tuple[str, ...]:
    """Systems of the range that are chosen, by name or by name and level."""
    if not present:
        published, made = (
            "published before tip-off; `hoopcast predict --publish` does",
            "made; `hoopcast backfill` of it makes them",
        )
        raise UsageError(f"no forecast of this range was {published if choice.published else made}")
    by_text = {
        text: [name for name in present if current_name(text) in (name, _without_level(name))]
        for text in choice.systems
    }
    absent = [text for text, names in by_text.items() if not names]
    if absent:
        system_id = graph.named_systems(absent[0])[0].system_id
        raise UsageError(
            f"no forecast of '{absent[0]}' in this range; there are {', '.join(present)}, and"
            f" `hoopcast backfill predictions/{system_id}` with this range makes others"
        )
    return tuple(name for name in present if not choice.systems or any(name in names for names in by_text.values()))


def _without_level(system_id: str) -> str:
    return system_id.removesuffix(f"_{level_of(system_id)}")


def _read_weights(
    statements: Statements, seasons: tuple[str, ...], last: date, chosen: tuple[str, ...]
) -> tuple[Weight, ...]:
    """Weights of the chosen ensembles at every refit of the seasons up to a date."""
    rows = statements.query(_WEIGHTS, {"seasons": list(seasons), "last": last}).rows
    return tuple(
        Weight(str(system_id), date.fromisoformat(str(refit)), member, float(weight))
        for system_id, refit, document in rows
        if system_id in chosen
        for member, weight in from_text(str(document)).get("weights", {}).items()
    )
