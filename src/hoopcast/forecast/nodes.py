"""Forecast systems as nodes of the pipeline: what each learns, its laws, recalibration, forecasts and grades."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module

from hoopcast.errors import ForecastError, HoopcastError, UsageError
from hoopcast.evaluation.grading import grades
from hoopcast.forecast import presence, win_probability
from hoopcast.forecast.calibrating import recalibrations
from hoopcast.forecast.code import python_version
from hoopcast.forecast.forecasting import forecasts
from hoopcast.forecast.frames import inputs_of
from hoopcast.forecast.predictions import predictions
from hoopcast.forecast.system import LEVELS, Level, System
from hoopcast.forecast.training import refits
from hoopcast.forecast.window import SEASONS_BEFORE
from hoopcast.pipeline.model import (
    WRITER_VERSION,
    Asked,
    Input,
    Model,
    Producer,
    Reach,
    code_fingerprint,
    spine_of_system,
)
from hoopcast.warehouse.engine import ColumnsOf, Statements, Value
from hoopcast.warehouse.tables import table

# Each is a file under `forecast/systems`; a ninth one is a line here.
NAMES = (
    "moving_average",
    "zone_matchup",
    "similarity",
    "minutes_rate",
    "linear",
    "gradient_boosting",
    "market",
    "ensemble",
)
_FAULTS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True)
class _Work:
    """What a node does: table and expected rows by name, what it reads, and how; `learns` from earlier seasons.

    `definitions` are those that the producer is given, each as `python_version` names them.
    """

    table: str
    expected: str
    inputs: tuple[Input, ...]
    producer: Callable[[Statements, Asked], ColumnsOf]
    definitions: tuple[str, ...] = ()
    learns: bool = False


@cache
def systems() -> tuple[System, ...]:
    """Every system, each after its members."""
    return tuple(import_module(f"hoopcast.forecast.systems.{name}").SYSTEM for name in NAMES)


def forecast_nodes(feature_version: str, chosen: tuple[str, ...] | None = None) -> tuple[Model, ...]:
    """The nodes of systems.

    Args:
        feature_version: version of the feature store, which forecasts name.
        chosen: names of systems, to which members of ensembles are added; all of them when None.

    Raises:
        UsageError: if there is no such system.
    """
    wanted = set(NAMES) if chosen is None else set(chosen)
    if unknown := wanted - set(NAMES):
        raise UsageError(f"no system '{min(unknown)}'; choose from {', '.join(NAMES)}")
    by_id = {system.system_id(level): (system, level) for system in systems() for level in system.levels}
    needed: set[str] = set()
    waiting = [name for name, (system, _) in by_id.items() if system.name in wanted]
    while waiting:
        name = waiting.pop()
        needed.add(name)
        system, level = by_id[name]
        waiting += [member for member in system.members(level) if member not in needed]
    by_system = {name: _nodes(*by_id[name], feature_version) for name in by_id if name in needed}
    # Table by table, so that one transaction can write what all systems say; members before those that read them.
    members = {name: nodes for name, nodes in by_system.items() if not by_id[name][0].members(by_id[name][1])}
    ensembles = {name: nodes for name, nodes in by_system.items() if name not in members}
    learned_and_laws = (
        [nodes[place] for nodes in some.values()] for some in (members, ensembles) for place in range(2)
    )
    others = zip(*(nodes[2:] for nodes in by_system.values()), strict=True)
    return tuple(node for of_table in (*learned_and_laws, *others) for node in of_table if node is not None)


def _nodes(system: System, level: Level, feature_version: str) -> tuple[Model | None, ...]:
    system_id = system.system_id(level)
    of_system = (f"hoopcast.forecast.systems.{system.name}:SYSTEM",)
    values: tuple[tuple[str, Value], ...] = (
        ("system_id", system_id),
        ("level_rank", LEVELS.index(level)),
        ("is_trained", 0 if system.train is None else 1),
    )
    learning = _Work(
        "trained",
        "refits",
        (*inputs_of(system, level, "before"), _of("pgs", "before")),
        partial(refits, system=system, level=level),
        of_system,
        learns=True,
    )
    forecasting = _Work(
        "laws",
        "forecasts",
        (*inputs_of(system, level, "same"), _of("trained", "until", system_id)),
        partial(forecasts, system=system, level=level),
        of_system,
    )
    recalibrating = _Work(
        "calibration",
        "recalibrations",
        (_of("laws", "before", system_id), _of("pgs", "before")),
        partial(recalibrations, system_id=system_id),
        learns=True,
    )
    of_lines = win_probability.system_id(system_id)
    valuing = _Work(
        "trained",
        "records",
        (
            _of("laws", "before", system_id),
            _of("calibration", "before", system_id),
            _of("ppl", "before"),
            _of("pgs", "before"),
            _of("mlfs", "before"),
        ),
        partial(win_probability.refits, of=system_id),
        learns=True,
    )
    laws = _node(values, forecasting)
    of_forecast = (_of("laws", "same", system_id), _of("calibration", "until", system_id))
    final = _Work(
        "predictions",
        "forecasts",
        (
            *of_forecast,
            *(_of(name, "same") for name in ("upgc", "mlfs", "ppl")),
            *(_of("trained", "until", name) for name in (system_id, of_lines)),
        ),
        partial(predictions, system_id=system_id, level=level, versions=(laws.version, feature_version)),
    )
    grading = _Work(
        "grades",
        "grades",
        (
            _of("predictions", "same", system_id),
            _of("calibration", "until", system_id),
            *(_of(name, "same") for name in ("pgs", "nbac_schedule")),
        ),
        partial(grades, system_id=system_id),
    )
    learned = None if system.train is None else _node(values, learning)
    value = _node((("system_id", of_lines),), valuing)
    calibrated, *others = (_node(values, work) for work in (recalibrating, final, grading))
    return (learned, laws, calibrated, value, *others)


def presence_nodes() -> tuple[Model, ...]:
    """The nodes of who will play: what is learned at each level, and the table of probabilities."""
    learned = [
        _node(
            (("system_id", presence.system_id(level)),),
            _Work(
                "trained",
                "refits",
                (_of("avf", "before"), _of("pgs", "before")),
                partial(presence.refits, level=level),
                learns=True,
            ),
        )
        for level in presence.PRESENCE_LEVELS
    ]
    until = (_of("trained", "until", node.system_id) for node in learned)
    played = _Work("availability", "player_game_levels", (_of("avf", "same"), *until), presence.probabilities)
    return (*learned, _node((), played))


def _of(short: str, reach: Reach, system_id: str = "") -> Input:
    return Input(table(short), reach, system_id)


def _node(values: tuple[tuple[str, Value], ...], work: _Work) -> Model:
    system_id = str(dict(values).get("system_id", ""))
    definition = table(work.table)
    rows = spine_of_system(work.expected, system_id)
    columns = ",".join(f"{column.name} {column.type}" for column in definition.columns)
    read = (f"{item.name} {item.reach}" for item in work.inputs)
    code = (python_version(name) for name in (_name(work.producer), *work.definitions))
    return Model(
        table=definition,
        inputs=work.inputs,
        look_back=SEASONS_BEFORE if work.learns else 0,
        requires=(),
        spine=rows,
        version=code_fingerprint(rows.text, *map(str, values), columns, *read, str(WRITER_VERSION), *code),
        system_id=system_id,
        is_monthly=work.learns,
        values=values,
        producer=_watched(system_id or work.table, work.producer),
    )


def _name(producer: Callable[[Statements, Asked], ColumnsOf]) -> str:
    """Module and name of the function that makes the rows."""
    function = producer.func if isinstance(producer, partial) else producer
    return f"{function.__module__}:{function.__qualname__}"


def _watched(system_id: str, producer: Callable[[Statements, Asked], ColumnsOf]) -> Producer:
    """A producer whose faults are those of its dates, not of the run."""

    def watched(statements: Statements, asked: Asked) -> ColumnsOf:
        try:
            return producer(statements, asked)
        except HoopcastError:
            raise
        except _FAULTS as error:
            raise ForecastError(f"{system_id}: {type(error).__name__}: {error}") from error

    return watched
