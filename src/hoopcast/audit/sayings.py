"""Reports and quotes that nobody may know: seen too late, about later dates, or of a higher information level."""

from collections.abc import Mapping
from types import MappingProxyType

from hoopcast.audit.results import PLAYER_BOX, SCHEDULE, tell
from hoopcast.warehouse.engine import Parameters, Statements
from hoopcast.warehouse.tables import Level

LINE = "nba_raw.points_prop_line"
GAME_LINE = "nba_raw.game_line"
STATUS = "nba_raw.injury_status"
ROSTER = "nba_raw.roster"
_POPULATION = "nba_analytics.upcoming_player_game_context"
_COUNTED = "nba_analytics.player_prop_line"
_FROM_THE_ARCHIVE = 0
_SEASON = f"(SELECT MAX(season) FROM {SCHEDULE} WHERE game_date = $day)"


def _half(of: str) -> str:
    """SQL: true for every second row, drawn."""
    return f"hash({of}, $seed) % 2 = 0"


# A quote of a player's game at the very moment of its tip-off; a player's game is that of the line that counted.
_LINES_AT_TIP_OFF = f"""
INSERT INTO {LINE} BY NAME
SELECT 'points' AS market, p.game_date, p.player_id, 'At tip-off' AS bookmaker, 'live' AS line_kind,
    s.tip_off_utc AS captured_at_utc, p.points_line / 2 + 3 AS line, p.season, -105 AS over_price, -115 AS under_price,
    {_FROM_THE_ARCHIVE} AS source_id
FROM {_COUNTED} AS p INNER JOIN {SCHEDULE} AS s ON s.game_id = p.game_id
WHERE p.game_date >= $first AND p.market = 'points' AND s.tip_off_utc IS NOT NULL
"""
# After the last tip-off of the date, on all who played: by then the teams of none of them is still to begin.
_LINES_AFTER = f"""
INSERT INTO {LINE} BY NAME
SELECT DISTINCT ON (b.player_id, b.game_date) 'points' AS market, b.game_date, b.player_id, 'Afterwards' AS bookmaker,
    'live' AS line_kind, s.tip_off_utc + INTERVAL 20 MINUTE AS captured_at_utc, b.points + 0.5 AS line, b.season,
    b.player_name, -110 AS over_price, -110 AS under_price, {_FROM_THE_ARCHIVE} AS source_id
FROM {PLAYER_BOX} AS b
INNER JOIN (SELECT game_date, MAX(tip_off_utc) AS tip_off_utc FROM {SCHEDULE} GROUP BY game_date) AS s
    ON s.game_date = b.game_date
WHERE b.game_date >= $first AND s.tip_off_utc IS NOT NULL
"""
_LATE_LINES = f"""
UPDATE {LINE} SET line = 50 - line / 2, over_price = 140, under_price = -170
FROM (SELECT game_date, MAX(tip_off_utc) AS tip_off_utc FROM {SCHEDULE} GROUP BY game_date) AS s
WHERE s.game_date = points_prop_line.game_date AND s.game_date >= $first AND line_kind = 'live'
    AND captured_at_utc >= s.tip_off_utc
"""
_LATE_GAME_LINES = f"""
UPDATE {GAME_LINE} SET home_spread = -home_spread, total_line = 460 - total_line
FROM {SCHEDULE} AS s
WHERE s.game_id = game_line.game_id AND s.game_date >= $first AND line_kind = 'live'
    AND captured_at_utc >= s.tip_off_utc
"""
_GAME_LINES_AT_TIP_OFF = f"""
INSERT INTO {GAME_LINE} BY NAME
SELECT game_id, 'At tip-off' AS bookmaker, 'live' AS line_kind, tip_off_utc AS captured_at_utc, season, game_date,
    CAST(away_score - home_score AS DOUBLE) AS home_spread, CAST(home_score + away_score AS DOUBLE) AS total_line,
    -300 AS home_moneyline, 250 AS away_moneyline, FALSE AS suspect_line, {_FROM_THE_ARCHIVE} AS source_id
FROM {SCHEDULE}
WHERE game_date >= $first AND game_status = 3 AND tip_off_utc IS NOT NULL
    AND season_stage IN ('regular', 'playin', 'playoffs')
"""
_LATE_REPORTS = f"""
DELETE FROM {STATUS} WHERE report_kind = 'official_report' AND report_date >= $first AND EXISTS (
    SELECT 1 FROM {SCHEDULE} AS s WHERE s.game_date = report_date AND s.tip_off_utc <= captured_at_utc
        AND team_abbr IN (s.home_team_abbr, s.away_team_abbr)
)
"""
_REPORTS_AT_TIP_OFF = f"""
INSERT INTO {STATUS} BY NAME
SELECT u.player_id, u.game_date AS report_date, 'official_report' AS report_kind, s.tip_off_utc AS captured_at_utc,
    'out' AS status, u.season, COALESCE(u.player_name, 'Nobody') AS player_name, u.team_abbr, 'too late' AS reason,
    {_FROM_THE_ARCHIVE} AS source_id
FROM {_POPULATION} AS u INNER JOIN {SCHEDULE} AS s ON s.game_id = u.game_id
WHERE u.game_date >= $first AND s.tip_off_utc IS NOT NULL
"""
_LATER_REPORTS = f"""
UPDATE {STATUS} SET status = CASE status
    WHEN 'placed' THEN 'activated' WHEN 'activated' THEN 'placed' WHEN 'out' THEN 'available'
    WHEN 'available' THEN 'out' WHEN 'doubtful' THEN 'probable' WHEN 'probable' THEN 'doubtful' ELSE status END
WHERE report_date > $day
"""
_FEWER_LATER_REPORTS = f"DELETE FROM {STATUS} WHERE report_date > $day AND {_half('player_id, report_date')}"
_MOVES_TOMORROW = f"""
INSERT INTO {STATUS} BY NAME
SELECT DISTINCT ON (b.player_id) b.player_id, CAST($day + INTERVAL 1 DAY AS DATE) AS report_date,
    'list_move' AS report_kind, CAST($day + INTERVAL 1 DAY AS TIMESTAMP) AS captured_at_utc,
    CASE WHEN {_half("b.player_id")} THEN 'placed' ELSE 'activated' END AS status,
    {_SEASON} AS season, b.player_name, b.team_abbr,
    'tomorrow' AS reason, {_FROM_THE_ARCHIVE} AS source_id
FROM {PLAYER_BOX} AS b
WHERE b.game_date < $day AND b.player_id NOT IN (
    SELECT player_id FROM {STATUS} WHERE report_date = CAST($day + INTERVAL 1 DAY AS DATE)
)
ORDER BY b.player_id, b.game_date DESC
"""
_LATER_LINES = f"""
UPDATE {LINE} SET line = ROUND(30 * (hash(player_id, line, bookmaker, $seed) % 1000) / 1000) + 0.5, over_price = -130,
    under_price = 105
WHERE game_date > $day
"""
_FEWER_LATER_LINES = f"DELETE FROM {LINE} WHERE game_date > $day AND {_half('player_id, game_date')}"
_LATER_GAME_LINES = f"""
UPDATE {GAME_LINE} SET home_spread = CAST(hash(game_id, 'spread', $seed) % 30 AS DOUBLE) - 15,
    total_line = 190 + CAST(hash(game_id, 'total', $seed) % 60 AS DOUBLE)
WHERE game_date > $day
"""
_LATER_ROSTERS = f"DELETE FROM {ROSTER} WHERE roster_date > $day AND {_half('player_id, roster_date')}"
_TOO_LATE = (
    _LATE_LINES, _LINES_AT_TIP_OFF, _LINES_AFTER, _LATE_GAME_LINES, _GAME_LINES_AT_TIP_OFF, _LATE_REPORTS,
    _REPORTS_AT_TIP_OFF, _FEWER_LATER_REPORTS, _LATER_REPORTS, _MOVES_TOMORROW, _FEWER_LATER_LINES, _LATER_LINES,
    _LATER_GAME_LINES, _LATER_ROSTERS,
)  # fmt: skip

