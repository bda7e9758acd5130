-- One refit of a system at the first game date of a month, with a reason where there is too little to learn from.
-- key: system_id, refit_date
-- inputs: nba_raw.nbac_schedule constant
SELECT
    CAST($system_id AS VARCHAR) AS system_id,
    game_date AS refit_date,
    season,
    game_date AS partition_date,
    'INSUFFICIENT_HISTORY' AS category,
    'fewer games before this date than the system needs to learn from' AS reason
FROM nba_raw.nbac_schedule
WHERE team_known AND season_stage IN ('regular', 'playin', 'playoffs')
GROUP BY season, game_date
