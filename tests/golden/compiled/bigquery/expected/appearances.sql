-- compiled from 23826549d18ced5c as e1fbf0dd57503c4a
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
    FROM nba_analytics.player_game_summary
    WHERE
      game_date BETWEEN @batch_start AND @batch_end
  ) AS player_game_summary
  WHERE
    played_flag
) AS spine_rows
WHERE
  partition_date BETWEEN @batch_start AND @batch_end
