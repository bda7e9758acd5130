-- compiled from 0e21de8180ab5948 as 7ec93e1d77997935
SELECT
  *
FROM (
  SELECT
    game_id,
    player_id,
    season,
    game_date AS partition_date,
    CAST(NULL AS STRING) AS category,
    CAST(NULL AS STRING) AS reason
  FROM (
    SELECT
      *
    FROM nba_analytics.expected_player
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS expected_player
) AS spine_rows
WHERE
  partition_date BETWEEN :batch_start AND :batch_end
