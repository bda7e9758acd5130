"""Every node of the pipeline: models that are SQL, and what systems learn, forecast and are graded by."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib import import_module

from hoopcast.errors import ForecastError, HoopcastError, UsageError
from hoopcast.forecast import availability, win_probability
from hoopcast.forecast.aliases import current_name
from hoopcast.forecast.calibrating import recalibrations
from hoopcast.forecast.code import python_version
from hoopcast.forecast.forecasting import forecasts
from hoopcast.forecast.frames import inputs_of
from hoopcast.forecast.grading import grades
from hoopcast.forecast.predictions import predictions
from hoopcast.forecast.system import LEVELS, Level, System
from hoopcast.forecast.training import refits
from hoopcast.forecast.training_window import SEASONS_BEFORE
from hoopcast.pipeline.node import (
    WRITER_VERSION,
    Asked,
    Input,
    Node,
    Producer,
    called,
    code_fingerprint,
    in_order,
    performance_nodes,
    select_nodes,
    spine_of_system,
    sql_nodes,
)
from hoopcast.pipeline.time_constraint import TimeConstraint
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
BEST = "ensemble"
# It says of a line what the line says, so anything else comes first.
BENCHMARK = "market"
STORE = "nba_predictions.ml_feature_store"
PREDICTIONS = "nba_predictions.player_prop_predictions"
# Why nothing is learned at a refit.
_TOO_FEW_GAMES = "fewer games before this date than the system needs to learn from"
_TOO_FEW_LINES = "fewer than 2,000 graded lines of the system before this date: no record yet"
_FAULTS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True)
class SystemAtLevel:
    """A system at a level: `linear_news` is `linear` at `news`."""

    system_id: str

    @property
    def name(self) -> str:
        """The system's name."""
        return self.system_id.rpartition("_")[0]

    @property
    def level(self) -> str:
        """The information level."""
        return self.system_id.rpartition("_")[2]


