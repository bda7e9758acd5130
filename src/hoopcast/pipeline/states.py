"""SQL that derives the state of each partition: by its entry and direct inputs, then by all that stands upstream."""

from collections.abc import Sequence
from dataclasses import dataclass

from hoopcast.calendar import season_name, season_start_year
from hoopcast.pipeline.clauses import Clause, joined, listed
from hoopcast.pipeline.ledger import LEDGER, NODE
from hoopcast.pipeline.lineage import Edge, closure, edges, is_post_game, sources
from hoopcast.pipeline.node import Node
from hoopcast.warehouse.engine import Engine

STAGES_WITH_FORECASTS = ("regular", "playin", "playoffs")
# Columns whose hash is a partition's content, to readers of the same date and to readers of the past. The two differ,
# so that what a table reads both ways does not cancel out.
SAME_CONTENT = ("table_name", "partition_date", "output_fingerprint")
PAST_CONTENT = ("output_fingerprint", "partition_date", "table_name")

# The newest entry of each partition, and its content to readers.
_NEWEST = """
newest AS (
    SELECT *, {same_hash} AS same_content, {past_hash} AS past_content
    FROM (
        SELECT
            node AS table_name, partition_date, MAX(season) AS season,
            CAST(SUBSTR(MAX(season), 1, 4) AS BIGINT) AS season_year,
            ARG_MAX(status, entry) AS status, ARG_MAX(version, entry) AS version,
            ARG_MAX(input_fingerprint, entry) AS input_fingerprint,
            ARG_MAX(output_fingerprint, entry) AS output_fingerprint,
            ARG_MAX(rows, entry) AS row_count, ARG_MAX(expected, entry) AS expected, ARG_MAX(error, entry) AS error,
            MAX(entry) AS entry, MAX(CASE WHEN status = 'done' THEN 1 ELSE 0 END) AS was_done
        FROM (SELECT *, {node} AS node FROM {ledger}) AS every_entry
        WHERE season BETWEEN (SELECT first_content FROM years) AND (SELECT last_partition FROM years)
            AND node IN (SELECT table_name FROM node)
        GROUP BY node, partition_date
    ) AS entries
)
"""

# A game day is one on which teams of the league play a game that counts. A table about what happened is due once a
# game is final, a table about what is known before the game for the next slate as well. What was written for a
# date that is due no more is an orphan: it stays in the plan until its rows are gone.
_UNITS = """
content AS (
    SELECT table_name, season_year, partition_date, entry, same_content, past_content
    FROM newest
    WHERE row_count > 0
),
game_day AS (
    SELECT
        game_date AS partition_date, MAX(season) AS season,
        SUM(CASE WHEN game_status = 3 THEN 1 ELSE 0 END) AS final_games,
        SUM(CASE WHEN game_status = 3 THEN 0 ELSE 1 END) AS open_games
    FROM nba_raw.nbac_schedule
    WHERE team_known AND season_stage IN (SELECT season_stage FROM stage)
    GROUP BY game_date
),
first_of_month AS (
    SELECT MIN(partition_date) AS partition_date FROM game_day
    GROUP BY season, SUBSTR(CAST(partition_date AS VARCHAR), 1, 7)
),
next_slate AS (
    SELECT MIN(partition_date) AS partition_date
    FROM game_day
    WHERE open_games > 0
        AND partition_date > COALESCE(
            (SELECT MAX(partition_date) FROM game_day WHERE final_games > 0), DATE '0001-01-01'
        )
),
due AS (
    SELECT m.table_name, g.partition_date, g.season, CAST(SUBSTR(g.season, 1, 4) AS BIGINT) AS season_year
    FROM model AS m
    CROSS JOIN game_day AS g
    WHERE g.season BETWEEN (SELECT first_partition FROM years) AND (SELECT last_partition FROM years)
        AND (NOT m.is_monthly OR g.partition_date IN (SELECT partition_date FROM first_of_month))
        AND (g.final_games > 0 OR (NOT m.is_post_game AND g.partition_date IN (SELECT partition_date FROM next_slate)))
),
due_or_orphan AS (
    SELECT table_name, partition_date, season, season_year, TRUE AS is_due FROM due
    UNION ALL
    SELECT n.table_name, n.partition_date, n.season, n.season_year, FALSE
    FROM newest AS n
    INNER JOIN model AS m ON m.table_name = n.table_name
    LEFT JOIN due AS d ON d.table_name = n.table_name AND d.partition_date = n.partition_date
    WHERE n.row_count > 0 AND d.partition_date IS NULL AND n.season >= (SELECT first_partition FROM years)
),
unavailable AS (
    SELECT u.table_name, u.partition_date, MIN(r.upstream) AS upstream
    FROM due_or_orphan AS u
    INNER JOIN requirement AS r ON r.table_name = u.table_name
    LEFT JOIN content AS c ON c.table_name = r.upstream AND c.partition_date = u.partition_date
    WHERE c.partition_date IS NULL
    GROUP BY u.table_name, u.partition_date
),
due_partition AS (
    SELECT
        u.table_name, u.season, u.season_year, u.partition_date, u.is_due, n.status, n.error,
        n.version = m.version AS same_code, n.input_fingerprint AS recorded_input,
        COALESCE(n.was_done, 0) = 1 AS was_done, COALESCE(n.entry, 0) AS entry,
        COALESCE(n.output_fingerprint, 0) AS output_fingerprint, COALESCE(n.row_count, 0) AS row_count,
        COALESCE(n.expected, 0) AS expected, CASE WHEN COALESCE(n.row_count, 0) = 0 THEN a.upstream END AS unavailable
    FROM due_or_orphan AS u
    INNER JOIN model AS m ON m.table_name = u.table_name
    LEFT JOIN newest AS n ON n.table_name = u.table_name AND n.partition_date = u.partition_date
    LEFT JOIN unavailable AS a ON a.table_name = u.table_name AND a.partition_date = u.partition_date
)
"""

