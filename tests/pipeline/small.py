"""A league of two games a night and three small tables, for tests of the pipeline itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from hoopcast.pipeline.ledger import append_raw
from hoopcast.pipeline.node import Input, Node, Spine, code_fingerprint
from hoopcast.pipeline.plan import Selection, Upstream, plan
from hoopcast.pipeline.ranges import Range, resolve
from hoopcast.pipeline.run import RunOptions, RunReport, run
from hoopcast.pipeline.time_constraint import TimeConstraint
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.schema import prepare
from hoopcast.warehouse.tables import Table, parse_table, table

if TYPE_CHECKING:
    from hoopcast.warehouse.engine import Parameters, Value

SCHEDULE = "nba_raw.nbac_schedule"
BOX = "nba_raw.nbac_player_boxscore"
TALLY = "nba_analytics.small_tally"
FORM = "nba_precompute.small_form"
FEATURE = "nba_predictions.small_feature"
NIGHTS = 6
SEASONS = (2020, 2021, 2022)

TALLY_SQL = """-- Points of each player in each game.
-- grain: game_id, player_id
-- time: game_date
-- short: tally
SELECT
    b.game_id,                           -- VARCHAR! game [pre-game history]
    b.player_id,                         -- BIGINT! player [pre-game history]
    b.season,                            -- VARCHAR! season [pre-game history]
    s.game_date,                         -- DATE! date [pre-game history]
    b.points,                            -- BIGINT! 0..100 points [post-game]
    CAST(b.player_lookup AS BIGINT) AS shirt, -- BIGINT number on his shirt [post-game]
    b.minutes / 48e0 AS minutes_share    -- DOUBLE share of a game [post-game]
FROM nba_raw.nbac_player_boxscore AS b
INNER JOIN nba_raw.nbac_schedule AS s ON b.game_id = s.game_id AND s.game_status = 3
"""
FORM_SQL = """-- Points scored in the league before each game, this season and the last.
-- grain: game_id
-- time: analysis_date
-- short: form
SELECT
    s.game_id,                                   -- VARCHAR! game [pre-game history]
    s.season,                                    -- VARCHAR! season [pre-game history]
    s.game_date AS analysis_date,                -- DATE! date [pre-game history]
    CAST(COALESCE(SUM(t.points), 0) AS BIGINT) AS points_before -- BIGINT! points [pre-game history]
FROM nba_raw.nbac_schedule AS s
LEFT JOIN nba_analytics.small_tally AS t ON t.game_date < s.game_date
GROUP BY s.game_id, s.season, s.game_date
"""
FEATURE_SQL = """-- What a forecast would read.
-- grain: game_id
-- time: analysis_date
-- short: feature
SELECT
    game_id,                             -- VARCHAR! game [pre-game history]
    season,                              -- VARCHAR! season [pre-game history]
    analysis_date,                       -- DATE! date [pre-game history]
    points_before * 2 AS points_doubled  -- BIGINT! points [pre-game history]
FROM nba_precompute.small_form
"""
BOX_SPINE = """SELECT b.game_id, b.player_id, b.season, s.game_date AS partition_date,
    CASE WHEN b.player_name = 'hidden' THEN 'DATA_QUARANTINED' END AS category, 'hidden' AS reason
