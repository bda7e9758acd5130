"""The proof by lineage: every way from a raw column to a feature or forecast, and the as-of gates on it."""

from collections.abc import Iterator
from functools import cache

from hoopcast.audit.checks import AuditCheck
from hoopcast.errors import ModelError
from hoopcast.forecast.frames import check_reads, source_of
from hoopcast.forecast.system import Level, System
from hoopcast.graph import systems
from hoopcast.lineage.columns import check_lineage, column_lineage
from hoopcast.lineage.traces import ROW, has_post_game_rows
from hoopcast.pipeline.lineage import is_post_game
from hoopcast.pipeline.node import Input, Node
from hoopcast.warehouse.tables import Table, table

_ONE_STEP = "no column reads what is known later or at a higher level"
_TO_RAW = "no way back to a raw result of the same or a later game"
_DECLARED = "Python reads the past alone"
_OF_LEVEL = "a system reads nothing above its level"
_DISTRIBUTIONS, _TRAINED = "nba_predictions.forecast_distribution", "nba_predictions.trained_model"
# A column that was reached, and whether an as-of gate stands on the way to it.
_Place = tuple[str, str, bool]


def lineage_checks(nodes: tuple[Node, ...]) -> Iterator[AuditCheck]:
    """Walk back from every column of every table that is known before a game, and from every system's forecasts.

    Args:
        nodes: every node, each after all that it reads.
    """
    models = tuple(node for node in nodes if node.producer is None)
    for model in models:
        problems = check_lineage([model])
        detail = "" if not problems else f"{problems[0].column} {problems[0].message}"
        yield AuditCheck("lineage", _ONE_STEP, model.name, len(model.table.columns), len(problems), detail)
    walk = _Walk(nodes)
    for model in models:
        if not is_post_game(model):
            starts = [(model.name, name) for name in (*model.table.column_names, ROW)]
            yield _walk_check(walk, model.name, starts)
    for node in nodes:
        if node.producer is not None and node.table.phase != "grading":
            yield _declared_reads(node)
            yield _walk_check(walk, node.name, [(node.name, ROW)])
    ran = {node.system_id for node in nodes}
    for system in systems():
        for level in system.levels:
            if system.system_id(level) in ran:
                yield _of_level(system, level)


def _columns_read(system: System, level: Level) -> dict[str, tuple[str, ...]]:
    """Columns that a system at a level reads, by table."""
    columns: dict[str, tuple[str, ...]] = {}
    for source, name in (source_of(column) for column in system.columns(level)):
        columns[source.table] = (*columns.get(source.table, ()), name)
    return columns


class _Walk:
    """Ways back through tables, each place visited once: columns of SQL models, and all that Python reads."""

    def __init__(self, nodes: tuple[Node, ...]) -> None:
        self._nodes = {node.name: node for node in nodes}
        self._read = {
            system.system_id(level): _columns_read(system, level) for system in systems() for level in system.levels
        }
        self.steps = cache(self._steps)

    def _steps(self, place: _Place) -> tuple[_Place, ...]:
        """What a column was made from; behind a gate lies what was known before the date."""
        name, column, gated = place
        node = self._nodes.get(name)
        if node is None:
            return ()
        if node.producer is not None:
            return tuple(self._of_python(node, gated=gated))
        lineage = column_lineage(node)
        origins = lineage.rows if column == ROW else lineage.columns[column]
        return tuple(
            (origin.table, origin.column, gated or (origin.days_before is not None and origin.days_before >= 1))
            for origin in origins
        )

    def _of_python(self, node: Node, *, gated: bool) -> Iterator[_Place]:
        """All that a node declares to read; of features the columns that its system names."""
        for item in node.inputs:
            behind = gated or item.time_constraint == "before"
            made = self._nodes.get(item.name)
            if made is not None and made.producer is not None:
                yield item.name, ROW, behind
                continue
            named = self._read.get(node.system_id, {}).get(item.table.name)
            is_for_a_frame = node.table.name in (_DISTRIBUTIONS, _TRAINED) and named is not None
            for column in named if named is not None and is_for_a_frame else item.table.column_names:
                yield item.table.name, column, behind

    def back(self, starts: list[tuple[str, str]]) -> dict[_Place, _Place | None]:
        """All places that lie behind some columns, each with the one that it was reached from."""
        reached: dict[_Place, _Place | None] = {(*start, False): None for start in starts}
        waiting = list(reached)
        while waiting:
            place = waiting.pop()
            for behind in self.steps(place):
                if behind not in reached:
                    reached[behind] = place
                    waiting.append(behind)
        return reached


def _walk_check(walk: _Walk, subject: str, starts: list[tuple[str, str]]) -> AuditCheck:
    reached = walk.back(starts)
    ends = [place for place in reached if not walk.steps(place) and place[0].startswith("nba_raw.")]
    leaks = [place for place in ends if not place[2] and _is_result(table(place[0]), place[1])]
    behind = sum(1 for place in ends if place[2] and _is_result(table(place[0]), place[1]))
    detail = f"{behind} of {len(ends)} raw columns are results, behind a gate"
    if leaks:
        detail = _path_text(reached, leaks[0])
    return AuditCheck("lineage", _TO_RAW, subject, len(ends), len(leaks), detail)


def _is_result(raw: Table, column: str) -> bool:
    return has_post_game_rows(raw) if column == ROW else raw.column(column).availability == "post-game"


def _path_text(reached: dict[_Place, _Place | None], end: _Place) -> str:
    """The columns from a raw one to where the walk began."""
    way, place = [], end
    while True:
        way.append(f"{place[0]}.{place[1]}")
        before = reached[place]
        if before is None:
            return " -> ".join(way)
        place = before


def _declared_reads(node: Node) -> AuditCheck:
    """What Python may read of results: those of earlier dates; and of what was learned, that until the date."""
    wrong = [item for item in node.inputs if not _is_past(item)]
    detail = f"reads {wrong[0].name} {wrong[0].time_constraint}" if wrong else ""
    return AuditCheck("lineage", _DECLARED, node.name, len(node.inputs), len(wrong), detail)


def _is_past(item: Input) -> bool:
    """Whether an input is of earlier dates, or of what is known on the morning, such as what was learned until then."""
    if item.time_constraint == "until":
        return "check" in item.table.headers
    return item.time_constraint in ("before", "constant") or not has_post_game_rows(item.table)


def _of_level(system: System, level: Level) -> AuditCheck:
    columns = system.columns(level)
    try:
        check_reads(system, level)
    except ModelError as error:
        return AuditCheck("lineage", _OF_LEVEL, system.system_id(level), len(columns), 1, str(error))
    return AuditCheck("lineage", _OF_LEVEL, system.system_id(level), len(columns))
