-- compiled from 6cfb319b66daac4f as 74a86138ac127c61
SELECT
  *
FROM (
  SELECT
    player_id,
    game_date AS analysis_date,
    season,
    game_date AS unit_date,
    CAST(NULL AS STRING) AS category,
    CAST(NULL AS STRING) AS reason
  FROM (
    SELECT
      *
    FROM nba_analytics.upcoming_player_game_context
    WHERE
      game_date BETWEEN :span_start AND :span_end
  ) AS upcoming_player_game_context
) AS spine_rows
WHERE
  unit_date BETWEEN :span_start AND :span_end
