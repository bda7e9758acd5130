-- compiled from 547d6f9a77706fb6 as 92c3218230002b4c
SELECT
  *
FROM (
  WITH boxes AS (
    SELECT DISTINCT
      game_id
    FROM (
      SELECT
        *
      FROM nba_analytics.player_game_summary
      WHERE
        game_date BETWEEN @batch_start AND @batch_end
    ) AS player_game_summary
  )
  SELECT
    p.market,
    p.game_id,
    p.player_id,
    p.system_id,
    p.season,
    p.game_date AS partition_date,
    CASE WHEN b.game_id IS NULL THEN 'MISSING_UPSTREAM' END AS category,
    CASE WHEN b.game_id IS NULL THEN 'final game without a box score' END AS reason
  FROM (
    SELECT
      *
    FROM nba_predictions.prediction
    WHERE
      game_date BETWEEN @batch_start AND @batch_end
  ) AS p
  INNER JOIN asked_system AS y
    ON p.system_id = y.system_id
  INNER JOIN (
    SELECT
      *
    FROM nba_raw.nbac_schedule
    WHERE
      game_date BETWEEN @batch_start AND @batch_end
  ) AS s
    ON p.game_id = s.game_id AND s.game_status = 3
  LEFT JOIN boxes AS b
    ON p.game_id = b.game_id
) AS spine_rows
WHERE
  partition_date BETWEEN @batch_start AND @batch_end