FROM nba_raw.nbac_player_boxscore AS b
INNER JOIN nba_raw.nbac_schedule AS s ON b.game_id = s.game_id AND s.game_status = 3
"""
GAME_SPINE = """SELECT game_id, season, game_date AS partition_date, CAST(NULL AS VARCHAR) AS category, '' AS reason
FROM nba_raw.nbac_schedule
"""


@dataclass(frozen=True)
class Small:
    """What a small model is made of, beside its SQL."""

    inputs: tuple[tuple[Table, TimeConstraint], ...]
    spine: Spine
    look_back: int = 0
    requires: tuple[Table, ...] = ()


def model(text: str, phase: str, name: str, small: Small) -> Node:
    """A model that is in no folder of the package."""
    schema, stem = name.split(".")
    definition = parse_table(text, schema, phase, stem)
    inputs = tuple(Input(read, time_constraint) for read, time_constraint in small.inputs)
    return Node(definition, inputs, small.look_back, small.requires, small.spine, code_fingerprint(text))


def small_nodes(tally: str = TALLY_SQL, form: str = FORM_SQL, box_spine: str = BOX_SPINE) -> tuple[Node, ...]:
    """The three tables, each after what it reads: of the night, of all nights before, of the night again."""
    schedule, box = table(SCHEDULE), table(BOX)
    of_box = Spine("small_box", ("game_id", "player_id"), (Input(box, "same"), Input(schedule, "same")), box_spine)
    of_games = Spine("small_games", ("game_id",), (Input(schedule, "same"),), GAME_SPINE)
    first = model(tally, "analytics", TALLY, Small(((box, "same"), (schedule, "same")), of_box, requires=(box,)))
    before: tuple[tuple[Table, TimeConstraint], ...] = ((schedule, "same"), (first.table, "before"))
    second = model(form, "precompute", FORM, Small(before, of_games, look_back=1))
    third = model(FEATURE_SQL, "features", FEATURE, Small(((second.table, "same"),), of_games))
    return first, second, third


def night(year: int, number: int) -> date:
    """Date of a night of the season that starts in a year; every second evening."""
    return date(year, 12, 25) + timedelta(days=2 * number)


def nights(*years: int) -> list[date]:
    """All dates of these seasons."""
    return [night(year, number) for year in years for number in range(NIGHTS)]


def small_league(url: str = "duckdb://:memory:", years: Sequence[int] = SEASONS) -> DuckDB:
    """A warehouse with final games and box scores of these seasons, and the small tables, empty."""
    engine = DuckDB(url)
    prepare(engine)
    for one in small_nodes():
        engine.create(one.table)
    games: list[dict[str, Value]] = [
        {
            "game_id": f"002{year % 100:02d}{number:03d}{game:02d}",
            "season": f"{year}-{(year + 1) % 100:02d}",
            "game_date": night(year, number),
        }
        for year in years
        for number in range(NIGHTS)
        for game in range(2)
    ]
    columns: Parameters = {name: [game[name] for game in games] for name in ("game_id", "season", "game_date")}
    given = ", ".join(f"UNNEST(${name}) AS {name}" for name in columns)
    with engine.transaction():
        engine.execute(
            f"""INSERT INTO {SCHEDULE} (game_id, season, season_stage, game_date, home_team_abbr, away_team_abbr,
                team_known, game_status)
            SELECT game_id, season, 'regular', game_date, 'BOS', 'NYK', TRUE, 3 FROM (SELECT {given}) AS g""",
            columns,
        )
        engine.execute(
            f"""INSERT INTO {BOX} (game_id, player_id, season, game_date, player_name, player_lookup, team_abbr,
                played_flag, minutes, points)
            SELECT game_id, p.range + 1, season, game_date, 'someone', CAST(p.range AS VARCHAR), 'BOS', TRUE, 24,
                (p.range * 7 + EXTRACT(DAY FROM game_date)) % 40
            FROM (SELECT {given}) AS g, RANGE(3) AS p""",
            columns,
        )
    took_in(engine, nights(*years))
    return engine


def took_in(engine: DuckDB, dates: Sequence[date]) -> None:
    """Record that these dates of the raw tables may have changed, as an ingest does."""
    with engine.transaction():
        for name in (SCHEDULE, BOX):
            append_raw(engine, "ingest", name, dates)


def change(engine: DuckDB, day: date, assignments: str, condition: str = "player_id = 1") -> None:
    """A correction of box scores of one night."""
    engine.execute(f"UPDATE {BOX} SET {assignments} WHERE game_date = $day AND {condition}", {"day": day})
    took_in(engine, [day])


def backfill(  # noqa: PLR0913 - as many as a command has
    engine: DuckDB,
    models: tuple[Node, ...] | None = None,
    wanted: Range = Range(),  # noqa: B008 - frozen
    *,
    timeout: float = 600,
    again: bool = False,
    only_failed: bool = False,
    upstream: Upstream = "all",
) -> RunReport:
    """Write all small tables of a range."""
    chosen = models or small_nodes()
    names = tuple(one.name for one in chosen)
    selection = Selection(names, resolve(engine, wanted), names if again else (), only_failed, upstream)
    return run(engine, chosen, selection, RunOptions("hoopcast backfill --no-resume", timeout))


def states(engine: DuckDB, models: tuple[Node, ...] | None = None) -> dict[tuple[str, date], str]:
    """State of each unit of the small tables."""
    chosen = models or small_nodes()
    return {
        (partition.table, partition.date): partition.state
        for partition in plan(engine, chosen, resolve(engine, Range()))
    }


def in_state(engine: DuckDB, state: str, models: tuple[Node, ...] | None = None) -> dict[str, list[date]]:
    """Dates in a state by table; tables without any left out."""
    found: dict[str, list[date]] = {}
    for (name, day), one in states(engine, models).items():
        if one == state:
            found.setdefault(name, []).append(day)
    return found


def contents(engine: DuckDB) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the small tables."""
    return {
        name: [tuple(row) for row in engine.query(f"SELECT * FROM {name} ORDER BY ALL").rows]
        for name in (TALLY, FORM, FEATURE)
    }


def written(report: RunReport) -> dict[str, int]:
    """Dates that a run wrote, by table; tables without any left out."""
    return {one.table: one.dates for one in report.tables if one.dates}


@cache
def contents_of_one_backfill(years: Sequence[int] = SEASONS) -> dict[str, list[tuple[object, ...]]]:
    """Rows of each table of a league that was written at once."""
    engine = small_league(years=years)
    backfill(engine)
    return contents(engine)
