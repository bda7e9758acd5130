-- compiled from 9ccf7eead4ca72a5 as ec22243ee7326a11
SELECT
  *
FROM (
  SELECT
    CAST(:system_id AS STRING) AS system_id,
    game_date AS refit_date,
    season,
    game_date AS partition_date,
    'INSUFFICIENT_HISTORY' AS category,
    'fewer than 2,000 graded lines of the system before this date: no record yet' AS reason
  FROM nba_raw.nbac_schedule
  WHERE
    team_known AND season_stage IN ('regular', 'playin', 'playoffs')
  GROUP BY
    season,
    game_date
) AS spine_rows
WHERE
  partition_date BETWEEN :batch_start AND :batch_end
