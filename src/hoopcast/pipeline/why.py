"""Why a partition is in its state, and why a player is absent from a table."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from hoopcast.pipeline.failures import FAILURES
from hoopcast.pipeline.ledger import LEDGER, NODE, RUNS
from hoopcast.pipeline.node import Edge, Node, node_name
from hoopcast.pipeline.plan import Partition, Plan, make_plan
from hoopcast.pipeline.ranges import Range, SeasonDate, resolve
from hoopcast.pipeline.state import STAGES_WITH_FORECASTS, is_open, of_other_stage
from hoopcast.pipeline.time_constraint import DATED, batch_values, condition, named_values
from hoopcast.warehouse.engine import Engine, Value


def absence(engine: Engine, node: Node, day: date, player_id: int) -> str:
    """One line: that he has rows, or the recorded reason why not, or how he stands outside the population."""
    if "player_id" not in node.table.column_names:
        return "its rows are not of players"
    parameters: dict[str, Value] = {"day": day, "player_id": player_id}
    rows = engine.query(
        f"SELECT COUNT(*) FROM {node.table.name}"
        f" WHERE {node.time} = $day AND player_id = $player_id AND {node.condition}",
        {**parameters, **node.own_values},
    ).rows
    count = int(str(rows[0][0]))
    if count:
        return f"player {player_id} is there, with {count} {'row' if count == 1 else 'rows'}"
    recorded = engine.query(
        f"SELECT category, reason FROM {FAILURES} WHERE {NODE} = $node AND partition_date = $day"
        " AND (entity = '' OR ' ' || entity || ' ' LIKE '% ' || CAST($player_id AS VARCHAR) || ' %')"
        " ORDER BY entity DESC LIMIT 1",
        {**parameters, "node": node.name},
    ).rows
    if recorded:
        category, reason = recorded[0]
        return f"player {player_id} is absent: {category}, {reason}"
    return f"player {player_id} is absent: {_outside(engine, day, player_id)}"


def _outside(engine: Engine, day: date, player_id: int) -> str:
    last = engine.query(
        "SELECT b.game_date, b.team_abbr FROM nba_raw.nbac_player_boxscore AS b"
        " WHERE b.player_id = $player_id AND b.game_date < $day AND b.played_flag ORDER BY b.game_date DESC LIMIT 1",
        {"day": day, "player_id": player_id},
    ).rows
    if not last:
        return "not in the population, for he had not appeared in any game that is ingested"
    last_date, team = last[0]
    plays = engine.query(
        "SELECT COUNT(*) FROM nba_raw.nbac_schedule WHERE game_date = $day AND team_known"
        " AND $team IN (home_team_abbr, away_team_abbr)",
        {"day": day, "team": team},
    ).rows[0][0]
    if not plays:
        return f"{team}, for whom he last appeared on {last_date}, does not play that day"
    return f"not in the population: he last appeared for {team} on {last_date}"


_NAMED_CHANGES = 5


@dataclass(frozen=True)
class Link:
    """One link of the chain: how far from the partition asked for, which partition it speaks of, and what it says."""

    depth: int
    table: str
    date: date
    text: str


def why(
    engine: Engine, nodes: tuple[Node, ...], table: str, day: date, player_id: int | None = None
) -> tuple[Link, ...]:
    """The chain behind the state of a partition, and behind a player's absence from it.

    Args:
        engine: the warehouse.
        nodes: every node, each after all that it reads.
        table: full name of a node's table.
        day: date of the partition.
        player_id: player who is looked for among its rows.

    Raises:
        UsageError: if no game is played on that date.
    """
    node = next(one for one in nodes if one.name == table)
    seasons = engine.query("SELECT MAX(season) FROM nba_raw.nbac_schedule WHERE game_date = $day", {"day": day}).rows
    # A date of games that nothing is forecast of is in no range, and has an answer nevertheless.
    season = seasons[0][0] or resolve(engine, Range(dates=(day,), stage="all"))[0].season
    links = list(_partition(engine, nodes, node, SeasonDate(str(season), day), 0))
    links[0] = replace(links[0], text=links[0].text + _root_cause(links))
    if player_id is not None:
        links.insert(0, Link(0, table, day, absence(engine, node, day, player_id)))
    return tuple(links)


def _partition(engine: Engine, nodes: tuple[Node, ...], node: Node, day: SeasonDate, depth: int) -> Iterator[Link]:
    made = make_plan(engine, nodes, [day])
    partitions = () if made is None else made.partitions(made.states.wanted([day.date]))
    partition = next((partition for partition in partitions if partition.table == node.name), None)
    if made is None or partition is None:
        yield Link(depth, node.name, day.date, f"not due: {_not_due(engine, day.date)}")
        return
    cause = f": {partition.cause}" if partition.cause else ""
    circumstance = "" if depth else _circumstance(engine, node, partition)
    yield Link(depth, node.name, day.date, f"{partition.state}{cause}{circumstance}")
    written = _newest_entry(engine, partition)
    if written is not None:
        yield Link(depth, node.name, day.date, _history(written, node))
    if partition.state in ("stale", "failed", "blocked", "missing"):
        changes = _changes(engine, node, day, int(str(written["entry"])) if written else None)
        yield from (Link(depth + 1, name, changed, text) for name, changed, text in changes)
    if partition.state in ("stale", "blocked"):
        yield from _upstream(engine, made, made.states.places[node.name], day, depth)
    if partition.state == "done":
        yield from _sources(engine, node, day, depth + 1)


def _not_due(engine: Engine, day: date) -> str:
    scheduled = "SELECT DISTINCT season_stage FROM nba_raw.nbac_schedule WHERE game_date = $day ORDER BY season_stage"
    stages = [str(stage) for (stage,) in engine.query(scheduled, {"day": day}).rows]
    if set(stages).isdisjoint(STAGES_WITH_FORECASTS):
        return f"only {' and '.join(stages)} games are played, which nothing is forecast of"
    return "no game of the date is final, and it is not the next slate"


def _circumstance(engine: Engine, node: Node, partition: Partition) -> str:
    """What is special about the date of a partition, where that is why it has no rows."""
    if partition.state not in ("missing", "done") or partition.rows or partition.expected:
        return ""
    first, stage = engine.query(
        "SELECT MIN(game_date), MIN(CASE WHEN game_date = $day THEN season_stage END) FROM nba_raw.nbac_schedule"
        " WHERE team_known AND season_stage IN (SELECT UNNEST($stages))",
        {"day": partition.date, "stages": list(STAGES_WITH_FORECASTS)},
    ).rows[0]
    if partition.state == "missing":
        asked = "" if stage == "regular" else f" --stage {stage}"
        short = node_name(node.table.short, node.system_id)
        return f"{of_other_stage(str(stage))}; `hoopcast backfill {short} --dates {partition.date}{asked}` writes it"
    is_first = first == partition.date
    return f" with no row: none is expected{', for it is the first date of all that is ingested' if is_first else ''}"


def _root_cause(links: list[Link]) -> str:
    """The end of the chain behind a partition that is not done; empty where it stands alone."""
    end = max(links, key=lambda link: link.depth)
    if not end.depth or links[0].text.startswith(("done", "missing")):
        return ""
    return f"; root cause: {end.table} of {end.date}, {end.text}"


def _newest_entry(engine: Engine, partition: Partition) -> dict[str, Value] | None:
    rows = engine.query(
        f"""SELECT l.entry, l.status, l.version, l.rows, l.expected, l.error, l.finished_at_utc, l.run_id, r.command
        FROM {LEDGER} AS l
        LEFT JOIN {RUNS} AS r ON r.run_id = l.run_id
        WHERE {NODE} = $table_name AND l.partition_date = $day
        ORDER BY l.entry DESC LIMIT 1""",
        {"table_name": partition.table, "day": partition.date},
    ).dictionaries()
    return rows[0] if rows else None


def _history(written: dict[str, Value], node: Node) -> str:
    by = f"by run {written['run_id']} ({written['command']}) at {written['finished_at_utc']:%Y-%m-%d %H:%M:%S} UTC"
    code = "" if written["version"] == node.version else f"; its code was {written['version']}, now {node.version}"
    if written["status"] == "failed":
        return f"failed {by}: {written['error']}{code}"
    return f"written {by}: {written['rows']} rows of {written['expected']} expected{code}"


def _changes(engine: Engine, node: Node, day: SeasonDate, since: int | None) -> Iterator[tuple[str, date, str]]:
    """Contents of direct inputs that differ from what they were when the partition was written, a line a run."""
    if since is None:
        return
    for edge in node.edges:
        readable, values = _readable(edge, day)
        rows = engine.query(
            f"""WITH content AS (
                SELECT l.partition_date, MAX(l.entry) AS entry,
                    COALESCE(ARG_MAX(CASE WHEN l.entry <= $since THEN l.output_fingerprint END, l.entry), 0) AS before,
                    ARG_MAX(l.output_fingerprint, l.entry) AS after
                FROM {LEDGER} AS l
                WHERE {NODE} = $table_name AND {readable}
                GROUP BY l.partition_date
            )
            SELECT MIN(c.partition_date), MAX(c.partition_date), COUNT(*), SUM(l.rows), l.run_id, MIN(r.command)
            FROM content AS c
            INNER JOIN {LEDGER} AS l ON l.entry = c.entry
            LEFT JOIN {RUNS} AS r ON r.run_id = l.run_id
            WHERE c.entry > $since AND c.before <> c.after
            GROUP BY l.run_id ORDER BY 1, l.run_id LIMIT {_NAMED_CHANGES}""",
            {"table_name": edge.upstream, "since": since, **values},
        ).rows
        for first, last, dates, row_count, run_id, command in rows:
            more = "" if first == last else f" on {dates} dates up to {last}"
            if isinstance(first, date):
                yield edge.upstream, first, f"written since by run {run_id} ({command}): {row_count} rows{more}"


def _upstream(engine: Engine, made: Plan, place: int, day: SeasonDate, depth: int) -> Iterator[Link]:
    """The first open partition upstream that nothing open stands behind, and its own chain."""
    states = made.states
    column = int(np.searchsorted(states.timeline.dates, np.datetime64(day.date)))
    for upstream in range(place):
        opens = is_open(made.codes[upstream])
        in_reach = np.zeros_like(opens)
        for time_constraint, look_back in zip(DATED, states.look_backs[place, :, upstream].tolist(), strict=True):
            if look_back >= 0:
                first, end = states.timeline.reach(time_constraint, look_back)
                in_reach[first[column] : end[column]] = True
        open_dates = np.flatnonzero(opens & in_reach)
        if len(open_dates):
            first_open = SeasonDate(states.seasons[open_dates[0]], states.timeline.dates[open_dates[0]].item())
            yield from _partition(engine, states.nodes, states.nodes[upstream], first_open, depth + 1)
            return


def _sources(engine: Engine, node: Node, day: SeasonDate, depth: int) -> Iterator[Link]:
    """What a done partition read; the run is named once where it wrote all of that."""
    read = [(edge, _read(engine, edge, day)) for edge in node.edges]
    writers = {run_id for _, (_, _, runs) in read for run_id in runs}
    for edge, (dates, last, runs) in read:
        look_back = f" of {node.look_back + 1} seasons" if edge.look_back else ""
        by = f", last written by run {max(runs)}" if runs and len(writers) > 1 else ""
        what = f"{dates} {'date' if dates == 1 else 'dates'}, the last {last}{by}" if dates else "nothing there"
        yield Link(depth, edge.upstream, day.date, f"read {edge.time_constraint}{look_back}: {what}")
    if len(writers) == 1:
        yield Link(depth, node.name, day.date, f"all that it read was written by run {writers.pop()}")


def _read(engine: Engine, edge: Edge, day: SeasonDate) -> tuple[int, Value, set[str]]:
    """Dates with an entry that are in reach, the last of them, and the runs whose contents stand there."""
    readable, values = _readable(edge, day)
    rows = engine.query(
        f"""WITH newest AS (
            SELECT l.partition_date, ARG_MAX(l.run_id, l.entry) AS run_id
            FROM {LEDGER} AS l
            WHERE {NODE} = $table_name AND {readable}
            GROUP BY l.partition_date
        )
        SELECT run_id, COUNT(*), MAX(partition_date) FROM newest GROUP BY run_id""",
        {"table_name": edge.upstream, **values},
    ).rows
    last = max((row[2] for row in rows if isinstance(row[2], date)), default=None)
    return sum(int(str(row[1])) for row in rows), last, {str(row[0]) for row in rows}


def _readable(edge: Edge, day: SeasonDate) -> tuple[str, dict[str, Value]]:
    """SQL: an entry `l` of the ledger is of a date that a partition can read; and what it binds."""
    readable = condition(edge.time_constraint, "l.partition_date", "l.season")
    return readable, named_values(readable, batch_values(edge.look_back, day.season, day.date, day.date))
