-- compiled from 17572f9221776dcc as e6939046a6302fa1
SELECT
  *
FROM (
  SELECT
    p.game_id,
    p.player_id,
    l.level,
    p.season,
    p.game_date AS unit_date,
    CAST(NULL AS STRING) AS category,
    CAST(NULL AS STRING) AS reason
  FROM (
    SELECT
      *
    FROM nba_analytics.upcoming_player_game_context
    WHERE
      game_date BETWEEN @span_start AND @span_end
  ) AS p
  CROSS JOIN (
    SELECT
      'history' AS level
    UNION ALL
    SELECT
      'news'
    UNION ALL
    SELECT
      'market'
  ) AS l
) AS spine_rows
WHERE
  unit_date BETWEEN @span_start AND @span_end
