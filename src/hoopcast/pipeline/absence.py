"""Why a player has no row in a table on a date."""

from datetime import date

from hoopcast.pipeline.failures import FAILURES
from hoopcast.pipeline.ledger import NODE
from hoopcast.pipeline.model import Model
from hoopcast.warehouse.engine import Engine, Value


def absence(engine: Engine, model: Model, day: date, player_id: int) -> str:
    """One line: that he has rows, or the recorded reason why not, or how he stands outside the population."""
    if "player_id" not in model.table.column_names:
        return "its rows are not of players"
    parameters: dict[str, Value] = {"day": day, "player_id": player_id}
    rows = engine.query(
        f"SELECT COUNT(*) FROM {model.table.name}"
        f" WHERE {model.time} = $day AND player_id = $player_id AND {model.condition}",
        {**parameters, **model.own_values},
    ).rows
    count = int(str(rows[0][0]))
    if count:
        return f"player {player_id} is there, with {count} {'row' if count == 1 else 'rows'}"
    recorded = engine.query(
        f"SELECT category, reason FROM {FAILURES} WHERE {NODE} = $node AND unit_date = $day"
        " AND (entity = '' OR ' ' || entity || ' ' LIKE '% ' || CAST($player_id AS VARCHAR) || ' %')"
        " ORDER BY entity DESC LIMIT 1",
        {**parameters, "node": model.name},
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
