-- Every population of each system that has a graded forecast of a player who appeared on the date.
-- key: system_id, population, season_stage
-- inputs: nba_predictions.prediction_accuracy same, nba_analytics.player_game_summary same
WITH graded AS (
    SELECT DISTINCT a.system_id, a.season, g.season_stage, a.game_date
    FROM nba_predictions.prediction_accuracy AS a
    INNER JOIN nba_analytics.player_game_summary AS g
        ON a.game_id = g.game_id AND a.player_id = g.player_id AND g.played_flag
)
SELECT
    d.system_id, p.population, d.season_stage, d.season, d.game_date AS partition_date,
    CAST(NULL AS VARCHAR) AS category, CAST(NULL AS VARCHAR) AS reason
FROM graded AS d
CROSS JOIN (
    SELECT 'ALL' AS population
    UNION ALL SELECT 'GP10'
    UNION ALL SELECT 'MIN20'
    UNION ALL SELECT 'PTS20'
    UNION ALL SELECT 'PROP'
) AS p
