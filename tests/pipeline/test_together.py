"""Systems of one table are written together; what one of them can not do keeps none of the others from landing."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from hoopcast.errors import ForecastError, ModelError
from hoopcast.pipeline.node import Asked, Input, Node, Producer, Spine, in_order, written_together
from hoopcast.pipeline.ranges import Range
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.engine import ColumnsOf, Statements
from hoopcast.warehouse.tables import parse_table, table
from tests.pipeline import small
from tests.pipeline.small import NIGHTS, SCHEDULE, night, nights

SAID = "nba_predictions.small_said"
TEXT = """-- What each system says of a game.
-- grain: game_id, system_id
-- time: game_date
-- short: said
-- order: game_date, game_id, system_id
CREATE TABLE nba_predictions.small_said (
    game_id VARCHAR,   -- ! game [pre-game history]
    system_id VARCHAR, -- ! system [pre-game history]
    season VARCHAR,    -- ! season [pre-game history]
    game_date DATE,    -- ! date [pre-game history]
    points DOUBLE      -- ! 0..100 points [pre-game history]
)
"""
GAMES = """SELECT s.game_id, y.system_id, s.season, s.game_date AS partition_date,
    CAST(NULL AS VARCHAR) AS category, '' AS reason
FROM nba_raw.nbac_schedule AS s
CROSS JOIN asked_system AS y
"""
YEAR = 2021
EVERY = ("early", "late", "mean")
Points = Callable[[date], float]


def saying(system: str, points: Points) -> Producer:
    def said(statements: Statements, asked: Asked) -> ColumnsOf:
        games = statements.columns(
            f"SELECT game_id, season, game_date FROM {SCHEDULE} WHERE game_date IN (SELECT UNNEST($dates))",
            {"dates": list(asked.dates)},
        )
        number = len(games["game_id"])
        return {
            **games,
            "system_id": np.full(number, system, dtype=object),
            "points": np.array([points(day) for day in games["game_date"].tolist()], dtype=np.float64),
        }

    return said


def says(system: str, points: Points, *, reads: str = "", version: str = "1") -> Node:
    definition = parse_table(TEXT, "nba_predictions", "predictions", "small_said")
    schedule = (Input(table(SCHEDULE), "same"),)
    read = (Input(definition, "same", reads),) if reads else ()
    spine = Spine("small_said", ("game_id", "system_id"), schedule, GAMES)
    return Node(
        table=definition,
        inputs=(*schedule, *read),
        look_back=0,
        requires=(),
        spine=spine,
        version=version,
        system_id=system,
        values=(("system_id", system),),
        producer=saying(system, points),
    )


def systems(late: Points = lambda _: 20.0, version: str = "1") -> tuple[Node, ...]:
    return says("early", lambda _: 10.0), says("late", late, version=version), says("mean", lambda _: 15.0)


@pytest.fixture
def engine() -> DuckDB:
    found = small.small_league(years=(YEAR,))
    found.create(systems()[0].table)
    return found


def rows(engine: DuckDB) -> dict[str, int]:
    found = engine.query(f"SELECT system_id, COUNT(*) FROM {SAID} GROUP BY 1").rows
    return {str(system): int(str(count)) for system, count in found}


def transactions(engine: DuckDB, models: tuple[Node, ...], monkeypatch: pytest.MonkeyPatch) -> int:
    """How many transactions wrote rows of the table."""
    done: list[str] = []
    execute = DuckDB.execute

    def counted(self: DuckDB, sql: str, parameters: object = None) -> None:
        done.extend([sql] if sql.startswith(f"INSERT INTO {SAID}") else [])
        execute(self, sql, parameters)  # type: ignore[arg-type]

    monkeypatch.setattr(DuckDB, "execute", counted)
    small.backfill(engine, models)
    return len(done)


def test_what_all_systems_say_of_a_season_is_one_transaction(engine: DuckDB, monkeypatch: pytest.MonkeyPatch) -> None:
    assert transactions(engine, systems(), monkeypatch) == 1
    assert rows(engine) == dict.fromkeys(EVERY, 2 * NIGHTS)
    assert set(small.states(engine, systems()).values()) == {"done"}
    partitions = engine.query(
        f"SELECT system_id, COUNT(*), SUM(rows), SUM(expected) FROM nba_orchestration.ledger"
        f" WHERE table_name = '{SAID}' GROUP BY 1 ORDER BY 1"
    ).rows
    assert partitions == [(system, NIGHTS, 2 * NIGHTS, 2 * NIGHTS) for system in EVERY]


def test_rows_of_all_systems_stand_in_the_order_that_the_table_states(engine: DuckDB) -> None:
    small.backfill(engine, systems())
    stand = engine.query(f"SELECT game_date, game_id, system_id FROM {SAID} ORDER BY rowid").rows
    assert len(stand) == len(EVERY) * 2 * NIGHTS
    assert list(stand) == sorted(stand)


def test_one_system_that_says_nonsense_on_a_date_loses_that_date_alone(engine: DuckDB) -> None:
    bad = night(YEAR, 2)
    report = small.backfill(engine, systems(lambda day: 101.0 if day == bad else 20.0))
    assert rows(engine) == {"early": 2 * NIGHTS, "late": 2 * (NIGHTS - 1), "mean": 2 * NIGHTS}
    assert [(one.table.rpartition("/")[2], one.dates, one.failed) for one in report.tables] == [
        ("early", NIGHTS, 0), ("late", NIGHTS - 1, 1), ("mean", NIGHTS, 0),
    ]  # fmt: skip
    failures = engine.query("SELECT system_id, partition_date, reason FROM nba_orchestration.failures").rows
    assert [row[:2] for row in failures] == [("late", bad)]
    assert "points lies in 0..100" in str(failures[0][2])


def test_one_system_that_can_say_nothing_keeps_no_other_from_landing(engine: DuckDB) -> None:
    def broken(_: date) -> float:
        raise ForecastError("late: there is no model")

    small.backfill(engine, systems(broken))
    assert rows(engine) == {"early": 2 * NIGHTS, "mean": 2 * NIGHTS}
    assert set(small.in_state(engine, "failed", systems(broken))) == {f"{SAID}/late"}
    small.backfill(engine, systems())
    assert rows(engine) == dict.fromkeys(EVERY, 2 * NIGHTS)
    assert engine.query("SELECT COUNT(*) FROM nba_orchestration.failures").rows == [(0,)]


def test_new_code_of_one_system_leaves_what_the_others_said(engine: DuckDB) -> None:
    small.backfill(engine, systems())
    before = engine.query("SELECT MAX(entry) FROM nba_orchestration.ledger").rows[0][0]
    small.backfill(engine, systems(lambda _: 30.0, version="2"))
    written = engine.query(
        "SELECT DISTINCT system_id FROM nba_orchestration.ledger WHERE entry > $before", {"before": before}
    ).rows
    assert written == [("late",)]
    assert engine.query(f"SELECT system_id, MAX(points) FROM {SAID} GROUP BY 1 ORDER BY 1").rows == [
        ("early", 10.0), ("late", 30.0), ("mean", 15.0),
    ]  # fmt: skip


def test_a_game_that_moved_is_taken_from_its_old_date_in_every_system(engine: DuckDB) -> None:
    small.backfill(engine, systems())
    old, new = night(YEAR, 1), night(YEAR, 3)
    (game,) = engine.query(f"SELECT MIN(game_id) FROM {SCHEDULE} WHERE game_date = $old", {"old": old}).rows[0]
    engine.execute(f"UPDATE {SCHEDULE} SET game_date = $new WHERE game_id = $game", {"new": new, "game": game})
    small.took_in(engine, [old, new])
    small.backfill(engine, systems(), Range(dates=(new,)))
    where = engine.query(f"SELECT system_id, game_date FROM {SAID} WHERE game_id = $game ORDER BY 1", {"game": game})
    assert where.rows == [(system, new) for system in EVERY]
    small.backfill(engine, systems())
    assert set(small.states(engine, systems()).values()) == {"done"}


def test_dates_differ_by_system_and_each_gets_its_own(engine: DuckDB) -> None:
    small.backfill(engine, systems()[:1], Range(dates=(night(YEAR, 0),)))
    small.backfill(engine, systems()[1:2], Range(dates=tuple(nights(YEAR)[3:])))
    small.backfill(engine, systems())
    assert rows(engine) == dict.fromkeys(EVERY, 2 * NIGHTS)
    twice = engine.query("SELECT COUNT(*), COUNT(DISTINCT (system_id, partition_date)) FROM nba_orchestration.ledger"
                         f" WHERE table_name = '{SAID}'").rows  # fmt: skip
    assert twice == [(3 * NIGHTS, 3 * NIGHTS)]


def test_a_system_that_reads_another_is_written_after_it() -> None:
    first, second, third = says("a", abs), says("b", abs, reads="a"), says("c", abs)  # type: ignore[arg-type]
    assert [[one.system_id for one in group] for group in written_together((first, second, third))] == [
        ["a"], ["b", "c"],
    ]  # fmt: skip
    assert in_order((second, third, first)) == (first, second, third)


def test_systems_that_read_each_other_are_refused() -> None:
    circle = (says("a", abs, reads="b"), says("b", abs, reads="a"), says("c", abs))  # type: ignore[arg-type]
    with pytest.raises(ModelError, match=r"in a circle: nba_predictions.small_said/a, nba_predictions.small_said/b"):
        in_order(circle)


def test_models_stay_in_the_order_in_which_they_are_given_where_nothing_asks_for_another() -> None:
    models = systems()
    assert in_order(models) == models
    assert in_order(models[::-1]) == models[::-1]
