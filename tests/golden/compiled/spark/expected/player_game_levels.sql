-- compiled from d109ab9499262074 as b69ebc49c3d2288e
SELECT
  *
FROM (
  SELECT
    p.game_id,
    p.player_id,
    l.level,
    p.season,
    p.game_date AS partition_date,
    CAST(NULL AS STRING) AS category,
    CAST(NULL AS STRING) AS reason
  FROM (
    SELECT
      *
    FROM nba_analytics.upcoming_player_game_context
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
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
  partition_date BETWEEN :batch_start AND :batch_end
