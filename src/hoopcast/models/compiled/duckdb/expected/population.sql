-- compiled from 67f38a19ee18f705 as ae45f3049a76138f
SELECT
  *
FROM (
  SELECT
    game_id,
    player_id,
    season,
    game_date AS unit_date,
    CAST(NULL AS TEXT) AS category,
    CAST(NULL AS TEXT) AS reason
  FROM (
    SELECT
      *
    FROM nba_analytics.expected_player
    WHERE
      game_date BETWEEN $span_start AND $span_end
  ) AS expected_player
) AS spine_rows
WHERE
  unit_date BETWEEN $span_start AND $span_end
