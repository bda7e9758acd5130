-- One refit of a system at the first game date of a month, with the system's reason where it has too little to learn
-- from.
-- key: system_id, refit_date
-- inputs: nba_raw.nbac_schedule constant
SELECT
    CAST(y.system_id AS VARCHAR) AS system_id,
    s.game_date AS refit_date,
    s.season,
    s.game_date AS partition_date,
    'INSUFFICIENT_HISTORY' AS category,
    CAST(y.too_little AS VARCHAR) AS reason
FROM nba_raw.nbac_schedule AS s
CROSS JOIN asked_system AS y
WHERE s.team_known AND s.season_stage IN ('regular', 'playin', 'playoffs')
GROUP BY y.system_id, y.too_little, s.season, s.game_date
