SELECT
  *
FROM (
  SELECT
    game_id,
    player_id,
    season,
    game_date AS unit_date,
    CASE WHEN ruled_out_flag THEN 'NOT_EXPECTED_TO_PLAY' END AS category,
    CASE WHEN ruled_out_flag THEN 'an official report before tip-off says OUT' END AS reason
  FROM (
    SELECT
      *
    FROM nba_analytics.expected_player
    WHERE
      game_date BETWEEN @span_start AND @span_end
  ) AS expected_player
) AS spine_rows
WHERE
  unit_date BETWEEN @span_start AND @span_end
