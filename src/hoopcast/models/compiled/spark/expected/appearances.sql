-- compiled from c1ce0d1bf32352f5 as b20c00120779d3d1
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
    FROM nba_analytics.player_game_summary
    WHERE
      game_date BETWEEN :span_start AND :span_end
  ) AS player_game_summary
  WHERE
    played_flag
) AS spine_rows
WHERE
  unit_date BETWEEN :span_start AND :span_end
