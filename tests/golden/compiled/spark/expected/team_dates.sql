-- compiled from 19d1cee48971ec34 as 214c5622880b9fc7
SELECT
  *
FROM (
  SELECT
    t.team_abbr,
    d.game_date AS analysis_date,
    d.season,
    d.game_date AS partition_date,
    CAST(NULL AS STRING) AS category,
    CAST(NULL AS STRING) AS reason
  FROM (
    SELECT DISTINCT
      season,
      game_date
    FROM (
      SELECT
        *
      FROM nba_analytics.upcoming_team_game_context
      WHERE
        game_date BETWEEN :batch_start AND :batch_end
    ) AS upcoming_team_game_context
  ) AS d
  CROSS JOIN nba_raw.team AS t
) AS spine_rows
WHERE
  partition_date BETWEEN :batch_start AND :batch_end
