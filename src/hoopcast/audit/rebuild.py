"""The proof by rebuilding: with other results, and other sayings too late, what was said up to a date stays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from hoopcast.audit.compare import Scope, compare
from hoopcast.audit.levels import level_scopes
from hoopcast.audit.looked import Looked
from hoopcast.audit.results import other_results
from hoopcast.audit.sayings import other_sayings, other_sayings_of
from hoopcast.audit.scratch import Copies, delete_after, empty, rewrite
from hoopcast.pipeline.lineage import is_post_game
from hoopcast.pipeline.model import Model
from hoopcast.pipeline.ranges import UnitDate
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.engine import Parameters
from hoopcast.warehouse.tables import Level

_BEFORE_GAMES = "other results and late sayings change nothing up to the date"
_WRITTEN = "all of it can be written anew"


@dataclass(frozen=True)
class Window:
    """A date to audit, the dates that are written anew up to it, and those after it, of every stage and season."""

    day: UnitDate
    dates: tuple[UnitDate, ...]
    later: tuple[UnitDate, ...]

    @property
    def first(self) -> date:
        """First date that is written anew."""
        return self.dates[0].date


def window_of(day: UnitDate, days: Sequence[UnitDate], *, from_scratch: bool = False) -> Window:
    """What to write anew for a date: from the first of its month on, where what a system had learned begins to count.

    Args:
        day: the date.
        days: every date with games, of every stage.
        from_scratch: from the first date of all.
    """
    before = [one for one in days if one.date <= day.date]
    if not from_scratch:
        month = (day.date.year, day.date.month)
        before = [one for one in before if one.season == day.season and (one.date.year, one.date.month) == month]
    return Window(day, tuple(before), tuple(one for one in days if one.date > day.date))


def rebuilt(
    copies: Copies, nodes: tuple[Model, ...], window: Window, seed: int, *, from_scratch: bool = False
) -> Iterator[Looked]:
    """Rebuild a window on nonsense, and compare; then say other things of the date itself, level by level.

    Args:
        copies: of the warehouse.
        nodes: every node, each after all that it reads.
        window: dates.
        seed: what nonsense is drawn from.
        from_scratch: write everything anew from raw tables, not the window alone.
    """
    day = window.day.date
    values: Parameters = {"day": day, "first": window.first, "seed": seed}
    with copies.scratch() as engine:
        other_sayings(engine, values)
        other_results(engine, values)
        if from_scratch:
            empty(engine, nodes)
        faults = _write(engine, nodes, window)
        yield from _could_be_written(window, faults)
        for node in _compared(nodes):
            last = day if not is_post_game(node) else _day_before(window)
            if last is None:
                continue
            scope = Scope(node.table, node.table.content_columns, window.first, last)
            for found in compare(engine, scope):
                yield Looked(
                    "rebuild", _BEFORE_GAMES, found.subject, found.rows, found.differing, _dated(day, found.example)
                )
        yield from _levels(engine, nodes, window, values)


def _write(engine: DuckDB, nodes: tuple[Model, ...], window: Window) -> list[str]:
    """Write the tables anew: what happened, and what is known of players and teams, on later dates of the season too.

    Features and forecasts of later dates are gone, and everything of later seasons: nobody may miss them.
    """
    season = tuple(one for one in window.later if one.season == window.day.season)
    first_phase = tuple(node for node in nodes if node.table.phase == "analytics")
    second_phase = tuple(node for node in nodes if node.table.phase not in ("analytics", "grading"))
    delete_after(engine, tuple(node for node in nodes if node.table.phase != "analytics"), window.day.date)
    delete_after(engine, first_phase, season[-1].date if season else window.day.date)
    _forget_grades(engine, nodes, window.day.date)
    faults = rewrite(engine, nodes, tuple(node.name for node in first_phase), (*window.dates, *season))
    return [*faults, *rewrite(engine, nodes, tuple(node.name for node in second_phase), window.dates)]


def _forget_grades(engine: DuckDB, nodes: tuple[Model, ...], day: date) -> None:
    for table in dict.fromkeys(node.table for node in nodes if node.table.phase == "grading"):
        engine.execute(f"DELETE FROM {table.name} WHERE {table.time} = $day", {"day": day})


def _could_be_written(window: Window, faults: list[str]) -> Iterator[Looked]:
    detail = faults[0] if faults else ""
    yield Looked("rebuild", _WRITTEN, "dates", len(window.dates), len(faults), _dated(window.day.date, detail))


def _compared(nodes: tuple[Model, ...]) -> tuple[Model, ...]:
    """One node a table, but for grades: they are of what happened."""
    return tuple({node.table.name: node for node in nodes if node.table.phase != "grading"}.values())


def _day_before(window: Window) -> date | None:
    """The last date before the audited one: what happened on that itself was changed."""
    before = [one.date for one in window.dates if one.date < window.day.date]
    return before[-1] if before else None


def _levels(engine: DuckDB, nodes: tuple[Model, ...], window: Window, values: Parameters) -> Iterator[Looked]:
    """Change what each level above history says of the date, from the highest on: nothing below it may change."""
    day, names = window.day, tuple(node.name for node in nodes if not is_post_game(node))
    below: tuple[tuple[Level, Level], ...] = (("line", "market"), ("market", "news"), ("news", "history"))
    for changed, level in below:
        other_sayings_of(engine, changed, values)
        faults = rewrite(engine, nodes, names, (day,))
        yield from _could_be_written(window, faults)
        check = f"other {_SAID[changed]} on the date change nothing that {level} knows"
        for scope in level_scopes(nodes, level, day.date):
            for found in compare(engine, scope):
                yield Looked(
                    "levels", check, found.subject, found.rows, found.differing, _dated(day.date, found.example)
                )


_SAID: dict[Level, str] = {"line": "lines", "market": "quotes and spreads", "news": "moves and reports"}


def _dated(day: date, example: str) -> str:
    return f"{day}: {example}" if example else ""