@dataclass(frozen=True)
class Graph:
    """The nodes of the systems that somebody chose.

    Args:
        chosen: names of systems, to which members of ensembles are added; all of them when None.
        chosen_by: what chose them, in words for a message.
    """

    chosen: tuple[str, ...] | None = None
    chosen_by: str = ""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every node, each after all that it reads.

        Raises:
            UsageError: if there is no such system.
            ModelError: if nodes read each other in a circle.
        """
        return nodes_of(self.chosen)

    @property
    def systems(self) -> tuple[SystemAtLevel, ...]:
        """Systems, best first: ensembles, then by level from the highest on; the benchmark comes last."""
        return _systems_of(self.nodes)

    def select(self, names: tuple[str, ...] = (), *, tables_first: bool = False) -> tuple[Node, ...]:
        """Nodes by table, short name, phase or system, in their order; all of them for no name.

        Args:
            names: what a user wrote.
            tables_first: whether a name that is a phase and a table, such as `predictions`, is the table, not the
                phase.

        Raises:
            UsageError: if a name is none of these, or of a system that was left out.
        """
        wanted = tuple(_with_current_name(name) for name in names)
        try:
            return select_nodes(wanted, self.nodes, tables_first=tables_first)
        except UsageError:
            for given, name in zip(names, wanted, strict=True):
                if not called(name, self.nodes) and called(name, nodes_of(None)):
                    raise self._left_out(given) from None
            raise

    def node(self, name: str) -> Node:
        """The node of a table, short name, or table and system; a name that is a phase as well is the table.

        Raises:
            UsageError: if there is none, its system was left out, or the name is of several.
        """
        found = called(_with_current_name(name), self.nodes) or self.select((name,))
        if len(found) > 1:
            choices = [f"{node.table.short}/{node.system_id}" if node.system_id else node.table.short for node in found]
            raise UsageError(f"'{name}' is several tables; name one of {', '.join(choices)}")
        return found[0]

    def named_systems(self, text: str) -> tuple[SystemAtLevel, ...]:
        """Systems that a text names, the highest level first.

        Args:
            text: a system at a level, a system, which is all of its levels, or what it was once called, such as
                linear_news, linear or xgboost_v1.

        Raises:
            UsageError: if it names none; it lists the choices, or says that it was left out.
        """
        wanted = current_name(text)
        found = tuple(one for one in self.systems if wanted in (one.name, one.system_id))
        if found:
            return found
        if any(wanted in (one.name, one.system_id) for one in _systems_of(nodes_of(None))):
            raise self._left_out(text)
        levels: dict[str, list[str]] = {}
        for one in reversed(self.systems):
            levels.setdefault(one.name, []).append(one.level)
        choices = ", ".join(f"{name} ({', '.join(known)})" for name, known in levels.items())
        raise UsageError(f"no system '{text}'; choose a system, or one at a level as in linear_news: {choices}")

    def _left_out(self, name: str) -> UsageError:
        return UsageError(f"'{name}' is left out by {self.chosen_by}; add its system there")


ALL_SYSTEMS = Graph()


@cache
def nodes_of(systems: tuple[str, ...] | None) -> tuple[Node, ...]:
    """Every node of some systems, all of them when None, each after all that it reads.

    Raises:
        UsageError: if there is no such system.
        ModelError: if nodes read each other in a circle.
    """
    store = next(node for node in sql_nodes() if node.name == STORE)
    of_systems = (*availability_nodes(), *forecast_nodes(store.version, systems))
    return in_order((*sql_nodes(), *of_systems, *(_reading_all(node, of_systems) for node in performance_nodes())))


def _reading_all(node: Node, of_systems: tuple[Node, ...]) -> Node:
    """The model with what it reads of a table that systems write as what it reads of each of them."""

    def expanded(inputs: tuple[Input, ...]) -> Iterator[Input]:
        for item in inputs:
            owners = [node.system_id for node in of_systems if node.table == item.table]
            yield from (replace(item, system_id=owner) for owner in owners) if owners else (item,)

    spine = replace(node.spine, inputs=tuple(expanded(node.spine.inputs)))
    return replace(node, inputs=tuple(expanded(node.inputs)), spine=spine)


def _systems_of(nodes: Sequence[Node]) -> tuple[SystemAtLevel, ...]:
    found = [SystemAtLevel(node.system_id) for node in nodes if node.table.name == PREDICTIONS]
    found.reverse()
    return tuple(sorted(found, key=lambda one: (one.name != BEST, one.name == BENCHMARK, -LEVELS.index(one.level))))


def _with_current_name(name: str) -> str:
    """A name with its system as it is called today: `distributions/XGBoost_v1` is `distributions/gradient_boosting`."""
    table_name, stroke, system = name.rpartition("/")
    return f"{table_name}{stroke}{current_name(system)}"


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


def forecast_nodes(feature_version: str, chosen: tuple[str, ...] | None = None) -> tuple[Node, ...]:
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
    # Level by level they learn from the same rows.
    learned_and_distributions = (
        [some[name][place] for name in (sorted(some, key=lambda name: LEVELS.index(by_id[name][1])), some)[place]]
        for some in (members, ensembles)
        for place in range(2)
    )
    others = zip(*(nodes[2:] for nodes in by_system.values()), strict=True)
    return tuple(node for of_table in (*learned_and_distributions, *others) for node in of_table if node is not None)


def _nodes(system: System, level: Level, feature_version: str) -> tuple[Node | None, ...]:
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
        "distributions",
        "forecasts",
        (*inputs_of(system, level, "same"), _of("trained", "until", system_id)),
        partial(forecasts, system=system, level=level),
        of_system,
    )
    recalibrating = _Work(
        "calibration",
        "recalibrations",
        (_of("distributions", "before", system_id), _of("pgs", "before")),
        partial(recalibrations, system_id=system_id),
        learns=True,
    )
    of_lines = win_probability.system_id(system_id)
    valuing = _Work(
        "trained",
        "refits",
        (
            _of("distributions", "before", system_id),
            _of("calibration", "before", system_id),
            _of("ppl", "before"),
            _of("pgs", "before"),
            _of("mlfs", "before"),
        ),
        partial(win_probability.refits, of=system_id),
        learns=True,
    )
    distributions = _node(values, forecasting)
    of_forecast = (_of("distributions", "same", system_id), _of("calibration", "until", system_id))
    final = _Work(
        "predictions",
        "forecasts",
        (
            *of_forecast,
            *(_of(name, "same") for name in ("upgc", "mlfs", "ppl")),
            *(_of("trained", "until", name) for name in (system_id, of_lines)),
        ),
        partial(predictions, system_id=system_id, versions=(distributions.version, feature_version)),
    )
    grading = _Work(
        "grades",
        "grades",
        (
            *(_of(name, "same", system_id) for name in ("predictions", "distributions")),
            _of("calibration", "until", system_id),
            *(_of(name, "same") for name in ("pgs", "nbac_schedule")),
        ),
        partial(grades, system_id=system_id),
    )
    learned = None if system.train is None else _node((*values, ("too_little", _TOO_FEW_GAMES)), learning)
    value = _node((("system_id", of_lines), ("too_little", _TOO_FEW_LINES)), valuing)
    calibrated, *others = (_node(values, work) for work in (recalibrating, final, grading))
    return (learned, distributions, calibrated, value, *others)


def availability_nodes() -> tuple[Node, ...]:
    """The nodes of who will play: what is learned at each level, and the table of probabilities."""
    learned = [
        _node(
            (("system_id", availability.system_id(level)), ("too_little", _TOO_FEW_GAMES)),
            _Work(
                "trained",
                "refits",
                (_of("avf", "before"), _of("pgs", "before")),
                partial(availability.refits, level=level),
                learns=True,
            ),
        )
        for level in availability.AVAILABILITY_LEVELS
    ]
    until = (_of("trained", "until", node.system_id) for node in learned)
    played = _Work("availability", "player_game_levels", (_of("avf", "same"), *until), availability.probabilities)
    return (*learned, _node((), played))


def _of(short: str, time_constraint: TimeConstraint, system_id: str = "") -> Input:
    return Input(table(short), time_constraint, system_id)


def _node(values: tuple[tuple[str, Value], ...], work: _Work) -> Node:
    system_id = str(dict(values).get("system_id", ""))
    definition = table(work.table)
    rows = spine_of_system(work.expected, system_id)
    columns = ",".join(f"{column.name} {column.type}" for column in definition.columns)
    read = (f"{item.name} {item.time_constraint}" for item in work.inputs)
    code = (python_version(name) for name in (_name(work.producer), *work.definitions))
    return Node(
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
