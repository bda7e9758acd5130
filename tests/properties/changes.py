"""What may become of results on or after a date, and of what is said before a game, drawn from a seed."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from hoopcast.pipeline.ledger import append_raw
from hoopcast.warehouse.engine import Engine
from hoopcast.warehouse.tables import table

# SQL statements that make a change; they may name $day and $seed.
Change = tuple[str, ...]

PLAYER_BOX = "nba_raw.nbac_player_boxscore"
TEAM_BOX = "nba_raw.nbac_team_boxscore"
SHOT = "nba_raw.nbac_shot"
STARTER = "nba_raw.nbac_starter"
SCHEDULE = "nba_raw.nbac_schedule"
INJURY_STATUS = "nba_raw.injury_status"
POINTS_LINE = "nba_raw.points_prop_line"
GAME_LINE = "nba_raw.game_line"
RESULTS = (PLAYER_BOX, TEAM_BOX, SHOT, STARTER, SCHEDULE)


def _draw(of: str, name: str) -> str:
    """SQL: a whole number drawn for a row."""
    return f"CAST(hash({of}, '{name}', $seed) >> 1 AS BIGINT)"


def _player(name: str) -> str:
    return _draw("game_id, player_id", name)


def _team(name: str) -> str:
    return _draw("game_id, team_abbr", name)


_SCORED_ANEW = f"""
UPDATE {PLAYER_BOX} SET fga = 2 + {_player("fga")} % 28, fgm = 2 + {_player("fga")} % 28 - {_player("miss")} % 2,
    fg3m = 0, fg3a = {_player("fga")} % 3, ftm = {_player("ft")} % 9, fta = {_player("ft")} % 9,
    tov = {_player("tov")} % 6,
    points = 2 * (2 + {_player("fga")} % 28 - {_player("miss")} % 2) + {_player("ft")} % 9,
    minutes = 12 + {_player("minutes")} % 30, plus_minus = {_player("margin")} % 30
WHERE game_date >= $day
"""
_NOBODY_WHO_PLAYED_DID = f"""
UPDATE {PLAYER_BOX} SET played_flag = FALSE, minutes = 0, points = 0, fgm = 0, fga = 0, fg3m = 0, fg3a = 0, ftm = 0,
    fta = 0, tov = 0
WHERE game_date >= $day AND {_player("sits")} % 3 = 0
"""
_OTHER_MEN = f"""
INSERT INTO {PLAYER_BOX}
SELECT * REPLACE (player_id + 40000000 AS player_id, 'Other ' || player_name AS player_name,
    'other' || player_lookup AS player_lookup)
FROM {PLAYER_BOX} WHERE game_date >= $day AND {_player("twin")} % 4 = 0
"""
_CHANGED_SIDES = f"""
UPDATE {PLAYER_BOX}
SET team_abbr = CASE WHEN team_abbr = s.home_team_abbr THEN s.away_team_abbr ELSE s.home_team_abbr END
FROM {SCHEDULE} AS s
WHERE s.game_id = nbac_player_boxscore.game_id AND nbac_player_boxscore.game_date >= $day
    AND CAST(hash(player_id, $seed) >> 1 AS BIGINT) % 3 = 0
"""
_BOXES_GONE = f"DELETE FROM {PLAYER_BOX} WHERE game_date >= $day AND {_player('gone')} % 2 = 0"
_GAMES_GONE = f"""
DELETE FROM {{table}} WHERE game_date >= $day AND {_draw("game_id", "gone")} % 2 = 0
"""
_TEAMS_SCORED_ANEW = f"""
UPDATE {TEAM_BOX} SET fga = 70 + {_team("fga")} % 40, fgm = 25 + {_team("fgm")} % 30, fta = 5 + {_team("fta")} % 30,
    tov = {_team("tov")} % 25, oreb = {_team("oreb")} % 15, points = 60 + {_team("points")} % 90,
    minutes = 240 + 25 * ({_draw("game_id", "overtime")} % 2)
WHERE game_date >= $day
"""
_SHOTS_ELSEWHERE = f"""
UPDATE {SHOT} SET three_pointer_flag = {_draw("game_id, event_num", "three")} % 2 = 0,
    distance_ft = CASE WHEN {_draw("game_id, event_num", "known")} % 5 > 0
        THEN {_draw("game_id, event_num", "feet")} % 30 END,
    shot_made_flag = NOT shot_made_flag, assist_player_id = NULL
WHERE game_date >= $day
"""
_SHOTS_GONE = f"DELETE FROM {SHOT} WHERE game_date >= $day AND {_draw('game_id, event_num', 'gone')} % 2 = 0"
_OTHER_FIVE = f"UPDATE {STARTER} SET starter_flag = {_player('five')} % 2 = 0 WHERE game_date >= $day"
_NO_STARTERS = f"DELETE FROM {STARTER} WHERE game_date >= $day AND {_player('gone')} % 2 = 0"
_OTHER_WINNERS = f"""
UPDATE {SCHEDULE} SET home_score = 60 + {_draw("game_id", "home")} % 90,
    away_score = 61 + {_draw("game_id", "away")} % 90
