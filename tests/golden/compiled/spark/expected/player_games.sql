-- compiled from fc4385aafe5246af as 4e253f8973c64bb4
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
    FROM nba_analytics.upcoming_player_game_context
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS upcoming_player_game_context
) AS spine_rows
WHERE
  partition_date BETWEEN :batch_start AND :batch_end
