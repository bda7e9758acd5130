"""SQL that derives the state of each unit from the own states of it and of all that stands upstream."""

from collections.abc import Sequence

from hoopcast.pipeline.clauses import Clause, joined, listed
from hoopcast.pipeline.lineage import Edge, closure, sources
from hoopcast.pipeline.model import Model

# What is written knows of all that stands open upstream, and is made from what there is. So an open unit concerns it
# where it opened since: it is stale, it failed after that, or a table that it is made from got rows of its date after
# that. `since` is the ledger's entry from which on it concerns. On one time line of open units (place 1) and of dates
# that ask for what lies before them (place 0) or until them (place 2), the running maximum is what counts for a date.
_STATES = """
ready AS (
    SELECT u.table_name, u.unit_date, MAX(c.entry) AS entry
    FROM own_state AS u
    INNER JOIN edge AS e ON e.table_name = u.table_name
    INNER JOIN content AS c ON c.table_name = e.upstream AND c.unit_date = u.unit_date
    WHERE u.own = 'missing'
    GROUP BY u.table_name, u.unit_date
),
open_unit AS (
    SELECT
        o.table_name, o.season_year, o.unit_date, o.row_count,
        CASE o.own WHEN 'stale' THEN {always} WHEN 'failed' THEN o.entry ELSE COALESCE(r.entry, 0) END AS since,
        CASE WHEN o.own = 'failed' THEN o.entry ELSE -1 END AS failed_since
    FROM own_state AS o
    LEFT JOIN ready AS r ON r.table_name = o.table_name AND r.unit_date = o.unit_date
    WHERE o.own NOT IN ('done', 'not_available')
),
open_table AS (
    SELECT table_name, MAX(since) AS since, MAX(failed_since) AS failed_since FROM open_unit GROUP BY table_name
),
reader AS (
    SELECT table_name, MIN(CASE WHEN was_done THEN entry END) AS first_entry FROM own_state GROUP BY table_name
),
concern AS (
    SELECT c.*
    FROM closure AS c
    INNER JOIN open_table AS o ON o.table_name = c.upstream
    INNER JOIN reader AS r ON r.table_name = c.table_name
    WHERE o.since > r.first_entry OR o.failed_since >= 0
),
concerning AS (SELECT DISTINCT upstream FROM concern),
open_season AS (
    SELECT table_name, season_year, MAX(since) AS since, MAX(failed_since) AS failed_since
    FROM open_unit
    WHERE table_name IN (SELECT upstream FROM concerning)
    GROUP BY table_name, season_year
),
time_line AS (
    SELECT table_name AS upstream, season_year, unit_date, 1 AS place, since, failed_since
    FROM open_unit
    WHERE table_name IN (SELECT upstream FROM concerning)
    UNION ALL
    SELECT o.table_name, o.season_year, a.unit_date, p.place, -1, -1
    FROM open_season AS o
    INNER JOIN (SELECT DISTINCT season_year, unit_date FROM own_state) AS a ON a.season_year = o.season_year
    CROSS JOIN (SELECT 0 AS place UNION ALL SELECT 2) AS p
),
open_by AS (
    SELECT
        upstream, season_year, unit_date, place, MAX(since) OVER so_far AS since,
        MAX(failed_since) OVER so_far AS failed_since
    FROM time_line
    WINDOW so_far AS (
        PARTITION BY upstream, season_year ORDER BY unit_date, place
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),
reached AS (
    SELECT u.table_name, u.unit_date, u.entry, u.was_done, c.upstream, c.ordinal, f.since, f.failed_since
    FROM own_state AS u
    INNER JOIN concern AS c ON c.table_name = u.table_name AND c.reach <> 'same'
    INNER JOIN open_by AS f
        ON f.upstream = c.upstream AND f.season_year = u.season_year AND f.unit_date = u.unit_date
        AND f.place = CASE c.reach WHEN 'before' THEN 0 ELSE 2 END AND f.since >= 0
    UNION ALL
    SELECT u.table_name, u.unit_date, u.entry, u.was_done, c.upstream, c.ordinal, f.since, f.failed_since
    FROM own_state AS u
    INNER JOIN concern AS c ON c.table_name = u.table_name AND c.look_back > 0
    INNER JOIN open_season AS f
        ON f.table_name = c.upstream AND f.season_year BETWEEN u.season_year - c.look_back AND u.season_year - 1
    UNION ALL
    SELECT u.table_name, u.unit_date, u.entry, u.was_done, c.upstream, c.ordinal, f.since, f.failed_since
    FROM own_state AS u
    INNER JOIN concern AS c ON c.table_name = u.table_name AND c.reach = 'same'
    INNER JOIN open_unit AS f ON f.table_name = c.upstream AND f.unit_date = u.unit_date
),
upstream_open AS (
    SELECT
        table_name, unit_date,
        ARG_MIN(upstream, CASE WHEN was_done AND since > entry THEN ordinal END) AS opened,
        ARG_MIN(upstream, CASE WHEN failed_since > CASE WHEN was_done THEN entry ELSE 0 END THEN ordinal END) AS failed
    FROM reached
    GROUP BY table_name, unit_date
),
{nothing}
nothing AS (
    SELECT table_name, unit_date, ARG_MIN(upstream, ordinal) AS upstream FROM lack GROUP BY table_name, unit_date
),
state AS (
    SELECT
        u.table_name, u.season, u.season_year, u.unit_date, u.is_due, u.own, u.input_fingerprint, u.output_fingerprint,
        u.row_count, u.expected, u.status = 'done' AND u.same_code AS is_done_before, u.recorded_input,
        CASE
            WHEN u.own = 'not_available' OR NOT u.is_due THEN u.own
            WHEN r.failed IS NOT NULL OR n.upstream IS NOT NULL THEN 'blocked'
            WHEN r.opened IS NOT NULL THEN 'stale'
            ELSE u.own END AS state,
        CASE
            WHEN u.own = 'not_available' OR NOT u.is_due THEN u.cause
            WHEN r.failed IS NOT NULL THEN r.failed || ' has failed'
            WHEN n.upstream IS NOT NULL THEN n.upstream || ' is not done'
            WHEN r.opened IS NOT NULL THEN r.opened || ' is not done'
            ELSE u.cause END AS cause
    FROM own_state AS u
    LEFT JOIN upstream_open AS r ON r.table_name = u.table_name AND r.unit_date = u.unit_date
    LEFT JOIN nothing AS n ON n.table_name = u.table_name AND n.unit_date = u.unit_date
)
"""
_ALWAYS = 2**62
# What was never written has nothing to be written from where the table that tells its rows has none of its date, or
# where something upstream is open and nothing upstream holds rows in reach, helper tables aside. From which date of a
# season on something holds rows, or is open, is worked out for a table and a season, not for each date.
_NOTHING = """
never AS (SELECT table_name, season_year, unit_date FROM own_state WHERE NOT was_done),
never_season AS (SELECT DISTINCT table_name, season_year FROM never),
first_rows AS (
    SELECT table_name, season_year, MIN(unit_date) AS unit_date FROM content GROUP BY table_name, season_year
),
first_open AS (
    SELECT table_name, season_year, MIN(unit_date) AS unit_date FROM open_unit GROUP BY table_name, season_year
),
named AS (SELECT * FROM closure WHERE NOT is_helper),
supplied_from AS (
    SELECT n.table_name, n.season_year, MIN({from_date}) AS unit_date
    FROM never_season AS n
    INNER JOIN named AS c ON c.table_name = n.table_name AND c.reach <> 'same'
    INNER JOIN first_rows AS f
        ON f.table_name = c.upstream AND f.season_year BETWEEN n.season_year - c.look_back AND n.season_year
    GROUP BY n.table_name, n.season_year
),
open_from AS (
    SELECT
        n.table_name, n.season_year, MIN({from_date}) AS unit_date, ARG_MIN(c.upstream, {from_date}) AS upstream,
        MIN(c.ordinal) AS ordinal
    FROM never_season AS n
    INNER JOIN named AS c ON c.table_name = n.table_name AND c.reach <> 'same'
    INNER JOIN first_open AS f
        ON f.table_name = c.upstream AND f.season_year BETWEEN n.season_year - c.look_back AND n.season_year
    GROUP BY n.table_name, n.season_year
),
supplied_on AS (
    SELECT DISTINCT c.table_name, f.unit_date
    FROM named AS c
    INNER JOIN content AS f ON f.table_name = c.upstream AND c.reach = 'same'
),
open_on AS (
    SELECT c.table_name, f.unit_date, ARG_MIN(c.upstream, c.ordinal) AS upstream, MIN(c.ordinal) AS ordinal
    FROM named AS c
    INNER JOIN open_unit AS f ON f.table_name = c.upstream AND c.reach = 'same'
    GROUP BY c.table_name, f.unit_date
),
unsupplied AS (
    SELECT n.*
    FROM never AS n
    LEFT JOIN supplied_from AS f ON f.table_name = n.table_name AND f.season_year = n.season_year
    LEFT JOIN supplied_on AS s ON s.table_name = n.table_name AND s.unit_date = n.unit_date
    WHERE s.table_name IS NULL AND COALESCE(f.unit_date > n.unit_date, TRUE)
),
lack AS (
    SELECT n.table_name, n.unit_date, s.upstream, s.ordinal
    FROM never AS n
    INNER JOIN source AS s ON s.table_name = n.table_name
    INNER JOIN open_unit AS f ON f.table_name = s.upstream AND f.unit_date = n.unit_date AND f.row_count = 0
    UNION ALL
    SELECT n.table_name, n.unit_date, o.upstream, o.ordinal
    FROM unsupplied AS n
    INNER JOIN open_from AS o
        ON o.table_name = n.table_name AND o.season_year = n.season_year AND o.unit_date <= n.unit_date
    UNION ALL
    SELECT n.table_name, n.unit_date, o.upstream, o.ordinal
    FROM unsupplied AS n
    INNER JOIN open_on AS o ON o.table_name = n.table_name AND o.unit_date = n.unit_date
),"""
_FROM_DATE = """CASE WHEN f.season_year < n.season_year THEN DATE '0001-01-01'
        WHEN c.reach = 'before' THEN CAST(f.unit_date + INTERVAL 1 DAY AS DATE) ELSE f.unit_date END"""


