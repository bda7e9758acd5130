-- Every player of the population, once a date.
-- key: player_id, analysis_date
-- inputs: nba_analytics.upcoming_player_game_context same
SELECT
    player_id, game_date AS analysis_date, season, game_date AS partition_date,
    CAST(NULL AS VARCHAR) AS category, CAST(NULL AS VARCHAR) AS reason
FROM nba_analytics.upcoming_player_game_context
