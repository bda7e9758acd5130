-- compiled from 4fb8efc00da07628 as 8e2e42fa898923e0
SELECT
  *
FROM (
  SELECT
    s.system_id,
    s.population,
    t.period,
    s.season_stage,
    s.season,
    s.game_date AS partition_date,
    CAST(NULL AS STRING) AS category,
    CAST(NULL AS STRING) AS reason
  FROM (
    SELECT
      *
    FROM nba_predictions.system_day_score
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS s
  CROSS JOIN (
    SELECT
      'date' AS period
    UNION ALL
    SELECT
      'month'
    UNION ALL
    SELECT
      'season'
  ) AS t
) AS spine_rows
WHERE
  partition_date BETWEEN :batch_start AND :batch_end
