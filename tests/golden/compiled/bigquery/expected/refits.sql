-- compiled from 59ba4acc03955608 as 606d50872f661983
SELECT
  *
FROM (
  SELECT
    CAST(@system_id AS STRING) AS system_id,
    game_date AS refit_date,
    season,
    game_date AS partition_date,
    'INSUFFICIENT_HISTORY' AS category,
    'fewer games before this date than the system needs to learn from' AS reason
  FROM nba_raw.nbac_schedule
  WHERE
    team_known AND season_stage IN ('regular', 'playin', 'playoffs')
  GROUP BY
    season,
    game_date
) AS spine_rows
WHERE
  partition_date BETWEEN @batch_start AND @batch_end
