-- Every box score row of final games, quarantined ones too, and one row for a final game without any.
-- key: game_id, player_id
-- inputs: nba_raw.nbac_schedule same, nba_raw.nbac_player_boxscore same, nba_raw.quarantine constant
WITH final_games AS (
    SELECT game_id, season, game_date FROM nba_raw.nbac_schedule
    WHERE game_status = 3 AND team_known AND season_stage IN ('regular', 'playin', 'playoffs')
),
rows_by_game AS (SELECT game_id, COUNT(*) AS box_rows FROM nba_raw.nbac_player_boxscore GROUP BY game_id)
SELECT
    b.game_id, b.player_id, g.season,
    g.game_date AS partition_date,
    CAST(NULL AS VARCHAR) AS category,
    CAST(NULL AS VARCHAR) AS reason
FROM nba_raw.nbac_player_boxscore AS b
INNER JOIN final_games AS g ON b.game_id = g.game_id
UNION ALL
SELECT q.game_id, q.player_id, g.season, g.game_date, 'DATA_QUARANTINED', MIN(q.reason)
FROM nba_raw.quarantine AS q
INNER JOIN final_games AS g ON q.game_id = g.game_id
LEFT JOIN nba_raw.nbac_player_boxscore AS b ON q.game_id = b.game_id AND q.player_id = b.player_id
WHERE q.table_name = 'nba_raw.nbac_player_boxscore' AND q.player_id IS NOT NULL AND b.player_id IS NULL
GROUP BY q.game_id, q.player_id, g.season, g.game_date
UNION ALL
SELECT g.game_id, CAST(NULL AS BIGINT), g.season, g.game_date, 'MISSING_UPSTREAM', 'final game without a box score'
FROM final_games AS g
LEFT JOIN rows_by_game AS r ON g.game_id = r.game_id
WHERE r.game_id IS NULL