# On one time line of contents (place 1) and of partitions that ask for what lies before them (place 0) or until them
# (place 2), the running XOR at a partition is what it asks for; whole previous seasons join it as totals.
_OWN_STATES = """
asked AS (
    SELECT
        u.table_name, e.upstream, u.season_year, u.partition_date,
        CASE WHEN e.time_constraint = 'before' THEN 0 ELSE 2 END AS place,
        CAST(0 AS BIGINT) AS content
    FROM due_partition AS u
    INNER JOIN edge AS e ON e.table_name = u.table_name AND e.time_constraint <> 'same'
    UNION ALL
    SELECT '', table_name, season_year, partition_date, 1, past_content FROM content
),
season_total AS (
    SELECT table_name, season_year, BIT_XOR(past_content) AS content FROM content GROUP BY table_name, season_year
),
piece AS (
    SELECT
        table_name, partition_date, BIT_XOR(content) OVER (
            PARTITION BY upstream, season_year ORDER BY partition_date, place
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS content
    FROM asked
    UNION ALL
    SELECT u.table_name, u.partition_date, t.content
    FROM due_partition AS u
    INNER JOIN edge AS e ON e.table_name = u.table_name AND e.look_back > 0
    INNER JOIN season_total AS t
        ON t.table_name = e.upstream AND t.season_year BETWEEN u.season_year - e.look_back AND u.season_year - 1
    UNION ALL
    SELECT u.table_name, u.partition_date, c.same_content
    FROM due_partition AS u
    INNER JOIN edge AS e ON e.table_name = u.table_name AND e.time_constraint = 'same'
    INNER JOIN content AS c ON c.table_name = e.upstream AND c.partition_date = u.partition_date
),
input AS (
    SELECT table_name, partition_date, BIT_XOR(content) AS input_fingerprint
    FROM piece
    WHERE table_name <> ''
    GROUP BY table_name, partition_date
),
fact AS (
    SELECT
        u.*, COALESCE(i.input_fingerprint, 0) AS input_fingerprint,
        u.same_code AND u.recorded_input = COALESCE(i.input_fingerprint, 0) AS same_work
    FROM due_partition AS u
    LEFT JOIN input AS i ON i.table_name = u.table_name AND i.partition_date = u.partition_date
),
own_state AS (
    SELECT
        table_name, season, season_year, partition_date, is_due, status, error, same_code, recorded_input, was_done,
        entry,
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
    """Seasons to look at: the first whose content is read, the first and the last of the partitions."""

    first_content: str
    first_partition: str
    last_partition: str


def years_of(nodes: tuple[Node, ...], seasons: Sequence[str]) -> Years | None:
    """Seasons that the states of partitions of these seasons depend on; None for no season."""
    if not seasons:
        return None
    first, last = season_start_year(min(seasons)), max(seasons)
    first_partition = first - max((edge.look_back for edge in closure(nodes)), default=0)
    first_content = first_partition - max((node.look_back for node in nodes), default=0)
    return Years(season_name(first_content), season_name(first_partition), last)


def newest_entries(engine: Engine, nodes: Sequence[Node]) -> Clause:
    """`newest`, after `years`: what the ledger last says of each partition that the nodes' states depend on."""
    wanted = {name for node in nodes for edge in edges(node) for name in (edge.table, edge.upstream)}
    wanted |= {node.name for node in nodes} | {table.name for node in nodes for table in node.requires}
    text = _NEWEST.format(
        ledger=LEDGER, node=NODE, same_hash=engine.row_hash(SAME_CONTENT), past_hash=engine.row_hash(PAST_CONTENT)
    )
    return joined(
        listed("node", {"table_name": "VARCHAR"}, [(name,) for name in sorted(wanted)]),
        Clause(text, {}),
    )


