-- Every period of each population of a system that has sums of the date.
-- key: system_id, population, period, season_stage
-- inputs: nba_predictions.system_day_score same
SELECT
    s.system_id, s.population, t.period, s.season_stage, s.season, s.game_date AS partition_date,
    CAST(NULL AS VARCHAR) AS category, CAST(NULL AS VARCHAR) AS reason
FROM nba_predictions.system_day_score AS s
CROSS JOIN (SELECT 'date' AS period UNION ALL SELECT 'month' UNION ALL SELECT 'season') AS t
