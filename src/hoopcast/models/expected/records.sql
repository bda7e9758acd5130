-- What is learned of a system's lines at the first game date of a month, with a reason where its record is too short.
-- key: system_id, refit_date
-- inputs: nba_raw.nbac_schedule constant
SELECT
    CAST($system_id AS VARCHAR) AS system_id,
    game_date AS refit_date,
    season,
    game_date AS partition_date,
    'INSUFFICIENT_HISTORY' AS category,
    'fewer than 2,000 graded lines of the system before this date: no record yet' AS reason
FROM nba_raw.nbac_schedule
WHERE team_known AND season_stage IN ('regular', 'playin', 'playoffs')
GROUP BY season, game_date