def own_states(nodes: Sequence[Node], years: Years, newest: Clause) -> Clause:
    """`own_state`: each partition's state by its own entry and its direct inputs.

    Args:
        nodes: nodes whose partitions are looked at.
        years: seasons to look at.
        newest: `newest`, as `newest_entries` gives it.
    """
    required = [(node.name, table.name) for node in nodes for table in node.requires]
    read = [edge for node in nodes for edge in edges(node)]
    return joined(
        years_clause(years),
        newest,
        listed("stage", {"season_stage": "VARCHAR"}, [(stage,) for stage in STAGES_WITH_FORECASTS]),
        listed(
            "model",
            {"table_name": "VARCHAR", "version": "VARCHAR", "is_post_game": "BOOLEAN", "is_monthly": "BOOLEAN"},
            [(node.name, node.version, is_post_game(node), node.is_monthly) for node in nodes],
        ),
        listed("requirement", {"table_name": "VARCHAR", "upstream": "VARCHAR"}, required),
        listed(
            "edge",
            {"table_name": "VARCHAR", "upstream": "VARCHAR", "time_constraint": "VARCHAR", "look_back": "BIGINT"},
            [(edge.table, edge.upstream, edge.time_constraint, edge.look_back) for edge in read],
        ),
        Clause(_UNITS, {}),
        Clause(_OWN_STATES, {}),
    )


def years_clause(years: Years) -> Clause:
    """`years`: the seasons to look at."""
    types = {"first_content": "VARCHAR", "first_partition": "VARCHAR", "last_partition": "VARCHAR"}
    return listed("years", types, [(years.first_content, years.first_partition, years.last_partition)])


