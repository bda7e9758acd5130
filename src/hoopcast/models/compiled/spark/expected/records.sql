-- compiled from 2d46eadf08650f90 as f7d35b2fe5f1ab7e
SELECT
  *
FROM (
  SELECT
    CAST(:system_id AS STRING) AS system_id,
    game_date AS refit_date,
    season,
    game_date AS unit_date,
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
  unit_date BETWEEN :span_start AND :span_end