_OTHER_NUMBERS = f"UPDATE {LINE} SET line = 50 - line / 2, over_price = 150, under_price = -180 WHERE game_date = $day"
_NOT_QUOTED = f"DELETE FROM {LINE} WHERE game_date = $day AND {_half('player_id')}"
_ALL_QUOTED = f"""
INSERT INTO {LINE} BY NAME
SELECT DISTINCT ON (player_id) 'points' AS market, CAST($day AS DATE) AS game_date, player_id, 'Everyone' AS bookmaker,
    'closing' AS line_kind, CAST($day AS TIMESTAMP) AS captured_at_utc, 9.5 AS line,
    {_SEASON} AS season, player_name, -110 AS over_price,
    -110 AS under_price, {_FROM_THE_ARCHIVE} AS source_id
FROM {PLAYER_BOX} WHERE game_date < $day AND NOT {_half("player_id")}
ORDER BY player_id, game_date DESC
"""
_OTHER_FAVOURITES = f"""
UPDATE {GAME_LINE} SET home_spread = 3 - home_spread, total_line = 450 - total_line, home_moneyline = away_moneyline,
    away_moneyline = home_moneyline
WHERE game_date = $day
"""
_ALL_MOVED = f"""
INSERT INTO {STATUS} BY NAME
SELECT DISTINCT ON (player_id) player_id, CAST($day AS DATE) AS report_date, 'list_move' AS report_kind,
    CAST($day AS TIMESTAMP) AS captured_at_utc,
    CASE WHEN {_half("player_id")} THEN 'placed' ELSE 'activated' END AS status,
    {_SEASON} AS season, player_name, team_abbr, 'today' AS reason, {_FROM_THE_ARCHIVE} AS source_id
FROM {PLAYER_BOX} WHERE game_date < $day
ORDER BY player_id, game_date DESC
"""
_NOT_MOVED = f"DELETE FROM {STATUS} WHERE report_date = $day"
_REPORTED_OUT = f"""
INSERT INTO {STATUS} BY NAME
SELECT u.player_id, u.game_date AS report_date, 'official_report' AS report_kind,
    s.tip_off_utc - INTERVAL 1 HOUR AS captured_at_utc, 'out' AS status, u.season,
    COALESCE(u.player_name, 'Nobody') AS player_name, u.team_abbr, 'today' AS reason, {_FROM_THE_ARCHIVE} AS source_id
FROM {_POPULATION} AS u INNER JOIN {SCHEDULE} AS s ON s.game_id = u.game_id
WHERE u.game_date = $day AND s.tip_off_utc IS NOT NULL AND hash(u.player_id, $seed) % 5 = 0
"""
# What is said on the day at a level, and may reach nothing below it.
_OF_LEVEL: Mapping[Level, tuple[str, ...]] = MappingProxyType(
    {
        "line": (_OTHER_NUMBERS,),
        "market": (_NOT_QUOTED, _ALL_QUOTED, _OTHER_FAVOURITES),
        "news": (_NOT_MOVED, _ALL_MOVED, _REPORTED_OUT),
    }
)


def other_sayings(statements: Statements, values: Parameters) -> None:
    """Say other things of games from `first` on at or after their tip-off, and of any date after `day`.

    Args:
        statements: a warehouse of one's own, with the population and lines that it came with.
        values: `day`, `first` and `seed`.
    """
    tell(statements, _TOO_LATE, values)


def other_sayings_of(statements: Statements, level: Level, values: Parameters) -> None:
    """Say other things, in time, of the games of `day`: what belongs to an information level above history.

    Args:
        statements: a warehouse of one's own.
        level: news, market or line.
        values: `day` and `seed`.
    """
    tell(statements, _OF_LEVEL[level], values)