# What is written knows of all that stands open upstream, and is made from what there is. So an open partition concerns
# it where it opened since: it is stale, it failed after that, or a table that it is made from got rows of its date
# after that. `since` is the ledger's entry from which on it concerns. On one time line of open partitions (place 1) and
# of dates that ask for what lies before them (place 0) or until them (place 2), the running maximum is what counts for
# a date.
_STATES = """
ready AS (
    SELECT u.table_name, u.partition_date, MAX(c.entry) AS entry
    FROM own_state AS u
    INNER JOIN edge AS e ON e.table_name = u.table_name
    INNER JOIN content AS c ON c.table_name = e.upstream AND c.partition_date = u.partition_date
    WHERE u.own = 'missing'
    GROUP BY u.table_name, u.partition_date
),
open_partition AS (
    SELECT
        o.table_name, o.season_year, o.partition_date, o.row_count,
        CASE o.own WHEN 'stale' THEN {always} WHEN 'failed' THEN o.entry ELSE COALESCE(r.entry, 0) END AS since,
        CASE WHEN o.own = 'failed' THEN o.entry ELSE -1 END AS failed_since
    FROM own_state AS o
    LEFT JOIN ready AS r ON r.table_name = o.table_name AND r.partition_date = o.partition_date
    WHERE o.own NOT IN ('done', 'not_available')
),
open_table AS (
    SELECT table_name, MAX(since) AS since, MAX(failed_since) AS failed_since FROM open_partition GROUP BY table_name
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
    FROM open_partition
    WHERE table_name IN (SELECT upstream FROM concerning)
    GROUP BY table_name, season_year
),
time_line AS (
    SELECT table_name AS upstream, season_year, partition_date, 1 AS place, since, failed_since
    FROM open_partition
    WHERE table_name IN (SELECT upstream FROM concerning)
    UNION ALL
    SELECT o.table_name, o.season_year, a.partition_date, p.place, -1, -1
    FROM open_season AS o
    INNER JOIN (SELECT DISTINCT season_year, partition_date FROM own_state) AS a ON a.season_year = o.season_year
    CROSS JOIN (SELECT 0 AS place UNION ALL SELECT 2) AS p
),
open_by AS (
    SELECT
        upstream, season_year, partition_date, place, MAX(since) OVER so_far AS since,
        MAX(failed_since) OVER so_far AS failed_since
    FROM time_line
    WINDOW so_far AS (
        PARTITION BY upstream, season_year ORDER BY partition_date, place
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),
reached AS (
    SELECT u.table_name, u.partition_date, u.entry, u.was_done, c.upstream, c.ordinal, f.since, f.failed_since
    FROM own_state AS u
    INNER JOIN concern AS c ON c.table_name = u.table_name AND c.time_constraint <> 'same'
    INNER JOIN open_by AS f
        ON f.upstream = c.upstream AND f.season_year = u.season_year AND f.partition_date = u.partition_date
        AND f.place = CASE c.time_constraint WHEN 'before' THEN 0 ELSE 2 END AND f.since >= 0
    UNION ALL
    SELECT u.table_name, u.partition_date, u.entry, u.was_done, c.upstream, c.ordinal, f.since, f.failed_since
    FROM own_state AS u
    INNER JOIN concern AS c ON c.table_name = u.table_name AND c.look_back > 0
    INNER JOIN open_season AS f
        ON f.table_name = c.upstream AND f.season_year BETWEEN u.season_year - c.look_back AND u.season_year - 1
    UNION ALL
    SELECT u.table_name, u.partition_date, u.entry, u.was_done, c.upstream, c.ordinal, f.since, f.failed_since
    FROM own_state AS u
    INNER JOIN concern AS c ON c.table_name = u.table_name AND c.time_constraint = 'same'
    INNER JOIN open_partition AS f ON f.table_name = c.upstream AND f.partition_date = u.partition_date
),
upstream_open AS (
    SELECT
        table_name, partition_date,
        ARG_MIN(upstream, CASE WHEN was_done AND since > entry THEN ordinal END) AS opened,
        ARG_MIN(upstream, CASE WHEN failed_since > CASE WHEN was_done THEN entry ELSE 0 END THEN ordinal END) AS failed
    FROM reached
    GROUP BY table_name, partition_date
),
{nothing}
nothing AS (
    SELECT table_name, partition_date, ARG_MIN(upstream, ordinal) AS upstream FROM lack
    GROUP BY table_name, partition_date
),
state AS (
    SELECT
        u.table_name, u.season, u.season_year, u.partition_date, u.is_due, u.own, u.input_fingerprint,
            u.output_fingerprint,
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
    LEFT JOIN upstream_open AS r ON r.table_name = u.table_name AND r.partition_date = u.partition_date
    LEFT JOIN nothing AS n ON n.table_name = u.table_name AND n.partition_date = u.partition_date
)
"""
_ALWAYS = 2**62
# What was never written has nothing to be written from where the table that tells its rows has none of its date, or
# where something upstream is open and nothing upstream holds rows in reach, helper tables aside. From which date of a
# season on something holds rows, or is open, is worked out for a table and a season, not for each date.
_NOTHING = """
never AS (SELECT table_name, season_year, partition_date FROM own_state WHERE NOT was_done),
never_season AS (SELECT DISTINCT table_name, season_year FROM never),
first_rows AS (
    SELECT table_name, season_year, MIN(partition_date) AS partition_date FROM content GROUP BY table_name, season_year
),
first_open AS (
    SELECT table_name, season_year, MIN(partition_date) AS partition_date FROM open_partition
    GROUP BY table_name, season_year
),
named AS (SELECT * FROM closure WHERE NOT is_helper),
supplied_from AS (
    SELECT n.table_name, n.season_year, MIN({from_date}) AS partition_date
    FROM never_season AS n
    INNER JOIN named AS c ON c.table_name = n.table_name AND c.time_constraint <> 'same'
    INNER JOIN first_rows AS f
        ON f.table_name = c.upstream AND f.season_year BETWEEN n.season_year - c.look_back AND n.season_year
    GROUP BY n.table_name, n.season_year
),
open_from AS (
    SELECT
        n.table_name, n.season_year, MIN({from_date}) AS partition_date, ARG_MIN(c.upstream, {from_date}) AS upstream,
        MIN(c.ordinal) AS ordinal
    FROM never_season AS n
    INNER JOIN named AS c ON c.table_name = n.table_name AND c.time_constraint <> 'same'
    INNER JOIN first_open AS f
        ON f.table_name = c.upstream AND f.season_year BETWEEN n.season_year - c.look_back AND n.season_year
    GROUP BY n.table_name, n.season_year
),
supplied_on AS (
    SELECT DISTINCT c.table_name, f.partition_date
    FROM named AS c
    INNER JOIN content AS f ON f.table_name = c.upstream AND c.time_constraint = 'same'
),
open_on AS (
    SELECT c.table_name, f.partition_date, ARG_MIN(c.upstream, c.ordinal) AS upstream, MIN(c.ordinal) AS ordinal
    FROM named AS c
    INNER JOIN open_partition AS f ON f.table_name = c.upstream AND c.time_constraint = 'same'
    GROUP BY c.table_name, f.partition_date
),
unsupplied AS (
    SELECT n.*
    FROM never AS n
    LEFT JOIN supplied_from AS f ON f.table_name = n.table_name AND f.season_year = n.season_year
    LEFT JOIN supplied_on AS s ON s.table_name = n.table_name AND s.partition_date = n.partition_date
    WHERE s.table_name IS NULL AND COALESCE(f.partition_date > n.partition_date, TRUE)
),
lack AS (
    SELECT n.table_name, n.partition_date, s.upstream, s.ordinal
    FROM never AS n
    INNER JOIN source AS s ON s.table_name = n.table_name
    INNER JOIN open_partition AS f ON f.table_name = s.upstream AND f.partition_date = n.partition_date
        AND f.row_count = 0
    UNION ALL
    SELECT n.table_name, n.partition_date, o.upstream, o.ordinal
    FROM unsupplied AS n
    INNER JOIN open_from AS o
        ON o.table_name = n.table_name AND o.season_year = n.season_year AND o.partition_date <= n.partition_date
    UNION ALL
    SELECT n.table_name, n.partition_date, o.upstream, o.ordinal
    FROM unsupplied AS n
    INNER JOIN open_on AS o ON o.table_name = n.table_name AND o.partition_date = n.partition_date
),"""
_FROM_DATE = """CASE WHEN f.season_year < n.season_year THEN DATE '0001-01-01'
        WHEN c.time_constraint = 'before' THEN CAST(f.partition_date + INTERVAL 1 DAY AS DATE)
        ELSE f.partition_date END"""


