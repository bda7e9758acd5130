-- compiled from 36d623983b9c9a96 as 3b589d619c167eb1
SELECT
  *
FROM (
  SELECT
    CAST(y.system_id AS TEXT) AS system_id,
    s.game_date AS refit_date,
    s.season,
    s.game_date AS partition_date,
    'INSUFFICIENT_HISTORY' AS category,
    CAST(y.too_little AS TEXT) AS reason
  FROM nba_raw.nbac_schedule AS s
  CROSS JOIN asked_system AS y
  WHERE
    s.team_known AND s.season_stage IN ('regular', 'playin', 'playoffs')
  GROUP BY
    y.system_id,
    y.too_little,
    s.season,
    s.game_date
) AS spine_rows
WHERE
  partition_date BETWEEN $batch_start AND $batch_end
