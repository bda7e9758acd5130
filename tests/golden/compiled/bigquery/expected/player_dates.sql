-- compiled from c85235708b673c94 as 6c305fca9856eee1
SELECT
  *
FROM (
  SELECT
    player_id,
    game_date AS analysis_date,
    season,
    game_date AS partition_date,
    CAST(NULL AS STRING) AS category,
    CAST(NULL AS STRING) AS reason
  FROM (
    SELECT
      *
    FROM nba_analytics.upcoming_player_game_context
    WHERE
      game_date BETWEEN @batch_start AND @batch_end
  ) AS upcoming_player_game_context
) AS spine_rows
WHERE
  partition_date BETWEEN @batch_start AND @batch_end
