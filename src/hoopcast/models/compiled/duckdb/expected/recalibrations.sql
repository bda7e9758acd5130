-- compiled from 60b3dbae6b17f388 as 2b02dd389d5535a8
SELECT
  *
FROM (
  WITH days AS (
    SELECT
      season,
      game_date
    FROM nba_raw.nbac_schedule
    WHERE
      team_known AND season_stage IN ('regular', 'playin', 'playoffs')
    GROUP BY
      season,
      game_date
  ), bands AS (
    SELECT
      0 AS band
    UNION ALL
    SELECT
      1
    UNION ALL
    SELECT
      2
    UNION ALL
    SELECT
      3
    UNION ALL
    SELECT
      4
    UNION ALL
    SELECT
      5
    UNION ALL
    SELECT
      6
  )
  SELECT
    CAST(y.system_id AS TEXT) AS system_id,
    d.game_date AS refit_date,
    b.band,
    d.season,
    d.game_date AS partition_date,
    'INSUFFICIENT_HISTORY' AS category,
    'fewer forecasts before this date than a recalibration is learned on' AS reason
  FROM days AS d
  CROSS JOIN bands AS b
  CROSS JOIN asked_system AS y
) AS spine_rows
WHERE
  partition_date BETWEEN $batch_start AND $batch_end
