-- compiled from 710675e28067aac3 as 7e8ea9db710319c8
SELECT
  *
FROM (
  WITH graded AS (
    SELECT DISTINCT
      a.system_id,
      a.season,
      g.season_stage,
      a.game_date
    FROM (
      SELECT
        *
      FROM nba_predictions.prediction_accuracy
      WHERE
        game_date BETWEEN @batch_start AND @batch_end
    ) AS a
    INNER JOIN (
      SELECT
        *
      FROM nba_analytics.player_game_summary
      WHERE
        game_date BETWEEN @batch_start AND @batch_end
    ) AS g
      ON a.game_id = g.game_id AND a.player_id = g.player_id AND g.played_flag
  )
  SELECT
    d.system_id,
    p.population,
    d.season_stage,
    d.season,
    d.game_date AS partition_date,
    CAST(NULL AS STRING) AS category,
    CAST(NULL AS STRING) AS reason
  FROM graded AS d
  CROSS JOIN (
    SELECT
      'ALL' AS population
    UNION ALL
    SELECT
      'GP10'
    UNION ALL
    SELECT
      'MIN20'
    UNION ALL
    SELECT
      'PTS20'
    UNION ALL
    SELECT
      'PROP'
  ) AS p
) AS spine_rows
WHERE
  partition_date BETWEEN @batch_start AND @batch_end
