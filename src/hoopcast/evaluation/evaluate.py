"""The evaluation of a range: every system on every population, its calibration, the market, and what to beware of."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
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
    recommended,
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
from hoopcast.forecast.system import LEVELS
from hoopcast.graph import ALL_SYSTEMS, Graph
from hoopcast.pipeline.ranges import SeasonDate
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
    """What an ensemble weighs a member from a refit date on."""

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
    issued: bool
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
        found: dict[str, Any] = plain(asdict(self))
        return found


@dataclass
class _Records:
    """Records as they come."""

    populations: list[PopulationSize] = field(default_factory=list)
    accuracy: list[Accuracy] = field(default_factory=list)
    calibration: list[Calibration] = field(default_factory=list)
    slices: list[Slice] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    claim_summaries: list[ClaimSummary] = field(default_factory=list)
    after_market: list[AfterMarketLoss] = field(default_factory=list)
    market: list[AgainstMarket] = field(default_factory=list)
    betting: list[Betting] = field(default_factory=list)
    availability: list[Availability] = field(default_factory=list)


@dataclass(frozen=True)
class Choice:
    """What is scored: games of a stage, systems (or systems at a level) and populations, all of them for none.

    `issued` takes what was published before tip-off in place of what today's code says.
    """

    stage: str = "regular"
    systems: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()
    issued: bool = False


EVERYTHING = Choice()


def evaluate(
    statements: Statements, days: Iterable[SeasonDate], choice: Choice = EVERYTHING, graph: Graph = ALL_SYSTEMS
) -> Evaluation:
    """Score the forecasts of a range.

    Args:
        statements: the warehouse.
        days: dates of the range with their seasons.
        choice: what is scored.
        graph: of the systems that run, which a message names.

    Raises:
        UsageError: if a system or population has no such name, or nothing of the range can be scored.
    """
    unknown = [name for name in choice.populations if name not in POPULATIONS]
    if unknown:
        raise UsageError(f"no population '{unknown[0]}'; choose from {', '.join(POPULATIONS)}")
    wanted = tuple(name for name in POPULATIONS if not choice.populations or name in choice.populations)
    ordered = sorted(days)
    dates = tuple(day.date for day in ordered)
    present = system_ids(statements, dates, issued=choice.issued)
    asked = _Asked(present, _chosen(choice, present, graph), wanted, choice.issued)
    records, phases = _Records(), dict[str, tuple[str, ...]]()
    for phase, of_phase in groupby(ordered, key=lambda day: phase_of(day.season)):
        partition_dates = tuple(of_phase)
        phases[phase] = tuple(dict.fromkeys(day.season for day in partition_dates))
        scope = Scope(phase, tuple(day.date for day in partition_dates), choice.stage)
        rows = appearances(statements, scope)
        if len(rows):
            _score(statements, scope, rows, asked, records)
    if not records.accuracy:
        raise UsageError(
            "no forecast of this range can be scored: its games are not final, or fewer than 50 are graded"
        )
    return Evaluation(
        dates[0],
        dates[-1],
        choice.stage,
        choice.issued,
        phases,
        warnings(tuple(phases), records.accuracy),
        NOTES,
        weights=_weights(
            statements, tuple(season for part in phases.values() for season in part), dates[-1], asked.systems
        ),
        **{name: tuple(found) for name, found in vars(records).items()},
    )


def phase_of(season: str) -> str:
    """TUNING, TEST or live: whether settings were chosen on a season, were not, or could not have been."""
    if season <= LAST_TUNING:
        return TUNING
    return TEST if season <= LAST_TEST else LIVE


@dataclass(frozen=True)
class _Asked:
    present: tuple[str, ...]
    systems: tuple[str, ...]
    populations: tuple[Population, ...]
    issued: bool


def _score(statements: Statements, scope: Scope, rows: Appearances, asked: _Asked, records: _Records) -> None:
    """Add the records of a phase."""

    def read(system_id: str) -> Forecasts:
        return forecasts(statements, system_id, rows, scope, issued=asked.issued)

    others = {name: read(name) for name in (MOVING_AVERAGE, MARKET) if name in asked.present}
    recalibrated = recalibrated_market(statements, rows)
    scored = [baseline(name, level, points) for name, (level, points) in rows.baselines().items()]
    for one in (*scored, *(others.get(name) or read(name) for name in asked.systems)):
        # What reads the line covers the rows that have one, and is compared there.
        shown = tuple(name for name in asked.populations if one.level != "line" or name == "PROP")
        found = (accuracy(scope.phase, name, rows, one, others) for name in shown)
        records.accuracy += [record for record in found if record]
        records.slices += slices(scope.phase, rows, one)
        if one.is_baseline:
            continue
        graded = (calibration(scope.phase, name, rows, one) for name in shown)
        records.calibration += [record for record in graded if record]
        if not asked.issued:
            for summary, of_bands in claims(statements, scope, one.system_id):
                records.claim_summaries.append(summary)
                records.claims += of_bands
        after = after_market_loss(scope.phase, rows, one, recalibrated)
        records.after_market += [after] if after else []
        records.market += against_market(scope.phase, rows, one, recalibrated)
        bets = (
            every_line(scope.phase, rows, one),
            None if asked.issued else recommended(statements, scope, one.system_id),
        )
        records.betting += [record for record in bets if record]
    under = always_under(scope.phase, rows)
    records.betting += [under] if under else []
    records.availability += availability(statements, scope)
    records.populations += [
        PopulationSize(scope.phase, name, MEANINGS[name], int(rows.population(name).sum()))
        for name in asked.populations
    ]
    _sort(records)


def _sort(records: _Records) -> None:
    """Populations in their order, then levels in theirs, then the most accurate first."""
    records.accuracy.sort(
        key=lambda record: (
            record.phase,
            POPULATIONS.index(record.population),
            LEVELS.index(record.level),
            record.mae_filled,
        )
    )
    records.calibration.sort(key=lambda record: (record.phase, POPULATIONS.index(record.population)))
    records.market.sort(key=lambda record: (record.phase, record.window, LEVELS.index(record.level)))
    records.betting.sort(key=lambda record: (record.phase, record.bets, LEVELS.index(record.level)))


def _chosen(choice: Choice, present: tuple[str, ...], graph: Graph) -> tuple[str, ...]:
    """Systems of the range that are asked for, by name or by name and level."""
    if not present:
        issued, made = (
            "issued before tip-off; `hoopcast predict --issue` does",
            "made; `hoopcast backfill` of it makes them",
        )
        done = issued if choice.issued else made
        raise UsageError(f"no forecast of this range was {done}")
    named = {
        text: [name for name in present if current_name(text) in (name, _without_level(name))]
        for text in choice.systems
    }
    absent = [text for text, found in named.items() if not found]
    if absent:
        system_id = graph.named_systems(absent[0])[0].system_id
        raise UsageError(
            f"no forecast of '{absent[0]}' in this range; there are {', '.join(present)}, and"
            f" `hoopcast backfill predictions/{system_id}` with this range makes others"
        )
    return tuple(name for name in present if not choice.systems or any(name in found for found in named.values()))


def _without_level(system_id: str) -> str:
    return system_id.removesuffix(f"_{level_of(system_id)}")


def _weights(
    statements: Statements, seasons: tuple[str, ...], last: date, chosen: tuple[str, ...]
) -> tuple[Weight, ...]:
    """Weights of the chosen ensembles at every refit of the seasons up to a date."""
    found = statements.query(_WEIGHTS, {"seasons": list(seasons), "last": last}).rows
    return tuple(
        Weight(str(system_id), date.fromisoformat(str(refit)), member, float(weight))
        for system_id, refit, document in found
        if system_id in chosen
        for member, weight in json.loads(str(document)).get("weights", {}).items()
    )


def plain(value: Any) -> Any:  # noqa: ANN401 - a document holds whatever JSON does
    """A document as JSON holds it: dates as text, None for what is no finite number."""
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, date):
        return str(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
