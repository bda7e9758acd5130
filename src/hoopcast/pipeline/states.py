"""SQL that derives the state of each unit from the own states of it and of all that stands upstream."""

from collections.abc import Sequence

from hoopcast.pipeline.clauses import Clause, joined, listed
from hoopcast.pipeline.lineage import Edge, closure
from hoopcast.pipeline.model import Model

# Of what stands open upstream only the first date of each season matters to a table that reads all dates before.
_STATES = """
open_unit AS (SELECT * FROM own_state WHERE own NOT IN ('done', 'not_available')),
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
    FROM own_state AS u
    INNER JOIN closure AS c ON c.table_name = u.table_name AND c.reach <> 'same'
    INNER JOIN first_open AS f
        ON f.table_name = c.upstream AND f.season_year BETWEEN u.season_year - c.look_back AND u.season_year
        AND (f.season_year < u.season_year OR f.open_date < u.unit_date
            OR (c.reach = 'until' AND f.open_date = u.unit_date))
    UNION ALL
    SELECT u.table_name, u.unit_date, c.upstream, c.ordinal, f.own = 'failed'
    FROM own_state AS u
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
        u.row_count, u.expected, u.status = 'done' AND u.same_code AS is_done_before, u.recorded_input,
        CASE
            WHEN u.own = 'not_available' OR r.upstream IS NULL OR NOT u.is_due THEN u.own
            WHEN r.is_failed OR NOT u.was_done THEN 'blocked'
            ELSE 'stale' END AS state,
        CASE
            WHEN u.own = 'not_available' OR r.upstream IS NULL OR NOT u.is_due THEN u.cause
            WHEN r.is_failed THEN r.failed_upstream || ' has failed'
            ELSE r.upstream || ' is not done' END AS cause
    FROM own_state AS u
    LEFT JOIN upstream_open AS r ON r.table_name = u.table_name AND r.unit_date = u.unit_date
)
"""


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


def states(models: tuple[Model, ...]) -> Clause:
    """`state`: units with their state, upstream included, from `own_state` of every model's units.

    Args:
        models: every model, each after all that it reads.
    """
    return joined(closure_clause(models, closure(models)), Clause(_STATES, {}))
