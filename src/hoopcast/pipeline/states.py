"""SQL that derives the state of each unit from the ledger and the schedule.

`own_states` looks at a unit and its direct inputs; `states` adds what stands upstream of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hoopcast.pipeline.ledger import LEDGER
from hoopcast.pipeline.lineage import Edge, closure, edges, is_post_game
from hoopcast.pipeline.model import Model
from hoopcast.warehouse.engine import Engine, Value

STAGES_WITH_FORECASTS = ("regular", "playin", "playoffs")

# A game day is one on which teams of the league play a game that counts. A table about what happened is due once a
# game is final, a table about what is known before the game for the next slate as well. What was written for a
# date that is due no more is an orphan: it stays in the plan until its rows are gone.
_OWN_STATES = """
newest AS (
    SELECT
        table_name, unit_date, MAX(season) AS season, CAST(SUBSTR(MAX(season), 1, 4) AS BIGINT) AS season_year,
        ARG_MAX(status, entry) AS status, ARG_MAX(version, entry) AS version,
        ARG_MAX(input_fingerprint, entry) AS input_fingerprint,
        ARG_MAX(output_fingerprint, entry) AS output_fingerprint,
        ARG_MAX(rows, entry) AS row_count, ARG_MAX(expected, entry) AS expected, ARG_MAX(error, entry) AS error,
        MAX(CASE WHEN status = 'done' THEN 1 ELSE 0 END) AS was_done
    FROM {ledger}
    WHERE system_id = '' AND table_name IN (SELECT table_name FROM node)
    GROUP BY table_name, unit_date
),
content AS (
    SELECT table_name, season_year, unit_date, {content_hash} AS content
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
    WHERE g.final_games > 0 OR (NOT m.is_post_game AND g.unit_date IN (SELECT unit_date FROM next_slate))
),
unit AS (
    SELECT table_name, unit_date, season, season_year, TRUE AS is_due FROM due
    UNION ALL
    SELECT n.table_name, n.unit_date, n.season, n.season_year, FALSE
    FROM newest AS n
    INNER JOIN model AS m ON m.table_name = n.table_name
    LEFT JOIN due AS d ON d.table_name = n.table_name AND d.unit_date = n.unit_date
    WHERE n.row_count > 0 AND d.unit_date IS NULL
),
day AS (
    SELECT unit_date, season_year FROM unit
    UNION
    SELECT unit_date, season_year FROM content
),
running AS (
    SELECT
        i.upstream, a.season_year, a.unit_date, COALESCE(c.content, 0) AS here,
        COALESCE(BIT_XOR(COALESCE(c.content, 0)) OVER (
            PARTITION BY i.upstream, a.season_year ORDER BY a.unit_date ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0) AS earlier
    FROM (SELECT DISTINCT upstream FROM edge) AS i
    CROSS JOIN day AS a
    LEFT JOIN content AS c ON c.table_name = i.upstream AND c.unit_date = a.unit_date
),
season_total AS (
    SELECT table_name, season_year, BIT_XOR(content) AS content FROM content GROUP BY table_name, season_year
),
past AS (
    SELECT e.upstream, e.look_back, s.season_year, BIT_XOR(t.content) AS content
    FROM (SELECT DISTINCT upstream, look_back FROM edge WHERE look_back > 0) AS e
    CROSS JOIN (SELECT DISTINCT season_year FROM day) AS s
    INNER JOIN season_total AS t
        ON t.table_name = e.upstream AND t.season_year BETWEEN s.season_year - e.look_back AND s.season_year - 1
    GROUP BY e.upstream, e.look_back, s.season_year
),
piece AS (
    SELECT
        u.table_name, u.unit_date, e.upstream, e.reach,
        CASE WHEN e.reach = 'before' THEN 0 ELSE r.here END AS here,
        CASE WHEN e.reach = 'same' THEN 0 ELSE r.earlier END AS earlier,
        COALESCE(p.content, 0) AS past
    FROM unit AS u
    INNER JOIN edge AS e ON e.table_name = u.table_name
    INNER JOIN running AS r
        ON r.upstream = e.upstream AND r.season_year = u.season_year AND r.unit_date = u.unit_date
    LEFT JOIN past AS p
        ON p.upstream = e.upstream AND p.look_back = e.look_back AND p.season_year = u.season_year
),
input AS (
    SELECT table_name, unit_date, BIT_XOR({piece_hash}) AS input_fingerprint FROM piece GROUP BY table_name, unit_date
),
unavailable AS (
    SELECT u.table_name, u.unit_date, MIN(r.upstream) AS upstream
    FROM unit AS u
    INNER JOIN requirement AS r ON r.table_name = u.table_name
    LEFT JOIN content AS c ON c.table_name = r.upstream AND c.unit_date = u.unit_date
    WHERE c.unit_date IS NULL
    GROUP BY u.table_name, u.unit_date
),
fact AS (
    SELECT
        u.table_name, u.season, u.season_year, u.unit_date, u.is_due,
        COALESCE(i.input_fingerprint, 0) AS input_fingerprint,
        COALESCE(n.output_fingerprint, 0) AS output_fingerprint, COALESCE(n.row_count, 0) AS row_count,
        COALESCE(n.expected, 0) AS expected, COALESCE(n.was_done, 0) = 1 AS was_done, n.status, n.error,
        n.version = m.version AS same_code, n.input_fingerprint = COALESCE(i.input_fingerprint, 0) AS same_input,
        CASE WHEN COALESCE(n.row_count, 0) = 0 THEN a.upstream END AS unavailable
    FROM unit AS u
    INNER JOIN model AS m ON m.table_name = u.table_name
    LEFT JOIN newest AS n ON n.table_name = u.table_name AND n.unit_date = u.unit_date
    LEFT JOIN input AS i ON i.table_name = u.table_name AND i.unit_date = u.unit_date
    LEFT JOIN unavailable AS a ON a.table_name = u.table_name AND a.unit_date = u.unit_date
),
own_state AS (
    SELECT
        table_name, season, season_year, unit_date, is_due, input_fingerprint, output_fingerprint, row_count,
        expected, was_done,
        CASE
            WHEN NOT is_due THEN 'stale'
            WHEN unavailable IS NOT NULL THEN 'not_available'
            WHEN status = 'failed' AND same_code AND same_input THEN 'failed'
            WHEN NOT was_done THEN 'missing'
            WHEN status = 'done' AND same_code AND same_input THEN 'done'
            ELSE 'stale' END AS own,
        CASE
            WHEN NOT is_due THEN 'no longer in the schedule'
            WHEN unavailable IS NOT NULL THEN 'no rows of ' || unavailable
            WHEN status = 'failed' AND same_code AND same_input THEN error
            WHEN NOT was_done THEN 'not written yet'
            WHEN NOT same_code THEN 'its code changed'
            WHEN NOT same_input THEN 'its input changed' END AS cause
    FROM fact
)
"""

# Of what stands open upstream only the first date of each season matters to a table that reads all dates before.
_STATES = """
open_unit AS (SELECT * FROM {upstream} WHERE own NOT IN ('done', 'not_available')),
first_open AS (
    SELECT
        table_name, season_year, MIN(unit_date) AS open_date,
        MIN(CASE WHEN own = 'failed' THEN unit_date END) AS failed_date
    FROM open_unit
    GROUP BY table_name, season_year
),
reached AS (
    SELECT
        u.table_name, u.unit_date, c.upstream, c.ordinal,
        COALESCE(f.failed_date IS NOT NULL AND (f.season_year < u.season_year OR f.failed_date < u.unit_date
            OR (c.reach = 'until' AND f.failed_date = u.unit_date)), FALSE) AS is_failed
    FROM {own} AS u
    INNER JOIN closure AS c ON c.table_name = u.table_name AND c.reach <> 'same'
    INNER JOIN first_open AS f
        ON f.table_name = c.upstream AND f.season_year BETWEEN u.season_year - c.look_back AND u.season_year
        AND (f.season_year < u.season_year OR f.open_date < u.unit_date
            OR (c.reach = 'until' AND f.open_date = u.unit_date))
    UNION ALL
    SELECT u.table_name, u.unit_date, c.upstream, c.ordinal, f.own = 'failed'
    FROM {own} AS u
    INNER JOIN closure AS c ON c.table_name = u.table_name AND c.reach = 'same'
    INNER JOIN open_unit AS f ON f.table_name = c.upstream AND f.unit_date = u.unit_date
),
upstream_open AS (
    SELECT
        table_name, unit_date, MAX(CASE WHEN is_failed THEN 1 ELSE 0 END) = 1 AS is_failed,
        ARG_MIN(upstream, ordinal) AS upstream,
        ARG_MIN(upstream, CASE WHEN is_failed THEN ordinal END) AS failed_upstream
    FROM reached
    GROUP BY table_name, unit_date
),
state AS (
    SELECT
        u.table_name, u.season, u.season_year, u.unit_date, u.is_due, u.own, u.input_fingerprint, u.output_fingerprint,
        u.row_count, u.expected, r.upstream IS NOT NULL AS is_upstream_open,
        CASE
            WHEN u.own = 'not_available' OR r.upstream IS NULL OR NOT u.is_due THEN u.own
            WHEN r.is_failed OR NOT u.was_done THEN 'blocked'
            ELSE 'stale' END AS state,
        CASE
            WHEN u.own = 'not_available' OR r.upstream IS NULL OR NOT u.is_due THEN u.cause
            WHEN r.is_failed THEN r.failed_upstream || ' has failed'
            ELSE r.upstream || ' is not done' END AS cause
    FROM {own} AS u
    LEFT JOIN upstream_open AS r ON r.table_name = u.table_name AND r.unit_date = u.unit_date
)
"""


@dataclass(frozen=True)
class Clause:
    """Common table expressions and the parameters that they bind."""

    text: str
    parameters: dict[str, list[Value]]


def listed(name: str, types: dict[str, str], rows: Sequence[tuple[Value, ...]]) -> Clause:
    """A common table expression of given rows, each column bound as one list."""
    columns = ", ".join(f"CAST(UNNEST(${name}_{column}) AS {kind}) AS {column}" for column, kind in types.items())
    parameters = {f"{name}_{column}": [row[index] for row in rows] for index, column in enumerate(types)}
    return Clause(f"{name} AS (SELECT {columns})", parameters)


def joined(*clauses: Clause) -> Clause:
    """Common table expressions one after the other."""
    parameters = {key: value for clause in clauses for key, value in clause.parameters.items()}
    return Clause(",\n".join(clause.text.strip() for clause in clauses), parameters)


def own_states(engine: Engine, models: Sequence[Model]) -> Clause:
    """`own_state`: each unit of these models with its state by its own entry and its direct inputs."""
    read = [edge for model in models for edge in edges(model)]
    required = [(model.name, table.name) for model in models for table in model.requires]
    nodes = {name for edge in read for name in (edge.table, edge.upstream)}
    nodes |= {model.name for model in models} | {upstream for _, upstream in required}
    text = _OWN_STATES.format(
        ledger=LEDGER,
        content_hash=engine.row_hash(("table_name", "unit_date", "output_fingerprint")),
        piece_hash=engine.row_hash(("upstream", "reach", "here", "earlier", "past")),
    )
    return joined(
        listed("stage", {"season_stage": "VARCHAR"}, [(stage,) for stage in STAGES_WITH_FORECASTS]),
        listed("node", {"table_name": "VARCHAR"}, [(name,) for name in sorted(nodes)]),
        listed(
            "model",
            {"table_name": "VARCHAR", "version": "VARCHAR", "is_post_game": "BOOLEAN"},
            [(model.name, model.version, is_post_game(model)) for model in models],
        ),
        listed(
            "edge",
            {"table_name": "VARCHAR", "upstream": "VARCHAR", "reach": "VARCHAR", "look_back": "BIGINT"},
            [(edge.table, edge.upstream, edge.reach, edge.look_back) for edge in read],
        ),
        listed("requirement", {"table_name": "VARCHAR", "upstream": "VARCHAR"}, required),
        Clause(text, {}),
    )


def closure_clause(models: tuple[Model, ...], upstream: Sequence[Edge]) -> Clause:
    """`closure`: what each table depends on, with the place of each upstream table in the order of models."""
    ordinals = {model.name: ordinal for ordinal, model in enumerate(models)}
    types = {
        "table_name": "VARCHAR",
        "upstream": "VARCHAR",
        "reach": "VARCHAR",
        "look_back": "BIGINT",
        "ordinal": "BIGINT",
    }
    rows = [(edge.table, edge.upstream, edge.reach, edge.look_back, ordinals[edge.upstream]) for edge in upstream]
    return listed("closure", types, rows)


def states(models: tuple[Model, ...], own: str, upstream: str) -> Clause:
    """`state`: units with their state, upstream included.

    Args:
        models: every model, each after all that it reads.
        own: relation of the units' own states.
        upstream: relation of the own states of all that stands upstream of them.
    """
    return joined(closure_clause(models, closure(models)), Clause(_STATES.format(own=own, upstream=upstream), {}))
