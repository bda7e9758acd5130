-- Every player who is quoted for a date; a line that no game can be found for is an absence.
-- key: market, game_date, player_id
-- inputs: nba_raw.points_prop_line same, nba_raw.nbac_player_boxscore before, nba_raw.roster until
WITH known AS (
    SELECT player_id, DATE_DIFF('day', DATE '1970-01-01', game_date) AS known_after FROM nba_raw.nbac_player_boxscore
    UNION ALL
    SELECT player_id, DATE_DIFF('day', DATE '1970-01-01', roster_date) - 1 FROM nba_raw.roster
)
SELECT
    l.market, l.game_date, l.player_id, l.season,
    l.game_date AS partition_date,
    CASE WHEN MIN(k.known_after) IS NULL THEN 'INSUFFICIENT_HISTORY' ELSE 'MISSING_UPSTREAM' END AS category,
    CASE WHEN MIN(k.known_after) IS NULL THEN 'quoted, but no roster and no earlier game tells his team'
        ELSE 'quoted, but the team known for him does not play that day, or the line was captured after tip-off' END
        AS reason
FROM nba_raw.points_prop_line AS l
LEFT JOIN known AS k ON l.player_id = k.player_id AND k.known_after < DATE_DIFF('day', DATE '1970-01-01', l.game_date)
GROUP BY l.market, l.game_date, l.player_id, l.season