def closure_clause(nodes: tuple[Node, ...], upstream: Sequence[Edge]) -> Clause:
    """`closure`: what each table depends on, with the place of each upstream table in the order of nodes."""
    helpers = {node.name for node in nodes if node.is_helper}
    ordinals = {node.name: ordinal for ordinal, node in enumerate(nodes)}
    types = {
        "table_name": "VARCHAR",
        "upstream": "VARCHAR",
        "time_constraint": "VARCHAR",
        "look_back": "BIGINT",
        "ordinal": "BIGINT",
        "is_helper": "BOOLEAN",
    }
    rows = [
        (
            edge.table,
            edge.upstream,
            edge.time_constraint,
            edge.look_back,
            ordinals[edge.upstream],
            edge.upstream in helpers,
        )
        for edge in upstream
    ]
    return listed("closure", types, rows)


def states(nodes: tuple[Node, ...]) -> Clause:
    """`state`: partitions with their state, upstream included, from `own_state` of every node's partitions.

    Args:
        nodes: every node, each after all that it reads.
    """
    ordinals = {node.name: ordinal for ordinal, node in enumerate(nodes)}
    needed = [(node.name, name, ordinals[name]) for node in nodes for name in sources(node, nodes)]
    return joined(
        closure_clause(nodes, closure(nodes)),
        listed("source", {"table_name": "VARCHAR", "upstream": "VARCHAR", "ordinal": "BIGINT"}, needed),
        Clause(_STATES.format(always=_ALWAYS, nothing=_NOTHING.format(from_date=_FROM_DATE)), {}),
    )
