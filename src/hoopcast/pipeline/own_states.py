"""SQL that derives the state of each unit from its own ledger entry, the schedule and its direct inputs.

The content of a unit is a hash of its table, date and output; what a unit could read is the XOR of the contents in the
reach of its inputs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hoopcast.calendar import season_name, season_start_year
from hoopcast.pipeline.clauses import Clause, joined, listed
from hoopcast.pipeline.ledger import LEDGER, NODE
from hoopcast.pipeline.lineage import closure, edges, is_post_game
from hoopcast.pipeline.model import Model
from hoopcast.warehouse.engine import Engine

STAGES_WITH_FORECASTS = ("regular", "playin", "playoffs")
# Columns whose hash is a unit's content, to readers of the same date and to readers of the past. The two differ, so
# that what a table reads both ways does not cancel out.
SAME_CONTENT = ("table_name", "unit_date", "output_fingerprint")
PAST_CONTENT = ("output_fingerprint", "unit_date", "table_name")

# The newest entry of each unit, and its content to readers.
_NEWEST = """
newest AS (
    SELECT *, {same_hash} AS same_content, {past_hash} AS past_content
    FROM (
        SELECT
            node AS table_name, unit_date, MAX(season) AS season,
            CAST(SUBSTR(MAX(season), 1, 4) AS BIGINT) AS season_year,
            ARG_MAX(status, entry) AS status, ARG_MAX(version, entry) AS version,
            ARG_MAX(input_fingerprint, entry) AS input_fingerprint,
            ARG_MAX(output_fingerprint, entry) AS output_fingerprint,
            ARG_MAX(rows, entry) AS row_count, ARG_MAX(expected, entry) AS expected, ARG_MAX(error, entry) AS error,
            MAX(entry) AS entry, MAX(CASE WHEN status = 'done' THEN 1 ELSE 0 END) AS was_done
        FROM (SELECT *, {node} AS node FROM {ledger}) AS every_entry
        WHERE season BETWEEN (SELECT first_content FROM years) AND (SELECT last_unit FROM years)
            AND node IN (SELECT table_name FROM node)
        GROUP BY node, unit_date
    ) AS entries
)
"""

# A game day is one on which teams of the league play a game that counts. A table about what happened is due once a
# game is final, a table about what is known before the game for the next slate as well. What was written for a
# date that is due no more is an orphan: it stays in the plan until its rows are gone.
_UNITS = """
content AS (
    SELECT table_name, season_year, unit_date, entry, same_content, past_content
    FROM newest
    WHERE row_count > 0
),
game_day AS (
    SELECT
        game_date AS unit_date, MAX(season) AS season,
        SUM(CASE WHEN game_status = 3 THEN 1 ELSE 0 END) AS final_games,
        SUM(CASE WHEN game_status = 3 THEN 0 ELSE 1 END) AS open_games
    FROM nba_raw.nbac_schedule
    WHERE team_known AND season_stage IN (SELECT season_stage FROM stage)
    GROUP BY game_date
),
first_of_month AS (
    SELECT MIN(unit_date) AS unit_date FROM game_day GROUP BY season, SUBSTR(CAST(unit_date AS VARCHAR), 1, 7)
),
next_slate AS (
    SELECT MIN(unit_date) AS unit_date
    FROM game_day
    WHERE open_games > 0
        AND unit_date > COALESCE((SELECT MAX(unit_date) FROM game_day WHERE final_games > 0), DATE '0001-01-01')
),
due AS (
    SELECT m.table_name, g.unit_date, g.season, CAST(SUBSTR(g.season, 1, 4) AS BIGINT) AS season_year
    FROM model AS m
    CROSS JOIN game_day AS g
    WHERE g.season BETWEEN (SELECT first_unit FROM years) AND (SELECT last_unit FROM years)
        AND (NOT m.is_monthly OR g.unit_date IN (SELECT unit_date FROM first_of_month))
        AND (g.final_games > 0 OR (NOT m.is_post_game AND g.unit_date IN (SELECT unit_date FROM next_slate)))
),
due_or_orphan AS (
    SELECT table_name, unit_date, season, season_year, TRUE AS is_due FROM due
    UNION ALL
    SELECT n.table_name, n.unit_date, n.season, n.season_year, FALSE
    FROM newest AS n
    INNER JOIN model AS m ON m.table_name = n.table_name
    LEFT JOIN due AS d ON d.table_name = n.table_name AND d.unit_date = n.unit_date
    WHERE n.row_count > 0 AND d.unit_date IS NULL AND n.season >= (SELECT first_unit FROM years)
),
unavailable AS (
    SELECT u.table_name, u.unit_date, MIN(r.upstream) AS upstream
    FROM due_or_orphan AS u
    INNER JOIN requirement AS r ON r.table_name = u.table_name
    LEFT JOIN content AS c ON c.table_name = r.upstream AND c.unit_date = u.unit_date
    WHERE c.unit_date IS NULL
    GROUP BY u.table_name, u.unit_date
),
unit AS (
    SELECT
        u.table_name, u.season, u.season_year, u.unit_date, u.is_due, n.status, n.error,
        n.version = m.version AS same_code, n.input_fingerprint AS recorded_input,
        COALESCE(n.was_done, 0) = 1 AS was_done, COALESCE(n.entry, 0) AS entry,
        COALESCE(n.output_fingerprint, 0) AS output_fingerprint, COALESCE(n.row_count, 0) AS row_count,
        COALESCE(n.expected, 0) AS expected, CASE WHEN COALESCE(n.row_count, 0) = 0 THEN a.upstream END AS unavailable
    FROM due_or_orphan AS u
    INNER JOIN model AS m ON m.table_name = u.table_name
    LEFT JOIN newest AS n ON n.table_name = u.table_name AND n.unit_date = u.unit_date
    LEFT JOIN unavailable AS a ON a.table_name = u.table_name AND a.unit_date = u.unit_date
)
"""

# On one time line of contents (place 1) and of units that ask for what lies before them (place 0) or until them
# (place 2), the running XOR at a unit is what it asks for; whole previous seasons join it as totals.
_OWN_STATES = """
asked AS (
    SELECT
        u.table_name, e.upstream, u.season_year, u.unit_date, CASE WHEN e.reach = 'before' THEN 0 ELSE 2 END AS place,
        CAST(0 AS BIGINT) AS content
    FROM unit AS u
    INNER JOIN edge AS e ON e.table_name = u.table_name AND e.reach <> 'same'
    UNION ALL
    SELECT '', table_name, season_year, unit_date, 1, past_content FROM content
),
season_total AS (
    SELECT table_name, season_year, BIT_XOR(past_content) AS content FROM content GROUP BY table_name, season_year
),
piece AS (
    SELECT
        table_name, unit_date, BIT_XOR(content) OVER (
            PARTITION BY upstream, season_year ORDER BY unit_date, place
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS content
    FROM asked
    UNION ALL
    SELECT u.table_name, u.unit_date, t.content
    FROM unit AS u
    INNER JOIN edge AS e ON e.table_name = u.table_name AND e.look_back > 0
    INNER JOIN season_total AS t
        ON t.table_name = e.upstream AND t.season_year BETWEEN u.season_year - e.look_back AND u.season_year - 1
    UNION ALL
    SELECT u.table_name, u.unit_date, c.same_content
    FROM unit AS u
    INNER JOIN edge AS e ON e.table_name = u.table_name AND e.reach = 'same'
    INNER JOIN content AS c ON c.table_name = e.upstream AND c.unit_date = u.unit_date
),
input AS (
    SELECT table_name, unit_date, BIT_XOR(content) AS input_fingerprint
    FROM piece
    WHERE table_name <> ''
    GROUP BY table_name, unit_date
),
fact AS (
    SELECT
        u.*, COALESCE(i.input_fingerprint, 0) AS input_fingerprint,
        u.same_code AND u.recorded_input = COALESCE(i.input_fingerprint, 0) AS same_work
    FROM unit AS u
    LEFT JOIN input AS i ON i.table_name = u.table_name AND i.unit_date = u.unit_date
),
own_state AS (
    SELECT
        table_name, season, season_year, unit_date, is_due, status, error, same_code, recorded_input, was_done, entry,
        output_fingerprint, row_count, expected, unavailable, input_fingerprint,
        CASE
            WHEN NOT is_due THEN 'stale'
            WHEN unavailable IS NOT NULL THEN 'not_available'
            WHEN status = 'failed' AND same_work THEN 'failed'
            WHEN NOT was_done THEN 'missing'
            WHEN status = 'done' AND same_work THEN 'done'
            ELSE 'stale' END AS own,
        CASE
            WHEN NOT is_due THEN 'no longer in the schedule'
            WHEN unavailable IS NOT NULL THEN 'no rows of ' || unavailable
            WHEN status = 'failed' AND same_work THEN error
            WHEN NOT was_done THEN 'not written yet'
            WHEN NOT same_code THEN 'its code changed'
            WHEN NOT same_work THEN 'its input changed' END AS cause
    FROM fact
)
"""


@dataclass(frozen=True)
class Years:
    """Seasons to look at: the first whose content is read, the first and the last of the units."""

    first_content: str
    first_unit: str
    last_unit: str


def years_of(models: tuple[Model, ...], seasons: Sequence[str]) -> Years | None:
    """Seasons that the states of units of these seasons depend on; None for no season."""
    if not seasons:
        return None
    first, last = season_start_year(min(seasons)), max(seasons)
    first_unit = first - max((edge.look_back for edge in closure(models)), default=0)
    first_content = first_unit - max((model.look_back for model in models), default=0)
    return Years(season_name(first_content), season_name(first_unit), last)


def newest_entries(engine: Engine, models: Sequence[Model]) -> Clause:
    """`newest`, after `years`: what the ledger last says of each unit that the states of models' units depend on."""
    nodes = {name for model in models for edge in edges(model) for name in (edge.table, edge.upstream)}
    nodes |= {model.name for model in models} | {table.name for model in models for table in model.requires}
    text = _NEWEST.format(
        ledger=LEDGER, node=NODE, same_hash=engine.row_hash(SAME_CONTENT), past_hash=engine.row_hash(PAST_CONTENT)
    )
    return joined(
        listed("node", {"table_name": "VARCHAR"}, [(name,) for name in sorted(nodes)]),
        Clause(text, {}),
    )


def own_states(models: Sequence[Model], years: Years, newest: Clause) -> Clause:
    """`own_state`: each unit's state by its own entry and its direct inputs.

    Args:
        models: models whose units are looked at.
        years: seasons to look at.
        newest: `newest`, as `newest_entries` gives it.
    """
    required = [(model.name, table.name) for model in models for table in model.requires]
    read = [edge for model in models for edge in edges(model)]
    return joined(
        years_clause(years),
        newest,
        listed("stage", {"season_stage": "VARCHAR"}, [(stage,) for stage in STAGES_WITH_FORECASTS]),
        listed(
            "model",
            {"table_name": "VARCHAR", "version": "VARCHAR", "is_post_game": "BOOLEAN", "is_monthly": "BOOLEAN"},
            [(model.name, model.version, is_post_game(model), model.is_monthly) for model in models],
        ),
        listed("requirement", {"table_name": "VARCHAR", "upstream": "VARCHAR"}, required),
        listed(
            "edge",
            {"table_name": "VARCHAR", "upstream": "VARCHAR", "reach": "VARCHAR", "look_back": "BIGINT"},
            [(edge.table, edge.upstream, edge.reach, edge.look_back) for edge in read],
        ),
        Clause(_UNITS, {}),
        Clause(_OWN_STATES, {}),
    )


def years_clause(years: Years) -> Clause:
    """`years`: the seasons to look at."""
    types = {"first_content": "VARCHAR", "first_unit": "VARCHAR", "last_unit": "VARCHAR"}
    return listed("years", types, [(years.first_content, years.first_unit, years.last_unit)])
