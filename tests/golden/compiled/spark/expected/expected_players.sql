-- compiled from 76398e6f60218592 as 7890eba1cd56ed70
SELECT
  *
FROM (
  SELECT
    game_date,
    player_id,
    season,
    game_date AS partition_date,
    CAST(NULL AS STRING) AS category,
    CAST(NULL AS STRING) AS reason
  FROM (
    SELECT
      *
    FROM nba_analytics.expected_player
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS expected_player
  UNION
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
      game_date BETWEEN :batch_start AND :batch_end
  ) AS player_prop_line
  WHERE
    market = 'points'
) AS spine_rows
WHERE
  partition_date BETWEEN :batch_start AND :batch_end
