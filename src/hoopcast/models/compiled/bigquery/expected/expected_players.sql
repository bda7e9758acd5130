-- compiled from 72b431698047dd04 as e76ae5766064f35e
SELECT
  *
FROM (
  SELECT
    game_date,
    player_id,
    season,
    game_date AS unit_date,
    CAST(NULL AS STRING) AS category,
    CAST(NULL AS STRING) AS reason
  FROM (
    SELECT
      *
    FROM nba_analytics.expected_player
    WHERE
      game_date BETWEEN @span_start AND @span_end
  ) AS expected_player
  UNION DISTINCT
  SELECT
    game_date,
    player_id,
    season,
    game_date,
    CAST(NULL AS STRING),
    CAST(NULL AS STRING)
  FROM (
    SELECT
      *
    FROM nba_analytics.player_prop_line
    WHERE
      game_date BETWEEN @span_start AND @span_end
  ) AS player_prop_line
  WHERE
    market = 'points'
) AS spine_rows
WHERE
  unit_date BETWEEN @span_start AND @span_end
