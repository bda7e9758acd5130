-- Every player of the population for every game, at each information level of availability.
-- key: game_id, player_id, level
-- inputs: nba_analytics.upcoming_player_game_context same
SELECT
    p.game_id, p.player_id, l.level, p.season, p.game_date AS partition_date,
    CAST(NULL AS VARCHAR) AS category, CAST(NULL AS VARCHAR) AS reason
FROM nba_analytics.upcoming_player_game_context AS p
CROSS JOIN (SELECT 'history' AS level UNION ALL SELECT 'news' UNION ALL SELECT 'market') AS l