def closure_clause(models: tuple[Model, ...], upstream: Sequence[Edge]) -> Clause:
    """`closure`: what each table depends on, with the place of each upstream table in the order of models."""
    helpers = {model.name for model in models if model.is_helper}
    ordinals = {model.name: ordinal for ordinal, model in enumerate(models)}
    types = {
        "table_name": "VARCHAR",
        "upstream": "VARCHAR",
        "reach": "VARCHAR",
        "look_back": "BIGINT",
        "ordinal": "BIGINT",
        "is_helper": "BOOLEAN",
    }
    rows = [
        (edge.table, edge.upstream, edge.reach, edge.look_back, ordinals[edge.upstream], edge.upstream in helpers)
        for edge in upstream
    ]
    return listed("closure", types, rows)


def states(models: tuple[Model, ...]) -> Clause:
    """`state`: units with their state, upstream included, from `own_state` of every model's units.

    Args:
        models: every model, each after all that it reads.
    """
    ordinals = {model.name: ordinal for ordinal, model in enumerate(models)}
    needed = [(model.name, name, ordinals[name]) for model in models for name in sources(model, models)]
    return joined(
        closure_clause(models, closure(models)),
        listed("source", {"table_name": "VARCHAR", "upstream": "VARCHAR", "ordinal": "BIGINT"}, needed),
        Clause(_STATES.format(always=_ALWAYS, nothing=_NOTHING.format(from_date=_FROM_DATE)), {}),
    )
