-- compiled from 0bd97333a33bd22c as 9e0cae9d43f83ae4
SELECT
  *
FROM (
  WITH final_games AS (
    SELECT
      game_id,
      season,
      game_date
    FROM (
      SELECT
        *
      FROM nba_raw.nbac_schedule
      WHERE
        game_date BETWEEN @batch_start AND @batch_end
    ) AS nbac_schedule
    WHERE
      game_status = 3
      AND team_known
      AND season_stage IN ('regular', 'playin', 'playoffs')
  ), rows_by_game AS (
    SELECT
      game_id,
      COUNT(*) AS box_rows
    FROM (
      SELECT
        *
      FROM nba_raw.nbac_player_boxscore
      WHERE
        game_date BETWEEN @batch_start AND @batch_end
    ) AS nbac_player_boxscore
    GROUP BY
      game_id
  )
  SELECT
    b.game_id,
    b.player_id,
    g.season,
    g.game_date AS partition_date,
    CAST(NULL AS STRING) AS category,
    CAST(NULL AS STRING) AS reason
  FROM (
    SELECT
      *
    FROM nba_raw.nbac_player_boxscore
    WHERE
      game_date BETWEEN @batch_start AND @batch_end
  ) AS b
  INNER JOIN final_games AS g
    ON b.game_id = g.game_id
  UNION ALL
  SELECT
    q.game_id,
    q.player_id,
    g.season,
    g.game_date,
    'DATA_QUARANTINED',
    MIN(q.reason)
  FROM nba_raw.quarantine AS q
  INNER JOIN final_games AS g
    ON q.game_id = g.game_id
  LEFT JOIN (
    SELECT
      *
    FROM nba_raw.nbac_player_boxscore
    WHERE
      game_date BETWEEN @batch_start AND @batch_end
  ) AS b
    ON q.game_id = b.game_id AND q.player_id = b.player_id
  WHERE
    q.table_name = 'nba_raw.nbac_player_boxscore'
    AND NOT q.player_id IS NULL
    AND b.player_id IS NULL
  GROUP BY
    q.game_id,
    q.player_id,
    g.season,
    g.game_date
  UNION ALL
  SELECT
    g.game_id,
    CAST(NULL AS INT64),
    g.season,
    g.game_date,
    'MISSING_UPSTREAM',
    'final game without a box score'
  FROM final_games AS g
  LEFT JOIN rows_by_game AS r
    ON g.game_id = r.game_id
  WHERE
    r.game_id IS NULL
) AS spine_rows
WHERE
  partition_date BETWEEN @batch_start AND @batch_end
