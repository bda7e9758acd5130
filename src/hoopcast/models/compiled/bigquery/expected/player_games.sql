-- compiled from 0b0ff1a426714d5c as 8f22c9557bf5097b
SELECT
  *
FROM (
  SELECT
    game_id,
    player_id,
    season,
    game_date AS unit_date,
    CAST(NULL AS STRING) AS category,
    CAST(NULL AS STRING) AS reason
  FROM (
    SELECT
      *
    FROM nba_analytics.upcoming_player_game_context
    WHERE
      game_date BETWEEN @span_start AND @span_end
  ) AS upcoming_player_game_context
) AS spine_rows
WHERE
  unit_date BETWEEN @span_start AND @span_end