WHERE game_date >= $day AND game_status = 3
"""
_NOT_YET = """
UPDATE {table} SET game_status = 1, game_status_text = '7:00 pm ET', home_score = NULL, away_score = NULL
WHERE game_date >= $day
"""
_NOTHING_YET = "DELETE FROM {table} WHERE game_date >= $day"


CHANGES: Mapping[str, Change] = MappingProxyType(
    {
        "box scores tell other numbers": (_SCORED_ANEW,),
        "men who played did not": (_NOBODY_WHO_PLAYED_DID,),
        "men nobody knew played": (_OTHER_MEN,),
        "men played for the other side": (_CHANGED_SIDES,),
        "box scores lack men": (_BOXES_GONE,),
        "games lack box scores": tuple(
            _GAMES_GONE.format(table=table) for table in (PLAYER_BOX, TEAM_BOX, SHOT, STARTER)
        ),
        "teams' totals are others": (_TEAMS_SCORED_ANEW,),
        "shots came from elsewhere": (_SHOTS_ELSEWHERE,),
        "shots are lost": (_SHOTS_GONE,),
        "another five started": (_OTHER_FIVE,),
        "starters are lost": (_NO_STARTERS,),
        "others won": (_OTHER_WINNERS,),
        "nothing is played yet": (
            _NOT_YET.format(table=SCHEDULE),
            *(_NOTHING_YET.format(table=table) for table in (PLAYER_BOX, TEAM_BOX, SHOT, STARTER)),
        ),
    }
)


# After the date's last tip-off: whoever has changed teams is looked for in the game of his former one.
_POINTS_LINES_AFTER_TIP_OFF = f"""
INSERT INTO {POINTS_LINE}
SELECT DISTINCT ON (b.player_id, b.game_id, k.kind) 'points', b.game_date, b.player_id, 'After ' || k.kind, 'live',
    s.last_tip_off_utc + k.kind * INTERVAL 20 MINUTE, b.points + 0.5, b.season, b.player_name, -110, -110, 0
FROM {PLAYER_BOX} AS b
INNER JOIN (SELECT game_date, MAX(tip_off_utc) AS last_tip_off_utc FROM {SCHEDULE} GROUP BY game_date) AS s
    ON s.game_date = b.game_date
CROSS JOIN (SELECT UNNEST([0, 1, 2]) AS kind) AS k
WHERE b.game_date >= $day AND EXISTS (
    SELECT 1 FROM {POINTS_LINE} AS l WHERE l.player_id = b.player_id AND l.game_date = b.game_date
)
"""
_GAME_LINES_AFTER_TIP_OFF = f"""
INSERT INTO {GAME_LINE}
SELECT game_id, 'After', 'live', tip_off_utc, season, game_date, away_score - home_score, home_score + away_score, -300,
    250, FALSE, 0
FROM {SCHEDULE} WHERE game_date >= $day AND game_status = 3 AND home_score IS NOT NULL AND season_stage = 'regular'
"""
_OTHER_LINES = f"UPDATE {POINTS_LINE} SET line = line + 7, over_price = 150, under_price = -180 WHERE game_date >= $day"
_NOTHING_ON_THE_DAY = "DELETE FROM {table} WHERE game_date = $day"
_LINES_OF_EVERYONE = f"""
INSERT INTO {POINTS_LINE}
SELECT DISTINCT ON (player_id) 'points', $day, player_id, 'Everyone', 'closing', CAST($day AS TIMESTAMP), 9.5, season,
    player_name, -110, -110, 0
FROM {PLAYER_BOX}
WHERE game_date < $day AND player_id NOT IN (SELECT player_id FROM {POINTS_LINE} WHERE game_date = $day)
ORDER BY player_id, game_date DESC
"""
_MOVES_OF_EVERYONE = f"""
INSERT INTO {INJURY_STATUS}
SELECT DISTINCT ON (player_id) player_id, $day, 'list_move', CAST($day AS TIMESTAMP),
    CASE WHEN player_id % 2 = 0 THEN 'placed' ELSE 'activated' END, season, player_name, team_abbr, 'drawn', 0
FROM {PLAYER_BOX} WHERE game_date < $day
ORDER BY player_id, game_date DESC
"""

# Changes to what is said before a game, or too late.
SAID_BEFORE: Mapping[str, Change] = MappingProxyType(
    {
        "after tip-off": (_POINTS_LINES_AFTER_TIP_OFF, _GAME_LINES_AFTER_TIP_OFF),
        "other numbers": (_OTHER_LINES,),
        "lost": (_NOTHING_ON_THE_DAY.format(table=POINTS_LINE), _NOTHING_ON_THE_DAY.format(table=GAME_LINE)),
        "of everyone": (_LINES_OF_EVERYONE,),
        "moves of everyone": (_MOVES_OF_EVERYONE,),
    }
)


def tell(engine: Engine, change: Change, *, day: date, seed: int) -> None:
    """Make a change to the raw tables."""
    values: dict[str, date | int] = {"day": day, "seed": seed}
    for statement in change:
        engine.execute(statement, {name: value for name, value in values.items() if f"${name}" in statement})


def record_changes(engine: Engine, tables: tuple[str, ...]) -> None:
    """Let the ledger know what stands in raw tables now."""
    for name in tables:
        days = engine.query(
            "SELECT partition_date FROM nba_orchestration.ledger WHERE table_name = $name"
            f" UNION SELECT {table(name).time} FROM {name}",
            {"name": name},
        ).rows
        with engine.transaction():
            append_raw(engine, "changed", name, [row[0] for row in days if isinstance(row[0], date)])
