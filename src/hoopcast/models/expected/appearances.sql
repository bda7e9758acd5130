-- Every appearance.
-- key: game_id, player_id
-- inputs: nba_analytics.player_game_summary same
SELECT
    game_id, player_id, season, game_date AS partition_date,
    CAST(NULL AS VARCHAR) AS category, CAST(NULL AS VARCHAR) AS reason
FROM nba_analytics.player_game_summary
WHERE played_flag
