-- compiled from 0e21de8180ab5948 as b76b10099bd60474
SELECT
  *
FROM (
  SELECT
    game_id,
    player_id,
    season,
    game_date AS partition_date,
    CAST(NULL AS TEXT) AS category,
    CAST(NULL AS TEXT) AS reason
  FROM (
    SELECT
      *
    FROM nba_analytics.expected_player
    WHERE
      game_date BETWEEN $batch_start AND $batch_end
  ) AS expected_player
) AS spine_rows
WHERE
  partition_date BETWEEN $batch_start AND $batch_end
